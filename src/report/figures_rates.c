/* What follows from the counts: rates, and the words of a campaign. */
#include "report/figures.h"

void figures_rates(const struct figures *f,
                   struct figures_rate out[FIGURES_RATES])
{
    out[0] = (struct figures_rate){"answer", "calls placed were answered",
                                   f->answered, f->placed};
    out[1] = (struct figures_rate){"contact", "calls placed reached a person",
                                   f->live, f->placed};
    out[2] = (struct figures_rate){"completion",
                                   "people we reached completed the call",
                                   f->completed, f->live};
    if (f->agents != NULL)
        out[2] = (struct figures_rate){
            "success",
            f->agents->callers > 0 ? "people who talked with an agent, "
                                     "callers too, brought a success"
                                   : "people who talked with an agent "
                                     "brought a success",
            f->agents->all.successes, f->agents->people};
    out[3] = (struct figures_rate){
        "opt_out", "people we reached asked us to stop", f->opt_outs, f->live};
    out[4] = (struct figures_rate){
        "abandoned", "people we reached were abandoned", f->abandoned, f->live};
}

struct figures_rate figures_worst_period(const struct figures *f)
{
    struct figures_rate worst = {
        "abandoned_worst_period",
        "people we reached were abandoned in the worst 30 days", 0, 0};
    for (size_t i = 0; i < f->periods; i++) {
        const struct figures_period *p = &f->period[i];
        /* a / b > c / d without a division */
        if (p->live > 0 &&
            (worst.of == 0 || p->abandoned * worst.of > worst.n * p->live)) {
            worst.n = p->abandoned;
            worst.of = p->live;
        }
    }
    return worst;
}

const char *figures_fate_text(const struct figures *f, enum figures_lead k)
{
    if (k == FIGURES_DONE && f->agents != NULL)
        return "settled by an agent";
    return figures_lead_text(k);
}

bool figures_rows_add_up(const struct figures *f)
{
    return f->rows == f->imported + f->duplicates + f->rejected;
}

uint64_t figures_gone(const struct figures *f)
{
    return f->imported > f->leads ? f->imported - f->leads : 0;
}

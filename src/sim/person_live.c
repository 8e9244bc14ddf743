#include "sim/person_live.h"

#include "sim/person_inside.h"

enum {
    MACHINE_WRAP_US = 4000000,
    SHORT_LEAST_S = 4,
    MACHINE_LEAST_S = 2,
    KEYS = 12
};

static const char key_chars[] = "0123456789*#";

static int64_t draw_us(const struct distribution *d, struct rng *r)
{
    return (int64_t)(distribution_draw(d, r) * 1e6);
}

/* At least so much, in the mean mean_s. */
static int64_t draw_exp_us(double least_s, double mean_s, struct rng *r)
{
    struct distribution d = {.kind = DISTRIBUTION_EXP,
                             .mean = mean_s - least_s};
    double s = least_s;
    if (mean_s > least_s)
        s += distribution_draw(&d, r);
    return (int64_t)(s * 1e6);
}

static void judge(const struct scenario *s, struct rng *r,
                  struct person_live *out)
{
    bool human = out->kind == PERSON_ANSWERS;
    out->wrong = rng_chance_ppm(r, human ? s->amd_fp : s->amd_fn);
    double span = s->amd_hi > s->amd_lo ? s->amd_hi - s->amd_lo : 0.0;
    double decide_s = s->amd_lo + span * rng_unit(r);
    /* A machine's greeting is heard first; one that is passed is taken for a
     * short hello. */
    if (!human && !out->wrong)
        decide_s = s->amd_machine;
    out->decide_us = (int64_t)(decide_s * 1e6);
}

void person_live_of(const struct scenario *s, const struct person_world *w,
                    double rate, uint64_t e164, unsigned nth_call,
                    struct person_live *out)
{
    tm_assert(e164 != 0 && rate >= 0.0);
    struct rng r;
    person_call_stream(w, e164, nth_call, &r);
    *out = (struct person_live){.kind = person_outcome(w, e164, rate, &r),
                                .sip_code = 200};
    if (out->kind == PERSON_ANSWERS) {
        out->after_us = draw_us(&w->ring, &r);
        judge(s, &r, out);
    } else if (out->kind == PERSON_MACHINE) {
        out->after_us = draw_us(&w->mach_t, &r);
        judge(s, &r, out);
    } else {
        struct person_call c = {.kind = out->kind, .sip_code = 200};
        person_draw_refusal(w, &r, &c);
        out->sip_code = c.sip_code;
        out->after_us = c.answer_after_ms * 1000;
    }
}

void person_live_talk(const struct scenario *s, const struct person_world *w,
                      const struct person_live *who, uint64_t e164,
                      unsigned nth_call, struct person_talk *out)
{
    struct rng r;
    rng_init_of(&r, w->seed, "person talk", rng_mix(e164) + nth_call);
    *out = (struct person_talk){.patience_us = draw_us(&w->patience, &r)};
    if (who->kind != PERSON_ANSWERS) {
        out->talk_us = draw_exp_us(MACHINE_LEAST_S, s->mach_handle, &r);
        out->wrap_us = MACHINE_WRAP_US;
        return;
    }
    bool brief = rng_chance_ppm(&r, s->short_frac);
    out->wrap_us = draw_us(&s->wrap, &r);
    out->talk_us = brief ? draw_exp_us(SHORT_LEAST_S, s->short_mean, &r)
                         : draw_us(&s->talk, &r);
    if (rng_chance_ppm(&r, w->p_optout) && w->optout_key < KEYS) {
        out->key = key_chars[w->optout_key];
        out->key_us = draw_us(&w->react, &r);
    }
}

/* Figures of policies as one HTML page that needs nothing else. */
#include <inttypes.h>
#include <string.h>

#include "cmd/simulate_ask.h"
#include "cmd/simulate_pacing.h"
#include "report/html_style.h"
#include "report/sim_plot.h"
#include "report/words.h"

enum { IDLE_MAX = 1000 };

static void text(struct buf *b, const char *s)
{
    words_html(b, str_of(s));
}

/* A browser breaks the lines. */
static void idle(struct buf *b, const struct simulate_compared *c)
{
    struct buf why;
    buf_init(&why, IDLE_MAX);
    simulate_pacing_idle(c, &why);
    for (size_t i = 0; i < why.n; i++)
        if (why.p[i] == '\n')
            why.p[i] = ' ';
    if (why.n > 0) {
        buf_add_str(b, "<p class=\"note\">");
        words_html(b, buf_slice(&why));
        buf_add_str(b, "</p>");
    }
    buf_fini(&why);
}

static void head(struct buf *b, const struct simulate_compared *c)
{
    const struct simulate_pacing *p = &c->policy[0];
    const struct scenario *s = p->scenario;
    buf_add_str(b, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
                   "<meta charset=\"utf-8\"/>"
                   "<meta name=\"viewport\" content=\"width=device-width, "
                   "initial-scale=1\"/><title>Simulation: ");
    text(b, s->name);
    buf_add_str(b, "</title><style>");
    for (size_t i = 0; html_style[i] != NULL; i++)
        buf_add_str(b, html_style[i]);
    buf_addf(b,
             "%s</style></head>\n<body><main><header>"
             "<p class=\"eyebrow\">Simulation</p><h1>",
             sim_plot_style);
    text(b, s->name);
    buf_addf(b,
             "</h1><p>%" PRIu64 " agent%s, %" PRIu64 " day%s of %g h, "
             "%" PRIu64 " run%s <span class=\"soft\">&middot; campaign ",
             s->agents, s->agents == 1 ? "" : "s", s->days,
             s->days == 1 ? "" : "s", s->hours, p->runs,
             p->runs == 1 ? "" : "s");
    text(b, c->campaign);
    buf_add_str(b, " &middot; rules: ");
    text(b, c->rules);
    buf_add_str(b, "</span></p><p class=\"soft\">Simulated people; engine, "
                   "rules and journal are the real ones. All policies meet "
                   "the same people.</p>");
    idle(b, c);
    buf_add_str(b, "</header>\n");
}

/* A share of the law's few per cent wants its second decimal. */
static void tile(struct buf *b, const char *name, double value,
                 const char *unit, const char *note)
{
    bool share = strcmp(name, "Abandoned") == 0;
    buf_addf(b,
             "<div class=\"tile\"><span class=\"name\">%s</span>"
             "<b>%.*f%s</b><span>%s</span></div>",
             name, share ? 2 : 1, value, unit, note);
}

static void tiles(struct buf *b, const struct simulate_pacing *p)
{
    buf_add_str(b, "<div class=\"tiles\">");
    tile(b, "Talk", p->talk.mean, " min", "in an hour of an agent");
    tile(b, "Busy", 100 * p->util.mean, " %", "calls (dialling too), wrap-up");
    tile(b, "Abandoned", p->aband.mean, " %", "of live answers");
    tile(b, "Agents wait", p->wait.mean, " s", "before each talk");
    tile(b, "Dials", p->dials_per_live.mean, "", "for each live answer");
    buf_add_str(b, "</div>\n");
}

/* One line about people who called us. */
static void callers(struct buf *b, const struct runner_callers *k)
{
    if (k->callers == 0)
        return;
    buf_addf(b,
             "<p class=\"hint\">Calls to us: %" PRIu64 " people, %" PRIu64
             " found all lines taken, %" PRIu64
             " with an agent after %.1f s in the mean, %.1f %% of all within "
             "the target, %" PRIu64 " gave up, %" PRIu64
             " were turned away; the longest wait was %.0f s.</p>\n",
             k->callers, k->unheard, k->joined, runner_callers_wait_s(k),
             runner_callers_in_target_pct(k), k->gave_up, k->turned_away,
             k->longest_s);
}

static void mean(struct buf *b, const struct simulate_mean *m)
{
    buf_addf(b, "<td class=\"n\">%.2f", m->mean);
    if (m->n > 1)
        buf_addf(b, " <small class=\"soft\">&plusmn;%.2f</small>",
                 simulate_mean_half_width(m));
    buf_add_str(b, "</td>");
}

static void row(struct buf *b, const struct simulate_pacing *p)
{
    buf_add_str(b, "<tr><th scope=\"row\"><code>");
    text(b, p->policy);
    buf_add_str(b, "</code></th>");
    mean(b, &p->talk);
    buf_addf(b, "<td class=\"n\">%.1f</td>", 100 * p->util.mean);
    mean(b, &p->aband);
    buf_addf(b,
             "<td class=\"n\">%" PRIu64 " of %" PRIu64 "</td>"
             "<td class=\"n\">%.2f</td><td class=\"n\">%.1f</td>"
             "<td class=\"n\">%.0f</td><td class=\"n\">%.1f</td></tr>\n",
             p->over, p->runs, p->worst_day_pct, p->wait.mean, p->dials_h.mean,
             p->dials_per_live.mean);
}

static void table(struct buf *b, const struct simulate_compared *c)
{
    buf_addf(b,
             "<section class=\"card\"><h2>Policies beside each other</h2>"
             "<p class=\"hint\">Means over the runs%s.</p><div "
             "class=\"scroll\"><table><thead><tr><th>Policy</th>"
             "<th class=\"n\">Talk, min an hour</th><th class=\"n\">Busy, "
             "%%</th><th class=\"n\">Abandoned, %%</th><th class=\"n\">"
             "Windows over %g %%</th><th class=\"n\">Worst day, %%</th>"
             "<th class=\"n\">Wait, s</th><th class=\"n\">Dials an hour</th>"
             "<th class=\"n\">Dials a live</th></tr></thead><tbody>\n",
             c->policy[0].runs > 1 ? " with 95 % intervals" : "",
             c->policy[0].limit_pct);
    for (size_t i = 0; i < c->policies; i++)
        row(b, &c->policy[i]);
    buf_add_str(b, "</tbody></table></div></section>\n");
}

static void card(struct buf *b, const char *title, const struct sim_plot *p)
{
    buf_addf(b, "<section class=\"card\"><h2>%s</h2>", title);
    sim_plot(b, p);
    buf_add_str(b, "</section>\n");
}

/* What the plots of a policy show, made of its curves. */
struct shares {
    double talking[SIM_SERIES_POINTS], busy[SIM_SERIES_POINTS];
    double here[SIM_SERIES_POINTS], lost[SIM_SERIES_POINTS];
};

static void make_shares(const struct sim_series *s, struct shares *out)
{
    for (size_t i = 0; i < SIM_SERIES_POINTS; i++) {
        double talk = s->agents[AGENT_TALKING][i] + s->agents[AGENT_HOLDING][i];
        double busy = talk + s->agents[AGENT_WRAP][i];
        double here =
            busy + s->agents[AGENT_READY][i] + s->agents[AGENT_PREVIEW][i] +
            s->agents[AGENT_DIALLING][i] + s->agents[AGENT_RINGING][i];
        out->here[i] = here;
        out->talking[i] = here > 0 ? 100 * talk / here : 0;
        out->busy[i] = here > 0 ? 100 * busy / here : 0;
        out->lost[i] = s->live[i] > 0 ? 100 * s->lost[i] / s->live[i] : 0;
    }
}

static void day_plots(struct buf *b, const struct simulate_pacing *p,
                      const struct shares *s)
{
    double from = p->scenario->begin_s / 3600.0;
    struct sim_plot plot = {
        .title = "Share of agents who talk and who are busy, first day",
        .unit = " %",
        .points = SIM_SERIES_POINTS,
        .from = from,
        .to = from + p->series.day_h,
        .clock = true,
        .top = 100,
        .line = {{"with a person", "good", s->talking},
                 {"with wrap-up", "pale", s->busy}},
        .lines = 2,
    };
    card(b, "Occupancy, first day", &plot);
    plot.title = "People who wait for an agent and agents signed in, first day";
    plot.unit = "";
    plot.top = 1;
    plot.lines = p->series.any_callers ? 2 : 1;
    plot.line[0] = (struct sim_plot_line){
        p->series.any_callers ? "people we called, who wait for an agent"
                              : "people who wait for an agent",
        "stop", p->series.waiting};
    plot.line[1] = (struct sim_plot_line){"people who called us", "wait",
                                          p->series.callers};
    card(b, "People waiting, first day", &plot);
    plot.title = "Calls in the air and agents signed in, first day";
    plot.lines = 2;
    plot.line[0] =
        (struct sim_plot_line){"lines that ring", "calm", p->series.air};
    plot.line[1] = (struct sim_plot_line){"agents signed in", "pale", s->here};
    card(b, "Calls in the air, first day", &plot);
}

static void budget_plot(struct buf *b, const struct simulate_pacing *p,
                        const struct shares *s)
{
    bool by_day = p->series.days > 1;
    double from = by_day ? 0 : p->scenario->begin_s / 3600.0;
    struct sim_plot plot = {
        .title = "Abandoned calls of all live answers so far, in per cent",
        .unit = " %",
        .points = SIM_SERIES_POINTS,
        .from = from,
        .to = by_day ? p->series.days : from + p->series.day_h,
        .clock = !by_day,
        .top = 0.1,
        .level = p->limit_pct,
        .line = {{"abandoned of live answers so far", "calm", s->lost}},
        .lines = 1,
    };
    card(b,
         by_day ? "Abandonment against the budget, by day"
                : "Abandonment against the budget, by hour",
         &plot);
}

static void policy(struct buf *b, const struct simulate_pacing *p)
{
    char hash[RUNNER_HASH_LEN], n[WORDS_MAX];
    struct shares s;
    simulate_ask_hex(p->head, hash);
    buf_add_str(b, "<h2 style=\"margin:28px 0 0;font-size:20px\"><code>");
    text(b, p->policy);
    buf_add_str(b, "</code></h2>\n");
    tiles(b, p);
    callers(b, &p->callers);
    if (p->has_series) {
        make_shares(&p->series, &s);
        buf_add_str(b, "<div class=\"grid\">\n");
        day_plots(b, p, &s);
        budget_plot(b, p, &s);
        buf_add_str(b, "</div>\n");
        buf_addf(b, "<p class=\"hint\">Curves of seed %" PRIu64 ".</p>",
                 p->seed);
    }
    buf_addf(b,
             "<p class=\"hint\">Journal: %s entries, hash <code>%s</code>"
             "</p>\n",
             words_count(p->journal_entries, n), hash);
}

void simulate_pacing_html(const struct simulate_compared *c, struct buf *b)
{
    tm_assert(c->policies > 0);
    head(b, c);
    if (c->policies > 1)
        table(b, c);
    for (size_t i = 0; i < c->policies; i++)
        policy(b, &c->policy[i]);
    buf_add_str(b, "<footer>Made by Telemark. Times are those of the "
                   "scenario's day.</footer></main></body></html>\n");
}

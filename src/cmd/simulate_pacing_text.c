/* Figures of policies for people at a terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/simulate_ask.h"
#include "cmd/simulate_pacing.h"
#include "report/words.h"

enum { NAME_LEAST = 12, NAME_MOST = 48, CELL = 24 };

static const char *sign(const struct simulate_compared *c)
{
    return c->utf8 ? "\xc2\xb1" : "+-"; /* plus-minus */
}

static void add_head(const struct simulate_compared *c, struct buf *b)
{
    const struct simulate_pacing *p = &c->policy[0];
    const struct scenario *s = p->scenario;
    buf_add_str(b, "Scenario ");
    words_plain(b, str_of(s->name));
    buf_addf(b, ": %" PRIu64 " agent%s, %" PRIu64 " day%s of %g h, ", s->agents,
             s->agents == 1 ? "" : "s", s->days, s->days == 1 ? "" : "s",
             s->hours);
    if (p->runs == 1)
        buf_addf(b, "one run (seed %" PRIu64 ")\n", p->seed);
    else
        buf_addf(b, "%" PRIu64 " runs (seeds %" PRIu64 " to %" PRIu64 ")\n",
                 p->runs, p->seed, p->seed + p->runs - 1);
    buf_add_str(b, "Campaign ");
    words_plain(b, str_of(c->campaign));
    buf_addf(b, "; rules: %s\n", c->rules);
    buf_add_str(b, "Simulated people; engine, rules and journal are the real "
                   "ones.");
    if (c->policies > 1)
        buf_add_str(b, " All policies meet the same people.");
    buf_add_str(b, "\n\n");
    size_t from = buf_slice(b).n;
    simulate_pacing_idle(c, b);
    if (buf_slice(b).n > from)
        buf_add_str(b, "\n\n");
}

static size_t name_width(const struct simulate_compared *c)
{
    size_t most = NAME_LEAST;
    for (size_t i = 0; i < c->policies; i++) {
        size_t n = strlen(c->policy[i].policy);
        most = n > most ? n : most;
    }
    return most < NAME_MOST ? most : NAME_MOST;
}

/* "39.12 +-0.03", as wide as the head above it. */
static void add_mean(const struct simulate_compared *c,
                     const struct simulate_mean *m, struct buf *b)
{
    double half = simulate_mean_half_width(m);
    buf_addf(b, "  %6.2f", m->mean);
    if (m->n > 1)
        buf_addf(b, " %s%.2f", sign(c), half);
    else
        buf_add_str(b, "       ");
    if (m->n > 1 && half < 9.995)
        buf_add_char(b, ' ');
}

static void add_row(const struct simulate_compared *c,
                    const struct simulate_pacing *p, size_t width,
                    struct buf *b)
{
    char over[CELL];
    buf_addf(b, "%-*s", (int)width, p->policy);
    add_mean(c, &p->talk, b);
    buf_addf(b, " %6.1f", 100 * p->util.mean);
    add_mean(c, &p->aband, b);
    (void)snprintf(over, sizeof(over), "%" PRIu64 " of %" PRIu64, p->over,
                   p->runs);
    double given_up = p->sum.dials > 0 ? 100.0 * (double)p->sum.withdrawn /
                                             (double)p->sum.dials
                                       : 0.0;
    buf_addf(b, " %10s %6.2f %7.1f %7.0f %7.1f %7.1f\n", over, p->worst_day_pct,
             p->wait.mean, p->dials_h.mean, p->dials_per_live.mean, given_up);
}

static void add_table(const struct simulate_compared *c, struct buf *b)
{
    size_t w = name_width(c);
    char limit[CELL];
    (void)snprintf(limit, sizeof(limit), "over %g %%", c->policy[0].limit_pct);
    buf_addf(b, "%-*s  %-14s %6s  %-14s %10s %6s %7s %7s %7s %7s\n", (int)w, "",
             "talk, minutes", "busy", "abandoned, %", "windows", "worst",
             "wait", "dials", "dials", "given");
    buf_addf(b, "%-*s  %-14s %6s  %-14s %10s %6s %7s %7s %7s %7s\n", (int)w,
             "policy", "an agent-hour", "%", "of live calls", limit, "day %",
             "s", "an hour", "a live", "up, %");
    for (size_t i = 0; i < c->policies; i++)
        add_row(c, &c->policy[i], w, b);
}

/* The shares are small numbers then, and here is why. */
static void add_unheard(const struct simulate_compared *c, struct buf *b)
{
    char n[WORDS_MAX];
    for (size_t i = 0; i < c->policies; i++) {
        const struct simulate_pacing *p = &c->policy[i];
        if (p->callers.unheard > 0)
            buf_addf(b, "%s: %s found all lines taken\n", p->policy,
                     words_count(p->callers.unheard, n));
    }
}

/* People who called us; nothing when nobody did. */
static void add_callers(const struct simulate_compared *c, struct buf *b)
{
    size_t w = name_width(c);
    if (c->policy[0].callers.callers == 0)
        return;
    buf_addf(b, "\n%-*s %8s %8s %10s %10s %8s %8s %8s %9s\n", (int)w,
             "calls to us", "people", "found no", "with an", "in the",
             "gave up", "turned", "waited", "longest");
    buf_addf(b, "%-*s %8s %8s %10s %10s %8s %8s %8s %9s\n", (int)w, "policy",
             "", "line, %", "agent, %", "target, %", "%", "away, %", "s", "s");
    for (size_t i = 0; i < c->policies; i++) {
        const struct runner_callers *k = &c->policy[i].callers;
        double of = k->callers > 0 ? 100.0 / (double)k->callers : 0.0;
        buf_addf(b, "%-*s %8" PRIu64 " %8.1f %10.1f %10.1f %8.1f %8.1f", (int)w,
                 c->policy[i].policy, k->callers, (double)k->unheard * of,
                 (double)k->joined * of, runner_callers_in_target_pct(k),
                 (double)k->gave_up * of, (double)k->turned_away * of);
        buf_addf(b, " %8.1f %9.1f\n", runner_callers_wait_s(k), k->longest_s);
    }
    add_unheard(c, b);
}

/* The most talk among those that kept to their budget in every run. */
static const struct simulate_pacing *best(const struct simulate_compared *c,
                                          const struct simulate_pacing *but)
{
    const struct simulate_pacing *most = NULL;
    for (size_t i = 0; i < c->policies; i++) {
        const struct simulate_pacing *p = &c->policy[i];
        if (p == but || p->over > 0 || p->talk.mean <= 0)
            continue;
        if (most == NULL || p->talk.mean > most->talk.mean)
            most = p;
    }
    return most;
}

static void add_verdict(const struct simulate_compared *c, struct buf *b)
{
    const struct simulate_pacing *first = best(c, NULL);
    const struct simulate_pacing *second = best(c, first);
    if (c->policies < 2)
        return;
    if (first == NULL) {
        buf_add_str(b, "\nNo policy kept to its budget in every run.\n");
        return;
    }
    buf_addf(b, "\nMost talk within the budget: %s, %.1f minutes an hour",
             first->policy, first->talk.mean);
    if (second != NULL)
        buf_addf(b, "; %.1f %% more than %s",
                 100 * (first->talk.mean / second->talk.mean - 1),
                 second->policy);
    buf_add_str(b, ".\n");
}

static void add_meaning(const struct simulate_compared *c, struct buf *b)
{
    buf_add_str(
        b, "\ntalk       minutes with people in an hour that an agent is "
           "signed in\nbusy       share of that hour in calls (dialling too) "
           "and wrap-up\n"
           "abandoned  people who answered and found nobody in time, those "
           "taken for a\n           machine included\n"
           "windows    runs whose legal window ended over the limit\n"
           "wait       an agent's idle time before each talk\n"
           "dials      lines dialled in an agent-hour; for each live "
           "answer\n"
           "given up   lines hung up on before anybody answered, for want of "
           "an agent\n");
    if (c->policy[0].callers.callers > 0)
        buf_add_str(b, "target     an agent within the time that the "
                       "campaign aims at, of all who called;\n"
                       "           waits count from the call\n"
                       "no line    all lines of the trunk (trunk_calls) or "
                       "of the campaign (calls) were taken\n");
    if (c->policy[0].runs > 1)
        buf_addf(b, "%-10s half the width of the 95 %% interval of the mean\n",
                 sign(c));
}

static void add_proof(const struct simulate_compared *c, struct buf *b)
{
    char n[WORDS_MAX], hash[RUNNER_HASH_LEN];
    double took_s = (double)c->took_us / 1e6;
    uint64_t placed = 0;
    buf_add_char(b, '\n');
    for (size_t i = 0; i < c->policies; i++) {
        const struct simulate_pacing *p = &c->policy[i];
        simulate_ask_hex(p->head, hash);
        placed += p->placed;
        buf_addf(b, "journal    %s: %s entries\n           hash %s\n",
                 p->policy, words_count(p->journal_entries, n), hash);
    }
    buf_addf(b, "took       %.2f s with %u process%s", took_s, c->jobs,
             c->jobs == 1 ? "" : "es");
    if (took_s > 0)
        buf_addf(b, ", %.0f calls/s", (double)placed / took_s);
    buf_add_char(b, '\n');
}

void simulate_pacing_text(const struct simulate_compared *c, struct buf *b)
{
    tm_assert(c->policies > 0);
    add_head(c, b);
    add_table(c, b);
    add_callers(c, b);
    add_verdict(c, b);
    add_meaning(c, b);
    add_proof(c, b);
}

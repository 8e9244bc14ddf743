/* What pacing may do: lines without an agent, people lost, and its books. */
#include "base/real.h"
#include "sim/check_agents_inside.h"

#define SECOND    INT64_C(1000000)
#define PERIOD_US (30 * 24 * 3600 * SECOND)

#define OLD_US (300 * SECOND) /* no line rings for so long */

enum { FEW = 8 }; /* calls that say nothing */

/* --- progressive: a ready agent for each line --------------------------- */

/* Lines of the campaign (v 0: of any) that whoever is ready would have to
 * take. */
static size_t lines(const struct check_agents *c, struct campaign_id of)
{
    size_t n = 0;
    for (size_t i = c->calls_n; i > 0; i--) {
        const struct check_agents_call *k = &c->call[i - 1];
        if (k->staff.v == 0 && c->now_us - k->recorded_us > OLD_US)
            break; /* those before are older */
        n += k->staff.v == 0 && !k->incoming && !k->ended &&
                     k->answered_us == 0 && (of.v == 0 || of.v == k->campaign.v)
                 ? 1
                 : 0;
    }
    for (size_t i = 0; i < c->men_n; i++) {
        const struct check_agents_call *k =
            check_agents_call(c, c->man[i].attempt);
        if (n > 0 && c->man[i].state == AGENT_DIALLING && k != NULL &&
            (of.v == 0 || of.v == k->campaign.v))
            n--;
    }
    return n;
}

void check_agents_one_each(struct check_agents *c, struct attempt_id a)
{
    struct check_agents_call *k = check_agents_call(c, a);
    if (k == NULL || c->w.clock_steps)
        return;
    k->one_each = true;
    c->cover = a;
}

/* Called when time goes on after an attempt, so that whose line it is has been
 * told. A decision holds for the moment until the next one. */
void check_agents_cover(struct check_agents *c, int64_t now_us)
{
    if (!c->cover_due || now_us == c->now_us)
        return;
    const struct check_agents_call *k = check_agents_call(c, c->cover);
    c->cover_due = false;
    c->cover = (struct attempt_id){0};
    if (!c->w.covered && k == NULL)
        return;
    if (!c->w.covered && k->tied) /* dialled for one, whatever became of him */
        return;
    struct campaign_id of = {c->w.covered ? 0 : k->campaign.v};
    size_t ready = 0, n = lines(c, of);
    for (size_t i = 0; i < c->men_n; i++) {
        const struct check_agents_man *m = &c->man[i];
        ready += m->ready_from_us != 0 && m->ready_to_us >= c->now_us - SECOND
                     ? 1
                     : 0;
    }
    if (n > ready)
        check_agents_find(
            c, CHECK_BUDGET, "%s, and %zu lines for %zu ready agents",
            c->w.covered ? "progressive" : "a line that an agent waits for", n,
            ready);
}

/* Likewise when time goes on after callers got agents: each line still has one
 * of those who are ready, unless lines were too many before. */
void check_agents_kept(struct check_agents *c, int64_t now_us)
{
    size_t joins = c->joins, ready = 0;
    if (joins == 0 || now_us == c->now_us)
        return;
    c->joins = 0;
    if (!c->w.kept)
        return;
    size_t n = lines(c, (struct campaign_id){0});
    for (size_t i = 0; i < c->men_n; i++)
        ready += c->man[i].state == AGENT_READY ? 1 : 0;
    if (n > ready && n <= ready + joins)
        check_agents_find(c, CHECK_CALLERS,
                          "%zu callers get agents, and %zu lines ring for %zu "
                          "who are ready",
                          joins, n, ready);
}

/* --- what pacing counts ------------------------------------------------- */

static void told(struct check_agents *c, const char *what, uint64_t says,
                 uint64_t least, uint64_t most)
{
    if (says >= least && says <= most)
        return;
    check_agents_find(c, CHECK_BUDGET,
                      "pacing counts %llu %s in its window, the records have "
                      "%llu to %llu",
                      (unsigned long long)says, what, (unsigned long long)least,
                      (unsigned long long)most);
}

/* It knows more than what is durable, never less: calls that are up may have
 * been settled. What an agent says of a machine comes later to the records. */
void check_agents_decided(struct check_agents *c, struct campaign_id of,
                          int64_t now_us, uint64_t live, uint64_t lost)
{
    const struct check_agents_pace *p = check_agents_pace(c, of);
    const struct check_floor *w = check_agents_of(c, of);
    struct check_agents_lost ended; /* or joined */
    uint64_t later = 0;
    if (!c->w.live || c->w.clock_steps || p->first_us == 0)
        return;
    int64_t from_us = now_us - (now_us - p->first_us) % PERIOD_US;
    check_agents_window(c, of, from_us, INT64_MAX, &ended);
    for (size_t i = 0; i < c->calls_n; i++) {
        const struct check_agents_call *k = &c->call[i];
        ended.live +=
            k->bridged && !k->ended && !k->incoming && k->campaign.v == of.v
                ? 1
                : 0;
    }
    for (size_t i = 0; i < c->men_n; i++)
        later += c->man[i].state == AGENT_WRAP ? 1 : 0;
    uint64_t wrong =
        w->wrong > 0 ? 1 + (uint64_t)((double)live * 2 * w->wrong) : 0;
    told(c, "live answers", live, ended.live > later ? ended.live - later : 0,
         ended.live + p->open + wrong);
    told(c, "lost ones", lost, ended.abandoned,
         ended.abandoned + p->open + wrong);
}

/* --- the whole run ------------------------------------------------------ */

/* Far beyond what chance explains: in a window of thirty days pacing may be
 * ahead of its budget for an hour, by less than twice. Where the detection may
 * take longer than the plan lets people wait, they are lost by the plan with
 * every agent ready, however few lines there are: no pacing keeps a budget. */
static void check_budget(struct check_agents *c, const struct check_floor *w,
                         const struct check_agents_lost *sum)
{
    double lost = (double)sum->abandoned;
    double may = w->budget * (double)sum->live;
    bool in_time = w->detect_us <= w->hold_us;
    if (w->budget <= 0 || !in_time ||
        lost <= 2 * may + FEW + 5 * real_sqrt(may))
        return;
    check_agents_find(c, CHECK_BUDGET,
                      "campaign %lld: %llu of %llu live answers lost, and "
                      "pacing may lose %.1f %%",
                      (long long)w->campaign.v,
                      (unsigned long long)sum->abandoned,
                      (unsigned long long)sum->live, 100 * w->budget);
}

void check_agents_budget(struct check_agents *c)
{
    check_budget(c, &c->w, &c->pace[0].sum);
    if (c->w.second != NULL)
        check_budget(c, c->w.second, &c->pace[1].sum);
}

#include "fixture_floor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/real.h"

static const int64_t S = 1000000;

void floor_init(struct floor *f, const char *policy, unsigned agents,
                uint64_t seed)
{
    struct policy_params params;
    struct err e = {0};
    memset(f, 0, sizeof *f);
    if (policy_parse(str_of(policy), &params, &e) != 0)
        fail_msg("%s", e.text);
    f->now_us = INT64_C(1795453200) * S;
    f->stop_us = f->now_us + 8 * 3600 * S;
    f->p_human = 0.2;
    f->talk_s = 45.0;
    rng_init(&f->random, seed, "floor");
    struct predictive_setup setup = {
        .limit = 0.03, .hold_us = 2 * S, .withdraw_us = 15 * S};
    policy_init(&f->policy, &params, &setup, f->now_us, seed);
    floor_agents(f, agents);
}

void floor_agents(struct floor *f, unsigned n)
{
    assert_true(n <= FLOOR_AGENTS);
    f->agents = n;
    for (unsigned a = 0; a < FLOOR_AGENTS; a++) {
        struct floor_agent *g = &f->agent[a];
        if (a < n && g->state == 0)
            g->state = FLOOR_IDLE;
        else if (a >= n && g->state == FLOOR_IDLE)
            g->state = 0;
    }
}

static int64_t told_us(const struct floor *f)
{
    return f->now_us + f->clock_skew_us;
}

static int64_t exponential_us(struct floor *f, double mean_s)
{
    return (int64_t)(-real_log(1.0 - rng_unit(&f->random)) * mean_s * 1e6);
}

static void settle(struct floor *f, bool lost)
{
    f->live++;
    f->lost += lost;
    predictive_settled(&f->policy.facts, lost);
}

static void end_line(struct floor *f, struct floor_line *l,
                     enum lasting_end how)
{
    predictive_line_ended(&f->policy.facts, told_us(f), l->mark, how);
    l->used = false;
    f->lines--;
}

static bool is_idle(const struct floor *f, unsigned a)
{
    return a < f->agents && f->agent[a].state == FLOOR_IDLE;
}

static void talk(struct floor *f, unsigned a)
{
    int64_t talk_us = exponential_us(f, f->talk_s);
    f->talked_s += (double)talk_us / 1e6;
    f->agent[a] = (struct floor_agent){
        .state = FLOOR_TALK,
        .end_us = f->now_us + talk_us,
        .mark = predictive_talk(&f->policy.facts, told_us(f)),
    };
}

/* A line rings for each agent who is idle, as the campaign tells the floor. */
static bool all_count(const struct floor *f)
{
    unsigned idle = 0;
    for (unsigned a = 0; a < f->agents; a++)
        idle += is_idle(f, a);
    return idle == f->lines;
}

/* People who wait meet agents who are idle; others have waited too long. Who
 * called waits as long as it takes, and until lines have rung. */
static void connect(struct floor *f)
{
    for (unsigned a = 0; a < f->agents && f->waits + f->callers > 0; a++) {
        if (!is_idle(f, a) || (f->waits == 0 && all_count(f)))
            continue;
        talk(f, a);
        if (f->waits == 0) {
            f->callers--;
            continue;
        }
        f->waits--;
        memmove(f->waits_us, f->waits_us + 1, f->waits * sizeof f->waits_us[0]);
        settle(f, false);
    }
    while (f->waits > 0 && f->waits_us[0] <= f->now_us) {
        f->waits--;
        memmove(f->waits_us, f->waits_us + 1, f->waits * sizeof f->waits_us[0]);
        settle(f, true);
    }
}

static void end_work(struct floor *f, unsigned a)
{
    struct floor_agent *g = &f->agent[a];
    struct predictive *facts = &f->policy.facts;
    if (g->state <= FLOOR_IDLE || g->end_us > f->now_us)
        return;
    if (g->state == FLOOR_TALK) {
        predictive_talk_ended(facts, told_us(f), g->mark, LASTING_GOAL);
        g->state = FLOOR_TALK + 1;
        g->end_us = f->now_us + exponential_us(f, 15.0);
        g->mark = predictive_wrap(facts, told_us(f));
    } else {
        predictive_wrap_ended(facts, told_us(f), g->mark, LASTING_GOAL);
        g->state = a < f->agents ? FLOOR_IDLE : 0;
    }
}

static void dial(struct floor *f)
{
    struct floor_line *l = f->line;
    while (l < f->line + FLOOR_LINES && l->used)
        l++;
    if (l == f->line + FLOOR_LINES)
        fail_msg("a floor has no %u lines", FLOOR_LINES);
    l->used = true;
    l->born_us = f->now_us;
    l->human = rng_unit(&f->random) < f->p_human;
    double u = rng_unit(&f->random);
    l->end_us =
        f->now_us + (int64_t)((l->human ? 6 + 12 * u : 16 + 10 * u) * 1e6);
    l->mark = predictive_dialled(&f->policy.facts, told_us(f));
    f->lines++;
    f->dials++;
}

static void withdraw_oldest(struct floor *f)
{
    struct floor_line *oldest = NULL;
    for (struct floor_line *l = f->line; l < f->line + FLOOR_LINES; l++)
        if (l->used && (oldest == NULL || l->born_us < oldest->born_us))
            oldest = l;
    if (oldest == NULL) {
        fail_msg("%s", "withdraws a line where there is none");
        return;
    }
    /* An order names only lines that rang long enough, unless the clock that
     * it goes by has leapt. */
    if (f->now_us - oldest->born_us < 15 * S) {
        assert_true(f->clock_skew_us != 0);
        return;
    }
    end_line(f, oldest, LASTING_BROKEN_OFF);
    f->withdrawn++;
}

static void look(struct floor *f)
{
    struct policy_view *v = &f->view;
    *v = (struct policy_view){
        .now = {.now_us = told_us(f),
                .waiting = f->waits + f->callers,
                .agents = f->agents,
                .window = {f->live, f->lost, f->stop_us - f->now_us},
                .called_per_s = f->told_per_s},
        .ringing = f->lines,
        .day_live = f->live,
        .day_lost = f->lost,
        .day_left = (double)(f->stop_us - f->now_us) / (8 * 3600e6),
    };
    v->now.leaving = f->leaving_more;
    for (unsigned a = 0; a < FLOOR_AGENTS; a++) {
        v->now.idle += is_idle(f, a);
        v->now.leaving += a >= f->agents && f->agent[a].state > FLOOR_IDLE;
        v->talking += f->agent[a].state == FLOOR_TALK;
    }
}

void floor_step(struct floor *f)
{
    f->now_us += PREDICTIVE_TICK_US;
    for (unsigned a = 0; a < FLOOR_AGENTS; a++)
        end_work(f, a);
    for (struct floor_line *l = f->line; l < f->line + FLOOR_LINES; l++) {
        if (!l->used || l->end_us > f->now_us)
            continue;
        if (l->human)
            f->waits_us[f->waits++] = f->now_us + 2 * S;
        end_line(f, l, l->human ? LASTING_GOAL : LASTING_OTHER);
    }
    if (f->calls_per_s > 0.0)
        f->callers += rng_unit(&f->random) < f->calls_per_s / 4;
    connect(f);
    if (f->now_us >= f->stop_us)
        return;
    look(f);
    policy_decide(&f->policy, &f->view, &f->order);
    for (unsigned i = 0; i < f->order.withdraw; i++)
        withdraw_oldest(f);
    for (unsigned i = 0; i < f->order.dial; i++)
        dial(f);
}

void floor_run(struct floor *f, double seconds)
{
    int64_t until_us = f->now_us + (int64_t)(seconds * 1e6);
    while (f->now_us < until_us)
        floor_step(f);
}

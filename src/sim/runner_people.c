#include <stdio.h>

#include "base/civil.h"
#include "sim/runner_inside.h"
#include "sim/scenario_plan.h"

/* --- worlds by the time of day ---------------------------------------------*/

static void use_world(struct runner *r)
{
    sim_carrier_set_world(r->carrier_sim, &r->world[r->world_now]);
    r->live.talk_factor = r->world_talk[r->world_now];
}

static void set_world_timer(struct runner *r)
{
    int64_t at_us;
    if (r->world_now + 1 < r->worlds)
        at_us = r->day_us + r->world_s[r->world_now + 1] * CIVIL_SECOND_US;
    else
        at_us = r->day_us + CIVIL_DAY_US;
    if (r->worlds > 1)
        sim_clock_set(&r->clock, &r->world_timer, at_us);
}

static void world_due(void *arg)
{
    struct runner *r = arg;
    if (++r->world_now == r->worlds) {
        r->world_now = 0;
        r->day_us += CIVIL_DAY_US;
    }
    use_world(r);
    set_world_timer(r);
}

/* The changes of a day in order of time; those of one instant, in order of the
 * file. */
static size_t sort_changes(struct runner *r,
                           const struct scenario_at *at[RUNNER_WORLDS_MAX])
{
    const struct scenario *s = r->o.scenario;
    size_t n = 1;
    for (size_t i = 0; i < s->ats; i++) {
        if (s->at[i].change != SCENARIO_ANSWER_RATE &&
            s->at[i].change != SCENARIO_TALK)
            continue;
        int32_t after_s = (s->at[i].at_s - s->begin_s + 86400) % 86400;
        size_t to = n++;
        for (; to > 1 && r->world_s[to - 1] > after_s; to--) {
            r->world_s[to] = r->world_s[to - 1];
            at[to] = at[to - 1];
        }
        r->world_s[to] = after_s;
        at[to] = &s->at[i];
    }
    return n;
}

static void make_worlds(struct runner *r)
{
    const struct scenario_at *at[RUNNER_WORLDS_MAX];
    r->world[0] = r->o.scenario->world;
    if (r->world[0].seed == 0)
        r->world[0].seed = rng_mix(r->o.seed + 1);
    r->world_talk[0] = 1.0;
    r->worlds = sort_changes(r, at);
    for (size_t i = 1; i < r->worlds; i++) {
        r->world[i] = r->world[i - 1];
        r->world_talk[i] = r->world_talk[i - 1];
        if (at[i]->change == SCENARIO_TALK) {
            r->world_talk[i] = at[i]->value;
            continue;
        }
        r->world[i] = r->world[0];
        person_world_move(&r->world[i], (uint32_t)(at[i]->value * 1e6 + 0.5));
    }
}

/* --- rates beyond them -----------------------------------------------------*/

static void switch_due(void *arg)
{
    struct runner *r = arg;
    const struct scenario *s = r->o.scenario;
    struct distribution stay = {.kind = DISTRIBUTION_EXP, .mean = s->sw_mean};
    r->switch_rate = r->switch_rate == s->sw_hi ? s->sw_lo : s->sw_hi;
    sim_clock_set(
        &r->clock, &r->switch_timer,
        r->clock.now_us + 1 +
            (int64_t)(distribution_draw(&stay, &r->switch_rng) * 1e6));
}

/* The factor that a run of leads shares. */
static double block_rate(struct runner *r, int64_t lead)
{
    const struct scenario *s = r->o.scenario;
    uint64_t block = (uint64_t)(lead - 1) / s->block + 1;
    if (block == r->block)
        return r->block_rate;
    struct rng random;
    struct distribution d = {.kind = DISTRIBUTION_CONST, .mean = 1.0};
    char text[64];
    (void)snprintf(text, sizeof(text), "lognormal 1 %g 0 1000", s->block_cv);
    if (s->block_cv > 0.0)
        d = distribution_of(text);
    rng_init_of(&random, r->o.seed, "blocks of leads", block);
    r->block = block;
    r->block_rate = distribution_draw(&d, &random);
    return r->block_rate;
}

/* How often the list was gone through before. The built-in campaign calls its
 * whole list in each pass, those who answered included: leads without end, and
 * every list_size of them are a pass. */
static uint64_t pass_of(const struct runner *r, struct lead_id lead,
                        unsigned nth)
{
    const struct scenario *s = r->o.scenario;
    if (!scenario_plan_built_in(s) || s->list_size == 0)
        return nth;
    uint64_t of_day = (uint64_t)lead.v - 1;
    of_day -= r->made_before < of_day ? r->made_before : of_day;
    return of_day / s->list_size;
}

double runner_people_rate(void *arg, struct attempt_id a, unsigned *nth)
{
    struct runner *r = arg;
    const struct scenario *s = r->o.scenario;
    double rate = r->switch_rate;
    const struct sim_store_attempt *of = sim_store_attempt(r->store_sim, a);
    if (of == NULL)
        return rate;
    if (r->live.nth_known)
        *nth = sim_store_nth(r->store_sim, of->lead);
    if (s->pass_decay != 1.0)
        for (uint64_t i = pass_of(r, of->lead, *nth); i > 0; i--)
            rate *= s->pass_decay;
    if (s->block > 0)
        rate *= block_rate(r, of->lead.v);
    return rate;
}

/* --- days ------------------------------------------------------------------*/

void runner_people_init(struct runner *r)
{
    const struct scenario *s = r->o.scenario;
    make_worlds(r);
    sim_clock_timer(&r->world_timer, world_due, r);
    set_world_timer(r);
    use_world(r);
    sim_clock_timer(&r->switch_timer, switch_due, r);
    rng_init(&r->switch_rng, r->o.seed, "switch of the answer rate");
    r->switch_rate = 1.0;
    if (s->sw_mean <= 0.0 || r->agents == NULL)
        return;
    r->switch_rate = rng_below(&r->switch_rng, 2) == 0 ? s->sw_lo : s->sw_hi;
    switch_due(r);
}

void runner_people_day(struct runner *r)
{
    if (r->day > 0)
        sim_store_new_list(r->store_sim);
    r->made_before = sim_store_made(r->store_sim);
}

void runner_people_end(struct runner *r)
{
    sim_clock_cancel(&r->clock, &r->world_timer);
    sim_clock_cancel(&r->clock, &r->switch_timer);
}

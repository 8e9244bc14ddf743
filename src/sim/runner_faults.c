#include "sim/runner_inside.h"

enum {
    SPELL_US = 60 * 1000 * 1000,
    SLOW_US = 3 * 1000 * 1000,
    STEP_US = 30 * 1000 * 1000,
};

static int64_t usual_us(const struct runner *r)
{
    return (int64_t)(r->o.scenario->commit_s * 1e6);
}

static void slow_over(void *arg)
{
    struct runner *r = arg;
    sim_store_set_commit_us(r->store_sim, usual_us(r));
}

static void away_over(void *arg)
{
    struct runner *r = arg;
    sim_store_set_away(r->store_sim, false);
}

static void down_over(void *arg)
{
    struct runner *r = arg;
    sim_carrier_set_down(r->carrier_sim, false);
}

static void answers_over(void *arg)
{
    struct runner *r = arg;
    sim_carrier_set_answers(r->carrier_sim, SIM_ANSWERS_COME);
}

static void clock_over(void *arg)
{
    struct runner *r = arg;
    if (r->engine != NULL)
        engine_hold(r->engine, false);
}

void runner_faults_init(struct runner *r)
{
    const struct runner_faults *f = r->o.faults;
    rng_init(&r->fault_rng, f != NULL ? f->seed : 0, "faults");
    sim_clock_timer(&r->slow_end, slow_over, r);
    sim_clock_timer(&r->away_end, away_over, r);
    sim_clock_timer(&r->down_end, down_over, r);
    sim_clock_timer(&r->answers_end, answers_over, r);
    sim_clock_timer(&r->clock_end, clock_over, r);
}

static bool begins(struct runner *r, uint32_t ppm, struct sim_timer *end)
{
    if (ppm == 0 || sim_clock_is_set(end) ||
        !rng_chance_ppm(&r->fault_rng, ppm))
        return false;
    int64_t us = 1 + (int64_t)rng_below(&r->fault_rng, SPELL_US);
    sim_clock_set(&r->clock, end, r->clock.now_us + us);
    return true;
}

static void draw_answers(struct runner *r)
{
    const struct runner_faults *f = r->o.faults;
    const struct {
        uint32_t ppm;
        enum sim_carrier_answers answers;
    } bad[] = {
        {f->late_ppm, SIM_ANSWERS_LATE},
        {f->mute_ppm, SIM_ANSWERS_NEVER},
        {f->storm_ppm, SIM_ANSWERS_STORM},
    };
    for (size_t i = 0; i < tm_array_len(bad); i++)
        if (begins(r, bad[i].ppm, &r->answers_end))
            sim_carrier_set_answers(r->carrier_sim, bad[i].answers);
}

/* Somebody who talks with a person who called us; v 0: nobody does. */
static struct agent_id with_caller(const struct runner *r, uint64_t drawn)
{
    size_t n = sim_agents_count(r->agents);
    for (size_t i = 0; i < n; i++) {
        struct agent_id a = {(int64_t)((drawn % n + i) % n) + 1};
        const struct floor_agent *f = floor_find(engine_floor(r->engine), a);
        if (f != NULL && f->state == AGENT_TALKING &&
            sim_store_incoming(r->store_sim, f->attempt) != NULL)
            return a;
    }
    return (struct agent_id){0};
}

/* An agent's telephone loses its network. Where people call us, more often and
 * with one of them, who then waits again. */
static void draw_agent(struct runner *r)
{
    uint32_t ppm = r->o.faults->agent_ppm;
    bool called = r->o.scenario->callers > 0.0;
    struct agent_id a = {0};
    if (ppm == 0 || r->agents == NULL ||
        !rng_chance_ppm(&r->fault_rng, called ? 4 * ppm : ppm))
        return;
    if (called)
        a = with_caller(r, rng_u64(&r->fault_rng));
    if (a.v == 0)
        a = sim_agents_some(r->agents, rng_u64(&r->fault_rng));
    const struct floor_agent *f =
        a.v != 0 ? floor_find(engine_floor(r->engine), a) : NULL;
    if (f != NULL && f->leg.v != 0)
        sim_carrier_break(r->carrier_sim, f->leg);
}

/* Set on, time jumps; set back, the clock port goes on from where it is and
 * nobody calls until the system's clock has caught up, as in a server. */
static void draw_clock(struct runner *r)
{
    uint32_t ppm = r->o.faults->clock_ppm;
    if (ppm == 0 || sim_clock_is_set(&r->clock_end) ||
        !rng_chance_ppm(&r->fault_rng, ppm))
        return;
    int64_t us = 1 + (int64_t)rng_below(&r->fault_rng, STEP_US);
    if (rng_below(&r->fault_rng, 2) == 0) {
        sim_clock_shift(&r->clock, us);
        return;
    }
    engine_hold(r->engine, true);
    sim_clock_set(&r->clock, &r->clock_end, r->clock.now_us + us);
}

int runner_faults_draw(struct runner *r, struct err *e)
{
    const struct runner_faults *f = r->o.faults;
    if (f == NULL)
        return TM_OK;
    if (begins(r, f->slow_ppm, &r->slow_end))
        sim_store_set_commit_us(r->store_sim,
                                1 + (int64_t)rng_below(&r->fault_rng, SLOW_US));
    if (begins(r, f->away_ppm, &r->away_end))
        sim_store_set_away(r->store_sim, true);
    if (begins(r, f->down_ppm, &r->down_end))
        sim_carrier_set_down(r->carrier_sim, true);
    draw_answers(r);
    draw_agent(r);
    draw_clock(r);
    /* On a store that cannot write no server starts. */
    if (f->crash_ppm == 0 || r->crashes >= f->crashes_max ||
        sim_clock_is_set(&r->away_end) ||
        !rng_chance_ppm(&r->fault_rng, f->crash_ppm))
        return TM_OK;
    sim_clock_cancel(&r->clock, &r->clock_end); /* a server looks anew */
    return runner_house_crash(r, e);
}

void runner_faults_end(struct runner *r)
{
    struct sim_timer *const end[] = {&r->slow_end, &r->away_end, &r->down_end,
                                     &r->answers_end, &r->clock_end};
    for (size_t i = 0; i < tm_array_len(end); i++) {
        if (!sim_clock_is_set(end[i]))
            continue;
        sim_clock_cancel(&r->clock, end[i]);
        end[i]->fn(r);
    }
}

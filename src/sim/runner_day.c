#include "base/civil.h"
#include "sim/runner_inside.h"

enum { STOPS_BEFORE_S = 45, MINUTE_S = 60 };

enum day_step { DAY_BEGINS, DAY_STOPS, DAY_ENDS };

static int64_t begin_of(const struct runner *r, size_t day)
{
    return r->start_us + (int64_t)day * CIVIL_DAY_US;
}

static int64_t end_of(const struct runner *r, size_t day)
{
    return begin_of(r, day) +
           (int64_t)(r->o.scenario->hours * 3600 * 1000) * 1000;
}

static int64_t stop_of(const struct runner *r, size_t day)
{
    int64_t us = end_of(r, day) - STOPS_BEFORE_S * CIVIL_SECOND_US;
    return us > begin_of(r, day) ? us : begin_of(r, day) + 1;
}

static void set_day(struct runner *r, enum day_step step, int64_t at_us)
{
    r->day_step = (int)step;
    sim_clock_set(&r->clock, &r->day_timer, at_us);
}

static void begins(struct runner *r)
{
    r->minute = (struct runner_floor){0};
    runner_people_day(r);
    sim_agents_begin(r->agents, begin_of(r, r->day), end_of(r, r->day));
    r->dialling = true;
    runner_house_command(r);
    runner_callers_day(r, end_of(r, r->day));
    set_day(r, DAY_STOPS, stop_of(r, r->day));
    if (r->o.minute != NULL)
        sim_clock_set(&r->clock, &r->minute_timer,
                      r->clock.now_us + MINUTE_S * CIVIL_SECOND_US);
}

static void ends(struct runner *r)
{
    sim_agents_end(r->agents);
    if (r->day + 1 < r->o.scenario->days)
        set_day(r, DAY_BEGINS, begin_of(r, r->day + 1));
}

static void day_due(void *arg)
{
    struct runner *r = arg;
    switch ((enum day_step)r->day_step) {
    case DAY_BEGINS:
        if (r->clock.now_us > r->start_us) {
            runner_floor_close(r);
            r->day++;
        }
        begins(r);
        break;
    case DAY_STOPS:
        r->dialling = false;
        runner_house_command(r);
        sim_clock_cancel(&r->clock, &r->minute_timer);
        set_day(r, DAY_ENDS, end_of(r, r->day));
        break;
    case DAY_ENDS: ends(r); break;
    }
}

static void minute_due(void *arg)
{
    struct runner *r = arg;
    runner_floor_minute(r);
    sim_clock_set(&r->clock, &r->minute_timer,
                  r->clock.now_us + MINUTE_S * CIVIL_SECOND_US);
}

void runner_day_init(struct runner *r)
{
    sim_clock_timer(&r->day_timer, day_due, r);
    sim_clock_timer(&r->minute_timer, minute_due, r);
    runner_callers_init(r);
    set_day(r, DAY_BEGINS, r->start_us);
}

void runner_day_end(struct runner *r)
{
    if (r->agents == NULL)
        return;
    sim_clock_cancel(&r->clock, &r->day_timer);
    sim_clock_cancel(&r->clock, &r->minute_timer);
    runner_callers_end(r);
    sim_agents_end(r->agents);
}

int runner_day_order(void *arg, struct agent_id a, const struct agent_order *o)
{
    struct runner *r = arg;
    struct err e;
    if (r->engine == NULL)
        return TM_ESTATE;
    int rc = engine_agent_order(r->engine, a, o, &e);
    if (r->o.orders != NULL)
        r->o.orders(r->o.orders_arg, a, o, rc, r->clock.now_us);
    return rc;
}

void runner_day_changed(void *arg, const struct floor_change *c)
{
    struct runner *r = arg;
    sim_agents_changed(r->agents, c);
}

#include <stdlib.h>

#include "base/civil.h"
#include "sim/sim_agents_inside.h"

/* --- breaks ----------------------------------------------------------------*/

static int64_t draw_us(struct sim_agents *g, double mean_s)
{
    struct distribution d = {.kind = DISTRIBUTION_EXP, .mean = mean_s};
    return (int64_t)(distribution_draw(&d, &g->moves) * 1e6);
}

/* Works for a while, then rests; with notice, it is known a while before. */
static void plan_rest(struct sim_agent *a)
{
    struct sim_agents *g = a->of;
    const struct scenario *s = g->o.scenario;
    if (s->brk_rate <= 0.0)
        return;
    int64_t in_us = draw_us(g, 3600.0 / s->brk_rate);
    a->rest_known = false;
    sim_clock_set(g->o.clock, &a->rest, g->o.clock->now_us + in_us);
}

static void rest_in(struct sim_agent *a, int64_t us)
{
    struct sim_clock *clock = a->of->o.clock;
    sim_clock_set(clock, &a->rest, clock->now_us + us);
}

void sim_agents_rest_due(void *arg)
{
    struct sim_agent *a = arg;
    const struct scenario *s = a->of->o.scenario;
    if (a->rest_known) {
        a->rest_known = false;
        sim_agents_wish(a, SIM_AGENT_RESTS);
        rest_in(a, draw_us(a->of, s->brk_mean));
    } else if (a->want == SIM_AGENT_RESTS) {
        sim_agents_wish(a, SIM_AGENT_IN);
        plan_rest(a);
    } else if (a->want == SIM_AGENT_IN) {
        a->notice = a->rest_known = true;
        a->after = SIM_AGENT_RESTS;
        if (s->brk_notice > 0.0)
            sim_clock_set(a->of->o.clock, &a->soon, a->of->o.clock->now_us);
        rest_in(a, (int64_t)(s->brk_notice * 1e6));
    }
}

/* --- `at` lines ------------------------------------------------------------*/

static void add_event(struct sim_agents *g, int64_t at_us, size_t agent,
                      enum sim_agent_event_kind kind)
{
    if (g->events == g->events_cap) {
        g->events_cap = g->events_cap == 0 ? 64 : g->events_cap * 2;
        g->event = mem_resize(g->event, g->events_cap * sizeof(*g->event));
    }
    g->event[g->events++] = (struct sim_agent_event){
        .at_us = at_us, .agent = (uint32_t)agent, .kind = kind};
}

static int compare(const void *x, const void *y)
{
    const struct sim_agent_event *a = x, *b = y;
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    if (a->agent != b->agent)
        return a->agent < b->agent ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

/* An instant of the scenario's day, within the present one. */
static int64_t instant(const struct sim_agents *g, int32_t at_s)
{
    int32_t after_s = (at_s - g->o.scenario->begin_s + 86400) % 86400;
    return g->begin_us + after_s * CIVIL_SECOND_US;
}

static void plan_logout(struct sim_agents *g, const struct scenario_at *at)
{
    size_t here = (size_t)g->o.scenario->agents;
    for (size_t k = 0; k < at->agents && k < here; k++) {
        size_t agent = here - 1 - k;
        int64_t go_us = instant(g, at->at_s) +
                        (int64_t)(rng_unit(&g->moves) * at->spread_s * 1e6);
        if (at->notice_s > 0)
            add_event(g, go_us - (int64_t)(at->notice_s * 1e6), agent,
                      SIM_AGENT_NOTICE);
        add_event(g, go_us, agent, SIM_AGENT_GOES);
        if (at->back_s >= 0)
            add_event(g, instant(g, at->back_s), agent, SIM_AGENT_COMES);
    }
}

/* Those who come are others than those of the beginning; *next is the first
 * of them who has not come yet. */
static void plan_login(struct sim_agents *g, const struct scenario_at *at,
                       size_t *next)
{
    for (size_t k = 0; k < at->agents && *next < g->n; k++, (*next)++)
        add_event(g,
                  instant(g, at->at_s) +
                      (int64_t)(rng_unit(&g->moves) * at->spread_s * 1e6),
                  *next, SIM_AGENT_COMES);
}

static void plan_events(struct sim_agents *g)
{
    const struct scenario *s = g->o.scenario;
    size_t next = (size_t)s->agents;
    g->events = g->event_at = 0;
    for (size_t i = 0; i < s->ats; i++) {
        if (s->at[i].change == SCENARIO_LOGOUT)
            plan_logout(g, &s->at[i]);
        else if (s->at[i].change == SCENARIO_LOGIN)
            plan_login(g, &s->at[i], &next);
    }
    if (g->events > 0)
        qsort(g->event, g->events, sizeof(*g->event), compare);
}

static void set_event_timer(struct sim_agents *g)
{
    if (g->event_at < g->events)
        sim_clock_set(g->o.clock, &g->event_timer, g->event[g->event_at].at_us);
}

void sim_agents_event_due(void *arg)
{
    struct sim_agents *g = arg;
    const struct sim_agent_event *e = &g->event[g->event_at++];
    struct sim_agent *a = &g->agent[e->agent];
    switch (e->kind) {
    case SIM_AGENT_NOTICE:
        a->notice = true;
        a->after = SIM_AGENT_OUT;
        sim_clock_set(g->o.clock, &a->soon, g->o.clock->now_us);
        break;
    case SIM_AGENT_GOES: sim_agents_wish(a, SIM_AGENT_OUT); break;
    case SIM_AGENT_COMES:
        sim_agents_wish(a, SIM_AGENT_IN);
        if (!sim_clock_is_set(&a->rest))
            plan_rest(a);
        break;
    }
    set_event_timer(g);
}

/* --- days ------------------------------------------------------------------*/

void sim_agents_begin(struct sim_agents *g, int64_t begin_us, int64_t end_us)
{
    (void)sim_agents_times(g);
    g->begin_us = begin_us;
    g->end_us = end_us;
    plan_events(g);
    for (size_t i = 0; i < g->n && i < g->o.scenario->agents; i++) {
        sim_agents_wish(&g->agent[i], SIM_AGENT_IN);
        plan_rest(&g->agent[i]);
    }
    set_event_timer(g);
}

void sim_agents_end(struct sim_agents *g)
{
    sim_clock_cancel(g->o.clock, &g->event_timer);
    for (size_t i = 0; i < g->n; i++) {
        sim_clock_cancel(g->o.clock, &g->agent[i].rest);
        sim_agents_wish(&g->agent[i], SIM_AGENT_OUT);
    }
}

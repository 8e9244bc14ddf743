#include "sim/sim_agents.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "sim/sim_agents_inside.h"

enum { FIRST_EXTENSION = 1000, AGAIN_S = 5, BACK_AFTER_CRASH_S = 5 };

static int64_t now_of(const struct sim_agents *g)
{
    return g->o.clock->now_us;
}

static struct sim_agent *agent_of(struct sim_agents *g, struct agent_id id)
{
    tm_assert(id.v > 0 && (size_t)id.v <= g->n);
    return &g->agent[id.v - 1];
}

/* --- time ------------------------------------------------------------------*/

static double share_of_day_s(const struct sim_agents *g, int64_t from_us,
                             int64_t to_us)
{
    if (from_us < g->begin_us)
        from_us = g->begin_us;
    if (to_us > g->end_us)
        to_us = g->end_us;
    return to_us > from_us ? (double)(to_us - from_us) / 1e6 : 0.0;
}

static void count_time(struct sim_agents *g, struct sim_agent *a)
{
    double s = share_of_day_s(g, a->since_us, now_of(g));
    a->since_us = now_of(g);
    if (a->state == AGENT_OFF || a->state == AGENT_CALLING_IN ||
        a->state == AGENT_PAUSED)
        return;
    g->times.agent_s += s;
    if (a->state == AGENT_READY)
        g->times.idle_s += s;
    else if (sim_agents_busy(a))
        g->times.busy_s += s;
}

struct sim_agents_times sim_agents_times(struct sim_agents *g)
{
    for (size_t i = 0; i < g->n; i++)
        count_time(g, &g->agent[i]);
    return g->times;
}

unsigned sim_agents_in(const struct sim_agents *g, enum agent_state s)
{
    return g->in[s];
}

struct agent_id sim_agents_some(const struct sim_agents *g, uint64_t drawn)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct sim_agent *a = &g->agent[(drawn + i) % g->n];
        if (a->state != AGENT_OFF)
            return a->id;
    }
    return (struct agent_id){0};
}

/* --- orders ----------------------------------------------------------------*/

static int order(struct sim_agent *a, enum agent_order_kind kind,
                 struct slice word, int64_t due_us)
{
    struct agent_order o = {.kind = kind, .word = word, .due_us = due_us};
    return a->of->o.order(a->of->o.arg, a->id, &o);
}

static void later(struct sim_agent *a, struct sim_timer *t, double s)
{
    struct sim_agents *g = a->of;
    sim_clock_set(g->o.clock, t, now_of(g) + (int64_t)(s * 1e6));
}

/* Brings what he is to what he wants to be, as far as orders do. */
static void reconcile(void *arg)
{
    struct sim_agent *a = arg;
    int rc = TM_OK;
    if (a->notice && a->want == SIM_AGENT_IN && sim_agents_busy(a)) {
        a->want = a->after;
        a->notice = false;
    }
    if (a->state == AGENT_CALLING_IN)
        return; /* it will change by itself */
    switch (a->want) {
    case SIM_AGENT_OUT:
        if (a->state != AGENT_OFF && a->told != SIM_AGENT_OUT)
            rc = order(a, AGENT_DO_SIGN_OUT, str_of(""), 0);
        break;
    case SIM_AGENT_RESTS:
        if (a->state != AGENT_OFF && a->state != AGENT_PAUSED &&
            a->told != SIM_AGENT_RESTS)
            rc = order(a, AGENT_DO_PAUSE, str_of("break"), 0);
        break;
    case SIM_AGENT_IN:
        if (a->state == AGENT_OFF)
            rc = order(a, AGENT_DO_SIGN_IN, str_of(""), 0);
        else if (a->state == AGENT_PAUSED || a->told != SIM_AGENT_IN)
            rc = order(a, AGENT_DO_READY, str_of(""), 0);
        break;
    }
    if (rc == TM_OK)
        a->told = a->want;
    else
        later(a, &a->soon, AGAIN_S);
}

void sim_agents_wish(struct sim_agent *a, enum sim_agent_want want)
{
    a->want = want;
    a->notice = false;
    later(a, &a->soon, 0);
}

/* --- what he does in a state -----------------------------------------------*/

static const struct disposition *
first_of(const struct plan *p, enum disposition_do action, bool success)
{
    for (size_t i = 0; i < p->dispositions; i++)
        if (p->disposition[i].action == action &&
            p->disposition[i].success == success)
            return &p->disposition[i];
    return NULL;
}

/* Some sales, some later, a few who want no more calls. */
static const struct disposition *draw_disposition(struct sim_agents *g)
{
    static const struct {
        unsigned share;
        enum disposition_do action;
        bool success;
    } mix[] = {
        {10, DISPOSITION_DONE, true},    {50, DISPOSITION_DONE, false},
        {15, DISPOSITION_RETRY, false},  {12, DISPOSITION_CALLBACK, false},
        {8, DISPOSITION_OPT_OUT, false}, {5, DISPOSITION_WRONG, false},
    };
    uint64_t u = g->o.simple ? 59 : rng_below(&g->random, 100);
    const struct disposition *d = NULL;
    for (size_t i = 0; i < tm_array_len(mix) && d == NULL; i++) {
        if (u < mix[i].share)
            d = first_of(g->o.plan, mix[i].action, mix[i].success);
        u = u < mix[i].share ? 0 : u - mix[i].share;
    }
    if (d == NULL)
        d = first_of(g->o.plan, DISPOSITION_DONE, false);
    return d != NULL ? d : g->o.plan->disposition;
}

static void dispose(struct sim_agent *a)
{
    struct sim_agents *g = a->of;
    const struct disposition *d = draw_disposition(g);
    const struct disposition *nobody =
        first_of(g->o.plan, DISPOSITION_MACHINE, false);
    if (a->machine && nobody != NULL)
        d = nobody;
    int64_t due_us = 0;
    if (d->action == DISPOSITION_CALLBACK)
        due_us =
            now_of(g) + (int64_t)(1 + rng_below(&g->random, 26)) *
                            (rng_below(&g->random, 2) == 0 ? CIVIL_HOUR_US
                                                           : CIVIL_MINUTE_US);
    if (order(a, AGENT_DO_DISPOSE, d->word, due_us) != TM_OK)
        later(a, &a->act, AGAIN_S);
}

static void act(void *arg)
{
    struct sim_agent *a = arg;
    enum agent_order_kind next = a->next;
    if (next == AGENT_DO_DISPOSE) {
        dispose(a);
        return;
    }
    int rc = order(a, next, str_of(""), 0);
    if (next == AGENT_DO_NEXT && rc != TM_OK)
        later(a, &a->act, AGAIN_S); /* no lead for now */
}

static void does(struct sim_agent *a, enum agent_order_kind what, double in_s)
{
    a->next = what;
    later(a, &a->act, in_s);
}

static double draw_s(struct sim_agents *g, double least, double mean)
{
    struct distribution d = {.kind = DISTRIBUTION_EXP, .mean = mean};
    return least + distribution_draw(&d, &g->random);
}

/* Who is free looks for work himself where no machine dials. */
static void state_begins(struct sim_agents *g, struct sim_agent *a)
{
    switch ((int)a->state) {
    case AGENT_READY:
        if (g->o.plan->dial_mode == DIAL_MANUAL)
            does(a, AGENT_DO_NEXT, draw_s(g, 0.5, 2));
        break;
    case AGENT_PREVIEW:
        does(a, rng_below(&g->random, 10) == 0 ? AGENT_DO_SKIP : AGENT_DO_DIAL,
             draw_s(g, 2, 8));
        break;
    case AGENT_WRAP:
        does(a, AGENT_DO_DISPOSE,
             a->wrap_us > 0
                 ? (double)a->wrap_us / 1e6
                 : distribution_draw(&g->o.scenario->wrap, &g->random));
        a->wrap_us = 0;
        break;
    case AGENT_HOLDING:
        does(a, AGENT_DO_RETRIEVE, draw_s(g, 2, g->o.scenario->on_hold - 2));
        break;
    default: break;
    }
}

static void call_of(struct sim_agents *g, struct sim_agent *a,
                    struct attempt_id call)
{
    if (a->call.v == call.v)
        return;
    if (a->call.v != 0)
        (void)map_remove(&g->by_call, (uint64_t)a->call.v);
    if (call.v != 0)
        map_set(&g->by_call, (uint64_t)call.v, (uint64_t)a->id.v);
    a->call = call;
}

void sim_agents_changed(struct sim_agents *g, const struct floor_change *c)
{
    struct sim_agent *a = agent_of(g, c->agent);
    count_time(g, a);
    sim_clock_cancel(g->o.clock, &a->act);
    g->in[a->state]--;
    a->state = c->to;
    g->in[a->state]++;
    call_of(g, a, agent_has_call(c->to) ? c->attempt : (struct attempt_id){0});
    if (c->to == AGENT_OFF || c->to == AGENT_READY || c->to == AGENT_PAUSED)
        a->told = c->to == AGENT_READY    ? SIM_AGENT_IN
                  : c->to == AGENT_PAUSED ? SIM_AGENT_RESTS
                                          : SIM_AGENT_OUT;
    state_begins(g, a);
    if (a->want != a->told || a->notice)
        /* Sent out or to a pause he did not ask for, he needs a moment. */
        later(a, &a->soon,
              c->to == AGENT_OFF || c->to == AGENT_PAUSED
                  ? draw_s(g, 1, AGAIN_S)
                  : 0);
}

void sim_agents_joined(struct sim_agents *g, const struct sim_live_call *c)
{
    uint64_t id;
    if (!map_get(&g->by_call, (uint64_t)c->attempt.v, &id))
        return;
    struct sim_agent *a = &g->agent[id - 1];
    a->wrap_us = c->wrap_us;
    a->machine = c->machine;
    if (c->machine)
        does(a, AGENT_DO_HANG_UP, (double)c->handle_us / 1e6);
    else if (!g->o.simple && rng_below(&g->random, 30) == 0)
        does(a, AGENT_DO_HOLD, draw_s(g, 3, 10));
}

/* --- all of them -----------------------------------------------------------*/

size_t sim_agents_most(const struct scenario *s)
{
    uint64_t n = s->agents;
    for (size_t i = 0; i < s->ats; i++)
        if (s->at[i].change == SCENARIO_LOGIN)
            n += s->at[i].agents;
    return n < FLOOR_AGENTS_MAX ? (size_t)n : (size_t)FLOOR_AGENTS_MAX;
}

struct sim_agents *sim_agents_new(const struct sim_agents_options *o)
{
    struct sim_agents *g = mem_alloc(sizeof(*g));
    g->o = *o;
    g->n = sim_agents_most(o->scenario);
    g->agent = mem_alloc((g->n + 1) * sizeof(*g->agent));
    map_init(&g->by_call);
    rng_init(&g->random, o->seed, "agents");
    rng_init(&g->moves, o->seed, "agents' moves");
    sim_clock_timer(&g->event_timer, sim_agents_event_due, g);
    for (size_t i = 0; i < g->n; i++) {
        struct sim_agent *a = &g->agent[i];
        a->of = g;
        a->id.v = (int64_t)i + 1;
        a->told = SIM_AGENT_OUT;
        sim_clock_timer(&a->act, act, a);
        sim_clock_timer(&a->soon, reconcile, a);
        sim_clock_timer(&a->rest, sim_agents_rest_due, a);
    }
    g->in[AGENT_OFF] = (unsigned)g->n;
    return g;
}

void sim_agents_free(struct sim_agents *g)
{
    if (g == NULL)
        return;
    sim_clock_cancel(g->o.clock, &g->event_timer);
    for (size_t i = 0; i < g->n; i++) {
        sim_clock_cancel(g->o.clock, &g->agent[i].act);
        sim_clock_cancel(g->o.clock, &g->agent[i].soon);
        sim_clock_cancel(g->o.clock, &g->agent[i].rest);
    }
    map_fini(&g->by_call);
    mem_free(g->event);
    mem_free(g->agent);
    mem_free(g);
}

size_t sim_agents_count(const struct sim_agents *g)
{
    return g->n;
}

void sim_agents_setup(const struct sim_agents *g, size_t i,
                      struct agent_setup *out)
{
    tm_assert(i < g->n);
    *out = (struct agent_setup){.id = g->agent[i].id,
                                .leg = g->o.scenario->leg_per_call != 0
                                           ? AGENT_LEG_PER_CALL
                                           : AGENT_LEG_PERMANENT,
                                .e164 = FIRST_EXTENSION + i};
    if (g->o.scenario->agents_by_trunk != 0)
        (void)str_copy(out->trunk, sizeof(out->trunk),
                       str_of(g->o.plan->trunk));
    (void)snprintf(out->name, sizeof(out->name), "agent%zu", i + 1);
    for (; out->skills < g->o.plan->skills; out->skills++)
        (void)str_copy(out->skill[out->skills], AGENT_WORD_MAX,
                       str_of(g->o.plan->skill[out->skills]));
}

void sim_agents_restart(struct sim_agents *g)
{
    for (size_t i = 0; i < g->n; i++) {
        struct sim_agent *a = &g->agent[i];
        count_time(g, a);
        g->in[a->state]--;
        a->state = AGENT_OFF;
        g->in[a->state]++;
        a->told = SIM_AGENT_OUT;
        a->wrap_us = 0;
        call_of(g, a, (struct attempt_id){0});
        sim_clock_cancel(g->o.clock, &a->act);
        if (a->want != SIM_AGENT_OUT)
            later(a, &a->soon, draw_s(g, 1, BACK_AFTER_CRASH_S));
    }
}

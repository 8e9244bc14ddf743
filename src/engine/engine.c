#include "engine/engine.h"

#include <string.h>

#include "engine/engine_inside.h"

enum { STEPS_PER_RUN = 64 }; /* bound of the work of one engine_run() */

int64_t engine_now_us(const struct engine *e)
{
    return e->port.clock->now_us(e->port.clock->self);
}

struct engine *engine_new(const struct engine_ports *ports)
{
    tm_assert(ports->clock != NULL && ports->store != NULL);
    tm_assert(ports->carrier != NULL);
    struct engine *e = mem_alloc(sizeof(*e));
    e->port = *ports;
    e->retry_us = INT64_MAX;
    map_init(&e->call_owner);
    gate_init(&e->ready);
    gate_init(&e->gate);
    gate_init(&e->joins);
    backlog_init(&e->backlog);
    flight_init(&e->flight);
    numbers_init(&e->numbers);
    map_init(&e->leg_of);
    map_init(&e->leg_at);
    map_init(&e->caller_of);
    e->floor = floor_new();
    return e;
}

void engine_free(struct engine *e)
{
    if (e == NULL)
        return;
    engine_leg_free_all(e);
    engine_caller_free_all(e);
    map_fini(&e->caller_of);
    map_fini(&e->leg_of);
    map_fini(&e->leg_at);
    for (size_t i = 0; i < e->members; i++)
        arena_fini(&e->member[i].arena);
    map_fini(&e->call_owner);
    gate_fini(&e->ready);
    gate_fini(&e->gate);
    gate_fini(&e->joins);
    backlog_fini(&e->backlog);
    flight_fini(&e->flight);
    numbers_fini(&e->numbers);
    floor_free(e->floor);
    mem_free(e->leaver);
    mem_free(e);
}

bool engine_find(const struct engine *e, struct campaign_id id, size_t *index)
{
    for (*index = 0; *index < e->members; ++*index)
        if (e->member[*index].env.id.v == id.v)
            return true;
    return false;
}

/* Whether the floor can know all skills that its agents must have. */
static bool knows_skills(struct engine *e, const struct plan *plan)
{
    if (plan->dial_mode == DIAL_AGENTLESS)
        return true;
    for (size_t i = 0; i < plan->skills; i++)
        if (floor_skill(e->floor, str_of(plan->skill[i])) == 0)
            return false;
    return true;
}

static void staff(struct engine *e, size_t index)
{
    size_t n = 0;
    for (size_t i = 0; i < e->staffed_n; i++)
        if (e->staffed[i] != index)
            e->staffed[n++] = e->staffed[i];
    if (e->member[index].agents)
        e->staffed[n++] = index;
    e->staffed_n = n;
}

/* The member's place is free; no call of it waits. */
static void begin(struct engine *e, size_t index,
                  const struct campaign_env *env, enum campaign_state state,
                  const struct campaign_counters *counters)
{
    struct engine_member *m = &e->member[index];
    const struct plan *plan = env->plan;
    tm_assert(m->placing == 0);
    *m = (struct engine_member){.env = *env,
                                .agents = plan->dial_mode != DIAL_AGENTLESS,
                                .running = state == CAMPAIGN_RUNNING,
                                .mode = plan->dial_mode};
    m->env.numbers = &e->numbers;
    m->env.floor = e->floor;
    arena_init(&m->arena);
    m->campaign = campaign_new(&m->arena, &m->env, state, counters);
    if (e->trace != NULL)
        campaign_set_trace(m->campaign, e->trace, e->trace_arg);
    staff(e, index);
    engine_trunk_sort(e);
}

int engine_add(struct engine *e, const struct campaign_env *env,
               enum campaign_state state,
               const struct campaign_counters *counters)
{
    tm_assert(env->id.v > 0);
    size_t index;
    if (engine_find(e, env->id, &index))
        return TM_EEXIST;
    if (e->members == ENGINE_CAMPAIGNS_MAX || !knows_skills(e, env->plan))
        return TM_ELIMIT;
    index = e->members++;
    begin(e, index, env, state, counters);
    return TM_OK;
}

/* Agents who are in a call, look at a lead or wrap up: what they say next is
 * understood by the plan they began with. */
static bool has_agents(const struct engine *e, struct campaign_id id)
{
    for (size_t i = 0; i < floor_agents(e->floor); i++)
        if (floor_at(e->floor, i)->campaign.v == id.v)
            return true;
    return false;
}

/* A plan without agents would not say that it wants none. */
static void forget_share(struct engine *e, struct campaign_id id)
{
    int rc = floor_campaign(e->floor, id, 1, false);
    tm_assert(rc == TM_OK); /* the floor knows it */
}

int engine_replace(struct engine *e, const struct campaign_env *env,
                   enum campaign_state state,
                   const struct campaign_counters *counters)
{
    size_t index;
    struct campaign_status status;
    if (!engine_find(e, env->id, &index))
        return TM_ENOTFOUND;
    struct engine_member *m = &e->member[index];
    campaign_status(m->campaign, &status);
    /* Actions that still wait would reach the new campaign. */
    if (status.calls > 0 || m->callers > 0 || has_agents(e, env->id) ||
        gate_holds(&e->ready, index) || gate_holds(&e->gate, index))
        return TM_ESTATE;
    if (!knows_skills(e, env->plan))
        return TM_ELIMIT;
    unsigned fetches = m->fetches;
    uint64_t full = m->refused_full, closed = m->refused_closed;
    if (m->agents)
        forget_share(e, env->id);
    arena_fini(&m->arena);
    begin(e, index, env, state, counters);
    m->fetches = m->strange = fetches;
    m->refused_full = full;
    m->refused_closed = closed;
    /* the former plan's hopper is forgotten */
    engine_step_release(e, index);
    return TM_OK;
}

int engine_command(struct engine *e, struct campaign_id id,
                   enum campaign_event_kind kind)
{
    tm_assert(kind == CAMPAIGN_EV_START || kind == CAMPAIGN_EV_PAUSE ||
              kind == CAMPAIGN_EV_STOP || kind == CAMPAIGN_EV_REFRESH);
    size_t index;
    if (!engine_find(e, id, &index))
        return TM_ENOTFOUND;
    if (e->draining)
        return TM_ESTATE;
    struct campaign_event ev = {.kind = kind};
    (void)engine_step(e, index, &ev, NULL);
    engine_settle(e);
    return TM_OK;
}

int engine_status(const struct engine *e, struct campaign_id id,
                  struct campaign_status *out)
{
    size_t index;
    if (!engine_find(e, id, &index))
        return TM_ENOTFOUND;
    campaign_status(e->member[index].campaign, out);
    out->refused_full = e->member[index].refused_full;
    out->refused_closed = e->member[index].refused_closed;
    if (out->state == CAMPAIGN_RUNNING && e->draining)
        (void)str_copy(out->idle_why, sizeof(out->idle_why),
                       str_of("the server is going down"));
    else if (out->state == CAMPAIGN_RUNNING && e->held)
        (void)str_copy(out->idle_why, sizeof(out->idle_why),
                       str_of("the clock of this machine cannot be trusted: "
                              "no new calls until it is right; the log says "
                              "more"));
    return TM_OK;
}

const struct plan *engine_plan(const struct engine *e, struct campaign_id id)
{
    size_t index;
    return engine_find(e, id, &index) ? e->member[index].env.plan : NULL;
}

void engine_set_lists(struct engine *e, const struct dnc_lists *lists)
{
    for (size_t i = 0; i < e->members; i++)
        campaign_set_lists(e->member[i].campaign, lists);
}

void engine_set_facts(struct engine *e, const struct caller_facts *facts)
{
    for (size_t i = 0; i < e->members; i++)
        campaign_set_facts(e->member[i].campaign, facts);
}

const struct floor *engine_floor(const struct engine *e)
{
    return e->floor;
}

int engine_pace(struct engine *e, struct campaign_id id,
                const struct campaign_pacing *p, struct err *err)
{
    size_t index;
    if (!engine_find(e, id, &index))
        return err_set(err, TM_ENOTFOUND, "there is no campaign %lld",
                       (long long)id.v);
    struct campaign_event ev = {.kind = CAMPAIGN_EV_PACE, .pacing = p};
    int rc = engine_step(e, index, &ev, err);
    if (rc == TM_OK)
        e->member[index].mode = p->mode;
    engine_settle(e);
    return rc;
}

void engine_set_trace(struct engine *e, campaign_trace_fn *fn, void *arg)
{
    e->trace = fn;
    e->trace_arg = arg;
    for (size_t i = 0; i < e->members; i++)
        campaign_set_trace(e->member[i].campaign, fn, arg);
}

/* The end of every entry point after whose step records may wait. */
static void settle_and_hold(struct engine *e)
{
    engine_settle(e);
    if (engine_step_hold(e))
        engine_settle(e);
}

/* An event of a call that a campaign has. */
static void on_call_of(struct engine *e, const struct carrier_event *ev,
                       uint64_t owner)
{
    size_t index = (size_t)(owner & ~ENGINE_OWNER_CALLER) - 1;
    struct campaign_event cev = {.kind = CAMPAIGN_EV_CALL, .call = ev};
    tm_assert(index < e->members);
    if (ev->kind == CARRIER_ENDED) {
        map_remove(&e->call_owner, (uint64_t)ev->attempt.v);
        if ((owner & ENGINE_OWNER_CALLER) != 0) {
            tm_assert(e->member[index].callers > 0);
            e->member[index].callers--;
        }
    }
    (void)engine_step(e, index, &cev, NULL);
}

void engine_on_call(void *arg, const struct carrier_event *ev)
{
    struct engine *e = arg;
    uint64_t owner;
    if (ev->kind == CARRIER_INCOMING) {
        engine_caller_new(e, ev);
        return; /* its call has no name yet: no action may reach it */
    }
    if (map_get(&e->call_owner, (uint64_t)ev->attempt.v, &owner)) {
        on_call_of(e, ev, owner);
    } else if (!engine_caller_event(e, ev)) {
        /* Every event belongs to a call that place() accepted or that was
         * adopted. */
        bool ours = engine_leg_event(e, ev);
        tm_assert(ours);
    }
    settle_and_hold(e);
}

static void on_durable(void *arg, uint64_t seq)
{
    struct engine *e = arg;
    e->durable = flight_land(&e->flight, seq, e->durable);
    engine_record_flush(e);
    (void)engine_step_hold(e);
    engine_settle(e);
}

static void on_leads(void *arg, const struct store_leads *leads)
{
    struct engine *e = arg;
    size_t index;
    if (!engine_find(e, leads->campaign, &index))
        return;
    struct engine_member *m = &e->member[index];
    tm_assert(m->fetches > 0);
    m->fetches--;
    if (m->strange > 0) { /* given back to the store when the plan went */
        m->strange--;
        return;
    }
    struct campaign_event ev = {.kind = CAMPAIGN_EV_LEADS,
                                .lead = leads->lead,
                                .leads = leads->n,
                                .next_due_us = leads->next_due_us};
    (void)engine_step(e, index, &ev, NULL);
    settle_and_hold(e);
}

static void on_called(void *arg, const struct store_called *called)
{
    struct engine *e = arg;
    engine_caller_called(e, called);
    settle_and_hold(e);
}

static void on_failed(void *arg, const struct err *err)
{
    struct engine *e = arg;
    (void)err; /* the command that owns the store has logged it */
    e->store_failed = true;
    (void)engine_step_hold(e);
    engine_settle(e);
}

static void on_recovered(void *arg)
{
    struct engine *e = arg;
    e->store_failed = false;
    engine_record_flush(e);
    (void)engine_step_hold(e);
    engine_settle(e);
}

struct store_events engine_store_events(struct engine *e)
{
    return (struct store_events){.arg = e,
                                 .durable = on_durable,
                                 .leads = on_leads,
                                 .failed = on_failed,
                                 .recovered = on_recovered,
                                 .called = on_called};
}

static void retry_store(struct engine *e, int64_t now_us)
{
    if (now_us < e->retry_us)
        return;
    e->retry_us = INT64_MAX;
    engine_record_flush(e);
    if (e->backlog.head != NULL)
        e->retry_us = now_us + ENGINE_RETRY_US;
    for (size_t i = 0; i < e->members; i++)
        engine_step_retry(e, i);
}

void engine_run(struct engine *e)
{
    int64_t now_us = engine_now_us(e);
    floor_pass(e->floor, now_us);
    retry_store(e, now_us);
    engine_caller_run(e);
    engine_join_retry(e, now_us);
    engine_leg_retry(e, now_us);
    engine_agent_limits(e, now_us);
    for (size_t i = 0; i < e->members; i++) {
        struct campaign *c = e->member[i].campaign;
        for (int n = 0; n < STEPS_PER_RUN; n++) {
            if (campaign_deadline_us(c) > now_us)
                break;
            struct campaign_event ev = {.kind = CAMPAIGN_EV_TICK};
            (void)engine_step(e, i, &ev, NULL);
            engine_settle(e);
        }
    }
    (void)engine_step_hold(e);
    engine_settle(e);
}

int64_t engine_deadline_us(const struct engine *e)
{
    if (e->floor_news || engine_caller_waits(e))
        return 0; /* a round was too long: go on at once */
    int64_t at = e->retry_us;
    int64_t limit_us = floor_deadline_us(e->floor);
    if (limit_us < at)
        at = limit_us;
    if (engine_join_us(e) < at)
        at = engine_join_us(e);
    if (engine_leg_retry_us(e) < at)
        at = engine_leg_retry_us(e);
    for (size_t i = 0; i < e->members; i++) {
        int64_t d = campaign_deadline_us(e->member[i].campaign);
        if (d < at)
            at = d;
    }
    return at;
}

void engine_hold(struct engine *e, bool hold)
{
    e->held = hold;
}

void engine_drain(struct engine *e)
{
    e->draining = true;
    engine_settle(e); /* nobody is in a call: agents sign out */
}

static void hang_up_people(struct engine *e)
{
    const struct carrier *c = e->port.carrier;
    size_t max = e->call_owner.n;
    if (max == 0)
        return;
    /* all of them: a call is on the list until its end has come back */
    struct attempt_id *call = mem_alloc(max * sizeof(*call));
    for (size_t i = 0; i < e->members; i++) {
        size_t n = campaign_calls(e->member[i].campaign, call, max);
        for (size_t k = 0; k < n; k++)
            c->hangup(c->self, call[k], HANGUP_SHUTDOWN);
    }
    mem_free(call);
}

void engine_hang_up_all(struct engine *e)
{
    hang_up_people(e);
    engine_caller_hang_up_all(e);
    e->floor_hurried = true;
    engine_settle(e);
}

size_t engine_calls(const struct engine *e)
{
    return e->call_owner.n + e->caller_of.n;
}

size_t engine_pending(const struct engine *e)
{
    size_t legs = e->draining ? e->legs + e->wrapping : e->legs - e->legs_up;
    return e->ready.n + e->gate.n + e->backlog.n + flight_count(&e->flight) +
           legs;
}

size_t engine_legs(const struct engine *e)
{
    return e->legs;
}

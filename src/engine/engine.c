#include "engine/engine.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "engine/backlog.h"
#include "engine/flight.h"
#include "engine/gate.h"

enum {
    STEPS_PER_RUN = 64,   /* bound of the work of one engine_run() */
    RETRY_US = 10 * 1000, /* a full store is asked again after this */
};

struct member {
    struct campaign *campaign;
    struct campaign_env env;
    struct arena arena;
    size_t fetch_wanted; /* a fetch the store had no room for */
    unsigned placing;    /* calls that wait for their records */
    bool release_wanted;
    unsigned fetches; /* asked for and not answered */
    unsigned strange; /* ... of these, by a plan that was replaced */
};

struct engine {
    struct engine_ports port;
    struct member member[ENGINE_CAMPAIGNS_MAX];
    size_t members;
    struct map call_owner; /* attempt id -> index of the campaign + 1 */
    struct gate ready;     /* actions that wait for nothing */
    struct gate gate;      /* actions that wait for records */
    struct backlog backlog;
    struct flight flight;
    struct numbers numbers; /* of all campaigns' calls */
    uint64_t written; /* sequence number of the newest batch, engine's own */
    uint64_t durable; /* everything up to it is durable */
    int64_t retry_us; /* when to ask a full store again; INT64_MAX never */
    bool draining;
    bool held; /* by engine_hold() */
    bool store_failed;
    bool campaigns_held; /* campaigns were told that the store is down */
};

static int64_t now_of(const struct engine *e)
{
    return e->port.clock->now_us(e->port.clock->self);
}

static void step(struct engine *e, size_t index, struct campaign_event *ev);
static void release(struct engine *e, size_t index);

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
    backlog_init(&e->backlog);
    flight_init(&e->flight);
    numbers_init(&e->numbers);
    return e;
}

void engine_free(struct engine *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->members; i++)
        arena_fini(&e->member[i].arena);
    map_fini(&e->call_owner);
    gate_fini(&e->ready);
    gate_fini(&e->gate);
    backlog_fini(&e->backlog);
    flight_fini(&e->flight);
    numbers_fini(&e->numbers);
    mem_free(e);
}

static bool find(const struct engine *e, struct campaign_id id, size_t *index)
{
    for (*index = 0; *index < e->members; ++*index)
        if (e->member[*index].env.id.v == id.v)
            return true;
    return false;
}

static void begin(struct engine *e, struct member *m,
                  const struct campaign_env *env, enum campaign_state state,
                  const struct campaign_counters *counters)
{
    *m = (struct member){.env = *env};
    m->env.numbers = &e->numbers;
    arena_init(&m->arena);
    m->campaign = campaign_new(&m->arena, &m->env, state, counters);
}

int engine_add(struct engine *e, const struct campaign_env *env,
               enum campaign_state state,
               const struct campaign_counters *counters)
{
    tm_assert(env->id.v > 0);
    size_t index;
    if (find(e, env->id, &index))
        return TM_EEXIST;
    if (e->members == ENGINE_CAMPAIGNS_MAX)
        return TM_ELIMIT;
    begin(e, &e->member[e->members], env, state, counters);
    e->members++;
    return TM_OK;
}

int engine_replace(struct engine *e, const struct campaign_env *env,
                   enum campaign_state state,
                   const struct campaign_counters *counters)
{
    size_t index;
    struct campaign_status status;
    if (!find(e, env->id, &index))
        return TM_ENOTFOUND;
    struct member *m = &e->member[index];
    campaign_status(m->campaign, &status);
    /* Actions that still wait would reach the new campaign. */
    if (status.calls > 0 || gate_holds(&e->ready, index) ||
        gate_holds(&e->gate, index))
        return TM_ESTATE;
    unsigned fetches = m->fetches;
    arena_fini(&m->arena);
    begin(e, m, env, state, counters);
    m->fetches = m->strange = fetches;
    release(e, index); /* the former plan's hopper is forgotten */
    return TM_OK;
}

/* Whether campaigns must not start anything because records cannot be
 * written; tells them when that changes. */
static void hold_or_release(struct engine *e)
{
    bool held = e->store_failed || e->backlog.head != NULL;
    if (held == e->campaigns_held)
        return;
    e->campaigns_held = held;
    for (size_t i = 0; i < e->members; i++) {
        struct campaign_event ev = {.kind = held ? CAMPAIGN_EV_STORE_DOWN
                                                 : CAMPAIGN_EV_STORE_UP};
        step(e, i, &ev);
    }
}

static bool try_write(struct engine *e, const struct record *r, size_t n,
                      uint64_t batch)
{
    uint64_t seq = 0;
    int rc = e->port.store->write(e->port.store->self, r, n, &seq);
    if (rc != TM_OK)
        return false;
    flight_push(&e->flight, batch, seq);
    return true;
}

static void flush_backlog(struct engine *e)
{
    while (e->backlog.head != NULL) {
        const struct backlog_batch *b = e->backlog.head;
        if (!try_write(e, b->record, b->n, e->written - e->backlog.n + 1))
            return;
        backlog_drop_head(&e->backlog);
    }
}

static uint64_t write_records(struct engine *e, const struct record *r,
                              size_t n)
{
    if (n == 0)
        return e->written;
    if (e->port.watch != NULL)
        for (size_t i = 0; i < n; i++)
            e->port.watch(e->port.watch_arg, &r[i]);
    flush_backlog(e);
    e->written++;
    if (e->backlog.head != NULL || !try_write(e, r, n, e->written)) {
        backlog_push(&e->backlog, r, n);
        e->retry_us = now_of(e) + RETRY_US;
    }
    return e->written;
}

/* Calls that wait for their records have their place on the trunk already:
 * else a slow disk would gather more of them than the trunk then takes. */
static unsigned room_of(const struct engine *e, const struct member *m,
                        int64_t now_us)
{
    if (e->draining || e->held || e->campaigns_held)
        return 0;
    const char *trunk = m->env.plan->trunk;
    unsigned room = e->port.carrier->room(e->port.carrier->self, trunk, now_us);
    unsigned placing = 0;
    for (size_t i = 0; i < e->members; i++)
        if (strcmp(e->member[i].env.plan->trunk, trunk) == 0)
            placing += e->member[i].placing;
    return room > placing ? room - placing : 0;
}

static void step(struct engine *e, size_t index, struct campaign_event *ev)
{
    struct member *m = &e->member[index];
    ev->now_us = now_of(e);
    ev->room = room_of(e, m, ev->now_us);
    struct campaign_out out = {0};
    campaign_step(m->campaign, ev, &out);
    uint64_t seq = write_records(e, out.record, out.records);
    /* What waits is copied before anything runs: an action that runs at once
     * may step the campaign again, which reuses the memory of out. */
    for (size_t i = 0; i < out.actions; i++) {
        const struct campaign_action *a = &out.action[i];
        m->placing += a->kind == ACTION_PLACE;
        gate_push(a->after_records ? &e->gate : &e->ready,
                  a->after_records ? seq : 0, index, a);
    }
}

static void place(struct engine *e, size_t index,
                  const struct campaign_action *a)
{
    struct member *m = &e->member[index];
    int rc = TM_ESTATE;
    tm_assert(m->placing > 0);
    m->placing--;
    if (e->draining || e->held)
        rc = TM_EFULL;
    else if (campaign_may_place(m->campaign, a->attempt)) {
        rc = e->port.carrier->place(e->port.carrier->self, &a->permit, &a->spec,
                                    NULL);
        /* TM_ESTATE is what campaign_may_place() says no with. */
        tm_assert(rc != TM_ESTATE);
    }
    if (rc == TM_OK) {
        map_set(&e->call_owner, (uint64_t)a->attempt.v, index + 1);
        return;
    }
    struct campaign_event ev = {
        .kind = CAMPAIGN_EV_REFUSED, .attempt = a->attempt, .error = rc};
    step(e, index, &ev);
}

/* Nothing that was asked for before waits: leads are never fetched or given
 * back ahead of what was written about them. */
static bool in_order(const struct engine *e)
{
    return e->backlog.head == NULL;
}

static void fetch(struct engine *e, size_t index, size_t count)
{
    struct member *m = &e->member[index];
    struct store_fetch q = {
        .campaign = m->env.id, .now_us = now_of(e), .max = count};
    m->fetch_wanted = 0;
    if (!in_order(e) || m->release_wanted ||
        e->port.store->fetch(e->port.store->self, &q) != TM_OK) {
        m->fetch_wanted = count;
        e->retry_us = now_of(e) + RETRY_US;
        return;
    }
    m->fetches++;
}

static void release(struct engine *e, size_t index)
{
    struct member *m = &e->member[index];
    m->release_wanted =
        !in_order(e) ||
        e->port.store->release(e->port.store->self, m->env.id) != TM_OK;
    if (m->release_wanted)
        e->retry_us = now_of(e) + RETRY_US;
}

static void play(struct engine *e, const struct campaign_action *a)
{
    /* TM_ESTATE only: the call ended meanwhile, and its end is on its way. */
    int rc = e->port.carrier->play(e->port.carrier->self, a->attempt, a->prompt,
                                   a->prompts, a->tag);
    tm_assert(rc == TM_OK || rc == TM_ESTATE);
}

static void run_action(struct engine *e, size_t index,
                       const struct campaign_action *a)
{
    const struct carrier *c = e->port.carrier;
    switch (a->kind) {
    case ACTION_FETCH: fetch(e, index, a->count); break;
    case ACTION_RELEASE: release(e, index); break;
    case ACTION_PREPARE: c->prepare(c->self, a->prompt, a->prompts); break;
    case ACTION_PLACE: place(e, index, a); break;
    case ACTION_PLAY: play(e, a); break;
    case ACTION_HANGUP: c->hangup(c->self, a->attempt, a->reason); break;
    case ACTION_BRIDGE:
    case ACTION_PART:
    case ACTION_RING:
    case ACTION_DROP: break;
    }
}

/* Carries out what is free to go. Actions may add actions; each gate keeps
 * their order. */
static void run_gate(struct engine *e)
{
    for (;;) {
        struct gate_item *item = gate_pop(&e->ready, 0);
        if (item == NULL)
            item = gate_pop(&e->gate, e->durable);
        if (item == NULL)
            return;
        run_action(e, item->campaign, &item->action);
        gate_item_free(item);
    }
}

int engine_command(struct engine *e, struct campaign_id id,
                   enum campaign_event_kind kind)
{
    tm_assert(kind == CAMPAIGN_EV_START || kind == CAMPAIGN_EV_PAUSE ||
              kind == CAMPAIGN_EV_STOP || kind == CAMPAIGN_EV_REFRESH);
    size_t index;
    if (!find(e, id, &index))
        return TM_ENOTFOUND;
    if (e->draining)
        return TM_ESTATE;
    struct campaign_event ev = {.kind = kind};
    step(e, index, &ev);
    run_gate(e);
    return TM_OK;
}

int engine_status(const struct engine *e, struct campaign_id id,
                  struct campaign_status *out)
{
    size_t index;
    if (!find(e, id, &index))
        return TM_ENOTFOUND;
    campaign_status(e->member[index].campaign, out);
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
    return find(e, id, &index) ? e->member[index].env.plan : NULL;
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

void engine_on_call(void *arg, const struct carrier_event *ev)
{
    struct engine *e = arg;
    uint64_t owner;
    /* Every event belongs to a call that place() accepted. */
    bool known = map_get(&e->call_owner, (uint64_t)ev->attempt.v, &owner);
    tm_assert(known && owner > 0);
    if (ev->kind == CARRIER_ENDED)
        map_remove(&e->call_owner, (uint64_t)ev->attempt.v);
    struct campaign_event cev = {.kind = CAMPAIGN_EV_CALL, .call = ev};
    step(e, owner - 1, &cev);
    run_gate(e);
    hold_or_release(e);
}

static void on_durable(void *arg, uint64_t seq)
{
    struct engine *e = arg;
    e->durable = flight_land(&e->flight, seq, e->durable);
    flush_backlog(e);
    hold_or_release(e);
    run_gate(e);
}

static void on_leads(void *arg, const struct store_leads *leads)
{
    struct engine *e = arg;
    size_t index;
    if (!find(e, leads->campaign, &index))
        return;
    struct member *m = &e->member[index];
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
    step(e, index, &ev);
    run_gate(e);
    hold_or_release(e);
}

static void on_failed(void *arg, const struct err *err)
{
    struct engine *e = arg;
    (void)err; /* the command that owns the store has logged it */
    e->store_failed = true;
    hold_or_release(e);
    run_gate(e);
}

static void on_recovered(void *arg)
{
    struct engine *e = arg;
    e->store_failed = false;
    flush_backlog(e);
    hold_or_release(e);
    run_gate(e);
}

struct store_events engine_store_events(struct engine *e)
{
    return (struct store_events){.arg = e,
                                 .durable = on_durable,
                                 .leads = on_leads,
                                 .failed = on_failed,
                                 .recovered = on_recovered};
}

static void retry_store(struct engine *e, int64_t now_us)
{
    if (now_us < e->retry_us)
        return;
    e->retry_us = INT64_MAX;
    flush_backlog(e);
    if (e->backlog.head != NULL)
        e->retry_us = now_us + RETRY_US;
    for (size_t i = 0; i < e->members; i++) {
        if (e->member[i].release_wanted)
            release(e, i);
        if (e->member[i].fetch_wanted > 0)
            fetch(e, i, e->member[i].fetch_wanted);
    }
}

void engine_run(struct engine *e)
{
    int64_t now_us = now_of(e);
    retry_store(e, now_us);
    for (size_t i = 0; i < e->members; i++) {
        struct campaign *c = e->member[i].campaign;
        for (int n = 0; n < STEPS_PER_RUN; n++) {
            if (campaign_deadline_us(c) > now_us)
                break;
            struct campaign_event ev = {.kind = CAMPAIGN_EV_TICK};
            step(e, i, &ev);
            run_gate(e);
        }
    }
    hold_or_release(e);
    run_gate(e);
}

int64_t engine_deadline_us(const struct engine *e)
{
    int64_t at = e->retry_us;
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
}

void engine_hang_up_all(struct engine *e)
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

size_t engine_calls(const struct engine *e)
{
    return e->call_owner.n;
}

size_t engine_pending(const struct engine *e)
{
    return e->ready.n + e->gate.n + e->backlog.n + flight_count(&e->flight);
}

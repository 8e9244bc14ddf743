#include "engine/engine_inside.h"

/* A bound on what one entry point does; the rest follows with the next. */
enum { ROUNDS_MAX = 10000 };

static void heed_state(struct engine_member *m, const struct campaign_out *out)
{
    for (size_t i = 0; i < out->records; i++)
        if (out->record[i].kind == RECORD_CAMPAIGN)
            m->running = out->record[i].state == (int)CAMPAIGN_RUNNING;
}

int engine_step(struct engine *e, size_t index, struct campaign_event *ev,
                struct err *err)
{
    struct engine_member *m = &e->member[index];
    ev->now_us = engine_now_us(e);
    if (ev->now_us > e->latest_us)
        e->latest_us = ev->now_us;
    ev->room = engine_trunk_room(e, index, ev->kind);
    struct campaign_out out = {0};
    campaign_step(m->campaign, ev, &out);
    uint64_t seq = engine_record_write(e, out.record, out.records);
    heed_state(m, &out);
    /* What waits is copied before anything runs: an action that runs at once
     * may step the campaign again, which reuses the memory of out. */
    for (size_t i = 0; i < out.actions; i++) {
        const struct campaign_action *a = &out.action[i];
        if (a->kind == ACTION_PLACE)
            engine_trunk_placing(e, index);
        gate_push(a->after_records ? &e->gate : &e->ready,
                  a->after_records ? seq : 0, index, a);
    }
    engine_trunk_stepped(e, index, out.starved);
    engine_agent_changes(e);
    if (out.error != TM_OK)
        (void)err_set(err, out.error, "%s",
                      out.why != NULL ? out.why : err_text(out.error));
    return out.error;
}

bool engine_step_hold(struct engine *e)
{
    bool held = !engine_record_works(e);
    if (held == e->campaigns_held)
        return false;
    e->campaigns_held = held;
    for (size_t i = 0; i < e->members; i++) {
        struct campaign_event ev = {.kind = held ? CAMPAIGN_EV_STORE_DOWN
                                                 : CAMPAIGN_EV_STORE_UP};
        (void)engine_step(e, i, &ev, NULL);
    }
    return true;
}

static void place(struct engine *e, size_t index,
                  const struct campaign_action *a)
{
    struct engine_member *m = &e->member[index];
    int rc = TM_ESTATE;
    engine_trunk_placed(e, index);
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
    (void)engine_step(e, index, &ev, NULL);
}

/* Nothing that was asked for before waits: leads are never fetched or given
 * back ahead of what was written about them. */
static bool in_order(const struct engine *e)
{
    return e->backlog.head == NULL;
}

static void fetch(struct engine *e, size_t index, size_t count)
{
    struct engine_member *m = &e->member[index];
    struct store_fetch q = {
        .campaign = m->env.id, .now_us = engine_now_us(e), .max = count};
    m->fetch_wanted = 0;
    if (!in_order(e) || m->release_wanted ||
        e->port.store->fetch(e->port.store->self, &q) != TM_OK) {
        m->fetch_wanted = count;
        e->retry_us = engine_now_us(e) + ENGINE_RETRY_US;
        return;
    }
    m->fetches++;
}

void engine_step_release(struct engine *e, size_t index)
{
    struct engine_member *m = &e->member[index];
    /* Nor while the store looks for a caller's lead: what it hands out is the
     * campaign's when his call is recorded. */
    m->release_wanted =
        !in_order(e) || m->asking > 0 ||
        e->port.store->release(e->port.store->self, m->env.id) != TM_OK;
    if (m->release_wanted)
        e->retry_us = engine_now_us(e) + ENGINE_RETRY_US;
}

void engine_step_retry(struct engine *e, size_t index)
{
    if (e->member[index].release_wanted)
        engine_step_release(e, index);
    if (e->member[index].fetch_wanted > 0)
        fetch(e, index, e->member[index].fetch_wanted);
}

static void play(struct engine *e, const struct campaign_action *a)
{
    /* TM_ESTATE only: the call ended meanwhile, and its end is on its way. */
    int rc = e->port.carrier->play(e->port.carrier->self, a->attempt, a->prompt,
                                   a->prompts, a->tag);
    tm_assert(rc == TM_OK || rc == TM_ESTATE);
}

static void answer(struct engine *e, const struct campaign_action *a)
{
    /* TM_ESTATE only: he has given up, and his end is on its way or was told.
     */
    int rc =
        e->port.carrier->answer(e->port.carrier->self, a->attempt, a->record);
    tm_assert(rc == TM_OK || rc == TM_ESTATE);
}

static void ring(struct engine *e, size_t index,
                 const struct campaign_action *a)
{
    const struct floor_agent *f = engine_join_agent(e, a);
    /* RINGING, or DIALLING: his own telephone rings while a line is dialled
     * for him alone. */
    if (f == NULL || !agent_has_call(f->state))
        return;
    const struct agent_order up = {.kind = AGENT_DO_LEG_UP};
    if (f->leg_up)
        (void)engine_agent_tell(e, e->member[index].env.id, a->agent, &up,
                                NULL);
    else if (e->draining || e->port.carrier->bridge == NULL)
        engine_agent_no_ring(e, a->agent, "cannot be rung");
    else if (f->leg.v == 0)
        engine_leg_begin(e, f, e->member[index].env.id);
}

static void run_action(struct engine *e, size_t index,
                       const struct campaign_action *a)
{
    const struct carrier *c = e->port.carrier;
    switch (a->kind) {
    case ACTION_FETCH: fetch(e, index, a->count); break;
    case ACTION_RELEASE: engine_step_release(e, index); break;
    case ACTION_PREPARE: c->prepare(c->self, a->prompt, a->prompts); break;
    case ACTION_PLACE: place(e, index, a); break;
    case ACTION_PLAY: play(e, a); break;
    case ACTION_HANGUP: c->hangup(c->self, a->attempt, a->reason); break;
    case ACTION_BRIDGE: engine_join(e, index, a); break;
    case ACTION_PART: c->part(c->self, a->attempt); break;
    case ACTION_RING: ring(e, index, a); break;
    case ACTION_DROP: engine_leg_drop(e, a->agent); break;
    case ACTION_ANSWER: answer(e, a); break;
    case ACTION_SILENCE: c->silence(c->self, a->attempt); break;
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

void engine_settle(struct engine *e)
{
    for (int n = 0; n < ROUNDS_MAX; n++) {
        run_gate(e);
        engine_leg_run(e);
        engine_leave_look(e);
        engine_agent_changes(e);
        if (e->draining)
            engine_agent_close(e);
        if (e->ready.head == NULL && !engine_trunk_offer(e) &&
            !engine_agent_round(e))
            return;
    }
    /* The next engine_run(), which is due at once, goes on. */
}

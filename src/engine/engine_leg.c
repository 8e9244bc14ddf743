#include "engine/engine_inside.h"

#include <string.h>

#include "core/rules/rules.h"

#define PERMIT_US (10 * INT64_C(1000000))
#define LATE_US   (100 * INT64_C(1000)) /* a full trunk is asked again */

/* How long his telephone rings: at sign-in he walks to it; a person who waits
 * is told by the campaign long before the time a ring must have. */
#define RING_SIGN_IN_MS 45000
#define RING_CALL_MS    15000

int engine_leg_check(const struct engine *e, struct err *err)
{
    if (e->port.carrier->bridge == NULL)
        return err_set(err, TM_EUNSUPPORTED,
                       "this carrier cannot join two calls, so it has no "
                       "agents");
    if (e->draining)
        return err_set(err, TM_ESTATE, "the server is going down");
    if (e->held)
        return err_set(err, TM_ESTATE,
                       "the clock of this machine cannot be trusted: no calls "
                       "until it is right");
    if (!engine_record_works(e))
        return err_set(err, TM_ESTATE,
                       "records cannot be written, and no call may start "
                       "before it is recorded; the log says what is wrong");
    return TM_OK;
}

static void record(struct engine *e, struct engine_leg *l, const char *key,
                   const struct record *more)
{
    struct record r = more != NULL ? *more : (struct record){0};
    r.kind = RECORD_STAFF;
    r.at_us = engine_now_us(e);
    r.tenant = e->port.tenant;
    r.campaign = l->campaign;
    r.attempt = l->attempt;
    r.agent = l->whose;
    r.e164 = l->e164;
    r.key = str_of(key);
    l->seq = engine_record_write(e, &r, 1);
}

static void wait_for_record(struct engine *e, struct engine_leg *l)
{
    if (e->leg_waits_last != NULL)
        e->leg_waits_last->waits = l;
    else
        e->leg_waits = l;
    e->leg_waits_last = l;
}

/* His one leg at a time: from its record to its end. */
static struct engine_leg *present(const struct engine *e, struct agent_id a)
{
    uint64_t at;
    if (!map_get(&e->leg_at, (uint64_t)a.v, &at))
        return NULL;
    return (struct engine_leg *)(uintptr_t)at;
}

static void start(struct engine *e, struct engine_leg *l)
{
    tm_assert(l->state == LEG_WAITING && present(e, l->whose) == NULL);
    l->state = LEG_RECORDED;
    map_set(&e->leg_at, (uint64_t)l->whose.v, (uint64_t)(uintptr_t)l);
    record(e, l, "recorded", NULL);
    wait_for_record(e, l);
}

void engine_leg_begin(struct engine *e, const struct floor_agent *a,
                      struct campaign_id campaign)
{
    tm_assert(a->leg.v == 0 && e->port.next_attempt != NULL);
    tm_assert(*e->port.next_attempt > 0);
    struct engine_leg *l = mem_alloc(sizeof(*l));
    l->state = LEG_WAITING;
    l->attempt.v = (*e->port.next_attempt)++;
    l->agent = l->whose = a->setup.id;
    l->campaign = campaign;
    l->per_call = campaign.v != 0;
    l->e164 = a->setup.e164;
    (void)str_copy(l->name, sizeof(l->name), str_of(a->setup.name));
    (void)str_copy(l->trunk, sizeof(l->trunk), str_of(a->setup.trunk));
    l->next = e->leg;
    if (e->leg != NULL)
        e->leg->before = l;
    e->leg = l;
    e->legs++;
    map_set(&e->leg_of, (uint64_t)l->attempt.v, (uint64_t)(uintptr_t)l);
    floor_set_leg(e->floor, l->agent, l->attempt, false);
    struct engine_leg *last = present(e, l->whose);
    tm_assert(last == NULL || last->then == NULL);
    if (last != NULL)
        last->then = l;
    else
        start(e, l);
}

static void forget(struct engine *e, struct engine_leg *l)
{
    tm_assert(e->legs > 0);
    e->legs--;
    map_remove(&e->leg_of, (uint64_t)l->attempt.v);
    if (l->before != NULL)
        l->before->next = l->next;
    else
        e->leg = l->next;
    if (l->next != NULL)
        l->next->before = l->before;
    mem_free(l);
}

/* It is over, for whatever reason; word says which. */
static void over(struct engine *e, struct engine_leg *l, const char *word,
                 int code)
{
    const struct record end = {.value = str_of(word), .code = code};
    struct engine_leg *then = l->then;
    if (l->state == LEG_UP)
        e->legs_up--;
    record(e, l, "ended", &end);
    map_remove(&e->leg_at, (uint64_t)l->whose.v);
    if (l->agent.v != 0) {
        floor_set_leg(e->floor, l->agent, (struct attempt_id){0}, false);
        engine_agent_leg_lost(e, l, word);
    }
    forget(e, l);
    if (then != NULL)
        start(e, then);
}

/* Whose number his telephone shows, when a trunk wants one. */
static const struct plan *caller_of(const struct engine *e,
                                    const struct engine_leg *l)
{
    size_t index;
    if (l->campaign.v != 0 && engine_find(e, l->campaign, &index))
        return e->member[index].env.plan;
    for (size_t i = 0; i < e->staffed_n; i++) {
        const struct plan *p = e->member[e->staffed[i]].env.plan;
        if (str_eq(str_of(l->trunk), p->trunk))
            return p;
    }
    return NULL;
}

static struct call_spec spec_of(const struct engine *e,
                                const struct engine_leg *l)
{
    bool registered = l->trunk[0] == '\0';
    struct call_spec s = {.attempt = l->attempt,
                          .to = l->e164,
                          .trunk = l->trunk,
                          .ring_timeout_ms =
                              l->per_call ? RING_CALL_MS : RING_SIGN_IN_MS,
                          .user = registered ? l->name : NULL,
                          .auto_answer = l->per_call};
    const struct plan *p = caller_of(e, l);
    if (p != NULL) {
        (void)str_copy(s.caller_id, sizeof(s.caller_id), str_of(p->caller_id));
        (void)str_copy(s.caller_name, sizeof(s.caller_name),
                       str_of(p->caller_name));
    }
    return s;
}

static const char *refusal_word(int error)
{
    switch (error) {
    case TM_EFULL: return "trunk_full";
    case TM_ENETWORK: return "trunk_down";
    case TM_ENOTFOUND: return "not_registered";
    default: return "refused";
    }
}

/* A person waits for this telephone: no room now is no reason to give it up,
 * and nothing that its agent did. The campaign drops it when the person's time
 * is over. Until it is called no new line takes the room (room_of()). */
static void postpone(struct engine *e, struct engine_leg *l, int rc)
{
    if (e->legs_late == 0)
        e->legs_late_us = engine_now_us(e) + LATE_US;
    e->legs_late++;
    l->late = true;
    if (rc == TM_EFULL)
        (void)str_copy(e->legs_full, sizeof(e->legs_full), str_of(l->trunk));
    e->legs_are_full = e->legs_are_full || rc == TM_EFULL;
}

/* One name is kept: of several full trunks the last one. */
bool engine_leg_wants(const struct engine *e, const char *trunk)
{
    return e->legs_are_full &&
           (e->legs_full[0] == '\0' || strcmp(e->legs_full, trunk) == 0);
}

/* It is durable: called, or given up, with the others whose records are. */
static void resume(struct engine *e, struct engine_leg *l)
{
    tm_assert(l->late && e->legs_late > 0);
    l->late = false;
    if (--e->legs_late == 0)
        e->legs_are_full = false;
    wait_for_record(e, l);
}

void engine_leg_retry(struct engine *e, int64_t now_us)
{
    if (now_us < engine_leg_retry_us(e))
        return;
    bool due = e->legs_late > 0 && now_us >= e->legs_late_us;
    for (struct engine_leg *l = e->leg; due && l != NULL; l = l->next)
        if (l->late)
            resume(e, l);
    engine_settle(e);
}

int64_t engine_leg_retry_us(const struct engine *e)
{
    /* Given up at the end of a settling: the next one is due at once. */
    if (e->leg_waits != NULL && e->leg_waits->seq <= e->durable)
        return 0;
    return e->legs_late > 0 ? e->legs_late_us : INT64_MAX;
}

/* The permit is made here, so that it is young however slow the store is. */
static void place(struct engine *e, struct engine_leg *l)
{
    struct permit permit;
    if (l->agent.v == 0 || e->draining || (e->held && !l->per_call)) {
        over(e, l, "cancelled", 0);
        return;
    }
    if (e->held) {
        postpone(e, l, TM_ESTATE);
        return;
    }
    int rc = rules_staff_permit(l->attempt, l->e164, engine_now_us(e),
                                PERMIT_US, &permit);
    if (rc == TM_OK) {
        const struct call_spec s = spec_of(e, l);
        rc = e->port.carrier->place(e->port.carrier->self, &permit, &s, NULL);
    }
    if (l->per_call && (rc == TM_EFULL || rc == TM_ENETWORK)) {
        postpone(e, l, rc);
        return;
    }
    if (rc != TM_OK) {
        over(e, l, refusal_word(rc), 0);
        return;
    }
    l->state = LEG_CALLED;
    floor_leg_called(e->floor, l->agent, engine_now_us(e));
}

void engine_leg_run(struct engine *e)
{
    while (e->leg_waits != NULL && e->leg_waits->seq <= e->durable) {
        struct engine_leg *l = e->leg_waits;
        e->leg_waits = l->waits;
        if (e->leg_waits == NULL)
            e->leg_waits_last = NULL;
        l->waits = NULL;
        place(e, l);
    }
}

static struct engine_leg *find(const struct engine *e, struct attempt_id a)
{
    uint64_t at;
    if (a.v <= 0 || !map_get(&e->leg_of, (uint64_t)a.v, &at))
        return NULL;
    struct engine_leg *l = (struct engine_leg *)(uintptr_t)at;
    tm_assert(l->attempt.v == a.v);
    return l;
}

struct attempt_id *engine_leg_joined(const struct engine *e,
                                     struct attempt_id leg)
{
    struct engine_leg *l = find(e, leg);
    tm_assert(l != NULL);
    return &l->joined;
}

static void hang_up(struct engine *e, struct engine_leg *l)
{
    l->agent.v = 0;
    if (l->state == LEG_WAITING) {
        struct engine_leg *before = present(e, l->whose);
        tm_assert(before != NULL);
        before->then = NULL;
        forget(e, l);
        return;
    }
    if (l->late)
        resume(e, l);
    if (l->state == LEG_RECORDED) /* never called: engine_leg_run() ends it */
        return;
    if (l->state == LEG_UP)
        e->legs_up--;
    l->state = LEG_CLOSING;
    e->port.carrier->hangup(e->port.carrier->self, l->attempt, HANGUP_NORMAL);
}

void engine_leg_drop(struct engine *e, struct agent_id a)
{
    const struct floor_agent *f = floor_find(e->floor, a);
    tm_assert(f != NULL);
    struct engine_leg *l = find(e, f->leg);
    if (l == NULL)
        return;
    tm_assert(l->agent.v == a.v);
    floor_set_leg(e->floor, a, (struct attempt_id){0}, false);
    hang_up(e, l);
}

static void answered(struct engine *e, struct engine_leg *l,
                     const struct carrier_event *ev)
{
    const struct record more = {.dialog = ev->text};
    record(e, l, "answered", &more);
    if (l->state != LEG_CALLED)
        return; /* hung up meanwhile: its end is on its way */
    l->state = LEG_UP;
    e->legs_up++;
    floor_set_leg(e->floor, l->agent, l->attempt, true);
    engine_agent_leg_up(e, l);
}

/* What a BYE after a crash needs is kept as it is now. */
static void dialog(struct engine *e, const struct engine_leg *l,
                   struct slice text)
{
    const struct record r = {.kind = RECORD_DIALOG,
                             .at_us = engine_now_us(e),
                             .tenant = e->port.tenant,
                             .attempt = l->attempt,
                             .agent = l->whose,
                             .e164 = l->e164,
                             .dialog = text};
    (void)engine_record_write(e, &r, 1);
}

bool engine_leg_event(struct engine *e, const struct carrier_event *ev)
{
    struct engine_leg *l = find(e, ev->attempt);
    if (l == NULL)
        return false;
    tm_assert(l->state != LEG_WAITING && l->state != LEG_RECORDED);
    switch (ev->kind) {
    case CARRIER_ANSWERED: answered(e, l, ev); break;
    case CARRIER_DIALOG: dialog(e, l, ev->text); break;
    case CARRIER_DIGIT:
        if (l->state == LEG_UP)
            engine_agent_key(e, l, ev->digit);
        break;
    case CARRIER_ENDED:
        over(e, l, call_event_cause_text(ev->cause), ev->code);
        break;
    case CARRIER_INCOMING:
    case CARRIER_PLACED:
    case CARRIER_RINGING:
    case CARRIER_PLAYED:
    case CARRIER_BEEP:
    case CARRIER_PERSON:
    case CARRIER_MACHINE: break;
    }
    return true;
}

void engine_leg_free_all(struct engine *e)
{
    while (e->leg != NULL) {
        struct engine_leg *next = e->leg->next;
        mem_free(e->leg);
        e->leg = next;
    }
}

/* Who calls us, from the first ring until a campaign has him: meanwhile the
 * store looks for his lead. The carrier knows the name of his call only when
 * its event is over, so that nothing is asked of it about him before the next
 * engine_run(), which is due at once. */
#include <string.h>

#include "engine/engine_inside.h"

enum caller_state {
    CALLER_ASKED,    /* the store looks for his lead */
    CALLER_DUE,      /* there is nothing to look for */
    CALLER_UNWANTED, /* is refused with the next engine_run() */
    CALLER_REFUSED,  /* was: his end has not come back */
};

struct engine_caller {
    enum caller_state state;
    struct carrier_event call; /* INCOMING; its texts are copies */
    bool gone;                 /* he has hung up; the campaign is told next */
    struct carrier_event end;
    size_t index;           /* of the campaign; not of who is refused */
    enum hangup_reason why; /* UNWANTED */
    struct engine_caller *next, *before; /* in order of their calls */
    char trunk[AGENT_WORD_MAX];
    char call_id[]; /* of call.text.n */
};

static struct engine_caller *find(const struct engine *e, struct attempt_id a)
{
    uint64_t at;
    if (e->caller_of.n == 0 || !map_get(&e->caller_of, (uint64_t)a.v, &at))
        return NULL;
    struct engine_caller *c = (struct engine_caller *)(uintptr_t)at;
    tm_assert(c->call.attempt.v == a.v);
    return c;
}

static struct engine_caller *put(struct engine *e,
                                 const struct carrier_event *ev)
{
    struct engine_caller *c = mem_alloc(sizeof(*c) + ev->text.n + 1);
    tm_assert(*e->port.next_attempt > 0);
    c->call = *ev;
    c->call.attempt.v = (*e->port.next_attempt)++;
    c->call.adopt = NULL;
    (void)str_copy(c->trunk, sizeof(c->trunk), str_of(ev->trunk));
    c->call.trunk = c->trunk;
    if (ev->text.n > 0)
        memcpy(c->call_id, ev->text.p, ev->text.n);
    c->call.text = str_range(c->call_id, ev->text.n);
    c->before = e->caller_last;
    if (e->caller_last != NULL)
        e->caller_last->next = c;
    else
        e->caller = c;
    e->caller_last = c;
    map_set(&e->caller_of, (uint64_t)c->call.attempt.v, (uint64_t)(uintptr_t)c);
    return c;
}

static void forget(struct engine *e, struct engine_caller *c)
{
    bool known = map_remove(&e->caller_of, (uint64_t)c->call.attempt.v);
    tm_assert(known);
    if (c->before != NULL)
        c->before->next = c->next;
    else
        e->caller = c->next;
    if (c->next != NULL)
        c->next->before = c->before;
    else
        e->caller_last = c->before;
    mem_free(c);
}

/* The first campaign that takes a call to this number; else why none does, and
 * the one that says so: TM_EFULL, TM_ESTATE when the number is known; or
 * TM_ENOTFOUND. Those who ring
 * have their place already, which the campaign does not know. */
static int choose(const struct engine *e, uint64_t to, size_t *index)
{
    int best = TM_ENOTFOUND;
    for (size_t i = 0; i < e->members; i++) {
        const struct engine_member *m = &e->member[i];
        int rc = campaign_takes_caller(m->campaign, to);
        if (rc == TM_OK && !engine_record_works(e))
            rc = TM_ESTATE;
        if (rc == TM_OK && m->callers >= m->env.plan->inbound.calls_max)
            rc = TM_EFULL;
        if (rc == TM_OK || rc == TM_EFULL || best == TM_ENOTFOUND) {
            *index = i;
            best = rc;
        }
        if (rc == TM_OK)
            return TM_OK;
    }
    return best;
}

/* False: there is nothing to look for, or the store has no time for it. */
static bool ask_store(struct engine *e, const struct engine_caller *c)
{
    const struct engine_member *m = &e->member[c->index];
    const struct store_caller q = {.campaign = m->env.id,
                                   .attempt = c->call.attempt,
                                   .e164 = c->call.from,
                                   .now_us = engine_now_us(e),
                                   .make = m->env.plan->inbound.make_leads};
    if (c->call.from == 0)
        return false;
    tm_assert(e->port.store->caller != NULL);
    return e->port.store->caller(e->port.store->self, &q) == TM_OK;
}

/* Whether he has the last line of a trunk by which telephones of agents are
 * rung: those who wait on a full trunk would wait for nobody. */
static bool needs_last_line(const struct engine *e, const char *trunk)
{
    const struct carrier *p = e->port.carrier;
    if (p->lines == NULL || p->lines(p->self, trunk) > 0)
        return false;
    for (size_t i = 0; i < floor_agents(e->floor); i++) {
        const struct floor_agent *f = floor_at(e->floor, i);
        if (f->state != AGENT_OFF && f->leg.v == 0 &&
            f->setup.leg == AGENT_LEG_PER_CALL &&
            strcmp(f->setup.trunk, trunk) == 0)
            return true;
    }
    return false;
}

void engine_caller_new(struct engine *e, const struct carrier_event *ev)
{
    size_t index;
    tm_assert(ev->kind == CARRIER_INCOMING && ev->adopt != NULL);
    tm_assert(e->port.carrier->answer != NULL);
    int rc = choose(e, ev->to, &index);
    if (rc == TM_ENOTFOUND)
        return; /* the carrier refuses it: there is no such number */
    if (e->draining)
        rc = TM_ESTATE;
    else if (rc == TM_OK && needs_last_line(e, ev->trunk))
        rc = TM_EFULL;
    struct engine_caller *c = put(e, ev);
    *ev->adopt = c->call.attempt;
    if (rc != TM_OK) {
        struct engine_member *m = &e->member[index];
        m->refused_full += rc == TM_EFULL;
        m->refused_closed += rc != TM_EFULL;
        c->state = CALLER_UNWANTED;
        c->why = rc == TM_EFULL ? HANGUP_BUSY : HANGUP_NORMAL;
        e->callers_due++;
        return;
    }
    c->index = index;
    e->member[index].callers++;
    c->state = ask_store(e, c) ? CALLER_ASKED : CALLER_DUE;
    if (c->state == CALLER_ASKED)
        e->member[index].asking++;
    else
        e->callers_due++;
}

/* Also who has hung up is told to the campaign, so that he is recorded. */
static void hand_over(struct engine *e, struct engine_caller *c,
                      const struct lead *lead, bool held)
{
    struct engine_member *m = &e->member[c->index];
    struct campaign_event ev = {.kind = CAMPAIGN_EV_INCOMING,
                                .call = &c->call,
                                .lead = lead,
                                .held = held};
    if (!c->gone)
        map_set(&e->call_owner, (uint64_t)c->call.attempt.v,
                ENGINE_OWNER_CALLER | (c->index + 1));
    (void)engine_step(e, c->index, &ev, NULL);
    if (c->gone) {
        struct campaign_event end = {.kind = CAMPAIGN_EV_CALL, .call = &c->end};
        (void)engine_step(e, c->index, &end, NULL);
        tm_assert(m->callers > 0);
        m->callers--;
    }
    forget(e, c);
}

void engine_caller_called(struct engine *e, const struct store_called *s)
{
    struct engine_caller *c = find(e, s->attempt);
    tm_assert(c != NULL && c->state == CALLER_ASKED);
    struct engine_member *m = &e->member[c->index];
    tm_assert(m->env.id.v == s->campaign.v && m->asking > 0);
    m->asking--;
    hand_over(e, c, s->lead, s->held);
}

bool engine_caller_event(struct engine *e, const struct carrier_event *ev)
{
    struct engine_caller *c = find(e, ev->attempt);
    if (c == NULL)
        return false;
    if (ev->kind != CARRIER_ENDED)
        return true; /* it rings: whatever else it says changes nothing */
    tm_assert(!c->gone);
    if (c->state == CALLER_UNWANTED || c->state == CALLER_REFUSED) {
        e->callers_due -= c->state == CALLER_UNWANTED;
        forget(e, c);
        return true;
    }
    c->gone = true;
    c->end = *ev;
    c->end.text = (struct slice){0};
    return true;
}

void engine_caller_run(struct engine *e)
{
    const struct carrier *p = e->port.carrier;
    struct engine_caller *next = NULL;
    if (e->callers_due == 0)
        return;
    for (struct engine_caller *c = e->caller; c != NULL; c = next) {
        next = c->next;
        if (c->state == CALLER_UNWANTED) {
            c->state = CALLER_REFUSED;
            e->callers_due--;
            p->hangup(p->self, c->call.attempt, c->why);
        } else if (c->state == CALLER_DUE) {
            e->callers_due--;
            hand_over(e, c, NULL, false);
        }
    }
    tm_assert(e->callers_due == 0);
    engine_settle(e);
}

bool engine_caller_waits(const struct engine *e)
{
    return e->callers_due > 0;
}

void engine_caller_hang_up_all(struct engine *e)
{
    const struct carrier *p = e->port.carrier;
    for (struct engine_caller *c = e->caller; c != NULL; c = c->next)
        if (!c->gone && c->state != CALLER_REFUSED)
            p->hangup(p->self, c->call.attempt, HANGUP_SHUTDOWN);
}

void engine_caller_free_all(struct engine *e)
{
    while (e->caller != NULL)
        forget(e, e->caller);
}

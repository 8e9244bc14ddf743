/* An agent and his person are joined, and tried again when the carrier has no
 * room for it now: they hear nothing until it succeeds, and the campaign takes
 * the person for served. */
#include "engine/engine_inside.h"

/* Half of the time the law gives a person who waits for an agent, so that
 * another one can still take him in time (16 CFR 310.4(b)(1)(iv)). */
#define JOIN_TRIES 100

_Static_assert(JOIN_TRIES *ENGINE_RETRY_US == 1000 * 1000,
               "half of what the law gives");

const struct floor_agent *engine_join_agent(const struct engine *e,
                                            const struct campaign_action *a)
{
    const struct floor_agent *f = floor_find(e->floor, a->agent);
    tm_assert(f != NULL);
    return f->attempt.v == a->attempt.v ? f : NULL;
}

/* TM_ESTATE: one has ended, and its end is on its way; or a bridge of before
 * is there still, which nobody needs: so a second time without it. */
static int join(struct engine *e, const struct campaign_action *a,
                struct attempt_id leg)
{
    const struct carrier *c = e->port.carrier;
    int rc = c->bridge(c->self, a->attempt, leg);
    if (rc != TM_ESTATE)
        return rc;
    c->part(c->self, leg);
    c->part(c->self, a->attempt);
    return c->bridge(c->self, a->attempt, leg);
}

static void keep(struct engine *e, size_t index,
                 const struct campaign_action *a, unsigned tries)
{
    gate_push(&e->joins, 0, index, a);
    e->joins.tail->tries = tries;
    e->joins_us = engine_now_us(e) + ENGINE_RETRY_US;
}

static void attempt(struct engine *e, size_t index,
                    const struct campaign_action *a, unsigned tries)
{
    const struct floor_agent *f = engine_join_agent(e, a);
    if (f == NULL || !f->leg_up)
        return;
    struct attempt_id *joined = engine_leg_joined(e, f->leg);
    int rc = join(e, a, f->leg);
    if (rc == TM_OK)
        *joined = a->attempt;
    if (rc != TM_EFULL)
        return;
    if (tries < JOIN_TRIES) {
        keep(e, index, a, tries + 1);
        return;
    }
    /* Not with this agent: the campaign looks for another one, and in the end
     * says what it says to those who cannot be served. */
    engine_agent_no_join(e, a->agent, joined->v != a->attempt.v);
    if (f->setup.leg == AGENT_LEG_PER_CALL)
        engine_leg_drop(e, a->agent);
}

void engine_join(struct engine *e, size_t index,
                 const struct campaign_action *a)
{
    static const struct prompt beep = {.kind = PROMPT_BEEP};
    const struct carrier *c = e->port.carrier;
    const struct floor_agent *f = engine_join_agent(e, a);
    if (f == NULL || !f->leg_up)
        return;
    if (a->beep)
        (void)c->play(c->self, f->leg, &beep, 1, 0);
    tm_assert(c->bridge != NULL);
    attempt(e, index, a, 0);
}

void engine_join_retry(struct engine *e, int64_t now_us)
{
    if (e->joins.head == NULL || now_us < e->joins_us)
        return;
    for (size_t n = e->joins.n; n > 0; n--) {
        struct gate_item *item = gate_pop(&e->joins, 0);
        const struct floor_agent *f = engine_join_agent(e, &item->action);
        /* Held meanwhile: when he retrieves the call, they are joined. */
        if (f != NULL && f->state == AGENT_TALKING)
            attempt(e, item->campaign, &item->action, item->tries);
        gate_item_free(item);
    }
    engine_settle(e);
}

int64_t engine_join_us(const struct engine *e)
{
    return e->joins.head != NULL ? e->joins_us : INT64_MAX;
}

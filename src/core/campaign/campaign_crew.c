#include "core/campaign/campaign_crew.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

void campaign_crew_new(struct campaign *c, struct arena *a)
{
    const struct plan *plan = c->env.plan;
    tm_assert(c->env.floor != NULL && plan->skills <= AGENT_SKILLS_MAX);
    struct crew *w = arena_alloc(a, sizeof(*w));
    c->crew = w;
    w->pacing = (struct campaign_pacing){plan->dial_mode, plan->pacing,
                                         plan->abandon_limit_ppm};
    w->tick_us = w->promised_due_us = INT64_MAX;
    slots_queue_init(&w->promised);
    slots_queue_init(&w->looks);
    slots_queue_init(&w->lines);
    slots_queue_init(&w->waiting);
    slots_queue_init(&w->callers);
    slots_queue_init(&w->rung);
    slots_queue_init(&w->callers_rung);
    for (size_t i = 0; i < plan->skills; i++)
        w->skills |= floor_skill(c->env.floor, str_of(plan->skill[i]));
    int rc = floor_campaign_needs(c->env.floor, c->env.id, w->skills);
    tm_assert(rc == TM_OK);
    campaign_crew_share(c);
}

static struct predictive_setup setup_of(const struct campaign *c)
{
    const struct plan *plan = c->env.plan;
    return (struct predictive_setup){
        .limit = c->crew->pacing.abandon_limit_ppm / 1e6,
        .wrong_share = plan->detect ? plan->detect_wrong_ppm / 1e6 : 0.0,
        .hold_us = plan->hold_ms * 1000,
        .withdraw_us = WITHDRAW_US,
    };
}

/* A progressive line covers one agent, whatever policy the plan names. */
static struct policy_params params_of(const struct campaign_pacing *p)
{
    struct policy_params params = p->policy;
    if (p->mode == DIAL_PROGRESSIVE)
        params.kind = POLICY_PROGRESSIVE;
    return params;
}

void campaign_crew_begin(struct campaign *c)
{
    struct crew *w = c->crew;
    w->error = TM_OK;
    w->why[0] = '\0';
    w->decided = false;
    w->dialled = w->withdrawn = w->served = 0;
    w->kept_waiting = false;
    if (w->begun)
        return;
    struct predictive_setup setup = setup_of(c);
    struct policy_params params = params_of(&w->pacing);
    policy_init(&w->policy, &params, &setup, c->now_us, (uint64_t)c->env.id.v);
    w->begun = true;
}

void campaign_crew_pace(struct campaign *c, const struct campaign_pacing *p)
{
    struct crew *w = c->crew;
    struct err e = {0};
    int rc = plan_pace_check(c->env.plan, p->mode, &p->policy,
                             p->abandon_limit_ppm, &e);
    if (rc != TM_OK) {
        campaign_crew_refuse(c, rc, "%s", e.text);
        return;
    }
    w->pacing = *p;
    w->policy.params = params_of(p);
    /* What was learnt stays; the price goes on from where it is. */
    w->policy.facts.setup.limit = p->abandon_limit_ppm / 1e6;
    w->policy.facts.budget.limit = w->policy.facts.setup.limit;
    w->order = 0;
    w->over_limit = false;
    w->tick_us = c->now_us;
    campaign_pace_trace(c,
                        "from now on %s, at most %u of a million live "
                        "answers may be lost",
                        vocab_dial_text(p->mode), p->abandon_limit_ppm);
}

void campaign_crew_refuse(struct campaign *c, int error, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(c->crew->why, WHY_MAX, fmt, args);
    va_end(args);
    c->crew->error = error;
}

/* It would dial if it had agents. A look for leads is no reason to begin: a
 * campaign that waits for the morning looks now and then. */
static bool could_dial(const struct campaign *c)
{
    const struct crew *w = c->crew;
    return w->pacing.mode != DIAL_MANUAL && c->now_us >= c->hold_until_us &&
           !campaign_window_over(c) &&
           (c->hopper_n > 0 || w->promised.n > 0 || (c->fetching && w->active));
}

/* Agents are not kept for a campaign that has nobody to call, and not for one
 * whose agents ask for each lead themselves. */
void campaign_crew_share(struct campaign *c)
{
    struct crew *w = c->crew;
    bool active = c->state == CAMPAIGN_RUNNING && !c->store_down &&
                  (could_dial(c) || w->lines.n > 0 || w->waiting.n > 0);
    if (active == w->active && w->shared)
        return;
    unsigned weight = c->env.plan->weight > 0 ? c->env.plan->weight : 1;
    int rc = floor_campaign(c->env.floor, c->env.id, weight, active);
    tm_assert(rc == TM_OK);
    w->active = active;
    w->shared = true;
    floor_counts(c->env.floor, c->env.id, &w->counts);
}

/* --- stages ----------------------------------------------------------------*/

static struct slot_queue *queue_of(struct crew *w, const struct slot *s)
{
    switch (s->stage) {
    case SLOT_PROMISED: return &w->promised;
    case SLOT_LOOK: return &w->looks;
    case SLOT_LINE: return &w->lines;
    case SLOT_WAIT: return &w->waiting;
    case SLOT_RING: return s->incoming ? &w->callers_rung : &w->rung;
    case SLOT_CALLER: return &w->callers;
    case SLOT_IDLE:
    case SLOT_TIED:
    case SLOT_TALK:
    case SLOT_GONE:
    case SLOT_WRAP:
    case SLOT_CALLING:
    case SLOT_STAGES: break;
    }
    return NULL;
}

static void count(struct crew *w, enum slot_stage s, unsigned by)
{
    if (s == SLOT_TIED)
        w->tied += by;
    else if (s == SLOT_TALK)
        w->talking += by;
    else if (s == SLOT_WRAP)
        w->wrapping += by;
}

static void leave(struct campaign *c, struct slot *s, enum lasting_end how)
{
    struct predictive *facts = &c->crew->policy.facts;
    struct slot_queue *q = queue_of(c->crew, s);
    if (q != NULL)
        slots_queue_remove(&c->slots, q, s);
    count(c->crew, s->stage, UINT_MAX); /* one less */
    if (s->stage == SLOT_WAIT || s->stage == SLOT_CALLER)
        floor_waits(c->env.floor, c->env.id, -1);
    if (s->stage == SLOT_LINE)
        predictive_line_ended(facts, c->now_us, s->mark, how);
    else if (s->stage == SLOT_TALK)
        predictive_talk_ended(facts, c->now_us, s->mark, how);
    else if (s->stage == SLOT_WRAP)
        predictive_wrap_ended(facts, c->now_us, s->mark, how);
}

/* A line, and who answered it, counts on whoever is ready until an agent has
 * it; so does one whose own agent was lost, from then on. */
static void count_air(struct campaign *c, struct slot *s, enum slot_stage to)
{
    if (to == SLOT_LINE || to == SLOT_WAIT)
        slots_air_add(&c->slots, s, c->now_us);
    else if (to != SLOT_RING)
        slots_air_remove(&c->slots, s);
}

void campaign_stage(struct campaign *c, struct slot *s, enum slot_stage to,
                    enum lasting_end how)
{
    struct predictive *facts = &c->crew->policy.facts;
    tm_assert(s->used && to < SLOT_STAGES && c->crew->begun);
    leave(c, s, how);
    s->stage = to;
    count_air(c, s, to);
    struct slot_queue *q = queue_of(c->crew, s);
    if (to == SLOT_CALLER || to == SLOT_RING)
        slots_queue_sort_in(&c->slots, q, s);
    else if (q != NULL)
        slots_queue_add(&c->slots, q, s);
    count(c->crew, to, 1);
    if (to == SLOT_WAIT || to == SLOT_CALLER)
        floor_waits(c->env.floor, c->env.id, 1);
    if (to == SLOT_LINE)
        s->mark = predictive_dialled(facts, c->now_us);
    else if (to == SLOT_TALK)
        s->mark = predictive_talk(facts, c->now_us);
    else if (to == SLOT_WRAP)
        s->mark = predictive_wrap(facts, c->now_us);
}

void campaign_crew_free(struct campaign *c, struct slot *s, enum agent_input in)
{
    if (s->agent.v == 0)
        return;
    struct agent_id a = s->agent;
    slots_drop_agent(&c->slots, s);
    /* He may have gone by himself: then there is nothing to move. */
    (void)floor_move(c->env.floor, a, in, c->now_us);
    if (!s->rung)
        return;
    s->rung = s->picked_up = false;
    campaign_out_action(c, ACTION_DROP, s)->agent = a;
}

size_t campaign_crew_slots(const struct plan *p)
{
    size_t calls = p->calls_max;
    if (p->inbound.numbers > 0)
        calls += p->inbound.calls_max;
    return calls + (calls > HELD_MIN ? calls : HELD_MIN);
}

size_t campaign_crew_room(const struct campaign *c)
{
    size_t all = campaign_crew_slots(c->env.plan);
    size_t taken =
        c->slots.calls + c->crew->looks.n + (size_t)c->crew->wrapping;
    return all > taken ? all - taken : 0;
}

void campaign_crew_give_back(struct campaign *c)
{
    struct crew *w = c->crew;
    struct slot *s;
    while ((s = slots_queue_first(&c->slots, &w->looks)) != NULL) {
        campaign_crew_free(c, s, AGENT_IN_NOBODY);
        campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
        slots_give(&c->slots, s);
    }
    while ((s = slots_queue_first(&c->slots, &w->promised)) != NULL) {
        campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
        slots_give(&c->slots, s);
    }
}

/* Since when the first of both waits; 0: nobody does. */
static int64_t oldest(const struct campaign *c, const struct slot_queue *a,
                      const struct slot_queue *b)
{
    const struct slot *x = slots_queue_first(&c->slots, a);
    const struct slot *y = slots_queue_first(&c->slots, b);
    int64_t us = x != NULL ? x->since_us : INT64_MAX;
    if (y != NULL && y->since_us < us)
        us = y->since_us;
    return us == INT64_MAX ? 0 : us;
}

void campaign_crew_status(const struct campaign *c, struct campaign_status *out)
{
    const struct crew *w = c->crew;
    out->pacing = (struct campaign_pacing){.mode = c->env.plan->dial_mode};
    out->over_limit = false;
    out->ringing = out->waiting = out->talking = out->callers = 0;
    out->oldest_wait_us = out->oldest_caller_us = 0;
    out->price = out->chance = 0.0;
    out->agents = (struct floor_counts){0};
    out->here = out->here_ready = 0;
    out->refused_full = out->refused_closed = 0;
    out->expected_per_s = 0.0;
    if (w == NULL)
        return;
    campaign_idle_here(c, &out->here, &out->here_ready);
    out->pacing = w->pacing;
    out->over_limit = w->over_limit;
    out->ringing = w->lines.n + w->tied;
    out->waiting = w->waiting.n + w->rung.n;
    out->callers = w->callers.n + w->callers_rung.n;
    out->talking = w->talking;
    out->oldest_wait_us = oldest(c, &w->waiting, &w->rung);
    out->oldest_caller_us = oldest(c, &w->callers, &w->callers_rung);
    out->expected_per_s = floor_expected_per_s(c->env.floor, c->env.id);
    out->price = w->last.price;
    out->chance = w->last.chance;
    floor_counts(c->env.floor, c->env.id, &out->agents);
}

#include "core/campaign/campaign_crew.h"

/* Counts a live answer once; lost: nobody came in time. */
void campaign_bridge_settle(struct campaign *c, struct slot *s, bool lost)
{
    struct crew *w = c->crew;
    if (s->settled)
        return;
    s->settled = true;
    s->lost = lost;
    w->live_up++;
    w->day_live++;
    w->lost_up += lost;
    w->day_lost += lost;
    /* A line for one agent was no risk that pacing took. */
    if (!s->tied && !s->paced)
        predictive_settled(&w->policy.facts, lost);
    s->paced = true;
}

/* The carrier had no room to join him with his agent, so that nobody served
 * him: within two seconds another one may, else he is abandoned (16 CFR
 * 310.4(b)(1)(iv)), whoever talks with him later. */
void campaign_bridge_not_joined(struct campaign *c, struct slot *s)
{
    struct crew *w = c->crew;
    if (s->stage != SLOT_TALK || !s->first_talk)
        return;
    s->served = false;
    if (s->incoming || s->lost)
        return;
    tm_assert(s->settled && w->live_up > 0);
    if (c->now_us - s->since_us > c->env.plan->hold_ms * 1000) {
        s->lost = true;
        w->lost_up++;
        w->day_lost++;
        return;
    }
    s->settled = false;
    w->live_up--;
    w->day_live -= w->day_live > 0;
}

void campaign_bridge_silence(struct campaign *c, struct slot *s)
{
    if (s->said_us != 0)
        campaign_out_action(c, ACTION_SILENCE, s);
    s->said_us = 0;
}

static void join(struct campaign *c, struct slot *s)
{
    campaign_bridge_silence(c, s);
    s->close = OUTCOME_NONE;
    struct record *r = campaign_out_record(c, RECORD_BRIDGED, s);
    r->agent = s->agent;
    r->ring_ms = (c->now_us - s->since_us) / 1000;
    struct campaign_action *a = campaign_out_action(c, ACTION_BRIDGE, s);
    a->agent = s->agent;
    a->beep = !s->rung;
    slots_set_deadline(&c->slots, s, INT64_MAX);
    campaign_stage(c, s, SLOT_TALK, LASTING_GOAL);
    if (!s->incoming)
        campaign_bridge_settle(c, s, false);
    s->first_talk = !s->served;
    s->served = true;
}

/* The law's time runs on while his telephone rings; it is none of who called
 * us. */
static void ring(struct campaign *c, struct slot *s)
{
    int64_t law_us = s->since_us + c->env.plan->hold_ms * 1000;
    campaign_stage(c, s, SLOT_RING, LASTING_GOAL);
    slots_set_deadline(&c->slots, s,
                       s->incoming ? campaign_inbound_pick_up_us(c) : law_us);
    if (!s->rung)
        campaign_out_action(c, ACTION_RING, s)->agent = s->agent;
    s->rung = c->crew->rings = true;
}

/* The agent was moved to talk, or to ring by his kind of leg. */
static void meet(struct campaign *c, struct slot *s, struct agent_id a)
{
    const struct floor_agent *f = floor_find(c->env.floor, a);
    tm_assert(f != NULL);
    slots_give_agent(&c->slots, s, a);
    if (f->state != AGENT_RINGING) {
        join(c, s);
        return;
    }
    ring(c, s);
}

bool campaign_bridge_find_agent(struct campaign *c, struct slot *s)
{
    struct floor_want want = {
        .campaign = c->env.id,
        .skills = c->crew->skills,
        .input = AGENT_IN_TALK,
        .attempt = s->attempt,
        .spared = s->incoming,
    };
    struct agent_id a = floor_take(c->env.floor, &want, c->now_us);
    if (a.v == 0)
        return false;
    meet(c, s, a);
    return true;
}

static void wait(struct campaign *c, struct slot *s)
{
    campaign_stage(c, s, SLOT_WAIT, LASTING_GOAL);
    slots_set_deadline(&c->slots, s, s->since_us + c->env.plan->hold_ms * 1000);
}

/* The agent the line was dialled for. */
static void meet_own(struct campaign *c, struct slot *s)
{
    struct agent_id a = s->agent;
    const struct floor_agent *f = floor_find(c->env.floor, a);
    bool absent =
        f != NULL && f->setup.leg == AGENT_LEG_PER_CALL && !s->picked_up;
    enum agent_input in = absent ? AGENT_IN_RING : AGENT_IN_TALK;
    if (a.v == 0 ||
        !floor_move(c->env.floor, a, in, c->now_us)) { /* he has gone */
        campaign_crew_free(c, s, AGENT_IN_NOBODY);
        if (!campaign_bridge_find_agent(c, s))
            wait(c, s);
        return;
    }
    if (absent)
        ring(c, s);
    else
        join(c, s);
}

/* Nobody came: the message says who called, then the call ends. */
static void give_up(struct campaign *c, struct slot *s)
{
    const struct script *script = c->env.plan->script;
    campaign_stage(c, s, SLOT_GONE, LASTING_BROKEN_OFF);
    if (!s->served) {
        campaign_bridge_settle(c, s, true);
        campaign_pace_trace(c, "  call %lld: nobody was free in time: lost",
                            (long long)s->attempt.v);
    }
    slots_set_deadline(&c->slots, s, INT64_MAX);
    if (script != NULL && script->steps > 0)
        campaign_call_speak(c, s);
    else
        campaign_call_hang_up(c, s);
}

void campaign_bridge_live(struct campaign *c, struct slot *s, int64_t since_us)
{
    s->since_us = since_us < c->now_us ? since_us : c->now_us;
    tm_assert(s->stage == SLOT_LINE || s->stage == SLOT_TIED);
    if (c->now_us - s->since_us > c->env.plan->hold_ms * 1000) {
        campaign_crew_free(c, s, AGENT_IN_NOBODY);
        wait(c, s); /* the verdict took all of his time */
        give_up(c, s);
        return;
    }
    if (s->stage == SLOT_TIED) {
        meet_own(c, s);
        return;
    }
    /* Those who wait came first. */
    if (c->crew->waiting.n > 0)
        campaign_bridge_serve(c);
    if (c->crew->waiting.n > 0 || !campaign_bridge_find_agent(c, s))
        wait(c, s);
}

void campaign_bridge_answered(struct campaign *c, struct slot *s)
{
    if (s->leg.state != CALL_ANSWERED) /* it crossed our hanging up */
        return;
    /* With detection the line goes on until the verdict. */
    if (s->detects && (s->stage == SLOT_LINE || s->stage == SLOT_TIED))
        slots_set_deadline(&c->slots, s, c->now_us + DETECT_MAX_US);
    else if (s->stage == SLOT_TIED || s->stage == SLOT_LINE)
        campaign_bridge_live(c, s, c->now_us);
}

void campaign_bridge_verdict(struct campaign *c, struct slot *s,
                             int64_t since_us)
{
    if (s->stage != SLOT_LINE && s->stage != SLOT_TIED)
        return;
    slots_set_deadline(&c->slots, s, INT64_MAX);
    campaign_bridge_live(c, s, since_us);
}

void campaign_bridge_machine(struct campaign *c, struct slot *s)
{
    /* An agent hears for himself; who waits has spoken already. */
    if (s->stage != SLOT_LINE && s->stage != SLOT_TIED)
        return;
    s->machine = true;
    campaign_crew_free(c, s, AGENT_IN_NOBODY);
    campaign_stage(c, s, SLOT_GONE, LASTING_OTHER);
    campaign_call_hang_up(c, s);
}

/* The law gives some two seconds, who called us has more. */
static struct slot *first_to_serve(const struct campaign *c)
{
    struct slot *s = slots_queue_first(&c->slots, &c->crew->waiting);
    return s != NULL ? s : slots_queue_first(&c->slots, &c->crew->callers);
}

void campaign_bridge_serve(struct campaign *c)
{
    struct slot *s;
    for (; c->crew->served < SERVE_MAX; c->crew->served++) {
        s = first_to_serve(c);
        if (s == NULL || !campaign_bridge_find_agent(c, s))
            return;
    }
    c->again = c->again || first_to_serve(c) != NULL;
}

void campaign_bridge_due(struct campaign *c, struct slot *s)
{
    if (s->stage == SLOT_TALK) {
        campaign_agent_hold_over(c, s);
        return;
    }
    if (s->incoming) {
        campaign_inbound_due(c, s);
        return;
    }
    if (s->stage == SLOT_LINE || s->stage == SLOT_TIED) {
        campaign_bridge_verdict(c, s, c->now_us); /* it may be a person */
        return;
    }
    if (s->stage == SLOT_RING)
        campaign_crew_free(c, s, AGENT_IN_NOBODY);
    else if (campaign_bridge_find_agent(c, s)) /* the last moment counts */
        return;
    give_up(c, s);
}

void campaign_bridge_leg_up(struct campaign *c, struct slot *s)
{
    s->picked_up = true;
    if (s->stage != SLOT_RING)
        return;
    if (floor_move(c->env.floor, s->agent, AGENT_IN_TALK, c->now_us))
        join(c, s);
}

/* Who was served already waits by our own measure, not the law's. */
static void wait_again(struct campaign *c, struct slot *s)
{
    struct agent_id gone = s->agent;
    bool talked = s->stage == SLOT_TALK;
    slots_drop_agent(&c->slots, s);
    s->rung = s->picked_up = false;
    if (s->served && talked && s->incoming)
        campaign_inbound_anew(c, s);
    else if (s->served && talked)
        s->since_us = c->now_us;
    /* First he goes, to what is noted: then he is not found again, and the
     * records have nobody with two people. */
    (void)floor_move(c->env.floor, gone,
                     talked ? AGENT_IN_CALL_ENDED : AGENT_IN_NOBODY, c->now_us);
    if (talked) /* he has no wrap-up */
        (void)floor_move(c->env.floor, gone, AGENT_IN_READY, c->now_us);
    if (s->leg.state != CALL_ANSWERED) /* it ends already */
        campaign_stage(c, s, SLOT_GONE, LASTING_BROKEN_OFF);
    else if (s->incoming)
        campaign_inbound_next_agent(c, s);
    else if (!campaign_bridge_find_agent(c, s))
        wait(c, s);
}

/* The line must ring for its lawful time (47 CFR 64.1200(a)(6)): from now on it
 * is one for whoever is ready. One that has not left does not leave, unless its
 * INVITE was on its way (campaign_bridge_placed). */
static void leave_line(struct campaign *c, struct slot *s)
{
    s->rung = false;
    campaign_crew_free(c, s, AGENT_IN_NOBODY);
    if (s->leg.state == CALL_RECORDED || s->leg.state == CALL_CLOSING)
        return;
    s->tied = false;
    campaign_stage(c, s, SLOT_LINE, LASTING_BROKEN_OFF);
}

void campaign_bridge_placed(struct campaign *c, struct slot *s)
{
    if (s->stage != SLOT_TIED || s->agent.v != 0)
        return;
    s->tied = false;
    campaign_stage(c, s, SLOT_LINE, LASTING_BROKEN_OFF);
}

/* The floor has noted already that he signs out or pauses, so that nothing more
 * is given to him when he is set free. */
void campaign_bridge_leg_lost(struct campaign *c, struct slot *s)
{
    switch (s->stage) {
    case SLOT_LOOK: campaign_preview_skip(c, s); return;
    case SLOT_TIED: leave_line(c, s); return;
    case SLOT_RING:
    case SLOT_TALK: wait_again(c, s); return;
    case SLOT_WRAP: campaign_wrap_close(c, s, LASTING_BROKEN_OFF); return;
    case SLOT_IDLE:
    case SLOT_PROMISED:
    case SLOT_LINE:
    case SLOT_WAIT:
    case SLOT_GONE:
    case SLOT_CALLING:
    case SLOT_CALLER:
    case SLOT_STAGES: return;
    }
}

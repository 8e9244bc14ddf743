#include "core/campaign/campaign_crew.h"

/* The person hears music as long as there is some. */
static void hold_music(struct campaign *c, struct slot *s)
{
    const char *file = c->env.plan->hold_music;
    if (file != NULL && s->leg.state == CALL_ANSWERED)
        campaign_inbound_music(c, s, file);
}

void campaign_agent_hold_played(struct campaign *c, struct slot *s,
                                uint32_t tag)
{
    const struct floor_agent *f = floor_find(c->env.floor, s->agent);
    if (s->stage == SLOT_TALK && f != NULL && f->state == AGENT_HOLDING &&
        campaign_inbound_heard(c, s, tag))
        hold_music(c, s);
}

static void hold(struct campaign *c, struct slot *s)
{
    if (!floor_move(c->env.floor, s->agent, AGENT_IN_HOLD, c->now_us)) {
        const struct floor_agent *f = floor_find(c->env.floor, s->agent);
        bool held = f != NULL && f->state == AGENT_HOLDING;
        campaign_crew_refuse(c, TM_ESTATE, "%s",
                             held ? "the person is on hold already"
                                  : "he talks with nobody");
        return;
    }
    campaign_out_action(c, ACTION_PART, s)->agent = s->agent;
    int64_t limit_us = c->env.plan->hold_limit_ms * 1000;
    if (limit_us > 0 && s->leg.state == CALL_ANSWERED)
        slots_set_deadline(&c->slots, s, c->now_us + limit_us);
    hold_music(c, s);
}

/* He is on the line with his agent again. */
static void back(struct campaign *c, struct slot *s, bool beep)
{
    slots_set_deadline(&c->slots, s, INT64_MAX);
    campaign_bridge_silence(c, s);
    struct campaign_action *a = campaign_out_action(c, ACTION_BRIDGE, s);
    a->agent = s->agent;
    a->beep = beep;
}

/* Nobody is left on hold for ever: his agent hears a beep, and him. */
void campaign_agent_hold_over(struct campaign *c, struct slot *s)
{
    if (floor_move(c->env.floor, s->agent, AGENT_IN_RETRIEVE, c->now_us))
        back(c, s, true);
    else
        campaign_call_hang_up(c, s);
}

static void retrieve(struct campaign *c, struct slot *s)
{
    if (!floor_move(c->env.floor, s->agent, AGENT_IN_RETRIEVE, c->now_us)) {
        campaign_crew_refuse(c, TM_ESTATE, "nobody is on hold");
        return;
    }
    back(c, s, false);
}

/* Of a talk, or of a line that rings for him. */
static void hang_up(struct campaign *c, struct slot *s)
{
    bool rings = s->stage == SLOT_TIED && s->leg.answered_us == 0;
    if (s->stage != SLOT_TALK && !rings) {
        campaign_crew_refuse(c, TM_ESTATE, "there is no call to hang up");
        return;
    }
    if (rings && !campaign_pace_rang_long(c, s)) {
        campaign_crew_refuse(c, TM_ESTATE,
                             "a call must ring for 15 seconds before it is "
                             "given up (47 CFR 64.1200(a)(6)); it rings still");
        return;
    }
    if (!call_leg_move(&s->leg, CALL_IN_HANGUP, c->now_us)) {
        campaign_crew_refuse(c, TM_ESTATE, "the call is ending already");
        return;
    }
    slots_set_deadline(&c->slots, s, INT64_MAX);
    campaign_out_action(c, ACTION_HANGUP, s)->reason =
        rings ? HANGUP_WITHDRAW : HANGUP_NORMAL;
}

static void next(struct campaign *c, struct agent_id a)
{
    if (c->crew->pacing.mode != DIAL_MANUAL) {
        campaign_crew_refuse(c, TM_ESTATE,
                             "leads come by themselves in this dial mode (%s)",
                             vocab_dial_text(c->crew->pacing.mode));
        return;
    }
    const struct floor_agent *f = floor_find(c->env.floor, a);
    if (f == NULL || f->state != AGENT_READY) {
        campaign_crew_refuse(c, TM_ESTATE,
                             "only an agent who is ready takes a lead");
        return;
    }
    if (campaign_preview_give(c, a))
        return;
    if (floor_spoken_for(c->env.floor, a))
        campaign_crew_refuse(c, TM_ESTATE,
                             "lines that were dialled before ring still, and "
                             "who answers comes first; ask again in a moment");
    else if (c->again)
        campaign_crew_refuse(c, TM_ESTATE,
                             "none of the leads looked at so far may be called "
                             "now; ask again, for the next ones");
    else
        campaign_crew_refuse(c, TM_ENOTFOUND,
                             "no lead may be called now; the campaign's status "
                             "says when");
}

/* The time of a wrap-up or of a look is over. */
static void limit(struct campaign *c, struct slot *s)
{
    if (s->stage == SLOT_WRAP) {
        campaign_wrap_close(c, s, LASTING_GOAL);
        return;
    }
    if (s->stage != SLOT_LOOK)
        return;
    struct agent_id a = s->agent;
    if (!c->env.plan->preview_dials) {
        campaign_preview_skip(c, s);
        return;
    }
    campaign_preview_dial(c, s);
    if (s->stage == SLOT_LOOK && s->agent.v == a.v) /* no line is free */
        floor_set_limit(c->env.floor, a, c->now_us + CIVIL_SECOND_US);
}

static void looked_at(struct campaign *c, struct slot *s, bool dial)
{
    if (s->stage != SLOT_LOOK)
        campaign_crew_refuse(c, TM_ESTATE, "he looks at no lead");
    else if (dial)
        campaign_preview_dial(c, s);
    else
        campaign_preview_skip(c, s);
}

static void order(struct campaign *c, struct agent_id a,
                  const struct agent_order *o)
{
    if (o->kind == AGENT_DO_NEXT) {
        next(c, a);
        return;
    }
    struct slot *s = slots_find_agent(&c->slots, a);
    if (s == NULL) {
        campaign_crew_refuse(c, TM_ESTATE,
                             "he has no call or lead of this campaign");
        return;
    }
    switch (o->kind) {
    case AGENT_DO_DIAL: looked_at(c, s, true); return;
    case AGENT_DO_SKIP: looked_at(c, s, false); return;
    case AGENT_DO_HANG_UP: hang_up(c, s); return;
    case AGENT_DO_HOLD: hold(c, s); return;
    case AGENT_DO_RETRIEVE: retrieve(c, s); return;
    case AGENT_DO_DISPOSE: campaign_wrap_dispose(c, s, o); return;
    case AGENT_DO_LEG_UP: campaign_bridge_leg_up(c, s); return;
    case AGENT_DO_LEG_LOST:
        if (o->word.n > 0) /* why they were never joined */
            campaign_bridge_not_joined(c, s);
        campaign_bridge_leg_lost(c, s);
        return;
    case AGENT_DO_LIMIT: limit(c, s); return;
    case AGENT_DO_NEXT:
    case AGENT_DO_SIGN_IN:
    case AGENT_DO_SIGN_OUT:
    case AGENT_DO_READY:
    case AGENT_DO_PAUSE:
    case AGENT_ORDER_COUNT: break;
    }
    campaign_crew_refuse(c, TM_EINVAL, "no order about a call");
}

void campaign_agent_event(struct campaign *c, const struct campaign_event *ev)
{
    struct crew *w = c->crew;
    if (ev->kind == CAMPAIGN_EV_AGENT) {
        order(c, ev->agent, ev->order);
        return;
    }
    if (ev->kind == CAMPAIGN_EV_PACE) {
        campaign_crew_pace(c, ev->pacing);
        return;
    }
    floor_counts(c->env.floor, c->env.id, &w->counts);
    campaign_bridge_serve(c);
}

int64_t campaign_waits_due_us(const struct campaign *c)
{
    if (c->crew == NULL)
        return INT64_MAX;
    const struct plan *plan = c->env.plan;
    const struct slot *s = slots_queue_first(&c->slots, &c->crew->waiting);
    if (s != NULL) /* who is served first */
        return s->since_us + plan->hold_ms * 1000;
    s = slots_queue_first(&c->slots, &c->crew->callers);
    return s != NULL ? s->since_us + plan->inbound.target_ms * 1000 : INT64_MAX;
}

int64_t campaign_oldest_line_us(const struct campaign *c)
{
    return slots_air_since_us(&c->slots);
}

const struct lead *campaign_agent_lead(const struct campaign *c,
                                       struct agent_id a)
{
    const struct slot *s =
        c->crew != NULL ? slots_find_agent(&c->slots, a) : NULL;
    return s != NULL ? &s->lead : NULL;
}

uint64_t campaign_agent_number(const struct campaign *c, struct agent_id a)
{
    const struct slot *s =
        c->crew != NULL ? slots_find_agent(&c->slots, a) : NULL;
    return s != NULL ? s->e164 : 0;
}

struct slice campaign_agent_said(const struct campaign *c, struct agent_id a,
                                 int64_t *due_us)
{
    const struct slot *s =
        c->crew != NULL ? slots_find_agent(&c->slots, a) : NULL;
    *due_us = 0;
    if (s == NULL || s->disposition < 0)
        return (struct slice){0};
    const struct disposition *d = &c->env.plan->disposition[s->disposition];
    if (d->action == DISPOSITION_CALLBACK)
        *due_us = s->disposed_due_us;
    return d->word;
}

void campaign_set_trace(struct campaign *c, campaign_trace_fn *fn, void *arg)
{
    if (c->crew == NULL)
        return;
    c->crew->trace = fn;
    c->crew->trace_arg = arg;
}

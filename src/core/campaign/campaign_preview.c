#include "core/campaign/campaign_crew.h"

/* --- leads that agents look at ---------------------------------------------*/

/* Of a call that an agent orders for one lead: as the campaign dials, or as
 * that lead was shown, when the campaign dials otherwise by now. */
static enum dial_mode own_mode(const struct campaign *c)
{
    enum dial_mode m = c->crew->pacing.mode;
    return m == DIAL_PREVIEW || m == DIAL_MANUAL ? m : DIAL_PREVIEW;
}

static bool may_dial(const struct campaign *c)
{
    return c->state == CAMPAIGN_RUNNING && !c->store_down &&
           c->now_us >= c->hold_until_us && !campaign_window_over(c);
}

/* Slots for calls and those who wrap up are counted together. */
static bool room_for_one(const struct campaign *c)
{
    return campaign_crew_room(c) > 0;
}

/* The next lead that the rules would allow now, promised calls first; taken
 * out of its queue. NULL: none is at hand. */
static struct slot *next_allowed(struct campaign *c)
{
    struct crew *w = c->crew;
    while (w->promised.n > 0 || c->hopper_n > 0) {
        if (!campaign_out_more(c))
            return NULL;
        struct slot *s = slots_queue_first(&c->slots, &w->promised);
        if (s != NULL)
            campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
        else
            s = campaign_dial_next(c);
        struct dial_want want = {.mode = w->pacing.mode, .only_ask = true};
        if (campaign_dial_lead(c, s, &want) == DIAL_ALLOWED)
            return s;
    }
    return NULL;
}

static void put_back(struct campaign *c, struct slot *s)
{
    if (s->promised)
        campaign_stage(c, s, SLOT_PROMISED, LASTING_BROKEN_OFF);
    else
        campaign_dial_back(c, s);
}

static void show(struct campaign *c, struct slot *s, struct agent_id a)
{
    slots_give_agent(&c->slots, s, a);
    campaign_stage(c, s, SLOT_LOOK, LASTING_BROKEN_OFF);
    int64_t limit_ms = c->env.plan->preview_limit_ms;
    if (c->crew->pacing.mode == DIAL_PREVIEW && limit_ms > 0)
        floor_set_limit(c->env.floor, a, c->now_us + limit_ms * 1000);
}

/* Lines were dialled for whoever is ready, before leads were shown or asked
 * for: who answers them comes first. floor_take() knows; he who asks by name is
 * told before a lead is looked for. */
bool campaign_preview_give(struct campaign *c, struct agent_id only)
{
    campaign_pace_cover(c); /* as of this instant */
    if (floor_spoken_for(c->env.floor, only))
        return false;
    struct slot *s = may_dial(c) && room_for_one(c) ? next_allowed(c) : NULL;
    if (s == NULL)
        return false;
    struct floor_want want = {
        .campaign = c->env.id,
        .skills = c->crew->skills,
        .only = only,
        .input = AGENT_IN_LEAD,
    };
    struct agent_id a = floor_take(c->env.floor, &want, c->now_us);
    if (a.v == 0) {
        put_back(c, s);
        return false;
    }
    show(c, s, a);
    return true;
}

/* Nobody looks at leads of a campaign that does not dial. */
static void take_away(struct campaign *c)
{
    for (int n = 0; c->crew->looks.n > 0; n++) {
        if (n == OFFER_MAX) {
            c->again = true;
            return;
        }
        struct slot *s = slots_queue_first(&c->slots, &c->crew->looks);
        campaign_crew_free(c, s, AGENT_IN_NOBODY);
        campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
        campaign_out_lead(c, s, campaign_out_waits(s), c->now_us, "not_called");
    }
}

void campaign_preview_offer(struct campaign *c)
{
    if (c->state != CAMPAIGN_RUNNING || campaign_window_over(c))
        take_away(c);
    if (c->crew->pacing.mode != DIAL_PREVIEW || !may_dial(c))
        return;
    unsigned free = campaign_pace_uncovered(c);
    for (unsigned n = 0; n < free; n++) {
        if (n == OFFER_MAX) {
            c->again = true;
            return;
        }
        if (!campaign_preview_give(c, (struct agent_id){0}))
            return;
    }
}

void campaign_preview_skip(struct campaign *c, struct slot *s)
{
    campaign_crew_free(c, s, AGENT_IN_NOBODY);
    campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
    campaign_out_lead(c, s, campaign_out_waits(s), c->now_us + SKIP_US,
                      "skipped");
}

/* --- calls for one agent ---------------------------------------------------*/

static bool no_room(struct campaign *c)
{
    struct pace_input in = {.now_us = c->now_us,
                            .room = c->room,
                            .calls = campaign_out_lines(c),
                            .order = 1};
    enum pace_limit why;
    if (!may_dial(c)) {
        campaign_crew_refuse(c, TM_ESTATE,
                             "the campaign does not dial now; its status says "
                             "why");
        return true;
    }
    if (pace_now(&c->pace, &in, &why) > 0)
        return false;
    campaign_crew_refuse(c, TM_ESTATE, "%s; dial again in a moment",
                         pace_limit_text(why));
    return true;
}

void campaign_preview_dial(struct campaign *c, struct slot *s)
{
    struct agent_id a = s->agent;
    if (no_room(c))
        return;
    campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
    slots_drop_agent(&c->slots, s);
    struct dial_want want = {.mode = own_mode(c), .agent = a};
    enum dial_answer answer = campaign_dial_lead(c, s, &want);
    if (answer == DIAL_STARTED)
        return;
    if (answer == DIAL_KEPT)
        put_back(c, s);
    (void)floor_move(c->env.floor, a, AGENT_IN_NOBODY, c->now_us);
    campaign_crew_refuse(c, TM_ESTATE,
                         "the law or a cap says no to this call now; the lead "
                         "waits for its time");
}

/* Where each line has its agent he is not taken away from it: the promised call
 * comes when a line ends, as no new one is dialled before it. */
static unsigned ready_for_promised(struct campaign *c)
{
    struct crew *w = c->crew;
    if (campaign_pace_mode(c) == DIAL_PROGRESSIVE)
        return campaign_pace_uncovered(c);
    floor_counts(c->env.floor, c->env.id, &w->counts);
    return w->counts.ready;
}

/* It is late, and agents idle who are none of the campaign's share. */
static bool may_take_beyond(const struct campaign *c)
{
    return campaign_pace_owes(c) && floor_anybody_ready(c->env.floor);
}

/* A person promised the call, so it never meets nobody: an agent is taken
 * first. */
void campaign_preview_promised(struct campaign *c)
{
    struct crew *w = c->crew;
    bool shown =
        w->pacing.mode == DIAL_PREVIEW || w->pacing.mode == DIAL_MANUAL;
    if (shown || !may_dial(c))
        return;
    while (w->promised.n > 0) {
        bool beyond = ready_for_promised(c) == 0;
        if (beyond && !may_take_beyond(c))
            return;
        struct pace_input in = {.now_us = c->now_us,
                                .room = c->room,
                                .calls = campaign_out_lines(c),
                                .order = 1};
        unsigned lines = pace_now(&c->pace, &in, &c->limit);
        w->kept_waiting = lines == 0 && c->limit == PACE_ROOM;
        if (lines == 0 || !room_for_one(c) || !campaign_out_more(c))
            return;
        struct slot *s = slots_queue_first(&c->slots, &w->promised);
        campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
        struct dial_want want = {
            .mode = DIAL_PROGRESSIVE, .take_agent = true, .spared = beyond};
        enum dial_answer answer = campaign_dial_lead(c, s, &want);
        if (answer == DIAL_KEPT) {
            campaign_stage(c, s, SLOT_PROMISED, LASTING_BROKEN_OFF);
            return;
        }
    }
}

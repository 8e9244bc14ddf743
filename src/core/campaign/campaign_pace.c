#include "core/campaign/campaign_crew.h"

#include <stdarg.h>
#include <stdio.h>

/* --- the trace -------------------------------------------------------------*/

void campaign_pace_trace(struct campaign *c, const char *fmt, ...)
{
    char text[512];
    va_list args;
    if (c->crew->trace == NULL)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    c->crew->trace(c->crew->trace_arg, c->env.id, c->now_us, text);
}

static const char *wants_none(const struct crew *w, enum dial_mode mode)
{
    const struct policy_view *v = &w->view;
    if (mode == DIAL_PREDICTIVE)
        return "one line more would risk more than it brings";
    if (v->now.idle == 0)
        return "no agent is ready";
    return "enough lines ring for the agents that are ready";
}

static const char *held_back_by(const struct campaign *c)
{
    if (c->store_down)
        return "the store cannot write";
    if (c->now_us < c->hold_until_us)
        return "the carrier refused a call";
    if (c->state != CAMPAIGN_RUNNING)
        return campaign_state_text(c->state);
    if (c->crew->order > 0 && c->hopper_n == 0)
        return "no lead may be called now";
    if (c->limit != PACE_FREE && c->limit != PACE_ORDER)
        return pace_limit_text(c->limit);
    if (c->crew->over_limit)
        return "over the limit: progressive";
    return c->crew->last.dial == 0 ? wants_none(c->crew, campaign_pace_mode(c))
                                   : "";
}

void campaign_pace_tell(struct campaign *c)
{
    const struct crew *w = c->crew;
    const struct policy_view *v = &w->view;
    if (w->trace == NULL || !w->decided)
        return;
    const char *by = held_back_by(c);
    campaign_pace_trace(
        c,
        "%s: %u ready, %u lines ring, %u wait, %u talk, %u wrap up, %u leave; "
        "%llu of %llu lost; price %.4f, chance %.4f: %u wanted, %u dialled, %u "
        "withdrawn%s%s",
        vocab_dial_text(campaign_pace_mode(c)), v->now.idle, v->ringing,
        v->now.waiting, v->talking, w->wrapping, v->now.leaving,
        (unsigned long long)v->now.window.lost,
        (unsigned long long)v->now.window.live, w->last.price, w->last.chance,
        w->last.dial, w->dialled, w->withdrawn, by[0] != '\0' ? "; " : "", by);
}

/* Losses that are too few to tell anything. */
enum { TIE_FREE = 1 };

/* --- over the law's limit --------------------------------------------------*/

static bool risks(enum dial_mode m)
{
    return m == DIAL_POWER || m == DIAL_PREDICTIVE;
}

enum dial_mode campaign_pace_mode(const struct campaign *c)
{
    const struct crew *w = c->crew;
    bool again = c->now_us - w->over_asked_us >= ASK_AGAIN_US;
    return w->over_limit && !again && risks(w->pacing.mode) ? DIAL_PROGRESSIVE
                                                            : w->pacing.mode;
}

unsigned campaign_pace_uncovered(struct campaign *c)
{
    struct crew *w = c->crew;
    floor_counts(c->env.floor, c->env.id, &w->counts);
    unsigned covered = w->lines.n + w->waiting.n + w->callers.n +
                       floor_claimed(c->env.floor, c->env.id);
    return w->counts.ready > covered ? w->counts.ready - covered : 0;
}

/* People answer while the telephones of such agents still ring: without a
 * budget for that, the agent comes first. */
bool campaign_pace_ties(const struct campaign *c)
{
    const struct crew *w = c->crew;
    const struct budget_window *b = &w->view.now.window;
    double limit = w->pacing.abandon_limit_ppm / 1e6;
    bool spent = (double)b->lost > limit * (double)b->live + TIE_FREE;
    return w->rings && (w->over_limit || !risks(w->pacing.mode) || spent);
}

void campaign_pace_over(struct campaign *c, bool over)
{
    struct crew *w = c->crew;
    if (over)
        w->over_asked_us = c->now_us;
    if (over == w->over_limit)
        return;
    w->over_limit = over;
    if (over) {
        unsigned safe = campaign_pace_uncovered(c);
        w->order = w->order < safe ? w->order : safe;
    }
    campaign_pace_trace(c, "%s",
                        over ? "more people were abandoned than the law "
                               "allows: one line for each ready agent, until "
                               "the budget allows more"
                             : "the budget of abandoned calls allows more than "
                               "a line for each agent again");
}

/* --- the decision ----------------------------------------------------------*/

static bool is_paced(enum dial_mode m)
{
    return m == DIAL_PROGRESSIVE || risks(m);
}

static void look(struct campaign *c, struct policy_view *v)
{
    struct crew *w = c->crew;
    floor_counts(c->env.floor, c->env.id, &w->counts);
    /* Agents for the calls that were promised, and for who calls us, are not
     * there for others. */
    unsigned idle = w->counts.ready;
    unsigned taken =
        w->promised.n + w->callers.n + floor_claimed(c->env.floor, c->env.id);
    unsigned now = taken < idle ? taken : idle;
    idle -= now;
    *v = (struct policy_view){
        .now = {.now_us = c->now_us,
                .idle = idle,
                .waiting = w->waiting.n + taken - now,
                .called_per_s = w->counts.called_per_s,
                .agents = w->counts.agents,
                .leaving = w->counts.leaving},
        .ringing = w->lines.n,
        .talking = w->talking,
    };
    campaign_window(c, v);
}

/* Whether a line has rung for so long that it may be given up. */
bool campaign_pace_rang_long(const struct campaign *c, const struct slot *s)
{
    int64_t from_us = s->rang_us != 0 ? s->rang_us : s->leg.placed_us;
    return from_us != 0 && s->leg.answered_us == 0 &&
           c->now_us - from_us >= WITHDRAW_US;
}

static void withdraw(struct campaign *c, unsigned n)
{
    struct crew *w = c->crew;
    struct slot *s = slots_queue_first(&c->slots, &w->lines), *next;
    if (n > WITHDRAW_MAX)
        n = WITHDRAW_MAX;
    for (unsigned i = 0; s != NULL && w->withdrawn < n && i < 4 * WITHDRAW_MAX;
         i++, s = next) {
        next = slots_queue_next(&c->slots, s);
        if (c->now_us - s->leg.recorded_us < WITHDRAW_US)
            return;
        if (!campaign_pace_rang_long(c, s) ||
            !call_leg_move(&s->leg, CALL_IN_HANGUP, c->now_us))
            continue;
        campaign_stage(c, s, SLOT_GONE, LASTING_BROKEN_OFF);
        campaign_out_action(c, ACTION_HANGUP, s)->reason = HANGUP_WITHDRAW;
        w->withdrawn++;
    }
}

/* A call that was promised is so late that the others wait for it. */
bool campaign_pace_owes(const struct campaign *c)
{
    const struct slot *s = slots_queue_first(&c->slots, &c->crew->promised);
    return s != NULL && c->now_us - s->lead.due_us > PROMISE_LATE_US;
}

/* A line for each agent who is not needed else: as many more, or less. */
static void one_each(struct campaign *c)
{
    struct crew *w = c->crew;
    unsigned covered = w->lines.n + w->view.now.waiting;
    unsigned idle = w->view.now.idle, *gone = &w->last.withdraw;
    unsigned most = covered > idle ? covered - idle : 0;
    unsigned safe = campaign_pace_uncovered(c), promised = w->promised.n;
    w->last.dial = safe > promised ? safe - promised : 0;
    *gone = *gone < most ? *gone : most;
}

static void decide(struct campaign *c)
{
    struct crew *w = c->crew;
    look(c, &w->view);
    w->last = (struct predictive_order){0};
    if (!is_paced(w->pacing.mode)) {
        predictive_observe(&w->policy.facts, c->now_us);
        w->order = 0;
        return;
    }
    policy_decide(&w->policy, &w->view, &w->last);
    if (w->over_limit)
        one_each(c);
    /* Nobody is called while nobody can take the call. */
    w->order =
        w->counts.agents > 0 && !campaign_pace_owes(c) ? w->last.dial : 0;
    w->decided = true;
    withdraw(c, w->last.withdraw);
}

/* A line for a ready agent is safe only while nobody takes him: who calls us
 * waits until it has rung. Where more lines ring than agents are ready, the
 * price of a line knows of callers. */
void campaign_pace_cover(struct campaign *c)
{
    struct crew *w = c->crew;
    unsigned n = w->lines.n + w->waiting.n;
    if (n > w->counts.ready && !w->over_limit && risks(w->pacing.mode))
        n = 0;
    if (n == w->covered)
        return;
    if (n < w->covered && w->callers.n > 0)
        w->uncovered = c->again = true;
    w->covered = n;
    floor_covers(c->env.floor, c->env.id, n);
}

/* Somebody works, or somebody may answer. */
static bool is_at_work(const struct campaign *c)
{
    const struct crew *w = c->crew;
    if (w->lines.n > 0 || w->waiting.n > 0)
        return true;
    return w->counts.agents > 0 && c->state == CAMPAIGN_RUNNING &&
           !campaign_window_over(c) && (c->hopper_n > 0 || w->promised.n > 0);
}

/* Without agents of its own, it may have one for a promise when that is late.
 */
static int64_t late_us(const struct campaign *c)
{
    const struct crew *w = c->crew;
    const struct slot *s = slots_queue_first(&c->slots, &w->promised);
    if (s == NULL || c->state != CAMPAIGN_RUNNING || campaign_window_over(c) ||
        !floor_anybody_ready(c->env.floor))
        return INT64_MAX;
    int64_t at_us = s->lead.due_us + PROMISE_LATE_US + 1;
    return at_us > w->tick_us ? at_us : w->tick_us;
}

int64_t campaign_pace_deadline(const struct campaign *c)
{
    return is_at_work(c) ? c->crew->tick_us : late_us(c);
}

void campaign_pace_tick(struct campaign *c)
{
    struct crew *w = c->crew;
    if (w->tick_us == INT64_MAX)
        w->tick_us = c->now_us;
    if (w->uncovered) /* what was ordered was for the agents of before */
        w->tick_us = c->now_us;
    w->uncovered = false;
    if (c->now_us < w->tick_us)
        return;
    w->tick_us += PREDICTIVE_TICK_US;
    if (w->tick_us <= c->now_us)
        w->tick_us = c->now_us + PREDICTIVE_TICK_US;
    /* The engine gives the next agent to whoever has waited longest. */
    if (floor_waiting(c->env.floor) == w->waiting.n + w->callers.n)
        campaign_bridge_serve(c);
    campaign_preview_promised(c); /* their agents are not there for others */
    decide(c);
}

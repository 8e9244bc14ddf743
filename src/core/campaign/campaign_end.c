#include "base/civil.h"
#include "core/campaign/campaign_crew.h"

static enum outcome judge_answered(const struct slot *s, bool talked,
                                   enum call_cause cause)
{
    if (s->machine)
        return OUTCOME_MACHINE;
    if (talked || s->run.opted_out)
        return script_run_outcome(&s->run, cause == CAUSE_CALLEE);
    /* Nothing was said: the person hung up at once, or we left him. */
    return cause == CAUSE_CALLEE ? OUTCOME_HUNG_UP : OUTCOME_ABANDONED;
}

enum outcome campaign_end_unanswered(enum call_cause cause)
{
    switch (cause) {
    case CAUSE_NO_ANSWER: return OUTCOME_NO_ANSWER;
    case CAUSE_US: return OUTCOME_NO_ANSWER; /* withdrawn while it rang */
    case CAUSE_BUSY: return OUTCOME_BUSY;
    case CAUSE_CALLEE:
    case CAUSE_REJECTED: return OUTCOME_REJECTED;
    case CAUSE_BLOCKED: return OUTCOME_BLOCKED;
    case CAUSE_DISCONNECTED: return OUTCOME_DISCONNECTED;
    case CAUSE_CONGESTION: return OUTCOME_CONGESTION;
    case CAUSE_MEDIA:
    case CAUSE_NETWORK:
    case CAUSE_PROTOCOL: return OUTCOME_FAILED;
    case CAUSE_COUNT: break;
    }
    tm_unreachable("a cause outside its table");
}

void campaign_end_count(struct slot *s, enum outcome o)
{
    struct lead *l = &s->lead;
    l->outcomes[o]++;
    if ((outcome_flags(o) & OUTCOME_F_BAD_NUMBER) != 0)
        l->phone[s->phone].bad = true;
    tm_assert(l->tries > 0);
    tm_assert(l->history[l->tries - 1].attempt.v == s->attempt.v);
    l->history[l->tries - 1].outcome = o;
}

struct record *campaign_end_record(struct campaign *c, struct slot *s,
                                   enum outcome o)
{
    struct record *r = campaign_out_record(c, RECORD_ENDED, s);
    r->state = (int)o;
    r->ring_ms = call_leg_ring_ms(&s->leg);
    r->talk_ms = call_leg_talk_ms(&s->leg);
    return r;
}

void campaign_end(struct campaign *c, struct slot *s, enum call_cause cause,
                  int code)
{
    tm_assert(s->leg.state == CALL_ENDED);
    if (c->crew != NULL) {
        campaign_wrap_end(c, s, cause, code);
        return;
    }
    bool answered = s->leg.answered_us != 0;
    /* Taken up, and we were gone or had no sound: the 200 crossed our CANCEL
     * (RFC 3261, 9.1) or offered no media of ours. A live call that found
     * nobody (16 CFR 310.4(b)(1)(iv)). */
    bool crossed = !answered && code >= 200 && code < 300;
    bool talked = s->run.tag > 0;
    enum outcome o = answered ? judge_answered(s, talked, cause)
                              : campaign_end_unanswered(cause);
    if (crossed) {
        o = OUTCOME_ABANDONED;
        (void)campaign_out_record(c, RECORD_ANSWERED, s);
    }
    bool live = crossed || (answered && !s->machine);
    campaign_end_count(s, o);
    struct record *r = campaign_end_record(c, s, o);
    r->code = code;
    r->value = str_of(call_event_cause_text(cause));
    r->live = live;
    r->abandoned = o == OUTCOME_ABANDONED;
    campaign_counters_ended(&c->counters, c->now_us, live, r->abandoned);
    struct retry_next next =
        retry_after(&c->env.plan->retry, &s->lead, o, c->now_us);
    if (next.state == LEAD_CALLBACK)
        next.due_us = s->callback_us;
    campaign_out_lead(c, s, next.state, next.due_us, next.reason);
}

static bool opted_out(const struct campaign *c, const struct slot *s)
{
    for (size_t i = 0; i < s->lead.phones; i++)
        if (suppression_has(c->env.suppression, c->env.seller,
                            s->lead.phone[i].e164, NULL))
            return true;
    return false;
}

/* The line was for one agent, and he has gone. */
static bool agent_left(const struct slot *s)
{
    return s->tied && s->agent.v == 0;
}

/* He called us meanwhile: he would be found busy. */
static bool calls_us(const struct campaign *c, const struct slot *s)
{
    return numbers_calls(c->env.numbers, s->e164) > 1;
}

bool campaign_may_place(const struct campaign *c, struct attempt_id a)
{
    const struct slot *s = slots_find_attempt(&c->slots, a);
    return s != NULL && c->state == CAMPAIGN_RUNNING && !opted_out(c, s) &&
           !agent_left(s) && !calls_us(c, s);
}

/* How long nothing is dialled after the carrier refused an order. */
static int64_t hold_of(int error)
{
    switch (error) {
    case TM_ESTATE: return 0;
    /* A permit grows old when the store is slow: more records do not help. */
    case TM_EEXPIRED:
    case TM_EFULL: return CIVIL_SECOND_US;
    default: return 5 * CIVIL_SECOND_US;
    }
}

void campaign_end_refused(struct campaign *c, struct attempt_id a, int error)
{
    struct slot *s = slots_find_attempt(&c->slots, a);
    if (s == NULL || !call_leg_move(&s->leg, CALL_IN_REFUSED, c->now_us))
        return;
    int64_t hold_us = hold_of(error);
    campaign_end_count(s, OUTCOME_CANCELLED);
    struct record *r = campaign_end_record(c, s, OUTCOME_CANCELLED);
    r->value = str_of("refused");
    bool withdrawn = error == TM_ESTATE && !opted_out(c, s) &&
                     (c->state != CAMPAIGN_RUNNING || agent_left(s));
    r->note = str_of(!withdrawn ? err_text(error)
                     : c->state != CAMPAIGN_RUNNING
                         ? "the campaign was paused or stopped"
                         : "the agent of the call has gone");
    if (hold_us > 0) {
        c->hold_until_us = c->now_us + hold_us;
        c->hold_error = error;
    }
    if (c->crew != NULL) {
        campaign_crew_free(c, s, AGENT_IN_NOBODY);
        campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
    }
    if (error == TM_ESTATE && !withdrawn)
        campaign_out_lead(c, s, LEAD_DENIED, 0, "opted_out");
    else
        campaign_out_lead(c, s, campaign_out_waits(s), c->now_us + hold_us,
                          "not_placed");
}

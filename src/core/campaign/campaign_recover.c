#include "core/campaign/campaign_crew.h"

/* Calls of a lead that broke off so before a promise to him is given up. */
enum { CUT_OFF_MAX = 3 };

static void common(struct record *r, enum record_kind kind,
                   const struct campaign_open_attempt *a, int64_t now_us)
{
    *r = (struct record){
        .kind = kind,
        .at_us = now_us,
        .tenant = a->tenant,
        .seller = a->seller,
        .campaign = a->campaign,
        .lead = a->lead.id,
        .attempt = a->attempt,
        .e164 = a->e164,
    };
}

/* He talked with an agent, whose word about it is lost: as when an agent says
 * nothing (campaign_wrap.c). */
static bool had_an_agent(const struct plan *plan,
                         const struct campaign_open_attempt *a)
{
    return plan->dial_mode != DIAL_AGENTLESS && a->served && !a->opted_out &&
           !a->callback;
}

static struct retry_next next_after_talk(const struct plan *plan,
                                         const struct lead *l, int64_t now_us)
{
    int64_t least_us = now_us + CIVIL_DAY_US + plan->wrap_limit_ms * 1000;
    struct retry_next next =
        retry_after(&plan->retry, l, OUTCOME_TALKED, now_us);
    if (next.state == LEAD_WAITING && next.due_us < least_us)
        next.due_us = least_us;
    next.reason = "no_disposition";
    return next;
}

/* Where agents talk, nobody else serves: who opts out by the key of the message
 * to those who found nobody was abandoned all the same. */
static bool was_served(const struct plan *plan,
                       const struct campaign_open_attempt *a)
{
    bool agents = plan != NULL && plan->dial_mode != DIAL_AGENTLESS;
    return agents ? a->bridged : a->served;
}

/* The agent whom he was promised never had him on the line. A server that
 * falls over this very call must not ring him for ever. */
static bool is_owed(const struct plan *plan, const struct lead *l,
                    const struct campaign_open_attempt *a)
{
    return a->promised && !a->served && plan->dial_mode != DIAL_AGENTLESS &&
           l->outcomes[OUTCOME_UNKNOWN] <= CUT_OFF_MAX;
}

/* When it was promised for. */
static void keep_promise(struct retry_next *next,
                         const struct campaign_open_attempt *a)
{
    if (next->state == LEAD_CALLBACK && a->callback &&
        a->callback_us > next->due_us)
        next->due_us = a->callback_us;
}

static size_t close_incoming(const struct plan *plan,
                             const struct campaign_open_attempt *a,
                             int64_t now_us, struct record out[3])
{
    enum outcome o = a->opted_out  ? OUTCOME_OPTED_OUT
                     : a->callback ? OUTCOME_CALLBACK
                                   : OUTCOME_GAVE_UP;
    bool talked = a->bridged && !a->opted_out && !a->callback;
    common(&out[0], RECORD_ENDED, a, now_us);
    out[0].state = OUTCOME_UNKNOWN;
    out[0].value = str_of("crash");
    if (a->answered_us != 0 && a->placed_us != 0)
        out[0].ring_ms = (a->answered_us - a->placed_us) / 1000;
    if (a->lead.id.v == 0)
        return 1;
    struct retry_next next =
        talked ? campaign_inbound_unsaid(plan, &a->lead, now_us)
               : campaign_inbound_next(plan, &a->lead, o, now_us);
    keep_promise(&next, a);
    common(&out[1], RECORD_LEAD, a, now_us);
    out[1].state = (int)next.state;
    out[1].due_us = next.due_us;
    out[1].key = str_of(next.reason);
    return 2;
}

/* The INVITE may have left although no record says so: the attempt counts
 * toward every cap. A person who answered and was not served was abandoned,
 * by the crash. */
size_t campaign_close_open(const struct plan *plan,
                           const struct campaign_open_attempt *a,
                           int64_t now_us, struct record out[3])
{
    tm_assert(a->attempt.v > 0 && (a->lead.id.v > 0 || a->incoming));
    if (a->incoming)
        return close_incoming(plan, a, now_us, out);
    bool answered = a->answered_us != 0;
    struct lead lead = a->lead;
    /* The attempt stays unknown; the person's wish is not. */
    enum outcome o = a->opted_out  ? OUTCOME_OPTED_OUT
                     : a->callback ? OUTCOME_CALLBACK
                                   : OUTCOME_UNKNOWN;
    bool talked = plan != NULL && had_an_agent(plan, a);
    lead.outcomes[talked ? OUTCOME_TALKED : o]++;
    common(&out[0], RECORD_ENDED, a, now_us);
    out[0].state = OUTCOME_UNKNOWN;
    out[0].value = str_of("crash");
    out[0].live = answered;
    out[0].abandoned = answered && !was_served(plan, a);
    /* Who answered was called, also where the note of the INVITE is lost. */
    if (answered && a->placed_us != 0)
        out[0].ring_ms = (a->answered_us - a->placed_us) / 1000;
    struct retry_next next = {LEAD_WAITING, now_us + CIVIL_DAY_US, "no_plan"};
    if (talked)
        next = next_after_talk(plan, &lead, now_us);
    else if (plan != NULL && is_owed(plan, &lead, a))
        next = (struct retry_next){LEAD_CALLBACK, now_us + CIVIL_MINUTE_US,
                                   "callback"};
    else if (plan != NULL)
        next = retry_after(&plan->retry, &lead, o, now_us);
    else if (a->opted_out)
        next = (struct retry_next){LEAD_DENIED, 0, "opted_out"};
    keep_promise(&next, a);
    common(&out[1], RECORD_LEAD, a, now_us);
    out[1].state = (int)next.state;
    out[1].due_us = next.due_us;
    out[1].key = str_of(next.reason);
    return 2;
}

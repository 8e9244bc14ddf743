/* What becomes of the lead of somebody who called us. Apart from the rest, as
 * it is asked after a crash too, where no campaign runs. */
#include "core/campaign/campaign_crew.h"

#define MISSED_US CIVIL_MINUTE_US /* then he is called back */

/* As it came. */
static struct retry_next as_it_was(const struct lead *l, int64_t now_us)
{
    struct retry_next next = {l->state, l->due_us, "called_us"};
    if (l->state == LEAD_NEW || l->state == LEAD_IN_CALL)
        next = (struct retry_next){LEAD_WAITING, now_us, "called_us"};
    return next;
}

struct retry_next campaign_inbound_next(const struct plan *plan,
                                        const struct lead *l, enum outcome o,
                                        int64_t now_us)
{
    bool closed = l->state == LEAD_DONE || l->state == LEAD_DENIED;
    bool missed = o == OUTCOME_GAVE_UP || o == OUTCOME_TURNED_AWAY;
    if (o == OUTCOME_OPTED_OUT)
        return (struct retry_next){LEAD_DENIED, 0, "opted_out"};
    if (o == OUTCOME_CALLBACK)
        return (struct retry_next){LEAD_CALLBACK, now_us, "callback"};
    if (missed && !closed && plan != NULL && plan->inbound.call_back_missed)
        return (struct retry_next){LEAD_CALLBACK, now_us + MISSED_US,
                                   "missed_call"};
    return as_it_was(l, now_us);
}

/* Nothing new is known: what was planned stays, but not within a day. */
struct retry_next campaign_inbound_unsaid(const struct plan *plan,
                                          const struct lead *l, int64_t now_us)
{
    struct retry_next next = as_it_was(l, now_us);
    int64_t wrap_us = plan != NULL ? plan->wrap_limit_ms * 1000 : 0;
    int64_t least_us = now_us + CIVIL_DAY_US + wrap_us;
    if (next.state == LEAD_CALLBACK && next.due_us <= now_us)
        next.state = LEAD_WAITING; /* this was it */
    /* A promise goes beyond the calls that a lead may have, nothing else. */
    if (next.state == LEAD_WAITING && l->state == LEAD_CALLBACK &&
        plan != NULL && retry_tries(l) >= plan->retry.tries_max)
        return (struct retry_next){LEAD_EXHAUSTED, 0, "tries_used_up"};
    if (next.state == LEAD_WAITING && next.due_us < least_us)
        next.due_us = least_us;
    next.reason = "no_disposition";
    return next;
}

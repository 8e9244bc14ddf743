#include "core/lead/retry.h"

enum { DELAY_MAX_DAYS = 365 };

bool retry_parse(struct slice s, struct retry_rule *out)
{
    struct slice delay;
    struct slice times = str_trim(str_cut(s, 'x', &delay));
    uint64_t n;
    int64_t ms;
    if (str_eq(str_trim(s), "never")) {
        *out = (struct retry_rule){0};
        return true;
    }
    if (delay.p == NULL || !str_u64(times, &n) || n == 0 || n > RETRY_TIMES_MAX)
        return false;
    if (!str_duration_ms(str_trim(delay), &ms) || ms < 0 ||
        ms > (int64_t)DELAY_MAX_DAYS * 24 * 3600 * 1000)
        return false;
    *out = (struct retry_rule){.times = (unsigned)n, .delay_ms = ms};
    return true;
}

bool retry_allowed(enum outcome o)
{
    unsigned never =
        OUTCOME_F_FINAL | OUTCOME_F_BAD_NUMBER | OUTCOME_F_NOT_PLACED;
    return o != OUTCOME_NONE && o != OUTCOME_CALLBACK &&
           (outcome_flags(o) & never) == 0;
}

unsigned retry_tries(const struct lead *l)
{
    unsigned n = 0;
    for (int o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++) {
        unsigned f = outcome_flags((enum outcome)o);
        if ((f & (OUTCOME_F_NETWORK | OUTCOME_F_NOT_PLACED)) == 0)
            n += l->outcomes[o];
    }
    return n;
}

static bool good_number_left(const struct lead *l)
{
    for (size_t i = 0; i < l->phones; i++)
        if (!l->phone[i].bad)
            return true;
    return false;
}

static struct retry_next stop(enum lead_state s, const char *reason)
{
    return (struct retry_next){.state = s, .reason = reason};
}

static struct retry_next again(int64_t due_us, const char *reason)
{
    return (struct retry_next){
        .state = LEAD_WAITING, .due_us = due_us, .reason = reason};
}

/* Outcomes that no retry rule can touch. */
static bool settled(const struct lead *l, enum outcome o, int64_t now_us,
                    struct retry_next *out)
{
    switch ((int)o) {
    case OUTCOME_COMPLETED: *out = stop(LEAD_DONE, "completed"); return true;
    case OUTCOME_OPTED_OUT: *out = stop(LEAD_DENIED, "opted_out"); return true;
    case OUTCOME_CALLBACK:
        *out = (struct retry_next){
            .state = LEAD_CALLBACK, .due_us = now_us, .reason = "callback"};
        return true;
    case OUTCOME_CANCELLED: *out = again(now_us, "not_placed"); return true;
    default: break;
    }
    if (good_number_left(l))
        return false;
    *out = stop(LEAD_EXHAUSTED, "no_good_number");
    return true;
}

struct retry_next retry_after(const struct retry_rules *r, const struct lead *l,
                              enum outcome o, int64_t now_us)
{
    tm_assert(o != OUTCOME_NONE && o < OUTCOME_COUNT);
    tm_assert(l->outcomes[o] > 0);
    struct retry_next next;
    if (settled(l, o, now_us, &next))
        return next;
    unsigned f = outcome_flags(o);
    if ((f & OUTCOME_F_NETWORK) == 0 && retry_tries(l) >= r->tries_max)
        return stop(LEAD_EXHAUSTED, "tries_used_up");
    if ((f & OUTCOME_F_BAD_NUMBER) != 0)
        return again(now_us, "next_number");
    const struct retry_rule *rule = &r->of[o];
    if (rule->times == 0)
        return stop(LEAD_EXHAUSTED, "no_retry");
    if (l->outcomes[o] > rule->times)
        return stop(LEAD_EXHAUSTED, "retries_used_up");
    return again(now_us + rule->delay_ms * 1000, "retry");
}

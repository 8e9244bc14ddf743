/*
 * Retry rules: what becomes of a lead after an attempt. Pure; the answer is a
 * state and, if the lead waits, the earliest instant of the next attempt. The
 * law and the caps of the rules come on top at dial time.
 *
 * "busy = 3 x 10m" in a campaign file: after a busy line call again, up to
 * three times, ten minutes later each. Outcomes without a rule are not tried
 * again.
 */
#ifndef CORE_LEAD_RETRY_H
#define CORE_LEAD_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "core/lead/lead.h"
#include "core/lead/outcome.h"

enum { RETRY_TIMES_MAX = 100 };

struct retry_rule {
    unsigned times; /* further calls after this outcome; 0: none */
    int64_t delay_ms;
};

struct retry_rules {
    struct retry_rule of[OUTCOME_COUNT];
    unsigned tries_max; /* attempts per lead that reached the person's side;
                           those the network failed do not count */
};

struct retry_next {
    enum lead_state state;
    int64_t due_us;     /* WAITING: not before; CALLBACK: promised; else 0 */
    const char *reason; /* stable word for the record */
};

/* "3 x 10m"; false when it is written otherwise or out of bounds. */
bool retry_parse(struct slice s, struct retry_rule *out);
/* Only outcomes that may be tried again can have a rule. */
bool retry_allowed(enum outcome o);
/* Attempts of the lead that count toward tries_max. */
unsigned retry_tries(const struct lead *l);
/* l has the outcome already counted in outcomes[] and phone[].bad set. */
struct retry_next retry_after(const struct retry_rules *r, const struct lead *l,
                              enum outcome o, int64_t now_us);

#endif

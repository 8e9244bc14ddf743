/*
 * Pacing: how many calls to start now. A pure function of counters; each dial
 * mode is one branch of pace_now over the same input. Agentless: as many as
 * the trunk takes, the campaign's own ceiling allows and its calls per second
 * have come due. With agents no more than the lines that are ordered: by the
 * policy (core/pace/policy.h), which looks at the agents, each quarter of a
 * second.
 *
 * Calls per second are kept by one instant (generic cell rate algorithm,
 * ITU-T I.371): in any second at most the set number and what the tolerance
 * of 20 ms catches up for a late timer.
 */
#ifndef CORE_PACE_PACE_H
#define CORE_PACE_PACE_H

#include <stdint.h>

#include "base/str.h"

enum { PACE_TOLERANCE_US = 20000 };

enum pace_mode {
    PACE_AGENTLESS,
    PACE_ORDERED, /* with agents */
};

struct pace {
    enum pace_mode mode;
    unsigned calls_max;
    int64_t interval_us; /* between two calls; at least 1 */
    int64_t due_us;      /* the next call's regular instant */
};

struct pace_input {
    int64_t now_us;
    unsigned room;  /* calls the trunk takes now */
    unsigned calls; /* of this campaign, recorded and not ended */
    unsigned order; /* PACE_ORDERED: lines that are still to be dialled */
};

/* X(name, text): what held pacing back, for `why --campaign`. */
#define PACE_LIMIT_TABLE(X)                                                    \
    X(PACE_FREE, "")                                                           \
    X(PACE_CALLS_MAX, "all lines of the campaign are busy")                    \
    X(PACE_ROOM, "the trunk takes no more calls")                              \
    X(PACE_RATE, "calls per second are used up")                               \
    X(PACE_ORDER, "as many lines ring as the agents that are ready can take")

enum pace_limit {
#define X(name, text) name,
    PACE_LIMIT_TABLE(X)
#undef X
        PACE_LIMIT_COUNT
};

/* calls_per_1000s: calls in a thousand seconds, at least 1. */
void pace_init(struct pace *p, enum pace_mode mode, unsigned calls_max,
               uint64_t calls_per_1000s);
/* Calls that may be started at once; *why names the limit when it is 0. */
unsigned pace_now(const struct pace *p, const struct pace_input *in,
                  enum pace_limit *why);
/* One call was started. */
void pace_started(struct pace *p, int64_t now_us);
/* When calls per second allow the next call. */
int64_t pace_next_us(const struct pace *p);
const char *pace_limit_text(enum pace_limit l);

#endif

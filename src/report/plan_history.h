/*
 * What a campaign's own calls tell of the calls to come: who answers, how long
 * telephones ring, how long agents talk and wrap up, what later tries bring,
 * how many leads are left. Read once from the store through port/reader.h; the
 * first step of `telemark plan` (plan_fit.h is the next).
 *
 * Counts are of dialled lines that the network carried: what the carrier
 * failed says nothing about people. Cost: some hundred nanoseconds an attempt,
 * 16 bytes a lead that was called. One thread.
 */
#ifndef REPORT_PLAN_HISTORY_H
#define REPORT_PLAN_HISTORY_H

#include "port/reader.h"

enum { PLAN_HISTORY_TRIES = 8 }; /* the last: so many or more */

/* Times in seconds. */
struct plan_history_times {
    uint64_t n;
    double mean, cv; /* 0 when n is 0 */
    double lo, hi;
};

struct plan_history {
    uint64_t dials;    /* lines that the network carried */
    uint64_t live;     /* a person answered */
    uint64_t machines; /* or a fax */
    uint64_t busy;     /* ended at once: busy, rejected, no such number */
    uint64_t dead;     /* of busy: no such number */
    uint64_t abandoned, talks;
    struct plan_history_times ring, machine_ring, busy_ring, talk, wrap;
    /* By how often the lead had been dialled before: first, second, ... */
    uint64_t try_dials[PLAN_HISTORY_TRIES], try_live[PLAN_HISTORY_TRIES];
    int64_t first_us, last_us; /* 0: no call yet */
    /* No lead is new, and nobody was dialled, or fewer than called us: a line
     * that takes calls. Then "dialled" below is: somebody who took its calls
     * was signed in. */
    bool line;
    double dialled_h;      /* time in which it dialled, in hours */
    unsigned days;         /* on which it did */
    double agent_h;        /* of those who took its calls, signed in */
    unsigned agents;       /* who they are */
    uint64_t callers_ever; /* people who called us, at any time */
    /* ... while it dialled. */
    uint64_t callers, callers_gave_up;
    double callers_waited_s; /* all of them, until an agent or their end */
    struct plan_history_times caller_talk;
    uint64_t lead[LEAD_STATE_COUNT];
    uint64_t left[PLAN_HISTORY_TRIES]; /* leads that may still be dialled, by
                                          how often they were */
};

/* The campaign's whole history. Errors of the reader. */
int plan_history_read(const struct reader *r, struct campaign_id c,
                      struct plan_history *out, struct err *e) TM_MUST_CHECK;

#endif

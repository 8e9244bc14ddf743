/*
 * Counters of a campaign that ceilings look at, exact for each way in which a
 * law counts: successive periods of n x 24 h from the campaign's first call
 * (United States), and calendar months of the callee's own place (Canada).
 *
 * Calls are added up in cells. A cell ends where some period may: at each
 * multiple of 24 h after the first call, and at each quarter of an hour while
 * a month begins somewhere on earth (from 14 h before it does in UTC to 12 h
 * after). So a cell lies in one period of each kind, and its start tells which
 * (struct case_bucket). Cells that no present period holds are forgotten.
 *
 * A call counts as placed when its INVITE left, and as live or abandoned when
 * it ended; the store keeps both instants, so the same cells come back after
 * a restart, in whatever order the rows are read.
 *
 * Cost: some tens of nanoseconds a call; at most CAMPAIGN_CELLS_MAX cells.
 * Pure, one thread.
 * Reference: 16 CFR 310.4(b)(4)(i), 47 CFR 64.1200(a)(7); CRTC Unsolicited
 * Telecommunications Rules, Part III; convention K8.
 */
#ifndef CORE_CAMPAIGN_CAMPAIGN_COUNTERS_H
#define CORE_CAMPAIGN_CAMPAIGN_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/rules/rule_case.h"

enum { CAMPAIGN_CELLS_MAX = 320 };

/* What outlives a restart, read from the store at start. */
struct campaign_counters {
    int64_t first_call_us; /* 0: none yet; starts the 30-day periods. Set it
                              before anything is counted. */
    uint64_t placed;       /* whole campaign */
    int64_t as_of_us;      /* when it was read; 0: at the first step */
    struct case_bucket cell[CAMPAIGN_CELLS_MAX]; /* oldest first */
    size_t cells;
    /* Sums of cells, by campaign_counters_roll(), for people. */
    uint64_t live, abandoned;               /* of the present 30 x 24 h */
    uint64_t placed_month, abandoned_month; /* of the month in UTC */
};

/* A call was placed; the first one starts the periods. */
void campaign_counters_placed(struct campaign_counters *n, int64_t at_us);
/* A call ended. */
void campaign_counters_ended(struct campaign_counters *n, int64_t at_us,
                             bool live, bool abandoned);
/* The call that ended as live at that instant was a machine, as the agent who
 * took it says: no live answer (16 CFR 310.4(b)(4)(i) counts persons). */
void campaign_counters_machine(struct campaign_counters *n, int64_t at_us);
/* Works out the sums for now_us and forgets old cells. */
void campaign_counters_roll(struct campaign_counters *n, int64_t now_us);
/* Copies the cells that are there, not the room for others. */
void campaign_counters_copy(struct campaign_counters *to,
                            const struct campaign_counters *from);
/* Calls before this instant are in no period of now_us or later, wherever the
 * callee is. first_call_us 0: there was none. */
int64_t campaign_counters_since(int64_t first_call_us, int64_t now_us);

#endif

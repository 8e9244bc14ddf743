/*
 * Calls to us as plain numbers: how many people called which number of ours,
 * who reached an agent how soon, who gave up, who was turned away. Of one
 * campaign (a part of its figures) or of all in a span of time; from the store
 * by caller_figures_read(), or from records by figures_records.h: both give
 * the same.
 *
 * Every caller is in exactly one of talked, gave_up, turned_away, callbacks,
 * opt_outs, others and open: how he left before an agent, or that one had him.
 * Who talked and asked the agent to be called back or left alone counts as
 * talked. Cost: some tens of nanoseconds a caller. One thread.
 */
#ifndef REPORT_CALLER_FIGURES_H
#define REPORT_CALLER_FIGURES_H

#include "core/campaign/plan.h"
#include "port/reader.h"

struct caller_figures_count {
    uint64_t callers;
    uint64_t talked; /* with an agent */
    uint64_t within; /* of them: within the target */
    uint64_t gave_up, turned_away;
    uint64_t callbacks, opt_outs; /* by a key, while he waited */
    uint64_t others;              /* cut off by a crash */
    uint64_t open;                /* not over, no agent yet */
    uint64_t known;               /* with a lead */
    uint64_t withheld;            /* without a number */
    int64_t wait_ms, wait_max_ms; /* of those who talked */
    int64_t lost_ms;              /* answer to end, of those who gave up */
    int64_t talk_ms;              /* first agent to end, of those over */
    uint64_t talks;               /* ... so many */
};

struct caller_figures_number {
    uint64_t e164; /* ours */
    struct caller_figures_count n;
};

enum { CALLER_FIGURES_NUMBERS_MAX = PLAN_NUMBERS_MAX + 1 };

struct caller_figures {
    int64_t target_ms; /* 0: no plan says one */
    struct caller_figures_count all;
    /* as the plan has them, then others in order of their first call; what
     * does not fit is counted in all only */
    struct caller_figures_number number[CALLER_FIGURES_NUMBERS_MAX];
    size_t numbers;
    bool shown; /* the plan takes calls, or somebody called */
};

void caller_figures_init(struct caller_figures *f);
/* Before the callers. */
void caller_figures_plan(struct caller_figures *f,
                         const struct plan_inbound *in);
/* Each caller once, when nothing more becomes known of him. */
void caller_figures_add(struct caller_figures *f,
                        const struct reader_caller *c);
/* The share that a call centre aims at: who had an agent within the target, of
 * those who are not waiting still. */
uint64_t caller_figures_judged(const struct caller_figures_count *n);

#endif

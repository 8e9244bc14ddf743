/*
 * Calls to us as plain numbers: how many people called which number of ours,
 * who reached an agent how soon, who gave up, who was turned away; of all, of
 * each number and of each half hour. Of one campaign (a part of its figures);
 * from the store by figures_read.h, or from records by figures_records.h: both
 * give the same.
 *
 * Every caller is in exactly one of talked, gave_up, turned_away, callbacks,
 * opt_outs, others and open: how he left before an agent, or that one had him.
 * Who talked and asked the agent to be called back or left alone counts as
 * talked. Cost: some hundred nanoseconds and 16 bytes a caller, 200 bytes a
 * half hour in which somebody called. One thread.
 */
#ifndef REPORT_CALLER_FIGURES_H
#define REPORT_CALLER_FIGURES_H

#include "base/map.h"
#include "base/tz.h"
#include "core/campaign/plan.h"
#include "port/reader.h"

struct caller_figures_count {
    uint64_t callers; /* offered */
    uint64_t talked;  /* answered: with an agent */
    uint64_t within;  /* of them: within the target */
    uint64_t gave_up, turned_away;
    uint64_t short_gave_up;       /* of gave_up: within short_ms */
    uint64_t callbacks, opt_outs; /* by a key, while he waited */
    uint64_t others;              /* cut off by a crash */
    uint64_t open;                /* not over, no agent yet */
    uint64_t known;               /* with a lead */
    uint64_t withheld;            /* without a number */
    int64_t wait_ms, wait_max_ms; /* of those who talked, once greeted */
    int64_t longest_ms; /* of anybody, from the answer of the call (or, when it
                           was not, from its coming) to an agent or the end */
    int64_t lost_ms;    /* answer to end, of those who gave up */
    int64_t talk_ms;    /* first agent to end, of those over; hold too */
    uint64_t talks;     /* ... so many */
    int64_t wrap_ms;    /* of agents, after those */
};

struct caller_figures_number {
    uint64_t e164; /* ours */
    struct caller_figures_count n;
};

/* Those who called in it. */
struct caller_figures_half {
    int64_t from_us;
    struct caller_figures_count n;
};

enum {
    CALLER_FIGURES_NUMBERS_MAX = PLAN_NUMBERS_MAX + 1,
    CALLER_FIGURES_HALVES = 48, /* of a day */
    CALLER_FIGURES_DAYS = 31,   /* that people are shown, the last ones */
};
#define CALLER_FIGURES_HALF_US (30 * 60 * CIVIL_SECOND_US)

struct caller_figures {
    int64_t target_ms;   /* 0: no plan says one */
    unsigned target_pct; /* 0: not said */
    int64_t short_ms;
    const struct tz *zone; /* of half hours for people; NULL: UTC */
    struct caller_figures_count all;
    /* as the plan has them, then others in order of their first call; what
     * does not fit is counted in all only */
    struct caller_figures_number number[CALLER_FIGURES_NUMBERS_MAX];
    size_t numbers;
    struct caller_figures_half *half; /* by time, those with a caller */
    size_t halves, halves_cap;
    int64_t first_us, last_us; /* 0: nobody called */
    struct map talked;         /* attempt of who talked -> when he called, and
                                  the number: for wrap-up that comes later */
    bool shown;                /* the plan takes calls, or somebody called */
};

void caller_figures_init(struct caller_figures *f);
void caller_figures_fini(struct caller_figures *f);
/* Before the callers. */
void caller_figures_plan(struct caller_figures *f,
                         const struct plan_inbound *in);
/* Each caller once, when nothing more becomes known of him. */
void caller_figures_add(struct caller_figures *f,
                        const struct reader_caller *c);
/* An agent's wrap-up of a call: counts when it was a caller's that is over;
 * after him. */
void caller_figures_wrap(struct caller_figures *f, struct attempt_id a,
                         int64_t us);

/* The service level is within of caller_figures_judged(): of all who called,
 * less short abandons, those whom a key served without an agent, and those who
 * wait still. Who was turned away or cut off is a miss. */
uint64_t caller_figures_judged(const struct caller_figures_count *n);
/* Of the talks that are over: talk, hold and wrap-up; the sum, for AHT. */
int64_t caller_figures_handle_ms(const struct caller_figures_count *n);
/* All days together by the local half hour in which people called. */
void caller_figures_day(const struct caller_figures *f,
                        struct caller_figures_count day[CALLER_FIGURES_HALVES]);
/* Days, by that local time, on which somebody called. */
size_t caller_figures_days(const struct caller_figures *f);
/* One of them: that of f->half[i], which is its first half hour. Returns the
 * first half hour of the next one, f->halves after the last. */
size_t caller_figures_date(const struct caller_figures *f, size_t i,
                           struct civil_date *date,
                           struct caller_figures_count *sum);

#endif

/*
 * Predictive pacing: how many lines to dial now, and which to withdraw, so
 * that agents talk as much as the law's budget of abandoned calls allows.
 *
 * Learns from events how long lines ring until a person answers, how long
 * agents talk and wrap up; predicts the answers and the agents to come over
 * three horizons; dials as long as the chance that the next answer finds
 * nobody is below a price; and steers the price by the budget of the legal
 * window: so many per million of the live answers so far, less those that
 * were lost (16 CFR 310.4(b)(4)(i), 47 CFR 64.1200(a)(7)).
 *
 * It never dials less than one line for each idle agent that has none, which
 * cannot abandon anybody, and never more when nobody can take a call. What it
 * does not know it takes for what a first hour looks like.
 *
 * Use: tell every event when it happens, ask predictive_decide() each quarter
 * of a second. Some microseconds a decision, whatever the number of agents;
 * no memory is taken. Time may stand still but not go back: an earlier instant
 * counts as the last one. Plain data, one thread.
 */
#ifndef CORE_PACE_PREDICTIVE_H
#define CORE_PACE_PREDICTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/pace/lasting.h"

enum {
    PREDICTIVE_LINE_TICKS = 512, /* of a quarter of a second */
    PREDICTIVE_HORIZONS = 3,
    PREDICTIVE_TICK_US = 250000,
};

struct predictive_setup {
    double limit;            /* of live answers that may be lost, e.g. 0.03 */
    int64_t hold_us;         /* lawful wait for an agent, 2 s */
    int64_t ring_timeout_us; /* a line that rang so long is given up */
    int64_t withdraw_us;     /* ... and may be from here on (15 s); 0: never */
};

/* Agents by the instant at which they began what they do, in bins. */
struct predictive_busy {
    struct lasting lasts;
    int64_t now_bin;
    double born[LASTING_BINS_MAX]; /* ring by number of the bin */
    double older;                  /* than the ring */
};

struct predictive {
    struct predictive_setup setup;
    int64_t now_us;
    /* Lines in the air by the tick they were dialled in. */
    struct lasting rings;
    int64_t now_tick;
    double line[PREDICTIVE_LINE_TICKS];
    double lines;
    struct predictive_busy talk, wrap;
    /* Observed and expected answers: slow and fast memory. */
    double seen, expected, seen_fast, expected_fast;
    /* The price, as its logarithm, and what it is steered by. */
    double log_price;
    double answers_hour; /* live answers an hour, fading */
    double answered, watched_s;
    int64_t learnt_us;
    /* Tables of the last learning. */
    int64_t horizon_us[PREDICTIVE_HORIZONS];
    double free_after_talk[PREDICTIVE_HORIZONS + 1][LASTING_BINS_MAX];
    double free_after_wrap[PREDICTIVE_HORIZONS + 1][LASTING_BINS_MAX];
};

/* begin_us: of the first decision. */
void predictive_init(struct predictive *p, const struct predictive_setup *s,
                     int64_t begin_us);

/* Events. born_us: when the line was dialled, the talk or wrap-up began. */
void predictive_dialled(struct predictive *p, int64_t now_us);
void predictive_line_ended(struct predictive *p, int64_t now_us,
                           int64_t born_us, enum lasting_end how);
void predictive_talk(struct predictive *p, int64_t now_us);
void predictive_talk_ended(struct predictive *p, int64_t now_us,
                           int64_t born_us, enum lasting_end how);
void predictive_wrap(struct predictive *p, int64_t now_us);
void predictive_wrap_ended(struct predictive *p, int64_t now_us,
                           int64_t born_us, enum lasting_end how);
/* A live answer found an agent in time, or did not. */
void predictive_settled(struct predictive *p, bool lost);

struct predictive_now {
    int64_t now_us;
    unsigned idle;         /* agents that take a call at once */
    unsigned waiting;      /* people who answered and wait for one */
    unsigned agents;       /* signed in */
    uint64_t live, lost;   /* of the legal window so far */
    int64_t window_end_us; /* 0: not known, none of it is left to plan with */
};

struct predictive_order {
    unsigned dial;
    unsigned withdraw; /* so many of the oldest lines that rang long enough */
    double price;      /* for the trace */
    double chance;     /* that the last of them finds nobody */
};

void predictive_decide(struct predictive *p, const struct predictive_now *in,
                       struct predictive_order *out);

#endif

/*
 * How long something lasts, learnt from what was seen: the ringing of a line
 * until a person answers or it ends otherwise, talk, wrap-up. Kept as hazards
 * by age, so that what is still going on counts for the ages it has reached;
 * what was broken off is no end but no longer seen (censored). Old observations
 * fade.
 *
 * Use: lasting_ended() for each that is over, lasting_fade() now and then, and
 * lasting_learn() with those still going on, which makes the tables that the
 * queries read. Learning costs some microseconds, a query nanoseconds. Pure.
 * Reference: hazards with exposure, Kaplan and Meier 1958.
 */
#ifndef CORE_PACE_LASTING_H
#define CORE_PACE_LASTING_H

#include <stdint.h>

enum { LASTING_BINS_MAX = 640 };

enum lasting_end {
    LASTING_GOAL,  /* a line: a person answered; talk, wrap-up: over */
    LASTING_OTHER, /* a line: anything else */
    LASTING_BROKEN_OFF,
    LASTING_ENDS
};

struct lasting {
    unsigned bins;
    int64_t bin_us;
    double prior_weight;            /* observations behind the prior */
    double prior[LASTING_BINS_MAX]; /* hazard of the goal in each bin */
    double seen[LASTING_ENDS][LASTING_BINS_MAX];
    /* Tables, as learnt: at the beginning of each bin. */
    double goal[LASTING_BINS_MAX + 1];  /* reached the goal before */
    double still[LASTING_BINS_MAX + 1]; /* goes on */
    double hazard[LASTING_BINS_MAX];    /* of the goal in the bin */
};

/* Prior: the goal comes with a constant hazard between the ages from and to,
 * and is reached by `share` of all; worth `weight` observations. */
void lasting_init(struct lasting *l, int64_t bin_us, unsigned bins,
                  double weight);
void lasting_expect(struct lasting *l, int64_t from_us, int64_t to_us,
                    double share);
void lasting_ended(struct lasting *l, int64_t age_us, enum lasting_end how);
/* Multiplies what was seen; 0 < factor <= 1. */
void lasting_fade(struct lasting *l, double factor);
/* going[bin]: how many are of that age now; NULL: none. */
void lasting_learn(struct lasting *l, const uint32_t *going);

/* Share that reaches its goal before an age; beyond the last bin: of it. */
double lasting_goal_by(const struct lasting *l, int64_t age_us);
double lasting_still_at(const struct lasting *l, int64_t age_us);
/* Of those of an age, the share that reaches its goal within `more`. */
double lasting_goal_within(const struct lasting *l, int64_t age_us,
                           int64_t more_us);
/* The age by which `part` of all that reach the goal have done so. */
int64_t lasting_quantile_us(const struct lasting *l, double part);

#endif

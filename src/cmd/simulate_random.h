/*
 * telemark simulate --random: worlds drawn from their seeds (random_world.h),
 * run beside the independent checkers until their number or time is up.
 */
#ifndef CMD_SIMULATE_RANDOM_H
#define CMD_SIMULATE_RANDOM_H

#include <stdint.h>

#include "base/err.h"

struct simulate_random {
    uint64_t seed, worlds; /* the first seed, how many at most */
    uint64_t limit_us;     /* none begins after that; 0: no end */
    unsigned jobs;
};

/* Tells findings as they come and a sum at the end; *code 1: there was one. */
int simulate_random(const struct simulate_random *r, int *code,
                    struct err *e) TM_MUST_CHECK;

#endif

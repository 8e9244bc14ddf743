/*
 * How many things of each age there are: lines that ring, agents who talk.
 * Counted in a ring of bins by the instant of birth; what grows older than the
 * ring is kept as one number. Counts are whole, so they never drift; an end
 * without a beginning changes nothing.
 *
 * Use: ages_move() when time has passed, ages_born() and ages_gone() for each
 * event. Cost: nanoseconds each; moving costs a step for each bin that passed,
 * at most as many as there are bins. Pure.
 *
 * Misuse: instants are those of one clock that does not go back; an earlier
 * one counts as the last one.
 */
#ifndef CORE_PACE_AGES_H
#define CORE_PACE_AGES_H

#include <stdint.h>

enum { AGES_BINS_MAX = 640, AGES_WORDS = AGES_BINS_MAX / 64 };

struct ages {
    int64_t bin_us;
    int64_t now_bin;
    unsigned bins;
    unsigned head;  /* slot of the youngest */
    uint32_t all;   /* of every age */
    uint32_t older; /* than the ring */
    uint32_t born[AGES_BINS_MAX];
    uint64_t used[AGES_WORDS]; /* a bit for each slot that is not empty */
};

void ages_init(struct ages *a, int64_t bin_us, unsigned bins, int64_t now_us);
void ages_move(struct ages *a, int64_t now_us);
void ages_born(struct ages *a);
/* One that was born at an instant is gone; whether there was one. */
_Bool ages_gone(struct ages *a, int64_t born_us);
/* How many have lived for `age` bins, the last bin with all older ones. */
uint32_t ages_of(const struct ages *a, unsigned age);
/* The least age from `age` on that anybody has; a->bins: nobody. Walking with
 * it costs by the ages there are, not by the bins. */
unsigned ages_next(const struct ages *a, unsigned age);

#endif

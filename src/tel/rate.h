/*
 * So many a second and no more: a bucket of tokens. Pure; time is a parameter,
 * in microseconds of a clock that does not go back.
 */
#ifndef TEL_RATE_H
#define TEL_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
    unsigned per_s; /* also what may come at once; 0 = no limit */
    int64_t left_milli, filled_us;
};

void rate_init(struct rate *r, unsigned per_s, int64_t now_us);
/* False: none is left now. */
bool rate_take(struct rate *r, int64_t now_us);

#endif

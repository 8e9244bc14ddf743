/*
 * Seeded random numbers in named streams: the same (seed, name) gives the
 * same numbers on every machine and compiler (integers and exact doubles
 * only; no libm in decisions). Not for secrets.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4]; /* xoshiro256** state */
};

/* Stream of a seed and a name; use one stream per purpose. */
void rng_init(struct rng *r, uint64_t seed, const char *stream);
/* Stream of a seed, a name and a number (a person, a lead). */
void rng_init_of(struct rng *r, uint64_t seed, const char *stream,
                 uint64_t number);
uint64_t rng_u64(struct rng *r);
/* 0 .. bound - 1, unbiased. bound > 0. */
uint64_t rng_below(struct rng *r, uint64_t bound);
/* [0, 1) with 53 bits, exact in IEEE double. */
double rng_unit(struct rng *r);
/* true with probability ppm / 1,000,000. */
_Bool rng_chance_ppm(struct rng *r, uint32_t ppm);
/* Mixes a 64-bit value (splitmix64 finaliser); for hash tables and seeds. */
uint64_t rng_mix(uint64_t x);

#endif

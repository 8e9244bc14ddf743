#include "base/rng.h"

#include "base/assert.h"

/* Step of splitmix64 (2^64 divided by the golden ratio, made odd). */
#define GOLDEN UINT64_C(0x9E3779B97F4A7C15)

uint64_t rng_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/* FNV-1a, 64 bits. */
static uint64_t hash_name(const char *name)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (; *name; name++) {
        h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001B3);
    }
    return h;
}

/* Four steps of splitmix64 never give four zeros, the one state that the
 * generator cannot leave. */
static void fill(struct rng *r, uint64_t x)
{
    for (int i = 0; i < 4; i++) {
        x += GOLDEN;
        r->s[i] = rng_mix(x);
    }
    tm_assert(r->s[0] != 0 || r->s[1] != 0);
}

void rng_init(struct rng *r, uint64_t seed, const char *stream)
{
    tm_assert(stream);
    fill(r, rng_mix(seed + GOLDEN) ^ hash_name(stream));
}

void rng_init_of(struct rng *r, uint64_t seed, const char *stream,
                 uint64_t number)
{
    tm_assert(stream);
    /* Mixed once more, so that no number stands for "no number". */
    uint64_t name = rng_mix(hash_name(stream) + rng_mix(number + GOLDEN));
    fill(r, rng_mix(seed + GOLDEN) ^ name);
}

/* xoshiro256** 1.0 (Blackman and Vigna, 2018). */
uint64_t rng_u64(struct rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t rng_below(struct rng *r, uint64_t bound)
{
    tm_assert(bound > 0);
    /* 2^64 modulo bound numbers are refused, so that the rest is a multiple. */
    uint64_t refused = (0 - bound) % bound;
    uint64_t x;
    do {
        x = rng_u64(r);
    } while (x < refused);
    return x % bound;
}

double rng_unit(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1.0p-53;
}

_Bool rng_chance_ppm(struct rng *r, uint32_t ppm)
{
    return rng_below(r, 1000000) < ppm;
}

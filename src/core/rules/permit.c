#include "core/rules/permit.h"

#include "core/rules/permit_seal.h"

/* A bijective mixer (xor-shift and multiply, as in splitmix64). */
static uint64_t mix(uint64_t h, uint64_t v)
{
    h ^= v;
    h ^= h >> 30;
    h *= UINT64_C(0xBF58476D1CE4E5B9);
    h ^= h >> 27;
    h *= UINT64_C(0x94D049BB133111EB);
    h ^= h >> 31;
    return h;
}

uint64_t permit_seal(const struct permit *p)
{
    uint64_t h = UINT64_C(0x74656C656D61726B); /* "telemark" */
    h = mix(h, (uint64_t)p->attempt.v);
    h = mix(h, p->e164);
    h = mix(h, (uint64_t)p->issued_us);
    h = mix(h, (uint64_t)p->expires_us);
    h = mix(h, (uint64_t)p->purpose);
    return h;
}

bool permit_valid(const struct permit *p, int64_t now_us)
{
    return p->attempt.v > 0 && p->e164 != 0 && p->seal == permit_seal(p) &&
           p->issued_us <= now_us && now_us < p->expires_us;
}

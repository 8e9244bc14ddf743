#include "core/dnc/suppression.h"

#include "base/assert.h"
#include "base/rng.h"

/* One map for all sellers: the pair is mixed into one non-zero key. Should
 * two pairs ever meet in one key, the second number is not called: the safe
 * side. */
static uint64_t key_of(struct seller_id seller, uint64_t e164)
{
    uint64_t k = rng_mix(rng_mix((uint64_t)seller.v + 1) + e164);
    return k == 0 ? 1 : k;
}

void suppression_init(struct suppression *s)
{
    map_init(&s->map);
}

void suppression_fini(struct suppression *s)
{
    map_fini(&s->map);
}

void suppression_add(struct suppression *s, struct seller_id seller,
                     uint64_t e164, int64_t requested_us)
{
    tm_assert(e164 > 0 && requested_us >= 0);
    uint64_t key = key_of(seller, e164);
    uint64_t old;
    if (map_get(&s->map, key, &old) && old <= (uint64_t)requested_us)
        return;
    map_set(&s->map, key, (uint64_t)requested_us);
}

bool suppression_has(const struct suppression *s, struct seller_id seller,
                     uint64_t e164, int64_t *requested_us)
{
    uint64_t own, all;
    bool by_own = map_get(&s->map, key_of(seller, e164), &own);
    struct seller_id everyone = {0};
    bool by_all = map_get(&s->map, key_of(everyone, e164), &all);
    if (!by_own && !by_all)
        return false;
    uint64_t first = by_own ? own : all;
    if (by_all && all < first)
        first = all;
    if (requested_us != NULL)
        *requested_us = (int64_t)first;
    return true;
}

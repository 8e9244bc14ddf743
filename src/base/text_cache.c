#include "base/text_cache.h"

#include <string.h>

#include "base/assert.h"
#include "base/rng.h"

_Static_assert((TEXT_CACHE_SLOTS & (TEXT_CACHE_SLOTS - 1)) == 0, "a mask");

/* Words as the machine reads them: where bytes are in another order other
 * texts push each other out. */
static uint64_t hash_of(struct slice text)
{
    enum { LANES = 4 }; /* none of which waits for another one */
    uint64_t lane[LANES] = {text.n, 1, 2, 3}, word[LANES];
    size_t at = 0;
    for (; at + sizeof(word) <= text.n; at += sizeof(word)) {
        memcpy(word, text.p + at, sizeof(word));
        for (int i = 0; i < LANES; i++) {
            lane[i] = (lane[i] ^ word[i]) * UINT64_C(0x9E3779B97F4A7C15);
            lane[i] ^= lane[i] >> 29;
        }
    }
    memset(word, 0, sizeof(word));
    memcpy(word, text.p + at, text.n - at);
    uint64_t h = 0;
    for (int i = 0; i < LANES; i++) {
        h = rng_mix(h ^ lane[i]) ^ word[i];
    }
    return rng_mix(h);
}

static bool fits(struct slice text)
{
    return text.n > 0 && text.n <= TEXT_CACHE_ROOM / 4;
}

bool text_cache_get(const struct text_cache *c, struct slice text,
                    uint64_t *value)
{
    if (!fits(text)) {
        return false;
    }
    uint64_t hash = hash_of(text);
    size_t i = (size_t)hash & (TEXT_CACHE_SLOTS - 1);
    if (c->slot[i].hash != hash || c->slot[i].n != text.n ||
        memcmp(c->room + c->slot[i].at, text.p, text.n) != 0) {
        return false;
    }
    *value = c->slot[i].value;
    return true;
}

void text_cache_set(struct text_cache *c, struct slice text, uint64_t value)
{
    if (!fits(text)) {
        return;
    }
    if (TEXT_CACHE_ROOM - c->used < text.n) {
        text_cache_clear(c);
    }
    uint64_t hash = hash_of(text);
    size_t i = (size_t)hash & (TEXT_CACHE_SLOTS - 1);
    tm_assert(c->used + text.n <= TEXT_CACHE_ROOM);
    c->slot[i].hash = hash;
    c->slot[i].value = value;
    c->slot[i].at = (uint32_t)c->used;
    c->slot[i].n = (uint32_t)text.n;
    memcpy(c->room + c->used, text.p, text.n);
    c->used += text.n;
}

void text_cache_clear(struct text_cache *c)
{
    memset(c->slot, 0, sizeof(c->slot));
    c->used = 0;
}

#include "core/campaign/numbers.h"

#include "base/assert.h"
#include "base/rng.h"

static size_t place_of(uint64_t e164)
{
    return (size_t)rng_mix(e164) & (NUMBERS_RECENT_SIZE - 1);
}

void numbers_init(struct numbers *n)
{
    map_init(&n->in_call);
    for (size_t i = 0; i < NUMBERS_RECENT_SIZE; i++)
        n->recent[i] = INT64_MIN;
}

void numbers_fini(struct numbers *n)
{
    map_fini(&n->in_call);
}

void numbers_begin(struct numbers *n, uint64_t e164, int64_t now_us)
{
    uint64_t calls = 0;
    tm_assert(e164 > 0);
    (void)map_get(&n->in_call, e164, &calls);
    map_set(&n->in_call, e164, calls + 1);
    n->recent[place_of(e164)] = now_us;
}

void numbers_end(struct numbers *n, uint64_t e164)
{
    uint64_t calls = 0;
    bool was = map_get(&n->in_call, e164, &calls);
    tm_assert(was && calls > 0);
    if (calls > 1)
        map_set(&n->in_call, e164, calls - 1);
    else
        (void)map_remove(&n->in_call, e164);
}

bool numbers_in_call(const struct numbers *n, uint64_t e164)
{
    return map_get(&n->in_call, e164, NULL);
}

unsigned numbers_calls(const struct numbers *n, uint64_t e164)
{
    uint64_t calls = 0;
    (void)map_get(&n->in_call, e164, &calls);
    return (unsigned)calls;
}

bool numbers_called_since(const struct numbers *n, uint64_t e164, int64_t us)
{
    return n->recent[place_of(e164)] >= us;
}

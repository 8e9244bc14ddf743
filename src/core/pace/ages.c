#include "core/pace/ages.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

/* Rounds down for instants before 1970 too. */
static int64_t bin_at(const struct ages *a, int64_t us)
{
    int64_t bin = us / a->bin_us;
    return us % a->bin_us < 0 ? bin - 1 : bin;
}

void ages_init(struct ages *a, int64_t bin_us, unsigned bins, int64_t now_us)
{
    tm_assert(bin_us > 0 && bins > 1 && bins <= AGES_BINS_MAX);
    memset(a, 0, sizeof *a);
    a->bin_us = bin_us;
    a->bins = bins;
    a->now_bin = bin_at(a, now_us);
}

void ages_move(struct ages *a, int64_t now_us)
{
    int64_t bin = bin_at(a, now_us);
    if (bin <= a->now_bin)
        return;
    if (bin - a->now_bin >= a->bins) { /* a night: nothing stays young */
        memset(a->born, 0, sizeof a->born);
        a->older = a->all;
        a->now_bin = bin;
        return;
    }
    for (; a->now_bin < bin; a->now_bin++) {
        a->head = a->head + 1 < a->bins ? a->head + 1 : 0;
        a->older += a->born[a->head];
        a->born[a->head] = 0;
    }
}

void ages_born(struct ages *a)
{
    tm_assert(a->all < UINT32_MAX);
    a->born[a->head]++;
    a->all++;
}

static unsigned slot_of(const struct ages *a, unsigned age)
{
    tm_assert(age < a->bins);
    return a->head >= age ? a->head - age : a->head + a->bins - age;
}

_Bool ages_gone(struct ages *a, int64_t born_us)
{
    int64_t age = a->now_bin - bin_at(a, born_us);
    age = age < 0 ? 0 : age;
    uint32_t *in =
        age < a->bins ? &a->born[slot_of(a, (unsigned)age)] : &a->older;
    if (*in == 0)
        return false;
    tm_assert(a->all > 0);
    --*in;
    a->all--;
    return true;
}

uint32_t ages_of(const struct ages *a, unsigned age)
{
    uint32_t n = a->born[slot_of(a, age)];
    return age == a->bins - 1 ? n + a->older : n;
}

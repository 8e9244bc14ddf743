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

static void mark(struct ages *a, unsigned slot, bool used)
{
    uint64_t bit = UINT64_C(1) << slot % 64;
    if (used)
        a->used[slot / 64] |= bit;
    else
        a->used[slot / 64] &= ~bit;
}

void ages_move(struct ages *a, int64_t now_us)
{
    int64_t bin = bin_at(a, now_us);
    if (bin <= a->now_bin)
        return;
    if (bin - a->now_bin >= a->bins) { /* a night: nothing stays young */
        memset(a->born, 0, sizeof a->born);
        memset(a->used, 0, sizeof a->used);
        a->older = a->all;
        a->now_bin = bin;
        return;
    }
    for (; a->now_bin < bin; a->now_bin++) {
        a->head = a->head + 1 < a->bins ? a->head + 1 : 0;
        a->older += a->born[a->head];
        a->born[a->head] = 0;
        mark(a, a->head, false);
    }
}

void ages_born(struct ages *a)
{
    tm_assert(a->all < UINT32_MAX);
    a->born[a->head]++;
    mark(a, a->head, true);
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
    bool young = age < a->bins;
    unsigned slot = young ? slot_of(a, (unsigned)age) : 0;
    uint32_t *in = young ? &a->born[slot] : &a->older;
    if (*in == 0)
        return false;
    tm_assert(a->all > 0);
    --*in;
    a->all--;
    if (young && *in == 0)
        mark(a, slot, false);
    return true;
}

uint32_t ages_of(const struct ages *a, unsigned age)
{
    uint32_t n = a->born[slot_of(a, age)];
    return age == a->bins - 1 ? n + a->older : n;
}

/* The greatest used slot from `from` down to `to`, or -1. */
static int used_below(const struct ages *a, int from, int to)
{
    for (int word = from / 64; word >= to / 64; word--) {
        uint64_t bits = a->used[word];
        if (word == from / 64)
            bits &= ~UINT64_C(0) >> (63 - from % 64);
        if (bits == 0)
            continue;
        int slot = word * 64 + 63 - __builtin_clzll(bits);
        return slot >= to ? slot : -1;
    }
    return -1;
}

unsigned ages_next(const struct ages *a, unsigned age)
{
    if (age >= a->bins)
        return a->bins;
    int head = (int)a->head, bins = (int)a->bins, slot = -1;
    /* Ages run down from the head, then down from the ring's end. */
    if (age <= a->head)
        slot = used_below(a, head - (int)age, 0);
    if (slot >= 0)
        return (unsigned)(head - slot);
    if (a->head + 1 < a->bins) {
        int from = age > a->head ? head + bins - (int)age : bins - 1;
        slot = used_below(a, from, head + 1);
    }
    if (slot >= 0)
        return (unsigned)(head + bins - slot);
    return a->older > 0 ? a->bins - 1 : a->bins;
}

#include "base/map.h"

#include "base/arena.h"
#include "base/rng.h"

/* Open addressing with linear probing, at most three quarters full; removal
 * moves followers back, so there are no tombstones. Key 0 marks a free slot. */
enum { CAP_FIRST = 16 };

void map_init(struct map *m)
{
    *m = (struct map){0};
}

void map_fini(struct map *m)
{
    mem_free(m->pair);
    *m = (struct map){0};
}

static size_t home(const struct map *m, uint64_t key)
{
    return (size_t)rng_mix(key) & (m->cap - 1);
}

/* The slot of the key, or the free slot where it would go. cap > 0. */
static size_t find(const struct map *m, uint64_t key)
{
    size_t i = home(m, key);
    while (m->pair[i].key != 0 && m->pair[i].key != key) {
        i = (i + 1) & (m->cap - 1);
    }
    return i;
}

static void grow(struct map *m)
{
    struct map bigger = {.n = m->n};
    bigger.cap = m->cap == 0 ? CAP_FIRST : m->cap * 2;
    tm_assert(bigger.cap <= SIZE_MAX / sizeof *m->pair);
    bigger.pair = mem_alloc(bigger.cap * sizeof *bigger.pair);
    for (size_t i = 0; i < m->cap; i++) {
        if (m->pair[i].key != 0) {
            bigger.pair[find(&bigger, m->pair[i].key)] = m->pair[i];
        }
    }
    mem_free(m->pair);
    *m = bigger;
}

void map_set(struct map *m, uint64_t key, uint64_t value)
{
    tm_assert(key != 0);
    if (m->n + 1 > m->cap / 4 * 3) {
        grow(m);
    }
    size_t i = find(m, key);
    if (m->pair[i].key == 0) {
        m->pair[i].key = key;
        m->n++;
    }
    m->pair[i].value = value;
}

bool map_get(const struct map *m, uint64_t key, uint64_t *value)
{
    tm_assert(key != 0);
    if (m->n == 0) {
        return false;
    }
    size_t i = find(m, key);
    if (m->pair[i].key == 0) {
        return false;
    }
    if (value) {
        *value = m->pair[i].value;
    }
    return true;
}

/* Fills the hole with a follower that may stand there: one whose home is not
 * between the hole and itself. */
static void close_hole(struct map *m, size_t hole)
{
    size_t mask = m->cap - 1;
    for (size_t i = (hole + 1) & mask; m->pair[i].key != 0;
         i = (i + 1) & mask) {
        size_t from_home = (i - home(m, m->pair[i].key)) & mask;
        size_t from_hole = (i - hole) & mask;
        if (from_home >= from_hole) {
            m->pair[hole] = m->pair[i];
            hole = i;
        }
    }
    m->pair[hole] = (struct map_pair){0};
}

bool map_remove(struct map *m, uint64_t key)
{
    tm_assert(key != 0);
    if (m->n == 0) {
        return false;
    }
    size_t i = find(m, key);
    if (m->pair[i].key == 0) {
        return false;
    }
    close_hole(m, i);
    m->n--;
    return true;
}

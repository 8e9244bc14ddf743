/*
 * Map from a non-zero 64-bit key to a 64-bit value (open addressing, growing).
 * There is no iteration: decisions may not depend on hash order. One thread.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_pair {
    uint64_t key; /* 0: free */
    uint64_t value;
};

struct map {
    struct map_pair *pair; /* key beside value: one line of the cache */
    size_t n, cap;
};

void map_init(struct map *m);
void map_fini(struct map *m);
void map_set(struct map *m, uint64_t key, uint64_t value);
bool map_get(const struct map *m, uint64_t key,
             uint64_t *value); /* value may be NULL */
bool map_remove(struct map *m, uint64_t key);

#endif

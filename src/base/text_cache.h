/*
 * What texts that come again and again stand for: a number for each of the
 * texts seen lately, in memory of a fixed size. For who writes a long text
 * once and its number from then on. A text that is not found may have been
 * set before: it was pushed out. One that is found is the same byte for byte.
 *
 * Cost: a multiplication for each 8 bytes of the text, and one comparison;
 * 1.25 MB, of which only what is used is touched.
 * All zero to begin with. One thread. Texts of more than a quarter of the
 * room, and empty ones, are not kept.
 */
#ifndef BASE_TEXT_CACHE_H
#define BASE_TEXT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
    TEXT_CACHE_SLOTS = 8192, /* a power of two */
    TEXT_CACHE_ROOM = 1 << 20,
};

struct text_cache {
    struct {
        uint64_t hash;
        uint64_t value;
        uint32_t at, n; /* in room; n 0: free */
    } slot[TEXT_CACHE_SLOTS];
    size_t used;
    char room[TEXT_CACHE_ROOM];
};

/* False: not known; *value is left alone. */
bool text_cache_get(const struct text_cache *c, struct slice text,
                    uint64_t *value);
/* The text is copied. When there is no room all others are forgotten. */
void text_cache_set(struct text_cache *c, struct slice text, uint64_t value);
void text_cache_clear(struct text_cache *c);

#endif

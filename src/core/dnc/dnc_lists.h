/*
 * The do-not-call lists in force, an immutable snapshot: one dnc_set a
 * list. A new snapshot replaces the old one as a whole.
 */
#ifndef CORE_DNC_DNC_LISTS_H
#define CORE_DNC_DNC_LISTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/dnc/dnc_set.h"

enum { DNC_LISTS_MAX = 32 };

struct dnc_lists {
    struct dnc_set set[DNC_LISTS_MAX]; /* name, as-of time and numbers */
    size_t n;
};

/* The list of that name, or NULL. */
const struct dnc_set *dnc_lists_find(const struct dnc_lists *l,
                                     const char *name);

#endif

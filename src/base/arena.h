/*
 * Arena: memory that lives and dies together (a rule book, an import batch).
 * Allocation never fails silently: out of memory aborts, as the amounts are
 * bounded by checks on input. One thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct arena {
    struct arena_block *head;
    size_t used; /* bytes handed out, for limits and tests */
};

void arena_init(struct arena *a);
void arena_fini(struct arena *a);  /* frees all */
void arena_reset(struct arena *a); /* keeps one block */
/* Zeroed, aligned for any type. n may be 0 (returns a valid pointer). */
void *arena_alloc(struct arena *a, size_t n);
/* Zeroed array; asserts that count * size does not overflow. */
void *arena_array(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, struct slice s); /* terminated copy */

/* The only heap of the program: aborts on out of memory. n > 0.
 * libre exports a mem_alloc() of another shape, and a program's symbol would
 * take its place inside that library: ours has a link name of its own. */
#define mem_alloc arena_mem_alloc
void *mem_alloc(size_t n);           /* zeroed */
void *mem_resize(void *p, size_t n); /* new part not zeroed */
void mem_free(void *p);

#endif

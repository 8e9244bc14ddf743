/*
 * Bounded ring of fixed-size messages between threads: many producers, one
 * consumer. Full is a refusal (false), never a wait.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring; /* heap object */

/* slots is rounded up to a power of two; msg_size > 0. */
struct ring *ring_new(size_t slots, size_t msg_size);
void ring_free(struct ring *r);
bool ring_push(struct ring *r, const void *msg); /* any thread */
bool ring_pop(struct ring *r, void *msg);        /* the consumer only */
size_t ring_count(const struct ring *r);         /* a moment's estimate */

#endif

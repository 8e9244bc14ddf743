/*
 * Batches that the store has taken and not yet called durable: the engine
 * numbers batches itself (a batch may wait in the backlog before the store
 * gives it a number), so each pair is kept until the store's number lands.
 */
#ifndef ENGINE_FLIGHT_H
#define ENGINE_FLIGHT_H

#include <stddef.h>
#include <stdint.h>

struct flight_pair {
    uint64_t batch; /* the engine's number */
    uint64_t seq;   /* the store's number */
};

struct flight {
    struct flight_pair *pair; /* a queue: pair[(first + i) % cap] */
    size_t first, n, cap;
};

void flight_init(struct flight *f);
void flight_fini(struct flight *f);
/* Both numbers grow from push to push. */
void flight_push(struct flight *f, uint64_t batch, uint64_t seq);
/* Everything up to seq is durable: returns the newest durable batch, or
 * `before` when none landed. */
uint64_t flight_land(struct flight *f, uint64_t seq, uint64_t before);
size_t flight_count(const struct flight *f);

#endif

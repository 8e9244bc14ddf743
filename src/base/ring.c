#include "base/ring.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/assert.h"

/*
 * Bounded queue after Dmitry Vyukov: each slot has a sequence number that says
 * whose turn it is. Slot i of round k may be written at number i + k * slots
 * and read at that number + 1. Numbers wrap; only differences count.
 */
struct ring {
    size_t mask;
    size_t msg_size;
    atomic_size_t *seq;
    unsigned char *data;
    /* Producers and the consumer write to cache lines of their own. */
    char apart_1[64];
    atomic_size_t tail; /* next place to write */
    char apart_2[64];
    atomic_size_t head; /* next place to read; written by the consumer */
    char apart_3[64];
};

struct ring *ring_new(size_t slots, size_t msg_size)
{
    tm_assert(slots > 0 && slots <= SIZE_MAX / 4);
    tm_assert(msg_size > 0);
    /* One slot could not tell "written" from "free for the next round". */
    size_t n = 2;
    while (n < slots) {
        n *= 2;
    }
    tm_assert(n <= SIZE_MAX / 4 / msg_size);
    struct ring *r = mem_alloc(sizeof *r);
    r->mask = n - 1;
    r->msg_size = msg_size;
    r->seq = mem_alloc(n * sizeof *r->seq);
    r->data = mem_alloc(n * msg_size);
    atomic_init(&r->tail, 0);
    atomic_init(&r->head, 0);
    for (size_t i = 0; i < n; i++) {
        atomic_init(&r->seq[i], i);
    }
    return r;
}

void ring_free(struct ring *r)
{
    if (!r) {
        return;
    }
    mem_free(r->seq);
    mem_free(r->data);
    mem_free(r);
}

bool ring_push(struct ring *r, const void *msg)
{
    tm_assert(msg);
    size_t pos = atomic_load_explicit(&r->tail, memory_order_relaxed);
    for (;;) {
        atomic_size_t *seq = &r->seq[pos & r->mask];
        size_t turn = atomic_load_explicit(seq, memory_order_acquire);
        if (turn == pos) {
            /* On failure pos becomes the place another producer left. */
            if (atomic_compare_exchange_weak_explicit(&r->tail, &pos, pos + 1,
                                                      memory_order_relaxed,
                                                      memory_order_relaxed)) {
                memcpy(r->data + (pos & r->mask) * r->msg_size, msg,
                       r->msg_size);
                atomic_store_explicit(seq, pos + 1, memory_order_release);
                return true;
            }
        } else if (pos - turn <= SIZE_MAX / 2) {
            return false; /* still holds a message of the round before */
        } else {
            pos = atomic_load_explicit(&r->tail, memory_order_relaxed);
        }
    }
}

bool ring_pop(struct ring *r, void *msg)
{
    tm_assert(msg);
    size_t pos = atomic_load_explicit(&r->head, memory_order_relaxed);
    atomic_size_t *seq = &r->seq[pos & r->mask];
    if (atomic_load_explicit(seq, memory_order_acquire) != pos + 1) {
        return false; /* empty, or a producer is still copying */
    }
    memcpy(msg, r->data + (pos & r->mask) * r->msg_size, r->msg_size);
    atomic_store_explicit(seq, pos + r->mask + 1, memory_order_release);
    atomic_store_explicit(&r->head, pos + 1, memory_order_relaxed);
    return true;
}

size_t ring_count(const struct ring *r)
{
    /* The two loads are not one: the result is cut to what is possible. */
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    size_t n = tail - head;
    return n > SIZE_MAX / 2 ? 0 : n > r->mask + 1 ? r->mask + 1 : n;
}

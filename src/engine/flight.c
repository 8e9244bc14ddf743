#include "engine/flight.h"

#include "base/arena.h"

void flight_init(struct flight *f)
{
    *f = (struct flight){0};
}

void flight_fini(struct flight *f)
{
    mem_free(f->pair);
    flight_init(f);
}

static void grow(struct flight *f)
{
    size_t cap = f->cap == 0 ? 64 : f->cap * 2;
    struct flight_pair *pair = mem_alloc(cap * sizeof(*pair));
    for (size_t i = 0; i < f->n; i++)
        pair[i] = f->pair[(f->first + i) % f->cap];
    mem_free(f->pair);
    f->pair = pair;
    f->first = 0;
    f->cap = cap;
}

void flight_push(struct flight *f, uint64_t batch, uint64_t seq)
{
    if (f->n == f->cap)
        grow(f);
    if (f->n > 0) {
        const struct flight_pair *last =
            &f->pair[(f->first + f->n - 1) % f->cap];
        tm_assert(last->batch < batch && last->seq <= seq);
    }
    f->pair[(f->first + f->n) % f->cap] =
        (struct flight_pair){.batch = batch, .seq = seq};
    f->n++;
}

uint64_t flight_land(struct flight *f, uint64_t seq, uint64_t before)
{
    uint64_t batch = before;
    while (f->n > 0 && f->pair[f->first].seq <= seq) {
        batch = f->pair[f->first].batch;
        f->first = (f->first + 1) % f->cap;
        f->n--;
    }
    tm_assert(batch >= before);
    return batch;
}

size_t flight_count(const struct flight *f)
{
    return f->n;
}

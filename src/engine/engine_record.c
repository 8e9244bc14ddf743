#include "engine/engine_inside.h"

static bool try_write(struct engine *e, const struct record *r, size_t n,
                      uint64_t batch)
{
    uint64_t seq = 0;
    int rc = e->port.store->write(e->port.store->self, r, n, &seq);
    if (rc != TM_OK)
        return false;
    flight_push(&e->flight, batch, seq);
    return true;
}

void engine_record_flush(struct engine *e)
{
    while (e->backlog.head != NULL) {
        const struct backlog_batch *b = e->backlog.head;
        if (!try_write(e, b->record, b->n, e->written - e->backlog.n + 1))
            return;
        backlog_drop_head(&e->backlog);
    }
}

uint64_t engine_record_write(struct engine *e, const struct record *r, size_t n)
{
    if (n == 0)
        return e->written;
    if (e->port.watch != NULL)
        for (size_t i = 0; i < n; i++)
            e->port.watch(e->port.watch_arg, &r[i]);
    engine_record_flush(e);
    e->written++;
    if (e->backlog.head != NULL || !try_write(e, r, n, e->written)) {
        backlog_push(&e->backlog, r, n);
        e->retry_us = engine_now_us(e) + ENGINE_RETRY_US;
    }
    return e->written;
}

bool engine_record_works(const struct engine *e)
{
    return !e->store_failed && e->backlog.head == NULL;
}

uint64_t engine_batch(const struct engine *e)
{
    return e->written;
}

bool engine_is_durable(const struct engine *e, uint64_t batch)
{
    return batch <= e->durable;
}

#include "cmd/real_clock.h"

#include <time.h>

#include "base/assert.h"

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    int rc = clock_gettime(id, &t);
    tm_assert(rc == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t now_us(void *self)
{
    struct real_clock *c = self;
    return atomic_load(&c->base_us) +
           (read_us(CLOCK_MONOTONIC) - c->base_mono_us);
}

void real_clock_init(struct real_clock *c, int64_t start_us)
{
    c->port = (struct clock_port){.self = c, .now_us = now_us};
    c->base_mono_us = read_us(CLOCK_MONOTONIC);
    c->shifted = start_us != 0;
    atomic_init(&c->base_us, c->shifted ? start_us : read_us(CLOCK_REALTIME));
}

void real_clock_sync(struct real_clock *c)
{
    if (c->shifted)
        return;
    int64_t ahead = read_us(CLOCK_REALTIME) - now_us(c);
    if (ahead > 0)
        atomic_fetch_add(&c->base_us, ahead);
}

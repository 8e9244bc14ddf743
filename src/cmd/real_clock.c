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

/* How far the wall clock is ahead of ours, with our base at base_us. */
static int64_t ahead_us(const struct real_clock *c, int64_t base_us)
{
    return read_us(CLOCK_REALTIME) -
           (base_us + read_us(CLOCK_MONOTONIC) - c->base_mono_us);
}

/* The monotonic clock stands still while the machine sleeps: the first call
 * after that must not be judged by the hour of before. */
static int64_t now_us(void *self)
{
    struct real_clock *c = self;
    int64_t base_us = atomic_load(&c->base_us);
    int64_t ahead = c->shifted ? 0 : ahead_us(c, base_us);
    /* Another thread may have caught up meanwhile: then its base counts. */
    if (ahead > 0 &&
        atomic_compare_exchange_strong(&c->base_us, &base_us, base_us + ahead))
        base_us += ahead;
    return base_us + (read_us(CLOCK_MONOTONIC) - c->base_mono_us);
}

void real_clock_init(struct real_clock *c, int64_t start_us)
{
    c->port = (struct clock_port){.self = c, .now_us = now_us};
    c->base_mono_us = read_us(CLOCK_MONOTONIC);
    c->shifted = start_us != 0;
    atomic_init(&c->base_us, c->shifted ? start_us : read_us(CLOCK_REALTIME));
}

int64_t real_clock_lead_us(const struct real_clock *c)
{
    int64_t ahead = c->shifted ? 0 : ahead_us(c, atomic_load(&c->base_us));
    return ahead < 0 ? -ahead : 0;
}

#include "sim/sim_clock.h"

#include "base/arena.h"

void sim_clock_init(struct sim_clock *c, int64_t start_us, size_t timers_max)
{
    tm_assert(timers_max > 0);
    *c = (struct sim_clock){.now_us = start_us, .max = timers_max};
    c->heap = mem_alloc((timers_max + 1) * sizeof(*c->heap));
}

void sim_clock_fini(struct sim_clock *c)
{
    for (size_t i = 1; i <= c->n; i++)
        c->heap[i].timer->place = 0;
    mem_free(c->heap);
    *c = (struct sim_clock){0};
}

static int64_t now_us(void *self)
{
    const struct sim_clock *c = self;
    return c->now_us;
}

struct clock_port sim_clock_port(struct sim_clock *c)
{
    return (struct clock_port){.self = c, .now_us = now_us};
}

void sim_clock_timer(struct sim_timer *t, sim_timer_fn *fn, void *arg)
{
    *t = (struct sim_timer){.fn = fn, .arg = arg};
}

bool sim_clock_is_set(const struct sim_timer *t)
{
    return t->place != 0;
}

static bool before(const struct sim_due *a, const struct sim_due *b)
{
    return a->at_us < b->at_us || (a->at_us == b->at_us && a->order < b->order);
}

static void put(struct sim_clock *c, size_t place, const struct sim_due *d)
{
    c->heap[place] = *d;
    d->timer->place = place;
}

static void sift_up(struct sim_clock *c, size_t place, const struct sim_due *d)
{
    for (; place > 1 && before(d, &c->heap[place / 2]); place /= 2)
        put(c, place, &c->heap[place / 2]);
    put(c, place, d);
}

static void sift_down(struct sim_clock *c, size_t place,
                      const struct sim_due *d)
{
    for (;;) {
        size_t child = 2 * place;
        if (child > c->n)
            break;
        if (child < c->n && before(&c->heap[child + 1], &c->heap[child]))
            child++;
        if (!before(&c->heap[child], d))
            break;
        put(c, place, &c->heap[child]);
        place = child;
    }
    put(c, place, d);
}

void sim_clock_set(struct sim_clock *c, struct sim_timer *t, int64_t at_us)
{
    sim_clock_cancel(c, t);
    tm_assert(t->fn != NULL && c->n < c->max);
    const struct sim_due d = {.at_us = at_us > c->now_us ? at_us : c->now_us,
                              .order = ++c->orders,
                              .timer = t};
    sift_up(c, ++c->n, &d);
}

void sim_clock_cancel(struct sim_clock *c, struct sim_timer *t)
{
    size_t place = t->place;
    if (place == 0)
        return;
    tm_assert(place <= c->n && c->heap[place].timer == t);
    const struct sim_due last = c->heap[c->n--];
    t->place = 0;
    if (last.timer == t)
        return;
    if (place > 1 && before(&last, &c->heap[place / 2]))
        sift_up(c, place, &last);
    else
        sift_down(c, place, &last);
}

int64_t sim_clock_next_us(const struct sim_clock *c)
{
    return c->n == 0 ? INT64_MAX : c->heap[1].at_us;
}

bool sim_clock_step(struct sim_clock *c)
{
    if (c->n == 0)
        return false;
    struct sim_timer *t = c->heap[1].timer;
    tm_assert(c->heap[1].at_us >= c->now_us);
    c->now_us = c->heap[1].at_us;
    sim_clock_cancel(c, t);
    t->fn(t->arg);
    return true;
}

void sim_clock_advance(struct sim_clock *c, int64_t at_us)
{
    tm_assert(at_us >= c->now_us && at_us <= sim_clock_next_us(c));
    c->now_us = at_us;
}

void sim_clock_shift(struct sim_clock *c, int64_t us)
{
    tm_assert(us >= 0);
    c->now_us += us;
    for (size_t i = 1; i <= c->n; i++)
        c->heap[i].at_us += us;
}

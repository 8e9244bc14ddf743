#include "core/agent/floor_limits.h"

#include <string.h>

#include "base/arena.h"

void floor_limits_init(struct floor_limits *l)
{
    *l = (struct floor_limits){0};
}

void floor_limits_fini(struct floor_limits *l)
{
    mem_free(l->heap);
    mem_free(l->place);
    *l = (struct floor_limits){0};
}

static void put(struct floor_limits *l, size_t i, struct floor_limit x)
{
    l->heap[i] = x;
    l->place[x.agent] = (uint32_t)i + 1;
}

static void rise(struct floor_limits *l, size_t i)
{
    struct floor_limit x = l->heap[i];
    while (i > 0 && l->heap[(i - 1) / 2].at_us > x.at_us) {
        put(l, i, l->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(l, i, x);
}

static void sink(struct floor_limits *l, size_t i)
{
    struct floor_limit x = l->heap[i];
    for (size_t child = 2 * i + 1; child < l->n; child = 2 * i + 1) {
        if (child + 1 < l->n && l->heap[child + 1].at_us < l->heap[child].at_us)
            child++;
        if (l->heap[child].at_us >= x.at_us)
            break;
        put(l, i, l->heap[child]);
        i = child;
    }
    put(l, i, x);
}

static void take_off(struct floor_limits *l, size_t i)
{
    l->place[l->heap[i].agent] = 0;
    l->n--;
    if (i == l->n)
        return;
    put(l, i, l->heap[l->n]);
    rise(l, i);
    sink(l, i);
}

static void grow(struct floor_limits *l, uint32_t agent)
{
    if (agent >= l->agents) {
        size_t n = 2 * (size_t)agent + 16;
        l->place = mem_resize(l->place, n * sizeof(*l->place));
        memset(l->place + l->agents, 0, (n - l->agents) * sizeof(*l->place));
        l->agents = n;
    }
    if (l->n == l->cap) {
        l->cap = 2 * l->cap + 16;
        l->heap = mem_resize(l->heap, l->cap * sizeof(*l->heap));
    }
}

void floor_limits_set(struct floor_limits *l, uint32_t agent, int64_t at_us)
{
    size_t place = agent < l->agents ? l->place[agent] : 0;
    if (at_us == INT64_MAX) {
        if (place != 0)
            take_off(l, place - 1);
        return;
    }
    if (place == 0) {
        grow(l, agent);
        put(l, l->n, (struct floor_limit){at_us, agent});
        rise(l, l->n++);
        return;
    }
    l->heap[place - 1].at_us = at_us;
    rise(l, place - 1);
    sink(l, l->place[agent] - 1);
}

int64_t floor_limits_next_us(const struct floor_limits *l)
{
    return l->n == 0 ? INT64_MAX : l->heap[0].at_us;
}

uint32_t floor_limits_next(const struct floor_limits *l)
{
    tm_assert(l->n > 0);
    return l->heap[0].agent;
}

#include "core/agent/floor_calls.h"

#include <string.h>

#include "base/arena.h"
#include "base/real.h"
#include "core/agent/floor.h"

#define SECOND_US INT64_C(1000000)
#define RENEW_US  (10 * SECOND_US)

#define FORGET_S    1800.0 /* a call counts e times less after it */
#define KNOWN_S     300.0  /* the least time that is looked back on */
#define CALLS_LEAST 1e-3   /* what is left of them is forgotten */

/* The calls of a campaign, forgotten by and by. */
struct calls {
    double n; /* at at_us; 0: none */
    int64_t at_us, first_us;
    double per_s;  /* when it was last renewed */
    double agents; /* who suit it, likewise */
};

struct floor_calls {
    struct calls side[FLOOR_CAMPAIGNS_MAX];
    uint16_t called[FLOOR_CAMPAIGNS_MAX]; /* sides with calls, in no order */
    size_t calleds;
    double taken[FLOOR_CAMPAIGNS_MAX]; /* of each side, a second */
    int64_t now_us, renewed_us;
    bool stale;
};

struct floor_calls *floor_calls_new(void)
{
    return mem_alloc(sizeof(struct floor_calls));
}

void floor_calls_free(struct floor_calls *k)
{
    mem_free(k);
}

void floor_calls_pass(struct floor_calls *k, int64_t now_us)
{
    if (now_us > k->now_us)
        k->now_us = now_us;
}

void floor_calls_stale(struct floor_calls *k)
{
    k->stale = true;
}

static double seconds(int64_t us)
{
    tm_assert(us >= 0);
    return (double)us / (double)SECOND_US;
}

/* What a call counts for after some seconds. */
static double left_after(double s)
{
    return s > 300 * FORGET_S ? 0 : real_exp(-s / FORGET_S);
}

static void fade(struct calls *c, int64_t now_us)
{
    c->n *= left_after(seconds(now_us - c->at_us));
    c->at_us = now_us;
    if (c->n < CALLS_LEAST)
        c->n = 0;
}

void floor_calls_add(struct floor_calls *k, uint16_t side, int64_t now_us)
{
    tm_assert(side < FLOOR_CAMPAIGNS_MAX);
    struct calls *c = &k->side[side];
    floor_calls_pass(k, now_us);
    if (c->n > 0)
        fade(c, k->now_us);
    else
        k->called[k->calleds++] = side;
    tm_assert(k->calleds <= FLOOR_CAMPAIGNS_MAX);
    if (c->n <= 0)
        *c = (struct calls){.first_us = k->now_us};
    c->at_us = k->now_us;
    c->n += 1;
    k->stale = true;
}

/* All calls were known for at least this time, weighed as they are. */
static double rate(const struct calls *c, int64_t now_us)
{
    double known_s = FORGET_S * (1 - left_after(seconds(now_us - c->first_us)));
    return c->n / (known_s < KNOWN_S ? KNOWN_S : known_s);
}

static void renew_rates(struct floor_calls *k)
{
    for (size_t i = k->calleds; i-- > 0;) {
        struct calls *c = &k->side[k->called[i]];
        fade(c, k->now_us);
        c->per_s = c->n > 0 ? rate(c, k->now_us) : 0;
        c->agents = 0;
        if (c->n <= 0)
            k->called[i] = k->called[--k->calleds];
    }
}

/* Calls a second that one agent of the group is expected to take. */
static double per_agent(const struct floor_calls *k,
                        const struct floor_share *s, uint32_t group)
{
    double sum = 0;
    for (size_t i = 0; i < k->calleds; i++) {
        const struct calls *c = &k->side[k->called[i]];
        if (floor_share_suits(s, group, s->side[k->called[i]].id, 0))
            sum += c->per_s / c->agents;
    }
    return sum;
}

static void renew(struct floor_calls *k, const struct floor_share *s)
{
    renew_rates(k);
    memset(k->taken, 0, sizeof(k->taken));
    for (size_t i = 0; i < k->calleds; i++)
        for (uint32_t g = 0; g < s->groups; g++)
            if (floor_share_suits(s, g, s->side[k->called[i]].id, 0))
                k->side[k->called[i]].agents += s->group[g].present;
    for (uint32_t i = 0; i < s->groups; i++) {
        const struct floor_group *g = &s->group[i];
        if (g->present == 0 || g->parts == 0)
            continue;
        double taken = g->present * per_agent(k, s, i);
        for (size_t p = 0; p < g->parts; p++)
            k->taken[g->part[p].side] +=
                taken * s->side[g->part[p].side].weight / (double)g->weight;
    }
    k->stale = false;
    k->renewed_us = k->now_us;
}

double floor_calls_per_s(struct floor_calls *k, const struct floor_share *s,
                         uint16_t side)
{
    tm_assert(side < FLOOR_CAMPAIGNS_MAX);
    if (k->calleds == 0)
        return 0;
    if (k->stale || k->now_us - k->renewed_us >= RENEW_US)
        renew(k, s);
    return k->taken[side];
}

double floor_calls_own(const struct floor_calls *k, uint16_t side)
{
    tm_assert(side < FLOOR_CAMPAIGNS_MAX);
    struct calls c = k->side[side];
    if (c.n > 0)
        fade(&c, k->now_us);
    return c.n > 0 ? rate(&c, k->now_us) : 0;
}

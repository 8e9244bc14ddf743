/*
 * The predictive policy on a bare floor: agents, lines and people drawn from
 * a scenario's distributions, without law, lists or carrier, to develop the
 * policy by. Prints talk minutes an agent-hour, abandoned calls of live
 * answers, and the time of a decision.
 *
 *     bench_pace AGENTS P_HUMAN short|long DAYS SEEDS [progressive]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/pace/predictive.h"
#include "sim/distribution.h"

enum { LINES_MAX = 60000, HEAP_MAX = 200000, AGENTS_MAX = 2000 };

static const int64_t S = 1000000;

enum kind { LINE_END, TALK_END, WRAP_END, WAIT_END, TICK };

struct event {
    int64_t at;
    uint64_t order;
    enum kind kind;
    int who;
    uint32_t life;
};

struct line {
    int64_t born;
    uint32_t life;
    bool used, human, waits;
};

struct agent {
    int state; /* 0 idle, 1 talk, 2 wrap */
    int64_t since;
};

struct floor {
    struct event heap[HEAP_MAX];
    int events;
    uint64_t order;
    struct line line[LINES_MAX];
    int spare[LINES_MAX], spares;
    int queue[LINES_MAX]; /* lines in order of birth */
    int head, tail;
    struct agent agent[AGENTS_MAX];
    int idle[AGENTS_MAX], idles; /* longest first */
    int waiting[LINES_MAX], waits;
    int agents;
    int64_t now;
    double p, machine, busy;
    struct distribution ring, mach, busy_t, talk, wrap;
    struct rng calls, talks;
    struct predictive policy;
    bool progressive;
    int lines;
    uint64_t live, lost, dials, window_live, window_lost;
    double talk_s;
    int64_t timeout, hold;
};

static bool before(const struct event *a, const struct event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void push(struct floor *f, int64_t at, enum kind kind, int who,
                 uint32_t life)
{
    tm_assert(f->events < HEAP_MAX);
    struct event e = {at, f->order++, kind, who, life};
    int i = f->events++;
    while (i > 0 && before(&e, &f->heap[(i - 1) / 2])) {
        f->heap[i] = f->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    f->heap[i] = e;
}

static struct event pop(struct floor *f)
{
    struct event top = f->heap[0], e = f->heap[--f->events];
    int i = 0;
    for (;;) {
        int c = 2 * i + 1;
        if (c >= f->events)
            break;
        if (c + 1 < f->events && before(&f->heap[c + 1], &f->heap[c]))
            c++;
        if (!before(&f->heap[c], &e))
            break;
        f->heap[i] = f->heap[c];
        i = c;
    }
    f->heap[i] = e;
    return top;
}

static int64_t draw(const struct distribution *d, struct rng *r)
{
    return (int64_t)(distribution_draw(d, r) * 1e6);
}

static void dial(struct floor *f)
{
    tm_assert(f->spares > 0);
    int id = f->spare[--f->spares];
    struct line *l = &f->line[id];
    *l = (struct line){.born = f->now, .life = l->life + 1, .used = true};
    double u = rng_unit(&f->calls);
    int64_t after = f->timeout;
    if (u < f->p) {
        after = draw(&f->ring, &f->calls);
        l->human = after < f->timeout;
    } else if (u < f->p + f->machine) {
        after = draw(&f->mach, &f->calls);
    } else if (u < f->p + f->machine + f->busy) {
        after = draw(&f->busy_t, &f->calls);
    }
    after = after < f->timeout ? after : f->timeout;
    push(f, f->now + after, LINE_END, id, l->life);
    f->queue[f->tail] = id;
    f->tail = (f->tail + 1) % LINES_MAX;
    f->lines++;
    f->dials++;
    predictive_dialled(&f->policy, f->now);
}

static void drop_line(struct floor *f, int id, enum lasting_end how)
{
    struct line *l = &f->line[id];
    predictive_line_ended(&f->policy, f->now, l->born, how);
    l->used = false;
    l->life++;
    f->lines--;
    f->spare[f->spares++] = id;
}

static void settle(struct floor *f, bool lost)
{
    f->live++;
    f->window_live++;
    f->lost += lost;
    f->window_lost += lost;
    predictive_settled(&f->policy, lost);
}

static void take(struct floor *f)
{
    int a = f->idle[0];
    memmove(f->idle, f->idle + 1, (size_t)(--f->idles) * sizeof f->idle[0]);
    f->agent[a] = (struct agent){1, f->now};
    int64_t t = draw(&f->talk, &f->talks);
    f->talk_s += (double)t / 1e6;
    push(f, f->now + t, TALK_END, a, 0);
    predictive_talk(&f->policy, f->now);
    settle(f, false);
}

static void answered(struct floor *f, int id)
{
    drop_line(f, id, LASTING_GOAL);
    if (f->idles > 0) {
        take(f);
        return;
    }
    f->waiting[f->waits++] = (int)f->order;
    push(f, f->now + f->hold, WAIT_END, (int)f->order, 0);
}

static void freed(struct floor *f, int a)
{
    f->agent[a] = (struct agent){0, f->now};
    f->idle[f->idles++] = a;
    if (f->waits > 0) {
        memmove(f->waiting, f->waiting + 1,
                (size_t)(--f->waits) * sizeof f->waiting[0]);
        take(f);
    }
}

static double decide_s;
static uint64_t decisions;

static void decide(struct floor *f, int64_t window_end)
{
    struct predictive_now in = {
        .now_us = f->now,
        .idle = (unsigned)f->idles,
        .waiting = (unsigned)f->waits,
        .agents = (unsigned)f->agents,
        .live = f->window_live,
        .lost = f->window_lost,
        .window_end_us = window_end,
    };
    struct predictive_order out = {0};
    if (f->progressive) {
        int n = f->idles - f->lines - f->waits;
        out.dial = n > 0 ? (unsigned)n : 0;
    } else {
        struct timespec a, b;
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
        predictive_decide(&f->policy, &in, &out);
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
        decide_s += (double)(b.tv_sec - a.tv_sec) +
                    (double)(b.tv_nsec - a.tv_nsec) / 1e9;
        decisions++;
    }
    for (unsigned i = 0; i < out.withdraw; i++) {
        while (f->head != f->tail && !f->line[f->queue[f->head]].used)
            f->head = (f->head + 1) % LINES_MAX;
        int id = f->queue[f->head];
        if (f->head == f->tail || f->now - f->line[id].born < 15 * S)
            break;
        drop_line(f, id, LASTING_BROKEN_OFF);
    }
    for (unsigned i = 0; i < out.dial; i++)
        dial(f);
}

static void step(struct floor *f, const struct event *e, int64_t window_end,
                 int64_t stop)
{
    switch (e->kind) {
    case LINE_END:
        if (!f->line[e->who].used || f->line[e->who].life != e->life)
            return;
        if (f->line[e->who].human)
            answered(f, e->who);
        else
            drop_line(f, e->who, LASTING_OTHER);
        return;
    case WAIT_END:
        for (int i = 0; i < f->waits; i++) {
            if (f->waiting[i] == e->who) {
                memmove(f->waiting + i, f->waiting + i + 1,
                        (size_t)(f->waits - i - 1) * sizeof f->waiting[0]);
                f->waits--;
                settle(f, true);
                return;
            }
        }
        return;
    case TALK_END: {
        int64_t t = draw(&f->wrap, &f->talks);
        predictive_talk_ended(&f->policy, f->now, f->agent[e->who].since,
                              LASTING_GOAL);
        f->agent[e->who] = (struct agent){2, f->now};
        predictive_wrap(&f->policy, f->now);
        push(f, f->now + t, WRAP_END, e->who, 0);
        return;
    }
    case WRAP_END:
        predictive_wrap_ended(&f->policy, f->now, f->agent[e->who].since,
                              LASTING_GOAL);
        freed(f, e->who);
        return;
    case TICK:
        if (f->now < stop) {
            decide(f, window_end);
            push(f, f->now + PREDICTIVE_TICK_US, TICK, 0, 0);
        }
        return;
    }
}

static void run_day(struct floor *f, int64_t begin, int64_t window_end)
{
    int64_t end = begin + 8 * 3600 * S;
    f->now = begin;
    f->idles = f->waits = 0;
    for (int a = 0; a < f->agents; a++) {
        f->agent[a] = (struct agent){0, begin};
        f->idle[f->idles++] = a;
    }
    push(f, begin, TICK, 0, 0);
    while (f->events > 0) {
        struct event e = pop(f);
        f->now = e.at;
        step(f, &e, window_end, end - 45 * S);
    }
    tm_assert(f->lines == 0);
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        (void)fprintf(stderr, "see the head of bench_pace.c\n");
        return 0;
    }
    int agents = atoi(argv[1]), days = atoi(argv[4]), seeds = atoi(argv[5]);
    double p = atof(argv[2]);
    bool longs = strcmp(argv[3], "long") == 0;
    static struct floor f;
    double talk = 0, lost = 0;
    int over = 0;
    for (int seed = 1; seed <= seeds; seed++) {
        memset(&f, 0, sizeof f);
        f.agents = agents;
        f.p = p;
        f.machine = 0.5275 * (1 - p);
        f.busy = 0.10;
        f.ring = distribution_of("tri 6 9.5 18");
        f.mach = distribution_of("uniform 16 24");
        f.busy_t = distribution_of("uniform 2 5");
        f.talk = distribution_of(longs ? "gamma 180 0.8 4 1800"
                                       : "lognormal 45 0.9 4 1200");
        f.wrap = distribution_of(longs ? "gamma 30 0.6 4 300"
                                       : "gamma 15 0.6 4 300");
        f.timeout = 26 * S;
        f.hold = 2 * S;
        f.progressive = argc > 6 && strcmp(argv[6], "progressive") == 0;
        rng_init(&f.calls, (uint64_t)seed, "calls");
        rng_init(&f.talks, (uint64_t)seed, "talks");
        for (int i = 0; i < LINES_MAX; i++)
            f.spare[f.spares++] = i;
        int64_t first = INT64_C(1795453200) * S;
        struct predictive_setup setup = {
            .limit = 0.03,
            .hold_us = f.hold,
            .ring_timeout_us = f.timeout,
            .withdraw_us = 15 * S,
        };
        predictive_init(&f.policy, &setup, first);
        int64_t window_end = first + (int64_t)(days - 1) * 86400 * S +
                             8 * 3600 * S;
        for (int d = 0; d < days; d++)
            run_day(&f, first + (int64_t)d * 86400 * S, window_end);
        double hours = agents * 8.0 * days;
        talk += f.talk_s / 60.0 / hours;
        double ab = 100.0 * (double)f.lost / (double)f.live;
        lost += ab;
        over += ab > 3.0;
    }
    printf("%d agents, p %.2f, %s, %d days: %.2f min/h, %.2f %% lost, %d of %d "
           "over, decision %.1f us\n",
           agents, p, argv[3], days, talk / seeds, lost / seeds, over, seeds,
           decisions ? decide_s / (double)decisions * 1e6 : 0.0);
    return 0;
}

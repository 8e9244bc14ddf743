/*
 * The time of one decision of pacing on a large floor: 1,000 agents and 5,000
 * lines in the air, agents and lines of all ages. Prints the mean, and the
 * slowest thousandth, in microseconds of the thread's own time.
 *
 *     bench_decide [AGENTS [LINES [DECISIONS]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/pace/policy.h"

enum { TALK_S = 45, WRAP_S = 15, RING_S = 26 };

static const int64_t S = 1000000;

/* What is going on, with the marks that ends bring back. */
struct things {
    int64_t *mark, *end_us;
    size_t n;
};

struct floor {
    struct predictive facts;
    struct things lines, talks, wraps;
    size_t agents, air;
    int64_t now_us;
    struct rng random;
    uint64_t live;
};

static struct things things_new(size_t n)
{
    return (struct things){mem_alloc(n * sizeof(int64_t)),
                           mem_alloc(n * sizeof(int64_t)), 0};
}

static void things_free(struct things *t)
{
    mem_free(t->mark);
    mem_free(t->end_us);
}

static void put(struct things *t, int64_t mark, int64_t end_us)
{
    t->mark[t->n] = mark;
    t->end_us[t->n++] = end_us;
}

static int64_t drop(struct things *t, size_t i)
{
    int64_t mark = t->mark[i];
    t->mark[i] = t->mark[--t->n];
    t->end_us[i] = t->end_us[t->n];
    return mark;
}

static int64_t soon(struct floor *f, double mean_s)
{
    return f->now_us + (int64_t)(2e6 * mean_s * rng_unit(&f->random));
}

static void end_agents(struct floor *f)
{
    for (size_t i = f->talks.n; i-- > 0;)
        if (f->talks.end_us[i] <= f->now_us) {
            predictive_talk_ended(&f->facts, f->now_us, drop(&f->talks, i),
                                  LASTING_GOAL);
            put(&f->wraps, predictive_wrap(&f->facts, f->now_us),
                soon(f, WRAP_S));
        }
    for (size_t i = f->wraps.n; i-- > 0;)
        if (f->wraps.end_us[i] <= f->now_us)
            predictive_wrap_ended(&f->facts, f->now_us, drop(&f->wraps, i),
                                  LASTING_GOAL);
}

/* A fifth of the lines is answered, as long as agents are idle. */
static void end_lines(struct floor *f)
{
    for (size_t i = f->lines.n; i-- > 0;) {
        bool live =
            f->talks.n + f->wraps.n < f->agents && rng_unit(&f->random) < 0.2;
        if (f->lines.end_us[i] > f->now_us)
            continue;
        predictive_line_ended(&f->facts, f->now_us, drop(&f->lines, i),
                              live ? LASTING_GOAL : LASTING_OTHER);
        if (!live)
            continue;
        put(&f->talks, predictive_talk(&f->facts, f->now_us), soon(f, TALK_S));
        predictive_settled(&f->facts, rng_unit(&f->random) < 0.03);
        f->live++;
    }
}

/* Lets a tick pass and fills the air again. */
static void tick(struct floor *f)
{
    f->now_us += PREDICTIVE_TICK_US;
    end_agents(f);
    end_lines(f);
    while (f->lines.n < f->air)
        put(&f->lines, predictive_dialled(&f->facts, f->now_us),
            soon(f, RING_S / 2.0));
}

static double decide_us(struct floor *f)
{
    struct predictive_now now = {
        .now_us = f->now_us,
        .idle = (unsigned)(f->agents - f->talks.n - f->wraps.n),
        .agents = (unsigned)f->agents,
        .window = {f->live, f->live * 29 / 1000, 100 * 3600 * S},
    };
    struct predictive_order order;
    struct timespec a, b;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
    predictive_decide(&f->facts, &now, &order);
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    return (double)(b.tv_sec - a.tv_sec) * 1e6 +
           (double)(b.tv_nsec - a.tv_nsec) / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t number(int argc, char **argv, int i, size_t otherwise)
{
    uint64_t n;
    if (argc <= i)
        return otherwise;
    if (!str_u64(str_of(argv[i]), &n) || n < 1 || n > 1000000) {
        (void)fprintf(stderr, "bench_decide: %s is no number\n", argv[i]);
        exit(2);
    }
    return (size_t)n;
}

int main(int argc, char **argv)
{
    static struct floor f;
    struct predictive_setup setup = {
        .limit = 0.03, .hold_us = 2 * S, .withdraw_us = 15 * S};
    size_t n = number(argc, argv, 3, 4000), warm = 400;
    double *took = mem_alloc(n * sizeof(*took)), sum = 0;
    f.agents = number(argc, argv, 1, 1000);
    f.air = number(argc, argv, 2, 5000);
    f.now_us = INT64_C(1795453200) * S;
    rng_init(&f.random, 1, "decide");
    f.lines = things_new(f.air);
    f.talks = things_new(f.agents);
    f.wraps = things_new(f.agents);
    predictive_init(&f.facts, &setup, f.now_us);
    for (size_t i = 0; i < n + warm; i++) {
        tick(&f);
        double us = decide_us(&f);
        if (i >= warm)
            took[i - warm] = us;
    }
    for (size_t i = 0; i < n; i++)
        sum += took[i];
    qsort(took, n, sizeof(*took), compare);
    (void)printf("a decision with %zu agents (%zu busy) and %zu lines in the "
                 "air: %.1f us in the mean, 99.9 %% within %.1f us, %zu "
                 "decisions\n",
                 f.agents, f.talks.n + f.wraps.n, f.lines.n, sum / (double)n,
                 took[n - 1 - n / 1000], n);
    mem_free(took);
    things_free(&f.lines);
    things_free(&f.talks);
    things_free(&f.wraps);
    return 0;
}

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/rng.h"
#include "core/pace/answer_level.h"

enum { LONGEST = ANSWER_LEVEL_MEMORIES - 1, LONGEST_WEIGHT = 8 };

static unsigned poisson(struct rng *r, double mean)
{
    double left = exp(-mean), product = rng_unit(r);
    unsigned n = 0;
    for (; product > left; n++)
        product *= rng_unit(r);
    return n;
}

/* One tick of a list whose level is `truth`. */
static void tick(struct answer_level *l, struct rng *r, double expected,
                 double truth)
{
    for (unsigned n = poisson(r, expected * truth); n > 0; n--)
        answer_level_answered(l);
    answer_level_tick(l, expected);
}

static double of_longest(const struct answer_level *l)
{
    return (l->memory[LONGEST].seen + LONGEST_WEIGHT) /
           (l->memory[LONGEST].expected + LONGEST_WEIGHT);
}

/* Squared errors of all memories together and of the longest by itself, and
 * how often the truth was within two of the deviations that were told. */
struct errors {
    double all, longest, within, n;
};

/* Runs of about `run` answers share a level of so much spread. */
static struct errors watch(uint64_t seed, double run, double spread)
{
    struct answer_level l;
    struct errors e = {0};
    struct rng r;
    double truth = 1.0, left = 0.0;
    rng_init(&r, seed, "answer level");
    answer_level_init(&l);
    for (int i = 0; i < 60000; i++) {
        if (left <= 0.0) {
            truth = exp(spread * (2.0 * rng_unit(&r) - 1.0));
            left = run;
        }
        tick(&l, &r, 0.1, truth);
        left -= 0.1;
        if (i < 10000)
            continue;
        struct answer_level_estimate now = answer_level_now(&l);
        double off = now.ratio - truth, far = of_longest(&l) - truth;
        e.all += off * off;
        e.longest += far * far;
        e.within += off * off <= 4.0 * now.variance * now.ratio * now.ratio;
        e.n += 1.0;
    }
    return e;
}

/* Of a list that stays the same nearly as much is known as the longest memory
 * knows; one in runs is followed far better. */
static void test_steady_and_runs(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct errors steady = watch(seed, 1e9, 0.5);
        struct errors runs = watch(seed, 25.0, 1.0);
        print_message("seed %llu: steady %.4f (%.4f, %.0f %% within), runs "
                      "%.3f (%.3f, %.0f %%)\n",
                      (unsigned long long)seed, steady.all / steady.n,
                      steady.longest / steady.n,
                      100.0 * steady.within / steady.n, runs.all / runs.n,
                      runs.longest / runs.n, 100.0 * runs.within / runs.n);
        assert_true(steady.all < 1.5 * steady.longest);
        assert_true(steady.all / steady.n < 0.02);
        assert_true(steady.within > 0.85 * steady.n);
        assert_true(runs.all < 0.75 * runs.longest);
        assert_true(runs.within > 0.8 * runs.n);
    }
}

static void feed(struct answer_level *l, double answers, double expected)
{
    for (double i = 0.0; i < answers; i += 1.0)
        answer_level_answered(l);
    answer_level_tick(l, expected);
}

/* Three times the answers are followed at once, and so is silence, however
 * firmly the long memory was believed until then. */
static void test_jump(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct answer_level l;
        struct rng r;
        rng_init(&r, seed, "jump");
        answer_level_init(&l);
        for (int i = 0; i < 30000; i++)
            tick(&l, &r, 0.1, 1.0);
        assert_true(l.memory[0].score < -0.5);
        assert_true(fabs(answer_level_now(&l).ratio - 1.0) < 0.35);
        for (int i = 0; i < 25; i++)
            feed(&l, 3.0, 1.0);
        assert_true(answer_level_now(&l).ratio > 1.7);
        for (int i = 0; i < 20; i++)
            feed(&l, 0.0, 1.0);
        assert_true(answer_level_now(&l).ratio < 0.75);
    }
}

/* After a night the level is doubted until it was seen. */
static void test_doubt(void **state)
{
    (void)state;
    struct answer_level l;
    answer_level_init(&l);
    double usual = answer_level_now(&l).variance;
    assert_true(usual > 0.1 && usual < 0.2);
    for (int i = 0; i < 200; i++)
        feed(&l, 1.0, 1.0);
    answer_level_forget(&l, false);
    assert_true(fabs(answer_level_now(&l).ratio - 1.0) < 1e-9);
    assert_true(answer_level_now(&l).variance < 0.2);
    answer_level_forget(&l, true);
    assert_true(fabs(answer_level_now(&l).variance - 1.0) < 1e-6);
    feed(&l, 4.0, 2.0);
    assert_true(answer_level_now(&l).ratio > 1.4);
    answer_level_forget(&l, false); /* is not seen, so still doubted */
    assert_true(fabs(answer_level_now(&l).variance - 1.0) < 1e-6);
    for (int i = 0; i < 130; i++)
        feed(&l, 1.0, 1.0);
    assert_false(l.doubted);
}

/* Whatever comes, the estimate is a number and its variance not negative; and
 * time in which nothing was expected changes nothing. */
static void test_any(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct answer_level l;
        struct rng r;
        rng_init(&r, seed, "any");
        answer_level_init(&l);
        for (int i = 0; i < 2000; i++) {
            double expected = rng_below(&r, 3) == 0 ? 0.0 : 40.0 * rng_unit(&r);
            if (rng_below(&r, 100) == 0)
                answer_level_forget(&l, rng_below(&r, 2) == 0);
            feed(&l, (double)rng_below(&r, 60), expected);
            struct answer_level_estimate e = answer_level_now(&l);
            if (!(e.ratio > 0.0 && e.ratio < 1e4 && e.variance > -1e-9 &&
                  e.variance < 100.0))
                fail_msg("seed %llu: ratio %f, variance %f",
                         (unsigned long long)seed, e.ratio, e.variance);
        }
        struct answer_level_estimate before = answer_level_now(&l);
        for (int i = 0; i < 1000; i++)
            feed(&l, 0.0, 0.0);
        assert_true(fabs(answer_level_now(&l).ratio - before.ratio) < 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steady_and_runs),
        cmocka_unit_test(test_jump),
        cmocka_unit_test(test_doubt),
        cmocka_unit_test(test_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

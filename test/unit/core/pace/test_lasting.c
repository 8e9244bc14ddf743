#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/rng.h"
#include "core/pace/ages.h"
#include "core/pace/lasting.h"

static const int64_t S = 1000000;

static void near(double got, double want, double within, const char *what)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%s: %.6f, not %.6f", what, got, want);
}

static void test_prior(void **state)
{
    (void)state;
    struct lasting l;
    lasting_init(&l, S / 2, 160, 20.0);
    lasting_expect(&l, 4 * S, 20 * S, 0.30);
    near(lasting_goal_by(&l, 4 * S), 0.0, 1e-12, "before the first");
    near(lasting_goal_by(&l, 20 * S), 0.30, 1e-9, "after the last");
    near(lasting_goal_by(&l, 500 * S), 0.30, 1e-9, "beyond the bins");
    near(lasting_still_at(&l, 20 * S), 0.70, 1e-9, "still rings");
    near(lasting_goal_by(&l, -S), 0.0, 0.0, "a negative age");
}

/* Uniform answers of a fifth, all else over at 26 s: the tables find it. */
static void ring_day(struct lasting *l, struct rng *r, int64_t broken_off_us)
{
    for (int i = 0; i < 50000; i++) {
        bool human = rng_unit(r) < 0.2;
        int64_t us = human ? 6 * S + (int64_t)(rng_unit(r) * 1e7) : 26 * S;
        if (us > broken_off_us && rng_unit(r) < 0.5)
            lasting_ended(l, broken_off_us, LASTING_BROKEN_OFF);
        else
            lasting_ended(l, us, human ? LASTING_GOAL : LASTING_OTHER);
    }
    lasting_learn(l, NULL);
}

static void test_learns(void **state)
{
    (void)state;
    struct lasting l;
    struct rng r;
    rng_init(&r, 1, "lasting");
    lasting_init(&l, S / 2, 160, 20.0);
    lasting_expect(&l, 4 * S, 20 * S, 0.30);
    ring_day(&l, &r, 100 * S);
    near(lasting_goal_by(&l, 30 * S), 0.2, 0.01, "answered at all");
    near(lasting_goal_by(&l, 11 * S), 0.1, 0.01, "by half of the time");
    near(lasting_goal_within(&l, 11 * S, 5 * S), 0.1 / 0.9, 0.01,
         "of those that ring on");
    near((double)lasting_quantile_us(&l, 0.5) / 1e6, 11.0, 0.3, "median");
}

/* Half of the lines broken off at 11 s: no answer is missed by it. */
static void test_broken_off_is_no_failure(void **state)
{
    (void)state;
    struct lasting l;
    struct rng r;
    rng_init(&r, 2, "lasting");
    lasting_init(&l, S / 2, 160, 20.0);
    lasting_expect(&l, 4 * S, 20 * S, 0.30);
    ring_day(&l, &r, 11 * S);
    near(lasting_goal_by(&l, 30 * S), 0.2, 0.01, "answered at all");
}

/* Talks of exactly 100 s that are still going on count for what they have
 * reached: nobody was seen to end before. */
static void test_going_on_counts(void **state)
{
    (void)state;
    struct lasting l;
    lasting_init(&l, 2 * S, 600, 4.0);
    lasting_expect(&l, 0, 1200 * S, 1.0 - exp(-20.0));
    double before = lasting_goal_by(&l, 60 * S);
    uint32_t going[600] = {0};
    going[30] = 1000;
    lasting_learn(&l, going);
    assert_true(lasting_goal_by(&l, 60 * S) < 0.05);
    assert_true(before > 0.5);
}

static void test_fades(void **state)
{
    (void)state;
    struct lasting l;
    lasting_init(&l, S, 300, 4.0);
    lasting_expect(&l, 0, 300 * S, 1.0 - exp(-20.0));
    for (int i = 0; i < 1000; i++)
        lasting_ended(&l, 100 * S, LASTING_GOAL);
    lasting_fade(&l, 1e-3);
    for (int i = 0; i < 1000; i++)
        lasting_ended(&l, 10 * S, LASTING_GOAL);
    lasting_learn(&l, NULL);
    near(lasting_goal_by(&l, 12 * S), 1.0, 0.02, "the new ones rule");
}

/* Whatever is told: shares within 0..1, rising, never a NaN. */
static void test_tables_property(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct rng r;
        struct lasting l;
        rng_init(&r, seed, "tables");
        lasting_init(&l, 1 + (int64_t)rng_below(&r, 3000000),
                     1 + (unsigned)rng_below(&r, LASTING_BINS_MAX), 1.0);
        lasting_expect(&l, 0, 20 * S, 0.01 + 0.98 * rng_unit(&r));
        uint64_t n = rng_below(&r, 200);
        for (uint64_t i = 0; i < n; i++)
            lasting_ended(&l, (int64_t)rng_below(&r, 900000000) - 1000,
                          (enum lasting_end)rng_below(&r, LASTING_ENDS));
        lasting_learn(&l, NULL);
        double last = 0.0;
        for (int64_t us = 0; us < 100 * S; us += 700000) {
            double goal = lasting_goal_by(&l, us);
            double more = lasting_goal_within(&l, us, 5 * S);
            double still = lasting_still_at(&l, us);
            if (!(goal >= last - 1e-12 && goal + still <= 1.0 + 1e-9 &&
                  still >= 0.0 && more >= 0.0 && more <= 1.0))
                fail_msg("seed %llu at %lld us", (unsigned long long)seed,
                         (long long)us);
            last = goal;
        }
        assert_true(lasting_quantile_us(&l, 0.5) >= 0);
    }
}

/* Walking finds every age that is there, in order, and no other. */
static void check_walk(const struct ages *a, uint64_t seed)
{
    unsigned next = ages_next(a, 0);
    for (unsigned age = 0; age < a->bins; age++) {
        if (ages_of(a, age) == 0)
            continue;
        if (next != age)
            fail_msg("seed %llu: age %u comes, %u is there",
                     (unsigned long long)seed, next, age);
        next = ages_next(a, age + 1);
    }
    assert_int_equal(next, a->bins);
}

/* Counts by age against a plain list, with ends that had no beginning and
 * long pauses, before and after 1970. */
static void test_ages_property(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        enum { MANY = 400 };
        const unsigned bins = seed % 2 == 0 ? 64 : 100;
        struct rng r;
        struct ages a;
        int64_t born[MANY], now = -400 * S;
        unsigned n = 0;
        rng_init(&r, seed, "ages");
        ages_init(&a, S, bins, now);
        for (int i = 0; i < 2000; i++) {
            now += (int64_t)rng_below(&r, i % 500 == 0 ? 90000000 : 700000);
            ages_move(&a, now);
            if (n < MANY && rng_unit(&r) < 0.55) {
                ages_born(&a);
                born[n++] = now;
            } else if (n > 0) {
                unsigned k = (unsigned)rng_below(&r, n);
                assert_true(ages_gone(&a, born[k]));
                born[k] = born[--n];
            } else {
                assert_false(ages_gone(&a, now - 3 * S));
            }
            uint32_t sum = 0;
            for (unsigned age = 0; age < bins; age++)
                sum += ages_of(&a, age);
            check_walk(&a, seed);
            if (sum != n || a.all != n)
                fail_msg("seed %llu: %u and %u of %u", (unsigned long long)seed,
                         sum, a.all, n);
        }
        uint32_t want = 0; /* of the last ten seconds */
        for (unsigned i = 0; i < n; i++)
            want += a.now_bin - (int64_t)floor((double)born[i] / 1e6) < 10;
        uint32_t got = 0;
        for (unsigned age = 0; age < 10; age++)
            got += ages_of(&a, age);
        assert_int_equal(got, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prior),
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_broken_off_is_no_failure),
        cmocka_unit_test(test_going_on_counts),
        cmocka_unit_test(test_fades),
        cmocka_unit_test(test_tables_property),
        cmocka_unit_test(test_ages_property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

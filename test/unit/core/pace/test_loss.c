#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/rng.h"
#include "core/pace/loss.h"

static double binomial(unsigned n, double q, unsigned k)
{
    if (k > n)
        return 0.0;
    return exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) +
               k * log(q) + (n - k) * log(1.0 - q));
}

static double poisson(double mean, unsigned k)
{
    return exp(k * log(mean) - mean - lgamma(k + 1.0));
}

static void near(double got, double want, double within, const char *what)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%s: %.9f, not %.9f", what, got, want);
}

/* The chance that a binomial of answers is at least free + a binomial of
 * freed agents, term by term. */
static void test_binomials(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct rng r;
        rng_init(&r, seed, "loss");
        unsigned n = 1 + (unsigned)rng_below(&r, 30);
        unsigned m = 1 + (unsigned)rng_below(&r, 30);
        double q = 0.05 + 0.85 * rng_unit(&r), s = 0.05 + 0.85 * rng_unit(&r);
        long free = (long)rng_below(&r, 9) - 3;
        double want = 0.0;
        for (unsigned a = 0; a <= n; a++)
            for (unsigned b = 0; b <= m; b++)
                if ((long)a >= free + (long)b)
                    want += binomial(n, q, a) * binomial(m, s, b);
        struct loss_cdf freed;
        loss_cdf_init(&freed, (struct loss_count){m * s, m * s * (1.0 - s)});
        double got = loss_chance((struct loss_count){n * q, n * q * (1.0 - q)},
                                 free, &freed);
        if (!(fabs(got - want) < 1e-6))
            fail_msg("seed %llu: %.9f, not %.9f", (unsigned long long)seed, got,
                     want);
    }
}

static void test_poisson_alone(void **state)
{
    (void)state;
    struct loss_cdf none;
    loss_cdf_init(&none, (struct loss_count){0.0, 0.0});
    for (long free = 0; free < 12; free++) {
        double want = 1.0;
        for (unsigned k = 0; (long)k < free; k++)
            want -= poisson(3.7, k);
        near(loss_chance((struct loss_count){3.7, 3.7}, free, &none), want,
             1e-7, "Poisson of 3.7");
    }
}

/* Negative binomial: a geometric number, p = 1/3. */
static void test_geometric(void **state)
{
    (void)state;
    struct loss_cdf none;
    loss_cdf_init(&none, (struct loss_count){0.0, 0.0});
    for (long free = 0; free < 10; free++)
        near(loss_chance((struct loss_count){2.0, 6.0}, free, &none),
             pow(2.0 / 3.0, (double)free), 1e-6, "geometric");
}

/* Where the normal takes over the chance makes no leap. */
static void test_border_of_normal(void **state)
{
    (void)state;
    for (long free = -20; free <= 30; free += 5) {
        struct loss_cdf freed;
        loss_cdf_init(&freed, (struct loss_count){25.0, 20.0});
        double below =
            loss_chance((struct loss_count){29.99, 27.0}, free, &freed);
        double above =
            loss_chance((struct loss_count){30.01, 27.0}, free, &freed);
        near(above, below, 0.01, "at the border");
    }
}

static void test_certainties(void **state)
{
    (void)state;
    struct loss_cdf freed;
    struct loss_count nothing = {0.0, 0.0};
    loss_cdf_init(&freed, nothing);
    near(loss_chance(nothing, 1, &freed), 0.0, 0.0, "nobody answers");
    near(loss_chance(nothing, 0, &freed), 1.0, 0.0, "none is free");
    for (long free = -1000; free < 0; free++)
        near(loss_chance(nothing, free, &freed), 1.0, 0.0, "far too many");
    /* Twenty that are sure to come. */
    struct loss_count sure = {20.0, 0.0};
    near(loss_chance(sure, 15, &freed), 1.0, 1e-3, "sure answers");
    near(loss_chance(sure, 25, &freed), 0.0, 1e-3, "sure answers");
    loss_cdf_init(&freed, (struct loss_count){29.0, 0.0});
    near(loss_chance(sure, 0, &freed), 0.0, 1e-3, "sure agents");
    loss_cdf_init(&freed, (struct loss_count){1000.0, 0.0});
    near(loss_chance((struct loss_count){1100.0, 0.0}, 0, &freed), 1.0, 0.0,
         "large and sure");
}

/* More answers never make it safer, more agents never more dangerous. */
static void test_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct rng r;
        rng_init(&r, seed, "order");
        double n = 80.0 * rng_unit(&r), m = 80.0 * rng_unit(&r);
        double q = rng_unit(&r), s = rng_unit(&r);
        long free = (long)rng_below(&r, 20) - 5;
        struct loss_cdf freed;
        loss_cdf_init(&freed, (struct loss_count){m * s, m * s * (1.0 - s)});
        struct loss_count c = {n * q, n * q * (1.0 - q)};
        double here = loss_chance(c, free, &freed);
        assert_true(here >= 0.0 && here <= 1.0);
        if (loss_chance(c, free + 1, &freed) > here + 1e-9)
            fail_msg("seed %llu: one agent more", (unsigned long long)seed);
        struct loss_count more = {c.mean + q, c.variance + q * (1.0 - q)};
        double then = loss_chance(more, free, &freed);
        /* The families meet with small steps. */
        if (then < here - 2e-2)
            fail_msg("seed %llu: one line more, %.6f after %.6f",
                     (unsigned long long)seed, then, here);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binomials),
        cmocka_unit_test(test_poisson_alone),
        cmocka_unit_test(test_geometric),
        cmocka_unit_test(test_border_of_normal),
        cmocka_unit_test(test_certainties),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

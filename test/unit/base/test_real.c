#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "base/assert.h"
#include "base/real.h"
#include "base/rng.h"

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static void near(double got, double want, double relative, double of)
{
    if (!(fabs(got - want) <= relative * fabs(want) + 1e-300))
        fail_msg("of %.17g: %.17g, not %.17g", of, got, want);
}

/* Against the C library, over the whole range. */
static void test_log_exp_sqrt(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 1, "real");
    for (int i = 0; i < 200000; i++) {
        double e = (rng_unit(&r) - 0.5) * 1380.0;
        near(real_exp(e), exp(e), 4e-16 + fabs(e) * 2e-17, e);
        double x = exp(e);
        near(real_log(x), log(x), 1e-15, x);
        near(real_sqrt(x), sqrt(x), 4e-16, x);
        double close = 1.0 + (rng_unit(&r) - 0.5) * 1e-3;
        near(real_log(close), log(close), 1e-15, close);
    }
}

static void test_edges(void **state)
{
    (void)state;
    assert_true(bits_of(real_log(1.0)) == bits_of(0.0));
    assert_true(bits_of(real_exp(0.0)) == bits_of(1.0));
    assert_true(bits_of(real_sqrt(0.0)) == bits_of(0.0));
    static const double hard[] = {
        4.9e-324,
        2.2250738585072014e-308,
        1e-310,
        0.70710678118654757,
        1.4142135623730951,
        1.4142135623730954,
        1e299,
    };
    for (size_t i = 0; i < tm_array_len(hard); i++)
        near(real_log(hard[i]), log(hard[i]), 1e-15, hard[i]);
    near(real_exp(700.0), exp(700.0), 1e-14, 700.0);
    near(real_exp(-700.0), exp(-700.0), 1e-14, -700.0);
}

static void test_normal(void **state)
{
    (void)state;
    for (int i = -1300; i <= 1300; i++) {
        double x = i / 100.0, want = 0.5 * erfc(-x * sqrt(0.5));
        double got = real_normal_cdf(x);
        if (!(fabs(got - want) < 1e-7))
            fail_msg("below %.2f: %.9f, not %.9f", x, got, want);
    }
}

/* These may never change: decisions and simulations are repeated by them. */
static void test_frozen_bits(void **state)
{
    (void)state;
    uint64_t mix = 0;
    struct rng r;
    rng_init(&r, 2, "real");
    for (int i = 0; i < 10000; i++) {
        double u = rng_unit(&r) * 20.0 + 1e-9;
        mix = rng_mix(mix ^ bits_of(real_log(u)));
        mix = rng_mix(mix ^ bits_of(real_exp(u - 10.0)));
        mix = rng_mix(mix ^ bits_of(real_sqrt(u)));
        mix = rng_mix(mix ^ bits_of(real_normal_cdf(u - 10.0)));
    }
    if (mix != UINT64_C(8306880591096471750))
        fail_msg("the bits are now %llu", (unsigned long long)mix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_exp_sqrt),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_frozen_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

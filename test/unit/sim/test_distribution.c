#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/real.h"
#include "sim/distribution.h"

enum { DRAWS = 200000 };

static void test_functions_match_libm(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 5, "functions");
    for (int i = 0; i < 20000; i++) {
        double x = (rng_unit(&r) - 0.5) * 1300.0;
        double e = real_exp(x);
        assert_true(fabs(e / exp(x) - 1.0) < 1e-13);
        assert_true(fabs(real_log(e) - x) <= 1e-12 * (1 + fabs(x)));
        double y = rng_unit(&r) * 1e6 + 1e-9;
        assert_true(fabs(real_log(y) - log(y)) < 1e-14 * 40);
        assert_true(fabs(real_sqrt(y) / sqrt(y) - 1.0) < 1e-15);
    }
    assert_true(fabs(real_log(1e-310) - log(1e-310)) < 1e-9);
    assert_true(real_log(1.0) == 0.0);
    assert_true(real_exp(0.0) == 1.0);
    assert_true(real_sqrt(0.0) == 0.0);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct shape {
    const char *text;
    double mean, median, q90; /* < 0: not checked */
};

/* Exact moments and quantiles of the unclipped shapes (clips far away). */
static const struct shape SHAPES[] = {
    {"const 7.5", 7.5, 7.5, 7.5},
    {"exp 8", 8.0, 5.545177, 18.42068},
    {"lognormal 45 0.9 0 100000", 45.0, 33.44824, 89.76085},
    {"gamma 15 0.6 0 100000", 15.0, 13.24349, 27.06421},
    {"gamma 4 2 0 100000", 4.0, -1, -1},
    {"uniform 16 24", 20.0, 20.0, 23.2},
    {"tri 6 9.5 18", 11.166667, 10.858571, 14.806255},
};

static void test_means_and_quantiles(void **state)
{
    (void)state;
    static double v[DRAWS];
    for (size_t s = 0; s < tm_array_len(SHAPES); s++) {
        struct distribution d = distribution_of(SHAPES[s].text);
        struct rng r;
        rng_init(&r, 11, SHAPES[s].text);
        double sum = 0, squares = 0;
        for (int i = 0; i < DRAWS; i++) {
            v[i] = distribution_draw(&d, &r);
            sum += v[i];
            squares += v[i] * v[i];
        }
        double mean = sum / DRAWS;
        double error = sqrt((squares / DRAWS - mean * mean) / DRAWS + 1e-12);
        print_message("%s: mean %.4f, stream 11\n", SHAPES[s].text, mean);
        assert_true(fabs(mean - SHAPES[s].mean) < 4.5 * error + 1e-9);
        qsort(v, DRAWS, sizeof v[0], by_value);
        print_message("median %.4f q90 %.4f\n", v[DRAWS / 2],
                      v[DRAWS * 9 / 10]);
        if (SHAPES[s].median < 0)
            continue;
        assert_true(fabs(v[DRAWS / 2] / SHAPES[s].median - 1.0) < 0.015);
        assert_true(fabs(v[DRAWS * 9 / 10] / SHAPES[s].q90 - 1.0) < 0.015);
    }
}

static void test_clips(void **state)
{
    (void)state;
    struct distribution d = distribution_of("lognormal 45 0.9 4 60");
    struct rng r;
    rng_init(&r, 3, "clips");
    int low = 0, high = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = distribution_draw(&d, &r);
        assert_true(x >= 4.0 && x <= 60.0);
        low += !(x > 4.0);
        high += !(x < 60.0);
    }
    assert_true(high > DRAWS / 10 && low < DRAWS / 100);
    struct distribution t = distribution_of("tri 5 5 5");
    assert_true(distribution_draw(&t, &r) == 5.0);
    assert_int_equal(distribution_draw_ms(&t, &r), 5000);
}

/* The values themselves are part of the promise "same on both compilers":
 * bits written down once, with gcc, must come out everywhere. */
static void test_bits_are_fixed(void **state)
{
    (void)state;
    uint64_t hash = 0;
    for (size_t s = 0; s < tm_array_len(SHAPES); s++) {
        struct distribution d = distribution_of(SHAPES[s].text);
        struct rng r;
        rng_init(&r, 2026, "bits");
        for (int i = 0; i < 2000; i++) {
            double x = distribution_draw(&d, &r);
            uint64_t bits;
            memcpy(&bits, &x, sizeof bits);
            hash = rng_mix(hash ^ bits);
        }
    }
    print_message("hash %016llx\n", (unsigned long long)hash);
    assert_true(hash == 0x21c0e15fcd1846c7ULL);
}

static void test_refuses(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",          "normal 3 4",        "const",         "const x",
        "const -1",  "const 1 2",         "uniform 5 2",   "tri 1 9 3",
        "exp nan",   "lognormal 0 1 0 9", "gamma 5 0 0 9", "uniform 1 2e9",
        "const inf", "lognormal 4 1 9 2",
    };
    for (size_t i = 0; i < tm_array_len(BAD); i++) {
        struct distribution d = {.kind = DISTRIBUTION_TRI, .lo = 42.0};
        struct err e = {0};
        if (distribution_parse(str_of(BAD[i]), &d, &e) != TM_EINVAL)
            fail_msg("took \"%s\"", BAD[i]);
        assert_true(strlen(e.text) > 20);
        assert_true(d.lo == 42.0); /* untouched */
    }
    struct distribution d;
    assert_int_equal(
        distribution_parse(str_of("  tri   6 \t9.5  18 "), &d, NULL), 0);
    assert_true(d.hi == 18.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_match_libm),
        cmocka_unit_test(test_means_and_quantiles),
        cmocka_unit_test(test_clips),
        cmocka_unit_test(test_bits_are_fixed),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* From findings to sums: each rule of counting on both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/rng.h"
#include "report/exposure_sum.h"
#include "report/exposure_text.h"

static struct arena arena;

#define SECTION(id, more)                                                      \
    "[penalty " id "]\nregime = r\ntext = t\ncitation = c\ncertainty = S1+\n"  \
    "place = US\ncurrency = USD\n" more

static const struct penalty_book *book_of(const char *text)
{
    const struct penalty_book *b = NULL;
    struct err e = {0};
    if (penalty_load(&arena, "t", str_of(text), &b, &e) != TM_OK)
        fail_msg("%s", e.text);
    return b;
}

static int64_t instant(const char *text)
{
    int64_t us = 0;
    assert_true(civil_parse_instant(str_of(text), &us));
    return us;
}

static struct exposure_finding finding(int64_t attempt)
{
    struct exposure_finding f = {.kind = EXPOSURE_COMPLAINT,
                                 .breach = COMPLAINT_BREACH_OPT_OUT,
                                 .channel = CHANNEL_VOICE_LIVE,
                                 .at_us = instant("2026-11-20T12:00Z"),
                                 .e164 = 12125550123,
                                 .attempt = {attempt},
                                 .sure = true,
                                 .calls = 3};
    assert_true(vocab_place_parse(str_of("US-NY"), &f.place));
    return f;
}

static struct exposure sum(const char *book, struct exposure_finding *f,
                           size_t n)
{
    struct exposure x = {
        .finding = f, .findings = n, .now_us = instant("2026-11-21T12:00Z")};
    exposure_sum(book_of(book), &arena, &x);
    return x;
}

static void test_once_a_call(void **state)
{
    const char *book = SECTION("A", "low = 500\nhigh = 1500\n"
                                    "breaches = opt_out call\n");
    struct exposure_finding f[4] = {finding(7), finding(7), finding(8),
                                    finding(0)};
    (void)state;
    f[1].breach = COMPLAINT_BREACH_CALL;
    f[3].complaint = 7;
    struct exposure x = sum(book, f, 4);
    assert_int_equal(x.rows, 1);
    assert_int_equal(x.row[0].low_n, 3);
    assert_int_equal(x.row[0].high_n, 3);
    assert_int_equal(x.row[0].low, 1500);
    assert_int_equal(x.row[0].high, 4500);
    assert_int_equal(x.totals, 1);
    assert_int_equal(x.total[0].high, 4500);
    assert_int_equal(x.gaps, 0);
    /* Unsure first, sure later: the same call counts low once. */
    f[0].sure = false;
    x = sum(book, f, 2);
    assert_int_equal(x.row[0].low_n, 1);
    assert_int_equal(x.row[0].high_n, 1);
    f[1].sure = false;
    x = sum(book, f, 2);
    assert_int_equal(x.row[0].low_n, 0);
    assert_int_equal(x.row[0].low, 0);
    assert_int_equal(x.row[0].high, 1500);
}

/* What nobody settled costs nothing for certain. */
static void test_low_is_settled(void **state)
{
    const char *book = SECTION("A", "low = 500\nhigh = 1500\n"
                                    "breaches = opt_out call\n");
    struct exposure_finding f = finding(7);
    (void)state;
    for (int k = 0; k < EXPOSURE_KIND_COUNT; k++) {
        f.kind = (enum exposure_kind)k;
        struct exposure x = sum(book, &f, 1);
        assert_int_equal(x.row[0].low, k == EXPOSURE_COMPLAINT ? 500 : 0);
        assert_int_equal(x.row[0].high, 1500);
    }
}

static void test_one_sum_for_all(void **state)
{
    struct exposure_finding f[2] = {finding(7), finding(8)};
    (void)state;
    struct exposure x = sum(SECTION("A", "low = 10\nhigh = 20\nper = case\n"
                                         "breaches = opt_out\n"),
                            f, 2);
    assert_int_equal(x.row[0].high_n, 2);
    assert_int_equal(x.row[0].low, 10);
    assert_int_equal(x.row[0].high, 20);
}

static void test_repeat_and_years(void **state)
{
    const char *book =
        SECTION("A", "low = 500\nhigh = 1500\nbreaches = opt_out\n"
                     "repeat = 2 calls in 12 months\nyears = 4\n");
    struct exposure_finding f = finding(7);
    (void)state;
    f.calls = 2;
    assert_int_equal(sum(book, &f, 1).row[0].low, 500);
    f.calls = 1;
    struct exposure x = sum(book, &f, 1);
    assert_int_equal(x.row[0].high, 0);
    assert_int_equal(x.row[0].single, 1);
    f.calls = -1;
    x = sum(book, &f, 1);
    assert_int_equal(x.row[0].low, 0);
    assert_int_equal(x.row[0].high, 1500);
    f.calls = 2;
    f.at_us = instant("2022-11-21T12:00Z");
    assert_int_equal(sum(book, &f, 1).row[0].high, 1500);
    f.at_us = instant("2022-11-20T23:59:59Z");
    x = sum(book, &f, 1);
    assert_int_equal(x.row[0].high, 0);
    assert_int_equal(x.row[0].late, 1);
}

static void test_unknown_is_said(void **state)
{
    struct exposure_finding f[2] = {finding(7), finding(8)};
    struct buf b;
    (void)state;
    assert_true(vocab_place_parse(str_of("CH"), &f[1].place));
    struct exposure x =
        sum("[penalty B]\nregime = r\ntext = t\ncitation = c\n"
            "certainty = K-\nplace = US\nunknown = yes\nbreaches = opt_out\n",
            f, 2);
    assert_int_equal(x.rows, 1);
    assert_int_equal(x.totals, 0);
    assert_int_equal(x.gaps, 2);
    buf_init(&b, 1 << 20);
    exposure_text(&x, &b);
    assert_non_null(strstr(b.p, "unknown: the sum"));
    assert_non_null(strstr(b.p, "CH: 1 findings, no sum is known"));
    assert_non_null(strstr(b.p, "not legal advice"));
    buf_fini(&b);
}

static void test_dates_and_proposals(void **state)
{
    const char *book = SECTION("A", "low = 1\nhigh = 1\nbreaches = opt_out\n"
                                    "to = 2026-11-19\n")
        SECTION("A", "low = 2\nhigh = 2\nbreaches = opt_out\n"
                     "from = 2026-11-20\n")
            SECTION("P", "low = 9\nhigh = 9\nbreaches = opt_out\n"
                         "proposed = yes\n");
    struct exposure_finding f = finding(7);
    (void)state;
    struct exposure x = sum(book, &f, 1);
    assert_int_equal(x.rows, 2);
    assert_int_equal(x.row[0].high, 2);
    assert_int_equal(x.row[1].high, 9);
    assert_int_equal(x.total[0].high, 2);
    f.at_us = instant("2026-11-19T23:59:59Z");
    assert_int_equal(sum(book, &f, 1).row[0].high, 1);
}

/* Whatever the findings: low is never above high, no more findings never cost
 * less, and sums do not overflow. */
static void test_random(void **state)
{
    const uint64_t seed = 20261122;
    const char *book =
        SECTION("A", "low = 1\nhigh = 1000000000000\nbreaches = opt_out call\n"
                     "repeat = 2 calls in 12 months\nyears = 4\n")
            SECTION("C", "low = 5\nhigh = 6\nbreaches = call\nper = case\n");
    struct exposure_finding f[64];
    struct rng r;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "exposure");
    const struct penalty_book *b = book_of(book);
    for (int round = 0; round < 100; round++) {
        int64_t before = 0;
        for (size_t i = 0; i < tm_array_len(f); i++) {
            f[i] = finding((int64_t)rng_below(&r, 20));
            f[i].complaint = (int64_t)rng_below(&r, 5);
            f[i].sure = rng_below(&r, 2) == 0;
            f[i].calls = (int)rng_below(&r, 4) - 1;
            if (rng_below(&r, 2) == 0)
                f[i].breach = COMPLAINT_BREACH_CALL;
            struct exposure x = {.finding = f,
                                 .findings = i + 1,
                                 .now_us = instant("2026-11-21T12:00Z")};
            exposure_sum(b, &arena, &x);
            int64_t high = 0;
            for (size_t k = 0; k < x.rows; k++) {
                assert_true(x.row[k].low >= 0);
                assert_true(x.row[k].low <= x.row[k].high);
                high += x.row[k].high;
            }
            assert_true(high >= before);
            before = high;
        }
    }
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once_a_call),
        cmocka_unit_test(test_low_is_settled),
        cmocka_unit_test(test_one_sum_for_all),
        cmocka_unit_test(test_repeat_and_years),
        cmocka_unit_test(test_unknown_is_said),
        cmocka_unit_test(test_dates_and_proposals),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests_name("exposure", tests, setup, teardown);
}

/* So many a second: against a count by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tel/rate.h"

static void test_no_second_has_more_than_twice(void **state)
{
    (void)state;
    struct rate r;
    rate_init(&r, 50, 1000);
    int64_t now_us = 1000, taken = 0, at_once = 0;
    while (rate_take(&r, now_us)) {
        ++at_once;
    }
    assert_int_equal(at_once, 50);
    /* A steady crowd, in steps that make no whole token each. */
    for (; now_us < 10001000; now_us += 7) {
        taken += rate_take(&r, now_us) ? 1 : 0;
    }
    assert_in_range(taken, 480, 500);
}

static void test_time_refills(void **state)
{
    (void)state;
    struct rate r;
    rate_init(&r, 2, 0);
    assert_true(rate_take(&r, 0));
    assert_true(rate_take(&r, 0));
    assert_false(rate_take(&r, 0));
    assert_false(rate_take(&r, 499000));
    assert_true(rate_take(&r, 500000));
    assert_false(rate_take(&r, 400000)); /* a clock that went back */
    /* However long nothing came: one second's worth. */
    assert_true(rate_take(&r, INT64_C(1) << 60));
    assert_true(rate_take(&r, INT64_C(1) << 60));
    assert_false(rate_take(&r, INT64_C(1) << 60));
}

static void test_zero_is_no_limit(void **state)
{
    (void)state;
    struct rate r;
    rate_init(&r, 0, 0);
    for (int i = 0; i < 10000; ++i) {
        assert_true(rate_take(&r, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_second_has_more_than_twice),
        cmocka_unit_test(test_time_refills),
        cmocka_unit_test(test_zero_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/dnc/suppression.h"

#define NUMBER UINT64_C(12125550101)

static const struct seller_id everyone = {0}, one = {1}, two = {2};

static void test_sellers(void **state)
{
    (void)state;
    struct suppression s;
    int64_t at_us = -1;
    suppression_init(&s);
    assert_false(suppression_has(&s, one, NUMBER, &at_us));
    suppression_add(&s, one, NUMBER, 50);
    assert_true(suppression_has(&s, one, NUMBER, &at_us));
    assert_int_equal(at_us, 50);
    assert_true(suppression_has(&s, one, NUMBER, NULL));
    assert_false(suppression_has(&s, two, NUMBER, NULL));
    assert_false(suppression_has(&s, one, NUMBER + 1, NULL));
    suppression_add(&s, everyone, NUMBER, 20);
    assert_true(suppression_has(&s, two, NUMBER, &at_us));
    assert_int_equal(at_us, 20);
    assert_true(suppression_has(&s, one, NUMBER, &at_us));
    assert_int_equal(at_us, 20);
    suppression_fini(&s);
}

static void test_earliest_stays(void **state)
{
    (void)state;
    struct suppression s;
    int64_t at_us;
    suppression_init(&s);
    suppression_add(&s, one, NUMBER, 50);
    suppression_add(&s, one, NUMBER, 90);
    assert_true(suppression_has(&s, one, NUMBER, &at_us));
    assert_int_equal(at_us, 50);
    suppression_add(&s, one, NUMBER, 10);
    assert_true(suppression_has(&s, one, NUMBER, &at_us));
    assert_int_equal(at_us, 10);
    suppression_fini(&s);
}

/* Every request is found, and nothing else. */
static void test_many(void **state)
{
    (void)state;
    struct suppression s;
    struct rng r;
    static unsigned char asked[4][1000];
    suppression_init(&s);
    rng_init(&r, 7, "suppression");
    for (int i = 0; i < 1500; i++) {
        uint64_t seller = rng_below(&r, 4), n = rng_below(&r, 1000);
        asked[seller][n] = 1;
        suppression_add(&s, (struct seller_id){(int64_t)seller}, NUMBER + n, i);
    }
    for (int64_t seller = 0; seller < 4; seller++)
        for (uint64_t n = 0; n < 1000; n++)
            assert_int_equal(suppression_has(&s, (struct seller_id){seller},
                                             NUMBER + n, NULL),
                             asked[seller][n] || asked[0][n]);
    suppression_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sellers),
        cmocka_unit_test(test_earliest_stays),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

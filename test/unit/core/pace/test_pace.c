#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/pace/pace.h"

static unsigned ask(const struct pace *p, int64_t now_us, unsigned room,
                    unsigned calls, enum pace_limit *why)
{
    struct pace_input in = {.now_us = now_us, .room = room, .calls = calls};
    return pace_now(p, &in, why);
}

static void test_limits(void **state)
{
    (void)state;
    struct pace p;
    enum pace_limit why;
    pace_init(&p, PACE_AGENTLESS, 5, 1000000); /* 1,000 a second */
    assert_int_equal(ask(&p, 0, 100, 0, &why), 5);
    assert_int_equal(why, PACE_FREE);
    assert_int_equal(ask(&p, 0, 3, 0, &why), 3);
    assert_int_equal(ask(&p, 0, 100, 4, &why), 1);
    assert_int_equal(ask(&p, 0, 100, 5, &why), 0);
    assert_int_equal(why, PACE_CALLS_MAX);
    assert_int_equal(ask(&p, 0, 0, 0, &why), 0);
    assert_int_equal(why, PACE_ROOM);
    assert_string_equal(pace_limit_text(PACE_FREE), "");
}

static void test_rate(void **state)
{
    (void)state;
    struct pace p;
    enum pace_limit why;
    pace_init(&p, PACE_AGENTLESS, 50, 2000); /* 2 a second */
    assert_int_equal(ask(&p, 1000, 100, 0, &why), 1);
    pace_started(&p, 1000);
    assert_int_equal(ask(&p, 1000, 100, 1, &why), 0);
    assert_int_equal(why, PACE_RATE);
    int64_t next_us = pace_next_us(&p);
    assert_int_equal(next_us, 1000 + 500000 - PACE_TOLERANCE_US);
    assert_int_equal(ask(&p, next_us - 1, 100, 1, &why), 0);
    assert_int_equal(ask(&p, next_us, 100, 1, &why), 1);
}

/* Whatever the times of asking: never more in any span than the rate and its
 * tolerance give, and asked on time, no call is lost. */
static void test_rate_property(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct rng r;
        struct pace p;
        enum pace_limit why;
        rng_init(&r, seed, "pace");
        uint64_t rate = 100 + rng_below(&r, 200000);
        int64_t late_us = (int64_t)rng_below(&r, PACE_TOLERANCE_US);
        pace_init(&p, PACE_AGENTLESS, 1000000, rate);
        int64_t interval_us = (int64_t)(1000000000 / rate), now_us = 5000;
        int64_t first_us = now_us;
        int64_t started = 0;
        while (now_us < first_us + 20000000) {
            unsigned n = ask(&p, now_us, 1000000, 0, &why);
            for (unsigned i = 0; i < n; i++, started++)
                pace_started(&p, now_us);
            int64_t most =
                (now_us - first_us + PACE_TOLERANCE_US) / interval_us + 1;
            if (started > most)
                fail_msg("seed %llu: %lld calls, %lld are allowed",
                         (unsigned long long)seed, (long long)started,
                         (long long)most);
            int64_t next_us = pace_next_us(&p);
            now_us = (next_us > now_us ? next_us : now_us) + 1 +
                     (int64_t)rng_below(&r, (uint64_t)late_us + 1);
        }
        if (started < 20000000 / interval_us - 1)
            fail_msg("seed %llu: only %lld calls", (unsigned long long)seed,
                     (long long)started);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_rate_property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

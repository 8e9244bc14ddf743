/* The wheel against a naive list: same timers, same order of firing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "tel/loop.h"
#include "tel/re.h"
#include "tel/timer_wheel.h"

enum { TIMERS = 600 };

struct naive {
    struct tmr tmr;
    uint64_t due; /* 0: not running */
    bool fired;
    int starts_other; /* index to start or cancel when it fires, -1 none */
};

static struct naive timer[TIMERS];
static int fired_count;

static void on_fire(void *arg)
{
    struct naive *n = arg;
    assert_true(n->due != 0);
    assert_true(tmr_jiffies() >= n->due); /* never early */
    assert_false(tmr_isrunning(&n->tmr));
    n->due = 0;
    n->fired = true;
    ++fired_count;
    if (n->starts_other >= 0) {
        struct naive *o = &timer[n->starts_other];
        tmr_cancel(&o->tmr);
        o->due = 0;
    }
}

static void start(struct naive *n, uint64_t delay)
{
    /* Read first: a millisecond may pass between this and the wheel's own
     * look at the clock, and early is what must not be. */
    n->due = tmr_jiffies() + delay;
    tmr_start(&n->tmr, delay, on_fire, n);
}

static uint64_t naive_next(void)
{
    uint64_t best = 0;
    for (int i = 0; i < TIMERS; ++i) {
        if (timer[i].due && (!best || timer[i].due < best)) {
            best = timer[i].due;
        }
    }
    return best;
}

static void sleep_ms(unsigned ms)
{
    int64_t until = loop_monotonic_us() + (int64_t)ms * 1000;
    while (loop_monotonic_us() < until) {
    }
}

static void test_against_naive(void **state)
{
    (void)state;
    struct rng r;
    struct list none = {NULL, NULL};
    uint64_t seed = 7;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "wheel");
    memset(timer, 0, sizeof timer);
    for (int i = 0; i < TIMERS; ++i) {
        tmr_init(&timer[i].tmr);
        timer[i].starts_other = -1;
    }
    size_t running = 0;
    for (int round = 0; round < 3000; ++round) {
        struct naive *n = &timer[rng_below(&r, TIMERS)];
        switch (rng_below(&r, 8)) {
        case 0:
            tmr_cancel(&n->tmr);
            n->due = 0;
            break;
        case 1: start(n, 20000 + rng_below(&r, 40000)); break; /* far turn */
        case 2: start(n, 0); break;
        default:
            n->starts_other =
                rng_below(&r, 4) == 0 ? (int)rng_below(&r, TIMERS) : -1;
            start(n, rng_below(&r, 40));
            break;
        }
        if (rng_below(&r, 16) == 0) {
            sleep_ms((unsigned)rng_below(&r, 4));
        }
        uint64_t wait = tmr_next_timeout(&none);
        uint64_t next = naive_next();
        uint64_t now = tmr_jiffies();
        assert_int_equal(wait == 0, next == 0);
        assert_true(next == 0 || wait <= (next > now ? next - now : 1) + 1);
        uint64_t before = tmr_jiffies();
        tmr_poll(&none);
        running = 0;
        for (int i = 0; i < TIMERS; ++i) {
            running += timer[i].due != 0;
            /* what was due before the poll has fired */
            assert_true(timer[i].due == 0 || timer[i].due >= before);
            assert_int_equal(timer[i].due != 0, tmr_isrunning(&timer[i].tmr));
        }
        assert_int_equal(timer_wheel_count(), running);
    }
    assert_true(fired_count > 500);
    assert_true(running > 50);
    timer_wheel_release(); /* running ones are forgotten */
    assert_int_equal(timer_wheel_count(), 0);
    for (int i = 0; i < TIMERS; ++i) {
        assert_false(tmr_isrunning(&timer[i].tmr));
        tmr_cancel(&timer[i].tmr);
    }
}

static int order[8], orders;

static void on_order(void *arg)
{
    order[orders++] = *(int *)arg;
}

static void test_order_and_long_gap(void **state)
{
    (void)state;
    static int id[] = {0, 1, 2, 3};
    struct tmr t[4];
    struct list none = {NULL, NULL};
    orders = 0;
    for (int i = 0; i < 4; ++i) {
        tmr_init(&t[i]);
    }
    tmr_start(&t[0], 9, on_order, &id[0]);
    tmr_start(&t[1], 3, on_order, &id[1]);
    tmr_start(&t[2], 3, on_order, &id[2]);
    tmr_start(&t[3], 9000, on_order, &id[3]); /* more than one turn */
    assert_true(tmr_get_expire(&t[3]) > 8900);
    sleep_ms(12);
    tmr_poll(&none);
    assert_int_equal(orders, 3);
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 2);
    assert_int_equal(order[2], 0);
    assert_true(tmr_isrunning(&t[3]));
    tmr_cancel(&t[3]);
    assert_int_equal(tmr_next_timeout(&none), 0);
    timer_wheel_release();
}

static void on_again(void *arg)
{
    struct tmr *t = arg;
    ++orders;
    tmr_start(t, 0, on_again, t);
}

static void test_no_delay_does_not_starve(void **state)
{
    (void)state;
    struct tmr t;
    struct list none = {NULL, NULL};
    orders = 0;
    tmr_init(&t);
    tmr_start(&t, 0, on_again, &t);
    tmr_poll(&none);
    assert_int_equal(orders, 1);
    tmr_poll(&none);
    assert_int_equal(orders, 2);
    tmr_cancel(&t);
    timer_wheel_release();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_naive),
        cmocka_unit_test(test_order_and_long_gap),
        cmocka_unit_test(test_no_delay_does_not_starve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

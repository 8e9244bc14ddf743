#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/rng.h"
#include "sim/sim_clock.h"

enum { TIMERS = 64 };

struct bell {
    struct sim_timer timer;
    struct sim_clock *clock;
    struct log *log;
    int id;
};

struct log {
    int id[4096];
    int64_t at_us[4096];
    size_t n;
};

static void ring(void *arg)
{
    struct bell *b = arg;
    assert_false(sim_clock_is_set(&b->timer));
    assert_true(b->log->n < 4096);
    b->log->id[b->log->n] = b->id;
    b->log->at_us[b->log->n++] = b->clock->now_us;
}

static void bells_init(struct bell *b, struct sim_clock *c, struct log *l)
{
    for (int i = 0; i < TIMERS; i++) {
        b[i] = (struct bell){.clock = c, .log = l, .id = i};
        sim_clock_timer(&b[i].timer, ring, &b[i]);
    }
}

static void test_same_instant_keeps_order(void **state)
{
    (void)state;
    struct sim_clock c;
    struct bell b[TIMERS];
    struct log l = {.n = 0};
    sim_clock_init(&c, 1000, TIMERS);
    bells_init(b, &c, &l);
    for (int i = TIMERS - 1; i >= 0; i--)
        sim_clock_set(&c, &b[i].timer, 5000);
    sim_clock_set(&c, &b[7].timer, 5000); /* set again: now the last */
    assert_int_equal(sim_clock_next_us(&c), 5000);
    while (sim_clock_step(&c))
        ;
    assert_int_equal(l.n, TIMERS);
    assert_int_equal(l.id[0], TIMERS - 1);
    assert_int_equal(l.id[TIMERS - 1], 7);
    assert_int_equal(c.now_us, 5000);
    sim_clock_fini(&c);
}

static void test_past_is_now(void **state)
{
    (void)state;
    struct sim_clock c;
    struct bell b[TIMERS];
    struct log l = {.n = 0};
    sim_clock_init(&c, 1000, TIMERS);
    bells_init(b, &c, &l);
    sim_clock_set(&c, &b[0].timer, -5);
    assert_int_equal(sim_clock_next_us(&c), 1000);
    assert_true(sim_clock_step(&c));
    assert_int_equal(c.now_us, 1000);
    assert_false(sim_clock_step(&c));
    assert_true(sim_clock_next_us(&c) == INT64_MAX);
    sim_clock_advance(&c, 77000);
    struct clock_port p = sim_clock_port(&c);
    assert_int_equal(p.now_us(p.self), 77000);
    sim_clock_fini(&c);
}

/* Against the naive way: the least (time, order) of an array. */
static void check_against_array(uint64_t seed)
{
    struct sim_clock c;
    struct bell b[TIMERS];
    struct log l = {.n = 0};
    struct rng r;
    int64_t at[TIMERS];
    uint64_t order[TIMERS] = {0}, next = 0;
    rng_init(&r, seed, "clock");
    sim_clock_init(&c, 0, TIMERS);
    bells_init(b, &c, &l);
    for (int turn = 0; turn < 3000; turn++) {
        size_t i = rng_below(&r, TIMERS);
        uint64_t what = rng_below(&r, 10);
        if (what < 5) {
            at[i] = c.now_us + (int64_t)rng_below(&r, 20);
            order[i] = ++next;
            sim_clock_set(&c, &b[i].timer, at[i]);
        } else if (what < 7) {
            order[i] = 0;
            sim_clock_cancel(&c, &b[i].timer);
        } else {
            int least = -1;
            for (int k = 0; k < TIMERS; k++)
                if (order[k] != 0 &&
                    (least < 0 || at[k] < at[least] ||
                     (at[k] == at[least] && order[k] < order[least])))
                    least = k;
            assert_int_equal(sim_clock_step(&c), least >= 0);
            if (least < 0)
                continue;
            assert_int_equal(l.id[l.n - 1], least);
            assert_int_equal(l.at_us[l.n - 1], at[least]);
            order[least] = 0;
        }
    }
    assert_true(l.n > 500);
    sim_clock_fini(&c);
}

static void test_against_array(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        printf("clock seed %llu\n", (unsigned long long)seed);
        check_against_array(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_instant_keeps_order),
        cmocka_unit_test(test_past_is_now),
        cmocka_unit_test(test_against_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

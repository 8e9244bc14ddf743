/*
 * Random worlds on the product's engine, beside the independent checkers: for
 * a bounded time, from a seed that stays. More of them: ./dev sim.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "fixture_day.h"
#include "sim/random_world.h"

enum { SEEDS = 400, SECONDS = 20 };

static struct fixture_day *day;
static struct random_world_house house;

static int setup(void **state)
{
    (void)state;
    day = fixture_day_new("rules = allow\n");
    house = (struct random_world_house){&day->zones, day->book};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_day_free(day);
    return 0;
}

static void run_one(uint64_t seed, struct random_world_result *out)
{
    random_world_run(seed, &house, out);
    if (out->findings == 0)
        return;
    (void)fprintf(stderr,
                  "seed %llu, %llu findings:\n%s\n"
                  "again: telemark simulate --random --seed %llu\n",
                  (unsigned long long)seed, (unsigned long long)out->findings,
                  out->text, (unsigned long long)seed);
}

/* TELEMARK_SEED=N: that one alone. */
static void test_worlds(void **state)
{
    (void)state;
    static struct random_world_result r;
    const char *only = getenv("TELEMARK_SEED");
    uint64_t first = only != NULL ? strtoull(only, NULL, 10) : 1;
    uint64_t last = only != NULL ? first : SEEDS, calls = 0, moves = 0;
    time_t begin = time(NULL);
    unsigned bad = 0, worlds = 0;
    for (uint64_t seed = first;
         seed <= last && time(NULL) < begin + SECONDS && bad < 10; seed++) {
        run_one(seed, &r);
        bad += r.findings > 0;
        worlds++;
        calls += r.calls;
        moves += r.moves;
    }
    print_message("%u worlds, %llu calls, %llu changes of agents\n", worlds,
                  (unsigned long long)calls, (unsigned long long)moves);
    assert_int_equal(bad, 0);
    assert_true(calls > 0 && moves > calls / 100);
}

static void test_same_journal(void **state)
{
    (void)state;
    static struct random_world_result a, b;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        random_world_run(seed, &house, &a);
        random_world_run(seed, &house, &b);
        assert_string_equal(a.hash, b.hash);
        assert_int_equal(a.events, b.events);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds),
        cmocka_unit_test(test_same_journal),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

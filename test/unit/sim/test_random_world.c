/*
 * Random worlds on the product's engine, beside the independent checkers: for
 * a bounded time, from a seed that stays. More of them: ./dev sim.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture_day.h"
#include "sim/random_world.h"

enum { SEEDS = 100000, SECONDS = 20, BAD_MAX = 5 };

static struct fixture_day *day, *law;
static volatile uint64_t running; /* seed */
static struct random_world_house house;

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    static uint64_t n;
    (void)arg;
    (void)row;
    const char *state =
        r->kind == RECORD_AGENT   ? agent_state_text((enum agent_state)r->state)
        : r->kind == RECORD_LEAD  ? lead_state_text((enum lead_state)r->state)
        : r->kind == RECORD_ENDED ? outcome_text((enum outcome)r->state)
        : r->kind == RECORD_CAMPAIGN
            ? campaign_state_text((enum campaign_state)r->state)
            : "";
    (void)fprintf(
        stderr,
        "%llu %.3f %s a%lld t%lld l%lld %s due %.3f %lldms %.*s "
        "%.*s %s%s\n",
        (unsigned long long)++n, (double)(r->at_us % 86400000000) / 1e6,
        record_kind_text(r->kind), (long long)r->agent.v,
        (long long)r->attempt.v, (long long)r->lead.v, state,
        (double)(r->due_us % 86400000000) / 1e6, (long long)r->ring_ms,
        (int)r->key.n, r->key.p, (int)r->value.n, r->value.p,
        r->live ? "live " : "", r->abandoned ? "lost" : "");
}

static int setup(void **state)
{
    (void)state;
    day = fixture_day_new("rules = allow\n");
    law = fixture_day_new("rules = law\n");
    house = (struct random_world_house){
        .zones = &day->zones, .book = day->book, .law = law->book};
    if (getenv("TELEMARK_TRACE") != NULL)
        house.journal = on_journal;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_day_free(day);
    fixture_day_free(law);
    return 0;
}

/* The program stopped itself: that is a finding as well. */
static void aborted(int signal)
{
    char text[] = "seed 00000000000000000000, it stopped itself\n";
    size_t at = 24;
    (void)signal;
    for (uint64_t n = running; n > 0; n /= 10)
        text[at--] = (char)('0' + n % 10);
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        return;
}

static void run_one(uint64_t seed, struct random_world_result *out)
{
    running = seed;
    random_world_run(seed, &house, out);
    if (out->findings == 0)
        return;
    (void)fprintf(stderr,
                  "seed %llu, %s, %llu findings:\n%s\n"
                  "again: telemark simulate --random --seed %llu\n",
                  (unsigned long long)seed, out->kind,
                  (unsigned long long)out->findings, out->text,
                  (unsigned long long)seed);
}

static uint64_t setting(const char *name, uint64_t usual)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : usual;
}

/* TELEMARK_SEED=N: that one alone, or with TELEMARK_SEEDS=N so many from there
 * on; TELEMARK_SECONDS=N; TELEMARK_BAD=N: it ends after so many with findings;
 * TELEMARK_TRACE=1: the records, too. */
static void test_worlds(void **state)
{
    (void)state;
    static struct random_world_result r;
    uint64_t first = setting("TELEMARK_SEED", 1);
    uint64_t seeds =
        setting("TELEMARK_SEEDS", getenv("TELEMARK_SEED") ? 1 : SEEDS);
    time_t end = time(NULL) + (time_t)setting("TELEMARK_SECONDS", SECONDS);
    uint64_t bad_max = setting("TELEMARK_BAD", BAD_MAX);
    uint64_t calls = 0, moves = 0, worlds = 0, bad = 0;
    (void)signal(SIGABRT, aborted);
    while (worlds < seeds && time(NULL) < end && bad < bad_max) {
        run_one(first + worlds++, &r);
        bad += r.findings > 0;
        calls += r.calls;
        moves += r.moves;
    }
    print_message("%llu worlds, %llu calls, %llu changes of agents\n",
                  (unsigned long long)worlds, (unsigned long long)calls,
                  (unsigned long long)moves);
    assert_int_equal(bad, 0);
    assert_true(calls > 0 && moves > calls / 100);
}

static void test_same_journal(void **state)
{
    (void)state;
    static struct random_world_result a, b;
    house.journal = NULL;
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

/* How many callers the floor expects, and on whom it lays them. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/agent/floor.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define T0     (INT64_C(1800000000) * SECOND)

#define CAMP(n) ((struct campaign_id){n})

/* Agent id works for these campaigns (0-ended; none: all). */
static void put(struct floor *f, int64_t id, const int *may)
{
    struct agent_setup a = {.id = {id}, .e164 = 12125550100};
    struct err e = {0};
    (void)snprintf(a.name, sizeof(a.name), "a%d", (int)id);
    for (; may != NULL && *may != 0; may++)
        a.campaign[a.campaigns++].v = *may;
    assert_int_equal(floor_put(f, &a, &e), TM_OK);
}

static void sign_in(struct floor *f, int64_t id, const int *may)
{
    struct agent_id a = {id};
    put(f, id, may);
    assert_true(floor_move(f, a, AGENT_IN_SIGN_IN, T0));
    assert_true(floor_move(f, a, AGENT_IN_LEG_UP, T0));
    assert_true(floor_move(f, a, AGENT_IN_READY, T0));
}

static void runs(struct floor *f, int64_t c, unsigned weight, bool active)
{
    assert_int_equal(floor_campaign(f, CAMP(c), weight, active), TM_OK);
}

static double expected(const struct floor *f, int64_t c)
{
    struct floor_counts n;
    floor_counts(f, CAMP(c), &n);
    assert_true(n.called_per_s >= 0);
    return n.called_per_s;
}

static bool near(double x, double want, double share)
{
    return x >= want * (1 - share) && x <= want * (1 + share);
}

/* A call each `every` us from T0 on, for so long. Its end. */
static int64_t called(struct floor *f, int64_t c, int64_t every, int64_t us)
{
    for (int64_t t = 0; t < us; t += every)
        floor_called(f, CAMP(c), T0 + t);
    return T0 + us;
}

static void test_nobody_calls(void **state)
{
    struct floor *f = floor_new();
    (void)state;
    assert_true(expected(f, 1) == 0);
    sign_in(f, 1, NULL);
    runs(f, 1, 1, true);
    assert_true(expected(f, 1) == 0);
    floor_pass(f, T0 + HOUR);
    assert_true(expected(f, 1) == 0);
    floor_free(f);
}

/* One early call is no storm: it is taken as one in five minutes. */
static void test_first_call(void **state)
{
    struct floor *f = floor_new();
    (void)state;
    sign_in(f, 1, NULL);
    runs(f, 1, 1, true);
    floor_called(f, CAMP(1), T0);
    assert_true(near(expected(f, 1), 1.0 / 300, 0.001));
    floor_free(f);
}

static void test_rate_is_learnt_and_forgotten(void **state)
{
    struct floor *f = floor_new();
    (void)state;
    sign_in(f, 1, NULL);
    runs(f, 1, 1, true);
    int64_t now = called(f, 1, 20 * SECOND, 20 * MINUTE);
    assert_true(near(expected(f, 1), 1.0 / 20, 0.05)); /* from the start on */
    now = called(f, 1, 20 * SECOND, 4 * HOUR);
    assert_true(near(expected(f, 1), 1.0 / 20, 0.02));
    double before = expected(f, 1);
    floor_pass(f, now + 30 * MINUTE);
    assert_true(near(expected(f, 1), before / 2.718281828, 0.02));
    floor_pass(f, now - HOUR); /* time does not run backwards */
    assert_true(near(expected(f, 1), before / 2.718281828, 0.02));
    floor_pass(f, now + 12 * HOUR);
    assert_true(expected(f, 1) == 0);
    /* And begins anew. */
    floor_called(f, CAMP(1), now + 13 * HOUR);
    assert_true(near(expected(f, 1), 1.0 / 300, 0.001));
    floor_pass(f, now + 1000000 * HOUR);
    assert_true(expected(f, 1) == 0);
    floor_free(f);
}

/* Callers of campaign 1 take agents of campaign 2: as many of them as there
 * are among all who take its calls. */
static void test_share_of_agents(void **state)
{
    static const int first[] = {1, 0}, both[] = {1, 2, 0}, second[] = {2, 0};
    struct floor *f = floor_new();
    (void)state;
    for (int64_t i = 1; i <= 3; i++)
        sign_in(f, i, first);
    sign_in(f, 4, both);
    sign_in(f, 5, second);
    runs(f, 1, 1, false); /* it has nobody to call */
    runs(f, 2, 1, true);
    for (int i = 0; i < 300; i++)
        floor_called(f, CAMP(1), T0);
    assert_true(near(expected(f, 2), 1.0 / 4, 0.001));
    assert_true(expected(f, 1) == 0);
    /* Whoever takes them, they call this one. */
    assert_true(near(floor_expected_per_s(f, CAMP(1)), 1.0, 0.001));
    assert_true(floor_expected_per_s(f, CAMP(2)) == 0);
    assert_true(floor_expected_per_s(f, CAMP(9)) == 0);
    /* When it calls too, the agent of both is shared by the weights. */
    runs(f, 1, 3, true);
    assert_true(near(expected(f, 2), 1.0 / 16, 0.001));
    assert_true(near(expected(f, 1), 15.0 / 16, 0.001));
    floor_free(f);
}

/* Who pauses is not taken by anybody, who is in a call will be. */
static void test_who_counts(void **state)
{
    static const int first[] = {1, 0}, both[] = {1, 2, 0};
    const struct agent_id a = {1}, b = {2};
    struct floor *f = floor_new();
    (void)state;
    sign_in(f, 1, first);
    sign_in(f, 2, both);
    runs(f, 1, 1, false);
    runs(f, 2, 1, true);
    for (int i = 0; i < 300; i++)
        floor_called(f, CAMP(1), T0);
    assert_true(near(expected(f, 2), 1.0 / 2, 0.001));
    assert_true(floor_move(f, a, AGENT_IN_PAUSE, T0));
    assert_true(near(expected(f, 2), 1.0, 0.001));
    assert_true(floor_move(f, a, AGENT_IN_READY, T0));
    const struct floor_want w = {
        .campaign = {2}, .only = b, .input = AGENT_IN_TALK, .attempt = {9}};
    assert_int_equal(floor_take(f, &w, T0).v, 2);
    assert_true(near(expected(f, 2), 1.0 / 2, 0.001));
    assert_true(floor_move(f, b, AGENT_IN_CALL_ENDED, T0));
    assert_true(near(expected(f, 2), 1.0 / 2, 0.001));
    assert_true(floor_move(f, b, AGENT_IN_SIGN_OUT, T0));
    assert_true(floor_move(f, b, AGENT_IN_READY, T0));
    assert_true(expected(f, 2) == 0);
    assert_true(floor_move(f, a, AGENT_IN_SIGN_OUT, T0));
    assert_true(expected(f, 2) == 0); /* nobody is there */
    /* Who may take other campaigns from now on. */
    assert_true(floor_move(f, a, AGENT_IN_SIGN_IN, T0));
    assert_true(floor_move(f, a, AGENT_IN_LEG_UP, T0));
    assert_true(floor_move(f, a, AGENT_IN_READY, T0));
    assert_true(expected(f, 2) == 0);
    put(f, 1, both);
    assert_true(near(expected(f, 2), 1.0, 0.001));
    floor_free(f);
}

static void test_skills(void **state)
{
    struct floor *f = floor_new();
    (void)state;
    sign_in(f, 1, NULL);
    runs(f, 1, 1, true);
    uint64_t bit = floor_skill(f, str_of("spanish"));
    for (int i = 0; i < 300; i++)
        floor_called(f, CAMP(2), T0);
    assert_true(near(expected(f, 1), 1.0, 0.001));
    assert_int_equal(floor_campaign_needs(f, CAMP(2), bit), TM_OK);
    assert_true(expected(f, 1) == 0); /* they do not get him */
    floor_free(f);
}

/* --- anything ------------------------------------------------------------ */

enum { AGENTS = 30, CAMPAIGNS = 5, STEPS = 600, SEEDS = 40 };

struct world {
    struct floor *f;
    struct rng r;
    int64_t now_us;
    int64_t call_us[CAMPAIGNS + 1][STEPS]; /* when it was called */
    size_t calls[CAMPAIGNS + 1];
};

static void put_anyhow(struct world *w, int64_t id)
{
    int may[CAMPAIGNS + 1] = {0};
    size_t n = 0;
    for (int c = 1; c <= CAMPAIGNS; c++)
        if (rng_below(&w->r, 2) == 0)
            may[n++] = c;
    put(w->f, id, may);
}

static void step(struct world *w)
{
    struct agent_id a = {1 + (int64_t)rng_below(&w->r, AGENTS)};
    int64_t c = 1 + (int64_t)rng_below(&w->r, CAMPAIGNS);
    w->now_us += (int64_t)rng_below(&w->r, (uint64_t)MINUTE);
    switch (rng_below(&w->r, 6)) {
    case 0: put_anyhow(w, a.v); break;
    case 1:
        runs(w->f, c, 1 + (unsigned)rng_below(&w->r, 9),
             rng_below(&w->r, 4) != 0);
        break;
    case 2:
    case 3:
        (void)floor_move(w->f, a,
                         (enum agent_input)rng_below(&w->r, AGENT_IN_LEAD),
                         w->now_us);
        break;
    case 4:
        floor_called(w->f, CAMP(c), w->now_us);
        w->call_us[c][w->calls[c]++] = w->now_us;
        break;
    default: floor_pass(w->f, w->now_us);
    }
}

/* Not more than has come: within any half hour behind us a call counts as at
 * most one, and it is looked back on five minutes at least. */
static double most(const struct world *w)
{
    double sum = 0;
    for (int c = 1; c <= CAMPAIGNS; c++)
        sum += (double)w->calls[c] / 300;
    return sum;
}

static double all(const struct floor *f)
{
    double sum = 0;
    for (int64_t c = 1; c <= CAMPAIGNS; c++)
        sum += expected(f, c);
    return sum;
}

/* What one campaign with one agent for all would expect of the same calls. */
static double alone(const struct world *w)
{
    struct floor *f = floor_new();
    double sum = 0;
    sign_in(f, 1, NULL);
    for (int64_t c = 1; c <= CAMPAIGNS; c++)
        for (size_t i = 0; i < w->calls[c]; i++)
            floor_called(f, CAMP(c), w->call_us[c][i]);
    runs(f, 1, 1, true);
    floor_pass(f, w->now_us);
    sum = expected(f, 1);
    floor_free(f);
    return sum;
}

static double run(uint64_t seed, bool judge)
{
    struct world *w = test_calloc(1, sizeof(*w));
    double mix = 0, seen = 0;
    w->f = floor_new();
    w->now_us = T0;
    rng_init(&w->r, seed, "floor calls");
    for (int64_t i = 1; i <= AGENTS; i++)
        put_anyhow(w, i);
    for (int i = 0; i < STEPS; i++) {
        step(w);
        double sum = all(w->f);
        mix = mix * 0.9 + sum;
        seen += sum;
        assert_true(sum <= most(w) * (1 + 1e-9));
        if (judge && i % 20 == 0) {
            floor_pass(w->f, w->now_us + 10 * SECOND);
            w->now_us += 10 * SECOND;
            assert_true(all(w->f) <= alone(w) * (1 + 1e-6));
        }
    }
    assert_true(seen > 0);
    floor_free(w->f);
    test_free(w);
    return mix;
}

static void test_never_more_than_comes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        print_message("seed %" PRIu64 "\n", seed);
        (void)run(seed, true);
    }
}

static void test_same_again(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        double a = run(seed, false), b = run(seed, false);
        assert_memory_equal(&a, &b, sizeof(a)); /* each bit */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_calls),
        cmocka_unit_test(test_first_call),
        cmocka_unit_test(test_rate_is_learnt_and_forgotten),
        cmocka_unit_test(test_share_of_agents),
        cmocka_unit_test(test_who_counts),
        cmocka_unit_test(test_skills),
        cmocka_unit_test(test_never_more_than_comes),
        cmocka_unit_test(test_same_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

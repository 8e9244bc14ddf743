/* Agents who are left to lines, of one campaign and of several that share them:
 * against a model that tries every way to give agents to lines. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/agent/floor.h"

#define AGENT(n)    ((struct agent_id){n})
#define CAMPAIGN(n) ((struct campaign_id){n})

enum { CAMPAIGNS = 4, AGENTS = 7, WORLDS = 3000 };

static struct floor *f;
static unsigned may[AGENTS + 1]; /* bits of campaigns, 1 << number */
static unsigned lines[CAMPAIGNS + 1];
static bool ready[AGENTS + 1];

static void open_floor(void)
{
    f = floor_new();
    for (int c = 1; c <= CAMPAIGNS; c++) {
        assert_int_equal(floor_campaign(f, CAMPAIGN(c), 1, true), TM_OK);
        lines[c] = 0;
    }
    for (int i = 0; i <= AGENTS; i++)
        ready[i] = false;
}

/* Ready for these campaigns. */
static void put(int id, unsigned campaigns)
{
    struct agent_setup a = {.id = {id}, .e164 = 12125550100};
    struct err e = {0};
    (void)snprintf(a.name, sizeof(a.name), "a%d", id);
    for (int c = 1; c <= CAMPAIGNS; c++)
        if ((campaigns >> c & 1) != 0)
            a.campaign[a.campaigns++].v = c;
    assert_int_equal(floor_put(f, &a, &e), TM_OK);
    assert_true(floor_move(f, AGENT(id), AGENT_IN_SIGN_IN, id));
    assert_true(floor_move(f, AGENT(id), AGENT_IN_LEG_UP, id));
    assert_true(floor_move(f, AGENT(id), AGENT_IN_READY, id));
    may[id] = campaigns;
    ready[id] = true;
}

static void rings(int c, unsigned n)
{
    lines[c] = n;
    floor_covers(f, CAMPAIGN(c), n);
}

/* Whom a caller of the campaign gets; 0 nobody. */
static int64_t caller_gets(int c)
{
    struct floor_want w = {.campaign = CAMPAIGN(c),
                           .input = AGENT_IN_TALK,
                           .attempt = {99},
                           .spared = true};
    return floor_take(f, &w, 1000).v;
}

/* --- cases -----------------------------------------------------------------*/

static void test_one_campaign(void **state)
{
    (void)state;
    open_floor();
    put(1, 1 << 1);
    put(2, 1 << 1 | 1 << 2);
    assert_false(floor_spoken_for(f, AGENT(1)));
    rings(1, 1);
    assert_false(floor_spoken_for(f, AGENT(1)));
    rings(1, 2);
    assert_true(floor_spoken_for(f, AGENT(1)));
    assert_int_equal(caller_gets(1), 0);
    assert_int_equal(caller_gets(2), 0);
    rings(1, 1);
    assert_int_equal(caller_gets(1), 1);
    assert_true(floor_spoken_for(f, AGENT(2)));
    assert_false(floor_spoken_for(f, AGENT(1))); /* not ready */
    floor_free(f);
}

/* A line of each campaign, and two agents for both: none is free for a caller,
 * though each campaign has an agent more than lines. */
static void test_two_campaigns(void **state)
{
    (void)state;
    open_floor();
    put(1, 1 << 1 | 1 << 2);
    put(2, 1 << 1 | 1 << 2);
    rings(1, 1);
    rings(2, 1);
    assert_true(floor_spoken_for(f, AGENT(1)));
    assert_int_equal(caller_gets(1), 0);
    assert_int_equal(caller_gets(2), 0);
    put(3, 1 << 2);
    assert_int_equal(caller_gets(1), 1); /* the third is left to the second */
    assert_int_equal(caller_gets(2), 0);
    floor_free(f);
}

/* An agent of another campaign counts when he sets one free. */
static void test_by_others(void **state)
{
    (void)state;
    open_floor();
    put(1, 1 << 1);
    put(2, 1 << 1 | 1 << 2);
    put(3, 1 << 2 | 1 << 3);
    rings(1, 1);
    rings(2, 1);
    assert_int_equal(caller_gets(3), 3);
    assert_int_equal(caller_gets(1), 0);
    floor_free(f);
}

/* --- any floor -------------------------------------------------------------*/

/* The most lines that have an agent, from the i-th on, by trying all ways. */
static unsigned most_lines(int i, int without)
{
    if (i > AGENTS)
        return 0;
    unsigned best = most_lines(i + 1, without);
    if (!ready[i] || i == without)
        return best;
    for (int c = 1; c <= CAMPAIGNS; c++) {
        if ((may[i] >> c & 1) == 0 || lines[c] == 0)
            continue;
        lines[c]--;
        unsigned n = 1 + most_lines(i + 1, without);
        lines[c]++;
        best = n > best ? n : best;
    }
    return best;
}

static void one_floor(uint64_t seed)
{
    struct rng r;
    rng_init(&r, seed, "cover");
    open_floor();
    int agents = 1 + (int)rng_below(&r, AGENTS);
    for (int i = 1; i <= agents; i++)
        put(i, 1 + (unsigned)rng_below(&r, (1u << (CAMPAIGNS + 1)) - 2));
    for (int i = 1; i <= agents; i++) /* none named: he takes all */
        if ((may[i] & ~1u) == 0)
            may[i] = ~1u;
    for (int c = 1; c <= CAMPAIGNS; c++)
        rings(c, (unsigned)rng_below(&r, 3));
    for (int i = 1; i <= agents; i++) {
        bool needed = most_lines(1, i) < most_lines(1, 0);
        if (floor_spoken_for(f, AGENT(i)) != needed)
            fail_msg("seed %" PRIu64 ": agent %d is%s needed", seed, i,
                     needed ? "" : " not");
    }
    floor_free(f);
}

static void test_any_floor(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++)
        one_floor(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_campaign),
        cmocka_unit_test(test_two_campaigns),
        cmocka_unit_test(test_by_others),
        cmocka_unit_test(test_any_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

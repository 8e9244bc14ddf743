/* Simulated agents on a floor without an engine: who is there when, what is
 * done with calls, and that their time adds up. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/civil.h"
#include "sim/scenario_plan.h"
#include "sim/sim_agents.h"

#define SECOND INT64_C(1000000)

struct hall {
    struct arena arena;
    struct scenario scenario;
    const struct plan *plan;
    struct sim_clock clock;
    struct floor *floor;
    struct sim_agents *agents;
    int64_t begin_us;
    bool refuses; /* orders */
    unsigned orders[AGENT_ORDER_COUNT];
    char word[AGENT_WORD_MAX];
};

static void tell(struct hall *h)
{
    struct floor_change c;
    while (floor_changed(h->floor, &c))
        sim_agents_changed(h->agents, &c);
}

static bool move(struct hall *h, struct agent_id a, enum agent_input in)
{
    bool moved = floor_move(h->floor, a, in, h->clock.now_us);
    tell(h);
    return moved;
}

static int on_order(void *arg, struct agent_id a, const struct agent_order *o)
{
    struct hall *h = arg;
    bool done = false;
    h->orders[o->kind]++;
    if (h->refuses)
        return TM_ESTATE;
    switch ((int)o->kind) {
    case AGENT_DO_SIGN_IN:
        done = move(h, a, AGENT_IN_SIGN_IN) && move(h, a, AGENT_IN_LEG_UP) &&
               move(h, a, AGENT_IN_READY);
        break;
    case AGENT_DO_SIGN_OUT: done = move(h, a, AGENT_IN_SIGN_OUT); break;
    case AGENT_DO_PAUSE: done = move(h, a, AGENT_IN_PAUSE); break;
    case AGENT_DO_READY: done = move(h, a, AGENT_IN_READY); break;
    case AGENT_DO_HANG_UP: done = move(h, a, AGENT_IN_CALL_ENDED); break;
    case AGENT_DO_DISPOSE:
        (void)str_copy(h->word, sizeof(h->word), o->word);
        done = move(h, a, AGENT_IN_READY);
        break;
    default: break;
    }
    return done ? TM_OK : TM_ESTATE;
}

static struct hall *hall_new(const char *keys)
{
    struct hall *h = test_calloc(1, sizeof(*h));
    struct err e;
    arena_init(&h->arena);
    scenario_init(&h->scenario);
    if (scenario_load(&h->scenario, &h->arena, "hall", str_of(keys), &e) !=
            TM_OK ||
        scenario_plan(&h->scenario, &h->arena, &h->plan, &e) != TM_OK)
        fail_msg("%s", e.text);
    h->begin_us = scenario_start_us(&h->scenario);
    sim_clock_init(&h->clock, h->begin_us, 200);
    h->floor = floor_new();
    struct sim_agents_options o = {.clock = &h->clock,
                                   .scenario = &h->scenario,
                                   .plan = h->plan,
                                   .seed = 3,
                                   .simple = true,
                                   .order = on_order,
                                   .arg = h};
    h->agents = sim_agents_new(&o);
    for (size_t i = 0; i < sim_agents_count(h->agents); i++) {
        struct agent_setup a;
        sim_agents_setup(h->agents, i, &a);
        assert_int_equal(floor_put(h->floor, &a, &e), TM_OK);
    }
    sim_agents_begin(h->agents, h->begin_us, h->begin_us + CIVIL_HOUR_US);
    return h;
}

static void hall_free(struct hall *h)
{
    sim_agents_free(h->agents);
    floor_free(h->floor);
    sim_clock_fini(&h->clock);
    arena_fini(&h->arena);
    test_free(h);
}

static void run_to(struct hall *h, int64_t after_s)
{
    int64_t at_us = h->begin_us + after_s * SECOND;
    while (sim_clock_next_us(&h->clock) <= at_us)
        (void)sim_clock_step(&h->clock);
    sim_clock_advance(&h->clock, at_us);
}

static unsigned in(const struct hall *h, enum agent_state s)
{
    return sim_agents_in(h->agents, s);
}

/* A call begins with the longest idle one. */
static struct agent_id call(struct hall *h, int64_t attempt, bool machine)
{
    struct floor_want w = {
        .campaign = {1}, .input = AGENT_IN_TALK, .attempt = {attempt}};
    struct agent_id a = floor_take(h->floor, &w, h->clock.now_us);
    assert_true(a.v > 0);
    tell(h);
    struct sim_live_call c = {.attempt = {attempt},
                              .machine = machine,
                              .wrap_us = 7 * SECOND,
                              .handle_us = 5 * SECOND};
    sim_agents_joined(h->agents, &c);
    return a;
}

static void test_a_day(void **state)
{
    (void)state;
    struct hall *h = hall_new("agents = 4\n");
    run_to(h, 1);
    assert_int_equal(in(h, AGENT_READY), 4);
    struct agent_id a = call(h, 11, false);
    run_to(h, 31);
    assert_int_equal(in(h, AGENT_TALKING), 1);
    assert_true(move(h, a, AGENT_IN_CALL_ENDED));
    run_to(h, 37);
    assert_int_equal(in(h, AGENT_WRAP), 1);
    run_to(h, 39);
    assert_int_equal(in(h, AGENT_READY), 4);
    assert_string_equal(h->word, "not_interested");
    struct sim_agents_times t = sim_agents_times(h->agents);
    assert_int_equal((int64_t)(t.agent_s + 0.5), 4 * 39);
    assert_int_equal((int64_t)(t.busy_s + 0.5), 37);
    assert_int_equal((int64_t)(t.idle_s + 0.5), 4 * 39 - 37);
    /* a machine is hung up on by the agent */
    a = call(h, 12, true);
    run_to(h, 45);
    assert_int_equal(h->orders[AGENT_DO_HANG_UP], 1);
    assert_int_equal(in(h, AGENT_WRAP), 1);
    run_to(h, 60);
    a = call(h, 13, false);
    run_to(h, 3600);
    sim_agents_end(h->agents);
    run_to(h, 3610);
    assert_int_equal(in(h, AGENT_OFF), 3);
    assert_int_equal(in(h, AGENT_TALKING), 1);
    assert_true(move(h, a, AGENT_IN_CALL_ENDED));
    run_to(h, 3630);
    assert_int_equal(in(h, AGENT_OFF), 4);
    /* only the hours of the day count */
    t = sim_agents_times(h->agents);
    assert_int_equal((int64_t)(t.agent_s + 0.5), 4 * 3600);
    hall_free(h);
}

static void test_comings_and_goings(void **state)
{
    (void)state;
    struct hall *h = hall_new("agents = 6\nat = 09:10 logout 2 0 0 09:20\n"
                              "at = 09:30 login 3 10\n");
    run_to(h, 599);
    assert_int_equal(in(h, AGENT_READY), 6);
    run_to(h, 601);
    assert_int_equal(in(h, AGENT_READY), 4);
    assert_int_equal(floor_find(h->floor, (struct agent_id){6})->state,
                     AGENT_OFF);
    run_to(h, 1201);
    assert_int_equal(in(h, AGENT_READY), 6);
    run_to(h, 1811);
    assert_int_equal(in(h, AGENT_READY), 9);
    hall_free(h);
}

/* With notice: who has a call says so then; who has none goes when it is time,
 * or says so in the call he gets before. */
static void test_notice(void **state)
{
    (void)state;
    struct hall *h = hall_new("agents = 3\nat = 09:10 logout 3 0 60 09:20\n");
    run_to(h, 530);
    struct agent_id a = call(h, 21, false);
    run_to(h, 541);
    struct floor_counts n;
    assert_int_equal(h->orders[AGENT_DO_SIGN_OUT], 1);
    assert_int_equal(floor_find(h->floor, a)->then, AGENT_OFF);
    assert_int_equal(floor_campaign(h->floor, (struct campaign_id){1}, 1, true),
                     TM_OK);
    floor_counts(h->floor, (struct campaign_id){1}, &n);
    assert_int_equal(n.leaving, 1);
    struct agent_id b = call(h, 22, false);
    run_to(h, 545);
    assert_int_equal(floor_find(h->floor, b)->then, AGENT_OFF);
    assert_int_equal(in(h, AGENT_READY), 1);
    run_to(h, 599);
    assert_int_equal(in(h, AGENT_READY), 1);
    run_to(h, 601);
    assert_int_equal(in(h, AGENT_READY), 0);
    assert_true(move(h, a, AGENT_IN_CALL_ENDED));
    run_to(h, 1190);
    assert_int_equal(in(h, AGENT_OFF), 2);
    /* back before his call is over: he stays */
    run_to(h, 1201);
    assert_int_equal(in(h, AGENT_READY), 2);
    assert_int_equal(floor_find(h->floor, b)->then, AGENT_READY);
    hall_free(h);
}

static void test_breaks(void **state)
{
    (void)state;
    struct hall *h = hall_new("agents = 5\nbrk_rate = 6\nbrk_mean = 120\n");
    unsigned paused = 0;
    for (int64_t s = 10; s < 3600; s += 10) {
        run_to(h, s);
        paused += in(h, AGENT_PAUSED);
        assert_int_equal(in(h, AGENT_PAUSED) + in(h, AGENT_READY), 5);
    }
    /* 120 of 720 seconds each */
    assert_in_range(paused, 359 * 5 / 6 / 2, 359 * 5 / 6 * 2);
    struct sim_agents_times t = sim_agents_times(h->agents);
    assert_in_range((int64_t)t.agent_s, 5 * 3600 * 0.7, 5 * 3600 * 0.95);
    hall_free(h);
}

/* The program is gone and comes back; orders are refused for a while. */
static void test_restart(void **state)
{
    (void)state;
    struct hall *h = hall_new("agents = 4\n");
    run_to(h, 10);
    (void)call(h, 31, false);
    floor_free(h->floor);
    h->floor = floor_new();
    for (size_t i = 0; i < 4; i++) {
        struct agent_setup a;
        sim_agents_setup(h->agents, i, &a);
        assert_int_equal(floor_put(h->floor, &a, NULL), TM_OK);
    }
    sim_agents_restart(h->agents);
    assert_int_equal(in(h, AGENT_OFF), 4);
    h->refuses = true;
    run_to(h, 40);
    assert_int_equal(in(h, AGENT_OFF), 4);
    h->refuses = false;
    run_to(h, 60);
    assert_int_equal(in(h, AGENT_READY), 4);
    struct agent_id some = sim_agents_some(h->agents, 7);
    assert_true(some.v >= 1 && some.v <= 4);
    /* thrown out he comes back by himself */
    assert_true(move(h, some, AGENT_IN_SIGN_OUT));
    assert_int_equal(in(h, AGENT_OFF), 1);
    run_to(h, 90);
    assert_int_equal(in(h, AGENT_READY), 4);
    hall_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day),
        cmocka_unit_test(test_comings_and_goings),
        cmocka_unit_test(test_notice),
        cmocka_unit_test(test_breaks),
        cmocka_unit_test(test_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

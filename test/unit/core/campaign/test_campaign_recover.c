/* What a crash left open (design, section 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_world.h"

static struct world w;

static int setup(void **state)
{
    (void)state;
    world_open(&w, world_plan);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static struct campaign_open_attempt open_attempt(void)
{
    return (struct campaign_open_attempt){
        .attempt = {5},
        .tenant = {1},
        .seller = {2},
        .campaign = {3},
        .lead = world_lead(7, 12124560001),
        .e164 = 12124560001,
    };
}

static void check(const struct campaign_open_attempt *a, bool live,
                  bool abandoned)
{
    struct record r[3];
    size_t n = campaign_close_open(w.plan, a, w.now_us, r);
    assert_int_equal(n, 2);
    assert_int_equal(r[0].kind, RECORD_ENDED);
    assert_int_equal(r[0].state, OUTCOME_UNKNOWN);
    assert_int_equal(r[0].attempt.v, 5);
    assert_int_equal(r[0].e164, a->e164);
    assert_int_equal(r[0].seller.v, 2);
    assert_int_equal(r[0].at_us, w.now_us);
    assert_int_equal(r[0].live, live);
    assert_int_equal(r[0].abandoned, abandoned);
    assert_true(str_eq(r[0].value, "crash"));
    assert_int_equal(r[1].kind, RECORD_LEAD);
    assert_int_equal(r[1].lead.v, 7);
}

static void test_kinds(void **state)
{
    (void)state;
    struct campaign_open_attempt a = open_attempt();
    check(&a, false, false); /* no INVITE known */
    a.placed_us = w.now_us - 9000000;
    check(&a, false, false);
    a.answered_us = w.now_us - 4000000;
    check(&a, true, true);
    a.served = true;
    check(&a, true, false);
    a.placed_us = 0; /* what is on the disk may be damaged */
    check(&a, true, false);
    a.served = false;
    check(&a, true, true);
    struct record r[3];
    campaign_close_open(w.plan, &a, w.now_us, r);
    assert_int_equal(r[0].ring_ms, 0);
}

/* The lead follows its retry rules, and the attempt counts among its tries. */
static void test_lead(void **state)
{
    (void)state;
    struct campaign_open_attempt a = open_attempt();
    struct record r[3];
    campaign_close_open(w.plan, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_WAITING);
    assert_true(r[1].due_us == w.now_us + INT64_C(7200000000));
    a.lead.outcomes[OUTCOME_NO_ANSWER] = 2;
    campaign_close_open(w.plan, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_EXHAUSTED);
    assert_true(str_eq(r[1].key, "tries_used_up"));
}

/* Cut off between the key and the goodbye: never called again. */
static void test_opted_out(void **state)
{
    (void)state;
    struct campaign_open_attempt a = open_attempt();
    struct record r[3];
    a.placed_us = w.now_us - 9000000;
    a.answered_us = w.now_us - 4000000;
    a.served = a.opted_out = true;
    check(&a, true, false);
    campaign_close_open(w.plan, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_DENIED);
    assert_true(str_eq(r[1].key, "opted_out"));
}

/* He was promised a person: no machine calls him again. */
static void test_callback(void **state)
{
    (void)state;
    struct campaign_open_attempt a = open_attempt();
    struct record r[3];
    a.placed_us = w.now_us - 9000000;
    a.answered_us = w.now_us - 4000000;
    a.served = a.callback = true;
    check(&a, true, false);
    campaign_close_open(w.plan, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_CALLBACK);
    assert_true(r[1].due_us == w.now_us);
    a.opted_out = true;
    campaign_close_open(w.plan, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_DENIED);
}

/* He talked with an agent, who could not say any more how it went: not called
 * again the same day, and not as one whom nobody reached. */
static void test_talked_with_an_agent(void **state)
{
    (void)state;
    struct campaign_open_attempt a = open_attempt();
    struct record r[3];
    struct err e = {0};
    const struct plan *live = NULL;
    if (plan_parse(&w.arena, "plan", str_of(world_live_plan), &live, &e) !=
        TM_OK)
        fail_msg("%s", e.text);
    a.placed_us = w.now_us - 9000000;
    a.answered_us = w.now_us - 4000000;
    campaign_close_open(live, &a, w.now_us, r);
    assert_true(r[1].due_us == w.now_us + INT64_C(7200000000));
    a.served = a.bridged = true;
    a.lead.outcomes[OUTCOME_NO_ANSWER] = 2; /* no more of those */
    assert_int_equal(campaign_close_open(live, &a, w.now_us, r), 2);
    assert_int_equal(r[0].state, OUTCOME_UNKNOWN);
    assert_int_equal(r[1].state, LEAD_WAITING);
    assert_true(r[1].due_us == w.now_us + INT64_C(86460000000));
    assert_true(str_eq(r[1].key, "no_disposition"));
    a.opted_out = true;
    campaign_close_open(live, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_DENIED);
}

/* Nobody came, he pressed the key of the message, and the server crashed: he
 * was abandoned, and is left alone. With an agent he was not abandoned. */
static void test_key_of_the_message(void **state)
{
    (void)state;
    struct campaign_open_attempt a = open_attempt();
    struct record r[3];
    struct err e = {0};
    const struct plan *live = NULL;
    if (plan_parse(&w.arena, "plan", str_of(world_live_plan), &live, &e) !=
        TM_OK)
        fail_msg("%s", e.text);
    a.placed_us = w.now_us - 9000000;
    a.answered_us = w.now_us - 4000000;
    a.served = a.opted_out = true;
    campaign_close_open(live, &a, w.now_us, r);
    assert_true(r[0].live && r[0].abandoned);
    assert_int_equal(r[1].state, LEAD_DENIED);
    a.bridged = true;
    campaign_close_open(live, &a, w.now_us, r);
    assert_true(r[0].live && !r[0].abandoned);
    assert_int_equal(r[1].state, LEAD_DENIED);
}

/* A call that was promised and broke off before an agent had the person: it is
 * owed still, and soon; but not for ever. */
static void test_promise_cut_off(void **state)
{
    (void)state;
    struct campaign_open_attempt a = open_attempt();
    struct record r[3];
    struct err e = {0};
    const struct plan *live = NULL;
    if (plan_parse(&w.arena, "plan", str_of(world_live_plan), &live, &e) !=
        TM_OK)
        fail_msg("%s", e.text);
    a.placed_us = w.now_us - 9000000;
    a.promised = true;
    assert_int_equal(campaign_close_open(live, &a, w.now_us, r), 2);
    assert_int_equal(r[0].state, OUTCOME_UNKNOWN);
    assert_int_equal(r[1].state, LEAD_CALLBACK);
    assert_true(r[1].due_us == w.now_us + INT64_C(60000000));
    assert_true(str_eq(r[1].key, "callback"));
    /* A promise goes beyond the calls that a lead may have. */
    a.lead.outcomes[OUTCOME_NO_ANSWER] = 20;
    a.answered_us = w.now_us - 4000000;
    campaign_close_open(live, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_CALLBACK);
    a.lead.outcomes[OUTCOME_UNKNOWN] = 3;
    campaign_close_open(live, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_EXHAUSTED);
    a.lead.outcomes[OUTCOME_UNKNOWN] = 2;
    campaign_close_open(live, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_CALLBACK);
    a.served = a.bridged = true; /* an agent had him: it was kept */
    campaign_close_open(live, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_EXHAUSTED);
    a.opted_out = true;
    campaign_close_open(live, &a, w.now_us, r);
    assert_int_equal(r[1].state, LEAD_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_lead),
        cmocka_unit_test(test_opted_out),
        cmocka_unit_test(test_callback),
        cmocka_unit_test(test_talked_with_an_agent),
        cmocka_unit_test(test_key_of_the_message),
        cmocka_unit_test(test_promise_cut_off),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

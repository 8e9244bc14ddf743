/*
 * Calls to us beside what becomes due meanwhile: a promise while its agent
 * wraps up, lines over the law's limit while a caller waits.
 */
#include "fixture_inbound.h"

static const int64_t second_us = 1000000;

/* --- a promise that falls due in the wrap-up -------------------------------*/

/* Who was promised a call at 20 s calls us at 1 s, talks until 6 s, and his
 * agent wraps up for a minute. */
static void calls_before(void)
{
    open_edited(NULL, NULL);
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, 1);
    world_leads(&w, NULL, 0, INT64_MAX);
    world_run(&w, 1000);
    caller.state = LEAD_CALLBACK;
    caller.due_us = w.start_us + 20 * second_us;
    int64_t a = calls(from, &caller);
    world_run(&w, 5000);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    expect("lead L1 A1 callback no_disposition at 20\n");
    assert_int_equal(world_state(&w, 1), AGENT_WRAP);
    world_forget(&w);
}

/* The store gives the lead to a fetch, as its next step is known. */
static void is_fetched(void)
{
    w.campaign->next_due_us = caller.due_us;
    world_say(&w, CAMPAIGN_EV_TICK);
    world_run(&w, 15000);
    expect("-> fetch");
    world_leads(&w, &caller, 1, INT64_MAX);
    assert_int_equal(w.campaign->crew->promised.n, 0); /* it is at hand */
    world_run(&w, 15000);
    assert_false(seen("lead L1"));
    world_forget(&w);
}

static void over(void)
{
    assert_int_equal(order(1, AGENT_DO_LIMIT), TM_OK);
    assert_int_equal(world_state(&w, 1), AGENT_READY);
}

/* Nothing is said: it goes back with its promise, and is fetched at once. */
static void test_due_in_the_wrap_up(void **state)
{
    (void)state;
    calls_before();
    is_fetched();
    over();
    world_run(&w, 1000);
    expect("lead L1 A1 callback no_disposition at 20\n");
    expect("-> fetch");
    world_leads(&w, &caller, 1, INT64_MAX);
    assert_int_equal(w.campaign->crew->promised.n, 1);
    world_close(&w);
}

/* The agent says more: that holds, once. */
static void test_said_in_the_wrap_up(void **state)
{
    (void)state;
    calls_before();
    is_fetched();
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    world_run(&w, 1000);
    expect("lead L1 A1 done success\n");
    assert_int_equal(count("lead L1"), 1);
    nothing_left();
    world_close(&w);
}

/* The store told of no promise, as the call had it: the campaign remembers. */
static void test_due_after_the_wrap_up(void **state)
{
    (void)state;
    calls_before();
    world_run(&w, 4000);
    over();
    world_run(&w, 9000);
    assert_false(seen("fetch"));
    world_run(&w, 1100);
    expect("20.000 -> fetch");
    world_close(&w);
}

/* --- over the limit --------------------------------------------------------*/

static void open_over_the_limit(void)
{
    snprintf(file_text, sizeof(file_text), "%s%s", world_live_plan,
             world_inbound_plan);
    edit("caller_kind = survey\npurpose = survey\nleads_to_sale = no\n",
         "caller_kind = seller\npurpose = sale\nleads_to_sale = yes\n"
         "goods = other\nftc_jurisdiction = yes\n");
    world_open(&w, file_text);
    w.campaign->counters.first_call_us = w.start_us - 3600 * second_us;
    w.campaign->counters.cells = 1;
    w.campaign->counters.cell[0] =
        (struct case_bucket){.start_us = w.start_us - 3600 * second_us,
                             .placed = 500,
                             .answered = 100,
                             .live = 100,
                             .connected = 90,
                             .abandoned = 10};
}

/* One of three agents is needed for a caller: one line is given up, not more,
 * as each of the others has its agent. */
static void test_one_line_for_a_caller(void **state)
{
    (void)state;
    open_over_the_limit();
    begin(3, 30);
    assert_true(status().over_limit);
    assert_int_equal(count("attempt"), 3);
    for (int64_t a = 1; a <= 3; a++)
        rings(a);
    world_run(&w, 16000);
    assert_false(seen("withdraw"));
    world_forget(&w);
    for (int i = 0; i < 200; i++) /* and many are expected */
        floor_called(w.floor, w.campaign->env.id, w.now_us);
    (void)calls(12124567009, NULL);
    assert_int_equal(status().callers, 1);
    world_run(&w, 1000);
    assert_int_equal(count("withdraw"), 1);
    assert_int_equal(count("bridged"), 1);
    assert_int_equal(count("attempt"), 0);
    assert_int_equal(status().ringing, 2);
    world_close(&w);
}

/* --- a line that was decided before ----------------------------------------*/

/* It could not leave at once, and its agent has gone to a caller since. */
static void test_a_line_decided_before(void **state)
{
    (void)state;
    snprintf(file_text, sizeof(file_text), "%s%s", world_live_plan,
             world_inbound_plan);
    edit("dial_mode = predictive\n", "dial_mode = progressive\n");
    world_open(&w, file_text);
    begin(2, 30);
    assert_int_equal(count("attempt"), 2);
    rings(1);
    world_ended(&w, 1, CAUSE_BUSY, 486);
    (void)calls(12124567009, NULL);
    assert_int_equal(count("bridged"), 1);
    assert_int_equal(status().ringing, 1);
    w.campaign->crew->order = 1;
    world_say(&w, CAMPAIGN_EV_TICK);
    assert_int_equal(count("attempt"), 2);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_due_in_the_wrap_up),
        cmocka_unit_test(test_said_in_the_wrap_up),
        cmocka_unit_test(test_due_after_the_wrap_up),
        cmocka_unit_test(test_one_line_for_a_caller),
        cmocka_unit_test(test_a_line_decided_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

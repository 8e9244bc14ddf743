/*
 * What people wait for, and agents: lines in the air before leads, people on
 * hold, joins that the carrier cannot make.
 */
#include "fixture_live.h"

/* Who answers a line that was dialled before comes first, also when agents ask
 * for leads, or are shown them, from now on. */
static void test_lines_before_leads(void **state)
{
    static const enum dial_mode mode[] = {DIAL_MANUAL, DIAL_PREVIEW};
    (void)state;
    for (int i = 0; i < 2; i++) {
        open_mode("dial_mode = progressive\n");
        begin(2, 8);
        assert_int_equal(count("attempt"), 2);
        rings(1);
        rings(2);
        assert_int_equal(pace(mode[i], 30000), TM_OK);
        world_run(&w, 1000);
        assert_int_equal(world_state(&w, 1), AGENT_READY);
        assert_int_equal(world_state(&w, 2), AGENT_READY);
        if (i == 0)
            assert_int_equal(order(1, AGENT_DO_NEXT), TM_ESTATE);
        assert_true(campaign_oldest_line_us(w.campaign) <= w.now_us - 1000000);
        world_ended(&w, 1, CAUSE_BUSY, 486);
        if (i == 0)
            assert_int_equal(order(1, AGENT_DO_NEXT), TM_OK);
        world_run(&w, 1000);
        assert_int_equal(world_state(&w, 1), AGENT_PREVIEW);
        assert_int_equal(world_state(&w, 2), AGENT_READY);
        world_call(&w, 2, CARRIER_ANSWERED);
        assert_int_equal(world_state(&w, 2), AGENT_TALKING);
        assert_true(campaign_oldest_line_us(w.campaign) == INT64_MAX);
        world_close(&w);
    }
}

/* --- on hold ---------------------------------------------------------------*/

static void open_hold(const char *lines)
{
    (void)str_copy(file_text, sizeof(file_text), str_of(world_live_plan));
    edit("hold = 2s\n", lines);
    world_open(&w, file_text);
    begin(1, 1);
    answers(1);
    world_run(&w, 1000);
    world_forget(&w);
}

/* Music, and back with his agent when that lasts too long. */
static void test_hold_has_an_end(void **state)
{
    (void)state;
    open_hold("hold_music = h.wav\nhold_limit = 1m\n");
    assert_int_equal(order(1, AGENT_DO_HOLD), TM_OK);
    world_run(&w, 40000);
    world_played(&w, 1, 1);
    world_played(&w, 1, 1); /* of before: nothing */
    world_run(&w, 19900);
    assert_int_equal(world_state(&w, 1), AGENT_HOLDING);
    world_run(&w, 200);
    assert_int_equal(world_state(&w, 1), AGENT_TALKING);
    world_played(&w, 1, 2);
    world_run(&w, 100000);
    world_expect(&w, "1.300 -> part A1 G1\n"
                     "1.300 -> play A1 h.wav\n"
                     "41.300 -> play A1 h.wav\n"
                     "61.300 -> silence A1\n"
                     "61.300 -> bridge A1 G1 beep\n");
    assert_int_equal(order(1, AGENT_DO_HOLD), TM_OK);
    world_played(&w, 1, 3); /* a broken file: no second time */
    assert_int_equal(order(1, AGENT_DO_RETRIEVE), TM_OK);
    world_run(&w, 100000);
    world_expect(&w, "161.400 -> part A1 G1\n"
                     "161.400 -> play A1 h.wav\n"
                     "161.400 -> silence A1\n"
                     "161.400 -> bridge A1 G1\n");
    assert_int_equal(order(1, AGENT_DO_HOLD), TM_OK);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    world_run(&w, 100000);
    expect("lead L1 A1 done success");
    world_close(&w);
}

static void test_hold_without_music(void **state)
{
    (void)state;
    open_hold("hold = 2s\n");
    assert_int_equal(order(1, AGENT_DO_HOLD), TM_OK);
    world_run(&w, 299000);
    world_expect(&w, "1.300 -> part A1 G1\n");
    world_run(&w, 2000);
    world_expect(&w, "301.300 -> bridge A1 G1 beep\n");
    world_close(&w);
    open_hold("hold_limit = 0s\n"); /* none */
    assert_int_equal(order(1, AGENT_DO_HOLD), TM_OK);
    world_run(&w, 4000000);
    assert_int_equal(world_state(&w, 1), AGENT_HOLDING);
    world_close(&w);
}

/* The agent's leg is lost while he has somebody on hold. */
static void test_lost_on_hold(void **state)
{
    (void)state;
    open_hold("hold_music = h.wav\n");
    world_agent(&w, 2, AGENT_LEG_PERMANENT);
    assert_int_equal(order(1, AGENT_DO_HOLD), TM_OK);
    world_forget(&w);
    (void)floor_move(w.floor, (struct agent_id){1}, AGENT_IN_SIGN_OUT,
                     w.now_us);
    assert_int_equal(order(1, AGENT_DO_LEG_LOST), TM_OK);
    expect("-> silence A1\n");
    expect("-> bridge A1 G2 beep\n");
    world_run(&w, 400000);
    assert_int_equal(world_state(&w, 2), AGENT_TALKING);
    world_close(&w);
}

/* --- what is promised in the talk ------------------------------------------*/

static void test_a_promise_is_written_at_once(void **state)
{
    (void)state;
    open_hold("hold = 2s\n");
    int64_t due_us = w.start_us + INT64_C(5000000000);
    assert_int_equal(dispose(1, "later", due_us), TM_OK);
    world_expect(&w, "1.300 callback L1 A1 at 5000\n");
    assert_int_equal(dispose(1, "later", due_us), TM_OK);
    world_expect(&w, "");
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    expect("lead L1 A1 callback callback at 5000\n");
    world_close(&w);
    struct campaign_open_attempt a = {.attempt = {1},
                                      .lead = world_lead(1, 12124560001),
                                      .answered_us = 1,
                                      .served = true,
                                      .bridged = true,
                                      .callback = true,
                                      .callback_us = due_us};
    struct record out[3];
    open_mode("dial_mode = progressive\n");
    assert_int_equal(campaign_close_open(w.plan, &a, w.now_us, out), 2);
    assert_int_equal(out[1].state, LEAD_CALLBACK);
    assert_true(out[1].due_us == due_us);
    world_close(&w);
}

/* --- joins that fail -------------------------------------------------------*/

static void not_joined(int64_t agent)
{
    (void)floor_move(w.floor, (struct agent_id){agent}, AGENT_IN_PAUSE,
                     w.now_us);
    assert_int_equal(
        world_order(&w, agent, AGENT_DO_LEG_LOST, "cannot be joined", 0),
        TM_OK);
}

/* Nobody served him: the message, and an abandoned call. */
static void test_never_joined(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    begin(1, 1);
    answers(1);
    world_forget(&w);
    world_run(&w, 2001);
    not_joined(1);
    world_run(&w, 1);
    assert_int_equal(world_state(&w, 1), AGENT_PAUSED);
    expect("-> play A1 This is Clinic");
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    expect("ended L1 A1 abandoned callee_hung_up 0 ring 0 talk 2002 live "
           "abandoned\n");
    assert_int_equal(w.campaign->crew->live_up, 0);
    assert_int_equal(w.campaign->crew->lost_up, 0);
    world_close(&w);
}

/* Another agent has him in time, or too late for the law. */
static void test_joined_with_the_next(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        open_mode("dial_mode = progressive\n");
        begin(1, 1);
        world_agent(&w, 2, AGENT_LEG_PERMANENT);
        answers(1);
        world_run(&w, late ? 2001 : 1500);
        not_joined(1);
        assert_int_equal(world_state(&w, 2), AGENT_TALKING);
        expect(late ? "bridged L1 A1 G2 wait 2001"
                    : "bridged L1 A1 G2 wait 1500");
        assert_int_equal(w.campaign->crew->live_up, 1);
        assert_int_equal(w.campaign->crew->lost_up, late);
        world_ended(&w, 1, CAUSE_CALLEE, 0);
        assert_true(seen("ended L1 A1 talked"));
        assert_true(seen(" abandoned\n") == (late == 1));
        assert_int_equal(dispose(2, "sale", 0), TM_OK);
        world_close(&w);
    }
}

/* The second agent of a person who was served. */
static void test_served_all_the_same(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    begin(1, 1);
    world_agent(&w, 2, AGENT_LEG_PERMANENT);
    answers(1);
    world_run(&w, 5000);
    (void)floor_move(w.floor, (struct agent_id){1}, AGENT_IN_PAUSE, w.now_us);
    assert_int_equal(order(1, AGENT_DO_LEG_LOST), TM_OK);
    assert_int_equal(world_state(&w, 2), AGENT_TALKING);
    world_run(&w, 2100);
    not_joined(2);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    expect("ended L1 A1 talked");
    assert_false(seen("abandoned"));
    world_close(&w);
}

/* --- who is told off while we hang up --------------------------------------*/

/* He was served: his agent wraps up, and whatever he says nobody calls again.
 */
static void test_a_key_after_the_talk(void **state)
{
    static const char *const word[] = {"sale", "again", "voicemail"};
    (void)state;
    for (size_t i = 0; i < tm_array_len(word); i++) {
        open_mode("dial_mode = progressive\n");
        begin(1, 1);
        answers(1);
        world_run(&w, 5000);
        assert_int_equal(order(1, AGENT_DO_HANG_UP), TM_OK);
        world_digit(&w, 1, '9');
        world_digit(&w, 1, '9');
        assert_int_equal(count("opt_out L1 A1"), 1);
        world_forget(&w);
        world_ended(&w, 1, CAUSE_US, 0);
        expect("ended L1 A1 opted_out we_hung_up 0 ring 0 talk 5000 live\n");
        expect("lead L1 A1 denied opted_out\n");
        assert_int_equal(world_state(&w, 1), AGENT_WRAP);
        world_forget(&w);
        assert_int_equal(dispose(1, word[i], 0), TM_OK);
        expect("disposition L1 A1 G1 ");
        expect("lead L1 A1 denied opted_out\n");
        assert_int_equal(world_state(&w, 1), AGENT_READY);
        assert_int_equal(dispose(1, "sale", 0), TM_ESTATE);
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_after_the_talk),
        cmocka_unit_test(test_never_joined),
        cmocka_unit_test(test_joined_with_the_next),
        cmocka_unit_test(test_served_all_the_same),
        cmocka_unit_test(test_hold_has_an_end),
        cmocka_unit_test(test_hold_without_music),
        cmocka_unit_test(test_lost_on_hold),
        cmocka_unit_test(test_a_promise_is_written_at_once),
        cmocka_unit_test(test_lines_before_leads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

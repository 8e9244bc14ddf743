/*
 * Calls to us, one by one: who answers, what the caller hears, how he waits,
 * gets an agent or none, and what becomes of his lead.
 */
#include "fixture_inbound.h"

/* --- a call ----------------------------------------------------------------*/

static void test_a_caller_meets_an_agent(void **state)
{
    (void)state;
    begin_day(1);
    int64_t a = world_incoming(&w, from, &caller, false);
    assert_true(numbers_in_call(&w.numbers, from));
    world_run(&w, 200);
    world_call(&w, a, CARRIER_ANSWERED);
    world_run(&w, 2000);
    world_played(&w, a, 1);
    assert_int_equal(world_state(&w, 1), AGENT_TALKING);
    assert_int_equal(
        campaign_agent_lead(w.campaign, (struct agent_id){1})->id.v, CALLER);
    assert_int_equal(status().talking, 1);
    world_run(&w, 10000);
    assert_int_equal(order(1, AGENT_DO_HOLD), TM_OK);
    assert_int_equal(order(1, AGENT_DO_RETRIEVE), TM_OK);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_int_equal(world_state(&w, 1), AGENT_WRAP);
    world_run(&w, 5000);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    world_expect(&w, "1.000 incoming L1 A1 +12125550100\n"
                     "1.000 => answer A1\n"
                     "1.200 answered L1 A1\n"
                     "1.200 -> play A1 Welcome\n"
                     "3.200 bridged L1 A1 G1 wait 0\n"
                     "3.200 -> silence A1\n"
                     "3.200 -> bridge A1 G1 beep\n"
                     "13.200 -> part A1 G1\n"
                     "13.200 -> bridge A1 G1\n"
                     "13.200 ended L1 A1 talked callee_hung_up 0 ring 200 talk "
                     "12000\n"
                     "13.200 lead L1 A1 waiting no_disposition at 86473\n"
                     "18.200 disposition L1 A1 G1 sale\n"
                     "18.200 lead L1 A1 done success\n");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    nothing_left();
    world_close(&w);
}

/* Words at once when there is no greeting, music between them. */
static void test_he_waits_with_music(void **state)
{
    (void)state;
    begin_day(1);
    int64_t first = calls(12124567002, NULL);
    world_forget(&w);
    int64_t a = calls(from, &caller);
    assert_int_equal(status().callers, 1);
    assert_int_equal(status().waiting, 0);
    assert_true(status().oldest_caller_us == w.now_us);
    assert_true(campaign_waits_due_us(w.campaign) == w.now_us + 20000000);
    world_run(&w, 10000);
    heard(a);
    world_run(&w, 20000);
    heard(a);
    world_run(&w, 5000);
    world_ended(&w, first, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "no_interest", 0), TM_OK);
    assert_int_equal(world_state(&w, 1), AGENT_TALKING);
    world_expect(&w, "1.000 incoming L1 A2 +12125550100\n"
                     "1.000 => answer A2\n"
                     "1.000 answered L1 A2\n"
                     "1.000 -> play A2 Welcome\n"
                     "1.000 -> play A2 m.wav\n"
                     "11.000 -> play A2 m.wav\n"
                     "26.000 -> play A2 Please wait\n"
                     "31.000 -> play A2 m.wav\n"
                     "36.000 ended A1 talked callee_hung_up 0 ring 0 talk "
                     "35000\n"
                     "36.000 disposition A1 G1 no_interest\n"
                     "36.000 bridged L1 A2 G1 wait 35000\n"
                     "36.000 -> silence A2\n"
                     "36.000 -> bridge A2 G1 beep\n");
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    nothing_left();
    world_close(&w);
}

static void test_he_gives_up(void **state)
{
    (void)state;
    begin_day(1);
    (void)calls(12124567002, NULL);
    int64_t a = calls(from, &caller);
    world_run(&w, 5000);
    world_forget(&w);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    world_expect(&w, "6.000 ended L1 A2 gave_up callee_hung_up 0 ring 0 talk "
                     "5000\n"
                     "6.000 lead L1 A2 callback missed_call at 66\n");
    assert_int_equal(floor_waiting(w.floor), 0);
    world_close(&w);
}

/* What was planned for him stays. */
static void test_a_missed_call_may_be_kept(void **state)
{
    static const struct {
        enum lead_state state;
        int64_t due_us;
        const char *text;
    } was[] = {
        {LEAD_NEW, 0, "waiting called_us at 1\n"},
        {LEAD_WAITING, INT64_MAX, "waiting called_us at "},
        {LEAD_DONE, 0, "done called_us\n"},
        {LEAD_DENIED, 0, "denied called_us\n"},
        {LEAD_EXHAUSTED, 0, "exhausted called_us\n"},
    };
    (void)state;
    open_edited("max_wait = 60s\n", "missed = keep\n");
    begin_inbound(1);
    (void)calls(12124567002, NULL);
    for (size_t i = 0; i < tm_array_len(was); i++) {
        caller.state = was[i].state;
        caller.due_us = was[i].due_us;
        int64_t a = calls(from, &caller);
        world_forget(&w);
        world_ended(&w, a, CAUSE_CALLEE, 0);
        expect(was[i].text);
    }
    world_close(&w);
}

/* Who is done with, or must not be called, is not called back. */
static void test_who_is_not_called_back(void **state)
{
    (void)state;
    begin_day(1);
    (void)calls(12124567002, NULL);
    caller.state = LEAD_DENIED;
    world_ended(&w, calls(from, &caller), CAUSE_CALLEE, 0);
    expect("denied called_us\n");
    caller.state = LEAD_EXHAUSTED;
    world_ended(&w, calls(from, &caller), CAUSE_CALLEE, 0);
    expect("callback missed_call");
    world_close(&w);
}

static void test_he_waits_too_long(void **state)
{
    (void)state;
    begin_day(1);
    (void)calls(12124567002, NULL);
    int64_t a = calls(from, &caller);
    world_run(&w, 59000);
    world_forget(&w);
    world_run(&w, 1500);
    world_expect(&w, "61.000 -> play A2 Closed\n");
    assert_int_equal(status().callers, 0);
    heard(a);
    world_ended(&w, a, CAUSE_US, 0);
    world_expect(&w, "61.500 -> hangup A2\n"
                     "61.500 ended L1 A2 turned_away we_hung_up 0 ring 0 talk "
                     "60500\n"
                     "61.500 lead L1 A2 callback missed_call at 121\n");
    world_close(&w);
}

/* All agents go home while he waits: with the next words he is told. Who only
 * pauses comes back. */
static void test_all_go_home(void **state)
{
    (void)state;
    for (int said = 0; said < 2; said++) {
        open_edited(said ? NULL : "wait_say = Please wait\nwait_every = 25s\n",
                    "");
        begin_inbound(1);
        int64_t first = calls(12124567002, NULL);
        (void)calls(from, &caller);
        world_ended(&w, first, CAUSE_CALLEE, 0);
        (void)floor_move(w.floor, (struct agent_id){1}, AGENT_IN_PAUSE,
                         w.now_us);
        assert_int_equal(dispose(1, "sale", 0), TM_OK);
        assert_int_equal(world_state(&w, 1), AGENT_PAUSED);
        world_run(&w, said ? 26000 : 31000);
        assert_int_equal(status().callers, 1);
        assert_int_equal(count("Please wait"), said);
        (void)floor_move(w.floor, (struct agent_id){1}, AGENT_IN_SIGN_OUT,
                         w.now_us);
        world_run(&w, said ? 23000 : 28000);
        assert_int_equal(status().callers, 1);
        world_run(&w, 2000);
        assert_int_equal(status().callers, 0);
        expect("-> play A2 Closed\n");
        world_close(&w);
    }
}

/* The agent comes at the last moment. */
static void test_the_last_moment_counts(void **state)
{
    (void)state;
    begin_day(1);
    (void)calls(12124567002, NULL);
    (void)calls(from, &caller);
    world_run(&w, 59000);
    world_agent(&w, 2, AGENT_LEG_PERMANENT);
    world_forget(&w);
    world_run(&w, 2000);
    expect("bridged L1 A2 G2 wait 60000");
    world_close(&w);
}

/* A greeting of which nobody says that it is over. */
static void test_a_greeting_without_end(void **state)
{
    (void)state;
    begin_day(1);
    int64_t a = world_incoming(&w, from, NULL, false);
    world_call(&w, a, CARRIER_ANSWERED);
    world_run(&w, 119000);
    assert_false(seen("bridged"));
    world_run(&w, 1100);
    expect("bridged A1 G1");
    world_close(&w);
}

/* --- nobody is there -------------------------------------------------------*/

static void test_nobody_is_signed_in(void **state)
{
    (void)state;
    begin_day(0);
    int64_t a = world_incoming(&w, from, &caller, false);
    world_call(&w, a, CARRIER_ANSWERED);
    heard(a);
    world_ended(&w, a, CAUSE_US, 0);
    world_expect(&w, "1.000 incoming L1 A1 +12125550100\n"
                     "1.000 => answer A1\n"
                     "1.000 answered L1 A1\n"
                     "1.000 -> play A1 Closed\n"
                     "1.000 -> hangup A1\n"
                     "1.000 ended L1 A1 turned_away we_hung_up 0 ring 0 talk "
                     "0\n"
                     "1.000 lead L1 A1 callback missed_call at 61\n");
    nothing_left();
    world_close(&w);
}

static void test_nobody_and_no_words(void **state)
{
    (void)state;
    open_edited("closed_say = Closed\n", "");
    begin_inbound(0);
    int64_t a = world_incoming(&w, from, &caller, false);
    world_ended(&w, a, CAUSE_US, 480);
    world_expect(&w, "1.000 incoming L1 A1 +12125550100\n"
                     "1.000 -> hangup A1\n"
                     "1.000 ended L1 A1 turned_away we_hung_up 480 ring 0 talk "
                     "0\n"
                     "1.000 lead L1 A1 callback missed_call at 61\n");
    nothing_left();
    world_close(&w);
}

/* Who pauses takes no calls; who talks will. */
static void test_all_pause(void **state)
{
    (void)state;
    begin_day(2);
    struct agent_id one = {1}, two = {2};
    assert_true(floor_move(w.floor, one, AGENT_IN_PAUSE, w.now_us));
    assert_true(floor_move(w.floor, two, AGENT_IN_PAUSE, w.now_us));
    int64_t a = world_incoming(&w, from, &caller, false);
    world_call(&w, a, CARRIER_ANSWERED);
    expect("Closed");
    world_forget(&w);
    assert_true(floor_move(w.floor, two, AGENT_IN_READY, w.now_us));
    a = calls(12124567002, NULL);
    expect("bridged A2 G2");
    a = calls(12124567003, NULL);
    assert_int_equal(status().callers, 1);
    world_close(&w);
}

/* --- taken or not ----------------------------------------------------------*/

static void test_who_is_taken(void **state)
{
    (void)state;
    open_edited(NULL, NULL);
    assert_int_equal(campaign_takes_caller(w.campaign, 12125550100), TM_ESTATE);
    begin_inbound(1);
    assert_int_equal(campaign_takes_caller(w.campaign, 12125550100), TM_OK);
    assert_int_equal(campaign_takes_caller(w.campaign, 18005550123), TM_OK);
    assert_int_equal(campaign_takes_caller(w.campaign, 12125550101),
                     TM_ENOTFOUND);
    world_say(&w, CAMPAIGN_EV_PAUSE);
    assert_int_equal(campaign_takes_caller(w.campaign, 12125550100), TM_OK);
    world_say(&w, CAMPAIGN_EV_STORE_DOWN);
    assert_int_equal(campaign_takes_caller(w.campaign, 12125550100), TM_ESTATE);
    world_say(&w, CAMPAIGN_EV_STORE_UP);
    for (uint64_t i = 0; i < 4; i++)
        (void)calls(12124567001 + i, NULL);
    assert_int_equal(campaign_takes_caller(w.campaign, 12125550100), TM_EFULL);
    world_say(&w, CAMPAIGN_EV_STOP);
    assert_int_equal(campaign_takes_caller(w.campaign, 12125550100), TM_ESTATE);
    world_close(&w);
}

/* One more than there is room for, and one after the stop: refused, recorded,
 * the lead is called back. */
static void test_refused(void **state)
{
    (void)state;
    begin_day(1);
    for (uint64_t i = 0; i < 4; i++)
        (void)calls(12124567002 + i, NULL);
    world_forget(&w);
    int64_t a = world_incoming(&w, from, &caller, false);
    world_ended(&w, a, CAUSE_US, 486);
    world_expect(&w, "1.000 incoming L1 A5 +12125550100\n"
                     "1.000 -> hangup A5 busy\n"
                     "1.000 ended L1 A5 turned_away we_hung_up 486 ring 0 talk "
                     "0\n"
                     "1.000 lead L1 A5 callback missed_call at 61\n");
    world_say(&w, CAMPAIGN_EV_STOP);
    world_forget(&w);
    caller.state = LEAD_DONE;
    a = world_incoming(&w, from, &caller, false);
    world_ended(&w, a, CAUSE_US, 480);
    world_expect(&w, "1.000 incoming L1 A6 +12125550100\n"
                     "1.000 -> hangup A6\n"
                     "1.000 ended L1 A6 turned_away we_hung_up 480 ring 0 talk "
                     "0\n"
                     "1.000 lead L1 A6 done called_us\n");
    world_close(&w);
}

/* Not even a slot is left: one step says all. */
static void test_no_slot_is_left(void **state)
{
    (void)state;
    begin_day(1);
    size_t n = w.campaign->slots.n;
    for (size_t i = 0; i < n; i++)
        (void)world_incoming(&w, 12130000000 + i, NULL, false);
    world_forget(&w);
    int64_t a = world_incoming(&w, from, &caller, false);
    char text[400];
    snprintf(text, sizeof(text),
             "1.000 incoming L1 A%lld +12125550100\n"
             "1.000 ended L1 A%lld turned_away we_hung_up 0 ring 0 talk 0\n"
             "1.000 lead L1 callback missed_call at 61\n"
             "1.000 -> hangup A%lld busy\n",
             (long long)a, (long long)a, (long long)a);
    world_expect(&w, text);
    world_ended(&w, a, CAUSE_US, 486);
    world_expect(&w, "");
    world_close(&w);
}

/* He hangs up before we have answered. */
static void test_gone_before_the_answer(void **state)
{
    (void)state;
    begin_day(1);
    int64_t a = world_incoming(&w, from, &caller, false);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    expect("ended L1 A1 gave_up callee_hung_up 0 ring 0 talk 0\n");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    world_call(&w, a, CARRIER_ANSWERED);
    nothing_left();
    world_close(&w);
}

/* Only who hangs up has given up: what went wrong with us or the network on the
 * way to us turned him away. */
static void test_why_it_ended(void **state)
{
    static const enum call_cause ours[] = {
        CAUSE_US,         CAUSE_NO_ANSWER, CAUSE_BUSY,    CAUSE_REJECTED,
        CAUSE_CONGESTION, CAUSE_MEDIA,     CAUSE_NETWORK, CAUSE_PROTOCOL};
    (void)state;
    begin_day(1);
    (void)calls(12124567002, NULL);
    for (size_t i = 0; i < tm_array_len(ours); i++) {
        int64_t a = world_incoming(&w, from, &caller, false);
        world_forget(&w);
        world_ended(&w, a, ours[i], 0);
        expect("turned_away");
    }
    world_ended(&w, world_incoming(&w, from, &caller, false), CAUSE_CALLEE, 0);
    expect("gave_up callee_hung_up");
    world_forget(&w);
    world_ended(&w, calls(from, &caller), CAUSE_NETWORK, 0); /* of his own */
    expect("gave_up network");
    world_forget(&w);
    world_ended(&w, calls(from, &caller), CAUSE_MEDIA, 0);
    expect("turned_away media");
    world_close(&w);
}

/* --- keys ------------------------------------------------------------------*/

static void test_he_asks_to_be_called_back(void **state)
{
    (void)state;
    begin_day(1);
    (void)calls(12124567002, NULL);
    int64_t a = calls(from, &caller);
    world_run(&w, 3000);
    world_forget(&w);
    world_digit(&w, a, '5');
    world_digit(&w, a, '1');
    world_digit(&w, a, '1');
    assert_int_equal(status().callers, 0);
    heard(a);
    world_ended(&w, a, CAUSE_US, 0);
    world_expect(&w, "4.000 callback L1 A2 at 4\n"
                     "4.000 => play A2 We call you\n"
                     "4.000 -> hangup A2\n"
                     "4.000 ended L1 A2 callback we_hung_up 0 ring 0 talk "
                     "3000\n"
                     "4.000 lead L1 A2 callback callback at 4\n"
                     "4.000 -> fetch 64\n");
    world_close(&w);
}

/* Also while he hears that nobody is there; not when nobody could. */
static void test_called_back_when_closed(void **state)
{
    (void)state;
    begin_day(0);
    int64_t a = world_incoming(&w, from, &caller, false);
    world_call(&w, a, CARRIER_ANSWERED);
    world_digit(&w, a, '1');
    world_ended(&w, a, CAUSE_CALLEE, 0);
    expect("ended L1 A1 callback callee_hung_up");
    world_forget(&w);
    a = world_incoming(&w, from, NULL, false); /* no lead */
    world_call(&w, a, CARRIER_ANSWERED);
    world_digit(&w, a, '1');
    a = world_incoming(&w, 0, NULL, false);
    world_call(&w, a, CARRIER_ANSWERED);
    world_digit(&w, a, '1');
    assert_false(seen("callback"));
    world_close(&w);
}

static void test_he_opts_out(void **state)
{
    (void)state;
    begin_day(1);
    (void)calls(12124567002, NULL);
    int64_t a = calls(from, &caller);
    world_forget(&w);
    world_digit(&w, a, '9');
    assert_true(suppression_has(&w.suppression, w.env.seller, from, NULL));
    world_digit(&w, a, '9');
    world_digit(&w, a, '1');
    heard(a);
    world_ended(&w, a, CAUSE_US, 0);
    world_expect(&w, "1.000 opt_out L1 A2\n"
                     "1.000 => play A2 Gone\n"
                     "1.000 -> hangup A2\n"
                     "1.000 ended L1 A2 opted_out we_hung_up 0 ring 0 talk 0\n"
                     "1.000 lead L1 A2 denied opted_out\n");
    world_close(&w);
}

/* While the greeting is said, after a call back, while we hang up. */
static void test_he_opts_out_at_any_time(void **state)
{
    (void)state;
    open_edited("opt_out_say = Gone\n", "");
    begin_inbound(1);
    int64_t a = world_incoming(&w, from, &caller, false);
    world_call(&w, a, CARRIER_ANSWERED);
    world_digit(&w, a, '9');
    expect("opt_out L1 A1\n1.000 -> hangup A1\n");
    world_ended(&w, a, CAUSE_US, 0);
    world_forget(&w);
    (void)calls(12124567009, NULL);
    struct lead other = world_lead(2, 12124567002);
    a = calls(12124567002, &other);
    world_digit(&w, a, '1');
    world_digit(&w, a, '9');
    world_ended(&w, a, CAUSE_US, 0);
    expect("ended L2 A3 opted_out");
    expect("lead L2 A3 denied opted_out");
    other = world_lead(3, 12124567003);
    a = calls(12124567003, &other);
    world_digit(&w, a, '1');
    heard(a); /* we hang up */
    world_digit(&w, a, '9');
    world_ended(&w, a, CAUSE_US, 0);
    expect("ended L3 A4 opted_out");
    assert_true(
        suppression_has(&w.suppression, w.env.seller, 12124567003, NULL));
    world_close(&w);
}

/* No number, nobody to be left alone. */
static void test_a_withheld_number(void **state)
{
    (void)state;
    begin_day(1);
    int64_t talks = calls(0, NULL);
    int64_t a = calls(0, NULL);
    world_digit(&w, a, '9');
    assert_false(seen("opt_out"));
    assert_int_equal(status().callers, 1);
    assert_int_equal(dispose(1, "stop", 0), TM_ESTATE);
    assert_int_equal(dispose(1, "later", w.now_us + 1000000), TM_ESTATE);
    assert_int_equal(dispose(1, "voicemail", 0), TM_EINVAL);
    world_ended(&w, talks, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    expect("disposition A1 G1 sale\n");
    assert_false(seen("lead "));
    expect("bridged A2 G1");
    world_close(&w);
}

/* A key that can do nothing is answered: an agent can do it. In the greeting,
 * and so in the notice of a recording, it waits for their end. */
static void test_a_key_that_can_do_nothing(void **state)
{
    (void)state;
    begin_day(1);
    (void)calls(12124567002, NULL);
    int64_t a = calls(0, NULL);
    world_forget(&w);
    world_digit(&w, a, '9');
    world_expect(&w, "1.000 -> play A2 Tell us\n");
    world_run(&w, 3000);
    heard(a);
    world_expect(&w, "4.000 -> play A2 m.wav\n");
    world_digit(&w, a, '1');
    world_digit(&w, a, '5');
    world_expect(&w, "4.000 -> play A2 Tell us\n");
    world_run(&w, 3000);
    heard(a);
    assert_int_equal(status().callers, 1);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    a = world_incoming(&w, from, &caller, true); /* his lead is in use */
    world_call(&w, a, CARRIER_ANSWERED);
    world_digit(&w, a, '9'); /* works by his number */
    assert_true(suppression_has(&w.suppression, w.env.seller, from, NULL));
    a = world_incoming(&w, 0, NULL, false);
    world_forget(&w);
    world_digit(&w, a, '9'); /* not answered */
    world_expect(&w, "");
    world_call(&w, a, CARRIER_ANSWERED);
    world_digit(&w, a, '9');
    world_expect(&w, "7.000 answered A4\n7.000 -> play A4 Welcome\n");
    heard(a);
    world_expect(&w, "7.000 -> play A4 Tell us\n");
    assert_int_equal(status().callers, 0);
    heard(a);
    world_expect(&w, "7.000 -> play A4 m.wav\n");
    assert_int_equal(status().callers, 1);
    world_close(&w);
}

/* Nobody is there: he hears it, and then we hang up. */
static void test_a_key_when_closed(void **state)
{
    (void)state;
    begin_day(0);
    int64_t a = world_incoming(&w, 0, NULL, false);
    world_call(&w, a, CARRIER_ANSWERED);
    world_forget(&w);
    world_digit(&w, a, '9');
    heard(a);
    world_digit(&w, a, '9');
    world_expect(&w, "1.000 -> play A1 Tell us\n1.000 -> hangup A1\n");
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_caller_meets_an_agent),
        cmocka_unit_test(test_he_waits_with_music),
        cmocka_unit_test(test_he_gives_up),
        cmocka_unit_test(test_a_missed_call_may_be_kept),
        cmocka_unit_test(test_who_is_not_called_back),
        cmocka_unit_test(test_he_waits_too_long),
        cmocka_unit_test(test_the_last_moment_counts),
        cmocka_unit_test(test_all_go_home),
        cmocka_unit_test(test_a_greeting_without_end),
        cmocka_unit_test(test_nobody_is_signed_in),
        cmocka_unit_test(test_nobody_and_no_words),
        cmocka_unit_test(test_all_pause),
        cmocka_unit_test(test_who_is_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_slot_is_left),
        cmocka_unit_test(test_gone_before_the_answer),
        cmocka_unit_test(test_why_it_ended),
        cmocka_unit_test(test_he_asks_to_be_called_back),
        cmocka_unit_test(test_called_back_when_closed),
        cmocka_unit_test(test_he_opts_out),
        cmocka_unit_test(test_he_opts_out_at_any_time),
        cmocka_unit_test(test_a_withheld_number),
        cmocka_unit_test(test_a_key_that_can_do_nothing),
        cmocka_unit_test(test_a_key_when_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

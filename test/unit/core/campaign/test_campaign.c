/* Stories of a campaign as traces: events in, records and actions out, each
 * line with the seconds since the start (Monday 10:00 in New York). "->" is
 * done at once, "=>" when the records are durable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_world.h"

#define FIRST   UINT64_C(12124560001)
#define SECOND  UINT64_C(12124560002)
#define HOUR_MS INT64_C(3600000)

static struct world w;

static int teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* A running campaign with these leads at hand; forgets the trace so far. */
static void open_with(const struct lead *l, size_t n)
{
    world_open(&w, world_plan);
    world_say(&w, CAMPAIGN_EV_START);
    buf_clear(&w.trace);
    world_leads(&w, l, n, INT64_MAX);
}

static void open_one(void)
{
    struct lead l = world_lead(7, FIRST);
    open_with(&l, 1);
    world_expect(&w, "0.000 attempt L7 A1\n"
                     "0.000 -> prepare A1 Hello there, Clinic. Press 9\n"
                     "0.000 => place A1 12124560001\n");
}

static void ring(int64_t attempt)
{
    world_wait(&w, 10);
    world_call(&w, attempt, CARRIER_PLACED);
    world_wait(&w, 990);
    world_call(&w, attempt, CARRIER_RINGING);
}

/* Rings, answers after 5 s and hears the first words. */
static void answer(int64_t attempt)
{
    ring(attempt);
    world_wait(&w, 5000);
    world_call(&w, attempt, CARRIER_ANSWERED);
    world_wait(&w, 300);
    world_say(&w, CAMPAIGN_EV_TICK);
}

static void open_answered(void)
{
    open_one();
    answer(1);
    buf_clear(&w.trace);
}

/* The whole way: fetch, ring, answer, question, goodbye, finished. */
static void test_complete(void **state)
{
    (void)state;
    struct lead l = world_lead(7, FIRST);
    l.field[0] = (struct lead_field){str_of("first_name"), str_of("Ann")};
    l.fields = 1;
    world_open(&w, world_plan);
    world_say(&w, CAMPAIGN_EV_START);
    world_expect(
        &w, "0.000 campaign running\n"
            "0.000 -> prepare How was it? | Bye 212 555 0100 | We call | Gone\n"
            "0.000 -> fetch 8\n");
    world_leads(&w, &l, 1, INT64_MAX);
    answer(1);
    world_expect(&w, "0.000 attempt L7 A1\n"
                     "0.000 -> prepare A1 Hello Ann, Clinic. Press 9\n"
                     "0.000 => place A1 12124560001\n"
                     "0.010 placed L7 A1 id@host\n"
                     "1.000 ringing L7 A1 180\n"
                     "6.000 answered L7 A1\n"
                     "6.300 -> play A1 Hello Ann, Clinic. Press 9\n");
    world_wait(&w, 2000);
    world_played(&w, 1, 1);
    world_wait(&w, 1500);
    world_digit(&w, 1, '2');
    world_wait(&w, 1000);
    world_played(&w, 1, 3);
    world_wait(&w, 10);
    world_ended(&w, 1, CAUSE_US, 200);
    world_expect(
        &w,
        "8.300 -> play A1 How was it?\n"
        "9.800 answer L7 A1 visit good\n"
        "9.800 -> play A1 Bye 212 555 0100\n"
        "10.800 -> hangup A1\n"
        "10.810 ended L7 A1 completed we_hung_up 200 ring 5990 talk 4810 live\n"
        "10.810 lead L7 A1 done completed\n"
        "10.810 -> fetch 8\n");
    world_leads(&w, NULL, 0, INT64_MAX); /* nothing more */
    world_expect(&w, "10.810 campaign finished\n");
    assert_int_equal(campaign_deadline_us(w.campaign), INT64_MAX);
}

/* The key works in the first word; from that step on the number is closed,
 * and the confirmation waits for the record. */
static void test_opt_out(void **state)
{
    (void)state;
    struct lead l[2] = {world_lead(7, FIRST), world_lead(8, FIRST)};
    world_open(&w, world_plan);
    world_say(&w, CAMPAIGN_EV_START);
    world_leads(&w, &l[0], 1, w.start_us + 7500000);
    answer(1);
    buf_clear(&w.trace);
    world_wait(&w, 700);
    world_digit(&w, 1, '9');
    assert_true(suppression_has(&w.suppression, w.env.seller, FIRST, NULL));
    world_expect(&w, "7.000 opt_out L7 A1\n"
                     "7.000 => play A1 Gone\n");
    world_digit(&w, 1, '9');
    world_digit(&w, 1, '2');
    world_played(&w, 1, 1);
    world_expect(&w, "");
    world_played(&w, 1, 2);
    world_ended(&w, 1, CAUSE_US, 0);
    world_expect(
        &w,
        "7.000 -> hangup A1\n"
        "7.000 ended L7 A1 opted_out we_hung_up 0 ring 5990 talk 1000 live\n"
        "7.000 lead L7 A1 denied opted_out\n");
    world_wait(&w, 500);
    world_say(&w, CAMPAIGN_EV_TICK);
    /* Another lead with the same number. */
    world_leads(&w, &l[1], 1, INT64_MAX);
    world_expect(&w, "7.500 -> fetch 8\n"
                     "7.500 verdict L8 deny\n"
                     "7.500 lead L8 denied OP-DNC\n");
}

/* A request is heard while we hang up at a beep or after the goodbye. */
static void test_opt_out_while_closing(void **state)
{
    (void)state;
    open_answered();
    world_played(&w, 1, 1);
    world_digit(&w, 1, '2');
    world_played(&w, 1, 3);
    buf_clear(&w.trace);
    world_digit(&w, 1, '9');
    world_digit(&w, 1, '9');
    world_digit(&w, 1, '5');
    world_ended(&w, 1, CAUSE_US, 0);
    world_expect(
        &w, "6.300 opt_out L7 A1\n"
            "6.300 ended L7 A1 opted_out we_hung_up 0 ring 5990 talk 300 live\n"
            "6.300 lead L7 A1 denied opted_out\n"
            "6.300 -> fetch 8\n");
}

/* Asked for, recorded before it is promised, and left to a person. */
static void test_callback(void **state)
{
    (void)state;
    open_answered();
    world_digit(&w, 1, '1');
    world_played(&w, 1, 2);
    world_ended(&w, 1, CAUSE_US, 0);
    world_expect(
        &w, "6.300 callback L7 A1 at 6\n"
            "6.300 => play A1 We call\n"
            "6.300 -> hangup A1\n"
            "6.300 ended L7 A1 callback we_hung_up 0 ring 5990 talk 300 live\n"
            "6.300 lead L7 A1 callback callback at 6\n"
            "6.300 -> fetch 8\n");
    world_wait(&w, 500);
    world_say(&w, CAMPAIGN_EV_TICK);
    struct lead l = world_lead(7, FIRST);
    l.state = LEAD_CALLBACK;
    world_leads(&w, &l, 1, INT64_MAX);
    world_expect(&w, "6.800 campaign finished\n");
}

/* A live answer until the beep; after a key a beep is a person's. */
static void test_machine(void **state)
{
    (void)state;
    open_answered();
    world_wait(&w, 3000);
    world_call(&w, 1, CARRIER_BEEP);
    world_ended(&w, 1, CAUSE_US, 0);
    world_expect(&w,
                 "9.300 -> hangup A1\n"
                 "9.300 ended L7 A1 machine we_hung_up 0 ring 5990 talk 3300\n"
                 "9.300 lead L7 A1 waiting retry at 14409\n");
    world_close(&w);
    open_answered();
    world_digit(&w, 1, '5');
    world_call(&w, 1, CARRIER_BEEP);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    world_expect(
        &w,
        "6.300 ended L7 A1 hung_up callee_hung_up 0 ring 5990 talk 300 live\n"
        "6.300 lead L7 A1 exhausted no_retry\n"
        "6.300 -> fetch 8\n");
}

/* Nobody speaks or presses: the question's time runs out. */
static void test_no_input(void **state)
{
    (void)state;
    open_answered();
    world_played(&w, 1, 1);
    world_wait(&w, 1000);
    world_played(&w, 1, 2);
    assert_int_equal(campaign_deadline_us(w.campaign), w.now_us + 5000000);
    world_wait(&w, 5000);
    world_say(&w, CAMPAIGN_EV_TICK);
    world_played(&w, 1, 3);
    world_ended(&w, 1, CAUSE_US, 0);
    world_expect(
        &w,
        "6.300 -> play A1 How was it?\n"
        "12.300 -> play A1 Bye 212 555 0100\n"
        "12.300 -> hangup A1\n"
        "12.300 ended L7 A1 no_input we_hung_up 0 ring 5990 talk 6300 live\n"
        "12.300 lead L7 A1 exhausted no_retry\n"
        "12.300 -> fetch 8\n");
}

/* A 200 that crossed our CANCEL, or came with sound we cannot play: a person
 * picked up and nobody was there. That is a live and an abandoned call. */
static void test_answer_that_crossed(void **state)
{
    (void)state;
    open_one();
    ring(1);
    world_wait(&w, 200);
    buf_clear(&w.trace);
    world_ended(&w, 1, CAUSE_US, 200);
    world_expect(&w,
                 "1.200 answered L7 A1\n"
                 "1.200 ended L7 A1 abandoned we_hung_up 200 ring 1190 talk 0 "
                 "live abandoned\n"
                 "1.200 lead L7 A1 exhausted no_retry\n"
                 "1.200 -> fetch 8\n");
}

/* The person hangs up before and after the first word. */
static void test_hung_up(void **state)
{
    (void)state;
    open_one();
    ring(1);
    world_call(&w, 1, CARRIER_ANSWERED);
    world_wait(&w, 200);
    buf_clear(&w.trace);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    world_expect(
        &w,
        "1.200 ended L7 A1 hung_up callee_hung_up 0 ring 990 talk 200 live\n"
        "1.200 lead L7 A1 exhausted no_retry\n"
        "1.200 -> fetch 8\n");
    world_close(&w);
    open_answered();
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    world_expect(
        &w,
        "6.300 ended L7 A1 hung_up callee_hung_up 0 ring 5990 talk 300 live\n"
        "6.300 lead L7 A1 exhausted no_retry\n"
        "6.300 -> fetch 8\n");
}

/* Answered, and our side fails before the first word: abandoned. */
static void test_abandoned(void **state)
{
    (void)state;
    open_one();
    ring(1);
    world_call(&w, 1, CARRIER_ANSWERED);
    buf_clear(&w.trace);
    world_ended(&w, 1, CAUSE_MEDIA, 0);
    world_expect(
        &w,
        "1.000 ended L7 A1 abandoned media 0 ring 990 talk 0 live abandoned\n"
        "1.000 lead L7 A1 exhausted no_retry\n"
        "1.000 -> fetch 8\n");
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    assert_int_equal(s.counters.live, 1);
    assert_int_equal(s.counters.abandoned, 1);
    assert_int_equal(s.counters.placed, 1);
}

/* Two more calls after a busy line, ten minutes apart, then no more. */
static void test_busy_until_exhausted(void **state)
{
    (void)state;
    struct lead l = world_lead(7, FIRST);
    open_with(&l, 1);
    for (int64_t a = 1; a <= 3; a++) {
        ring(a);
        world_ended(&w, a, CAUSE_BUSY, 486);
        l.outcomes[OUTCOME_BUSY]++;
        l.state = LEAD_WAITING;
        world_wait(&w, 600 * 1000);
        if (a == 3)
            break;
        world_say(&w, CAMPAIGN_EV_TICK); /* the retry is a lead that waits */
        world_leads(&w, &l, 1, INT64_MAX);
    }
    world_expect(&w, "0.000 attempt L7 A1\n"
                     "0.000 -> prepare A1 Hello there, Clinic. Press 9\n"
                     "0.000 => place A1 12124560001\n"
                     "0.010 placed L7 A1 id@host\n"
                     "1.000 ringing L7 A1 180\n"
                     "1.000 ended L7 A1 busy busy 486 ring 990 talk 0\n"
                     "1.000 lead L7 A1 waiting retry at 601\n"
                     "601.000 -> fetch 8\n"
                     "601.000 attempt L7 A2\n"
                     "601.000 -> prepare A2 Hello there, Clinic. Press 9\n"
                     "601.000 => place A2 12124560001\n"
                     "601.010 placed L7 A2 id@host\n"
                     "602.000 ringing L7 A2 180\n"
                     "602.000 ended L7 A2 busy busy 486 ring 990 talk 0\n"
                     "602.000 lead L7 A2 waiting retry at 1202\n"
                     "1202.000 -> fetch 8\n"
                     "1202.000 attempt L7 A3\n"
                     "1202.000 -> prepare A3 Hello there, Clinic. Press 9\n"
                     "1202.000 => place A3 12124560001\n"
                     "1202.010 placed L7 A3 id@host\n"
                     "1203.000 ringing L7 A3 180\n"
                     "1203.000 ended L7 A3 busy busy 486 ring 990 talk 0\n"
                     "1203.000 lead L7 A3 exhausted tries_used_up\n"
                     "1203.000 -> fetch 8\n");
}

/* The network says the number does not exist: the other one is next. */
static void test_bad_number(void **state)
{
    (void)state;
    struct lead l = world_lead(7, FIRST);
    l.phone[1] = (struct lead_phone){.e164 = SECOND, .type = NUMBER_MOBILE};
    l.phones = 2;
    open_with(&l, 1);
    ring(1);
    world_ended(&w, 1, CAUSE_DISCONNECTED, 404);
    l.phone[0].bad = true;
    l.history[0] =
        (struct lead_try){{1}, FIRST, w.start_us, OUTCOME_DISCONNECTED};
    l.tries = 1;
    l.outcomes[OUTCOME_DISCONNECTED] = 1;
    world_wait(&w, 500);
    world_say(&w, CAMPAIGN_EV_TICK);
    world_leads(&w, &l, 1, INT64_MAX);
    ring(2);
    world_ended(&w, 2, CAUSE_DISCONNECTED, 404);
    world_expect(
        &w, "0.000 attempt L7 A1\n"
            "0.000 -> prepare A1 Hello there, Clinic. Press 9\n"
            "0.000 => place A1 12124560001\n"
            "0.010 placed L7 A1 id@host\n"
            "1.000 ringing L7 A1 180\n"
            "1.000 ended L7 A1 disconnected disconnected 404 ring 990 talk 0\n"
            "1.000 lead L7 A1 waiting next_number at 1\n"
            "1.000 -> fetch 8\n"
            "1.500 attempt L7 A2\n"
            "1.500 -> prepare A2 Hello there, Clinic. Press 9\n"
            "1.500 => place A2 12124560002\n"
            "1.510 placed L7 A2 id@host\n"
            "2.500 ringing L7 A2 180\n"
            "2.500 ended L7 A2 disconnected disconnected 404 ring 990 talk 0\n"
            "2.500 lead L7 A2 exhausted no_good_number\n"
            "2.500 -> fetch 8\n");
}

/* Before the campaign's hours: written once, with the instant. */
static void test_hours(void **state)
{
    (void)state;
    struct lead l = world_lead(7, FIRST);
    world_open(&w, world_plan);
    world_wait(&w, -2 * HOUR_MS); /* 8:00 in New York */
    world_say(&w, CAMPAIGN_EV_START);
    buf_clear(&w.trace);
    world_leads(&w, &l, 1, INT64_MAX);
    world_expect(&w, "-7200.000 verdict L7 not_before at -3600\n"
                     "-7200.000 lead L7 waiting OP-HRS at -3600\n");
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    assert_string_equal(s.idle_why,
                        "no lead may be called before 2026-11-23T14:00:00Z "
                        "(hours, caps or retry times)");
    assert_int_equal(campaign_deadline_us(w.campaign),
                     w.start_us - HOUR_MS * 1000);
    world_wait(&w, HOUR_MS);
    world_say(&w, CAMPAIGN_EV_TICK);
    l.state = LEAD_WAITING;
    world_leads(&w, &l, 1, INT64_MAX);
    world_expect(&w, "-3600.000 -> fetch 8\n"
                     "-3600.000 attempt L7 A1\n"
                     "-3600.000 -> prepare A1 Hello there, Clinic. Press 9\n"
                     "-3600.000 => place A1 12124560001\n");
}

/* No consent to recorded calls: the law says no, once and for all. */
static void test_denied(void **state)
{
    (void)state;
    struct lead l = world_lead(7, FIRST);
    l.consents = 0;
    world_open(&w, world_plan);
    world_say(&w, CAMPAIGN_EV_START);
    buf_clear(&w.trace);
    world_leads(&w, &l, 1, INT64_MAX);
    world_expect(&w, "0.000 verdict L7 deny\n"
                     "0.000 lead L7 denied US-FCC-WIRELESS\n");
    struct lead none = world_lead(8, SECOND);
    none.phone[0].bad = true;
    world_wait(&w, 500);
    world_say(&w, CAMPAIGN_EV_START);
    world_leads(&w, &none, 1, INT64_MAX);
    world_expect(&w, "0.500 -> fetch 8\n"
                     "0.500 lead L8 exhausted no_good_number\n");
}

/* Each refusal closes the attempt; the lead comes back when it may. */
static void test_refused(void **state)
{
    (void)state;
    struct lead l[3] = {world_lead(7, FIRST), world_lead(8, SECOND),
                        world_lead(9, 12124560003)};
    open_with(l, 3);
    buf_clear(&w.trace);
    world_refused(&w, 2, TM_ESTATE);
    world_expect(&w, "0.000 ended L8 A2 cancelled refused 0 ring 0 talk 0\n"
                     "0.000 lead L8 A2 denied opted_out\n"
                     "0.000 attempt L9 A3\n"
                     "0.000 -> prepare A3 Hello there, Clinic. Press 9\n"
                     "0.000 => place A3 12124560003\n");
    world_refused(&w, 1, TM_EEXPIRED);
    world_expect(&w, "0.000 ended L7 A1 cancelled refused 0 ring 0 talk 0\n"
                     "0.000 lead L7 A1 waiting not_placed at 1\n");
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    assert_true(strstr(s.idle_why, "the store is slow") != NULL);
    world_refused(&w, 3, TM_EFULL);
    world_refused(&w, 3, TM_EFULL);
    world_refused(&w, 99, TM_EFULL);
    world_expect(&w, "0.000 ended L9 A3 cancelled refused 0 ring 0 talk 0\n"
                     "0.000 lead L9 A3 waiting not_placed at 1\n");
    campaign_status(w.campaign, &s);
    assert_int_equal(s.calls, 0);
    assert_true(strstr(s.idle_why, "trunk refused") != NULL);
}

/* Never more calls than the campaign's lines; the trunk's room counts. */
static void test_lines(void **state)
{
    (void)state;
    struct lead l[4] = {world_lead(7, FIRST), world_lead(8, SECOND),
                        world_lead(9, 12124560003),
                        world_lead(10, 12124560004)};
    struct campaign_status s;
    open_with(l, 4);
    world_expect(&w, "0.000 attempt L7 A1\n"
                     "0.000 attempt L8 A2\n"
                     "0.000 -> prepare A1 Hello there, Clinic. Press 9\n"
                     "0.000 => place A1 12124560001\n"
                     "0.000 -> prepare A2 Hello there, Clinic. Press 9\n"
                     "0.000 => place A2 12124560002\n");
    campaign_status(w.campaign, &s);
    assert_string_equal(s.idle_why, "all lines of the campaign are busy");
    assert_int_equal(s.calls, 2);
    assert_int_equal(s.hopper, 2);
    ring(1);
    ring(2);
    buf_clear(&w.trace);
    w.room = 0;
    world_ended(&w, 1, CAUSE_NO_ANSWER, 480);
    world_expect(&w,
                 "2.000 ended L7 A1 no_answer no_answer 480 ring 1990 talk 0\n"
                 "2.000 lead L7 A1 waiting retry at 7202\n");
    campaign_status(w.campaign, &s);
    assert_string_equal(s.idle_why, "the trunk takes no more calls");
    assert_int_equal(campaign_deadline_us(w.campaign), w.now_us + 50000);
    w.room = 1;
    world_wait(&w, 50);
    world_say(&w, CAMPAIGN_EV_TICK);
    world_expect(&w, "2.050 attempt L9 A3\n"
                     "2.050 -> prepare A3 Hello there, Clinic. Press 9\n"
                     "2.050 => place A3 12124560003\n");
    struct attempt_id up[4];
    assert_int_equal(campaign_calls(w.campaign, up, 4), 1);
    assert_int_equal(up[0].v, 2);
}

/* Paused: calls go on, leads stay; they are fetched anew on the way on.
 * Stopped: leads go back. */
static void test_pause_and_stop(void **state)
{
    (void)state;
    struct lead l[3] = {world_lead(7, FIRST), world_lead(8, SECOND),
                        world_lead(9, 12124560003)};
    open_with(l, 3);
    buf_clear(&w.trace);
    world_say(&w, CAMPAIGN_EV_PAUSE);
    world_say(&w, CAMPAIGN_EV_PAUSE);
    ring(1);
    world_ended(&w, 1, CAUSE_BUSY, 486);
    world_expect(&w, "0.000 campaign paused\n"
                     "0.010 placed L7 A1 id@host\n"
                     "1.000 ringing L7 A1 180\n"
                     "1.000 ended L7 A1 busy busy 486 ring 990 talk 0\n"
                     "1.000 lead L7 A1 waiting retry at 601\n");
    world_say(&w, CAMPAIGN_EV_START);
    world_leads(&w, &l[2], 1, INT64_MAX);
    world_expect(&w, "1.000 campaign running\n"
                     "1.000 -> release\n"
                     "1.000 -> fetch 8\n"
                     "1.000 attempt L9 A3\n"
                     "1.000 -> prepare A3 Hello there, Clinic. Press 9\n"
                     "1.000 => place A3 12124560003\n");
    world_refused(&w, 3, TM_EEXPIRED);
    buf_clear(&w.trace);
    world_say(&w, CAMPAIGN_EV_STOP);
    world_say(&w, CAMPAIGN_EV_STOP);
    world_say(&w, CAMPAIGN_EV_PAUSE);
    ring(2);
    world_ended(&w, 2, CAUSE_CONGESTION, 503);
    world_expect(&w,
                 "1.000 campaign stopped\n"
                 "1.000 -> release\n"
                 "1.010 placed L8 A2 id@host\n"
                 "2.000 ringing L8 A2 180\n"
                 "2.000 ended L8 A2 congestion congestion 503 ring 990 talk 0\n"
                 "2.000 lead L8 A2 waiting retry at 62\n");
}

/* Leads that come after a stop are given back, also after a new start. */
static void test_stop_while_fetching(void **state)
{
    (void)state;
    struct lead l = world_lead(7, FIRST);
    world_open(&w, world_plan);
    world_say(&w, CAMPAIGN_EV_START);
    world_say(&w, CAMPAIGN_EV_STOP);
    buf_clear(&w.trace);
    world_leads(&w, &l, 1, INT64_MAX);
    world_expect(&w, "0.000 -> release\n");
    world_say(&w, CAMPAIGN_EV_START);
    world_say(&w, CAMPAIGN_EV_STOP);
    world_say(&w, CAMPAIGN_EV_START);
    world_leads(&w, &l, 1, INT64_MAX);
    world_expect(&w, "0.000 campaign running\n"
                     "0.000 -> fetch 8\n"
                     "0.000 campaign stopped\n"
                     "0.000 -> release\n"
                     "0.000 campaign running\n"
                     "0.000 -> release\n"
                     "0.000 -> fetch 8\n");
}

/* What is on file has changed: leads at hand, and those on their way, are
 * fetched anew. */
static void test_refresh(void **state)
{
    (void)state;
    struct lead l = world_lead(7, FIRST);
    world_open(&w, world_plan);
    world_say(&w, CAMPAIGN_EV_REFRESH); /* not running: nothing to do */
    world_expect(&w, "");
    world_say(&w, CAMPAIGN_EV_START);
    buf_clear(&w.trace);
    world_say(&w, CAMPAIGN_EV_REFRESH);
    world_leads(&w, &l, 1, INT64_MAX);
    world_expect(&w, "0.000 -> release\n"
                     "0.000 -> release\n"
                     "0.000 -> fetch 8\n");
}

/* Started again while it runs: its list has new leads, which a fetch on its
 * way may not have seen. It is not over before they were looked for. */
static void test_new_leads(void **state)
{
    (void)state;
    world_open(&w, world_plan);
    world_say(&w, CAMPAIGN_EV_START);
    world_say(&w, CAMPAIGN_EV_START);
    buf_clear(&w.trace);
    world_leads(&w, NULL, 0, INT64_MAX);
    world_wait(&w, 1000);
    world_say(&w, CAMPAIGN_EV_TICK);
    world_expect(&w, "1.000 -> fetch 8\n");
    struct lead l = world_lead(7, FIRST);
    l.phone[0].bad = true;
    world_leads(&w, &l, 1, INT64_MAX);
    buf_clear(&w.trace);
    /* at rest, and woken at once */
    world_leads(&w, NULL, 0, w.now_us + HOUR_MS * 1000);
    world_say(&w, CAMPAIGN_EV_TICK);
    buf_clear(&w.trace);
    world_wait(&w, 1000);
    world_say(&w, CAMPAIGN_EV_START);
    world_expect(&w, "2.000 -> fetch 8\n");
    /* nothing came: it ends as ever */
    world_leads(&w, NULL, 0, INT64_MAX);
    world_expect(&w, "2.000 campaign finished\n");
}

/* Nothing starts while records cannot be written; calls go on. */
static void test_store_down(void **state)
{
    (void)state;
    struct lead l[3] = {world_lead(7, FIRST), world_lead(8, SECOND),
                        world_lead(9, 12124560003)};
    struct campaign_status s;
    open_with(l, 3);
    answer(1);
    world_say(&w, CAMPAIGN_EV_STORE_DOWN);
    buf_clear(&w.trace);
    world_digit(&w, 1, '9');
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    world_expect(
        &w,
        "6.300 opt_out L7 A1\n"
        "6.300 => play A1 Gone\n"
        "6.300 ended L7 A1 opted_out callee_hung_up 0 ring 5990 talk 300 live\n"
        "6.300 lead L7 A1 denied opted_out\n");
    campaign_status(w.campaign, &s);
    assert_true(strstr(s.idle_why, "the store cannot write") != NULL);
    world_say(&w, CAMPAIGN_EV_STORE_UP);
    world_expect(&w, "6.300 attempt L9 A3\n"
                     "6.300 -> prepare A3 Hello there, Clinic. Press 9\n"
                     "6.300 => place A3 12124560003\n");
}

/* A campaign that ran before a restart goes on by itself. */
static void test_resumed(void **state)
{
    (void)state;
    struct lead l = world_lead(7, FIRST);
    struct campaign_counters counters = {.placed = 5, .first_call_us = 1};
    world_open(&w, world_plan);
    w.campaign = campaign_new(&w.arena, &w.env, CAMPAIGN_RUNNING, &counters);
    assert_int_equal(campaign_deadline_us(w.campaign), 0);
    world_say(&w, CAMPAIGN_EV_TICK);
    world_leads(&w, &l, 1, INT64_MAX);
    world_expect(
        &w, "0.000 -> prepare How was it? | Bye 212 555 0100 | We call | Gone\n"
            "0.000 -> fetch 8\n"
            "0.000 attempt L7 A1\n"
            "0.000 -> prepare A1 Hello there, Clinic. Press 9\n"
            "0.000 => place A1 12124560001\n");
}

/* A campaign that was loaded in one period and started in the next begins
 * that one with nothing counted. */
static void test_counters_of_a_former_period(void **state)
{
    (void)state;
    struct campaign_status s;
    struct campaign_counters counters = {0};
    world_open(&w, world_plan);
    for (int i = 0; i < 90; i++)
        campaign_counters_placed(&counters, w.now_us - 1000);
    for (int i = 0; i < 50; i++)
        campaign_counters_ended(&counters, w.now_us - 1000, true, i < 2);
    counters.as_of_us = w.now_us;
    w.campaign = campaign_new(&w.arena, &w.env, CAMPAIGN_PAUSED, &counters);
    world_say(&w, CAMPAIGN_EV_TICK);
    campaign_status(w.campaign, &s);
    assert_int_equal(s.counters.live, 50);
    assert_int_equal(s.counters.abandoned, 2);
    w.campaign = campaign_new(&w.arena, &w.env, CAMPAIGN_PAUSED, &counters);
    world_wait(&w, INT64_C(31) * 86400 * 1000);
    world_say(&w, CAMPAIGN_EV_START);
    campaign_status(w.campaign, &s);
    assert_int_equal(s.counters.live, 0);
    assert_int_equal(s.counters.abandoned, 0);
    assert_int_equal(s.counters.placed, 90);
    assert_int_equal(s.counters.placed_month, 0);
}

/* What a SIP peer may send at the wrong time changes nothing. */
static void test_late_events(void **state)
{
    (void)state;
    open_answered();
    world_call(&w, 1, CARRIER_RINGING);
    world_call(&w, 1, CARRIER_PLACED);
    world_call(&w, 1, CARRIER_ANSWERED);
    world_call(&w, 99, CARRIER_RINGING);
    world_played(&w, 1, 77);
    world_refused(&w, 1, TM_EFULL);
    world_expect(&w, "");
    world_call(&w, 1, CARRIER_DIALOG);
    world_expect(&w, "6.300 dialog L7 A1\n");
}

/* Two leads with one number: the second waits, and comes back with the
 * first one's call in its history. */
static void test_same_number(void **state)
{
    (void)state;
    struct lead l[2] = {world_lead(7, FIRST), world_lead(8, FIRST)};
    open_with(l, 2);
    world_expect(&w, "0.000 attempt L7 A1\n"
                     "0.000 lead L8 waiting number_in_call at 60\n"
                     "0.000 -> prepare A1 Hello there, Clinic. Press 9\n"
                     "0.000 => place A1 12124560001\n");
    world_call(&w, 1, CARRIER_PLACED);
    world_ended(&w, 1, CAUSE_BUSY, 486);
    world_wait(&w, 60000);
    world_say(&w, CAMPAIGN_EV_TICK);
    buf_clear(&w.trace);
    l[1].state = LEAD_WAITING;
    world_leads(&w, &l[1], 1, INT64_MAX);
    world_expect(&w, "60.000 attempt L8 A2\n"
                     "60.000 -> prepare A2 Hello there, Clinic. Press 9\n"
                     "60.000 => place A2 12124560001\n");
    /* Fetched before the call, tried after it: its history is too old. */
    world_close(&w);
    world_open(&w, world_plan);
    world_say(&w, CAMPAIGN_EV_START);
    struct lead four[4] = {world_lead(7, FIRST), world_lead(9, SECOND),
                           world_lead(10, 12124560003), world_lead(8, FIRST)};
    world_leads(&w, four, 4, INT64_MAX);
    world_call(&w, 1, CARRIER_PLACED);
    world_ended(&w, 1, CAUSE_BUSY, 486);
    world_call(&w, 2, CARRIER_PLACED);
    buf_clear(&w.trace);
    world_ended(&w, 2, CAUSE_BUSY, 486);
    world_expect(&w, "0.000 ended L9 A2 busy busy 486 ring 0 talk 0\n"
                     "0.000 lead L9 A2 waiting retry at 600\n"
                     "0.000 lead L8 waiting number_just_called at 0\n"
                     "0.000 -> fetch 8\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_complete, teardown),
        cmocka_unit_test_teardown(test_new_leads, teardown),
        cmocka_unit_test_teardown(test_opt_out, teardown),
        cmocka_unit_test_teardown(test_opt_out_while_closing, teardown),
        cmocka_unit_test_teardown(test_callback, teardown),
        cmocka_unit_test_teardown(test_machine, teardown),
        cmocka_unit_test_teardown(test_no_input, teardown),
        cmocka_unit_test_teardown(test_answer_that_crossed, teardown),
        cmocka_unit_test_teardown(test_hung_up, teardown),
        cmocka_unit_test_teardown(test_abandoned, teardown),
        cmocka_unit_test_teardown(test_busy_until_exhausted, teardown),
        cmocka_unit_test_teardown(test_bad_number, teardown),
        cmocka_unit_test_teardown(test_hours, teardown),
        cmocka_unit_test_teardown(test_denied, teardown),
        cmocka_unit_test_teardown(test_refused, teardown),
        cmocka_unit_test_teardown(test_lines, teardown),
        cmocka_unit_test_teardown(test_pause_and_stop, teardown),
        cmocka_unit_test_teardown(test_stop_while_fetching, teardown),
        cmocka_unit_test_teardown(test_refresh, teardown),
        cmocka_unit_test_teardown(test_store_down, teardown),
        cmocka_unit_test_teardown(test_resumed, teardown),
        cmocka_unit_test_teardown(test_counters_of_a_former_period, teardown),
        cmocka_unit_test_teardown(test_late_events, teardown),
        cmocka_unit_test_teardown(test_same_number, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Amounts: work per step, calls per second, full histories, long texts,
 * periods of the counters, and what a record proves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_world.h"

static struct world w;

static int teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* The small survey with one text replaced. */
static void open_with(const char *old, const char *new)
{
    static char text[8192];
    const char *at = strstr(world_plan, old);
    assert_non_null(at);
    int n = snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - world_plan),
                     world_plan, new, at + strlen(old));
    assert_in_range(n, 1, sizeof(text) - 1);
    world_open(&w, text);
    world_say(&w, CAMPAIGN_EV_START);
    buf_clear(&w.trace);
}

static void send_leads(size_t n)
{
    static struct lead l[200];
    assert_true(n <= tm_array_len(l));
    for (size_t i = 0; i < n; i++)
        l[i] = world_lead((int64_t)i + 1, 12124560000 + i);
    world_leads(&w, l, n, INT64_MAX);
}

static size_t count(enum record_kind k)
{
    size_t n = 0;
    for (size_t i = 0; i < w.out.records; i++)
        n += w.out.record[i].kind == k;
    return n;
}

static size_t count_actions(enum campaign_action_kind k)
{
    size_t n = 0;
    for (size_t i = 0; i < w.out.actions; i++)
        n += w.out.action[i].kind == k;
    return n;
}

static void test_rate(void **state)
{
    (void)state;
    struct campaign_status s;
    open_with("max_calls = 2\ncalls_per_second = 1000",
              "max_calls = 8\ncalls_per_second = 2");
    send_leads(3);
    assert_int_equal(count(RECORD_ATTEMPT), 1);
    campaign_status(w.campaign, &s);
    assert_string_equal(s.idle_why, "calls per second are used up");
    for (int i = 0; i < 2; i++) {
        int64_t at_us = campaign_deadline_us(w.campaign);
        assert_in_range(at_us - w.now_us, 480000, 500000);
        w.now_us = at_us - 1;
        world_say(&w, CAMPAIGN_EV_TICK);
        assert_int_equal(count(RECORD_ATTEMPT), 0);
        w.now_us = at_us;
        world_say(&w, CAMPAIGN_EV_TICK);
        assert_int_equal(count(RECORD_ATTEMPT), 1);
    }
}

/* A hundred leads outside the hours: some a step, none lost. */
static void test_leads_per_step(void **state)
{
    (void)state;
    open_with("hopper = 8", "hopper = 200");
    w.now_us += INT64_C(12) * 3600 * 1000000; /* 22:00 in New York */
    send_leads(100);
    size_t leads = count(RECORD_LEAD), steps = 1;
    assert_true(leads < 100);
    while (campaign_deadline_us(w.campaign) <= w.now_us && steps < 50) {
        world_say(&w, CAMPAIGN_EV_TICK);
        assert_true(count(RECORD_LEAD) <= 32);
        assert_int_equal(count(RECORD_LEAD), count(RECORD_VERDICT));
        leads += count(RECORD_LEAD);
        steps++;
    }
    assert_int_equal(leads, 100);
    assert_in_range(steps, 4, 8);
}

/* Forty people answer in one instant: each hears its first word in time. */
static void test_calls_per_step(void **state)
{
    (void)state;
    open_with("max_calls = 2\ncalls_per_second = 1000",
              "max_calls = 40\ncalls_per_second = 1000");
    send_leads(8);
    for (int i = 0; i < 20 && w.next_attempt <= 40; i++) {
        static struct lead more[8];
        for (size_t k = 0; k < 8; k++) {
            int64_t id = 100 + i * 8 + (int64_t)k;
            more[k] = world_lead(id, 12124560000 + (uint64_t)id);
        }
        if (count_actions(ACTION_FETCH) > 0)
            world_leads(&w, more, 8, INT64_MAX);
        else {
            world_wait(&w, 100);
            world_say(&w, CAMPAIGN_EV_TICK);
        }
    }
    assert_int_equal(w.next_attempt, 41);
    for (int64_t a = 1; a <= 40; a++) {
        world_call(&w, a, CARRIER_PLACED);
        world_call(&w, a, CARRIER_ANSWERED);
    }
    world_wait(&w, 300);
    size_t spoken = 0;
    for (int i = 0; i < 3; i++) {
        assert_true(campaign_deadline_us(w.campaign) <= w.now_us);
        world_say(&w, CAMPAIGN_EV_TICK);
        spoken += count_actions(ACTION_PLAY);
    }
    assert_int_equal(spoken, 40);
}

/* A script that names the lead in every line: what can be prepared is, the
 * rest is converted when it is played; nothing overflows. */
static void test_long_texts(void **state)
{
    (void)state;
    char say[4000] = "";
    for (int i = 0; i < 7; i++) {
        char line[600];
        memset(line, 'w', sizeof(line));
        snprintf(line, 500, "say = {first_name}{last_name}{a}{b}{c}");
        line[strlen(line)] = 'w';
        line[sizeof(line) - 90] = '\0';
        strcat(say, line);
        strcat(say, "\n");
    }
    strcat(say, "next = q1");
    open_with("next = q1", say);
    struct lead l = world_lead(7, 12124560001);
    char big[400];
    memset(big, 'x', sizeof(big));
    const char *name[] = {"first_name", "last_name", "a", "b", "c"};
    for (size_t i = 0; i < tm_array_len(name); i++)
        l.field[l.fields++] =
            (struct lead_field){str_of(name[i]), str_range(big, sizeof(big))};
    world_leads(&w, &l, 1, INT64_MAX);
    assert_int_equal(count(RECORD_ATTEMPT), 1);
    assert_int_equal(count_actions(ACTION_PREPARE), 1);
    assert_in_range(w.out.action[0].prompts, 8, 16);
    world_call(&w, 1, CARRIER_PLACED);
    world_call(&w, 1, CARRIER_ANSWERED);
    world_wait(&w, 300);
    world_say(&w, CAMPAIGN_EV_TICK);
    assert_int_equal(w.out.action[0].prompts, 8);
    size_t all = 0;
    for (size_t i = 0; i < 8; i++)
        all += w.out.action[0].prompt[i].text.n;
    assert_in_range(all, 5000, 8192);
}

static void test_full_history(void **state)
{
    (void)state;
    open_with("max_calls = 2", "max_calls = 2");
    struct lead l = world_lead(7, 12124560001);
    for (size_t i = 0; i < LEAD_HISTORY_MAX; i++)
        l.history[l.tries++] = (struct lead_try){
            .attempt = {(int64_t)i + 500},
            .e164 = 12124560001,
            .at_us = w.start_us - 86400000000 * 40 + (int64_t)i,
            .outcome = OUTCOME_NO_ANSWER};
    world_leads(&w, &l, 1, INT64_MAX);
    assert_int_equal(count(RECORD_ATTEMPT), 1);
    world_call(&w, 1, CARRIER_PLACED);
    world_ended(&w, 1, CAUSE_US, 487); /* withdrawn while it rang */
    assert_int_equal(w.out.record[0].state, OUTCOME_NO_ANSWER);
    assert_false(w.out.record[0].live);
}

static void one_abandoned(int64_t attempt)
{
    struct lead l = world_lead(attempt + 50, 12124560000 + (uint64_t)attempt);
    world_leads(&w, &l, 1, INT64_MAX);
    world_call(&w, attempt, CARRIER_PLACED);
    world_call(&w, attempt, CARRIER_ANSWERED);
    world_ended(&w, attempt, CAUSE_MEDIA, 0);
}

/* 30 x 24 h from the first call; the calendar month beside it. */
static void test_periods(void **state)
{
    (void)state;
    struct campaign_status s;
    open_with("max_calls = 2", "max_calls = 2");
    one_abandoned(1);
    int64_t first_us = w.now_us;
    w.now_us = first_us + INT64_C(9) * 86400000000; /* 2 December */
    world_say(&w, CAMPAIGN_EV_TICK);
    campaign_status(w.campaign, &s);
    assert_int_equal(s.counters.first_call_us, first_us);
    assert_int_equal(s.counters.abandoned, 1);
    assert_int_equal(s.counters.abandoned_month, 0);
    assert_int_equal(s.counters.placed_month, 0);
    w.now_us = first_us + INT64_C(30) * 86400000000 - 1;
    world_say(&w, CAMPAIGN_EV_TICK);
    campaign_status(w.campaign, &s);
    assert_int_equal(s.counters.live, 1);
    w.now_us++;
    world_say(&w, CAMPAIGN_EV_TICK);
    campaign_status(w.campaign, &s);
    assert_int_equal(s.counters.live, 0);
    assert_int_equal(s.counters.abandoned, 0);
    assert_int_equal(s.counters.placed, 1);
}

static bool has(struct slice s, const char *part)
{
    return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

/* The record says by which rules and with which data it was decided. */
static void test_proof(void **state)
{
    (void)state;
    open_with("max_calls = 2", "max_calls = 2");
    send_leads(1);
    const struct record *r = &w.out.record[0];
    assert_int_equal(r->kind, RECORD_ATTEMPT);
    assert_int_equal(r->due_us, w.now_us + 60000000);
    assert_true(has(r->rules, "OP-HRS:passed"));
    assert_true(has(r->versions, "us-federal"));
    assert_true(has(r->versions, "zones=2025b"));
    assert_true(has(r->versions, "us_national 2026-11-22 #1"));
    assert_true(has(r->versions, w.plan->hash));
    struct dnc_lists fresh = w.lists;
    fresh.set[0].generation = 2;
    campaign_set_lists(w.campaign, &fresh);
    struct lead l = world_lead(9, 12124560009);
    world_call(&w, 1, CARRIER_PLACED);
    world_ended(&w, 1, CAUSE_NO_ANSWER, 480);
    world_wait(&w, 8000000);
    world_say(&w, CAMPAIGN_EV_TICK);
    world_leads(&w, &l, 1, INT64_MAX);
    assert_true(has(w.out.record[0].versions, "us_national 2026-11-22 #2"));
}

static void test_state_words(void **state)
{
    (void)state;
    world_open(&w, world_plan);
    for (int i = 0; i < CAMPAIGN_STATE_COUNT; i++) {
        enum campaign_state s = CAMPAIGN_STATE_COUNT;
        assert_true(campaign_state_parse(
            str_of(campaign_state_text((enum campaign_state)i)), &s));
        assert_int_equal(s, i);
    }
    enum campaign_state s;
    assert_false(campaign_state_parse(str_of("runnin"), &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_rate, teardown),
        cmocka_unit_test_teardown(test_leads_per_step, teardown),
        cmocka_unit_test_teardown(test_calls_per_step, teardown),
        cmocka_unit_test_teardown(test_long_texts, teardown),
        cmocka_unit_test_teardown(test_full_history, teardown),
        cmocka_unit_test_teardown(test_periods, teardown),
        cmocka_unit_test_teardown(test_proof, teardown),
        cmocka_unit_test_teardown(test_state_words, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

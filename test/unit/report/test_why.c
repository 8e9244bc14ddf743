#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/campaign.h"
#include "report/why_idle.h"
#include "report/why_json.h"
#include "report/why_text.h"
#include "unit/report/fixture_house.h"

/* 2026-11-24 01:00 UTC: 20:00 in New York */
#define NOW    INT64_C(1795482000000000)
#define NUMBER UINT64_C(12125550123)

struct story {
    struct house_fixture h;
    struct lead *lead;
    struct reader_membership *m;
    struct dnc_lists lists;
    bool with_lists;
    int64_t now_us;
    struct why w;
    struct buf text;
};

static void begin(struct story *s)
{
    memset(s, 0, sizeof(*s));
    s->now_us = NOW;
    house_init(&s->h);
    house_story(&s->h);
    s->h.attempts = s->h.opt_outs = 0;
    s->lead = house_lead(&s->h);
    s->m = &s->h.member[0];
    buf_init(&s->text, 1 << 20);
}

static void end(struct story *s)
{
    buf_fini(&s->text);
    house_fini(&s->h);
}

static const char *ask_about(struct story *s, uint64_t e164, int64_t lead)
{
    struct err e = {0};
    const struct why_question q = {.reader = &s->h.reader,
                                   .book = s->h.book,
                                   .zones = &s->h.zones,
                                   .lists = s->with_lists ? &s->lists : NULL,
                                   .now_us = s->now_us,
                                   .now_source = "a test"};
    if (why_ask(&q, &s->h.arena, e164, (struct lead_id){lead}, &s->w, &e) !=
        TM_OK)
        fail_msg("%s", e.text);
    buf_clear(&s->text);
    why_text(&s->w, &s->h.arena, &s->h.zones, false, &s->text);
    assert_false(s->text.failed);
    return s->text.p;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        return;
    /* cmocka cuts long messages */
    (void)fprintf(stderr, "'%s' is not in:\n%s\n", part, text);
    fail();
}

static void test_new(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    const char *t = ask_about(&s, NUMBER, 0);
    has(t, "+12125550123, there it is Mon 20:00 in America/New_York\n");
    has(t, "Now is 2026-11-24 01:00:00 UTC (a test)\n");
    has(t, "Lead 7 of list visitors");
    has(t, "consent express of 2026-09-01");
    has(t, "Not called yet: it was not considered so far");
    has(t, "Never called.");
    s.m->campaign_state = CAMPAIGN_PAUSED;
    has(ask_about(&s, NUMBER, 0), "The campaign is paused");
    s.m->campaign_state = CAMPAIGN_LOADED;
    t = ask_about(&s, 0, 7);
    has(t, "never started");
    assert_null(strstr(t, "there it is"));
    end(&s);
}

static void test_waits_for_hours(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    s.m->state = LEAD_WAITING;
    s.m->reason = str_of("T-HRS");
    s.m->due_us = NOW + 12 * CIVIL_HOUR_US;
    s.m->verdict = VERDICT_NOT_BEFORE;
    s.m->verdict_us = NOW - CIVIL_HOUR_US;
    s.m->verdict_due_us = s.m->due_us;
    s.m->rules = str_of("T-HRS:not_before T-DNC:passed");
    const char *t = ask_about(&s, NUMBER, 0);
    has(t, "Not called yet; not before 2026-11-24 13:00:00 UTC (Tue 08:00");
    has(t, "T-HRS, 47 CFR 64.1200(c)(1)");
    has(t, "Last refused 2026-11-24 00:00:00 UTC, by\n"
           "      T-HRS not_before  47 CFR 64.1200(c)(1)\n"
           "        Not before 8 a.m. and not after 9 p.m.\n");
    assert_null(strstr(t, "T-DNC"));
    end(&s);
}

static void test_waits_for_retry(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    s.m->state = LEAD_WAITING;
    s.m->reason = str_of("retry");
    s.m->due_us = NOW + 10 * CIVIL_MINUTE_US;
    has(ask_about(&s, NUMBER, 0), "not before 2026-11-24 01:10:00 UTC");
    has(s.text.p, "tried again");
    s.now_us = NOW + CIVIL_HOUR_US;
    has(ask_about(&s, NUMBER, 0), "it may be tried since 2026-11-24 01:10:00");
    end(&s);
}

static void test_denied(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    s.m->state = LEAD_DENIED;
    s.m->reason = str_of("T-DNC");
    s.m->verdict = VERDICT_DENY;
    s.m->verdict_us = NOW;
    s.m->rules = str_of("T-HRS:passed T-DNC:denied");
    const char *t = ask_about(&s, NUMBER, 0);
    has(t, "May not be called: T-DNC, 47 CFR 64.1200(c)(2): No call to a");
    has(t, "What would help:");
    has(t, "T-DNC denied  47 CFR 64.1200(c)(2)");
    /* What was written down with the refusal says more than the rule. */
    s.m->remedy = str_of("duty a_word of T-DNC is not carried out");
    has(ask_about(&s, NUMBER, 0), "What would help: duty a_word");
    s.m->reason = str_of("opted_out");
    has(ask_about(&s, NUMBER, 0), "the person asked to be left alone");
    end(&s);
}

static void test_ends(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    s.m->state = LEAD_EXHAUSTED;
    s.m->reason = str_of("no_good_number");
    has(ask_about(&s, NUMBER, 0), "Not called again: no telephone number");
    s.lead->phone[0].bad = true;
    has(ask_about(&s, NUMBER, 0), " is not in service, says the network");
    s.lead->phone[0].wrong = true;
    has(ask_about(&s, NUMBER, 0), "is not the person's, says an agent");
    assert_null(strstr(s.text.p, "the network"));
    assert_null(strstr(s.text.p, "not in service"));
    s.lead->phone[0].bad = s.lead->phone[0].wrong = false;
    s.m->state = LEAD_DONE;
    s.m->reason = str_of("completed");
    has(ask_about(&s, NUMBER, 0), "Not called again: the call reached its");
    s.m->state = LEAD_IN_CALL;
    has(ask_about(&s, NUMBER, 0), "A call is up now");
    s.m->state = LEAD_CALLBACK;
    s.m->reason = str_of("callback");
    s.m->due_us = NOW;
    has(ask_about(&s, NUMBER, 0), "A person calls back, due 2026-11-24 01:00");
    end(&s);
}

static void add_call(struct story *s, int64_t id, int64_t lead)
{
    s->h.attempt[s->h.attempts++] = (struct reader_attempt){
        .id = {id},
        .campaign = {1},
        .seller = {1},
        .lead = {lead},
        .e164 = NUMBER,
        .recorded_us = NOW - CIVIL_HOUR_US,
        .placed_us = NOW - CIVIL_HOUR_US,
        .answered_us = NOW - CIVIL_HOUR_US + 5000000,
        .ended_us = NOW - CIVIL_HOUR_US + 30000000,
        .outcome = OUTCOME_OPTED_OUT,
        .code = 200,
        .cause = str_of("we_hung_up"),
        .ring_ms = 5000,
        .talk_ms = 25000,
        .live = true,
        .rules = str_of("T-HRS:passed T-CONSENT:passed GONE:not_met"),
        .versions = str_of("rules=test 1"),
    };
}

static void test_agreed_with_an_agent(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    add_call(&s, 41, 7);
    struct reader_attempt *call = &s.h.attempt[0];
    call->outcome = OUTCOME_TALKED;
    call->agent.v = 3;
    call->agent_name = str_of("ann");
    call->disposition = str_of("later");
    s.m->state = LEAD_CALLBACK;
    s.m->reason = str_of("callback");
    s.m->due_us = NOW + 2 * CIVIL_HOUR_US;
    has(ask_about(&s, NUMBER, 0),
        "Is called back from 2026-11-24 03:00:00 UTC (Mon 22:00");
    has(s.text.p, "on, as agent ann agreed (later).");
    /* What the law says now hides neither. */
    s.with_lists = true;
    has(ask_about(&s, NUMBER, 0), "as agent ann agreed (later)");
    s.m->state = LEAD_WAITING;
    s.m->reason = str_of("retry");
    call->agent.v = 0;
    call->outcome = OUTCOME_NO_ANSWER;
    has(ask_about(&s, NUMBER, 0), "not before 2026-11-24 03:00:00 UTC");
    has(s.text.p, "([retry] no_answer of");
    end(&s);
}

static void test_called(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    add_call(&s, 5, 7);
    add_call(&s, 6, 99); /* of a lead that is gone */
    s.m->state = LEAD_DENIED;
    s.m->reason = str_of("opted_out");
    s.h.opt_out[s.h.opt_outs++] =
        (struct reader_opt_out){.seller = {1},
                                .seller_name = str_of("Lakeside Clinic"),
                                .e164 = NUMBER,
                                .at_us = NOW - CIVIL_HOUR_US,
                                .attempt = {5},
                                .campaign = {1},
                                .source = str_of("call")};
    const char *t = ask_about(&s, NUMBER, 0);
    has(t, "+12125550123 asked Lakeside Clinic\n  to be left alone on "
           "2026-11-24 00:00:00 UTC (call, attempt 5)\n");
    has(t, "Called 2026-11-24 00:00:00 UTC (Mon 19:00 in America/New_York),\n"
           "    +12125550123, attempt 5\n"
           "    opted_out (we_hung_up, SIP 200), rang 5.0 s, talked 25.0 s\n"
           "    allowed by the rules\n"
           "      fulfilled: T-HRS (47 CFR 64.1200(c)(1)), T-CONSENT (47 CFR "
           "64.1200(a)(1))\n");
    assert_null(strstr(t, "GONE"));
    has(t, "Calls for leads that are in no list any more\n  Called");
    assert_int_equal(s.w.others, 1);
    assert_int_equal(s.w.lead[0].campaign[0].attempts, 1);
    buf_clear(&s.text);
    why_text(&s.w, &s.h.arena, &s.h.zones, true, &s.text);
    has(s.text.p, "A recorded call needs consent.");
    has(s.text.p, "GONE not_met  (not in the rule packs");
    has(s.text.p, "rules=test 1");
    end(&s);
}

static void test_unknown(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    has(ask_about(&s, 13125550000, 0), "In no list: nobody calls this number");
    has(ask_about(&s, 0, 12345), "There is no such lead.");
    s.h.fail = TM_EIO;
    struct err e = {0};
    const struct why_question q = {.reader = &s.h.reader,
                                   .book = s.h.book,
                                   .zones = &s.h.zones,
                                   .now_us = NOW,
                                   .now_source = ""};
    assert_int_equal(
        why_ask(&q, &s.h.arena, NUMBER, (struct lead_id){0}, &s.w, &e), TM_EIO);
    end(&s);
}

/* With the lists at hand the rules are asked for the present instant. */
static void test_asked_anew(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    s.with_lists = true;
    (void)ask_about(&s, NUMBER, 0);
    const struct why_phone *p = &s.w.lead[0].campaign[0].phone[0];
    assert_non_null(p->asked);
    /* No registry is loaded: unknown is no. */
    assert_int_equal(p->verdict, VERDICT_DENY);
    has(p->asked, "T-DNC");
    has(s.text.p, "The law now, +12125550123:");
    /* An opt-out of another seller is not ours; one of all sellers is. */
    s.h.opt_out[s.h.opt_outs++] =
        (struct reader_opt_out){.seller = {2},
                                .seller_name = str_of("x"),
                                .e164 = NUMBER,
                                .at_us = NOW - 1,
                                .source = str_of("letter")};
    (void)ask_about(&s, NUMBER, 0);
    p = &s.w.lead[0].campaign[0].phone[0];
    assert_null(strstr(p->asked, "T-INT"));
    s.h.opt_out[0].seller.v = 0;
    (void)ask_about(&s, NUMBER, 0);
    p = &s.w.lead[0].campaign[0].phone[0];
    has(p->asked, "T-INT");
    has(s.text.p, "asked every seller\n  to be left alone");
    end(&s);
}

/* Who may not be called now does not wait for his turn. */
static void test_refused_now(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    add_call(&s, 5, 7);
    s.m->state = LEAD_WAITING;
    s.m->reason = str_of("retry");
    s.m->due_us = NOW - CIVIL_HOUR_US;
    /* Called before: it is not "not called yet". */
    has(ask_about(&s, NUMBER, 0), "Not called again yet; it may be tried");
    s.with_lists = true; /* none is loaded: unknown is no */
    const char *t = ask_about(&s, NUMBER, 0);
    has(t, "May not be called again now: T-DNC, 47 CFR 64.1200(c)(2): the "
           "list us_national\n  is not on file");
    assert_null(strstr(t, "No call to a number on the registry"));
    assert_null(strstr(t, "waits for its turn"));
    has(t, "    What would help:\n      T-DNC: the list us_national is not on "
           "file: telemark dnc import FILE\n      --list us_national\n");
    /* Asked to stop: so it is without the lists, too. */
    s.with_lists = false;
    s.h.opt_out[s.h.opt_outs++] =
        (struct reader_opt_out){.seller = {1},
                                .seller_name = str_of("Lakeside Clinic"),
                                .e164 = NUMBER,
                                .at_us = NOW - 1,
                                .source = str_of("letter")};
    t = ask_about(&s, NUMBER, 0);
    has(t, "May not be called again now: the person asked to be left alone.");
    assert_null(strstr(t, "waits for its turn"));
    /* The request was made to another seller. */
    s.h.opt_out[0].seller.v = 2;
    has(ask_about(&s, NUMBER, 0), "waits for its turn");
    end(&s);
}

/* A corrected address tells the time there, not the area code. */
static void test_confirmed_place(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    (void)snprintf(s.lead->region, sizeof(s.lead->region), "IL");
    s.m->state = LEAD_WAITING;
    s.m->reason = str_of("retry");
    s.m->due_us = NOW + CIVIL_HOUR_US;
    has(ask_about(&s, NUMBER, 0), "there it is Mon 20:00 in America/New_York");
    s.lead->region_confirmed = true;
    const char *t = ask_about(&s, NUMBER, 0);
    has(t, "there it is Mon 19:00 in America/Chicago\n");
    has(t, "(Mon 20:00 in\n  America/Chicago)");
    assert_null(strstr(t, "New_York"));
    end(&s);
}

static void test_json(void **state)
{
    (void)state;
    struct story s;
    struct json_out j;
    begin(&s);
    add_call(&s, 5, 7);
    s.m->state = LEAD_DENIED;
    s.m->reason = str_of("T-DNC");
    s.m->verdict = VERDICT_DENY;
    s.m->rules = str_of("T-DNC:denied");
    (void)ask_about(&s, NUMBER, 0);
    buf_clear(&s.text);
    json_out_init(&j, &s.text);
    why_json(&s.w, &j);
    has(s.text.p, "{\"format\":1,\"number\":\"+12125550123\"");
    has(s.text.p, "\"rule\":\"T-DNC\",\"citation\":\"47 CFR 64.1200(c)(2)\","
                  "\"remedy\":\"leave the number alone\"");
    has(s.text.p, "\"outcome\":\"opted_out\"");
    has(s.text.p, "\"refused\":{\"verdict\":\"deny\"");
    /* The remedy on file, whose text is gone with its row. */
    s.m->remedy = str_of("duty a_word of T-DNC is not carried out");
    (void)ask_about(&s, NUMBER, 0);
    buf_clear(&s.text);
    json_out_init(&j, &s.text);
    why_json(&s.w, &j);
    has(s.text.p, "\"remedy\":\"duty a_word of T-DNC is not carried out\"");
    end(&s);
}

static void test_hostile(void **state)
{
    (void)state;
    struct story s;
    begin(&s);
    s.h.campaign[0].seller_name = str_of("evil\x1b[2J");
    s.m->campaign_name = str_of("evil\x1b[2J\n");
    s.m->state = LEAD_EXHAUSTED;
    s.m->reason = str_of("\x1b]0;x\x07");
    const char *t = ask_about(&s, NUMBER, 0);
    assert_null(strchr(t, 0x1b));
    assert_null(strchr(t, 0x07));
    end(&s);
}

static const char *idle(struct story *s, const struct why_live *live,
                        struct why_idle *w, struct figures_builder **b)
{
    struct err e = {0};
    const struct figures_options o = {.book = s->h.book,
                                      .zones = &s->h.zones,
                                      .now_us = s->now_us,
                                      .now_source = "a test"};
    *b = figures_new(&o);
    const struct why_idle_question q = {.reader = &s->h.reader,
                                        .campaign = {1},
                                        .live = *live,
                                        .b = *b,
                                        .arena = &s->h.arena};
    if (why_idle_ask(&q, w, &e) != TM_OK)
        fail_msg("%s", e.text);
    return w->headline;
}

static void idle_is(struct story *s, struct why_live live, const char *want)
{
    struct why_idle w;
    struct figures_builder *b;
    struct json_out j;
    has(idle(s, &live, &w, &b), want);
    buf_clear(&s->text);
    why_idle_text(&w, &s->text);
    has(s->text.p, want);
    buf_clear(&s->text);
    json_out_init(&j, &s->text);
    why_idle_json(&w, &j);
    has(s->text.p, "\"why\":");
    assert_int_equal(w.dialling, strstr(want, "is dialling") != NULL);
    figures_free(b);
}

static void test_idle(void **state)
{
    (void)state;
    struct story s;
    struct why_live live = {.state = "", .idle_why = ""};
    begin(&s);
    s.h.due[s.h.dues++] =
        (struct reader_due){.from_us = NOW - CIVIL_HOUR_US, .leads = 3};
    s.h.due[s.h.dues++] =
        (struct reader_due){.from_us = NOW + CIVIL_HOUR_US, .leads = 20};
    idle_is(&s, live, "No server runs on this data folder");
    has(s.text.p, "\"callable\":8"); /* 3 are due, 5 are new */
    has(s.text.p, "\"next_due\":\"2026-11-24T02:00:00Z\"");
    live =
        (struct why_live){.server = true, .state = "running", .idle_why = ""};
    idle_is(&s, live, "It is about to dial: 8 leads");
    live.calls = 4;
    idle_is(&s, live, "It is dialling: 4 calls are up");
    live.idle_why = "the trunk main is down";
    idle_is(&s, live, "the trunk main is down");
    live.idle_why = "";
    live.calls = 0;
    s.h.dues = 0;
    s.h.state[0].leads = 0; /* the new ones */
    idle_is(&s, live, "No lead may be called now, and none waits");
    s.h.due[s.h.dues++] =
        (struct reader_due){.from_us = NOW + CIVIL_HOUR_US, .leads = 20};
    idle_is(&s, live, "the next 20 from 2026-11-24 02:00:00 UTC on");
    live.state = "paused";
    idle_is(&s, live, "It is paused");
    live.state = "finished";
    idle_is(&s, live, "It has finished");
    live.state = "loaded";
    idle_is(&s, live, "It was never started");
    live.state = "running";
    s.h.states = 0;
    s.h.dues = 0;
    idle_is(&s, live, "Its list has no lead");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),
        cmocka_unit_test(test_waits_for_hours),
        cmocka_unit_test(test_waits_for_retry),
        cmocka_unit_test(test_denied),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_agreed_with_an_agent),
        cmocka_unit_test(test_called),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_asked_anew),
        cmocka_unit_test(test_refused_now),
        cmocka_unit_test(test_confirmed_place),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_idle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

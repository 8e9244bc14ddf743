#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/duty.h"
#include "fixture_world.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* The small survey with one text replaced; both must be given. */
static int parse_with(const char *old, const char *new, const struct plan **out,
                      struct err *e)
{
    char text[4096];
    const char *at = strstr(world_plan, old);
    assert_non_null(at);
    int n = snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - world_plan),
                     world_plan, new, at + strlen(old));
    assert_in_range(n, 1, sizeof(text) - 1);
    return plan_parse(&arena, "f", str_of(text), out, e);
}

static void refused(const char *old, const char *new, const char *message)
{
    const struct plan *p = NULL;
    struct err e = {0};
    int rc = parse_with(old, new, &p, &e);
    if (rc != TM_EINVAL || strstr(e.text, message) == NULL)
        fail_msg("%s: got %d \"%s\", wanted \"%s\"", new, rc, e.text, message);
    assert_null(p);
}

static void test_parsed(void **state)
{
    (void)state;
    const struct plan *p;
    struct err e;
    assert_int_equal(plan_parse(&arena, "f", str_of(world_plan), &p, &e),
                     TM_OK);
    assert_string_equal(p->name, "Visits");
    assert_string_equal(p->caller_id, "+12125550100");
    assert_true(p->caller_e164 == 12125550100);
    assert_int_equal(p->caller_kind, CALLER_SURVEY);
    assert_int_equal(p->purpose, PURPOSE_SURVEY);
    assert_int_equal(p->leads_to_sale, TRI_NO);
    assert_int_equal(p->goods, GOODS_UNKNOWN);
    assert_int_equal(p->channel, CHANNEL_VOICE_PRERECORDED);
    assert_int_equal(p->dial_mode, DIAL_AGENTLESS);
    assert_int_equal(p->calls_per_1000s, 1000000);
    assert_int_equal(p->ring_timeout_ms, 25000);
    assert_int_equal(p->start_after_ms, 300);
    assert_int_equal(p->hopper, 8);
    assert_int_equal(p->retry.tries_max, 3);
    assert_int_equal(p->retry.of[OUTCOME_BUSY].times, 2);
    assert_int_equal(p->retry.of[OUTCOME_FAILED].times, 5);
    assert_int_equal(p->retry.of[OUTCOME_HUNG_UP].times, 0);
    /* A crash is retried like a call nobody answered. */
    assert_int_equal(p->retry.of[OUTCOME_UNKNOWN].delay_ms, 7200000);
    assert_int_equal(p->policy.windows, 1);
    assert_int_equal(p->policy.window[0].weekdays, POLICY_WEEKDAYS_ALL);
    assert_int_equal(p->policy.window[0].open_s, 9 * 3600);
    assert_int_equal(p->policy.window[0].close_s, 20 * 3600);
    assert_int_equal(strlen(p->hash), 16);
}

static void test_sections(void **state)
{
    (void)state;
    const struct plan *p;
    struct err e = {0};
    int rc = parse_with("[hours]\ndaily = 09:00-20:00\n[caps]\n",
                        "[hours]\nweekdays = 09:00-12:00, 13:30-24:00\n"
                        "sunday = 10:00-11:00\n[caps]\nnumber_24h = 2\n"
                        "gap = 4h\nperson_7d = 5\n",
                        &p, &e);
    assert_int_equal(rc, TM_OK);
    assert_int_equal(p->policy.windows, 3);
    assert_int_equal(p->policy.window[0].weekdays, 0x1f);
    assert_int_equal(p->policy.window[1].open_s, 13 * 3600 + 1800);
    assert_int_equal(p->policy.window[1].close_s, 86400);
    assert_int_equal(p->policy.window[2].weekdays, 0x40);
    assert_int_equal(p->policy.caps, 3);
    assert_int_equal(p->policy.cap[0].max, 2);
    assert_int_equal(p->policy.cap[0].scope, CAP_PER_NUMBER);
    assert_int_equal(p->policy.cap[1].max, 1);
    assert_true(p->policy.cap[1].span_us == INT64_C(14400000000));
    assert_int_equal(p->policy.cap[2].scope, CAP_PER_PERSON);
}

/* 47 CFR 64.1200(b), 16 CFR 310.4(b)(1)(v)(B): how a recorded call begins. */
static void test_words_of_the_law(void **state)
{
    (void)state;
    const struct plan *p;
    struct err e = {0};
    const char *say = "say = Hello {first_name|there}, Clinic. Press 9\n";
    refused(say, "say = Hello. Press 9\n", "f:27: a recorded call says first");
    refused(say, "say = Hello\nsay = It is the Clinics. Press 9\n",
            "64.1200(b)(1)");
    refused(say, "say_wav = hello.wav\n", "f:27: what this sound file says");
    refused(say, "say = Hello, Clinic\n", "64.1200(b)(3)");
    refused(say, "say = Clinic. One. Press 9\n", "within two seconds");
    refused(say, "say = Clinic. Press 99\n", "f:27: the key that opts out");
    refused(say, "say = Clinic. Press 1\n", "64.1200(b)(3)");
    refused("say = Bye 212 555 0100\n", "say = Bye 212 555 0101\n",
            "f:26: a recorded call says a number");
    refused("say = Bye 212 555 0100\n", "say = Bye 3212 555 0100\n",
            "64.1200(b)(2)");
    refused("say = How was it?\n", "say = How?\nwords = so\n",
            "words tell what a sound file says");
    assert_int_equal(parse_with(say,
                                "say_wav = a.wav\n"
                                "words = The CLINIC calls, press 9 to end\n",
                                &p, &e),
                     TM_OK);
    assert_int_equal(p->says,
                     PLAN_SAYS_NAME | PLAN_SAYS_OPT_OUT | PLAN_SAYS_NUMBER);
    assert_int_equal(parse_with("name = Visits\n",
                                "name = Visits\nspoken_name = Hello\n", &p, &e),
                     TM_OK);
    assert_int_equal(parse_with(say,
                                "say = An automated call of Clinic, AI. Nine: "
                                "9. Call (800) 555-0100.\n",
                                &p, &e),
                     TM_OK);
    assert_true((p->says & PLAN_SAYS_AUTOMATED) != 0);
    assert_true((p->says & PLAN_SAYS_AI) != 0);
    assert_true((p->says & PLAN_SAYS_FREEPHONE) == 0);
    assert_int_equal(parse_with("say = Bye 212 555 0100\n",
                                "say = Bye +1 (800) 555-0100.\n", &p, &e),
                     TM_EINVAL);
    /* Elsewhere the number is a duty, asked for call by call. */
    assert_int_equal(parse_with("country = US\n", "country = GB\n", &p, &e),
                     TM_OK);
}

static void test_duties_of_the_operator(void **state)
{
    (void)state;
    const struct plan *p;
    struct err e = {0};
    const char *at = "trunk = main\n";
    refused(at, "trunk = main\ncarries = sing\n", "\"sing\" is no duty");
    refused(at, "trunk = main\ncarries = ring_15s\n", "every call does it");
    refused(at, "trunk = main\ncarries = recording_notice\n",
            "the call itself must do it");
    refused(at, "trunk = main\ncarries = \n", "names no duty");
    refused(at, "trunk = main\nopt_out_number = 8005550100\n", "with +");
    refused(at, "trunk = main\nopt_out_number = +12125550100\n", "toll-free");
    assert_int_equal(parse_with(at,
                                "trunk = main\nopt_out_number = +18005550100\n"
                                "carries = operator_contract  document_basis\n",
                                &p, &e),
                     TM_OK);
    assert_true(p->opt_out_e164 == 18005550100);
    assert_true(p->carries ==
                (UINT64_C(1) << DUTY_CONTRACT | UINT64_C(1) << DUTY_BASIS));
}

/* The same text has the same hash, another text another one. */
static void test_hash(void **state)
{
    (void)state;
    const struct plan *a, *b, *c;
    struct err e;
    assert_int_equal(parse_with("Visits", "Visits", &a, &e), TM_OK);
    assert_int_equal(parse_with("Visits", "Visits", &b, &e), TM_OK);
    assert_int_equal(parse_with("Visits", "Visitz", &c, &e), TM_OK);
    assert_string_equal(a->hash, b->hash);
    assert_string_not_equal(a->hash, c->hash);
}

static void test_law(void **state)
{
    (void)state;
    refused("start_after = 300ms", "ring_timeout = 14s",
            "f:12: ring_timeout = \"14s\": a telephone must ring at least 15s "
            "before we give up (16 CFR 310.4(b)(4)(ii)");
    refused("start_after = 300ms", "start_after = 2001ms",
            "f:12: start_after = \"2001ms\": the message must begin within 2s "
            "of the answer (16 CFR 310.4(b)(1)(v))");
    refused("9 = removed\n", "", "step \"removed\" is never reached");
    refused("[keys]\n9 = removed\n1 = back\n",
            "[keys]\n9 = bye\n1 = back\n[step z]\nsay = a\nkey.2 = b -> "
            "removed\nnext = hello\n",
            "f: a recorded call needs a key that opts out at any time (16 CFR "
            "310.4(b)(1)(v)(B)");
}

static void test_general_keys(void **state)
{
    (void)state;
    refused("name = Visits\n", "", "f: name is missing; add a line such as");
    refused("trunk = main\n", "", "f: trunk is missing");
    refused("caller_id = +12125550100\n", "", "f: caller_id is missing");
    refused("trunk = main", "trunc = main",
            "f:8: unknown key \"trunc\"; known "
            "are name, seller");
    refused("trunk = main", "trunk = main\ntrunk = two",
            "f:9: trunk is given twice");
    refused("trunk = main", "trunk =", "f:8: trunk = \"\": must have 1");
    refused("+12125550100", "2125550100", "f:9: caller_id = ");
    refused("+12125550100", "+1212", "f:9: caller_id: the number \"+1212\"");
    refused("country = US", "country = usa", "f:7: country = \"usa\"");
    refused("caller_kind = survey", "caller_kind = robot",
            "f:3: caller_kind = \"robot\": is not known; known are seller, ");
    refused("purpose = survey", "purpose = unknown", "f:4: purpose");
    refused("leads_to_sale = no", "leads_to_sale = maybe", "f:5: leads_to");
    refused("max_calls = 2", "max_calls = 0", "f:10: max_calls");
    refused("max_calls = 2", "max_calls = many", "f:10: max_calls");
    refused("calls_per_second = 1000", "calls_per_second = 0", "f:11: ");
    refused("calls_per_second = 1000", "calls_per_second = x", "f:11: ");
    refused("hopper = 8", "hopper = 99999999", "f:13: hopper");
    refused("hopper = 8", "record = perhaps", "f:13: record");
    refused("hopper = 8", "channel = fax", "f:13: channel");
    refused("hopper = 8", "dial_mode = predictive", "f:13: dial_mode");
    refused("hopper = 8", "channel = voice_live",
            "f:23: [keys]: a script is for");
    refused("[retry]", "[retries]", "f:18: unknown section [retries]");
}

static void test_section_errors(void **state)
{
    (void)state;
    refused("daily = 09:00-20:00", "daily = 9-20", "f:15: hours are written");
    refused("daily = 09:00-20:00", "daily = 20:00-09:00", "f:15: hours");
    refused("daily = 09:00-20:00", "daily = 09:00-24:01", "f:15: hours");
    refused("daily = 09:00-20:00", "someday = 09:00-20:00",
            "f:15: unknown day \"someday\"");
    refused("lead = 3", "lead = 0", "f:17: lead must be a whole number");
    refused("lead = 3", "number_24h = 21", "f:17: number_24h must be");
    refused("lead = 3", "number_1h = 1", "f:17: unknown cap \"number_1h\"");
    refused("lead = 3", "gap = soon", "f:17: gap is the least time");
    refused("lead = 3", "lead = 3\nlead = 4", "f:18: lead is given twice");
    refused("busy = 2 x 10m", "busy = 2", "f:19: a retry is written");
    refused("busy = 2 x 10m", "completed = 2 x 1m",
            "f:19: \"completed\" is no outcome that can be tried again");
    refused("busy = 2 x 10m", "busy = 1 x 1m\nbusy = 2 x 1m",
            "f:20: busy is given twice");
    refused("next = q1", "next = q7", "f:28: there is no step \"q7\"");
}

/* The campaign that people see first. */
static void test_example(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof(path), "%s/examples/survey.campaign", SOURCE_DIR);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = arena_alloc(&arena, 1 << 16);
    size_t n = fread(text, 1, 1 << 16, f);
    fclose(f);
    const struct plan *p = NULL;
    struct err e = {0};
    if (plan_parse(&arena, "survey.campaign", str_range(text, n), &p, &e) !=
        TM_OK)
        fail_msg("%s", e.text);
    assert_string_equal(p->seller, "Lakeside Clinic");
    assert_int_equal(p->script->questions, 2);
    assert_int_equal(p->script->fields, 2);
    assert_true(p->script->opt_out_any_time);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parsed),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_words_of_the_law),
        cmocka_unit_test(test_duties_of_the_operator),
        cmocka_unit_test(test_law),
        cmocka_unit_test(test_general_keys),
        cmocka_unit_test(test_section_errors),
        cmocka_unit_test(test_example),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

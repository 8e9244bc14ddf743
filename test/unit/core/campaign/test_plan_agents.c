/* Campaign files of campaigns with agents: every key, and every contradiction
 * with the law or the number that it breaks. */
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

static const char live[] =
    "name = Sales\n"
    "seller = Lakeside\n"
    "caller_kind = seller\n"
    "purpose = sale\n"
    "leads_to_sale = yes\n"
    "list = customers\n"
    "country = US\n"
    "trunk = main\n"
    "caller_id = +12125550100\n"
    "channel = voice_live\n"
    "dial_mode = predictive\n"
    "abandoned_say = Lakeside, telemarketing. Call 212 555 0100, or press 9.\n"
    "hopper = 8\n"
    "[hours]\n"
    "daily = 09:00-20:00\n"
    "[dispositions]\n"
    "sale = done success\n"
    "later = callback\n"
    "stop = opt_out\n";

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

/* One text replaced; "" for old adds the new one in front. */
static int parse_with(const char *old, const char *new, const struct plan **out,
                      struct err *e)
{
    char text[4096];
    const char *at = strstr(live, old);
    if (at == NULL)
        fail_msg("the plan does not have %s", old);
    int n = snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - live), live,
                     new, at + strlen(old));
    assert_in_range(n, 1, sizeof(text) - 1);
    return plan_parse(&arena, "f", str_of(text), out, e);
}

static const struct plan *parsed(const char *old, const char *new)
{
    const struct plan *p = NULL;
    struct err e = {0};
    if (parse_with(old, new, &p, &e) != TM_OK)
        fail_msg("%s: %s", new, e.text);
    return p;
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

#define MODE "dial_mode = predictive\n"
#define SAY                                                                    \
    "abandoned_say = Lakeside, telemarketing. Call 212 555 0100, or press "    \
    "9.\n"
#define HOPPER "hopper = 8\n"

static void test_defaults(void **state)
{
    (void)state;
    const struct plan *p = parsed("", "");
    assert_int_equal(p->channel, CHANNEL_VOICE_LIVE);
    assert_int_equal(p->dial_mode, DIAL_PREDICTIVE);
    assert_int_equal(p->pacing.kind, POLICY_PREDICTIVE);
    assert_int_equal(p->abandon_limit_ppm, 30000);
    assert_false(p->detect);
    assert_int_equal(p->detect_wrong_ppm, 0);
    assert_int_equal(p->hold_ms, 2000);
    assert_int_equal(p->wrap_limit_ms, 60000);
    assert_int_equal(p->preview_limit_ms, 30000);
    assert_false(p->preview_dials);
    assert_int_equal(p->skills, 0);
    assert_int_equal(p->weight, 100);
    assert_int_equal(p->ends.year, 0);
    assert_int_equal(p->retry.of[OUTCOME_TALKED].times, 3);
    assert_int_equal(p->retry.of[OUTCOME_TALKED].delay_ms, 86400000);
    assert_int_equal(p->retry.of[OUTCOME_ABANDONED].delay_ms, 3 * 86400000);
    assert_int_equal(p->dispositions, 3);
    assert_true(str_eq(p->disposition[0].word, "sale"));
    assert_true(p->disposition[0].success);
    assert_int_equal(p->disposition[1].action, DISPOSITION_CALLBACK);
    assert_false(p->disposition[1].success);
    assert_int_equal(p->says, PLAN_SAYS_NAME | PLAN_SAYS_NUMBER);
}

static void test_every_key(void **state)
{
    (void)state;
    const struct plan *p =
        parsed(HOPPER, "pacing = vicidial:mode=hard,max=4,drop=2\n"
                       "abandon_limit = 2.25 %\ndetect = yes\n"
                       "detect_wrong = 0.5%\nhold = 1500ms\nwrap_limit = 0s\n"
                       "skills = finnish  sales\nweight = 7\n"
                       "ends = 2027-02-28\n");
    assert_int_equal(p->pacing.kind, POLICY_VICIDIAL);
    assert_int_equal(p->abandon_limit_ppm, 22500);
    assert_true(p->detect);
    assert_int_equal(p->detect_wrong_ppm, 5000);
    assert_int_equal(p->hold_ms, 1500);
    assert_int_equal(p->wrap_limit_ms, 0);
    assert_int_equal(p->skills, 2);
    assert_string_equal(p->skill[0], "finnish");
    assert_string_equal(p->skill[1], "sales");
    assert_int_equal(p->weight, 7);
    assert_int_equal(p->ends.year, 2027);
    assert_int_equal(p->ends.day, 28);
    p = parsed(HOPPER, "detect = yes\n");
    assert_int_equal(p->detect_wrong_ppm, 10000);
    p = parsed(MODE, "dial_mode = preview\npreview_limit = 45s\n"
                     "preview_end = dial\n");
    assert_int_equal(p->preview_limit_ms, 45000);
    assert_true(p->preview_dials);
    p = parsed(MODE, "dial_mode = power\npacing = power:r=2.9\n");
    assert_true(p->pacing.r > 2.89 && p->pacing.r < 2.91);
    p = parsed(MODE, "dial_mode = power\n");
    assert_int_equal(p->pacing.kind, POLICY_POWER);
    assert_true(p->pacing.r > 1.99 && p->pacing.r < 2.01);
    p = parsed(MODE, "dial_mode = progressive\n");
    assert_int_equal(p->pacing.kind, POLICY_PROGRESSIVE);
}

static void test_dispositions(void **state)
{
    (void)state;
    static const char section[] =
        "[dispositions]\nsale = done success\nlater = callback\n"
        "stop = opt_out\n";
    const struct plan *p = parsed(section, "");
    assert_int_equal(p->dispositions, 7);
    const struct disposition *d = disposition_find(
        p->disposition, p->dispositions, str_of("do_not_call"));
    assert_non_null(d);
    assert_int_equal(d->action, DISPOSITION_OPT_OUT);
    assert_null(disposition_find(p->disposition, 7, str_of("stop")));
    refused("stop = opt_out\n", "", "16 CFR 310.4(b)(1)(iii)(A)");
    refused("sale = done success\n", "", "f:16: no disposition ends a lead");
    refused(section, "[dispositions]\n", "f:16: agents must be able to note");
    refused("later = callback", "later = phone", "f:18: later = \"phone\"");
    refused("later = callback", "later = done maybe", "stands success");
    refused("later = callback", "later = retry success", "only done and");
    refused("later = callback", "later = machine success", "only done and");
    refused("later = callback", "later = callback success success",
            "both or nothing");
    refused("later = callback", "later = wrong_number inquiry",
            "makes no inquiry");
    refused("later = callback", "later = callback inquiry",
            "f:16: later: an inquiry is made by people who call us");
    refused("later = callback", "two words = done", "1 to 31 letters");
    refused("later = callback", "sale = done", "f:18: sale is given twice");
    char many[2048] = "[dispositions]\n";
    for (int i = 0; i < 33; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many),
                       "d%d = opt_out\n", i);
    refused(section, many, "more than 32 dispositions");
    /* The default's own words can all be read. */
    static struct disposition all[DISPOSITIONS_MAX];
    size_t n = disposition_defaults(all);
    for (size_t i = 0; i < n; i++) {
        char value[64];
        struct disposition back;
        (void)snprintf(value, sizeof value, "%s%s",
                       disposition_do_text(all[i].action),
                       all[i].success ? " success" : "");
        assert_null(disposition_read(all[i].word, str_of(value), &back));
        assert_int_equal(back.action, all[i].action);
        assert_int_equal(back.success, all[i].success);
    }
}

/* What cannot go together. */
static void test_contradictions(void **state)
{
    (void)state;
    refused("channel = voice_live\n", "",
            "f:10: dial_mode = predictive joins people with agents");
    refused("channel = voice_live", "channel = voice_prerecorded",
            "f:11: dial_mode = predictive joins");
    refused(MODE, "dial_mode = agentless\n", "f:16: dispositions are said");
    refused(MODE, "", "dispositions are said by agents");
    refused("[dispositions]\nsale = done success\nlater = callback\n"
            "stop = opt_out\n",
            "[keys]\n9 = a\n", "f:16: [keys]: a script is for recorded calls");
    refused(HOPPER, "start_after = 1s\n", "f:13: start_after is for recorded");
    refused(HOPPER, "recording_notice = Hello.\n", "carries = recording");
    refused(HOPPER, "preview_limit = 5s\n",
            "f:13: preview_limit is for dial_mode = preview, and this is "
            "predictive");
    refused(HOPPER, "preview_end = dial\n", "f:13: preview_end is for");
    refused(HOPPER, "preview_limit = 5s\npreview_end = dial\n",
            "remove it; the same goes for preview_end (line 14)");
    refused(MODE, "dial_mode = preview\npacing = power:r=2\ndetect = yes\n",
            "remove it; the same goes for detect (line 13)");
    refused(MODE, "dial_mode = manual\npacing = power:r=2\n",
            "f:12: pacing is for dial modes where a machine dials");
    refused(MODE, "dial_mode = preview\ndetect = yes\n", "f:12: detect is for");
    refused(HOPPER, "detect_wrong = 1 %\n", "f:13: detect_wrong is for detect");
    refused(HOPPER, "pacing = power:r=2\n", "f:13: progressive and power are");
    refused(HOPPER, "pacing = progressive\n", "dial modes of their own");
    refused(MODE, "dial_mode = power\npacing = predictive\n",
            "f:12: dial mode "
            "power dials");
    refused(MODE, "dial_mode = progressive\npacing = credit\n",
            "f:12: dial mode progressive has a line for each");
    refused(HOPPER, "hopper = 0\n", "f:13: hopper");
    refused(HOPPER, "ring_timeout = 12s\n", "47 CFR 64.1200(a)(6)");
    refused(HOPPER, "carries = abandon_message_within_2s\n", "f:13: carries");
    refused("[hours]", "[retry]\ntalked = soon\n[hours]", "talked = 3 x 10m");
}

/* Keys with agents in the small survey, and everything of it as it was. */
static void test_agentless(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "pacing = predictive", "abandon_limit = 3 %",    "detect = yes",
        "hold = 1s",           "wrap_limit = 5s",        "preview_limit = 5s",
        "skills = a",          "preview_end = dial",     "ends = 2027-01-01",
        "abandoned_key = 1",   "abandoned_say = Clinic",
    };
    char text[4096];
    const struct plan *p = NULL;
    struct err e;
    for (size_t i = 0; i < tm_array_len(keys); i++) {
        (void)snprintf(text, sizeof text, "%s\n%s", keys[i], world_plan);
        assert_int_equal(plan_parse(&arena, "f", str_of(text), &p, &e),
                         TM_EINVAL);
        if (strstr(e.text, "f:1: ") == NULL ||
            strstr(e.text, "is for campaigns with agents") == NULL)
            fail_msg("%s: %s", keys[i], e.text);
    }
    assert_int_equal(plan_parse(&arena, "f", str_of(world_plan), &p, &e),
                     TM_OK);
    assert_int_equal(p->dispositions, 0);
    assert_int_equal(p->retry.of[OUTCOME_TALKED].times, 0);
    assert_int_equal(p->retry.of[OUTCOME_ABANDONED].times, 0);
}

/* Values out of bounds. */
static void test_bounds(void **state)
{
    (void)state;
    refused(HOPPER, "pacing = fast\n", "f:13: pacing = \"fast\": no way of");
    refused(MODE, "dial_mode = power\npacing = power:r=0.5\n", "f:12: pacing");
    refused(MODE, "dial_mode = power\npacing = power:r=101\n", "f:12: pacing");
    refused(MODE, "dial_mode = fast\n", "f:11: dial_mode = \"fast\": is not");
    refused(MODE, "dial_mode = unknown\n", "f:11: dial_mode");
    refused("channel = voice_live", "channel = voice_ai", "f:10: channel");
    refused(HOPPER, "hold = 2001ms\n", "16 CFR 310.4(b)(1)(iv)");
    refused(HOPPER, "hold = -1s\n", "f:13: hold");
    refused(HOPPER, "wrap_limit = 2h\n", "f:13: wrap_limit");
    refused(HOPPER, "skills =\n", "f:13: skills = \"\": names no skill");
    refused(HOPPER, "skills = a b a\n", "f:13: skills");
    refused(HOPPER, "skills = a b c d e f g h i\n", "f:13: skills");
    refused(HOPPER, "weight = 0\n", "from 1 to 1000");
    refused(HOPPER, "weight = 1001\n", "from 1 to 1000");
    refused(HOPPER, "ends = tomorrow\n", "f:13: ends");
    refused(HOPPER, "ends = 2027-02-29\n", "f:13: ends");
    refused(HOPPER, "detect = maybe\n", "f:13: detect");
    refused(HOPPER, "detect = yes\ndetect_wrong = 21 %\n", "f:14: detect_wron");
    refused(HOPPER, "abandoned_key = 10\n", "f:13: abandoned_key");
}

/* 16 CFR 310.4(b)(4)(i), 47 CFR 64.1200(a)(7); Canada's rules; no law. */
static void test_budget(void **state)
{
    (void)state;
    refused(HOPPER, "abandon_limit = 3.1 %\n",
            "f:13: 3.1 % of the live answers abandoned is too much: 3 % is the "
            "law's (16 CFR 310.4(b)(4)(i), 47 CFR 64.1200(a)(7))");
    refused(HOPPER, "abandon_limit = 0.05 %\n", "f:13: a budget of 0.05 %");
    refused(HOPPER, "abandon_limit = 3\n", "f:13: abandon_limit = \"3\"");
    refused(HOPPER, "abandon_limit = -1 %\n", "f:13: abandon_limit");
    refused(HOPPER, "abandon_limit = %\n", "f:13: abandon_limit");
    refused(HOPPER, "abandon_limit = 1 %\ndetect = yes\n",
            "f:13: detection takes 1 % of the people for machines");
    refused(HOPPER, "detect = yes\ndetect_wrong = 4 %\n",
            "f:14: detection takes 4 %");
    const char *country = "country = US\n";
    assert_int_equal(parsed(country, "country = CA\nabandon_limit = 5%\n")
                         ->abandon_limit_ppm,
                     50000);
    refused(country, "country = CA\nabandon_limit = 5.1%\n",
            "f:8: 5.1 % of the live answers abandoned is too much: 5 % is the "
            "law's (Unsolicited Telecommunications Rules, part III)");
    refused(country, "country = GB\nabandon_limit = 4%\n",
            "no share is safe there since 2017");
    refused(country, "country = FI\nabandon_limit = 4%\n", "no law is known");
}

/* 16 CFR 310.4(b)(4)(iii), 47 CFR 64.1200(a)(7)(i). */
static void test_abandoned_message(void **state)
{
    (void)state;
    refused(SAY, "",
            "f:11: with dial mode predictive somebody may answer and find no "
            "agent: he must hear who called, and the number (16 CFR "
            "310.4(b)(4)(iii), 47 CFR 64.1200(a)(7)(i))");
    refused(SAY, "abandoned_say = Telemarketing. 212 555 0100, press 9.\n",
            "f:12: what is said to who answers and finds no agent must name");
    refused(SAY, "abandoned_say = Lakeside, telemarketing. Press 9.\n",
            "must say the number of caller_id");
    refused(SAY, "abandoned_say = Lakeside. 212 555 0100, press 9.\n",
            "must say that the call was for telemarketing");
    refused(SAY, "abandoned_say = Lakeside, telemarketing. 212 555 0100.\n",
            "must offer the key that opts out");
    refused(SAY, "", "abandoned_say = \"This is Lakeside. Call +12125550100");
    refused(SAY, "abandoned_say = {first_name}, Lakeside\n", "no {fields}");
    refused(SAY, SAY "abandoned_key = 8\n", "must offer the key that opts out");
    const struct plan *p = parsed("", "");
    assert_int_equal(p->abandoned_key, '9');
    assert_int_equal(p->script->steps, 2);
    assert_true(p->script->opt_out_any_time);
    assert_int_equal(p->script->step[0].action, SCRIPT_DO_END);
    assert_string_equal(p->abandoned_say, "Lakeside, telemarketing. Call 212 "
                                          "555 0100, or press 9.");
    assert_true(str_eq(p->script->step[0].say[0].text, p->abandoned_say));
    assert_int_equal(p->script->key[0].digit, '9');
    assert_int_equal(p->script->step[p->script->key[0].next].action,
                     SCRIPT_DO_OPT_OUT);
    /* Elsewhere the name and the number are enough. */
    p = parsed("country = US\n", "country = FI\n");
    assert_int_equal(p->abandoned_key, '9');
    char text[4096];
    struct err e;
    (void)snprintf(text, sizeof text, "%s", live);
    memcpy(strstr(text, "country = US"), "country = FI", 12);
    memcpy(strstr(text, "press 9."), "bye now.", 8);
    assert_int_equal(plan_parse(&arena, "f", str_of(text), &p, &e), TM_OK);
    assert_int_equal(p->abandoned_key, '\0');
    assert_int_equal(p->script->steps, 1);
    assert_false(p->script->opt_out_any_time);
    /* Where each line is an agent's, it may be missing in what is read. */
    p = parsed(MODE SAY, "dial_mode = manual\n");
    assert_null(p->abandoned_say);
    assert_int_equal(p->says, 0);
    assert_int_equal(p->script->steps, 1);
    assert_int_equal(p->script->step[0].says, 0);
    refused(MODE SAY, "dial_mode = manual\nabandoned_key = 9\n",
            "f:12: abandoned_key works while abandoned_say is said");
}

/* The way of dialling can change while it runs, and the law with it. */
static void test_pace_check(void **state)
{
    (void)state;
    static const struct {
        enum dial_mode mode;
        const char *policy;
        uint32_t limit;
        const char *wanted; /* "" is allowed */
    } rows[] = {
        {DIAL_PREDICTIVE, "predictive", 30000, ""},
        {DIAL_PREDICTIVE, "credit", 1000, ""},
        {DIAL_PREDICTIVE, "power:r=2", 30000, "dial modes of their own"},
        {DIAL_POWER, "power:r=2", 30000, ""},
        {DIAL_POWER, "predictive", 30000, "power:r=2"},
        {DIAL_PROGRESSIVE, "progressive", 30000, ""},
        {DIAL_PROGRESSIVE, "predictive", 30000, "no other pacing"},
        {DIAL_MANUAL, "progressive", 30000, ""},
        {DIAL_AGENTLESS, "progressive", 30000, "has no agents"},
        {DIAL_PREDICTIVE, "predictive", 30001, "310.4(b)(4)(i)"},
        {DIAL_MANUAL, "progressive", 30001, "310.4(b)(4)(i)"},
        {DIAL_PREDICTIVE, "predictive", 999, "0.1 % or more"},
    };
    const struct plan *p = parsed("", "");
    for (size_t i = 0; i < tm_array_len(rows); i++) {
        struct policy_params policy;
        struct err e = {0};
        assert_int_equal(policy_parse(str_of(rows[i].policy), &policy, &e),
                         TM_OK);
        int rc = plan_pace_check(p, rows[i].mode, &policy, rows[i].limit, &e);
        bool wrong = rc != (rows[i].wanted[0] == '\0' ? TM_OK : TM_EINVAL);
        if (wrong || strstr(e.text, rows[i].wanted) == NULL)
            fail_msg("row %zu: %d \"%s\"", i, rc, e.text);
    }
    /* Without the message only modes in which an agent dials himself: one who
     * is lost, or picks up late, leaves a person in progressive too. A plan on
     * file from before that was asked is still read. */
    p = parsed(MODE SAY, "dial_mode = progressive\n");
    for (int m = DIAL_MANUAL; m < DIAL_AGENTLESS; m++) {
        struct policy_params policy;
        struct err e = {0};
        plan_pace_default((enum dial_mode)m, &policy);
        int rc = plan_pace_check(p, (enum dial_mode)m, &policy, 30000, &e);
        bool lost = m == DIAL_POWER || m == DIAL_PREDICTIVE;
        assert_int_equal(rc, lost ? TM_EINVAL : TM_OK);
        rc = plan_pace_check_anew(p, (enum dial_mode)m, &e);
        assert_int_equal(rc, m == DIAL_PROGRESSIVE ? TM_EINVAL : TM_OK);
    }
}

/* The campaign that people see first. */
static void test_example(void **state)
{
    (void)state;
    static char text[16384];
    FILE *f = fopen(SOURCE_DIR "/examples/agents.campaign", "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    assert_in_range(n, 100, sizeof text - 2);
    (void)fclose(f);
    const struct plan *p;
    struct err e = {0};
    if (plan_parse(&arena, "agents.campaign", (struct slice){text, n}, &p,
                   &e) != TM_OK)
        fail_msg("%s", e.text);
    assert_int_equal(p->dial_mode, DIAL_PREDICTIVE);
    assert_int_equal(p->abandon_limit_ppm, 25000);
    assert_int_equal(p->dispositions, 7);
    assert_int_equal(p->retry.of[OUTCOME_TALKED].times, 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_defaults),       T(test_every_key),         T(test_dispositions),
        T(test_contradictions), T(test_agentless),         T(test_bounds),
        T(test_budget),         T(test_abandoned_message), T(test_pace_check),
        T(test_example),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}

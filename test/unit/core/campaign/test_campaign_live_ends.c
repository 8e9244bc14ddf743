/*
 * When a campaign with agents has nothing more to do, or may not do it: its
 * list, its last day, the limit of abandoned calls; and what it says then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/campaign_crew.h"
#include "fixture_world.h"

static struct world w;
static char file_text[4096];

static void edit(const char *from, const char *to)
{
    char rest[4096];
    char *at = strstr(file_text, from);
    assert_non_null(at);
    (void)str_copy(rest, sizeof(rest), str_of(at + strlen(from)));
    snprintf(at, sizeof(file_text) - (size_t)(at - file_text), "%s%s", to,
             rest);
}

static void begin_plan(void)
{
    (void)str_copy(file_text, sizeof(file_text), str_of(world_live_plan));
}

static void give_leads(int64_t n)
{
    struct lead l[64];
    for (int64_t i = 0; i < n; i++)
        l[i] = world_lead(i + 1, 12124560001 + (uint64_t)i);
    world_leads(&w, l, (size_t)n, INT64_MAX);
}

static void begin(int64_t agents, int64_t leads)
{
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, agents);
    give_leads(leads);
    world_forget(&w);
    world_run(&w, 300);
}

static void answers(int64_t attempt)
{
    world_call(&w, attempt, CARRIER_PLACED);
    world_call(&w, attempt, CARRIER_RINGING);
    world_call(&w, attempt, CARRIER_ANSWERED);
}

static bool seen(const char *text)
{
    return w.trace.p != NULL && strstr(w.trace.p, text) != NULL;
}

#define expect(text)                                                           \
    do {                                                                       \
        if (!seen(text))                                                       \
            fail_msg("not there: %s\nin:\n%s", text, w.trace.p);               \
    } while (0)

static unsigned count(const char *text)
{
    unsigned n = 0;
    const char *p = w.trace.p;
    while (p != NULL && (p = strstr(p, text)) != NULL) {
        p += strlen(text);
        n++;
    }
    return n;
}

static struct campaign_status status(void)
{
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    return s;
}

static int order(int64_t agent, enum agent_order_kind k)
{
    return world_order(&w, agent, k, "", 0);
}

/* --- the list --------------------------------------------------------------*/

/* The only lead is talked with; the agent says how it was, or nothing. */
static void test_list_is_done(void **state)
{
    (void)state;
    for (int said = 0; said < 2; said++) {
        begin_plan();
        world_open(&w, file_text);
        begin(1, 1);
        answers(1);
        world_run(&w, 1000);
        world_ended(&w, 1, CAUSE_CALLEE, 0);
        if (said)
            assert_int_equal(
                world_order(&w, 1, AGENT_DO_DISPOSE, "no_interest", 0), TM_OK);
        else
            assert_int_equal(order(1, AGENT_DO_LIMIT), TM_OK);
        world_run(&w, 2000);
        if (seen("fetch"))
            world_leads(&w, NULL, 0,
                        said ? INT64_MAX : w.start_us + 86461300000);
        world_run(&w, 1000);
        if (said)
            expect(" campaign finished\n");
        else
            assert_false(seen("finished"));
        assert_true(said ||
                    strstr(status().idle_why, "no lead may be called") != NULL);
        world_close(&w);
    }
}

/* --- the last day ----------------------------------------------------------*/

static void open_last_day(const char *mode)
{
    begin_plan();
    edit("dial_mode = predictive\n", mode);
    edit("detect = no\n", "");
    edit("hold = 2s\n", "hold = 2s\nends = 2026-11-23\n");
    edit("[hours]\ndaily = 09:00-20:00\n", ""); /* a survey may call at night */
    world_open(&w, file_text);
    world_say(&w, CAMPAIGN_EV_START);
}

static void at_clock(const char *text)
{
    assert_true(civil_parse_instant(str_of(text), &w.now_us));
    world_forget(&w);
}

/* Its midnight comes to New York before the day is over everywhere. */
static void test_last_day(void **state)
{
    (void)state;
    open_last_day("dial_mode = progressive\n");
    at_clock("2026-11-24T04:59:00Z");
    world_agents(&w, 1);
    give_leads(2);
    world_run(&w, 300);
    expect("attempt L1 A1\n");
    at_clock("2026-11-24T05:00:00Z");
    world_call(&w, 1, CARRIER_PLACED);
    world_ended(&w, 1, CAUSE_BUSY, 486);
    world_run(&w, 1000);
    assert_false(seen("attempt"));
    expect("lead L2 waiting campaign_ends at 75600\n");
    at_clock("2026-11-24T12:00:00Z");
    world_leads(&w, NULL, 0, w.now_us);
    world_run(&w, 600000);
    assert_false(seen("attempt"));
    assert_false(seen("fetch"));
    assert_string_equal(status().idle_why,
                        "its last day is over (ends = 2026-11-23 in its plan); "
                        "nobody is called any more");
    assert_true(campaign_deadline_us(w.campaign) > w.now_us);
    world_close(&w);
}

/* A lead that is looked at then, a lead at hand, and a promised one. */
static void test_last_day_of_leads(void **state)
{
    (void)state;
    open_last_day("dial_mode = preview\n");
    world_agents(&w, 1);
    struct lead l[3];
    for (int64_t i = 0; i < 3; i++)
        l[i] = world_lead(i + 1, 12124560001 + (uint64_t)i);
    l[2].state = LEAD_CALLBACK;
    world_leads(&w, l, 3, INT64_MAX);
    assert_int_equal(world_state(&w, 1), AGENT_PREVIEW);
    at_clock("2026-11-24T12:00:00Z");
    world_say(&w, CAMPAIGN_EV_TICK);
    expect("lead L3 callback not_called");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    assert_int_equal(order(1, AGENT_DO_DIAL), TM_ESTATE);
    world_run(&w, 60000);
    assert_false(seen("attempt"));
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    world_close(&w);
}

/* --- the limit -------------------------------------------------------------*/

/* A sale, for which the law counts abandoned calls. */
static void open_sale(const char *mode, const char *also)
{
    begin_plan();
    edit("dial_mode = predictive\n", mode);
    edit("detect = no\n", also);
    edit("caller_kind = survey\npurpose = survey\nleads_to_sale = no\n",
         "caller_kind = seller\npurpose = sale\nleads_to_sale = yes\n"
         "goods = other\nftc_jurisdiction = yes\n");
    world_open(&w, file_text);
}

static void set_lost(unsigned live, unsigned lost)
{
    w.campaign->counters.first_call_us = w.start_us - 3600000000;
    w.campaign->counters.cells = 1;
    w.campaign->counters.cell[0] =
        (struct case_bucket){.start_us = w.start_us - 3600000000,
                             .placed = 5 * live,
                             .answered = live,
                             .live = live,
                             .connected = live - lost,
                             .abandoned = lost};
}

/* The lead an agent looks at is called for him alone, however others are
 * dialled by now. */
static void test_looked_at_over_the_limit(void **state)
{
    (void)state;
    open_sale("dial_mode = preview\n", "");
    set_lost(100, 10);
    begin(1, 3);
    assert_int_equal(world_state(&w, 1), AGENT_PREVIEW);
    struct campaign_pacing p = {.mode = DIAL_POWER, .abandon_limit_ppm = 30000};
    plan_pace_default(DIAL_POWER, &p.policy);
    struct campaign_event ev = {.kind = CAMPAIGN_EV_PACE, .pacing = &p};
    world_step(&w, &ev);
    assert_int_equal(w.out.error, TM_OK);
    assert_int_equal(order(1, AGENT_DO_DIAL), TM_OK);
    expect("attempt L1 A1\n");
    assert_false(seen("denied"));
    assert_int_equal(world_state(&w, 1), AGENT_DIALLING);
    world_close(&w);
}

/* Steps until a call is started; the mode that its record tells, if any. */
static const char *mode_of_next(void)
{
    static char mode[64];
    mode[0] = '\0';
    for (int i = 0; i < 200; i++) {
        world_wait(&w, 50);
        world_say(&w, CAMPAIGN_EV_TICK);
        for (size_t k = 0; k < w.out.records; k++) {
            const struct record *r = &w.out.record[k];
            if (r->kind != RECORD_ATTEMPT)
                continue;
            const char *at = memmem(r->versions.p, r->versions.n, "; mode=", 7);
            if (at != NULL)
                (void)str_copy(mode, sizeof(mode),
                               str_range(at, r->versions.n -
                                                 (size_t)(at - r->versions.p)));
            return mode;
        }
    }
    fail_msg("no call is started");
    return NULL;
}

/* Over the limit the rules are asked for a line for one agent: who judges the
 * call later has to know that. */
static void test_mode_is_written(void **state)
{
    (void)state;
    open_sale("dial_mode = power\npacing = power:r=1\n", "detect = no\n");
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, 1);
    give_leads(30);
    assert_string_equal(mode_of_next(), "");
    world_call(&w, 1, CARRIER_PLACED);
    world_call(&w, 1, CARRIER_RINGING);
    set_lost(100, 10);
    world_ended(&w, 1, CAUSE_BUSY, 486);
    assert_string_equal(mode_of_next(), "; mode=progressive");
    assert_true(status().over_limit);
    world_close(&w);
}

/* The limit is passed while two agents are kept for the lines that ring, and
 * agents have to be rung for each person: no line more. */
static void test_limit_with_telephones(void **state)
{
    (void)state;
    open_sale("dial_mode = power\npacing = power:r=1\n", "detect = no\n");
    set_lost(1000, 10);
    begin(2, 30);
    struct crew *c = w.campaign->crew;
    assert_int_equal(count("attempt"), 2);
    assert_int_equal(c->lines.n, 2);
    set_lost(100, 10);
    c->rings = true;
    c->view.now.window = (struct budget_window){.live = 100, .lost = 10};
    c->order = 1;
    world_say(&w, CAMPAIGN_EV_TICK);
    assert_true(status().over_limit);
    assert_int_equal(count("attempt"), 2);
    assert_int_equal(c->order, 0);
    world_close(&w);
}

/* --- what it says ----------------------------------------------------------*/

static void expect_idle(const char *begins)
{
    struct campaign_status s = status();
    if (strncmp(s.idle_why, begins, strlen(begins)) != 0)
        fail_msg("it says: %s", s.idle_why);
}

static void move(int64_t agent, enum agent_input in)
{
    assert_true(floor_move(w.floor, (struct agent_id){agent}, in, w.now_us));
    world_say(&w, CAMPAIGN_EV_FLOOR);
}

static void pace_to(enum dial_mode mode)
{
    struct campaign_pacing p = {.mode = mode, .abandon_limit_ppm = 30000};
    struct campaign_event ev = {.kind = CAMPAIGN_EV_PACE, .pacing = &p};
    plan_pace_default(mode, &p.policy);
    world_step(&w, &ev);
    assert_int_equal(w.out.error, TM_OK);
}

/* First what is wrong with leads, then with agents. */
static void test_idle(void **state)
{
    (void)state;
    begin_plan();
    world_open(&w, file_text);
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, 2);
    world_leads(&w, NULL, 0, w.now_us + 3600000000);
    world_run(&w, 1000);
    expect_idle("no lead may be called before 2026-11-23T16:00");
    world_close(&w);
    world_open(&w, file_text);
    world_say(&w, CAMPAIGN_EV_START);
    give_leads(4);
    expect_idle("no agent is signed in");
    world_agents(&w, 2);
    move(1, AGENT_IN_PAUSE);
    move(2, AGENT_IN_PAUSE);
    expect_idle("every agent who is signed in pauses");
    assert_int_equal(status().here, 2);
    assert_int_equal(status().here_ready, 0);
    move(1, AGENT_IN_READY);
    assert_int_equal(status().here_ready, 1);
    world_run(&w, 300);
    expect_idle("as many lines ring");
    assert_true(floor_wish(w.floor, (struct agent_id){1}, AGENT_OFF, w.now_us));
    world_run(&w, 300);
    expect_idle("those who are ready sign out or pause when the lines");
    assert_int_equal(status().here_ready, 0);
    assert_true(floor_take_back(w.floor, (struct agent_id){1}));
    world_run(&w, 300);
    answers(1);
    expect_idle("no agent is ready (1 talks, 1 pauses)");
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    expect_idle("no agent is ready (1 wraps up, 1 pauses)");
    pace_to(DIAL_MANUAL);
    expect_idle("agents ask for leads (manual)");
    pace_to(DIAL_PREVIEW);
    assert_int_equal(order(1, AGENT_DO_LIMIT), TM_OK);
    world_run(&w, 300);
    expect_idle("no agent is ready (1 looks at a lead, 1 pauses)");
    move(1, AGENT_IN_SIGN_OUT);
    move(2, AGENT_IN_SIGN_OUT);
    expect_idle("no agent is signed in");
    world_close(&w);
    char chess[4200];
    (void)snprintf(chess, sizeof(chess), "skills = chess\n%s", file_text);
    world_open(&w, chess);
    world_say(&w, CAMPAIGN_EV_START);
    give_leads(4);
    world_agents(&w, 1);
    expect_idle("no agent of it is signed in: those who are lack its skills");
    world_close(&w);
}

/* Callers, and not the budget of abandoned calls, keep the machine from
 * dialling: the reason says so. */
static void test_idle_for_callers(void **state)
{
    (void)state;
    begin_plan();
    world_open(&w, file_text);
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, 1);
    give_leads(4);
    world_run(&w, 1000);
    assert_int_equal(count("attempt"), 1);
    world_call(&w, 1, CARRIER_PLACED);
    world_ended(&w, 1, CAUSE_NO_ANSWER, 480);
    /* As a policy that wants no line for the agent leaves it. */
    struct crew *c = w.campaign->crew;
    assert_int_equal(c->lines.n, 0);
    w.campaign->limit = PACE_ORDER;
    c->counts.agents = c->counts.ready = 1;
    expect_idle("one line more could lose more people than the limit");
    c->counts.called_per_s = 12.0 / 3600;
    expect_idle("agents are kept for callers: about 12 an hour are expected");
    assert_non_null(strstr(status().idle_why, "could find nobody"));
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_is_done),
        cmocka_unit_test(test_last_day),
        cmocka_unit_test(test_last_day_of_leads),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_idle_for_callers),
        cmocka_unit_test(test_looked_at_over_the_limit),
        cmocka_unit_test(test_mode_is_written),
        cmocka_unit_test(test_limit_with_telephones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * A campaign with agents over its legal window, and beside another campaign
 * that shares them.
 */
#include "fixture_live.h"

/* --- the window ------------------------------------------------------------*/

/* What is left: the plan's hours until its last day, by the callee's clock. */
static void test_window(void **state)
{
    (void)state;
    open_mode("dial_mode = predictive\nends = 2026-11-25\n");
    begin(1, 4); /* 10:00 in New York, hours 9 to 20 */
    struct policy_view v = {0};
    w.campaign->crew->hours.at_us = 0;
    campaign_window(w.campaign, &v);
    int64_t hour_us = 3600000000;
    int64_t left_us = (10 + 11 + 11) * hour_us;
    assert_true(v.now.window.left_us > left_us - 2000000);
    assert_true(v.now.window.left_us <= left_us);
    assert_true(v.day_left > 0.90 && v.day_left < 0.91);
    w.campaign->counters.cells = 2;
    w.campaign->counters.first_call_us = w.start_us - 31 * 24 * hour_us;
    w.campaign->counters.cell[0] = (struct case_bucket){
        .start_us = w.start_us - 25 * hour_us, .live = 50, .abandoned = 5};
    w.campaign->counters.cell[1] = (struct case_bucket){
        .start_us = w.start_us - hour_us, .live = 7, .abandoned = 1};
    campaign_window(w.campaign, &v); /* the second period began a day ago */
    assert_int_equal(v.now.window.live, 7);
    assert_int_equal(v.now.window.lost, 1);
    w.campaign->crew->live_up = 2; /* settled, and not ended yet */
    w.campaign->crew->lost_up = 1;
    campaign_window(w.campaign, &v);
    assert_int_equal(v.now.window.live, 9);
    assert_int_equal(v.now.window.lost, 2);
    world_close(&w);
}

/* --- campaigns that share agents -------------------------------------------*/

/* Two agents for two campaigns: never a line more than agents. */
static void test_shared_agents(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    struct campaign_env env = w.env;
    env.id.v = 2;
    struct campaign *first = w.campaign;
    struct campaign *second =
        campaign_new(&w.arena, &env, CAMPAIGN_LOADED, NULL);
    world_say(&w, CAMPAIGN_EV_START);
    give_leads(8);
    w.campaign = second;
    world_say(&w, CAMPAIGN_EV_START);
    struct lead l[8];
    for (int64_t i = 0; i < 8; i++)
        l[i] = world_lead(101 + i, 12124561001 + (uint64_t)i);
    world_leads(&w, l, 8, INT64_MAX);
    world_agents(&w, 2);
    w.campaign = first;
    world_say(&w, CAMPAIGN_EV_FLOOR);
    world_forget(&w);
    for (int i = 0; i < 20; i++) {
        w.campaign = first;
        world_say(&w, CAMPAIGN_EV_TICK);
        w.campaign = second;
        world_say(&w, CAMPAIGN_EV_TICK);
        world_wait(&w, 250);
    }
    assert_int_equal(count("attempt"), 2);
    world_close(&w);
}

static struct campaign *begin_second(const struct lead *l, size_t n,
                                     enum dial_mode mode)
{
    struct campaign_env env = w.env;
    env.id.v = 2;
    w.campaign = campaign_new(&w.arena, &env, CAMPAIGN_LOADED, NULL);
    assert_int_equal(pace(mode, 30000), TM_OK);
    world_say(&w, CAMPAIGN_EV_START);
    world_leads(&w, l, n, INT64_MAX);
    return w.campaign;
}

/* The agent comes free in a step of a campaign that has a lead to show, or a
 * promised call: the person of the other one who waits gets him. */
static void people_first(enum dial_mode mode, bool promised)
{
    open_mode("dial_mode = power\n");
    struct campaign *first = w.campaign;
    begin(1, 2);
    answers(1);
    rings(2);
    struct lead l[2] = {world_lead(101, 12124561001),
                        world_lead(102, 12124561002)};
    l[0].state = promised ? LEAD_CALLBACK : LEAD_NEW;
    l[0].due_us = w.now_us;
    struct campaign *second = begin_second(l, 2, mode);
    w.campaign = first;
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "no_interest", 0), TM_OK);
    w.campaign = second;
    world_say(&w, CAMPAIGN_EV_FLOOR);
    enum agent_state at = promised ? AGENT_DIALLING : AGENT_PREVIEW;
    assert_int_equal(world_state(&w, 1), at);
    /* Now he works for the second one, and a person answers the first. */
    w.campaign = first;
    world_call(&w, 2, CARRIER_ANSWERED);
    assert_int_equal(floor_waiting(w.floor), 1);
    w.campaign = second;
    if (promised)
        world_refused(&w, 3, TM_EFULL);
    else
        assert_int_equal(order(1, AGENT_DO_SKIP), TM_OK);
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    world_say(&w, CAMPAIGN_EV_TICK);
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    w.campaign = first;
    world_say(&w, CAMPAIGN_EV_FLOOR);
    assert_int_equal(world_state(&w, 1), AGENT_TALKING);
    assert_int_equal(floor_waiting(w.floor), 0);
    assert_int_equal(count("abandoned"), 0);
    world_close(&w);
}

static void test_people_before_leads(void **state)
{
    (void)state;
    people_first(DIAL_PREVIEW, false);
}

static void test_people_before_promises(void **state)
{
    (void)state;
    people_first(DIAL_PROGRESSIVE, true);
}

/* Not while a line of the other campaign rings for each of them. */
static void test_lines_before_looks(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    begin(4, 8);
    assert_int_equal(count("attempt"), 4);
    struct lead l = world_lead(101, 12124561001);
    (void)begin_second(&l, 1, DIAL_MANUAL);
    assert_int_equal(order(1, AGENT_DO_NEXT), TM_ESTATE);
    world_close(&w);
}

/* Agents whom nobody would dial for are all there for the other campaign. */
static void test_manual_takes_no_share(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    begin(4, 3);
    assert_int_equal(count("attempt"), 3);
    struct lead l[6];
    for (int64_t i = 0; i < 6; i++)
        l[i] = world_lead(101 + i, 12124561001 + (uint64_t)i);
    (void)begin_second(l, 6, DIAL_MANUAL);
    struct floor_counts n;
    floor_counts(w.floor, (struct campaign_id){1}, &n);
    assert_int_equal(n.ready, 4);
    assert_int_equal(order(1, AGENT_DO_NEXT), TM_OK);
    assert_int_equal(world_state(&w, 1), AGENT_PREVIEW);
    assert_int_equal(order(1, AGENT_DO_SKIP), TM_OK);
    /* Preview has its half. */
    assert_int_equal(pace(DIAL_PREVIEW, 30000), TM_OK);
    /* One was skipped, one is looked at: lines ring for the others. */
    assert_int_equal(status().hopper, 4);
    floor_counts(w.floor, (struct campaign_id){1}, &n);
    assert_int_equal(n.ready, 2);
    world_close(&w);
}

/* A campaign that holds, because the carrier refused a call, keeps nobody. */
static void test_held_takes_no_share(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    begin(2, 8);
    world_refused(&w, 1, TM_EFULL);
    world_refused(&w, 2, TM_EFULL);
    struct floor_counts n;
    floor_counts(w.floor, w.env.id, &n);
    assert_int_equal(n.agents, 0);
    world_run(&w, 8000);
    assert_int_equal(count("attempt"), 4);
    world_close(&w);
}

/* The other campaign has nearly all of the agents: a promise waits for its
 * turn, until it is late; then any agent keeps it whom no line counts on. */
static void test_a_late_promise(void **state)
{
    struct campaign_id heavy = {2};
    (void)state;
    open_mode("dial_mode = progressive\nweight = 1\n");
    assert_int_equal(floor_campaign(w.floor, heavy, 1000, true), TM_OK);
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, 1);
    struct lead l = world_lead(1, 12124560001);
    l.state = LEAD_CALLBACK;
    l.due_us = w.now_us;
    world_leads(&w, &l, 1, INT64_MAX);
    assert_int_equal(status().agents.ready, 0);
    world_run(&w, 299000);
    assert_int_equal(count("attempt"), 0);
    floor_covers(w.floor, heavy, 1);
    world_run(&w, 5000);
    assert_int_equal(count("attempt"), 0);
    floor_covers(w.floor, heavy, 0);
    world_run(&w, 500);
    assert_int_equal(count("attempt"), 1);
    assert_int_equal(world_state(&w, 1), AGENT_DIALLING);
    world_close(&w);
}

/* A promise waits for a full trunk as new lines do, and is offered its turn. */
static void test_a_promise_wants_the_trunk(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    w.room = 0;
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, 1);
    struct lead l = world_lead(1, 12124560001);
    l.state = LEAD_CALLBACK;
    l.due_us = w.now_us;
    world_leads(&w, &l, 1, INT64_MAX);
    world_run(&w, 1000);
    assert_int_equal(count("attempt"), 0);
    assert_true(w.out.starved);
    w.room = 1;
    world_say(&w, CAMPAIGN_EV_TICK);
    assert_int_equal(count("attempt"), 1);
    assert_false(w.out.starved);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_shared_agents),
        cmocka_unit_test(test_people_before_leads),
        cmocka_unit_test(test_people_before_promises),
        cmocka_unit_test(test_lines_before_looks),
        cmocka_unit_test(test_manual_takes_no_share),
        cmocka_unit_test(test_held_takes_no_share),
        cmocka_unit_test(test_a_late_promise),
        cmocka_unit_test(test_a_promise_wants_the_trunk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

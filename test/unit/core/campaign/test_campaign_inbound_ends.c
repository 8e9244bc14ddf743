/*
 * Calls to us and what is around them: agents who are lost or do not pick up,
 * leads at hand, calls of ours beside them, pause and stop, a crash.
 */
#include "fixture_inbound.h"

/* --- agents ----------------------------------------------------------------*/

/* His telephone rings; he does not pick up and pauses; the next one does. */
static void test_agents_who_are_rung(void **state)
{
    (void)state;
    open_edited(NULL, NULL);
    world_say(&w, CAMPAIGN_EV_START);
    world_agent(&w, 1, AGENT_LEG_PER_CALL);
    world_agent(&w, 2, AGENT_LEG_PER_CALL);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    world_leads(&w, NULL, 0, INT64_MAX);
    world_forget(&w);
    int64_t a = calls(from, &caller);
    assert_int_equal(world_state(&w, 1), AGENT_RINGING);
    assert_int_equal(status().callers, 1);
    world_run(&w, 15000);
    assert_int_equal(world_state(&w, 1), AGENT_PAUSED);
    assert_int_equal(world_state(&w, 2), AGENT_RINGING);
    world_run(&w, 4000);
    assert_int_equal(order(2, AGENT_DO_LEG_UP), TM_OK);
    assert_int_equal(world_state(&w, 2), AGENT_TALKING);
    world_expect(&w, "0.000 incoming L1 A1 +12125550100\n"
                     "0.000 => answer A1\n"
                     "0.000 answered L1 A1\n"
                     "0.000 -> play A1 Welcome\n"
                     "0.000 -> ring A1 G1\n"
                     "15.000 -> drop A1 G1\n"
                     "15.000 -> ring A1 G2\n"
                     "19.000 bridged L1 A1 G2 wait 19000\n"
                     "19.000 -> silence A1\n"
                     "19.000 -> bridge A1 G2\n");
    world_ended(&w, a, CAUSE_CALLEE, 0);
    nothing_left();
    world_close(&w);
}

static void ring_agents(int64_t n)
{
    open_edited(NULL, NULL);
    w.no_line = true;
    world_say(&w, CAMPAIGN_EV_START);
    for (int64_t i = 1; i <= n; i++)
        world_agent(&w, i, AGENT_LEG_PER_CALL);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    world_leads(&w, NULL, 0, INT64_MAX);
}

/* No line is free for their telephones: none of them missed a call. The one who
 * can be called has him, from then on for 15 seconds. */
static void test_telephones_without_a_line(void **state)
{
    (void)state;
    struct agent_id one = {1}, two = {2};
    ring_agents(1);
    int64_t a = calls(from, &caller);
    world_run(&w, 40000);
    assert_int_equal(world_state(&w, 1), AGENT_RINGING);
    assert_false(seen("drop"));
    expect("25.000 -> play A1 Please wait\n");
    floor_leg_called(w.floor, one, w.now_us);
    world_run(&w, 14900);
    assert_int_equal(world_state(&w, 1), AGENT_RINGING);
    world_run(&w, 200);
    assert_int_equal(world_state(&w, 1), AGENT_PAUSED); /* he did miss it */
    assert_int_equal(status().callers, 1);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    nothing_left();
    world_close(&w);
    ring_agents(1);
    a = calls(from, &caller);
    world_run(&w, 20000);
    world_agent(&w, 2, AGENT_LEG_PERMANENT); /* has a line of his own */
    world_forget(&w);
    world_run(&w, 5100);
    world_expect(&w, "25.000 bridged L1 A1 G2 wait 25000\n"
                     "25.000 -> silence A1\n"
                     "25.000 -> bridge A1 G2 beep\n"
                     "25.000 -> drop A1 G1\n");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    assert_int_equal(world_state(&w, 2), AGENT_TALKING);
    assert_true(floor_find(w.floor, two)->attempt.v == a);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    nothing_left();
    world_close(&w);
}

/* ... for as long as he may wait. */
static void test_no_line_at_all(void **state)
{
    (void)state;
    ring_agents(2);
    int64_t a = calls(from, &caller);
    world_run(&w, 59000);
    assert_int_equal(status().callers, 1);
    world_forget(&w);
    world_run(&w, 1100);
    world_expect(&w, "60.000 -> drop A1 G2\n60.000 -> play A1 Closed\n");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    assert_int_equal(world_state(&w, 2), AGENT_READY);
    heard(a);
    world_ended(&w, a, CAUSE_US, 0);
    expect("turned_away");
    nothing_left();
    world_close(&w);
}

/* Nobody picks up: he goes back to his place, ahead of who came later. */
static void test_back_to_his_place(void **state)
{
    (void)state;
    open_edited(NULL, NULL);
    world_say(&w, CAMPAIGN_EV_START);
    world_agent(&w, 1, AGENT_LEG_PER_CALL);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    world_leads(&w, NULL, 0, INT64_MAX);
    int64_t a = calls(from, &caller);
    world_run(&w, 1000);
    (void)calls(12124567002, NULL);
    world_run(&w, 14500);
    assert_int_equal(status().callers, 2);
    assert_int_equal(w.campaign->crew->callers.n, 2);
    assert_true(slots_queue_first(&w.campaign->slots,
                                  &w.campaign->crew->callers) == slot_of(a));
    world_digit(&w, a, '9'); /* and leaves */
    assert_int_equal(w.campaign->crew->callers.n, 1);
    world_close(&w);
}

/* A key while an agent's telephone rings sets him free. */
static void test_a_key_while_it_rings(void **state)
{
    (void)state;
    open_edited(NULL, NULL);
    world_say(&w, CAMPAIGN_EV_START);
    world_agent(&w, 1, AGENT_LEG_PER_CALL);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    world_leads(&w, NULL, 0, INT64_MAX);
    int64_t a = calls(from, &caller);
    world_forget(&w);
    world_digit(&w, a, '1');
    world_expect(&w, "0.000 callback L1 A1 at 0\n"
                     "0.000 -> drop A1 G1\n"
                     "0.000 => play A1 We call you\n");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    world_close(&w);
}

static void test_his_agent_is_lost(void **state)
{
    (void)state;
    begin_day(1);
    int64_t a = calls(from, &caller);
    world_run(&w, 5000);
    world_forget(&w);
    struct agent_id one = {1};
    assert_true(floor_move(w.floor, one, AGENT_IN_SIGN_OUT, w.now_us));
    assert_int_equal(order(1, AGENT_DO_LEG_LOST), TM_OK);
    assert_int_equal(world_state(&w, 1), AGENT_OFF);
    assert_int_equal(status().callers, 1);
    expect("-> play A1 Please wait\n");
    world_run(&w, 20000);
    world_agent(&w, 2, AGENT_LEG_PERMANENT);
    world_forget(&w);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    expect("bridged L1 A1 G2 wait 20000\n");
    world_ended(&w, a, CAUSE_CALLEE, 0);
    expect("ended L1 A1 talked");
    assert_int_equal(dispose(2, "stop", 0), TM_OK);
    expect("lead L1 A1 denied opted_out\n");
    world_close(&w);
}

/* ... and nobody else comes: he had been served. */
static void test_lost_and_turned_away(void **state)
{
    (void)state;
    begin_day(1);
    int64_t a = calls(from, &caller);
    struct agent_id one = {1};
    assert_true(floor_move(w.floor, one, AGENT_IN_SIGN_OUT, w.now_us));
    assert_int_equal(order(1, AGENT_DO_LEG_LOST), TM_OK);
    world_run(&w, 61000);
    expect("-> play A1 Closed\n");
    world_ended(&w, a, CAUSE_CALLEE, 0);
    expect("ended L1 A1 talked callee_hung_up");
    expect("waiting no_disposition");
    nothing_left();
    world_close(&w);
}

/* The carrier could not join him with his agent: nobody has served him. */
static void test_joined_on_paper_only(void **state)
{
    (void)state;
    for (int closed = 0; closed < 2; closed++) {
        begin_day(1);
        int64_t a = calls(from, &caller);
        struct agent_id one = {1};
        world_forget(&w);
        assert_true(floor_move(w.floor, one, AGENT_IN_SIGN_OUT, w.now_us));
        assert_int_equal(
            world_order(&w, 1, AGENT_DO_LEG_LOST, "cannot be joined", 0),
            TM_OK);
        world_run(&w, closed ? 70000 : 3000);
        world_ended(&w, a, closed ? CAUSE_US : CAUSE_CALLEE, 0);
        expect(closed ? "ended L1 A1 turned_away" : "ended L1 A1 gave_up");
        expect("lead L1 A1 callback missed_call");
        nothing_left();
        world_close(&w);
    }
}

/* Nothing is said of him: what was planned stays, at least a day away. */
static void test_no_disposition(void **state)
{
    static const struct {
        enum lead_state state;
        int64_t due_s;
        const char *text;
    } was[] = {
        {LEAD_NEW, 0, "waiting no_disposition at 86461\n"},
        {LEAD_WAITING, 3600, "waiting no_disposition at 86461\n"},
        {LEAD_WAITING, 200000, "waiting no_disposition at 200000\n"},
        {LEAD_CALLBACK, -5, "waiting no_disposition at 86461\n"},
        {LEAD_CALLBACK, 7200, "callback no_disposition at 7200\n"},
        {LEAD_DENIED, 0, "denied no_disposition"},
        {LEAD_DONE, 0, "done no_disposition"},
    };
    (void)state;
    for (size_t i = 0; i < tm_array_len(was); i++) {
        begin_day(1);
        caller.state = was[i].state;
        caller.due_us = w.start_us + was[i].due_s * 1000000;
        int64_t a = calls(from, &caller);
        world_ended(&w, a, CAUSE_CALLEE, 0);
        expect(was[i].text);
        world_run(&w, 60000);
        floor_set_limit(w.floor, (struct agent_id){1}, INT64_MAX);
        assert_int_equal(order(1, AGENT_DO_LIMIT), TM_OK);
        assert_int_equal(world_state(&w, 1), AGENT_READY);
        nothing_left();
        world_close(&w);
    }
}

static void test_dispositions(void **state)
{
    static const struct {
        const char *word, *text;
    } say[] = {
        {"sale", "done success"},
        {"later", "callback callback at 5000"},
        {"again", "waiting retry at 3601"},
        {"stop", "denied opted_out"},
        {"wrong", "exhausted wrong_number"},
    };
    (void)state;
    for (size_t i = 0; i < tm_array_len(say); i++) {
        begin_day(1);
        int64_t a = calls(from, &caller);
        assert_int_equal(dispose(1, "voicemail", 0), TM_EINVAL);
        assert_int_equal(
            dispose(1, say[i].word, w.start_us + INT64_C(5000000000)), TM_OK);
        world_ended(&w, a, CAUSE_CALLEE, 0);
        expect(say[i].text);
        assert_int_equal(world_state(&w, 1), AGENT_READY);
        nothing_left();
        world_close(&w);
    }
}

/* An agent said, or the network, that nobody can be reached there: he calls
 * from it, so what is promised to him can be kept. */
static void test_from_a_bad_number(void **state)
{
    (void)state;
    begin_day(1);
    struct lead l = caller;
    l.phone[0].bad = l.phone[0].wrong = true;
    int64_t a = calls(from, &l);
    const struct slot *s = slot_of(a);
    assert_false(s->lead.phone[0].bad);
    assert_false(s->lead.phone[0].wrong);
    assert_int_equal(dispose(1, "wrong", 0), TM_OK); /* he is not the one */
    world_ended(&w, a, CAUSE_CALLEE, 0);
    expect("exhausted wrong_number");
    world_close(&w);
}

/* --- his lead is at hand ---------------------------------------------------*/

static void test_from_the_hopper(void **state)
{
    (void)state;
    begin_day(0);
    world_say(&w, CAMPAIGN_EV_REFRESH);
    give_leads(5); /* not called: agents ask for leads here */
    assert_int_equal(w.campaign->hopper_n, 5);
    world_agents(&w, 1);
    struct lead l = world_lead(3, 12124560003);
    world_forget(&w);
    int64_t a = calls(12124560003, &l);
    assert_int_equal(w.campaign->hopper_n, 4);
    expect("incoming L3 A1");
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    expect("lead L3 A1 done success\n");
    for (int64_t i = 0; i < 4; i++) {
        static const int64_t left[] = {1, 2, 4, 5};
        assert_int_equal(order(1, AGENT_DO_NEXT), TM_OK);
        assert_int_equal(
            campaign_agent_lead(w.campaign, (struct agent_id){1})->id.v,
            left[i]);
        assert_int_equal(order(1, AGENT_DO_SKIP), TM_OK);
    }
    world_close(&w);
}

/* A call that was promised, looked at, or in a call: only the first is his. */
static void test_his_lead_is_in_use(void **state)
{
    (void)state;
    begin_day(2);
    world_say(&w, CAMPAIGN_EV_REFRESH);
    struct lead l[2] = {world_lead(1, from), world_lead(2, 12124567002)};
    l[0].state = LEAD_CALLBACK;
    world_leads(&w, l, 2, INT64_MAX);
    assert_int_equal(order(1, AGENT_DO_NEXT), TM_OK); /* the promised one */
    world_forget(&w);
    int64_t a = calls(from, &l[0]);
    expect("incoming A1 ");
    assert_int_equal(
        campaign_agent_lead(w.campaign, (struct agent_id){2})->id.v, 0);
    assert_int_equal(
        campaign_agent_lead(w.campaign, (struct agent_id){2})->phone[0].e164,
        from);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(2, "again", 0), TM_OK);
    assert_int_equal(order(1, AGENT_DO_SKIP), TM_OK);
    world_forget(&w);
    a = world_incoming(&w, from, &l[0], true); /* a fetch brings it */
    expect("incoming A2 ");
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_false(seen("lead "));
    world_close(&w);
}

/* He calls again while his agent wraps up: the store gave the lead to that call
 * anew, as its next step was known, and has it back at once. */
static void test_he_calls_again_during_the_wrap_up(void **state)
{
    (void)state;
    begin_day(1);
    int64_t a = calls(from, &caller);
    world_run(&w, 10000);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_int_equal(world_state(&w, 1), AGENT_WRAP);
    expect("lead L1 A1 waiting no_disposition at 86471\n");
    world_forget(&w);
    caller.state = LEAD_WAITING; /* as the store has it */
    caller.due_us = w.start_us + INT64_C(86471000000);
    a = world_incoming(&w, from, &caller, false);
    world_expect(&w, "11.000 incoming A2 +12125550100\n"
                     "11.000 lead L1 waiting no_disposition at 86471\n"
                     "11.000 => answer A2\n");
    world_call(&w, a, CARRIER_ANSWERED);
    world_ended(&w, a, CAUSE_CALLEE, 0);
    world_forget(&w);
    a = world_incoming(&w, from, &caller, true); /* a fetch has it */
    assert_false(seen("lead L1"));
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    expect("lead L1 A1 done success\n");
    nothing_left();
    world_close(&w);
}

static void test_a_promised_call(void **state)
{
    (void)state;
    begin_day(0);
    world_say(&w, CAMPAIGN_EV_REFRESH);
    caller.state = LEAD_CALLBACK;
    world_leads(&w, &caller, 1, INT64_MAX);
    assert_int_equal(w.campaign->crew->promised.n, 1);
    world_agents(&w, 1);
    int64_t a = calls(from, &caller);
    assert_int_equal(w.campaign->crew->promised.n, 0);
    expect("incoming L1 A1");
    world_ended(&w, a, CAUSE_CALLEE, 0);
    expect("waiting no_disposition");
    world_close(&w);
}

/* --- beside calls of ours --------------------------------------------------*/

static void open_blended(const char *mode)
{
    snprintf(file_text, sizeof(file_text), "%s%s", world_live_plan,
             world_inbound_plan);
    edit("dial_mode = predictive\n", mode);
    world_open(&w, file_text);
}

/* Nobody dials who talks to us, and callers take agents off the lines. */
static void test_blended(void **state)
{
    (void)state;
    open_blended("dial_mode = progressive\n");
    world_say(&w, CAMPAIGN_EV_START);
    give_leads(10);
    world_forget(&w);
    int64_t a[3];
    world_agents(&w, 4);
    for (uint64_t i = 0; i < 3; i++)
        a[i] = calls(12124567001 + i, NULL);
    assert_int_equal(count("bridged"), 3);
    world_run(&w, 1000);
    assert_int_equal(count("attempt"), 1);
    world_ended(&w, a[0], CAUSE_CALLEE, 0);
    assert_int_equal(status().talking, 2);
    world_close(&w);
}

/* Who answered us has two seconds, who called us has more. */
static void test_the_law_comes_first(void **state)
{
    (void)state;
    open_blended("dial_mode = power\npacing = power:r=2\n");
    begin(2, 10);
    int64_t talks = calls(12124567001, NULL);
    answers(2);
    int64_t waits = calls(12124567002, NULL);
    assert_int_equal(status().callers, 1);
    world_run(&w, 30000); /* his time is over for long */
    answers(1);
    assert_int_equal(status().waiting, 1);
    assert_true(campaign_waits_due_us(w.campaign) == w.now_us + 2000000);
    world_forget(&w);
    world_ended(&w, talks, CAUSE_CALLEE, 0);
    (void)dispose(1, "sale", 0);
    (void)dispose(2, "sale", 0);
    expect("bridged L1 A1");
    assert_int_equal(status().callers, 1);
    assert_true(campaign_waits_due_us(w.campaign) ==
                slot_of(waits)->since_us + 20000000);
    world_close(&w);
}

/* The only agent is left to the line that was dialled for him; when nobody has
 * answered, the caller has him at once, and no other line comes between. */
static void test_lines_come_first(void **state)
{
    (void)state;
    open_blended("dial_mode = progressive\n");
    begin(1, 10);
    assert_int_equal(count("attempt"), 1);
    world_forget(&w);
    (void)calls(12124567001, NULL);
    world_run(&w, 3000);
    assert_int_equal(status().callers, 1);
    assert_int_equal(count("attempt"), 0);
    world_ended(&w, 1, CAUSE_NO_ANSWER, 480);
    world_run(&w, 10);
    assert_int_equal(status().callers, 0);
    assert_int_equal(count("bridged"), 1);
    assert_int_equal(count("attempt"), 0);
    world_close(&w);
}

/* Who answers the line has the agent, whoever called meanwhile. */
static void test_the_answer_comes_first(void **state)
{
    (void)state;
    open_blended("dial_mode = progressive\n");
    begin(1, 10);
    (void)calls(12124567001, NULL);
    world_forget(&w);
    answers(1);
    expect("bridged L1 A1");
    assert_int_equal(status().callers, 1);
    world_close(&w);
}

/* He is in a call with us: nobody dials him, whichever lead he is. */
static void test_nobody_dials_him(void **state)
{
    (void)state;
    open_blended("dial_mode = progressive\n");
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, 2);
    int64_t a = calls(12124560001, NULL);
    world_forget(&w);
    give_leads(2);
    world_run(&w, 1000);
    expect("lead L1 waiting number_in_call");
    assert_int_equal(count("attempt"), 1);
    expect("attempt L2");
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_false(numbers_in_call(&w.numbers, 12124560001));
    world_close(&w);
}

/* He calls while the line to him waits for its record: it does not leave. */
static void test_he_calls_before_his_line_leaves(void **state)
{
    (void)state;
    open_blended("dial_mode = progressive\n");
    begin(1, 1);
    struct attempt_id line = {w.next_attempt - 1};
    assert_true(campaign_may_place(w.campaign, line));
    int64_t a = world_incoming(&w, 12124560001, NULL, false);
    assert_false(campaign_may_place(w.campaign, line));
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_true(campaign_may_place(w.campaign, line));
    a = world_incoming(&w, 12124560001, NULL, false);
    world_refused(&w, line.v, TM_ESTATE);
    assert_true(numbers_in_call(&w.numbers, 12124560001));
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_false(numbers_in_call(&w.numbers, 12124560001));
    world_close(&w);
}

/* The line that rings for him and his own call end each for itself. */
static void test_he_calls_while_we_call_him(void **state)
{
    (void)state;
    open_blended("dial_mode = progressive\n");
    begin(2, 1);
    rings(1);
    struct lead l = world_lead(1, 12124560001);
    int64_t a = calls(12124560001, &l);
    expect("incoming A2 ");
    world_ended(&w, 1, CAUSE_BUSY, 486);
    assert_true(numbers_in_call(&w.numbers, 12124560001));
    world_ended(&w, a, CAUSE_CALLEE, 0);
    assert_false(numbers_in_call(&w.numbers, 12124560001));
    world_close(&w);
}

/* --- the campaign ----------------------------------------------------------*/

static void test_pause_and_stop(void **state)
{
    (void)state;
    begin_day(1);
    int64_t talks = calls(12124567002, NULL);
    world_say(&w, CAMPAIGN_EV_PAUSE);
    int64_t waits = calls(from, &caller);
    int64_t greeted = world_incoming(&w, 12124567003, NULL, false);
    world_call(&w, greeted, CARRIER_ANSWERED);
    world_say(&w, CAMPAIGN_EV_STORE_DOWN);
    world_run(&w, 5000);
    assert_int_equal(status().callers, 1);
    world_forget(&w);
    world_say(&w, CAMPAIGN_EV_STOP);
    expect("-> play A2 Closed\n");
    assert_int_equal(status().callers, 0);
    assert_int_equal(status().talking, 1);
    heard(greeted);
    expect("-> play A3 Closed\n");
    world_ended(&w, waits, CAUSE_US, 0);
    world_ended(&w, greeted, CAUSE_US, 0);
    world_ended(&w, talks, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    nothing_left();
    world_close(&w);
}

/* More callers than a step turns away. */
static void test_stop_with_many(void **state)
{
    (void)state;
    open_edited("calls = 4\n", "calls = 100\n");
    begin_inbound(1);
    for (uint64_t i = 0; i < 90; i++)
        (void)calls(12124567001 + i, NULL);
    assert_int_equal(status().callers, 89);
    world_forget(&w);
    world_say(&w, CAMPAIGN_EV_STOP);
    world_run(&w, 0);
    assert_int_equal(status().callers, 0);
    assert_int_equal(count("Closed"), 89);
    world_close(&w);
}

static void test_it_never_finishes(void **state)
{
    (void)state;
    begin_day(1);
    world_run(&w, 100000);
    assert_int_equal(status().state, CAMPAIGN_RUNNING);
    assert_string_equal(status().idle_why,
                        "nobody is left to call; callers are taken");
    /* Who would take a caller is there, though not to dial for. */
    assert_int_equal(status().here, 1);
    assert_int_equal(status().here_ready, 1);
    assert_true(status().expected_per_s <= 0);
    assert_true(campaign_deadline_us(w.campaign) == INT64_MAX);
    /* One in five minutes, as long as nothing else is known. */
    (void)calls(from, &caller);
    assert_in_range((int)(status().expected_per_s * 3600 + 0.5), 11, 12);
    world_close(&w);
}

static void test_recorded_calls(void **state)
{
    (void)state;
    snprintf(file_text, sizeof(file_text),
             "%s%srecording_notice = It is recorded\n", world_live_plan,
             world_inbound_plan);
    edit("max_calls = 40\n", "max_calls = 40\nrecord = yes\n"
                             "record_purpose = quality\n");
    world_open(&w, file_text);
    begin_inbound(1);
    int64_t a = world_incoming(&w, from, NULL, false);
    world_call(&w, a, CARRIER_ANSWERED);
    expect("=> answer A1 record\n");
    expect("-> play A1 It is recorded | Welcome\n");
    world_close(&w);
}

/* --- crash -----------------------------------------------------------------*/

static void test_after_a_crash(void **state)
{
    (void)state;
    begin_day(1);
    struct record out[3];
    struct campaign_open_attempt a = {.attempt = {7},
                                      .tenant = {1},
                                      .seller = {1},
                                      .campaign = {1},
                                      .e164 = from,
                                      .placed_us = w.now_us - 5000000,
                                      .answered_us = w.now_us - 3000000,
                                      .incoming = true};
    assert_int_equal(campaign_close_open(w.plan, &a, w.now_us, out), 1);
    assert_int_equal(out[0].state, OUTCOME_UNKNOWN);
    assert_false(out[0].live || out[0].abandoned);
    assert_int_equal(out[0].ring_ms, 2000);
    a.lead = caller;
    a.lead.state = LEAD_WAITING;
    assert_int_equal(campaign_close_open(w.plan, &a, w.now_us, out), 2);
    assert_int_equal(out[1].state, LEAD_CALLBACK);
    assert_true(out[1].due_us == w.now_us + 60000000);
    a.bridged = a.served = true;
    assert_int_equal(campaign_close_open(w.plan, &a, w.now_us, out), 2);
    assert_int_equal(out[1].state, LEAD_WAITING);
    assert_true(out[1].due_us > w.now_us + INT64_C(86400000000));
    assert_int_equal(campaign_close_open(NULL, &a, w.now_us, out), 2);
    assert_int_equal(out[1].state, LEAD_WAITING);
    a.callback = true;
    assert_int_equal(campaign_close_open(w.plan, &a, w.now_us, out), 2);
    assert_int_equal(out[1].state, LEAD_CALLBACK);
    a.opted_out = true;
    assert_int_equal(campaign_close_open(w.plan, &a, w.now_us, out), 2);
    assert_int_equal(out[1].state, LEAD_DENIED);
    assert_false(out[0].live || out[0].abandoned);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agents_who_are_rung),
        cmocka_unit_test(test_telephones_without_a_line),
        cmocka_unit_test(test_no_line_at_all),
        cmocka_unit_test(test_back_to_his_place),
        cmocka_unit_test(test_a_key_while_it_rings),
        cmocka_unit_test(test_his_agent_is_lost),
        cmocka_unit_test(test_lost_and_turned_away),
        cmocka_unit_test(test_joined_on_paper_only),
        cmocka_unit_test(test_no_disposition),
        cmocka_unit_test(test_dispositions),
        cmocka_unit_test(test_from_a_bad_number),
        cmocka_unit_test(test_from_the_hopper),
        cmocka_unit_test(test_his_lead_is_in_use),
        cmocka_unit_test(test_he_calls_again_during_the_wrap_up),
        cmocka_unit_test(test_a_promised_call),
        cmocka_unit_test(test_blended),
        cmocka_unit_test(test_the_law_comes_first),
        cmocka_unit_test(test_lines_come_first),
        cmocka_unit_test(test_the_answer_comes_first),
        cmocka_unit_test(test_nobody_dials_him),
        cmocka_unit_test(test_he_calls_before_his_line_leaves),
        cmocka_unit_test(test_he_calls_while_we_call_him),
        cmocka_unit_test(test_pause_and_stop),
        cmocka_unit_test(test_stop_with_many),
        cmocka_unit_test(test_it_never_finishes),
        cmocka_unit_test(test_recorded_calls),
        cmocka_unit_test(test_after_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * A campaign with agents, call by call: how each dial mode calls, who is
 * joined with whom, who is abandoned, what agents say it was.
 */
#include "fixture_live.h"

/* --- a call ----------------------------------------------------------------*/

static void test_answer_meets_an_agent(void **state)
{
    (void)state;
    world_open(&w, world_live_plan);
    begin(1, 3);
    answers(1);
    world_run(&w, 10000);
    assert_int_equal(order(1, AGENT_DO_HOLD), TM_OK);
    const struct agent_order hold = {.kind = AGENT_DO_HOLD, .word = str_of("")};
    struct campaign_event again = {
        .kind = CAMPAIGN_EV_AGENT, .agent = {1}, .order = &hold};
    world_step(&w, &again);
    assert_int_equal(w.out.error, TM_ESTATE);
    assert_string_equal(w.out.why, "the person is on hold already");
    assert_int_equal(world_state(&w, 1), AGENT_HOLDING);
    world_run(&w, 1000);
    assert_int_equal(order(1, AGENT_DO_RETRIEVE), TM_OK);
    assert_int_equal(
        campaign_agent_lead(w.campaign, (struct agent_id){1})->id.v, 1);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    world_run(&w, 5000);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    world_run(&w, 300);
    world_expect(&w, "0.250 attempt L1 A1\n"
                     "0.250 => place A1 12124560001\n"
                     "0.300 placed L1 A1 id@host\n"
                     "0.300 ringing L1 A1 180\n"
                     "0.300 answered L1 A1\n"
                     "0.300 bridged L1 A1 G1 wait 0\n"
                     "0.300 -> bridge A1 G1 beep\n"
                     "10.300 -> part A1 G1\n"
                     "11.300 -> bridge A1 G1\n"
                     "11.300 ended L1 A1 talked callee_hung_up 0 ring 0 talk "
                     "11000 live\n"
                     "11.300 lead L1 A1 waiting no_disposition at 86471\n"
                     "16.300 disposition L1 A1 G1 sale\n"
                     "16.300 lead L1 A1 done success\n"
                     "16.500 attempt L2 A2\n"
                     "16.500 => place A2 12124560002\n");
    world_close(&w);
}

/* Nobody signed in: nobody is called. A record that waits for a slow disk is a
 * line all the same. */
static void test_one_line_each(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    world_say(&w, CAMPAIGN_EV_START);
    give_leads(20);
    world_forget(&w);
    world_run(&w, 5000);
    world_expect(&w, "");
    assert_string_equal(status().idle_why, "no agent is signed in");
    world_agents(&w, 3);
    world_run(&w, 10000);
    assert_int_equal(count("attempt"), 3);
    rings(1);
    world_ended(&w, 1, CAUSE_BUSY, 486);
    world_run(&w, 250);
    assert_int_equal(count("attempt"), 4);
    answers(2);
    world_run(&w, 1000);
    assert_int_equal(count("attempt"), 4); /* one talks, two have lines */
    assert_int_equal(status().ringing, 2);
    assert_int_equal(status().talking, 1);
    world_close(&w);
}

static void test_power_dials_more(void **state)
{
    (void)state;
    open_mode("dial_mode = power\npacing = power:r=3\n");
    begin(2, 20);
    assert_int_equal(count("attempt"), 6);
    world_run(&w, 5000);
    assert_int_equal(count("attempt"), 6);
    world_close(&w);
}

/* --- nobody is free --------------------------------------------------------*/

/* Two lines for one agent, both answered. */
static void one_too_many(void)
{
    open_mode("dial_mode = power\npacing = power:r=2\n");
    begin(1, 8);
    assert_int_equal(count("attempt"), 2);
    answers(1);
    world_run(&w, 700);
    answers(2);
    assert_int_equal(status().waiting, 1);
    assert_true(campaign_waits_due_us(w.campaign) == w.now_us + 2000000);
}

static void test_abandoned_hears_the_message(void **state)
{
    (void)state;
    one_too_many();
    world_forget(&w);
    world_run(&w, 1999);
    assert_false(seen("play"));
    world_run(&w, 1);
    expect("3.000 -> play A2 This is Clinic");
    assert_int_equal(status().waiting, 0);
    world_digit(&w, 2, '9');
    expect("opt_out L2 A2\n");
    world_ended(&w, 2, CAUSE_US, 0);
    expect("opted_out we_hung_up 0 ring 0 talk 2000 live abandoned");
    assert_true(campaign_waits_due_us(w.campaign) == INT64_MAX);
    assert_int_equal(w.campaign->crew->lost_up, 0);
    assert_int_equal(w.campaign->crew->live_up, 1);
    world_close(&w);
}

static void test_waits_and_is_served(void **state)
{
    (void)state;
    one_too_many();
    world_run(&w, 1500);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "no_interest", 0), TM_OK);
    expect("bridged L2 A2 G1 wait 1500");
    world_ended(&w, 2, CAUSE_CALLEE, 0);
    assert_int_equal(count("abandoned"), 0);
    world_close(&w);
}

static void test_hangs_up_while_waiting(void **state)
{
    (void)state;
    one_too_many();
    world_run(&w, 500);
    world_ended(&w, 2, CAUSE_CALLEE, 0);
    expect("A2 hung_up callee_hung_up 0 ring 0 talk 500 live\n");
    world_run(&w, 5000);
    assert_int_equal(count("play"), 0);
    world_close(&w);
}

static void test_pause_while_people_wait(void **state)
{
    (void)state;
    one_too_many();
    world_say(&w, CAMPAIGN_EV_PAUSE);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "no_interest", 0), TM_OK);
    expect("bridged L2 A2 G1");
    world_ended(&w, 2, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "no_interest", 0), TM_OK);
    world_forget(&w);
    world_run(&w, 60000);
    world_expect(&w, "");
    world_say(&w, CAMPAIGN_EV_STOP);
    assert_int_equal(w.campaign->slots.used, 0);
    world_close(&w);
}

/* --- detection -------------------------------------------------------------*/

static void person(int64_t attempt, int64_t since_us)
{
    struct carrier_event call = {
        .kind = CARRIER_PERSON, .attempt = {attempt}, .since_us = since_us};
    struct campaign_event ev = {.kind = CAMPAIGN_EV_CALL, .call = &call};
    world_step(&w, &ev);
}

static void test_detection(void **state)
{
    (void)state;
    world_open(&w, world_live_detect_plan);
    begin(1, 8);
    answers(1);
    assert_int_equal(status().ringing, 1); /* no verdict yet */
    world_run(&w, 1000);
    assert_int_equal(count("attempt"), 1);
    world_call(&w, 1, CARRIER_MACHINE);
    expect("-> hangup A1\n");
    world_ended(&w, 1, CAUSE_US, 0);
    expect("machine we_hung_up 0 ring 0 talk 1000\n");
    world_run(&w, 300);
    answers(2);
    world_run(&w, 600);
    person(2, w.now_us - 400000);
    expect("bridged L2 A2 G1 wait 400");
    world_close(&w);
}

/* The wait counts from the end of the greeting, not from the verdict. */
static void test_late_verdict_eats_the_wait(void **state)
{
    (void)state;
    world_open(&w, world_live_detect_plan);
    begin(1, 8);
    answers(1);
    (void)floor_move(w.floor, (struct agent_id){1}, AGENT_IN_PAUSE, w.now_us);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    world_run(&w, 3000);
    person(1, w.now_us - 1500000);
    world_run(&w, 499);
    assert_int_equal(count("play"), 0);
    world_run(&w, 1);
    assert_int_equal(count("play"), 1);
    world_close(&w);
}

/* A verdict that took all of it: nobody may be joined any more. */
static void test_verdict_after_the_wait(void **state)
{
    (void)state;
    world_open(&w, world_live_detect_plan);
    begin(1, 8);
    answers(1);
    world_run(&w, 3000);
    person(1, w.now_us - 2000001);
    assert_int_equal(count("bridged"), 0);
    expect("-> play A1 This is Clinic");
    world_played(&w, 1, 1);
    world_ended(&w, 1, CAUSE_US, 0);
    expect(
        "ended L1 A1 abandoned we_hung_up 0 ring 0 talk 3000 live abandoned");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    world_close(&w);
}

static void test_no_verdict_is_a_person(void **state)
{
    (void)state;
    world_open(&w, world_live_detect_plan);
    begin(1, 8);
    answers(1);
    world_run(&w, 7900);
    assert_int_equal(count("bridged"), 0);
    world_run(&w, 200);
    assert_int_equal(count("bridged"), 1);
    world_close(&w);
}

/* --- what agents say -------------------------------------------------------*/

static void talk_ends(void)
{
    world_open(&w, world_live_plan);
    begin(1, 3);
    answers(1);
    world_run(&w, 1000);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    world_forget(&w);
}

static void test_dispositions(void **state)
{
    (void)state;
    static const struct {
        const char *word, *lead;
    } row[] = {
        {"sale", "lead L1 A1 done success\n"},
        {"no_interest", "lead L1 A1 done done\n"},
        {"later", "lead L1 A1 callback callback at 7200\n"},
        {"again", "lead L1 A1 waiting retry at 3601\n"},
        {"stop", "lead L1 A1 denied opted_out\n"},
        {"wrong", "lead L1 A1 exhausted wrong_number\n"},
        {"voicemail", "lead L1 A1 waiting retry at 14401\n"},
    };
    for (size_t i = 0; i < tm_array_len(row); i++) {
        talk_ends();
        assert_int_equal(dispose(1, row[i].word, w.start_us + 7200000000),
                         TM_OK);
        expect(row[i].lead);
        assert_int_equal(world_state(&w, 1), AGENT_READY);
        assert_int_equal(seen("opt_out L1 A1 agent\n"),
                         strcmp(row[i].word, "stop") == 0);
        assert_int_equal(
            suppression_has(&w.suppression, w.env.seller, 12124560001, NULL),
            strcmp(row[i].word, "stop") == 0);
        assert_null(campaign_agent_lead(w.campaign, (struct agent_id){1}));
        world_close(&w);
    }
}

/* The law counts people: what the agent says was none is taken back, whether
 * he says so in the call or after it (16 CFR 310.4(b)(4)(i)). */
static void test_machine_is_no_live_answer(void **state)
{
    (void)state;
    talk_ends();
    assert_int_equal(status().counters.live, 1);
    assert_int_equal(dispose(1, "voicemail", 0), TM_OK);
    assert_int_equal(status().counters.live, 0);
    world_close(&w);
    world_open(&w, world_live_plan);
    begin(1, 3);
    answers(1);
    world_run(&w, 1000);
    assert_int_equal(dispose(1, "voicemail", 0), TM_OK);
    world_ended(&w, 1, CAUSE_US, 0);
    assert_int_equal(status().counters.live, 0);
    assert_int_equal(status().counters.abandoned, 0);
    world_close(&w);
}

/* A machine that got through was no live answer, for the law and the budget. */
static void test_machine_got_through(void **state)
{
    (void)state;
    for (int early = 0; early < 2; early++) {
        (void)str_copy(file_text, sizeof(file_text), str_of(world_live_plan));
        edit("wrong = wrong_number\n",
             "wrong = wrong_number\nnobody = machine\n");
        world_open(&w, file_text);
        begin(1, 3);
        const struct budget *b = &w.campaign->crew->policy.facts.budget;
        double price = b->log_price;
        answers(1);
        assert_true(b->log_price > price); /* an answer that was served */
        price = b->log_price;
        world_run(&w, 1000);
        if (early)
            assert_int_equal(dispose(1, "nobody", 0), TM_OK);
        world_ended(&w, 1, CAUSE_CALLEE, 0);
        assert_int_equal(status().counters.live, early ? 0 : 1);
        if (!early)
            assert_int_equal(dispose(1, "nobody", 0), TM_OK);
        expect("lead L1 A1 waiting retry at 14401");
        assert_int_equal(status().counters.live, 0);
        assert_int_equal(w.campaign->crew->live_up, 0);
        assert_true(b->log_price < price);
        world_close(&w);
    }
}

/* What is said in the talk can be seen, and the last word counts. */
static void test_said_in_the_talk(void **state)
{
    (void)state;
    const struct agent_id one = {1};
    int64_t due_us = 1, at_us;
    world_open(&w, world_live_plan);
    begin(1, 3);
    assert_int_equal(campaign_agent_said(w.campaign, one, &due_us).n, 0);
    answers(1);
    assert_int_equal(campaign_agent_said(w.campaign, one, &due_us).n, 0);
    assert_true(due_us == 0);
    at_us = w.now_us + 7200000000;
    assert_int_equal(dispose(1, "later", at_us), TM_OK);
    assert_true(str_eq(campaign_agent_said(w.campaign, one, &due_us), "later"));
    assert_true(due_us == at_us);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    assert_true(str_eq(campaign_agent_said(w.campaign, one, &due_us), "sale"));
    assert_true(due_us == 0);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    expect("lead L1 A1 done success\n");
    assert_int_equal(campaign_agent_said(w.campaign, one, &due_us).n, 0);
    world_close(&w);
}

static void test_bad_dispositions(void **state)
{
    (void)state;
    talk_ends();
    assert_int_equal(dispose(1, "salee", 0), TM_EINVAL);
    assert_int_equal(dispose(1, "later", 0), TM_EINVAL);
    assert_int_equal(dispose(1, "later", w.now_us), TM_EINVAL);
    assert_int_equal(dispose(2, "sale", 0), TM_ESTATE);
    assert_int_equal(world_state(&w, 1), AGENT_WRAP);
    struct agent_order o = {.kind = AGENT_DO_DISPOSE, .word = str_of("x")};
    struct campaign_event ev = {
        .kind = CAMPAIGN_EV_AGENT, .agent = {1}, .order = &o};
    world_step(&w, &ev);
    assert_non_null(strstr(w.out.why, "sale, no_interest, later"));
    world_close(&w);
}

static void test_disposition_in_the_talk(void **state)
{
    (void)state;
    world_open(&w, world_live_plan);
    begin(1, 3);
    answers(1);
    world_run(&w, 1000);
    world_forget(&w);
    assert_int_equal(dispose(1, "again", 0), TM_OK);
    assert_int_equal(dispose(1, "stop", 0), TM_OK); /* the last one counts */
    assert_int_equal(order(1, AGENT_DO_HANG_UP), TM_OK);
    assert_int_equal(order(1, AGENT_DO_HANG_UP), TM_ESTATE);
    world_ended(&w, 1, CAUSE_US, 0);
    world_expect(&w, "1.300 opt_out L1 A1 agent\n"
                     "1.300 -> hangup A1\n"
                     "1.300 ended L1 A1 talked we_hung_up 0 ring 0 talk 1000 "
                     "live\n"
                     "1.300 disposition L1 A1 G1 stop\n"
                     "1.300 lead L1 A1 denied opted_out\n");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    world_close(&w);
}

static void test_wrap_up_ends_by_itself(void **state)
{
    (void)state;
    talk_ends();
    assert_true(floor_deadline_us(w.floor) == w.now_us + 60000000);
    assert_int_equal(order(1, AGENT_DO_LIMIT), TM_OK);
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    assert_int_equal(count("disposition"), 0);
    assert_int_equal(w.campaign->slots.used, 2);
    world_close(&w);
}

/* --- preview and manual ----------------------------------------------------*/

static void test_preview(void **state)
{
    (void)state;
    open_mode("dial_mode = preview\npreview_limit = 20s\n");
    begin(1, 3);
    assert_int_equal(world_state(&w, 1), AGENT_PREVIEW);
    assert_int_equal(
        campaign_agent_lead(w.campaign, (struct agent_id){1})->id.v, 1);
    assert_int_equal(order(1, AGENT_DO_SKIP), TM_OK);
    expect("lead L1 waiting skipped at 900\n");
    assert_int_equal(world_state(&w, 1), AGENT_PREVIEW);
    assert_int_equal(order(1, AGENT_DO_DIAL), TM_OK);
    assert_int_equal(world_state(&w, 1), AGENT_DIALLING);
    rings(1);
    world_run(&w, 5000);
    assert_int_equal(order(1, AGENT_DO_HANG_UP), TM_ESTATE); /* not 15 s */
    world_run(&w, 10000);
    assert_int_equal(order(1, AGENT_DO_HANG_UP), TM_OK);
    expect("hangup A1 withdraw");
    world_ended(&w, 1, CAUSE_US, 487);
    expect("ended L2 A1 no_answer");
    assert_int_equal(world_state(&w, 1), AGENT_PREVIEW); /* the third */
    assert_int_equal(order(1, AGENT_DO_DIAL), TM_OK);
    answers(2);
    expect("bridged L3 A2 G1 wait 0");
    assert_int_equal(order(1, AGENT_DO_DIAL), TM_ESTATE);
    world_close(&w);
}

static void test_preview_limit(void **state)
{
    (void)state;
    open_mode("dial_mode = preview\npreview_limit = 20s\n");
    begin(1, 2);
    assert_int_equal(order(1, AGENT_DO_LIMIT), TM_OK);
    expect("lead L1 waiting skipped");
    world_close(&w);
    open_mode("dial_mode = preview\npreview_limit = 20s\npreview_end = dial\n");
    begin(1, 2);
    w.room = 0;
    assert_int_equal(order(1, AGENT_DO_LIMIT), TM_ESTATE);
    assert_int_equal(count("attempt"), 0);
    assert_true(floor_deadline_us(w.floor) == w.now_us + 1000000);
    w.room = 10;
    assert_int_equal(order(1, AGENT_DO_LIMIT), TM_OK);
    expect("attempt L1 A1");
    world_close(&w);
}

/* The rules say no between the look and the dialling. */
static void test_preview_asks_again(void **state)
{
    (void)state;
    open_mode("dial_mode = preview\npreview_limit = 20s\n");
    begin(1, 2);
    suppression_add(&w.suppression, w.env.seller, 12124560001, w.now_us);
    assert_int_equal(order(1, AGENT_DO_DIAL), TM_ESTATE);
    expect("verdict L1 deny");
    assert_int_equal(count("attempt"), 0);
    assert_int_equal(
        campaign_agent_lead(w.campaign, (struct agent_id){1})->id.v, 2);
    world_say(&w, CAMPAIGN_EV_PAUSE); /* what he looks at goes back */
    expect("lead L2 waiting not_called");
    assert_int_equal(order(1, AGENT_DO_LIMIT), TM_ESTATE);
    world_say(&w, CAMPAIGN_EV_STOP);
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    assert_int_equal(w.campaign->slots.used, 0);
    world_close(&w);
}

static void test_manual(void **state)
{
    (void)state;
    open_mode("dial_mode = manual\n");
    begin(2, 1);
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    assert_int_equal(order(2, AGENT_DO_NEXT), TM_OK);
    assert_int_equal(order(2, AGENT_DO_NEXT), TM_ESTATE);
    assert_int_equal(order(1, AGENT_DO_NEXT), TM_ENOTFOUND);
    assert_true(floor_deadline_us(w.floor) == INT64_MAX);
    assert_int_equal(order(2, AGENT_DO_DIAL), TM_OK);
    answers(1);
    expect("bridged L1 A1 G2 wait 0");
    world_close(&w);
}

/* --- promised calls --------------------------------------------------------*/

static void test_promised_first(void **state)
{
    (void)state;
    world_open(&w, world_live_plan);
    world_say(&w, CAMPAIGN_EV_START);
    struct lead l[3] = {world_lead(1, 12124560001), world_lead(2, 12124560002),
                        world_lead(3, 12124560003)};
    l[2].state = LEAD_CALLBACK;
    l[2].due_us = w.now_us;
    world_agents(&w, 1);
    world_forget(&w);
    world_leads(&w, l, 3, INT64_MAX);
    world_run(&w, 300);
    world_expect(&w, "0.000 attempt L3 A1\n"
                     "0.000 => place A1 12124560003\n");
    assert_int_equal(world_state(&w, 1), AGENT_DIALLING);
    world_run(&w, 5000);
    world_expect(&w, ""); /* he is not there for others */
    world_refused(&w, 1, TM_EFULL);
    expect("lead L3 A1 callback not_placed at 6\n"); /* still promised */
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    world_close(&w);
}

static struct lead promised_one(enum lead_state state)
{
    struct lead l = world_lead(1, 12124560001);
    for (uint64_t i = 1; i < 3; i++)
        l.phone[i] =
            (struct lead_phone){.e164 = 12124560001 + i, .type = NUMBER_MOBILE};
    l.phones = 3;
    l.state = state;
    /* He was called at the last one, where it was agreed. */
    l.history[0] = (struct lead_try){
        .attempt = {99}, .e164 = 12124560003, .outcome = OUTCOME_TALKED};
    l.history[0].at_us = w.now_us - 3 * CIVIL_DAY_US;
    l.tries = 1;
    l.agreed_e164 = 12124560003;
    return l;
}

static void dials_promised(const struct lead *l, const char *place)
{
    world_agents(&w, 1);
    world_say(&w, CAMPAIGN_EV_START);
    world_forget(&w);
    world_leads(&w, l, 1, INT64_MAX);
    world_run(&w, 300);
    expect(place);
    world_close(&w);
}

/* A promise is kept on the number it was made on, when it can be. */
static void test_promised_number(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    struct lead l = promised_one(LEAD_CALLBACK);
    dials_promised(&l, "=> place A1 12124560003\n");

    open_mode("dial_mode = progressive\n");
    l = promised_one(LEAD_WAITING); /* no promise any more */
    dials_promised(&l, "=> place A1 12124560001\n");

    open_mode("dial_mode = progressive\n");
    l = promised_one(LEAD_CALLBACK);
    l.phone[2].bad = true;
    dials_promised(&l, "=> place A1 12124560001\n");

    open_mode("dial_mode = progressive\n");
    l = promised_one(LEAD_CALLBACK);
    suppression_add(&w.suppression, (struct seller_id){1}, 12124560003, 1);
    dials_promised(&l, "lead L1 denied OP-DNC\n"); /* whatever is promised */

    open_mode("dial_mode = progressive\n");
    l = promised_one(LEAD_CALLBACK);
    l.agreed_e164 = 12124569999; /* none of his any more */
    dials_promised(&l, "=> place A1 12124560001\n");
}

/* An agent who is rung for each call is there before the person is. */
static void test_promised_keep_their_line(void **state)
{
    (void)state;
    world_open(&w, world_live_plan);
    w.room = 1;
    world_say(&w, CAMPAIGN_EV_START);
    struct lead l[3] = {world_lead(1, 12124560001), world_lead(2, 12124560002),
                        world_lead(3, 12124560003)};
    world_agents(&w, 1);
    world_leads(&w, l, 1, w.now_us);
    world_run(&w, 300);
    answers(1);
    l[2].state = LEAD_CALLBACK;
    world_run(&w, 1000);
    world_leads(&w, &l[1], 2, INT64_MAX);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    world_run(&w, 10000);
    assert_int_equal(count("attempt"), 1);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    expect("attempt L3 A2");
    world_close(&w);
}

/* The only agent has a line in the air: the promised call comes after it. */
static void test_promised_leave_lines(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    begin(1, 1);
    assert_int_equal(count("attempt"), 1);
    struct lead l = world_lead(101, 12124561001);
    l.state = LEAD_CALLBACK;
    world_say(&w, CAMPAIGN_EV_START);
    expect("fetch");
    world_leads(&w, &l, 1, INT64_MAX);
    assert_int_equal(w.campaign->crew->promised.n, 1);
    world_run(&w, 1000);
    assert_int_equal(count("attempt"), 1);
    answers(1);
    expect("bridged L1 A1 G1 wait 0");
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "no_interest", 0), TM_OK);
    world_run(&w, 250);
    expect("attempt L101 A2\n");
    world_close(&w);
}

static void test_promised_with_a_telephone(void **state)
{
    (void)state;
    world_open(&w, world_live_plan);
    world_say(&w, CAMPAIGN_EV_START);
    world_agent(&w, 1, AGENT_LEG_PER_CALL);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    struct lead l = world_lead(1, 12124560001);
    l.state = LEAD_CALLBACK;
    world_leads(&w, &l, 1, INT64_MAX);
    world_run(&w, 300);
    expect("-> ring A1 G1");
    assert_int_equal(order(1, AGENT_DO_LEG_UP), TM_OK);
    answers(1);
    expect("-> bridge A1 G1\n"); /* no beep: he has picked up */
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    expect("-> drop A1 G1");
    world_close(&w);
}

static void test_ring_for_each_person(void **state)
{
    (void)state;
    world_open(&w, world_live_plan);
    world_say(&w, CAMPAIGN_EV_START);
    world_agent(&w, 1, AGENT_LEG_PER_CALL);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    give_leads(4);
    world_run(&w, 300);
    answers(1);
    assert_int_equal(world_state(&w, 1), AGENT_RINGING);
    world_run(&w, 1200);
    assert_int_equal(order(1, AGENT_DO_LEG_UP), TM_OK);
    expect("bridged L1 A1 G1 wait 1200");
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    assert_int_equal(dispose(1, "sale", 0), TM_OK);
    world_run(&w, 300);
    answers(2);
    world_run(&w, 2000); /* he does not pick up in the lawful time */
    expect("-> drop A2 G1");
    expect("-> play A2 This is Clinic");
    assert_int_equal(world_state(&w, 1), AGENT_READY);
    world_close(&w);
}

/* Progressive abandons nobody: who must be rung is rung before the person. */
static void test_progressive_rings_first(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    world_say(&w, CAMPAIGN_EV_START);
    world_agent(&w, 1, AGENT_LEG_PER_CALL);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    give_leads(4);
    world_run(&w, 300);
    answers(1); /* nobody knew yet that he has to be rung */
    world_run(&w, 2000);
    world_ended(&w, 1, CAUSE_US, 0);
    world_say(&w, CAMPAIGN_EV_FLOOR);
    world_forget(&w);
    world_run(&w, 300);
    assert_int_equal(world_state(&w, 1), AGENT_DIALLING);
    expect("-> ring A2 G1");
    assert_int_equal(order(1, AGENT_DO_LEG_UP), TM_OK);
    answers(2);
    expect("bridged L2 A2 G1 wait 0");
    world_close(&w);
}

/* Wrap-ups take no lines: two lines serve many agents. */
static void test_many_wrap_up(void **state)
{
    (void)state;
    (void)str_copy(file_text, sizeof(file_text), str_of(world_live_plan));
    edit("dial_mode = predictive\n", "dial_mode = progressive\n");
    edit("max_calls = 40\n", "max_calls = 2\n");
    world_open(&w, file_text);
    begin(9, 20);
    for (int64_t a = 1; a <= 8; a++) {
        answers(a);
        world_ended(&w, a, CAUSE_CALLEE, 0);
        world_run(&w, 500);
    }
    assert_int_equal(count("bridged"), 8);
    assert_int_equal(count("attempt"), 9);
    world_close(&w);
}

/* --- accidents -------------------------------------------------------------*/

static void lose_leg(int64_t agent)
{
    (void)floor_move(w.floor, (struct agent_id){agent}, AGENT_IN_SIGN_OUT,
                     w.now_us);
    (void)order(agent, AGENT_DO_LEG_LOST);
    assert_int_equal(world_state(&w, agent), AGENT_OFF);
}

static void test_leg_lost(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    begin(2, 8);
    answers(1);
    world_run(&w, 3000);
    lose_leg(1);
    expect("3.300 bridged L1 A1 G2 wait 0\n3.300 -> bridge A1 G2 beep");
    world_run(&w, 1000);
    lose_leg(2);
    assert_int_equal(status().waiting, 1);
    world_run(&w, 2000);
    expect("-> play A1 This is Clinic");
    world_played(&w, 1, 1);
    world_ended(&w, 1, CAUSE_US, 0);
    expect("ended L1 A1 talked we_hung_up 0 ring 0 talk 6000 live\n");
    expect("lead L1 A1 waiting no_disposition");
    world_close(&w);
}

static void test_store_down(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, 2);
    give_leads(8);
    world_say(&w, CAMPAIGN_EV_STORE_DOWN);
    world_forget(&w);
    world_run(&w, 3000);
    world_expect(&w, "");
    world_say(&w, CAMPAIGN_EV_STORE_UP);
    world_run(&w, 300);
    assert_int_equal(count("attempt"), 2);
    world_close(&w);
}

static void test_pace_changes(void **state)
{
    (void)state;
    open_mode("dial_mode = progressive\n");
    begin(2, 30);
    assert_int_equal(count("attempt"), 2);
    assert_int_equal(pace(DIAL_POWER, 30000), TM_OK);
    world_run(&w, 300);
    assert_int_equal(count("attempt"), 4); /* power:r=2 */
    assert_int_equal(pace(DIAL_AGENTLESS, 30000), TM_EINVAL);
    assert_true(strlen(w.out.why) > 20);
    assert_int_equal(pace(DIAL_PREDICTIVE, 60000), TM_EINVAL);
    assert_non_null(strstr(w.out.why, "310.4"));
    assert_int_equal(status().pacing.mode, DIAL_POWER);
    assert_int_equal(pace(DIAL_MANUAL, 30000), TM_OK);
    for (int64_t a = 1; a <= 4; a++) {
        rings(a);
        world_ended(&w, a, CAUSE_BUSY, 486);
    }
    world_run(&w, 5000);
    assert_int_equal(count("attempt"), 4);
    assert_int_equal(pace(DIAL_PREVIEW, 30000), TM_OK);
    assert_int_equal(world_state(&w, 1), AGENT_PREVIEW);
    world_close(&w);
}

/* --- the law's limit -------------------------------------------------------*/

static void test_over_the_limit(void **state)
{
    (void)state;
    (void)str_copy(file_text, sizeof(file_text), str_of(world_live_plan));
    edit("dial_mode = predictive\n", "dial_mode = power\npacing = power:r=3\n");
    edit("caller_kind = survey\npurpose = survey\nleads_to_sale = no\n",
         "caller_kind = seller\npurpose = sale\nleads_to_sale = yes\n"
         "goods = other\nftc_jurisdiction = yes\n");
    world_open(&w, file_text);
    struct case_bucket *b = &w.campaign->counters.cell[0];
    w.campaign->counters.first_call_us = w.start_us - 3600000000;
    w.campaign->counters.cells = 1;
    *b = (struct case_bucket){.start_us = w.start_us - 3600000000,
                              .placed = 500,
                              .answered = 100,
                              .live = 100,
                              .connected = 90,
                              .abandoned = 10};
    begin(2, 30);
    assert_true(status().over_limit);
    assert_int_equal(count("attempt"), 2); /* one line for each */
    world_run(&w, 50000);
    assert_int_equal(count("attempt"), 2);
    b->live = b->answered = 1000;
    for (int64_t a = 1; a <= 2; a++) {
        rings(a);
        world_ended(&w, a, CAUSE_BUSY, 486);
    }
    world_run(&w, 1000); /* not asked anew yet */
    assert_int_equal(count("attempt"), 4);
    world_run(&w, 30000);
    for (int64_t a = 3; a <= 4; a++) {
        rings(a);
        world_ended(&w, a, CAUSE_BUSY, 486);
    }
    world_run(&w, 1000);
    assert_false(status().over_limit);
    assert_int_equal(count("attempt"), 10);
    world_close(&w);
}

static struct buf said;

static void hear(void *arg, struct campaign_id c, int64_t now_us,
                 const char *text)
{
    (void)arg;
    assert_int_equal(c.v, 1);
    assert_true(now_us == w.now_us);
    buf_addf(&said, "%s\n", text);
}

static void test_trace(void **state)
{
    (void)state;
    buf_init(&said, 1 << 16);
    open_mode("dial_mode = progressive\n");
    campaign_set_trace(w.campaign, hear, NULL);
    begin(2, 1);
    assert_non_null(strstr(said.p,
                           "progressive: 2 ready, 0 lines ring, 0 wait, "
                           "0 talk, 0 wrap up, 0 leave; 0 of 0 lost"));
    assert_non_null(strstr(said.p, "2 wanted, 1 dialled, 0 withdrawn; no lead "
                                   "may be called now"));
    campaign_set_trace(w.campaign, NULL, NULL);
    size_t n = said.n;
    world_run(&w, 3000);
    assert_int_equal(said.n, n);
    buf_fini(&said);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer_meets_an_agent),
        cmocka_unit_test(test_one_line_each),
        cmocka_unit_test(test_power_dials_more),
        cmocka_unit_test(test_abandoned_hears_the_message),
        cmocka_unit_test(test_waits_and_is_served),
        cmocka_unit_test(test_hangs_up_while_waiting),
        cmocka_unit_test(test_pause_while_people_wait),
        cmocka_unit_test(test_detection),
        cmocka_unit_test(test_late_verdict_eats_the_wait),
        cmocka_unit_test(test_verdict_after_the_wait),
        cmocka_unit_test(test_no_verdict_is_a_person),
        cmocka_unit_test(test_dispositions),
        cmocka_unit_test(test_machine_is_no_live_answer),
        cmocka_unit_test(test_machine_got_through),
        cmocka_unit_test(test_said_in_the_talk),
        cmocka_unit_test(test_bad_dispositions),
        cmocka_unit_test(test_disposition_in_the_talk),
        cmocka_unit_test(test_wrap_up_ends_by_itself),
        cmocka_unit_test(test_preview),
        cmocka_unit_test(test_preview_limit),
        cmocka_unit_test(test_preview_asks_again),
        cmocka_unit_test(test_manual),
        cmocka_unit_test(test_promised_first),
        cmocka_unit_test(test_promised_number),
        cmocka_unit_test(test_promised_keep_their_line),
        cmocka_unit_test(test_promised_leave_lines),
        cmocka_unit_test(test_promised_with_a_telephone),
        cmocka_unit_test(test_ring_for_each_person),
        cmocka_unit_test(test_progressive_rings_first),
        cmocka_unit_test(test_many_wrap_up),
        cmocka_unit_test(test_leg_lost),
        cmocka_unit_test(test_store_down),
        cmocka_unit_test(test_pace_changes),
        cmocka_unit_test(test_over_the_limit),
        cmocka_unit_test(test_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

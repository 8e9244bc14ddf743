/* The engine and its agents, between a campaign, a carrier and a store that
 * only do what they are told: orders, telephones, bridges, who gets whom. */
#include "unit/engine/fixture_agents.h"

/* --- signing in and out
 * -----------------------------------------------------*/

static void test_sign_in_permanent(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    m->store_slow = true;
    put(m, 1, AGENT_LEG_PERMANENT);
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    mock_pump(m);
    IN_STATE(m, 1, AGENT_CALLING_IN);
    int64_t leg = him(m, 1)->leg.v;
    assert_int_equal(mock_call(m, leg)->state, MOCK_NONE);
    assert_true(engine_pending(m->engine) > 0);
    assert_string_equal(mock_last(m, RECORD_STAFF, 1)->key, "recorded");
    m->store_slow = false; /* only now it is durable */
    mock_pump(m);
    assert_int_equal(mock_call(m, leg)->state, MOCK_PLACED);
    assert_string_equal(mock_call(m, leg)->user, "agent-1");
    assert_int_equal(mock_call(m, leg)->to, 101);
    assert_false(mock_call(m, leg)->auto_answer);
    IN_STATE(m, 1, AGENT_CALLING_IN);
    mock_answer(m, leg);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_READY);
    assert_true(him(m, 1)->leg_up);
    assert_string_equal(mock_last(m, RECORD_STAFF, 1)->key, "answered");
    assert_true(mock_last(m, RECORD_STAFF, 1)->dialog);
    assert_int_equal(mock_last(m, RECORD_AGENT, 1)->state, AGENT_READY);
    assert_int_equal(engine_pending(m->engine), 0);
    assert_int_equal(engine_legs(m->engine), 1);
    assert_int_equal(engine_calls(m->engine), 0);
    assert_int_equal(m->change[(m->changes - 1) % 64].to, AGENT_READY);
    OK(order(m, 1, AGENT_DO_SIGN_OUT));
    IN_STATE(m, 1, AGENT_OFF);
    mock_pump(m);
    assert_int_equal(mock_call(m, leg)->state, MOCK_OVER);
    assert_int_equal(engine_legs(m->engine), 0);
    assert_string_equal(mock_last(m, RECORD_STAFF, 1)->key, "ended");
    check_quiet(m);
}

static void test_sign_in_per_call(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    put(m, 1, AGENT_LEG_PER_CALL);
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    IN_STATE(m, 1, AGENT_READY);
    assert_int_equal(engine_legs(m->engine), 0);
    OK(order_word(m, 1, AGENT_DO_PAUSE, "lunch", NULL));
    IN_STATE(m, 1, AGENT_PAUSED);
    assert_string_equal(mock_last(m, RECORD_AGENT, 1)->key, "lunch");
    OK(order(m, 1, AGENT_DO_READY));
    IN_STATE(m, 1, AGENT_READY);
    OK(order(m, 1, AGENT_DO_SIGN_OUT));
    IN_STATE(m, 1, AGENT_OFF);
    check_quiet(m);
}

static void check_not_signed_in(struct mock *m, const char *word)
{
    IN_STATE(m, 1, AGENT_OFF);
    assert_string_equal(him(m, 1)->reason, word);
    assert_string_equal(mock_last(m, RECORD_AGENT, 1)->key, word);
    assert_string_equal(mock_last(m, RECORD_STAFF, 1)->key, "ended");
    assert_string_equal(mock_last(m, RECORD_STAFF, 1)->value, word);
    assert_int_equal(him(m, 1)->leg.v, 0);
}

/* His telephone does not answer, or cannot be called at all. */
static void test_sign_in_fails(void **state)
{
    static const struct {
        int error;
        const char *word;
    } refused[] = {{TM_EFULL, "trunk_full"},
                   {TM_ENETWORK, "trunk_down"},
                   {TM_ENOTFOUND, "not_registered"},
                   {TM_EINVAL, "refused"}};
    (void)state;
    struct mock *m = mock_new();
    put(m, 1, AGENT_LEG_PERMANENT);
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    mock_pump(m);
    mock_end(m, him(m, 1)->leg.v, CAUSE_NO_ANSWER);
    mock_pump(m);
    check_not_signed_in(m, "no_answer");
    for (size_t i = 0; i < 4; i++) {
        m->place_error = refused[i].error;
        OK(order(m, 1, AGENT_DO_SIGN_IN));
        mock_pump(m);
        check_not_signed_in(m, refused[i].word);
    }
    OK(order(m, 1, AGENT_DO_SIGN_IN)); /* and again, when he is there */
    mock_pump(m);
    mock_answer(m, him(m, 1)->leg.v);
    IN_STATE(m, 1, AGENT_READY);
    assert_string_equal(him(m, 1)->reason, "");
    check_quiet(m);
}

/* He changes his mind while his record is not durable, or it rings. */
static void test_sign_out_while_called(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    put(m, 1, AGENT_LEG_PERMANENT);
    m->store_slow = true;
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    OK(order(m, 1, AGENT_DO_SIGN_OUT));
    IN_STATE(m, 1, AGENT_OFF);
    assert_int_equal(engine_legs(m->engine), 1);
    m->store_slow = false;
    mock_pump(m);
    assert_int_equal(engine_legs(m->engine), 0);
    assert_null(strchr(m->log, 'S')); /* never called */
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    mock_pump(m);
    int64_t leg = him(m, 1)->leg.v;
    OK(order(m, 1, AGENT_DO_SIGN_OUT));
    OK(order(m, 1, AGENT_DO_SIGN_IN)); /* a new leg after the old one */
    OK(order(m, 1, AGENT_DO_SIGN_OUT));
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    assert_int_not_equal(him(m, 1)->leg.v, leg);
    assert_int_equal(mock_call(m, leg)->state, MOCK_ENDING);
    assert_int_equal(mock_last(m, RECORD_STAFF, 1)->attempt, leg);
    mock_pump(m);
    assert_int_equal(mock_call(m, leg)->state, MOCK_OVER);
    mock_answer(m, him(m, 1)->leg.v);
    IN_STATE(m, 1, AGENT_READY);
    check_quiet(m);
}

/* The 200 crossed our CANCEL. */
static void test_answer_after_hang_up(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    put(m, 1, AGENT_LEG_PERMANENT);
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    mock_pump(m);
    int64_t leg = him(m, 1)->leg.v;
    OK(order(m, 1, AGENT_DO_SIGN_OUT));
    mock_event(m, (struct carrier_event){.kind = CARRIER_ANSWERED,
                                         .attempt = {leg},
                                         .text = str_of("dialog")});
    IN_STATE(m, 1, AGENT_OFF);
    mock_pump(m);
    check_quiet(m);
}

static void expect_refused(struct mock *m, enum agent_order_kind k, int code,
                           const char *words)
{
    struct err err = {0};
    enum agent_state before = him(m, 1)->state;
    assert_int_equal(order_word(m, 1, k, "", &err), code);
    if (strstr(err.text, words) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, words);
    IN_STATE(m, 1, before);
}

static void test_refusals(void **state)
{
    static const char long_word[] = "a reason that is much too long to keep";
    (void)state;
    struct mock *m = mock_new();
    struct err err;
    const struct agent_order o = {.kind = AGENT_DO_READY};
    assert_int_equal(engine_agent_order(m->engine, AGENT(9), &o, &err),
                     TM_ENOTFOUND);
    put(m, 1, AGENT_LEG_PERMANENT);
    expect_refused(m, AGENT_DO_READY, TM_ESTATE, "signed in first");
    expect_refused(m, AGENT_DO_PAUSE, TM_ESTATE, "signed in first");
    expect_refused(m, AGENT_DO_SIGN_OUT, TM_ESTATE, "not signed in");
    expect_refused(m, AGENT_DO_DISPOSE, TM_ESTATE, "no call");
    expect_refused(m, AGENT_DO_NEXT, TM_ESTATE, "ready");
    expect_refused(m, AGENT_DO_LEG_UP, TM_EINVAL, "order of people");
    engine_hold(m->engine, true);
    expect_refused(m, AGENT_DO_SIGN_IN, TM_ESTATE, "clock");
    engine_hold(m->engine, false);
    m->carrier.bridge = NULL;
    expect_refused(m, AGENT_DO_SIGN_IN, TM_EUNSUPPORTED, "join");
    m->carrier.bridge = mock_bridge;
    sign_in(m, 1);
    expect_refused(m, AGENT_DO_SIGN_IN, TM_ESTATE, "already");
    expect_refused(m, AGENT_DO_READY, TM_ESTATE, "already");
    expect_refused(m, AGENT_DO_HOLD, TM_ESTATE, "no call");
    expect_refused(m, AGENT_DO_NEXT, TM_ENOTFOUND, "manual campaign");
    assert_int_equal(order_word(m, 1, AGENT_DO_PAUSE, long_word, &err),
                     TM_EINVAL);
    IN_STATE(m, 1, AGENT_READY);
    OK(order(m, 1, AGENT_DO_PAUSE));
    expect_refused(m, AGENT_DO_PAUSE, TM_ESTATE, "already");
    engine_drain(m->engine);
    mock_pump(m);
    expect_refused(m, AGENT_DO_SIGN_IN, TM_ESTATE, "going down");
    check_quiet(m);
}

/* Orders go on while records cannot be written; nobody is called. */
static void test_store_fails(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    const struct err why = {.text = "disk"};
    sign_in(m, 2);
    put(m, 1, AGENT_LEG_PERMANENT);
    put(m, 3, AGENT_LEG_PER_CALL);
    const struct store_events ev = engine_store_events(m->engine);
    ev.failed(ev.arg, &why);
    expect_refused(m, AGENT_DO_SIGN_IN, TM_ESTATE, "cannot be written");
    m->store_full = true;
    OK(order(m, 2, AGENT_DO_PAUSE));
    OK(order(m, 3, AGENT_DO_SIGN_IN));
    IN_STATE(m, 3, AGENT_READY);
    assert_true(engine_pending(m->engine) > 0);
    m->store_full = false;
    ev.recovered(ev.arg);
    mock_pass(m, SECOND);
    assert_int_equal(mock_last(m, RECORD_AGENT, 2)->state, AGENT_PAUSED);
    assert_int_equal(mock_last(m, RECORD_AGENT, 3)->state, AGENT_READY);
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    mock_pump(m);
    check_quiet(m);
}

/* --- calls
 * ------------------------------------------------------------------*/

static void test_bridge(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    int64_t leg = him(m, 1)->leg.v, a = person(m, c);
    IN_STATE(m, 1, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, leg);
    assert_string_equal(m->log, "SPbJ"); /* the beep comes first */
    assert_int_equal(mock_last(m, RECORD_BRIDGED, 1)->attempt, a);
    assert_int_equal(mock_last(m, RECORD_AGENT, 1)->attempt, a);
    assert_int_equal(mock_last(m, RECORD_AGENT, 1)->campaign, 2);
    assert_ptr_equal(engine_agent_lead(m->engine, AGENT(1)), &c->lead);
    assert_null(engine_agent_lead(m->engine, AGENT(7)));
    int64_t due_us = 1;
    assert_true(
        str_eq(engine_agent_said(m->engine, AGENT(1), &due_us), "later"));
    assert_true(due_us == c->lead.due_us);
    assert_int_equal(engine_agent_said(m->engine, AGENT(7), &due_us).n, 0);
    assert_true(due_us == 0);
    OK(order(m, 1, AGENT_DO_HOLD));
    assert_int_equal(mock_call(m, a)->with, 0);
    OK(order(m, 1, AGENT_DO_RETRIEVE));
    assert_int_equal(mock_call(m, a)->with, leg);
    assert_int_equal(mock_call(m, leg)->beeps, 1);     /* not again */
    OK(order_word(m, 1, AGENT_DO_PAUSE, "tea", NULL)); /* after the call */
    IN_STATE(m, 1, AGENT_TALKING);
    OK(order(m, 1, AGENT_DO_HANG_UP));
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    OK(order_word(m, 1, AGENT_DO_DISPOSE, "sale", NULL));
    assert_string_equal(c->disposed, "sale");
    IN_STATE(m, 1, AGENT_PAUSED);
    assert_string_equal(mock_last(m, RECORD_AGENT, 1)->key, "tea");
    assert_true(him(m, 1)->leg_up); /* a permanent one stays */
    check_quiet(m);
}

/* The carrier has no room for a bridge now: it is asked again, and nobody is
 * left in silence. */
static void test_bridge_without_room(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    m->bridge_full = 5;
    int64_t leg = him(m, 1)->leg.v, a = person(m, c);
    IN_STATE(m, 1, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, 0);
    mock_pass(m, SECOND / 10);
    assert_int_equal(mock_call(m, a)->with, leg);
    assert_int_equal(mock_call(m, leg)->beeps, 1);
    m->bridge_full = 1;
    OK(order(m, 1, AGENT_DO_HOLD));
    OK(order(m, 1, AGENT_DO_RETRIEVE));
    assert_int_equal(mock_call(m, a)->with, 0);
    OK(order(m, 1, AGENT_DO_HOLD)); /* he parts before it was tried again */
    mock_pass(m, SECOND);
    IN_STATE(m, 1, AGENT_HOLDING);
    assert_int_equal(mock_call(m, a)->with, 0);
    m->bridge_full = 3;
    OK(order(m, 1, AGENT_DO_RETRIEVE));
    mock_end(m, a, CAUSE_CALLEE); /* the person is gone before */
    mock_pass(m, SECOND);
    IN_STATE(m, 1, AGENT_WRAP);
    assert_int_equal(mock_call(m, leg)->with, 0);
    check_quiet(m);
}

/* For a second there was none: the person gets another agent, and the campaign
 * hears that they were never joined. */
static void test_bridge_never(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    sign_in(m, 2);
    m->bridge_full = 101;
    int64_t a = person(m, c);
    mock_pass(m, 3 * SECOND / 4);
    IN_STATE(m, 1, AGENT_TALKING);
    IN_STATE(m, 2, AGENT_READY);
    mock_pass(m, SECOND);
    IN_STATE(m, 1, AGENT_PAUSED);
    assert_string_equal(him(m, 1)->reason, "cannot be joined");
    assert_int_equal(c->lost, 1);
    assert_string_equal(c->lost_word, "cannot be joined");
    IN_STATE(m, 2, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, him(m, 2)->leg.v);
    m->bridge_full = 101; /* after a hold: they were joined before */
    OK(order(m, 2, AGENT_DO_HOLD));
    OK(order(m, 2, AGENT_DO_RETRIEVE));
    mock_pass(m, 2 * SECOND);
    assert_int_equal(c->lost, 2);
    assert_string_equal(c->lost_word, "");
    IN_STATE(m, 2, AGENT_PAUSED);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    m->bridge_full = 1000; /* as long as the engine lives */
    put(m, 3, AGENT_LEG_PER_CALL);
    OK(order(m, 3, AGENT_DO_SIGN_IN));
    (void)person(m, c);
    mock_answer(m, him(m, 3)->leg.v);
    mock_pass(m, 3 * SECOND);
    IN_STATE(m, 3, AGENT_PAUSED);
    assert_int_equal(him(m, 3)->leg.v, 0);
    mock_pass(m, 5 * SECOND);
    check_quiet(m);
}

/* What the campaign says no with comes back in words. */
static void test_answers_of_the_campaign(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    (void)person(m, c);
    c->answer = TM_EINVAL;
    expect_refused(m, AGENT_DO_HOLD, TM_EINVAL, "because of the test");
    expect_refused(m, AGENT_DO_DISPOSE, TM_ESTATE, "agent-1");
    check_quiet(m);
}

/* Who said something may be told when it is safe. */
static void test_when_it_is_written(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    (void)camp(m, 2);
    sign_in(m, 1);
    assert_true(engine_is_durable(m->engine, engine_batch(m->engine)));
    m->store_slow = true;
    OK(order(m, 1, AGENT_DO_PAUSE));
    uint64_t batch = engine_batch(m->engine);
    mock_pump(m);
    assert_false(engine_is_durable(m->engine, batch));
    m->store_full = true; /* not even taken */
    OK(order(m, 1, AGENT_DO_READY));
    uint64_t after = engine_batch(m->engine);
    assert_true(after > batch);
    m->store_slow = m->store_full = false;
    mock_pass(m, SECOND);
    assert_true(engine_is_durable(m->engine, batch));
    assert_true(engine_is_durable(m->engine, after));
    check_quiet(m);
}

/* Sign-out in a call comes after the wrap-up, and takes the telephone along. */
static void test_sign_out_in_a_call(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    int64_t a = person(m, c);
    OK(order_word(m, 1, AGENT_DO_SIGN_OUT, "home", NULL));
    IN_STATE(m, 1, AGENT_TALKING);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    assert_int_equal(engine_legs(m->engine), 1);
    mock_pass(m, MOCK_WRAP_US); /* the limit of the wrap-up */
    assert_int_equal(c->limits, 1);
    IN_STATE(m, 1, AGENT_OFF);
    assert_string_equal(mock_last(m, RECORD_AGENT, 1)->key, "home");
    assert_int_equal(engine_legs(m->engine), 0);
    check_quiet(m);
}

/* "Ready" in wrap-up ends it, whatever was asked for before. */
static void test_ready_in_wrap_up(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    OK(order(m, 1, AGENT_DO_PAUSE));
    OK(order(m, 1, AGENT_DO_READY));
    int64_t a = person(m, c);
    OK(order(m, 1, AGENT_DO_SIGN_OUT));
    OK(order(m, 1, AGENT_DO_READY)); /* he stays */
    OK(order(m, 1, AGENT_DO_PAUSE));
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    OK(order(m, 1, AGENT_DO_READY));
    IN_STATE(m, 1, AGENT_READY);
    assert_int_equal(c->limits, 1);
    check_quiet(m);
}

static void test_leg_lost(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    mock_end(m, him(m, 1)->leg.v, CAUSE_CALLEE); /* idle */
    mock_pump(m);
    check_not_signed_in(m, "callee_hung_up");
    assert_int_equal(c->lost, 0);
    sign_in(m, 1);
    sign_in(m, 2);
    int64_t a = person(m, c);
    IN_STATE(m, 1, AGENT_TALKING);
    mock_end(m, him(m, 1)->leg.v, CAUSE_NETWORK); /* the person goes on */
    mock_pump(m);
    check_not_signed_in(m, "network");
    assert_int_equal(c->lost, 1);
    IN_STATE(m, 2, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, him(m, 2)->leg.v);
    assert_int_equal(mock_call(m, him(m, 2)->leg.v)->beeps, 1);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 2, AGENT_WRAP);
    mock_end(m, him(m, 2)->leg.v, CAUSE_CALLEE); /* he may still say what */
    mock_pump(m);
    IN_STATE(m, 2, AGENT_WRAP);
    assert_int_equal(order(m, 2, AGENT_DO_PAUSE), TM_ESTATE);
    OK(order(m, 2, AGENT_DO_READY)); /* does not bring it back */
    IN_STATE(m, 2, AGENT_OFF);
    assert_int_equal(order(m, 2, AGENT_DO_DISPOSE), TM_ESTATE);
    check_quiet(m);
}

/* --- a telephone that rings for each person
 * ----------------------------------*/

static int64_t rung_late(struct mock *m, struct campaign *c)
{
    put(m, 1, AGENT_LEG_PER_CALL);
    if (him(m, 1)->state == AGENT_OFF)
        OK(order(m, 1, AGENT_DO_SIGN_IN));
    int64_t a = person(m, c);
    IN_STATE(m, 1, AGENT_RINGING);
    return a;
}

static int64_t rung(struct mock *m, struct campaign *c)
{
    int64_t a = rung_late(m, c);
    assert_true(mock_call(m, him(m, 1)->leg.v)->auto_answer);
    return a;
}

static void test_per_call(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    int64_t a = rung(m, c), leg = him(m, 1)->leg.v;
    assert_int_equal(mock_last(m, RECORD_STAFF, 1)->campaign, 2);
    mock_answer(m, leg);
    IN_STATE(m, 1, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, leg);
    mock_end(m, leg, CAUSE_CALLEE); /* he hangs up: so do we */
    mock_pump(m);
    assert_int_equal(mock_call(m, a)->state, MOCK_OVER);
    IN_STATE(m, 1, AGENT_WRAP);
    OK(order_word(m, 1, AGENT_DO_DISPOSE, "sale", NULL));
    a = rung(m, c);
    leg = him(m, 1)->leg.v;
    mock_answer(m, leg);
    mock_end(m, a, CAUSE_CALLEE); /* the person hangs up first */
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    assert_int_equal(mock_call(m, leg)->state, MOCK_OVER);
    assert_int_equal(engine_legs(m->engine), 0);
    check_quiet(m);
}

static void test_missed_call(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    int64_t a = rung(m, c);
    mock_end(m, him(m, 1)->leg.v, CAUSE_NO_ANSWER);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_PAUSED);
    assert_string_equal(him(m, 1)->reason, "missed a call");
    assert_int_equal(c->lost, 1);
    assert_int_equal(campaign_waits_due_us(c), m->now_us);
    m->place_error = TM_ENOTFOUND; /* the next is not even called */
    OK(order(m, 1, AGENT_DO_READY));
    IN_STATE(m, 1, AGENT_RINGING);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_PAUSED);
    assert_string_equal(him(m, 1)->reason, "not_registered");
    /* He goes home: missing one more call does not keep him. */
    OK(order(m, 1, AGENT_DO_READY));
    mock_pump(m);
    OK(order_word(m, 1, AGENT_DO_SIGN_OUT, "home", NULL));
    IN_STATE(m, 1, AGENT_RINGING);
    mock_end(m, him(m, 1)->leg.v, CAUSE_NO_ANSWER);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_OFF);
    assert_string_equal(him(m, 1)->reason, "home");
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    check_quiet(m);
}

/* No line is free for his telephone, the clock or the store are bad for a
 * moment: he did nothing wrong, and is rung when there is one. */
static void test_late_ring(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    m->place_error = TM_EFULL;
    m->place_fails = true;
    int64_t a = rung_late(m, c), leg = him(m, 1)->leg.v;
    mock_pass(m, SECOND);
    IN_STATE(m, 1, AGENT_RINGING);
    assert_int_equal(mock_call(m, leg)->state, MOCK_NONE);
    assert_int_equal(him(m, 1)->called_us, 0);
    c->want = 1; /* no new line takes what he waits for */
    mock_pass(m, SECOND);
    assert_int_equal(c->want, 1);
    m->place_error = TM_OK;
    mock_pass(m, SECOND / 10);
    assert_int_equal(mock_call(m, leg)->state, MOCK_PLACED);
    assert_true(him(m, 1)->called_us >= m->now_us - SECOND / 10);
    mock_answer(m, leg);
    IN_STATE(m, 1, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, leg);
    mock_pass(m, SECOND);
    assert_int_equal(c->want, 0); /* now it may leave */
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    OK(order_word(m, 1, AGENT_DO_DISPOSE, "sale", NULL));
    engine_hold(m->engine, true); /* as a trunk that is down */
    mock_answer(m, a + 2);
    mock_pass(m, SECOND);
    IN_STATE(m, 1, AGENT_RINGING);
    engine_hold(m->engine, false);
    mock_pass(m, SECOND / 10);
    assert_int_equal(mock_call(m, him(m, 1)->leg.v)->state, MOCK_PLACED);
    mock_end(m, a + 2, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_READY);
    m->place_error = TM_ENETWORK; /* the person leaves before it comes up */
    a = rung_late(m, c);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pass(m, SECOND);
    IN_STATE(m, 1, AGENT_READY);
    assert_int_equal(engine_legs(m->engine), 0);
    check_quiet(m);
}

/* The person hangs up while his agent's telephone rings, is about to be
 * called, or has just been answered. */
static void test_person_leaves_a_ringing_agent(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    int64_t a = rung(m, c), leg = him(m, 1)->leg.v;
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_READY);
    assert_int_equal(mock_call(m, leg)->state, MOCK_OVER);
    assert_int_equal(engine_legs(m->engine), 0);
    c->want = 1;
    a = m->next_attempt;
    mock_pass(m, SECOND);
    m->store_slow = true;
    mock_answer(m, a);
    IN_STATE(m, 1, AGENT_RINGING);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_READY);
    m->store_slow = false;
    mock_pump(m);
    assert_int_equal(engine_legs(m->engine), 0);
    check_quiet(m);
}

/* --- leads to look at
 * --------------------------------------------------------*/

static void test_manual(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 1);
    sign_in(m, 1);
    OK(order(m, 1, AGENT_DO_NEXT));
    IN_STATE(m, 1, AGENT_PREVIEW);
    OK(order(m, 1, AGENT_DO_SKIP));
    IN_STATE(m, 1, AGENT_READY);
    OK(order(m, 1, AGENT_DO_NEXT));
    OK(order(m, 1, AGENT_DO_PAUSE)); /* the lead goes back */
    IN_STATE(m, 1, AGENT_PAUSED);
    assert_int_equal(c->lost, 1);
    OK(order(m, 1, AGENT_DO_READY));
    OK(order(m, 1, AGENT_DO_NEXT));
    int64_t a = m->next_attempt;
    OK(order(m, 1, AGENT_DO_DIAL));
    IN_STATE(m, 1, AGENT_DIALLING);
    mock_pump(m);
    mock_answer(m, a);
    IN_STATE(m, 1, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, him(m, 1)->leg.v);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    OK(order_word(m, 1, AGENT_DO_DISPOSE, "x", NULL));
    OK(order(m, 1, AGENT_DO_NEXT));
    OK(order(m, 1, AGENT_DO_DIAL));
    mock_pump(m);
    mock_end(m, him(m, 1)->leg.v, CAUSE_CALLEE); /* gone before the answer */
    mock_pump(m);
    IN_STATE(m, 1, AGENT_OFF);
    assert_int_equal(c->lost, 2);
    assert_int_equal(engine_calls(m->engine), 0);
    check_quiet(m);
}

static void test_pace(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct err err;
    struct campaign_pacing p = {.mode = DIAL_MANUAL};
    (void)camp(m, 2);
    sign_in(m, 1);
    assert_int_equal(engine_pace(m->engine, CAMP(9), &p, &err), TM_ENOTFOUND);
    assert_int_equal(order(m, 1, AGENT_DO_NEXT), TM_ENOTFOUND);
    OK(engine_pace(m->engine, CAMP(2), &p, &err));
    OK(order(m, 1, AGENT_DO_NEXT)); /* it is manual now */
    p.mode = DIAL_AGENTLESS;
    assert_int_equal(engine_pace(m->engine, CAMP(2), &p, &err), TM_EINVAL);
    assert_non_null(strstr(err.text, "stays one"));
    check_quiet(m);
}

static void on_trace(void *arg, struct campaign_id c, int64_t now_us,
                     const char *text)
{
    (void)now_us;
    (void)text;
    *(int64_t *)arg += c.v;
}

static void test_trace(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    int64_t sum = 0;
    (void)camp(m, 1);
    engine_set_trace(m->engine, on_trace, &sum);
    assert_int_equal(sum, 1);
    (void)camp(m, 2); /* those that come later too */
    assert_int_equal(sum, 3);
    engine_set_trace(m->engine, NULL, NULL);
    (void)camp(m, 3);
    assert_int_equal(sum, 3);
    check_quiet(m);
}

/* --- keys
 * --------------------------------------------------------------------*/

static void test_keys(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    int64_t leg = him(m, 1)->leg.v;
    mock_key(m, leg, '5');
    IN_STATE(m, 1, AGENT_READY);
    mock_key(m, leg, '0');
    IN_STATE(m, 1, AGENT_PAUSED);
    mock_key(m, leg, '0');
    IN_STATE(m, 1, AGENT_READY);
    int64_t a = person(m, c);
    mock_key(m, leg, '1');
    mock_key(m, leg, '*');
    m->now_us += 5 * SECOND; /* too late to be one of two */
    mock_key(m, leg, '*');
    mock_pump(m);
    IN_STATE(m, 1, AGENT_TALKING);
    mock_key(m, leg, '*');
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    assert_int_equal(mock_call(m, a)->state, MOCK_OVER);
    mock_key(m, leg, '3'); /* there are two */
    IN_STATE(m, 1, AGENT_WRAP);
    mock_key(m, leg, '2');
    IN_STATE(m, 1, AGENT_READY);
    assert_string_equal(c->disposed, "no_sale");
    assert_int_equal(c->disposed_due_us, m->now_us + 86400 * SECOND);
    (void)camp(m, 1);
    OK(order(m, 1, AGENT_DO_NEXT));
    mock_key(m, leg, '2');
    IN_STATE(m, 1, AGENT_READY);
    OK(order(m, 1, AGENT_DO_NEXT));
    mock_key(m, leg, '1');
    IN_STATE(m, 1, AGENT_DIALLING);
    check_quiet(m);
}

/* --- who gets whom
 * -----------------------------------------------------------*/

/* Of two campaigns whose people wait, the one who has waited longest gets the
 * agent who comes free first. */
static void test_waiting_people(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *two = camp(m, 2), *three = camp(m, 3);
    put(m, 1, AGENT_LEG_PERMANENT);
    put(m, 2, AGENT_LEG_PERMANENT);
    put(m, 3, AGENT_LEG_PERMANENT);
    int64_t first = person(m, three);
    m->now_us += SECOND / 2;
    int64_t second = person(m, two);
    m->now_us += SECOND / 2;
    int64_t third = person(m, three);
    for (int64_t id = 1; id <= 3; id++) {
        mock_tells = 0;
        OK(order(m, id, AGENT_DO_SIGN_IN));
        mock_pump(m);
        mock_answer(m, him(m, id)->leg.v);
        mock_pump(m);
        IN_STATE(m, id, AGENT_TALKING);
        assert_ptr_equal(mock_told[0], id == 2 ? two : three);
    }
    assert_int_equal(him(m, 1)->attempt.v, first);
    assert_int_equal(him(m, 2)->attempt.v, second);
    assert_int_equal(him(m, 3)->attempt.v, third);
    check_quiet(m);
}

/* A person waits; the only agent comes free in a step of the other campaign,
 * which would give him a lead at once. */
static void test_people_before_leads(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *two = camp(m, 2), *three = camp(m, 3);
    sign_in(m, 1);
    int64_t first = person(m, three);
    IN_STATE(m, 1, AGENT_TALKING);
    three->shows = true;
    mock_end(m, first, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    int64_t second = person(m, two);
    OK(order(m, 1, AGENT_DO_DISPOSE));
    mock_pump(m);
    IN_STATE(m, 1, AGENT_TALKING);
    assert_int_equal(him(m, 1)->attempt.v, second);
    mock_end(m, second, CAUSE_CALLEE);
    mock_pump(m);
    OK(order(m, 1, AGENT_DO_DISPOSE));
    IN_STATE(m, 1, AGENT_PREVIEW);
    assert_int_equal(him(m, 1)->campaign.v, 3);
    check_quiet(m);
}

/* Others that pace hear of it too; campaigns without agents never. */
static void test_who_hears_of_the_floor(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *two = camp(m, 2), *three = camp(m, 3);
    sign_in(m, 1);
    unsigned a = two->told, b = three->told;
    OK(order(m, 1, AGENT_DO_PAUSE));
    assert_true(two->told == a + 1 && three->told == b + 1);
    OK(engine_command(m->engine, CAMP(3), CAMPAIGN_EV_PAUSE));
    /* One campaign less takes part. */
    assert_true(two->told == a + 2 && three->told == b + 1);
    OK(order(m, 1, AGENT_DO_READY));
    assert_true(two->told == a + 3 && three->told == b + 1);
    struct floor_counts counts;
    floor_counts(engine_floor(m->engine), CAMP(3), &counts);
    assert_int_equal(counts.ready, 0); /* all for the one that runs */
    floor_counts(engine_floor(m->engine), CAMP(2), &counts);
    assert_int_equal(counts.ready, 1);
    check_quiet(m);
}

/* --- plans and the end
 * -------------------------------------------------------*/

static void test_replace_waits_for_wrap_up(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    struct campaign_env env = c->env;
    sign_in(m, 1);
    int64_t a = person(m, c);
    assert_int_equal(engine_replace(m->engine, &env, CAMPAIGN_RUNNING, NULL),
                     TM_ESTATE);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    assert_int_equal(engine_replace(m->engine, &env, CAMPAIGN_RUNNING, NULL),
                     TM_ESTATE);
    OK(order_word(m, 1, AGENT_DO_DISPOSE, "x", NULL));
    env.floor = NULL; /* the engine gives its own */
    OK(engine_replace(m->engine, &env, CAMPAIGN_RUNNING, NULL));
    check_quiet(m);
}

/* Idle agents stay until the last person's call is over; those in wrap-up end
 * it first. */
static void test_drain(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    sign_in(m, 2);
    put(m, 3, AGENT_LEG_PER_CALL);
    OK(order(m, 3, AGENT_DO_SIGN_IN));
    put(m, 4, AGENT_LEG_PERMANENT);
    OK(order(m, 4, AGENT_DO_SIGN_IN)); /* still rings */
    mock_pump(m);
    int64_t a = person(m, c);
    engine_drain(m->engine);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_TALKING);
    IN_STATE(m, 2, AGENT_READY);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    IN_STATE(m, 2, AGENT_OFF);
    IN_STATE(m, 3, AGENT_OFF);
    IN_STATE(m, 4, AGENT_OFF);
    assert_string_equal(mock_last(m, RECORD_AGENT, 2)->key, "shutdown");
    assert_int_equal(engine_calls(m->engine), 0);
    assert_int_equal(engine_pending(m->engine), 2); /* he and his leg */
    OK(order(m, 1, AGENT_DO_PAUSE));                /* does not keep him */
    OK(order_word(m, 1, AGENT_DO_DISPOSE, "x", NULL));
    IN_STATE(m, 1, AGENT_OFF);
    mock_pump(m);
    assert_int_equal(engine_pending(m->engine), 0);
    assert_int_equal(engine_legs(m->engine), 0);
    mock_free(m);
}

static void test_hang_up_all(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    sign_in(m, 2);
    int64_t a = person(m, c);
    (void)person(m, c);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    IN_STATE(m, 2, AGENT_TALKING);
    size_t from = m->logged;
    engine_drain(m->engine);
    engine_hang_up_all(m->engine);
    mock_pump(m);
    assert_int_equal(c->limits, 2); /* no time for wrap-ups */
    assert_int_equal(m->log[from], 'h');
    assert_null(strchr(m->log + from + 1, 'h')); /* people first */
    check_quiet(m);
}

/* As after a crash: everything is up, and all memory is given back. */
static void test_free_with_everything_up(void **state)
{
    (void)state;
    struct mock *m = mock_new();
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    (void)person(m, c);
    put(m, 2, AGENT_LEG_PERMANENT);
    m->store_slow = true;
    OK(order(m, 2, AGENT_DO_SIGN_IN));
    assert_int_equal(engine_legs(m->engine), 2);
    mock_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_in_permanent),
        cmocka_unit_test(test_sign_in_per_call),
        cmocka_unit_test(test_sign_in_fails),
        cmocka_unit_test(test_sign_out_while_called),
        cmocka_unit_test(test_answer_after_hang_up),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_store_fails),
        cmocka_unit_test(test_bridge),
        cmocka_unit_test(test_bridge_without_room),
        cmocka_unit_test(test_bridge_never),
        cmocka_unit_test(test_answers_of_the_campaign),
        cmocka_unit_test(test_when_it_is_written),
        cmocka_unit_test(test_sign_out_in_a_call),
        cmocka_unit_test(test_ready_in_wrap_up),
        cmocka_unit_test(test_leg_lost),
        cmocka_unit_test(test_per_call),
        cmocka_unit_test(test_missed_call),
        cmocka_unit_test(test_late_ring),
        cmocka_unit_test(test_person_leaves_a_ringing_agent),
        cmocka_unit_test(test_manual),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_waiting_people),
        cmocka_unit_test(test_people_before_leads),
        cmocka_unit_test(test_who_hears_of_the_floor),
        cmocka_unit_test(test_replace_waits_for_wrap_up),
        cmocka_unit_test(test_drain),
        cmocka_unit_test(test_hang_up_all),
        cmocka_unit_test(test_free_with_everything_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Agents who pause or sign out while lines ring that count on them. */
#include "unit/engine/fixture_agents.h"

/* A line that rings; its attempt. */
static int64_t line(struct mock *m, struct campaign *c)
{
    int64_t a = m->next_attempt;
    c->want = 1;
    engine_run(m->engine);
    m->now_us += 50000;
    mock_pump(m);
    assert_int_equal(mock_call(m, a)->state, MOCK_PLACED);
    m->now_us += SECOND;
    return a;
}

static unsigned ready(struct mock *m, int64_t c)
{
    struct floor_counts n;
    floor_counts(engine_floor(m->engine), CAMP(c), &n);
    return n.ready;
}

static void check_wish(struct mock *m, int64_t id, enum agent_state then)
{
    IN_STATE(m, id, AGENT_READY);
    assert_int_equal(him(m, id)->then, then);
}

/* He gets the person of the line, and pauses after that call. */
static void test_stays_for_the_line(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    int64_t a = line(m, c);
    assert_int_equal(ready(m, 2), 1);
    OK(order_word(m, 1, AGENT_DO_PAUSE, "tea", NULL));
    check_wish(m, 1, AGENT_PAUSED);
    assert_int_equal(ready(m, 2), 0); /* nobody dials for him any more */
    mock_pump(m);
    check_wish(m, 1, AGENT_PAUSED);
    mock_answer(m, a);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, him(m, 1)->leg.v);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    OK(order_word(m, 1, AGENT_DO_DISPOSE, "sale", NULL));
    IN_STATE(m, 1, AGENT_PAUSED);
    assert_string_equal(mock_last(m, RECORD_AGENT, 1)->key, "tea");
    check_quiet(m);
}

static void test_goes_when_the_line_has_settled(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    int64_t a = line(m, c);
    OK(order_word(m, 1, AGENT_DO_SIGN_OUT, "home", NULL));
    check_wish(m, 1, AGENT_OFF);
    m->now_us += SECOND;
    int64_t b = line(m, c); /* a younger one does not keep him */
    mock_pump(m);
    check_wish(m, 1, AGENT_OFF);
    mock_end(m, a, CAUSE_NO_ANSWER);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_OFF);
    assert_string_equal(mock_last(m, RECORD_AGENT, 1)->key, "home");
    assert_int_equal(mock_call(m, b)->state, MOCK_PLACED);
    check_quiet(m);
}

/* The clock was set back: a line of before is still one of before. */
static void test_stays_when_the_clock_goes_back(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    int64_t a = line(m, c);
    mock_pump(m);
    m->now_us -= 3600 * SECOND;
    OK(order(m, 1, AGENT_DO_PAUSE));
    mock_pump(m);
    check_wish(m, 1, AGENT_PAUSED);
    mock_end(m, a, CAUSE_NO_ANSWER);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_PAUSED);
    check_quiet(m);
}

static void test_now_goes_at_once(void **state)
{
    struct mock *m = mock_new();
    const struct agent_order o = {.kind = AGENT_DO_PAUSE, .now = true};
    struct err err;
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    (void)line(m, c);
    OK(engine_agent_order(m->engine, AGENT(1), &o, &err));
    IN_STATE(m, 1, AGENT_PAUSED);
    OK(order(m, 1, AGENT_DO_READY));
    OK(order(m, 1, AGENT_DO_PAUSE)); /* patience has an end */
    check_wish(m, 1, AGENT_PAUSED);
    OK(engine_agent_order(m->engine, AGENT(1), &o, &err));
    IN_STATE(m, 1, AGENT_PAUSED);
    check_quiet(m);
}

/* There is a ready agent for each line without him. */
static void test_spared_agent_goes_at_once(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    for (int64_t id = 1; id <= 3; id++)
        sign_in(m, id);
    (void)line(m, c);
    OK(order(m, 1, AGENT_DO_PAUSE));
    IN_STATE(m, 1, AGENT_PAUSED);
    (void)line(m, c);
    OK(order(m, 2, AGENT_DO_PAUSE)); /* two lines, two agents */
    check_wish(m, 2, AGENT_PAUSED);
    OK(order(m, 3, AGENT_DO_SIGN_OUT));
    check_wish(m, 3, AGENT_OFF);
    check_quiet(m);
}

static void test_takes_it_back(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    int64_t a = line(m, c);
    OK(order(m, 1, AGENT_DO_PAUSE));
    OK(order(m, 1, AGENT_DO_SIGN_OUT)); /* the last word counts */
    check_wish(m, 1, AGENT_OFF);
    OK(order(m, 1, AGENT_DO_READY));
    check_wish(m, 1, AGENT_READY);
    assert_int_equal(ready(m, 2), 1);
    mock_end(m, a, CAUSE_NO_ANSWER);
    mock_pump(m);
    check_wish(m, 1, AGENT_READY);
    assert_int_equal(order(m, 1, AGENT_DO_READY), TM_ESTATE);
    check_quiet(m);
}

static void test_key_is_a_wish_and_takes_it_back(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    int64_t a = line(m, c);
    mock_key(m, him(m, 1)->leg.v, '0');
    check_wish(m, 1, AGENT_PAUSED);
    mock_key(m, him(m, 1)->leg.v, '0');
    check_wish(m, 1, AGENT_READY);
    mock_key(m, him(m, 1)->leg.v, '0');
    mock_end(m, a, CAUSE_NO_ANSWER);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_PAUSED);
    assert_string_equal(him(m, 1)->reason, "telephone key");
    check_quiet(m);
}

/* No lead for who wants to go. */
static void test_gets_no_lead(void **state)
{
    struct mock *m = mock_new();
    struct err err;
    (void)state;
    struct campaign *c = camp(m, 2);
    (void)camp(m, 1); /* manual */
    sign_in(m, 1);
    (void)line(m, c);
    OK(order(m, 1, AGENT_DO_PAUSE));
    assert_int_equal(order_word(m, 1, AGENT_DO_NEXT, "", &err), TM_ESTATE);
    assert_non_null(strstr(err.text, "'ready' keeps him"));
    OK(order(m, 1, AGENT_DO_READY));
    OK(order(m, 1, AGENT_DO_NEXT));
    IN_STATE(m, 1, AGENT_PREVIEW);
    check_quiet(m);
}

/* Lines of a campaign that is none of his do not keep him. */
static void test_lines_of_others(void **state)
{
    struct mock *m = mock_new();
    struct err err;
    (void)state;
    struct campaign *c = camp(m, 2);
    (void)camp(m, 3);
    sign_in(m, 1);
    const struct agent_setup a = {.id = {1},
                                  .name = "agent-1",
                                  .e164 = 101,
                                  .campaign = {{3}},
                                  .campaigns = 1};
    OK(engine_agent_put(m->engine, &a, &err));
    (void)line(m, c);
    OK(order(m, 1, AGENT_DO_PAUSE));
    IN_STATE(m, 1, AGENT_PAUSED);
    check_quiet(m);
}

static void test_lost_telephone_is_gone_at_once(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    (void)line(m, c);
    OK(order(m, 1, AGENT_DO_PAUSE));
    mock_end(m, him(m, 1)->leg.v, CAUSE_NETWORK);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_OFF);
    check_quiet(m);
}

static void test_rung_telephone_missed(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    put(m, 1, AGENT_LEG_PER_CALL);
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    int64_t a = line(m, c);
    OK(order_word(m, 1, AGENT_DO_SIGN_OUT, "home", NULL));
    check_wish(m, 1, AGENT_OFF);
    mock_answer(m, a);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_RINGING);
    mock_end(m, him(m, 1)->leg.v, CAUSE_NO_ANSWER);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_OFF); /* what he asked for, not a pause */
    assert_string_equal(him(m, 1)->reason, "home");
    check_quiet(m);
}

static void test_many_leave_and_drain(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    for (int64_t id = 1; id <= 40; id++)
        sign_in(m, id);
    for (int i = 0; i < 40; i++)
        (void)line(m, c);
    for (int64_t id = 1; id <= 40; id++) {
        OK(order(m, id, AGENT_DO_PAUSE));
        check_wish(m, id, AGENT_PAUSED);
    }
    assert_int_equal(ready(m, 2), 0);
    OK(order(m, 7, AGENT_DO_READY));
    OK(order(m, 7, AGENT_DO_PAUSE));
    engine_drain(m->engine);
    engine_hang_up_all(m->engine);
    mock_pump(m);
    for (int64_t id = 1; id <= 40; id++)
        IN_STATE(m, id, AGENT_OFF);
    check_quiet(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stays_for_the_line),
        cmocka_unit_test(test_goes_when_the_line_has_settled),
        cmocka_unit_test(test_stays_when_the_clock_goes_back),
        cmocka_unit_test(test_now_goes_at_once),
        cmocka_unit_test(test_spared_agent_goes_at_once),
        cmocka_unit_test(test_takes_it_back),
        cmocka_unit_test(test_key_is_a_wish_and_takes_it_back),
        cmocka_unit_test(test_gets_no_lead),
        cmocka_unit_test(test_lines_of_others),
        cmocka_unit_test(test_lost_telephone_is_gone_at_once),
        cmocka_unit_test(test_rung_telephone_missed),
        cmocka_unit_test(test_many_leave_and_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Calls to us: from the first ring to the campaign, and what goes wrong before
 * it has them. */
#include "base/rng.h"
#include "unit/engine/fixture_agents.h"

#define FROM UINT64_C(12125550177)

/* How many records of that kind name the attempt. */
static size_t records_of(const struct mock *m, enum record_kind kind,
                         int64_t attempt)
{
    size_t n = 0;
    for (size_t i = 0; i < m->records; i++)
        n += m->record[i].kind == kind && m->record[i].attempt == attempt;
    return n;
}

static void test_caller_reaches_an_agent(void **state)
{
    struct mock *m = mock_new();
    const struct lead lead = {.id = {77}};
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    m->called_lead = &lead;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    assert_true(a > 0);
    assert_int_equal(c->callers, 0); /* the store is asked first */
    assert_int_equal(m->asked[0].campaign.v, 2);
    assert_int_equal(m->asked[0].attempt.v, a);
    assert_int_equal(m->asked[0].e164, FROM);
    assert_false(m->asked[0].make);
    assert_int_equal(engine_calls(m->engine), 1);
    mock_pump(m);
    assert_int_equal(c->callers, 1);
    assert_int_equal(c->caller_lead, 77);
    assert_false(c->caller_held);
    assert_string_equal(c->caller_text, "call-id");
    IN_STATE(m, 1, AGENT_TALKING);
    assert_int_equal(mock_call(m, a)->with, him(m, 1)->leg.v);
    assert_int_equal(him(m, 1)->attempt.v, a);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_WRAP);
    assert_int_equal(records_of(m, RECORD_INCOMING, a), 1);
    assert_int_equal(records_of(m, RECORD_ENDED, a), 1);
    assert_int_equal(engine_calls(m->engine), 0);
    check_quiet(m);
}

static void test_nothing_is_answered_before_it_is_recorded(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    (void)camp(m, 2);
    m->store_slow = true;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    mock_pump(m);
    assert_int_equal(records_of(m, RECORD_INCOMING, a), 1);
    assert_int_equal(mock_call(m, a)->state, MOCK_CALLER);
    m->store_slow = false;
    mock_pump(m);
    assert_int_equal(mock_call(m, a)->state, MOCK_UP);
    check_quiet(m);
}

static void test_number_chooses_the_campaign(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *one = camp(m, 2), *two = camp(m, 3);
    assert_int_equal(mock_calls(m, FROM, NUMBER(9)), 0);
    assert_int_equal(engine_calls(m->engine), 0);
    assert_true(mock_calls(m, FROM, NUMBER(3)) > 0);
    mock_pump(m);
    assert_int_equal(one->callers, 0);
    assert_int_equal(two->callers, 1);
    /* Of two with this number the first one that takes him. */
    plans[2].inbound.number[1] = NUMBER(2);
    plans[2].inbound.numbers = 2;
    assert_true(mock_calls(m, FROM, NUMBER(2)) > 0);
    mock_pump(m);
    assert_int_equal(one->callers, 1);
    OK(engine_command(m->engine, CAMP(2), CAMPAIGN_EV_STOP));
    assert_true(mock_calls(m, FROM, NUMBER(2)) > 0);
    mock_pump(m);
    assert_int_equal(one->callers, 1);
    assert_int_equal(two->callers, 2);
    check_quiet(m);
}

static void test_withheld_number_is_not_looked_for(void **state)
{
    struct mock *m = mock_new();
    const struct lead lead = {.id = {77}};
    (void)state;
    struct campaign *c = camp(m, 2);
    m->called_lead = &lead;
    int64_t a = mock_calls(m, 0, NUMBER(2));
    assert_int_equal(m->askings, 0);
    assert_int_equal(engine_deadline_us(m->engine), 0);
    mock_pump(m);
    assert_int_equal(c->callers, 1);
    assert_int_equal(c->caller_lead, 0);
    assert_int_equal(mock_call(m, a)->state, MOCK_UP);
    check_quiet(m);
}

static void test_store_without_time_knows_no_lead(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    m->caller_full = true;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    mock_pump(m);
    assert_int_equal(c->callers, 1);
    assert_int_equal(mock_call(m, a)->state, MOCK_UP);
    check_quiet(m);
}

static void test_lead_in_use_is_said(void **state)
{
    struct mock *m = mock_new();
    const struct lead lead = {.id = {5}};
    (void)state;
    struct campaign *c = camp(m, 2);
    plans[1].inbound.make_leads = true;
    m->called_held = true;
    m->called_lead = &lead;
    (void)mock_calls(m, FROM, NUMBER(2));
    assert_true(m->asked[0].make);
    mock_pump(m);
    assert_true(c->caller_held);
    assert_int_equal(c->caller_lead, 5);
    check_quiet(m);
}

/* He hangs up before the store has found him: he is recorded all the same. */
static void test_gone_before_the_store_answers(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    m->caller_slow = true;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    assert_int_equal(c->callers, 0);
    assert_true(engine_calls(m->engine) + engine_pending(m->engine) > 0);
    m->caller_slow = false;
    mock_pump(m);
    assert_int_equal(c->callers, 1);
    assert_int_equal(records_of(m, RECORD_INCOMING, a), 1);
    assert_int_equal(records_of(m, RECORD_ENDED, a), 1);
    assert_int_equal(engine_calls(m->engine), 0);
    IN_STATE(m, 1, AGENT_READY);
    /* His place is free again. */
    for (int i = 0; i < 3; i++)
        assert_true(mock_calls(m, FROM, NUMBER(2)) > 0);
    mock_pump(m);
    assert_int_equal(c->callers, 4);
    check_quiet(m);
}

static void test_gone_without_a_number(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    int64_t a = mock_calls(m, 0, NUMBER(2));
    struct mock_call *call = mock_call(m, a);
    call->state = MOCK_OVER;
    mock_event(m, (struct carrier_event){.kind = CARRIER_ENDED,
                                         .attempt = {a},
                                         .cause = CAUSE_CALLEE});
    mock_pump(m);
    assert_int_equal(c->callers, 1);
    assert_int_equal(records_of(m, RECORD_ENDED, a), 1);
    assert_int_equal(engine_calls(m->engine), 0);
    check_quiet(m);
}

static void test_gone_when_he_is_answered(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    (void)camp(m, 2);
    sign_in(m, 1);
    m->answer_fails = true;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    mock_pump(m);
    assert_int_equal(records_of(m, RECORD_ENDED, a), 1);
    assert_int_equal(engine_calls(m->engine), 0);
    IN_STATE(m, 1, AGENT_READY);
    check_quiet(m);
}

static void refused(struct mock *m, int64_t a, enum hangup_reason why)
{
    assert_true(a > 0);
    assert_int_equal(engine_calls(m->engine), 1);
    mock_pump(m);
    assert_int_equal(mock_call(m, a)->state, MOCK_OVER);
    assert_int_equal(mock_call(m, a)->why, why);
    assert_int_equal(records_of(m, RECORD_INCOMING, a), 0);
    assert_int_equal(engine_calls(m->engine), 0);
}

static void test_known_but_not_served(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    (void)camp(m, 1);
    struct campaign *c = camp(m, 2);
    c->refuses = TM_ESTATE;
    refused(m, mock_calls(m, FROM, NUMBER(2)), HANGUP_NORMAL);
    c->refuses = TM_EFULL;
    refused(m, mock_calls(m, FROM, NUMBER(2)), HANGUP_BUSY);
    c->refuses = TM_OK;
    m->store_full = true;
    OK(engine_command(m->engine, CAMP(2), CAMPAIGN_EV_PAUSE));
    refused(m, mock_calls(m, FROM, NUMBER(2)), HANGUP_NORMAL);
    m->store_full = false;
    struct campaign_status s;
    OK(engine_status(m->engine, CAMP(2), &s));
    assert_int_equal(s.refused_full, 1);
    assert_int_equal(s.refused_closed, 2);
    OK(engine_status(m->engine, CAMP(1), &s));
    assert_int_equal(s.refused_full + s.refused_closed, 0);
    mock_pass(m, SECOND);
    assert_int_equal(c->callers, 0);
    assert_true(mock_calls(m, FROM, NUMBER(2)) > 0);
    mock_pump(m);
    assert_int_equal(c->callers, 1);
    check_quiet(m);
}

/* Also by himself, in the same instant. */
static void test_refused_has_gone_already(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    c->refuses = TM_EFULL;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    mock_call(m, a)->state = MOCK_OVER;
    mock_event(m, (struct carrier_event){.kind = CARRIER_ENDED,
                                         .attempt = {a},
                                         .cause = CAUSE_CALLEE});
    mock_pump(m);
    assert_int_equal(mock_call(m, a)->why, HANGUP_NORMAL); /* never asked */
    assert_int_equal(engine_calls(m->engine), 0);
    assert_int_equal(engine_pending(m->engine), 0);
    check_quiet(m);
}

static void test_no_more_callers_than_the_plan_takes(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    m->caller_slow = true; /* the campaign does not know of them yet */
    int64_t first = mock_calls(m, FROM, NUMBER(2));
    (void)mock_calls(m, 0, NUMBER(2));
    (void)mock_calls(m, FROM + 1, NUMBER(2));
    int64_t fourth = mock_calls(m, FROM + 2, NUMBER(2));
    mock_pump(m);
    assert_int_equal(mock_call(m, fourth)->why, HANGUP_BUSY);
    assert_int_equal(mock_call(m, fourth)->state, MOCK_OVER);
    m->caller_slow = false;
    mock_pump(m);
    assert_int_equal(c->callers, 3);
    mock_end(m, first, CAUSE_CALLEE);
    mock_pump(m);
    assert_true(mock_calls(m, FROM, NUMBER(2)) > 0);
    mock_pump(m);
    assert_int_equal(c->callers, 4);
    check_quiet(m);
}

/* Leads are not given back between the store's look and its answer; nor does
 * a new plan take over somebody's call. */
static void test_stop_and_new_plan_wait_for_callers(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    m->caller_slow = true;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    const struct campaign_env env = {.tenant = {1},
                                     .id = {2},
                                     .plan = &plans[1],
                                     .next_attempt = &m->next_attempt};
    assert_int_equal(engine_replace(m->engine, &env, CAMPAIGN_RUNNING, NULL),
                     TM_ESTATE);
    c->releases = true;
    OK(engine_command(m->engine, CAMP(2), CAMPAIGN_EV_STOP));
    mock_pass(m, SECOND);
    assert_int_equal(m->releases, 0);
    m->caller_slow = false;
    mock_pass(m, SECOND);
    assert_int_equal(m->releases, 1);
    assert_int_equal(c->callers, 1); /* it is its to turn him away */
    assert_int_equal(engine_replace(m->engine, &env, CAMPAIGN_RUNNING, NULL),
                     TM_ESTATE);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pass(m, SECOND);
    OK(engine_replace(m->engine, &env, CAMPAIGN_RUNNING, NULL));
    mock_pump(m);
    check_quiet(m);
}

static void test_drain(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    sign_in(m, 1);
    m->caller_slow = true;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    engine_drain(m->engine);
    mock_pump(m);
    IN_STATE(m, 1, AGENT_READY); /* somebody may still need him */
    /* 404 would tell the carrier that there is no such number. */
    int64_t late = mock_calls(m, FROM, NUMBER(2));
    assert_true(late > 0);
    assert_int_equal(mock_calls(m, FROM, NUMBER(9)), 0);
    mock_pump(m);
    assert_int_equal(mock_call(m, late)->state, MOCK_OVER);
    assert_int_equal(mock_call(m, late)->why, HANGUP_NORMAL);
    assert_int_equal(records_of(m, RECORD_INCOMING, late), 0);
    m->caller_slow = false;
    mock_pump(m);
    assert_int_equal(c->callers, 1);
    IN_STATE(m, 1, AGENT_TALKING);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pass(m, 60 * SECOND);
    IN_STATE(m, 1, AGENT_OFF);
    assert_int_equal(engine_calls(m->engine) + engine_pending(m->engine), 0);
    check_quiet(m);
}

static void test_hang_up_all_ends_who_rings(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    (void)camp(m, 2);
    m->caller_slow = true;
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    int64_t b = mock_calls(m, 0, NUMBER(2));
    engine_drain(m->engine);
    engine_hang_up_all(m->engine);
    engine_hang_up_all(m->engine);
    assert_int_equal(mock_call(m, a)->why, HANGUP_SHUTDOWN);
    assert_int_equal(mock_call(m, b)->why, HANGUP_SHUTDOWN);
    mock_pump(m);
    m->caller_slow = false;
    mock_pump(m);
    assert_int_equal(records_of(m, RECORD_ENDED, a), 1);
    assert_int_equal(records_of(m, RECORD_ENDED, b), 1);
    check_quiet(m);
}

static void test_held_clock_forbids_only_calls_of_ours(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    struct campaign *c = camp(m, 2);
    engine_hold(m->engine, true);
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    mock_pump(m);
    assert_int_equal(c->callers, 1);
    assert_int_equal(mock_call(m, a)->state, MOCK_UP);
    check_quiet(m);
}

/* An agent whose telephone is rung by that trunk for each person. */
static void ring_him_by(struct mock *m, const char *trunk)
{
    struct agent_setup a = {.id = {1}, .leg = AGENT_LEG_PER_CALL, .e164 = 101};
    struct err err;
    (void)str_copy(a.name, sizeof(a.name), str_of("agent-1"));
    (void)str_copy(a.trunk, sizeof(a.trunk), str_of(trunk));
    OK(engine_agent_put(m->engine, &a, &err));
}

/* Else all callers would wait, and nobody could be rung for any of them. */
static void test_last_line_is_for_a_telephone(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    (void)camp(m, 2);
    ring_him_by(m, "main");
    m->lines = 2;
    /* Nobody is signed in whom it could ring. */
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    int64_t b = mock_calls(m, FROM + 1, NUMBER(2));
    mock_pump(m);
    assert_int_equal(mock_call(m, b)->state, MOCK_UP);
    mock_end(m, a, CAUSE_CALLEE);
    mock_end(m, b, CAUSE_CALLEE);
    mock_pump(m);
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    mock_pump(m);
    OK(order(m, 1, AGENT_DO_PAUSE));
    mock_pass(m, SECOND);
    IN_STATE(m, 1, AGENT_PAUSED);
    a = mock_calls(m, FROM, NUMBER(2));
    mock_pump(m);
    assert_int_equal(mock_call(m, a)->state, MOCK_UP);
    b = mock_calls(m, FROM + 1, NUMBER(2));
    mock_pump(m);
    assert_int_equal(mock_call(m, b)->state, MOCK_OVER);
    assert_int_equal(mock_call(m, b)->why, HANGUP_BUSY);
    assert_int_equal(records_of(m, RECORD_INCOMING, b), 0);
    /* The line is there for him. */
    OK(order(m, 1, AGENT_DO_READY));
    mock_pump(m);
    IN_STATE(m, 1, AGENT_RINGING);
    int64_t leg = him(m, 1)->leg.v;
    assert_int_equal(mock_call(m, leg)->state, MOCK_PLACED);
    mock_end(m, a, CAUSE_CALLEE);
    mock_pump(m);
    check_quiet(m);
}

static void test_other_trunks_telephone_needs_no_line(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    (void)camp(m, 2);
    ring_him_by(m, "second");
    m->lines = 1;
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    mock_pump(m);
    int64_t a = mock_calls(m, FROM, NUMBER(2));
    mock_pump(m);
    assert_int_equal(mock_call(m, a)->state, MOCK_UP);
    check_quiet(m);
}

/* --- anything in any order ------------------------------------------------*/

enum { SEEDS = 300, STEPS = 200 };

static void random_caller(struct mock *m, struct rng *r)
{
    uint64_t from = rng_below(r, 4) == 0 ? 0 : FROM + rng_below(r, 20);
    (void)mock_calls(m, from, NUMBER(1 + rng_below(r, 4)));
}

static void random_end(struct mock *m, struct rng *r)
{
    int64_t n = m->next_attempt - 1;
    if (n > 0)
        mock_end(m, 1 + (int64_t)rng_below(r, (uint64_t)n), CAUSE_CALLEE);
}

static void random_step(struct mock *m, struct rng *r)
{
    switch (rng_below(r, 9)) {
    case 0:
    case 1:
    case 2: random_caller(m, r); break;
    case 3:
    case 4: random_end(m, r); break;
    case 5: m->caller_slow = rng_below(r, 2) == 0; break;
    case 6: m->caller_full = rng_below(r, 4) == 0; break;
    case 7: m->store_slow = rng_below(r, 3) == 0; break;
    default: m->answer_fails = rng_below(r, 2) == 0; break;
    }
    if (rng_below(r, 3) != 0)
        mock_pass(m, (int64_t)rng_below(r, 1000000));
}

/* Everybody who was not refused is recorded once and ends once; nobody who was
 * refused is. */
static void check_records(struct mock *m)
{
    for (int64_t a = 1; a < m->next_attempt; a++) {
        const struct mock_call *c = mock_call(m, a);
        if (!c->caller)
            continue;
        size_t in = records_of(m, RECORD_INCOMING, a);
        assert_true(in <= 1);
        assert_int_equal(records_of(m, RECORD_ENDED, a), in);
        if (in == 0)
            assert_true(c->state == MOCK_OVER);
    }
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct rng r;
        struct mock *m = mock_new();
        struct campaign *c[3];
        print_message("callers seed %u\n", (unsigned)seed);
        rng_init(&r, seed, "callers");
        for (int64_t i = 0; i < 3; i++)
            c[i] = camp(m, i + 1);
        sign_in(m, 1);
        sign_in(m, 2);
        for (int i = 0; i < STEPS && m->next_attempt < MOCK_CALLS - 1; i++)
            random_step(m, &r);
        assert_true(c[0]->callers + c[1]->callers + c[2]->callers > 0);
        m->caller_slow = m->caller_full = m->store_slow = false;
        engine_drain(m->engine);
        mock_pass(m, 60 * SECOND);
        engine_hang_up_all(m->engine);
        mock_pump(m);
        check_records(m);
        check_quiet(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caller_reaches_an_agent),
        cmocka_unit_test(test_nothing_is_answered_before_it_is_recorded),
        cmocka_unit_test(test_number_chooses_the_campaign),
        cmocka_unit_test(test_withheld_number_is_not_looked_for),
        cmocka_unit_test(test_store_without_time_knows_no_lead),
        cmocka_unit_test(test_lead_in_use_is_said),
        cmocka_unit_test(test_gone_before_the_store_answers),
        cmocka_unit_test(test_gone_without_a_number),
        cmocka_unit_test(test_gone_when_he_is_answered),
        cmocka_unit_test(test_known_but_not_served),
        cmocka_unit_test(test_refused_has_gone_already),
        cmocka_unit_test(test_no_more_callers_than_the_plan_takes),
        cmocka_unit_test(test_stop_and_new_plan_wait_for_callers),
        cmocka_unit_test(test_drain),
        cmocka_unit_test(test_hang_up_all_ends_who_rings),
        cmocka_unit_test(test_held_clock_forbids_only_calls_of_ours),
        cmocka_unit_test(test_last_line_is_for_a_telephone),
        cmocka_unit_test(test_other_trunks_telephone_needs_no_line),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

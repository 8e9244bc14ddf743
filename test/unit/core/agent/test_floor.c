#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/agent/floor.h"

#define AGENT(n)    ((struct agent_id){n})
#define CAMPAIGN(n) ((struct campaign_id){n})

static struct floor *f;
static int64_t now;

static int setup(void **state)
{
    (void)state;
    f = floor_new();
    now = 1000;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    floor_free(f);
    return 0;
}

static struct agent_setup person(int64_t id)
{
    struct agent_setup a = {.id = {id}, .e164 = 12125550100};
    (void)snprintf(a.name, sizeof(a.name), "agent-%lld", (long long)id);
    return a;
}

static void put(const struct agent_setup *a)
{
    struct err e = {0};
    assert_int_equal(floor_put(f, a, &e), TM_OK);
}

static void move(int64_t id, enum agent_input in)
{
    assert_true(floor_move(f, AGENT(id), in, ++now));
}

static void ready(int64_t id)
{
    move(id, AGENT_IN_SIGN_IN);
    move(id, AGENT_IN_LEG_UP);
    move(id, AGENT_IN_READY);
}

static void put_ready(int64_t id)
{
    struct agent_setup a = person(id);
    put(&a);
    ready(id);
}

static int64_t take(int64_t campaign)
{
    struct floor_want w = {
        .campaign = {campaign}, .input = AGENT_IN_TALK, .attempt = {70 + now}};
    return floor_take(f, &w, ++now).v;
}

static enum agent_state state_of(int64_t id)
{
    return floor_find(f, AGENT(id))->state;
}

static unsigned counted(int64_t campaign)
{
    struct floor_counts n;
    floor_counts(f, CAMPAIGN(campaign), &n);
    return n.ready;
}

static void test_longest_idle(void **state)
{
    (void)state;
    for (int64_t i = 1; i <= 3; i++)
        put_ready(i);
    move(1, AGENT_IN_PAUSE);
    move(1, AGENT_IN_READY);
    assert_int_equal(take(5), 2);
    assert_int_equal(take(5), 3);
    assert_int_equal(take(5), 1);
    assert_int_equal(take(5), 0);
    move(3, AGENT_IN_CALL_ENDED);
    move(3, AGENT_IN_READY);
    assert_int_equal(take(5), 3);
}

/* A clock that steps back changes nothing of the order. */
static void test_clock_steps_back(void **state)
{
    (void)state;
    put_ready(1);
    now = 10;
    put_ready(2);
    assert_int_equal(take(5), 1);
    assert_int_equal(take(5), 2);
}

static void test_suitable(void **state)
{
    (void)state;
    struct agent_setup a = person(1);
    a.campaigns = 1;
    a.campaign[0] = CAMPAIGN(9);
    put(&a);
    ready(1);
    struct agent_setup b = person(2);
    b.skills = 1;
    strcpy(b.skill[0], "spanish");
    put(&b);
    ready(2);
    put_ready(3);
    struct floor_want w = {.campaign = {5},
                           .input = AGENT_IN_TALK,
                           .skills = floor_skill(f, str_of("spanish"))};
    assert_int_equal(floor_take(f, &w, ++now).v, 2);
    assert_int_equal(floor_take(f, &w, ++now).v, 0);
    assert_int_equal(take(5), 3);
    assert_int_equal(take(5), 0);
    w = (struct floor_want){
        .campaign = {5}, .input = AGENT_IN_LEAD, .only = {1}};
    assert_int_equal(floor_take(f, &w, ++now).v, 0);
    w.campaign = CAMPAIGN(9);
    assert_int_equal(floor_take(f, &w, ++now).v, 1);
    assert_int_equal(state_of(1), AGENT_PREVIEW);
    assert_int_equal(floor_take(f, &w, ++now).v, 0);
}

static void test_campaign_needs_skills(void **state)
{
    (void)state;
    put_ready(1);
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 1, true), TM_OK);
    assert_int_equal(counted(5), 1);
    uint64_t bit = floor_skill(f, str_of("nurse"));
    assert_int_equal(floor_campaign_needs(f, CAMPAIGN(5), bit), TM_OK);
    assert_int_equal(counted(5), 0);
    assert_int_equal(take(5), 0);
    struct agent_setup a = person(1);
    a.skills = 1;
    strcpy(a.skill[0], "nurse");
    put(&a);
    assert_int_equal(counted(5), 1);
    assert_int_equal(take(5), 1);
}

/* What an agent may take changes while he is ready: his turn stays. */
static void test_change_while_ready(void **state)
{
    (void)state;
    for (int64_t i = 1; i <= 3; i++)
        put_ready(i);
    for (int64_t i = 3; i >= 1; i--) {
        struct agent_setup a = person(i);
        a.campaigns = 1;
        a.campaign[0] = CAMPAIGN(5);
        put(&a);
    }
    assert_int_equal(take(6), 0);
    for (int64_t i = 1; i <= 3; i++)
        assert_int_equal(take(5), i);
}

static void test_per_call_rings(void **state)
{
    (void)state;
    struct agent_setup a = person(1);
    a.leg = AGENT_LEG_PER_CALL;
    put(&a);
    ready(1);
    assert_int_equal(take(5), 1);
    assert_int_equal(state_of(1), AGENT_RINGING);
    assert_int_equal(floor_find(f, AGENT(1))->campaign.v, 5);
    move(1, AGENT_IN_NOBODY);
    assert_int_equal(state_of(1), AGENT_READY);
    assert_int_equal(floor_find(f, AGENT(1))->campaign.v, 0);
}

static void busy_counts(unsigned busy, unsigned leaving)
{
    struct floor_counts n;
    floor_counts(f, CAMPAIGN(5), &n);
    assert_int_equal(n.busy, busy);
    assert_int_equal(n.leaving, leaving);
    assert_int_equal(n.agents, n.ready + busy);
}

static void test_notes(void **state)
{
    (void)state;
    put_ready(1);
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 1, true), TM_OK);
    take(5);
    busy_counts(1, 0);
    floor_set_reason(f, AGENT(1), str_of("lunch"));
    move(1, AGENT_IN_PAUSE);
    assert_int_equal(state_of(1), AGENT_TALKING);
    busy_counts(1, 1);
    move(1, AGENT_IN_READY);
    busy_counts(1, 0);
    assert_false(floor_move(f, AGENT(1), AGENT_IN_READY, now));
    move(1, AGENT_IN_SIGN_OUT);
    move(1, AGENT_IN_CALL_ENDED);
    busy_counts(1, 1);
    assert_int_equal(floor_find(f, AGENT(1))->then, AGENT_OFF);
    assert_true(floor_take_back(f, AGENT(1)));
    assert_false(floor_take_back(f, AGENT(1)));
    floor_set_reason(f, AGENT(1), str_of("school"));
    move(1, AGENT_IN_PAUSE);
    move(1, AGENT_IN_READY);
    assert_int_equal(state_of(1), AGENT_PAUSED);
    busy_counts(0, 0);
    struct floor_change c = {0}, last = {0};
    while (floor_changed(f, &c))
        last = c;
    assert_int_equal(last.from, AGENT_WRAP);
    assert_int_equal(last.to, AGENT_PAUSED);
    assert_int_equal(last.campaign.v, 5);
    assert_string_equal(last.reason, "school");
}

/* A line dialled for him alone ended; he wanted to go. */
static void test_nobody_and_a_note(void **state)
{
    (void)state;
    put_ready(1);
    struct floor_want w = {.campaign = {5}, .input = AGENT_IN_DIAL};
    assert_int_equal(floor_take(f, &w, ++now).v, 1);
    move(1, AGENT_IN_SIGN_OUT);
    assert_int_equal(state_of(1), AGENT_DIALLING);
    move(1, AGENT_IN_NOBODY);
    assert_int_equal(state_of(1), AGENT_OFF);
    assert_false(floor_move(f, AGENT(1), AGENT_IN_SIGN_OUT, ++now));
}

static void test_reason_told_afterwards(void **state)
{
    (void)state;
    put_ready(1);
    move(1, AGENT_IN_PAUSE);
    floor_set_reason(f, AGENT(1), str_of("coffee"));
    struct floor_change c = {0};
    size_t n = 0;
    for (; floor_changed(f, &c); n++) {
        assert_int_equal(c.agent.v, 1);
        assert_string_equal(c.reason, n == 3 ? "coffee" : "");
    }
    assert_int_equal(n, 4);
}

/* The call is dialled when he has moved: the change names it. */
static void test_attempt_told_afterwards(void **state)
{
    (void)state;
    put_ready(1);
    struct floor_want w = {.campaign = {5}, .input = AGENT_IN_LEAD};
    assert_int_equal(floor_take(f, &w, ++now).v, 1);
    move(1, AGENT_IN_DIAL);
    floor_set_attempt(f, AGENT(1), CAMPAIGN(5), (struct attempt_id){77});
    struct floor_change c = {0};
    for (size_t n = 0; floor_changed(f, &c); n++)
        assert_int_equal(c.attempt.v, n == 4 ? 77 : 0);
    assert_int_equal(c.to, AGENT_DIALLING);
    floor_set_attempt(f, AGENT(1), CAMPAIGN(5), (struct attempt_id){78});
    assert_false(floor_changed(f, &c));
}

static void test_limits(void **state)
{
    (void)state;
    for (int64_t i = 1; i <= 3; i++) {
        put_ready(i);
        take(5);
        move(i, AGENT_IN_CALL_ENDED);
        floor_set_limit(f, AGENT(i), 9000 - 100 * i);
    }
    assert_int_equal(floor_deadline_us(f), 8700);
    assert_int_equal(floor_due(f, 8699).v, 0);
    assert_int_equal(floor_due(f, 8800).v, 3);
    assert_true(floor_find(f, AGENT(3))->limit_us == INT64_MAX);
    assert_int_equal(floor_due(f, 8800).v, 2);
    assert_int_equal(floor_due(f, 8800).v, 0);
    move(1, AGENT_IN_READY); /* with the state goes its limit */
    assert_true(floor_deadline_us(f) == INT64_MAX);
}

/* One agent for two campaigns serves them by their weights, in turns. */
static void test_one_agent_for_two(void **state)
{
    (void)state;
    put_ready(1);
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 3, true), TM_OK);
    assert_int_equal(floor_campaign(f, CAMPAIGN(6), 1, true), TM_OK);
    unsigned served[2] = {0};
    for (int i = 0; i < 400; i++) {
        assert_int_equal(counted(5) + counted(6), 1);
        int64_t c = counted(5) == 1 ? 5 : 6;
        served[c - 5]++;
        assert_int_equal(take(c), 1);
        assert_int_equal(counted(5) + counted(6), 0);
        move(1, AGENT_IN_CALL_ENDED);
        move(1, AGENT_IN_READY);
    }
    assert_in_range(served[0], 299, 301);
}

/* Agents who only pause and come back do not use up anybody's turn. */
static void test_pauses_keep_turns(void **state)
{
    (void)state;
    put_ready(1);
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 1, true), TM_OK);
    assert_int_equal(floor_campaign(f, CAMPAIGN(6), 1, true), TM_OK);
    int64_t first = counted(5) == 1 ? 5 : 6;
    take(first);
    move(1, AGENT_IN_CALL_ENDED);
    move(1, AGENT_IN_READY);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(counted(11 - first), 1);
        move(1, AGENT_IN_PAUSE);
        move(1, AGENT_IN_READY);
    }
}

static void test_shares(void **state)
{
    (void)state;
    for (int64_t i = 1; i <= 10; i++)
        put_ready(i);
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 1, true), TM_OK);
    assert_int_equal(counted(5), 10);
    assert_int_equal(floor_campaign(f, CAMPAIGN(6), 4, true), TM_OK);
    assert_int_equal(counted(5), 2);
    assert_int_equal(counted(6), 8);
    struct agent_setup a = person(11);
    a.campaigns = 1;
    a.campaign[0] = CAMPAIGN(5);
    put(&a);
    ready(11);
    assert_int_equal(counted(5), 3);
    assert_int_equal(floor_campaign(f, CAMPAIGN(6), 4, false), TM_OK);
    assert_int_equal(counted(5), 11);
    assert_int_equal(counted(6), 0);
    /* An inactive campaign's people are served all the same. */
    assert_int_equal(take(6), 1);
    assert_int_equal(counted(5), 10);
}

static int64_t take_for(int64_t c, enum agent_input in, int64_t only)
{
    struct floor_want w = {
        .campaign = CAMPAIGN(c), .only = AGENT(only), .input = in};
    return floor_take(f, &w, ++now).v;
}

/* While people wait, their agents get neither leads nor lines, whoever asks;
 * others do. */
static void test_people_first(void **state)
{
    (void)state;
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 1, true), TM_OK);
    assert_int_equal(floor_campaign(f, CAMPAIGN(6), 1, false), TM_OK);
    put_ready(1);
    floor_waits(f, CAMPAIGN(6), 1);
    floor_waits(f, CAMPAIGN(6), 1);
    floor_waits(f, CAMPAIGN(6), -1);
    assert_int_equal(floor_waiting(f), 1);
    assert_int_equal(take_for(5, AGENT_IN_LEAD, 0), 0);
    assert_int_equal(take_for(5, AGENT_IN_DIAL, 0), 0);
    assert_int_equal(take_for(5, AGENT_IN_LEAD, 1), 0);
    assert_int_equal(take_for(6, AGENT_IN_LEAD, 0), 0);
    struct agent_setup a = person(2);
    a.campaigns = 1;
    a.campaign[0] = CAMPAIGN(5);
    put(&a);
    ready(2);
    assert_int_equal(take_for(5, AGENT_IN_LEAD, 0), 2);
    move(2, AGENT_IN_NOBODY);
    assert_int_equal(take_for(5, AGENT_IN_DIAL, 0), 2);
    assert_int_equal(take_for(6, AGENT_IN_TALK, 0), 1);
    floor_waits(f, CAMPAIGN(6), -1);
    assert_int_equal(floor_waiting(f), 0);
    move(1, AGENT_IN_CALL_ENDED);
    move(1, AGENT_IN_READY);
    assert_int_equal(take_for(5, AGENT_IN_LEAD, 0), 1);
}

/* Who waits for an agent with a skill keeps nobody else. */
static void test_people_first_by_skill(void **state)
{
    (void)state;
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 1, true), TM_OK);
    assert_int_equal(floor_campaign(f, CAMPAIGN(6), 1, true), TM_OK);
    assert_int_equal(
        floor_campaign_needs(f, CAMPAIGN(6), floor_skill(f, str_of("es"))),
        TM_OK);
    put_ready(1);
    floor_waits(f, CAMPAIGN(6), 1);
    assert_int_equal(take_for(5, AGENT_IN_LEAD, 0), 1);
    floor_waits(f, CAMPAIGN(6), -1);
}

static void test_reshared(void **state)
{
    (void)state;
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 1, true), TM_OK);
    assert_true(floor_reshared(f));
    assert_false(floor_reshared(f));
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 1, true), TM_OK);
    assert_false(floor_reshared(f));
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 2, true), TM_OK);
    assert_true(floor_reshared(f));
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 2, false), TM_OK);
    assert_true(floor_reshared(f));
}

static void test_find(void **state)
{
    (void)state;
    for (int64_t i = 1; i <= 200; i++) {
        struct agent_setup a = person(i);
        put(&a);
    }
    assert_int_equal(floor_agents(f), 200);
    assert_int_equal(floor_find_name(f, str_of("agent-77"))->setup.id.v, 77);
    assert_null(floor_find_name(f, str_of("agent-201")));
    assert_null(floor_find(f, AGENT(201)));
    struct agent_setup a = person(77);
    strcpy(a.name, "ann");
    put(&a);
    assert_null(floor_find_name(f, str_of("agent-77")));
    assert_int_equal(floor_find_name(f, str_of("ann"))->setup.id.v, 77);
    assert_int_equal(floor_agents(f), 200);
    assert_string_equal(floor_at(f, 76)->setup.name, "ann");
}

/* His telephone counts from the next sign-in on, his name at once. */
static void test_telephone(void **state)
{
    (void)state;
    put_ready(1);
    struct agent_setup a = person(1);
    a.e164 = 12125550199;
    a.leg = AGENT_LEG_PER_CALL;
    put(&a);
    assert_true(floor_find(f, AGENT(1))->setup.e164 == 12125550100);
    assert_int_equal(take(5), 1);
    assert_int_equal(state_of(1), AGENT_TALKING);
    move(1, AGENT_IN_CALL_ENDED);
    move(1, AGENT_IN_SIGN_OUT);
    move(1, AGENT_IN_READY);
    move(1, AGENT_IN_SIGN_IN);
    assert_true(floor_find(f, AGENT(1))->setup.e164 == 12125550199);
    assert_int_equal(floor_find(f, AGENT(1))->setup.leg, AGENT_LEG_PER_CALL);
}

static void refused(const struct agent_setup *a, int code, const char *words)
{
    struct err e = {0};
    assert_int_equal(floor_put(f, a, &e), code);
    if (strstr(e.text, words) == NULL)
        fail_msg("%s", e.text);
}

static void test_refusals(void **state)
{
    (void)state;
    struct agent_setup a = person(1);
    strcpy(a.name, "a b");
    refused(&a, TM_EINVAL, "name");
    a.name[0] = '\0';
    refused(&a, TM_EINVAL, "name");
    a = person(0);
    refused(&a, TM_EINVAL, "id");
    a = person(1);
    a.e164 = 0;
    refused(&a, TM_EINVAL, "telephone");
    put_ready(1);
    a = person(2);
    strcpy(a.name, "agent-1");
    refused(&a, TM_EEXIST, "another");
    for (int i = 0; i < 64; i++) {
        char word[AGENT_WORD_MAX];
        (void)snprintf(word, sizeof(word), "skill%d", i);
        assert_true(floor_skill(f, str_of(word)) == UINT64_C(1) << i);
    }
    a = person(2);
    a.skills = 1;
    strcpy(a.skill[0], "one-more");
    refused(&a, TM_ELIMIT, "65th");
    assert_int_equal(floor_agents(f), 1);
    assert_int_equal(floor_campaign(f, CAMPAIGN(5), 0, true), TM_EINVAL);
    for (int64_t i = 1; i <= FLOOR_CAMPAIGNS_MAX; i++)
        assert_int_equal(floor_campaign(f, CAMPAIGN(i), 1, true), TM_OK);
    assert_int_equal(
        floor_campaign(f, CAMPAIGN(FLOOR_CAMPAIGNS_MAX + 1), 1, true),
        TM_ELIMIT);
    assert_false(floor_move(f, AGENT(99), AGENT_IN_SIGN_IN, 1));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_longest_idle),
        CASE(test_clock_steps_back),
        CASE(test_suitable),
        CASE(test_campaign_needs_skills),
        CASE(test_change_while_ready),
        CASE(test_per_call_rings),
        CASE(test_notes),
        CASE(test_nobody_and_a_note),
        CASE(test_reason_told_afterwards),
        CASE(test_attempt_told_afterwards),
        CASE(test_limits),
        CASE(test_one_agent_for_two),
        CASE(test_pauses_keep_turns),
        CASE(test_shares),
        CASE(test_people_first),
        CASE(test_people_first_by_skill),
        CASE(test_reshared),
        CASE(test_find),
        CASE(test_telephone),
        CASE(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Amounts of work in one step of a campaign with agents: many leads that may
 * not be called now, many agents who want one.
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

enum { LEADS = 400, AGENTS = 32, EVERY = 15, RECORDS = 2 * 32 + 32 };

static struct world w;

/* The live plan with a big hopper and another dial mode. */
static void open_mode(const char *mode)
{
    static char text[4096];
    const char *from = strstr(world_live_plan, "dial_mode = predictive\n");
    const char *detect = strstr(world_live_plan, "detect = no\n");
    const char *hopper = strstr(world_live_plan, "hopper = 64\n");
    assert_true(from != NULL && detect != NULL && hopper != NULL);
    snprintf(text, sizeof(text), "%.*sdial_mode = %s\n%.*s%.*shopper = %d\n%s",
             (int)(from - world_live_plan), world_live_plan, mode,
             (int)(detect - strchr(from, '\n') - 1), strchr(from, '\n') + 1,
             (int)(hopper - strchr(detect, '\n') - 1), strchr(detect, '\n') + 1,
             LEADS, hopper + strlen("hopper = 64\n"));
    world_open(&w, text);
    world_say(&w, CAMPAIGN_EV_START);
}

/* One of EVERY may be called; the others asked not to be. */
static void give_leads(enum lead_state state)
{
    static struct lead l[LEADS];
    for (size_t i = 0; i < LEADS; i++) {
        uint64_t e164 = 12124560001 + i;
        l[i] = world_lead((int64_t)i + 1, e164);
        l[i].state = state;
        if ((i + 1) % EVERY != 0)
            suppression_add(&w.suppression, w.env.seller, e164, w.now_us);
    }
    world_leads(&w, l, LEADS, INT64_MAX);
}

static unsigned looking(int64_t agents)
{
    unsigned n = 0;
    for (int64_t a = 1; a <= agents; a++)
        n += world_state(&w, a) == AGENT_PREVIEW;
    return n;
}

/* Steps as long as the campaign wants more at this instant. */
static void go_on(void)
{
    for (int n = 0; campaign_deadline_us(w.campaign) <= w.now_us; n++) {
        assert_in_range(w.out.records, 0, RECORDS);
        assert_in_range(n, 0, 100);
        world_forget(&w);
        world_say(&w, CAMPAIGN_EV_TICK);
    }
}

static void test_leads_that_agents_look_at(void **state)
{
    (void)state;
    open_mode("preview");
    world_agents(&w, AGENTS);
    give_leads(LEAD_NEW);
    go_on();
    assert_int_equal(looking(AGENTS), LEADS / EVERY);
    assert_int_equal(w.campaign->hopper_n, 0);
    world_close(&w);
}

/* Promised calls are looked at in the tick and after it. */
static void test_promised_calls(void **state)
{
    (void)state;
    open_mode("progressive");
    world_agents(&w, AGENTS);
    give_leads(LEAD_CALLBACK);
    go_on();
    world_wait(&w, 300); /* calls per second; the next tick */
    go_on();
    assert_int_equal(w.campaign->crew->tied, LEADS / EVERY);
    assert_int_equal(w.campaign->crew->promised.n, 0);
    world_close(&w);
}

/* Who asks for a lead is told that there may be one. */
static void test_a_lead_by_hand(void **state)
{
    (void)state;
    int rc = TM_ENOTFOUND;
    open_mode("manual");
    world_agents(&w, 1);
    for (uint64_t i = 0; i < 70; i++)
        suppression_add(&w.suppression, w.env.seller, 12124560001 + i,
                        w.now_us);
    give_leads(LEAD_NEW);
    for (int n = 0; rc != TM_OK; n++) {
        assert_in_range(n, 0, 2);
        rc = world_order(&w, 1, AGENT_DO_NEXT, "", 0);
        assert_true(rc == TM_OK || rc == TM_ESTATE);
    }
    assert_int_equal(looking(1), 1);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leads_that_agents_look_at),
        cmocka_unit_test(test_promised_calls),
        cmocka_unit_test(test_a_lead_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * A campaign with agents, call by call: how each dial mode calls, who is
 * joined with whom, who is abandoned, what agents say it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_world.h"

static struct world w;

/* leads with numbers 12124560001 and on; running, agents ready. */
static void begin(int64_t agents, int64_t leads)
{
    struct lead l[64];
    for (int64_t i = 0; i < leads; i++)
        l[i] = world_lead(i + 1, 12124560001 + (uint64_t)i);
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, agents);
    world_leads(&w, l, (size_t)leads, INT64_MAX);
}

static void answer(int64_t attempt)
{
    world_call(&w, attempt, CARRIER_PLACED);
    world_call(&w, attempt, CARRIER_RINGING);
    world_call(&w, attempt, CARRIER_ANSWERED);
}

static void test_answer_meets_an_agent(void **state)
{
    (void)state;
    world_open(&w, world_live_plan);
    begin(1, 3);
    world_forget(&w);
    world_run(&w, 300);
    answer(1);
    world_run(&w, 10000);
    assert_int_equal(world_order(&w, 1, AGENT_DO_HOLD, "", 0), TM_OK);
    world_run(&w, 1000);
    assert_int_equal(world_order(&w, 1, AGENT_DO_RETRIEVE, "", 0), TM_OK);
    world_ended(&w, 1, CAUSE_CALLEE, 0);
    world_run(&w, 5000);
    assert_int_equal(world_order(&w, 1, AGENT_DO_DISPOSE, "sale", 0), TM_OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer_meets_an_agent),
    };
    (void)answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

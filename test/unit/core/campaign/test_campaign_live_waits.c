/*
 * What people wait for, and agents: lines in the air before leads, people on
 * hold, joins that the carrier cannot make.
 */
#include "fixture_live.h"

/* Who answers a line that was dialled before comes first, also when agents ask
 * for leads, or are shown them, from now on. */
static void test_lines_before_leads(void **state)
{
    static const enum dial_mode mode[] = {DIAL_MANUAL, DIAL_PREVIEW};
    (void)state;
    for (int i = 0; i < 2; i++) {
        open_mode("dial_mode = progressive\n");
        begin(2, 8);
        assert_int_equal(count("attempt"), 2);
        rings(1);
        rings(2);
        assert_int_equal(pace(mode[i], 30000), TM_OK);
        world_run(&w, 1000);
        assert_int_equal(world_state(&w, 1), AGENT_READY);
        assert_int_equal(world_state(&w, 2), AGENT_READY);
        if (i == 0)
            assert_int_equal(order(1, AGENT_DO_NEXT), TM_ESTATE);
        assert_true(campaign_oldest_line_us(w.campaign) <= w.now_us - 1000000);
        world_ended(&w, 1, CAUSE_BUSY, 486);
        if (i == 0)
            assert_int_equal(order(1, AGENT_DO_NEXT), TM_OK);
        world_run(&w, 1000);
        assert_int_equal(world_state(&w, 1), AGENT_PREVIEW);
        assert_int_equal(world_state(&w, 2), AGENT_READY);
        world_call(&w, 2, CARRIER_ANSWERED);
        assert_int_equal(world_state(&w, 2), AGENT_TALKING);
        assert_true(campaign_oldest_line_us(w.campaign) == INT64_MAX);
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_before_leads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

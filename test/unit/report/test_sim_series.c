/* Curves of a simulated floor, and their plot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/civil.h"
#include "report/sim_plot.h"
#include "report/sim_series.h"

static const int64_t S = 1000000;
static const int64_t START = INT64_C(1795453200) * 1000000;

enum { PART_S = 2 }; /* of a day of 480 s */

static const struct sim_series_window window = {
    .start_us = INT64_C(1795453200) * 1000000,
    .day_us = INT64_C(480) * 1000000,
    .days = 2,
};

static void agent(struct sim_series_recorder *s, int64_t at_s, int64_t id,
                  enum agent_state state)
{
    struct record r = {.kind = RECORD_AGENT,
                       .at_us = START + at_s * S,
                       .agent = {id},
                       .state = state};
    sim_series_add(s, &r);
}

static void call(struct sim_series_recorder *s, enum record_kind kind,
                 int64_t at_ms, int64_t id, int64_t wait_ms)
{
    struct record r = {.kind = kind,
                       .at_us = START + at_ms * 1000,
                       .attempt = {id},
                       .ring_ms = wait_ms};
    r.abandoned = kind == RECORD_ENDED && wait_ms < 0;
    sim_series_add(s, &r);
}

static double sum(const double *part)
{
    double all = 0;
    for (size_t i = 0; i < SIM_SERIES_POINTS; i++)
        all += part[i] * PART_S;
    return all;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

/* People who called us wait apart, and are in no other curve. */
static void callers_wait(void **state)
{
    (void)state;
    struct sim_series_recorder *s = sim_series_new(&window);
    struct sim_series out;
    call(s, RECORD_INCOMING, 0, 1, 0);
    call(s, RECORD_ANSWERED, 1000, 1, 0);
    call(s, RECORD_INCOMING, 2000, 2, 0);
    call(s, RECORD_ANSWERED, 3000, 2, 0);
    call(s, RECORD_INCOMING, 4000, 3, 0);
    call(s, RECORD_ENDED, 5000, 3, 0);      /* before the answer */
    call(s, RECORD_BRIDGED, 9000, 1, 6000); /* 2 s of greeting */
    call(s, RECORD_ENDED, 13000, 2, 0);     /* gave up */
    call(s, RECORD_BRIDGED, 20000, 1, 0);   /* the next agent */
    call(s, RECORD_ENDED, 60000, 1, 0);
    sim_series_end(s, &out);
    assert_true(out.any_callers);
    assert_true(near(sum(out.callers), 6 + 10));
    assert_true(near(out.callers[2], 1 + 1)); /* from 4 to 6 s: both */
    assert_true(near(sum(out.waiting), 0) && near(sum(out.air), 0));
    assert_true(near(out.live[SIM_SERIES_POINTS - 1], 0));
    sim_series_free(s);
}

static void agents_are_counted_by_time(void **state)
{
    (void)state;
    struct sim_series_recorder *s = sim_series_new(&window);
    struct sim_series out;
    agent(s, 0, 1, AGENT_READY);
    agent(s, 0, 2, AGENT_READY);
    agent(s, 1, 1, AGENT_TALKING);
    agent(s, 101, 1, AGENT_WRAP);
    agent(s, 111, 1, AGENT_READY);
    agent(s, 200, 2, AGENT_OFF);
    sim_series_end(s, &out);
    assert_true(near(sum(out.agents[AGENT_TALKING]), 100));
    assert_true(near(sum(out.agents[AGENT_WRAP]), 10));
    assert_true(near(sum(out.agents[AGENT_READY]), 200 + 1 + 480 - 111));
    assert_true(near(sum(out.agents[AGENT_OFF]), 280));
    /* Half of the first part: one second ready, one talking. */
    assert_true(near(out.agents[AGENT_TALKING][0], 0.5));
    assert_true(near(out.agents[AGENT_READY][0], 1.5));
    sim_series_free(s);
}

static void calls_ring_wait_and_are_lost(void **state)
{
    (void)state;
    struct sim_series_recorder *s = sim_series_new(&window);
    struct sim_series out;
    call(s, RECORD_PLACED, 0, 1, 0);
    call(s, RECORD_PLACED, 0, 2, 0);
    call(s, RECORD_PLACED, 0, 3, 0);
    call(s, RECORD_RINGING, 1000, 1, 0);
    call(s, RECORD_ANSWERED, 10000, 1, 0);
    call(s, RECORD_BRIDGED, 11500, 1, 1500);
    call(s, RECORD_ANSWERED, 12000, 2, 0);
    call(s, RECORD_ENDED, 14000, 2, -1);
    call(s, RECORD_BRIDGED, 15000, 1, 0); /* back from hold: no new answer */
    call(s, RECORD_ENDED, 26000, 3, 0);
    call(s, RECORD_ENDED, 60000, 1, 0);
    call(s, RECORD_ENDED, 60000, 9, -1); /* of no call that was placed */
    sim_series_end(s, &out);
    assert_true(near(sum(out.air), 10 + 12 + 26));
    assert_true(near(sum(out.waiting), 1.5 + 2));
    assert_true(near(out.live[SIM_SERIES_POINTS - 1], 2));
    assert_true(near(out.lost[SIM_SERIES_POINTS - 1], 1));
    /* Two days on one axis: a part is four seconds. */
    assert_true(near(out.live[1], 0) && near(out.live[2], 1));
    assert_true(near(out.lost[2], 0) && near(out.lost[3], 1));
    sim_series_free(s);
}

static void answers_told_stand_for_those_of_records(void **state)
{
    (void)state;
    struct sim_series_recorder *s = sim_series_new(&window);
    struct sim_series out;
    call(s, RECORD_PLACED, 0, 1, 0);
    call(s, RECORD_BRIDGED, 100, 1, 0);
    sim_series_answers(s, START + 60 * S, 10, 1);
    call(s, RECORD_PLACED, 61000, 2, 0);
    call(s, RECORD_BRIDGED, 61000, 2, 0);
    sim_series_answers(s, START + 120 * S, 5, 0);
    sim_series_end(s, &out);
    assert_true(near(out.live[0], 0));
    assert_true(near(out.live[15], 10) && near(out.live[30], 15));
    assert_true(near(out.lost[30], 1));
    sim_series_free(s);
}

static void second_day_counts_for_answers_only(void **state)
{
    (void)state;
    struct sim_series_recorder *s = sim_series_new(&window);
    struct sim_series out;
    int64_t ms = CIVIL_DAY_US / 1000;
    agent(s, 0, 1, AGENT_TALKING);
    agent(s, 480, 1, AGENT_OFF);
    call(s, RECORD_PLACED, ms, 5, 0);
    call(s, RECORD_ANSWERED, ms + 9000, 5, 0);
    call(s, RECORD_BRIDGED, ms + 9000, 5, 0);
    call(s, RECORD_ENDED, ms + 99000, 5, 0);
    sim_series_end(s, &out);
    assert_true(near(sum(out.air), 0));
    assert_true(near(sum(out.agents[AGENT_TALKING]), 480));
    assert_true(near(out.live[121], 0) && near(out.live[122], 1));
    assert_true(near(out.day_h, 480.0 / 3600) && out.days == 2);
    sim_series_free(s);
}

static void a_plot_is_well_formed(void **state)
{
    (void)state;
    double y[3] = {0, 1, 3.5}, z[3] = {0, 0, 0};
    struct sim_plot p = {.title = "People",
                         .unit = " %",
                         .points = 3,
                         .from = 9,
                         .to = 17,
                         .clock = true,
                         .level = 3,
                         .line = {{"first", "good", y}, {"second", "stop", z}},
                         .lines = 2};
    struct buf b;
    buf_init(&b, 1 << 20);
    sim_plot(&b, &p);
    assert_false(b.failed);
    assert_non_null(strstr(b.p, ">9:00<"));
    assert_non_null(strstr(b.p, ">17:00<"));
    assert_non_null(strstr(b.p, "l-good\" d=\"M141.0 160.0L311.0 "));
    assert_non_null(strstr(b.p, "the limit, 3 %"));
    assert_null(strstr(b.p, "nan"));
    /* All zero: an axis all the same. */
    buf_clear(&b);
    p.level = 0;
    p.line[0].y = z;
    p.clock = false;
    p.from = 0;
    p.to = 22;
    sim_plot(&b, &p);
    assert_false(b.failed);
    assert_null(strstr(b.p, "nan"));
    assert_non_null(strstr(b.p, "M141.0 160.0L311.0 160.0L481.0 160.0"));
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agents_are_counted_by_time),
        cmocka_unit_test(calls_ring_wait_and_are_lost),
        cmocka_unit_test(callers_wait),
        cmocka_unit_test(answers_told_stand_for_those_of_records),
        cmocka_unit_test(second_day_counts_for_answers_only),
        cmocka_unit_test(a_plot_is_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

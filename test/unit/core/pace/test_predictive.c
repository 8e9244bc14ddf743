#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "fixture_floor.h"

static const int64_t S = 1000000;
static struct floor floor_a, floor_b;

static double lost_share(const struct floor *f)
{
    return f->live > 0 ? (double)f->lost / (double)f->live : 0.0;
}

/* A day of ten agents: within the law, and half as much talk again as a line
 * for each idle agent gives, which abandons nobody. */
static void test_day(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 10, 1);
    floor_run(&floor_a, 8 * 3600.0 + 60.0);
    floor_init(&floor_b, "progressive", 10, 1);
    floor_run(&floor_b, 8 * 3600.0 + 60.0);
    print_message("talked %.0f s and %.0f s, lost %.2f %%, withdrawn %llu\n",
                  floor_a.talked_s, floor_b.talked_s,
                  100.0 * lost_share(&floor_a),
                  (unsigned long long)floor_a.withdrawn);
    assert_int_equal(floor_b.lost, 0);
    assert_true(lost_share(&floor_a) < 0.03);
    assert_true(lost_share(&floor_a) > 0.02);
    assert_true(floor_a.talked_s > 1.5 * floor_b.talked_s);
    assert_true(floor_a.withdrawn > 0);
}

/* In any state of random floors: nothing without agents, never less than a
 * line for each idle agent, no line withdrawn while one is dialled. */
static void check_order(const struct floor *f, uint64_t seed)
{
    long safe = (long)f->view.now.idle - (long)f->view.ringing -
                (long)f->view.now.waiting;
    const struct predictive_order *o = &f->order;
    bool right = (long)o->dial >= safe &&
                 (f->view.now.agents > 0 || o->dial == 0) &&
                 (o->dial == 0 || o->withdraw == 0) && o->price >= 0.0 &&
                 o->price < 1.0 && o->chance >= 0.0 && o->chance <= 1.0;
    if (!right)
        fail_msg("seed %llu: %u lines of %ld, %u withdrawn, price %f",
                 (unsigned long long)seed, o->dial, safe, o->withdraw,
                 o->price);
}

static void test_bounds_property(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct rng r;
        struct floor *f = &floor_a;
        rng_init(&r, seed, "bounds");
        floor_init(f, "predictive", 1 + (unsigned)rng_below(&r, 12), seed);
        for (int i = 0; i < 1200; i++) {
            if (rng_below(&r, 200) == 0)
                floor_agents(f, (unsigned)rng_below(&r, 13));
            if (rng_below(&r, 400) == 0)
                f->p_human = 0.02 + 0.9 * rng_unit(&r);
            if (rng_below(&r, 400) == 0)
                f->talk_s = 5.0 + 200.0 * rng_unit(&r);
            if (rng_below(&r, 300) == 0)
                f->clock_skew_us += (int64_t)rng_below(&r, 20000000) - 12000000;
            floor_step(f);
            check_order(f, seed);
        }
    }
}

/* The first minute, while nothing is known of the list: as progressive, or
 * nearly so. */
static void test_careful_start(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 10, 3);
    floor_run(&floor_a, 5.0);
    assert_int_equal(floor_a.dials, 10);
    floor_run(&floor_a, 60.0);
    assert_true(floor_a.lost <= 1);
}

static void test_nobody_there(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 0, 4);
    floor_run(&floor_a, 600.0);
    assert_int_equal(floor_a.dials, 0);
    floor_agents(&floor_a, 8);
    floor_run(&floor_a, 300.0);
    assert_true(floor_a.dials > 0);
    /* All go home: what rings is not added to, and given up in time. */
    floor_agents(&floor_a, 0);
    uint64_t dials = floor_a.dials, withdrawn = floor_a.withdrawn;
    floor_run(&floor_a, 300.0);
    assert_int_equal(floor_a.dials, dials);
    assert_int_equal(floor_a.lines, 0);
    assert_true(floor_a.withdrawn > withdrawn);
}

/* Known leavers count for nothing: fewer lines at the same moment. */
static void test_leaving_agents(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 20, 5);
    floor_run(&floor_a, 1800.0);
    unsigned with = 0, without = 0;
    for (int i = 0; i < 1000; i++) {
        floor_b = floor_a;
        floor_b.leaving_more = 15;
        floor_step(&floor_a);
        floor_step(&floor_b);
        with += floor_a.order.dial;
        without += floor_b.order.dial;
    }
    print_message("lines %u, with leavers %u\n", with, without);
    assert_true(2 * without < with);
}

/* Losses lower the price, answers raise it, within bounds. */
static void test_price(void **state)
{
    (void)state;
    struct budget b;
    struct budget_window w = {.live = 10000, .lost = 200, .left_us = 3600 * S};
    budget_init(&b, 0.03, 0.0);
    budget_rate(&b, 400.0);
    double first = budget_price(&b, &w);
    budget_settled(&b, true);
    double after_loss = budget_price(&b, &w);
    assert_true(after_loss < first);
    for (int i = 0; i < 60; i++)
        budget_settled(&b, false);
    assert_true(budget_price(&b, &w) > after_loss);
    for (int i = 0; i < 100000; i++)
        budget_settled(&b, false);
    assert_true(budget_price(&b, &w) <= 0.5 * 1.4 + 1e-9);
    for (int i = 0; i < 1000; i++)
        budget_settled(&b, true);
    double least = budget_price(&b, &w);
    assert_true(least > 0.0 && least < 0.003);
    /* Deep in debt nothing is risked, though weeks are left: a list that runs
     * out makes this the whole window. */
    w = (struct budget_window){
        .live = 1000, .lost = 45, .left_us = 600 * INT64_C(3600) * S};
    assert_true(budget_price(&b, &w) <= 0.0);
    w.lost = 31;
    assert_true(budget_price(&b, &w) > 0.0);
}

/* A window whose budget is gone risks nothing, one with wrong verdicts has
 * less to risk, and near its end only what is saved. */
static void test_window(void **state)
{
    (void)state;
    struct budget b, wrong;
    budget_init(&b, 0.03, 0.0);
    budget_rate(&b, 400.0);
    struct budget_window gone = {1000, 40, 3600 * S};
    assert_true(budget_price(&b, &gone) <= 0.0);
    struct budget_window end = {1000, 29, 60 * S};
    assert_true(budget_price(&b, &end) < 0.001);
    struct budget_window saved = {1000, 5, 60 * S};
    assert_true(budget_price(&b, &saved) > 0.02);
    struct budget_window unknown = {1000, 5, 0};
    assert_true(budget_price(&b, &unknown) >= 0.0);
    budget_init(&wrong, 0.03, 0.01);
    budget_rate(&wrong, 400.0);
    struct budget_window fresh = {100000, 3000, 100 * 3600 * S};
    assert_true(budget_price(&wrong, &fresh) < budget_price(&b, &fresh));
}

/* A clock that jumps back an hour every ten minutes costs nothing. */
static void test_clock_jumps_back(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 10, 6);
    floor_init(&floor_b, "predictive", 10, 6);
    for (int i = 0; i < 12; i++) {
        floor_run(&floor_a, 600.0);
        floor_run(&floor_b, 600.0);
        floor_b.clock_skew_us -= 3600 * S;
    }
    print_message("talked %.0f s and %.0f s\n", floor_a.talked_s,
                  floor_b.talked_s);
    assert_true(floor_b.talked_s > 0.88 * floor_a.talked_s);
    assert_true(lost_share(&floor_b) < 0.04);
    assert_int_equal(floor_b.policy.facts.lines.all, floor_b.lines);
}

/* A night without decisions is not evidence that nobody answers. */
static void test_night(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 10, 7);
    floor_run(&floor_a, 3600.0);
    double before = floor_a.policy.facts.budget.answers_hour;
    floor_a.stop_us = floor_a.now_us;
    floor_run(&floor_a, 900.0); /* calls in hand are finished */
    floor_a.clock_skew_us += 16 * 3600 * S;
    floor_a.stop_us = floor_a.now_us + 3600 * S;
    floor_run(&floor_a, 30.0);
    double after = floor_a.policy.facts.budget.answers_hour;
    assert_true(after > 0.8 * before && after < 1.2 * before);
}

/* Ends that nobody began change no count. */
static void test_unknown_events(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 5, 8);
    floor_run(&floor_a, 120.0);
    struct predictive *p = &floor_a.policy.facts;
    uint32_t lines = p->lines.all, talks = p->talking.all;
    double seen = p->level.answered;
    int64_t never = floor_a.now_us - 100 * 3600 * S;
    for (int i = 0; i < 50; i++) {
        predictive_line_ended(p, floor_a.now_us, never, LASTING_GOAL);
        predictive_talk_ended(p, floor_a.now_us, never, LASTING_GOAL);
        predictive_wrap_ended(p, floor_a.now_us, never, LASTING_GOAL);
    }
    assert_int_equal(p->lines.all, lines);
    assert_int_equal(p->talking.all, talks);
    assert_true(p->level.answered <= seen);
    floor_run(&floor_a, 120.0);
    assert_int_equal(p->lines.all, floor_a.lines);
}

/* Lines whose end is never told do not hold the floor for ever. */
static void test_forgotten_lines(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 4, 9);
    for (int i = 0; i < 100; i++)
        (void)predictive_dialled(&floor_a.policy.facts, floor_a.now_us);
    floor_run(&floor_a, 10.0);
    assert_int_equal(floor_a.dials, 0);
    floor_run(&floor_a, 180.0);
    assert_true(floor_a.dials > 0);
}

/* Five hundred agents begin at once: nobody knows yet when people answer, and
 * silence of young lines must not look like a list of nobodies, neither before
 * the first rings are over nor when a tick has more answers than a memory. */
static void test_cold_start_of_many(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 500, 5);
    floor_run(&floor_a, 29.0);
    assert_true(floor_a.dials <= 1000 + floor_a.live);
    for (int i = 0; i < 4 * 120; i++) {
        floor_step(&floor_a);
        assert_true(floor_a.lines < 4000);
    }
    print_message("five hundred: %llu answered, %llu lost\n",
                  (unsigned long long)floor_a.live,
                  (unsigned long long)floor_a.lost);
    assert_true(floor_a.live > 1000);
    assert_true(floor_a.lost * 50 < floor_a.live);
}

/* What an agent says was a machine leaves the price as it was. */
static void test_machine_is_taken_back(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 4, 3);
    struct predictive *p = &floor_a.policy.facts;
    double price = p->budget.log_price;
    predictive_settled(p, false);
    assert_true(p->budget.log_price > price);
    predictive_was_machine(p);
    assert_true(p->budget.log_price > price - 1e-9);
    assert_true(p->budget.log_price < price + 1e-9);
    /* Told late, the rate of answers stays a rate. */
    for (int i = 0; i < 20; i++)
        predictive_was_machine(p);
    floor_run(&floor_a, 120.0);
    assert_true(p->budget.answers_hour >= 0.0);
}

/* Answers that come when a line may be withdrawn are no reason to hold back,
 * where they are many; where lines may not be withdrawn they are. */
static void test_late_answers(void **state)
{
    (void)state;
    double sum[2] = {0.0, 0.0};
    for (int way = 0; way < 2; way++) {
        struct predictive_setup setup = {.limit = 0.03,
                                         .hold_us = 2 * S,
                                         .withdraw_us = way == 0 ? 15 * S : 0};
        struct predictive *p = &floor_a.policy.facts;
        int64_t now_us = 1000 * S;
        predictive_init(p, &setup, now_us);
        for (int i = 0; i < 400; i++) { /* all answer after 20 s */
            int64_t mark = predictive_dialled(p, now_us);
            now_us += 20 * S;
            predictive_line_ended(p, now_us, mark, LASTING_GOAL);
            predictive_observe(p, now_us);
        }
        for (unsigned k = 0; k < PREDICTIVE_HORIZONS; k++)
            sum[way] += p->new_answers[k];
    }
    assert_true(sum[0] < 0.1 * sum[1]);
}

/* The more people are expected to call us, the fewer lines are dialled and
 * the more are given up, whatever the floor stands like. */
static void test_callers_property(void **state)
{
    (void)state;
    static const double rates[] = {0.0, 0.003, 0.03, 0.1, 0.5, 3.0};
    unsigned dials[6] = {0}, withdrawn[6] = {0};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct rng r;
        rng_init(&r, seed, "callers");
        floor_init(&floor_a, "predictive", 1 + (unsigned)rng_below(&r, 40),
                   seed);
        floor_run(&floor_a, 400.0);
        for (int i = 0; i < 400; i++) {
            unsigned most = UINT32_MAX, least = 0;
            for (unsigned k = 0; k < 6; k++) {
                floor_b = floor_a;
                floor_b.told_per_s = rates[k];
                floor_step(&floor_b);
                const struct predictive_order *o = &floor_b.order;
                if (o->dial > most || (o->dial == 0 && o->withdraw < least))
                    fail_msg("seed %llu, %g called a second: %u dialled, %u "
                             "withdrawn",
                             (unsigned long long)seed, rates[k], o->dial,
                             o->withdraw);
                most = o->dial;
                least = o->withdraw;
                dials[k] += o->dial;
                withdrawn[k] += o->withdraw;
            }
            floor_step(&floor_a);
        }
    }
    print_message("dialled %u, %u, %u, %u, %u, %u; withdrawn %u to %u\n",
                  dials[0], dials[1], dials[2], dials[3], dials[4], dials[5],
                  withdrawn[0], withdrawn[5]);
    assert_true(dials[0] > dials[1] && dials[1] > dials[2]);
    assert_true(dials[2] > 2 * dials[5]);
    assert_true(withdrawn[5] > withdrawn[0]);
}

/* Two agents whom somebody calls every minute: lines go on, and the budget
 * holds. */
static void test_callers_and_budget(void **state)
{
    (void)state;
    floor_init(&floor_a, "predictive", 2, 11);
    floor_a.calls_per_s = floor_a.told_per_s = 1.0 / 60;
    floor_run(&floor_a, 8 * 3600.0 + 60.0);
    print_message("talked %.0f s, %llu of %llu lost\n", floor_a.talked_s,
                  (unsigned long long)floor_a.lost,
                  (unsigned long long)floor_a.live);
    assert_true(lost_share(&floor_a) <= 0.03);
    assert_true(floor_a.live > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_day),
        cmocka_unit_test(test_bounds_property),
        cmocka_unit_test(test_careful_start),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_leaving_agents),
        cmocka_unit_test(test_price),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_clock_jumps_back),
        cmocka_unit_test(test_night),
        cmocka_unit_test(test_unknown_events),
        cmocka_unit_test(test_forgotten_lines),
        cmocka_unit_test(test_cold_start_of_many),
        cmocka_unit_test(test_machine_is_taken_back),
        cmocka_unit_test(test_late_answers),
        cmocka_unit_test(test_callers_property),
        cmocka_unit_test(test_callers_and_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

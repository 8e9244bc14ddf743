#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/assert.h"
#include "fixture_floor.h"

static struct floor floor_a;

static void test_parse(void **state)
{
    (void)state;
    struct policy_params p;
    struct err e = {0};
    assert_int_equal(policy_parse(str_of("power:r=2.9"), &p, &e), 0);
    assert_int_equal(p.kind, POLICY_POWER);
    assert_true(p.r > 2.89 && p.r < 2.91);
    assert_int_equal(
        policy_parse(str_of("vicidial:mode=average,max=4,avail=1,drop=2.5"), &p,
                     &e),
        0);
    assert_int_equal(p.mode, POLICY_CUT_AVERAGE);
    assert_true(p.available_only && p.max > 3.9 && p.drop < 2.6);
    assert_int_equal(policy_parse(str_of("predictive"), &p, &e), 0);
    assert_int_equal(p.kind, POLICY_PREDICTIVE);
}

/* What is written is read back as the same. */
static void test_text(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "progressive",
        "power:r=2.9",
        "power:r=100",
        "vicidial:mode=hard,max=3,avail=0,drop=3",
        "vicidial:mode=tapered,max=4.25,avail=1,drop=0.01",
        "erlang_b:b=0.028",
        "credit",
        "predictive",
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct policy_params p, back;
        struct err e = {0};
        char text[POLICY_TEXT_MAX];
        assert_int_equal(policy_parse(str_of(ways[i]), &p, &e), 0);
        policy_text(&p, text);
        assert_string_equal(text, ways[i]);
        assert_int_equal(policy_parse(str_of(text), &back, &e), 0);
        assert_int_equal(back.kind, p.kind);
        assert_int_equal(back.mode, p.mode);
        assert_int_equal(back.available_only, p.available_only);
    }
    /* The longest there is fits. */
    struct policy_params p = {.kind = POLICY_VICIDIAL,
                              .mode = POLICY_CUT_AVERAGE,
                              .max = 1.23456789e-300,
                              .drop = 1.23456789e-300};
    char text[POLICY_TEXT_MAX];
    policy_text(&p, text);
    assert_non_null(strstr(text, "drop=1.23457e-300"));
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "power:",
        "POWER",
        "power:r",
        "power:r=",
        "power:r=0.5",
        "power:r=1e9",
        "power:q=2",
        "power:r=2,",
        "erlang_b:b=1",
        "vicidial:avail=2",
        "vicidial:mode=soft",
        "predictive:r=2",
        "credit:b=0.1",
        "power:r=nan",
    };
    for (size_t i = 0; i < tm_array_len(wrong); i++) {
        struct policy_params p = {.r = -7.0};
        struct err e = {0};
        int rc = policy_parse(str_of(wrong[i]), &p, &e);
        if (rc != TM_EINVAL || e.text[0] == '\0' || p.r > -7.0)
            fail_msg("'%s' gave %d '%s'", wrong[i], rc, e.text);
    }
}

static double talk_share(const char *policy, unsigned agents)
{
    floor_init(&floor_a, policy, agents, 1);
    floor_run(&floor_a, 2 * 3600.0);
    double share = floor_a.talked_s / (agents * 2 * 3600.0);
    double lost = (double)floor_a.lost / (double)floor_a.live;
    print_message("%-28s talk %.3f, lost %.4f\n", policy, share, lost);
    return share;
}

/* The order in which they stand on a quiet floor; more lines, more talk. */
static void test_ways_on_a_floor(void **state)
{
    (void)state;
    double one = talk_share("progressive", 20);
    assert_int_equal(floor_a.lost, 0);
    assert_true(talk_share("power:r=1", 20) > 0.999 * one);
    assert_true(talk_share("power:r=1", 20) < 1.001 * one);
    assert_true(talk_share("power:r=2", 20) > 1.2 * one);
    assert_true(talk_share("credit", 20) > 1.1 * one);
    double ours = talk_share("predictive", 20);
    assert_true(ours > 1.5 * one);
    double level = talk_share("vicidial:mode=tapered", 20);
    assert_true(level > 0.9 * one && level < ours);
    double erlang = talk_share("erlang_b:b=0.028", 20);
    double lost = (double)floor_a.lost / (double)floor_a.live;
    assert_true(erlang > one && erlang < ours);
    assert_true(lost > 0.005 && lost < 0.06);
}

/* Over the target: hard falls back to one to one at once. */
static void test_vicidial_cuts(void **state)
{
    (void)state;
    floor_init(&floor_a, "vicidial:mode=hard,max=3,drop=1", 10, 2);
    floor_run(&floor_a, 900.0);
    floor_a.live += 1000; /* a bad morning, as told */
    floor_a.lost += 500;
    floor_run(&floor_a, 90.0);
    assert_true(floor_a.policy.level.level < 1.0001);
    floor_init(&floor_a, "vicidial:mode=hard,max=3,drop=1", 10, 2);
    floor_run(&floor_a, 990.0);
    assert_true(floor_a.policy.level.level > 1.0001 || floor_a.lost > 0);
}

static void test_nobody_there(void **state)
{
    (void)state;
    static const char *const all[] = {
        "progressive", "power:r=3", "vicidial", "erlang_b", "credit",
    };
    for (size_t i = 0; i < tm_array_len(all); i++) {
        floor_init(&floor_a, all[i], 0, 3);
        floor_run(&floor_a, 60.0);
        if (floor_a.dials != 0)
            fail_msg("%s dials for nobody", all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_ways_on_a_floor),
        cmocka_unit_test(test_vicidial_cuts),
        cmocka_unit_test(test_nobody_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Scenario files: keys, `at` lines, the campaign's part, messages. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sim/scenario.h"
#include "unit/sim/fixture_day.h"

struct desk {
    struct arena arena;
    struct scenario s;
    struct err e;
};

static int load(struct desk *d, const char *text)
{
    arena_init(&d->arena);
    scenario_init(&d->s);
    d->e = (struct err){0};
    return scenario_load(&d->s, &d->arena, "day.scn", str_of(text), &d->e);
}

static void desk_fini(struct desk *d)
{
    arena_fini(&d->arena);
}

/* Every key of the pacing scenarios (their table, and their files' way of
 * writing). */
static void test_pacing_keys(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(
        load(&d,
             "# agents\nname = lunch_notice\nagents = 25\ndays = 22\n"
             "hours = 8\np_human = 0.20\np_machine = 0.42\np_busy = 0.10\n"
             "ring = tri 6 9.5 18       # to the end of the greeting\n"
             "mach_t = uniform 16 24\nbusy_t = uniform 2 5\n"
             "ring_timeout = 26\ntalk = lognormal 45 0.9 4 1200\n"
             "wrap = gamma 15 0.6 4 300\nshort_frac = .35\nshort_mean = 9\n"
             "hold = 2\namd = 0\namd_fp = .01\namd_fn = .08\namd_lo = .1\n"
             "amd_hi = .8\nmach_handle = 9\nblock = 100\nblock_cv = 0.6\n"
             "list_size = 15000\npass_decay = 0.7\nsw_hi = 1.6\nsw_lo = 0.4\n"
             "sw_mean = 120\nbrk_rate = 0.6\nbrk_mean = 480\nbrk_notice = 60\n"
             "cps = 2.5\nat = 12:00 logout 10 600 60 13:00\n"
             "at = 09:40 logout 8 5 0 never\nat = 13:00 login 10 30\n"
             "at = 11:00 p .35\nat = 12:30 talk 0.5\nagents = 30\n"),
        TM_OK);
    const struct scenario *s = &d.s;
    assert_string_equal(s->name, "lunch_notice");
    assert_int_equal(s->agents, 30); /* the last stands */
    assert_int_equal(s->days, 22);
    assert_int_equal(s->world.p_machine, 420000);
    assert_int_equal(s->short_frac, 350000);
    assert_int_equal(s->amd, 0);
    assert_int_equal(s->block, 100);
    assert_true(s->pass_decay == 0.7 && s->brk_notice == 60 && s->cps == 2.5);
    assert_int_equal(s->talk.kind, DISTRIBUTION_LOGNORMAL);
    assert_int_equal(s->ats, 5);
    assert_int_equal(s->at[0].change, SCENARIO_LOGOUT);
    assert_int_equal(s->at[0].at_s, 12 * 3600);
    assert_int_equal(s->at[0].agents, 10);
    assert_true(s->at[0].spread_s == 600 && s->at[0].notice_s == 60);
    assert_int_equal(s->at[0].back_s, 13 * 3600);
    assert_int_equal(s->at[1].back_s, -1);
    assert_int_equal(s->at[2].change, SCENARIO_LOGIN);
    assert_true(s->at[3].change == SCENARIO_ANSWER_RATE &&
                s->at[3].value == 0.35);
    assert_true(s->at[4].change == SCENARIO_TALK && s->at[4].value == 0.5);
    desk_fini(&d);
}

static void test_defaults(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(load(&d, ""), TM_OK);
    assert_int_equal(d.s.agents, 25);
    assert_int_equal(d.s.days, 5);
    assert_true(d.s.hours == 8 && d.s.hold == 2 && d.s.ring_timeout == 26);
    assert_int_equal(d.s.world.p_human, 200000);
    assert_int_equal(d.s.list_size, 0);
    assert_int_equal(scenario_end_us(&d.s) - scenario_start_us(&d.s),
                     4 * CIVIL_DAY_US + 8 * CIVIL_HOUR_US);
    desk_fini(&d);
}

static void test_the_day(void **state)
{
    (void)state;
    struct desk d;
    int64_t us;
    assert_true(civil_parse_instant(str_of("2026-07-01T13:30:00Z"), &us));
    assert_int_equal(load(&d, "start = 2026-07-01T13:30Z\ndays = 1\n"
                              "hours = 0.5\nzones = eastern:3 hawaii:1\n"),
                     TM_OK);
    assert_true(scenario_start_us(&d.s) == us);
    assert_true(scenario_end_us(&d.s) == us + 30 * CIVIL_MINUTE_US);
    assert_int_equal(d.s.zone[SCENARIO_EASTERN], 3);
    assert_int_equal(d.s.zone[SCENARIO_PACIFIC], 0);
    desk_fini(&d);
    assert_int_equal(load(&d, "begin = 13:30\nday = 2026-07-01\n"), TM_OK);
    assert_true(scenario_start_us(&d.s) == us);
    desk_fini(&d);
}

/* The campaign's part keeps its line numbers. */
static void test_campaign(void **state)
{
    (void)state;
    struct desk d;
    const struct plan *plan;
    struct err e;
    assert_int_equal(load(&d, "name = x\n[people]\np_human = 0.5\n\n"
                              "[campaign]\nname = c\nsellr = s\n"),
                     TM_OK);
    assert_int_equal(d.s.world.p_human, 500000);
    assert_int_equal(plan_parse(&d.arena, "day.scn", d.s.campaign, &plan, &e),
                     TM_EINVAL);
    if (strstr(e.text, "day.scn:7: ") != e.text)
        fail_msg("%s", e.text);
    desk_fini(&d);
    assert_int_equal(load(&d, "campaign = other.campaign\n"), TM_OK);
    assert_true(str_eq(d.s.campaign_file, "other.campaign"));
    assert_int_equal(d.s.campaign.n, 0);
    desk_fini(&d);
}

static void test_the_example(void **state)
{
    (void)state;
    struct desk d;
    struct err e;
    const struct plan *plan;
    size_t n;
    char *text = fixture_day_read(SOURCE_DIR "/examples/day.scn", &n);
    if (load(&d, text) != TM_OK)
        fail_msg("%s", d.e.text);
    if (plan_parse(&d.arena, "day.scn", d.s.campaign, &plan, &e) != TM_OK)
        fail_msg("%s", e.text);
    assert_int_equal(d.s.list_size, 100000);
    desk_fini(&d);
    test_free(text);
}

static void test_messages(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } table[] = {
        {"a = 1\n", "day.scn:1: \"a\" is no key of a scenario"},
        {"\nagents = many\n", "day.scn:2: agents is a whole number"},
        {"agents = 20001\n", "day.scn:1: agents is a whole number"},
        {"days = 0\n", "day.scn:1: days is a whole number from 1"},
        {"hours = 25\n", "day.scn:1: hours is a number"},
        {"consent = 101 %\n", "day.scn:1: consent is a share"},
        {"consent = 80 %\nwithdrawn = 30 %\n", "may add up to 1"},
        {"talk = often\n", "day.scn:1: talk: "},
        {"at = 25:00 p 0.1\n", "day.scn:1: at is HH:MM"},
        {"at = 12:00 p\n", "day.scn:1: at is HH:MM"},
        {"at = 12:00 p 1.1\n", "day.scn:1: at is HH:MM"},
        {"at = 12:00 talk 0\n", "day.scn:1: at is HH:MM"},
        {"at = 12:00 logout 10 600 60\n", "day.scn:1: at is HH:MM"},
        {"at = 12:00 logout 10 600 60 13:00 14:00\n", "day.scn:1: at is"},
        {"at = 12:00 login 10\n", "day.scn:1: at is HH:MM"},
        {"zones = mars:1\n", "day.scn:1: zones is ZONE:WEIGHT"},
        {"zones = eastern\n", "day.scn:1: zones is ZONE:WEIGHT"},
        {"rules = none\n", "day.scn:1: rules is law or allow"},
        {"day = 2026-02-30\n", "day.scn:1: day is a date"},
        {"begin = 9\n", "day.scn:1: begin is a time"},
        {"start = soon\n", "day.scn:1: start is an instant"},
        {"p_human = 2\n", "day.scn:1: p_human is a share"},
        {"p_human = 0.9\np_machine = 0.9\n", "day.scn: p_human"},
        {"[peple]\n", "day.scn:1: section [peple]"},
        {"[people]\nagents = 5\n",
         "day.scn:2: \"agents\" is no key of [people]"},
        {"campaign = a\n[campaign]\nname = x\n", "given twice"},
    };
    for (size_t i = 0; i < tm_array_len(table); i++) {
        struct desk d;
        int rc = load(&d, table[i].text);
        if (rc != TM_EINVAL || strstr(d.e.text, table[i].says) == NULL)
            fail_msg("%s gives %d: %s", table[i].text, rc, d.e.text);
        desk_fini(&d);
    }
}

static void test_set(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(load(&d, "list_size = 5\n"), TM_OK);
    assert_int_equal(
        scenario_set(&d.s, &d.arena, str_of("list_size"), str_of("77"), &d.e),
        TM_OK);
    assert_int_equal(d.s.list_size, 77);
    assert_int_equal(
        scenario_set(&d.s, &d.arena, str_of("p_human"), str_of("30 %"), &d.e),
        TM_OK);
    assert_int_equal(d.s.world.p_human, 300000);
    assert_int_equal(
        scenario_set(&d.s, &d.arena, str_of("x"), str_of("1"), &d.e),
        TM_EINVAL);
    desk_fini(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pacing_keys), cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_the_day),     cmocka_unit_test(test_campaign),
        cmocka_unit_test(test_the_example), cmocka_unit_test(test_messages),
        cmocka_unit_test(test_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/person.h"

enum { NUMBERS = 20000 };

static const uint64_t FIRST = 12125550000ULL;

static void load(struct person_world *w, const char *text)
{
    struct err e = {0};
    if (person_world_load(w, "test", str_of(text), &e) != 0)
        fail_msg("%s", e.text);
}

/* Within 4.5 standard deviations of a binomial share. */
static void check_share(const char *what, unsigned n, unsigned of, double p)
{
    double error = sqrt(p * (1 - p) / of);
    if (fabs((double)n / of - p) > 4.5 * error + 1e-12)
        fail_msg("%s: %u of %u, expected %.4f", what, n, of, p);
}

static void count_kinds(const struct person_world *w, unsigned nth,
                        unsigned n[PERSON_KIND_COUNT])
{
    memset(n, 0, PERSON_KIND_COUNT * sizeof n[0]);
    for (uint64_t i = 0; i < NUMBERS; i++) {
        struct person_call c;
        person_call_of(w, FIRST + i, nth, &c);
        n[c.kind]++;
    }
}

static void check_kinds(const struct person_world *w, unsigned nth)
{
    unsigned n[PERSON_KIND_COUNT];
    count_kinds(w, nth, n);
    unsigned persons = n[PERSON_ANSWERS] + n[PERSON_SILENT_ANSWER] +
                       n[PERSON_HANGS_UP_AT_ONCE];
    check_share("persons", persons, NUMBERS, w->p_human / 1e6);
    check_share("machines", n[PERSON_MACHINE], NUMBERS, w->p_machine / 1e6);
    check_share("busy", n[PERSON_BUSY], NUMBERS, w->p_busy / 1e6);
    check_share("rejects", n[PERSON_REJECTS], NUMBERS, w->p_reject / 1e6);
    check_share("congestion", n[PERSON_CONGESTION], NUMBERS,
                w->p_congestion / 1e6);
    check_share("dead", n[PERSON_DISCONNECTED], NUMBERS,
                w->p_disconnected / 1e6);
    check_share("silent", n[PERSON_SILENT_ANSWER], persons, w->p_silent / 1e6);
}

static void test_shares(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        struct person_world w;
        person_world_init(&w, seed);
        check_kinds(&w, 0);
        person_world_init_lively(&w, seed);
        check_kinds(&w, 0);
        check_kinds(&w, 3); /* habits do not move the shares */
    }
}

static void test_same_input_same_person(void **state)
{
    (void)state;
    struct person_world w, other;
    person_world_init_lively(&w, 77);
    person_world_init_lively(&other, 78);
    unsigned differ = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        struct person_call a, b, c;
        memset(&a, 0, sizeof a);
        memset(&b, 0xff, sizeof b);
        person_call_of(&w, FIRST + i, 1, &a);
        person_call_of(&w, FIRST + i, 1, &b);
        person_call_of(&other, FIRST + i, 1, &c);
        assert_int_equal(a.kind, b.kind);
        assert_int_equal(a.answer_after_ms, b.answer_after_ms);
        assert_int_equal(a.stay_ms, b.stay_ms);
        assert_int_equal(a.voice, b.voice);
        differ += a.answer_after_ms != c.answer_after_ms;
        struct person_reaction x, y;
        person_react(&w, FIRST + i, 1, 2, &x);
        person_react(&w, FIRST + i, 1, 2, &y);
        assert_int_equal(x.act, y.act);
        assert_int_equal(x.digit, y.digit);
        assert_int_equal(x.after_ms, y.after_ms);
    }
    assert_true(differ > 1900);
}

static void test_traits_of_numbers(void **state)
{
    (void)state;
    struct person_world w;
    person_world_init_lively(&w, 4);
    unsigned same = 0;
    for (uint64_t i = 0; i < NUMBERS; i++) {
        struct person_call a, b;
        struct person_reaction x, y;
        person_call_of(&w, FIRST + i, 0, &a);
        person_call_of(&w, FIRST + i, 5, &b);
        same += a.kind == b.kind;
        /* out of service is for ever; the telephone stays the same one */
        assert_true((a.kind == PERSON_DISCONNECTED) ==
                    (b.kind == PERSON_DISCONNECTED));
        person_react(&w, FIRST + i, 0, 0, &x);
        person_react(&w, FIRST + i, 5, 1, &y);
        assert_true(x.in_band == y.in_band);
    }
    w.habit = 1000000;
    for (uint64_t i = 0; i < 2000; i++) {
        struct person_call a, b;
        person_call_of(&w, FIRST + i, 0, &a);
        person_call_of(&w, FIRST + i, 5, &b);
        bool machine = a.kind == PERSON_MACHINE;
        assert_true(machine == (b.kind == PERSON_MACHINE));
    }
    assert_true(same < NUMBERS * 7 / 10); /* calls differ without habit */
}

static void test_times_and_codes_fit(void **state)
{
    (void)state;
    struct person_world w;
    person_world_init_lively(&w, 9);
    for (uint64_t i = 0; i < NUMBERS; i++) {
        struct person_call c;
        person_call_of(&w, FIRST + i, 0, &c);
        assert_true(c.ringing_after_ms <= c.answer_after_ms);
        assert_true(c.voice < PERSON_VOICES);
        bool taken = c.kind == PERSON_ANSWERS || c.kind == PERSON_MACHINE ||
                     c.kind == PERSON_SILENT_ANSWER ||
                     c.kind == PERSON_HANGS_UP_AT_ONCE;
        assert_true(taken == (c.sip_code == 200));
        if (c.kind == PERSON_ANSWERS)
            assert_in_range(c.answer_after_ms + c.greeting_ms, 6000, 18000);
        if (c.kind == PERSON_MACHINE)
            assert_in_range(c.answer_after_ms, 16000, 24000);
        if (c.kind == PERSON_BUSY)
            assert_true(c.sip_code == 486 && c.answer_after_ms <= 5000);
    }
}

static void test_keys(void **state)
{
    (void)state;
    struct person_world w;
    person_world_init(&w, 21);
    load(&w, "[people]\np_human = 100 %\np_machine=0\np_busy=0\n"
             "p_optout = 0\np_leave = 0\np_barge = 0.25\n"
             "keys = 1:1\n"
             "keys.1 = 1:30 2:40 hash:20 none:6 leave:4\n");
    unsigned one = 0, two = 0, hash = 0, none = 0, leave = 0, barge = 0;
    for (uint64_t i = 0; i < NUMBERS; i++) {
        struct person_reaction a;
        person_react(&w, FIRST + i, 0, 0, &a);
        assert_true(a.act == PERSON_PRESSES && a.digit == '1');
        barge += a.barge_in;
        person_react(&w, FIRST + i, 0, 1, &a);
        one += a.act == PERSON_PRESSES && a.digit == '1';
        two += a.act == PERSON_PRESSES && a.digit == '2';
        hash += a.act == PERSON_PRESSES && a.digit == '#';
        none += a.act == PERSON_WAITS;
        leave += a.act == PERSON_LEAVES;
    }
    assert_int_equal(one + two + hash + none + leave, NUMBERS);
    check_share("1", one, NUMBERS, 0.30);
    check_share("2", two, NUMBERS, 0.40);
    check_share("#", hash, NUMBERS, 0.20);
    check_share("none", none, NUMBERS, 0.06);
    check_share("leave", leave, NUMBERS, 0.04);
    check_share("barge", barge, NUMBERS, 0.25);
}

static void test_opt_outs_stay_opt_outs(void **state)
{
    (void)state;
    struct person_world w;
    person_world_init(&w, 22);
    load(&w, "p_human = 1\np_machine=0\np_busy=0\np_optout = 0.1\n"
             "keys = 1:1\nunknown_to_people = 3\n");
    unsigned n = 0;
    for (uint64_t i = 0; i < NUMBERS; i++) {
        struct person_reaction a, b;
        person_react(&w, FIRST + i, 0, 0, &a);
        person_react(&w, FIRST + i, 7, 3, &b);
        bool out = a.act == PERSON_PRESSES && a.digit == '9';
        n += out;
        if (out)
            assert_true(b.act == PERSON_PRESSES && b.digit == '9');
    }
    check_share("opt-outs", n, NUMBERS, 0.1);
}

static void test_machines_press_nothing(void **state)
{
    (void)state;
    struct person_world w;
    person_world_init(&w, 23);
    load(&w, "p_human = 0\np_machine = 1\np_busy = 0\np_optout = 1\n");
    for (uint64_t i = 0; i < 500; i++) {
        struct person_reaction a;
        person_react(&w, FIRST + i, 0, 0, &a);
        assert_int_equal(a.act, PERSON_WAITS);
    }
}

static void test_world_refuses(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "p_human = 1.1",
        "p_human = -0.1",
        "p_busy = x",
        "ring = tri 9 1 2",
        "keys = 1",
        "keys = 1:x",
        "keys = Z:1",
        "keys.16 = 1:1",
        "keys.x = 1:1",
        "optout_key = 99",
        "people_seed = a",
        "[people]\nfoo = 1",
        "p_human = 0.7\np_machine = 0.4",
        "keys = none:2000000",
    };
    struct person_world before;
    person_world_init(&before, 1);
    for (size_t i = 0; i < tm_array_len(BAD); i++) {
        struct person_world w = before;
        struct err e = {0};
        if (person_world_load(&w, "bad.scn", str_of(BAD[i]), &e) != TM_EINVAL)
            fail_msg("took %s", BAD[i]);
        assert_non_null(strstr(e.text, "bad.scn"));
        assert_int_equal(w.p_human, before.p_human);
        assert_int_equal(w.seed, before.seed);
    }
}

static void test_move_keeps_proportions(void **state)
{
    (void)state;
    struct person_world w;
    person_world_init(&w, 1);
    load(&w, "p_human = .2\np_machine = .4\np_busy = .1\n");
    person_world_move(&w, 600000);
    assert_int_equal(w.p_human, 600000);
    assert_int_equal(w.p_machine, 200000);
    assert_int_equal(w.p_busy, 50000);
    w.p_disconnected = 100000;
    person_world_move(&w, 1000000);
    assert_int_equal(w.p_human, 900000);
    assert_int_equal(w.p_disconnected, 100000);
}

/* The world of the demonstration is read and says what it seems to say. */
static void test_example_world(void **state)
{
    (void)state;
    static char text[16384];
    FILE *f = fopen(SOURCE_DIR "/examples/town.scn", "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    (void)fclose(f);
    assert_in_range(n, 100, sizeof text - 2);
    struct person_world w;
    person_world_init(&w, 1);
    load(&w, text);
    assert_int_equal(w.seed, 7);
    assert_int_equal(w.p_human, 550000);
    assert_int_equal(w.p_disconnected, 40000);
    assert_true(w.has_keys[0] && w.has_keys[1] && w.has_keys[2]);
    assert_int_equal(w.prompt_keys[0].key[1], 44);
    assert_int_equal(w.prompt_keys[2].none, 28);
    check_kinds(&w, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_same_input_same_person),
        cmocka_unit_test(test_traits_of_numbers),
        cmocka_unit_test(test_times_and_codes_fit),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_opt_outs_stay_opt_outs),
        cmocka_unit_test(test_machines_press_nothing),
        cmocka_unit_test(test_world_refuses),
        cmocka_unit_test(test_move_keeps_proportions),
        cmocka_unit_test(test_example_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

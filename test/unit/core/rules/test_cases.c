/* The decision cases of test/data/cases-*.jsonl: law, its boundaries and our
 * conventions, each with the rules that must be named. Those of the US federal
 * packs hold with them alone, all of them with every pack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/rules/fixture_case_json.h"

static int wrong;

static void complain(const struct case_expected *x, const struct verdict *v,
                     const char *what, const char *word)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    verdict_rules_text(v, &b);
    print_error("%s: %s %s; %s, %s\n", x->id, what, word,
                verdict_kind_text(v->kind), b.p ? b.p : "");
    buf_fini(&b);
    wrong++;
}

static void compare(const struct case_expected *x, const struct verdict *v)
{
    if (v->kind != x->kind) {
        complain(x, v, "expected", verdict_kind_text(x->kind));
    }
    if (x->not_before_us && v->not_before_us != x->not_before_us) {
        complain(x, v, "other instant", "not_before");
    }
    if (x->valid_until_us && v->valid_until_us != x->valid_until_us) {
        complain(x, v, "other instant", "valid_until");
    }
    if (x->remedy && strcmp(v->remedy, x->remedy) != 0) {
        complain(x, v, "remedy is not", x->remedy);
    }
    for (size_t i = 0; i < x->rules; i++) {
        if (fixture_world_effect(v, x->rule[i]) < 0) {
            complain(x, v, "does not name", x->rule[i]);
        }
    }
    for (size_t i = 0; i < x->duties; i++) {
        if (!fixture_world_has(v->duty, v->duties, x->duty[i])) {
            complain(x, v, "lacks duty", x->duty[i]);
        }
    }
    for (size_t i = 0; i < x->no_duties; i++) {
        if (fixture_world_has(v->duty, v->duties, x->no_duty[i])) {
            complain(x, v, "has duty", x->no_duty[i]);
        }
    }
}

static int run_file(struct world *w, const struct rule_book *b,
                    const char *path)
{
    struct slice rest = fixture_world_file(&w->arena, path);
    int n = 0;
    while (rest.n > 0) {
        struct slice line = str_cut(rest, '\n', &rest);
        struct rule_case k;
        struct case_expected x;
        struct err e;
        if (fixture_case_json(w, line, &k, &x, &e) != TM_OK) {
            fail_msg("%s, case %d: %s", path, n + 1, e.text);
        }
        static struct verdict v;
        fixture_world_check(b, &k, &v);
        compare(&x, &v);
        n++;
    }
    print_message("%d cases of %s\n", n, path);
    return n;
}

static void every_case_gets_its_verdict(void **state)
{
    (void)state;
    struct world w;
    fixture_world_init(&w);
    wrong = 0;
    assert_true(run_file(&w, w.book, "test/data/cases-us-federal.jsonl") >= 40);
    assert_int_equal(wrong, 0);
    fixture_world_fini(&w);
}

static void every_case_of_all_law_gets_its_verdict(void **state)
{
    (void)state;
    struct world w;
    fixture_world_init(&w);
    const struct rule_book *b = fixture_world_law_book(&w.arena);
    wrong = 0;
    assert_int_equal(run_file(&w, b, "test/data/cases-law.jsonl"), 85);
    assert_int_equal(run_file(&w, b, "test/data/cases-recording-text.jsonl"),
                     14);
    assert_true(run_file(&w, b, "test/data/cases-us-federal.jsonl") >= 40);
    assert_int_equal(wrong, 0);
    fixture_world_fini(&w);
}

static void unknown_words_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"now\":\"2026-11-23T13:00:00Z\",\"contact\":{\"channel\":\"telex\"},"
        "\"expected\":{\"verdict\":\"deny\"}}",
        "{\"now\":\"yesterday\",\"expected\":{\"verdict\":\"deny\"}}",
        "{\"expected\":{\"verdict\":\"perhaps\"}}",
        "{",
    };
    struct world w;
    fixture_world_init(&w);
    for (size_t i = 0; i < tm_array_len(lines); i++) {
        struct rule_case k;
        struct case_expected x;
        struct err e;
        assert_int_equal(fixture_case_json(&w, str_of(lines[i]), &k, &x, &e),
                         TM_EINVAL);
    }
    fixture_world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_gets_its_verdict),
        cmocka_unit_test(every_case_of_all_law_gets_its_verdict),
        cmocka_unit_test(unknown_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

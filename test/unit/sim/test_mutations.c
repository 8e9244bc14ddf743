#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "fixture_scene.h"

static void test_baseline(void **state)
{
    (void)state;
    struct scene_packs packs;
    scene_packs_read(&packs);
    struct scenes *s = scenes_new();
    struct arena a;
    arena_init(&a);
    const struct rule_book *book = NULL;
    struct err e;
    assert_int_equal(rule_book_load(&a, packs.pack, packs.n, &book, &e), 0);
    int64_t next = 0;
    size_t bad = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct check_rules *c = check_rules_new(&s->world);
        scene_run(&s->scene[i], book, NULL, &next, c);
        check_rules_finish(c);
        struct check_rules_counts n = check_rules_counts(c);
        for (size_t j = 0; j < n.findings; j++) {
            const struct check_rules_finding *f = check_rules_finding(c, j);
            print_message("%s: %s: %s\n", s->scene[i].name,
                          check_rules_kind_text(f->kind), f->text);
            bad++;
        }
        check_rules_free(c);
    }
    assert_int_equal(bad, 0);
    arena_fini(&a);
    scenes_free(s);
    scene_packs_free(&packs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_baseline)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

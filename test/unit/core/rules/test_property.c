/* Properties that hold for every case. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/rules/fixture_random.h"

#define SEED UINT64_C(20261123)

enum { CASES = 20000 };

static void show(const char *what, int i, const struct verdict *v)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    verdict_rules_text(v, &b);
    buf_add_char(&b, '\n');
    verdict_sentence(v, &b);
    print_error("case %d: %s\n%s\n", i, what, b.p);
    buf_fini(&b);
}

static enum verdict_kind at(const struct world *w, const struct lawful *l,
                            int64_t t, struct verdict *v)
{
    struct rule_case k = l->k;
    k.when.now_us = t;
    fixture_world_check(w->book, &k, v);
    return v->kind;
}

/* Not-before is a fixed point: there nothing of time refuses any more, and a
 * microsecond earlier, as at every instant between, something does. */
static void check_not_before(const struct world *w, const struct lawful *l,
                             struct rng *r, int i, int64_t t)
{
    struct verdict v;
    int64_t now = l->k.when.now_us;
    if (t <= now || at(w, l, t, &v) == VERDICT_NOT_BEFORE) {
        show("not before, and then still not", i, &v);
        fail();
    }
    if (at(w, l, t - 1, &v) == VERDICT_ALLOW) {
        show("allowed just before", i, &v);
        fail();
    }
    for (int n = 0; n < 8; n++) {
        int64_t between = now + (int64_t)rng_below(r, (uint64_t)(t - now));
        if (at(w, l, between, &v) == VERDICT_ALLOW) {
            show("allowed on the way", i, &v);
            fail();
        }
    }
}

/* An allow holds until valid_until. */
static void check_valid(const struct world *w, const struct lawful *l,
                        struct rng *r, int i, int64_t until)
{
    struct verdict v;
    int64_t now = l->k.when.now_us;
    int64_t end = until == INT64_MAX ? now + 90 * CIVIL_DAY_US : until;
    assert_true(end > now);
    for (int n = 0; n < 8; n++) {
        int64_t t =
            n ? now + (int64_t)rng_below(r, (uint64_t)(end - now)) : end - 1;
        if (at(w, l, t, &v) != VERDICT_ALLOW) {
            show("not allowed within its validity", i, &v);
            fail();
        }
    }
}

static void verdicts_hold_over_time(void **state)
{
    (void)state;
    print_message("seed %" PRIu64 "\n", SEED);
    struct world w;
    fixture_world_init(&w);
    struct rng r;
    rng_init(&r, SEED, "time");
    int count[VERDICT_KIND_COUNT] = {0};
    for (int i = 0; i < CASES; i++) {
        struct lawful l;
        struct verdict v;
        fixture_random_case(&w, &r, &l);
        fixture_world_check(w.book, &l.k, &v);
        count[v.kind]++;
        if (v.kind == VERDICT_NOT_BEFORE) {
            check_not_before(&w, &l, &r, i, v.not_before_us);
        } else if (v.kind == VERDICT_ALLOW) {
            check_valid(&w, &l, &r, i, v.valid_until_us);
        }
    }
    print_message("deny %d, not before %d, allow %d\n", count[VERDICT_DENY],
                  count[VERDICT_NOT_BEFORE], count[VERDICT_ALLOW]);
    assert_true(count[VERDICT_DENY] > CASES / 10);
    assert_true(count[VERDICT_NOT_BEFORE] > CASES / 20);
    assert_true(count[VERDICT_ALLOW] > CASES / 10);
    fixture_world_fini(&w);
}

/* What is not known can only count against a call: no fact that is forgotten
 * turns a refusal into an allow. */
static void forgetting_never_helps(void **state)
{
    (void)state;
    struct world w;
    fixture_world_init(&w);
    struct rng r;
    rng_init(&r, SEED, "forget");
    int turned = 0;
    for (int i = 0; i < CASES; i++) {
        struct lawful l;
        struct verdict before, after;
        fixture_random_case(&w, &r, &l);
        fixture_world_check(w.book, &l.k, &before);
        unsigned which = (unsigned)rng_below(&r, RANDOM_FORGET_COUNT);
        const char *name = fixture_random_forget(&l, which);
        fixture_world_check(w.book, &l.k, &after);
        if (before.kind != VERDICT_ALLOW && after.kind == VERDICT_ALLOW) {
            show(name, i, &before);
            fail();
        }
        turned += before.kind == VERDICT_ALLOW && after.kind == VERDICT_DENY;
        if (before.kind == VERDICT_ALLOW && after.kind == VERDICT_DENY &&
            which != 17 && which != 19 && after.unknowns == 0) {
            show("the missing input is not named", i, &after);
            fail();
        }
    }
    assert_true(turned > CASES / 50);
    fixture_world_fini(&w);
}

/* The same bytes in, the same out; whatever the verdict held before. */
static void verdicts_are_deterministic(void **state)
{
    (void)state;
    struct world w;
    fixture_world_init(&w);
    struct rng r;
    rng_init(&r, SEED, "same");
    for (int i = 0; i < 2000; i++) {
        struct lawful l;
        static struct verdict a, b;
        fixture_random_case(&w, &r, &l);
        memset(&a, 0xA5, sizeof a);
        memset(&b, 0x5A, sizeof b);
        fixture_world_check(w.book, &l.k, &a);
        fixture_world_check(w.book, &l.k, &b);
        assert_int_equal(a.kind, b.kind);
        assert_int_equal(a.not_before_us, b.not_before_us);
        assert_int_equal(a.valid_until_us, b.valid_until_us);
        assert_int_equal(a.reasons, b.reasons);
        assert_int_equal(a.duties, b.duties);
        assert_int_equal(a.unknowns, b.unknowns);
        for (size_t n = 0; n < a.reasons; n++) {
            assert_ptr_equal(a.reason[n].rule, b.reason[n].rule);
            assert_int_equal(a.reason[n].effect, b.reason[n].effect);
            assert_int_equal(a.reason[n].until_us, b.reason[n].until_us);
        }
    }
    fixture_world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_hold_over_time),
        cmocka_unit_test(forgetting_never_helps),
        cmocka_unit_test(verdicts_are_deterministic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

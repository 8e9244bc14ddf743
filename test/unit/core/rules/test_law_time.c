/* What verdicts of all packs say of time is true: an allow holds until its
 * end, nothing is allowed before a not-before, and there nothing of time
 * refuses any more. On the boundary cases of every rule (fixture_law.h). */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/rules/rule_code.h"
#include "unit/core/rules/fixture_law.h"

#define SEED UINT64_C(20261125)

struct check {
    const struct rule_book *b;
    struct rng r;
    const struct tz *zone[3];
    const char *id;
    int cases, bad;
    int count[VERDICT_KIND_COUNT];
};

static void complain(struct check *c, const char *what, int64_t t,
                     const struct verdict *v)
{
    struct buf b;
    char at[CIVIL_INSTANT_LEN];
    buf_init(&b, 1 << 16);
    civil_format_instant(t, at);
    verdict_rules_text(v, &b);
    if (c->bad++ < 20) {
        print_error("%s, case %d: %s at %s: %s\n", c->id, c->cases, what, at,
                    b.p ? b.p : "");
    }
    buf_fini(&b);
}

static enum verdict_kind at(const struct check *c, const struct rule_case *k,
                            int64_t t, struct verdict *v)
{
    struct rule_case then = *k;
    then.when.now_us = t;
    fixture_world_check(c->b, &then, v);
    return v->kind;
}

static void check_allow(struct check *c, const struct rule_case *k,
                        int64_t until)
{
    static struct verdict v;
    int64_t now = k->when.now_us;
    int64_t end = until == INT64_MAX ? now + 40 * CIVIL_DAY_US : until;
    for (int i = 0; i < 4; i++) {
        int64_t t = i ? now + (int64_t)rng_below(&c->r, (uint64_t)(end - now))
                      : end - 1;
        if (at(c, k, t, &v) != VERDICT_ALLOW) {
            complain(c, "no allow within its validity", t, &v);
        }
    }
}

static void check_not_before(struct check *c, const struct rule_case *k,
                             int64_t t)
{
    static struct verdict v;
    int64_t now = k->when.now_us;
    if (at(c, k, t, &v) == VERDICT_NOT_BEFORE) {
        complain(c, "still not before", t, &v);
    }
    for (int i = 0; i < 4; i++) {
        int64_t before =
            i ? now + (int64_t)rng_below(&c->r, (uint64_t)(t - now)) : t - 1;
        if (at(c, k, before, &v) == VERDICT_ALLOW) {
            complain(c, "allowed before not-before", before, &v);
        }
    }
}

static void look_at(struct check *c, const struct rule_case *k)
{
    static struct verdict v;
    c->cases++;
    fixture_world_check(c->b, k, &v);
    c->count[v.kind]++;
    if (v.kind == VERDICT_ALLOW) {
        check_allow(c, k, v.valid_until_us);
    } else if (v.kind == VERDICT_NOT_BEFORE) {
        check_not_before(c, k, v.not_before_us);
    }
}

/* The case, and it at later times of two years (nothing known lies ahead),
 * perhaps with a second zone that it may be in. */
static void look(void *arg, const struct rule_case *k)
{
    struct check *c = arg;
    struct case_place place[2];
    look_at(c, k);
    for (int i = 0; i < 6; i++) {
        struct rule_case other = *k;
        other.when.now_us +=
            (int64_t)rng_below(&c->r, 2 * 365 * 86400) * CIVIL_SECOND_US;
        if (rng_below(&c->r, 3) == 0 && k->location.places == 1) {
            place[0] = place[1] = k->location.place[0];
            place[1].zone = c->zone[rng_below(&c->r, 3)];
            other.location.place = place;
            other.location.places = 2;
        }
        look_at(c, &other);
    }
}

#define FORGET(name, word, list, input, field)                                 \
    case name: k->field = (__typeof__(k->field))0; break;
static void forget(struct rule_case *k, enum rule_fact f)
{
    switch (f) {
        RULE_FACTS(FORGET)
    case RULE_FACT_COUNT: break;
    }
}
#undef FORGET

/* What is not known can only count against a contact. */
static void look_forgetting(void *arg, const struct rule_case *k)
{
    static struct verdict v;
    struct check *c = arg;
    fixture_world_check(c->b, k, &v);
    enum verdict_kind before = v.kind;
    for (unsigned f = 0; f < RULE_FACT_COUNT; f++) {
        struct rule_case other = *k;
        forget(&other, (enum rule_fact)f);
        fixture_world_check(c->b, &other, &v);
        c->cases++;
        c->count[VERDICT_DENY] +=
            before == VERDICT_ALLOW && v.kind == VERDICT_DENY;
        if (before != VERDICT_ALLOW && v.kind == VERDICT_ALLOW) {
            complain(c, rule_fact_info((enum rule_fact)f)->word, 0, &v);
        }
    }
}

static void forgetting_never_helps(void **state)
{
    (void)state;
    struct world w;
    struct check c = {0};
    fixture_world_init(&w);
    c.b = fixture_world_law_book(&w.arena);
    for (size_t i = 0; i < rule_book_size(c.b); i++) {
        const struct rule *r = rule_book_at(c.b, i);
        c.id = r->id;
        fixture_law_each(&w, r, look_forgetting, &c);
    }
    print_message("%d cases, %d turned into a refusal\n", c.cases,
                  c.count[VERDICT_DENY]);
    assert_true(c.count[VERDICT_DENY] > 1000);
    assert_int_equal(c.bad, 0);
    fixture_world_fini(&w);
}

static void verdicts_hold_over_time(void **state)
{
    (void)state;
    struct world w;
    struct check c = {0};
    fixture_world_init(&w);
    c.b = fixture_world_law_book(&w.arena);
    print_message("seed %" PRIu64 "\n", SEED);
    rng_init(&c.r, SEED, "law");
    c.zone[0] = fixture_world_zone(&w, "America/Vancouver");
    c.zone[1] = fixture_world_zone(&w, "Europe/London");
    c.zone[2] = fixture_world_zone(&w, "America/Los_Angeles");
    for (size_t i = 0; i < rule_book_size(c.b); i++) {
        const struct rule *r = rule_book_at(c.b, i);
        c.id = r->id;
        fixture_law_each(&w, r, look, &c);
    }
    print_message("%d cases: deny %d, not before %d, allow %d\n", c.cases,
                  c.count[VERDICT_DENY], c.count[VERDICT_NOT_BEFORE],
                  c.count[VERDICT_ALLOW]);
    assert_true(c.count[VERDICT_NOT_BEFORE] > 200);
    assert_true(c.count[VERDICT_ALLOW] > 1000);
    assert_int_equal(c.bad, 0);
    fixture_world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_hold_over_time),
        cmocka_unit_test(forgetting_never_helps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

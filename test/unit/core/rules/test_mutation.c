/* Every rule and every number of the packs matters: a book with one rule out
 * of force, or one number shifted by one unit, judges some case differently. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/rules/fixture_random.h"

#define SEED UINT64_C(20261124)

enum { CASES = 30000 };

/* Rule, a line of it, and what the line is changed to. */
static const struct {
    const char *rule, *old, *now;
} shifts[] = {
    {"US-FTC-HRS", "hours = 08:00", "hours = 08:01"},
    {"US-FTC-HRS", "hours = 08:00", "hours = 07:59"},
    {"US-FTC-HRS", "-21:00", "-21:01"},
    {"US-FTC-HRS", "-21:00", "-20:59"},
    {"US-FCC-HRS", "hours = 08:00", "hours = 08:01"},
    {"US-FCC-HRS", "hours = 08:00", "hours = 07:59"},
    {"US-FCC-HRS", "-21:00", "-21:01"},
    {"US-FCC-HRS", "-21:00", "-20:59"},
    {"US-FTC-SCRUB", "max_age = 31d", "max_age = 30d"},
    {"US-FTC-SCRUB", "max_age = 31d", "max_age = 32d"},
    {"US-FCC-DNC-AGE", "max_age = 31d", "max_age = 30d"},
    {"US-FCC-DNC-AGE", "max_age = 31d", "max_age = 32d"},
    {"US-FTC-EBR", "transaction = 18", "transaction = 17"},
    {"US-FTC-EBR", "transaction = 18", "transaction = 19"},
    {"US-FTC-EBR", "inquiry = 3", "inquiry = 2"},
    {"US-FTC-EBR", "inquiry = 3", "inquiry = 4"},
    {"US-FCC-EBR", "transaction = 18", "transaction = 17"},
    {"US-FCC-EBR", "transaction = 18", "transaction = 19"},
    {"US-FCC-EBR", "inquiry = 3", "inquiry = 2"},
    {"US-FCC-EBR", "inquiry = 3", "inquiry = 4"},
    {"US-FTC-DONOR", "gift = 24", "gift = 23"},
    {"US-FTC-DONOR", "gift = 24", "gift = 25"},
    {"US-FTC-DONOR", "membership = yes", "membership = no"},
    {"US-FTC-RING", "min = 15s", "min = 14s"},
    {"US-FTC-RING", "min = 15s", "min = 16s"},
    {"US-FCC-RING", "min = 15s", "min = 14s"},
    {"US-FCC-RING", "min = 15s", "min = 16s"},
    {"US-FTC-ABN", "ceiling = 3%", "ceiling = 2%"},
    {"US-FTC-ABN", "ceiling = 3%", "ceiling = 4%"},
    {"US-FTC-ABN", "period = 30d", "period = 29d"},
    {"US-FTC-ABN", "period = 30d", "period = 31d"},
    {"US-FCC-ABN", "ceiling = 3%", "ceiling = 2%"},
    {"US-FCC-ABN", "ceiling = 3%", "ceiling = 4%"},
    {"US-FCC-ABN", "period = 30d", "period = 29d"},
    {"US-FCC-ABN", "period = 30d", "period = 31d"},
    {"US-FCC-LIM30", "max = 3", "max = 2"},
    {"US-FCC-LIM30", "max = 3", "max = 4"},
    {"US-FCC-LIM30", "span = 30d", "span = 29d"},
    {"US-FCC-LIM30", "span = 30d", "span = 31d"},
    {"US-FCC-PORT", "max_age = 15d", "max_age = 14d"},
    {"US-FCC-PORT", "max_age = 15d", "max_age = 16d"},
    {"US-FCC-5CIR", "from = 2026-02-25", "from = 2026-02-24"},
    {"US-FCC-5CIR", "from = 2026-02-25", "from = 2026-02-26"},
    {"US-FTC-PRE", "not_condition = required\n", ""},
    {"US-FCC-PEWC", "not_condition = required\n", ""},
    {"US-FTC-PRE", "consent = express_written", "consent = express"},
    {"US-FCC-PEWC", "consent = express_written", "consent = express"},
    {"US-FTC-DNC-C", "consent = express_written", "consent = express"},
    {"US-FCC-DNC-C", "consent = express_written", "consent = express"},
};

struct judged {
    enum verdict_kind kind;
    size_t reasons;
    int64_t not_before_us;
};

static struct judged judge(const struct rule_book *b, const struct lawful *l)
{
    static struct verdict v;
    fixture_world_check(b, &l->k, &v);
    return (struct judged){v.kind, v.reasons, v.not_before_us};
}

static struct judged *answers; /* of the book as it is */

/* Rules that never decide alone, but must be named: duties, and the law's own
 * do-not-call lists, as OP-DNC always goes further. */
static bool only_named(const struct rule *r)
{
    return r->role == RULE_DUTY || strcmp(r->id, "US-FTC-DNC-ENT") == 0 ||
           strcmp(r->id, "US-FCC-DNC-ENT") == 0;
}

/* Number of the first case that a book judges differently, or -1. */
static int caught_by(struct world *w, const struct rule_book *b, bool named)
{
    struct rng r;
    rng_init(&r, SEED, "mutation");
    for (int i = 0; i < CASES; i++) {
        struct lawful l;
        fixture_random_case(w, &r, &l);
        struct judged now = judge(b, &l);
        if (now.kind != answers[i].kind ||
            now.not_before_us != answers[i].not_before_us ||
            (named && now.reasons != answers[i].reasons)) {
            return i;
        }
    }
    return -1;
}

static int escaped;

static void expect_caught(struct world *w, const char *rule, const char *old,
                          const char *now)
{
    struct arena a;
    arena_init(&a);
    const struct rule_book *b = fixture_world_book(&a, rule, old, now);
    bool named = only_named(rule_book_find(b, rule));
    if (caught_by(w, b, named) < 0) {
        print_error("%s: \"%s\" to \"%s\" makes no difference\n", rule, old,
                    now);
        escaped++;
    }
    arena_fini(&a);
}

static void remember(struct world *w)
{
    answers = mem_alloc(CASES * sizeof *answers);
    struct rng r;
    rng_init(&r, SEED, "mutation");
    for (int i = 0; i < CASES; i++) {
        struct lawful l;
        fixture_random_case(w, &r, &l);
        answers[i] = judge(w->book, &l);
    }
}

static void every_rule_matters(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < rule_book_size(w->book); i++) {
        const struct rule *r = rule_book_at(w->book, i);
        if (r->status == RULE_IN_FORCE) {
            expect_caught(w, r->id, "role = ", "status = waived\nrole = ");
        } else {
            expect_caught(w, r->id, "status = disputed", "status = waived");
        }
    }
    assert_int_equal(escaped, 0);
}

static void every_number_matters(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < tm_array_len(shifts); i++) {
        expect_caught(w, shifts[i].rule, shifts[i].old, shifts[i].now);
    }
    assert_int_equal(escaped, 0);
}

/* The other way round: the book as it is differs in no case. */
static void no_change_makes_no_difference(void **state)
{
    struct world *w = *state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *b = fixture_world_book(&a, NULL, NULL, NULL);
    assert_int_equal(caught_by(w, b, true), -1);
    arena_fini(&a);
}

int main(void)
{
    struct world w;
    fixture_world_init(&w);
    remember(&w);
    print_message("seed %" PRIu64 "\n", SEED);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(no_change_makes_no_difference, &w),
        cmocka_unit_test_prestate(every_rule_matters, &w),
        cmocka_unit_test_prestate(every_number_matters, &w),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    mem_free(answers);
    fixture_world_fini(&w);
    return rc;
}

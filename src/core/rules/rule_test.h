/*
 * The tests of rules: one function a kind, each a three-valued answer about
 * the case at one instant. For core/rules alone.
 */
#ifndef CORE_RULES_RULE_TEST_H
#define CORE_RULES_RULE_TEST_H

#include <assert.h>

#include "core/rules/rule_clock.h"
#include "core/rules/rule_code.h"
#include "core/rules/rule_key.h"

/* A case seen at one instant. */
struct rule_view {
    const struct rule_case *k;
    struct rule_clock clock;
    uint32_t fact[RULE_FACT_COUNT]; /* a bit each; a line may be two */
    struct rule_key key;            /* the same, packed */
};

struct rule_result {
    enum tri is;
    int64_t change_us; /* earliest instant at which time alone may change it;
                          INT64_MAX never. After the view's. */
    uint64_t missing;  /* bit per enum case_input: why it is unknown */
    bool evidence;     /* there was something to look at */
};

void rule_test_run(const struct rule_view *view, const struct rule_code *c,
                   struct rule_result *r);

/* Clauses: any of them, each all of its terms; no clause gives `empty`.
 * Inputs that left it open are added to *missing. */
enum tri rule_test_terms(const struct rule_view *view,
                         const struct rule_terms *t, enum tri empty,
                         uint64_t *missing);

/* Whether a rule applies, by its conditions; adds what left it open. */
enum tri rule_test_conditions(const struct rule_view *view,
                              const struct rule_code *c, uint64_t *missing);

/* Whether a listed rule, code is its own, cannot apply; mostly without a look
 * at its conditions. */
static inline bool rule_test_passed_over(const struct rule_view *view,
                                         const struct rule_listed *l,
                                         const struct rule_code *c)
{
    bool no = (view->key.one & l->never) != 0;
    tm_verify(!no || rule_test_conditions(view, c, &(uint64_t){0}) == TRI_NO);
    return no;
}

/* As rule_test_conditions, likewise. */
static inline enum tri rule_test_applies(const struct rule_view *view,
                                         const struct rule_listed *l,
                                         const struct rule_code *c,
                                         uint64_t *missing)
{
    if ((view->key.all & ~l->sure) == 0) {
        tm_verify(rule_test_conditions(view, c, missing) == TRI_YES);
        return TRI_YES;
    }
    return rule_test_conditions(view, c, missing);
}

static_assert(CASE_INPUT_COUNT <= 64, "inputs are bits of a mask");

#endif

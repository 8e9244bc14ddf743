/* Boundary cases made from the packs themselves: for every rule, cases on both
 * sides of each number and date that it has. */
#ifndef TEST_RULES_FIXTURE_LAW_H
#define TEST_RULES_FIXTURE_LAW_H

#include "unit/core/rules/fixture_world.h"

enum { LAW_CASES_MAX = 4096 };

typedef void(law_visit_fn)(void *arg, const struct rule_case *k);

/* Visits the cases of one rule; always the same ones, in the same order. */
void fixture_law_each(struct world *w, const struct rule *r,
                      law_visit_fn *visit, void *arg);

#endif

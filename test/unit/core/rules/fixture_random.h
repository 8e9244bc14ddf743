/* Cases at and around every number of the rules: a lawful case with a few
 * things changed, each drawn from values on both sides of a boundary. */
#ifndef TEST_RULES_FIXTURE_RANDOM_H
#define TEST_RULES_FIXTURE_RANDOM_H

#include "base/rng.h"
#include "unit/core/rules/fixture_world.h"

void fixture_random_case(struct world *w, struct rng *r, struct lawful *l);

/* Names of the facts that fixture_random_forget can make unknown. */
enum { RANDOM_FORGET_COUNT = 20 };
/* Takes one piece of knowledge away; returns its name. */
const char *fixture_random_forget(struct lawful *l, unsigned which);

#endif

/*
 * Parameters of tests as packs write them. For core/rules alone.
 */
#ifndef CORE_RULES_RULE_PARAM_H
#define CORE_RULES_RULE_PARAM_H

#include "core/rules/rule_parse.h"

/* Index of the parameter, or -1: no parameter is called so. */
int rule_param_find(struct slice key);
/* Reads a value; on failure *expect says what would be right. */
bool rule_param_read(struct rule_draft *d, int param, struct slice value,
                     const char **expect);
const char *rule_param_name(int param);
/* Bits (1 << index) that the test may have, and must have. */
uint64_t rule_param_allowed(enum rule_test t);
uint64_t rule_param_needed(enum rule_test t);
/* May be written several times. */
bool rule_param_repeats(int param);

#endif

/*
 * Quick answers about the conditions of rules: the facts that they ask for
 * most, packed into one word, so that most rules that do not apply to a case
 * are passed over by one AND, and most that do are let in by another. What
 * neither settles goes the long way (rule_test_conditions). For core/rules
 * alone.
 */
#ifndef CORE_RULES_RULE_KEY_H
#define CORE_RULES_RULE_KEY_H

#include "core/rules/rule_code.h"

/* The facts of a case, a bit for each value. A line known to have become a
 * mobile has two. */
struct rule_key {
    uint64_t all;
    uint64_t one; /* without the facts that have two */
};

/* fact: as rule_fact_load() fills it in. */
void rule_key_of(const uint32_t fact[RULE_FACT_COUNT], struct rule_key *out);

/* Values that the rule cannot apply to: key.one has one of them, then it does
 * not. */
uint64_t rule_key_never(const struct rule_code *c);
/* Values that cannot keep the rule from applying: key.all has no others, then
 * it does. For a contact by that channel (one bit). */
uint64_t rule_key_sure(const struct rule_code *c, uint32_t channel);

#endif

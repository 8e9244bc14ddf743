/*
 * Which rules of a verdict ask for a duty: for messages that name the rule
 * behind a duty. Pure, any thread.
 */
#ifndef CORE_RULES_RULE_DUTY_H
#define CORE_RULES_RULE_DUTY_H

#include "core/rules/rule_book.h"
#include "core/rules/verdict.h"

/* The first rule among the verdict's reasons that binds and asks for the duty,
 * or NULL: a rule that passed without a look at the case is no reason. */
const struct rule *rule_duty_source(const struct verdict *v, const char *duty);

#endif

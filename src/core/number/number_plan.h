/*
 * From dialled digits to a valid E.164 number, by the plan of the country
 * they are dialled in: international prefix, country code, national prefix,
 * and the automaton of ranges in service. Private to this folder; pure.
 */
#ifndef CORE_NUMBER_NUMBER_PLAN_H
#define CORE_NUMBER_NUMBER_PLAN_H

#include <stdbool.h>

#include "core/number/number.h"
#include "core/number/number_digits.h"

/* plus: the digits begin with a country code. region may be NULL or "" or
 * unknown, then only plus is understood. Sets out's number, type and region
 * on NUMBER_OK. */
enum number_fault number_plan_find(struct number_digits dialled, bool plus,
                                   const char *region, struct number *out);
/* Looks up full E.164 digits; sets out as above. */
bool number_plan_look(const struct number_digits *full, struct number *out);
/* Digits of the country code at the start: 1 to 3; 0: none is assigned. */
size_t number_plan_code_length(const struct number_digits *full);

#endif

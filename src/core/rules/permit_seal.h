/* The seal of a permit; for core/rules alone. */
#ifndef CORE_RULES_PERMIT_SEAL_H
#define CORE_RULES_PERMIT_SEAL_H

#include "core/rules/permit.h"

/* Over all other fields. It guards against mistakes (a field changed on the
 * way, memory that never was a permit), not against an enemy in the program. */
uint64_t permit_seal(const struct permit *p);

#endif

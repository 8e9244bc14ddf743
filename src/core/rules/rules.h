/*
 * The law's answer to one contact: rules_check() weighs every rule of the book
 * that reaches the case and gives a verdict with reasons; on an allow, and only
 * then, it makes the permit that the carrier demands.
 *
 * Combination (compliance facts, section 7): deny beats not-before beats
 * allow; an input that is missing counts as the strict side and is named; a
 * place that is not confirmed must be lawful for all its candidates; the
 * not-before instant is a fixed point over all hours and caps, with rules that
 * come into force or end on the way. Pure and deterministic; no memory is
 * taken; about a microsecond a verdict. Any thread, the book is immutable.
 *
 * Misuse: a verdict is about one instant. Ask again immediately before
 * dialling; a permit stops being valid by itself.
 */
#ifndef CORE_RULES_RULES_H
#define CORE_RULES_RULES_H

#include <stdint.h>

#include "base/assert.h"
#include "base/ids.h"
#include "core/rules/permit.h"
#include "core/rules/rule_book.h"
#include "core/rules/rule_case.h"
#include "core/rules/verdict.h"

#define RULES_PERMIT_MAX_US (INT64_C(60) * 1000000)

/* Judges k at k->when.now_us. *v is always filled in and never outlives b and
 * k. p may be NULL (only asking); otherwise attempt and k->contact.e164 must be
 * set, and *p is written only on an allow: for that attempt and number, until
 * the verdict's valid_until, at most 60 s.
 * TM_OK; TM_EINVAL when the case is malformed (a value outside its enum, a
 * count without an array, attempts not in order, no number or attempt for a
 * permit): *v then denies without reasons and says in remedy what is wrong. */
int rules_check(const struct rule_book *b, const struct rule_case *k,
                struct attempt_id attempt, struct verdict *v,
                struct permit *p) TM_MUST_CHECK;

/* Local dates by the clocks that the book sets right (TZ-BC-2026), which may
 * differ from the zone data: whoever makes dates of a case uses these. b NULL:
 * the zone data alone. */
struct civil_date rules_date(const struct rule_book *b, const struct tz *zone,
                             int64_t t);
/* The first instant of a local date. */
int64_t rules_midnight(const struct rule_book *b, const struct tz *zone,
                       struct civil_date date);

/* A permit to call a registered agent's own telephone (design, section 4).
 * The caller answers for e164 being one. Valid for max_us, at most 60 s.
 * TM_EINVAL: no attempt, number or time. */
int rules_staff_permit(struct attempt_id attempt, uint64_t e164, int64_t now_us,
                       int64_t max_us, struct permit *p) TM_MUST_CHECK;

#endif

/*
 * Kinds of tests, each a function: rule_kind.c (conduct, feeds, texts, clocks)
 * and rule_kind_ledger.c (own lists, consents, relationships). rule_test.c has
 * those of hours, caps and registers and picks. For core/rules alone.
 */
#ifndef CORE_RULES_RULE_KIND_H
#define CORE_RULES_RULE_KIND_H

#include "core/rules/rule_test.h"

#define RULE_KIND_BIT(input) (UINT64_C(1) << (input))

/* Ways to answer: yes or no for good; holds, and not worth a reason; an input
 * is missing. */
void rule_kind_answer(struct rule_result *r, bool is);
void rule_kind_nothing(struct rule_result *r);
void rule_kind_unknown(struct rule_result *r, enum case_input input);

/* The register that a rule asks, or NULL when it was not looked up. */
const struct case_registry *rule_kind_registry(const struct rule_case *k,
                                               const struct rule_param *p);
/* Whether the person is on our own list for this seller and channel. */
bool rule_kind_internal(const struct rule_case *k);

void rule_kind_on_internal(const struct rule_view *v,
                           const struct rule_param *p, struct rule_result *r);
void rule_kind_consent(const struct rule_view *v, const struct rule_param *p,
                       struct rule_result *r);
void rule_kind_revoked(const struct rule_view *v, struct rule_result *r);
void rule_kind_relationship(const struct rule_view *v,
                            const struct rule_param *p, struct rule_result *r);
void rule_kind_ported(const struct rule_view *v, const struct rule_param *p,
                      struct rule_result *r);
void rule_kind_reassigned(const struct rule_view *v, struct rule_result *r);
void rule_kind_licence(const struct rule_view *v, const struct rule_param *p,
                       struct rule_result *r);
void rule_kind_ring(const struct rule_view *v, const struct rule_param *p,
                    struct rule_result *r);
void rule_kind_ratio(const struct rule_view *v, const struct rule_param *p,
                     struct rule_result *r);
void rule_kind_emergency(const struct rule_view *v, const struct rule_param *p,
                         struct rule_result *r);
void rule_kind_stopped(const struct rule_view *v, struct rule_result *r);
void rule_kind_confirmation(const struct rule_view *v,
                            const struct rule_param *p, struct rule_result *r);
void rule_kind_zone(const struct rule_view *v, const struct rule_code *c,
                    struct rule_result *r);

#endif

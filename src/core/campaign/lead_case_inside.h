/*
 * Private to core/campaign: the parts of lead_case_build(). Each fills in the
 * groups of the case that it names, in this order; the arrays stand in *c.
 */
#ifndef CORE_CAMPAIGN_LEAD_CASE_INSIDE_H
#define CORE_CAMPAIGN_LEAD_CASE_INSIDE_H

#include "core/campaign/lead_case.h"

/* Group 3, and the dates of now (lead_case_places.c). country: of the number,
 * "" unknown. */
void lead_case_places(struct lead_case *c, const struct lead_case_input *in,
                      const struct lead *l, const char *country);

/* Groups 5, 12, 13 and the recording: the caller (lead_case_caller.c). */
void lead_case_caller(struct lead_case *c, const struct lead_case_input *in);

/* Group 9: own lists, opt-outs, registers (lead_case_lists.c). */
void lead_case_lists(struct lead_case *c, const struct lead_case_input *in,
                     const struct lead *l, const char *country);

/* Whether the callee may be in this place or country. */
bool lead_case_may_be_in(const struct lead_case *c, struct place_code area);
/* Whether he surely is: every place that he may be in lies in it. */
bool lead_case_is_in(const struct lead_case *c, struct place_code area);

#endif

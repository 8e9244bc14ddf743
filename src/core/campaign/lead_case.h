/*
 * From a lead and a plan to the rules' question: may this number be called
 * now? The campaign asks it before each attempt, `why` asks it to explain;
 * both build the same case. Pure; nothing is looked up outside the input.
 *
 * Places: every zone of the number and, when an address is known, every zone
 * of its state are candidates, and all must be open. A do-not-call list that
 * is missing stays missing in the case: the rules then say no.
 */
#ifndef CORE_CAMPAIGN_LEAD_CASE_H
#define CORE_CAMPAIGN_LEAD_CASE_H

#include <stdint.h>

#include "base/ids.h"
#include "base/tz.h"
#include "core/campaign/caller_facts.h"
#include "core/campaign/plan.h"
#include "core/dnc/dnc_lists.h"
#include "core/dnc/suppression.h"
#include "core/lead/lead.h"
#include "core/number/number_zone.h"
#include "core/rules/rule_case.h"

enum {
    LEAD_CASE_LICENCES_MAX = 32,
    LEAD_CASE_EMERGENCIES_MAX = 32,
};

struct lead_case_input {
    const struct plan *plan;
    struct seller_id seller;
    const struct rule_book *book; /* whose clocks make dates; NULL: the zones
                                     alone */
    const struct tz_set *zones;
    const struct dnc_lists *lists;         /* NULL: none loaded */
    const struct suppression *suppression; /* NULL: not known */
    const struct caller_facts *facts;      /* NULL: nothing is known */
    int64_t now_us;
    const struct case_bucket *bucket; /* of the campaign, oldest first */
    size_t buckets;
    int64_t first_call_us; /* 0: none yet */
    enum dial_mode mode;   /* unknown: the plan's */
};

/* Holds the arrays that the case points to: do not copy it. */
struct lead_case {
    struct rule_case k;
    struct case_place place[CASE_PLACES_MAX];
    struct case_consent consent[LEAD_CONSENTS_MAX];
    struct case_revocation revocation[LEAD_REVOCATIONS_MAX];
    struct case_attempt attempt[LEAD_HISTORY_MAX];
    struct case_registry registry[DNC_LISTS_MAX];
    struct case_internal internal[DNC_LISTS_MAX + 1];
    struct case_licence licence[LEAD_CASE_LICENCES_MAX];
    struct case_emergency emergency[LEAD_CASE_EMERGENCIES_MAX];
    struct civil_date date_min, date_max; /* now, at the callee's places */
};

/* phone: index into l->phone. */
void lead_case_build(struct lead_case *c, const struct lead_case_input *in,
                     const struct lead *l, size_t phone);

/* Zones of a subdivision ("US-FL"), as names; 0 when the table has none. */
size_t lead_case_zones(struct place_code region, const char *out[4]);

#endif

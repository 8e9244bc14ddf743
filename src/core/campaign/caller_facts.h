/*
 * What is on file about the caller and the world that a verdict depends on:
 * numbers we may show, licences, exemptions, declared emergencies, proclaimed
 * holidays. Read from the ledgers (core/ledger) when the server starts or when
 * one of them changes, immutable after that, shared by all campaigns of a
 * tenant. lead_case_build() puts into the case what belongs to its seller.
 */
#ifndef CORE_CAMPAIGN_CALLER_FACTS_H
#define CORE_CAMPAIGN_CALLER_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/ids.h"
#include "core/rules/rule_case.h"

/* In each: seller 0 is every seller; dates are included, year 0 is open. */
struct caller_number { /* a number that may be shown */
    struct seller_id seller;
    uint64_t e164;
    enum cli_series series;
    enum attest attest;
    struct civil_date from, to;
};

struct caller_licence {
    struct seller_id seller;
    struct case_licence licence;
};

enum caller_exemption_kind {
    CALLER_REGISTERED_CHARITY,
    CALLER_NONPROFIT,
    CALLER_HIPAA,
    CALLER_OUTSIDE_FTC,
    CALLER_EXEMPTION_COUNT
};

struct caller_exemption {
    struct seller_id seller;
    enum caller_exemption_kind kind;
    struct place_code area; /* 0: everywhere; else it counts only where every
                               place that the callee may be in lies in it */
    struct civil_date from, to;
};

struct caller_facts {
    const struct caller_number *number;
    size_t numbers;
    const struct caller_licence *licence;
    size_t licences;
    const struct caller_exemption *exemption;
    size_t exemptions;
    /* Somebody looks after the emergencies of every area, so that silence is
     * quiet (simulator). Else an area is known of by an entry that holds. */
    bool feed_known;
    /* As the case wants them, in order of area. Those that do not hold at the
     * instant of the case are left out by lead_case_build(). */
    const struct case_emergency *emergency;
    const struct civil_date *emergency_from; /* one an emergency */
    const struct civil_date *emergency_to;
    size_t emergencies;
    const struct case_holiday *holiday;
    size_t holidays;
};

#endif

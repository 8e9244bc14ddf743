/*
 * What is true in a made-up world, as the checker of a run sees it: who the
 * people are, what they agreed to, which registers name them, and what each
 * campaign is. Whoever makes the world fills this in from what he made, not
 * from what the program under test read of it.
 *
 * Plain data; arrays belong to the filler and must live as long as the
 * checker. Zero means unknown, and what is unknown is judged strictly, as the
 * law's burden lies with the caller. Dates are the callee's local dates, year 0
 * unknown; times are UTC microseconds.
 */
#ifndef SIM_CHECK_WORLD_H
#define SIM_CHECK_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/ids.h"
#include "base/tz.h"
#include "core/rules/rule_case.h"

struct check_phone {
    uint64_t e164;
    bool us;                      /* a number of the United States */
    const struct tz *const *zone; /* every zone it may lie in; NULL entries
                                     are zones that nobody knows */
    size_t zones;
    enum line_type line;
    enum tri known_wireless;     /* we have been told it is a mobile */
    struct civil_date ported;    /* to wireless; year 0 never */
    enum reassigned reassigned;  /* answer of the database, and for which */
    struct civil_date asked_for; /* date it was asked */
    enum tri national;           /* on the national registry */
    bool opted_out;              /* told this seller so before the run */
};

struct check_consent {
    enum consent_type type;
    struct seller_id seller; /* named in it */
    uint64_t e164;           /* number named in it; 0: all of the person */
    uint32_t channels;       /* bits of enum contact_channel; 0: all voice */
    bool agreed_time;        /* to be called at this time, whatever the hour */
    enum tri not_condition;  /* of a purchase */
    struct civil_date given;
    int64_t from_us, to_us; /* holds in [from, to); 0 no bound */
    int64_t revoked_us;     /* 0 never */
};

/* A call of the seller to this person before the run. */
struct check_earlier {
    int64_t at_us;
    uint64_t e164;
    bool automated;
};

struct check_lead {
    struct lead_id id;
    const struct check_phone *phone;
    size_t phones;
    const struct check_consent *consent;
    size_t consents;
    const struct check_earlier *earlier;
    size_t earliers;
    enum party party;
    struct place_code region;           /* the only one possible; 0 unknown */
    struct civil_date last_transaction; /* with the seller */
    struct civil_date last_inquiry;
    struct civil_date last_gift;
    enum tri member;
    int64_t terminated_us; /* the person ended the relationship; 0 no */
    int64_t revoked_us;    /* withdrew every consent; 0 no */
};

/* Calls before the run, for the abandonment ceiling. */
struct check_counted {
    int64_t start_us;
    uint64_t live, abandoned;
};

struct check_campaign {
    struct campaign_id id;
    struct seller_id seller;
    enum contact_channel channel;
    enum dial_mode dial_mode;
    enum caller_kind caller;
    enum seller_type seller_type;
    enum tri ftc;   /* under the jurisdiction of the FTC */
    enum tri hipaa; /* a covered health-care entity */
    enum purpose purpose;
    enum goods goods;
    enum tri leads_to_sale;
    enum tri emergency;   /* the call serves safety of life */
    enum tri caller_id;   /* shown */
    enum tri opt_out_key; /* at any time of a recorded message */
    enum tri abandon_message;
    int64_t ring_us;                    /* before we give up */
    struct civil_date scrubbed;         /* our copy of the national registry */
    const struct policy_window *window; /* own hours; none: any hour */
    size_t windows;
    const struct policy_cap *cap; /* own caps */
    size_t caps;
    size_t calls_max;      /* at a time; 0 unknown */
    unsigned tries_max;    /* of a lead, those the network failed not counted;
                              0 no limit */
    int64_t first_call_us; /* before the run; 0 none */
    const struct check_counted *counted;
    size_t counteds;
};

struct check_world {
    const struct check_campaign *campaign;
    size_t campaigns;
    const struct check_lead *lead;
    size_t leads;
    bool no_law;            /* nothing is forbidden: the books alone */
    bool agents_known;      /* somebody looks whether an agent waits for a line
                               that was judged so (check_rules_one_each);
                               else a campaign that dials ahead always does */
    const uint8_t *salt;    /* of the journal; NULL: records carry numbers */
    bool clock_starts_over; /* after a restart, as the demo's does */
};

#endif

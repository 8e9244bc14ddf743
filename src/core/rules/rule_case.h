/*
 * A rule_case: everything one decision may depend on, as plain data in the 14
 * groups of the compliance facts, section 7. Whoever asks fills it in; memory
 * behind pointers is his and must live until rules_check() returns (strings
 * named in a verdict: as long as the verdict).
 *
 * A zeroed case is lawful input and knows nothing: each fact is unknown, the
 * rules take the strict side and name what they missed. So fill in what is
 * known; never write "no" for what was not looked up. The *_known fields say
 * that a ledger was asked, which makes an empty one mean "none".
 *
 * Times are UTC microseconds, 0 = unknown or none as stated. Dates are the
 * callee's local dates, year 0 = unknown. Arrays with a count of 0 may be NULL.
 */
#ifndef CORE_RULES_RULE_CASE_H
#define CORE_RULES_RULE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/ids.h"
#include "base/str.h"
#include "base/tz.h"
#include "core/rules/vocab.h"

/* 1. When. */
struct case_when {
    int64_t now_us;
    const char *tzdata; /* release of the zone data, NULL unknown */
};

/* 2. Contact point. */
struct case_contact {
    enum contact_channel channel;
    enum dial_mode dial_mode;
    enum line_type line;         /* fixed or mobile, untold: LINE_UNKNOWN */
    struct slice line_source;    /* who said so, for the record */
    struct civil_date line_date; /* and when */
    uint64_t e164;               /* digits after '+'; 0 none */
    struct place_code country;   /* of the number, "US" */
    enum tri known_wireless;     /* we have been told it is a mobile */
    struct civil_date ported;    /* to wireless; year 0: no port known */
    enum reassigned reassigned;  /* answer of the database */
    struct civil_date reassigned_date; /* the date it was asked for */
};

/* 3. Location evidence: one entry a source and zone. A number whose area code
 * spans two zones gives two entries. Confirmed entries win alone; without one,
 * all entries are candidates and every one must allow (conventions K6). */
struct case_place {
    enum region_basis basis;
    struct place_code region; /* subdivision "US-OH"; v 0 unknown */
    const struct tz *zone;    /* NULL: not known, the hours are then closed */
    struct civil_date seen;   /* when the source was last right; year 0 ? */
};

enum { CASE_PLACES_MAX = 64 };

struct case_location {
    const struct case_place *place;
    size_t places;       /* at most CASE_PLACES_MAX */
    struct slice county; /* county or municipality, "" unknown */
    struct slice locality;
};

/* 4. Callee. */
struct case_callee {
    enum party party;
    uint64_t person; /* key of the person or household; 0 unknown */
    enum tri minor;
    enum tri vulnerable;
    struct slice language; /* BCP 47, "" unknown */
};

/* 5. Caller. A licence, subscription, registration or contract. */
struct case_licence {
    struct place_code area;     /* where it counts: a country, a subdivision, an
                                   area code ("US-614"); v 0 everywhere */
    struct slice kind;          /* "san", "registration", ...; "" every kind */
    struct civil_date from, to; /* both days belong to it; year 0 no end */
};

struct case_caller {
    enum caller_kind kind;
    struct seller_id seller; /* on whose behalf; v 0 unknown */
    int64_t telemarketer;    /* id of the calling firm; 0: the seller */
    enum seller_type seller_type;
    enum tri ftc_jurisdiction;
    enum tri registered_charity;
    enum tri hipaa;      /* a covered health-care entity */
    bool licences_known; /* the ledger was asked: none means none */
    const struct case_licence *licence;
    size_t licences;
};

/* 6. Purpose and subject. */
struct case_purpose {
    enum purpose kind;
    enum goods goods;
    enum tri leads_to_sale; /* a poll or message that ends in an offer */
    enum tri emergency;     /* the call itself serves safety of life */
    uint64_t subject;       /* key of the subject for caps; 0 any */
};

/* What a consent covers: bit per contact_channel and those below. 0: not
 * known, covers nothing. (A lead's consent with channels 0 means all voice:
 * write VOCAB_VOICE here.) */
enum { COVERS_CALLBACK_AT_TIME = 16, COVERS_NIGHT = 17, COVERS_ADAD = 18 };

/* 7. Consent ledger. Withdrawals that name no consent stand in `revocation`
 * of the relationship's suppressions below. */
struct case_consent {
    enum consent_type type;
    struct seller_id seller; /* named in it; v 0 unknown: does not count */
    uint64_t e164;           /* the number it names; 0: this one */
    uint32_t covers;         /* bits, see above */
    enum tri not_condition;  /* of a purchase, and said so */
    struct civil_date given; /* year 0: unknown, then it does not count */
    int64_t from_us, to_us;  /* holds in [from, to); 0 no bound */
    int64_t revoked_us;      /* 0: not revoked */
    struct slice evidence;   /* pointer to the proof, for the record */
};

/* 8. Relationship ledger with this seller; latest date of each kind. */
struct case_relationship {
    struct civil_date last_transaction;
    struct civil_date last_inquiry;
    struct civil_date last_gift;
    struct civil_date contract_start;
    struct civil_date contract_end; /* year 0 with a start: still running */
    enum tri member;
    enum tri ever_customer;
    int64_t terminated_us; /* ended by request of the person; 0 no */
};

/* 9. Suppressions. */
struct case_internal {
    struct seller_id seller; /* v 0: any */
    int64_t telemarketer;    /* 0: any. Both 0: nobody may call */
    uint32_t channels;       /* bit per contact_channel; 0 all */
    int64_t requested_us;    /* 0 unknown: in force */
};

struct case_revocation {     /* consent withdrawn without naming one */
    struct seller_id seller; /* v 0: any */
    int64_t at_us;
    enum purpose in_reply_to; /* category; unknown: all */
};

struct case_registry {
    enum registry registry;
    struct place_code area; /* REGISTRY_AREA: "US-FL" */
    enum tri on_list;
    struct civil_date registered; /* entry date; year 0 unknown */
    struct civil_date obtained;   /* our copy; year 0 unknown */
};

struct case_suppression {
    bool internal_known; /* our own lists were asked */
    const struct case_internal *internal;
    size_t internals;
    const struct case_revocation *revocation;
    size_t revocations;
    const struct case_registry *registry; /* not here = not looked up */
    size_t registries;
};

/* 10. Attempt history, oldest first. */
struct case_attempt {
    int64_t at_us;
    enum answer answer;           /* NOT_PLACED does not count */
    enum contact_channel channel; /* unknown: counts for every channel */
    struct seller_id seller;      /* v 0: counts for every seller */
    uint64_t e164;                /* 0: counts for every number */
    uint64_t subject;             /* 0: counts for every subject */
    uint64_t shown;               /* the caller ID shown, for the record */
};

struct case_attempts {
    bool known;
    const struct case_attempt *attempt;
    size_t n;
};

/* 11. Pacing counters of the campaign, in buckets of any length: a bucket
 * belongs to the period its start falls into. Align them with the periods
 * (campaign periods: multiples of 24 h after first_call_us). */
struct case_bucket {
    int64_t start_us;
    uint64_t placed, answered, live, connected, abandoned, silent, message;
};

struct case_pacing {
    bool known;
    int64_t first_call_us;            /* 0: no call yet */
    const struct case_bucket *bucket; /* oldest first */
    size_t buckets;
};

/* 12. Situation feeds. */
struct case_emergency {
    struct place_code area;
    enum tri active;
    enum tri reporting;         /* LPSC called in (Louisiana) */
    const struct slice *county; /* none: the whole area */
    size_t counties;
};

struct case_holiday { /* proclaimed, besides the packs' calendars */
    struct place_code area;
    struct civil_date date;
};

struct case_situation {
    bool known; /* the feed of emergencies was asked for every area; else
                   for those that an entry names, be it one of TRI_NO */
    const struct case_emergency *emergency;
    size_t emergencies;
    const struct case_holiday *holiday;
    size_t holidays;
    const struct slice *suspended; /* ids of exemptions a court took away */
    size_t suspensions;
};

/* 13. Presentation. */
struct case_presentation {
    uint64_t caller_id;         /* number shown; 0 unknown or none */
    enum tri caller_id_present; /* number sent, not withheld */
    enum tri name_present;
    enum tri authority; /* right to use the number is on file */
    enum attest attest;
    enum cli_series series;
    enum tri interactive_opt_out; /* key or voice, at any time */
    enum tri opt_out_notice;      /* on the fax or mail */
    enum tri abandon_message;     /* loaded and ready */
    enum fax_source fax_source;
    int64_t ring_us; /* before we give up; 0 unknown */
};

/* Recording, monitoring and live transcripts of the call (section 9b). */
struct case_recording {
    enum tri planned;
    enum recording_purpose purpose;
    struct place_code agent;    /* where the agent sits; v 0 unknown */
    struct place_code recorder; /* where the machine stands; v 0 unknown */
    enum tri elsewhere;         /* an end lies outside the callee's place */
    enum tri placed;            /* all these places are known */
    enum tri card_entry;        /* a card number is about to be said */
};

/* A text message (section 9b). */
struct case_text {
    int64_t stop_us;       /* the person answered STOP; 0 no */
    enum tri confirmation; /* this text only confirms it */
    enum tri template_registered;
};

/* 14. Policy: the operator's own limits and choices; they only tighten. */
enum { POLICY_WEEKDAYS_ALL = 0x7f };

/* Open on these weekdays from open to close, seconds of the callee's local
 * day, half open; 86400 = midnight. No windows: no hours of one's own. */
struct policy_window {
    uint16_t weekdays; /* bit per enum civil_weekday; packs have more */
    int32_t open_s, close_s;
};

enum cap_scope {
    CAP_PER_NUMBER, /* attempts to this number */
    CAP_PER_PERSON, /* all attempts in the history */
};

/* At most max attempts in any span_us; 0 = ever. */
struct policy_cap {
    uint32_t max;
    enum cap_scope scope;
    int64_t span_us;
};

enum { POLICY_CAPS_MAX = 8, POLICY_WINDOWS_MAX = 32 };

struct rule_policy {
    enum revocation_scope revocation_scope;
    enum retention retention;
    enum grace registry_grace;
    const struct policy_window *window;
    size_t windows; /* at most POLICY_WINDOWS_MAX */
    const struct policy_cap *cap;
    size_t caps;           /* at most POLICY_CAPS_MAX */
    int64_t permit_max_us; /* life of a permit; 0 and more: 60 s */
};

struct rule_case {
    struct case_when when;
    struct case_contact contact;
    struct case_location location;
    struct case_callee callee;
    struct case_caller caller;
    struct case_purpose purpose;
    const struct case_consent *consent;
    size_t consents;
    struct case_relationship relationship;
    struct case_suppression suppression;
    struct case_attempts attempts;
    struct case_pacing pacing;
    struct case_situation situation;
    struct case_presentation presentation;
    struct case_recording recording;
    struct case_text text;
    struct rule_policy policy;
};

/* The names of the inputs as verdicts and messages write them. */
#define CASE_INPUTS(X)                                                         \
    X(CASE_ZONES, "location.zones")                                            \
    X(CASE_REGION, "location.region")                                          \
    X(CASE_COUNTRY, "contact.country")                                         \
    X(CASE_CHANNEL, "contact.channel")                                         \
    X(CASE_DIAL_MODE, "contact.dial_mode")                                     \
    X(CASE_LINE, "contact.line")                                               \
    X(CASE_KNOWN_WIRELESS, "contact.known_wireless")                           \
    X(CASE_PORTED, "contact.ported")                                           \
    X(CASE_BASIS, "location.basis")                                            \
    X(CASE_COUNTY, "location.county")                                          \
    X(CASE_PARTY, "callee.party")                                              \
    X(CASE_MINOR, "callee.minor")                                              \
    X(CASE_VULNERABLE, "callee.vulnerable")                                    \
    X(CASE_CALLER, "caller.kind")                                              \
    X(CASE_SELLER, "caller.seller")                                            \
    X(CASE_SELLER_TYPE, "caller.seller_type")                                  \
    X(CASE_FTC, "caller.ftc_jurisdiction")                                     \
    X(CASE_CHARITY, "caller.registered_charity")                               \
    X(CASE_HIPAA, "caller.hipaa")                                              \
    X(CASE_LICENCE, "caller.licence")                                          \
    X(CASE_PURPOSE, "purpose.kind")                                            \
    X(CASE_GOODS, "purpose.goods")                                             \
    X(CASE_LEADS_TO_SALE, "purpose.leads_to_sale")                             \
    X(CASE_EMERGENCY_CALL, "purpose.emergency")                                \
    X(CASE_CONSENT, "consent")                                                 \
    X(CASE_CONSENT_SELLER, "consent.seller")                                   \
    X(CASE_CONSENT_COVERS, "consent.covers")                                   \
    X(CASE_CONSENT_GIVEN, "consent.given")                                     \
    X(CASE_CONSENT_CONDITION, "consent.not_condition")                         \
    X(CASE_MEMBER, "relationship.member")                                      \
    X(CASE_CUSTOMER, "relationship.ever_customer")                             \
    X(CASE_INTERNAL, "suppression.internal")                                   \
    X(CASE_REGISTRY, "suppression.registry")                                   \
    X(CASE_LIST_AGE, "suppression.registry.obtained")                          \
    X(CASE_ATTEMPTS, "attempts")                                               \
    X(CASE_PACING, "pacing")                                                   \
    X(CASE_EMERGENCY, "situation.emergency")                                   \
    X(CASE_CALLER_ID, "presentation.caller_id")                                \
    X(CASE_CALLER_NAME, "presentation.name")                                   \
    X(CASE_AUTHORITY, "presentation.authority")                                \
    X(CASE_SERIES, "presentation.series")                                      \
    X(CASE_OPT_OUT, "presentation.interactive_opt_out")                        \
    X(CASE_NOTICE, "presentation.opt_out_notice")                              \
    X(CASE_MESSAGE, "presentation.abandon_message")                            \
    X(CASE_FAX_SOURCE, "presentation.fax_source")                              \
    X(CASE_RING, "presentation.ring")                                          \
    X(CASE_RECORDING, "recording.planned")                                     \
    X(CASE_RECORDING_FOR, "recording.purpose")                                 \
    X(CASE_RECORDING_AT, "recording.places")                                   \
    X(CASE_CARD, "recording.card_entry")                                       \
    X(CASE_CONFIRMATION, "text.confirmation")                                  \
    X(CASE_TEMPLATE, "text.template_registered")                               \
    X(CASE_RETENTION, "policy.retention")

enum case_input {
#define X(name, text) name,
    CASE_INPUTS(X)
#undef X
        CASE_INPUT_COUNT
};

const char *rule_case_input_text(enum case_input i);

#endif

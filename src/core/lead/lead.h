/*
 * A lead as a campaign sees it: whom to call, where he lives, what he agreed
 * to, what happened so far. Plain data: the store fills it, the campaign
 * decides with it; texts live in memory the filler owns.
 */
#ifndef CORE_LEAD_LEAD_H
#define CORE_LEAD_LEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/ids.h"
#include "base/str.h"
#include "core/lead/outcome.h"
#include "core/number/number.h"
#include "core/rules/vocab.h"

enum {
    LEAD_PHONES_MAX = 6,
    LEAD_ZONES_MAX = 8,
    LEAD_CONSENTS_MAX = 16,
    LEAD_REVOCATIONS_MAX = 8,
    LEAD_HISTORY_MAX = 24,
    LEAD_FIELDS_MAX = 64,
};

/* X(name, text): state of a lead within one campaign. */
#define LEAD_STATE_TABLE(X)                                                    \
    X(LEAD_NEW, "new")             /* never considered */                      \
    X(LEAD_WAITING, "waiting")     /* not before due_us: law, hours, retry */  \
    X(LEAD_IN_CALL, "in_call")     /* an attempt is recorded and not ended */  \
    X(LEAD_CALLBACK, "callback")   /* a person promised to call at due_us */   \
    X(LEAD_DONE, "done")           /* reached its goal */                      \
    X(LEAD_EXHAUSTED, "exhausted") /* attempts or numbers used up */           \
    X(LEAD_DENIED, "denied")       /* the law or an opt-out says no */

enum lead_state {
#define X(name, text) name,
    LEAD_STATE_TABLE(X)
#undef X
        LEAD_STATE_COUNT
};

const char *lead_state_text(enum lead_state s);
bool lead_state_parse(struct slice s, enum lead_state *out);

struct lead_phone {
    uint64_t e164;
    enum number_type type;
    bool bad;   /* no such number, said the network, or: */
    bool wrong; /* somebody else's, said an agent; then bad as well */
    /* From the ledger of numbers. */
    enum line_type line;               /* LINE_UNKNOWN: as the type says */
    struct civil_date ported;          /* to wireless; year 0: no port known */
    enum reassigned reassigned;        /* newest answer of the database */
    struct civil_date reassigned_date; /* the day it was asked for */
};

struct lead_consent {
    enum consent_type type; /* compliance facts, section 10 */
    struct seller_id seller;
    uint64_t e164;           /* the number it names; 0: all of the lead's */
    unsigned channels;       /* as case_consent.covers, 0 = all voice */
    enum tri not_condition;  /* unknown: what the plan says of all */
    struct civil_date given; /* year 0: unknown */
    int64_t from_us, to_us;  /* holds in [from, to); 0 no bound */
    int64_t revoked_us;      /* 0: not revoked */
    int64_t ledger;          /* id of the ledger entry; 0: of the list */
};

/* Consent withdrawn without naming one (ledger of revocations). */
struct lead_revocation {
    struct seller_id seller; /* 0: any */
    uint64_t e164;           /* 0: all of the lead's */
    uint32_t channels;       /* 0: all */
    int64_t at_us;
    enum purpose in_reply_to; /* unknown: all */
};

struct lead_try {
    struct attempt_id attempt;
    uint64_t e164;
    int64_t at_us;
    enum outcome outcome; /* OUTCOME_NONE while the call is up */
};

struct lead_field {
    struct slice name; /* lower case, as mapped at import */
    struct slice value;
};

struct lead {
    struct lead_id id;
    enum lead_state state;
    int64_t due_us;       /* not before; 0 = at once */
    uint64_t agreed_e164; /* CALLBACK: the number it was agreed on, or from
                             which he last called us in vain; 0: not known */
    struct lead_phone phone[LEAD_PHONES_MAX];
    size_t phones;
    char country[3]; /* "" unknown */
    char region[8];  /* subdivision of the postal address, "" unknown */
    char county[40]; /* of the address, without the word; "" unknown */
    bool region_confirmed;
    bool business; /* party: business instead of consumer */
    struct lead_consent consent[LEAD_CONSENTS_MAX];
    size_t consents;
    struct lead_revocation revocation[LEAD_REVOCATIONS_MAX]; /* newest */
    size_t revocations;
    struct civil_date last_transaction; /* year 0: none known */
    struct civil_date last_inquiry;
    struct civil_date last_gift;
    struct civil_date contract_start, contract_end; /* end 0: still running */
    enum tri member, ever_customer;
    int64_t terminated_us; /* the person ended the relationship; 0: no */
    struct lead_try history[LEAD_HISTORY_MAX]; /* newest last, all campaigns
                                                  of the seller */
    size_t tries;
    unsigned attempts;                /* of this campaign */
    unsigned outcomes[OUTCOME_COUNT]; /* of this campaign */
    struct lead_field field[LEAD_FIELDS_MAX];
    size_t fields;
};

/* A lead without anything. What stands behind the counts is left as it was:
 * a lead is 5 kB, of which few are used. */
void lead_clear(struct lead *l);
/* All that is used but the fields, of which *to has none. */
void lead_copy(struct lead *to, const struct lead *from);
/* Value of a field, or an empty slice. */
struct slice lead_field_value(const struct lead *l, struct slice name);

#endif

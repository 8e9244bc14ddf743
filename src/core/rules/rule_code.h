/*
 * A rule in compiled form and the book's inside. For core/rules alone.
 */
#ifndef CORE_RULES_RULE_CODE_H
#define CORE_RULES_RULE_CODE_H

#include "core/rules/rule_book.h"
#include "core/rules/rule_case.h"
#include "core/rules/rule_fact.h"

/* X(name, word, time): kinds of tests. Time tests open again by themselves, so
 * that their "no" is a not-before; the no of others is a denial. */
#define RULE_TESTS(X)                                                          \
    X(TEST_NONE, "none", false)  /* always holds; see `if` */                  \
    X(TEST_HOURS, "hours", true) /* within local windows */                    \
    X(TEST_POLICY_HOURS, "policy_hours", true)                                 \
    X(TEST_CAP, "cap", true) /* fewer attempts than max */                     \
    X(TEST_POLICY_CAP, "policy_cap", true)                                     \
    X(TEST_REGISTRY, "registry", false) /* on a public register */             \
    X(TEST_LIST_AGE, "list_age", false) /* our copy is fresh enough */         \
    X(TEST_INTERNAL, "internal", false) /* on our own list */                  \
    X(TEST_CONSENT, "consent", false)   /* a consent that holds */             \
    X(TEST_REVOKED, "revoked", false)   /* consent was withdrawn */            \
    X(TEST_RELATIONSHIP, "relationship", false)                                \
    X(TEST_PORTED, "ported", false)         /* to wireless not long ago */     \
    X(TEST_REASSIGNED, "reassigned", false) /* number has a new owner */       \
    X(TEST_LICENCE, "licence", false)       /* the caller has one here */      \
    X(TEST_RING, "ring", false)             /* we ring long enough */          \
    X(TEST_RATIO, "ratio", false)           /* abandoned within the ceiling */ \
    X(TEST_EMERGENCY, "emergency", false)   /* declared where the callee is */ \
    X(TEST_STOPPED, "stopped", false)       /* a text was answered by STOP */  \
    X(TEST_CONFIRMED, "confirmation", false) /* the one text after STOP */     \
    X(TEST_ZONE, "zone", false)              /* sets a clock right; holds */

enum rule_test {
#define X(name, word, time) name,
    RULE_TESTS(X)
#undef X
        RULE_TEST_COUNT
};

enum { RULE_WINDOWS_MAX = 24, RULE_HOLIDAY_BIT = 7, RULE_EVE_BIT = 8 };

/* Holidays of a place, every day of the years below as a bit. */
enum { RULE_YEAR_MIN = 2000, RULE_YEAR_MAX = 2099 };

struct rule_calendar {
    struct place_code place;
    const uint64_t *day; /* bit per day since RULE_YEAR_MIN-01-01 */
};

bool rule_calendar_has(const struct rule_calendar *c, int64_t day);

/* Parameters of all tests; each uses its own. */
struct rule_param {
    const struct policy_window *window; /* hours; bit 7 of weekdays: holidays */
    size_t windows;
    struct place_code calendar;       /* hours: whose holidays; v 0 none */
    const struct rule_calendar *days; /* ... as its pack has them, or NULL */
    bool eves;                        /* hours: some window is for eves */
    uint32_t slot;                    /* policy_cap: index of the cap */
    uint32_t max;                     /* cap */
    enum cap_scope scope;             /* cap */
    bool same_subject;                /* cap */
    uint32_t counts;                  /* cap: channels, 0 all */
    int64_t span_us;                  /* cap; 0 ever */
    enum registry registry;           /* registry, list_age, ported */
    struct place_code area;           /* with REGISTRY_AREA */
    int32_t max_days;                 /* list_age, ported */
    int32_t registered_days;          /* registry: entries this old count, when
                                         the policy takes the law's grace */
    enum registry after;              /* consent: given after the entry there */
    int fresh;                        /* consent: months it lasts, 0 for good */
    int keep;                         /* internal: months; 0 for good */
    int32_t keep_days;                /* internal: and days */
    int contract;                     /* relationship: ended months ago at most,
                                         -1 running, 0 not asked */
    int32_t contract_days;            /* relationship: ended days ago at most */
    bool reporting;                   /* emergency: only while reporting */
    int64_t within_us;                /* confirmation */
    const char *zone;                 /* zone: whose clock */
    int32_t offset_s;                 /* zone: and what it shows */
    uint32_t consents;                /* consent: bit per consent_type */
    uint32_t covers;                  /* consent: any of these bits ... */
    bool covers_channel;              /* ... or the channel of the contact */
    bool not_condition;               /* consent: no condition of a purchase */
    int transaction, inquiry, gift;   /* relationship: months, 0 not asked */
    bool member, customer;            /* relationship: also by these */
    bool survives_request;            /* relationship: not ended by our list */
    const char *licence;              /* licence: its kind */
    int64_t ring_us;                  /* ring */
    uint32_t ceiling_ppm;             /* ratio */
    bool of_placed;    /* ratio: of calls placed, not live answers */
    int64_t period_us; /* ratio: from the first call on; 0: months */
};

/* Terms of a clause are ANDed, clauses ORed. */
struct rule_term {
    uint8_t fact; /* enum rule_fact */
    uint8_t rest; /* terms of its clause that follow */
    uint32_t mask;
};

struct rule_terms {
    const struct rule_term *term;
    size_t n;
};

/* Whose place makes a rule reach a case. */
enum rule_reach { REACH_CALLEE, REACH_RECORDING, REACH_RECORDER };

struct rule_code {
    enum rule_reach reach;
    enum rule_role role;
    enum rule_test test;
    bool is_time;
    bool binds;        /* its status has force */
    bool plain;        /* no regions, no dates: binds wherever it reaches */
    uint32_t channels; /* that `when` can hold for, unknown included */
    struct rule_terms when, unless, hold;
    const struct place_code *region; /* only there; none: everywhere */
    size_t regions;
    const uint16_t *lift; /* indices of rules */
    size_t lifts;
    const char *const *duty;
    size_t duties;
    const char *const *replaces; /* duties that its own make needless */
    size_t replaced;
    int32_t from_day, to_day; /* days since 1970, both in force */
    uint32_t id_n;            /* length of the rule's id */
    struct rule_param param;
};

/* A rule and whom its conditions leave out or surely let in, as masks of
 * keys: core/rules/rule_key.h. */
struct rule_listed {
    uint64_t never, sure;
    uint16_t rule;
};

/* Some rules of a group, in order. */
struct rule_index {
    const struct rule_listed *rule;
    size_t n;
};

/* Rules of one jurisdiction that follow each other in the book. */
struct rule_group {
    struct place_code place; /* v 0: everywhere */
    enum rule_reach reach;
    size_t first, n;
    /* Those that can matter to a channel: all, exemptions, hours and caps. Most
     * rules do not, and need no look. */
    struct rule_index all[CHANNEL_COUNT];
    struct rule_index exempt[CHANNEL_COUNT];
    struct rule_index time[CHANNEL_COUNT];
};

/* What a country's packs claim to know. */
struct rule_cover {
    struct place_code country;
    uint32_t channels;
};

/* Groups of a place, by place: the way from a case to its rules. */
struct rule_entry {
    struct place_code place;
    uint16_t group;
};

struct rule_book {
    struct rule *rule;
    struct rule_code *code; /* beside rule[] */
    size_t n;
    struct rule_group *group;
    size_t groups;
    uint16_t *dated; /* exemptions that come into force on a date */
    size_t dateds;
    struct rule_entry *entry; /* one a group, sorted by place and group */
    struct rule_calendar *calendar;
    size_t calendars;
    struct rule_zone_fix *fix; /* clocks that packs set right */
    size_t fixes;
    struct rule_cover *cover;
    size_t covers;
    struct rule_book_pack pack[RULE_BOOK_PACKS_MAX]; /* in load order */
    size_t packs_n;
    const char *packs;
    uint32_t cap_slots; /* bit per policy cap that some rule looks at */
    bool policy_hours;  /* some rule looks at the policy's windows */
};

#endif

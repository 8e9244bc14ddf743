/*
 * How long personal rows are kept: one table of periods with the law behind
 * each, and the erasure of what is over. A period has a least time that the
 * law wants (0: the law names none) and the time we keep by default; the
 * operator may set it longer, never below the least.
 *
 * Misuse: the law of a row is that of the country of its number; a number of
 * no known country is kept as long as one of the United States. The journal
 * is never touched: it holds hashes, and its chain must verify.
 *
 * Reference: 16 CFR 310.5; Unsolicited Telecommunications Rules (CRTC), Part
 * III; UWG § 7a; compliance facts, sections 1, 4 and 5.
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"

struct db;
struct data_dir;

enum { RETENTION_NO_END = 12000, RETENTION_RULES_MAX = 40 };

/* X(name, word, from): from = what the time is counted from. */
#define RETENTION_KINDS(X)                                                     \
    X(RETENTION_CALL, "call", "the call")                                      \
    X(RETENTION_CONSENT, "consent", "the last call after it was given")        \
    X(RETENTION_RELATIONSHIP, "relationship", "the last call to the person")   \
    X(RETENTION_REQUEST, "request", "the request to be left alone")            \
    X(RETENTION_LEAD, "lead", "the import, or the last call")                  \
    X(RETENTION_COMPLAINT, "complaint", "the closing, unless a violation")     \
    X(RETENTION_STAFF, "staff", "the day of work, or the removal")             \
    X(RETENTION_MATERIAL, "material", "the last use")                          \
    X(RETENTION_REGISTRY, "registry", "the last use")                          \
    X(RETENTION_PROVIDER, "provider", "the end of the contract")

enum retention_kind {
#define X(name, word, from) name,
    RETENTION_KINDS(X)
#undef X
        RETENTION_KIND_COUNT
};

const char *retention_kind_text(enum retention_kind k);
const char *retention_kind_from(enum retention_kind k);
bool retention_kind_parse(struct slice s, enum retention_kind *out);

struct retention_rule {
    enum retention_kind kind;
    const char *country; /* "": everywhere else */
    int least_months;    /* the law's; 0: none, RETENTION_NO_END: no end */
    int least_days;      /* on top */
    int months;          /* what we keep unless set longer */
    const char *citation;
};
extern const struct retention_rule retention_rules[];
extern const int retention_rule_count;

/* The periods in force: those of the table, with the operator's. */
struct retention_periods {
    int months[RETENTION_RULES_MAX];
};

int retention_load(struct db *db, struct retention_periods *out,
                   struct err *e) TM_MUST_CHECK;
/* TM_EINVAL when shorter than the law wants, TM_ENOTFOUND when the table has
 * no such period. country "" for the one of everywhere else. */
int retention_set(struct db *db, enum retention_kind k, struct slice country,
                  int months, struct err *e) TM_MUST_CHECK;

/* The rule for a country ("" unknown: that of the United States). */
const struct retention_rule *retention_rule_of(enum retention_kind k,
                                               const char *country);
/* The rule for a number. */
const struct retention_rule *retention_rule_of_number(enum retention_kind k,
                                                      uint64_t e164);
/* End of the time, INT64_MAX for ever. The law's: 0 when there is no duty. */
int64_t retention_until(const struct retention_periods *r,
                        const struct retention_rule *rule, int64_t from_us);
int64_t retention_duty_until(const struct retention_rule *rule,
                             int64_t from_us);

/* Erases what is over, a bounded piece a call, so that a running server is
 * not held up: call it again, each time in a transaction of its own, until
 * done is true. The journal gets one record when the work is done. */
struct retention_erase {
    const struct data_dir *dir;
    struct tenant_id tenant;
    int64_t now_us;
    bool dry; /* counts only */
    /* result */
    bool done;
    uint64_t calls, answers, recordings, leads, consents, entries, kept,
        complaints, staff;
    uint64_t held; /* rows whose time is over, under legal hold */
    /* its own */
    struct retention_periods periods;
    int phase;
    int64_t last;
};
int retention_erase(struct db *db, struct retention_erase *s,
                    struct err *e) TM_MUST_CHECK;

/* Recordings are files, and a transaction can fail: their erasure is written
 * down with that of their calls, and carried out behind the commit, by
 * retention_files in a transaction of its own (person_rows_scrub runs it).
 * *there: whether there is a file. keep: only looks. */
int retention_recording(struct db *db, int64_t attempt, bool keep, bool *there,
                        struct err *e) TM_MUST_CHECK;
int retention_files(struct db *db, struct err *e) TM_MUST_CHECK;

#endif

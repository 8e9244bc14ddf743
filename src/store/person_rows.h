/*
 * A person's rights carried out in the tables: correct a lead, erase a person
 * everywhere. Erasing keeps the suppression (an opt-out for all sellers), the
 * journal, which has hashes only, and what a law obliges us to keep: that
 * stays in the smallest form the law wants, and the result says until when
 * and why. A legal hold on any part of the person stops the whole.
 *
 * Order of an erasure: person_rows_suppress and, beside a server, its opt_out,
 * so that no call begins; person_rows_erase; person_rows_scrub, which takes
 * what was deleted out of the file's pages and out of the write-ahead log.
 *
 * All functions want the writing connection (sqlite_store_run).
 * Reference: GDPR art. 15-18; 16 CFR 310.5; compliance facts, section 1.
 */
#ifndef STORE_PERSON_ROWS_H
#define STORE_PERSON_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"

struct db;
struct data_dir;

enum { PERSON_NUMBERS_MAX = 64, PERSON_NAMES_MAX = 32, PERSON_PATHS_MAX = 64 };

/* X(name, word): kinds of rows, as the result counts them. */
#define PERSON_KINDS(X)                                                        \
    X(PERSON_LEADS, "leads")                                                   \
    X(PERSON_CONSENTS, "consents")                                             \
    X(PERSON_RELATIONSHIPS, "relationships")                                   \
    X(PERSON_CALLS, "calls")                                                   \
    X(PERSON_ANSWERS, "answers")                                               \
    X(PERSON_CALLBACKS, "callbacks")                                           \
    X(PERSON_RECORDINGS, "recordings")                                         \
    X(PERSON_LEDGER, "ledger entries")                                         \
    X(PERSON_COMPLAINTS, "complaints")                                         \
    X(PERSON_STAFF, "numbers of staff")                                        \
    X(PERSON_EXPORTS, "exports")                                               \
    X(PERSON_HOLDS, "released holds")                                          \
    X(PERSON_OPT_OUTS, "requests to be left alone")

enum person_rows_kind {
#define X(name, word) name,
    PERSON_KINDS(X)
#undef X
        PERSON_KIND_COUNT
};

const char *person_rows_kind_text(enum person_rows_kind k);

struct person_rows_tally {
    uint64_t erased, kept;
    int64_t until_us;    /* the latest end of a duty; INT64_MAX: no end; 0:
                            as because says */
    const char *because; /* the law, NULL when nothing is kept */
};

/* An export that has, or had, data of the person. */
struct person_rows_path {
    char kind[16]; /* records or person */
    char path[3600];
};

struct person_rows {
    struct tenant_id tenant;
    uint64_t e164;        /* 0: by address */
    struct slice address; /* lower case, "" none */
    const struct data_dir *dir;
    int64_t now_us;
    /* person_rows_find */
    uint64_t number[PERSON_NUMBERS_MAX]; /* all of the person */
    size_t numbers;
    char name[PERSON_NAMES_MAX][200]; /* for files that name him without a
                                         number */
    size_t names;
    uint64_t leads;
    /* person_rows_erase */
    struct person_rows_tally tally[PERSON_KIND_COUNT];
    struct person_rows_path *path; /* PERSON_PATHS_MAX, of the caller */
    size_t paths;
    bool more_paths; /* than fit */
};

/* Fills numbers, names, leads. TM_ENOTFOUND when nobody is on file so;
 * TM_ELIMIT when more numbers hang together than one person has. */
int person_rows_find(struct db *db, struct person_rows *p,
                     struct err *e) TM_MUST_CHECK;

/* An opt-out for all sellers and every number found. */
int person_rows_suppress(struct db *db, struct person_rows *p,
                         struct err *e) TM_MUST_CHECK;

/* TM_ESTATE: a legal hold (named) or a call that is not over; nothing is
 * erased then. */
int person_rows_erase(struct db *db, struct person_rows *p,
                      struct err *e) TM_MUST_CHECK;

/* Removes the recordings of what was erased, then leaves no trace in the file:
 * VACUUM when it is small enough or alone, and an
 * empty write-ahead log. *clean: whether all of it could be done. */
struct person_rows_scrub {
    bool alone; /* no server runs */
    bool clean;
    char why[200]; /* when it is not */
};
int person_rows_scrub(struct db *db, struct person_rows_scrub *s,
                      struct err *e) TM_MUST_CHECK;

/* Sets one field of every lead that has the number; the journal names the
 * field, not its values. country, region and county are those of the lead; any
 * other key is a field of the list. TM_ENOTFOUND, TM_EINVAL. *leads: how many.
 */
struct person_rows_change {
    struct tenant_id tenant;
    uint64_t e164;
    struct slice key, value;
    int64_t now_us;
    uint64_t leads;
};
int person_rows_correct(struct db *db, struct person_rows_change *c,
                        struct err *e) TM_MUST_CHECK;

#endif

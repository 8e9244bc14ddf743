/*
 * Writing complaints: new cases with the calls they may mean, and what
 * happens to them. Every function wants the writing connection, so it runs
 * inside sqlite_store_run; what belongs together is one transaction then.
 */
#ifndef STORE_COMPLAINT_BOOK_H
#define STORE_COMPLAINT_BOOK_H

#include "core/complaint/complaint_match.h"
#include "store/db.h"

struct complaint_book_new {
    const struct complaint *complaint;
    const struct complaint_matches *matches; /* NULL: none were looked for */
    struct slice file_name;                  /* "" by hand */
    int64_t file;                            /* 0: by hand */
    uint64_t row;
    int64_t now_us;
    bool opt_out;             /* a request to be left alone as well */
    struct seller_id seller;  /* whom it is told to; 0: all */
    struct slice seller_name; /* for the event; "" all */
};

/* *id is the new case, or the one that is there already and *again is true:
 * the same id of the same layout, or the same cells of a complaint without
 * one. The opt-out is written, and journalled, in the same transaction. */
int complaint_book_add(struct db *db, const struct complaint_book_new *n,
                       int64_t *id, bool *again, struct err *e) TM_MUST_CHECK;

struct complaint_book_event {
    struct tenant_id tenant;
    int64_t complaint;
    enum complaint_event kind;
    int64_t at_us;
    struct slice value, text;
    struct attempt_id attempt;
    bool force; /* settles on a call of another number and day, too */
};

/* TM_ENOTFOUND: no such case, or no such attempt; TM_EINVAL: the attempt is
 * of another number and another day than the complaint; TM_ESTATE: a case that
 * is closed takes notes and reopening only, one that is not closed is not
 * reopened. */
int complaint_book_event(struct db *db, const struct complaint_book_event *v,
                         struct err *e) TM_MUST_CHECK;

struct complaint_book_file {
    struct tenant_id tenant;
    int64_t id;
    struct slice file_name, layout;
    uint64_t rows, cases, others, duplicates, rejected;
    int64_t now_us;
};

/* A file that is being taken in; gives f->id. */
int complaint_book_file(struct db *db, struct complaint_book_file *f,
                        struct err *e) TM_MUST_CHECK;
/* Its counts, at the end. */
int complaint_book_file_end(struct db *db, const struct complaint_book_file *f,
                            struct err *e) TM_MUST_CHECK;

#endif

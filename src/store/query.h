/*
 * One use of a prepared statement:
 *
 *     struct query q;
 *     query_open(&q, db, "SELECT a FROM t WHERE b = ? AND c = ?");
 *     query_int(&q, b);                     // the first ?, then the next
 *     query_text(&q, c);
 *     while ((rc = query_step(&q, e)) == 1) { use(query_get_int(&q, 0)); }
 *     query_close(&q);
 *
 * Errors on the way are kept and come out of query_step. The text must be a
 * literal: its address finds the statement. A query is not opened again
 * before it is closed. Texts bound must live until query_close.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "base/civil.h"
#include "base/str.h"
#include "store/db.h"

struct query {
    struct db *db;
    sqlite3_stmt *stmt; /* NULL: preparing failed */
    int bound;
    int rc; /* first SQLite error, SQLITE_OK none */
};

void query_open(struct query *q, struct db *db, const char *literal);
void query_int(struct query *q, int64_t v);
void query_text(struct query *q, struct slice s);
void query_blob(struct query *q, const void *p, size_t n);
/* 1 = a row, 0 = no more rows, negative = error. */
int query_step(struct query *q, struct err *e) TM_MUST_CHECK;
/* For statements without rows: step, then close. TM_OK or the error. */
int query_done(struct query *q, struct err *e) TM_MUST_CHECK;
/* For one row with one integer: that value; closes. TM_ENOTFOUND without a
 * text when there is no row. */
int query_one(struct query *q, int64_t *out, struct err *e) TM_MUST_CHECK;
void query_close(struct query *q);

int64_t query_get_int(struct query *q, int column);
/* Lives until the next step. Never NULL, also for a NULL in the database. */
struct slice query_get_text(struct query *q, int column);
/* Year 0 when the text is no date. */
struct civil_date query_get_date(struct query *q, int column);

#endif

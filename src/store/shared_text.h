/*
 * Texts that many rows have in common, stored once a tenant: the versions an
 * attempt was decided with, and its rules with their effect (1,500 bytes under
 * all rule packs; some thousand different ones). Rows name them by id.
 *
 * A row of a database that is older than migration 011 holds its texts itself
 * until a start of the program moves it: who reads uses SHARED_TEXT, which
 * knows both.
 *
 * Cost: a comparison when the text was used lately, else one look-up. Texts
 * are never removed: they are no personal data. For who writes, in the store's
 * thread.
 */
#ifndef STORE_SHARED_TEXT_H
#define STORE_SHARED_TEXT_H

#include "base/ids.h"
#include "store/db.h"

/* The text of column `column` ("rules", "versions") of a row of attempt called
 * `row`, as an expression of SQL. */
#define SHARED_TEXT(row, column)                                               \
    "CASE WHEN " row "." column " <> '' THEN " row "." column                  \
    " ELSE coalesce((SELECT t_.text FROM shared_text t_ WHERE t_.tenant "      \
    "= " row ".tenant AND t_.id = " row "." column "_text), '') END"

enum { SHARED_TEXT_AT_START = 20000 };

struct shared_text;

struct shared_text *shared_text_new(void);
void shared_text_free(struct shared_text *s); /* NULL is accepted */

/* The id of a text, new or old; 0 for an empty one. In a transaction. */
int shared_text_id(struct db *db, struct tenant_id tenant, struct slice text,
                   int64_t *id, struct err *e) TM_MUST_CHECK;
/* What was learned since the transaction began is not true any more. */
void shared_text_forget(struct shared_text *s);

/* Moves the texts of at most rows_max attempts that hold them themselves, in a
 * transaction of its own; *moved is 0 when none is left. After a crash it goes
 * on where it was. Not in a transaction. */
int shared_text_move(struct db *db, size_t rows_max, size_t *moved,
                     struct err *e) TM_MUST_CHECK;
/* SHARED_TEXT_AT_START of them, about a second: nobody waits for the rest,
 * which later starts of the program move. */
int shared_text_move_some(struct db *db, struct err *e) TM_MUST_CHECK;

#endif

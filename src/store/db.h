/*
 * A database connection: opening, transactions, errors, ids, the journal's
 * end. Used inside store/ only; other folders pass the pointer on. Statements
 * are prepared once a connection and asked for by their text (query.h).
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/err.h"
#include "base/map.h"
#include "core/journal/journal.h"
#include "store/data_dir.h"

enum { DB_STATEMENTS_MAX = 512, DB_APPLICATION_ID = 0x544d4b31 };

struct db {
    sqlite3 *sql;
    char path[DATA_DIR_PATH_MAX + 32];
    struct map by_text; /* address of the text -> index into statement */
    sqlite3_stmt *statement[DB_STATEMENTS_MAX];
    size_t statements;
    struct journal journal; /* its end, with what is not committed yet */
    struct journal journal_committed;
    struct journal_memo *memo;   /* of who writes */
    struct journal_texts *texts; /* of who writes */
    struct shared_text *shared;  /* of who writes: shared_text.h */
    struct buf payload;
    bool in_transaction;
};

enum db_mode { DB_WRITE, DB_READ };

/* DB_WRITE makes and migrates; DB_READ wants an existing one of this very
 * version. */
int db_open(struct db *db, const struct data_dir *dir, enum db_mode mode,
            struct err *e) TM_MUST_CHECK;
void db_close(struct db *db);

int db_exec(struct db *db, const char *sql, struct err *e) TM_MUST_CHECK;
int db_begin(struct db *db, struct err *e) TM_MUST_CHECK;
int db_commit(struct db *db, struct err *e) TM_MUST_CHECK;
void db_rollback(struct db *db);

/* Turns SQLite's last error into one of ours. */
int db_error(struct db *db, const char *what, struct err *e);

/* n new ids of a kind ("lead"), the first one in *first. */
int db_new_ids(struct db *db, const char *kind, int64_t n, int64_t *first,
               struct err *e) TM_MUST_CHECK;

/* Appends a record to the journal, in the transaction at hand. */
int db_journal(struct db *db, const struct record *r,
               struct err *e) TM_MUST_CHECK;

#endif

#include "store/db.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "store/migration.h"
#include "store/query.h"
#include "store/shared_text.h"

enum { BUSY_MS = 2000 };

static int code_of(int sqlite)
{
    switch (sqlite & 0xff) {
    case SQLITE_FULL: return TM_ENOSPACE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return TM_ELOCKED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return TM_ECORRUPT;
    case SQLITE_CONSTRAINT: return TM_EEXIST;
    case SQLITE_NOMEM: return TM_ENOMEM;
    case SQLITE_TOOBIG: return TM_ELIMIT;
    default: return TM_EIO;
    }
}

/* Of all that is TM_EIO only some is the disk's fault. */
static const char *advice_of(int sqlite)
{
    switch (sqlite & 0xff) {
    case SQLITE_TOOBIG: return ": a value is too long to be stored";
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return ": check the disk and the file's permissions";
    default: break;
    }
    switch (code_of(sqlite)) {
    case TM_ENOSPACE: return ": make room on this disk";
    case TM_ELOCKED: return ": another program has it open; close that program";
    case TM_ECORRUPT: return ": restore it from a backup";
    case TM_EIO:
        return ": the disk is well, a value in the database or the statement "
               "is not; please report it with this line";
    default: return "";
    }
}

int db_error(struct db *db, const char *what, struct err *e)
{
    int sqlite = sqlite3_extended_errcode(db->sql);
    return err_set(e, code_of(sqlite), "%s: %s%s (%.80s)", db->path,
                   sqlite3_errmsg(db->sql), advice_of(sqlite), what);
}

int db_exec(struct db *db, const char *sql, struct err *e)
{
    if (sqlite3_exec(db->sql, sql, NULL, NULL, NULL) != SQLITE_OK) {
        return db_error(db, sql, e);
    }
    return TM_OK;
}

int db_begin(struct db *db, struct err *e)
{
    tm_assert(!db->in_transaction);
    int rc = db_exec(db, "BEGIN IMMEDIATE", e);
    if (rc == TM_OK) {
        db->in_transaction = true;
        db->journal_committed = db->journal;
    }
    return rc;
}

int db_commit(struct db *db, struct err *e)
{
    tm_assert(db->in_transaction);
    int rc = db_exec(db, "COMMIT", e);
    if (rc != TM_OK) {
        return rc;
    }
    db->in_transaction = false;
    return TM_OK;
}

void db_rollback(struct db *db)
{
    if (!db->in_transaction) {
        return;
    }
    /* After some errors SQLite has rolled back already. */
    if (!sqlite3_get_autocommit(db->sql)) {
        (void)sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
    }
    db->journal = db->journal_committed;
    db->in_transaction = false;
    if (db->shared != NULL) {
        shared_text_forget(db->shared);
    }
}

static int check_owner(struct db *db, struct err *e)
{
    struct query q;
    int64_t id = 0, tables = 0;
    query_open(&q, db, "PRAGMA application_id");
    int rc = query_one(&q, &id, e);
    if (rc != TM_OK) {
        return rc;
    }
    query_open(&q, db, "SELECT count(*) FROM sqlite_master");
    rc = query_one(&q, &tables, e);
    if (rc == TM_OK && tables > 0 && id != DB_APPLICATION_ID) {
        return err_set(e, TM_ECORRUPT,
                       "%s is a database of another program: name another "
                       "data folder",
                       db->path);
    }
    return rc;
}

static int read_journal_end(struct db *db, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT seq, hash FROM journal "
               "ORDER BY seq DESC LIMIT 1");
    int rc = query_step(&q, e);
    if (rc == 1) {
        struct slice hash = query_get_text(&q, 1);
        if (hash.n == JOURNAL_HASH_SIZE) {
            journal_resume(&db->journal, (uint64_t)query_get_int(&q, 0),
                           (const uint8_t *)hash.p);
            rc = TM_OK;
        } else {
            rc = err_set(e, TM_ECORRUPT,
                         "%s: the last entry of the journal is damaged: "
                         "restore it from a backup",
                         db->path);
        }
    }
    query_close(&q);
    return rc;
}

static int set_up_writer(struct db *db, struct err *e)
{
    /* FULL: a commit is on the disk when it returns. */
    int rc = db_exec(db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                     "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536",
                     e);
    if (rc == TM_OK) {
        rc = migration_run(db, e);
    }
    if (rc == TM_OK) {
        db->shared = shared_text_new();
        rc = shared_text_move_some(db, e);
    }
    return rc == TM_OK ? read_journal_end(db, e) : rc;
}

static int set_up(struct db *db, enum db_mode mode, struct err *e)
{
    (void)sqlite3_busy_timeout(db->sql, BUSY_MS);
    (void)sqlite3_extended_result_codes(db->sql, 1);
    int rc = check_owner(db, e);
    if (rc != TM_OK) {
        return rc;
    }
    if (mode == DB_WRITE) {
        return set_up_writer(db, e);
    }
    rc = db_exec(db, "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY", e);
    return rc == TM_OK ? migration_check(db, e) : rc;
}

int db_open(struct db *db, const struct data_dir *dir, enum db_mode mode,
            struct err *e)
{
    *db = (struct db){0};
    data_dir_path(dir, "telemark.db", db->path, sizeof(db->path));
    map_init(&db->by_text);
    buf_init(&db->payload, JOURNAL_PAYLOAD_MAX);
    journal_init(&db->journal, dir->salt);
    /* A reader opens for writing too: it may have to make the shared memory
     * file beside the database. query_only keeps it from writing. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                (mode == DB_WRITE ? SQLITE_OPEN_CREATE : 0);
    int rc = sqlite3_open_v2(db->path, &db->sql, flags, NULL);
    if (rc != SQLITE_OK) {
        if (mode == DB_READ && (rc & 0xff) == SQLITE_CANTOPEN) {
            rc = err_set(e, TM_ENOTFOUND,
                         "there is no database %s yet: import a list first",
                         db->path);
        } else {
            rc = db->sql ? db_error(db, "open", e)
                         : err_set(e, TM_ENOMEM, "%s: out of memory", db->path);
        }
    } else {
        rc = set_up(db, mode, e);
    }
    if (rc == TM_OK && mode == DB_WRITE) {
        db->memo = mem_alloc(sizeof(*db->memo));
        journal_remember(&db->journal, db->memo);
        db->texts = mem_alloc(sizeof(*db->texts));
        journal_share(&db->journal, db->texts);
    }
    if (rc != TM_OK) {
        db_close(db);
    }
    return rc;
}

void db_close(struct db *db)
{
    tm_assert(!db->in_transaction);
    for (size_t i = 0; i < db->statements; i++) {
        (void)sqlite3_finalize(db->statement[i]);
    }
    db->statements = 0;
    (void)sqlite3_close(db->sql);
    db->sql = NULL;
    map_fini(&db->by_text);
    buf_fini(&db->payload);
    mem_free(db->memo);
    db->memo = NULL;
    mem_free(db->texts);
    db->texts = NULL;
    shared_text_free(db->shared);
    db->shared = NULL;
}

int db_new_ids(struct db *db, const char *kind, int64_t n, int64_t *first,
               struct err *e)
{
    tm_assert(n > 0 && db->in_transaction);
    struct query q;
    int64_t last = 0;
    query_open(&q, db,
               "INSERT INTO sequence (name, last) VALUES (?1, ?2) "
               "ON CONFLICT (name) DO UPDATE SET last = last + ?2 "
               "RETURNING last");
    query_text(&q, str_of(kind));
    query_int(&q, n);
    int rc = query_one(&q, &last, e);
    if (rc == TM_OK) {
        *first = last - n + 1;
    }
    return rc;
}

int db_journal(struct db *db, const struct record *r, struct err *e)
{
    tm_assert(db->in_transaction);
    uint8_t hash[JOURNAL_HASH_SIZE];
    buf_clear(&db->payload);
    int rc = journal_append(&db->journal, r, &db->payload, hash);
    tm_assert(rc == TM_OK); /* the buffer takes any payload */
    struct query q;
    query_open(&q, db,
               "INSERT INTO journal (seq, at_us, kind, campaign, attempt, "
               "lead, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, (int64_t)db->journal.seq);
    query_int(&q, r->at_us);
    query_text(&q, str_of(record_kind_text(r->kind)));
    query_int(&q, r->campaign.v);
    query_int(&q, r->attempt.v);
    query_int(&q, r->lead.v);
    query_blob(&q, db->payload.p, db->payload.n);
    query_blob(&q, hash, sizeof(hash));
    return query_done(&q, e);
}

#include "store/migration.h"

#include <stdio.h>

#include "store/db.h"

static int version_of(struct db *db, int *out, struct err *e)
{
    sqlite3_stmt *stmt = NULL;
    int rc =
        sqlite3_prepare_v2(db->sql, "PRAGMA user_version", -1, &stmt, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(stmt) : rc;
    if (rc != SQLITE_ROW) {
        rc = db_error(db, "PRAGMA user_version", e);
        (void)sqlite3_finalize(stmt);
        return rc;
    }
    *out = sqlite3_column_int(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return TM_OK;
}

static int refuse_newer(struct db *db, int version, struct err *e)
{
    return err_set(e, TM_EVERSION,
                   "%s was made by a newer Telemark (schema %d, this program "
                   "knows %d): upgrade the program",
                   db->path, version, migration_count);
}

static int step(struct db *db, int version, struct err *e)
{
    char set[96];
    (void)snprintf(set, sizeof(set),
                   "PRAGMA user_version = %d; PRAGMA application_id = %d",
                   version, DB_APPLICATION_ID);
    int rc = db_begin(db, e);
    if (rc != TM_OK) {
        return rc;
    }
    rc = db_exec(db, migration_table[version - 1].sql, e);
    if (rc == TM_OK) {
        rc = db_exec(db, set, e);
    }
    if (rc == TM_OK) {
        rc = db_commit(db, e);
    }
    if (rc != TM_OK) {
        db_rollback(db);
        return err_context(e, "%s: migration %s", db->path,
                           migration_table[version - 1].name);
    }
    return TM_OK;
}

int migration_run(struct db *db, struct err *e)
{
    int version = 0;
    int rc = version_of(db, &version, e);
    if (rc != TM_OK) {
        return rc;
    }
    if (version > migration_count) {
        return refuse_newer(db, version, e);
    }
    while (rc == TM_OK && version < migration_count) {
        rc = step(db, ++version, e);
    }
    return rc;
}

int migration_check(struct db *db, struct err *e)
{
    int version = 0;
    int rc = version_of(db, &version, e);
    if (rc != TM_OK) {
        return rc;
    }
    if (version > migration_count) {
        return refuse_newer(db, version, e);
    }
    if (version < migration_count) {
        return err_set(e, TM_EVERSION,
                       "%s was made by an older Telemark (schema %d, this "
                       "program wants %d): start the server or an import once "
                       "to bring it up to date",
                       db->path, version, migration_count);
    }
    return TM_OK;
}

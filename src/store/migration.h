/*
 * The schema's history: migration N brings a database from version N - 1 to N.
 * The texts are src/store/migrations/NNN_name.sql, put into the program by
 * cmake/migrations.cmake. A published migration is never changed.
 */
#ifndef STORE_MIGRATION_H
#define STORE_MIGRATION_H

#include "base/err.h"

struct db;

struct migration {
    const char *name;
    const char *sql; /* several statements */
};

extern const struct migration migration_table[];
extern const int migration_count;

/* Brings the database up to migration_count; each step is one transaction.
 * TM_EVERSION when the database is newer: nothing is touched. */
int migration_run(struct db *db, struct err *e) TM_MUST_CHECK;
/* For readers: TM_EVERSION unless the database has exactly this version. */
int migration_check(struct db *db, struct err *e) TM_MUST_CHECK;

#endif

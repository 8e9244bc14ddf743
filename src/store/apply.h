/*
 * What a record does to the tables. One file a theme; apply_record is the one
 * door, and journals the record in the same transaction.
 */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "core/journal/record.h"
#include "store/db.h"

int apply_record(struct db *db, const struct record *r,
                 struct err *e) TM_MUST_CHECK;

#endif

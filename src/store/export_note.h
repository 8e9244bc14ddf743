/*
 * Where data was handed out: one row an export, in the journal too. A later
 * erasure reads them (store/person.h). Wants the writing connection.
 */
#ifndef STORE_EXPORT_NOTE_H
#define STORE_EXPORT_NOTE_H

#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"

struct db;

struct export_note {
    struct tenant_id tenant;
    const char *kind;          /* "records", "person" */
    const char *path;          /* absolute */
    uint64_t e164;             /* of a person; stored hashed */
    struct seller_id seller;   /* of records; 0: all */
    int64_t from_us, until_us; /* of records: [from, until) */
    int64_t now_us;
};

int export_note_add(struct db *db, const struct export_note *n,
                    struct err *e) TM_MUST_CHECK;

#endif

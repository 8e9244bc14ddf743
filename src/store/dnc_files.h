/*
 * Do-not-call images on disk: published by writing a new file, fsync, rename
 * and fsync of the folder, then named in the database; mapped read-only and
 * verified in full before use. A generation is never changed in place, so a
 * snapshot stays good until it is closed, whatever is published meanwhile.
 */
#ifndef STORE_DNC_FILES_H
#define STORE_DNC_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "core/dnc/dnc_lists.h"
#include "store/data_dir.h"

struct db;

/* Row count of the list in force, 0 when there is none. */
int dnc_files_rows(struct db *db, const char *name, uint64_t *out,
                   struct err *e) TM_MUST_CHECK;

struct dnc_files_new {
    const struct data_dir *dir;
    struct dnc_set meta; /* name, kind, country, seller, obtained_us and
                            source_hash; the rest is filled in here */
    uint64_t *number;    /* is sorted in place; duplicates are fine */
    size_t n;
    const char *file_name; /* of the source, for the record */
    int64_t now_us;
};
/* Publishes a generation and journals it. The former one stays on disk for
 * who has it mapped; dnc_files_retire removes it later. */
int dnc_files_publish(struct db *db, struct dnc_files_new *n,
                      struct err *e) TM_MUST_CHECK;

struct dnc_files; /* one snapshot of all lists, mapped */

/* TM_ECORRUPT names the list whose image is damaged: then no list is given
 * out, and calls that need one stay forbidden. */
int dnc_files_open(struct db *db, const struct data_dir *dir,
                   struct dnc_files **out, struct err *e) TM_MUST_CHECK;
/* The one image of that file name, of a generation that may be superseded:
 * TM_ENOTFOUND when it was removed, TM_ECORRUPT. */
int dnc_files_open_one(const struct data_dir *dir, const char *image,
                       uint64_t generation, struct dnc_files **out,
                       struct err *e) TM_MUST_CHECK;
const struct dnc_lists *dnc_files_lists(const struct dnc_files *f);
void dnc_files_close(struct dnc_files *f); /* nobody may use its lists now */

/* Removes images that are not the newest, and leftovers of a crash. Call when
 * no older snapshot is open. Never fails: what cannot be removed stays. */
void dnc_files_retire(struct db *db, const struct data_dir *dir);

#endif

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

/* The list in force; zeroes when there is none. */
struct dnc_files_state {
    uint64_t rows, generation;
    int64_t obtained_us;
};
int dnc_files_state(struct db *db, const char *name,
                    struct dnc_files_state *out, struct err *e) TM_MUST_CHECK;

/* image: made by dnc_build_finish (store/dnc_build.h) with this meta, whose
 * generation is that of dnc_files_state and one. */
struct dnc_files_new {
    const struct data_dir *dir;
    struct dnc_set meta;
    const char *image;     /* path of the finished file */
    const char *file_name; /* of the source, for the record */
    int64_t now_us;
};
/* Puts the image in its place and journals it: a rename, no work that grows
 * with the list. TM_ESTATE: another import of the list was faster. The former
 * generation stays on disk for who has it mapped; dnc_files_retire removes it
 * later. */
int dnc_files_publish(struct db *db, const struct dnc_files_new *n,
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

/* Removes images that were superseded more than five years ago: until then
 * they prove what a list said when a call was decided. Also leftovers of a
 * crash that are a day old (an import may be at work). Call when no older
 * snapshot is open. Never fails: what cannot be removed stays. */
void dnc_files_retire(struct db *db, const struct data_dir *dir,
                      int64_t now_us);

#endif

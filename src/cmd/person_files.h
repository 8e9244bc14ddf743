/*
 * A person in files: recordings of his calls, rows of files that an import
 * did not take (rejects/), exports. The tables know the rest.
 */
#ifndef CMD_PERSON_FILES_H
#define CMD_PERSON_FILES_H

#include "base/err.h"
#include "port/record_reader.h"
#include "store/data_dir.h"
#include "store/person_rows.h"

/* Whether a text names the person: a number in any spelling, the address, or
 * one of the names of two words or more. */
bool person_files_names(const struct person_rows *p, struct slice text);

/* Recordings of the calls in ids[n], as rows "recordings". */
int person_files_recordings(const struct data_dir *d, const int64_t *ids,
                            size_t n, record_row_fn *v, void *arg);
/* Rows of rejects/, as rows "rejected rows". */
int person_files_rejects(const struct data_dir *d, const struct person_rows *p,
                         record_row_fn *v, void *arg, struct err *e);

/* Writes the files of rejects/ anew without the person's rows; *rows: how
 * many went. */
int person_files_erase(const struct data_dir *d, const struct person_rows *p,
                       uint64_t *rows, struct err *e) TM_MUST_CHECK;

enum person_files_fate {
    PERSON_FILES_GONE,    /* nothing is at its place any more */
    PERSON_FILES_REMOVED, /* by us, from the data folder */
    PERSON_FILES_STAYS,   /* outside: the user's to remove */
};
/* An export: removed when it lies in the data folder. */
int person_files_export(const struct data_dir *d,
                        const struct person_rows_path *x,
                        enum person_files_fate *fate,
                        struct err *e) TM_MUST_CHECK;

#endif

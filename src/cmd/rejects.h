/*
 * The rejects file of an import: one CSV line a row that was not taken, with
 * its line number, the reason and the row as it stood. Written beside and
 * renamed at the end, so that a file in rejects/ is always complete. Cells that
 * a spreadsheet would take for formulas have a ' before them
 * (docs/records.md).
 */
#ifndef CMD_REJECTS_H
#define CMD_REJECTS_H

#include "core/list/csv.h"
#include "store/data_dir.h"

struct rejects {
    char path[DATA_DIR_PATH_MAX + 100];
    char temp[DATA_DIR_PATH_MAX + 110];
    int fd; /* -1: not open */
    struct buf pending;
    int failed; /* errno of a write that failed */
};

int rejects_open(struct rejects *r, const struct data_dir *dir,
                 const char *file_hash, struct err *e) TM_MUST_CHECK;
void rejects_add(struct rejects *r, const struct csv_row *row,
                 const char *reason);
/* Writes out and puts the file in its place. */
int rejects_finish(struct rejects *r, struct err *e) TM_MUST_CHECK;
/* Frees; removes what was not finished. Also after rejects_finish. */
void rejects_drop(struct rejects *r);

#endif

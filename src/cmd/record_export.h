/*
 * The work of `telemark records export`: every table of a period into files
 * of one folder, a manifest beside them, and a row in the table of exports,
 * because a later erasure must be told where data went.
 */
#ifndef CMD_RECORD_EXPORT_H
#define CMD_RECORD_EXPORT_H

#include "cmd/control.h"
#include "port/record_reader.h"
#include "report/records.h"

enum { RECORD_EXPORT_FILES = RECORD_TABLE_COUNT + 1 };

struct record_export {
    struct control *c;
    const char *dir;    /* there already */
    const char *seller; /* NULL: all */
    bool json;
    struct record_period period; /* from and until are given */
    /* result */
    struct records_file file[RECORD_EXPORT_FILES];
    size_t files;
    /* its own */
    char name[RECORD_EXPORT_FILES][40];
};

int record_export(struct record_export *x, struct err *e) TM_MUST_CHECK;

#endif

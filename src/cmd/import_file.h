/*
 * A list file as a stream of rows: encoding and delimiter guessed, header
 * mapped, rows numbered from 1 behind the header. Used by `telemark import`.
 */
#ifndef CMD_IMPORT_FILE_H
#define CMD_IMPORT_FILE_H

#include "base/arena.h"
#include "core/list/columns.h"
#include "core/list/csv.h"
#include "core/list/encoding.h"

struct import_file_options {
    const char *path;
    const char *country;
    const char *encoding;  /* NULL: guess */
    const char *delimiter; /* NULL: guess; "tab" for a tab */
    enum columns_header header;
    const char *const *map; /* COLUMNS_MAPS_MAX texts, NULL-ended */
    /* No list of leads: columns are not guessed, the header comes as the first
     * row, and this text is part of the file's hash. NULL: a list. */
    const char *plain;
};

struct import_file {
    int fd;
    const char *path;
    uint64_t size, done; /* bytes */
    char hash[65];       /* hex, of the bytes and of how they are read */
    struct encoding_stream encoding;
    struct csv csv;
    struct columns columns;
    struct buf text; /* UTF-8 not taken by csv yet */
    struct slice piece;
    uint64_t row;         /* rows given out */
    uint64_t header_line; /* in the file; 0: no header */
    bool header_passed;
    bool ended;
};

/* Opens, looks at the beginning, hashes the whole file. Errors name the file
 * and what to do; f is then closed. */
int import_file_open(struct import_file *f, const struct import_file_options *o,
                     struct err *e) TM_MUST_CHECK;
void import_file_close(struct import_file *f);
/* 1: *row is the next row (not the header); 0: end; negative: error. */
int import_file_next(struct import_file *f, struct csv_row *row,
                     struct err *e) TM_MUST_CHECK;

#endif

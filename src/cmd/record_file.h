/*
 * One file of an export: written beside its place, hashed on the way, renamed
 * when whole. Rows stream; memory is one buffer.
 */
#ifndef CMD_RECORD_FILE_H
#define CMD_RECORD_FILE_H

#include <sodium.h>
#include <stdbool.h>

#include "base/err.h"
#include "port/record_reader.h"

struct record_file {
    char path[4096], temp[4104];
    int fd; /* -1: not open */
    bool json;
    struct buf buf;
    crypto_generichash_state hash;
    uint64_t rows, bytes;
    int failed; /* errno of a write that failed */
    char sum[65];
};

/* DIR/NAME. */
int record_file_open(struct record_file *f, const char *dir, const char *name,
                     bool json, struct err *e) TM_MUST_CHECK;
void record_file_row(struct record_file *f, const struct record_row *row);
/* The head of a CSV file that has no rows. */
void record_file_columns(struct record_file *f, const struct record_row *row);
void record_file_text(struct record_file *f, struct slice text);
/* Writes out and puts the file in its place; sum is its hash. */
int record_file_finish(struct record_file *f, struct err *e) TM_MUST_CHECK;
/* Removes what was not finished. Also after record_file_finish. */
void record_file_drop(struct record_file *f);

#endif

/*
 * The records that the law wants of a period, out of rows of the store: the
 * calls get what their campaign's plan of that day says (purpose, script,
 * caller ID, recorded or live), the plans become the list of messages, and a
 * manifest says what is there, with hashes, and what is missing and why.
 *
 * Order: records_new; RECORD_TABLE_SCRIPTS and RECORD_TABLE_CALLER_IDS through
 * records_take; then calls through records_call, any others through
 * records_note; records_manifest; records_free. Memory: the plans and caller
 * IDs, never the calls.
 *
 * Reference: 16 CFR 310.5 (compliance facts, section 1, "Record fields");
 * CRTC Unsolicited Telecommunications Rules, Part III.
 */
#ifndef REPORT_RECORDS_H
#define REPORT_RECORDS_H

#include "base/json_out.h"
#include "port/record_reader.h"

struct records;

struct records *records_new(void);
void records_free(struct records *r);

/* Keeps a row of the scripts or of the caller IDs. */
int records_take(struct records *r, enum record_table t,
                 const struct record_row *row);

/* The row of a call as it is handed out; *out and its texts live until the
 * next one. */
void records_call(struct records *r, const struct record_row *row,
                  struct record_row *out);
/* Counts what a row of another table lacks. */
void records_note(struct records *r, enum record_table t,
                  const struct record_row *row);

/* Every message of every plan, one row each. */
int records_messages(struct records *r, record_row_fn *v, void *arg);

struct records_file {
    const char *name; /* of the file in the folder */
    uint64_t rows, bytes;
    char hash[65]; /* BLAKE2b-256, hex */
};

struct records_about {
    int64_t made_us, from_us, until_us; /* [from, until) */
    const char *seller;                 /* NULL: all */
    const char *program;                /* "telemark 0.1.0" */
    const struct records_file *file;
    size_t files;
};

void records_manifest(const struct records *r, const struct records_about *a,
                      struct json_out *j);

#endif

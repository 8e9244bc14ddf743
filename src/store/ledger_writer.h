/*
 * Imports into a ledger: batches of entries that were read and checked, each
 * batch one transaction with its journal entry and the count of rows done. So
 * a file that was cut off goes on behind its last batch, and one that comes
 * again changes nothing. An entry that says the very same as one that stands
 * is counted and left out.
 *
 * Any thread that may call sqlite_store_run; one thread a writer.
 */
#ifndef STORE_LEDGER_WRITER_H
#define STORE_LEDGER_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ledger/ledger.h"
#include "store/ledger_rows.h"
#include "store/sqlite_store.h"

enum { LEDGER_WRITER_BATCH_MAX = 1000, LEDGER_WRITER_HASH_LEN = 65 };

struct ledger_writer;

struct ledger_writer_counts {
    uint64_t rows; /* = taken + duplicates + rejected */
    uint64_t taken, duplicates, rejected;
};

struct ledger_writer_open {
    struct tenant_id tenant;
    enum ledger_kind kind;
    const char *seller; /* of rows that name none; NULL: all sellers */
    const char *file_name, *file_hash;
    int64_t now_us;
};

/* counts: of what was done before; its rows are to be left out now. */
int ledger_writer_begin(struct sqlite_store *s,
                        const struct ledger_writer_open *o,
                        struct ledger_writer **out,
                        struct ledger_writer_counts *counts,
                        struct err *e) TM_MUST_CHECK;

/* entry: tenant, seller and file are filled in here: seller_name says whose it
 * is (ledger_rows_seller: ask before, of a revocation); else it is the file's,
 * or of all when `all` says so. stored tells afterwards what is new. */
struct ledger_writer_row {
    struct ledger_entry entry;
    bool all;    /* sellers, although the file is of one */
    bool done;   /* an earlier batch had it: only its seller is filled in */
    bool stored; /* out: it was not there yet */
};
struct ledger_writer_batch {
    struct ledger_writer_row *row;
    size_t n;
    uint64_t rejected;
    /* Told each number that a withdrawal by e-mail address reached, in the
     * store's thread (ledger_rows_reach); NULL: nobody. */
    ledger_rows_reached_fn *reached;
    void *arg;
};
int ledger_writer_batch(struct ledger_writer *w, struct ledger_writer_batch *b,
                        struct ledger_writer_counts *counts,
                        struct err *e) TM_MUST_CHECK;
void ledger_writer_free(struct ledger_writer *w);

#endif

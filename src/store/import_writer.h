/*
 * Cleaned rows of a list file into the database. Each batch is one transaction
 * that also holds how far the file has been read, so an import that was cut
 * off goes on where it stood, and a file that was read before changes nothing
 * the second time (every row is a duplicate).
 *
 * A number is in a list once: phones of a row that the list has already are
 * left out, and a row of which no phone remains is a duplicate. Only the lead
 * that somebody's call to us made gives way: the row takes it over, and it is
 * to be called as the others of the list, unless he has settled otherwise.
 *
 * A batch holds up the store's thread while it is written (7 us a row): beside
 * a running server take batches of a few hundred rows.
 *
 * Order: begin; skip to resume_row (rows) or resume_offset (bytes); batch until
 * the end; finish; free. Threads: any one thread that is not the loop.
 */
#ifndef STORE_IMPORT_WRITER_H
#define STORE_IMPORT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/lead/lead.h"
#include "store/sqlite_store.h"

enum { IMPORT_WRITER_HASH_LEN = 65, IMPORT_WRITER_BATCH_MAX = 10000 };

struct import_writer_open {
    struct tenant_id tenant;
    const char *list;   /* made when missing */
    const char *seller; /* owner of the consents in it; NULL: none are kept */
    const char *file_name;
    const char *file_hash; /* hex of the file's bytes and the mapping used */
    int64_t now_us;
};

struct import_writer_counts {
    uint64_t rows; /* = imported + duplicates + rejected */
    uint64_t imported;
    uint64_t duplicates;
    uint64_t rejected;
};

struct import_writer_start {
    struct list_id list;
    struct seller_id seller; /* for the leads' consents; 0: none */
    bool again;              /* the file was imported to its end before */
    uint64_t resume_row;     /* rows already done; 0: from the start */
    uint64_t resume_offset;  /* bytes already done */
    struct import_writer_counts counts; /* of those rows */
};

struct import_writer;

int import_writer_begin(struct sqlite_store *s,
                        const struct import_writer_open *o,
                        struct import_writer **out,
                        struct import_writer_start *start,
                        struct err *e) TM_MUST_CHECK;

/* One row: lead's phones, country, region, region_confirmed, business,
 * consents (seller may be 0: the import's), last_* dates and fields are used;
 * its id is set when it is imported, 0 when it is a duplicate. */
struct import_writer_row {
    uint64_t row; /* number in the file, for the record */
    struct lead *lead;
};

struct import_writer_batch {
    struct import_writer_row *row;
    size_t n;             /* <= IMPORT_WRITER_BATCH_MAX; may be 0 */
    uint64_t rejected;    /* rows refused since the last batch */
    uint64_t next_row;    /* rows done when this batch is */
    uint64_t next_offset; /* bytes done when this batch is */
};
/* Counts are those of the whole file so far. On an error nothing of the batch
 * was taken and it may be given again. */
int import_writer_batch(struct import_writer *w, struct import_writer_batch *b,
                        struct import_writer_counts *counts,
                        struct err *e) TM_MUST_CHECK;
/* When the lead asked the seller of the file to be left alone, in the words of
 * its row ("opt out: yes"); 0: it did not. A batch makes opt-outs of its
 * numbers in the store; a running server must be told (control.h). */
int64_t import_writer_opted_out_us(const struct import_writer *w,
                                   const struct lead *l);
/* The file was read to its end; a record goes to the journal unless `again`. */
int import_writer_finish(struct import_writer *w, int64_t now_us,
                         struct err *e) TM_MUST_CHECK;
void import_writer_free(struct import_writer *w);

#endif

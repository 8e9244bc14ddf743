/*
 * A row of a ledger file becomes an entry: numbers normalised, days and
 * instants read, words checked against their lists. What cannot be read is
 * told, never guessed: an entry is evidence, and a wrong day in it is worse
 * than none.
 *
 * Pure; the entry's texts point into the row's cells, into the struct itself
 * (do not copy it) or to constants.
 */
#ifndef CORE_LEDGER_LEDGER_ROW_H
#define CORE_LEDGER_LEDGER_ROW_H

#include "core/ledger/ledger_columns.h"
#include "core/list/csv.h"

enum {
    LEDGER_ROW_REASON_MAX = 256,
    LEDGER_ROW_ADDRESS_MAX = 254,  /* RFC 5321, 4.5.3.1.3 */
    LEDGER_ROW_TEXT_MAX = 1000,    /* names, notes, values */
    LEDGER_ROW_WORDING_MAX = 8000, /* what a person was shown */
};

struct ledger_row_options {
    const char *country; /* of numbers and areas that name none */
    bool seller_known;   /* of the whole file: rows need not name one */
    int64_t now_us;      /* nothing is given, said or sold later than that */
};

struct ledger_row {
    struct ledger_entry entry; /* seller_name: of the row, "" none; seller, id
                                  and tenant are not set */
    bool all_sellers;          /* the row says so: seller 0 */
    char reason[LEDGER_ROW_REASON_MAX]; /* why not, with the column's name */
    char address[LEDGER_ROW_ADDRESS_MAX + 1];
    char word[LEDGER_WORD_MAX];
};

/* False: out->reason says which cell, what is wrong and what to do. */
bool ledger_row_clean(const struct ledger_header *h, const struct csv_row *row,
                      const struct ledger_row_options *o,
                      struct ledger_row *out);

/* An instant of a cell: "2026-11-21T17:00:00Z", or a day, which begins at
 * 00:00 UTC. */
bool ledger_row_instant(struct slice cell, int64_t *out_us);

#endif

/*
 * Comma-separated values (RFC 4180) with any delimiter, read as a stream:
 * feed pieces of UTF-8, take rows. A row keeps the number of the line it
 * begins at. Pure; memory grows to the longest row and is bounded.
 *
 * Lenient where people's files are: quotes inside an unquoted cell are text,
 * text after a closing quote is kept, LF, CRLF and CR all end a row, blank
 * lines are skipped (and counted). Strict where guessing loses data: a row
 * over the limit and a quote that never closes are faults of that row.
 */
#ifndef CORE_LIST_CSV_H
#define CORE_LIST_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
    CSV_CELLS_MAX = 512,
    CSV_ROW_BYTES_MAX = 1 << 20, /* 1 MiB: a longer "row" is an open quote */
};

enum csv_fault {
    CSV_OK,
    CSV_TOO_LONG, /* over CSV_ROW_BYTES_MAX; the rest was skipped */
    CSV_TOO_MANY_CELLS,
    CSV_OPEN_QUOTE, /* the file ended inside quotes */
};

struct csv_row {
    uint64_t line; /* 1-based line of its first character */
    enum csv_fault fault;
    const struct slice *cell; /* quotes removed; live until the next call */
    size_t cells;
};

struct csv {
    char delimiter;
    struct buf text; /* cell texts of the row under way */
    struct slice cell[CSV_CELLS_MAX];
    size_t start[CSV_CELLS_MAX + 1];
    size_t cells;
    int state;
    bool after_cr;
    bool too_long, too_many;
    uint64_t line, row_line;
    uint64_t blank_lines;
};

void csv_open(struct csv *c, char delimiter);
void csv_fini(struct csv *c);
/* Takes bytes from *piece until a row is complete: true and *row is set; or
 * false when the piece is used up. */
bool csv_next(struct csv *c, struct slice *piece, struct csv_row *row);
/* The last row when the file does not end with a newline. */
bool csv_end(struct csv *c, struct csv_row *row);

const char *csv_fault_text(enum csv_fault f);

/* The delimiter that cuts the first rows of the sample most evenly: ',', ';',
 * tab, '|'. A sample of one column gives ','. */
char csv_guess_delimiter(struct slice sample);

#endif

/*
 * Comma-separated values (RFC 4180) with any delimiter, read as a stream:
 * feed pieces of UTF-8, take rows. A row keeps the number of the line it
 * begins at. Pure; memory grows to the longest row and is bounded.
 *
 * Lenient where people's files are: quotes inside an unquoted cell are text,
 * text after a closing quote is kept, LF, CRLF and CR all end a row, blank
 * lines are skipped (and counted). Strict where guessing loses data: a row
 * over the limit is a fault of that row.
 *
 * A stray quote must not swallow the list: one that is not closed within
 * CSV_QUOTE_BYTES_MAX or CSV_QUOTE_LINES_MAX, or that is closed on another
 * line in the middle of a cell, makes its own line a fault, and reading goes
 * on at the next line. Lines that are read this second time must have as many
 * cells as the first row: they may be the text of a long note after all.
 */
#ifndef CORE_LIST_CSV_H
#define CORE_LIST_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
    CSV_CELLS_MAX = 512,
    CSV_ROW_BYTES_MAX = 1 << 20,
    CSV_QUOTE_BYTES_MAX = 1 << 16, /* of one quoted cell */
    CSV_QUOTE_LINES_MAX = 100,
};

enum csv_fault {
    CSV_OK,
    CSV_TOO_LONG, /* over CSV_ROW_BYTES_MAX; the rest was skipped */
    CSV_TOO_MANY_CELLS,
    CSV_OPEN_QUOTE, /* a stray quote; its line was skipped */
    CSV_SWALLOWED,  /* read again, and no row like the first one */
};

struct csv_row {
    uint64_t line; /* 1-based line of its first character; CSV_OPEN_QUOTE: of
                      the quote */
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
    size_t width; /* cells of the first row, or as the owner says; 0: none */
    bool stray;   /* the row under way has a stray quote */
    struct buf quote;                 /* bytes of the quoted cell under way */
    uint64_t quote_line, quote_lines; /* where it began; line ends in it */
    size_t quote_text;                /* length of text before it */
    struct buf again;                 /* bytes to be read a second time */
    size_t again_at;
    uint64_t doubt_line; /* the last line of them */
};

void csv_open(struct csv *c, char delimiter);
void csv_fini(struct csv *c);
/* Takes bytes from *piece until a row is complete: true and *row is set; or
 * false when the piece is used up. */
bool csv_next(struct csv *c, struct slice *piece, struct csv_row *row);
/* What is left at the end of the file, a row a call; false: nothing. */
bool csv_end(struct csv *c, struct csv_row *row);

const char *csv_fault_text(enum csv_fault f);

/* The delimiter that cuts the first rows of the sample most evenly: ',', ';',
 * tab, '|'. A sample of one column gives ','. */
char csv_guess_delimiter(struct slice sample);

#endif

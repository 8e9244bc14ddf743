/*
 * Address lists as messy as real ones, for demos, tests and measurements: a
 * CSV of made-up people with a byte order mark, odd column names, several
 * telephone columns, numbers in fourteen spellings, cells that hold no number,
 * quoted commas, line breaks and quotes inside cells, doubled rows, rows with
 * too few or too many columns, blank lines, broken and real UTF-8, addresses,
 * consent, withdrawn consent, appointments; and the do-not-call files that go
 * with it. The same options give the same bytes everywhere.
 *
 * The counts say exactly what was written, so that a test can compare an
 * import's summary: rows = usable + unusable + duplicates.
 *
 * Cost: about 2 us a row, memory 64 KB (do-not-call: 8 bytes a number).
 */
#ifndef SIM_PERSON_LIST_H
#define SIM_PERSON_LIST_H

#include <stdint.h>

#include "base/civil.h"
#include "base/err.h"
#include "base/str.h"

/* X(name, usable, text): what is wrong with a person's row. A usable row has
 * at least one good number, whatever else is in it. */
#define PERSON_ROW_TABLE(X)                                                    \
    X(PERSON_ROW_GOOD, 1, "good")                                              \
    X(PERSON_ROW_CANADA, 1, "Canadian number")                                 \
    X(PERSON_ROW_FOREIGN, 1, "number outside North America")                   \
    X(PERSON_ROW_MANY_COLUMNS, 1, "more cells than columns")                   \
    X(PERSON_ROW_CUT, 1, "ends after the telephone columns")                   \
    X(PERSON_ROW_FEW_COLUMNS, 0, "ends before the telephone columns")          \
    X(PERSON_ROW_EMPTY, 0, "no telephone at all")                              \
    X(PERSON_ROW_WORD, 0, "a word such as n/a")                                \
    X(PERSON_ROW_SHORT, 0, "too few digits")                                   \
    X(PERSON_ROW_LONG, 0, "too many digits")                                   \
    X(PERSON_ROW_IMPOSSIBLE, 0, "ten digits that are no number")               \
    X(PERSON_ROW_ROUNDED, 0, "a spreadsheet's power of ten: 2.12555E+09")

enum person_row {
#define X(name, usable, text) name,
    PERSON_ROW_TABLE(X)
#undef X
        PERSON_ROW_COUNT
};

struct person_list_options {
    uint64_t seed;
    uint64_t people;         /* 1 .. 10 million */
    struct civil_date today; /* consents lie before, appointments after */
    uint32_t national_ppm;   /* share of people in the national register */
    uint32_t internal_ppm;   /* share in the seller's own list */
};

struct person_list_counts {
    uint64_t rows;                    /* CSV records after the header */
    uint64_t usable, unusable;        /* first rows of people */
    uint64_t duplicates;              /* second rows of usable people */
    uint64_t row[PERSON_ROW_COUNT];   /* first rows by what is wrong */
    uint64_t blank_lines;             /* no records */
    uint64_t lines;                   /* line feeds in the file */
    uint64_t two_in_cell, junk_cells; /* in rows that are usable */
    uint64_t line_breaks, quotes;     /* rows with such cells, all rows */
    uint64_t written;                 /* usable, written consent in force */
    uint64_t withdrawn;               /* usable, written consent withdrawn */
    uint64_t other_consent;           /* usable, express or oral */
    uint64_t no_consent;              /* usable, none or not understood */
    uint64_t national, internal;      /* usable and listed there */
};

/* Takes the next bytes of the file. A negative result ends the writing. */
typedef int(person_list_write_fn)(void *arg, struct slice bytes);

/* Usual shares: 6 % in the national register, 1.5 % in the internal list. */
void person_list_options_init(struct person_list_options *o, uint64_t seed,
                              uint64_t people);
/* The list. counts may be NULL. Returns what write returned when negative,
 * TM_EINVAL for impossible options. */
int person_list_write(const struct person_list_options *o,
                      person_list_write_fn *write, void *arg,
                      struct person_list_counts *counts,
                      struct err *e) TM_MUST_CHECK;
/* The national register's file: sorted lines "AAA,NNNNNNN", the listed people
 * of the list and as many numbers again that are not in it. */
int person_list_write_dnc(const struct person_list_options *o,
                          person_list_write_fn *write, void *arg,
                          struct err *e) TM_MUST_CHECK;
/* The seller's own list: a number a line, in several spellings. */
int person_list_write_internal(const struct person_list_options *o,
                               person_list_write_fn *write, void *arg,
                               struct err *e) TM_MUST_CHECK;

/* Person i's first number as the list has it; 0 when the row is unusable. */
uint64_t person_list_number(const struct person_list_options *o, uint64_t i);

#endif

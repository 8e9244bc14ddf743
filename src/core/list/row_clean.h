/*
 * A row of a list file becomes a lead: numbers normalised, consent and dates
 * read, everything else kept as fields. Pure; the lead's texts point into the
 * row. What cannot be read is told, never guessed: a row without one good
 * number is rejected with the reason.
 */
#ifndef CORE_LIST_ROW_CLEAN_H
#define CORE_LIST_ROW_CLEAN_H

#include "core/lead/lead.h"
#include "core/list/columns.h"

enum { ROW_CLEAN_REASON_MAX = 200 };

struct row_clean_result {
    bool good;
    char reason[ROW_CLEAN_REASON_MAX]; /* why not, with the column's name */
    unsigned bad_phones;  /* cells that hold no good number, in a good row */
    unsigned extra_cells; /* more cells than columns */
    bool unread_date;     /* a date cell that is no date */
};

/* country: default for numbers and the order of dates (US: month first).
 * *lead is filled in, its id 0. */
void row_clean(const struct columns *c, const struct csv_row *row,
               const char *country, struct lead *lead,
               struct row_clean_result *out);

#endif

/*
 * A row of a list file becomes a lead: numbers normalised, consent and dates
 * read, everything else kept as fields. Pure; the lead's texts point into the
 * row. What cannot be read is told, never guessed: a row without one good
 * number is rejected with the reason.
 */
#ifndef CORE_LEAD_LEAD_ROW_H
#define CORE_LEAD_LEAD_ROW_H

#include "core/lead/lead.h"
#include "core/list/columns.h"

enum { LEAD_ROW_REASON_MAX = 200 };

struct lead_row_result {
    bool good;
    char reason[LEAD_ROW_REASON_MAX]; /* why not, with the column's name */
    unsigned bad_phones;  /* cells that hold no good number, in a good row */
    unsigned extra_cells; /* more cells than columns */
    unsigned left_out;    /* numbers and fields over the lead's limits */
    bool unread_date;     /* a date cell that is no date */
};

/* country: default for numbers, and the order of the file's dates (US: month
 * first) whatever country a row is of. A country cell that is not understood
 * leaves the row's country unknown. *lead is filled in, its id 0. */
void lead_row_clean(const struct columns *c, const struct csv_row *row,
                    const char *country, struct lead *lead,
                    struct lead_row_result *out);

#endif

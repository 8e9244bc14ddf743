/*
 * All that is on file about one person, as JSON for machines and as a page of
 * HTML for the person. Feed the rows of record_reader.person (and rows of the
 * same shape about files) in order; rows of one table come together.
 *
 * Reference: GDPR art. 15 and 20.
 */
#ifndef REPORT_PERSON_H
#define REPORT_PERSON_H

#include <stdbool.h>

#include "base/json_out.h"
#include "port/record_reader.h"

struct person_report {
    struct buf *json, *html;
    struct json_out out;
    char table[40]; /* whose rows are being written; "" none */
    uint64_t rows;
};

/* about: "+12125550100" or the address, as it is shown. */
void person_report_begin(struct person_report *p, struct buf *json,
                         struct buf *html, const char *about, int64_t now_us);
/* A record_row_fn; arg is the person_report. */
int person_report_row(void *arg, const struct record_row *row);
void person_report_end(struct person_report *p);

#endif

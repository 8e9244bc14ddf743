/*
 * The report for spreadsheets: tidy lines "section,key,subkey,value", one
 * figure each, with a header line (RFC 4180, CRLF). Sections and keys are
 * those of the JSON form.
 */
#ifndef REPORT_REPORT_CSV_H
#define REPORT_REPORT_CSV_H

#include "report/figures.h"

void report_csv(const struct figures *f, struct buf *out);

#endif

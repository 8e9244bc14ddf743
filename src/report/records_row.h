/*
 * Rows of the record reader as CSV, JSON and plain text: telephone numbers of
 * the North American plan as 212-555-0123 and others in E.164, instants in UTC
 * to the second, times to the whole second (16 CFR 310.5, standards by
 * reference).
 */
#ifndef REPORT_RECORDS_ROW_H
#define REPORT_RECORDS_ROW_H

#include "base/json_out.h"
#include "port/record_reader.h"

enum { RECORDS_ROW_NUMBER_LEN = 24 };

/* "212-555-0123", "+442071234567", "" for 0. */
void records_row_number(uint64_t e164, char out[RECORDS_ROW_NUMBER_LEN]);

/* The cell as text; bytes for CSV, HTML or a terminal are the caller's. */
void records_row_text(const struct record_cell *c, struct buf *out);

void records_row_csv_head(const struct record_row *row, struct buf *out);
void records_row_csv(const struct record_row *row, struct buf *out);
/* One object; empty cells and zeros that mean "none" are null. */
void records_row_json(const struct record_row *row, struct json_out *j);

#endif

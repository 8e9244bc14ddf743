/*
 * Figures as people read them: thousands, percentages, durations, instants;
 * and texts of others (names, answers) made harmless for a terminal, for HTML
 * and for a spreadsheet. Integer arithmetic only, so the same figures give
 * the same bytes everywhere.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <stdint.h>

#include "base/str.h"

enum { WORDS_MAX = 48 };

/* "1,234,567"; returns out. */
const char *words_count(uint64_t n, char out[WORDS_MAX]);
/* "35.2 %" rounded to the nearest; "-" when of is 0. */
const char *words_share(uint64_t n, uint64_t of, char out[WORDS_MAX]);
/* "6.2 s", "1 min 05 s"; the mean of a sum over n, "-" when n is 0. */
const char *words_mean_ms(int64_t sum_ms, uint64_t n, char out[WORDS_MAX]);
/* "2026-11-23 18:00:05 UTC", "never" for 0. */
const char *words_instant(int64_t us, char out[WORDS_MAX]);
/* The same as "2026-11-23T18:00:05Z", "" for 0. */
const char *words_iso(int64_t us, char out[WORDS_MAX]);

/* Adds text for a terminal: no control characters, valid UTF-8. */
void words_plain(struct buf *b, struct slice text);
/* Adds text in lines of at most width columns, each set in by indent; longer
 * words stand out. Ends with a new line. */
void words_paragraph(struct buf *b, struct slice text, size_t indent,
                     size_t width);
/* Adds text for the content or a quoted attribute of HTML. */
void words_html(struct buf *b, struct slice text);
/* Adds a text field of CSV (RFC 4180), quoted when it must be. One that a
 * spreadsheet would take for a formula gets an apostrophe before it. */
void words_csv(struct buf *b, struct slice text);
/* Columns that a text takes on a terminal: its characters. */
size_t words_width(struct slice text);

#endif

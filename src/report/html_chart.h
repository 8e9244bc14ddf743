/*
 * Small charts as inline SVG for the HTML report. Bars beside a table's
 * numbers are decoration and hidden from screen readers; a chart that stands
 * alone has a title, and its table follows it. Lengths are integers in
 * hundredths, so the same figures give the same bytes.
 */
#ifndef REPORT_HTML_CHART_H
#define REPORT_HTML_CHART_H

#include <stdint.h>

#include "base/str.h"
#include "report/figures.h"

/* A cell with a bar of n out of of; tone is a class of the style sheet. */
void html_chart_bar(struct buf *b, uint64_t n, uint64_t of, const char *tone);
/* A cell of a funnel: as wide as n at the top, as next at the bottom. */
void html_chart_funnel(struct buf *b, uint64_t n, uint64_t next, uint64_t of);

struct html_part {
    const char *name, *tone;
    uint64_t n;
};
/* Parts of a whole beside each other, with a key below. */
void html_chart_stack(struct buf *b, const struct html_part *part, size_t n);
/* Columns by hour: placed, and within it answered by a person. */
void html_chart_hours(struct buf *b, const struct figures *f);
/* Likewise by half hour of a day: offered, and within it answered. */
void html_chart_halves(
    struct buf *b,
    const struct caller_figures_count day[CALLER_FIGURES_HALVES]);

#endif

/*
 * Plots over time as inline SVG: a few lines over one axis of hours or days,
 * with a level that must not be passed. No script; colours are those of the
 * page's style sheet (html_style.h), and sim_plot_style adds what lines need.
 * Each plot has a title for screen readers and a key. Lengths are whole
 * tenths, so the same figures give the same bytes.
 */
#ifndef REPORT_SIM_PLOT_H
#define REPORT_SIM_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { SIM_PLOT_LINES_MAX = 4 };

struct sim_plot_line {
    const char *name, *tone; /* good, calm, wait, stop or pale */
    const double *y;         /* points values, 0 or more */
};

struct sim_plot {
    const char *title;
    const char *unit; /* after the figures of the axis: " %" or "" */
    size_t points;    /* of each line; each is of an equal part of the time */
    double from, to;  /* the time axis, in hours or days */
    bool clock;       /* hours of the day: 9:00, else plain numbers */
    double top;       /* the axis goes at least up to here */
    double level;     /* a dashed line; 0: none */
    struct sim_plot_line line[SIM_PLOT_LINES_MAX];
    size_t lines;
};

/* CSS for the page's head. */
extern const char *const sim_plot_style;

void sim_plot(struct buf *b, const struct sim_plot *p);

#endif

/* The report for a terminal, 80 columns wide. */
#ifndef REPORT_REPORT_TEXT_H
#define REPORT_REPORT_TEXT_H

#include <stdbool.h>

#include "report/figures.h"

enum { REPORT_TEXT_WIDTH = 80 };

/* utf8: bars of blocks and rules of lines; else plain ASCII. */
void report_text(const struct figures *f, bool utf8, struct buf *out);

#endif

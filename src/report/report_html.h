/*
 * The report as one HTML page that needs nothing else: no script, no font, no
 * picture, no network. Every chart has its table; names are escaped.
 */
#ifndef REPORT_REPORT_HTML_H
#define REPORT_REPORT_HTML_H

#include "report/figures.h"

void report_html(const struct figures *f, struct buf *out);

#endif

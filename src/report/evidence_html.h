/* Evidence as one HTML page: no script, nothing from elsewhere, for screens
 * and for paper; written for who knows nothing of the program. */
#ifndef REPORT_EVIDENCE_HTML_H
#define REPORT_EVIDENCE_HTML_H

#include "report/evidence.h"

void evidence_html(const struct evidence *v, struct buf *out);

#endif

/* The estimate for people and, as JSON (docs/complaints.md), for programs.
 * Pure. */
#ifndef REPORT_EXPOSURE_TEXT_H
#define REPORT_EXPOSURE_TEXT_H

#include "report/exposure.h"

void exposure_text(const struct exposure *x, struct buf *out);
void exposure_text_json(const struct exposure *x, struct json_out *j);

#endif

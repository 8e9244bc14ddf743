/* The report for programs: one JSON object, docs/report-json.md. */
#ifndef REPORT_REPORT_JSON_H
#define REPORT_REPORT_JSON_H

#include "base/json_out.h"
#include "report/figures.h"

/* One value; the caller may write it into a larger document. */
void report_json(const struct figures *f, struct json_out *j);

#endif

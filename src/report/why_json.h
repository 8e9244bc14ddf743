/* The answer to why, for programs: docs/report-json.md. */
#ifndef REPORT_WHY_JSON_H
#define REPORT_WHY_JSON_H

#include "base/json_out.h"
#include "report/why.h"

void why_json(const struct why *w, struct json_out *j);

#endif

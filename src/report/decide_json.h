/* Answers of `telemark decide`: one line of JSON a case (compliance facts,
 * section 10). */
#ifndef REPORT_DECIDE_JSON_H
#define REPORT_DECIDE_JSON_H

#include "core/rules/verdict.h"

/* Appends the line without its end. input: decide_write_hash of the case, NULL
 * not told. */
void decide_json_verdict(const struct verdict *v, const char *id,
                         const char *input, struct buf *out);
/* {"id":…,"error":…}; id "" becomes null. */
void decide_json_error(const char *id, const char *error, struct buf *out);

#endif

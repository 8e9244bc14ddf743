/* Evidence as JSON; its keys are documented in docs/evidence.md. */
#ifndef REPORT_EVIDENCE_JSON_H
#define REPORT_EVIDENCE_JSON_H

#include "base/json_out.h"
#include "report/evidence.h"

void evidence_json(const struct evidence *v, struct json_out *j);

/* What a call was allowed or refused by, as records write the effect of a
 * rule ("passed"), in words for people. Used by the HTML too. */
const char *evidence_json_effect(const char *effect);

#endif

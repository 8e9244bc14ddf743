/*
 * A case file for people (text for a terminal, a page of HTML) and for
 * programs (JSON, docs/complaints.md). Texts of others are made harmless.
 * Pure.
 */
#ifndef REPORT_COMPLAINT_TEXT_H
#define REPORT_COMPLAINT_TEXT_H

#include "report/complaint_case.h"

void complaint_text(const struct complaint_case *k, struct buf *out);
void complaint_text_json(const struct complaint_case *k, struct json_out *j);
void complaint_text_html(const struct complaint_case *k, struct buf *out);

/* "2026-11-30 answer: own policy ... (the operator's policy)". */
void complaint_text_due(const struct complaint_due *d, struct buf *out);
/* "open", "closed: violation (registry)". */
void complaint_text_state(const struct reader_complaint *r, struct buf *out);
/* "lawful", "not as it was judged", "not known": of a replay. */
const char *complaint_text_judged(enum complaint_judged j);

#endif

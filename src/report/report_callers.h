/*
 * Calls to us, for people and programs: a part of a campaign's report. The
 * four writers say the same; the text is in report_text.c, whose bars it uses.
 * Nothing is written when the campaign takes no calls.
 */
#ifndef REPORT_REPORT_CALLERS_H
#define REPORT_REPORT_CALLERS_H

#include "base/json_out.h"
#include "report/caller_figures.h"

/* X(key, text, field): how callers fared, each in one but the two first. */
#define REPORT_CALLERS_TABLE(X)                                                \
    X("callers", "called us", callers)                                         \
    X("talked", "talked with an agent", talked)                                \
    X("gave_up", "gave up", gave_up)                                           \
    X("turned_away", "turned away", turned_away)                               \
    X("callbacks", "asked to be called back", callbacks)                       \
    X("opt_outs", "asked to be left alone", opt_outs)                          \
    X("others", "cut off by a restart", others)                                \
    X("open", "waiting still", open)

/* Key "calls_to_us" and its object. */
void report_callers_json(const struct caller_figures *f, struct json_out *j);
/* Lines "calls_to_us,key,,value" and "calls_to_us,key,+NUMBER,value". */
void report_callers_csv(const struct caller_figures *f, struct buf *out);
/* A card of the page. */
void report_callers_html(const struct caller_figures *f, struct buf *out);

/* "20 s"; "" without a target. */
const char *report_callers_target(const struct caller_figures *f, char out[24]);

#endif

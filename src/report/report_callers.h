/*
 * Calls to us, for people and programs: a part of a campaign's report. The
 * writers say the same, in the words of the trade (docs/words.md); the bars of
 * the text are report_text.c's. Nothing is written when the campaign takes no
 * calls.
 */
#ifndef REPORT_REPORT_CALLERS_H
#define REPORT_REPORT_CALLERS_H

#include "base/json_out.h"
#include "report/caller_figures.h"

/* X(key, text, field): how callers fared, each in one but the two first. */
#define REPORT_CALLERS_TABLE(X)                                                \
    X("callers", "offered", callers)                                           \
    X("talked", "answered by an agent", talked)                                \
    X("gave_up", "abandoned by the caller", gave_up)                           \
    X("turned_away", "turned away", turned_away)                               \
    X("callbacks", "asked to be called back", callbacks)                       \
    X("opt_outs", "asked to be left alone", opt_outs)                          \
    X("others", "cut off by a restart", others)                                \
    X("open", "waiting still", open)

/* Key "calls_to_us" and its object. */
void report_callers_json(const struct caller_figures *f, struct json_out *j);
/* Lines "calls_to_us,key,,value" and "calls_to_us,key,+NUMBER,value", and
 * "half_hours,INSTANT,key,value". */
void report_callers_csv(const struct caller_figures *f, struct buf *out);
/* The lines below those of the table: service level, times, by half hour, by
 * number. */
void report_callers_text(const struct caller_figures *f, struct buf *out);
/* Tiles for the head of the page, and a card. */
void report_callers_tiles(const struct caller_figures *f, struct buf *out);
void report_callers_html(const struct caller_figures *f, struct buf *out);

/* "20 s"; "" without a target. */
const char *report_callers_target(const struct caller_figures *f, char out[24]);
/* How the service level is reckoned, one sentence. */
void report_callers_formula(const struct caller_figures *f, struct buf *out);
/* "America/New_York" */
const char *report_callers_zone(const struct caller_figures *f);

#endif

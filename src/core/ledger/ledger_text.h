/*
 * An entry of a ledger as people and programs read it: its fields under the
 * names that files have for them, and until when the law wants a withdrawal
 * honoured. Pure.
 */
#ifndef CORE_LEDGER_LEDGER_TEXT_H
#define CORE_LEDGER_LEDGER_TEXT_H

#include "base/json_out.h"
#include "core/ledger/ledger_columns.h"

/* Appends a field as a file would have it; nothing when it is empty. */
void ledger_text_field(const struct ledger_entry *x, enum ledger_field f,
                       struct buf *out);
/* One line: "12 consent number=+12125550100 type=express_written ...". */
void ledger_text_line(const struct ledger_entry *x, struct buf *out);
/* One object with the same fields, and id, kind, when and whence it came. */
void ledger_text_json(const struct ledger_entry *x, struct json_out *j);

/* The last day on which a withdrawal may still lawfully be disregarded, and
 * whether it was on file by then: it acts from the moment it is; false: the law
 * names no number of days, or x is no revocation. Business days leave weekends
 * out and holidays in, and the day it came is the earliest that it was
 * anywhere, the day it was put on file that of UTC: so the deadline is never
 * too late, and no delay is hidden. Reference: 47 CFR 64.1200(a)(10) and
 * (d)(3), 15 USC 7704(a)(4): 10 business days; Canada: CRTC rules, Part III: 14
 * days; CASL s. 11(3): 10 business days. */
struct ledger_deadline {
    struct civil_date received, last;
    struct civil_date on_file; /* year 0: not yet */
    int days_late;             /* 0: in time */
    const char *law;
};
bool ledger_text_deadline(const struct ledger_entry *x,
                          struct ledger_deadline *out);

#endif

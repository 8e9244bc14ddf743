/*
 * Cases of `telemark decide`: one JSON object a line (compliance facts,
 * section 10), read into a rule_case. A case file is shorter than what the
 * engine supplies; what an absent key stands for is said there and done here:
 * ledgers are known and empty, the caller's own duties are in order, the
 * registers of the United States and Canada are unknown, others are clear.
 * A line with "absent":"unknown" is in the exact form of decide_write.h.
 *
 * A name that is not listed, or a value of another kind, is an error with the
 * path of its key, e.g. "contact.channel: not a known word".
 *
 * Memory comes from the arena and lives as long as the case is used. Pure but
 * for the zones, which are handed in. Any thread with an arena of its own.
 */
#ifndef REPORT_DECIDE_READ_H
#define REPORT_DECIDE_READ_H

#include "core/rules/rule_book.h"
#include "core/rules/rule_case.h"

struct decide_input {
    struct arena *arena;
    /* NULL: no such zone. */
    const struct tz *(*zone)(void *self, const char *name);
    void *self;
    const struct rule_book *book; /* whose clocks count; NULL: the zones' */
    const char *tzdata;           /* release of the zone data, "" unknown */
};

struct decide_case {
    struct rule_case k;
    const char *id; /* "" when the line has none */
};

/* TM_EINVAL: *e says what and where; out->id is set as far as it was found. */
int decide_read(const struct decide_input *in, struct slice line,
                struct decide_case *out, struct err *e) TM_MUST_CHECK;

#endif

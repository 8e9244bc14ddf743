/*
 * Inside of a zone, shared by tz*.c only: the table of changes from the TZif
 * data and the POSIX rule that follows it. Times are UTC seconds, offsets
 * seconds east of UTC. Reference: RFC 8536; POSIX.1-2017, Base Definitions 8.3.
 */
#ifndef BASE_TZ_INT_H
#define BASE_TZ_INT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tz.h"

/* RFC 8536, 3.2: no offset is a day and two hours or more from UTC. */
enum { TZ_OFFSET_LIMIT_S = 26 * 3600 };

enum tz_day_kind {
    TZ_DAY_JULIAN, /* Jn: 1 .. 365, 29 February is not counted */
    TZ_DAY_ZERO,   /* n: 0 .. 365, 29 February is counted */
    TZ_DAY_WEEK,   /* Mm.w.d: week 5 is the last one of the month */
};

struct tz_day {
    enum tz_day_kind kind;
    int16_t day; /* of the year, or of the week with Sunday 0 */
    uint8_t month, week;
    int32_t time_s; /* local time; may be negative or above a day */
};

struct tz_rule {
    int32_t standard_s;
    bool has_daylight;
    int32_t daylight_s;
    struct tz_day start, end; /* of daylight time */
};

struct tz {
    const char *name;
    int32_t first_s; /* offset before the first change */
    size_t n;
    const int64_t *at;       /* ascending; each changes the offset */
    const int32_t *offset_s; /* from at[i] on */
    bool has_rule;
    int64_t rule_from; /* the rule holds from here on */
    struct tz_rule rule;
};

/* Reads a whole TZ string. False: malformed. Empty text is malformed. */
bool tz_rule_parse(struct slice text, struct tz_rule *out);
int32_t tz_rule_offset_s(const struct tz_rule *r, int64_t utc_s);
/* First change of offset after utc_s, or INT64_MAX. */
int64_t tz_rule_next(const struct tz_rule *r, int64_t utc_s);

#endif

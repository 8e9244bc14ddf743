/*
 * One instant seen from every place the callee may be, and windows of local
 * time. For core/rules alone.
 *
 * Within a stretch of constant offset local time runs evenly, so windows are
 * found by arithmetic; where the offset changes, the search starts anew. That
 * makes gaps and overlaps of daylight saving come out by definition: open is
 * what the wall clock says (conventions K1, K6, K7 of the compliance facts).
 */
#ifndef CORE_RULES_RULE_CLOCK_H
#define CORE_RULES_RULE_CLOCK_H

#include "core/rules/rule_case.h"

struct rule_calendar;
struct rule_code;

/* A clock that a pack sets right, whatever the zone data of this machine say:
 * zone data may be older than the law (TZ-BC-2026). */
struct rule_zone_fix {
    const char *zone;  /* "America/Vancouver" */
    int64_t from_us;   /* one offset from here on */
    int64_t offset_us; /* east of UTC */
    const struct rule_code *rule;
};

struct rule_zone {
    const struct tz *zone;
    const struct rule_zone_fix *fix; /* NULL: as the zone data have it */
    int64_t offset_us;               /* in force at the instant */
    int64_t from_us;                 /* ... from here at the latest */
    int64_t until_us;                /* ... until here; INT64_MAX for good */
};

struct rule_clock {
    int64_t t;
    const struct rule_zone_fix *fix; /* of the book */
    size_t fixes;
    bool unknown; /* some candidate's zone is not known, or none at all */
    struct rule_zone zone[CASE_PLACES_MAX]; /* candidates, each once */
    size_t zones;
    int32_t day_min, day_max; /* local dates, days since 1970 */
};

/* Windows with the holidays of their calendar. */
struct rule_hours {
    const struct policy_window *window; /* bit 7 of weekdays: on holidays */
    size_t windows;
    const struct case_holiday *holiday;
    size_t holidays;
    struct place_code calendar;       /* v 0: no holidays */
    const struct rule_calendar *days; /* of the pack; NULL: proclaimed ones */
    bool eves;                        /* some window is for eves */
};

/* Confirmed places win alone. Then moves to t. */
void rule_clock_init(struct rule_clock *c, const struct case_location *l,
                     int64_t t);
/* The same with clocks set right. They live as long as the clock. */
void rule_clock_init_fixed(struct rule_clock *c, const struct case_location *l,
                           int64_t t, const struct rule_zone_fix *fix,
                           size_t fixes);
void rule_clock_move(struct rule_clock *c, int64_t t);

/* One zone by itself, for rule_clock_day. */
struct rule_zone rule_clock_zone(const struct tz *zone,
                                 const struct rule_zone_fix *fix, size_t fixes);
/* The local day of an instant (days since 1970), by the zone as set right. */
int32_t rule_clock_day(const struct rule_zone *z, int64_t t);

/* The instant at which the first, or the last, of the candidates comes to a
 * local day (days since 1970). INT64_MAX beyond the calendar. */
int64_t rule_clock_first(const struct rule_clock *c, int32_t day);
int64_t rule_clock_last(const struct rule_clock *c, int32_t day);

/* True when every candidate is within the windows; *change_us is the first
 * closing, or when shut an instant before which it stays shut (INT64_MAX: for
 * good). At least one known candidate is needed. */
bool rule_clock_open(const struct rule_clock *c, const struct rule_hours *h,
                     int64_t *change_us);

#endif

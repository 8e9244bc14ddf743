/*
 * Holiday calendars of packs: [calendar PLACE] sections, expanded once into a
 * bit for every day of a century, so that asking costs nothing. A holiday that
 * is observed on another day closes both days. For core/rules alone; the lines
 * are described in docs/rules-format.md.
 */
#ifndef CORE_RULES_RULE_CALENDAR_H
#define CORE_RULES_RULE_CALENDAR_H

#include "base/kv.h"
#include "core/rules/rule_clock.h"
#include "core/rules/rule_code.h"

enum { RULE_CALENDAR_DAYS_MAX = 48, RULE_CALENDARS_MAX = 64 };

/* Moves a fixed day that falls on one weekday to another. */
struct rule_observed {
    enum civil_weekday on, to;
};

/* One holiday. */
struct rule_holiday {
    enum { HOLIDAY_FIXED, HOLIDAY_NTH, HOLIDAY_LAST, HOLIDAY_EASTER } kind;
    int month, day;             /* FIXED; NTH and LAST: month alone */
    int n;                      /* NTH: 1 to 5; EASTER: days after it */
    enum civil_weekday weekday; /* NTH, LAST */
    int from_year;              /* first year, 0 ever */
};

/* A calendar being read. */
struct rule_calendar_draft {
    struct place_code place;
    struct rule_holiday holiday[RULE_CALENDAR_DAYS_MAX];
    size_t holidays;
    struct rule_observed observed[4];
    size_t observeds;
    const struct rule_calendar *include; /* another place's days too */
};

/* False: the place's name is none. */
bool rule_calendar_begin(struct rule_calendar_draft *d, struct slice place);
/* One line; calendars read before may be included. NULL, or what it should
 * have been. */
const char *rule_calendar_line(struct rule_calendar_draft *d,
                               const struct kv_line *l,
                               const struct rule_calendar *known, size_t n);
/* Expands the draft; memory from the arena. */
void rule_calendar_end(const struct rule_calendar_draft *d, struct arena *a,
                       struct rule_calendar *out);

/* Easter Sunday of a year, Gregorian (the anonymous algorithm of 1876). */
struct civil_date rule_calendar_easter(int year);

#endif

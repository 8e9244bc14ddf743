/*
 * Civil time: dates and times of day without zones, and the UTC instant as
 * microseconds since 1970-01-01T00:00:00Z. Proleptic Gregorian, years 1 to
 * 9999. Pure functions.
 */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define CIVIL_SECOND_US ((int64_t)1000000)
#define CIVIL_MINUTE_US (60 * CIVIL_SECOND_US)
#define CIVIL_HOUR_US   (60 * CIVIL_MINUTE_US)
#define CIVIL_DAY_US    (24 * CIVIL_HOUR_US)

/* Day numbers of 0001-01-01 and 9999-12-31: outside is a programmer error. */
enum { CIVIL_DAYS_MIN = -719162, CIVIL_DAYS_MAX = 2932896 };

enum civil_weekday {
    CIVIL_MONDAY, /* ISO order */
    CIVIL_TUESDAY,
    CIVIL_WEDNESDAY,
    CIVIL_THURSDAY,
    CIVIL_FRIDAY,
    CIVIL_SATURDAY,
    CIVIL_SUNDAY,
};

struct civil_date {
    int16_t year;
    uint8_t month; /* 1 .. 12 */
    uint8_t day;   /* 1 .. 31 */
};

struct civil_time {
    struct civil_date date;
    int32_t second_of_day; /* 0 .. 86399 */
    int32_t us;            /* 0 .. 999999 */
};

bool civil_date_valid(struct civil_date d);
int32_t civil_days(struct civil_date d); /* days since 1970-01-01 */
struct civil_date civil_date_of_days(int32_t days);
enum civil_weekday civil_weekday(struct civil_date d);
int civil_date_cmp(struct civil_date a, struct civil_date b);
/* n may be negative; the day is clamped to the month's end (convention K2 of
 * the compliance facts: 31 August + 18 months = 28/29 February). */
struct civil_date civil_add_months(struct civil_date d, int n);
struct civil_date civil_add_days(struct civil_date d, int n);

struct civil_time civil_of_us(int64_t local_us);
int64_t civil_to_us(struct civil_time t);

/* "2026-11-21" ; false when malformed or no such day. */
bool civil_parse_date(struct slice s, struct civil_date *out);
/* RFC 3339 with Z or offset, seconds and fraction optional:
 * "2026-11-21T17:00Z". */
bool civil_parse_instant(struct slice s, int64_t *out_us);
/* "2026-11-21T17:00:00Z" into out[21], whole seconds (floor). */
enum { CIVIL_INSTANT_LEN = 21 };
void civil_format_instant(int64_t us, char out[CIVIL_INSTANT_LEN]);
/* "2026-11-21" into out[11]. */
void civil_format_date(struct civil_date d, char out[11]);

#endif

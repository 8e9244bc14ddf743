#include "core/complaint/complaint_time.h"

#include <string.h>

#include "base/assert.h"
#include "base/civil.h"

/* A text being read from its left. */
struct cursor {
    const char *p, *end;
};

struct parts {
    int year, month, day;
    int second_of_day; /* -1: no time given */
    int step_s;        /* how exact the time is */
};

const char *complaint_time_fault_text(enum complaint_time_fault f)
{
    switch (f) {
    case COMPLAINT_TIME_OK: return "is good";
    case COMPLAINT_TIME_UNREADABLE:
        return "cannot be read; write it like 2026-11-21 17:05";
    case COMPLAINT_TIME_AMBIGUOUS:
        return "may be read with the month or the day first; write it like "
               "2026-11-21";
    case COMPLAINT_TIME_NO_ZONE:
        return "is in no known time zone; write it like 2026-11-21T17:05Z";
    }
    tm_unreachable("a fault outside its table");
}

static void skip_space(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
        c->p++;
}

static bool take_char(struct cursor *c, const char *any)
{
    if (c->p == c->end || *c->p == '\0' || strchr(any, *c->p) == NULL)
        return false;
    c->p++;
    return true;
}

/* One to max digits; *digits tells how many. */
static bool take_int(struct cursor *c, int max, int *out, int *digits)
{
    int v = 0, n = 0;
    while (c->p < c->end && n < max && *c->p >= '0' && *c->p <= '9') {
        v = v * 10 + (*c->p++ - '0');
        n++;
    }
    *out = v;
    *digits = n;
    return n > 0;
}

/* first/second/year by the country's habit. */
static enum complaint_time_fault order(const char *country, int a, int b,
                                       struct parts *p)
{
    bool month_first = strcmp(country, "US") == 0;
    if (strcmp(country, "CA") == 0) {
        if (a <= 12 && b <= 12 && a != b)
            return COMPLAINT_TIME_AMBIGUOUS;
        month_first = a <= 12 && b > 12;
    }
    p->month = month_first ? a : b;
    p->day = month_first ? b : a;
    return COMPLAINT_TIME_OK;
}

static enum complaint_time_fault take_date(struct cursor *c,
                                           const char *country, struct parts *p)
{
    int a, b, y, n, digits;
    if (!take_int(c, 4, &a, &n) || c->p == c->end)
        return COMPLAINT_TIME_UNREADABLE;
    char sep = *c->p;
    if (!take_char(c, "-/.") || !take_int(c, 2, &b, &digits) ||
        c->p == c->end || *c->p++ != sep || !take_int(c, 4, &y, &digits))
        return COMPLAINT_TIME_UNREADABLE;
    if (n == 4 && digits <= 2) {
        p->year = a;
        p->month = b;
        p->day = y;
        return COMPLAINT_TIME_OK;
    }
    if (n > 2 || digits != 4 || sep == '-')
        return COMPLAINT_TIME_UNREADABLE;
    p->year = y;
    return order(sep == '.' ? "DE" : country, a, b, p);
}

/* "pm", "p.m.", "AM": hours to add to an hour of 1 to 12; false: no such. */
static bool take_half(struct cursor *c, int *hour)
{
    skip_space(c);
    if (c->p == c->end)
        return true;
    bool pm = *c->p == 'p' || *c->p == 'P';
    if (!take_char(c, "aApP"))
        return false;
    (void)take_char(c, ".");
    if (!take_char(c, "mM"))
        return false;
    (void)take_char(c, ".");
    if (*hour < 1 || *hour > 12)
        return false;
    *hour = *hour % 12 + (pm ? 12 : 0);
    return true;
}

static bool take_time(struct cursor *c, struct parts *p)
{
    int h, m, s = 0, digits;
    skip_space(c);
    if (!take_int(c, 2, &h, &digits) || !take_char(c, ":hH") ||
        !take_int(c, 2, &m, &digits) || digits != 2)
        return false;
    p->step_s = 60;
    if (take_char(c, ":")) {
        if (!take_int(c, 2, &s, &digits) || digits != 2)
            return false;
        p->step_s = 1;
        if (take_char(c, ".,") && !take_int(c, 9, &digits, &digits))
            return false;
    }
    if (!take_half(c, &h) || h > 23 || m > 59 || s > 59)
        return false;
    p->second_of_day = h * 3600 + m * 60 + s;
    skip_space(c);
    return c->p == c->end;
}

static enum complaint_time_fault take_all(struct slice text,
                                          const char *country, struct parts *p)
{
    struct cursor c = {text.p, text.p + text.n};
    *p = (struct parts){.second_of_day = -1};
    enum complaint_time_fault f = take_date(&c, country, p);
    if (f != COMPLAINT_TIME_OK)
        return f;
    if (take_char(&c, "T")) {
        if (!take_time(&c, p))
            return COMPLAINT_TIME_UNREADABLE;
    } else if (c.p < c.end) {
        if (!take_char(&c, " \t,") || !take_time(&c, p))
            return COMPLAINT_TIME_UNREADABLE;
    }
    return COMPLAINT_TIME_OK;
}

/* The local stretch in one zone as instants; both passes of an hour that
 * comes twice when clocks are set back. */
static struct complaint_time in_zone(const struct tz *z, struct civil_time t,
                                     int64_t step_us)
{
    struct complaint_time out = {.at_us = tz_first_instant(z, t)};
    out.until_us = out.at_us + step_us;
    int64_t again = out.at_us + CIVIL_HOUR_US;
    if (civil_to_us(tz_local(z, again)) == civil_to_us(t))
        out.until_us += CIVIL_HOUR_US;
    return out;
}

enum complaint_time_fault complaint_time_parse(struct slice text,
                                               const char *country,
                                               const struct tz *const *zone,
                                               size_t n,
                                               struct complaint_time *out)
{
    struct parts p;
    int64_t instant;
    text = str_trim(text);
    if (civil_parse_instant(text, &instant)) {
        *out = (struct complaint_time){instant, instant + CIVIL_SECOND_US};
        return COMPLAINT_TIME_OK;
    }
    enum complaint_time_fault f = take_all(text, country, &p);
    if (f != COMPLAINT_TIME_OK)
        return f;
    /* A two-digit overflow (month 99) must not wrap on its way to a date. */
    if (p.year < 1990 || p.year > 9998 || p.month > 12 || p.day > 31)
        return COMPLAINT_TIME_UNREADABLE;
    const struct civil_date d = {(int16_t)p.year, (uint8_t)p.month,
                                 (uint8_t)p.day};
    if (!civil_date_valid(d))
        return COMPLAINT_TIME_UNREADABLE;
    if (n == 0)
        return COMPLAINT_TIME_NO_ZONE;
    bool day = p.second_of_day < 0;
    const struct civil_time t = {.date = d,
                                 .second_of_day = day ? 0 : p.second_of_day};
    int64_t step_us = day ? CIVIL_DAY_US : p.step_s * CIVIL_SECOND_US;
    for (size_t i = 0; i < n; i++) {
        struct complaint_time w = in_zone(zone[i], t, step_us);
        if (i == 0 || w.at_us < out->at_us)
            out->at_us = w.at_us;
        if (i == 0 || w.until_us > out->until_us)
            out->until_us = w.until_us;
    }
    tm_assert(out->at_us < out->until_us);
    return COMPLAINT_TIME_OK;
}

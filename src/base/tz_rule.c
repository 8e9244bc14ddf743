#include "base/tz_int.h"

/* The calendar repeats after 400 years, which are whole weeks; so any instant
 * is moved into the years from 1970 on, and dates stay in civil's range. */
#define CYCLE_S (INT64_C(146097) * 86400)

/* Text still to be read. */
struct cursor {
    struct slice s;
    bool bad;
};

static char peek(const struct cursor *c)
{
    return c->s.n > 0 ? c->s.p[0] : '\0';
}

static bool accept(struct cursor *c, char wanted)
{
    if (c->s.n == 0 || c->s.p[0] != wanted) {
        return false;
    }
    c->s = str_range(c->s.p + 1, c->s.n - 1);
    return true;
}

static void expect(struct cursor *c, char wanted)
{
    if (!accept(c, wanted)) {
        c->bad = true;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One to three digits, least .. most. */
static int number(struct cursor *c, int least, int most)
{
    int v = 0;
    int digits = 0;
    while (digits < 4 && is_digit(peek(c))) {
        v = v * 10 + (peek(c) - '0');
        (void)accept(c, peek(c));
        digits++;
    }
    if (digits == 0 || digits > 3 || v < least || v > most) {
        c->bad = true;
        return least;
    }
    return v;
}

static bool is_alpha(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "EST" or "<+03>"; names are not kept. */
static void skip_name(struct cursor *c)
{
    bool quoted = accept(c, '<');
    size_t n = 0;
    while (
        is_alpha(peek(c)) ||
        (quoted && (is_digit(peek(c)) || peek(c) == '+' || peek(c) == '-'))) {
        (void)accept(c, peek(c));
        n++;
    }
    if (quoted) {
        expect(c, '>');
    }
    if (n < 3) {
        c->bad = true;
    }
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int32_t clock_s(struct cursor *c, int hours_max)
{
    bool minus = accept(c, '-');
    if (!minus) {
        (void)accept(c, '+');
    }
    int32_t v = number(c, 0, hours_max) * 3600;
    if (accept(c, ':')) {
        v += number(c, 0, 59) * 60;
        if (accept(c, ':')) {
            v += number(c, 0, 59);
        }
    }
    return minus ? -v : v;
}

static struct tz_day day_rule(struct cursor *c)
{
    struct tz_day d = {.time_s = 2 * 3600};
    if (accept(c, 'M')) {
        d.kind = TZ_DAY_WEEK;
        d.month = (uint8_t)number(c, 1, 12);
        expect(c, '.');
        d.week = (uint8_t)number(c, 1, 5);
        expect(c, '.');
        d.day = (int16_t)number(c, 0, 6);
    } else if (accept(c, 'J')) {
        d.kind = TZ_DAY_JULIAN;
        d.day = (int16_t)number(c, 1, 365);
    } else {
        d.kind = TZ_DAY_ZERO;
        d.day = (int16_t)number(c, 0, 365);
    }
    if (accept(c, '/')) {
        /* RFC 8536, 3.3.1: -167 to 167 hours; POSIX had 0 to 24. */
        d.time_s = clock_s(c, 167);
    }
    return d;
}

bool tz_rule_parse(struct slice text, struct tz_rule *out)
{
    struct cursor c = {.s = text};
    struct tz_rule r = {0};
    skip_name(&c);
    /* POSIX counts west of Greenwich as positive. */
    r.standard_s = -clock_s(&c, 24);
    r.daylight_s = r.standard_s + 3600;
    if (c.s.n > 0 && !c.bad) {
        r.has_daylight = true;
        skip_name(&c);
        if (c.s.n > 0 && peek(&c) != ',') {
            r.daylight_s = -clock_s(&c, 24);
        }
        if (c.s.n == 0) {
            /* Left open by POSIX; common practice is the rule of the US. */
            c.s = str_of(",M3.2.0,M11.1.0");
        }
        expect(&c, ',');
        r.start = day_rule(&c);
        expect(&c, ',');
        r.end = day_rule(&c);
    }
    if (c.bad || c.s.n > 0) {
        return false;
    }
    *out = r;
    return true;
}

/* The day of the rule in the year, as days since 1970-01-01. */
static int64_t day_of_year(const struct tz_day *d, int year)
{
    struct civil_date first = {.year = (int16_t)year, .month = 1, .day = 1};
    struct civil_date leap_day = first;
    leap_day.month = 2;
    leap_day.day = 29;
    int64_t january = civil_days(first);
    if (d->kind == TZ_DAY_ZERO) {
        return january + d->day;
    }
    if (d->kind == TZ_DAY_JULIAN) {
        bool after = d->day >= 60 && civil_date_valid(leap_day);
        return january + d->day - 1 + (after ? 1 : 0);
    }
    first.month = d->month;
    /* Sunday is 0 in the rule and last in civil. */
    int weekday = ((int)civil_weekday(first) + 1) % 7;
    int day = 1 + (d->day - weekday + 7) % 7 + 7 * (d->week - 1);
    struct civil_date found = first;
    found.day = (uint8_t)day;
    while (!civil_date_valid(found)) {
        found.day = (uint8_t)(found.day - 7); /* week 5 may be the fourth */
    }
    return civil_days(found);
}

struct change {
    int64_t at;
    int32_t offset_s; /* from at on */
};

/* A change may fall out of its year by a week, so the years from two before to
 * two after count. */
enum { YEARS = 5, CHANGES = 2 * YEARS };

static void add_sorted(struct change list[], size_t n, struct change new)
{
    while (n > 0 && list[n - 1].at > new.at) {
        list[n] = list[n - 1];
        n--;
    }
    list[n] = new;
}

/* The changes of two years before utc_s to two years after, ascending. Where an
 * end and a start fall together the start comes last and wins: daylight time
 * all year (RFC 8536, 3.3.1). */
static void changes_near(const struct tz_rule *r, int64_t utc_s,
                         struct change list[CHANGES])
{
    tm_assert(utc_s >= 0 && utc_s < CYCLE_S);
    int year = civil_date_of_days((int32_t)(utc_s / 86400)).year - 2;
    size_t n = 0;
    for (int i = 0; i < YEARS; i++) {
        struct change end = {
            .at = day_of_year(&r->end, year + i) * 86400 + r->end.time_s -
                  r->daylight_s,
            .offset_s = r->standard_s,
        };
        add_sorted(list, n++, end);
    }
    for (int i = 0; i < YEARS; i++) {
        struct change start = {
            .at = day_of_year(&r->start, year + i) * 86400 + r->start.time_s -
                  r->standard_s,
            .offset_s = r->daylight_s,
        };
        add_sorted(list, n++, start);
    }
}

/* utc_s moved into one cycle; *base is what was taken away. */
static int64_t into_cycle(int64_t utc_s, int64_t *base)
{
    int64_t rest = utc_s % CYCLE_S;
    rest += rest < 0 ? CYCLE_S : 0;
    *base = utc_s - rest;
    return rest;
}

static int32_t offset_in(const struct change list[CHANGES], int64_t s)
{
    tm_assert(list[0].at <= s);
    size_t i = CHANGES - 1;
    while (list[i].at > s) {
        i--;
    }
    return list[i].offset_s;
}

int32_t tz_rule_offset_s(const struct tz_rule *r, int64_t utc_s)
{
    if (!r->has_daylight) {
        return r->standard_s;
    }
    int64_t base;
    int64_t s = into_cycle(utc_s, &base);
    struct change list[CHANGES];
    changes_near(r, s, list);
    return offset_in(list, s);
}

/* The list is whole that far behind the instant it was made for: a year and a
 * month, as its last year may lack the start that cancels an end. */
#define NEAR_S (INT64_C(400) * 86400)

/* First instant after utc_s and at most NEAR_S behind it that has another
 * offset than now_s, or INT64_MAX. */
static int64_t next_near(const struct tz_rule *r, int64_t utc_s, int32_t now_s)
{
    int64_t base;
    int64_t s = into_cycle(utc_s, &base);
    struct change list[CHANGES];
    changes_near(r, s, list);
    for (size_t i = 0; i < CHANGES; i++) {
        int64_t at = list[i].at;
        if (at > s && at <= s + NEAR_S && offset_in(list, at) != now_s) {
            return base > INT64_MAX - at ? INT64_MAX : base + at;
        }
    }
    return INT64_MAX;
}

int64_t tz_rule_next(const struct tz_rule *r, int64_t utc_s)
{
    if (!r->has_daylight) {
        return INT64_MAX;
    }
    /* Start and end may fall together in some years only; the longest time
     * between leap years is eight years. */
    enum { STEPS = 10 };
    int32_t now_s = tz_rule_offset_s(r, utc_s);
    for (int i = 0; i < STEPS && utc_s <= INT64_MAX - NEAR_S; i++) {
        int64_t at = next_near(r, utc_s, now_s);
        if (at != INT64_MAX) {
            return at;
        }
        utc_s += NEAR_S;
    }
    return INT64_MAX;
}

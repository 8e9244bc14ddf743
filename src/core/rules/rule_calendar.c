#include "core/rules/rule_calendar.h"

#include <string.h>

static const struct civil_date FIRST = {RULE_YEAR_MIN, 1, 1};

bool rule_calendar_has(const struct rule_calendar *c, int64_t day)
{
    int64_t i = day - civil_days(FIRST);
    int64_t n = (RULE_YEAR_MAX - RULE_YEAR_MIN + 1) * INT64_C(366);
    if (i < 0 || i >= n) {
        return false; /* rules_check() refuses no case for its century */
    }
    return c->day[i / 64] >> (i % 64) & 1;
}

/* --- reading --- */

static bool read_int(struct slice s, int64_t low, int64_t high, int *out)
{
    int64_t v;
    if (!str_i64(s, &v) || v < low || v > high) {
        return false;
    }
    *out = (int)v;
    return true;
}

static bool read_weekday(struct slice s, enum civil_weekday *out)
{
    static const char *const day[] = {"monday",   "tuesday", "wednesday",
                                      "thursday", "friday",  "saturday",
                                      "sunday"};
    for (unsigned i = 0; i < tm_array_len(day); i++) {
        if (str_eq(s, day[i])) {
            *out = (enum civil_weekday)i;
            return true;
        }
    }
    return false;
}

/* "12-25" */
static bool read_fixed(struct rule_holiday *h, struct slice s)
{
    char text[11] = "2000-";
    struct civil_date d;
    if (s.n != 5) {
        return false;
    }
    memcpy(text + 5, s.p, 5);
    if (!civil_parse_date(str_of(text), &d)) {
        return false;
    }
    h->kind = HOLIDAY_FIXED;
    h->month = d.month;
    h->day = d.day;
    return true;
}

/* "4 thursday 11", "last monday 5" */
static bool read_nth(struct rule_holiday *h, struct slice s)
{
    struct slice n = str_cut(s, ' ', &s);
    struct slice weekday = str_cut(s, ' ', &s);
    bool last = str_eq(n, "last");
    h->kind = last ? HOLIDAY_LAST : HOLIDAY_NTH;
    return (last || read_int(n, 1, 5, &h->n)) &&
           read_weekday(weekday, &h->weekday) && read_int(s, 1, 12, &h->month);
}

/* "-2": Good Friday */
static bool read_easter(struct rule_holiday *h, struct slice s)
{
    h->kind = HOLIDAY_EASTER;
    return read_int(s, -60, 60, &h->n);
}

/* The value, then perhaps "from 2026". */
static bool add_day(struct rule_calendar_draft *d, const struct kv_line *l)
{
    if (d->holidays == RULE_CALENDAR_DAYS_MAX) {
        return false;
    }
    struct rule_holiday h = {.kind = HOLIDAY_FIXED};
    struct slice value = l->value;
    const char *from = memmem(value.p, value.n, " from ", 6);
    if (from) {
        size_t head = (size_t)(from - value.p);
        struct slice year = str_range(from + 6, value.n - head - 6);
        if (!read_int(year, RULE_YEAR_MIN, RULE_YEAR_MAX, &h.from_year)) {
            return false;
        }
        value.n = head;
    }
    bool good = str_eq(l->key, "fixed") ? read_fixed(&h, value)
                : str_eq(l->key, "nth") ? read_nth(&h, value)
                                        : read_easter(&h, value);
    if (good) {
        d->holiday[d->holidays++] = h;
    }
    return good;
}

/* "saturday friday" */
static bool add_observed(struct rule_calendar_draft *d, struct slice s)
{
    struct slice to;
    struct slice on = str_cut(s, ' ', &to);
    if (d->observeds == tm_array_len(d->observed) ||
        !read_weekday(on, &d->observed[d->observeds].on) ||
        !read_weekday(to, &d->observed[d->observeds].to)) {
        return false;
    }
    d->observeds++;
    return true;
}

static bool set_include(struct rule_calendar_draft *d, struct slice s,
                        const struct rule_calendar *known, size_t n)
{
    struct place_code place;
    if (!vocab_place_parse(s, &place)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (known[i].place.v == place.v) {
            d->include = &known[i];
            return true;
        }
    }
    return false;
}

bool rule_calendar_begin(struct rule_calendar_draft *d, struct slice place)
{
    *d = (struct rule_calendar_draft){.include = NULL};
    return vocab_place_parse(place, &d->place);
}

const char *rule_calendar_line(struct rule_calendar_draft *d,
                               const struct kv_line *l,
                               const struct rule_calendar *known, size_t n)
{
    if (str_eq(l->key, "fixed")) {
        return add_day(d, l) ? NULL : "fixed is MM-DD [from YEAR]";
    }
    if (str_eq(l->key, "nth")) {
        return add_day(d, l) ? NULL : "nth is N|last WEEKDAY MONTH [from YEAR]";
    }
    if (str_eq(l->key, "easter")) {
        return add_day(d, l) ? NULL : "easter is days after Easter Sunday";
    }
    if (str_eq(l->key, "observed")) {
        return add_observed(d, l->value) ? NULL : "observed is WEEKDAY WEEKDAY";
    }
    if (str_eq(l->key, "include")) {
        return set_include(d, l->value, known, n)
                   ? NULL
                   : "include names a calendar that stands before";
    }
    return "a calendar has fixed, nth, easter, observed, include";
}

/* --- expanding --- */

struct civil_date rule_calendar_easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30;
    int i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int n = h + l - 7 * m + 114;
    return (struct civil_date){(int16_t)year, (uint8_t)(n / 31),
                               (uint8_t)(n % 31 + 1)};
}

static int32_t nth_weekday(const struct rule_holiday *h, int year)
{
    struct civil_date first = {(int16_t)year, (uint8_t)h->month, 1};
    int32_t day = civil_days(first);
    int to = ((int)h->weekday - (int)civil_weekday(first) + 7) % 7;
    if (h->kind == HOLIDAY_NTH) {
        return day + to + 7 * (h->n - 1);
    }
    int32_t next = civil_days(civil_add_months(first, 1));
    int32_t last = day + to;
    while (last + 7 < next) {
        last += 7;
    }
    return last;
}

static int32_t day_of(const struct rule_holiday *h, int year)
{
    struct civil_date d = {(int16_t)year, (uint8_t)h->month, (uint8_t)h->day};
    switch (h->kind) {
    case HOLIDAY_FIXED: return civil_days(d);
    case HOLIDAY_NTH:
    case HOLIDAY_LAST: return nth_weekday(h, year);
    case HOLIDAY_EASTER: return civil_days(rule_calendar_easter(year)) + h->n;
    }
    tm_unreachable("kind of holiday");
}

static void mark(uint64_t *bits, int32_t day)
{
    int32_t i = day - civil_days(FIRST);
    if (i >= 0 && i < (RULE_YEAR_MAX - RULE_YEAR_MIN + 1) * 366) {
        bits[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

static void mark_observed(const struct rule_calendar_draft *d, uint64_t *bits,
                          int32_t day)
{
    enum civil_weekday on = civil_weekday(civil_date_of_days(day));
    for (size_t i = 0; i < d->observeds; i++) {
        if (d->observed[i].on == on) {
            int by = ((int)d->observed[i].to - (int)on + 7) % 7;
            mark(bits, day + (by > 3 ? by - 7 : by));
        }
    }
}

void rule_calendar_end(const struct rule_calendar_draft *d, struct arena *a,
                       struct rule_calendar *out)
{
    size_t words = (RULE_YEAR_MAX - RULE_YEAR_MIN + 1) * 366 / 64 + 1;
    uint64_t *bits = arena_array(a, words, sizeof *bits);
    if (d->include) {
        memcpy(bits, d->include->day, words * sizeof *bits);
    }
    for (size_t i = 0; i < d->holidays; i++) {
        const struct rule_holiday *h = &d->holiday[i];
        int from = h->from_year ? h->from_year : RULE_YEAR_MIN;
        for (int year = from; year <= RULE_YEAR_MAX; year++) {
            int32_t day = day_of(h, year);
            mark(bits, day);
            if (h->kind == HOLIDAY_FIXED) {
                mark_observed(d, bits, day);
            }
        }
    }
    *out = (struct rule_calendar){.place = d->place, .day = bits};
}

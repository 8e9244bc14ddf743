#include "base/civil.h"

/*
 * Day numbers are counted from 0000-03-01, as a leap day is then the last day
 * of its year, and in eras of 400 years, in which the calendar repeats.
 */
enum {
    ERA_YEARS = 400,
    ERA_DAYS = 146097,
    EPOCH_DAYS = 719468, /* 0000-03-01 to 1970-01-01 */
    FIRST_YEAR = 1,
    LAST_YEAR = 9999,
};

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30,
                                   31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool civil_date_valid(struct civil_date d)
{
    return d.year >= FIRST_YEAR && d.year <= LAST_YEAR && d.month >= 1 &&
           d.month <= 12 && d.day >= 1 &&
           (d.day <= 28 || d.day <= days_in_month(d.year, d.month));
}

int32_t civil_days(struct civil_date d)
{
    tm_assert(civil_date_valid(d));
    int32_t year = d.month <= 2 ? d.year - 1 : d.year;
    int32_t era = year / ERA_YEARS; /* year >= 0 */
    int32_t of_era = year - era * ERA_YEARS;
    int32_t month = (d.month + 9) % 12; /* March is 0 */
    int32_t of_year = (153 * month + 2) / 5 + d.day - 1;
    int32_t day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * ERA_DAYS + day - EPOCH_DAYS;
}

struct civil_date civil_date_of_days(int32_t days)
{
    tm_assert(days >= CIVIL_DAYS_MIN && days <= CIVIL_DAYS_MAX);
    int32_t n = days + EPOCH_DAYS; /* positive from year 1 on */
    int32_t era = n / ERA_DAYS;
    int32_t day = n - era * ERA_DAYS;
    /* Leap days are taken out, so that each year of the era has 365 days. */
    int32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int32_t of_year = day - (365 * year + year / 4 - year / 100);
    int32_t month = (5 * of_year + 2) / 153;
    struct civil_date d = {
        .month = (uint8_t)(month < 10 ? month + 3 : month - 9),
        .day = (uint8_t)(of_year - (153 * month + 2) / 5 + 1),
    };
    d.year = (int16_t)(era * ERA_YEARS + year + (d.month <= 2 ? 1 : 0));
    return d;
}

enum civil_weekday civil_weekday(struct civil_date d)
{
    /* 1970-01-01 was a Thursday; the sum is positive from year 1 on. */
    int32_t n = civil_days(d) + CIVIL_THURSDAY + 7 * 110000;
    return (enum civil_weekday)(n % 7);
}

int civil_date_cmp(struct civil_date a, struct civil_date b)
{
    int32_t x = (a.year * 16 + a.month) * 32 + a.day;
    int32_t y = (b.year * 16 + b.month) * 32 + b.day;
    return (x > y) - (x < y);
}

struct civil_date civil_add_months(struct civil_date d, int n)
{
    tm_assert(civil_date_valid(d));
    tm_assert(n > -12 * LAST_YEAR && n < 12 * LAST_YEAR);
    int months = d.year * 12 + d.month - 1 + n;
    tm_assert(months >= 12 * FIRST_YEAR && months < 12 * (LAST_YEAR + 1));
    d.year = (int16_t)(months / 12);
    d.month = (uint8_t)(months % 12 + 1);
    int last = days_in_month(d.year, d.month);
    d.day = (uint8_t)(d.day < last ? d.day : last);
    return d;
}

struct civil_date civil_add_days(struct civil_date d, int n)
{
    tm_assert(n > -ERA_DAYS * 25 && n < ERA_DAYS * 25);
    return civil_date_of_days(civil_days(d) + n);
}

struct civil_time civil_of_us(int64_t local_us)
{
    tm_assert(local_us >= CIVIL_DAYS_MIN * CIVIL_DAY_US);
    tm_assert(local_us < (CIVIL_DAYS_MAX + 1) * CIVIL_DAY_US);
    int64_t days = local_us / CIVIL_DAY_US;
    int64_t rest = local_us % CIVIL_DAY_US;
    if (rest < 0) {
        days--;
        rest += CIVIL_DAY_US;
    }
    return (struct civil_time){
        .date = civil_date_of_days((int32_t)days),
        .second_of_day = (int32_t)(rest / CIVIL_SECOND_US),
        .us = (int32_t)(rest % CIVIL_SECOND_US),
    };
}

int64_t civil_to_us(struct civil_time t)
{
    tm_assert(t.second_of_day >= 0 && t.second_of_day < 86400);
    tm_assert(t.us >= 0 && t.us < CIVIL_SECOND_US);
    return civil_days(t.date) * CIVIL_DAY_US +
           t.second_of_day * CIVIL_SECOND_US + t.us;
}

/* Takes exactly n digits off the front. */
static bool take_digits(struct slice *s, size_t n, int *out)
{
    uint64_t v;
    if (s->n < n || !str_u64(str_range(s->p, n), &v)) {
        return false;
    }
    *s = str_range(s->p + n, s->n - n);
    *out = (int)v;
    return true;
}

/* Takes c off the front, or the lower-case letter of c. */
static bool take_char(struct slice *s, char c)
{
    bool letter = c >= 'A' && c <= 'Z';
    if (s->n == 0 || (s->p[0] != c && !(letter && s->p[0] == c - 'A' + 'a'))) {
        return false;
    }
    *s = str_range(s->p + 1, s->n - 1);
    return true;
}

static bool take_date(struct slice *s, struct civil_date *out)
{
    int year, month, day;
    if (!take_digits(s, 4, &year) || !take_char(s, '-') ||
        !take_digits(s, 2, &month) || !take_char(s, '-') ||
        !take_digits(s, 2, &day)) {
        return false;
    }
    *out = (struct civil_date){
        .year = (int16_t)year,
        .month = (uint8_t)month,
        .day = (uint8_t)day,
    };
    return civil_date_valid(*out);
}

bool civil_parse_date(struct slice s, struct civil_date *out)
{
    struct civil_date d;
    if (!take_date(&s, &d) || s.n != 0) {
        return false;
    }
    *out = d;
    return true;
}

/* "17:00" as seconds. */
static bool take_hour_minute(struct slice *s, int32_t *out_s)
{
    int hour, minute;
    if (!take_digits(s, 2, &hour) || !take_char(s, ':') ||
        !take_digits(s, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    *out_s = hour * 3600 + minute * 60;
    return true;
}

/* ":07.25", or nothing. Digits after the sixth are dropped. */
static bool take_seconds(struct slice *s, struct civil_time *t)
{
    int second;
    if (!take_char(s, ':')) {
        return true;
    }
    /* A leap second (60) is no instant of our time line. */
    if (!take_digits(s, 2, &second) || second > 59) {
        return false;
    }
    t->second_of_day += second;
    if (!take_char(s, '.')) {
        return true;
    }
    int digit;
    int32_t unit = 100000;
    if (!take_digits(s, 1, &digit)) {
        return false;
    }
    do {
        t->us += digit * unit;
        unit /= 10;
    } while (take_digits(s, 1, &digit));
    return true;
}

/* "Z" or "+05:30". */
static bool take_offset(struct slice *s, int32_t *out_s)
{
    if (take_char(s, 'Z')) {
        *out_s = 0;
        return true;
    }
    bool west = take_char(s, '-');
    if ((!west && !take_char(s, '+')) || !take_hour_minute(s, out_s)) {
        return false;
    }
    *out_s = west ? -*out_s : *out_s;
    return true;
}

bool civil_parse_instant(struct slice s, int64_t *out_us)
{
    struct civil_time t = {0};
    int32_t offset_s;
    if (!take_date(&s, &t.date) || !take_char(&s, 'T') ||
        !take_hour_minute(&s, &t.second_of_day) || !take_seconds(&s, &t) ||
        !take_offset(&s, &offset_s) || s.n != 0) {
        return false;
    }
    int64_t us = civil_to_us(t) - offset_s * CIVIL_SECOND_US;
    if (us < CIVIL_DAYS_MIN * CIVIL_DAY_US ||
        us >= (CIVIL_DAYS_MAX + 1) * CIVIL_DAY_US) {
        return false;
    }
    *out_us = us;
    return true;
}

/* n digits with leading zeros. */
static char *put_digits(char *p, int n, int32_t v)
{
    for (int i = n - 1; i >= 0; i--) {
        p[i] = (char)('0' + v % 10);
        v /= 10;
    }
    tm_assert(v == 0);
    return p + n;
}

void civil_format_date(struct civil_date d, char out[11])
{
    tm_assert(civil_date_valid(d));
    char *p = put_digits(out, 4, d.year);
    *p++ = '-';
    p = put_digits(p, 2, d.month);
    *p++ = '-';
    p = put_digits(p, 2, d.day);
    *p = '\0';
}

void civil_format_instant(int64_t us, char out[CIVIL_INSTANT_LEN])
{
    struct civil_time t = civil_of_us(us);
    civil_format_date(t.date, out);
    char *p = out + 10;
    *p++ = 'T';
    p = put_digits(p, 2, t.second_of_day / 3600);
    *p++ = ':';
    p = put_digits(p, 2, t.second_of_day / 60 % 60);
    *p++ = ':';
    p = put_digits(p, 2, t.second_of_day % 60);
    *p++ = 'Z';
    *p = '\0';
    tm_assert(p == out + CIVIL_INSTANT_LEN - 1);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/civil.h"
#include "base/rng.h"

#define SEED UINT64_C(1970)

static struct civil_date date(int year, int month, int day)
{
    return (struct civil_date){
        .year = (int16_t)year,
        .month = (uint8_t)month,
        .day = (uint8_t)day,
    };
}

/* Counts days one by one; knows only the lengths of months. */
static void next_day(struct civil_date *d)
{
    static const int length[] = {31, 28, 31, 30, 31, 30,
                                 31, 31, 30, 31, 30, 31};
    bool leap = d->year % 400 == 0 || (d->year % 4 == 0 && d->year % 100 != 0);
    int last = length[d->month - 1] + (leap && d->month == 2 ? 1 : 0);
    if (d->day < last) {
        d->day++;
        return;
    }
    assert_false(civil_date_valid(date(d->year, d->month, last + 1)));
    d->day = 1;
    d->month++;
    if (d->month > 12) {
        d->month = 1;
        d->year++;
    }
}

static void walk(struct civil_date d, struct civil_date last, int32_t days,
                 int weekday)
{
    struct civil_date before = d;
    for (bool first = true; civil_date_cmp(d, last) <= 0; first = false) {
        struct civil_date back = civil_date_of_days(days);
        bool same =
            back.year == d.year && back.month == d.month && back.day == d.day;
        if (!same || civil_days(d) != days || !civil_date_valid(d) ||
            (int)civil_weekday(d) != weekday) {
            fail_msg("%d-%d-%d is not day %d", d.year, d.month, d.day, days);
        }
        assert_int_equal(civil_date_cmp(d, d), 0);
        assert_int_equal(civil_date_cmp(before, d), first ? 0 : -1);
        assert_int_equal(civil_date_cmp(d, before), first ? 0 : 1);
        before = d;
        next_day(&d);
        days++;
        weekday = (weekday + 1) % 7;
    }
}

static void test_all_days(void **state)
{
    (void)state;
    /* 1900-01-01 and 0001-01-01 were Mondays. */
    walk(date(1900, 1, 1), date(2200, 12, 31), -25567, CIVIL_MONDAY);
    walk(date(1, 1, 1), date(30, 1, 1), CIVIL_DAYS_MIN, CIVIL_MONDAY);
    walk(date(9990, 1, 1), date(9999, 12, 31), CIVIL_DAYS_MAX - 3651, 0);
}

static void test_valid(void **state)
{
    (void)state;
    assert_true(civil_date_valid(date(2000, 2, 29)));
    assert_false(civil_date_valid(date(1900, 2, 29)));
    assert_false(civil_date_valid(date(2026, 0, 1)));
    assert_false(civil_date_valid(date(2026, 13, 1)));
    assert_false(civil_date_valid(date(2026, 1, 0)));
    assert_false(civil_date_valid(date(2026, 4, 31)));
    assert_false(civil_date_valid(date(0, 1, 1)));
    assert_false(civil_date_valid(date(-4, 2, 28)));
    assert_false(civil_date_valid(date(10000, 1, 1)));
}

static void check_months(struct civil_date from, int n, struct civil_date to)
{
    assert_int_equal(civil_date_cmp(civil_add_months(from, n), to), 0);
}

static void test_add(void **state)
{
    (void)state;
    check_months(date(2025, 8, 31), 18, date(2027, 2, 28));
    check_months(date(2026, 8, 31), 18, date(2028, 2, 29));
    check_months(date(2026, 1, 31), 1, date(2026, 2, 28));
    check_months(date(2026, 3, 31), -1, date(2026, 2, 28));
    check_months(date(2026, 1, 15), -1, date(2025, 12, 15));
    check_months(date(2026, 12, 1), 1, date(2027, 1, 1));
    check_months(date(2024, 2, 29), 12, date(2025, 2, 28));
    check_months(date(2026, 5, 5), 0, date(2026, 5, 5));
    check_months(date(1, 1, 1), 12 * 9998 + 11, date(9999, 12, 1));
    struct civil_date d = civil_add_days(date(2026, 12, 31), 1);
    assert_int_equal(civil_date_cmp(d, date(2027, 1, 1)), 0);
    d = civil_add_days(date(2024, 3, 1), -1);
    assert_int_equal(civil_date_cmp(d, date(2024, 2, 29)), 0);
}

static int64_t random_us(struct rng *r)
{
    uint64_t days = (uint64_t)(CIVIL_DAYS_MAX - CIVIL_DAYS_MIN + 1);
    return (int64_t)rng_below(r, days * (uint64_t)CIVIL_DAY_US) +
           CIVIL_DAYS_MIN * CIVIL_DAY_US;
}

static void test_us_round_trip(void **state)
{
    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    struct rng r;
    rng_init(&r, SEED, "civil");
    for (int k = 0; k < 50000; k++) {
        int64_t us = random_us(&r);
        struct civil_time t = civil_of_us(us);
        assert_true(civil_to_us(t) == us);
        /* The C library as an oracle; it takes whole seconds. */
        time_t s = (time_t)((us - t.us) / CIVIL_SECOND_US);
        struct tm tm;
        assert_non_null(gmtime_r(&s, &tm));
        assert_int_equal(t.date.year, tm.tm_year + 1900);
        assert_int_equal(t.date.month, tm.tm_mon + 1);
        assert_int_equal(t.date.day, tm.tm_mday);
        assert_int_equal(t.second_of_day,
                         tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
        char text[CIVIL_INSTANT_LEN], want[64];
        civil_format_instant(us, text);
        (void)snprintf(want, sizeof want, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                       tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                       tm.tm_min, tm.tm_sec);
        assert_string_equal(text, want);
        int64_t back;
        assert_true(civil_parse_instant(str_of(text), &back));
        assert_true(back == us - t.us);
        struct civil_date d;
        want[10] = '\0';
        assert_true(civil_parse_date(str_of(want), &d));
        assert_int_equal(civil_date_cmp(d, t.date), 0);
    }
}

static void test_before_the_epoch(void **state)
{
    (void)state;
    struct civil_time t = civil_of_us(-1);
    assert_int_equal(civil_date_cmp(t.date, date(1969, 12, 31)), 0);
    assert_int_equal(t.second_of_day, 86399);
    assert_int_equal(t.us, 999999);
    char text[CIVIL_INSTANT_LEN];
    civil_format_instant(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
}

static void test_parse_instant(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } good[] = {
        {"1970-01-01T00:00Z", 0},
        {"1970-01-01T00:00:01Z", 1000000},
        {"1970-01-01t00:00:01z", 1000000},
        {"1970-01-01T00:00:00.5Z", 500000},
        {"1970-01-01T00:00:00.000001Z", 1},
        {"1970-01-01T00:00:00.0000019Z", 1},
        {"1970-01-01T05:30+05:30", 0},
        {"1969-12-31T19:00:00-05:00", 0},
        {"1970-01-01T00:00:00-00:00", 0},
        {"0001-01-01T00:00Z", CIVIL_DAYS_MIN * CIVIL_DAY_US},
        {"9999-12-31T23:59:59Z",
         (CIVIL_DAYS_MAX + 1) * CIVIL_DAY_US - CIVIL_SECOND_US},
    };
    for (size_t i = 0; i < tm_array_len(good); i++) {
        int64_t us = 42;
        assert_true(civil_parse_instant(str_of(good[i].text), &us));
        assert_true(us == good[i].us);
    }
    static const char *const bad[] = {
        "",
        "1970-01-01",
        "1970-01-01T00:00",
        "1970-01-01 00:00Z",
        "1970-01-01T00Z",
        "1970-01-01T24:00Z",
        "1970-01-01T00:60Z",
        "1970-01-01T00:00:60Z",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00,5Z",
        "1970-01-01T00:00:0Z",
        "1970-01-01T00:00Zx",
        "1970-01-01T00:00+0530",
        "1970-01-01T00:00+24:00",
        "1970-01-01T00:00+05",
        "1970-02-30T00:00Z",
        "0001-01-01T00:00+00:01",
        "9999-12-31T23:59-00:01",
        " 1970-01-01T00:00Z",
    };
    for (size_t i = 0; i < tm_array_len(bad); i++) {
        int64_t us = 42;
        if (civil_parse_instant(str_of(bad[i]), &us)) {
            fail_msg("taken: %s", bad[i]);
        }
        assert_true(us == 42);
    }
}

static void test_parse_date(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "2026-1-01",  "2026-01-1",   "26-01-01",
        "2026/01/01", "2026-02-29", "2026-00-10",  "2026-13-01",
        "+026-01-01", "0000-01-01", "2026-01-01 ", "2026-01-011",
        "2026-01-0a",
    };
    struct civil_date d = date(1999, 9, 9);
    for (size_t i = 0; i < tm_array_len(bad); i++) {
        if (civil_parse_date(str_of(bad[i]), &d)) {
            fail_msg("taken: %s", bad[i]);
        }
        assert_int_equal(civil_date_cmp(d, date(1999, 9, 9)), 0);
    }
    assert_true(civil_parse_date(str_of("2028-02-29"), &d));
    assert_int_equal(civil_date_cmp(d, date(2028, 2, 29)), 0);
    char text[11];
    civil_format_date(date(7, 3, 4), text);
    assert_string_equal(text, "0007-03-04");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_days),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_us_round_trip),
        cmocka_unit_test(test_before_the_epoch),
        cmocka_unit_test(test_parse_instant),
        cmocka_unit_test(test_parse_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

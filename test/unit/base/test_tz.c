/* Zones against glibc's localtime_r and against a naive search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/rng.h"
#include "base/tz.h"

#define ZONE_DIR "/usr/share/zoneinfo/"
#define SEED     UINT64_C(20261121)

/* Kinds: constant, half hours, half-hour daylight time, daylight time that is
 * negative (Dublin), in Ramadan (Casablanca), south, many changes of law. */
static const char *const names[] = {
    "America/New_York",
    "America/Phoenix",
    "America/Indiana/Knox",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Nuuk",
    "America/Anchorage",
    "America/Caracas",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Moscow",
    "Europe/Helsinki",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Asia/Seoul",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "UTC",
};

static unsigned char bytes[1 << 16];

/* Length read into bytes, 0 when there is no such file. */
static size_t load(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, ZONE_DIR "%s", name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        return 0;
    }
    size_t n = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    return n;
}

static const struct tz *zone(struct arena *a, const char *name)
{
    size_t n = load(name);
    if (n == 0) {
        print_message("no zone file for %s: skipped\n", name);
        return NULL;
    }
    const struct tz *z = NULL;
    struct err e;
    if (tz_parse(a, name, bytes, n, &z, &e) != 0) {
        fail_msg("%s", e.text);
    }
    assert_string_equal(tz_name(z), name);
    return z;
}

static void use_glibc_zone(const char *name)
{
    assert_int_equal(setenv("TZ", name, 1), 0);
    tzset();
}

static void compare_at(const struct tz *z, int64_t s)
{
    time_t t = (time_t)s;
    struct tm tm;
    assert_non_null(localtime_r(&t, &tm));
    if (tz_offset_s(z, s * CIVIL_SECOND_US) != tm.tm_gmtoff) {
        fail_msg("%s at %lld: %d, glibc has %ld", tz_name(z), (long long)s,
                 (int)tz_offset_s(z, s * CIVIL_SECOND_US), tm.tm_gmtoff);
    }
    struct civil_time c = tz_local(z, s * CIVIL_SECOND_US + 5);
    assert_int_equal(c.date.year, tm.tm_year + 1900);
    assert_int_equal(c.date.month, tm.tm_mon + 1);
    assert_int_equal(c.date.day, tm.tm_mday);
    assert_int_equal(c.second_of_day,
                     tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
    assert_int_equal(c.us, 5);
    assert_int_equal((civil_weekday(c.date) + 1) % 7, tm.tm_wday);
}

/* 1970-01-01 to 2100-12-31; changes are walked from 1902 on. */
#define LAST_S  INT64_C(4133980799)
#define EARLY_S INT64_C(-2145916800)

static void test_against_glibc(void **state)
{
    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    size_t zones = 0;
    for (size_t i = 0; i < tm_array_len(names); i++) {
        struct arena a;
        arena_init(&a);
        const struct tz *z = zone(&a, names[i]);
        use_glibc_zone(names[i]);
        struct rng r;
        rng_init_of(&r, SEED, "tz", i);
        for (int k = 0; z && k < 20000; k++) {
            compare_at(z, (int64_t)rng_below(&r, (uint64_t)LAST_S));
        }
        zones += z ? 1 : 0;
        arena_fini(&a);
    }
    if (load("UTC") > 0) {
        assert_true(zones >= 12);
    }
}

/* The span says what the single questions say, and holds from its begin. */
static void check_span(const struct tz *z, int64_t us)
{
    struct tz_span s = tz_span_at(z, us);
    assert_int_equal(s.offset_s, tz_offset_s(z, us));
    assert_true(s.until_us == tz_next_change(z, us));
    assert_true(s.from_us <= us);
    assert_int_equal(tz_offset_s(z, s.from_us), s.offset_s);
    assert_true(tz_next_change(z, s.from_us) == s.until_us);
}

/* Each change is at the second glibc has it, and there is none between. */
static void walk_changes(const struct tz *z)
{
    int64_t us = EARLY_S * CIVIL_SECOND_US;
    while (us < LAST_S * CIVIL_SECOND_US) {
        int64_t next = tz_next_change(z, us);
        int32_t offset_s = tz_offset_s(z, us);
        if (next < LAST_S * CIVIL_SECOND_US) {
            assert_true(next > us);
            assert_int_not_equal(tz_offset_s(z, next), offset_s);
            assert_int_equal(tz_offset_s(z, next - 1), offset_s);
            assert_true(tz_next_change(z, next - 1) == next);
            check_span(z, next - 1);
            check_span(z, next);
            compare_at(z, next / CIVIL_SECOND_US);
            compare_at(z, next / CIVIL_SECOND_US - 1);
        } else {
            next = LAST_S * CIVIL_SECOND_US;
        }
        /* A change missed would show as another offset within the stretch;
         * stretches of less than five days are unknown. */
        for (int64_t t = us; t < next; t += 5 * CIVIL_DAY_US) {
            assert_int_equal(tz_offset_s(z, t), offset_s);
            check_span(z, t);
            compare_at(z, t / CIVIL_SECOND_US);
        }
        us = next;
    }
}

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(names); i++) {
        struct arena a;
        arena_init(&a);
        const struct tz *z = zone(&a, names[i]);
        use_glibc_zone(names[i]);
        if (z) {
            walk_changes(z);
        }
        arena_fini(&a);
    }
}

static int64_t local_us(const struct tz *z, int64_t us)
{
    return us + tz_offset_s(z, us) * CIVIL_SECOND_US;
}

/* The naive answer for a local time: steps of the finest grid on which zones
 * change in this range (15 minutes), then the exact place by halving. */
static void check_first_instant(const struct tz *z, int64_t wanted)
{
    int64_t got = tz_first_instant(z, civil_of_us(wanted));
    assert_true(local_us(z, got) >= wanted);
    assert_true(local_us(z, got - 1) < wanted);
    int64_t step = 15 * CIVIL_MINUTE_US;
    for (int64_t t = wanted - 30 * CIVIL_HOUR_US; t < got; t += step) {
        if (local_us(z, t) >= wanted) {
            fail_msg("%s: local %lld is reached before %lld", tz_name(z),
                     (long long)wanted, (long long)got);
        }
    }
    bool gap = local_us(z, got) > wanted;
    assert_true(!gap || tz_next_change(z, got - 1) == got);
}

static void check_around_change(const struct tz *z, int64_t at, struct rng *r)
{
    for (int k = 0; k < 20; k++) {
        int64_t off = (int64_t)rng_below(r, 6 * (uint64_t)CIVIL_HOUR_US);
        check_first_instant(z, local_us(z, at) + off - 3 * CIVIL_HOUR_US);
    }
    /* The edges: both ends of the gap or overlap, and next to them. */
    for (int64_t d = -1; d <= 1; d++) {
        check_first_instant(z, local_us(z, at) + d);
        check_first_instant(z, local_us(z, at - 1) + 1 + d);
    }
    /* In a gap every local time maps to the change itself. */
    int64_t gap = local_us(z, at) - local_us(z, at - 1) - 1;
    for (int k = 0; gap > 0 && k < 5; k++) {
        int64_t in = (int64_t)rng_below(r, (uint64_t)gap);
        struct civil_time t = civil_of_us(local_us(z, at) - in);
        assert_true(tz_first_instant(z, t) == at);
    }
    /* In an overlap the earlier of the two. */
    for (int k = 0; gap < 0 && k < 5; k++) {
        int64_t in = (int64_t)rng_below(r, (uint64_t)-gap);
        struct civil_time t = civil_of_us(local_us(z, at) + in);
        assert_true(tz_first_instant(z, t) == at + in + gap);
    }
}

static void test_first_instant(void **state)
{
    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (size_t i = 0; i < tm_array_len(names); i++) {
        struct arena a;
        arena_init(&a);
        const struct tz *z = zone(&a, names[i]);
        struct rng r;
        rng_init_of(&r, SEED, "first instant", i);
        int64_t at = z ? tz_next_change(z, 0) : INT64_MAX;
        while (at < LAST_S * CIVIL_SECOND_US) {
            check_around_change(z, at, &r);
            at = tz_next_change(z, at);
        }
        for (int k = 0; z && k < 500; k++) {
            uint64_t span = (uint64_t)(LAST_S * CIVIL_SECOND_US);
            int64_t us = (int64_t)rng_below(&r, span);
            check_first_instant(z, us);
            /* Round trip: no later than where it came from. */
            int64_t first = tz_first_instant(z, tz_local(z, us));
            assert_true(first <= us);
            assert_true(local_us(z, first) == local_us(z, us));
        }
        arena_fini(&a);
    }
}

/* One case of each kind, from the zones' history. */
static void test_known_instants(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *local, *utc; /* local written with Z */
    } cases[] = {
        {"America/New_York", "2026-03-08T02:30Z", "2026-03-08T07:00Z"},
        {"America/New_York", "2026-11-01T01:30Z", "2026-11-01T05:30Z"},
        {"America/New_York", "2090-03-12T02:30Z", "2090-03-12T07:00Z"},
        {"Australia/Lord_Howe", "2026-04-05T01:45Z", "2026-04-04T14:45Z"},
        {"Europe/Dublin", "2026-10-25T01:30Z", "2026-10-25T00:30Z"},
        /* 30 December 2011 was left out. */
        {"Pacific/Apia", "2011-12-30T12:00Z", "2011-12-30T10:00Z"},
        /* The day of the purchase came twice. */
        {"America/Anchorage", "1867-10-18T12:00Z", "1867-10-17T21:59:36Z"},
    };
    for (size_t i = 0; i < tm_array_len(cases); i++) {
        struct arena a;
        arena_init(&a);
        const struct tz *z = zone(&a, cases[i].zone);
        int64_t local, utc;
        assert_true(civil_parse_instant(str_of(cases[i].local), &local));
        assert_true(civil_parse_instant(str_of(cases[i].utc), &utc));
        if (z) {
            int64_t got = tz_first_instant(z, civil_of_us(local));
            if (got != utc) {
                char text[CIVIL_INSTANT_LEN];
                civil_format_instant(got, text);
                fail_msg("%s %s: %s", cases[i].zone, cases[i].local, text);
            }
        }
        arena_fini(&a);
    }
}

static void test_fixed(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct tz *z = tz_fixed(&a, "east", 5 * 3600 + 1800);
    assert_string_equal(tz_name(z), "east");
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    for (size_t i = 0; i < tm_array_len(times); i++) {
        assert_int_equal(tz_offset_s(z, times[i]), 19800);
        assert_true(tz_next_change(z, times[i]) == INT64_MAX);
        check_span(z, times[i]);
    }
    struct civil_time t = {.date = {2026, 11, 21}, .second_of_day = 19800};
    int64_t utc;
    assert_true(civil_parse_instant(str_of("2026-11-21T00:00Z"), &utc));
    assert_true(tz_first_instant(z, t) == utc);
    arena_fini(&a);
}

static void test_extreme_instants(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(names); i++) {
        struct arena a;
        arena_init(&a);
        const struct tz *z = zone(&a, names[i]);
        if (z) {
            int64_t first = tz_next_change(z, INT64_MIN);
            assert_true(first > INT64_MIN);
            (void)tz_offset_s(z, INT64_MIN);
            /* The calendar repeats after 400 years, so do the offsets. */
            int64_t cycle = 146097 * CIVIL_DAY_US;
            for (int64_t t = LAST_S * CIVIL_SECOND_US;
                 t < LAST_S * CIVIL_SECOND_US + 800 * CIVIL_DAY_US;
                 t += 7 * CIVIL_HOUR_US) {
                assert_int_equal(tz_offset_s(z, t), tz_offset_s(z, t + cycle));
            }
            assert_true(tz_next_change(z, INT64_MAX) == INT64_MAX);
            check_span(z, INT64_MIN);
            check_span(z, INT64_MAX);
        }
        arena_fini(&a);
    }
}

static void test_set(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct tz_set s;
    tz_set_init(&s, &a, "2025b");
    assert_string_equal(s.version, "2025b");
    assert_null(tz_set_find(&s, "z0"));
    enum { ZONES = 300 };
    const struct tz *z[ZONES];
    for (int i = 0; i < ZONES; i++) {
        char name[16];
        /* 7 has no common factor with 300: every name once, out of order. */
        (void)snprintf(name, sizeof name, "z%d", i * 7 % ZONES);
        z[i * 7 % ZONES] = tz_fixed(&a, name, i);
        tz_set_add(&s, z[i * 7 % ZONES]);
    }
    assert_int_equal(s.n, ZONES);
    for (int i = 0; i < ZONES; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "z%d", i);
        assert_ptr_equal(tz_set_find(&s, name), z[i]);
        assert_true(i == 0 ||
                    strcmp(tz_name(s.zone[i - 1]), tz_name(s.zone[i])) < 0);
    }
    const struct tz *other = tz_fixed(&a, "z9", 77);
    tz_set_add(&s, other);
    assert_int_equal(s.n, ZONES);
    assert_ptr_equal(tz_set_find(&s, "z9"), other);
    assert_null(tz_set_find(&s, "z"));
    assert_null(tz_set_find(&s, "zz"));
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_glibc),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_first_instant),
        cmocka_unit_test(test_known_instants),
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_extreme_instants),
        cmocka_unit_test(test_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Windows of local time against a naive walk over the minutes. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/rules/rule_clock.h"
#include "unit/core/rules/fixture_world.h"

#define SEED UINT64_C(20261121)

enum { CASES = 400, WALK_MINUTES = 9 * 24 * 60 };

/* Changes of one hour, of half an hour (Lord Howe), none, far east. */
static const char *const zone_names[] = {
    "America/New_York", "America/Los_Angeles", "America/Phoenix",
    "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata",
    "Pacific/Chatham",  "Pacific/Honolulu",
};

/* Starts near changes of the clock and elsewhere. */
static const char *const starts[] = {
    "2026-03-07T20:00Z", "2026-10-31T20:00Z", "2026-04-04T06:00Z",
    "2026-10-03T06:00Z", "2026-07-15T00:00Z", "2027-03-13T12:00Z",
};

static bool naive_zone_open(const struct tz *zone, const struct rule_hours *h,
                            int64_t t)
{
    struct civil_time local = tz_local(zone, t);
    bool holiday = false;
    for (size_t i = 0; i < h->holidays; i++) {
        holiday |= h->holiday[i].area.v == h->calendar.v &&
                   civil_date_cmp(h->holiday[i].date, local.date) == 0;
    }
    unsigned bit = holiday ? 7 : (unsigned)civil_weekday(local.date);
    for (size_t i = 0; i < h->windows; i++) {
        const struct policy_window *w = &h->window[i];
        if ((w->weekdays >> bit & 1) && local.second_of_day >= w->open_s &&
            local.second_of_day < w->close_s) {
            return true;
        }
    }
    return false;
}

static bool naive_open(const struct case_location *l,
                       const struct rule_hours *h, int64_t t)
{
    for (size_t i = 0; i < l->places; i++) {
        if (!naive_zone_open(l->place[i].zone, h, t)) {
            return false;
        }
    }
    return true;
}

static void draw_windows(struct rng *r, struct policy_window *w, size_t *n)
{
    *n = 1 + rng_below(r, 4);
    for (size_t i = 0; i < *n; i++) {
        int32_t a = (int32_t)rng_below(r, 49) * 1800;
        int32_t b = (int32_t)rng_below(r, 49) * 1800;
        if (a == b) {
            a = 0;
            b = 86400;
        }
        w[i] = (struct policy_window){
            .weekdays = (uint8_t)(1 + rng_below(r, 255)),
            .open_s = a < b ? a : b,
            .close_s = a < b ? b : a,
        };
    }
}

/* A change may not come before change_us, and when open it comes then. When
 * shut, change_us is a bound for several zones and exact for one. */
static void compare(const struct case_location *l, const struct rule_hours *h,
                    int64_t t)
{
    struct rule_clock c;
    rule_clock_init(&c, l, t);
    int64_t change;
    bool open = rule_clock_open(&c, h, &change);
    assert_int_equal(open, naive_open(l, h, t));
    int64_t minute = t - t % CIVIL_MINUTE_US;
    for (int i = 1; i < WALK_MINUTES; i++) {
        int64_t at = minute + i * CIVIL_MINUTE_US;
        if (naive_open(l, h, at) != open) {
            bool exact = open || l->places == 1;
            if (exact ? change != at : change > at) {
                fail_msg("at %" PRId64 " %d: %" PRId64 " not %" PRId64, t, open,
                         change, at);
            }
            return;
        }
    }
    assert_true(change >= minute + (WALK_MINUTES - 1) * CIVIL_MINUTE_US ||
                l->places > 1);
}

static void windows_agree_with_a_naive_walk(void **state)
{
    (void)state;
    print_message("seed %" PRIu64 "\n", SEED);
    struct world w;
    fixture_world_init(&w);
    struct rng r;
    rng_init(&r, SEED, "clock");
    struct place_code here = fixture_world_place("US-UT");
    for (int i = 0; i < CASES; i++) {
        struct case_place place[3] = {{0}};
        struct case_location l = {.place = place};
        l.places = 1 + rng_below(&r, 3);
        for (size_t p = 0; p < l.places; p++) {
            place[p].zone = fixture_world_zone(
                &w, zone_names[rng_below(&r, tm_array_len(zone_names))]);
        }
        int64_t t =
            fixture_world_instant(starts[rng_below(&r, tm_array_len(starts))]) +
            (int64_t)rng_below(&r, 48 * 60) * CIVIL_MINUTE_US +
            (int64_t)rng_below(&r, 2) * 17;
        struct policy_window window[4];
        struct case_holiday holiday = {here, civil_of_us(t).date};
        struct rule_hours h = {.window = window,
                               .holiday = &holiday,
                               .holidays = 1,
                               .calendar = here};
        draw_windows(&r, window, &h.windows);
        compare(&l, &h, t);
    }
    fixture_world_fini(&w);
}

static void days_begin_where_the_earth_says(void **state)
{
    (void)state;
    struct world w;
    fixture_world_init(&w);
    struct case_place place[] = {
        {.zone = fixture_world_zone(&w, "America/New_York")},
        {.zone = fixture_world_zone(&w, "Pacific/Honolulu")},
    };
    struct case_location l = {.place = place, .places = 2};
    struct rule_clock c;
    rule_clock_init(&c, &l, fixture_world_instant("2026-11-23T07:00Z"));
    int32_t day = civil_days(fixture_world_date("2026-11-23"));
    assert_int_equal(c.day_max, day);
    assert_int_equal(c.day_min, day - 1);
    assert_int_equal(rule_clock_first(&c, day),
                     fixture_world_instant("2026-11-23T05:00Z"));
    assert_int_equal(rule_clock_last(&c, day),
                     fixture_world_instant("2026-11-23T10:00Z"));
    /* Nowhere known: the whole earth counts. */
    l.places = 0;
    rule_clock_init(&c, &l, fixture_world_instant("2026-11-23T11:00Z"));
    assert_true(c.unknown);
    assert_int_equal(c.day_max, day + 1);
    assert_int_equal(c.day_min, day - 1);
    assert_int_equal(rule_clock_first(&c, day + 1),
                     fixture_world_instant("2026-11-23T10:00Z"));
    assert_int_equal(rule_clock_last(&c, day),
                     fixture_world_instant("2026-11-23T12:00Z"));
    assert_int_equal(rule_clock_first(&c, INT32_MAX), INT64_MAX);
    fixture_world_fini(&w);
}

/* Days gone by, near and far, with clocks set on the way: asked from a clock
 * that stands where it is, or walked to. */
static void days_gone_by_begin_where_the_zone_says(void **state)
{
    (void)state;
    struct world w;
    struct rng r;
    fixture_world_init(&w);
    rng_init(&r, SEED, "days gone by");
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int n = 0; n < 20000; n++) {
        const struct tz *z = fixture_world_zone(
            &w, zone_names[rng_below(&r, tm_array_len(zone_names))]);
        struct case_place place = {.zone = z};
        struct case_location l = {.place = &place, .places = 1};
        int64_t t = fixture_world_instant("2020-01-01T00:00Z") +
                    (int64_t)rng_below(&r, 3000 * 1440) * CIVIL_MINUTE_US;
        struct rule_clock c;
        rule_clock_init(&c, &l, t);
        int32_t day = c.day_max - (int32_t)rng_below(&r, n % 2 ? 6 : 800);
        struct civil_time midnight = {.date = civil_date_of_days(day)};
        assert_int_equal(rule_clock_first(&c, day),
                         tz_first_instant(z, midnight));
        struct rule_zone alone = rule_clock_zone(z, NULL, 0);
        assert_int_equal(rule_clock_day(&alone, t), c.day_max);
    }
    fixture_world_fini(&w);
}

static void a_confirmed_place_wins_alone(void **state)
{
    (void)state;
    struct world w;
    fixture_world_init(&w);
    const struct tz *la = fixture_world_zone(&w, "America/Los_Angeles");
    struct case_place place[] = {
        {.basis = BASIS_AREA_CODE, .zone = NULL},
        {.basis = BASIS_CONFIRMED_ADDRESS, .zone = la},
        {.basis = BASIS_CONFIRMED_ADDRESS, .zone = la},
        {.basis = BASIS_CRM_ADDRESS,
         .zone = fixture_world_zone(&w, "Asia/Kolkata")},
    };
    struct case_location l = {.place = place, .places = 4};
    struct rule_clock c;
    rule_clock_init(&c, &l, fixture_world_instant("2026-11-23T11:00Z"));
    assert_false(c.unknown);
    assert_int_equal(c.zones, 1);
    assert_ptr_equal(c.zone[0].zone, la);
    fixture_world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_agree_with_a_naive_walk),
        cmocka_unit_test(days_begin_where_the_earth_says),
        cmocka_unit_test(days_gone_by_begin_where_the_zone_says),
        cmocka_unit_test(a_confirmed_place_wins_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

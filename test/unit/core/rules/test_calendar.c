/* Calendars of packs, and clocks that packs set right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/rules/rule_calendar.h"
#include "unit/core/rules/fixture_world.h"

static struct world w;
static const struct rule_book *book;

static const struct rule_calendar *calendar(const char *place)
{
    for (size_t i = 0; i < book->calendars; i++) {
        if (book->calendar[i].place.v == fixture_world_place(place).v) {
            return &book->calendar[i];
        }
    }
    fail_msg("no calendar of %s", place);
    return NULL;
}

static bool off(const char *place, const char *date)
{
    return rule_calendar_has(calendar(place),
                             civil_days(fixture_world_date(date)));
}

/* Sundays from published tables, the earliest and latest of the century. */
static void easter_is_where_tables_have_it(void **state)
{
    (void)state;
    static const char *const sunday[] = {
        "2000-04-23", "2008-03-23", "2011-04-24", "2016-03-27", "2019-04-21",
        "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25",
        "2049-04-18", "2076-04-19", "2099-04-12"};
    for (size_t i = 0; i < tm_array_len(sunday); i++) {
        struct civil_date d = fixture_world_date(sunday[i]);
        assert_int_equal(civil_date_cmp(rule_calendar_easter(d.year), d), 0);
    }
    for (int year = RULE_YEAR_MIN; year <= RULE_YEAR_MAX; year++) {
        struct civil_date d = rule_calendar_easter(year);
        struct civil_date low = {(int16_t)year, 3, 22};
        struct civil_date high = {(int16_t)year, 4, 25};
        assert_int_equal(civil_weekday(d), CIVIL_SUNDAY);
        assert_true(civil_date_cmp(d, low) >= 0 &&
                    civil_date_cmp(d, high) <= 0);
    }
}

static const struct {
    const char *place, *date;
    bool off;
} days[] = {
    {"US", "2026-01-01", true},    {"US", "2026-01-19", true},
    {"US", "2026-02-16", true},    {"US", "2026-05-25", true},
    {"US", "2026-05-18", false},   {"US", "2027-05-31", true},
    {"US", "2027-05-24", false},   {"US", "2026-06-19", true},
    {"US", "2026-07-03", true}, /* observed */
    {"US", "2026-07-04", true},    {"US", "2026-07-05", false},
    {"US", "2027-07-04", true},    {"US", "2027-07-05", true},
    {"US", "2026-09-07", true},    {"US", "2026-10-12", true},
    {"US", "2026-11-11", true},    {"US", "2026-11-26", true},
    {"US", "2026-11-19", false},   {"US", "2026-11-27", false},
    {"US", "2027-12-24", true}, /* Christmas on a Saturday */
    {"US", "2021-12-31", true}, /* New Year on a Saturday, the year before */
    {"US", "2026-07-24", false},   {"US-UT", "2026-07-24", true},
    {"US-UT", "2027-07-23", true}, {"US-UT", "2026-11-26", true},
    {"US-RI", "2026-08-10", true}, {"US-RI", "2026-08-03", false},
    {"IT", "2025-10-04", false},   {"IT", "2026-10-04", true},
    {"IT", "2026-04-06", true},    {"FR", "2026-05-14", true},
    {"FR", "2026-05-25", true},    {"NO", "2026-04-02", true},
    {"NO", "2026-05-17", true},    {"NO", "2026-12-24", false},
    {"ES", "2026-04-03", true},    {"ES", "2026-04-06", false},
};

static void holidays_are_where_they_should_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(days); i++) {
        if (off(days[i].place, days[i].date) != days[i].off) {
            fail_msg("%s %s", days[i].place, days[i].date);
        }
    }
}

/* Outside of the century that calendars cover, no day is one. */
static void other_centuries_have_none(void **state)
{
    (void)state;
    const struct rule_calendar *c = calendar("US");
    assert_false(rule_calendar_has(c, -1000000));
    assert_false(rule_calendar_has(c, INT32_MAX));
    assert_false(
        rule_calendar_has(c, civil_days(fixture_world_date("2101-12-25"))));
    assert_true(
        rule_calendar_has(c, civil_days(fixture_world_date("2099-12-25"))));
}

static void bad_lines_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "fixed = 02-30",    "fixed = 1-1",       "fixed = 12-25 from soon",
        "nth = 6 monday 1", "nth = 1 moonday 1", "nth = 1 monday 13",
        "easter = 61",      "observed = sunday", "observed = sunday someday",
        "include = MARS",   "include = US",      "holiday = 12-25",
    };
    for (size_t i = 0; i < tm_array_len(lines); i++) {
        char text[256];
        struct err e;
        const struct rule_book *b = NULL;
        struct arena a;
        arena_init(&a);
        (void)snprintf(text, sizeof text,
                       "[pack]\nname = p\nversion = 1\njurisdiction = US\n"
                       "[calendar US-UT]\n%s\n",
                       lines[i]);
        struct rule_pack_text pack = {"p.rules", str_of(text)};
        assert_int_equal(rule_book_load(&a, &pack, 1, &b, &e), TM_EINVAL);
        assert_int_equal(strncmp(e.text, "p.rules:6: ", 11), 0);
        arena_fini(&a);
    }
}

/* --- clocks --- */

/* A Canadian sales call to Vancouver at an instant, by a given clock. */
static enum verdict_kind call(const char *now, const struct tz *zone,
                              struct verdict *v)
{
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.place[0].zone = zone;
    l.place[0].region = fixture_world_place("CA-BC");
    l.k.contact.country = fixture_world_place("CA");
    l.k.when.now_us = fixture_world_instant(now);
    l.k.recording.planned = TRI_NO;
    l.registry[0] = (struct case_registry){
        .registry = REGISTRY_CA_DNCL,
        .on_list = TRI_NO,
        .obtained = fixture_world_date("2026-11-20"),
    };
    fixture_world_check(book, &l.k, v);
    return v->kind;
}

/* Whatever the zone data say: an old one, at UTC-8 in winter, and a new one. */
static void vancouver_keeps_its_clock(void **state)
{
    (void)state;
    struct verdict v;
    const struct tz *zones[] = {
        tz_fixed(&w.arena, "America/Vancouver", -8 * 3600),
        tz_fixed(&w.arena, "America/Vancouver", -7 * 3600),
        fixture_world_zone(&w, "America/Vancouver"),
    };
    for (size_t i = 0; i < tm_array_len(zones); i++) {
        assert_int_equal(call("2026-11-23T15:59:59Z", zones[i], &v),
                         VERDICT_NOT_BEFORE);
        assert_int_equal(v.not_before_us,
                         fixture_world_instant("2026-11-23T16:00:00Z"));
        assert_int_equal(call("2026-11-23T16:00:00Z", zones[i], &v),
                         VERDICT_ALLOW);
        assert_true(fixture_world_effect(&v, "TZ-BC-2026") >= 0);
        assert_int_equal(v.valid_until_us,
                         fixture_world_instant("2026-11-24T04:30:00Z"));
    }
}

/* Dates of a case are those of the clock set right: midnight of a January day
 * is at seven UTC, not at eight. */
static void dates_follow_the_clock(void **state)
{
    (void)state;
    const struct tz *old = tz_fixed(&w.arena, "America/Vancouver", -8 * 3600);
    int64_t t = fixture_world_instant("2027-01-27T07:21:00Z");
    assert_int_equal(rules_date(book, old, t).day, 27);
    assert_int_equal(rules_date(NULL, old, t).day, 26);
    assert_int_equal(
        rules_midnight(book, old, fixture_world_date("2027-01-27")),
        fixture_world_instant("2027-01-27T07:00:00Z"));
    assert_int_equal(
        rules_midnight(NULL, old, fixture_world_date("2027-01-27")),
        fixture_world_instant("2027-01-27T08:00:00Z"));
    assert_int_equal(
        rules_midnight(book, old, fixture_world_date("2026-01-27")),
        fixture_world_instant("2026-01-27T08:00:00Z"));
}

/* A zone of another name in the province keeps its own time. */
static void other_zones_are_left_alone(void **state)
{
    (void)state;
    struct verdict v;
    const struct tz *zone = tz_fixed(&w.arena, "America/Creston", -6 * 3600);
    assert_int_equal(call("2026-11-23T15:00:00Z", zone, &v), VERDICT_ALLOW);
    assert_int_equal(fixture_world_effect(&v, "TZ-BC-2026"), -1);
}

int main(void)
{
    fixture_world_init(&w);
    book = fixture_world_law_book(&w.arena);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easter_is_where_tables_have_it),
        cmocka_unit_test(holidays_are_where_they_should_be),
        cmocka_unit_test(other_centuries_have_none),
        cmocka_unit_test(bad_lines_are_refused),
        cmocka_unit_test(vancouver_keeps_its_clock),
        cmocka_unit_test(dates_follow_the_clock),
        cmocka_unit_test(other_zones_are_left_alone),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_world_fini(&w);
    return rc;
}

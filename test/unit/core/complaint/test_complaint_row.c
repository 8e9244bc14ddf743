/* Rows of complaint files: layouts, local times, messy cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/rng.h"
#include "core/complaint/complaint_row.h"
#include "core/complaint/complaint_time.h"
#include "core/number/number_zone.h"

static struct arena arena;
static struct tz_set zones;
static const int64_t NOW = INT64_C(1795262400000000); /* 2026-11-21T12:00Z */

/* Fixed zones stand in for the real ones: Eastern -5, Central -6, the rest
 * -10, so that each result says which zone was taken. */
static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    tz_set_init(&zones, &arena, "test");
    for (uint16_t i = 0; i < number_zone_count(); i++) {
        const char *name = number_zone_name(i);
        int32_t h = strcmp(name, "America/New_York") == 0  ? -5
                    : strcmp(name, "America/Toronto") == 0 ? -5
                    : strcmp(name, "America/Chicago") == 0 ? -6
                                                           : -10;
        tz_set_add(&zones, tz_fixed(&arena, name, h * 3600));
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static int64_t utc(const char *text)
{
    int64_t us = 0;
    assert_true(civil_parse_instant(str_of(text), &us));
    return us;
}

static enum complaint_time_fault parse(const char *text, const char *country,
                                       struct complaint_time *out)
{
    const struct tz *z = tz_set_find(&zones, "America/New_York");
    return complaint_time_parse(str_of(text), country, &z, 1, out);
}

static void test_times(void **state)
{
    static const struct {
        const char *text, *country, *from, *until;
    } good[] = {
        {"2026-11-20 17:05:09", "US", "2026-11-20T22:05:09Z",
         "2026-11-20T22:05:10Z"},
        {"2026-11-20T17:05", "US", "2026-11-20T22:05Z", "2026-11-20T22:06Z"},
        {" 11/20/2026 5:05 PM ", "US", "2026-11-20T22:05Z",
         "2026-11-20T22:06Z"},
        {"11/2/2026 12:05 a.m.", "US", "2026-11-02T05:05Z",
         "2026-11-02T05:06Z"},
        {"2/11/2026", "GB", "2026-11-02T05:00Z", "2026-11-03T05:00Z"},
        {"20.11.2026 17h05", "DE", "2026-11-20T22:05Z", "2026-11-20T22:06Z"},
        {"20/11/2026", "CA", "2026-11-20T05:00Z", "2026-11-21T05:00Z"},
        {"11/20/2026", "CA", "2026-11-20T05:00Z", "2026-11-21T05:00Z"},
        {"2026/11/20, 08:00", "CA", "2026-11-20T13:00Z", "2026-11-20T13:01Z"},
        {"2026-11-20T17:05:09Z", "US", "2026-11-20T17:05:09Z",
         "2026-11-20T17:05:10Z"},
    };
    (void)state;
    for (size_t i = 0; i < tm_array_len(good); i++) {
        struct complaint_time t;
        enum complaint_time_fault f = parse(good[i].text, good[i].country, &t);
        if (f != COMPLAINT_TIME_OK)
            fail_msg("%s: %s", good[i].text, complaint_time_fault_text(f));
        assert_int_equal(t.at_us, utc(good[i].from));
        assert_int_equal(t.until_us, utc(good[i].until));
    }
}

static void test_times_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "yesterday",
                                      "2026-13-01",
                                      "2026-02-29",
                                      "2026-11-20 25:00",
                                      "2026-11-20 5:60",
                                      "13/20/2026",
                                      "11-20-2026",
                                      "2026-11-20 13:05 pm",
                                      "2026-11-20x",
                                      "11/20/26",
                                      "2026-11-20 17",
                                      "99999999999",
                                      "2026-11-20 17:05 uhr",
                                      "0001-01-01"};
    struct complaint_time t;
    (void)state;
    for (size_t i = 0; i < tm_array_len(bad); i++)
        if (parse(bad[i], "US", &t) != COMPLAINT_TIME_UNREADABLE)
            fail_msg("'%s' was read", bad[i]);
    assert_int_equal(parse("03/04/2026", "CA", &t), COMPLAINT_TIME_AMBIGUOUS);
    assert_int_equal(parse("04/04/2026", "CA", &t), COMPLAINT_TIME_OK);
    assert_int_equal(
        complaint_time_parse(str_of("2026-11-20"), "US", NULL, 0, &t),
        COMPLAINT_TIME_NO_ZONE);
}

/* Any bytes: no crash, and what is read is a span that is not empty. */
static void test_times_random(void **state)
{
    static const char alphabet[] = "0123456789-/.: TZapmAPMh,+";
    const uint64_t seed = 20261121;
    struct rng r;
    unsigned read = 0;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "complaint times");
    for (int i = 0; i < 200000; i++) {
        char text[32];
        size_t n = rng_below(&r, 24);
        const char *base = "2026-11-20 17:05:09";
        for (size_t k = 0; k < n; k++)
            text[k] = k < 19 && rng_below(&r, 12) != 0
                          ? base[k]
                          : alphabet[rng_below(&r, sizeof(alphabet) - 1)];
        struct complaint_time t;
        const struct tz *z = tz_set_find(&zones, "America/New_York");
        if (complaint_time_parse(str_range(text, n), "US", &z, 1, &t) ==
            COMPLAINT_TIME_OK) {
            read++;
            assert_true(t.at_us < t.until_us);
            assert_true(t.until_us - t.at_us <= 2 * CIVIL_DAY_US);
        }
    }
    assert_true(read > 1000);
}

static void test_layouts(void **state)
{
    static const struct {
        const char *names;
        enum complaint_layout layout;
    } file[] = {
        {"Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,"
         "Consumer_State,Consumer_Area_Code,Subject,"
         "Recorded_Message_Or_Robocall",
         COMPLAINT_LAYOUT_FTC},
        {"company-phone-number,created-date,consumer-area-code",
         COMPLAINT_LAYOUT_FTC},
        {"Complainant Number,Telemarketer Number,Call Date,Call Time,On DNCL",
         COMPLAINT_LAYOUT_CANADA},
        {"complainant,about,at,shown,channel", COMPLAINT_LAYOUT_OWN},
        {"name,city,balance", COMPLAINT_LAYOUT_UNKNOWN},
        {"phone,name,consent,consent_date", COMPLAINT_LAYOUT_UNKNOWN},
        {"phone,subject", COMPLAINT_LAYOUT_OWN},
        {"", COMPLAINT_LAYOUT_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < tm_array_len(file); i++) {
        struct complaint_columns c = {0};
        struct slice rest = str_of(file[i].names);
        struct err e = {0};
        while (rest.n > 0)
            assert_true(complaint_row_note(&c, str_cut(rest, ',', &rest)));
        assert_int_equal(complaint_row_layout(&c, &e), file[i].layout);
        assert_int_equal(e.text[0] != '\0',
                         file[i].layout == COMPLAINT_LAYOUT_UNKNOWN);
    }
    struct complaint_columns c = {0};
    assert_true(complaint_row_note(&c, str_of("phone")));
    assert_false(complaint_row_note(&c, str_of("Called Number")));
}

static struct complaint_row row_of(enum complaint_layout layout,
                                   const char *country)
{
    return (struct complaint_row){.layout = layout,
                                  .country = country,
                                  .zones = &zones,
                                  .source = COMPLAINT_REGULATOR,
                                  .now_us = NOW};
}

static void test_ftc_row(void **state)
{
    struct complaint_row r = row_of(COMPLAINT_LAYOUT_FTC, "US");
    struct complaint_row_room room;
    struct complaint c;
    (void)state;
    r.cell[COMPLAINT_CELL_SHOWN] = str_of("2025550100");
    r.cell[COMPLAINT_CELL_FILED] = str_of("2026-11-20 09:00:00");
    r.cell[COMPLAINT_CELL_AT] = str_of("2026-11-19 18:30:00");
    r.cell[COMPLAINT_CELL_STATE] = str_of("OH");
    r.cell[COMPLAINT_CELL_AREA_CODE] = str_of("614");
    r.cell[COMPLAINT_CELL_RECORDED] = str_of("Y");
    assert_true(complaint_row_read(&r, &room, &c));
    char place[VOCAB_PLACE_MAX + 1];
    vocab_place_text(c.area, place);
    assert_string_equal(place, "US-OH");
    assert_int_equal(c.shown, 12025550100);
    assert_int_equal(c.complainant, 0);
    assert_int_equal(c.area_code, 614);
    assert_int_equal(c.recorded, TRI_YES);
    assert_int_equal(c.channel, CHANNEL_VOICE_PRERECORDED);
    assert_int_equal(c.at_us, utc("2026-11-19T23:30:00Z"));
    assert_int_equal(c.filed_us, utc("2026-11-20T14:00:00Z"));
    assert_int_equal(c.received_us, NOW);
    /* No company number, junk, or an empty one: a complaint all the same. */
    r.cell[COMPLAINT_CELL_SHOWN] = str_of("0000000000");
    assert_true(complaint_row_read(&r, &room, &c));
    assert_int_equal(c.shown, 0);
    assert_true(str_eq(c.shown_as, "0000000000"));
    r.cell[COMPLAINT_CELL_SHOWN] = str_of("");
    assert_true(complaint_row_read(&r, &room, &c));
    r.cell[COMPLAINT_CELL_AT] = r.cell[COMPLAINT_CELL_FILED] = str_of("");
    assert_false(complaint_row_read(&r, &room, &c));
    assert_non_null(strstr(room.why, "no date"));
}

static void test_own_row(void **state)
{
    struct complaint_row r = row_of(COMPLAINT_LAYOUT_OWN, "US");
    struct complaint_row_room room;
    struct complaint c;
    (void)state;
    assert_false(complaint_row_read(&r, &room, &c));
    assert_non_null(strstr(room.why, "neither"));
    r.cell[COMPLAINT_CELL_COMPLAINANT] = str_of(" (212) 555-0123 ");
    r.cell[COMPLAINT_CELL_AT] = str_of("11/19/2026");
    r.cell[COMPLAINT_CELL_TIME] = str_of("6:30 pm");
    r.cell[COMPLAINT_CELL_DUE] = str_of("2026-12-01");
    assert_true(complaint_row_read(&r, &room, &c));
    assert_int_equal(c.complainant, 12125550123);
    assert_int_equal(c.area_code, 212);
    assert_int_equal(c.at_us, utc("2026-11-19T23:30Z"));
    assert_int_equal(c.due.month, 12);
    /* A number of no known place may lie in all zones: the span grows. */
    struct complaint plain = c;
    r.cell[COMPLAINT_CELL_COMPLAINANT] = str_of("800-555-0123");
    assert_true(complaint_row_read(&r, &room, &c));
    assert_true(c.until_us - c.at_us > plain.until_us - plain.at_us);
    static const struct {
        enum complaint_cell cell;
        const char *text, *why;
    } bad[] = {
        {COMPLAINT_CELL_COMPLAINANT, "12345", "complainant"},
        {COMPLAINT_CELL_AT, "soon", "cannot be read"},
        {COMPLAINT_CELL_AT, "12/31/2026", "future"},
        {COMPLAINT_CELL_DUE, "1/2/2026", "is no date"},
        {COMPLAINT_CELL_SOURCE, "gossip", "none of"},
    };
    for (size_t i = 0; i < tm_array_len(bad); i++) {
        struct complaint_row other = r;
        other.cell[bad[i].cell] = str_of(bad[i].text);
        assert_false(complaint_row_read(&other, &room, &c));
        if (strstr(room.why, bad[i].why) == NULL)
            fail_msg("%s: %s", bad[i].text, room.why);
    }
}

/* The id stays out of the content; every other cell counts. */
static void test_content(void **state)
{
    struct complaint_row r = row_of(COMPLAINT_LAYOUT_OWN, "US");
    struct complaint_row_room room, other;
    struct complaint a, b;
    (void)state;
    r.cell[COMPLAINT_CELL_COMPLAINANT] = str_of("2125550123");
    r.cell[COMPLAINT_CELL_ABOUT] = str_of("again");
    assert_true(complaint_row_read(&r, &room, &a));
    r.cell[COMPLAINT_CELL_ID] = str_of("17");
    assert_true(complaint_row_read(&r, &other, &b));
    assert_true(str_same(a.content, b.content));
    r.cell[COMPLAINT_CELL_ABOUT] = str_of("");
    r.cell[COMPLAINT_CELL_CITY] = str_of("again");
    assert_true(complaint_row_read(&r, &other, &b));
    assert_false(str_same(a.content, b.content));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_times_refused),
        cmocka_unit_test(test_times_random),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_ftc_row),
        cmocka_unit_test(test_own_row),
        cmocka_unit_test(test_content),
    };
    return cmocka_run_group_tests_name("complaint_row", tests, setup, teardown);
}

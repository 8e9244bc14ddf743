/* Candidate zones of numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "core/number/number_zone.h"

static void zones_are(uint64_t e164, size_t n, const char *const *want)
{
    const char *out[NUMBER_ZONE_MAX];

    assert_int_equal(number_zone_candidates(e164, out, NUMBER_ZONE_MAX), n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(out[i], want[i]);
}

static void one_zone(uint64_t e164, const char *want)
{
    zones_are(e164, 1, &want);
}

static void an_area_code_has_its_zone(void **state)
{
    (void)state;
    one_zone(12125550123, "America/New_York");
    one_zone(13125550123, "America/Chicago");
    one_zone(13035550123, "America/Denver");
    one_zone(14155550123, "America/Los_Angeles");
    one_zone(16025550123, "America/Phoenix");
    one_zone(18085550123, "Pacific/Honolulu");
    one_zone(17875550123, "America/Puerto_Rico");
    one_zone(16045550123, "America/Vancouver");
    one_zone(442079460018, "Europe/London");
    one_zone(819012345678, "Asia/Tokyo");
}

/* 850 is listed as Eastern with some exchanges in Central: an exchange that
 * is not listed may be in either, a listed one is known. */
static void a_split_area_code_gives_all_its_zones(void **state)
{
    static const char *const both[] = {"America/Chicago", "America/New_York"};

    (void)state;
    zones_are(18505550123, 2, both);
    one_zone(18502345678, "America/Chicago");
}

static void numbers_of_no_place_give_all_zones_of_the_plan(void **state)
{
    uint16_t ids[NUMBER_ZONE_MAX];
    size_t n = number_zone_ids(18002345678, ids, NUMBER_ZONE_MAX);
    bool guam = false, newfoundland = false;

    (void)state;
    assert_true(n > 20);
    for (size_t i = 0; i < n; i++) {
        guam |= strcmp(number_zone_name(ids[i]), "Pacific/Guam") == 0;
        newfoundland |=
            strcmp(number_zone_name(ids[i]), "America/St_Johns") == 0;
    }
    assert_true(guam && newfoundland);
}

static void unknown_prefixes_give_none(void **state)
{
    const char *out[1] = {"untouched"};

    (void)state;
    assert_int_equal(number_zone_candidates(0, out, 1), 0);
    assert_int_equal(number_zone_candidates(999123456, out, 1), 0);
    assert_int_equal(number_zone_candidates(80012345678, out, 1), 0);
    assert_string_equal(out[0], "untouched");
}

static void no_more_than_asked_is_written(void **state)
{
    const char *out[2] = {"untouched", "untouched"};

    (void)state;
    assert_int_equal(number_zone_candidates(18505550123, out, 1), 2);
    assert_string_equal(out[0], "America/Chicago");
    assert_string_equal(out[1], "untouched");
}

static void names_are_sorted_and_distinct(void **state)
{
    (void)state;
    assert_true(number_zone_count() > 200);
    for (size_t i = 1; i < number_zone_count(); i++) {
        const char *before = number_zone_name((uint16_t)(i - 1));

        assert_true(strcmp(before, number_zone_name((uint16_t)i)) < 0);
    }
    assert_true(strncmp(number_zone_version(), "libphonenumber-geo-", 19) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_area_code_has_its_zone),
        cmocka_unit_test(a_split_area_code_gives_all_its_zones),
        cmocka_unit_test(numbers_of_no_place_give_all_zones_of_the_plan),
        cmocka_unit_test(unknown_prefixes_give_none),
        cmocka_unit_test(no_more_than_asked_is_written),
        cmocka_unit_test(names_are_sorted_and_distinct),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

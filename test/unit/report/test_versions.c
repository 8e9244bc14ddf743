/* Versions of an attempt taken apart, those of old records too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/versions.h"

static void parts_are_found(void **state)
{
    (void)state;
    struct versions v;
    versions_parse(str_of("rules=us-federal 2026.11@252c021e7d91, operator 1; "
                          "zones=2025b; numbers=1.2, 3.4; plan=abc; "
                          "lists=us_national 2026-11-20 #12, mine 2026-01-02 "
                          "#1"),
                   &v);
    assert_int_equal(v.packs, 2);
    assert_true(str_eq(v.pack[0].name, "us-federal"));
    assert_true(str_eq(v.pack[0].version, "2026.11"));
    assert_true(str_eq(v.pack[0].hash, "252c021e7d91"));
    assert_true(str_eq(v.pack[1].version, "1"));
    assert_int_equal(v.pack[1].hash.n, 0);
    assert_true(str_eq(v.zones, "2025b"));
    assert_true(str_eq(v.numbers, "1.2, 3.4"));
    assert_true(str_eq(v.plan, "abc"));
    assert_int_equal(v.lists, 2);
    assert_true(str_eq(v.list[0].date, "2026-11-20"));
    assert_int_equal(v.list[0].generation, 12);
    assert_true(str_eq(v.list[1].name, "mine"));
}

static void junk_is_no_version(void **state)
{
    (void)state;
    struct versions v;
    versions_parse(str_of(""), &v);
    assert_int_equal(v.packs + v.lists + v.plan.n, 0);
    versions_parse(str_of("rules; =; lists=; plan=; lists=a, , b #x;;"), &v);
    assert_int_equal(v.packs, 0);
    assert_int_equal(v.lists, 2);
    assert_int_equal(v.list[1].generation, 0);
}

/* What is about the call alone stands at the end. */
static void the_mode_is_the_calls(void **state)
{
    (void)state;
    static const char old[] = "rules=a 1; plan=p; lists=b 2026-01-02 #1; "
                              "recorded=no no_notice";
    static const char new[] = "rules=a 1; plan=p; lists=b 2026-01-02 #1; "
                              "recorded=no no_notice; mode=progressive";
    assert_int_equal(versions_mode(str_of(old)), DIAL_UNKNOWN);
    assert_true(str_eq(versions_shared(str_of(old)), old));
    assert_int_equal(versions_mode(str_of(new)), DIAL_PROGRESSIVE);
    assert_true(str_eq(versions_shared(str_of(new)), old));
    assert_int_equal(versions_mode(str_of("lists=; mode=preview")),
                     DIAL_PREVIEW);
    assert_int_equal(versions_mode(str_of("lists=; mode=")), DIAL_UNKNOWN);
    assert_int_equal(versions_mode(str_of("lists=; mode=x")), DIAL_UNKNOWN);
    assert_int_equal(versions_mode(str_of("; mode=power; plan=p")),
                     DIAL_UNKNOWN);
    assert_int_equal(versions_mode((struct slice){0}), DIAL_UNKNOWN);
    assert_int_equal(versions_shared((struct slice){0}).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_found),
        cmocka_unit_test(junk_is_no_version),
        cmocka_unit_test(the_mode_is_the_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

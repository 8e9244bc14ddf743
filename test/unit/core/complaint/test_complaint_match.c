/* Which call a complaint means: every grade on both sides of its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/assert.h"
#include "core/complaint/complaint_match.h"

static const int64_t T = INT64_C(1795262400000000);
#define MINUTE CIVIL_MINUTE_US
#define HOUR   CIVIL_HOUR_US
#define DAY    CIVIL_DAY_US

static const struct complaint told = {.complainant = 12125550123,
                                      .area_code = 212,
                                      .shown = 12025550100,
                                      .at_us = INT64_C(1795262400000000),
                                      .until_us = INT64_C(1795262460000000)};

static struct complaint_call call_at(int64_t at_us)
{
    return (struct complaint_call){.attempt = {7},
                                   .e164 = 12125550123,
                                   .shown = 12025550100,
                                   .at_us = at_us,
                                   .ended_us = at_us + MINUTE};
}

static enum complaint_grade grade(const struct complaint *c,
                                  struct complaint_call call)
{
    struct complaint_match m;
    complaint_match_score(c, &call, &m);
    assert_true(m.why[0] != '\0');
    assert_int_equal(m.score > 0, m.grade != COMPLAINT_NONE);
    return m.grade;
}

static void test_by_number(void **state)
{
    struct complaint_call other = call_at(T);
    (void)state;
    assert_int_equal(grade(&told, call_at(T)), COMPLAINT_EXACT);
    assert_int_equal(grade(&told, call_at(T + 61 * MINUTE - 1)),
                     COMPLAINT_EXACT);
    assert_int_equal(grade(&told, call_at(T + 61 * MINUTE)), COMPLAINT_LIKELY);
    assert_int_equal(grade(&told, call_at(T - 61 * MINUTE)), COMPLAINT_EXACT);
    assert_int_equal(grade(&told, call_at(T - 61 * MINUTE - 1)),
                     COMPLAINT_LIKELY);
    assert_int_equal(grade(&told, call_at(T + DAY)), COMPLAINT_LIKELY);
    assert_int_equal(grade(&told, call_at(T + DAY + MINUTE)),
                     COMPLAINT_POSSIBLE);
    assert_int_equal(grade(&told, call_at(T + 3 * DAY + 2 * MINUTE)),
                     COMPLAINT_NONE);
    other.e164++;
    assert_int_equal(grade(&told, other), COMPLAINT_NONE);
    other = call_at(T);
    other.shown++;
    assert_int_equal(grade(&told, other), COMPLAINT_LIKELY);
    other.shown = 0;
    assert_int_equal(grade(&told, other), COMPLAINT_EXACT);
}

static void test_vague_time(void **state)
{
    struct complaint day = told, never = told;
    (void)state;
    day.until_us = day.at_us + DAY;
    assert_int_equal(grade(&day, call_at(T + 5 * HOUR)), COMPLAINT_LIKELY);
    never.at_us = never.until_us = 0;
    assert_int_equal(grade(&never, call_at(T - 300 * DAY)), COMPLAINT_LIKELY);
}

static void test_without_number(void **state)
{
    struct complaint c = told;
    struct complaint_call far = call_at(T);
    (void)state;
    c.complainant = 0;
    assert_int_equal(grade(&c, call_at(T + 2 * MINUTE)), COMPLAINT_LIKELY);
    assert_int_equal(grade(&c, call_at(T + 30 * MINUTE)), COMPLAINT_POSSIBLE);
    far.e164 = 13125550123;
    assert_int_equal(grade(&c, far), COMPLAINT_NONE);
    c.area_code = 0;
    assert_int_equal(grade(&c, far), COMPLAINT_POSSIBLE);
    c.shown = 0;
    assert_int_equal(grade(&c, far), COMPLAINT_NONE);
}

static void test_several(void **state)
{
    struct complaint_matches m = {0};
    struct complaint c = told;
    (void)state;
    c.complainant = 0;
    for (int i = 0; i < COMPLAINT_MATCHES_MAX + 4; i++) {
        struct complaint_call call =
            call_at(T + (i % 3 == 0 ? 0 : 40) * MINUTE);
        struct complaint_match one;
        call.attempt.v = 100 - i;
        call.e164 += (uint64_t)i;
        complaint_match_score(&c, &call, &one);
        complaint_match_add(&m, &one);
    }
    assert_int_equal(m.n, COMPLAINT_MATCHES_MAX);
    assert_int_equal(m.seen, COMPLAINT_MATCHES_MAX + 4);
    for (size_t i = 1; i < m.n; i++) {
        assert_true(m.best[i - 1].score >= m.best[i].score);
        if (m.best[i - 1].score == m.best[i].score)
            assert_true(m.best[i - 1].call.attempt.v <
                        m.best[i].call.attempt.v);
    }
    assert_int_equal(m.best[0].grade, COMPLAINT_LIKELY);
    complaint_match_end(&m, &c);
    assert_int_equal(m.best[0].grade, COMPLAINT_POSSIBLE);
    assert_non_null(strstr(m.best[0].why, "others fit"));
    /* One alone stays likely; two of a known number stay what they are. */
    m.n = 1;
    m.best[0].grade = COMPLAINT_LIKELY;
    complaint_match_end(&m, &c);
    assert_int_equal(m.best[0].grade, COMPLAINT_LIKELY);
    m.n = 2;
    m.best[1] = m.best[0];
    complaint_match_end(&m, &told);
    assert_int_equal(m.best[0].grade, COMPLAINT_LIKELY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_number),
        cmocka_unit_test(test_vague_time),
        cmocka_unit_test(test_without_number),
        cmocka_unit_test(test_several),
    };
    return cmocka_run_group_tests_name("complaint_match", tests, NULL, NULL);
}

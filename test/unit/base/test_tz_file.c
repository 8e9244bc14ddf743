/* TZif bytes and TZ strings: made here, damaged, and at their limits. */
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
#include "base/tz_int.h"

#define SEED UINT64_C(8536)

/* A file to be made. */
struct plan {
    char version; /* '\0', '2' .. '4' */
    size_t n_time, n_type, n_leap;
    int64_t at[4];
    unsigned char index[4];
    int32_t offset_s[4];
    const char *footer; /* with its line ends */
};

static void put_int(struct buf *b, int64_t v, size_t len)
{
    for (size_t i = len; i > 0; i--) {
        buf_add_char(b, (char)((uint64_t)v >> (8 * (i - 1)) & 0xFF));
    }
}

static void put_block(struct buf *b, const struct plan *p, size_t time_len)
{
    static const char nothing[15];
    buf_add_str(b, "TZif");
    buf_add_char(b, p->version);
    buf_add(b, nothing, sizeof nothing);
    put_int(b, 1, 4); /* UTC flags, standard flags */
    put_int(b, 1, 4);
    put_int(b, (int64_t)p->n_leap, 4);
    put_int(b, (int64_t)p->n_time, 4);
    put_int(b, (int64_t)p->n_type, 4);
    put_int(b, 4, 4);
    for (size_t i = 0; i < p->n_time; i++) {
        put_int(b, p->at[i], time_len);
    }
    buf_add(b, p->index, p->n_time);
    for (size_t i = 0; i < p->n_type; i++) {
        put_int(b, p->offset_s[i], 4);
        put_int(b, 0, 2);
    }
    buf_add(b, "ABC", 4);
    for (size_t i = 0; i < p->n_leap; i++) {
        put_int(b, 1000, time_len);
        put_int(b, 1, 4);
    }
    put_int(b, 0, 2); /* the flags */
}

static void make(struct buf *b, const struct plan *p)
{
    buf_init(b, 4096);
    put_block(b, p, 4);
    if (p->version != 0) {
        put_block(b, p, 8);
        buf_add_str(b, p->footer);
    }
    assert_false(b->failed);
}

static int parse(struct arena *a, const struct plan *p, const struct tz **z,
                 struct err *e)
{
    struct buf b;
    make(&b, p);
    int rc = tz_parse(a, "Made/Up", b.p, b.n, z, e);
    buf_fini(&b);
    return rc;
}

static const struct plan sound = {
    .version = '2',
    .n_time = 3,
    .n_type = 2,
    .at = {1000, 2000, 3000},
    .index = {1, 1, 0},
    .offset_s = {3600, 7200},
    .footer = "\nABC-1\n",
};

static void check_sound(const struct tz *z)
{
    static const struct {
        int64_t s;
        int32_t offset_s;
    } cases[] = {
        {-5000, 3600}, {999, 3600},  {1000, 7200}, {2000, 7200},
        {2999, 7200},  {3000, 3600}, {9999, 3600},
    };
    for (size_t i = 0; i < tm_array_len(cases); i++) {
        int64_t us = cases[i].s * CIVIL_SECOND_US;
        assert_int_equal(tz_offset_s(z, us), cases[i].offset_s);
    }
    /* The one at 2000 changes nothing. */
    assert_true(tz_next_change(z, 0) == 1000 * CIVIL_SECOND_US);
    assert_true(tz_next_change(z, 1000 * CIVIL_SECOND_US) ==
                3000 * CIVIL_SECOND_US);
    assert_true(tz_next_change(z, 3000 * CIVIL_SECOND_US) == INT64_MAX);
}

static void test_versions(void **state)
{
    (void)state;
    static const char versions[] = {'\0', '2', '3', '4', '5'};
    for (size_t i = 0; i < sizeof versions; i++) {
        struct arena a;
        arena_init(&a);
        struct plan p = sound;
        p.version = versions[i];
        const struct tz *z = NULL;
        struct err e;
        assert_int_equal(parse(&a, &p, &z, &e), 0);
        check_sound(z);
        arena_fini(&a);
    }
}

static void test_no_changes(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct plan p = sound;
    p.n_time = 0;
    p.footer = "\n\n"; /* no rule: type 0 for ever */
    const struct tz *z;
    struct err e;
    assert_int_equal(parse(&a, &p, &z, &e), 0);
    assert_int_equal(tz_offset_s(z, INT64_MIN), 3600);
    assert_int_equal(tz_offset_s(z, INT64_MAX), 3600);
    assert_true(tz_next_change(z, 0) == INT64_MAX);
    p.footer = "\nABC-3\n"; /* the rule alone */
    assert_int_equal(parse(&a, &p, &z, &e), 0);
    assert_int_equal(tz_offset_s(z, INT64_MIN), 10800);
    assert_int_equal(tz_offset_s(z, INT64_MAX), 10800);
    arena_fini(&a);
}

/* A rule that disagrees with the table takes over at the last change. */
static void test_rule_disagrees(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct plan p = sound;
    p.footer = "\nABC-3\n";
    const struct tz *z;
    struct err e;
    assert_int_equal(parse(&a, &p, &z, &e), 0);
    assert_int_equal(tz_offset_s(z, 3000 * CIVIL_SECOND_US - 1), 7200);
    assert_int_equal(tz_offset_s(z, 3000 * CIVIL_SECOND_US), 10800);
    assert_true(tz_next_change(z, 1500 * CIVIL_SECOND_US) ==
                3000 * CIVIL_SECOND_US);
    p.footer = "\nABC-2\n"; /* as before the last change: none at 3000 */
    assert_int_equal(parse(&a, &p, &z, &e), 0);
    assert_true(tz_next_change(z, 1500 * CIVIL_SECOND_US) == INT64_MAX);
    arena_fini(&a);
}

static void refuse(const struct plan *p, int code)
{
    struct arena a;
    arena_init(&a);
    const struct tz *z = NULL;
    struct err e = {0};
    assert_int_equal(parse(&a, p, &z, &e), code);
    assert_null(z);
    assert_int_equal(e.code, code);
    assert_non_null(strstr(e.text, "Made/Up"));
    arena_fini(&a);
}

static void test_refusals(void **state)
{
    (void)state;
    struct plan p = sound;
    p.n_leap = 1;
    refuse(&p, TM_EUNSUPPORTED);
    p = sound;
    p.n_type = 0;
    refuse(&p, TM_ECORRUPT);
    p = sound;
    p.index[2] = 2;
    refuse(&p, TM_ECORRUPT);
    p = sound;
    p.at[1] = 1000;
    refuse(&p, TM_ECORRUPT);
    p = sound;
    p.offset_s[1] = TZ_OFFSET_LIMIT_S;
    refuse(&p, TM_ECORRUPT);
    p.offset_s[1] = INT32_MIN;
    refuse(&p, TM_ECORRUPT);
    static const char *const footers[] = {
        "", "\n", "ABC-1\n", "\nABC-1", "\nABC\n", "\n-1\n", "\nABC-1 \n",
    };
    for (size_t i = 0; i < tm_array_len(footers); i++) {
        p = sound;
        p.footer = footers[i];
        refuse(&p, TM_ECORRUPT);
    }
}

/* A copy of exactly n bytes, so that a sanitizer sees any read behind. */
static bool try_bytes(const char *bytes, size_t n, struct rng *r)
{
    struct arena a;
    arena_init(&a);
    char *copy = mem_alloc(n + 1);
    memcpy(copy + 1, bytes, n);
    const struct tz *z;
    struct err e;
    int rc = tz_parse(&a, "Made/Up", copy + 1, n, &z, &e);
    mem_free(copy);
    for (int k = 0; rc == 0 && k < 10; k++) {
        int64_t us = (int64_t)(rng_u64(r) >> rng_below(r, 40));
        (void)tz_offset_s(z, us);
        int64_t next = tz_next_change(z, us);
        assert_true(next > us || next == INT64_MAX);
        uint64_t span = 4000000000 * (uint64_t)CIVIL_SECOND_US;
        us = (int64_t)rng_below(r, span);
        int64_t first = tz_first_instant(z, tz_local(z, us));
        assert_true(first <= us);
    }
    arena_fini(&a);
    return rc == 0;
}

static void test_cut_short(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, SEED, "cut");
    struct buf b;
    make(&b, &sound);
    for (size_t n = 0; n < b.n; n++) {
        assert_false(try_bytes(b.p, n, &r));
    }
    assert_true(try_bytes(b.p, b.n, &r));
    buf_fini(&b);
}

static void test_damaged(void **state)
{
    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    struct rng r;
    rng_init(&r, SEED, "damage");
    struct plan p = sound;
    p.footer = "\nABC-1DEF,M3.5.0/-2,J300/26:30:15\n";
    struct buf b;
    make(&b, &p);
    int good = 0;
    for (int k = 0; k < 60000; k++) {
        char bytes[512];
        assert_true(b.n <= sizeof bytes);
        memcpy(bytes, b.p, b.n);
        size_t hits = 1 + rng_below(&r, 3);
        for (size_t i = 0; i < hits; i++) {
            size_t place = rng_below(&r, b.n);
            /* Half of the damage to the end, where the rule is. */
            if (rng_chance_ppm(&r, 500000)) {
                place = b.n - 1 - rng_below(&r, strlen(p.footer));
            }
            bytes[place] = rng_chance_ppm(&r, 500000)
                               ? (char)rng_below(&r, 256)
                               : "0123456789+-,/:MJ<>"[rng_below(&r, 19)];
        }
        good += try_bytes(bytes, b.n, &r) ? 1 : 0;
    }
    print_message("%d of 60000 still parse\n", good);
    assert_true(good > 1000 && good < 59000);
    buf_fini(&b);
}

static void test_rule_text(void **state)
{
    (void)state;
    static const char *const good[] = {
        "EST5EDT",
        "EST5",
        "<+03>-3",
        "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "ABC+5:30:15DEF-24:59:59,J1/+167,365/-167:59:59",
        "<+1130>-11:30<+12>-12,M10.1.0,M4.1.0/3",
    };
    static const char *const bad[] = {
        "",
        "EST",
        "ES5",
        "E1T5",
        "<+03-3",
        "<+0>-3",
        "<+03>",
        "EST25",
        "EST5:60",
        "EST5:",
        "EST5EDT,",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,",
        "EST5EDT,M3.2.0,M11.1.0,",
        "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J365",
        "EST5EDT,J1,J366",
        "EST5EDT,0,366",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0/1000,M11.1.0",
        "EST5EDT,M3.2.0/,M11.1.0",
        "EST5EDT,M3.2.0 ,M11.1.0",
        "EST5EDT4x,M3.2.0,M11.1.0",
        ":EST5",
    };
    struct tz_rule r;
    for (size_t i = 0; i < tm_array_len(good); i++) {
        if (!tz_rule_parse(str_of(good[i]), &r)) {
            fail_msg("refused: %s", good[i]);
        }
    }
    for (size_t i = 0; i < tm_array_len(bad); i++) {
        if (tz_rule_parse(str_of(bad[i]), &r)) {
            fail_msg("taken: %s", bad[i]);
        }
    }
}

static int64_t seconds(const char *text)
{
    int64_t us;
    assert_true(civil_parse_instant(str_of(text), &us));
    return us / CIVIL_SECOND_US;
}

/* Times outside the day, and days at the borders of leap years. */
static void test_rule_instants(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *change;
        int32_t before_s, after_s;
    } cases[] = {
        /* Saturday 22:00 before the last Sunday of March. */
        {"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2026-03-29T01:00Z", -10800,
         -7200},
        {"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2026-10-25T01:00Z", -7200,
         -10800},
        /* 26 hours after the fourth Thursday began: Friday 02:00. */
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00Z", 7200, 10800},
        /* J60 is 1 March in every year, 59 is 29 February in leap years. */
        {"AAA0BBB,J60/0,J300/0", "2028-03-01T00:00Z", 0, 3600},
        {"AAA0BBB,J60/0,J300/0", "2027-03-01T00:00Z", 0, 3600},
        {"AAA0BBB,59/0,300/0", "2028-02-29T00:00Z", 0, 3600},
        {"AAA0BBB,59/0,300/0", "2027-03-01T00:00Z", 0, 3600},
        {"AAA0BBB,59/0,300/0", "2100-03-01T00:00Z", 0, 3600},
        {"AAA0BBB,J59/0,J300/0", "2028-02-28T00:00Z", 0, 3600},
        /* A start of the year before: 7 days before 1 January. */
        {"AAA0BBB,J1/-167,J100/0", "2026-12-25T01:00Z", 0, 3600},
        {"AAA0BBB,J1/-167,J100/0", "2027-04-09T23:00Z", 3600, 0},
        /* And an end in the year after. */
        {"AAA0BBB,J300/0,J365/167", "2027-01-06T22:00Z", 3600, 0},
        /* Daylight time that is earlier than standard time. */
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-10-25T01:00Z", 3600, 0},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T01:00Z", 0, 3600},
    };
    for (size_t i = 0; i < tm_array_len(cases); i++) {
        struct tz_rule r;
        assert_true(tz_rule_parse(str_of(cases[i].rule), &r));
        int64_t at = seconds(cases[i].change);
        int32_t before_s = tz_rule_offset_s(&r, at - 1);
        int32_t after_s = tz_rule_offset_s(&r, at);
        if (before_s != cases[i].before_s || after_s != cases[i].after_s ||
            tz_rule_next(&r, at - 1) != at) {
            fail_msg("%s at %s: %d, %d", cases[i].rule, cases[i].change,
                     (int)before_s, (int)after_s);
        }
    }
}

static void test_daylight_all_year(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "EST5EDT,0/0,J365/25",
        "XXX3EDT4,0/0,J365/23",
    };
    for (size_t i = 0; i < tm_array_len(rules); i++) {
        struct tz_rule r;
        assert_true(tz_rule_parse(str_of(rules[i]), &r));
        int64_t from = seconds("2026-12-20T00:00Z");
        for (int64_t s = from; s < from + 800 * 86400; s += 1800) {
            assert_int_equal(tz_rule_offset_s(&r, s), -4 * 3600);
        }
        assert_true(tz_rule_next(&r, from) == INT64_MAX);
    }
}

/* In common years start and end fall together and the start wins; only a leap
 * year's end counts, and 2100 is none. */
static void test_daylight_some_years(void **state)
{
    (void)state;
    struct tz_rule r;
    assert_true(tz_rule_parse(str_of("AAA0BBB,59/0,J60/1"), &r));
    static const char *const changes[] = {
        "2096-03-01T00:00Z", "2097-03-01T00:00Z", "2104-03-01T00:00Z",
        "2105-03-01T00:00Z", "2108-03-01T00:00Z",
    };
    int64_t s = seconds("2095-06-01T00:00Z");
    for (size_t i = 0; i < tm_array_len(changes); i++) {
        s = tz_rule_next(&r, s);
        assert_true(s == seconds(changes[i]));
        assert_int_equal(tz_rule_offset_s(&r, s), i % 2 == 0 ? 0 : 3600);
    }
}

/* A random day of the rule in the given third of the year, where glibc can be
 * trusted: it looks at the changes of one year only. */
static void random_day(struct rng *r, int part, char out[32])
{
    int least = part == 0 ? 2 : 8;
    int hour = (int)rng_below(r, 25);
    int day = least * 30 + (int)rng_below(r, 100);
    switch (rng_below(r, 3)) {
    case 0: (void)snprintf(out, 32, "J%d/%d", day, hour); break;
    case 1: (void)snprintf(out, 32, "%d/%d:30", day, hour); break;
    default:
        (void)snprintf(out, 32, "M%d.%d.%d/%d", least + (int)rng_below(r, 4),
                       1 + (int)rng_below(r, 5), (int)rng_below(r, 7), hour);
        break;
    }
}

static void compare_with_glibc(const char *text, struct rng *r)
{
    struct tz_rule rule;
    assert_true(tz_rule_parse(str_of(text), &rule));
    assert_int_equal(setenv("TZ", text, 1), 0);
    tzset();
    int64_t at = (int64_t)rng_below(r, 100 * (uint64_t)31556952);
    for (int k = 0; k < 60; k++) {
        int64_t next = tz_rule_next(&rule, at);
        assert_true(next > at && next != INT64_MAX);
        int64_t times[] = {at, next - 1, next, (at + next) / 2};
        for (size_t i = 0; i < tm_array_len(times); i++) {
            time_t t = (time_t)times[i];
            struct tm tm;
            assert_non_null(localtime_r(&t, &tm));
            if (tm.tm_gmtoff != tz_rule_offset_s(&rule, times[i])) {
                fail_msg("%s at %lld: glibc has %ld", text, (long long)t,
                         tm.tm_gmtoff);
            }
        }
        at = next;
    }
}

static void test_rules_against_glibc(void **state)
{
    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    struct rng r;
    rng_init(&r, SEED, "rules");
    for (int k = 0; k < 1000; k++) {
        char first[32], second[32], text[128];
        random_day(&r, 0, first);
        random_day(&r, 1, second);
        bool south = rng_chance_ppm(&r, 500000);
        (void)snprintf(text, sizeof text, "AAA%d:15BBB%d,%s,%s",
                       (int)rng_below(&r, 24) - 12, (int)rng_below(&r, 24) - 12,
                       south ? second : first, south ? first : second);
        compare_with_glibc(text, &r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_no_changes),
        cmocka_unit_test(test_rule_disagrees),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_rule_text),
        cmocka_unit_test(test_rule_instants),
        cmocka_unit_test(test_daylight_all_year),
        cmocka_unit_test(test_daylight_some_years),
        cmocka_unit_test(test_rules_against_glibc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Amounts and deadlines as data: the file that is shipped, and wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/complaint/complaint_due.h"

static struct arena arena;

static const char *read_text(const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = arena_alloc(&arena, 1 << 18);
    size_t n = fread(text, 1, (1 << 18) - 1, f);
    assert_true(n > 0);
    (void)fclose(f);
    return text;
}

static const struct penalty_book *shipped(void)
{
    const struct penalty_book *b = NULL;
    struct err e = {0};
    const char *text = read_text("rules/penalties/amounts.penalties");
    if (penalty_load(&arena, "amounts", str_of(text), &b, &e) != TM_OK)
        fail_msg("%s", e.text);
    return b;
}

static struct civil_date date(const char *text)
{
    struct civil_date d = {0};
    assert_true(civil_parse_date(str_of(text), &d));
    return d;
}

static struct place_code place(const char *text)
{
    struct place_code p = {0};
    assert_true(vocab_place_parse(str_of(text), &p));
    return p;
}

/* The one section of that id that fits, or NULL. */
static const struct penalty *fit(const char *id, enum complaint_breach b,
                                 const char *where, const char *day)
{
    const struct penalty_book *book = shipped();
    const struct penalty *found = NULL;
    for (size_t i = 0; i < book->penalties; i++) {
        const struct penalty *p = &book->penalty[i];
        if (strcmp(p->id, id) == 0 &&
            penalty_fits(p, b, place(where), CHANNEL_VOICE_LIVE, date(day))) {
            assert_null(found);
            found = p;
        }
    }
    return found;
}

static void test_shipped(void **state)
{
    const struct penalty *p;
    (void)state;
    p = fit("US-FTC-PEN", COMPLAINT_BREACH_CALL, "US-OH", "2025-01-17");
    assert_non_null(p);
    assert_int_equal(p->high, 53088);
    p = fit("US-FTC-PEN", COMPLAINT_BREACH_CALL, "US-OH", "2025-01-16");
    assert_true(p != NULL && p->unknown);
    assert_null(
        fit("US-FTC-PEN", COMPLAINT_BREACH_CALL, "CA-ON", "2026-01-01"));
    p = fit("US-FCC-PEN-DNC", COMPLAINT_BREACH_REGISTRY, "US", "2026-01-01");
    assert_non_null(p);
    assert_int_equal(p->low, 500);
    assert_int_equal(p->high, 1500);
    assert_int_equal(p->repeat, 2);
    assert_int_equal(p->repeat_months, 12);
    assert_int_equal(p->years, 4);
    p = fit("UK-PEN", COMPLAINT_BREACH_CALL, "GB", "2026-02-04");
    assert_int_equal(p->high, 500000);
    p = fit("UK-PEN", COMPLAINT_BREACH_CALL, "GB", "2026-02-05");
    assert_int_equal(p->high, 17500000);
    assert_int_equal(p->per, PENALTY_PER_CASE);
    p = fit("US-CA-REC", COMPLAINT_BREACH_RECORDING, "US-CA", "2026-01-01");
    assert_int_equal(p->low, 5000);
    assert_null(fit("US-CA-REC", COMPLAINT_BREACH_CALL, "US-CA", "2026-01-01"));
    assert_null(
        fit("US-CA-REC", COMPLAINT_BREACH_RECORDING, "US", "2026-01-01"));
}

#define GOOD                                                                   \
    "regime = r\ntext = t\ncitation = c\ncertainty = K-\nbreaches = call\n"    \
    "currency = USD\n"

static void test_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"x = 1\n", "f:1: a key before"},
        {"[fine X]\n", "f:1: a section is"},
        {"[penalty ]\nlow = 1\n", "a section is"},
        {"[penalty X]\n" GOOD "low = 1\n", "f:1: low, high and currency"},
        {"[penalty X]\n" GOOD "low = 2\nhigh = 1\n", "low is above high"},
        {"[penalty X]\n" GOOD "low = -1\nhigh = 1\n", "f:8: not a value"},
        {"[penalty X]\n" GOOD "low = 1\nhigh = 1e6\n", "f:9: not a value"},
        {"[penalty X]\n" GOOD "wat = 1\n", "f:8: unknown key 'wat'"},
        {"[penalty X]\n" GOOD "unknown = yes\nlow = 1\nhigh = 2\n",
         "neither low nor high"},
        {"[penalty X]\n" GOOD "low = 1\nhigh = 2\n[penalty X]\n" GOOD
         "low = 1\nhigh = 2\nfrom = 2026-01-01\n",
         "f:10: an id given twice"},
        {"[penalty X]\n" GOOD "low = 1\nhigh = 2\nfrom = 2026-01-02\n"
         "to = 2026-01-01\n",
         "from lies behind to"},
        {"[penalty X]\n" GOOD "low = 1\nhigh = 2\nchannels = wire\n",
         "not a value"},
        {"[penalty X]\n" GOOD "low = 1\nhigh = 2\nrepeat = 1 calls in 12 "
         "months\n",
         "not a value"},
        {"[deadline X]\nduty = answer\ntext = t\ncitation = c\n"
         "certainty = K-\n",
         "days"},
        {"[deadline X]\ndays = 0\n", "not a value"},
        {"[deadline X]\nduty = wait\n", "not a value"},
    };
    (void)state;
    for (size_t i = 0; i < tm_array_len(bad); i++) {
        const struct penalty_book *b = NULL;
        struct err e = {0};
        assert_int_equal(penalty_load(&arena, "f", str_of(bad[i].text), &b, &e),
                         TM_EINVAL);
        assert_null(b);
        if (strstr(e.text, bad[i].says) == NULL)
            fail_msg("%zu: %s", i, e.text);
    }
}

static const struct complaint_days *days(void)
{
    const struct rule_pack_text pack = {
        "us-states", str_of(read_text("rules/law/us-states.rules"))};
    const struct complaint_days *d = NULL;
    struct err e = {0};
    if (complaint_due_days(&arena, &pack, 1, &d, &e) != TM_OK)
        fail_msg("%s", e.text);
    return d;
}

static void test_business_days(void **state)
{
    const struct complaint_days *d = days();
    (void)state;
    /* Thanksgiving is 26 November 2026. */
    assert_false(complaint_due_works(d, place("US"), date("2026-11-26")));
    assert_true(complaint_due_works(d, place("CA"), date("2026-11-26")));
    assert_false(complaint_due_works(d, place("US"), date("2026-11-28")));
    struct civil_date due =
        complaint_due_add(d, place("US"), date("2026-11-20"), 10);
    assert_int_equal(civil_date_cmp(due, date("2026-12-07")), 0);
    due = complaint_due_add(NULL, place("US"), date("2026-11-20"), 10);
    assert_int_equal(civil_date_cmp(due, date("2026-12-04")), 0);
}

static void test_deadlines(void **state)
{
    struct complaint c = {.complainant = 12125550123,
                          .area = place("US-NY"),
                          .received_us = INT64_C(1795176000000000)};
    struct complaint_progress p = {0};
    struct complaint_due due[COMPLAINT_DUES_MAX];
    const struct penalty_book *b = shipped();
    (void)state;
    size_t n = complaint_due_list(b, days(), &c, &p, due);
    assert_int_equal(n, 2);
    assert_string_equal(due[0].id, "OWN-ANSWER");
    assert_int_equal(civil_date_cmp(due[0].date, date("2026-11-30")), 0);
    assert_string_equal(due[1].id, "US-FCC-DNC-ENT");
    assert_int_equal(civil_date_cmp(due[1].date, date("2026-12-07")), 0);
    /* The regulator's date counts; what is met goes behind. */
    c.due = date("2026-11-25");
    p.opt_out_us = 5;
    n = complaint_due_list(b, days(), &c, &p, due);
    assert_int_equal(n, 3);
    assert_string_equal(due[0].id, "REGULATOR");
    assert_string_equal(due[2].id, "US-FCC-DNC-ENT");
    assert_int_equal(due[2].met_us, 5);
    p.answered_us = 9;
    n = complaint_due_list(b, days(), &c, &p, due);
    assert_int_equal(due[0].met_us != 0 && due[n - 1].met_us != 0, 1);
    /* Without a number there is nothing to honour. */
    c.complainant = 0;
    c.area = place("IN");
    assert_int_equal(complaint_due_list(b, NULL, &c, &p, due), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(due[i].duty, PENALTY_ANSWER);
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_business_days),
        cmocka_unit_test(test_deadlines),
    };
    return cmocka_run_group_tests_name("penalty", tests, setup, teardown);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/lead/retry.h"

#define MINUTE_US INT64_C(60000000)

static const struct retry_rules rules = {
    .of = {[OUTCOME_BUSY] = {.times = 2, .delay_ms = 600000},
           [OUTCOME_NO_ANSWER] = {.times = 9, .delay_ms = 60000},
           [OUTCOME_CONGESTION] = {.times = 3, .delay_ms = 1000}},
    .tries_max = 4,
};

static struct lead lead_with(enum outcome o, unsigned n)
{
    struct lead l = {.id = {1}, .phones = 1};
    l.phone[0].e164 = 12125550101;
    l.outcomes[o] = n;
    return l;
}

static void test_parse(void **state)
{
    (void)state;
    struct retry_rule r;
    assert_true(retry_parse(str_of("3 x 10m"), &r));
    assert_int_equal(r.times, 3);
    assert_int_equal(r.delay_ms, 600000);
    assert_true(retry_parse(str_of("1x2h"), &r));
    assert_true(retry_parse(str_of("never"), &r));
    assert_int_equal(r.times, 0);
    const char *wrong[] = {"",         "3",          "x 10m",  "0 x 1h",
                           "3 x",      "101 x 1m",   "3 x 10", "-1 x 5m",
                           "3 x 999d", "three x 10m"};
    for (size_t i = 0; i < tm_array_len(wrong); i++)
        assert_false(retry_parse(str_of(wrong[i]), &r));
}

static void check(enum outcome o, unsigned n, enum lead_state s, int64_t due_us,
                  const char *reason)
{
    struct lead l = lead_with(o, n);
    struct retry_next next = retry_after(&rules, &l, o, MINUTE_US);
    assert_int_equal(next.state, s);
    assert_int_equal(next.due_us, due_us);
    assert_string_equal(next.reason, reason);
}

static void test_settled(void **state)
{
    (void)state;
    check(OUTCOME_COMPLETED, 1, LEAD_DONE, 0, "completed");
    check(OUTCOME_OPTED_OUT, 1, LEAD_DENIED, 0, "opted_out");
    check(OUTCOME_CALLBACK, 1, LEAD_CALLBACK, MINUTE_US, "callback");
    check(OUTCOME_CANCELLED, 50, LEAD_WAITING, MINUTE_US, "not_placed");
}

static void test_rules(void **state)
{
    (void)state;
    check(OUTCOME_BUSY, 1, LEAD_WAITING, 11 * MINUTE_US, "retry");
    check(OUTCOME_BUSY, 2, LEAD_WAITING, 11 * MINUTE_US, "retry");
    check(OUTCOME_BUSY, 3, LEAD_EXHAUSTED, 0, "retries_used_up");
    check(OUTCOME_NO_ANSWER, 3, LEAD_WAITING, 2 * MINUTE_US, "retry");
    check(OUTCOME_NO_ANSWER, 4, LEAD_EXHAUSTED, 0, "tries_used_up");
    check(OUTCOME_REJECTED, 1, LEAD_EXHAUSTED, 0, "no_retry");
}

/* What the network failed does not use up the person's tries. */
static void test_network(void **state)
{
    (void)state;
    struct lead l = lead_with(OUTCOME_CONGESTION, 3);
    l.outcomes[OUTCOME_CANCELLED] = 7;
    assert_int_equal(retry_tries(&l), 0);
    check(OUTCOME_CONGESTION, 3, LEAD_WAITING, MINUTE_US + 1000000, "retry");
    check(OUTCOME_CONGESTION, 4, LEAD_EXHAUSTED, 0, "retries_used_up");
    l.outcomes[OUTCOME_NO_ANSWER] = 1;
    struct retry_next n = retry_after(&rules, &l, OUTCOME_NO_ANSWER, MINUTE_US);
    assert_int_equal(n.state, LEAD_WAITING);
}

static void test_bad_number(void **state)
{
    (void)state;
    struct lead l = lead_with(OUTCOME_DISCONNECTED, 1);
    l.phone[0].bad = true;
    struct retry_next n =
        retry_after(&rules, &l, OUTCOME_DISCONNECTED, MINUTE_US);
    assert_int_equal(n.state, LEAD_EXHAUSTED);
    assert_string_equal(n.reason, "no_good_number");
    l.phone[1].e164 = 12125550102;
    l.phones = 2;
    n = retry_after(&rules, &l, OUTCOME_DISCONNECTED, MINUTE_US);
    assert_int_equal(n.state, LEAD_WAITING);
    assert_int_equal(n.due_us, MINUTE_US);
    assert_string_equal(n.reason, "next_number");
}

static void test_allowed(void **state)
{
    (void)state;
    const enum outcome never[] = {OUTCOME_NONE,         OUTCOME_COMPLETED,
                                  OUTCOME_OPTED_OUT,    OUTCOME_CALLBACK,
                                  OUTCOME_DISCONNECTED, OUTCOME_CANCELLED};
    for (size_t i = 0; i < tm_array_len(never); i++)
        assert_false(retry_allowed(never[i]));
    assert_true(retry_allowed(OUTCOME_BUSY));
    assert_true(retry_allowed(OUTCOME_UNKNOWN));
    assert_true(retry_allowed(OUTCOME_HUNG_UP));
}

/* Each word reads back as itself. */
static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome o = OUTCOME_COUNT;
        assert_true(outcome_parse(str_of(outcome_text((enum outcome)i)), &o));
        assert_int_equal(o, i);
    }
    for (int i = 0; i < LEAD_STATE_COUNT; i++) {
        enum lead_state s = LEAD_STATE_COUNT;
        assert_true(
            lead_state_parse(str_of(lead_state_text((enum lead_state)i)), &s));
        assert_int_equal(s, i);
    }
    enum outcome o;
    enum lead_state s;
    assert_false(outcome_parse(str_of("bus"), &o));
    assert_false(lead_state_parse(str_of(""), &s));
}

static void test_fields(void **state)
{
    (void)state;
    struct lead l = {.fields = 1};
    l.field[0] = (struct lead_field){str_of("name"), str_of("Ann")};
    assert_true(str_eq(lead_field_value(&l, str_of("name")), "Ann"));
    assert_int_equal(lead_field_value(&l, str_of("nam")).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),      cmocka_unit_test(test_settled),
        cmocka_unit_test(test_rules),      cmocka_unit_test(test_network),
        cmocka_unit_test(test_bad_number), cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_words),      cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

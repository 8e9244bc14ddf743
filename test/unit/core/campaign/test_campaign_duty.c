/* Duties on the way of a call: one that is not carried out stops it, those of
 * recording decide what is recorded, and the notice is heard first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_world.h"

enum { NUMBER = 1 };
#define FIRST UINT64_C(12124560001)

static struct world w;

static int teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* A campaign of the small survey with this text for "leads_to_sale = no". */
static void open_with(const char *more)
{
    static const char old[] = "leads_to_sale = no\n";
    char text[4096];
    const char *at = strstr(world_plan, old);
    assert_non_null(at);
    int n = snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - world_plan),
                     world_plan, more, at + strlen(old));
    assert_in_range(n, 1, sizeof(text) - 1);
    world_open(&w, text);
    world_say(&w, CAMPAIGN_EV_START);
    struct lead l = world_lead(7, FIRST);
    l.consent[0].type = CONSENT_EXPRESS_WRITTEN;
    world_leads(&w, &l, 1, INT64_MAX);
}

static const struct record *record_of(enum record_kind kind)
{
    for (size_t i = 0; i < w.out.records; i++)
        if (w.out.record[i].kind == kind)
            return &w.out.record[i];
    return NULL;
}

static const struct campaign_action *place_of(void)
{
    for (size_t i = 0; i < w.out.actions; i++)
        if (w.out.action[i].kind == ACTION_PLACE)
            return &w.out.action[i];
    return NULL;
}

static bool holds(struct slice s, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i + n <= s.n; i++)
        if (memcmp(s.p + i, text, n) == 0)
            return true;
    return false;
}

#define SALE "leads_to_sale = yes\nconsent_not_condition = yes\n"

/* The law allows the call and says how it is to be made; who does not say
 * that he does so does not call. */
static void test_a_duty_not_carried_out_is_no_call(void **state)
{
    (void)state;
    open_with(SALE);
    assert_null(place_of());
    assert_null(record_of(RECORD_ATTEMPT));
    const struct record *v = record_of(RECORD_VERDICT);
    assert_non_null(v);
    assert_int_equal(v->state, VERDICT_DENY);
    assert_true(holds(v->rules, "US-FTC-DISC:denied"));
    assert_true(holds(v->note, "duty disclose_seller_purpose_goods of "
                               "US-FTC-DISC (16 CFR 310.4(d), (e)) is not "
                               "carried out: "));
    assert_true(
        holds(v->note, "then write carries = disclose_seller_purpose_goods"));
    const struct record *l = record_of(RECORD_LEAD);
    assert_non_null(l);
    assert_int_equal(l->state, LEAD_DENIED);
    assert_true(str_eq(l->key, "US-FTC-DISC"));
}

static void test_a_duty_declared_is_a_call(void **state)
{
    (void)state;
    open_with(SALE "carries = disclose_seller_purpose_goods\n");
    const struct campaign_action *p = place_of();
    assert_non_null(p);
    assert_true(p->permit.e164 == FIRST);
    assert_false(p->spec.record);
    assert_false(holds(record_of(RECORD_ATTEMPT)->versions, "recorded="));
}

static void talk(void)
{
    world_wait(&w, 1000);
    world_call(&w, NUMBER, CARRIER_PLACED);
    world_call(&w, NUMBER, CARRIER_RINGING);
    world_call(&w, NUMBER, CARRIER_ANSWERED);
    world_wait(&w, 300);
    buf_clear(&w.trace);
    world_say(&w, CAMPAIGN_EV_TICK);
}

/* K10: said before anything else, and again when a key cut it off. */
static void test_the_notice_comes_first(void **state)
{
    (void)state;
    open_with("leads_to_sale = no\nrecord = yes\n"
              "recording_notice = Recorded.\n");
    assert_true(place_of()->spec.record);
    assert_true(holds(record_of(RECORD_ATTEMPT)->versions, "; recorded=yes"));
    talk();
    world_expect(&w,
                 "1.300 -> play A1 Recorded. | Hello there, Clinic. Press 9\n");
    world_digit(&w, NUMBER, '1');
    world_expect(&w, "1.300 callback L7 A1 at 1\n"
                     "1.300 => play A1 Recorded. | We call\n");
    world_played(&w, NUMBER, 1); /* was cut off: no more than a late word */
    world_digit(&w, NUMBER, '9');
    world_expect(&w, "1.300 opt_out L7 A1\n"
                     "1.300 => play A1 Recorded. | Gone\n");
}

static void test_the_notice_is_heard_once(void **state)
{
    (void)state;
    open_with("leads_to_sale = no\nrecord = yes\n"
              "recording_notice = Recorded.\n");
    talk();
    buf_clear(&w.trace);
    world_wait(&w, 3000);
    world_played(&w, NUMBER, 1);
    world_expect(&w, "4.300 -> play A1 How was it?\n");
}

/* No notice in the campaign and none asked for: recorded without a word. */
static void test_no_notice(void **state)
{
    (void)state;
    open_with("leads_to_sale = no\nrecord = yes\n");
    assert_true(place_of()->spec.record);
    talk();
    world_expect(&w, "1.300 -> play A1 Hello there, Clinic. Press 9\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_duty_not_carried_out_is_no_call,
                                  teardown),
        cmocka_unit_test_teardown(test_a_duty_declared_is_a_call, teardown),
        cmocka_unit_test_teardown(test_the_notice_comes_first, teardown),
        cmocka_unit_test_teardown(test_the_notice_is_heard_once, teardown),
        cmocka_unit_test_teardown(test_no_notice, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Case lines: what is refused, and by which path; what an absent key means;
 * answers as lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/rules/rule_book.h"
#include "report/decide_expect.h"
#include "report/decide_json.h"
#include "report/decide_read.h"

static struct arena arena;
static const struct tz *utc;

static const struct tz *zone(void *self, const char *name)
{
    (void)self;
    return strcmp(name, "UTC") == 0 ? utc : NULL;
}

static int read(const char *line, struct decide_case *c, struct err *e)
{
    struct decide_input in = {&arena, zone, NULL, NULL, "2026b"};
    return decide_read(&in, str_of(line), c, e);
}

#define NOW     "\"now\":\"2026-11-23T13:00:00Z\""
#define CONTACT "\"contact\":{\"country\":\"US\",\"region\":\"NY\","

static const struct {
    const char *line, *error;
} refused[] = {
    {"{", "not JSON"},
    {"[]", "line: not an object"},
    {"{}", "now: not an instant"},
    {"{\"now\":\"yesterday\"}", "now: not an instant"},
    {"{\"now\":5}", "now: not a text"},
    {"{" NOW ",\"nwo\":1}", "nwo: no such key"},
    {"{" NOW "," NOW "}", "not JSON"},
    {"{" NOW ",\"contact\":7}", "contact: not an object"},
    {"{" NOW ",\"contact\":{\"channel\":\"telex\"}}",
     "contact.channel: not a known word"},
    {"{" NOW ",\"contact\":{\"chanel\":\"fax\"}}",
     "contact.chanel: no such key"},
    {"{" NOW "," CONTACT "\"tz\":[\"Mars\"]}}",
     "contact.tz: no such time zone"},
    {"{" NOW "," CONTACT "\"tz\":\"UTC\"}}", "contact.tz: not a list"},
    {"{" NOW ",\"contact\":{\"country\":\"USA\"}}",
     "contact.country: not a country"},
    {"{" NOW ",\"contact\":{\"region\":\"NY\"}}",
     "contact.region: not a subdivision"},
    {"{" NOW "," CONTACT "\"number\":\"5550123\"}}",
     "contact.number: not a number"},
    {"{" NOW "," CONTACT "\"known_wireless\":\"yes\"}}",
     "contact.known_wireless: not true or false"},
    {"{" NOW "," CONTACT "\"ported_to_wireless\":\"2026-02-30\"}}",
     "contact.ported_to_wireless: not a date"},
    {"{" NOW ",\"caller\":{\"kind\":\"pirate\"}}",
     "caller.kind: not a known word"},
    {"{" NOW ",\"purpose\":\"fun\"}", "purpose: not a known word"},
    {"{" NOW ",\"consent\":{}}", "consent: not a list"},
    {"{" NOW ",\"consent\":[5]}", "consent[0]: not an object"},
    {"{" NOW ",\"consent\":[{\"covers\":[\"cats\"]}]}",
     "consent[0].covers: not a known word"},
    {"{" NOW ",\"registry\":{\"us_natoinal\":{}}}",
     "registry.us_natoinal: not a known register"},
    {"{" NOW ",\"registry\":{\"us_national\":{\"list_age_days\":-1}}}",
     "registry.us_national.list_age_days: not a count"},
    {"{" NOW ",\"registry\":{\"state\":{\"FL\":{\"listed\":true}}}}",
     "registry.state.FL.listed: no such key"},
    {"{" NOW ",\"relationship\":{\"friend\":true}}",
     "relationship.friend: no such key"},
    {"{" NOW ",\"attempts\":[{\"subject\":\"x\"}]}",
     "attempts[0].at: not an instant"},
    {"{" NOW ",\"internal_dnc\":[{\"requested\":\"soon\"}]}",
     "internal_dnc[0].requested: not a date"},
    {"{" NOW ",\"campaign\":{\"placed\":\"many\"}}",
     "campaign.placed: not a count"},
    {"{" NOW ",\"campaign\":{\"month\":\"2026-13\"}}",
     "campaign.month: not YYYY-MM"},
    {"{" NOW ",\"campaign\":{\"period\":\"2026-11-01\"}}",
     "campaign.period: not FROM/TO"},
    {"{" NOW ",\"consent\":[{},{\"type\":\"silent\"}]}",
     "consent[1].type: not a known word"},
    {"{" NOW ",\"facts\":{\"revocations\":[{}]}}",
     "facts.revocations[0].at: not a date"},
    {"{" NOW ",\"facts\":{\"rnd\":{\"answer\":\"maybe\"}}}",
     "facts.rnd.answer: not a known word"},
    {"{" NOW ",\"facts\":{\"recording\":{\"purposes\":[\"fun\"]}}}",
     "facts.recording.purposes: not a known word"},
    {"{" NOW ",\"facts\":{\"text\":{\"stop_at\":\"T\"}}}",
     "facts.text.stop_at: not an instant"},
    {"{" NOW ",\"policy\":{\"revocation_scope\":\"none\"}}",
     "policy.revocation_scope: not a known word"},
};

static void errors_name_the_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(refused); i++) {
        struct decide_case c;
        struct err e;
        int rc = read(refused[i].line, &c, &e);
        size_t n = strlen(refused[i].error);
        if (rc != TM_EINVAL || strncmp(e.text, refused[i].error, n) != 0) {
            fail_msg("%s: %d %s, expected %s", refused[i].line, rc,
                     rc ? e.text : "", refused[i].error);
        }
    }
}

static void the_id_survives_an_error(void **state)
{
    (void)state;
    struct decide_case c;
    struct err e;
    assert_int_equal(read("{\"id\":\"X-1\",\"now\":1}", &c, &e), TM_EINVAL);
    assert_string_equal(c.id, "X-1");
}

static const struct case_registry *entry(const struct rule_case *k,
                                         enum registry g)
{
    for (size_t i = 0; i < k->suppression.registries; i++) {
        if (k->suppression.registry[i].registry == g) {
            return &k->suppression.registry[i];
        }
    }
    return NULL;
}

/* Section 10: ledgers empty, the caller in order, our registers unknown, those
 * of states and others clear. */
static void absent_keys_have_a_meaning(void **state)
{
    (void)state;
    struct decide_case c;
    struct err e;
    assert_int_equal(read("{" NOW "," CONTACT "\"tz\":[\"UTC\"]}}", &c, &e), 0);
    const struct rule_case *k = &c.k;
    assert_true(k->suppression.internal_known && k->attempts.known);
    assert_true(k->situation.known && k->pacing.known);
    assert_int_equal(k->presentation.ring_us, 20 * CIVIL_SECOND_US);
    assert_int_equal(k->presentation.abandon_message, TRI_YES);
    assert_int_equal(k->presentation.caller_id_present, TRI_YES);
    assert_int_equal(k->recording.planned, TRI_NO);
    assert_null(entry(k, REGISTRY_US_NATIONAL));
    assert_null(entry(k, REGISTRY_CA_DNCL));
    assert_int_equal(entry(k, REGISTRY_AREA)->on_list, TRI_NO);
    assert_int_equal(entry(k, REGISTRY_UK_TPS)->on_list, TRI_NO);
    assert_int_equal(k->caller.ftc_jurisdiction, TRI_UNKNOWN);
    assert_int_equal(k->contact.reassigned, REASSIGNED_NOT_ASKED);
    assert_string_equal(c.id, "");
}

static void values_come_through(void **state)
{
    (void)state;
    struct decide_case c;
    struct err e;
    int rc = read(
        "{\"id\":\"V\"," NOW "," CONTACT "\"tz\":[\"UTC\"]},"
        "\"subject\":\"energy_contract\","
        "\"registry\":{\"uk_tps\":{\"registered_days\":27},"
        "\"us_national\":{\"on_list\":true,\"list_age_days\":5}},"
        "\"attempts\":[{\"at\":\"2026-11-22T10:00:00Z\"},"
        "{\"at\":\"2026-11-21T10:00:00Z\"}],"
        "\"campaign\":{\"month\":\"2026-11\",\"placed\":100,\"abandoned\":5},"
        "\"facts\":{\"cli_series\":\"140\",\"recording\":{\"purposes\":"
        "[\"proof\",\"quality\"],\"agent_place\":\"PH\","
        "\"recorder_place\":\"NV\"}}}",
        &c, &e);
    assert_int_equal(rc, TM_OK);
    const struct rule_case *k = &c.k;
    char place[VOCAB_PLACE_MAX + 1];
    assert_int_equal(k->purpose.goods, GOODS_ENERGY);
    assert_int_equal(entry(k, REGISTRY_UK_TPS)->on_list, TRI_YES);
    assert_int_equal(entry(k, REGISTRY_UK_TPS)->registered.day, 27);
    assert_int_equal(entry(k, REGISTRY_US_NATIONAL)->obtained.day, 18);
    assert_true(k->attempts.attempt[0].at_us < k->attempts.attempt[1].at_us);
    assert_int_equal(k->pacing.bucket[0].abandoned, 5);
    assert_int_equal(k->presentation.series, CLI_SERIES_MARKETING);
    assert_int_equal(k->recording.planned, TRI_YES);
    assert_int_equal(k->recording.purpose, RECORDING_QUALITY);
    assert_int_equal(k->recording.elsewhere, TRI_YES);
    vocab_place_text(k->recording.recorder, place);
    assert_string_equal(place, "US-NV");
}

static void answers_are_one_line(void **state)
{
    (void)state;
    static const struct rule rule = {.id = "US-X", .citation = "1 \"2\""};
    static const struct verdict v = {
        .kind = VERDICT_NOT_BEFORE,
        .not_before_us = INT64_C(1795453200000000),
        .reason = {{&rule, EFFECT_NOT_BEFORE, 0}},
        .reasons = 1,
        .duty = {"ring_15s"},
        .duties = 1,
        .unknown = {"attempts"},
        .unknowns = 1,
        .remedy = "",
        .packs = "p 1",
        .tzdata = "2026b",
    };
    struct buf b;
    buf_init(&b, 4096);
    decide_json_verdict(&v, "A", NULL, &b);
    assert_string_equal(
        b.p, "{\"id\":\"A\",\"verdict\":\"not_before\",\"not_before\":"
             "\"2026-11-23T17:00:00Z\",\"rules\":[{\"id\":\"US-X\",\"effect\":"
             "\"not_before\",\"citation\":\"1 \\\"2\\\"\"}],\"duties\":["
             "\"ring_15s\"],\"remedy\":null,\"unknown\":[\"attempts\"],"
             "\"packs\":\"p 1\",\"tzdata\":\"2026b\"}");
    buf_clear(&b);
    decide_json_error("", "now: not an instant", &b);
    assert_string_equal(b.p, "{\"id\":null,\"error\":\"now: not an instant\"}");
    buf_clear(&b);
    assert_int_equal(
        decide_expect_check(str_of("{\"expected\":{\"verdict\":\"allow\","
                                   "\"rules\":[\"US-X\",\"US-Y\"],\"duties\":["
                                   "\"ring_15s\"],\"not_before\":"
                                   "\"2026-11-23T17:00:00Z\"}}"),
                            &v, &b),
        2);
    assert_non_null(strstr(b.p, "verdict: not_before, expected allow"));
    assert_non_null(strstr(b.p, "US-Y: absent"));
    assert_int_equal(decide_expect_check(str_of("{}"), &v, &b), -1);
    buf_fini(&b);
}

int main(void)
{
    arena_init(&arena);
    utc = tz_fixed(&arena, "UTC", 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_the_path),
        cmocka_unit_test(the_id_survives_an_error),
        cmocka_unit_test(absent_keys_have_a_meaning),
        cmocka_unit_test(values_come_through),
        cmocka_unit_test(answers_are_one_line),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    arena_fini(&arena);
    return rc;
}

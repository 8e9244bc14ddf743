#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/lead_case.h"
#include "fixture_world.h"

static struct world w;
static struct lead_case c;

static int setup(void **state)
{
    (void)state;
    world_open(&w, world_plan);
    tz_set_add(&w.zones, tz_fixed(&w.arena, "America/Chicago", -6 * 3600));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static void build(const struct lead *l)
{
    struct lead_case_input in = {
        .book = w.book,
        .plan = w.plan,
        .seller = {1},
        .zones = &w.zones,
        .lists = &w.lists,
        .suppression = &w.suppression,
        .now_us = w.now_us,
    };
    lead_case_build(&c, &in, l, 0);
}

static void test_number_and_address(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124560001);
    char text[VOCAB_PLACE_MAX + 1];
    build(&l);
    assert_int_equal(c.k.location.places, 1);
    assert_int_equal(c.place[0].basis, BASIS_AREA_CODE);
    assert_string_equal(tz_name(c.place[0].zone), "America/New_York");
    assert_int_equal(c.k.contact.line, LINE_WIRELESS);
    /* An address is one more candidate: Florida has two zones. */
    strcpy(l.region, "FL");
    build(&l);
    assert_int_equal(c.k.location.places, 3);
    assert_int_equal(c.place[2].basis, BASIS_CRM_ADDRESS);
    assert_string_equal(tz_name(c.place[2].zone), "America/Chicago");
    vocab_place_text(c.place[2].region, text);
    assert_string_equal(text, "US-FL");
    strcpy(l.county, "Erie");
    build(&l);
    assert_true(str_eq(c.k.location.county, "Erie"));
    /* Confirmed, it names the law, and the number's zone still counts. */
    strcpy(l.region, "US-IL");
    l.region_confirmed = true;
    build(&l);
    assert_int_equal(c.k.location.places, 2);
    assert_int_equal(c.place[0].basis, BASIS_CONFIRMED_ADDRESS);
    assert_string_equal(tz_name(c.place[0].zone), "America/New_York");
    assert_string_equal(tz_name(c.place[1].zone), "America/Chicago");
}

/* Puerto Rico, Guam and the others: federal law and the US registry. */
static void test_territories(void **state)
{
    (void)state;
    static const uint64_t number[] = {17872345678, 13406421234, 16713001234,
                                      16846331234, 16702345678};
    for (size_t i = 0; i < tm_array_len(number); i++) {
        struct lead l = world_lead(1, number[i]);
        char text[VOCAB_PLACE_MAX + 1];
        build(&l);
        vocab_place_text(c.k.contact.country, text);
        assert_string_equal(text, "US");
    }
    struct lead canada = world_lead(1, 14165550123);
    char text[VOCAB_PLACE_MAX + 1];
    build(&canada);
    vocab_place_text(c.k.contact.country, text);
    assert_string_equal(text, "CA");
}

/* A zone that is not loaded stays unknown: its hours are closed. */
static void test_unknown_zone(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 13105550101);
    build(&l);
    assert_true(c.k.location.places > 0);
    assert_null(c.place[0].zone);
}

static void test_lists(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124560001);
    build(&l);
    assert_int_equal(c.k.suppression.registries, 1);
    assert_int_equal(c.registry[0].registry, REGISTRY_US_NATIONAL);
    assert_int_equal(c.registry[0].on_list, TRI_NO);
    assert_int_equal(c.registry[0].obtained.day, 22);
    assert_int_equal(c.k.suppression.internals, 0);
    assert_true(c.k.suppression.internal_known);
    l.phone[0].e164 = 12124569999;
    suppression_add(&w.suppression, w.env.seller, 12124569999, 77);
    build(&l);
    assert_int_equal(c.registry[0].on_list, TRI_YES);
    assert_int_equal(c.k.suppression.internals, 1);
    assert_int_equal(c.internal[0].requested_us, 77);
    /* Another seller's request does not bind this one, all sellers' does. */
    struct seller_id other = {9}, all = {0};
    l.phone[0].e164 = 12124560001;
    suppression_add(&w.suppression, other, 12124560001, 5);
    build(&l);
    assert_int_equal(c.k.suppression.internals, 0);
    suppression_add(&w.suppression, all, 12124560001, 6);
    build(&l);
    assert_int_equal(c.k.suppression.internals, 1);
}

/* The list's age is told by the callee's earliest date: 01:00 UTC is still
 * the day before in New York. */
/* The request of a person stops all his telephones, in every campaign of the
 * seller that has him with both. */
static void test_other_phone_of_who_opted_out(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124560001);
    l.phones = 2;
    l.phone[1] = (struct lead_phone){.e164 = 12124560002, .type = NUMBER_FIXED};
    build(&l);
    assert_int_equal(c.k.suppression.internals, 0);
    suppression_add(&w.suppression, w.env.seller, 12124560002, 78);
    build(&l); /* asks about the first */
    assert_int_equal(c.k.suppression.internals, 1);
    assert_int_equal(c.k.suppression.internal[0].requested_us, 78);
    suppression_add(&w.suppression, w.env.seller, 12124560001, 77);
    build(&l);
    assert_int_equal(c.k.suppression.internals, 1);
    assert_int_equal(c.k.suppression.internal[0].requested_us, 77);
}

static void test_list_date(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124560001);
    assert_true(civil_parse_instant(str_of("2026-11-20T01:00:00Z"),
                                    &w.lists.set[0].obtained_us));
    build(&l);
    assert_int_equal(c.registry[0].obtained.day, 19);
}

/* A list that no rule knows by name is kept all the same. */
static void test_own_list(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124569999);
    strcpy(w.lists.set[0].name, "city_list");
    build(&l);
    assert_int_equal(c.k.suppression.registries, 0);
    assert_int_equal(c.k.suppression.internals, 1);
    w.lists.set[0].kind = DNC_INTERNAL;
    w.lists.set[0].seller = 9;
    build(&l);
    assert_int_equal(c.k.suppression.internals, 0);
}

static void test_lines_and_parties(void **state)
{
    (void)state;
    static const struct {
        enum number_type type;
        enum line_type person, business;
    } row[] = {
        {NUMBER_FIXED, LINE_RESIDENTIAL, LINE_BUSINESS},
        {NUMBER_MOBILE, LINE_WIRELESS, LINE_WIRELESS},
        {NUMBER_TOLL_FREE, LINE_TOLL_FREE, LINE_TOLL_FREE},
        {NUMBER_UAN, LINE_BUSINESS, LINE_BUSINESS},
        {NUMBER_FIXED_OR_MOBILE, LINE_UNKNOWN, LINE_UNKNOWN},
        {NUMBER_VOIP, LINE_UNKNOWN, LINE_UNKNOWN},
    };
    for (size_t i = 0; i < tm_array_len(row); i++) {
        struct lead l = world_lead(1, 12124560001);
        l.phone[0].type = row[i].type;
        build(&l);
        assert_int_equal(c.k.contact.line, row[i].person);
        assert_int_equal(c.k.callee.party, PARTY_CONSUMER);
        l.business = true;
        build(&l);
        assert_int_equal(c.k.contact.line, row[i].business);
        assert_int_equal(c.k.callee.party, PARTY_BUSINESS);
    }
}

/* An ordinary Canadian number is a subscriber's line, whatever it is; what the
 * ledger of numbers says goes before. */
static void test_canadian_lines(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 14165550001);
    l.phone[0].type = NUMBER_FIXED_OR_MOBILE;
    build(&l);
    assert_int_equal(c.k.contact.line, LINE_RESIDENTIAL);
    l.phone[0].line = LINE_HEALTHCARE_ROOM;
    build(&l);
    assert_int_equal(c.k.contact.line, LINE_HEALTHCARE_ROOM);
    l.phone[0].line = LINE_UNKNOWN;
    l.phone[0].type = NUMBER_VOIP;
    build(&l);
    assert_int_equal(c.k.contact.line, LINE_UNKNOWN);
}

/* A place abroad that no table knows is one all the same, and a number without
 * any zone has a place whose hours are closed. */
static void test_strange_places(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124560001);
    strcpy(l.region, "GB-ZZ");
    build(&l);
    assert_int_equal(c.k.location.places, 2);
    assert_int_equal(c.place[1].basis, BASIS_CRM_ADDRESS);
    strcpy(l.region, "o h");
    build(&l);
    assert_int_equal(c.k.location.places, 1);
    struct lead odd = world_lead(1, 999);
    build(&odd);
    assert_int_equal(c.k.location.places, 1);
    assert_null(c.place[0].zone);
    assert_true(c.k.contact.country.v == 0);
}

static void test_history(void **state)
{
    (void)state;
    static const enum outcome outcome[] = {
        OUTCOME_CANCELLED, OUTCOME_NO_ANSWER, OUTCOME_MACHINE,
        OUTCOME_HUNG_UP,   OUTCOME_UNKNOWN,   OUTCOME_CONGESTION};
    static const enum answer answer[] = {ANSWER_NOT_PLACED, ANSWER_NONE,
                                         ANSWER_MACHINE,    ANSWER_PERSON,
                                         ANSWER_UNKNOWN,    ANSWER_NONE};
    struct lead l = world_lead(1, 12124560001);
    for (size_t i = 0; i < tm_array_len(outcome); i++)
        l.history[l.tries++] = (struct lead_try){.e164 = 12124560001,
                                                 .at_us = (int64_t)i + 1,
                                                 .outcome = outcome[i]};
    build(&l);
    assert_int_equal(c.k.attempts.n, tm_array_len(answer));
    for (size_t i = 0; i < tm_array_len(answer); i++)
        assert_int_equal(c.attempt[i].answer, answer[i]);
    assert_int_equal(c.consent[0].covers, VOCAB_VOICE);
}

static struct place_code place_of(const char *text)
{
    struct place_code p;
    assert_true(vocab_place_parse(str_of(text), &p));
    return p;
}

static bool has_region(const char *text)
{
    for (size_t i = 0; i < c.k.location.places; i++)
        if (c.place[i].region.v == place_of(text).v)
            return true;
    return false;
}

/* K6: the states of the area code are candidates until the address is
 * confirmed; the address is one more. */
static void test_regions(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124560001);
    build(&l);
    assert_true(has_region("US-NY"));
    strcpy(l.region, "FL");
    build(&l);
    assert_true(has_region("US-NY") && has_region("US-FL"));
    l.region_confirmed = true;
    build(&l);
    assert_false(has_region("US-NY"));
    assert_true(has_region("US-FL"));
    strcpy(l.region, "no place"); /* confirmed, and not known */
    build(&l);
    assert_true(has_region("US-NY"));
    assert_int_equal(c.place[0].basis, BASIS_AREA_CODE);
    struct lead two = world_lead(1, 19025550123); /* Nova Scotia or PEI */
    build(&two);
    assert_true(has_region("CA-NS") && has_region("CA-PE"));
    struct lead free_call = world_lead(1, 18005550123);
    build(&free_call);
    assert_in_range(c.k.location.places, 1, CASE_PLACES_MAX);
}

/* "state.FL" is the own list of Florida, and of nobody else. */
static void test_state_lists(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124569999);
    strcpy(w.lists.set[0].name, "state.NY");
    build(&l);
    assert_int_equal(c.k.suppression.registries, 1);
    assert_int_equal(c.registry[0].registry, REGISTRY_AREA);
    assert_true(c.registry[0].area.v == place_of("US-NY").v);
    assert_int_equal(c.registry[0].on_list, TRI_YES);
    assert_int_equal(c.k.suppression.internals, 0);
    strcpy(w.lists.set[0].name, "state.FL"); /* he does not live there */
    build(&l);
    assert_int_equal(c.k.suppression.registries, 0);
    assert_int_equal(c.k.suppression.internals, 0);
    strcpy(w.lists.set[0].name, "us_national.old"); /* nobody's name */
    build(&l);
    assert_int_equal(c.k.suppression.registries, 0);
    assert_int_equal(c.k.suppression.internals, 1);
    strcpy(w.lists.set[0].name, "it_rpo"); /* of another country */
    strcpy(w.lists.set[0].country, "IT");
    build(&l);
    assert_int_equal(c.k.suppression.registries, 0);
    assert_int_equal(c.k.suppression.internals, 0);
}

static void test_ledgers_of_a_person(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124560001);
    l.phone[0].line = LINE_WIRELESS;
    l.phone[0].reassigned = REASSIGNED_YES;
    l.phone[0].ported = (struct civil_date){2026, 11, 20};
    l.consents = 1;
    l.consent[0] = (struct lead_consent){.type = CONSENT_EXPRESS,
                                         .seller = {1},
                                         .e164 = 12124560001,
                                         .channels = VOCAB_BIT(COVERS_ADAD) |
                                                     VOCAB_BIT(CHANNEL_TEXT),
                                         .not_condition = TRI_NO,
                                         .from_us = 5,
                                         .to_us = 9};
    l.revocations = 2;
    l.revocation[0] = (struct lead_revocation){
        .channels = VOCAB_BIT(CHANNEL_TEXT), .at_us = 7};
    l.revocation[1] = (struct lead_revocation){
        .seller = {1}, .at_us = 8, .in_reply_to = PURPOSE_SALE};
    l.contract_start = (struct civil_date){2026, 1, 2};
    l.member = TRI_YES;
    l.ever_customer = TRI_NO;
    l.terminated_us = 11;
    strcpy(l.county, "Kings");
    build(&l);
    assert_int_equal(c.k.contact.line, LINE_WIRELESS);
    assert_int_equal(c.k.contact.known_wireless, TRI_YES);
    assert_int_equal(c.k.contact.reassigned, REASSIGNED_YES);
    assert_int_equal(c.k.contact.ported.day, 20);
    assert_int_equal(c.consent[0].covers, l.consent[0].channels);
    assert_int_equal(c.consent[0].not_condition, TRI_NO);
    assert_true(c.consent[0].e164 == 12124560001);
    assert_true(c.consent[0].from_us == 5 && c.consent[0].to_us == 9);
    /* A text that stopped texts stops calls too: the strict reading. */
    assert_int_equal(c.k.suppression.revocations, 2);
    assert_true(c.revocation[0].at_us == 7);
    assert_int_equal(c.revocation[1].in_reply_to, PURPOSE_SALE);
    assert_int_equal(c.k.relationship.contract_start.month, 1);
    assert_int_equal(c.k.relationship.member, TRI_YES);
    assert_int_equal(c.k.relationship.ever_customer, TRI_NO);
    assert_true(c.k.relationship.terminated_us == 11);
    assert_true(str_eq(c.k.location.county, "Kings"));
}

static void test_recording(void **state)
{
    (void)state;
    struct lead l = world_lead(1, 12124560001);
    struct plan plan = *w.plan;
    const struct plan *former = w.plan;
    build(&l);
    assert_int_equal(c.k.recording.planned, TRI_NO);
    w.plan = &plan;
    plan.record = true;
    build(&l);
    assert_int_equal(c.k.recording.planned, TRI_YES);
    assert_int_equal(c.k.recording.placed, TRI_NO);
    plan.recorder_place = place_of("US-NV");
    build(&l);
    assert_true(c.k.recording.agent.v == plan.recorder_place.v);
    assert_int_equal(c.k.recording.placed, TRI_YES);
    assert_int_equal(c.k.recording.elsewhere, TRI_YES);
    plan.recorder_place = place_of("US-NY");
    build(&l);
    assert_int_equal(c.k.recording.elsewhere, TRI_NO);
    strcpy(l.region, "FL");
    build(&l);
    assert_int_equal(c.k.recording.elsewhere, TRI_UNKNOWN);
    w.plan = former;
}

static bool is_zone_of_numbers(const char *name)
{
    for (size_t z = 0; z < number_zone_count(); z++)
        if (strcmp(number_zone_name((uint16_t)z), name) == 0)
            return true;
    return false;
}

/* Every zone of the table is one of the number's own data, as those are
 * loaded: a misspelt one would close its state for ever. */
static int regions_of(const char *country)
{
    int regions = 0;
    for (int i = 0; i < 26 * 26; i++) {
        char region[] = "XX-XX";
        struct place_code p;
        const char *zone[4];
        memcpy(region, country, 2);
        region[3] = (char)('A' + i / 26);
        region[4] = (char)('A' + i % 26);
        assert_true(vocab_place_parse(str_of(region), &p));
        size_t n = lead_case_zones(p, zone);
        regions += n > 0;
        for (size_t k = 0; k < n; k++)
            if (!is_zone_of_numbers(zone[k]))
                fail_msg("%s: no zone %s", region, zone[k]);
    }
    return regions;
}

static void test_zone_table(void **state)
{
    (void)state;
    /* 50 states, the District of Columbia and 5 territories. */
    assert_int_equal(regions_of("US"), 56);
    /* 10 provinces and 3 territories. */
    assert_int_equal(regions_of("CA"), 13);
}

static const struct tz *zone_file(struct arena *a, const char *name)
{
    static char bytes[1 << 16];
    char path[128];
    const struct tz *z;
    struct err e = {0};
    (void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("no %s", path);
    size_t n = fread(bytes, 1, sizeof(bytes), f);
    (void)fclose(f);
    if (tz_parse(a, name, bytes, n, &z, &e) != TM_OK)
        fail_msg("%s: %s", name, e.text);
    return z;
}

/* What the clocks of a province's places show is shown by one of its zones:
 * the places that have a zone of their own in the data of zones, each hour
 * of a year. */
static void test_clocks_of_canada(void **state)
{
    static const struct {
        const char *region, *place;
    } row[] = {
        {"CA-AB", "America/Edmonton"},      {"CA-BC", "America/Vancouver"},
        {"CA-BC", "America/Creston"},       {"CA-BC", "America/Dawson_Creek"},
        {"CA-BC", "America/Fort_Nelson"},   {"CA-BC", "America/Edmonton"},
        {"CA-MB", "America/Winnipeg"},      {"CA-NB", "America/Moncton"},
        {"CA-NL", "America/St_Johns"},      {"CA-NL", "America/Goose_Bay"},
        {"CA-NS", "America/Halifax"},       {"CA-NS", "America/Glace_Bay"},
        {"CA-NT", "America/Yellowknife"},   {"CA-NT", "America/Inuvik"},
        {"CA-NU", "America/Iqaluit"},       {"CA-NU", "America/Rankin_Inlet"},
        {"CA-NU", "America/Resolute"},      {"CA-NU", "America/Cambridge_Bay"},
        {"CA-NU", "America/Coral_Harbour"}, {"CA-NU", "America/Pangnirtung"},
        {"CA-ON", "America/Toronto"},       {"CA-ON", "America/Thunder_Bay"},
        {"CA-ON", "America/Rainy_River"},   {"CA-ON", "America/Atikokan"},
        {"CA-PE", "America/Halifax"},       {"CA-QC", "America/Montreal"},
        {"CA-QC", "America/Blanc-Sablon"},  {"CA-QC", "America/Halifax"},
        {"CA-SK", "America/Regina"},        {"CA-SK", "America/Swift_Current"},
        {"CA-SK", "America/Edmonton"},      {"CA-SK", "America/Winnipeg"},
        {"CA-YT", "America/Whitehorse"},    {"CA-YT", "America/Dawson"},
    };
    struct arena a;
    (void)state;
    arena_init(&a);
    for (size_t i = 0; i < tm_array_len(row); i++) {
        const char *name[4];
        const struct tz *zone[4];
        const struct tz *place = zone_file(&a, row[i].place);
        struct place_code p;
        int64_t from;
        assert_true(vocab_place_parse(str_of(row[i].region), &p));
        assert_true(civil_parse_instant(str_of("2026-11-21T00:00:00Z"), &from));
        size_t n = lead_case_zones(p, name);
        for (size_t k = 0; k < n; k++)
            zone[k] = zone_file(&a, name[k]);
        for (int64_t hour = 0; hour < 365 * 24; hour++) {
            int64_t at = from + hour * CIVIL_HOUR_US;
            bool same = false;
            for (size_t k = 0; k < n; k++)
                same |= tz_offset_s(zone[k], at) == tz_offset_s(place, at);
            if (!same)
                fail_msg("%s: no zone as %s", row[i].region, row[i].place);
        }
    }
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_number_and_address, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_territories, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_zone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_phone_of_who_opted_out,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_date, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_list, setup, teardown),
        cmocka_unit_test_setup_teardown(test_history, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lines_and_parties, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_canadian_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strange_places, setup, teardown),
        cmocka_unit_test_setup_teardown(test_regions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_state_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ledgers_of_a_person, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_recording, setup, teardown),
        cmocka_unit_test(test_zone_table),
        cmocka_unit_test(test_clocks_of_canada),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Kinds and parameters of tests that the packs of today do not use, each with a
 * pack of its own; dates of force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/rules/fixture_world.h"

static struct world w;
static struct verdict v;

/* A book of one pack for the United States, with these rules. */
static const struct rule_book *book_of(struct arena *a, const char *rules)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_add_str(&b, "[pack]\nname = t\nversion = 1\njurisdiction = US\n"
                    "channels = voice\n");
    buf_add_str(&b, rules);
    struct rule_pack_text pack = {"t", buf_slice(&b)};
    const struct rule_book *book = NULL;
    struct err e = {0};
    if (rule_book_load(a, &pack, 1, &book, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    buf_fini(&b);
    return book;
}

#define HEAD(id, role)                                                         \
    "[rule " id "]\ntext = t\ncitation = c\ncertainty = K+\nrole = " role "\n"

static void holidays_have_their_own_hours(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *b =
        book_of(&a, HEAD("H", "require") "test = hours\ncalendar = US-UT\n"
                                         "hours = monday-friday 09:00-18:00\n"
                                         "hours = saturday 10:00-17:00\n"
                                         "hours = holiday 11:00-12:00\n");
    struct lawful l;
    fixture_world_lawful(&w, &l);
    struct case_holiday day = {fixture_world_place("US-UT"),
                               fixture_world_date("2026-11-26")};
    l.k.situation.holiday = &day;
    l.k.situation.holidays = 1;
    l.k.when.now_us = fixture_world_instant("2026-11-25T23:00Z");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.not_before_us,
                     fixture_world_instant("2026-11-26T16:00Z"));
    l.k.when.now_us = v.not_before_us;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    assert_int_equal(v.valid_until_us,
                     fixture_world_instant("2026-11-26T17:00Z"));
    /* Somebody else's holiday is none. */
    day.area = fixture_world_place("US-RI");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.valid_until_us,
                     fixture_world_instant("2026-11-26T23:00Z"));
    /* From Saturday evening on, Monday. */
    l.k.when.now_us = fixture_world_instant("2026-11-28T22:00Z");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.not_before_us,
                     fixture_world_instant("2026-11-30T14:00Z"));
    arena_fini(&a);
}

/* Hours that end to be law, are replaced by others, and an exemption that
 * comes into force: the search meets each on its day, New York time. */
static void not_before_knows_the_dates_of_rules(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct lawful l;
    fixture_world_lawful(&w, &l);
    const struct rule_book *b =
        book_of(&a, HEAD("H", "require") "test = hours\nhours = monday "
                                         "00:00-00:30\nto = 2026-11-24\n");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_NOT_BEFORE);
    assert_int_equal(v.not_before_us,
                     fixture_world_instant("2026-11-25T05:00Z"));
    b = book_of(
        &a, HEAD("H",
                 "require") "test = hours\nhours = monday "
                            "00:00-00:30\nto = 2026-11-24\n" HEAD(
                                "H",
                                "require") "test = hours\nhours = 10:00-11:00\n"
                                           "from = 2026-11-25\n");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.not_before_us,
                     fixture_world_instant("2026-11-25T15:00Z"));
    b = book_of(
        &a,
        HEAD("H", "require") "test = hours\nhours = monday 00:00-00:30\n" HEAD(
            "X", "exempt") "lifts = H\nfrom = 2026-11-26\n");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.not_before_us,
                     fixture_world_instant("2026-11-26T05:00Z"));
    /* An allow does not outlive the day before a rule begins. */
    b = book_of(&a, HEAD("H", "forbid") "from = 2026-11-26\n");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    assert_int_equal(v.valid_until_us,
                     fixture_world_instant("2026-11-26T05:00Z"));
    l.k.when.now_us = v.valid_until_us;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    arena_fini(&a);
}

/* An area is known of by the feed of all, or by an entry of its own. */
static void an_emergency_is_known_by_area(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct lawful l;
    fixture_world_lawful(&w, &l);
    const struct rule_book *b =
        book_of(&a, HEAD("E", "forbid") "test = emergency\narea = US-OH\n"
                                        "reporting = required\n");
    static const struct slice far = {"Far", 3};
    struct case_emergency e[2] = {
        {fixture_world_place("US-LA"), .active = TRI_NO, .reporting = TRI_NO},
        {fixture_world_place("US-OH"), .active = TRI_YES, .reporting = TRI_YES,
         .county = &far, .counties = 1}};
    l.k.situation = (struct case_situation){.emergency = e, .emergencies = 1};
    fixture_world_check(b, &l.k, &v); /* of another area */
    assert_int_equal(v.kind, VERDICT_DENY);
    assert_string_equal(v.unknown[0], "situation.emergency");
    l.k.situation.known = true;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    l.k.situation.known = false;
    l.k.situation.emergencies = 2;
    l.k.location.county = str_of("Near");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    l.k.location.county = str_of("");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    assert_string_equal(v.unknown[0], "location.county");
    l.k.location.county = far;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    e[1].reporting = TRI_UNKNOWN;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    assert_string_equal(v.unknown[0], "situation.emergency");
    e[1].active = TRI_NO;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    arena_fini(&a);
}

static void caps_may_count_subjects_and_persons(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *b =
        book_of(&a, HEAD("C", "require") "test = cap\nmax = 1\nspan = 24h\n"
                                         "scope = person\nsubject = same\n"
                                         "jurisdiction = US-OH\n");
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.k.purpose.subject = 5;
    l.k.attempts.n = 1;
    l.attempt[0] = (struct case_attempt){
        .at_us = l.k.when.now_us - 1, .subject = 6, .e164 = 1};
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    l.attempt[0].subject = 5;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_NOT_BEFORE);
    assert_int_equal(v.not_before_us, l.attempt[0].at_us + CIVIL_DAY_US);
    l.attempt[0].seller.v = 9;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    l.attempt[0].seller.v = 1;
    l.place[0].region = fixture_world_place("US-TX");
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    arena_fini(&a);
}

static void a_state_has_its_own_register(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *b = book_of(
        &a, HEAD("R",
                 "forbid") "test = registry\nregistry = state.FL\n"
                           "regions = US-FL US-OH\n" HEAD(
                               "X",
                               "exempt") "test = relationship\n"
                                         "ever_customer = yes\n"
                                         "survives_request = yes\nlifts = R\n");
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.registry[1] = (struct case_registry){.registry = REGISTRY_AREA,
                                           .area = fixture_world_place("US-FL"),
                                           .on_list = TRI_YES};
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_DENY); /* not looked up */
    l.k.suppression.registries = 2;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(fixture_world_effect(&v, "R"), EFFECT_DENIED);
    l.k.relationship.ever_customer = TRI_YES;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(fixture_world_effect(&v, "R"), EFFECT_LIFTED);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    l.registry[1].area = fixture_world_place("US-TX");
    l.k.relationship.ever_customer = TRI_NO;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(fixture_world_effect(&v, "R"), EFFECT_UNKNOWN);
    arena_fini(&a);
}

/* The same counters, over calls placed instead of live answers. */
static void a_ratio_may_be_of_calls_placed(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *b =
        book_of(&a, HEAD("P", "require") "test = ratio\nceiling = 4.75%\n"
                                         "base = placed\nperiod = 30d\n");
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.bucket[0] = (struct case_bucket){
        .start_us = 1, .placed = 10000, .live = 4000, .abandoned = 475};
    l.k.pacing.buckets = 1;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    l.bucket[0].abandoned++;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    arena_fini(&a);
}

/* Expects a verdict and the instant until which it holds, 0: any. */
static void expect(const struct rule_book *b, const struct lawful *l,
                   enum verdict_kind kind, const char *until)
{
    fixture_world_check(b, &l->k, &v);
    assert_int_equal(v.kind, kind);
    if (until) {
        assert_int_equal(v.valid_until_us, fixture_world_instant(until));
    }
}

/* A subscription counts for its area, kind and days; no ledger is no licence,
 * and says so. */
static void a_licence_counts_where_and_while_it_holds(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *b =
        book_of(&a, HEAD("L", "require") "test = licence\nlicence = san\n");
    struct lawful l;
    fixture_world_lawful(&w, &l);
    struct case_licence have = {.kind = str_of("san")};
    l.k.caller.licence = &have;
    l.k.caller.licences_known = false;
    expect(b, &l, VERDICT_DENY, NULL);
    assert_string_equal(v.unknown[0], "caller.licence");
    l.k.caller.licences_known = true;
    l.k.caller.licences = 0;
    expect(b, &l, VERDICT_DENY, NULL);
    assert_int_equal(v.unknowns, 0);

    l.k.caller.licences = 1;
    static const struct {
        const char *area;
        bool counts;
    } areas[] = {{"US", true},      {"US-OH", true},  {"US-614", true},
                 {"US-615", false}, {"US-TX", false}, {"CA", false}};
    for (size_t i = 0; i < tm_array_len(areas); i++) {
        have.area = fixture_world_place(areas[i].area);
        expect(b, &l, areas[i].counts ? VERDICT_ALLOW : VERDICT_DENY, NULL);
    }
    have.area.v = 0;
    have.kind = str_of("contract");
    expect(b, &l, VERDICT_DENY, NULL);
    have.kind = str_of("");
    expect(b, &l, VERDICT_ALLOW, NULL);

    have.to = fixture_world_date("2026-11-23");
    expect(b, &l, VERDICT_ALLOW, "2026-11-24T05:00:00Z");
    have.to = fixture_world_date("2026-11-22");
    expect(b, &l, VERDICT_DENY, NULL);
    have.to.year = 0;
    have.from = fixture_world_date("2026-11-24");
    expect(b, &l, VERDICT_DENY, "2026-11-24T05:00:00Z");
    have.from = fixture_world_date("2026-11-23");
    expect(b, &l, VERDICT_ALLOW, NULL);
    arena_fini(&a);
}

/* A candidate that the licence does not cover is one too many. */
static void a_licence_covers_all_candidates(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *b =
        book_of(&a, HEAD("L", "require") "test = licence\nlicence = san\n");
    struct lawful l;
    fixture_world_lawful(&w, &l);
    struct case_licence have = {.area = fixture_world_place("US-OH"),
                                .kind = str_of("san")};
    l.k.caller.licence = &have;
    l.k.caller.licences = 1;
    l.k.caller.licences_known = true;
    struct case_place two[2] = {l.place[0], l.place[0]};
    two[1].region = fixture_world_place("US-KY");
    two[1].basis = BASIS_AREA_CODE;
    l.k.location.place = two;
    l.k.location.places = 2;
    expect(b, &l, VERDICT_ALLOW, NULL); /* Ohio is confirmed */
    two[0].basis = BASIS_AREA_CODE;
    expect(b, &l, VERDICT_DENY, NULL);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holidays_have_their_own_hours),
        cmocka_unit_test(not_before_knows_the_dates_of_rules),
        cmocka_unit_test(caps_may_count_subjects_and_persons),
        cmocka_unit_test(an_emergency_is_known_by_area),
        cmocka_unit_test(a_state_has_its_own_register),
        cmocka_unit_test(a_ratio_may_be_of_calls_placed),
        cmocka_unit_test(a_licence_counts_where_and_while_it_holds),
        cmocka_unit_test(a_licence_covers_all_candidates),
    };
    fixture_world_init(&w);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_world_fini(&w);
    return rc;
}

/* What is on file about the caller and the world, and invented places. */
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

static const struct caller_facts *facts;

static void build(const struct lead *l)
{
    struct lead_case_input in = {
        .book = w.book,
        .facts = facts,
        .plan = w.plan,
        .seller = {1},
        .zones = &w.zones,
        .lists = &w.lists,
        .suppression = &w.suppression,
        .now_us = w.now_us,
    };
    lead_case_build(&c, &in, l, 0);
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

/* What was not looked up stays unknown; what is on file holds on its days,
 * of the callee, and for its seller. */
static void test_caller_facts(void **state)
{
    (void)state;
    static const struct civil_date today = {2026, 11, 23},
                                   yesterday = {2026, 11, 22};
    const struct caller_number number[] = {
        {.e164 = 12125550100, .series = CLI_SERIES_MARKETING, .to = yesterday},
        {.seller = {9}, .e164 = 12125550100, .series = CLI_SERIES_SERVICE},
        {.e164 = 12125550100,
         .series = CLI_SERIES_ORDINARY,
         .attest = ATTEST_A,
         .from = today,
         .to = today}};
    const struct caller_exemption exemption[] = {
        {.kind = CALLER_HIPAA, .to = yesterday},
        {.kind = CALLER_REGISTERED_CHARITY, .from = today},
        {.seller = {9}, .kind = CALLER_OUTSIDE_FTC}};
    const struct case_emergency emergency[] = {
        {.area = place_of("US-LA"), .active = TRI_YES},
        {.area = place_of("US-NY"), .active = TRI_YES},
        {.area = place_of("US-NY"), .active = TRI_NO}};
    const struct civil_date from[] = {{0}, {0}, today};
    const struct civil_date to[] = {{0}, yesterday, {0}};
    const struct caller_facts on_file = {.number = number,
                                         .numbers = 3,
                                         .exemption = exemption,
                                         .exemptions = 3,
                                         .feed_known = true,
                                         .emergency = emergency,
                                         .emergency_from = from,
                                         .emergency_to = to,
                                         .emergencies = 3};
    struct lead l = world_lead(1, 12124560001);
    build(&l);
    assert_false(c.k.situation.known);
    assert_int_equal(c.k.presentation.authority, TRI_UNKNOWN);
    assert_int_equal(c.k.presentation.series, CLI_SERIES_UNKNOWN);
    facts = &on_file;
    build(&l);
    facts = NULL;
    assert_true(c.k.situation.known);
    assert_int_equal(c.k.situation.emergencies, 1);
    assert_int_equal(c.emergency[0].active, TRI_NO);
    assert_int_equal(c.k.presentation.authority, TRI_YES);
    assert_int_equal(c.k.presentation.series, CLI_SERIES_ORDINARY);
    assert_int_equal(c.k.presentation.attest, ATTEST_A);
    assert_int_equal(c.k.caller.registered_charity, TRI_YES);
    assert_int_equal(c.k.caller.hipaa, TRI_UNKNOWN);
    assert_int_equal(c.k.caller.ftc_jurisdiction, TRI_UNKNOWN);
}

/* One of a state counts where the callee surely is in it. */
static void test_exemption_area(void **state)
{
    (void)state;
    static const struct {
        const char *area, *region;
        bool confirmed, holds;
    } row[] = {
        {"US", "", false, true},       {"US", "FL", false, true},
        {"US-NY", "", false, true},    {"US-NY", "FL", false, false},
        {"US-FL", "FL", false, false}, {"US-FL", "FL", true, true},
        {"US-NY", "FL", true, false},  {"CA", "", false, false},
        {"US", "CA-ON", false, false}, {"US-OH", "", false, false},
    };
    for (size_t i = 0; i < tm_array_len(row); i++) {
        struct lead l = world_lead(1, 12124560001);
        const struct caller_exemption x = {.kind = CALLER_HIPAA,
                                           .area = place_of(row[i].area)};
        const struct caller_facts on_file = {.exemption = &x, .exemptions = 1};
        strcpy(l.region, row[i].region);
        l.region_confirmed = row[i].confirmed;
        facts = &on_file;
        build(&l);
        facts = NULL;
        if ((c.k.caller.hipaa == TRI_YES) != row[i].holds)
            fail_msg("%s for one of %s", row[i].area, row[i].region);
    }
    struct lead free_call = world_lead(1, 18005550123); /* no state is known */
    const struct caller_exemption x = {.kind = CALLER_HIPAA,
                                       .area = place_of("US-NY")};
    const struct caller_facts on_file = {.exemption = &x, .exemptions = 1};
    facts = &on_file;
    build(&free_call);
    facts = NULL;
    assert_int_equal(c.k.caller.hipaa, TRI_UNKNOWN);
}

/* The licence that counts stands behind many that do not. */
static void test_many_licences(void **state)
{
    (void)state;
    enum { MANY = 3 * LEAD_CASE_LICENCES_MAX };
    static struct caller_licence licence[MANY + 3];
    static const struct civil_date past = {2026, 11, 22}, next = {2026, 12, 1};
    for (size_t i = 0; i < MANY; i++) {
        struct case_licence *x = &licence[i].licence;
        x->kind = str_of("san");
        if (i % 3 == 0)
            x->to = past;
        else if (i % 3 == 1)
            x->area = place_of("US-FL");
        else
            x->from = next; /* tells when, after those that hold */
    }
    licence[MANY].licence.area = place_of("US-NY");
    licence[MANY + 1].licence.area = place_of("US-212");
    licence[MANY + 2].licence.area = place_of("US");
    const struct caller_facts on_file = {.licence = licence,
                                         .licences = MANY + 3};
    struct lead l = world_lead(1, 12124560001);
    facts = &on_file;
    build(&l);
    facts = NULL;
    assert_true(c.k.caller.licences_known);
    assert_int_equal(c.k.caller.licences, LEAD_CASE_LICENCES_MAX);
    assert_true(c.licence[0].area.v == place_of("US-NY").v);
    assert_true(c.licence[1].area.v == place_of("US-212").v);
    assert_true(c.licence[2].area.v == place_of("US").v);
    assert_true(c.licence[3].from.year == 2026);
}

static enum tri active_in(const char *area)
{
    for (size_t i = 0; i < c.k.situation.emergencies; i++)
        if (c.emergency[i].area.v == place_of(area).v)
            return c.emergency[i].active;
    return TRI_COUNT;
}

/* What an area's entries say is known of that area, on their days. */
static void test_emergency_areas(void **state)
{
    (void)state;
    static const struct civil_date today = {2026, 11, 23},
                                   yesterday = {2026, 11, 22};
    static struct case_emergency e[200];
    static struct civil_date from[200], to[200];
    struct caller_facts on_file = {.emergency = e,
                                   .emergency_from = from,
                                   .emergency_to = to,
                                   .emergencies = 3};
    struct lead l = world_lead(1, 12124560001);
    strcpy(l.region, "FL");
    e[0] = (struct case_emergency){place_of("US-LA"), .active = TRI_NO};
    e[1] = (struct case_emergency){place_of("US-FL"), .active = TRI_NO};
    e[2] = (struct case_emergency){place_of("US-NY"), .active = TRI_NO};
    from[1] = today;
    to[2] = yesterday; /* stale */
    facts = &on_file;
    build(&l);
    assert_false(c.k.situation.known);
    assert_int_equal(c.k.situation.emergencies, 1);
    assert_int_equal(active_in("US-FL"), TRI_NO);
    /* Quiet each day needs one place; orders that find none stay unknown, of
     * both areas. */
    for (size_t i = 0; i < 200; i++) {
        e[i] = (struct case_emergency){place_of(i % 2 == 0 ? "US-FL" : "US-NY"),
                                       .active = TRI_NO};
        from[i] = to[i] = (struct civil_date){0};
    }
    on_file.emergencies = 200;
    build(&l);
    assert_int_equal(c.k.situation.emergencies, 2);
    static const struct slice far = {"Far", 3};
    for (size_t i = 0; i < 200; i++) {
        e[i].area = place_of(i < 100 ? "US-FL" : "US-NY");
        e[i].active = TRI_YES;
        e[i].county = &far;
        e[i].counties = 1;
    }
    build(&l);
    facts = NULL;
    assert_in_range(c.k.situation.emergencies, 2, LEAD_CASE_EMERGENCIES_MAX);
    assert_int_equal(active_in("US-FL"), TRI_UNKNOWN);
    assert_int_not_equal(active_in("US-NY"), TRI_COUNT);
    bool open = false;
    for (size_t i = 0; i < c.k.situation.emergencies; i++)
        open |= c.emergency[i].area.v == place_of("US-NY").v &&
                c.emergency[i].active == TRI_UNKNOWN &&
                c.emergency[i].counties == 0;
    assert_true(open);
}

/* A state that there is not takes nothing away from the true ones. */
static void test_invented_regions(void **state)
{
    static const char *const made_up[] = {"QQ",    "ZZ",    "FO",
                                          "US-QQ", "CA-QQ", "CA-FL"};
    (void)state;
    for (size_t i = 0; i < tm_array_len(made_up); i++)
        for (int confirmed = 0; confirmed <= 1; confirmed++) {
            struct lead l = world_lead(1, 12124560001);
            strcpy(l.region, made_up[i]);
            l.region_confirmed = confirmed;
            build(&l);
            assert_int_equal(c.k.location.places, 1);
            assert_true(has_region("US-NY"));
            assert_int_equal(c.place[0].basis, BASIS_AREA_CODE);
        }
    struct lead abroad = world_lead(1, 12124560001);
    strcpy(abroad.country, "GB");
    strcpy(abroad.region, "QQ"); /* not ours to know */
    build(&abroad);
    assert_true(has_region("US-NY") && has_region("GB-QQ"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_caller_facts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exemption_area, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_licences, setup, teardown),
        cmocka_unit_test_setup_teardown(test_emergency_areas, setup, teardown),
        cmocka_unit_test_setup_teardown(test_invented_regions, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

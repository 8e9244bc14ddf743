/* Boundaries on both sides, refusals of malformed cases, permits, and what a
 * verdict says to people. */
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

static enum verdict_kind judge(const struct lawful *l)
{
    fixture_world_check(w.book, &l->k, &v);
    return v.kind;
}

static bool names(const char *input)
{
    return fixture_world_has(v.unknown, v.unknowns, input);
}

static void a_zeroed_case_is_denied_everywhere(void **state)
{
    (void)state;
    struct rule_case k = {0};
    k.when.now_us = fixture_world_instant("2026-11-23T17:00Z");
    fixture_world_check(w.book, &k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    assert_int_equal(fixture_world_effect(&v, "XX-NO-PACK"), EFFECT_UNKNOWN);
    assert_true(names("contact.country"));
    assert_true(strlen(v.remedy) > 10);
    /* With a country, every layer of it says what it misses. */
    k.contact.country = fixture_world_place("US");
    k.contact.channel = CHANNEL_VOICE_LIVE;
    fixture_world_check(w.book, &k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    assert_true(names("location.zones"));
    assert_true(names("suppression.registry"));
    assert_true(names("suppression.internal"));
    assert_true(names("presentation.caller_id"));
    assert_int_equal(fixture_world_effect(&v, "US-FTC-HRS"), EFFECT_UNKNOWN);
    assert_int_equal(fixture_world_effect(&v, "US-FCC-HRS"), EFFECT_UNKNOWN);
}

static void a_country_or_channel_without_a_pack_is_denied(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.k.contact.country = fixture_world_place("DE");
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_int_equal(fixture_world_effect(&v, "XX-NO-PACK"), EFFECT_DENIED);
    assert_non_null(strstr(v.remedy, "rule pack"));
    /* A German number whose owner lives in Ohio answers to both laws. */
    assert_int_equal(fixture_world_effect(&v, "US-FTC-HRS"), EFFECT_PASSED);
    fixture_world_lawful(&w, &l);
    l.k.contact.channel = CHANNEL_TEXT;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_int_equal(fixture_world_effect(&v, "XX-NO-PACK"), EFFECT_DENIED);
}

/* Every quarter of an hour of a year, in each zone: open is what the local
 * clock says, changes of the clock included. */
static void the_hours_are_those_of_the_wall_clock(void **state)
{
    (void)state;
    static const char *const zones[] = {"America/New_York", "America/Phoenix",
                                        "America/Los_Angeles",
                                        "America/St_Johns"};
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.registry[0].obtained = fixture_world_date("2027-12-31");
    for (size_t z = 0; z < tm_array_len(zones); z++) {
        const struct tz *zone = fixture_world_zone(&w, zones[z]);
        l.place[0].zone = zone;
        int64_t t = fixture_world_instant("2026-10-30T00:00Z");
        for (int i = 0; i < 96 * 150; i += 1 + i % 3) {
            l.k.when.now_us = t + i * 15 * CIVIL_MINUTE_US;
            struct civil_time local = tz_local(zone, l.k.when.now_us);
            l.registry[0].obtained = local.date;
            bool open = local.second_of_day >= 8 * 3600 &&
                        local.second_of_day < 21 * 3600;
            assert_int_equal(judge(&l),
                             open ? VERDICT_ALLOW : VERDICT_NOT_BEFORE);
            if (!open) {
                struct civil_time then = tz_local(zone, v.not_before_us);
                assert_int_equal(then.second_of_day, 8 * 3600);
                assert_int_equal(then.us, 0);
                assert_true(v.not_before_us - l.k.when.now_us <
                            13 * CIVIL_HOUR_US);
            }
        }
    }
}

static void all_candidate_zones_must_be_open(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.place[0].basis = BASIS_AREA_CODE;
    l.place[1] = l.place[0];
    l.place[1].zone = fixture_world_zone(&w, "Pacific/Honolulu");
    l.k.location.places = 2;
    /* 08:00 in Hawaii is 13:00 in New York, 21:00 in New York 16:00 there. */
    l.k.when.now_us = fixture_world_instant("2026-11-23T13:30Z");
    assert_int_equal(judge(&l), VERDICT_NOT_BEFORE);
    assert_int_equal(v.not_before_us,
                     fixture_world_instant("2026-11-23T18:00Z"));
    l.k.when.now_us = v.not_before_us;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    assert_int_equal(v.valid_until_us,
                     fixture_world_instant("2026-11-24T02:00Z"));
    /* One unknown zone among them shuts it; a confirmed one opens it. */
    l.place[1].zone = NULL;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_true(names("location.zones"));
    l.place[0].basis = BASIS_CONFIRMED_ADDRESS;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
}

/* For each day of two years: alive through the anniversary, dead after it. */
static void a_relationship_ends_after_its_anniversary(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.registry[0].on_list = TRI_YES;
    for (int i = 0; i < 731; i++) {
        struct civil_date bought =
            civil_add_days(fixture_world_date("2024-01-01"), i);
        struct civil_date last = civil_add_months(bought, 18);
        struct civil_time noon = {.date = last, .second_of_day = 17 * 3600};
        l.k.relationship.last_transaction = bought;
        l.k.when.now_us = civil_to_us(noon);
        l.registry[0].obtained = last;
        assert_int_equal(judge(&l), VERDICT_ALLOW);
        assert_int_equal(fixture_world_effect(&v, "US-FTC-EBR"),
                         EFFECT_EXEMPTS);
        l.k.when.now_us += CIVIL_DAY_US;
        assert_int_equal(judge(&l), VERDICT_DENY);
        assert_int_equal(fixture_world_effect(&v, "US-FTC-EBR"),
                         EFFECT_NOT_MET);
    }
}

static void a_list_may_be_31_days_old(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.registry[0].obtained = fixture_world_date("2026-10-23");
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.k.when.now_us += CIVIL_DAY_US;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_string_equal(v.remedy, "refresh the list");
    /* From tomorrow's tomorrow: somebody's clock is wrong. */
    l.registry[0].obtained = fixture_world_date("2026-11-27");
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_true(names("suppression.registry.obtained"));
}

/* Convention K4: at exactly 24 h an attempt no longer counts. */
static void a_rolling_cap_opens_to_the_microsecond(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    int64_t now = l.k.when.now_us;
    l.cap[0] = (struct policy_cap){.max = 2, .span_us = CIVIL_DAY_US};
    l.k.policy.caps = 1;
    l.attempt[0].at_us = now - CIVIL_DAY_US;
    l.attempt[1].at_us = now - 5;
    l.k.attempts.n = 2;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.attempt[0].at_us++;
    assert_int_equal(judge(&l), VERDICT_NOT_BEFORE);
    assert_int_equal(v.not_before_us, now + 1);
    assert_int_equal(fixture_world_effect(&v, "OP-CAP-1"), EFFECT_NOT_BEFORE);
    /* What never left us does not count, nor another number. */
    l.attempt[0].answer = ANSWER_NOT_PLACED;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.attempt[0].answer = ANSWER_PERSON;
    l.attempt[0].e164 = 15550000001;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.cap[0].scope = CAP_PER_PERSON;
    assert_int_equal(judge(&l), VERDICT_NOT_BEFORE);
    /* A history nobody looked up counts as full. */
    l.k.attempts.n = 0;
    l.k.attempts.known = false;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_true(names("attempts"));
}

static void a_cap_without_end_denies(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.cap[0] = (struct policy_cap){.max = 1};
    l.k.policy.caps = 1;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.attempt[0].at_us = 1;
    l.k.attempts.n = 1;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_non_null(strstr(v.remedy, "no end"));
}

/* A cap that ends in the evening, then the night, then the campaign's own
 * hours, which open on Wednesdays only: one instant after all of them. */
static void caps_and_windows_meet_in_one_instant(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.attempt[0].at_us = fixture_world_instant("2026-11-23T03:00Z");
    l.k.attempts.n = 1;
    l.cap[0] = (struct policy_cap){.max = 1, .span_us = CIVIL_DAY_US};
    l.k.policy.caps = 1;
    assert_int_equal(judge(&l), VERDICT_NOT_BEFORE);
    assert_int_equal(v.not_before_us,
                     fixture_world_instant("2026-11-24T13:00Z"));
    l.window[0] = (struct policy_window){1U << CIVIL_WEDNESDAY, 36000, 36900};
    l.k.policy.windows = 1;
    assert_int_equal(judge(&l), VERDICT_NOT_BEFORE);
    assert_int_equal(v.not_before_us,
                     fixture_world_instant("2026-11-25T15:00Z"));
    l.window[0] = (struct policy_window){POLICY_WEEKDAYS_ALL, 3600, 7200};
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_non_null(strstr(v.remedy, "do not open together"));
}

/* The agreed hour lies in the night: it, not the morning, is the instant. */
static void an_agreed_time_opens_the_night(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.k.when.now_us = fixture_world_instant("2026-11-24T02:05Z");
    l.consent[0] = (struct case_consent){
        .type = CONSENT_EXPRESS,
        .seller = {1},
        .covers = VOCAB_BIT(COVERS_CALLBACK_AT_TIME),
        .given = fixture_world_date("2026-11-20"),
        .from_us = fixture_world_instant("2026-11-24T02:15Z"),
        .to_us = fixture_world_instant("2026-11-24T03:00Z"),
    };
    l.k.consents = 1;
    assert_int_equal(judge(&l), VERDICT_NOT_BEFORE);
    assert_int_equal(v.not_before_us, l.consent[0].from_us);
    l.k.when.now_us = v.not_before_us;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    assert_int_equal(v.valid_until_us, l.consent[0].to_us);
    l.k.when.now_us = l.consent[0].to_us;
    assert_int_equal(judge(&l), VERDICT_NOT_BEFORE);
}

static void a_policy_nobody_applies_is_no_policy(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct rule_pack_text pack = {
        "us", fixture_world_file(&a, "rules/us-federal.rules")};
    const struct rule_book *b = NULL;
    assert_int_equal(rule_book_load(&a, &pack, 1, &b, NULL), TM_OK);
    struct lawful l;
    fixture_world_lawful(&w, &l);
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_ALLOW);
    l.cap[0] = (struct policy_cap){.max = 9, .span_us = CIVIL_DAY_US};
    l.k.policy.caps = 1;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    assert_int_equal(fixture_world_effect(&v, "OP-NO-RULE"), EFFECT_DENIED);
    l.k.policy.caps = 0;
    l.window[0] = (struct policy_window){POLICY_WEEKDAYS_ALL, 0, 86400};
    l.k.policy.windows = 1;
    fixture_world_check(b, &l.k, &v);
    assert_int_equal(v.kind, VERDICT_DENY);
    arena_fini(&a);
}

static void consent_must_be_whole(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_recorded(&w, &l);
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    assert_true(fixture_world_has(v.duty, v.duties, "interactive_opt_out"));
    struct case_consent good = l.consent[0];
    l.consent[0].covers = VOCAB_BIT(CHANNEL_VOICE_LIVE);
    assert_int_equal(judge(&l), VERDICT_DENY);
    l.consent[0] = good;
    l.consent[0].not_condition = TRI_UNKNOWN;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_true(names("consent.not_condition"));
    l.consent[0] = good;
    l.consent[0].given.year = 0;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_true(names("consent.given"));
    l.consent[0] = good;
    l.consent[0].e164 = 15550000001;
    assert_int_equal(judge(&l), VERDICT_DENY);
    l.consent[0] = good;
    l.consent[0].seller.v = 2;
    assert_int_equal(judge(&l), VERDICT_DENY);
    l.consent[0].seller.v = 0;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_true(names("consent.seller"));
    /* Withdrawn, then given anew: on the same day it does not count. */
    l.consent[0] = good;
    l.consent[0].revoked_us = fixture_world_instant("2026-11-20T17:00Z");
    l.consent[1] = good;
    l.consent[1].given = fixture_world_date("2026-11-20");
    l.k.consents = 2;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_int_equal(fixture_world_effect(&v, "US-FCC-REVOKE"), EFFECT_DENIED);
    l.consent[1].given = fixture_world_date("2026-11-21");
    assert_int_equal(judge(&l), VERDICT_ALLOW);
}

/* Fixed or mobile, the plan does not tell: a recorded call needs consent. */
static void an_untold_line_counts_as_wireless(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_recorded(&w, &l);
    l.k.purpose.kind = PURPOSE_SURVEY;
    l.k.purpose.leads_to_sale = TRI_NO;
    l.k.caller.kind = CALLER_SURVEY;
    l.k.contact.line = LINE_UNKNOWN;
    l.consent[0].type = CONSENT_EXPRESS;
    l.consent[0].not_condition = TRI_UNKNOWN;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.k.consents = 0;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_int_equal(fixture_world_effect(&v, "US-FCC-WIRELESS"),
                     EFFECT_UNKNOWN);
    assert_true(names("contact.line"));
    l.k.contact.line = LINE_RESIDENTIAL;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
}

static void own_lists_hold_against_every_exemption(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.k.purpose.kind = PURPOSE_POLITICAL;
    l.k.purpose.leads_to_sale = TRI_NO;
    l.k.caller.kind = CALLER_POLITICAL;
    l.k.suppression.internals = 1;
    l.internal[0].seller.v = 1;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_int_equal(fixture_world_effect(&v, "OP-DNC"), EFFECT_DENIED);
    l.internal[0].seller.v = 2;
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.internal[0] = (struct case_internal){.telemarketer = 7};
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    l.k.caller.telemarketer = 7;
    assert_int_equal(judge(&l), VERDICT_DENY);
    l.internal[0] = (struct case_internal){0};
    assert_int_equal(judge(&l), VERDICT_DENY);
    l.internal[0].channels = VOCAB_BIT(CHANNEL_EMAIL);
    assert_int_equal(judge(&l), VERDICT_ALLOW);
}

static void a_court_can_take_an_exemption_away(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    l.registry[0].on_list = TRI_YES;
    l.k.relationship.last_transaction = fixture_world_date("2026-10-01");
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    struct slice id = str_of("US-FTC-EBR");
    l.k.situation.suspended = &id;
    l.k.situation.suspensions = 1;
    assert_int_equal(judge(&l), VERDICT_DENY);
    assert_int_equal(fixture_world_effect(&v, "US-FTC-DNC"), EFFECT_DENIED);
}

static void expect_malformed(const struct lawful *l)
{
    struct permit p = {0};
    assert_int_equal(rules_check(w.book, &l->k, (struct attempt_id){1}, &v, &p),
                     TM_EINVAL);
    assert_int_equal(v.kind, VERDICT_DENY);
    assert_int_equal(v.reasons, 0);
    assert_non_null(strstr(v.remedy, "malformed case"));
    assert_int_equal(p.seal, 0);
}

static void malformed_cases_are_refused(void **state)
{
    (void)state;
    struct lawful l;
#define MALFORMED(change)                                                      \
    fixture_world_lawful(&w, &l);                                              \
    change;                                                                    \
    expect_malformed(&l)
    MALFORMED(l.k.when.now_us = 0);
    MALFORMED(l.k.when.now_us = INT64_MAX);
    MALFORMED(l.k.contact.e164 = 0);
    MALFORMED(l.k.contact.line = (enum line_type)31);
    MALFORMED(l.k.purpose.kind = PURPOSE_COUNT);
    MALFORMED(l.k.location.places = CASE_PLACES_MAX + 1);
    MALFORMED((l.k.consent = NULL, l.k.consents = 1));
    MALFORMED((l.k.consents = 1, l.consent[0].type = CONSENT_COUNT));
    MALFORMED((l.k.consents = 1, l.consent[0].given.year = 1,
               l.consent[0].given.month = 13));
    MALFORMED(l.registry[0].obtained.month = 0);
    MALFORMED(l.registry[0].on_list = TRI_COUNT);
    MALFORMED((l.k.attempts.n = 2, l.attempt[0].at_us = 5));
    MALFORMED((l.k.attempts.n = 1, l.attempt[0].answer = ANSWER_COUNT));
    MALFORMED((l.k.pacing.buckets = 1, l.bucket[0].live = UINT64_MAX));
    MALFORMED((l.k.policy.windows = 1, l.window[0].close_s = 0));
    MALFORMED((l.k.policy.caps = 1, l.cap[0].span_us = -1));
    MALFORMED(l.k.policy.caps = POLICY_CAPS_MAX + 1);
    MALFORMED(l.k.contact.reassigned = REASSIGNED_COUNT);
    MALFORMED(l.k.relationship.last_gift.year = -4);
#undef MALFORMED
    fixture_world_lawful(&w, &l);
    struct permit p = {0};
    assert_int_equal(rules_check(w.book, &l.k, (struct attempt_id){0}, &v, &p),
                     TM_EINVAL);
}

static void a_permit_is_for_one_number_and_a_short_time(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    int64_t now = l.k.when.now_us;
    struct attempt_id id = {42};
    struct permit p = {0};
    assert_int_equal(rules_check(w.book, &l.k, id, &v, &p), TM_OK);
    assert_int_equal(p.attempt.v, 42);
    assert_int_equal(p.e164, l.k.contact.e164);
    assert_int_equal(p.purpose, PERMIT_PROSPECT);
    assert_int_equal(p.expires_us, now + RULES_PERMIT_MAX_US);
    assert_true(permit_valid(&p, now));
    assert_true(permit_valid(&p, p.expires_us - 1));
    assert_false(permit_valid(&p, p.expires_us));
    assert_false(permit_valid(&p, now - 1));
    l.k.policy.permit_max_us = CIVIL_SECOND_US;
    assert_int_equal(rules_check(w.book, &l.k, id, &v, &p), TM_OK);
    assert_int_equal(p.expires_us, now + CIVIL_SECOND_US);
    /* It never outlives the verdict. */
    l.k.policy.permit_max_us = 0;
    l.k.when.now_us = fixture_world_instant("2026-11-24T01:59:50Z");
    assert_int_equal(rules_check(w.book, &l.k, id, &v, &p), TM_OK);
    assert_int_equal(p.expires_us, v.valid_until_us);
    assert_int_equal(p.expires_us - p.issued_us, 10 * CIVIL_SECOND_US);
}

static void no_permit_without_an_allow(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_lawful(&w, &l);
    struct permit before, p;
    memset(&p, 0x5A, sizeof p);
    before = p;
    l.registry[0].on_list = TRI_YES;
    assert_int_equal(rules_check(w.book, &l.k, (struct attempt_id){1}, &v, &p),
                     TM_OK);
    assert_int_equal(v.kind, VERDICT_DENY);
    assert_memory_equal(&p, &before, sizeof p);
    fixture_world_lawful(&w, &l);
    l.k.when.now_us = fixture_world_instant("2026-11-24T05:00Z");
    assert_int_equal(rules_check(w.book, &l.k, (struct attempt_id){1}, &v, &p),
                     TM_OK);
    assert_int_equal(v.kind, VERDICT_NOT_BEFORE);
    assert_memory_equal(&p, &before, sizeof p);
}

/* Any bit of any field changed, and the seal does not fit. */
static void a_permit_that_was_touched_is_void(void **state)
{
    (void)state;
    struct permit good = {0};
    assert_int_equal(rules_staff_permit((struct attempt_id){7}, 16145550123,
                                        1000, INT64_MAX, &good),
                     TM_OK);
    assert_int_equal(good.purpose, PERMIT_STAFF);
    assert_int_equal(good.expires_us, 1000 + RULES_PERMIT_MAX_US);
    assert_true(permit_valid(&good, 1000));
    for (int bit = 0; bit < 63; bit++) {
        uint64_t flip = UINT64_C(1) << bit;
        struct permit p = good;
        p.attempt.v ^= (int64_t)flip;
        assert_false(permit_valid(&p, 1000));
        p = good;
        p.e164 ^= flip;
        assert_false(permit_valid(&p, 1000));
        p = good;
        p.expires_us ^= (int64_t)flip;
        assert_false(permit_valid(&p, 1000));
        p = good;
        p.issued_us ^= (int64_t)flip;
        assert_false(permit_valid(&p, 1000));
        p = good;
        p.seal ^= flip;
        assert_false(permit_valid(&p, 1000));
    }
    struct permit p = good;
    p.purpose = PERMIT_PROSPECT;
    assert_false(permit_valid(&p, 1000));
    p = (struct permit){0};
    assert_false(permit_valid(&p, 0));
    assert_int_equal(rules_staff_permit((struct attempt_id){0}, 1, 1, 1, &p),
                     TM_EINVAL);
    assert_int_equal(rules_staff_permit((struct attempt_id){1}, 0, 1, 1, &p),
                     TM_EINVAL);
    assert_int_equal(rules_staff_permit((struct attempt_id){1}, 1, 1, 0, &p),
                     TM_EINVAL);
}

static void a_verdict_explains_itself(void **state)
{
    (void)state;
    struct lawful l;
    struct buf b;
    buf_init(&b, 1 << 16);
    fixture_world_lawful(&w, &l);
    l.k.when.now_us = fixture_world_instant("2026-11-23T12:00Z");
    assert_int_equal(judge(&l), VERDICT_NOT_BEFORE);
    verdict_sentence(&v, &b);
    assert_string_equal(
        b.p, "not before 2026-11-23T13:00:00Z: US-FTC-HRS (16 CFR 310.4(c)), "
             "US-FCC-HRS (47 CFR 64.1200(c)(1))");
    assert_string_equal(verdict_cause(&v)->rule->id, "US-FTC-HRS");
    buf_clear(&b);
    verdict_rules_text(&v, &b);
    assert_non_null(strstr(b.p, "US-FTC-HRS:not_before US-FTC-DNC:passed"));
    buf_clear(&b);
    fixture_world_lawful(&w, &l);
    assert_int_equal(judge(&l), VERDICT_ALLOW);
    verdict_sentence(&v, &b);
    assert_string_equal(b.p, "allowed until 2026-11-24T02:00:00Z");
    assert_null(verdict_cause(&v));
    assert_non_null(strstr(v.packs, "us-federal 2026.11@"));
    assert_non_null(strstr(v.packs, ", operator 1@"));
    assert_string_equal(v.tzdata, "test");
    buf_clear(&b);
    l.k.suppression.registries = 0;
    assert_int_equal(judge(&l), VERDICT_DENY);
    verdict_sentence(&v, &b);
    assert_non_null(strstr(b.p, "not allowed: US-FTC-DNC"));
    assert_non_null(strstr(b.p, "not known: suppression.registry"));
    assert_string_equal(verdict_cause(&v)->rule->id, "US-FTC-DNC");
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_case_is_denied_everywhere),
        cmocka_unit_test(a_country_or_channel_without_a_pack_is_denied),
        cmocka_unit_test(the_hours_are_those_of_the_wall_clock),
        cmocka_unit_test(all_candidate_zones_must_be_open),
        cmocka_unit_test(a_relationship_ends_after_its_anniversary),
        cmocka_unit_test(a_list_may_be_31_days_old),
        cmocka_unit_test(a_rolling_cap_opens_to_the_microsecond),
        cmocka_unit_test(a_cap_without_end_denies),
        cmocka_unit_test(caps_and_windows_meet_in_one_instant),
        cmocka_unit_test(an_agreed_time_opens_the_night),
        cmocka_unit_test(a_policy_nobody_applies_is_no_policy),
        cmocka_unit_test(consent_must_be_whole),
        cmocka_unit_test(an_untold_line_counts_as_wireless),
        cmocka_unit_test(own_lists_hold_against_every_exemption),
        cmocka_unit_test(a_court_can_take_an_exemption_away),
        cmocka_unit_test(malformed_cases_are_refused),
        cmocka_unit_test(a_permit_is_for_one_number_and_a_short_time),
        cmocka_unit_test(no_permit_without_an_allow),
        cmocka_unit_test(a_permit_that_was_touched_is_void),
        cmocka_unit_test(a_verdict_explains_itself),
    };
    fixture_world_init(&w);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_world_fini(&w);
    return rc;
}

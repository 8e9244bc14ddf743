/* What a person took back is gone at once and whole (convention K5), and a
 * line that became a mobile is one whatever our data of it say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/core/rules/fixture_world.h"

static struct world w;
static struct verdict v;
static struct case_revocation gone;

/* A recorded survey, so that only the FCC's consent rules bind. */
static void survey(struct lawful *l, enum line_type line)
{
    fixture_world_recorded(&w, l);
    l->k.purpose.kind = PURPOSE_SURVEY;
    l->k.purpose.leads_to_sale = TRI_NO;
    l->k.contact.line = line;
    l->k.contact.known_wireless = TRI_NO;
    l->k.consents = 0;
}

static void expect(const struct lawful *l, enum verdict_kind kind,
                   const char *rule)
{
    fixture_world_check(w.book, &l->k, &v);
    if (v.kind != kind) {
        fail_msg("%s: %s", rule ? rule : "allow", v.remedy);
    }
    if (rule) {
        assert_int_not_equal(fixture_world_effect(&v, rule), -1);
        assert_int_not_equal(fixture_world_effect(&v, rule), EFFECT_PASSED);
        assert_int_not_equal(fixture_world_effect(&v, rule), EFFECT_LIFTED);
    }
}

static void withdraw(struct lawful *l, const char *at)
{
    gone = (struct case_revocation){.seller = {1},
                                    .at_us = fixture_world_instant(at)};
    l->k.suppression.revocation = &gone;
    l->k.suppression.revocations = 1;
}

/* The call is on 2026-11-23. */
static void a_ported_home_line_is_wireless(void **state)
{
    (void)state;
    static const enum line_type lines[] = {LINE_RESIDENTIAL, LINE_BUSINESS};
    for (size_t i = 0; i < tm_array_len(lines); i++) {
        struct lawful l;
        survey(&l, lines[i]);
        expect(&l, VERDICT_ALLOW, NULL);
        l.k.contact.ported = fixture_world_date("2026-11-08"); /* 15 days */
        expect(&l, VERDICT_ALLOW, NULL);
        assert_int_equal(fixture_world_effect(&v, "US-FCC-WIRELESS"),
                         EFFECT_LIFTED);
        l.k.contact.ported = fixture_world_date("2026-11-07");
        expect(&l, VERDICT_DENY, "US-FCC-WIRELESS");
        l.k.consents = 1;
        expect(&l, VERDICT_ALLOW, NULL);
    }
}

static void a_home_line_we_know_is_wireless_is(void **state)
{
    (void)state;
    struct lawful l;
    survey(&l, LINE_RESIDENTIAL);
    l.k.contact.known_wireless = TRI_YES;
    expect(&l, VERDICT_DENY, "US-FCC-WIRELESS");
    l.k.contact.ported = fixture_world_date("2026-11-20"); /* but we know */
    expect(&l, VERDICT_DENY, "US-FCC-WIRELESS");
    l.k.consents = 1;
    expect(&l, VERDICT_ALLOW, NULL);
}

/* To be called at half past nine in the evening, agreed the day before. */
static void night_call(struct lawful *l)
{
    fixture_world_lawful(&w, l);
    l->k.when.now_us = fixture_world_instant("2026-11-24T02:30:00Z");
    l->consent[0] = (struct case_consent){
        .type = CONSENT_EXPRESS,
        .seller = {1},
        .covers = UINT32_C(1) << COVERS_CALLBACK_AT_TIME,
        .given = fixture_world_date("2026-11-22"),
    };
    l->k.consents = 1;
}

static void a_withdrawal_ends_an_agreed_time(void **state)
{
    (void)state;
    struct lawful l;
    night_call(&l);
    expect(&l, VERDICT_ALLOW, NULL);
    withdraw(&l, "2026-11-24T02:29:59Z"); /* a second ago */
    expect(&l, VERDICT_NOT_BEFORE, "US-FTC-HRS");
    expect(&l, VERDICT_NOT_BEFORE, "US-FCC-HRS");
    gone.seller.v = 2; /* another seller's */
    expect(&l, VERDICT_ALLOW, NULL);
    gone.seller.v = 0; /* everybody's */
    expect(&l, VERDICT_NOT_BEFORE, "US-FTC-HRS");
}

/* On the national registry, called with a signed permission. */
static void a_withdrawal_ends_a_written_permission(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_recorded(&w, &l);
    l.k.contact.channel = CHANNEL_VOICE_LIVE;
    l.k.contact.dial_mode = DIAL_PREVIEW;
    l.registry[0].on_list = TRI_YES;
    expect(&l, VERDICT_ALLOW, NULL);
    withdraw(&l, "2026-11-20T15:00:00Z");
    expect(&l, VERDICT_DENY, "US-FTC-DNC");
    expect(&l, VERDICT_DENY, "US-FCC-DNC");
    l.consent[0].given = fixture_world_date("2026-11-20"); /* before or after?*/
    expect(&l, VERDICT_DENY, "US-FTC-DNC");
    l.consent[0].given = fixture_world_date("2026-11-21");
    expect(&l, VERDICT_ALLOW, NULL);
}

static void a_withdrawal_reaches_as_far_as_its_scope(void **state)
{
    (void)state;
    struct lawful l;
    fixture_world_recorded(&w, &l);
    withdraw(&l, "2026-11-20T15:00:00Z");
    gone.in_reply_to = PURPOSE_INFORMATIONAL;
    expect(&l, VERDICT_DENY, "US-FCC-REVOKE");
    expect(&l, VERDICT_DENY, "US-FCC-PEWC"); /* the consent itself is gone */
    l.k.policy.revocation_scope = SCOPE_CATEGORY;
    expect(&l, VERDICT_ALLOW, NULL);
    gone.in_reply_to = PURPOSE_SALE;
    expect(&l, VERDICT_DENY, "US-FCC-PEWC");
    gone.in_reply_to = PURPOSE_UNKNOWN;
    expect(&l, VERDICT_DENY, "US-FCC-PEWC");
}

/* A home line needs no consent to a survey; who took one back is left alone
 * by every machine, and by machines only. */
static void machine_voices_are_one_kind(void **state)
{
    (void)state;
    static const enum contact_channel machine[] = {CHANNEL_VOICE_PRERECORDED,
                                                   CHANNEL_VOICE_AI};
    for (int i = 0; i < 4; i++) {
        struct lawful l;
        survey(&l, LINE_RESIDENTIAL);
        l.k.consents = 1;
        l.k.contact.channel = machine[i & 1];
        l.consent[0].covers = VOCAB_BIT(machine[i >> 1]);
        expect(&l, VERDICT_ALLOW, NULL);
        l.consent[0].revoked_us = fixture_world_instant("2026-11-23T16:59Z");
        expect(&l, VERDICT_DENY, "US-FCC-REVOKE");
        l.consent[0].covers = VOCAB_BIT(CHANNEL_TEXT);
        expect(&l, VERDICT_ALLOW, NULL);
    }
}

int main(void)
{
    fixture_world_init(&w);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ported_home_line_is_wireless),
        cmocka_unit_test(a_home_line_we_know_is_wireless_is),
        cmocka_unit_test(a_withdrawal_ends_an_agreed_time),
        cmocka_unit_test(a_withdrawal_ends_a_written_permission),
        cmocka_unit_test(a_withdrawal_reaches_as_far_as_its_scope),
        cmocka_unit_test(machine_voices_are_one_kind),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_world_fini(&w);
    return failed;
}

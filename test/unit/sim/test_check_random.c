/*
 * Two readings of the law meet: people and campaigns at random, asked about
 * at random instants (often at a border). The engine calls and refuses by the
 * rule packs; the checker, which knows only its own plain reading, must agree
 * with every call, every refusal, every put-off and every reason.
 */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "fixture_scene.h"

enum { SCENES = 20000, SHOWN = 20 };

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

static unsigned pick(struct rng *r, unsigned n)
{
    return (unsigned)rng_below(r, n);
}

static enum tri tri(struct rng *r)
{
    static const enum tri T[] = {TRI_YES, TRI_YES, TRI_NO,
                                 TRI_NO,  TRI_NO,  TRI_UNKNOWN};
    return T[pick(r, 6)];
}

static enum tri mostly_yes(struct rng *r)
{
    return pick(r, 12) == 0 ? TRI_NO : pick(r, 30) == 0 ? TRI_UNKNOWN : TRI_YES;
}

/* A date some days before the day, or now and then unknown. */
static struct civil_date before(struct rng *r, struct civil_date day,
                                unsigned most)
{
    if (pick(r, 4) == 0)
        return (struct civil_date){0};
    return civil_add_days(day, -(int)pick(r, most));
}

static void random_campaign(struct rng *r, struct scene *k,
                            struct civil_date day)
{
    struct check_campaign *c = &k->campaign;
    c->id.v = 1;
    c->seller.v = 7;
    c->channel = pick(r, 2) == 0   ? CHANNEL_VOICE_LIVE
                 : pick(r, 4) == 0 ? CHANNEL_VOICE_AI
                                   : CHANNEL_VOICE_PRERECORDED;
    c->dial_mode = c->channel != CHANNEL_VOICE_LIVE
                       ? DIAL_AGENTLESS
                       : (enum dial_mode)(DIAL_MANUAL + pick(r, 5));
    c->caller = (enum caller_kind)(1 + pick(r, CALLER_COUNT - 1));
    c->seller_type = (enum seller_type)(1 + pick(r, SELLER_TYPE_COUNT - 1));
    c->ftc = tri(r);
    c->hipaa = tri(r);
    c->purpose = pick(r, 2) == 0
                     ? PURPOSE_SALE
                     : (enum purpose)(1 + pick(r, PURPOSE_COUNT - 1));
    c->goods = pick(r, 4) == 0 ? GOODS_OFFICE_SUPPLIES : (enum goods)pick(r, 3);
    c->leads_to_sale = c->purpose == PURPOSE_SALE ? TRI_YES : tri(r);
    c->emergency = pick(r, 10) == 0 ? TRI_YES : TRI_NO;
    c->caller_id = mostly_yes(r);
    c->opt_out_key = mostly_yes(r);
    c->abandon_message = mostly_yes(r);
    c->ring_us = pick(r, 10) == 0 ? 14 * SECOND : (15 + pick(r, 10)) * SECOND;
    c->scrubbed = pick(r, 20) == 0 ? (struct civil_date){0}
                                   : civil_add_days(day, -(int)pick(r, 33));
}

static void random_limits(struct rng *r, struct scene *k, int64_t now_us)
{
    struct check_campaign *c = &k->campaign;
    if (pick(r, 3) == 0) {
        c->windows = 1 + pick(r, 2);
        for (size_t i = 0; i < c->windows; i++)
            k->window[i] = (struct policy_window){
                (uint8_t)(1 + pick(r, 127)), (int32_t)(8 + pick(r, 4)) * 3600,
                (int32_t)(17 + pick(r, 5)) * 3600};
    }
    if (pick(r, 2) == 0) {
        c->caps = 1 + pick(r, 3);
        for (size_t i = 0; i < c->caps; i++)
            k->cap[i] = (struct policy_cap){1 + pick(r, 4),
                                            pick(r, 2) == 0 ? CAP_PER_NUMBER
                                                            : CAP_PER_PERSON,
                                            (int64_t)pick(r, 8) * DAY};
    }
    if (c->dial_mode != DIAL_PREDICTIVE && c->dial_mode != DIAL_POWER)
        return;
    c->first_call_us = now_us - (int64_t)pick(r, 70) * DAY - SECOND;
    c->counteds = 1;
    k->counted[0].start_us = c->first_call_us + (int64_t)pick(r, 60) * DAY;
    if (k->counted[0].start_us > now_us)
        k->counted[0].start_us = c->first_call_us;
    k->counted[0].live = 100;
    k->counted[0].abandoned = pick(r, 6);
}

static void random_consents(struct rng *r, struct scene *k,
                            struct civil_date day, int64_t now_us)
{
    k->lead.consents = pick(r, 4);
    for (size_t i = 0; i < k->lead.consents; i++) {
        struct check_consent *c = &k->consent[i];
        c->type = (enum consent_type)pick(r, CONSENT_COUNT);
        c->seller.v = pick(r, 8) == 0 ? 8 : 7;
        c->e164 = pick(r, 8) == 0 ? 12125559999 : 0;
        c->channels = pick(r, 2) == 0 ? 0 : 1 + pick(r, 126);
        c->agreed_time = pick(r, 4) == 0;
        c->not_condition = mostly_yes(r);
        c->given = before(r, day, 400);
        if (pick(r, 6) == 0)
            c->from_us = now_us - (int64_t)pick(r, 40) * 3600 * SECOND;
        if (pick(r, 6) == 0)
            c->to_us = now_us + (int64_t)pick(r, 40) * 3600 * SECOND;
        bool old = c->given.year != 0 && c->type != CONSENT_NONE;
        if (old && pick(r, 6) == 0)
            c->revoked_us =
                ((int64_t)civil_days(c->given) + 1 + pick(r, 90)) * DAY;
        if (c->revoked_us > now_us)
            c->revoked_us = now_us;
    }
}

static void random_person(struct rng *r, struct scene *k, struct civil_date day,
                          int64_t now_us)
{
    struct check_lead *l = &k->lead;
    l->id.v = 1;
    l->party = (enum party)pick(r, PARTY_COUNT);
    static const char *const REGION[] = {"US-OH", "US-TX", "US-LA", "US-MS"};
    if (pick(r, 5) != 0)
        assert_true(vocab_place_parse(str_of(REGION[pick(r, 4)]), &l->region));
    l->last_transaction = before(r, day, 600);
    l->last_inquiry = before(r, day, 120);
    l->last_gift = before(r, day, 800);
    l->member = pick(r, 8) == 0 ? TRI_YES : TRI_NO;
    if (pick(r, 10) == 0)
        l->terminated_us = now_us - (int64_t)pick(r, 500) * DAY;
    if (pick(r, 10) == 0)
        l->revoked_us = now_us - (int64_t)pick(r, 400 * 24) * 3600 * SECOND;
    l->earliers = pick(r, 7);
    int64_t at = now_us - 31 * DAY;
    for (size_t i = 0; i < l->earliers; i++) {
        at += (int64_t)pick(r, 5 * 86400) * SECOND;
        if (at >= now_us)
            at = now_us - SECOND;
        k->earlier[i] = (struct check_earlier){
            at, pick(r, 3) == 0 ? 12125559999 : 12125550000, pick(r, 3) != 0};
    }
}

static void random_phone(struct rng *r, const struct scenes *s, struct scene *k,
                         struct civil_date day)
{
    struct check_phone *p = &k->phone;
    p->us = true;
    p->e164 = 12125550000;
    const struct tz *zones[] = {s->new_york, s->chicago, s->denver};
    p->zones = 1 + (pick(r, 3) == 0 ? 1 : 0);
    for (size_t i = 0; i < p->zones; i++)
        k->zone[i] = pick(r, 40) == 0 ? NULL : zones[pick(r, 3)];
    p->line = pick(r, 3) == 0   ? (enum line_type)pick(r, LINE_COUNT)
              : pick(r, 2) == 0 ? LINE_WIRELESS
                                : LINE_RESIDENTIAL;
    p->known_wireless = pick(r, 3) == 0 ? tri(r) : TRI_NO;
    if (pick(r, 3) == 0)
        p->ported = before(r, day, 30);
    p->national = pick(r, 3) == 0 ? tri(r) : TRI_NO;
    p->opted_out = pick(r, 20) == 0;
}

static void random_asks(struct rng *r, struct scene *k, int64_t now_us)
{
    k->asks = 4;
    for (size_t i = 0; i < k->asks; i++) {
        k->ask[i] = now_us;
        now_us += 120 * SECOND + (int64_t)pick(r, 40 * 3600) * SECOND;
        if (pick(r, 3) == 0) /* to the full hour, or just beside it */
            now_us = now_us / (3600 * SECOND) * (3600 * SECOND) +
                     3600 * SECOND + (int64_t)pick(r, 3) - 1;
    }
}

static void random_scene(struct rng *r, struct scenes *s, struct scene *k)
{
    struct civil_date day = {2025, 1, 1};
    day = civil_add_days(day, (int)pick(r, 900));
    int64_t now_us = (int64_t)civil_days(day) * DAY +
                     (int64_t)(12 * 3600 + pick(r, 15 * 3600)) * SECOND;
    memset(k, 0, sizeof *k);
    random_campaign(r, k, day);
    random_limits(r, k, now_us);
    random_person(r, k, day, now_us);
    random_consents(r, k, day, now_us);
    random_phone(r, s, k, day);
    random_asks(r, k, now_us);
    k->phone.zone = k->zone;
    k->lead.phone = &k->phone;
    k->lead.phones = 1;
    k->lead.consent = k->consent;
    k->lead.earlier = k->earlier;
    k->campaign.window = k->window;
    k->campaign.cap = k->cap;
    k->campaign.counted = k->counted;
}

struct total {
    uint64_t calls, refusals, findings;
};

static void play(struct scene *k, const struct rule_book *book, uint64_t seed,
                 struct total *sum)
{
    struct check_world w = {
        .campaign = &k->campaign, .campaigns = 1, .lead = &k->lead, .leads = 1};
    int64_t next = 0;
    struct check_rules *c = check_rules_new(&w);
    scene_run(k, book, NULL, &next, c);
    check_rules_finish(c);
    struct check_rules_counts n = check_rules_counts(c);
    for (size_t i = 0; i < n.findings && sum->findings + i < SHOWN; i++) {
        const struct check_rules_finding *f = check_rules_finding(c, i);
        print_message("seed %llu: %s: %s\n", (unsigned long long)seed,
                      check_rules_kind_text(f->kind), f->text);
    }
    sum->calls += n.placed;
    sum->refusals += n.verdicts;
    sum->findings += n.findings;
    check_rules_free(c);
}

static void test_two_readings_agree(void **state)
{
    (void)state;
    struct scene_packs packs;
    scene_packs_read(&packs);
    struct scenes *s = scenes_new();
    struct arena a;
    arena_init(&a);
    const struct rule_book *book = NULL;
    struct err e;
    assert_int_equal(rule_book_load(&a, packs.pack, packs.n, &book, &e), 0);
    struct total sum = {0};
    static struct scene k;
    for (uint64_t seed = 1; seed <= SCENES; seed++) {
        struct rng r;
        rng_init(&r, seed, "check");
        random_scene(&r, s, &k);
        play(&k, book, seed, &sum);
    }
    print_message("seeds 1 to %d: %llu calls, %llu refusals\n", SCENES,
                  (unsigned long long)sum.calls,
                  (unsigned long long)sum.refusals);
    assert_int_equal(sum.findings, 0);
    assert_true(sum.calls > SCENES / 20 && sum.refusals > SCENES);
    arena_fini(&a);
    scenes_free(s);
    scene_packs_free(&packs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_readings_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A call is judged again in the dial mode it was asked in: over the ceiling of
 * abandoned calls a campaign dials a line for one agent, which the law allows,
 * whatever its plan says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/replay.h"
#include "unit/report/fixture_house.h"

/* 2026-11-23 18:00 UTC: 13:00 in New York */
#define START  INT64_C(1795456800000000)
#define NUMBER UINT64_C(12125550123)

enum { CALLS = 101, LOST = 10 };

static const char pack[] =
    "[pack]\nname = test\nversion = 1\njurisdiction = US\nchannels = voice\n"
    "[rule T-LOST]\ntext = At most 3 per cent of live answers.\n"
    "citation = 16 CFR 310.4(b)(4)(i)\ncertainty = S1\nrole = require\n"
    "when = dial_mode power predictive\n"
    "test = ratio\nceiling = 3%\nbase = live\nperiod = 30d\n"
    "remedy = dial_mode preview\n";

static const char plan[] =
    "name = Sales\nseller = Clinic\ncaller_kind = seller\npurpose = sale\n"
    "leads_to_sale = yes\ngoods = other\nlist = visitors\ncountry = US\n"
    "trunk = main\ncaller_id = +12125550100\nchannel = voice_live\n"
    "dial_mode = predictive\n"
    "abandoned_say = \"A telemarketing call of Clinic, 212 555 0100. "
    "Press 9 to be removed.\"\nabandoned_key = 9\n";

static int find_pack(void *self, struct slice name, struct slice version,
                     struct slice hash, struct archive_pack *out, struct err *e)
{
    (void)self;
    (void)hash;
    (void)e;
    *out = (struct archive_pack){
        .file = "test.rules", .text = {pack, sizeof(pack) - 1}, .versions = 1};
    return str_eq(name, "test") && str_eq(version, "1");
}

static int find_plan(void *self, struct campaign_id c, struct slice hash,
                     struct archive_plan *out, struct err *e)
{
    (void)self;
    (void)c;
    (void)e;
    *out = (struct archive_plan){.text = {plan, sizeof(plan) - 1}};
    return str_eq(hash, "p1");
}

static int no_entries(void *self, struct attempt_id a, archive_entry_fn *v,
                      void *arg, struct err *e)
{
    (void)self;
    (void)a;
    (void)v;
    (void)arg;
    (void)e;
    return 0;
}

/* A hundred live answers of strangers, ten of them abandoned; then a call to
 * the lead. */
static struct house_fixture *house(const char *versions)
{
    struct house_fixture *h = mem_alloc(sizeof(*h));
    house_init(h);
    house_story(h);
    (void)house_lead(h);
    h->campaign[0].first_call_us = START;
    h->attempts = h->opt_outs = 0;
    for (int64_t i = 0; i < CALLS; i++) {
        bool last = i == CALLS - 1;
        int64_t at_us = START + i * CIVIL_MINUTE_US;
        h->attempt[h->attempts++] = (struct reader_attempt){
            .id = {i + 1},
            .campaign = {1},
            .seller = {1},
            .lead = {last ? 7 : 1000 + i},
            .e164 = last ? NUMBER : NUMBER + 1000 + (uint64_t)i,
            .recorded_us = at_us,
            .placed_us = at_us,
            .ended_us = at_us + 30 * CIVIL_SECOND_US,
            .outcome = i < LOST ? OUTCOME_ABANDONED : OUTCOME_TALKED,
            .cause = str_of(""),
            .live = true,
            .abandoned = i < LOST,
            .rules = str_of("T-LOST:passed"),
            .versions = str_of(versions),
            .call_id = str_of(""),
        };
    }
    return h;
}

static struct replay_answer judge(const char *versions, char why[300])
{
    struct err e = {0};
    struct replay_answer out = {0};
    struct house_fixture *h = house(versions);
    const struct archive archive = {
        .pack = find_pack, .plan = find_plan, .entries = no_entries};
    const struct replay_options o = {.reader = &h->reader,
                                     .archive = &archive,
                                     .zones = &h->zones,
                                     .counters = true};
    struct replay *r = replay_new(&o);
    if (replay_attempt(r, &h->arena, &h->attempt[CALLS - 1], &out, &e) != TM_OK)
        fail_msg("%s", e.text);
    (void)snprintf(why, 300, "%s %s", out.why, out.replayed_rules);
    replay_free(r);
    house_fini(h);
    mem_free(h);
    return out;
}

#define VERSIONS "rules=test 1; zones=2025b; numbers=; plan=p1; lists="

static void the_mode_of_then(void **state)
{
    (void)state;
    char why[300];
    struct replay_answer a = judge(VERSIONS "; mode=progressive", why);
    if (a.result != REPLAY_EQUAL)
        fail_msg("%s: %s", replay_result_text(a.result), why);
    assert_int_equal(a.kind, VERDICT_ALLOW);
    assert_false(a.deny_known_then);
    a = judge(VERSIONS "; mode=power", why);
    assert_int_equal(a.kind, VERDICT_DENY);
}

/* Records from before the mode was written. */
static void else_the_plans(void **state)
{
    (void)state;
    char why[300];
    struct replay_answer a = judge(VERSIONS, why);
    assert_int_equal(a.kind, VERDICT_DENY);
    assert_int_not_equal(a.result, REPLAY_EQUAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mode_of_then),
        cmocka_unit_test(else_the_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

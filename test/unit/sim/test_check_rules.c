/*
 * The checker itself: a clean run has no finding, and each kind of fault, made
 * by hand, is found. No engine takes part here.
 */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "core/campaign/campaign.h"
#include "fixture_scene.h"
#include "sim/check_law.h"

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)

enum { A = 1, B = 2, NUMBER_A1 = 0, NUMBER_A2 = 1, NUMBER_B = 2 };

static const uint64_t NUMBER[] = {12125550001, 12125550002, 12125550003};

/* --- a world of two people and a tape of records
 * --------------------------------- */

struct tape {
    struct arena arena;
    const struct tz *zone[1];
    struct check_campaign campaign;
    struct policy_cap cap[2];
    struct check_phone phone[4];
    struct check_lead lead[2];
    struct check_world world;
    int64_t now_us;
    struct record record[64];
    size_t n;
};

static void make_world(struct tape *t)
{
    t->campaign = (struct check_campaign){
        .id = {1},
        .seller = {7},
        .channel = CHANNEL_VOICE_LIVE,
        .dial_mode = DIAL_MANUAL,
        .caller = CALLER_SURVEY,
        .purpose = PURPOSE_SURVEY,
        .leads_to_sale = TRI_NO,
        .ring_us = 20 * SECOND,
        .calls_max = 2,
    };
    for (size_t i = 0; i < 3; i++)
        t->phone[i] = (struct check_phone){.e164 = NUMBER[i],
                                           .us = true,
                                           .zone = t->zone,
                                           .zones = 1,
                                           .line = LINE_RESIDENTIAL};
    t->lead[0] =
        (struct check_lead){.id = {A}, .phone = &t->phone[0], .phones = 2};
    t->lead[1] =
        (struct check_lead){.id = {B}, .phone = &t->phone[2], .phones = 1};
    t->world = (struct check_world){
        .campaign = &t->campaign, .campaigns = 1, .lead = t->lead, .leads = 2};
}

static struct tape *tape_new(void)
{
    struct tape *t = calloc(1, sizeof *t);
    arena_init(&t->arena);
    t->zone[0] = tz_fixed(&t->arena, "test", -5 * 3600);
    t->now_us = scene_instant("2026-11-23T17:00Z");
    make_world(t);
    return t;
}

static void tape_free(struct tape *t)
{
    arena_fini(&t->arena);
    free(t);
}

static struct record *add(struct tape *t, enum record_kind k, int64_t attempt,
                          int64_t lead)
{
    assert_true(t->n < tm_array_len(t->record));
    struct record *r = &t->record[t->n++];
    *r = (struct record){.kind = k, .at_us = t->now_us};
    r->tenant.v = 1;
    r->seller.v = 7;
    r->campaign.v = 1;
    r->attempt.v = attempt;
    r->lead.v = lead;
    t->now_us += SECOND;
    return r;
}

static struct record *attempt(struct tape *t, int64_t id, int64_t lead,
                              size_t number)
{
    struct record *r = add(t, RECORD_ATTEMPT, id, lead);
    r->e164 = NUMBER[number];
    r->due_us = r->at_us + 60 * SECOND;
    r->rules = str_of("OP-DNC:passed");
    return r;
}

static struct record *ended(struct tape *t, int64_t id, int64_t lead,
                            enum outcome o)
{
    struct record *r = add(t, RECORD_ENDED, id, lead);
    r->state = (int)o;
    r->ring_ms = 20000;
    r->live = (outcome_flags(o) & OUTCOME_F_LIVE) != 0;
    r->abandoned = o == OUTCOME_ABANDONED;
    return r;
}

static struct record *next_step(struct tape *t, int64_t lead, enum lead_state s,
                                int64_t in_us)
{
    struct record *r = add(t, RECORD_LEAD, 0, lead);
    r->state = (int)s;
    r->due_us = in_us == 0 ? 0 : r->at_us + in_us;
    return r;
}

/* A call that nobody answers; the lead waits an hour. */
static void missed_call(struct tape *t, int64_t id, int64_t lead, size_t number)
{
    attempt(t, id, lead, number);
    add(t, RECORD_PLACED, id, lead);
    add(t, RECORD_RINGING, id, lead);
    ended(t, id, lead, OUTCOME_NO_ANSWER);
    next_step(t, lead, LEAD_WAITING, HOUR);
}

static void answered_call(struct tape *t, int64_t id, int64_t lead,
                          size_t number)
{
    attempt(t, id, lead, number);
    add(t, RECORD_PLACED, id, lead);
    add(t, RECORD_ANSWERED, id, lead);
}

/* An opt-out by key, as a campaign records it. */
static void opted_out_call(struct tape *t, int64_t id, int64_t lead,
                           size_t number)
{
    answered_call(t, id, lead, number);
    add(t, RECORD_OPT_OUT, id, lead)->e164 = NUMBER[number];
    ended(t, id, lead, OUTCOME_OPTED_OUT);
    next_step(t, lead, LEAD_DENIED, 0);
}

static void clean_run(struct tape *t)
{
    struct record *r = add(t, RECORD_CAMPAIGN, 0, 0);
    r->state = CAMPAIGN_RUNNING;
    missed_call(t, 1, A, NUMBER_A1);
    answered_call(t, 2, B, NUMBER_B);
    add(t, RECORD_ANSWER, 2, B)->key = str_of("visit");
    ended(t, 2, B, OUTCOME_COMPLETED);
    next_step(t, B, LEAD_DONE, 0);
    t->now_us += HOUR;
    opted_out_call(t, 3, A, NUMBER_A2);
    r = add(t, RECORD_CAMPAIGN, 0, 0);
    r->state = CAMPAIGN_FINISHED;
}

static struct check_rules *check(const struct tape *t)
{
    struct check_rules *c = check_rules_new(&t->world);
    for (size_t i = 0; i < t->n; i++)
        check_rules_record(c, &t->record[i]);
    check_rules_finish(c);
    return c;
}

static void tell(const struct check_rules *c)
{
    struct check_rules_counts n = check_rules_counts(c);
    for (size_t i = 0; i < n.findings; i++) {
        const struct check_rules_finding *f = check_rules_finding(c, i);
        print_message("  record %llu: %s: %s\n", (unsigned long long)f->record,
                      check_rules_kind_text(f->kind), f->text);
    }
}

/* The tape has exactly the one finding. */
static void expect(const struct tape *t, enum check_rules_kind kind,
                   const char *text)
{
    struct check_rules *c = check(t);
    struct check_rules_counts n = check_rules_counts(c);
    size_t found = 0;
    for (size_t i = 0; i < n.findings; i++) {
        const struct check_rules_finding *f = check_rules_finding(c, i);
        if (f->kind == kind && strstr(f->text, text) != NULL)
            found++;
    }
    if (found != 1 || n.findings != 1) {
        print_message("expected once: %s\n", text);
        tell(c);
        fail();
    }
    check_rules_free(c);
}

/* --- faults in the books
 * ------------------------------------------------------------- */

static void clean(struct tape *t)
{
    clean_run(t);
    struct check_rules *c = check(t);
    struct check_rules_counts n = check_rules_counts(c);
    tell(c);
    assert_int_equal(n.findings, 0);
    assert_int_equal(n.attempts, 3);
    assert_int_equal(n.live, 2);
    assert_int_equal(n.opt_outs, 1);
    check_rules_free(c);
}

static void invite_without_permit(struct tape *t)
{
    add(t, RECORD_PLACED, 5, A);
    expect(t, CHECK_UNLAWFUL, "without a permit");
}

static void second_invite(struct tape *t)
{
    attempt(t, 1, A, NUMBER_A1);
    add(t, RECORD_PLACED, 1, A);
    add(t, RECORD_PLACED, 1, A);
    ended(t, 1, A, OUTCOME_NO_ANSWER);
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_UNLAWFUL, "second INVITE");
}

static void permit_expired(struct tape *t)
{
    attempt(t, 1, A, NUMBER_A1);
    t->now_us += 59 * SECOND; /* exactly at the end */
    add(t, RECORD_PLACED, 1, A);
    ended(t, 1, A, OUTCOME_NO_ANSWER);
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_UNLAWFUL, "outside the permit's time");
}

static void permit_too_long(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    t->record[0].due_us += 1;
    expect(t, CHECK_UNLAWFUL, "a permit for 60000001 us");
}

static void other_number(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    t->record[1].e164 = NUMBER[NUMBER_B];
    expect(t, CHECK_UNLAWFUL, "INVITE to another number");
}

static void nobodys_number(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_B);
    expect(t, CHECK_UNLAWFUL, "a number that lead 1 does not have");
}

static void used_twice(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    attempt(t, 1, B, NUMBER_B);
    expect(t, CHECK_BOOKS, "used before");
}

static void two_calls(struct tape *t)
{
    attempt(t, 1, A, NUMBER_A1);
    attempt(t, 2, A, NUMBER_A2);
    add(t, RECORD_PLACED, 1, A);
    add(t, RECORD_PLACED, 2, A);
    ended(t, 1, A, OUTCOME_NO_ANSWER);
    ended(t, 2, A, OUTCOME_NO_ANSWER);
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "in another call");
}

static void too_many_calls(struct tape *t)
{
    t->campaign.calls_max = 1;
    attempt(t, 1, A, NUMBER_A1);
    attempt(t, 2, B, NUMBER_B);
    add(t, RECORD_PLACED, 1, A);
    add(t, RECORD_PLACED, 2, B);
    ended(t, 1, A, OUTCOME_NO_ANSWER);
    ended(t, 2, B, OUTCOME_NO_ANSWER);
    next_step(t, A, LEAD_WAITING, HOUR);
    next_step(t, B, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "more calls at a time");
}

static void never_ended(struct tape *t)
{
    attempt(t, 1, A, NUMBER_A1);
    add(t, RECORD_PLACED, 1, A);
    expect(t, CHECK_BOOKS, "attempt 1 never ended");
}

static void ended_twice(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    ended(t, 1, A, OUTCOME_NO_ANSWER);
    expect(t, CHECK_BOOKS, "ended twice");
}

static void event_after_end(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    add(t, RECORD_RINGING, 1, A);
    expect(t, CHECK_BOOKS, "an event after the end");
}

static void event_before_invite(struct tape *t)
{
    attempt(t, 1, A, NUMBER_A1);
    add(t, RECORD_RINGING, 1, A);
    add(t, RECORD_PLACED, 1, A);
    ended(t, 1, A, OUTCOME_NO_ANSWER);
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "an event before the INVITE");
}

static void never_placed(struct tape *t)
{
    attempt(t, 1, A, NUMBER_A1);
    ended(t, 1, A, OUTCOME_BUSY);
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "never placed");
}

static void no_next_step(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    t->n--;
    expect(t, CHECK_BOOKS, "have no next step");
}

static void too_early(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    missed_call(t, 2, A, NUMBER_A2);
    expect(t, CHECK_BOOKS, "before the lead's own time");
}

static void after_done(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    t->record[t->n - 1].state = LEAD_EXHAUSTED;
    t->record[t->n - 1].due_us = 0;
    missed_call(t, 2, A, NUMBER_A2);
    expect(t, CHECK_BOOKS, "is done with the lead");
}

static void step_in_call(struct tape *t)
{
    attempt(t, 1, A, NUMBER_A1);
    next_step(t, A, LEAD_WAITING, 0);
    add(t, RECORD_PLACED, 1, A);
    ended(t, 1, A, OUTCOME_NO_ANSWER);
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "while the call is up");
}

static void paused(struct tape *t)
{
    add(t, RECORD_CAMPAIGN, 0, 0)->state = CAMPAIGN_PAUSED;
    missed_call(t, 1, A, NUMBER_A1);
    expect(t, CHECK_BOOKS, "not running");
}

static void back_in_time(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    t->now_us -= HOUR;
    missed_call(t, 2, B, NUMBER_B);
    expect(t, CHECK_BOOKS, "time goes back");
}

/* --- faults in what was counted
 * --------------------------------------------------------- */

static void abandoned_hidden(struct tape *t)
{
    answered_call(t, 1, A, NUMBER_A1);
    ended(t, 1, A, OUTCOME_ABANDONED)->abandoned = false;
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "abandoned mark");
}

static void live_hidden(struct tape *t)
{
    answered_call(t, 1, A, NUMBER_A1);
    ended(t, 1, A, OUTCOME_HUNG_UP)->live = false;
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "live mark");
}

static void live_without_answer(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    t->record[3].state = OUTCOME_PARTIAL;
    t->record[3].live = true;
    expect(t, CHECK_BOOKS, "live without an answer");
}

static void served_and_abandoned(struct tape *t)
{
    answered_call(t, 1, A, NUMBER_A1);
    add(t, RECORD_ANSWER, 1, A);
    ended(t, 1, A, OUTCOME_ABANDONED);
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "although the person was served");
}

static void crash_not_counted(struct tape *t)
{
    answered_call(t, 1, A, NUMBER_A1);
    ended(t, 1, A, OUTCOME_UNKNOWN)->live = true;
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_BOOKS, "not counted abandoned");
}

static void short_ring(struct tape *t)
{
    missed_call(t, 1, A, NUMBER_A1);
    t->record[3].ring_ms = 14999;
    t->record[3].value = str_of("we_hung_up");
    expect(t, CHECK_UNLAWFUL, "rang only 14999 ms");
}

/* --- faults against people
 * ----------------------------------------------------------------- */

static void after_opt_out(struct tape *t)
{
    opted_out_call(t, 1, A, NUMBER_A1);
    t->record[t->n - 1].state = LEAD_WAITING; /* and so it is called again */
    t->n--;
    t->now_us -= SECOND;
    next_step(t, A, LEAD_DENIED, 0);
    t->phone[2].e164 = NUMBER[NUMBER_A1]; /* B has the same number */
    attempt(t, 2, B, NUMBER_A1)->rules = str_of("OP-DNC:denied");
    ended(t, 2, B, OUTCOME_CANCELLED);
    next_step(t, B, LEAD_DENIED, 0);
    expect(t, CHECK_UNLAWFUL, "attempt 2 of lead 2: OP-DNC");
}

static void invite_after_opt_out(struct tape *t)
{
    t->phone[2].e164 = NUMBER[NUMBER_A1];
    attempt(t, 2, B, NUMBER_A1); /* before the person said so */
    opted_out_call(t, 1, A, NUMBER_A1);
    add(t, RECORD_PLACED, 2, B);
    ended(t, 2, B, OUTCOME_NO_ANSWER);
    next_step(t, B, LEAD_WAITING, HOUR);
    expect(t, CHECK_UNLAWFUL, "INVITE of attempt 2: OP-DNC");
}

static void opt_out_forgotten(struct tape *t)
{
    opted_out_call(t, 1, A, NUMBER_A1);
    t->record[t->n - 1].state = LEAD_WAITING;
    expect(t, CHECK_BOOKS, "opted out, and still to be called");
}

static void opt_out_other_outcome(struct tape *t)
{
    opted_out_call(t, 1, A, NUMBER_A1);
    t->record[t->n - 2].state = OUTCOME_PARTIAL;
    expect(t, CHECK_BOOKS, "opted out, and the outcome is another");
}

static void opt_out_invented(struct tape *t)
{
    answered_call(t, 1, A, NUMBER_A1);
    ended(t, 1, A, OUTCOME_OPTED_OUT);
    next_step(t, A, LEAD_DENIED, 0);
    expect(t, CHECK_BOOKS, "no request is recorded");
}

static void cap_broken(struct tape *t)
{
    t->cap[0] = (struct policy_cap){1, CAP_PER_NUMBER, 24 * HOUR};
    t->campaign.cap = t->cap;
    t->campaign.caps = 1;
    missed_call(t, 1, A, NUMBER_A1);
    t->record[0].rules = str_of("OP-DNC:passed OP-CAP-1:passed");
    t->now_us += 2 * HOUR;
    attempt(t, 2, A, NUMBER_A2)->rules = t->record[0].rules;
    ended(t, 2, A, OUTCOME_CANCELLED); /* does not count */
    next_step(t, A, LEAD_WAITING, HOUR);
    t->now_us += 2 * HOUR;
    attempt(t, 3, A, NUMBER_A2)->rules = t->record[0].rules; /* lawful */
    add(t, RECORD_PLACED, 3, A);
    ended(t, 3, A, OUTCOME_UNKNOWN); /* counts */
    next_step(t, A, LEAD_WAITING, HOUR);
    t->now_us += 2 * HOUR;
    attempt(t, 4, A, NUMBER_A2)->rules =
        str_of("OP-DNC:passed OP-CAP-1:not_before");
    ended(t, 4, A, OUTCOME_CANCELLED);
    next_step(t, A, LEAD_WAITING, HOUR);
    expect(t, CHECK_UNLAWFUL, "attempt 4 of lead 1: OP-CAP-1");
}

/* Three calls may be made; one that the network lost does not count. */
static void used_up(struct tape *t)
{
    t->campaign.tries_max = 3;
    for (int64_t id = 1; id <= 5; id++) {
        missed_call(t, id, A, NUMBER_A1);
        if (id == 2)
            t->record[t->n - 2].state = OUTCOME_CONGESTION;
        t->now_us += 2 * HOUR;
    }
    expect(t, CHECK_UNLAWFUL, "attempt 5 of lead 1: its calls are used up");
}

static void refuse(struct tape *t, enum verdict_kind k, int64_t in_us,
                   const char *rules)
{
    struct record *r = add(t, RECORD_VERDICT, 0, A);
    r->e164 = NUMBER[NUMBER_A1];
    r->state = (int)k;
    r->due_us = in_us == 0 ? 0 : r->at_us + in_us;
    r->rules = str_of(rules);
}

static void refused_for_nothing(struct tape *t)
{
    refuse(t, VERDICT_DENY, 0, "OP-DNC:passed");
    expect(t, CHECK_REFUSED, "no rule forbids");
}

static void wrong_reason(struct tape *t)
{
    t->phone[0].opted_out = true;
    refuse(t, VERDICT_DENY, 0, "OP-DNC:passed");
    expect(t, CHECK_REASON, "OP-DNC forbids, and the record says passed");
}

static void cap_day(struct tape *t)
{
    t->cap[0] = (struct policy_cap){1, CAP_PER_NUMBER, 24 * HOUR};
    t->campaign.cap = t->cap;
    t->campaign.caps = 1;
    missed_call(t, 1, A, NUMBER_A1);
    t->record[0].rules = str_of("OP-DNC:passed OP-CAP-1:passed");
}

/* 5 s after the call it may be called again in 24 h less 5 s. */
static void put_off(struct tape *t)
{
    static const char RULES[] = "OP-DNC:passed OP-CAP-1:not_before";
    cap_day(t);
    refuse(t, VERDICT_NOT_BEFORE, 24 * HOUR - 5 * SECOND, RULES);
    struct check_rules *c = check(t);
    tell(c);
    assert_int_equal(check_rules_counts(c).findings, 0);
    check_rules_free(c);
}

static void put_off_too_long(struct tape *t)
{
    cap_day(t);
    refuse(t, VERDICT_NOT_BEFORE, 24 * HOUR - 5 * SECOND + 1,
           "OP-DNC:passed OP-CAP-1:not_before");
    expect(t, CHECK_REFUSED, "longer than the law asks");
}

/* A state's law that something lifts, as a relationship that ends meanwhile,
 * may ask for more; the checker does not know it. */
static void put_off_by_a_state(struct tape *t)
{
    cap_day(t);
    refuse(t, VERDICT_NOT_BEFORE, 25 * HOUR,
           "OP-DNC:passed OP-CAP-1:not_before US-KY-HRS:lifted "
           "US-KY-HRS-X:exempts");
    struct check_rules *c = check(t);
    tell(c);
    assert_int_equal(check_rules_counts(c).findings, 0);
    check_rules_free(c);
}

static void put_off_too_short(struct tape *t)
{
    cap_day(t);
    refuse(t, VERDICT_NOT_BEFORE, 24 * HOUR - 5 * SECOND - 1,
           "OP-DNC:passed OP-CAP-1:not_before");
    expect(t, CHECK_REFUSED, "a time that is not lawful: OP-CAP-1");
}

static void denied_for_good(struct tape *t)
{
    cap_day(t);
    refuse(t, VERDICT_DENY, 0, "OP-DNC:passed OP-CAP-1:denied");
    expect(t, CHECK_REFUSED, "only OP-CAP-1 waits");
}

static const struct {
    const char *name;
    void (*run)(struct tape *);
} TAPES[] = {
#define TAPE(f)                                                                \
    {                                                                          \
#f, f                                                                  \
    }
    TAPE(clean),
    TAPE(invite_without_permit),
    TAPE(second_invite),
    TAPE(permit_expired),
    TAPE(permit_too_long),
    TAPE(other_number),
    TAPE(nobodys_number),
    TAPE(two_calls),
    TAPE(too_many_calls),
    TAPE(never_ended),
    TAPE(ended_twice),
    TAPE(event_after_end),
    TAPE(event_before_invite),
    TAPE(never_placed),
    TAPE(no_next_step),
    TAPE(too_early),
    TAPE(after_done),
    TAPE(step_in_call),
    TAPE(paused),
    TAPE(back_in_time),
    TAPE(used_twice),
    TAPE(abandoned_hidden),
    TAPE(live_hidden),
    TAPE(live_without_answer),
    TAPE(served_and_abandoned),
    TAPE(crash_not_counted),
    TAPE(short_ring),
    TAPE(after_opt_out),
    TAPE(invite_after_opt_out),
    TAPE(opt_out_forgotten),
    TAPE(opt_out_other_outcome),
    TAPE(opt_out_invented),
    TAPE(cap_broken),
    TAPE(used_up),
    TAPE(refused_for_nothing),
    TAPE(wrong_reason),
    TAPE(put_off),
    TAPE(put_off_by_a_state),
    TAPE(put_off_too_long),
    TAPE(put_off_too_short),
    TAPE(denied_for_good),
#undef TAPE
};

static void test_tapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(TAPES); i++) {
        struct tape *t = tape_new();
        print_message("%s\n", TAPES[i].name);
        TAPES[i].run(t);
        tape_free(t);
    }
}

/* --- the law, called against its will
 * ------------------------------------------------------ */

/* In these scenes a call at the last instant asked for breaks this rule. */
static const struct {
    const char *scene, *rule;
} BROKEN[] = {
    {"hours, just over, FTC", "US-FTC-HRS"},
    {"hours, just over, FCC", "US-FCC-HRS"},
    {"hours, two zones, FTC", "US-FTC-HRS"},
    {"hours, a zone unknown, FTC", "US-FTC-HRS"},
    {"hours, a zone unknown, FCC", "US-FCC-HRS"},
    {"hours, the clock changes, FTC", "US-FTC-HRS"},
    {"hours, time agreed, FTC", "US-FTC-HRS"},
    {"hours, time agreed, FCC", "US-FCC-HRS"},
    {"hours, invited", "none"},
    {"own hours, just over", "OP-HRS"},
    {"registered, FTC", "US-FTC-DNC"},
    {"registered, FCC", "US-FCC-DNC"},
    {"registry not asked, FTC", "US-FTC-DNC"},
    {"registry not asked, FCC", "US-FCC-DNC"},
    {"list of 31 and 32 days, FTC", "US-FTC-SCRUB"},
    {"list of 31 and 32 days, FCC", "US-FCC-DNC-AGE"},
    {"registered, signed, both", "none"},
    {"signed for another seller, FTC", "US-FTC-DNC"},
    {"said it, not signed, FCC", "US-FCC-DNC"},
    {"asked to be left alone, both", "OP-DNC"},
    {"a survey, asked to be left alone", "OP-DNC"},
    {"bought 18 months ago, FTC", "US-FTC-DNC"},
    {"bought 18 months ago, FCC", "US-FCC-DNC"},
    {"asked 3 months ago, FTC", "US-FTC-DNC"},
    {"bought, then ended it, FCC", "US-FCC-DNC"},
    {"a customer in the evening", "none"},
    {"gifts, registered", "none"},
    {"recorded appeal, nothing signed", "US-FTC-PRE"},
    {"recorded appeal, a condition of purchase", "US-FTC-PRE"},
    {"recorded appeal, gift 24 months ago", "US-FTC-PRE"},
    {"recorded appeal, a member", "none"},
    {"recorded appeal to a mobile, no opt-out key", "US-FTC-PRE-OPT"},
    {"recorded appeal, ring 14 s", "US-FTC-RING"},
    {"recorded, wireless line, no consent", "US-FCC-WIRELESS"},
    {"recorded, toll_free line, no consent", "US-FCC-WIRELESS"},
    {"recorded, unknown line, no consent", "US-FCC-WIRELESS"},
    {"recorded, healthcare_room line, no consent", "US-FCC-EMERG"},
    {"recorded, emergency line, no consent", "US-FCC-EMERG"},
    {"recorded, wireless line, emergency", "none"},
    {"recorded offer, only spoken consent", "US-FCC-PEWC"},
    {"recorded offer, a condition of purchase", "US-FCC-PEWC"},
    {"spoken consent in Texas", "none"},
    {"recorded survey, no opt-out key", "US-FCC-ID-OPT"},
    {"consent withdrawn", "US-FCC-REVOKE"},
    {"consent withdrawn, given again the day after", "none"},
    {"everything withdrawn", "US-FCC-REVOKE"},
    {"number disconnected since the consent", "US-FCC-RND"},
    {"ported 15 and 16 days ago", "US-FCC-WIRELESS"},
    {"ported, and we know it", "US-FCC-WIRELESS"},
    {"home line ported 15 and 16 days ago", "US-FCC-WIRELESS"},
    {"home line, told it is a mobile", "US-FCC-WIRELESS"},
    {"time agreed, everything withdrawn", "US-FCC-HRS"},
    {"signed, everything withdrawn", "US-FTC-DNC"},
    {"recorded calls withdrawn, another voice", "US-FCC-REVOKE"},
    {"a fourth recorded call in 30 days", "US-FCC-LIM30"},
    {"a third recorded call in 30 days", "none"},
    {"a fourth recorded call, agreed to", "none"},
    {"three live calls do not count", "none"},
    {"3.0 % abandoned, FTC", "none"},
    {"3.1 % abandoned, FTC", "US-FTC-ABN"},
    {"3.1 % abandoned, FCC", "US-FCC-ABN"},
    {"3.1 % until 12 hours from now, FCC", "US-FCC-ABN"},
    {"3.1 % until 12 hours ago, FCC", "none"},
    {"ring 15 s, FTC", "none"},
    {"ring 14 s, FTC", "US-FTC-RING"},
    {"dialled by hand, ring 14 s", "US-FCC-RING"},
    {"no caller ID, FTC", "US-FTC-CID"},
    {"no caller ID, FCC", "US-FCC-CID"},
    {"no message, FTC", "US-FTC-MSG"},
    {"cap 1, 2 calls before", "OP-CAP-1"},
    {"cap 8, 2 calls before", "OP-CAP-8"},
    {"cap 8, 1 calls before", "none"},
};

/* Calls, whatever the law says; returns what the checker objects to. */
static void force_call(const struct scenes *s, const struct scene *k,
                       char out[CHECK_RULES_TEXT])
{
    struct check_rules *c = check_rules_new(&s->world);
    struct record r = {.kind = RECORD_ATTEMPT, .at_us = k->ask[k->asks - 1]};
    r.seller = k->campaign.seller;
    r.campaign = k->campaign.id;
    r.lead = k->lead.id;
    r.attempt.v = 1;
    r.e164 = k->phone.e164;
    r.due_us = r.at_us + SECOND;
    check_rules_record(c, &r);
    (void)snprintf(out, CHECK_RULES_TEXT, "none");
    struct check_rules_counts n = check_rules_counts(c);
    for (size_t i = 0; i < n.findings; i++) {
        const struct check_rules_finding *f = check_rules_finding(c, i);
        const char *rule = strrchr(f->text, ' ');
        if (f->kind == CHECK_UNLAWFUL && rule != NULL)
            (void)snprintf(out, CHECK_RULES_TEXT, "%s", rule + 1);
    }
    check_rules_free(c);
}

static void test_forced_calls(void **state)
{
    (void)state;
    struct scenes *s = scenes_new();
    size_t wrong = 0;
    for (size_t i = 0; i < tm_array_len(BROKEN); i++) {
        const struct scene *k = NULL;
        for (size_t j = 0; j < s->n; j++) {
            if (strcmp(s->scene[j].name, BROKEN[i].scene) == 0)
                k = &s->scene[j];
        }
        if (k == NULL)
            fail_msg("no scene %s", BROKEN[i].scene);
        char found[CHECK_RULES_TEXT];
        force_call(s, k, found);
        if (strcmp(found, BROKEN[i].rule) != 0) {
            print_message("%s: %s, found %s\n", BROKEN[i].scene, BROKEN[i].rule,
                          found);
            wrong++;
        }
    }
    print_message("%zu forced calls\n", tm_array_len(BROKEN));
    assert_int_equal(wrong, 0);
    scenes_free(s);
}

/* --- through the journal
 * ------------------------------------------------------------------------ */

static struct check_rules_counts through_journal(const struct tape *t)
{
    struct check_rules *c = check_rules_new(&t->world);
    struct journal j;
    journal_init(&j, t->world.salt);
    for (size_t i = 0; i < t->n; i++) {
        struct buf b;
        buf_init(&b, JOURNAL_PAYLOAD_MAX);
        uint8_t hash[JOURNAL_HASH_SIZE];
        struct journal_entry entry;
        struct err e;
        assert_int_equal(journal_append(&j, &t->record[i], &b, hash), 0);
        assert_int_equal(journal_decode(buf_slice(&b), &entry, &e), 0);
        check_rules_entry(c, &entry);
        buf_fini(&b);
    }
    check_rules_finish(c);
    struct check_rules_counts n = check_rules_counts(c);
    tell(c);
    check_rules_free(c);
    return n;
}

static void test_journal(void **state)
{
    (void)state;
    static const uint8_t SALT[JOURNAL_SALT_SIZE] = {1, 2, 3};
    struct tape *t = tape_new();
    t->world.salt = SALT;
    clean_run(t);
    struct check_rules_counts n = through_journal(t);
    assert_int_equal(n.findings, 0);
    assert_int_equal(n.attempts, 3);
    t->phone[2].e164 = NUMBER[NUMBER_A2];
    t->record[6].e164 = NUMBER[NUMBER_A2];
    assert_int_equal(t->record[6].kind, RECORD_ATTEMPT);
    n = through_journal(t);
    assert_int_equal(n.findings, 0); /* the opt-out came later */
    t->record[6].e164 = NUMBER[NUMBER_B];
    n = through_journal(t);
    assert_int_equal(n.of_kind[CHECK_UNLAWFUL], 1); /* nobody's number */
    tape_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tapes),
        cmocka_unit_test(test_forced_calls),
        cmocka_unit_test(test_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Random days: a store, a carrier and people that do anything they are
 * allowed to, by seed. Checked at every step, with the test's own book-keeping:
 *
 *  - a PLACE waits for its records, and its ATTEMPT stands in the same step
 *  - its permit is valid now and for the number that is dialled
 *  - the lead was handed out, is due, and is in no other call
 *  - a number that opted out is never attempted again
 *  - attempts are inside the campaign's hours, lines and caps
 *  - each attempt ends exactly once, with one next step of its lead
 *  - the campaign ends, and then no lead is left that could be called
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/call/call_leg.h"
#include "fixture_world.h"

enum { LEADS = 60, NUMBERS = 45, ATTEMPTS = 4000, GATE_MAX = 512 };

struct person {
    struct lead lead; /* as the store knows it */
    bool claimed;
    int64_t attempt; /* open one, 0 none */
};

struct attempt {
    size_t person;
    uint64_t e164;
    bool recorded, released, ended;
    enum call_state state; /* as the carrier sees it */
    uint32_t tag;          /* playing, 0 nothing */
};

struct gate_item {
    struct campaign_action action;
    int64_t at_us;
};

static struct world w;
static struct rng r;
static uint64_t seed;
static struct person person[LEADS];
static struct attempt attempt[ATTEMPTS + 1];
static struct gate_item gate[GATE_MAX];
static size_t gates;
static bool fetching;
static struct lead fetch_list[LEADS]; /* what the fetch claimed */
static size_t fetched;
static int64_t fetch_at_us;
static size_t calls; /* recorded and not ended */
static size_t placed;
static unsigned seen[OUTCOME_COUNT]; /* over all seeds */

#define require(cond)                                                          \
    do {                                                                       \
        if (!(cond))                                                           \
            fail_msg("seed %llu, at %lld us: %s", (unsigned long long)seed,    \
                     (long long)(w.now_us - w.start_us), #cond);               \
    } while (0)

static void step(struct campaign_event *ev);

static bool due_now(const struct person *p)
{
    return !p->claimed && p->attempt == 0 &&
           (p->lead.state == LEAD_NEW || p->lead.state == LEAD_WAITING) &&
           p->lead.due_us <= w.now_us;
}

/* The store claims at once and tells it later: a release may come between. */
static void ask_store(size_t max)
{
    fetched = 0;
    for (size_t i = 0; i < LEADS && fetched < max; i++) {
        if (!due_now(&person[i]))
            continue;
        person[i].claimed = true;
        fetch_list[fetched++] = person[i].lead;
    }
    fetching = true;
    fetch_at_us = w.now_us + (int64_t)rng_below(&r, 20000);
}

static void answer_fetch(void)
{
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < LEADS; i++) {
        const struct person *p = &person[i];
        bool waits = p->lead.state == LEAD_WAITING || p->lead.state == LEAD_NEW;
        if (waits && !p->claimed && p->attempt == 0 && p->lead.due_us < next_us)
            next_us = p->lead.due_us;
    }
    fetching = false;
    struct campaign_event ev = {.kind = CAMPAIGN_EV_LEADS,
                                .lead = fetch_list,
                                .leads = fetched,
                                .next_due_us = next_us};
    step(&ev);
}

static void on_attempt(const struct record *rec)
{
    size_t i = (size_t)rec->lead.v - 1;
    require(i < LEADS && rec->attempt.v > 0 && rec->attempt.v <= ATTEMPTS);
    struct person *p = &person[i];
    struct attempt *a = &attempt[rec->attempt.v];
    require(!a->recorded);
    require(p->claimed && p->attempt == 0);
    require(p->lead.due_us <= w.now_us);
    require(!suppression_has(&w.suppression, w.env.seller, rec->e164, NULL));
    int64_t day_s = (w.now_us / 1000000 - 5 * 3600) % 86400;
    require(day_s >= 9 * 3600 && day_s < 20 * 3600);
    for (int64_t k = 1; k < rec->attempt.v; k++)
        require(attempt[k].ended || attempt[k].e164 != rec->e164);
    *a = (struct attempt){.person = i, .e164 = rec->e164, .recorded = true};
    p->attempt = rec->attempt.v;
    struct lead *l = &p->lead;
    if (l->tries == LEAD_HISTORY_MAX)
        memmove(l->history, l->history + 1, --l->tries * sizeof(l->history[0]));
    l->history[l->tries++] = (struct lead_try){
        .attempt = rec->attempt, .e164 = rec->e164, .at_us = w.now_us};
    calls++;
    require(calls <= w.plan->calls_max);
}

static void on_ended(const struct record *rec)
{
    struct attempt *a = &attempt[rec->attempt.v];
    require(a->recorded && !a->ended);
    a->ended = true;
    calls--;
    struct lead *l = &person[a->person].lead;
    enum outcome o = (enum outcome)rec->state;
    seen[o]++;
    l->outcomes[o]++;
    l->history[l->tries - 1].outcome = o;
    for (size_t i = 0; i < l->phones; i++)
        if (o == OUTCOME_DISCONNECTED && l->phone[i].e164 == a->e164)
            l->phone[i].bad = true;
    require(rec->abandoned <= rec->live);
}

static void on_lead(const struct record *rec)
{
    struct person *p = &person[rec->lead.v - 1];
    require(p->claimed || p->attempt != 0);
    require(p->attempt == rec->attempt.v);
    require(p->attempt == 0 || attempt[p->attempt].ended);
    p->attempt = 0;
    p->claimed = false;
    p->lead.state = (enum lead_state)rec->state;
    p->lead.due_us = rec->due_us;
    require(p->lead.state != LEAD_NEW && p->lead.state != LEAD_IN_CALL);
    if (p->lead.state == LEAD_WAITING)
        require(rec->due_us >= w.now_us);
}

static void on_record(const struct record *rec)
{
    require(rec->at_us == w.now_us);
    if (rec->kind == RECORD_ATTEMPT)
        on_attempt(rec);
    else if (rec->attempt.v != 0 && rec->kind != RECORD_LEAD)
        require(attempt[rec->attempt.v].recorded &&
                !attempt[rec->attempt.v].ended);
    if (rec->kind == RECORD_ENDED)
        on_ended(rec);
    if (rec->kind == RECORD_LEAD)
        on_lead(rec);
    if (rec->kind == RECORD_OPT_OUT)
        require(suppression_has(&w.suppression, w.env.seller, rec->e164, NULL));
}

static void check_place(const struct campaign_action *a)
{
    bool found = false;
    for (size_t i = 0; i < w.out.records; i++)
        found = found || (w.out.record[i].kind == RECORD_ATTEMPT &&
                          w.out.record[i].attempt.v == a->attempt.v &&
                          w.out.record[i].e164 == a->spec.to);
    require(found && a->after_records);
    require(permit_valid(&a->permit, w.now_us));
    require(a->permit.e164 == a->spec.to);
    require(a->permit.attempt.v == a->attempt.v);
    require(a->spec.attempt.v == a->attempt.v);
    require(a->spec.ring_timeout_ms >= 15000);
}

static void release_all(void)
{
    for (size_t i = 0; i < LEADS; i++)
        if (person[i].attempt == 0)
            person[i].claimed = false;
}

/* The carrier's side of an action that is free to go. */
static void act(const struct campaign_action *a)
{
    struct attempt *t = &attempt[a->attempt.v];
    switch (a->kind) {
    case ACTION_FETCH:
        require(!fetching);
        ask_store(a->count);
        break;
    case ACTION_RELEASE: release_all(); break;
    case ACTION_PREPARE: break;
    case ACTION_PLACE: {
        static const int refusal[] = {TM_EEXPIRED, TM_EFULL, TM_ENETWORK};
        int rc = rng_below(&r, 20) == 0 ? refusal[rng_below(&r, 3)] : TM_OK;
        if (suppression_has(&w.suppression, w.env.seller, t->e164, NULL))
            rc = TM_ESTATE;
        require(!t->released && !t->ended);
        t->released = true;
        if (rc == TM_OK) {
            placed++;
            break;
        }
        t->state = CALL_ENDED;
        struct campaign_event ev = {
            .kind = CAMPAIGN_EV_REFUSED, .attempt = a->attempt, .error = rc};
        step(&ev);
        break;
    }
    case ACTION_PLAY:
        require(t->state >= CALL_TALKING);
        t->tag = a->tag;
        break;
    case ACTION_HANGUP:
        if (t->state != CALL_ENDED)
            t->state = CALL_CLOSING;
        break;
    case ACTION_BRIDGE:
    case ACTION_PART:
    case ACTION_RING:
    case ACTION_ANSWER:
    case ACTION_SILENCE:
    case ACTION_DROP: require(false); break; /* there are no agents */
    }
}

static void step(struct campaign_event *ev)
{
    static struct campaign_action list[512];
    buf_clear(&w.trace);
    w.room = (unsigned)rng_below(&r, 6);
    world_step(&w, ev);
    for (size_t i = 0; i < w.out.records; i++)
        on_record(&w.out.record[i]);
    size_t n = w.out.actions;
    require(n < tm_array_len(list));
    memcpy(list, w.out.action, n * sizeof(list[0]));
    for (size_t i = 0; i < n; i++) {
        if (list[i].kind == ACTION_PLACE)
            check_place(&list[i]);
        if (!list[i].after_records)
            continue;
        require(gates < GATE_MAX);
        gate[gates++] = (struct gate_item){
            list[i], w.now_us + (int64_t)rng_below(&r, 30000)};
    }
    for (size_t i = 0; i < n; i++)
        if (!list[i].after_records)
            act(&list[i]);
}

static void open_gate(void)
{
    while (gates > 0 && gate[0].at_us <= w.now_us) {
        struct gate_item first = gate[0];
        memmove(&gate[0], &gate[1], --gates * sizeof(gate[0]));
        act(&first.action);
    }
}

static enum call_cause any_cause(const struct attempt *a)
{
    if (a->state == CALL_CLOSING)
        return CAUSE_US;
    if (a->state == CALL_TALKING)
        return rng_below(&r, 5) == 0 ? CAUSE_MEDIA : CAUSE_CALLEE;
    return (enum call_cause)(CAUSE_NO_ANSWER +
                             rng_below(&r, CAUSE_COUNT - CAUSE_NO_ANSWER));
}

/* Something happens to a call that was placed. */
static void happen(size_t i)
{
    struct attempt *a = &attempt[i];
    struct carrier_event call = {.attempt = {(int64_t)i}, .at_us = w.now_us};
    uint64_t what = rng_below(&r, 10);
    if (a->state == CALL_RECORDED) {
        call.kind = CARRIER_PLACED;
        a->state = CALL_PLACED;
    } else if (a->state == CALL_PLACED && what < 4) {
        call.kind = CARRIER_RINGING;
    } else if (a->state == CALL_PLACED && what < 8) {
        call.kind = CARRIER_ANSWERED;
        a->state = CALL_TALKING;
    } else if (a->state == CALL_TALKING && what < 5) {
        call.kind = CARRIER_DIGIT;
        call.digit = "0123456789*#"[rng_below(&r, 12)];
    } else if (a->state == CALL_TALKING && what < 8) {
        call.kind = a->tag != 0 ? CARRIER_PLAYED : CARRIER_DIALOG;
        call.tag = a->tag;
        a->tag = 0;
    } else if (a->state == CALL_TALKING && what < 9) {
        call.kind = CARRIER_BEEP;
    } else {
        call.kind = CARRIER_ENDED;
        call.cause = any_cause(a);
        a->state = CALL_ENDED;
    }
    struct campaign_event ev = {.kind = CAMPAIGN_EV_CALL, .call = &call};
    step(&ev);
}

/* A stop, now and then followed at once by a new start. */
static void disturb(void)
{
    static const enum campaign_event_kind kind[] = {
        CAMPAIGN_EV_PAUSE, CAMPAIGN_EV_STOP, CAMPAIGN_EV_STORE_DOWN,
        CAMPAIGN_EV_TICK};
    struct campaign_event ev = {.kind = kind[rng_below(&r, 4)]};
    struct campaign_event go = {.kind = CAMPAIGN_EV_START};
    step(&ev);
    if (rng_below(&r, 2) == 0)
        step(&go);
}

static void recover(void)
{
    struct campaign_event up = {.kind = CAMPAIGN_EV_STORE_UP};
    struct campaign_event go = {.kind = CAMPAIGN_EV_START};
    struct campaign_status s;
    step(&up);
    campaign_status(w.campaign, &s);
    if (s.state == CAMPAIGN_PAUSED || s.state == CAMPAIGN_STOPPED)
        step(&go);
}

/* The small survey with a second question behind the answer "good". */
static void open_plan(void)
{
    char text[4096];
    const char *at = strstr(world_plan, "key.2 = good -> bye");
    assert_non_null(at);
    int n = snprintf(text, sizeof(text), "%.*skey.2 = good -> q2%s%s",
                     (int)(at - world_plan), world_plan,
                     at + strlen("key.2 = good -> bye"),
                     "[step q2]\n"
                     "say = Again?\n"
                     "question = again\n"
                     "key.2 = yes -> bye\n");
    assert_in_range(n, 1, sizeof(text) - 1);
    world_open(&w, text);
}

static void open_world(void)
{
    open_plan();
    rng_init(&r, seed, "campaign");
    memset(person, 0, sizeof(person));
    memset(attempt, 0, sizeof(attempt));
    gates = calls = placed = 0;
    fetching = false;
    for (size_t i = 0; i < LEADS; i++) {
        struct lead l =
            world_lead((int64_t)i + 1, 12124560000 + rng_below(&r, NUMBERS));
        if (rng_below(&r, 3) == 0)
            l.phone[l.phones++] = (struct lead_phone){
                .e164 = 12124560000 + rng_below(&r, NUMBERS),
                .type = NUMBER_MOBILE};
        if (rng_below(&r, 8) == 0)
            l.consents = 0;
        person[i].lead = l;
    }
    w.now_us += (int64_t)rng_below(&r, 24) * 3600000000;
}

static size_t some_call(void)
{
    size_t open[64], n = 0;
    for (size_t i = 1; i < (size_t)w.next_attempt && n < 64; i++)
        if (attempt[i].released && attempt[i].state != CALL_ENDED)
            open[n++] = i;
    return n == 0 ? 0 : open[rng_below(&r, n)];
}

/* The clock goes to what comes next: a deadline, a gate, the store, or, when
 * calls are up, a little further. */
static void move_clock(bool busy)
{
    int64_t to_us = campaign_deadline_us(w.campaign);
    if (gates > 0 && gate[0].at_us < to_us)
        to_us = gate[0].at_us;
    if (fetching && fetch_at_us < to_us)
        to_us = fetch_at_us;
    int64_t soon_us = w.now_us + (int64_t)rng_below(&r, 3000000);
    if (busy && to_us > soon_us)
        to_us = soon_us;
    if (to_us != INT64_MAX && to_us > w.now_us)
        w.now_us = to_us;
}

static bool finished(void)
{
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    return s.state == CAMPAIGN_FINISHED;
}

static void one_round(int n)
{
    size_t call = some_call();
    move_clock(call != 0);
    open_gate();
    if (fetching && fetch_at_us <= w.now_us)
        answer_fetch();
    if (call != 0 && attempt[call].state != CALL_ENDED && rng_below(&r, 2) == 0)
        happen(call);
    if (n < 3000 && rng_below(&r, 60) == 0)
        disturb();
    if (rng_below(&r, 10) == 0 || n >= 3000)
        recover();
    if (campaign_deadline_us(w.campaign) <= w.now_us) {
        struct campaign_event tick = {.kind = CAMPAIGN_EV_TICK};
        step(&tick);
    }
}

static void check_end(void)
{
    require(finished() && calls == 0 && gates == 0);
    for (int64_t i = 1; i < w.next_attempt; i++)
        require(attempt[i].recorded && attempt[i].ended);
    for (size_t i = 0; i < LEADS; i++)
        require(person[i].lead.state >= LEAD_CALLBACK);
    require(placed > 0);
}

static void test_random_days(void **state)
{
    (void)state;
    for (seed = 1; seed <= 300; seed++) {
        open_world();
        struct campaign_event go = {.kind = CAMPAIGN_EV_START};
        step(&go);
        int n = 0;
        while (!finished() && n < 200000)
            one_round(n++);
        check_end();
        world_close(&w);
    }
    /* Days in which nothing happens would prove nothing. */
    for (int o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++)
        if (o != OUTCOME_FAX && o != OUTCOME_UNKNOWN && o != OUTCOME_TALKED &&
            o != OUTCOME_GAVE_UP && o != OUTCOME_TURNED_AWAY && seen[o] < 20)
            fail_msg("%s came only %u times", outcome_text((enum outcome)o),
                     seen[o]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/store/fixture_conformance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "core/campaign/disposition.h"

enum { LEADS = 40, POLLS_MAX = 100000 };

static const int64_t NOON = 1795262400000000; /* 2026-11-21T12:00:00Z */
static const uint64_t FIRST = 12125550100;

/* The store under test and what it said. */
struct bench {
    const struct fixture_conformance *c;
    void *world;
    struct store port;
    struct lead_id lead[LEADS];
    struct campaign_id campaign;
    uint64_t durable, last_seq;
    bool inside; /* a call into the store: no event may come */
    unsigned answers;
    struct lead got[LEADS];
    size_t n;
    int64_t next_due_us;
    uint64_t unclaimed;
    int64_t next_attempt;
    /* the answer to caller() */
    unsigned called;
    struct attempt_id called_attempt;
    bool known, held;
    struct lead caller;
};

static const struct fixture_conformance *suite;

static void on_durable(void *arg, uint64_t seq)
{
    struct bench *b = arg;
    assert_false(b->inside);
    assert_true(seq > b->durable && seq <= b->last_seq);
    b->durable = seq;
}

static void on_leads(void *arg, const struct store_leads *l)
{
    struct bench *b = arg;
    assert_false(b->inside);
    assert_true(l->n <= LEADS);
    assert_true(l->campaign.v == b->campaign.v);
    b->answers++;
    b->n = l->n;
    if (l->n > 0) {
        memcpy(b->got, l->lead, l->n * sizeof(*l->lead));
    }
    b->next_due_us = l->next_due_us;
    b->unclaimed = l->unclaimed;
}

static void on_failed(void *arg, const struct err *e)
{
    (void)arg;
    fail_msg("the store failed: %s", e->text);
}

static void on_recovered(void *arg)
{
    (void)arg;
    fail_msg("recovered without a failure");
}

static void on_called(void *arg, const struct store_called *k)
{
    struct bench *b = arg;
    assert_false(b->inside);
    assert_true(k->campaign.v == b->campaign.v);
    b->called++;
    b->called_attempt = k->attempt;
    b->held = k->held;
    b->known = k->lead != NULL;
    if (b->known) {
        b->caller = *k->lead;
    }
}

static int setup(void **state)
{
    struct bench *b = test_calloc(1, sizeof(*b));
    struct store_events e = {b,         on_durable,   on_leads,
                             on_failed, on_recovered, on_called};
    b->c = suite;
    b->world = suite->open(&e, LEADS, b->lead);
    suite->port(b->world, &b->port);
    b->campaign = suite->campaign(b->world);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    b->c->close(b->world);
    test_free(b);
    return 0;
}

static struct record record_of(struct bench *b, enum record_kind kind,
                               size_t lead)
{
    return (struct record){
        .kind = kind,
        .at_us = NOON,
        .tenant = {1},
        .seller = b->c->seller(b->world),
        .campaign = b->campaign,
        .lead = b->lead[lead],
        .e164 = FIRST + lead,
    };
}

static void write_records(struct bench *b, const struct record *r, size_t n)
{
    uint64_t seq = 0;
    b->inside = true;
    assert_int_equal(b->port.write(b->port.self, r, n, &seq), TM_OK);
    b->inside = false;
    assert_true(seq > b->last_seq);
    b->last_seq = seq;
}

static void wait_durable(struct bench *b)
{
    for (int i = 0; i < POLLS_MAX && b->durable < b->last_seq; i++) {
        b->c->poll(b->world);
    }
    assert_true(b->durable == b->last_seq);
}

static void fetch_at(struct bench *b, int64_t now_us, size_t max)
{
    struct store_fetch q = {b->campaign, now_us, max};
    unsigned before = b->answers;
    b->inside = true;
    assert_int_equal(b->port.fetch(b->port.self, &q), TM_OK);
    b->inside = false;
    for (int i = 0; i < POLLS_MAX && b->answers == before; i++) {
        b->c->poll(b->world);
    }
    assert_int_equal(b->answers, before + 1);
}

static void release(struct bench *b)
{
    b->inside = true;
    assert_int_equal(b->port.release(b->port.self, b->campaign), TM_OK);
    b->inside = false;
}

static void put_lead(struct bench *b, size_t lead, enum lead_state state,
                     int64_t due_us)
{
    struct record r = record_of(b, RECORD_LEAD, lead);
    r.state = (int)state;
    r.due_us = due_us;
    r.key = str_of("test");
    write_records(b, &r, 1);
}

/* An attempt from the permit to its end; *end NONE: stays open. */
static void put_attempt(struct bench *b, size_t lead, int64_t at_us,
                        enum outcome end)
{
    struct record r[3] = {
        record_of(b, RECORD_ATTEMPT, lead),
        record_of(b, RECORD_PLACED, lead),
        record_of(b, RECORD_ENDED, lead),
    };
    b->next_attempt++;
    for (size_t i = 0; i < 3; i++) {
        r[i].attempt.v = b->next_attempt;
        r[i].at_us = at_us + (int64_t)i;
    }
    r[0].rules = str_of("US-FTC-HRS:allow");
    r[2].state = (int)end;
    write_records(b, r, end == OUTCOME_NONE ? 2 : 3);
}

/* Somebody calls us from this number. */
static void ask_caller(struct bench *b, uint64_t e164, bool make)
{
    struct store_caller q = {.campaign = b->campaign,
                             .attempt = {++b->next_attempt},
                             .e164 = e164,
                             .now_us = NOON,
                             .make = make};
    unsigned before = b->called;
    assert_non_null(b->port.caller);
    b->inside = true;
    assert_int_equal(b->port.caller(b->port.self, &q), TM_OK);
    b->inside = false;
    for (int i = 0; i < POLLS_MAX && b->called == before; i++) {
        b->c->poll(b->world);
    }
    assert_int_equal(b->called, before + 1);
    assert_true(b->called_attempt.v == q.attempt.v);
}

static void assert_caller(const struct bench *b, size_t lead, bool held)
{
    assert_true(b->known);
    assert_true(b->caller.id.v == b->lead[lead].v);
    assert_true(b->caller.phone[0].e164 == FIRST + lead);
    assert_int_equal(b->held, held);
}

/* --- the suite ------------------------------------------------------------*/

static void test_new_leads_in_list_order(void **state)
{
    struct bench *b = *state;
    fetch_at(b, NOON, 25);
    assert_int_equal(b->n, 25);
    for (size_t i = 0; i < 25; i++) {
        assert_true(b->got[i].id.v == b->lead[i].v);
        assert_int_equal(b->got[i].state, LEAD_NEW);
        assert_int_equal(b->got[i].phones, 1);
        assert_true(b->got[i].phone[0].e164 == FIRST + i);
        assert_int_equal(b->got[i].attempts, 0);
    }
    assert_int_equal(b->unclaimed, LEADS - 25);
    fetch_at(b, NOON, 25);
    assert_int_equal(b->n, LEADS - 25);
    assert_true(b->got[0].id.v == b->lead[25].v);
    assert_int_equal(b->unclaimed, 0);
    fetch_at(b, NOON, 25);
    assert_int_equal(b->n, 0);
    assert_true(b->next_due_us == INT64_MAX);
}

static void test_release_gives_back(void **state)
{
    struct bench *b = *state;
    fetch_at(b, NOON, 10);
    put_attempt(b, 0, NOON, OUTCOME_NONE);
    put_lead(b, 0, LEAD_IN_CALL, 0);
    release(b);
    fetch_at(b, NOON, LEADS);
    /* all but the one in a call */
    assert_int_equal(b->n, LEADS - 1);
    assert_true(b->got[0].id.v == b->lead[1].v);
}

static void test_claim_ends_with_a_lead_record(void **state)
{
    struct bench *b = *state;
    fetch_at(b, NOON, LEADS);
    put_lead(b, 3, LEAD_WAITING, NOON + 10);
    put_lead(b, 4, LEAD_DONE, 0);
    fetch_at(b, NOON, LEADS);
    assert_int_equal(b->n, 0);
    assert_true(b->next_due_us == NOON + 10);
    fetch_at(b, NOON + 9, LEADS);
    assert_int_equal(b->n, 0);
    fetch_at(b, NOON + 10, LEADS);
    assert_int_equal(b->n, 1);
    assert_true(b->got[0].id.v == b->lead[3].v);
    assert_int_equal(b->got[0].state, LEAD_WAITING);
    assert_true(b->got[0].due_us == NOON + 10);
    fetch_at(b, NOON + 10, LEADS);
    assert_int_equal(b->n, 0);
}

/* Callbacks first, then who is due longest, then new ones in list order. */
static void test_order_of_states(void **state)
{
    struct bench *b = *state;
    put_lead(b, 5, LEAD_WAITING, NOON - 5);
    put_lead(b, 6, LEAD_WAITING, NOON - 50);
    put_lead(b, 7, LEAD_CALLBACK, NOON - 1);
    put_lead(b, 8, LEAD_CALLBACK, NOON - 2);
    put_lead(b, 9, LEAD_CALLBACK, NOON + 1);
    put_lead(b, 0, LEAD_DENIED, 0);
    put_lead(b, 1, LEAD_EXHAUSTED, 0);
    fetch_at(b, NOON, 6);
    static const size_t want[] = {8, 7, 6, 5, 2, 3};
    assert_int_equal(b->n, tm_array_len(want));
    for (size_t i = 0; i < tm_array_len(want); i++) {
        assert_true(b->got[i].id.v == b->lead[want[i]].v);
    }
    assert_int_equal(b->got[0].state, LEAD_CALLBACK);
    assert_int_equal(b->unclaimed, LEADS - 10 + 1);
}

static void test_history_and_counts(void **state)
{
    struct bench *b = *state;
    put_attempt(b, 2, NOON - 300, OUTCOME_BUSY);
    put_attempt(b, 2, NOON - 200, OUTCOME_BUSY);
    put_attempt(b, 2, NOON - 100, OUTCOME_NO_ANSWER);
    put_lead(b, 2, LEAD_WAITING, NOON);
    fetch_at(b, NOON, 1);
    assert_int_equal(b->n, 1);
    const struct lead *l = &b->got[0];
    assert_true(l->id.v == b->lead[2].v);
    assert_int_equal(l->attempts, 3);
    assert_int_equal(l->outcomes[OUTCOME_BUSY], 2);
    assert_int_equal(l->outcomes[OUTCOME_NO_ANSWER], 1);
    assert_int_equal(l->tries, 3);
    assert_true(l->history[0].at_us == NOON - 300); /* newest last */
    assert_true(l->history[2].at_us == NOON - 100);
    assert_int_equal(l->history[2].outcome, OUTCOME_NO_ANSWER);
    assert_true(l->history[0].e164 == FIRST + 2);
}

static void test_history_keeps_the_newest(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < LEAD_HISTORY_MAX + 6; i++) {
        put_attempt(b, 2, NOON + i * 10, OUTCOME_NO_ANSWER);
    }
    put_lead(b, 2, LEAD_CALLBACK, NOON);
    fetch_at(b, NOON, 1);
    const struct lead *l = &b->got[0];
    assert_int_equal(l->attempts, LEAD_HISTORY_MAX + 6);
    assert_int_equal(l->tries, LEAD_HISTORY_MAX);
    assert_true(l->history[0].at_us == NOON + 60);
    assert_true(l->history[LEAD_HISTORY_MAX - 1].at_us ==
                NOON + (LEAD_HISTORY_MAX + 5) * 10);
}

/* What never reached the network fills no place in the history: caps would
 * forget the calls that did, after a bad hour of the trunk. */
static void test_history_without_cancelled(void **state)
{
    struct bench *b = *state;
    put_attempt(b, 2, NOON, OUTCOME_NO_ANSWER);
    for (int i = 1; i < LEAD_HISTORY_MAX + 6; i++) {
        put_attempt(b, 2, NOON + i * 10, OUTCOME_CANCELLED);
    }
    put_lead(b, 2, LEAD_CALLBACK, NOON);
    fetch_at(b, NOON, 1);
    const struct lead *l = &b->got[0];
    assert_int_equal(l->tries, 1);
    assert_true(l->history[0].at_us == NOON);
    assert_int_equal(l->history[0].outcome, OUTCOME_NO_ANSWER);
    assert_int_equal(l->attempts, LEAD_HISTORY_MAX + 6);
}

/* Caps count by number: a number that two leads share has one history, but
 * each lead its own attempts. */
static void test_history_follows_the_number(void **state)
{
    struct bench *b = *state;
    struct record r[2] = {record_of(b, RECORD_ATTEMPT, 5),
                          record_of(b, RECORD_ENDED, 5)};
    for (size_t i = 0; i < 2; i++) {
        r[i].attempt.v = b->next_attempt = 1;
        r[i].e164 = FIRST + 6;
    }
    r[1].state = OUTCOME_BUSY;
    write_records(b, r, 2);
    put_attempt(b, 6, NOON + 50, OUTCOME_NO_ANSWER);
    put_lead(b, 5, LEAD_CALLBACK, NOON);
    put_lead(b, 6, LEAD_CALLBACK, NOON + 1);
    fetch_at(b, NOON + 1, 2);
    assert_int_equal(b->n, 2);
    /* by lead 5: only what was done for it, to whatever number */
    assert_true(b->got[0].id.v == b->lead[5].v);
    assert_int_equal(b->got[0].tries, 1);
    assert_int_equal(b->got[0].attempts, 1);
    /* by lead 6: its number was also dialled for lead 5 */
    assert_int_equal(b->got[1].tries, 2);
    assert_int_equal(b->got[1].attempts, 1);
    assert_int_equal(b->got[1].outcomes[OUTCOME_BUSY], 0);
    assert_true(b->got[1].history[0].at_us == NOON);
    assert_int_equal(b->got[1].history[0].outcome, OUTCOME_BUSY);
    assert_true(b->got[1].history[1].at_us == NOON + 50);
}

static void test_bad_number_is_marked(void **state)
{
    struct bench *b = *state;
    put_attempt(b, 0, NOON, OUTCOME_DISCONNECTED);
    put_lead(b, 0, LEAD_WAITING, NOON);
    fetch_at(b, NOON, 2);
    assert_true(b->got[0].id.v == b->lead[0].v);
    assert_true(b->got[0].phone[0].bad);
    assert_false(b->got[0].phone[0].wrong);
    assert_false(b->got[1].phone[0].bad);
}

/* What an agent says of a number holds for the person he asked for; for
 * another lead it may be right. */
static void test_wrong_number_is_marked(void **state)
{
    struct bench *b = *state;
    struct record r[2] = {record_of(b, RECORD_ATTEMPT, 5),
                          record_of(b, RECORD_ENDED, 5)};
    for (size_t i = 0; i < 2; i++) {
        r[i].attempt.v = b->next_attempt = 1;
        r[i].e164 = FIRST + 6;
    }
    r[1].state = OUTCOME_TALKED;
    write_records(b, r, 2);
    put_attempt(b, 6, NOON + 50, OUTCOME_TALKED);
    put_attempt(b, 7, NOON + 60, OUTCOME_TALKED);
    struct record said[2] = {record_of(b, RECORD_DISPOSITION, 6),
                             record_of(b, RECORD_DISPOSITION, 7)};
    for (size_t i = 0; i < 2; i++) {
        said[i].attempt.v = 2 + (int64_t)i;
        said[i].agent.v = 1;
        said[i].key = str_of("said");
        said[i].state = (int)(i == 0 ? DISPOSITION_WRONG : DISPOSITION_RETRY);
    }
    write_records(b, said, 2);
    put_lead(b, 5, LEAD_WAITING, NOON);
    put_lead(b, 6, LEAD_WAITING, NOON + 1);
    put_lead(b, 7, LEAD_WAITING, NOON + 2);
    fetch_at(b, NOON + 2, 3);
    assert_int_equal(b->n, 3);
    assert_false(b->got[0].phone[0].bad);
    assert_true(b->got[1].phone[0].bad);
    assert_false(b->got[2].phone[0].bad);
}

static void test_open_attempt_in_history(void **state)
{
    struct bench *b = *state;
    put_attempt(b, 1, NOON, OUTCOME_NONE);
    put_lead(b, 1, LEAD_CALLBACK, NOON);
    fetch_at(b, NOON, 1);
    assert_true(b->got[0].id.v == b->lead[1].v);
    assert_int_equal(b->got[0].tries, 1);
    assert_int_equal(b->got[0].history[0].outcome, OUTCOME_NONE);
}

static void test_durable_comes_for_all(void **state)
{
    struct bench *b = *state;
    struct rng r;
    rng_init(&r, 31, "durable");
    for (int i = 0; i < 300; i++) {
        put_lead(b, rng_below(&r, LEADS), LEAD_WAITING, NOON + i);
        if (rng_chance_ppm(&r, 100000)) {
            wait_durable(b);
        }
    }
    wait_durable(b);
}

/* Against a naive model, over random records, fetches and releases. */
static void test_against_a_model(void **state)
{
    struct bench *b = *state;
    struct model {
        enum lead_state state;
        int64_t due;
        bool claimed;
    } m[LEADS] = {0};
    struct rng r;
    uint64_t seed = 271828;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "model");
    for (int step = 0; step < 400; step++) {
        size_t i = rng_below(&r, LEADS);
        if (rng_chance_ppm(&r, 700000)) {
            m[i].state = (enum lead_state)(LEAD_WAITING + rng_below(&r, 6));
            m[i].due = NOON + (int64_t)rng_below(&r, 100) * 10 + (int64_t)i % 9;
            m[i].claimed = false;
            put_lead(b, i, m[i].state, m[i].due);
            continue;
        }
        if (rng_chance_ppm(&r, 100000)) {
            release(b);
            for (size_t k = 0; k < LEADS; k++) {
                m[k].claimed = false;
            }
        }
        int64_t now = NOON + (int64_t)rng_below(&r, 1100);
        size_t due = 0, max = 1 + rng_below(&r, LEADS);
        fetch_at(b, now, max);
        for (size_t k = 0; k < LEADS; k++) {
            due +=
                !m[k].claimed &&
                (m[k].state == LEAD_NEW ||
                 ((m[k].state == LEAD_WAITING || m[k].state == LEAD_CALLBACK) &&
                  m[k].due <= now));
        }
        assert_int_equal(b->n, due < max ? due : max);
        assert_int_equal(b->unclaimed, due < max ? 0 : due - max);
        for (size_t g = 0; g < b->n; g++) {
            size_t k = 0;
            while (b->lead[k].v != b->got[g].id.v) {
                k++;
            }
            assert_true(k < LEADS && !m[k].claimed);
            assert_int_equal(b->got[g].state, m[k].state);
            assert_true(m[k].state == LEAD_NEW || m[k].due <= now);
            m[k].claimed = true;
        }
    }
}

static void test_other_campaigns_are_empty(void **state)
{
    struct bench *b = *state;
    struct campaign_id real = b->campaign;
    b->campaign.v = real.v + 77;
    fetch_at(b, NOON, 5);
    assert_int_equal(b->n, 0);
    b->campaign = real;
}

/* --- callers --------------------------------------------------------------*/

static void test_caller_is_claimed(void **state)
{
    struct bench *b = *state;
    put_lead(b, 3, LEAD_WAITING, NOON + 50);
    ask_caller(b, FIRST + 3, false);
    assert_caller(b, 3, false);
    assert_int_equal(b->caller.state, LEAD_WAITING);
    assert_true(b->caller.due_us == NOON + 50);
    ask_caller(b, FIRST, true);
    assert_caller(b, 0, false);
    assert_int_equal(b->caller.state, LEAD_NEW);
    fetch_at(b, NOON + 100, LEADS);
    assert_int_equal(b->n, LEADS - 2);
    for (size_t i = 0; i < b->n; i++) {
        assert_true(b->got[i].id.v != b->lead[3].v);
        assert_true(b->got[i].id.v != b->lead[0].v);
    }
    put_lead(b, 3, LEAD_CALLBACK, NOON + 60);
    put_lead(b, 0, LEAD_NEW, 0);
    fetch_at(b, NOON + 100, LEADS);
    assert_int_equal(b->n, 2);
    assert_true(b->got[0].id.v == b->lead[3].v);
    assert_true(b->got[1].id.v == b->lead[0].v);
}

/* Who is at hand, or called before and has no next step, is held. */
static void test_caller_is_held(void **state)
{
    struct bench *b = *state;
    fetch_at(b, NOON, 2);
    ask_caller(b, FIRST + 1, false);
    assert_caller(b, 1, true);
    ask_caller(b, FIRST + 2, false);
    assert_caller(b, 2, false);
    ask_caller(b, FIRST + 2, true);
    assert_caller(b, 2, true);
    put_lead(b, 1, LEAD_DONE, 0);
    put_lead(b, 2, LEAD_WAITING, NOON + 5);
    ask_caller(b, FIRST + 1, false);
    assert_caller(b, 1, false);
    assert_int_equal(b->caller.state, LEAD_DONE);
    ask_caller(b, FIRST + 2, false);
    assert_caller(b, 2, false);
    release(b);
    ask_caller(b, FIRST + 2, false);
    assert_caller(b, 2, false);
}

/* In a call that we placed: the campaign has him. */
static void test_caller_in_a_call_is_held(void **state)
{
    struct bench *b = *state;
    put_attempt(b, 4, NOON, OUTCOME_NONE);
    put_lead(b, 4, LEAD_IN_CALL, 0);
    ask_caller(b, FIRST + 4, false);
    assert_caller(b, 4, true);
    release(b);
    ask_caller(b, FIRST + 4, false);
    assert_caller(b, 4, true);
}

static void test_unknown_caller(void **state)
{
    struct bench *b = *state;
    struct campaign_id real = b->campaign;
    ask_caller(b, FIRST + 5000, false);
    assert_false(b->known);
    fetch_at(b, NOON, LEADS);
    assert_int_equal(b->n, LEADS);
    b->campaign.v = real.v + 77; /* of no campaign */
    ask_caller(b, FIRST + 1, false);
    assert_false(b->known);
    b->campaign = real;
}

/* A lead that is made waits until a record says better. */
static void test_caller_is_made(void **state)
{
    struct bench *b = *state;
    ask_caller(b, FIRST + 5000, true);
    assert_true(b->known);
    assert_false(b->held);
    struct lead_id made = b->caller.id;
    for (size_t i = 0; i < LEADS; i++) {
        assert_true(made.v != b->lead[i].v);
    }
    assert_int_equal(b->caller.phones, 1);
    assert_true(b->caller.phone[0].e164 == FIRST + 5000);
    assert_int_equal(b->caller.state, LEAD_WAITING);
    assert_true(b->caller.due_us == INT64_MAX);
    assert_int_equal(b->caller.attempts, 0);
    assert_int_equal(b->caller.tries, 0);
    ask_caller(b, FIRST + 5000, true); /* once */
    assert_true(b->known && b->held);
    assert_true(b->caller.id.v == made.v);
    release(b);
    fetch_at(b, NOON + 1000, LEADS);
    assert_int_equal(b->n, LEADS);
    assert_true(b->next_due_us == INT64_MAX);
    struct record r = record_of(b, RECORD_LEAD, 0);
    r.lead = made;
    r.state = LEAD_CALLBACK;
    r.due_us = NOON + 60;
    r.key = str_of("missed_call");
    write_records(b, &r, 1);
    fetch_at(b, NOON + 59, LEADS);
    assert_int_equal(b->n, 0);
    assert_true(b->next_due_us == NOON + 60);
    fetch_at(b, NOON + 60, LEADS);
    assert_int_equal(b->n, 1);
    assert_true(b->got[0].id.v == made.v);
    assert_int_equal(b->got[0].state, LEAD_CALLBACK);
}

/* The records of a call to us, to its end; NONE: it stays open. */
static void put_call_to_us(struct bench *b, size_t lead, enum outcome end)
{
    struct record r[4] = {
        record_of(b, RECORD_INCOMING, lead),
        record_of(b, RECORD_ANSWERED, lead),
        record_of(b, RECORD_BRIDGED, lead),
        record_of(b, RECORD_ENDED, lead),
    };
    b->next_attempt++;
    for (size_t i = 0; i < 4; i++) {
        r[i].attempt.v = b->next_attempt;
        r[i].at_us = NOON + (int64_t)i;
    }
    r[0].key = str_of("+12125550000");
    r[1].dialog = str_of("a dialog");
    r[2].agent.v = 1;
    r[3].state = (int)end;
    r[3].live = false;
    write_records(b, r, end == OUTCOME_NONE ? 3 : 4);
}

/* Calls to us are no attempts: nothing that caps or retries count sees them. */
static void test_calls_to_us_are_no_attempts(void **state)
{
    struct bench *b = *state;
    put_attempt(b, 2, NOON - 100, OUTCOME_BUSY);
    put_call_to_us(b, 2, OUTCOME_TALKED);
    put_call_to_us(b, 2, OUTCOME_GAVE_UP);
    put_call_to_us(b, 2, OUTCOME_NONE);
    put_lead(b, 2, LEAD_CALLBACK, NOON);
    fetch_at(b, NOON, 1);
    assert_int_equal(b->n, 1);
    assert_true(b->got[0].id.v == b->lead[2].v);
    assert_int_equal(b->got[0].attempts, 1);
    assert_int_equal(b->got[0].tries, 1);
    assert_int_equal(b->got[0].outcomes[OUTCOME_BUSY], 1);
    assert_int_equal(b->got[0].outcomes[OUTCOME_TALKED], 0);
    assert_int_equal(b->got[0].outcomes[OUTCOME_GAVE_UP], 0);
    assert_true(b->got[0].history[0].at_us == NOON - 100);
}

/* Until its next step is written nobody dials who is on the telephone. */
static void test_release_keeps_callers(void **state)
{
    struct bench *b = *state;
    ask_caller(b, FIRST + 7, false);
    put_call_to_us(b, 7, OUTCOME_NONE);
    ask_caller(b, FIRST + 8, false);
    put_call_to_us(b, 8, OUTCOME_GAVE_UP);
    put_lead(b, 8, LEAD_NEW, 0);
    release(b);
    fetch_at(b, NOON, LEADS);
    assert_int_equal(b->n, LEADS - 1);
    for (size_t i = 0; i < b->n; i++) {
        assert_true(b->got[i].id.v != b->lead[7].v);
    }
    put_lead(b, 7, LEAD_NEW, 0);
    fetch_at(b, NOON, LEADS);
    assert_int_equal(b->n, 1);
    assert_true(b->got[0].id.v == b->lead[7].v);
}

/* What an agent says of the number of who called us. */
static void test_wrong_number_of_a_caller(void **state)
{
    struct bench *b = *state;
    put_call_to_us(b, 6, OUTCOME_TALKED);
    struct record r = record_of(b, RECORD_DISPOSITION, 6);
    r.attempt.v = b->next_attempt;
    r.agent.v = 1;
    r.key = str_of("wrong");
    r.state = (int)DISPOSITION_WRONG;
    write_records(b, &r, 1);
    put_lead(b, 6, LEAD_CALLBACK, NOON);
    fetch_at(b, NOON, 1);
    assert_true(b->got[0].id.v == b->lead[6].v);
    assert_true(b->got[0].phone[0].bad);
}

/* Who calls from a number can be reached there, whatever was said of it. */
static void test_a_call_from_a_bad_number(void **state)
{
    struct bench *b = *state;
    for (size_t i = 5; i < 7; i++) {
        put_call_to_us(b, i, OUTCOME_TALKED);
        struct record r = record_of(b, RECORD_DISPOSITION, i);
        r.attempt.v = b->next_attempt;
        r.agent.v = 1;
        r.key = str_of("wrong");
        r.state = (int)DISPOSITION_WRONG;
        write_records(b, &r, 1);
    }
    put_call_to_us(b, 6, OUTCOME_TALKED);
    put_lead(b, 5, LEAD_CALLBACK, NOON);
    put_lead(b, 6, LEAD_CALLBACK, NOON + 1);
    fetch_at(b, NOON + 1, 2);
    assert_int_equal(b->n, 2);
    assert_true(b->got[0].id.v == b->lead[5].v);
    assert_true(b->got[0].phone[0].bad);
    assert_true(b->got[0].phone[0].wrong);
    assert_false(b->got[1].phone[0].bad);
    assert_false(b->got[1].phone[0].wrong);
}

static void put_callback(struct bench *b, size_t lead, uint64_t e164)
{
    struct record r = record_of(b, RECORD_CALLBACK, lead);
    r.attempt.v = b->next_attempt;
    r.e164 = e164;
    r.due_us = NOON;
    write_records(b, &r, 1);
    put_lead(b, lead, LEAD_CALLBACK, NOON);
}

/* Fetches the only promised lead. */
static uint64_t agreed(struct bench *b, size_t lead)
{
    fetch_at(b, NOON, 1);
    assert_int_equal(b->n, 1);
    assert_true(b->got[0].id.v == b->lead[lead].v);
    uint64_t e164 = b->got[0].agreed_e164;
    put_lead(b, lead, LEAD_CALLBACK, NOON);
    return e164;
}

/* On which number a call back was agreed: the newest one counts. */
static void test_agreed_number(void **state)
{
    struct bench *b = *state;
    put_lead(b, 4, LEAD_CALLBACK, NOON);
    assert_true(agreed(b, 4) == 0);
    put_attempt(b, 4, NOON - 900, OUTCOME_TALKED);
    put_callback(b, 4, 12125557001);
    assert_true(agreed(b, 4) == 12125557001);
    put_attempt(b, 4, NOON - 800, OUTCOME_NO_ANSWER);
    put_lead(b, 4, LEAD_CALLBACK, NOON);
    assert_true(agreed(b, 4) == 12125557001);
    put_attempt(b, 4, NOON - 700, OUTCOME_TALKED);
    put_callback(b, 4, 12125557002);
    assert_true(agreed(b, 4) == 12125557002);
    /* He promises it to somebody who called us. */
    put_call_to_us(b, 4, OUTCOME_TALKED);
    put_callback(b, 4, 12125557003);
    assert_true(agreed(b, 4) == 12125557003);
    put_call_to_us(b, 4, OUTCOME_TALKED); /* nothing new about it */
    put_lead(b, 4, LEAD_CALLBACK, NOON);
    assert_true(agreed(b, 4) == 12125557003);
    put_call_to_us(b, 4, OUTCOME_GAVE_UP);
    put_lead(b, 4, LEAD_CALLBACK, NOON);
    assert_true(agreed(b, 4) == FIRST + 4);
    /* That of another lead is none of his; without a promise there is none. */
    put_attempt(b, 5, NOON - 700, OUTCOME_TALKED);
    put_callback(b, 5, 12125557004);
    put_lead(b, 5, LEAD_WAITING, NOON);
    assert_true(agreed(b, 4) == FIRST + 4);
    put_lead(b, 4, LEAD_DONE, 0);
    fetch_at(b, NOON, 1);
    assert_true(b->got[0].id.v == b->lead[5].v);
    assert_true(b->got[0].agreed_e164 == 0);
}

int fixture_conformance_run(const char *name,
                            const struct fixture_conformance *c)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_new_leads_in_list_order),
        CASE(test_release_gives_back),
        CASE(test_claim_ends_with_a_lead_record),
        CASE(test_order_of_states),
        CASE(test_history_and_counts),
        CASE(test_history_keeps_the_newest),
        CASE(test_history_without_cancelled),
        CASE(test_history_follows_the_number),
        CASE(test_bad_number_is_marked),
        CASE(test_wrong_number_is_marked),
        CASE(test_open_attempt_in_history),
        CASE(test_durable_comes_for_all),
        CASE(test_against_a_model),
        CASE(test_other_campaigns_are_empty),
        CASE(test_caller_is_claimed),
        CASE(test_caller_is_held),
        CASE(test_caller_in_a_call_is_held),
        CASE(test_unknown_caller),
        CASE(test_caller_is_made),
        CASE(test_calls_to_us_are_no_attempts),
        CASE(test_release_keeps_callers),
        CASE(test_wrong_number_of_a_caller),
        CASE(test_a_call_from_a_bad_number),
        CASE(test_agreed_number),
    };
#undef CASE
    suite = c;
    return _cmocka_run_group_tests(name, tests, tm_array_len(tests), NULL,
                                   NULL);
}

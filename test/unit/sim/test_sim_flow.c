/* Leads of an endless list in the simulated store: made when they are fetched,
 * forgotten when they are done with, in order, and the same in every run. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sim/sim_list.h"
#include "sim/sim_store.h"

#define SECOND INT64_C(1000000)
#define DAY    (INT64_C(86400) * SECOND)

enum { MAX = 600 };

static const int64_t START = INT64_C(1795262400000000);
static const uint8_t SALT[JOURNAL_SALT_SIZE] = {9};

struct desk {
    struct arena arena;
    struct scenario scenario;
    struct sim_list *list;
    struct sim_clock clock;
    struct sim_store *sim;
    struct store port;
    struct lead lead[MAX];
    size_t n;
    int64_t next_due_us;
    uint64_t unclaimed, ended;
    int64_t attempt;
};

static void on_leads(void *arg, const struct store_leads *l)
{
    struct desk *d = arg;
    assert_true(l->n <= MAX);
    memcpy(d->lead, l->lead, l->n * sizeof(*l->lead));
    d->n = l->n;
    d->next_due_us = l->next_due_us;
    d->unclaimed = l->unclaimed;
}

static void on_ended(void *arg, const struct sim_store_attempt *a)
{
    struct desk *d = arg;
    assert_true(a->ended_us > 0 && a->id.v > 0);
    d->ended++;
}

static void make(void *arg, size_t i, struct lead *out)
{
    struct desk *d = arg;
    sim_list_lead(d->list, i, out);
}

static bool is_good(void *arg, size_t i)
{
    struct desk *d = arg;
    return sim_list_is_good(d->list, i);
}

static struct desk *desk_new(uint64_t list)
{
    struct desk *d = test_calloc(1, sizeof(*d));
    struct sim_store_campaign c = {.tenant = {1}, .id = {1}, .seller = {1}};
    struct sim_store_endless endless = {
        .lead = make, .is_good = is_good, .arg = d, .list = list};
    arena_init(&d->arena);
    scenario_init(&d->scenario);
    d->scenario.endless = 1;
    d->list = sim_list_new(&d->scenario, 5);
    sim_clock_init(&d->clock, START, 4);
    struct sim_store_options o = {.clock = &d->clock,
                                  .salt = SALT,
                                  .commit_us = 5000,
                                  .endless = &endless,
                                  .ended = on_ended,
                                  .ended_arg = d};
    d->sim = sim_store_new(&o);
    sim_store_port(d->sim, &d->port);
    sim_store_add_campaign(d->sim, &c);
    struct store_events e = {.arg = d, .leads = on_leads};
    sim_store_listen(d->sim, &e);
    return d;
}

static void desk_free(struct desk *d)
{
    sim_store_free(d->sim);
    sim_clock_fini(&d->clock);
    sim_list_free(d->list);
    arena_fini(&d->arena);
    test_free(d);
}

static size_t fetch(struct desk *d, size_t max)
{
    struct store_fetch q = {
        .campaign = {1}, .now_us = d->clock.now_us, .max = max};
    d->n = 0;
    assert_int_equal(d->port.fetch(d->port.self, &q), TM_OK);
    assert_true(sim_clock_step(&d->clock));
    return d->n;
}

static void write_one(struct desk *d, enum record_kind kind, int64_t attempt,
                      const struct lead *l, int state, int64_t due_us)
{
    struct record r = {.kind = kind,
                       .at_us = d->clock.now_us,
                       .tenant = {1},
                       .seller = {1},
                       .campaign = {1},
                       .lead = l->id,
                       .attempt = {attempt},
                       .e164 = l->phone[0].e164,
                       .state = state,
                       .due_us = due_us,
                       .key = str_of("word")};
    sim_store_apply(d->sim, &r, 1);
}

/* A whole call. */
static void call(struct desk *d, const struct lead *l, enum outcome o,
                 enum lead_state then, int64_t due_us)
{
    int64_t id = ++d->attempt;
    write_one(d, RECORD_ATTEMPT, id, l, 0, 0);
    write_one(d, RECORD_PLACED, id, l, 0, 0);
    assert_non_null(sim_store_attempt(d->sim, (struct attempt_id){id}));
    write_one(d, RECORD_ENDED, id, l, (int)o, 0);
    assert_null(sim_store_attempt(d->sim, (struct attempt_id){id}));
    write_one(d, RECORD_LEAD, id, l, (int)then, due_us);
}

static void test_leads_come_and_go(void **state)
{
    (void)state;
    struct desk *d = desk_new(0);
    int64_t last = 0;
    for (int round = 0; round < 100; round++) {
        assert_int_equal(fetch(d, 100), 100);
        assert_true(d->unclaimed > 0);
        for (size_t i = 0; i < d->n; i++) {
            struct lead again;
            const struct lead *l = &d->lead[i];
            assert_true(l->id.v > last && l->id.v < last + 4);
            last = l->id.v;
            sim_list_lead(d->list, (size_t)l->id.v - 1, &again);
            assert_int_equal(l->phone[0].e164, again.phone[0].e164);
            assert_int_equal(l->tries + l->attempts, 0);
            call(d, l, OUTCOME_BUSY, LEAD_EXHAUSTED, 0);
            assert_false(
                sim_store_lead(d->sim, (struct campaign_id){1}, l->id, &again));
        }
    }
    assert_int_equal(d->ended, 10000);
    /* no place of an attempt was taken twice at a time */
    assert_in_range(sim_store_attempts(d->sim), 1, 3);
    assert_int_equal(sim_store_made(d->sim), 10000);
    enum campaign_state s;
    struct campaign_counters n;
    assert_true(sim_store_campaign_now(d->sim, (struct campaign_id){1},
                                       d->clock.now_us, &s, &n));
    assert_int_equal(n.placed, 10000);
    desk_free(d);
}

static uint64_t counted(struct desk *d, enum lead_state s)
{
    uint64_t n = 0;
    for (size_t w = 0; w < SIM_STORE_WORDS_MAX; w++) {
        struct slice reason;
        n += sim_store_forgotten(d->sim, s, w, &reason);
    }
    return n;
}

/* Who waits comes back when he is due, with what is known of him. */
static void test_waiting(void **state)
{
    (void)state;
    struct desk *d = desk_new(0);
    (void)fetch(d, 10);
    struct lead a = d->lead[0], b = d->lead[1];
    call(d, &a, OUTCOME_NO_ANSWER, LEAD_WAITING, d->clock.now_us + 60 * SECOND);
    call(d, &b, OUTCOME_NO_ANSWER, LEAD_CALLBACK,
         d->clock.now_us + 30 * SECOND);
    (void)fetch(d, 5);
    for (size_t i = 0; i < d->n; i++)
        assert_true(d->lead[i].id.v != a.id.v && d->lead[i].id.v != b.id.v);
    sim_clock_advance(&d->clock, d->clock.now_us + 61 * SECOND);
    assert_int_equal(fetch(d, 3), 3);
    assert_int_equal(d->lead[0].id.v, b.id.v);
    assert_int_equal(d->lead[0].state, LEAD_CALLBACK);
    assert_int_equal(d->lead[1].id.v, a.id.v);
    assert_int_equal(d->lead[1].attempts, 1);
    assert_int_equal(d->lead[1].outcomes[OUTCOME_NO_ANSWER], 1);
    assert_int_equal(d->lead[1].tries, 1);
    assert_int_equal(d->lead[1].history[0].outcome, OUTCOME_NO_ANSWER);
    assert_int_equal(sim_store_nth(d->sim, a.id), 0);
    write_one(d, RECORD_ATTEMPT, ++d->attempt, &a, 0, 0);
    assert_int_equal(sim_store_nth(d->sim, a.id), 1);
    desk_free(d);
}

/* A crash gives back what was handed out; calls that are up stay known. */
static void test_crash(void **state)
{
    (void)state;
    struct desk *d = desk_new(0);
    (void)fetch(d, 4);
    struct lead up = d->lead[2], first = d->lead[0];
    write_one(d, RECORD_ATTEMPT, 7, &up, 0, 0);
    sim_store_crash(d->sim);
    struct store_events e = {.arg = d, .leads = on_leads};
    sim_store_listen(d->sim, &e);
    assert_int_equal(fetch(d, 3), 3);
    for (size_t i = 0; i < d->n; i++)
        assert_int_not_equal(d->lead[i].id.v, up.id.v);
    assert_int_equal(d->lead[0].id.v, first.id.v);
    struct campaign_open_attempt open;
    sim_store_open_attempt(
        d->sim, sim_store_attempt(d->sim, (struct attempt_id){7}), &open);
    assert_int_equal(open.lead.id.v, up.id.v);
    assert_int_equal(sim_store_last_attempt(d->sim), 7);
    desk_free(d);
}

/* A finite list is dialled in passes; the next day has another. */
static void test_passes(void **state)
{
    (void)state;
    struct desk *d = desk_new(50);
    int64_t now_us = d->clock.now_us;
    assert_int_equal(fetch(d, 30), 30);
    for (size_t i = 0; i < 30; i++)
        call(d, &d->lead[i], OUTCOME_NO_ANSWER, LEAD_WAITING, now_us);
    int64_t last = d->lead[29].id.v;
    assert_int_equal(fetch(d, 40), 40);
    for (size_t i = 0; i < 20; i++)
        assert_true(d->lead[i].id.v > last);
    assert_true(d->lead[20].id.v <= last && d->lead[20].attempts == 1);
    assert_int_equal(sim_store_made(d->sim), 50);
    for (size_t i = 0; i < 40; i++)
        call(d, &d->lead[i], OUTCOME_NO_ANSWER, LEAD_DONE, 0);
    assert_int_equal(fetch(d, 60), 10);
    for (size_t i = 0; i < 10; i++)
        call(d, &d->lead[i], OUTCOME_NO_ANSWER, LEAD_WAITING, now_us + DAY);
    assert_int_equal(fetch(d, 60), 0);
    assert_true(d->next_due_us == now_us + DAY);
    sim_store_new_list(d->sim);
    assert_int_equal(fetch(d, 60), 50);
    assert_int_equal(sim_store_made(d->sim), 100);
    sim_store_count_all(d->sim);
    assert_int_equal(counted(d, LEAD_DONE), 40);
    assert_int_equal(counted(d, LEAD_WAITING), 10);
    assert_int_equal(counted(d, LEAD_NEW), 50);
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leads_come_and_go),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The engine between real campaigns and the simulator's ports, with spies in
 * front of them. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/engine.h"
#include "unit/sim/fixture_day.h"

enum { LEADS = 400, PEOPLE_CALLS = 300 };

#define SECOND INT64_C(1000000)

/* Everybody picks up and stays for a minute or more, all in one zone. */
#define KEYS_OF(second_phone)                                                  \
    "rules = allow\nstart = 2026-11-23T16:00Z\nhours = 4\ndays = 1\n"          \
    "zones = eastern:1\nlist_size = 400\np_human = 1\np_machine = 0\n"         \
    "p_busy = 0\non_internal = 0\nopted_out = 0\ntried = 0\n"                  \
    "second_phone = " second_phone                                             \
    "\np_optout = 0\np_leave = 0\nkeys = none:1\n"                             \
    "patience = const 1000\n"

/* Called numbers and what was durable when they were called. */
struct desk {
    struct fixture_day *day;
    struct sim_list *list;
    struct sim_clock clock;
    struct clock_port clock_port;
    struct sim_store *sim_store;
    struct store store;
    struct sim_carrier *sim_carrier;
    struct carrier carrier;
    struct suppression suppression;
    struct engine *engine;
    int64_t next_attempt;
    uint64_t durable[RECORD_COUNT], handed[RECORD_COUNT];
    struct map durable_attempt; /* attempt -> 1 */
    struct map called;          /* number -> calls */
    uint64_t calls, most_calls;
    int last_cancelled; /* note of the last ENDED without a call: yes */
};

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    struct desk *d = arg;
    (void)row;
    d->durable[r->kind]++;
    if (r->kind == RECORD_ATTEMPT)
        map_set(&d->durable_attempt, (uint64_t)r->attempt.v, 1);
}

static void on_handed(void *arg, const struct record *r)
{
    struct desk *d = arg;
    d->handed[r->kind]++;
    if (r->kind == RECORD_ENDED && r->state == OUTCOME_CANCELLED)
        d->last_cancelled++;
}

static void on_call(void *arg, const struct permit *p,
                    const struct call_spec *s, int64_t now_us)
{
    struct desk *d = arg;
    (void)s;
    (void)now_us;
    uint64_t n = 0;
    d->calls++;
    (void)map_get(&d->called, p->e164, &n);
    map_set(&d->called, p->e164, ++n);
    d->most_calls = n > d->most_calls ? n : d->most_calls;
    /* the rule of the engine */
    assert_true(map_get(&d->durable_attempt, (uint64_t)p->attempt.v, NULL));
}

static struct campaign_env env_of(struct desk *d, int64_t id)
{
    return (struct campaign_env){.tenant = {1},
                                 .id = {id},
                                 .seller = {1},
                                 .plan = d->day->plan,
                                 .book = d->day->book,
                                 .zones = &d->day->zones,
                                 .lists = sim_list_lists(d->list),
                                 .suppression = &d->suppression,
                                 .next_attempt = &d->next_attempt};
}

static void add_campaign(struct desk *d, int64_t id)
{
    struct sim_store_campaign c = {
        .tenant = {1}, .id = {id}, .seller = {1}, .state = CAMPAIGN_LOADED};
    struct campaign_env env = env_of(d, id);
    sim_store_add_campaign(d->sim_store, &c);
    for (size_t i = 0; i < sim_list_size(d->list); i++)
        if (i % 2 + 1 == (size_t)id % 2 + 1 || id == 1)
            sim_store_enroll(d->sim_store, c.id,
                             (struct lead_id){(int64_t)i + 1});
    assert_int_equal(engine_add(d->engine, &env, CAMPAIGN_LOADED, NULL), TM_OK);
}

/* records_max 0: a usual store; calls: of the trunk. */
static struct desk *desk_of(const char *keys, size_t records_max,
                            unsigned calls)
{
    static const uint8_t salt[JOURNAL_SALT_SIZE] = {1};
    struct desk *d = test_calloc(1, sizeof(*d));
    d->day = fixture_day_new(keys);
    d->list = sim_list_new(&d->day->scenario, 1);
    d->next_attempt = 1;
    sim_clock_init(&d->clock, scenario_start_us(&d->day->scenario), 8192);
    d->clock_port = sim_clock_port(&d->clock);
    struct sim_store_options so = {.clock = &d->clock,
                                   .salt = salt,
                                   .commit_us = 5000,
                                   .records_max = records_max,
                                   .watch = on_journal,
                                   .watch_arg = d};
    struct sim_carrier_options co = {.clock = &d->clock,
                                     .world = &d->day->scenario.world,
                                     .trunk = "main",
                                     .calls_max = calls,
                                     .watch = on_call,
                                     .watch_arg = d};
    d->sim_store = sim_store_new(&so);
    d->sim_carrier = sim_carrier_new(&co);
    sim_store_port(d->sim_store, &d->store);
    sim_carrier_port(d->sim_carrier, &d->carrier);
    for (size_t i = 0; i < sim_list_size(d->list); i++) {
        struct lead l;
        sim_list_lead(d->list, i, &l);
        sim_store_add_lead(d->sim_store, &l);
    }
    suppression_init(&d->suppression);
    map_init(&d->durable_attempt);
    map_init(&d->called);
    struct engine_ports ports = {.clock = &d->clock_port,
                                 .store = &d->store,
                                 .carrier = &d->carrier,
                                 .watch = on_handed,
                                 .watch_arg = d};
    d->engine = engine_new(&ports);
    struct store_events events = engine_store_events(d->engine);
    sim_store_listen(d->sim_store, &events);
    sim_carrier_listen(d->sim_carrier, engine_on_call, d->engine);
    add_campaign(d, 1);
    return d;
}

static struct desk *desk_new(size_t records_max, unsigned calls)
{
    return desk_of(KEYS_OF("0"), records_max, calls);
}

static void desk_free(struct desk *d)
{
    engine_free(d->engine);
    sim_carrier_free(d->sim_carrier);
    sim_store_free(d->sim_store);
    suppression_fini(&d->suppression);
    map_fini(&d->durable_attempt);
    map_fini(&d->called);
    sim_list_free(d->list);
    sim_clock_fini(&d->clock);
    fixture_day_free(d->day);
    test_free(d);
}

static void command(struct desk *d, enum campaign_event_kind kind)
{
    assert_int_equal(engine_command(d->engine, (struct campaign_id){1}, kind),
                     TM_OK);
}

static void settle(struct desk *d)
{
    int n = 0;
    for (; engine_deadline_us(d->engine) <= d->clock.now_us; n++) {
        assert_true(n < 100000);
        engine_run(d->engine);
    }
}

/* Lets us microseconds pass. */
static void pass(struct desk *d, int64_t us)
{
    int64_t until = d->clock.now_us + us;
    settle(d);
    for (;;) {
        int64_t event = sim_clock_next_us(&d->clock);
        int64_t run = engine_deadline_us(d->engine);
        int64_t at = event < run ? event : run;
        if (at > until)
            break;
        if (event <= run)
            (void)sim_clock_step(&d->clock);
        else if (run > d->clock.now_us)
            sim_clock_advance(&d->clock, run);
        settle(d);
    }
    sim_clock_advance(&d->clock, until);
}

static struct campaign_status status(struct desk *d)
{
    struct campaign_status s;
    assert_int_equal(engine_status(d->engine, (struct campaign_id){1}, &s),
                     TM_OK);
    return s;
}

static void test_calls_wait_for_their_record(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    sim_store_set_commit_us(d->sim_store, 2 * SECOND);
    command(d, CAMPAIGN_EV_START);
    pass(d, 3 * SECOND); /* leads are there, attempts handed over */
    assert_true(d->handed[RECORD_ATTEMPT] > 0);
    assert_int_equal(d->durable[RECORD_ATTEMPT], 0);
    assert_int_equal(d->calls, 0);
    assert_true(engine_pending(d->engine) > 0);
    pass(d, 3 * SECOND);
    assert_true(d->calls > 0);
    pass(d, 60 * SECOND);
    assert_true(d->calls > 20);
    assert_true(d->durable[RECORD_PLACED] > 0);
    desk_free(d);
}

static void test_ids(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    struct campaign_status s;
    struct campaign_env env = env_of(d, 1);
    assert_int_equal(engine_add(d->engine, &env, CAMPAIGN_LOADED, NULL),
                     TM_EEXIST);
    assert_int_equal(engine_status(d->engine, (struct campaign_id){9}, &s),
                     TM_ENOTFOUND);
    assert_int_equal(
        engine_command(d->engine, (struct campaign_id){9}, CAMPAIGN_EV_START),
        TM_ENOTFOUND);
    assert_int_equal(status(d).state, CAMPAIGN_LOADED);
    pass(d, 10 * SECOND);
    assert_int_equal(d->handed[RECORD_ATTEMPT], 0);
    desk_free(d);
}

static void test_pause_goes_on_stop_gives_back(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    command(d, CAMPAIGN_EV_START);
    pass(d, 20 * SECOND);
    command(d, CAMPAIGN_EV_PAUSE);
    pass(d, 1 * SECOND);
    uint64_t calls = d->calls;
    assert_true(calls > 0 && engine_calls(d->engine) > 0);
    pass(d, 300 * SECOND);
    assert_int_equal(d->calls, calls);
    assert_int_equal(engine_calls(d->engine), 0);
    command(d, CAMPAIGN_EV_START);
    pass(d, 10 * SECOND);
    assert_true(d->calls > calls);
    command(d, CAMPAIGN_EV_STOP);
    pass(d, 300 * SECOND);
    size_t claimed = 0;
    for (size_t i = 0; i < LEADS; i++)
        claimed += sim_store_member_at(d->sim_store, (struct campaign_id){1}, i)
                       .claimed;
    assert_int_equal(claimed, 0);
    assert_int_equal(engine_pending(d->engine), 0);
    desk_free(d);
}

/* What does not fit into the store waits in order; meanwhile nothing starts,
 * and nothing is lost. */
static void test_full_store(void **state)
{
    (void)state;
    struct desk *d = desk_new(300, PEOPLE_CALLS);
    command(d, CAMPAIGN_EV_START);
    pass(d, 30 * SECOND);
    uint64_t calls = d->calls;
    assert_true(calls > 10);
    sim_store_set_commit_us(d->sim_store, 120 * SECOND);
    pass(d, 110 * SECOND);
    uint64_t handed = 0, durable = 0;
    assert_true(engine_pending(d->engine) > 0);
    sim_store_set_commit_us(d->sim_store, 5000);
    pass(d, 300 * SECOND);
    command(d, CAMPAIGN_EV_PAUSE);
    pass(d, 300 * SECOND);
    for (int k = 0; k < RECORD_COUNT; k++) {
        handed += d->handed[k];
        durable += d->durable[k];
    }
    assert_int_equal(handed, durable);
    assert_int_equal(d->durable[RECORD_ATTEMPT], d->durable[RECORD_ENDED]);
    assert_true(d->calls > calls);
    assert_int_equal(engine_pending(d->engine), 0);
    desk_free(d);
}

static void test_store_away(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    command(d, CAMPAIGN_EV_START);
    pass(d, 20 * SECOND);
    sim_store_set_away(d->sim_store, true);
    pass(d, 1 * SECOND);
    uint64_t calls = d->calls, attempts = d->handed[RECORD_ATTEMPT];
    pass(d, 100 * SECOND);
    assert_int_equal(d->calls, calls);
    assert_int_equal(d->handed[RECORD_ATTEMPT], attempts);
    assert_true(strstr(status(d).idle_why, "store") != NULL);
    sim_store_set_away(d->sim_store, false);
    pass(d, 100 * SECOND);
    assert_true(d->calls > calls);
    desk_free(d);
}

/* A request that came between the verdict and the INVITE is honoured. */
static void test_opted_out_before_the_invite(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    struct seller_id seller = {1};
    sim_store_set_commit_us(d->sim_store, 2 * SECOND);
    command(d, CAMPAIGN_EV_START);
    pass(d, 3 * SECOND);
    uint64_t attempts = d->handed[RECORD_ATTEMPT];
    assert_true(attempts > 0 && d->calls == 0);
    for (size_t i = 0; i < sim_list_size(d->list); i++) {
        struct lead l;
        sim_list_lead(d->list, i, &l);
        suppression_add(&d->suppression, seller, l.phone[0].e164,
                        d->clock.now_us);
    }
    pass(d, 60 * SECOND);
    assert_int_equal(d->calls, 0);
    assert_int_equal(d->last_cancelled, (int)d->handed[RECORD_ATTEMPT]);
    desk_free(d);
}

/* Likewise when he asked on another telephone than the one to be called. */
static void test_opted_out_on_the_other_telephone(void **state)
{
    (void)state;
    struct desk *d = desk_of(KEYS_OF("1"), 0, 20);
    struct seller_id seller = {1};
    sim_store_set_commit_us(d->sim_store, 2 * SECOND);
    command(d, CAMPAIGN_EV_START);
    pass(d, 3 * SECOND);
    assert_true(d->handed[RECORD_ATTEMPT] > 0 && d->calls == 0);
    for (size_t i = 0; i < sim_list_size(d->list); i++) {
        struct lead l;
        sim_list_lead(d->list, i, &l);
        assert_int_equal(l.phones, 2);
        assert_true(l.phone[0].e164 != l.phone[1].e164);
        suppression_add(&d->suppression, seller, l.phone[1].e164,
                        d->clock.now_us);
    }
    pass(d, 60 * SECOND);
    assert_int_equal(d->calls, 0);
    assert_int_equal(d->last_cancelled, (int)d->handed[RECORD_ATTEMPT]);
    desk_free(d);
}

static void check_withdrawn(enum campaign_event_kind kind)
{
    struct desk *d = desk_new(0, 20);
    sim_store_set_commit_us(d->sim_store, 2 * SECOND);
    command(d, CAMPAIGN_EV_START);
    pass(d, 3 * SECOND);
    uint64_t attempts = d->handed[RECORD_ATTEMPT];
    assert_true(attempts > 0 && d->calls == 0);
    command(d, kind);
    pass(d, 60 * SECOND);
    assert_int_equal(d->calls, 0);
    assert_int_equal(d->handed[RECORD_ATTEMPT], attempts);
    assert_int_equal(d->last_cancelled, (int)attempts);
    for (size_t i = 0; i < LEADS; i++) { /* nobody is lost */
        const struct sim_store_member m =
            sim_store_member_at(d->sim_store, (struct campaign_id){1}, i);
        assert_true(m.state == LEAD_NEW || m.state == LEAD_WAITING);
    }
    command(d, CAMPAIGN_EV_START); /* nor held back */
    pass(d, 60 * SECOND);
    assert_true(d->calls >= attempts);
    desk_free(d);
}

/* A call that waits for its record is withdrawn with the campaign. */
static void test_pause_and_stop_withdraw(void **state)
{
    (void)state;
    check_withdrawn(CAMPAIGN_EV_PAUSE);
    check_withdrawn(CAMPAIGN_EV_STOP);
}

/* While the disk stands still no more calls gather than the trunk takes. */
static void test_slow_disk_small_trunk(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 4);
    sim_store_set_commit_us(d->sim_store, 2 * SECOND);
    command(d, CAMPAIGN_EV_START);
    pass(d, 3 * SECOND);
    assert_true(d->handed[RECORD_ATTEMPT] > 0);
    assert_true(d->handed[RECORD_ATTEMPT] <= 4);
    pass(d, 100 * SECOND);
    assert_true(d->calls > 4);
    assert_int_equal(d->last_cancelled, 0);
    desk_free(d);
}

static void test_hold(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    sim_store_set_commit_us(d->sim_store, 2 * SECOND);
    command(d, CAMPAIGN_EV_START);
    pass(d, 3 * SECOND);
    uint64_t attempts = d->handed[RECORD_ATTEMPT];
    assert_true(attempts > 0 && d->calls == 0);
    engine_hold(d->engine, true); /* those that wait do not go either */
    pass(d, 100 * SECOND);
    assert_int_equal(d->calls, 0);
    assert_int_equal(d->handed[RECORD_ATTEMPT], attempts);
    assert_true(strstr(status(d).idle_why, "clock") != NULL);
    engine_hold(d->engine, false);
    assert_true(strstr(status(d).idle_why, "clock") == NULL);
    pass(d, 100 * SECOND);
    assert_true(d->calls > 0);
    desk_free(d);
}

static void test_trunk_down(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    sim_carrier_set_down(d->sim_carrier, true);
    command(d, CAMPAIGN_EV_START);
    pass(d, 60 * SECOND);
    assert_int_equal(d->calls, 0);
    sim_carrier_set_down(d->sim_carrier, false);
    pass(d, 10 * SECOND);
    assert_true(d->calls > 0);
    desk_free(d);
}

static void test_drain(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    command(d, CAMPAIGN_EV_START);
    pass(d, 20 * SECOND);
    engine_drain(d->engine);
    uint64_t calls = d->calls;
    assert_true(engine_calls(d->engine) > 0);
    assert_int_equal(
        engine_command(d->engine, (struct campaign_id){1}, CAMPAIGN_EV_PAUSE),
        TM_ESTATE);
    pass(d, 300 * SECOND);
    assert_int_equal(d->calls, calls);
    assert_int_equal(engine_calls(d->engine), 0);
    assert_int_equal(engine_pending(d->engine), 0);
    assert_int_equal(d->durable[RECORD_ATTEMPT], d->durable[RECORD_ENDED]);
    desk_free(d);
}

/* All of them, however many. */
static void test_hang_up_all(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, PEOPLE_CALLS);
    struct plan plan = *d->day->plan;
    struct campaign_env env = env_of(d, 7);
    struct sim_store_campaign c = {
        .tenant = {1}, .id = {7}, .seller = {1}, .state = CAMPAIGN_LOADED};
    plan.calls_max = PEOPLE_CALLS;
    plan.calls_per_1000s = 1000000;
    plan.hopper = LEADS;
    env.plan = &plan;
    sim_store_add_campaign(d->sim_store, &c);
    for (int64_t i = 1; i <= LEADS; i++)
        sim_store_enroll(d->sim_store, c.id, (struct lead_id){i});
    assert_int_equal(engine_add(d->engine, &env, CAMPAIGN_LOADED, NULL), TM_OK);
    assert_int_equal(engine_command(d->engine, c.id, CAMPAIGN_EV_START), TM_OK);
    pass(d, 1 * SECOND);
    assert_int_equal(engine_calls(d->engine), PEOPLE_CALLS);
    engine_drain(d->engine);
    engine_hang_up_all(d->engine);
    pass(d, 1 * SECOND);
    assert_int_equal(engine_calls(d->engine), 0);
    assert_int_equal(engine_pending(d->engine), 0);
    desk_free(d);
}

/* Two campaigns share the trunk and the numbers of attempts. */
static void test_two_campaigns(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 6);
    add_campaign(d, 2);
    command(d, CAMPAIGN_EV_START);
    assert_int_equal(
        engine_command(d->engine, (struct campaign_id){2}, CAMPAIGN_EV_START),
        TM_OK);
    pass(d, 120 * SECOND);
    struct campaign_status two;
    assert_int_equal(engine_status(d->engine, (struct campaign_id){2}, &two),
                     TM_OK);
    assert_true(two.counters.placed > 0);
    assert_true(status(d).counters.placed > 0);
    assert_int_equal(two.counters.placed + status(d).counters.placed, d->calls);
    assert_true(sim_carrier_counts(d->sim_carrier).up_max <= 6);
    desk_free(d);
}

/* ... by the weights of their plans. */
static void test_two_campaigns_by_weight(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 6);
    const struct plan *plan = d->day->plan;
    struct plan heavy = *plan;
    struct campaign_status two;
    heavy.weight = 3 * plan->weight;
    d->day->plan = &heavy;
    add_campaign(d, 2);
    d->day->plan = plan;
    command(d, CAMPAIGN_EV_START);
    pass(d, 10 * SECOND); /* it has all lines */
    assert_int_equal(engine_calls(d->engine), 6);
    uint64_t before = status(d).counters.placed;
    assert_int_equal(
        engine_command(d->engine, (struct campaign_id){2}, CAMPAIGN_EV_START),
        TM_OK);
    pass(d, 1200 * SECOND);
    assert_int_equal(engine_status(d->engine, (struct campaign_id){2}, &two),
                     TM_OK);
    double one = (double)(status(d).counters.placed - before);
    double share = (double)two.counters.placed / one;
    assert_true(two.counters.placed > 60);
    assert_true(share > 2.8 && share < 3.2);
    desk_free(d);
}

/* Leads that the former plan had at hand are called by the new one. */
static void test_replace(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    struct campaign_env env = env_of(d, 1);
    sim_carrier_set_down(d->sim_carrier, true);
    command(d, CAMPAIGN_EV_START);
    pass(d, 2 * SECOND);
    assert_true(status(d).hopper > 0);
    assert_int_equal(engine_replace(d->engine, &env, CAMPAIGN_RUNNING, NULL),
                     TM_OK);
    sim_carrier_set_down(d->sim_carrier, false);
    pass(d, 20 * SECOND);
    assert_int_equal(engine_replace(d->engine, &env, CAMPAIGN_RUNNING, NULL),
                     TM_ESTATE);
    pass(d, 2400 * SECOND);
    for (size_t i = 0; i < LEADS; i++)
        assert_int_not_equal(
            sim_store_member_at(d->sim_store, (struct campaign_id){1}, i).state,
            LEAD_NEW);
    env.id.v = 5;
    assert_int_equal(engine_replace(d->engine, &env, CAMPAIGN_RUNNING, NULL),
                     TM_ENOTFOUND);
    desk_free(d);
}

/* A campaign at work does not keep another one from a new plan, and answers
 * to the former plan's fetch are not taken for the new one's. */
static void test_replace_beside_a_busy_one(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, 20);
    struct campaign_env env = env_of(d, 2);
    struct plan plan = *d->day->plan;
    add_campaign(d, 2);
    plan.hopper = 10; /* less than the former plan asked for */
    env.plan = &plan;
    sim_store_set_commit_us(d->sim_store, 500000);
    command(d, CAMPAIGN_EV_START);
    pass(d, 20 * SECOND);
    assert_int_equal(engine_command(d->engine, env.id, CAMPAIGN_EV_START),
                     TM_OK);
    assert_true(engine_pending(d->engine) > 0);
    assert_ptr_equal(engine_plan(d->engine, env.id), d->day->plan);
    assert_int_equal(engine_replace(d->engine, &env, CAMPAIGN_RUNNING, NULL),
                     TM_OK);
    assert_ptr_equal(engine_plan(d->engine, env.id), &plan);
    engine_run(d->engine);
    pass(d, 2400 * SECOND);
    for (size_t i = 0; i < LEADS / 2; i++)
        assert_int_not_equal(sim_store_member_at(d->sim_store, env.id, i).state,
                             LEAD_NEW);
    desk_free(d);
}

/* Two campaigns of a seller have the same people: nobody is called by both at
 * once, nor by the second when the first one's call used up the cap. */
static void test_caps_over_campaigns(void **state)
{
    (void)state;
    struct desk *d = desk_new(0, PEOPLE_CALLS);
    const struct policy_cap cap = {1, CAP_PER_NUMBER, 86400 * SECOND};
    struct plan plan = *d->day->plan;
    struct campaign_env one = env_of(d, 1), other = env_of(d, 3);
    struct sim_store_campaign c = {
        .tenant = {1}, .id = {3}, .seller = {1}, .state = CAMPAIGN_LOADED};
    plan.policy.cap = &cap;
    plan.policy.caps = 1;
    plan.hopper = LEADS;
    one.plan = other.plan = &plan;
    sim_store_add_campaign(d->sim_store, &c);
    for (int64_t i = 1; i <= LEADS; i++)
        sim_store_enroll(d->sim_store, c.id, (struct lead_id){i});
    assert_int_equal(engine_add(d->engine, &other, CAMPAIGN_LOADED, NULL),
                     TM_OK);
    assert_int_equal(engine_replace(d->engine, &one, CAMPAIGN_LOADED, NULL),
                     TM_OK);
    command(d, CAMPAIGN_EV_START);
    pass(d, 300 * SECOND);
    assert_int_equal(engine_command(d->engine, c.id, CAMPAIGN_EV_START), TM_OK);
    pass(d, 1800 * SECOND);
    assert_true(d->calls > LEADS / 2);
    assert_int_equal(d->most_calls, 1); /* to one number */
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_wait_for_their_record),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_slow_disk_small_trunk),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_replace_beside_a_busy_one),
        cmocka_unit_test(test_caps_over_campaigns),
        cmocka_unit_test(test_pause_goes_on_stop_gives_back),
        cmocka_unit_test(test_full_store),
        cmocka_unit_test(test_store_away),
        cmocka_unit_test(test_opted_out_before_the_invite),
        cmocka_unit_test(test_opted_out_on_the_other_telephone),
        cmocka_unit_test(test_pause_and_stop_withdraw),
        cmocka_unit_test(test_trunk_down),
        cmocka_unit_test(test_drain),
        cmocka_unit_test(test_hang_up_all),
        cmocka_unit_test(test_two_campaigns),
        cmocka_unit_test(test_two_campaigns_by_weight),
        cmocka_unit_test(test_replace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

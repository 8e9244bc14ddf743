/* Whole days with the real engine: what adds up, what never happens, what a
 * restart keeps. Every simulation is read by the independent checker. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "sim/runner_check.h"
#include "unit/sim/fixture_day.h"

enum { SEEDS = 40 };

/* What the watchers saw. */
struct seen {
    const struct runner_options *o;
    struct runner_check *check;
    struct journal journal;
    uint64_t attempts, ends, opt_outs, placed;
    uint64_t outcome[OUTCOME_COUNT];
    struct map recorded; /* attempt -> e164 */
    struct map ended;    /* attempt -> 1 */
    struct map called;   /* attempt -> 1 */
    struct map out;      /* numbers opted out, durable: instant */
    struct journal_row row;
    uint8_t prev[JOURNAL_HASH_SIZE];
};

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    struct seen *s = arg;
    uint8_t hash[JOURNAL_HASH_SIZE];
    runner_check_journal(s->check, r, row);
    /* the chain holds */
    journal_hash(s->prev, row->seq, row->payload, hash);
    assert_memory_equal(hash, row->hash, sizeof(hash));
    memcpy(s->prev, hash, sizeof(hash));
    if (r->kind == RECORD_ATTEMPT) {
        assert_false(map_get(&s->recorded, (uint64_t)r->attempt.v, NULL));
        assert_false(map_get(&s->out, r->e164, NULL));
        map_set(&s->recorded, (uint64_t)r->attempt.v, r->e164);
        s->attempts++;
    } else if (r->kind == RECORD_ENDED) {
        assert_true(map_get(&s->recorded, (uint64_t)r->attempt.v, NULL));
        assert_false(map_get(&s->ended, (uint64_t)r->attempt.v, NULL));
        map_set(&s->ended, (uint64_t)r->attempt.v, 1);
        s->ends++;
        s->outcome[r->state]++;
    } else if (r->kind == RECORD_OPT_OUT) {
        map_set(&s->out, r->e164, (uint64_t)r->at_us);
        s->opt_outs++;
    } else if (r->attempt.v != 0 && r->kind != RECORD_LEAD) {
        /* nothing comes after the end */
        assert_false(map_get(&s->ended, (uint64_t)r->attempt.v, NULL));
    }
}

/* Every call that left has a durable attempt, and no permit has two. */
static void on_call(void *arg, const struct permit *p,
                    const struct call_spec *c, int64_t now_us)
{
    struct seen *s = arg;
    uint64_t e164 = 0;
    assert_true(map_get(&s->recorded, (uint64_t)p->attempt.v, &e164));
    assert_true(e164 == p->e164 && c->to == p->e164);
    assert_false(map_get(&s->ended, (uint64_t)p->attempt.v, NULL));
    assert_false(map_get(&s->called, (uint64_t)p->attempt.v, NULL));
    assert_false(map_get(&s->out, p->e164, NULL));
    assert_true(permit_valid(p, now_us));
    map_set(&s->called, (uint64_t)p->attempt.v, 1);
    s->placed++;
}

static void seen_init(struct seen *s, const struct runner_options *o)
{
    memset(s, 0, sizeof(*s));
    s->o = o;
    s->check = runner_check_new(o);
    map_init(&s->recorded);
    map_init(&s->ended);
    map_init(&s->called);
    map_init(&s->out);
}

static void seen_fini(struct seen *s)
{
    map_fini(&s->recorded);
    map_fini(&s->ended);
    map_fini(&s->called);
    map_fini(&s->out);
    runner_check_free(s->check);
}

static void no_findings(const struct seen *s, uint64_t seed)
{
    const struct check_rules *rules = runner_check_finish(s->check);
    if (check_rules_counts(rules).findings == 0)
        return;
    struct buf b;
    buf_init(&b, 65536);
    runner_check_tell(s->check, 20, &b);
    fail_msg("seed %llu, %llu findings:\n%s", (unsigned long long)seed,
             (unsigned long long)check_rules_counts(rules).findings, b.p);
}

/* Leads and attempts are conserved, limits hold. */
static void adds_up(const struct fixture_day *d, const struct seen *s,
                    const struct runner_result *r)
{
    uint64_t outcomes = 0, leads = 0, groups = 0, hours = r->no_zone.placed;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        outcomes += r->outcome[i];
        assert_int_equal(r->outcome[i], s->outcome[i]);
    }
    for (int i = 0; i < LEAD_STATE_COUNT; i++)
        leads += r->lead[i];
    for (size_t i = 0; i < r->groups; i++)
        groups += r->group[i].leads;
    for (int i = 0; i < RUNNER_HOURS; i++)
        hours += r->hour[i].placed;
    assert_int_equal(leads, r->leads);
    assert_int_equal(groups, r->leads);
    assert_int_equal(outcomes, r->attempts);
    assert_int_equal(r->attempts, s->attempts);
    assert_int_equal(s->ends, s->attempts);
    assert_int_equal(r->lead[LEAD_IN_CALL], 0);
    assert_int_equal(r->outcome[OUTCOME_NONE], 0);
    assert_int_equal(hours, r->placed);
    assert_true(r->placed <= s->placed && s->placed <= r->attempts);
    assert_true(r->live <= r->answered && r->answered <= r->placed);
    assert_int_equal(r->opt_outs, s->opt_outs);
    size_t most = d->scenario.trunk_calls > 0 ? (size_t)d->scenario.trunk_calls
                                              : (size_t)d->plan->calls_max;
    assert_true(r->calls_max <= most && r->calls_max <= d->plan->calls_max);
}

static void run(const struct fixture_day *d, uint64_t seed,
                const struct runner_faults *f, struct runner_result *out)
{
    struct err e = {0};
    struct seen s;
    struct sim_list *list = sim_list_new(&d->scenario, seed);
    struct runner_options o = {
        .scenario = &d->scenario,
        .plan = d->plan,
        .book = d->book,
        .zones = &d->zones,
        .list = list,
        .seed = seed,
        .faults = f,
        .journal = on_journal,
        .journal_arg = &s,
        .calls = on_call,
        .calls_arg = &s,
    };
    seen_init(&s, &o);
    if (runner_run(&o, out, &e) != TM_OK)
        fail_msg("%s", e.text);
    adds_up(d, &s, out);
    if (!d->scenario.allow_all)
        no_findings(&s, seed);
    seen_fini(&s);
    sim_list_free(list);
}

/* --- days -----------------------------------------------------------------*/

static const char QUIET[] = "name = quiet\nstart = 2026-11-23T15:00Z\n"
                            "hours = 8\ndays = 1\nlist_size = 300\n"
                            "p_human = 0.4\np_machine = 0.3\n"
                            "p_disconnected = 0.05\np_congestion = 0.02\n"
                            "p_silent = 0.05\np_hangup = 0.05\n";

static void test_a_day(void **state)
{
    (void)state;
    struct runner_result r;
    struct fixture_day *d = fixture_day_new(QUIET);
    run(d, 7, NULL, &r);
    assert_true(r.placed > 200);
    assert_true(r.completed > 20 && r.opt_outs > 0 && r.callbacks > 0);
    assert_true(r.outcome[OUTCOME_MACHINE] > 20);
    assert_true(r.outcome[OUTCOME_BUSY] > 0);
    assert_true(r.outcome[OUTCOME_NO_ANSWER] > 0);
    assert_true(r.outcome[OUTCOME_DISCONNECTED] > 0);
    assert_int_equal(r.abandoned, 0);
    assert_int_equal(r.outcome[OUTCOME_UNKNOWN], 0);
    assert_true(r.lead[LEAD_DENIED] > 20);
    assert_true(r.answers >= 4);
    fixture_day_free(d);
}

static void test_same_seed_same_journal(void **state)
{
    (void)state;
    struct runner_result a, b, c;
    struct fixture_day *d = fixture_day_new(QUIET);
    run(d, 11, NULL, &a);
    run(d, 11, NULL, &b);
    run(d, 12, NULL, &c);
    assert_string_equal(a.journal_hash, b.journal_hash);
    assert_string_not_equal(a.journal_hash, c.journal_hash);
    assert_int_equal(a.events, b.events);
    fixture_day_free(d);
}

/* While leads may be called and the trunk has room, calls go on: with nothing
 * in the way a list is finished, and soon. */
static void test_the_list_is_finished(void **state)
{
    (void)state;
    struct runner_result r;
    struct fixture_day *d =
        fixture_day_new("rules = allow\nstart = 2026-11-23T15:00Z\nhours = 9\n"
                        "days = 1\nlist_size = 400\np_human = 0.5\n"
                        "p_machine = 0\ntried = 0\non_internal = 0\n"
                        "opted_out = 0\nzones = eastern:1 pacific:1\n");
    run(d, 3, NULL, &r);
    assert_int_equal(r.state, CAMPAIGN_FINISHED);
    assert_int_equal(r.lead[LEAD_NEW] + r.lead[LEAD_WAITING], 0);
    assert_true(r.now_us < r.end_us);
    /* west of the Rockies it opens at 17:00; then 400 leads, 20 lines, half a
     * minute a call, retries within half an hour */
    assert_true(r.last_call_us - r.start_us < 4 * 3600 * INT64_C(1000000));
    fixture_day_free(d);
}

static void test_full_trunk_and_rate(void **state)
{
    (void)state;
    struct runner_result r;
    struct fixture_day *d = fixture_day_new(
        "start = 2026-11-23T16:00Z\nhours = 2\ndays = 1\nlist_size = 200\n"
        "trunk_calls = 3\ncps = 0.5\np_human = 0.4\n");
    run(d, 5, NULL, &r);
    assert_int_equal(r.calls_max, 3);
    assert_true(r.placed > 100);
    assert_true(r.placed <= 3601);
    fixture_day_free(d);
}

static void test_night_has_no_calls(void **state)
{
    (void)state;
    struct runner_result r;
    struct fixture_day *d = fixture_day_new(
        "start = 2026-11-23T08:00Z\nhours = 3\ndays = 1\nlist_size = 100\n"
        "zones = eastern:1 central:1 mountain:1 pacific:1\n");
    run(d, 5, NULL, &r);
    assert_int_equal(r.attempts, 0);
    assert_true(r.lead[LEAD_WAITING] > 60);
    for (size_t i = 0; i < r.groups; i++)
        if (r.group[i].state == LEAD_WAITING)
            assert_true(r.group[i].first_due_us >= r.end_us);
    fixture_day_free(d);
}

static void test_answer_rate_moves(void **state)
{
    (void)state;
    struct runner_result r;
    struct fixture_day *d = fixture_day_new(
        "rules = allow\nday = 2026-11-23\nbegin = 15:00\nhours = 4\ndays = 1\n"
        "list_size = 3000\np_human = 1\np_machine = 0\np_busy = 0\n"
        "at = 15:05 p 0\nzones = eastern:1\n");
    run(d, 5, NULL, &r);
    assert_true(r.live > 50);
    assert_true(r.live < 400);
    assert_true(r.outcome[OUTCOME_NO_ANSWER] > 1000);
    fixture_day_free(d);
}

static uint64_t leads_of(const struct runner_result *r, const char *reason)
{
    for (size_t i = 0; i < r->groups; i++)
        if (strcmp(r->group[i].reason, reason) == 0)
            return r->group[i].leads;
    return 0;
}

/* The law of states and provinces decides as federal law does. */
static void test_other_law(void **state)
{
    (void)state;
    static const char keys[] =
        "start = 2026-11-23T16:00Z\nhours = 8\ndays = 1\nlist_size = 1500\n"
        "on_state = 40 %\non_national = 0\n";
    struct runner_result r;
    struct fixture_day *d = fixture_day_new(keys);
    run(d, 5, NULL, &r);
    assert_in_range(leads_of(&r, "US-XX-LIST"), 10, 400);
    assert_in_range(leads_of(&r, "US-TX-LIST"), 5, 200);
    assert_int_equal(leads_of(&r, "US-LA-EMG"), 0);
    fixture_day_free(d);
    struct buf b;
    buf_init(&b, 4096);
    buf_add_str(&b, keys);
    buf_add_str(&b, "canada = 20 %\nemergency = US-LA 2026-11-20.. reporting\n"
                    "emergency = US-NY 2026-11-01..2026-11-20\n");
    d = fixture_day_new(b.p);
    run(d, 5, NULL, &r);
    /* The plan does not say what Canada wants to be said. */
    assert_in_range(leads_of(&r, "CA-ID"), 100, 400);
    assert_in_range(leads_of(&r, "US-LA-EMG"), 1, 100);
    fixture_day_free(d);
    buf_clear(&b);
    buf_add_str(&b, keys);
    buf_add_str(&b, "feed = 0\n");
    d = fixture_day_new(b.p);
    run(d, 5, NULL, &r);
    assert_in_range(leads_of(&r, "US-LA-EMG"), 1, 100); /* nobody knows */
    fixture_day_free(d);
    buf_fini(&b);
}

/* --- faults ---------------------------------------------------------------*/

static void test_crashes(void **state)
{
    (void)state;
    struct runner_result r, total = {0};
    struct fixture_day *d = fixture_day_new(QUIET);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct runner_faults f = {
            .seed = seed, .crash_ppm = 20000, .crashes_max = 20};
        printf("crash seed %llu\n", (unsigned long long)seed);
        run(d, seed, &f, &r);
        assert_true(r.crashes > 0);
        total.crashes += r.crashes;
        total.stale_calls += r.stale_calls;
        total.abandoned += r.abandoned;
        total.outcome[OUTCOME_UNKNOWN] += r.outcome[OUTCOME_UNKNOWN];
    }
    assert_true(total.crashes >= 100);
    assert_true(total.stale_calls > 0);
    assert_true(total.abandoned > 0);
    assert_true(total.outcome[OUTCOME_UNKNOWN] > total.stale_calls);
    fixture_day_free(d);
}

static uint64_t draw(struct rng *r, uint64_t from, uint64_t to)
{
    return from + rng_below(r, to - from + 1);
}

static void random_keys(struct rng *r, struct buf *b)
{
    static const char *const zones[] = {
        "", "zones = eastern:1\n", "zones = pacific:3 hawaii:1 several:2\n"};
    buf_addf(b, "start = 2026-11-%02dT%02d:00Z\nhours = %d\ndays = %d\n",
             (int)draw(r, 20, 28), (int)draw(r, 10, 22), (int)draw(r, 1, 10),
             (int)draw(r, 1, 2));
    buf_addf(b, "list_size = %d\n%s", (int)draw(r, 1, 120),
             zones[rng_below(r, 3)]);
    buf_addf(b, "trunk_calls = %d\n", (int)draw(r, 0, 12));
    buf_addf(b, "cps = %d\n", (int)draw(r, 0, 3));
    buf_addf(b, "consent = %d %%\nwithdrawn = %d %%\n", (int)draw(r, 40, 80),
             (int)draw(r, 0, 20));
    buf_addf(b, "on_national = %d %%\non_internal = %d %%\n",
             (int)draw(r, 0, 30), (int)draw(r, 0, 10));
    buf_addf(b, "second_phone = %d %%\ntried = %d %%\nregister_age = %d\n",
             (int)draw(r, 0, 60), (int)draw(r, 0, 50), (int)draw(r, 28, 33));
    buf_addf(b, "customer = %d %%\nbusiness = %d %%\naddressed = %d %%\n",
             (int)draw(r, 0, 100), (int)draw(r, 0, 20), (int)draw(r, 0, 100));
    buf_addf(b, "p_human = %d %%\np_machine = %d %%\np_busy = %d %%\n",
             (int)draw(r, 10, 50), (int)draw(r, 0, 20), (int)draw(r, 0, 10));
    buf_addf(b,
             "p_reject = 4 %%\np_congestion = 4 %%\np_disconnected = 4 %%\n"
             "p_silent = 5 %%\np_hangup = 10 %%\np_fault = %d %%\n",
             (int)draw(r, 0, 20));
    buf_addf(b, "p_optout = %d %%\ncommit_s = 0.0%02d\n", (int)draw(r, 0, 30),
             (int)draw(r, 1, 99));
}

static void random_faults(struct rng *r, struct runner_faults *f)
{
    *f = (struct runner_faults){.seed = rng_u64(r)};
    if (rng_below(r, 2) == 0) {
        f->crash_ppm = (uint32_t)draw(r, 100, 30000);
        f->crashes_max = (unsigned)draw(r, 1, 15);
    }
    if (rng_below(r, 2) == 0)
        f->slow_ppm = (uint32_t)draw(r, 100, 10000);
    if (rng_below(r, 2) == 0)
        f->away_ppm = (uint32_t)draw(r, 100, 10000);
    if (rng_below(r, 2) == 0)
        f->down_ppm = (uint32_t)draw(r, 100, 10000);
    if (rng_below(r, 3) == 0)
        f->records_max = (size_t)draw(r, 300, 600);
}

static void test_random_days(void **state)
{
    (void)state;
    uint64_t calls = 0, crashes = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct rng r;
        struct buf keys;
        struct runner_faults f;
        struct runner_result out;
        printf("random day, seed %llu\n", (unsigned long long)seed);
        rng_init(&r, seed, "random days");
        buf_init(&keys, 4096);
        random_keys(&r, &keys);
        random_faults(&r, &f);
        struct fixture_day *d = fixture_day_new(keys.p);
        run(d, seed, &f, &out);
        calls += out.placed;
        crashes += out.crashes;
        fixture_day_free(d);
        buf_fini(&keys);
    }
    assert_true(calls > 1000);
    assert_true(crashes > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day),
        cmocka_unit_test(test_same_seed_same_journal),
        cmocka_unit_test(test_the_list_is_finished),
        cmocka_unit_test(test_full_trunk_and_rate),
        cmocka_unit_test(test_night_has_no_calls),
        cmocka_unit_test(test_answer_rate_moves),
        cmocka_unit_test(test_other_law),
        cmocka_unit_test(test_crashes),
        cmocka_unit_test(test_random_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

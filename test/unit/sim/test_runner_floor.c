/* Whole days with agents through the real engine: what is counted adds up,
 * the keys of a scenario do what they say, nothing goes wrong when everything
 * does. */
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

enum { MINUTES_MAX = 3000, FAULT_SEEDS = 6 };

static const char SMALL[] = "name = small\nagents = 8\ndays = 1\nhours = 1\n"
                            "p_machine = 0.42\n";

struct day {
    struct fixture_day *d;
    struct runner_options o;
    struct runner_check *check;
    struct runner_minute minute[MINUTES_MAX];
    size_t minutes;
    struct map talked; /* number -> 1 a person, 2 not; of calls not withdrawn */
    int64_t first_us, last_us; /* ATTEMPT */
    uint64_t records[RECORD_COUNT];
    uint64_t early[3]; /* ATTEMPT in the first half hour, by campaign */
};

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    struct day *x = arg;
    runner_check_journal(x->check, r, row);
    x->records[r->kind]++;
    if (r->kind == RECORD_ATTEMPT) {
        x->first_us = x->first_us == 0 ? r->at_us : x->first_us;
        x->last_us = r->at_us;
        if (r->at_us < x->first_us + 30 * CIVIL_MINUTE_US)
            x->early[r->campaign.v]++;
    }
    bool person = r->state == OUTCOME_TALKED || r->state == OUTCOME_ABANDONED;
    bool other = r->state == OUTCOME_MACHINE || r->state == OUTCOME_BUSY;
    if (r->kind == RECORD_ENDED && r->e164 != 0 && (person || other))
        map_set(&x->talked, r->e164, person ? 1 : 2);
}

static void on_minute(void *arg, const struct runner_minute *m)
{
    struct day *x = arg;
    assert_true(x->minutes < MINUTES_MAX);
    x->minute[x->minutes++] = *m;
}

static struct day *day_new(struct fixture_day *d)
{
    struct day *x = test_calloc(1, sizeof(*x));
    x->d = d;
    x->o = (struct runner_options){.scenario = &d->scenario,
                                   .plan = d->plan,
                                   .book = d->book,
                                   .zones = &d->zones,
                                   .journal = on_journal,
                                   .journal_arg = x,
                                   .minute = on_minute,
                                   .minute_arg = x};
    map_init(&x->talked);
    return x;
}

static void day_free(struct day *x)
{
    map_fini(&x->talked);
    fixture_day_free(x->d);
    test_free(x);
}

static void no_findings(struct day *x, uint64_t seed)
{
    const struct check_rules *c = runner_check_finish(x->check);
    uint64_t n = check_rules_counts(c).findings;
    struct buf b;
    if (n == 0)
        return;
    buf_init(&b, 1 << 16);
    runner_check_tell(x->check, 5, &b);
    fail_msg("seed %llu: %llu findings\n%s", (unsigned long long)seed,
             (unsigned long long)n, b.p);
}

static void day_run(struct day *x, uint64_t seed, struct runner_result *out)
{
    struct err e = {0};
    struct sim_list *list = sim_list_new(&x->d->scenario, seed);
    x->o.list = list;
    x->o.seed = seed;
    x->minutes = 0;
    x->first_us = x->last_us = 0;
    memset(x->records, 0, sizeof(x->records));
    x->check = runner_check_new(&x->o);
    runner_check_watch(x->check, &x->o);
    if (runner_run(&x->o, out, &e) != TM_OK)
        fail_msg("seed %llu: %s", (unsigned long long)seed, e.text);
    no_findings(x, seed);
    runner_check_free(x->check);
    x->check = NULL;
    sim_list_free(list);
}

static struct day *floor_of(const char *more)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_add_str(&b, SMALL);
    buf_add_str(&b, more);
    struct day *x = day_new(fixture_day_floor(b.p));
    buf_fini(&b);
    return x;
}

static void set_policy(struct day *x, const char *text,
                       struct campaign_pacing *p)
{
    struct err e;
    *p = (struct campaign_pacing){.mode = DIAL_PREDICTIVE,
                                  .abandon_limit_ppm = 30000};
    assert_int_equal(policy_parse(str_of(text), &p->policy, &e), TM_OK);
    if (p->policy.kind == POLICY_PROGRESSIVE)
        p->mode = DIAL_PROGRESSIVE;
    if (p->policy.kind == POLICY_POWER)
        p->mode = DIAL_POWER;
    x->o.pacing = p;
}

/* The engine's records and the simulator's truth are of one world. */
static void adds_up(const struct runner_result *r)
{
    const struct runner_floor *f = &r->floor;
    struct runner_floor sum = {0};
    uint64_t outcomes = 0;
    for (size_t d = 0; d < r->days; d++)
        runner_floor_add(&sum, &r->day[d]);
    assert_memory_equal(&sum, f, sizeof(sum));
    for (int i = 0; i < OUTCOME_COUNT; i++)
        outcomes += r->outcome[i];
    assert_int_equal(outcomes, r->attempts);
    assert_int_equal(r->outcome[OUTCOME_NONE], 0);
    assert_int_equal(f->dials, r->placed);
    assert_true(f->talks + f->lost >= f->live);
    assert_true(f->wrong <= f->lost && f->lost <= f->live);
    assert_true(f->idle_s + f->busy_s <= f->agent_s + 1);
    assert_true(f->talk_s <= f->busy_s + 3600.0);
    assert_int_equal(r->talked, r->outcome[OUTCOME_TALKED]);
}

static void test_a_predictive_day(void **state)
{
    (void)state;
    struct runner_result r;
    struct day *x = floor_of("hours = 3\n");
    day_run(x, 7, &r);
    const struct runner_floor *f = &r.floor;
    adds_up(&r);
    assert_int_equal(r.live, f->live);
    assert_int_equal(r.abandoned, f->lost);
    assert_int_equal(r.talked, f->talks);
    assert_int_equal(f->talks + f->lost, f->live);
    assert_int_equal(r.agents, 8);
    assert_in_range((int64_t)f->agent_s, 8 * 3 * 3600 - 20, 8 * 3 * 3600);
    assert_true(runner_floor_talk_min_h(f) > 30.0);
    assert_true(runner_floor_talk_min_h(f) < 40.0);
    assert_true(runner_floor_aband_pct(f) < 3.6);
    assert_in_range((int64_t)(runner_floor_dials_per_live(f) * 100), 450, 600);
    assert_true(runner_floor_held_s(f) < 0.3);
    assert_true(f->withdrawn > 500);
    assert_int_equal(f->wrong + f->machines, 0);
    assert_int_equal(x->minutes, 3 * 60 - 1);
    assert_true(r.end_us - x->last_us >= 45 * CIVIL_SECOND_US);
    assert_true(r.end_us - x->last_us < 60 * CIVIL_SECOND_US);
    uint64_t dials = 0;
    for (size_t i = 0; i < x->minutes; i++) {
        const struct runner_minute *m = &x->minute[i];
        assert_int_equal(m->ready + m->talking + m->wrapping, 8);
        assert_int_equal(m->paused, 0);
        dials += m->dials;
    }
    assert_true(dials <= f->dials && dials + 60 > f->dials);
    assert_int_equal(r.leads, r.lead[LEAD_NEW] + r.lead[LEAD_EXHAUSTED] +
                                  r.lead[LEAD_DENIED] + r.lead[LEAD_DONE] +
                                  r.lead[LEAD_WAITING]);
    assert_int_equal(r.lead[LEAD_DONE], r.talked);
    day_free(x);
}

static void test_same_seed_same_journal(void **state)
{
    (void)state;
    struct runner_result a, b;
    struct day *x = floor_of("");
    day_run(x, 3, &a);
    day_run(x, 3, &b);
    assert_string_equal(a.journal_hash, b.journal_hash);
    assert_int_equal(a.events, b.events);
    day_run(x, 4, &b);
    assert_string_not_equal(a.journal_hash, b.journal_hash);
    day_free(x);
}

/* Two ways of dialling call the same people: who is one for the first is one
 * for the other. */
static void test_policies_meet_the_same_people(void **state)
{
    (void)state;
    struct campaign_pacing p;
    struct runner_result a, b;
    struct day *x = floor_of("hours = 2\n"), *y = floor_of("hours = 2\n");
    day_run(x, 3, &a);
    set_policy(y, "progressive", &p);
    day_run(y, 3, &b);
    assert_int_equal(b.abandoned, 0);
    assert_true(b.talked < a.talked);
    assert_true(y->talked.n > 200);
    uint64_t both = 0;
    struct sim_list *list = sim_list_new(&x->d->scenario, 3);
    for (size_t i = 0; i < 4000; i++) {
        struct lead l;
        uint64_t v, w;
        sim_list_lead(list, i, &l);
        if (map_get(&x->talked, l.phone[0].e164, &v) &&
            map_get(&y->talked, l.phone[0].e164, &w)) {
            assert_int_equal(v, w);
            both++;
        }
    }
    assert_true(both > 200);
    sim_list_free(list);
    day_free(x);
    day_free(y);
}

static void test_every_policy(void **state)
{
    (void)state;
    static const char *const name[] = {"progressive",           "power:r=2.5",
                                       "vicidial:mode=tapered", "erlang_b",
                                       "vicidial:mode=hard",    "credit"};
    struct runner_result r;
    struct campaign_pacing p;
    for (size_t i = 0; i < tm_array_len(name); i++) {
        struct day *x = floor_of("");
        set_policy(x, name[i], &p);
        day_run(x, 5, &r);
        adds_up(&r);
        assert_true(r.talked > 50);
        day_free(x);
    }
}

/* --- keys ------------------------------------------------------------------*/

static unsigned here(const struct day *x, size_t minute)
{
    const struct runner_minute *m = &x->minute[minute];
    return m->ready + m->talking + m->wrapping;
}

static void test_agents_come_and_go(void **state)
{
    (void)state;
    struct runner_result r;
    struct day *x = floor_of("hours = 2\nat = 09:20 logout 5 60 0 09:40\n"
                             "at = 10:00 logout 2 5 60 never\n"
                             "at = 10:20 login 4 10\n");
    day_run(x, 3, &r);
    adds_up(&r);
    assert_int_equal(here(x, 15), 8);
    assert_int_equal(here(x, 35), 3);
    assert_int_equal(here(x, 45), 8);
    assert_int_equal(here(x, 75), 6);
    assert_int_equal(here(x, 90), 10);
    day_free(x);
}

static void test_breaks(void **state)
{
    (void)state;
    struct runner_result r;
    struct day *x = floor_of("hours = 4\nbrk_rate = 2\nbrk_mean = 300\n"
                             "brk_notice = 30\n");
    day_run(x, 3, &r);
    adds_up(&r);
    uint64_t paused = 0;
    for (size_t i = 0; i < x->minutes; i++)
        paused += x->minute[i].paused;
    /* of 8 agents a seventh rests: 300 of 1800 + 300 seconds */
    assert_in_range(paused * 100 / x->minutes, 60, 190);
    assert_in_range((int64_t)r.floor.agent_s, 8 * 4 * 3600 * 0.75,
                    8 * 4 * 3600 * 0.95);
    day_free(x);
}

static double live_share(struct day *x, uint64_t seed, struct runner_result *r)
{
    struct campaign_pacing p;
    set_policy(x, "progressive", &p);
    day_run(x, seed, r);
    adds_up(r);
    day_free(x);
    return (double)r->floor.live / (double)r->floor.dials;
}

static void test_rates(void **state)
{
    (void)state;
    struct runner_result r;
    double usual = live_share(floor_of("hours = 4\n"), 3, &r);
    assert_true(usual > 0.18 && usual < 0.22);
    double moved = live_share(floor_of("hours = 4\nat = 09:01 p 0.4\n"), 3, &r);
    assert_true(moved > 0.36 && moved < 0.44);
    double blocks =
        live_share(floor_of("hours = 8\nblock = 20\nblock_cv = 0.6\n"), 3, &r);
    assert_true(blocks > 0.15 && blocks < 0.25 && blocks != usual);
    double low = live_share(
        floor_of("hours = 4\nsw_hi = 0.5\nsw_lo = 0.3\nsw_mean = 60\n"), 3, &r);
    assert_true(low > 0.05 && low < 0.11);
    /* 200 leads, dialled again and again: each pass is of new people */
    double decays = live_share(
        floor_of("hours = 4\nlist_size = 200\npass_decay = 0.5\n"), 3, &r);
    assert_true(decays < 0.12);
    assert_true(r.floor.dials > 800 && r.leads >= r.floor.dials);
}

static void test_talk(void **state)
{
    (void)state;
    struct runner_result r;
    struct day *x = floor_of("talk = const 60\nwrap = const 20\n"
                             "at = 09:00 talk 0.5\n");
    day_run(x, 3, &r);
    adds_up(&r);
    double mean = r.floor.talk_s / (double)r.floor.talks;
    assert_true(mean > 29.9 && mean < 30.1);
    day_free(x);
    x = floor_of("talk = const 60\nshort_frac = 1\nshort_mean = 9\n");
    day_run(x, 3, &r);
    mean = r.floor.talk_s / (double)r.floor.talks;
    assert_true(mean > 8.0 && mean < 10.0);
    day_free(x);
}

/* Machines that get through and people who do not. */
static void test_detection(void **state)
{
    (void)state;
    struct runner_result r;
    struct day *x = floor_of("hours = 4\namd_fp = 2 %\namd_fn = 10 %\n"
                             "amd_lo = 0.1\namd_hi = 0.8\n");
    day_run(x, 3, &r);
    adds_up(&r);
    assert_in_range(r.floor.wrong * 1000 / r.floor.live, 8, 35);
    assert_true(r.floor.machines > 50);
    assert_true(r.floor.lost >= r.floor.wrong);
    day_free(x);
    x = floor_of("amd = 0\nmach_handle = 9\n");
    day_run(x, 3, &r);
    adds_up(&r);
    assert_int_equal(r.floor.wrong, 0);
    assert_true(r.floor.machines > r.floor.talks / 3);
    day_free(x);
}

static void test_telephones_that_ring(void **state)
{
    (void)state;
    struct runner_result r;
    struct day *x = floor_of("leg_per_call = 1\n");
    struct campaign_pacing p;
    set_policy(x, "progressive", &p);
    day_run(x, 3, &r);
    adds_up(&r);
    assert_true(r.talked > 50);
    assert_true(runner_floor_held_s(&r.floor) < 2.0);
    assert_true(x->records[RECORD_STAFF] > r.talked);
    day_free(x);
}

/* --- days ------------------------------------------------------------------*/

/* Two days: nights are quiet, each day has its own figures. */
static void test_days(void **state)
{
    (void)state;
    struct runner_result r;
    struct day *x = floor_of("days = 3\nhours = 0.5\n");
    day_run(x, 3, &r);
    adds_up(&r);
    assert_int_equal(r.days, 3);
    for (size_t d = 0; d < 3; d++) {
        assert_true(r.day[d].dials > 300);
        assert_in_range((int64_t)r.day[d].agent_s, 8 * 1800 - 20, 8 * 1800);
    }
    assert_int_equal(x->minutes, 3 * 29);
    assert_int_equal(x->minute[29].day, 1);
    assert_true(x->minute[29].at_us - x->minute[28].at_us > 20 * CIVIL_HOUR_US);
    day_free(x);
}

/* The night in which summer time ends: the hours of the plan are those of the
 * clock on the wall, the day of the scenario is UTC. */
static void test_summer_time_ends(void **state)
{
    (void)state;
    struct runner_result r;
    struct day *x = day_new(fixture_day_new(
        "agents = 4\ndays = 2\nhours = 4\nstart = 2026-10-31T12:00Z\n"
        "rules = allow\nlist_size = 900\ntried = 0\nzones = eastern:1\n"
        "[campaign]\nname = own\nseller = Lakeside\ncaller_kind = seller\n"
        "purpose = sale\ngoods = other\nleads_to_sale = yes\n"
        "list = people\ntrunk = main\ncaller_id = +12025550100\n"
        "caller_name = Lakeside\ncaller_id_authority = yes\n"
        "ftc_jurisdiction = yes\ncountry = US\nchannel = voice_live\n"
        "dial_mode = progressive\nmax_calls = 30\ncalls_per_second = 20\n"
        "hopper = 50\nring_timeout = 25s\n"
        "abandoned_say = \"This is Lakeside, a telemarketing call. Call 202 "
        "555 0100, or press 9 to be taken off our list.\"\n"
        "carries = disclose_seller_purpose_goods\n"
        "[hours]\ndaily = 09:00-20:00\n"));
    day_run(x, 3, &r);
    adds_up(&r);
    assert_true(r.talked > 40);
    /* 09:00 is 13:00Z on the first day, 14:00Z on the second */
    int64_t first_us = 0, second_us = 0, day_us = r.start_us + CIVIL_DAY_US;
    for (size_t i = 0; i < x->minutes; i++) {
        const struct runner_minute *m = &x->minute[i];
        if (m->dials > 0 && m->day == 0 && first_us == 0)
            first_us = m->at_us - r.start_us;
        if (m->dials > 0 && m->day == 1 && second_us == 0)
            second_us = m->at_us - day_us;
    }
    assert_in_range(first_us, CIVIL_HOUR_US, CIVIL_HOUR_US + CIVIL_MINUTE_US);
    assert_in_range(second_us, 2 * CIVIL_HOUR_US,
                    2 * CIVIL_HOUR_US + CIVIL_MINUTE_US);
    day_free(x);
}

/* A campaign of its own, each way of dialling, agents who hold, say what they
 * please and are promised calls. */
static const char OWN[] =
    "agents = 5\ndays = 1\nhours = 3\nstart = 2026-11-23T16:00Z\n"
    "rules = allow\nlist_size = 1500\ntried = 0\np_human = 0.4\n"
    "p_optout = 0\n"
    "[campaign]\nname = own\nseller = Lakeside\ncaller_kind = seller\n"
    "purpose = sale\ngoods = other\nleads_to_sale = yes\nlist = people\n"
    "trunk = main\ncaller_id = +12025550100\ncaller_name = Lakeside\n"
    "caller_id_authority = yes\nftc_jurisdiction = yes\ncountry = US\n"
    "channel = voice_live\nmax_calls = 60\ncalls_per_second = 20\n"
    "hopper = 100\nring_timeout = 25s\n"
    "abandoned_say = \"This is Lakeside, a telemarketing call. Call 202 555 "
    "0100, or press 9 to be taken off our list.\"\n"
    "carries = disclose_seller_purpose_goods\n"
    "dial_mode = %s\n"
    "[caps]\nnumber_24h = 9\nlead = 9\n"
    "[retry]\nbusy = 2 x 5m\nno_answer = 1 x 20m\nmachine = 1 x 30m\n";

static void test_own_campaigns(void **state)
{
    (void)state;
    static const char *const mode[] = {"manual", "preview", "progressive",
                                       "power\npacing = power:r=2",
                                       "predictive"};
    struct runner_result r;
    for (size_t i = 0; i < tm_array_len(mode); i++) {
        struct buf b;
        buf_init(&b, 1 << 16);
        const char *at = strstr(OWN, "%s");
        buf_add(&b, OWN, (size_t)(at - OWN));
        buf_add_str(&b, mode[i]);
        buf_add_str(&b, at + 2);
        struct day *x = day_new(fixture_day_new(b.p));
        printf("own campaign, %s\n", mode[i]);
        day_run(x, 3, &r);
        adds_up(&r);
        assert_true(r.talked > 60);
        assert_true(x->records[RECORD_DISPOSITION] > r.talked / 2);
        if (i < 3)
            assert_int_equal(r.floor.lost, 0);
        day_free(x);
        buf_fini(&b);
    }
}

static struct day *own_of(const char *keys, const char *mode, const char *more)
{
    struct buf b;
    const char *at = strstr(OWN, "%s");
    buf_init(&b, 1 << 16);
    buf_add_str(&b, keys);
    buf_add(&b, OWN, (size_t)(at - OWN));
    buf_add_str(&b, mode);
    buf_add_str(&b, at + 2);
    buf_add_str(&b, more);
    struct day *x = day_new(fixture_day_new(b.p));
    buf_fini(&b);
    return x;
}

/* Two campaigns that want more lines than the trunk has share it by weight. */
static void test_trunk_by_weight(void **state)
{
    (void)state;
    static const char *const way[] = {
        "power\npacing = power:r=4\nweight = 300",
        "power\npacing = power:r=4\nweight = 100"};
    struct runner_result r;
    struct day *x = own_of("trunk_calls = 4\n", way[0], "");
    struct day *y = own_of("", way[1], "");
    x->o.second = y->d->plan;
    day_run(x, 3, &r);
    double share = (double)x->early[1] / (double)x->early[2];
    printf("%llu and %llu attempts\n", (unsigned long long)x->early[1],
           (unsigned long long)x->early[2]);
    assert_true(x->early[2] > 40);
    assert_true(share > 2.0 && share < 4.5);
    day_free(x);
    day_free(y);
}

/* --- calls to us -----------------------------------------------------------*/

static const char INBOUND[] =
    "[inbound]\nnumbers = +12025550100\ngreeting = \"Lakeside.\"\n"
    "wait_say = \"Please wait.\"\ncallback_key = 1\nopt_out_key = 9\n"
    "closed_say = \"Nobody is here.\"\n";

static const char CALLERS[] =
    "callers = 150\ncaller_patience = exp 60\nknown_callers = 0.4\n"
    "caller_callback = 0.1\ncaller_optout = 0.05\n";

static void callers_add_up(const struct day *x, const struct runner_result *r)
{
    const struct runner_callers *c = &r->callers;
    assert_int_equal(x->records[RECORD_INCOMING], c->recorded);
    assert_true(c->recorded + c->unheard <= c->callers);
    assert_true(c->talked > 0 && c->gave_up > 0 && c->callbacks > 0);
    assert_true(c->talked + c->gave_up + c->turned_away <= c->recorded);
    assert_true(c->in_target <= c->joined && c->joined <= c->callers);
    assert_true(c->longest_s * (double)c->joined >= c->wait_s);
}

static void test_callers(void **state)
{
    (void)state;
    static const char *const mode[] = {"manual", "progressive", "predictive"};
    struct runner_result r;
    uint64_t came = 0;
    for (size_t i = 0; i < tm_array_len(mode); i++) {
        struct day *x = own_of(CALLERS, mode[i], INBOUND);
        printf("callers, %s\n", mode[i]);
        day_run(x, 3, &r);
        callers_add_up(x, &r);
        assert_in_range(r.callers.callers, 380, 520);
        assert_int_equal(r.callers.unheard, 0);
        assert_true(r.callers.talked > r.callers.callers / 2);
        assert_true(r.callers.made > 50 && r.callers.opt_outs > 0);
        assert_int_equal(r.floor.caller_talks, r.callers.joined);
        /* The same people, whatever the campaign does. */
        assert_true(i == 0 || r.callers.callers == came);
        came = r.callers.callers;
        day_free(x);
    }
}

/* Who finds all lines taken has called us too, and nobody had him in time. */
static void test_callers_on_a_full_trunk(void **state)
{
    (void)state;
    static const char *const full[] = {"trunk_calls = 4\n", ""};
    char plan[sizeof(INBOUND) + 16];
    struct runner_result r;
    uint64_t came = 0;
    (void)snprintf(plan, sizeof(plan), "%scalls = 1\n", INBOUND);
    for (size_t i = 0; i < tm_array_len(full); i++) {
        char scenario[sizeof(CALLERS) + 32];
        (void)snprintf(scenario, sizeof(scenario), "%s%s", CALLERS, full[i]);
        struct day *x = own_of(scenario, "predictive", i == 0 ? INBOUND : plan);
        day_run(x, 3, &r);
        callers_add_up(x, &r);
        const struct runner_callers *c = &r.callers;
        printf("%llu of %llu found all lines taken\n",
               (unsigned long long)c->unheard, (unsigned long long)c->callers);
        assert_true(c->unheard > 20);
        assert_true(c->recorded + c->unheard + 5 > c->callers);
        assert_true(runner_callers_in_target_pct(c) <=
                    100 - 100.0 * (double)c->unheard / (double)c->callers);
        assert_true(i == 0 || c->callers == came);
        came = c->callers;
        day_free(x);
    }
}

static void random_faults(struct rng *r, struct runner_faults *f,
                          unsigned only);

static void test_callers_with_faults(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 9; i++) {
        struct rng rng;
        struct runner_faults f;
        struct runner_result r;
        rng_init_of(&rng, 2, "faults of floors", i);
        random_faults(&rng, &f, i);
        struct day *x = own_of(CALLERS, "predictive", INBOUND);
        printf("callers and faults, %u\n", i);
        x->o.faults = &f;
        day_run(x, i, &r);
        callers_add_up(x, &r);
        day_free(x);
    }
}

/* --- faults ----------------------------------------------------------------*/

static void random_faults(struct rng *r, struct runner_faults *f, unsigned only)
{
    uint32_t *const ppm[] = {&f->crash_ppm, &f->slow_ppm,  &f->away_ppm,
                             &f->down_ppm,  &f->late_ppm,  &f->mute_ppm,
                             &f->storm_ppm, &f->agent_ppm, &f->clock_ppm};
    *f = (struct runner_faults){.seed = rng_u64(r), .crashes_max = 20};
    for (size_t i = 0; i < tm_array_len(ppm); i++)
        if (only == i || (only >= tm_array_len(ppm) && rng_below(r, 2) == 0))
            *ppm[i] = 100 + (uint32_t)rng_below(r, 1500);
}

/* Each fault alone, then several. */
static void test_faults(void **state)
{
    (void)state;
    unsigned crashes = 0;
    for (unsigned i = 0; i < 9 + FAULT_SEEDS; i++) {
        struct rng r;
        struct runner_faults f;
        struct runner_result out;
        rng_init_of(&r, 1, "faults of floors", i);
        random_faults(&r, &f, i);
        struct day *x =
            floor_of(i % 2 == 0 ? "brk_rate = 2\nbrk_mean = 120\n"
                                : "leg_per_call = 1\namd_fp = 2 %\n");
        printf("faults of floors, %u\n", i);
        x->o.faults = &f;
        day_run(x, i, &out);
        crashes += out.crashes;
        assert_true(out.talked > 10);
        day_free(x);
    }
    assert_true(crashes > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_predictive_day),
        cmocka_unit_test(test_same_seed_same_journal),
        cmocka_unit_test(test_policies_meet_the_same_people),
        cmocka_unit_test(test_every_policy),
        cmocka_unit_test(test_agents_come_and_go),
        cmocka_unit_test(test_breaks),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_talk),
        cmocka_unit_test(test_detection),
        cmocka_unit_test(test_telephones_that_ring),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_summer_time_ends),
        cmocka_unit_test(test_own_campaigns),
        cmocka_unit_test(test_trunk_by_weight),
        cmocka_unit_test(test_callers),
        cmocka_unit_test(test_callers_on_a_full_trunk),
        cmocka_unit_test(test_callers_with_faults),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

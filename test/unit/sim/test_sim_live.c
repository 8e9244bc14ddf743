/* Calls for agents on the simulated carrier: what a dial becomes, verdicts of
 * detection, bridges, legs to agents, bad networks. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/rules/rules.h"
#include "sim/sim_carrier.h"

enum { EVENTS_MAX = 40000, IDS = 4000, LINES = 20, STAFF = 4, PEOPLE = 4 };

#define SECOND INT64_C(1000000)

static const uint64_t NUMBER = 12125550100;
static const int64_t START = INT64_C(1795000000000000);

struct told {
    unsigned dialled, answered, joined, ended;
    struct sim_live_call last;
};

struct desk {
    struct arena arena;
    struct scenario scenario;
    struct sim_clock clock;
    struct sim_carrier_live live;
    struct sim_carrier *sim;
    struct carrier port;
    struct carrier_event ev[EVENTS_MAX];
    size_t n;
    struct told told[IDS];
    int64_t last_id;
    bool deaf; /* nobody takes calls to us */
    unsigned said;
};

static void on_event(void *arg, const struct carrier_event *ev)
{
    struct desk *d = arg;
    assert_true(d->n < EVENTS_MAX);
    assert_int_equal(ev->at_us, d->clock.now_us);
    d->ev[d->n++] = *ev;
    if (ev->kind == CARRIER_INCOMING && !d->deaf)
        ev->adopt->v = ++d->last_id;
}

static void on_says(void *arg, struct attempt_id a, const struct prompt *list,
                    size_t n)
{
    struct desk *d = arg;
    (void)list;
    assert_true(a.v > 0 && n > 0);
    d->said++;
}

static void on_news(void *arg, enum sim_live_news news,
                    const struct sim_live_call *c)
{
    struct desk *d = arg;
    struct told *t = &d->told[c->attempt.v];
    t->last = *c;
    t->dialled += news == SIM_LIVE_DIALLED;
    t->answered += news == SIM_LIVE_ANSWERED;
    t->joined += news == SIM_LIVE_JOINED;
    t->ended += news == SIM_LIVE_ENDED;
}

static struct desk *desk_new(const char *keys)
{
    struct desk *d = test_calloc(1, sizeof(*d));
    struct err e;
    arena_init(&d->arena);
    scenario_init(&d->scenario);
    if (scenario_load(&d->scenario, &d->arena, "test", str_of(keys), &e) !=
        TM_OK)
        fail_msg("%s", e.text);
    d->scenario.world.seed = 5;
    d->live = (struct sim_carrier_live){.scenario = &d->scenario,
                                        .talk_factor = 1.0,
                                        .news = on_news,
                                        .arg = d};
    sim_clock_init(&d->clock, START,
                   (size_t)(LINES + STAFF) * SIM_CARRIER_TIMERS);
    struct sim_carrier_options o = {.clock = &d->clock,
                                    .world = &d->scenario.world,
                                    .trunk = "main",
                                    .says = on_says,
                                    .says_arg = d,
                                    .calls_max = LINES,
                                    .live = &d->live,
                                    .staff_max = STAFF,
                                    .staff_ring = distribution_of("const 1.5")};
    d->sim = sim_carrier_new(&o);
    sim_carrier_port(d->sim, &d->port);
    sim_carrier_listen(d->sim, on_event, d);
    return d;
}

static void desk_free(struct desk *d)
{
    sim_carrier_free(d->sim);
    sim_clock_fini(&d->clock);
    arena_fini(&d->arena);
    test_free(d);
}

/* Who is called by name is an agent, whoever the permit is for. */
static struct attempt_id place(struct desk *d, bool staff, bool detect)
{
    struct attempt_id id = {++d->last_id};
    struct permit p;
    assert_true(id.v < IDS);
    assert_int_equal(rules_staff_permit(id, NUMBER + (uint64_t)id.v,
                                        d->clock.now_us, 10 * SECOND, &p),
                     TM_OK);
    struct call_spec s = {.attempt = id,
                          .to = p.e164,
                          .trunk = "main",
                          .ring_timeout_ms = 26000,
                          .detect = detect,
                          .user = staff ? "agent1" : NULL};
    if (d->port.place(d->port.self, &p, &s, NULL) != TM_OK)
        id.v = 0;
    return id;
}

static const struct carrier_event *next_of(struct desk *d, struct attempt_id id,
                                           enum carrier_event_kind kind)
{
    for (;;) {
        size_t from = d->n;
        if (!sim_clock_step(&d->clock))
            return NULL;
        for (size_t i = from; i < d->n; i++)
            if (d->ev[i].kind == kind && d->ev[i].attempt.v == id.v)
                return &d->ev[i];
    }
}

static int bridge(struct desk *d, struct attempt_id a, struct attempt_id b)
{
    return d->port.bridge(d->port.self, a, b);
}

static void run_out(struct desk *d)
{
    while (sim_clock_step(&d->clock))
        ;
}

static const char PERSON[] = "p_human = 1\np_machine = 0\np_busy = 0\n"
                             "ring = const 9\ntalk = const 40\n"
                             "wrap = const 12\npatience = const 15\n";

static void test_a_talk(void **state)
{
    (void)state;
    struct desk *d = desk_new(PERSON);
    struct attempt_id leg = place(d, true, false);
    const struct carrier_event *ev = next_of(d, leg, CARRIER_ANSWERED);
    assert_int_equal(ev->at_us - START, 1500000);
    int64_t from_us = d->clock.now_us;
    struct attempt_id a = place(d, false, false);
    assert_int_equal(bridge(d, a, leg), TM_ESTATE);
    assert_int_equal(next_of(d, a, CARRIER_PLACED)->at_us, from_us);
    ev = next_of(d, a, CARRIER_ANSWERED);
    assert_int_equal(ev->at_us - from_us, 9 * SECOND);
    sim_clock_advance(&d->clock, d->clock.now_us + SECOND);
    d->live.talk_factor = 0.5;
    assert_int_equal(bridge(d, a, leg), TM_OK);
    assert_int_equal(bridge(d, a, leg), TM_ESTATE);
    int64_t joined_us = d->clock.now_us;
    ev = next_of(d, a, CARRIER_ENDED);
    assert_int_equal(ev->cause, CAUSE_CALLEE);
    assert_int_equal(ev->at_us - joined_us, 20 * SECOND);
    const struct told *t = &d->told[a.v];
    assert_int_equal(t->dialled + t->answered + t->joined + t->ended, 4);
    assert_int_equal(t->last.joined_us - t->last.answered_us, SECOND);
    assert_int_equal(t->last.talk_us, 20 * SECOND);
    assert_int_equal(t->last.wrap_us, 12 * SECOND);
    assert_false(t->last.machine || t->last.wrong || t->last.withdrawn);
    /* his leg stays up and takes the next */
    a = place(d, false, false);
    (void)next_of(d, a, CARRIER_ANSWERED);
    assert_int_equal(bridge(d, leg, a), TM_OK);
    desk_free(d);
}

/* Put on hold and taken back he talks on for what is left. */
static void test_parted(void **state)
{
    (void)state;
    struct desk *d = desk_new(PERSON);
    struct attempt_id leg = place(d, true, false),
                      other = place(d, true, false);
    (void)next_of(d, other, CARRIER_ANSWERED);
    struct attempt_id a = place(d, false, false);
    (void)next_of(d, a, CARRIER_ANSWERED);
    assert_int_equal(bridge(d, a, leg), TM_OK);
    sim_clock_advance(&d->clock, d->clock.now_us + 10 * SECOND);
    d->port.part(d->port.self, a);
    d->port.part(d->port.self, a);
    sim_clock_advance(&d->clock, d->clock.now_us + 5 * SECOND);
    assert_int_equal(bridge(d, a, leg), TM_OK);
    sim_clock_advance(&d->clock, d->clock.now_us + 10 * SECOND);
    sim_carrier_break(d->sim, leg); /* the agent's telephone is gone */
    assert_int_equal(d->ev[d->n - 1].kind, CARRIER_ENDED);
    assert_int_equal(d->ev[d->n - 1].attempt.v, leg.v);
    assert_int_equal(d->ev[d->n - 1].cause, CAUSE_NETWORK);
    assert_int_equal(bridge(d, a, other), TM_OK);
    int64_t us = d->clock.now_us;
    assert_int_equal(next_of(d, a, CARRIER_ENDED)->at_us - us, 20 * SECOND);
    assert_int_equal(d->told[a.v].last.talk_us, 40 * SECOND);
    assert_int_equal(d->told[a.v].joined, 1);
    desk_free(d);
}

/* Nobody takes him: he goes, but not within the hold. */
static void test_patience(void **state)
{
    (void)state;
    struct desk *d = desk_new(PERSON);
    struct attempt_id a = place(d, false, true);
    const struct carrier_event *ev = next_of(d, a, CARRIER_PERSON);
    int64_t us = ev->at_us;
    assert_int_equal(ev->since_us, us);
    struct prompt sorry = {.kind = PROMPT_TEXT, .text = str_of("Sorry")};
    assert_int_equal(d->port.play(d->port.self, a, &sorry, 1, 3), TM_OK);
    assert_int_equal(next_of(d, a, CARRIER_PLAYED)->tag, 3);
    ev = next_of(d, a, CARRIER_ENDED);
    assert_int_equal(ev->at_us - us, 17 * SECOND);
    assert_int_equal(d->told[a.v].last.joined_us, 0);
    desk_free(d);
}

/* Who finds nobody may press the key that he hears of. */
static void test_key(void **state)
{
    (void)state;
    struct desk *d = desk_new("p_human = 1\np_machine = 0\np_busy = 0\n"
                              "p_optout = 1\noptout_key = 9\n"
                              "react = const 2\nring = const 9\n");
    struct attempt_id a = place(d, false, false);
    (void)next_of(d, a, CARRIER_ANSWERED);
    int64_t us = d->clock.now_us;
    struct prompt sorry = {.kind = PROMPT_TEXT, .text = str_of("Press 9")};
    assert_int_equal(d->port.play(d->port.self, a, &sorry, 1, 3), TM_OK);
    const struct carrier_event *ev = next_of(d, a, CARRIER_DIGIT);
    assert_int_equal(ev->digit, '9');
    assert_int_equal(ev->at_us - us, 2 * SECOND);
    desk_free(d);
}

static void test_detection(void **state)
{
    (void)state;
    uint64_t person = 0, machine = 0, wrong_person = 0, wrong_machine = 0;
    struct desk *d = desk_new("p_human = 0.5\np_machine = 0.5\np_busy = 0\n"
                              "ring = const 9\nmach_t = const 20\n"
                              "amd_fp = 10 %\namd_fn = 20 %\n"
                              "amd_lo = 0.2\namd_hi = 0.6\n");
    for (int i = 0; i < 2000; i++) {
        struct attempt_id a = place(d, false, true);
        const struct carrier_event *ev = next_of(d, a, CARRIER_ANSWERED);
        int64_t us = ev->at_us;
        size_t from = d->n;
        while (d->n == from)
            assert_true(sim_clock_step(&d->clock));
        ev = &d->ev[from];
        bool said_machine = ev->kind == CARRIER_MACHINE;
        assert_true(said_machine || ev->kind == CARRIER_PERSON);
        assert_int_equal(ev->since_us, us);
        const struct sim_live_call *c = &d->told[a.v].last;
        /* A machine that is known for one has been heard for 2 s. */
        bool known = c->machine && said_machine;
        assert_in_range(ev->at_us - us, known ? 2 * SECOND : 200000,
                        known ? 2 * SECOND : 600000);
        assert_int_equal(said_machine != c->machine, c->wrong);
        person += !c->machine;
        machine += c->machine;
        wrong_person += !c->machine && c->wrong;
        wrong_machine += c->machine && c->wrong;
        d->port.hangup(d->port.self, a, HANGUP_NORMAL);
        (void)next_of(d, a, CARRIER_ENDED);
        d->n = 0;
    }
    assert_in_range(person, 900, 1100);
    assert_in_range(wrong_person * 1000 / person, 65, 135);
    assert_in_range(wrong_machine * 1000 / machine, 150, 250);
    desk_free(d);
}

static void test_withdrawn(void **state)
{
    (void)state;
    struct desk *d = desk_new("p_human = 0\np_machine = 0\np_busy = 0\n");
    struct attempt_id a = place(d, false, false), b = place(d, false, false);
    sim_clock_step(&d->clock);
    sim_clock_step(&d->clock);
    d->port.hangup(d->port.self, a, HANGUP_WITHDRAW);
    const struct carrier_event *ev = next_of(d, b, CARRIER_ENDED);
    assert_int_equal(ev->cause, CAUSE_NO_ANSWER);
    assert_int_equal(ev->at_us - START, 26 * SECOND);
    assert_true(d->told[a.v].last.withdrawn);
    assert_int_equal(d->told[a.v].ended, 1);
    assert_false(d->told[b.v].last.withdrawn);
    desk_free(d);
}

static void test_bad_networks(void **state)
{
    (void)state;
    struct desk *d = desk_new(PERSON);
    unsigned codes[700] = {0};
    sim_carrier_set_answers(d->sim, SIM_ANSWERS_STORM);
    for (int i = 0; i < 200; i++) {
        struct attempt_id a = place(d, false, false);
        size_t from = d->n;
        while (sim_clock_step(&d->clock))
            ;
        for (size_t k = from; k < d->n; k++)
            codes[d->ev[k].attempt.v == a.v && d->ev[k].kind == CARRIER_ENDED
                      ? d->ev[k].code
                      : 1]++;
    }
    assert_in_range(codes[503] + codes[480], 120, 190);
    assert_true(codes[503] > codes[480] && codes[480] > 20);
    sim_carrier_set_answers(d->sim, SIM_ANSWERS_NEVER);
    struct attempt_id a = place(d, false, false);
    int64_t us = d->clock.now_us;
    const struct carrier_event *ev = next_of(d, a, CARRIER_ENDED);
    assert_int_equal(ev->cause, CAUSE_NO_ANSWER);
    assert_int_equal(ev->at_us - us, 26 * SECOND);
    sim_carrier_set_answers(d->sim, SIM_ANSWERS_LATE);
    a = place(d, false, false);
    us = d->clock.now_us;
    ev = next_of(d, a, CARRIER_ANSWERED);
    assert_in_range(ev->at_us - us, 9 * SECOND + 1, 12 * SECOND);
    desk_free(d);
}

/* Whatever is done, each call has one end and nothing is up afterwards. */
static void random_desk(uint64_t seed)
{
    struct desk *d = desk_new("p_human = 0.5\np_machine = 0.2\n"
                              "talk = exp 5\nring = uniform 1 5\n");
    struct rng r;
    rng_init(&r, seed, "live calls");
    int64_t leg[STAFF] = {1, 1, 1, 1}, person[PEOPLE] = {0};
    for (int i = 0; i < 6000; i++) {
        /* somebody of the last ones, a leg most often second */
        struct attempt_id a = {person[rng_below(&r, PEOPLE)]};
        struct attempt_id b = {leg[rng_below(&r, STAFF)]};
        if (rng_below(&r, 8) == 0)
            a.v = leg[rng_below(&r, STAFF)];
        struct attempt_id id = {0};
        switch (rng_below(&r, 20)) {
        case 0:
            id = place(d, true, false);
            if (id.v != 0)
                leg[rng_below(&r, STAFF)] = id.v;
            break;
        case 1:
            id = place(d, false, rng_below(&r, 2) == 0);
            if (id.v != 0)
                person[rng_below(&r, PEOPLE)] = id.v;
            break;
        case 2:
        case 3:
        case 4:
        case 5: (void)bridge(d, a, b); break;
        case 6: d->port.part(d->port.self, a); break;
        case 7:
            if (rng_below(&r, 4) == 0)
                d->port.hangup(d->port.self, a, HANGUP_NORMAL);
            break;
        case 8:
            if (rng_below(&r, 4) == 0)
                sim_carrier_break(d->sim, a);
            break;
        default: (void)sim_clock_step(&d->clock); break;
        }
        if (rng_below(&r, 500) == 0)
            sim_carrier_crash(d->sim);
    }
    for (int64_t i = 1; i <= d->last_id; i++)
        d->port.hangup(d->port.self, (struct attempt_id){i}, HANGUP_SHUTDOWN);
    run_out(d);
    uint64_t joined = 0;
    for (int64_t i = 1; i <= d->last_id; i++) {
        const struct told *t = &d->told[i];
        assert_true(t->dialled <= t->ended && t->ended <= 1);
        assert_true(t->joined <= t->answered && t->answered <= t->dialled);
        joined += t->joined;
        unsigned ends = 0;
        for (size_t k = 0; k < d->n; k++) {
            if (d->ev[k].attempt.v != i)
                continue;
            assert_int_equal(ends, 0);
            ends += d->ev[k].kind == CARRIER_ENDED;
        }
    }
    assert_true(joined > 5);
    assert_int_equal(sim_carrier_counts(d->sim).up, 0);
    desk_free(d);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        printf("live calls, seed %llu\n", (unsigned long long)seed);
        random_desk(seed);
    }
}

/* --- people who call us --------------------------------------------------*/

static const struct sim_carrier_caller CALLER = {.from = 13125550100,
                                                 .to = 12125550100,
                                                 .patience_us = 60 * SECOND,
                                                 .talk_us = 40 * SECOND,
                                                 .wrap_us = 7 * SECOND};

static struct attempt_id call_in(struct desk *d,
                                 const struct sim_carrier_caller *who)
{
    bool taken = sim_carrier_call_in(d->sim, who);
    const struct carrier_event *ev = &d->ev[d->n - 1];
    assert_int_equal(ev->kind, CARRIER_INCOMING);
    assert_true(ev->from == who->from && ev->to == who->to);
    return (struct attempt_id){taken ? d->last_id : 0};
}

static void test_a_caller(void **state)
{
    (void)state;
    struct desk *d = desk_new(PERSON);
    struct attempt_id leg = place(d, true, false);
    (void)next_of(d, leg, CARRIER_ANSWERED);
    int64_t from_us = d->clock.now_us;
    struct attempt_id a = call_in(d, &CALLER);
    struct prompt words = {.kind = PROMPT_TEXT, .text = str_of("Welcome.")};
    assert_true(a.v > 0);
    /* It rings: nothing can be played, nobody joined. */
    assert_int_equal(d->port.play(d->port.self, a, &words, 1, 1), TM_ESTATE);
    assert_int_equal(bridge(d, a, leg), TM_ESTATE);
    assert_int_equal(d->port.answer(d->port.self, leg, false), TM_ESTATE);
    assert_int_equal(d->port.answer(d->port.self, a, false), TM_OK);
    assert_int_equal(d->port.answer(d->port.self, a, false), TM_ESTATE);
    assert_non_null(next_of(d, a, CARRIER_ANSWERED));
    assert_int_equal(d->port.play(d->port.self, a, &words, 1, 2), TM_OK);
    assert_int_equal(d->said, 1);
    assert_int_equal(next_of(d, a, CARRIER_PLAYED)->tag, 2);
    assert_int_equal(bridge(d, a, leg), TM_OK);
    int64_t joined_us = d->clock.now_us;
    const struct carrier_event *ev = next_of(d, a, CARRIER_ENDED);
    assert_int_equal(ev->cause, CAUSE_CALLEE);
    assert_int_equal(ev->at_us - joined_us, 40 * SECOND);
    const struct told *t = &d->told[a.v];
    assert_int_equal(t->joined + t->ended, 2);
    assert_int_equal(t->dialled + t->answered, 0);
    assert_true(t->last.caller && t->last.came_us == from_us);
    assert_int_equal(t->last.wrap_us, 7 * SECOND);
    desk_free(d);
}

/* He gives up while it rings, while he waits, and after his agent was lost. */
static void test_caller_gives_up(void **state)
{
    (void)state;
    struct desk *d = desk_new(PERSON);
    int64_t from_us = d->clock.now_us;
    struct attempt_id a = call_in(d, &CALLER);
    const struct carrier_event *ev = next_of(d, a, CARRIER_ENDED);
    assert_int_equal(ev->at_us - from_us, 60 * SECOND);
    assert_int_equal(ev->cause, CAUSE_CALLEE);
    a = call_in(d, &CALLER);
    from_us = d->clock.now_us;
    assert_int_equal(d->port.answer(d->port.self, a, false), TM_OK);
    ev = next_of(d, a, CARRIER_ENDED);
    assert_int_equal(ev->at_us - from_us, 60 * SECOND);
    struct attempt_id leg = place(d, true, false);
    (void)next_of(d, leg, CARRIER_ANSWERED);
    a = call_in(d, &CALLER);
    assert_int_equal(d->port.answer(d->port.self, a, false), TM_OK);
    (void)next_of(d, a, CARRIER_ANSWERED);
    assert_int_equal(bridge(d, a, leg), TM_OK);
    sim_carrier_break(d->sim, leg);
    from_us = d->clock.now_us;
    ev = next_of(d, a, CARRIER_ENDED);
    assert_int_equal(ev->at_us - from_us, 60 * SECOND);
    assert_int_equal(sim_carrier_counts(d->sim).callers, 3);
    assert_int_equal(sim_carrier_counts(d->sim).unheard, 0);
    desk_free(d);
}

/* His key comes while he waits, and not once an agent has him. */
static void test_caller_presses(void **state)
{
    (void)state;
    struct desk *d = desk_new(PERSON);
    struct sim_carrier_caller who = CALLER;
    who.key = '9';
    who.key_us = 5 * SECOND;
    struct attempt_id a = call_in(d, &who);
    assert_int_equal(d->port.answer(d->port.self, a, false), TM_OK);
    int64_t up_us = next_of(d, a, CARRIER_ANSWERED)->at_us;
    const struct carrier_event *ev = next_of(d, a, CARRIER_DIGIT);
    assert_int_equal(ev->digit, '9');
    assert_int_equal(ev->at_us - up_us, 5 * SECOND);
    d->port.hangup(d->port.self, a, HANGUP_NORMAL);
    assert_int_equal(next_of(d, a, CARRIER_ENDED)->cause, CAUSE_US);
    struct attempt_id leg = place(d, true, false);
    (void)next_of(d, leg, CARRIER_ANSWERED);
    a = call_in(d, &who);
    assert_int_equal(d->port.answer(d->port.self, a, false), TM_OK);
    (void)next_of(d, a, CARRIER_ANSWERED);
    assert_int_equal(bridge(d, a, leg), TM_OK);
    assert_null(next_of(d, a, CARRIER_DIGIT));
    desk_free(d);
}

/* Nobody takes it, the trunk is down or full, or it is refused. */
static void test_caller_is_not_taken(void **state)
{
    (void)state;
    struct desk *d = desk_new(PERSON);
    d->deaf = true;
    assert_int_equal(call_in(d, &CALLER).v, 0);
    d->deaf = false;
    size_t n = d->n;
    sim_carrier_set_down(d->sim, true);
    assert_false(sim_carrier_call_in(d->sim, &CALLER));
    sim_carrier_set_down(d->sim, false);
    unsigned room = d->port.room(d->port.self, "main", d->clock.now_us);
    struct attempt_id a = call_in(d, &CALLER);
    assert_int_equal(d->port.room(d->port.self, "main", d->clock.now_us),
                     room - 1);
    for (unsigned i = 1; i < LINES; i++)
        assert_true(call_in(d, &CALLER).v > 0);
    assert_false(sim_carrier_call_in(d->sim, &CALLER));
    assert_int_equal(d->n, n + LINES); /* the others were not told */
    assert_int_equal(sim_carrier_counts(d->sim).unheard, 3);
    d->port.hangup(d->port.self, a, HANGUP_BUSY);
    const struct carrier_event *ev = next_of(d, a, CARRIER_ENDED);
    assert_int_equal(ev->cause, CAUSE_US);
    assert_int_equal(d->port.answer(d->port.self, a, false), TM_ESTATE);
    run_out(d);
    assert_int_equal(sim_carrier_counts(d->sim).declined, 1);
    assert_int_equal(sim_carrier_counts(d->sim).up, 0);
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_talk),
        cmocka_unit_test(test_parted),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_detection),
        cmocka_unit_test(test_withdrawn),
        cmocka_unit_test(test_bad_networks),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_a_caller),
        cmocka_unit_test(test_caller_gives_up),
        cmocka_unit_test(test_caller_presses),
        cmocka_unit_test(test_caller_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

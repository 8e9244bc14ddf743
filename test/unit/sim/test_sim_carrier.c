/* The simulated carrier keeps the promises of port/carrier.h. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/rules/rules.h"
#include "sim/sim_carrier.h"

enum { EVENTS_MAX = 20000 };

#define SECOND INT64_C(1000000)

static const uint64_t NUMBER = 12125550100;
static const int64_t START = INT64_C(1795000000000000);

struct desk {
    struct sim_clock clock;
    struct person_world world;
    struct sim_carrier *sim;
    struct carrier port;
    bool inside;
    struct carrier_event ev[EVENTS_MAX];
    char text[EVENTS_MAX][40];
    size_t n;
};

static void on_event(void *arg, const struct carrier_event *ev)
{
    struct desk *d = arg;
    assert_false(d->inside);
    assert_true(d->n < EVENTS_MAX);
    assert_int_equal(ev->at_us, d->clock.now_us);
    d->ev[d->n] = *ev;
    (void)str_copy(d->text[d->n], sizeof(d->text[0]), ev->text);
    d->n++;
}

static void world_load(struct desk *d, const char *text)
{
    struct err e;
    if (person_world_load(&d->world, "test", str_of(text), &e) != TM_OK)
        fail_msg("%s", e.text);
}

static struct desk *desk_new(const char *world, unsigned calls, uint64_t rate)
{
    struct desk *d = test_calloc(1, sizeof(*d));
    person_world_init(&d->world, 1);
    world_load(d, world);
    sim_clock_init(&d->clock, START, calls * SIM_CARRIER_TIMERS);
    struct sim_carrier_options o = {.clock = &d->clock,
                                    .world = &d->world,
                                    .trunk = "main",
                                    .calls_max = calls,
                                    .calls_per_1000s = rate};
    d->sim = sim_carrier_new(&o);
    sim_carrier_port(d->sim, &d->port);
    sim_carrier_listen(d->sim, on_event, d);
    return d;
}

static void desk_free(struct desk *d)
{
    sim_carrier_free(d->sim);
    sim_clock_fini(&d->clock);
    test_free(d);
}

/* A permit as the rules make it, for a telephone of ours. */
static struct permit permit_of(const struct desk *d, int64_t id, uint64_t e164)
{
    struct permit p;
    assert_int_equal(rules_staff_permit((struct attempt_id){id}, e164,
                                        d->clock.now_us, 10 * SECOND, &p),
                     TM_OK);
    return p;
}

static struct call_spec spec_of(const struct permit *p)
{
    return (struct call_spec){.attempt = p->attempt,
                              .to = p->e164,
                              .trunk = "main",
                              .ring_timeout_ms = 25000};
}

static int place(struct desk *d, int64_t id, uint64_t e164)
{
    struct permit p = permit_of(d, id, e164);
    struct call_spec s = spec_of(&p);
    d->inside = true;
    int rc = d->port.place(d->port.self, &p, &s, NULL);
    d->inside = false;
    return rc;
}

static int play(struct desk *d, int64_t id, const char *text, uint32_t tag)
{
    struct prompt p = {.kind = PROMPT_TEXT, .text = str_of(text)};
    d->inside = true;
    int rc = d->port.play(d->port.self, (struct attempt_id){id}, &p, 1, tag);
    d->inside = false;
    return rc;
}

/* Until an event of the kind, or the queue is empty. */
static const struct carrier_event *wait_for(struct desk *d,
                                            enum carrier_event_kind kind)
{
    for (;;) {
        size_t from = d->n;
        if (!sim_clock_step(&d->clock))
            return NULL;
        for (size_t i = from; i < d->n; i++)
            if (d->ev[i].kind == kind)
                return &d->ev[i];
    }
}

static void run_out(struct desk *d)
{
    while (sim_clock_step(&d->clock))
        ;
}

static const char HUMAN[] = "p_human = 1\np_machine = 0\np_busy = 0\n"
                            "p_optout = 0\np_leave = 0\np_barge = 0\n"
                            "keys = 1:1\nreact = const 2\n"
                            "patience = const 15\n";

static void test_a_call(void **state)
{
    (void)state;
    struct desk *d = desk_new(HUMAN, 4, 0);
    assert_int_equal(place(d, 1, NUMBER), TM_OK);
    assert_int_equal(d->n, 0);
    assert_int_equal(play(d, 1, "too early", 1), TM_ESTATE);
    const struct carrier_event *ev = wait_for(d, CARRIER_PLACED);
    assert_string_equal(d->text[ev - d->ev], "sim-1@telemark");
    assert_int_equal(wait_for(d, CARRIER_RINGING)->code, 180);
    ev = wait_for(d, CARRIER_ANSWERED);
    assert_string_equal(d->text[ev - d->ev], "sim 1 12125550100");
    int64_t said_us = d->clock.now_us;
    assert_int_equal(play(d, 1, "0123456789", 7), TM_OK);
    ev = wait_for(d, CARRIER_PLAYED);
    assert_int_equal(ev->tag, 7);
    assert_int_equal(ev->at_us - said_us, 900000); /* 300 + 10 x 60 ms */
    ev = wait_for(d, CARRIER_DIGIT);
    assert_int_equal(ev->digit, '1');
    assert_int_equal(ev->at_us - said_us, 3500000); /* 600 ms of silence */
    d->port.hangup(d->port.self, (struct attempt_id){1}, HANGUP_NORMAL);
    d->port.hangup(d->port.self, (struct attempt_id){1}, HANGUP_NORMAL);
    ev = wait_for(d, CARRIER_ENDED);
    assert_int_equal(ev->cause, CAUSE_US);
    size_t n = d->n;
    run_out(d);
    assert_int_equal(d->n, n);
    assert_int_equal(play(d, 1, "too late", 8), TM_ESTATE);
    d->port.hangup(d->port.self, (struct attempt_id){1}, HANGUP_NORMAL);
    run_out(d);
    assert_int_equal(d->n, n);
    desk_free(d);
}

static void test_cut_off_is_not_played(void **state)
{
    (void)state;
    struct desk *d = desk_new(HUMAN, 4, 0);
    assert_int_equal(place(d, 1, NUMBER), TM_OK);
    (void)wait_for(d, CARRIER_ANSWERED);
    assert_int_equal(play(d, 1, "first", 1), TM_OK);
    assert_int_equal(play(d, 1, "second", 2), TM_OK);
    assert_int_equal(wait_for(d, CARRIER_PLAYED)->tag, 2);
    assert_int_equal(play(d, 1, "third", 3), TM_OK);
    d->port.silence(d->port.self, (struct attempt_id){1});
    size_t from = d->n;
    run_out(d);
    for (size_t i = from; i < d->n; i++)
        assert_int_not_equal(d->ev[i].kind, CARRIER_PLAYED);
    /* bored: fifteen seconds after the last word */
    assert_int_equal(d->ev[d->n - 1].kind, CARRIER_ENDED);
    assert_int_equal(d->ev[d->n - 1].cause, CAUSE_CALLEE);
    desk_free(d);
}

/* What follows within 600 ms is the same prompt, as a town's ear hears it;
 * a key in its middle ends it. */
static void test_prompts_are_counted_as_heard(void **state)
{
    (void)state;
    struct desk *d = desk_new("p_human = 1\np_machine = 0\np_busy = 0\n"
                              "p_optout = 0\np_leave = 0\np_barge = 0\n"
                              "keys.0 = 4:1\nkeys.1 = 5:1\nkeys.2 = 6:1\n"
                              "react = const 2\npatience = const 15\n",
                              4, 0);
    assert_int_equal(place(d, 1, NUMBER), TM_OK);
    (void)wait_for(d, CARRIER_ANSWERED);
    assert_int_equal(play(d, 1, "0123456789", 1), TM_OK);
    int64_t played_us = wait_for(d, CARRIER_PLAYED)->at_us;
    sim_clock_advance(&d->clock, played_us + 599000);
    assert_int_equal(play(d, 1, "0123456789", 2), TM_OK);
    played_us = wait_for(d, CARRIER_PLAYED)->at_us;
    const struct carrier_event *ev = wait_for(d, CARRIER_DIGIT);
    assert_int_equal(ev->digit, '4');
    assert_int_equal(ev->at_us - played_us, 2600000);
    assert_int_equal(play(d, 1, "0123456789", 3), TM_OK);
    ev = wait_for(d, CARRIER_DIGIT);
    assert_int_equal(ev->digit, '5');
    /* The question takes longer than he: he presses in the middle of it, and
     * what is said at once after that is the next prompt. */
    desk_free(d);
    d = desk_new("p_human = 1\np_machine = 0\np_busy = 0\np_optout = 0\n"
                 "p_leave = 0\np_barge = 1\nbarge_t = const 1\n"
                 "keys.0 = 4:1\nkeys.1 = 5:1\nkeys.2 = 6:1\n"
                 "react = const 2\npatience = const 15\n",
                 4, 0);
    assert_int_equal(place(d, 1, NUMBER), TM_OK);
    (void)wait_for(d, CARRIER_ANSWERED);
    assert_int_equal(play(d, 1, "01234567890123456789", 1), TM_OK);
    assert_int_equal(wait_for(d, CARRIER_DIGIT)->digit, '4');
    assert_int_equal(play(d, 1, "0123456789", 2), TM_OK);
    assert_int_equal(wait_for(d, CARRIER_DIGIT)->digit, '5');
    desk_free(d);
}

static void test_refusals(void **state)
{
    (void)state;
    struct desk *d = desk_new(HUMAN, 2, 0);
    struct permit p = permit_of(d, 1, NUMBER);
    struct call_spec s = spec_of(&p);
    struct carrier *c = &d->port;
    struct permit forged = p;
    forged.e164++;
    assert_int_equal(c->place(c->self, &forged, &s, NULL), TM_EEXPIRED);
    s.to++;
    assert_int_equal(c->place(c->self, &p, &s, NULL), TM_EINVAL);
    s = spec_of(&p);
    s.trunk = "other";
    assert_int_equal(c->place(c->self, &p, &s, NULL), TM_ENETWORK);
    assert_int_equal(c->room(c->self, "other", d->clock.now_us), 0);
    s = spec_of(&p);
    sim_carrier_set_down(d->sim, true);
    assert_int_equal(c->place(c->self, &p, &s, NULL), TM_ENETWORK);
    assert_int_equal(c->room(c->self, "main", d->clock.now_us), 0);
    sim_carrier_set_down(d->sim, false);
    sim_clock_advance(&d->clock, START + 10 * SECOND);
    assert_int_equal(c->place(c->self, &p, &s, NULL), TM_EEXPIRED);
    assert_int_equal(c->room(c->self, "main", d->clock.now_us), 2);
    assert_int_equal(place(d, 2, NUMBER), TM_OK);
    assert_int_equal(place(d, 2, NUMBER), TM_EEXIST); /* used */
    assert_int_equal(place(d, 3, NUMBER), TM_OK);
    assert_int_equal(c->room(c->self, "main", d->clock.now_us), 0);
    assert_int_equal(place(d, 4, NUMBER), TM_EFULL);
    run_out(d);
    assert_int_equal(place(d, 4, NUMBER), TM_OK);
    for (size_t i = 0; i < d->n; i++) /* a failed place has no event */
        assert_true(d->ev[i].attempt.v == 2 || d->ev[i].attempt.v == 3);
    desk_free(d);
}

/* 2.5 a second: never more than 3 in any 1.2 s. */
static void test_rate(void **state)
{
    (void)state;
    struct desk *d = desk_new("p_human = 0\np_machine = 0\np_busy = 1\n"
                              "busy_t = const 0.1\n",
                              100, 2500);
    int64_t started[400];
    size_t n = 0;
    for (int64_t id = 1; n < 60; id++) {
        unsigned room = d->port.room(d->port.self, "main", d->clock.now_us);
        int rc = place(d, id, NUMBER + (uint64_t)id);
        assert_int_equal(rc, room > 0 ? TM_OK : TM_EFULL);
        if (rc == TM_OK)
            started[n++] = d->clock.now_us;
        int64_t next = d->clock.now_us + 37000;
        while (sim_clock_next_us(&d->clock) <= next)
            (void)sim_clock_step(&d->clock);
        sim_clock_advance(&d->clock, next);
    }
    for (size_t i = 3; i < n; i++)
        assert_true(started[i] - started[i - 3] >= 1200000);
    assert_true(started[n - 1] - started[0] < 25 * SECOND);
    desk_free(d);
}

static enum call_cause cause_in(const char *world, int *code)
{
    struct desk *d = desk_new(world, 4, 0);
    assert_int_equal(place(d, 1, NUMBER), TM_OK);
    run_out(d);
    const struct carrier_event *last = &d->ev[d->n - 1];
    enum call_cause cause = last->cause;
    assert_int_equal(last->kind, CARRIER_ENDED);
    *code = last->code;
    assert_true(d->clock.now_us - START < 200 * SECOND);
    desk_free(d);
    return cause;
}

static void test_causes(void **state)
{
    (void)state;
    static const char none[] = "p_human = 0\np_machine = 0\np_busy = 0\n";
    static const struct {
        const char *more;
        enum call_cause cause;
        int code;
    } table[] = {
        {"p_busy = 1\n", CAUSE_BUSY, 486},
        {"p_reject = 1\np_filter = 0\n", CAUSE_REJECTED, 603},
        {"p_reject = 1\np_filter = 1\n", CAUSE_BLOCKED, 608},
        {"p_congestion = 1\n", CAUSE_CONGESTION, 503},
        {"p_disconnected = 1\n", CAUSE_DISCONNECTED, 404},
        {"p_off = 1\n", CAUSE_NO_ANSWER, 480},
        {"p_off = 0\n", CAUSE_NO_ANSWER, 487}, /* our time-out */
        {"p_human = 1\np_hangup = 1\n", CAUSE_CALLEE, 0},
        {"p_human = 1\np_silent = 1\n", CAUSE_CALLEE, 0},
        {"p_machine = 1\n", CAUSE_CALLEE, 0},
    };
    for (size_t i = 0; i < tm_array_len(table); i++) {
        char world[400];
        int code;
        (void)snprintf(world, sizeof(world), "%s%s", none, table[i].more);
        enum call_cause cause = cause_in(world, &code);
        if (cause != table[i].cause || code != table[i].code)
            fail_msg("%s: %s %d", table[i].more, call_event_cause_text(cause),
                     code);
    }
}

static void test_machine_beeps(void **state)
{
    (void)state;
    struct desk *d = desk_new("p_human = 0\np_machine = 1\np_busy = 0\n"
                              "mach_greeting = const 5\n",
                              4, 0);
    assert_int_equal(place(d, 1, NUMBER), TM_OK);
    int64_t at = wait_for(d, CARRIER_ANSWERED)->at_us;
    assert_int_equal(wait_for(d, CARRIER_BEEP)->at_us - at, 5 * SECOND);
    desk_free(d);
}

static void test_crash_leaves_calls_up(void **state)
{
    (void)state;
    struct desk *d = desk_new(HUMAN, 8, 0);
    assert_int_equal(place(d, 1, NUMBER), TM_OK);
    (void)wait_for(d, CARRIER_ANSWERED);
    assert_int_equal(place(d, 2, NUMBER + 1), TM_OK);
    (void)wait_for(d, CARRIER_PLACED);
    size_t n = d->n;
    sim_carrier_crash(d->sim);
    run_out(d);
    assert_int_equal(d->n, n);
    assert_int_equal(sim_carrier_stale(d->sim), 1);
    struct err e = {0};
    assert_int_equal(d->port.end_stale(d->port.self, str_of("nonsense"), &e),
                     TM_EINVAL);
    assert_int_equal(
        d->port.end_stale(d->port.self, str_of("sim 1 12125550100"), &e),
        TM_OK);
    assert_int_equal(sim_carrier_stale(d->sim), 0);
    assert_int_equal(place(d, 1, NUMBER), TM_EEXIST); /* used before */
    assert_int_equal(place(d, 3, NUMBER), TM_OK);
    desk_free(d);
}

/* Whatever is asked of it, each call that was placed has one end, nothing
 * after it, and events in a lawful order. */
static void check_random(uint64_t seed)
{
    struct desk *d = desk_new("p_human = 0.5\np_machine = 0.2\np_busy = 0.05\n"
                              "p_reject = 0.05\np_disconnected = 0.05\n"
                              "p_silent = 0.1\np_hangup = 0.1\np_fault = 0.3\n"
                              "p_early = 0.3\np_barge = 0.4\n",
                              5, 3000);
    struct rng r;
    int64_t id = 0;
    bool placed[301] = {false}, ended[301] = {false}, up[301] = {false};
    rng_init(&r, seed, "carrier");
    for (int turn = 0; turn < 4000; turn++) {
        size_t from = d->n;
        int64_t of = id > 6 ? id - (int64_t)rng_below(&r, 7) : id;
        switch (rng_below(&r, 8)) {
        case 0:
            if (id < 300 && place(d, ++id, NUMBER + rng_below(&r, 90)) == TM_OK)
                placed[id] = true;
            break;
        case 1:
            assert_int_equal(play(d, of, "Hello, hello.", 1),
                             of > 0 && up[of] ? TM_OK : TM_ESTATE);
            break;
        case 2:
            if (rng_below(&r, 10) == 0) {
                d->port.hangup(d->port.self, (struct attempt_id){of},
                               HANGUP_NORMAL);
                up[of] = false;
            }
            break;
        case 3: d->port.silence(d->port.self, (struct attempt_id){of}); break;
        default: (void)sim_clock_step(&d->clock); break;
        }
        for (size_t i = from; i < d->n; i++) {
            int64_t a = d->ev[i].attempt.v;
            assert_true(placed[a] && !ended[a]);
            up[a] = d->ev[i].kind == CARRIER_ANSWERED || up[a];
            if (d->ev[i].kind == CARRIER_ENDED) {
                ended[a] = true;
                up[a] = false;
            }
        }
        assert_true(sim_carrier_counts(d->sim).up <= 5);
    }
    /* those who never hang up by themselves */
    for (int64_t a = 1; a <= id; a++)
        d->port.hangup(d->port.self, (struct attempt_id){a}, HANGUP_SHUTDOWN);
    size_t from = d->n;
    run_out(d);
    for (size_t i = from; i < d->n; i++)
        ended[d->ev[i].attempt.v] |= d->ev[i].kind == CARRIER_ENDED;
    for (int64_t a = 1; a <= id; a++)
        assert_int_equal(placed[a], ended[a]);
    assert_int_equal(sim_carrier_counts(d->sim).up, 0);
    assert_true(sim_carrier_counts(d->sim).placed > 20);
    desk_free(d);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        printf("carrier seed %llu\n", (unsigned long long)seed);
        check_random(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call),
        cmocka_unit_test(test_cut_off_is_not_played),
        cmocka_unit_test(test_prompts_are_counted_as_heard),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_causes),
        cmocka_unit_test(test_machine_beeps),
        cmocka_unit_test(test_crash_leaves_calls_up),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

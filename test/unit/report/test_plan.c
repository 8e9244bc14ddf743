/* telemark plan: what is read of a history, what is fitted to it, and what is
 * said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "report/plan_answer.h"

static const int64_t MINUTE_US = 60 * INT64_C(1000000);
static const int64_t START_US = 1795525200000000; /* 2026-11-24 13:00 UTC */

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* --- a history in memory ---------------------------------------------------*/

struct story {
    struct reader_attempt *attempt;
    size_t attempts;
    struct reader_agent_span span[64];
    size_t spans;
    struct reader_state_count state[8];
    size_t states;
    struct reader_membership member[64];
    size_t members;
    struct reader_caller caller[8];
    size_t callers;
    int fail;
};

static int attempts_of(void *self, const struct reader_attempts *q,
                       reader_attempt_fn *v, void *arg, struct err *e)
{
    const struct story *s = self;
    (void)e;
    assert_int_equal(q->campaign.v, 5);
    for (size_t i = 0; i < s->attempts; i++) {
        int rc = v(arg, &s->attempt[i]);
        if (rc != 0)
            return rc;
    }
    return s->fail;
}

static int spans_of(void *self, const struct reader_agent_time *q,
                    reader_agent_span_fn *v, void *arg, struct err *e)
{
    const struct story *s = self;
    (void)e;
    for (size_t i = 0; i < s->spans; i++) {
        const struct reader_agent_span *a = &s->span[i];
        if (q->campaign.v != 0 && q->campaign.v != a->campaign.v)
            continue;
        int rc = v(arg, a);
        if (rc != 0)
            return rc;
    }
    return TM_OK;
}

static int states_of(void *self, struct campaign_id c, reader_state_fn *v,
                     void *arg, struct err *e)
{
    const struct story *s = self;
    (void)e;
    (void)c;
    for (size_t i = 0; i < s->states; i++)
        (void)v(arg, &s->state[i]);
    return TM_OK;
}

static int members_of(void *self, struct campaign_id c, enum lead_state which,
                      reader_membership_fn *v, void *arg, struct err *e)
{
    const struct story *s = self;
    (void)e;
    (void)c;
    for (size_t i = 0; i < s->members; i++)
        if (s->member[i].state == which)
            (void)v(arg, &s->member[i]);
    return TM_OK;
}

static int callers_of(void *self, const struct reader_attempts *q,
                      reader_caller_fn *v, void *arg, struct err *e)
{
    const struct story *s = self;
    (void)e;
    assert_int_equal(q->campaign.v, 5);
    for (size_t i = 0; i < s->callers; i++)
        (void)v(arg, &s->caller[i]);
    return TM_OK;
}

static struct reader reader_of(struct story *s)
{
    return (struct reader){
        .self = s,
        .attempts = attempts_of,
        .agent_spans = spans_of,
        .states = states_of,
        .members = members_of,
        .callers = callers_of,
    };
}

static struct reader_attempt dial(int64_t lead, int64_t at_us, enum outcome o,
                                  int64_t ring_ms)
{
    return (struct reader_attempt){
        .lead = {lead},
        .recorded_us = at_us,
        .placed_us = at_us,
        .ended_us = at_us + (ring_ms + 30000) * 1000,
        .outcome = o,
        .ring_ms = ring_ms,
    };
}

static struct reader_attempt talk(int64_t lead, int64_t at_us, int64_t ring_ms,
                                  int64_t talk_s)
{
    struct reader_attempt a = dial(lead, at_us, OUTCOME_TALKED, ring_ms);
    a.live = true;
    a.answered_us = at_us + ring_ms * 1000;
    a.bridged_us = a.answered_us + 500000;
    a.ended_us = a.bridged_us + talk_s * 1000000;
    return a;
}

static void test_history(void **state)
{
    (void)state;
    struct reader_attempt a[12];
    size_t n = 0;
    struct story s = {.attempt = a};
    struct plan_history h;
    struct err e = {0};
    a[n++] = talk(1, START_US, 10000, 60);
    a[n++] = dial(2, START_US + MINUTE_US, OUTCOME_NO_ANSWER, 25000);
    a[n++] = dial(2, START_US + 2 * MINUTE_US, OUTCOME_MACHINE, 20000);
    a[n++] = dial(3, START_US + 10 * MINUTE_US, OUTCOME_BUSY, 2000);
    a[n++] = dial(4, START_US + 10 * MINUTE_US, OUTCOME_DISCONNECTED, 0);
    a[n] = talk(2, START_US + 20 * MINUTE_US, 20000, 0);
    a[n].outcome = OUTCOME_ABANDONED;
    a[n].abandoned = true;
    a[n++].bridged_us = 0;
    /* What the network failed, what never left, what is up still. */
    a[n++] = dial(5, START_US + 20 * MINUTE_US, OUTCOME_CONGESTION, 0);
    a[n++] = dial(5, START_US + 20 * MINUTE_US, OUTCOME_UNKNOWN, 0);
    a[n] = dial(5, START_US + 20 * MINUTE_US, OUTCOME_CANCELLED, 0);
    a[n++].placed_us = 0;
    a[n] = dial(6, START_US + 20 * MINUTE_US, OUTCOME_NONE, 0);
    a[n++].ended_us = 0;
    /* Next day. */
    a[n++] = talk(3, START_US + 24 * 60 * MINUTE_US, 12000, 120);
    a[n++] = dial(2, START_US + (24 * 60 + 20) * MINUTE_US, OUTCOME_NO_ANSWER,
                  25000);
    s.attempts = n;
    s.span[s.spans++] = (struct reader_agent_span){
        .agent = {1},
        .state = AGENT_WRAP,
        .from_us = START_US + 2 * MINUTE_US,
        .until_us = START_US + 2 * MINUTE_US + 9000000,
        .campaign = {5}};
    s.span[s.spans++] =
        (struct reader_agent_span){.agent = {1},
                                   .state = AGENT_READY,
                                   .from_us = START_US - 60 * MINUTE_US,
                                   .until_us = START_US + 9 * MINUTE_US};
    /* A pause, and another campaign's agent. */
    s.span[s.spans++] =
        (struct reader_agent_span){.agent = {1},
                                   .state = AGENT_PAUSED,
                                   .from_us = START_US + 9 * MINUTE_US,
                                   .until_us = START_US + 19 * MINUTE_US};
    s.span[s.spans++] =
        (struct reader_agent_span){.agent = {2},
                                   .state = AGENT_READY,
                                   .from_us = START_US,
                                   .until_us = START_US + 9 * MINUTE_US};
    /* What he did for another campaign. */
    s.span[s.spans++] =
        (struct reader_agent_span){.agent = {1},
                                   .state = AGENT_TALKING,
                                   .from_us = START_US + 10 * MINUTE_US,
                                   .until_us = START_US + 15 * MINUTE_US,
                                   .campaign = {6}};
    s.state[s.states++] =
        (struct reader_state_count){.state = LEAD_NEW, .leads = 90};
    s.state[s.states++] =
        (struct reader_state_count){.state = LEAD_WAITING, .leads = 2};
    s.member[s.members++] =
        (struct reader_membership){.lead = {2}, .state = LEAD_WAITING};
    s.member[s.members++] =
        (struct reader_membership){.lead = {77}, .state = LEAD_WAITING};
    /* promised a call, and done */
    s.member[s.members++] =
        (struct reader_membership){.lead = {1}, .state = LEAD_CALLBACK};
    s.member[s.members++] =
        (struct reader_membership){.lead = {3}, .state = LEAD_DONE};
    struct reader r = reader_of(&s);
    assert_int_equal(plan_history_read(&r, (struct campaign_id){5}, &h, &e),
                     TM_OK);
    assert_int_equal(h.dials, 8);
    assert_int_equal(h.live, 3);
    assert_int_equal(h.talks, 2);
    assert_int_equal(h.abandoned, 1);
    assert_int_equal(h.machines, 1);
    assert_int_equal(h.busy, 2);
    assert_int_equal(h.dead, 1);
    assert_int_equal(h.try_dials[0], 4);
    assert_int_equal(h.try_dials[1], 2);
    assert_int_equal(h.try_dials[3], 1);
    assert_int_equal(h.try_live[0], 1);
    assert_int_equal(h.try_live[1], 1);
    assert_int_equal(h.try_live[2], 1);
    assert_int_equal(h.days, 2);
    /* Twenty minutes a day: the night is no dialling. */
    assert_true(h.dialled_h > 0.66 && h.dialled_h < 0.67);
    assert_int_equal(h.talk.n, 2);
    assert_true(h.talk.mean > 89.9 && h.talk.mean < 90.1);
    assert_true(h.talk.lo > 59.9 && h.talk.hi < 120.1);
    assert_int_equal(h.ring.n, 3);
    assert_true(h.ring.mean > 13.9 && h.ring.mean < 14.1);
    assert_int_equal(h.wrap.n, 1);
    assert_true(h.wrap.mean > 8.9 && h.wrap.mean < 9.1);
    assert_int_equal(h.agents, 1);
    /* Nine minutes ready and nine seconds of wrap-up. */
    assert_true(h.agent_h > 549.0 / 3600 - 1e-6 &&
                h.agent_h < 549.0 / 3600 + 1e-6);
    assert_int_equal(h.left[0], 91);
    assert_int_equal(h.left[1], 1);
    assert_int_equal(h.left[4], 1);
    s.fail = TM_EIO;
    assert_int_equal(plan_history_read(&r, (struct campaign_id){5}, &h, &e),
                     TM_EIO);
}

/* Days of work, whatever the day in UTC: Los Angeles from 9 to 20 with a pause,
 * the whole country until Hawaii's evening, an hour after supper. */
static void test_days(void **state)
{
    static const struct {
        int from, until, pause_from, pause_until; /* hours UTC of the first */
    } day[] = {{17, 28, 20, 25}, {13, 31, 0, 0}, {27, 28, 0, 0}};
    (void)state;
    for (size_t i = 0; i < tm_array_len(day); i++) {
        struct reader_attempt a[5 * 24 * 2];
        struct story s = {.attempt = a};
        struct plan_history h;
        struct err e = {0};
        for (int half = 0; half < 5 * 48; half++) {
            int hour = half % 48 / 2, d = half / 48;
            int at = hour + day[i].from;
            if (at > day[i].until ||
                (at >= day[i].pause_from && at < day[i].pause_until))
                continue;
            int64_t us = 20000 * CIVIL_DAY_US +
                         ((d * 24 + at) * 60 + half % 2 * 30) * MINUTE_US;
            a[s.attempts] =
                dial((int64_t)s.attempts + 1, us, OUTCOME_NO_ANSWER, 25000);
            s.attempts++;
        }
        struct reader r = reader_of(&s);
        assert_int_equal(plan_history_read(&r, (struct campaign_id){5}, &h, &e),
                         TM_OK);
        assert_int_equal(h.days, 5);
    }
}

static struct reader_caller caller(int64_t at_us, int64_t wait_s,
                                   int64_t talk_s)
{
    struct reader_caller c = {.recorded_us = at_us,
                              .answered_us = at_us + 1000000,
                              .outcome = OUTCOME_GAVE_UP,
                              .ended_us = at_us + wait_s * 1000000};
    if (talk_s == 0)
        return c;
    c.outcome = OUTCOME_TALKED;
    c.bridged_us = c.ended_us;
    c.ended_us += talk_s * 1000000;
    return c;
}

/* Who called while it dialled; nobody at night, in a pause, or before. */
static void test_history_of_callers(void **state)
{
    (void)state;
    struct reader_attempt a[4];
    struct story s = {.attempt = a, .attempts = 4};
    struct plan_history h;
    struct err e = {0};
    a[0] = dial(1, START_US, OUTCOME_NO_ANSWER, 25000);
    a[1] = dial(2, START_US + 20 * MINUTE_US, OUTCOME_NO_ANSWER, 25000);
    a[2] = dial(3, START_US + 80 * MINUTE_US, OUTCOME_NO_ANSWER, 25000);
    a[3] = dial(4, START_US + 90 * MINUTE_US, OUTCOME_NO_ANSWER, 25000);
    s.state[s.states++] = (struct reader_state_count){
        .state = LEAD_NEW, .reason = str_of(""), .leads = 1};
    s.caller[s.callers++] = caller(START_US - 1, 5, 60);
    s.caller[s.callers++] = caller(START_US, 5, 60);
    s.caller[s.callers++] = caller(START_US + 20 * MINUTE_US, 15, 180);
    s.caller[s.callers++] = caller(START_US + 50 * MINUTE_US, 5, 60);
    s.caller[s.callers++] = caller(START_US + 85 * MINUTE_US, 40, 0);
    s.caller[s.callers++] = caller(START_US + 90 * MINUTE_US + 1, 40, 0);
    struct reader r = reader_of(&s);
    assert_int_equal(plan_history_read(&r, (struct campaign_id){5}, &h, &e),
                     TM_OK);
    assert_true(h.dialled_h > 0.4999 && h.dialled_h < 0.5001);
    assert_int_equal(h.dials, 4);
    assert_int_equal(h.callers, 3);
    assert_int_equal(h.callers_ever, 6);
    assert_int_equal(h.callers_gave_up, 1);
    assert_true(h.callers_waited_s > 59.9 && h.callers_waited_s < 60.1);
    assert_int_equal(h.caller_talk.n, 2);
    assert_true(h.caller_talk.mean > 119.9 && h.caller_talk.mean < 120.1);
    r.callers = NULL;
    assert_int_equal(plan_history_read(&r, (struct campaign_id){5}, &h, &e),
                     TM_OK);
    assert_int_equal(h.callers, 0);
}

static struct reader_agent_span shift(int agent, enum agent_state state,
                                      int from_min, int until_min)
{
    bool call = state == AGENT_TALKING || state == AGENT_WRAP;
    return (struct reader_agent_span){
        .agent = {agent},
        .state = state,
        .reason = str_of(""),
        .from_us = START_US + from_min * MINUTE_US,
        .until_us = until_min > 0 ? START_US + until_min * MINUTE_US : 0,
        .campaign = {call ? 5 : 0}};
}

/* More people called than were dialled, and nobody is left to dial: the hours
 * are those in which somebody who takes its calls was signed in. */
static void test_history_of_a_line(void **state)
{
    (void)state;
    struct reader_attempt a[1];
    struct story s = {.attempt = a, .attempts = 1};
    struct plan_history h;
    struct err e = {0};
    a[0] = dial(1, START_US, OUTCOME_NO_ANSWER, 25000); /* one called back */
    const struct reader_agent_span did[] = {
        shift(1, AGENT_READY, 0, 30),     shift(1, AGENT_TALKING, 30, 33),
        shift(1, AGENT_WRAP, 33, 34),     shift(1, AGENT_PAUSED, 34, 60),
        shift(2, AGENT_READY, 45, 90),    shift(2, AGENT_TALKING, 90, 91),
        shift(2, AGENT_READY, 200, 230),  shift(3, AGENT_READY, 0, 500),
        shift(1, AGENT_READY, 1440, 1500)};
    for (size_t i = 0; i < tm_array_len(did); i++)
        s.span[s.spans++] = did[i];
    s.caller[s.callers++] = caller(START_US - 1, 5, 60);
    s.caller[s.callers++] = caller(START_US + 30 * MINUTE_US, 5, 120);
    s.caller[s.callers++] = caller(START_US + 80 * MINUTE_US, 40, 0);
    s.caller[s.callers++] = caller(START_US + 120 * MINUTE_US, 40, 0);
    s.caller[s.callers++] = caller(START_US + 1450 * MINUTE_US, 5, 60);
    struct reader r = reader_of(&s);
    assert_int_equal(plan_history_read(&r, (struct campaign_id){5}, &h, &e),
                     TM_OK);
    assert_true(h.line);
    /* 0 to 91, 200 to 230, 1440 to 1500: minutes; the third took no call */
    assert_true(h.dialled_h > 181 / 60.0 - 1e-6 &&
                h.dialled_h < 181 / 60.0 + 1e-6);
    assert_int_equal(h.days, 2);
    assert_int_equal(h.callers, 3);
    assert_int_equal(h.callers_gave_up, 1);
    assert_int_equal(h.agents, 2);
    /* 34 + 46 + 30 + 60, the pause is none */
    assert_true(h.agent_h > 170 / 60.0 - 1e-6 && h.agent_h < 170 / 60.0 + 1e-6);
    s.state[s.states++] = (struct reader_state_count){
        .state = LEAD_NEW, .reason = str_of(""), .leads = 1};
    assert_int_equal(plan_history_read(&r, (struct campaign_id){5}, &h, &e),
                     TM_OK);
    assert_false(h.line); /* somebody is left to dial */
}

/* --- the fit ---------------------------------------------------------------*/

static const char campaign[] =
    "name = Sales\nseller = Lakeside\ncaller_kind = seller\npurpose = sale\n"
    "list = l\ncountry = US\ntrunk = main\ncaller_id = +12125550100\n"
    "channel = voice_live\ndial_mode = predictive\nabandon_limit = 2 %\n"
    "abandoned_say = Lakeside, telemarketing. Call 212 555 0100, or press 9.\n"
    "[hours]\nweekdays = 09:00-12:00, 13:00-20:00\nsaturday = 10:00-12:00\n"
    "[caps]\nlead = 4\n[retry]\nno_answer = 5 x 1h\nbusy = 2 x 10m\n";

static const struct plan *plan_with(const char *more)
{
    const struct plan *p = NULL;
    struct err e = {0};
    char text[4096];
    (void)snprintf(text, sizeof text, "%s%s", campaign, more);
    if (plan_parse(&arena, "f", str_of(text), &p, &e) != TM_OK)
        fail_msg("%s", e.text);
    return p;
}

static const struct plan *plan_of(void)
{
    return plan_with("");
}

static void test_nothing_is_known(void **state)
{
    (void)state;
    const struct plan_history none = {0};
    struct plan_fit f;
    struct buf b;
    plan_fit_make(&none, plan_of(), &f);
    assert_true(f.human.assumed && f.machine.assumed && f.decay.assumed);
    assert_true(f.allowed.assumed && f.agents.assumed && f.hours.assumed);
    assert_true(f.ring.assumed && f.talk.assumed && f.wrap.assumed);
    assert_int_equal(f.tries, 4); /* lead = 4 is less than 5 + 1 */
    buf_init(&b, 4096);
    plan_fit_scenario(&f,
                      &(struct plan_fit_floor){
                          .agents = 7, .days = 2, .hours = 6, .human = 0.2},
                      &b);
    assert_non_null(strstr(b.p, "agents = 7\ndays = 2\nhours = 6\n"));
    assert_non_null(strstr(b.p, "p_human = 0.200000\np_machine = 0.400000\n"));
    assert_non_null(strstr(b.p, "talk = lognormal 45 0.9 4 1200\n"));
    assert_non_null(strstr(b.p, "ring_timeout = 25\n"));
    buf_fini(&b);
}

static struct plan_history known(uint64_t dials, uint64_t live)
{
    return (struct plan_history){
        .dials = dials,
        .live = live,
        .machines = dials / 2,
        .busy = dials / 10,
        .try_dials = {dials * 3 / 4, dials / 4},
        .try_live = {live * 5 / 6, live - live * 5 / 6},
        .ring = {.n = 50, .mean = 9, .cv = 0.3, .lo = 3, .hi = 20},
        .talk = {.n = 50, .mean = 120, .cv = 0.9, .lo = 5, .hi = 900},
        .wrap = {.n = 50, .mean = 20, .cv = 0.001, .lo = 20, .hi = 20},
        .days = 4,
        .dialled_h = 24,
        .agent_h = 120,
        .agents = 6,
        .lead = {[LEAD_NEW] = 1000, [LEAD_DONE] = 300, [LEAD_DENIED] = 100},
        .left = {1000},
    };
}

static void test_fit(void **state)
{
    (void)state;
    struct plan_history h = known(4000, 600);
    struct plan_fit f;
    struct buf b;
    plan_fit_make(&h, plan_of(), &f);
    assert_false(f.human.assumed || f.decay.assumed || f.allowed.assumed);
    assert_true(f.human.value > 0.1499 && f.human.value < 0.1501);
    /* Wilson: 0.1393 to 0.1614. */
    assert_true(f.human.lo > 0.1392 && f.human.lo < 0.1395);
    assert_true(f.human.hi > 0.1612 && f.human.hi < 0.1616);
    /* 500 of 3,000 at first, 100 of 1,000 then. */
    assert_true(f.decay.value > 0.599 && f.decay.value < 0.601);
    assert_true(f.decay.lo < 0.6 && f.decay.hi > 0.6);
    assert_true(f.allowed.value > 0.7499 && f.allowed.value < 0.7501);
    assert_true(f.agents.value > 4.99 && f.agents.value < 5.01);
    assert_true(f.hours.value > 5.99 && f.hours.value < 6.01);
    assert_string_equal(f.ring.text, "gamma 9.000 0.3000 3.000 20.000");
    assert_string_equal(f.wrap.text, "const 20.000");
    /* At another share of answers the others keep their proportions. */
    buf_init(&b, 4096);
    plan_fit_scenario(&f,
                      &(struct plan_fit_floor){
                          .agents = 5, .days = 1, .hours = 6, .human = 0.32},
                      &b);
    assert_non_null(strstr(b.p, "p_human = 0.320000\np_machine = 0.400000\n"));
    buf_fini(&b);
    /* Too few lines: assumed, and how many there were is told. */
    h = known(200, 30);
    plan_fit_make(&h, plan_of(), &f);
    assert_true(f.human.assumed && f.decay.assumed);
    assert_int_equal(f.human.n, 200);
}

/* Their number and their talks are in the scenario of a campaign that takes
 * calls, and only there. */
static void test_fit_of_callers(void **state)
{
    (void)state;
    struct plan_history h = known(4000, 600); /* in 24 hours */
    struct plan_fit f;
    struct buf b;
    const struct plan_fit_floor floor = {
        .agents = 5, .days = 1, .hours = 6, .human = 0.15};
    h.callers = 480;
    h.callers_gave_up = 40;
    h.callers_waited_s = 4000;
    h.caller_talk = (struct plan_history_times){
        .n = 400, .mean = 200, .cv = 0.5, .lo = 9, .hi = 900};
    buf_init(&b, 4096);
    plan_fit_make(&h, plan_of(), &f);
    plan_fit_scenario(&f, &floor, &b);
    assert_null(strstr(b.p, "caller"));
    plan_fit_make(&h,
                  plan_with("[inbound]\nnumbers = +12125550100\n"
                            "target = 30s\n"),
                  &f);
    assert_true(f.callers.value > 19.99 && f.callers.value < 20.01);
    /* 480 +- 1.96 x 21.9, in 24 hours. */
    assert_true(f.callers.lo > 18.2 && f.callers.lo < 18.22);
    assert_true(f.callers.hi > 21.78 && f.callers.hi < 21.8);
    assert_true(f.patience.mean > 99.9 && f.patience.mean < 100.1);
    assert_true(plan_fit_longest_talk(&f) > 199.9);
    plan_fit_scenario(&f, &floor, &b);
    assert_non_null(
        strstr(b.p, "callers = 20.0000\ncaller_patience = exp 100.000\n"
                    "caller_talk = lognormal 200.000 0.5000 9.000 900.000\n"));
    /* Too few: as other people talk, and the scenario's patience. */
    h.caller_talk.n = h.callers = h.callers_gave_up = 29;
    plan_fit_make(&h, plan_with("[inbound]\nnumbers = +12125550100\n"), &f);
    assert_true(f.patience.assumed && f.caller_talk.assumed);
    assert_true(f.patience.mean > 89.9 && f.patience.mean < 90.1);
    assert_string_equal(f.caller_talk.text, f.talk.text);
    assert_false(f.callers.assumed);
    /* Less than an hour, but many of them; few; or hardly any time. */
    static const struct {
        double hours, rate;
        uint64_t callers;
    } short_ones[] = {{0.5, 58, 29}, {0.25, 40, 10}, {0.5, 0, 9},  {0.99, 0, 0},
                      {0.24, 0, 29}, {1, 9, 9},      {0.999, 0, 9}};
    for (size_t i = 0; i < tm_array_len(short_ones); i++) {
        double rate = short_ones[i].rate;
        h.dialled_h = short_ones[i].hours;
        h.callers = short_ones[i].callers;
        plan_fit_make(&h, plan_with("[inbound]\nnumbers = +12125550100\n"), &f);
        assert_true(f.callers.assumed == (rate <= 0));
        assert_true(f.callers.value > rate - 0.01 &&
                    f.callers.value < rate + 0.01);
        assert_int_equal(f.callers.n, h.callers);
    }
    buf_fini(&b);
}

/* Against a walk through all leads, one after the other. */
static void test_list(void **state)
{
    (void)state;
    uint64_t seed = 20261124;
    struct rng r;
    rng_init(&r, seed, "plan");
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 50; round++) {
        struct plan_history h = known(4000, 600);
        struct plan_fit f;
        memset(h.left, 0, sizeof h.left);
        memset(h.lead, 0, sizeof h.lead);
        for (int k = 0; k < PLAN_HISTORY_TRIES; k++)
            h.left[k] = rng_u64(&r) % 1000;
        h.dead = rng_u64(&r) % 400;
        plan_fit_make(&h, plan_of(), &f);
        double dials = 0, contacts = 0, leads = 0;
        for (unsigned k = 0; k < f.tries; k++) {
            double alive = (double)h.left[k], p = f.first.value;
            leads += alive;
            for (unsigned t = 0; t < f.tries; t++, p *= f.decay.value) {
                if (t < k)
                    continue;
                dials += alive;
                contacts += alive * p;
                alive -= alive * (p + f.dead.value);
            }
        }
        struct plan_fit_left left = plan_fit_list(&f, &h, f.human.value);
        assert_true(left.leads > leads - 1e-6 && left.leads < leads + 1e-6);
        assert_true(left.dials > dials - 1e-3 && left.dials < dials + 1e-3);
        assert_true(left.contacts > contacts - 1e-3 &&
                    left.contacts < contacts + 1e-3);
        assert_true(left.lead_dials >= 1e-9 &&
                    left.lead_dials <= (double)f.tries);
    }
}

static void test_calendar(void **state)
{
    (void)state;
    const struct plan *p = plan_of();
    struct plan_history h = known(4000, 600);
    struct plan_fit f;
    struct civil_date day;
    const struct civil_date friday = {2026, 11, 27}, monday = {2026, 11, 30};
    plan_fit_make(&h, p, &f);
    /* Six hours a day, two on a Saturday, none on a Sunday. */
    assert_true(plan_fit_hours(&f, p, CIVIL_FRIDAY) > 5.99);
    assert_true(plan_fit_hours(&f, p, CIVIL_SATURDAY) < 2.01);
    assert_true(plan_fit_hours(&f, p, CIVIL_SUNDAY) <= 0);
    assert_true(plan_fit_day(&f, p, friday, 6, &day));
    assert_int_equal(civil_date_cmp(day, friday), 0);
    assert_true(plan_fit_day(&f, p, friday, 8.1, &day));
    assert_int_equal(civil_date_cmp(day, monday), 0);
    double until = plan_fit_hours_until(&f, p, friday, monday);
    assert_true(until > 13.99 && until < 14.01);
    assert_true(plan_fit_hours_until(&f, p, monday, friday) <= 0);
    f.hours.value = 0;
    assert_false(plan_fit_day(&f, p, friday, 1, &day));
}

/* Two tries a day and four hours between them: the fourth is tomorrow's. */
static void test_last_try(void **state)
{
    (void)state;
    static const char *const with[] = {
        "[caps]\nlead = 4\nnumber_24h = 2\n[retry]\nno_answer = 5 x 1h\n",
        "[caps]\nlead = 4\n[retry]\nno_answer = 5 x 1h\n",
        "[caps]\nlead = 4\ngap = 2d\n[retry]\nno_answer = 5 x 1h\n",
        "[caps]\nlead = 4\n[retry]\nbusy = 1 x 1m\nmachine = 2 x 4h\n",
    };
    static const struct civil_date wanted[] = {
        {2026, 11, 24}, {2026, 11, 23}, {2026, 11, 30}, {2026, 11, 24}};
    const struct civil_date monday = {2026, 11, 23};
    struct plan_history h = known(4000, 600);
    char text[4096];
    const char *caps = strstr(campaign, "[caps]");
    assert_non_null(caps);
    for (size_t i = 0; i < tm_array_len(with); i++) {
        const struct plan *p = NULL;
        struct err e = {0};
        struct plan_fit f;
        struct civil_date last;
        (void)snprintf(text, sizeof(text), "%.*s%s", (int)(caps - campaign),
                       campaign, with[i]);
        if (plan_parse(&arena, "f", str_of(text), &p, &e) != TM_OK)
            fail_msg("%s", e.text);
        plan_fit_make(&h, p, &f);
        assert_true(plan_fit_last_try(&f, p, &h, monday, &last));
        if (civil_date_cmp(last, wanted[i]) != 0)
            fail_msg("%zu: %d-%d", i, last.month, last.day);
    }
}

/* --- the words -------------------------------------------------------------*/

static void test_words(void **state)
{
    (void)state;
    const struct plan *p = plan_of();
    struct plan_history h = known(4000, 600);
    struct plan_fit f;
    plan_fit_make(&h, p, &f);
    struct plan_answer a = {
        .campaign = "Sales",
        .plan = p,
        .history = &h,
        .fit = &f,
        .today = {2026, 11, 27},
        .now = {.agents = 5,
                .limit_pct = 2,
                .talk = {38, 36, 40},
                .contacts = {19, 18, 20},
                .dials = {130, 120, 140},
                .abandoned = {1.9, 1.5, 2.3},
                .lines = 14,
                .seeds = 6},
        .has_stricter = true,
        .stricter = {.agents = 5, .limit_pct = 1, .talk = {36, 35, 37}},
        .list = {.left = {.leads = 750, .dials = 2500, .contacts = 300},
                 .hours = 3.8,
                 .ends = true,
                 .on = {2026, 11, 27},
                 .early = {2026, 11, 27},
                 .late_known = true,
                 .late = {2026, 11, 28},
                 .waits = true},
        .target = {.kind = PLAN_TARGET_CONTACTS,
                   .wanted = 1000,
                   .hours = 14,
                   .until = {2026, 11, 30},
                   .reached = true,
                   .agents = 4,
                   .agents_lo = 4,
                   .agents_hi = 5,
                   .floor = {.agents = 4, .lines = 5000},
                   .takes_h = 13.2,
                   .leads = 2500,
                   .dials = 6800},
    };
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 16);
    plan_answer_text(&a, &b);
    static const char *const wanted[] = {
        "Sales: 4000 lines dialled on 4 days, 600 people answered",
        "people answer           15.0 %   13.9 to 16.1 %, of 4000 lines\n",
        "A budget of 1 % instead of 2 % costs 2.0 minutes of talk an agent's "
        "hour (5.3 %).",
        "750 leads may still be dialled: about 2500 lines, 300 people (up to 4 "
        "tries a lead)",
        "it runs out on 2026-11-27 (2026-11-27 to 2026-11-28)\n  not before: "
        "the waits between",
        "The target: talks with 1000 people until 2026-11-30 (14.0 hours",
        "agents: 4 (4 to 5); lines at one time: 5000, more than max_calls = 10",
        "leads: about 2500 (6800 lines); there are 750, so 1750 are missing",
    };
    for (size_t i = 0; i < tm_array_len(wanted); i++)
        if (strstr(b.p, wanted[i]) == NULL)
            fail_msg("\"%s\" is not in:\n%s", wanted[i], b.p);
    assert_null(strstr(b.p, "assumed:"));
    buf_clear(&b);
    json_out_init(&j, &b);
    plan_answer_json(&a, &j);
    assert_non_null(strstr(b.p, "\"human\":{\"value\":0.150000"));
    assert_non_null(strstr(b.p, "\"runs_out\":\"2026-11-27\""));
    assert_non_null(strstr(b.p, "\"kind\":\"contacts\""));
    /* Too few runs to tell the end: said, not guessed. */
    buf_clear(&b);
    a.list.late_known = false;
    a.now.seeds = 2;
    plan_answer_text(&a, &b);
    assert_non_null(strstr(b.p, "it runs out on 2026-11-27 (2026-11-27 to a "
                                "day that 2 simulated days are too few to "
                                "tell; give more --seeds)"));
    buf_clear(&b);
    json_out_init(&j, &b);
    plan_answer_json(&a, &j);
    assert_non_null(strstr(b.p, "\"latest\":null"));
    /* What cannot be reached says how far one comes. */
    buf_clear(&b);
    a.target = (struct plan_target){
        .kind = PLAN_TARGET_TALK,
        .wanted = 59,
        .floor = {.agents = 200, .limit_pct = 2, .talk = {51.2, 50, 52}}};
    plan_answer_text(&a, &b);
    assert_non_null(strstr(b.p, "not reached: 200 agents come to 51.2 minutes "
                                "within a budget of 2 %"));
    buf_fini(&b);
}

static void says(const struct plan_answer *a, const char *wanted)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    plan_answer_text(a, &b);
    if (strstr(b.p, wanted) == NULL)
        fail_msg("\"%s\" is not in:\n%s", wanted, b.p);
    buf_fini(&b);
}

/* Why nobody knows how many call: three reasons, and none is another. */
static void test_words_of_no_callers(void **state)
{
    (void)state;
    const struct plan *p = plan_with("[inbound]\nnumbers = +12125550100\n");
    struct plan_history h = {.line = true};
    struct plan_fit f;
    struct plan_answer a = {
        .campaign = "Line", .plan = p, .history = &h, .fit = &f};
    struct buf b;
    plan_fit_make(&h, p, &f);
    assert_true(f.line);
    says(&a, "is not known: nobody has called us, as far as the history goes; "
             "say how many will, with --callers N\n");
    h.callers_ever = 30;
    says(&a, "30 people called us, none of them while agents were there; say");
    h.callers = 9;
    h.dialled_h = 0.6;
    plan_fit_make(&h, p, &f);
    says(&a, "9 people called us in the 36 minutes that agents were there, too "
             "few to tell how many do in an hour; say");
    says(&a, "0.0     assumed: 9 called, and agents were there too short a");
    f.line = false;
    buf_init(&b, 512);
    plan_answer_no_callers(&h, &f, &b);
    assert_string_equal(b.p, "9 people called us in the 36 minutes that it "
                             "dialled, too few to tell how many do in an hour");
    buf_fini(&b);
}

/* Of a line `calls` is the limit, not max_calls; and a share of nobody is not
 * 0 %. */
static void test_words_of_a_line(void **state)
{
    (void)state;
    const struct plan *p =
        plan_with("[inbound]\nnumbers = +12125550100\ncalls = 30\n");
    struct plan_history h = {.line = true};
    struct plan_fit f;
    plan_fit_make(&h, p, &f);
    f.callers.value = 600;
    struct plan_floor floor = {.agents = 11,
                               .lines = 23,
                               .callers = 5000,
                               .callers_in_target_pct = 86,
                               .service = {86, 80, 90},
                               .occupancy_pct = 85,
                               .seeds = 6};
    struct plan_answer a = {.campaign = "Line",
                            .plan = p,
                            .history = &h,
                            .fit = &f,
                            .now = floor,
                            .target = {.kind = PLAN_TARGET_SERVICE,
                                       .wanted = 80,
                                       .reached = true,
                                       .agents = 11,
                                       .agents_lo = 11,
                                       .agents_hi = 11,
                                       .floor = floor}};
    assert_int_equal(p->calls_max, 10);
    f.inbound.target_ms = 1200 * 1000;
    says(&a, "have an agent within 1200 s\n");
    says(&a, "agents: 11; lines at one time: 23\n");
    a.target.floor.lines = 30;
    says(&a, "lines at one time: 30\n"); /* nobody more called */
    a.target.floor.callers_refused_pct = 4;
    says(&a, "lines at one time: 30, all that calls = 30 of [inbound] takes: "
             "4.0 % of the people hear busy\n");
    a.target.reached = false;
    a.target.floor.service.mean = 74.6;
    says(&a, "not reached: with 11 agents, the most that are planned, 74.6 %");
    a.target.calls_full = true;
    a.target.floor.callers_refused_pct = 25.4;
    says(&a, "not reached: calls = 30 of [inbound] leaves 25.4 % of them a "
             "busy line; with 11 agents 74.6 % do, and more change nothing\n");
    a.now.callers = 25;
    says(&a, "25 called in these days, too few for a share to be sure");
    a.now.callers = a.target.floor.callers = 0;
    says(&a, "      11   nobody called in 6 simulated days; give more");
    says(&a, "  not known: nobody called in 6 simulated days; give more");
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 16);
    json_out_init(&j, &b);
    plan_answer_json(&a, &j);
    assert_non_null(
        strstr(b.p, "\"callers\":0,\"callers_in_target_pct\":null"));
    assert_non_null(strstr(b.p, "\"service_pct\":null"));
    assert_null(strstr(b.p, "\"service_pct\":{"));
    buf_fini(&b);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_history),
        T(test_days),
        T(test_history_of_callers),
        T(test_history_of_a_line),
        T(test_fit_of_callers),
        T(test_nothing_is_known),
        T(test_fit),
        T(test_list),
        T(test_calendar),
        T(test_last_try),
        T(test_words),
        T(test_words_of_no_callers),
        T(test_words_of_a_line),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}

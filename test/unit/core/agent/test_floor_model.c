/* The floor against a naive model: plain arrays, everything looked for anew. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/agent/floor.h"

enum { AGENTS = 40, CAMPAIGNS = 4, SKILLS = 2, STEPS = 3000 };

struct man {
    bool known, per_call;
    unsigned may;    /* bits of campaigns; 0: all */
    unsigned skills; /* bits */
    enum agent_state state, then;
    uint64_t turn; /* of becoming ready */
    int campaign;  /* 0 none */
    int64_t attempt, limit, wish;
};

struct model {
    struct man man[AGENTS];
    unsigned weight[CAMPAIGNS + 1], needs[CAMPAIGNS + 1];
    bool active[CAMPAIGNS + 1];
    uint64_t turns;
    int64_t now, attempt;
    struct floor *f;
    struct rng r;
    uint64_t seed;
    int64_t from[AGENTS]; /* the last state told by floor_changed() */
    uint64_t wishes, taken, entered[AGENT_STATE_COUNT];
};

static const char *const skill_word[SKILLS] = {"spanish", "nurse"};

static bool in_call(enum agent_state s)
{
    return s == AGENT_DIALLING || s == AGENT_RINGING || s == AGENT_TALKING ||
           s == AGENT_HOLDING;
}

static bool suits(const struct model *m, const struct man *a, int c,
                  unsigned skills)
{
    skills |= m->needs[c];
    return (a->may == 0 || (a->may >> c & 1) != 0) &&
           (skills & ~a->skills) == 0;
}

static void put(struct model *m, int i)
{
    struct man *a = &m->man[i];
    struct agent_setup s = {.id = {i + 1}, .e164 = 12125550100};
    (void)snprintf(s.name, sizeof(s.name), "a%d", i);
    if (!a->known)
        a->per_call = rng_below(&m->r, 4) == 0;
    s.leg = a->per_call ? AGENT_LEG_PER_CALL : AGENT_LEG_PERMANENT;
    a->may = 0;
    a->skills = 0;
    bool all = rng_below(&m->r, 2) == 0;
    for (int c = CAMPAIGNS; !all && c >= 1; c--) {
        if (rng_below(&m->r, 2) == 0)
            continue;
        a->may |= 1u << c;
        s.campaign[s.campaigns++].v = c;
    }
    for (int k = 0; k < SKILLS; k++) {
        if (rng_below(&m->r, 3) == 0)
            continue;
        a->skills |= 1u << k;
        strcpy(s.skill[s.skills++], skill_word[k]);
    }
    a->known = true;
    struct err e = {0};
    assert_int_equal(floor_put(m->f, &s, &e), TM_OK);
}

/* What the words of floor.h and agent.h say about one input. */
static bool naive_move(struct model *m, struct man *a, enum agent_input in)
{
    bool later = in_call(a->state) || a->state == AGENT_WRAP;
    if (later && (in == AGENT_IN_PAUSE || in == AGENT_IN_SIGN_OUT)) {
        a->then = in == AGENT_IN_PAUSE ? AGENT_PAUSED : AGENT_OFF;
        return true;
    }
    if (in_call(a->state) && in == AGENT_IN_READY) {
        bool noted = a->then != AGENT_READY;
        a->then = AGENT_READY;
        return noted;
    }
    enum agent_state to;
    if (!agent_next(a->state, in, &to))
        return false;
    if (later && to == AGENT_READY)
        to = a->then;
    a->state = to;
    a->limit = INT64_MAX;
    if (to == AGENT_READY)
        a->turn = ++m->turns;
    if (!in_call(to) && to != AGENT_WRAP && to != AGENT_PREVIEW) {
        a->then = AGENT_READY;
        a->campaign = 0;
        a->attempt = 0;
    }
    return true;
}

/* Mostly one that leads on: on the floor more than off it. */
static enum agent_input any_input(struct model *m, const struct man *a)
{
    enum agent_input in;
    enum agent_state to = AGENT_OFF;
    bool wild = rng_below(&m->r, 4) == 0;
    do {
        in = (enum agent_input)rng_below(&m->r, AGENT_INPUT_COUNT);
        if (in == AGENT_IN_SIGN_OUT && rng_below(&m->r, 8) != 0)
            continue;
        if (in == AGENT_IN_PAUSE && rng_below(&m->r, 4) != 0)
            continue;
        if (wild || agent_next(a->state, in, &to))
            return in;
    } while (true);
}

static void step_move(struct model *m)
{
    int i = (int)rng_below(&m->r, AGENTS);
    struct man *a = &m->man[i];
    enum agent_input in = any_input(m, a);
    if (a->state == AGENT_READY &&
        (in == AGENT_IN_TALK || in == AGENT_IN_RING || in == AGENT_IN_DIAL ||
         in == AGENT_IN_LEAD))
        return; /* by floor_take() only */
    bool want = a->known && naive_move(m, a, in);
    bool got = floor_move(m->f, (struct agent_id){i + 1}, in, m->now);
    if (want != got)
        fail_msg("seed %" PRIu64 ": input %d", m->seed, (int)in);
}

static void step_take(struct model *m)
{
    int c = 1 + (int)rng_below(&m->r, CAMPAIGNS);
    unsigned skills = rng_below(&m->r, 3) == 0 ? 1u : 0;
    int only = rng_below(&m->r, 5) == 0 ? 1 + (int)rng_below(&m->r, AGENTS) : 0;
    static const enum agent_input inputs[] = {AGENT_IN_TALK, AGENT_IN_TALK,
                                              AGENT_IN_RING, AGENT_IN_DIAL,
                                              AGENT_IN_LEAD};
    enum agent_input in = inputs[rng_below(&m->r, 5)];
    int best = -1;
    for (int i = 0; i < AGENTS; i++) {
        const struct man *a = &m->man[i];
        bool goes = a->then != AGENT_READY;
        bool waits = in == AGENT_IN_DIAL || in == AGENT_IN_LEAD;
        if (a->known && a->state == AGENT_READY && suits(m, a, c, skills) &&
            !(goes && waits) && (only == 0 || only == i + 1) &&
            (best < 0 || a->turn < m->man[best].turn))
            best = i;
    }
    int64_t attempt = in == AGENT_IN_LEAD ? 0 : ++m->attempt;
    struct floor_want w = {
        .campaign = {c},
        .skills = skills == 0 ? 0 : floor_skill(m->f, str_of(skill_word[0])),
        .only = {only},
        .input = in,
        .attempt = {attempt}};
    struct agent_id got = floor_take(m->f, &w, m->now);
    if (got.v != best + 1)
        fail_msg("seed %" PRIu64 ": took %d, not %d", m->seed, (int)got.v,
                 best + 1);
    if (best < 0)
        return;
    m->taken++;
    struct man *a = &m->man[best];
    assert_true(naive_move(
        m, a, in == AGENT_IN_TALK && a->per_call ? AGENT_IN_RING : in));
    a->campaign = c;
    a->attempt = attempt;
}

/* Ready, and wants to go: he counts no more, and still takes people. */
static void step_wish(struct model *m)
{
    int i = (int)rng_below(&m->r, AGENTS);
    for (int n = 0; n < AGENTS / 2 && m->man[i].state != AGENT_READY; n++)
        i = (i + 1) % AGENTS;
    struct man *a = &m->man[i];
    enum agent_state then = rng_below(&m->r, 2) == 0 ? AGENT_PAUSED : AGENT_OFF;
    bool ready = a->known && a->state == AGENT_READY;
    assert_int_equal(floor_wish(m->f, (struct agent_id){i + 1}, then, m->now),
                     ready);
    if (!ready)
        return;
    a->wish = a->then == AGENT_READY ? m->now : a->wish;
    a->then = then;
    m->wishes++;
    assert_true(floor_find(m->f, (struct agent_id){i + 1})->wish_us == a->wish);
}

static void step_limit(struct model *m)
{
    int i = (int)rng_below(&m->r, AGENTS);
    struct man *a = &m->man[i];
    if (a->state != AGENT_WRAP && a->state != AGENT_PREVIEW)
        return;
    a->limit = m->now + (int64_t)rng_below(&m->r, 500);
    floor_set_limit(m->f, (struct agent_id){i + 1}, a->limit);
}

static void step_other(struct model *m)
{
    int c = 1 + (int)rng_below(&m->r, CAMPAIGNS);
    int i = (int)rng_below(&m->r, AGENTS);
    struct man *a = &m->man[i];
    switch (rng_below(&m->r, 6)) {
    case 0: put(m, i); return;
    case 4: step_wish(m); return;
    case 1:
        m->active[c] = rng_below(&m->r, 3) != 0;
        m->weight[c] = 1 + (unsigned)rng_below(&m->r, 9);
        assert_int_equal(floor_campaign(m->f, (struct campaign_id){c},
                                        m->weight[c], m->active[c]),
                         TM_OK);
        return;
    case 2:
        m->needs[c] = (unsigned)rng_below(&m->r, 3) == 0 ? 2 : 0;
        uint64_t bit = floor_skill(m->f, str_of(skill_word[1]));
        assert_int_equal(floor_campaign_needs(m->f, (struct campaign_id){c},
                                              m->needs[c] == 0 ? 0 : bit),
                         TM_OK);
        return;
    case 3:
        if (a->known) {
            bool noted = a->then != AGENT_READY;
            a->then = AGENT_READY;
            assert_int_equal(floor_take_back(m->f, (struct agent_id){i + 1}),
                             noted);
        }
        return;
    default:
        if (a->known && a->state == AGENT_DIALLING) {
            a->attempt = ++m->attempt;
            floor_set_attempt(m->f, (struct agent_id){i + 1},
                              (struct campaign_id){a->campaign},
                              (struct attempt_id){a->attempt});
        }
    }
}

/* Everybody whose time is up is told once, nobody else, the next comes last. */
static void check_limits(struct model *m)
{
    int64_t next = INT64_MAX;
    for (struct agent_id d; (d = floor_due(m->f, m->now)).v != 0;) {
        struct man *a = &m->man[d.v - 1];
        if (a->limit > m->now)
            fail_msg("seed %" PRIu64 ": not due", m->seed);
        a->limit = INT64_MAX;
    }
    for (int i = 0; i < AGENTS; i++)
        next =
            m->man[i].known && m->man[i].limit < next ? m->man[i].limit : next;
    assert_true(next > m->now);
    assert_true(floor_deadline_us(m->f) == next);
}

static bool counts(const struct man *a)
{
    return a->state == AGENT_READY && a->then == AGENT_READY;
}

/* The exact share of a campaign, agent by agent of like mind, rounded down and
 * up; agents of one kind are those with the same campaigns and skills. */
static void bounds(const struct model *m, int c, unsigned *low, unsigned *high)
{
    *low = 0;
    *high = 0;
    bool seen[AGENTS] = {false};
    for (int i = 0; i < AGENTS; i++) {
        const struct man *a = &m->man[i];
        unsigned n = 0, all = 0;
        for (int k = i; k < AGENTS; k++) {
            const struct man *b = &m->man[k];
            if (seen[k] || !b->known || !counts(b) || b->may != a->may ||
                b->skills != a->skills)
                continue;
            seen[k] = true;
            n++;
        }
        for (int k = 1; k <= CAMPAIGNS; k++)
            all += m->active[k] && suits(m, a, k, 0) ? m->weight[k] : 0;
        if (n == 0 || !m->active[c] || !suits(m, a, c, 0))
            continue;
        *low += n * m->weight[c] / all;
        *high += (n * m->weight[c] + all - 1) / all;
    }
}

static void check_counts(struct model *m)
{
    unsigned sum = 0, usable = 0;
    for (int c = 1; c <= CAMPAIGNS; c++) {
        struct floor_counts n;
        floor_counts(m->f, (struct campaign_id){c}, &n);
        unsigned low, high, busy = 0, leaving = 0;
        bounds(m, c, &low, &high);
        if (n.ready < low || n.ready > high)
            fail_msg("seed %" PRIu64 ": campaign %d has %u of %u..%u", m->seed,
                     c, n.ready, low, high);
        for (int i = 0; i < AGENTS; i++) {
            bool his = m->man[i].campaign == c;
            busy += his;
            leaving += his && m->man[i].then != AGENT_READY;
        }
        assert_int_equal(n.busy, busy);
        assert_int_equal(n.leaving, leaving);
        assert_int_equal(n.agents, n.ready + busy);
        sum += n.ready;
    }
    for (int i = 0; i < AGENTS; i++) {
        bool any = false;
        for (int c = 1; c <= CAMPAIGNS; c++)
            any = any || (m->active[c] && suits(m, &m->man[i], c, 0));
        usable += any && m->man[i].known && counts(&m->man[i]);
    }
    if (sum != usable)
        fail_msg("seed %" PRIu64 ": %u agents counted, %u there", m->seed, sum,
                 usable);
}

static void check_agents(struct model *m)
{
    for (struct floor_change c; floor_changed(m->f, &c);) {
        int64_t i = c.agent.v - 1;
        assert_int_equal(m->from[i], c.from); /* one chain */
        m->from[i] = c.to;
        m->entered[c.to]++;
        assert_true(c.at_us == m->now);
    }
    for (int i = 0; i < AGENTS; i++) {
        const struct man *a = &m->man[i];
        const struct floor_agent *b =
            floor_find(m->f, (struct agent_id){i + 1});
        assert_int_equal(a->known, b != NULL);
        if (b == NULL)
            continue;
        assert_int_equal(b->state, a->state);
        assert_int_equal(b->then, a->then);
        assert_int_equal(b->campaign.v, a->campaign);
        assert_int_equal(b->attempt.v, a->attempt);
        assert_true(b->limit_us == a->limit);
        assert_int_equal(m->from[i], a->state);
        for (int k = 0; k < i; k++) /* no person has two agents */
            assert_true(a->attempt == 0 || m->man[k].attempt != a->attempt);
    }
}

static void run(uint64_t seed)
{
    struct model m = {.seed = seed, .f = floor_new()};
    rng_init(&m.r, seed, "floor");
    for (int c = 0; c <= CAMPAIGNS; c++)
        m.weight[c] = 1;
    for (int i = 0; i < AGENTS; i++)
        m.man[i] = (struct man){.limit = INT64_MAX, .then = AGENT_READY};
    for (int i = 0; i < AGENTS / 2; i++)
        put(&m, i);
    for (int i = 0; i < STEPS; i++) {
        m.now += (int64_t)rng_below(&m.r, 10);
        uint64_t what = rng_below(&m.r, 10);
        if (what < 6)
            step_move(&m);
        else if (what < 8)
            step_take(&m);
        else if (what < 9)
            step_limit(&m);
        else
            step_other(&m);
        check_limits(&m);
        check_counts(&m);
        check_agents(&m);
    }
    /* The test went everywhere. */
    assert_true(m.taken > 100 && m.wishes > 10);
    for (int s = 0; s < AGENT_STATE_COUNT; s++)
        assert_true(m.entered[s] > 10);
    floor_free(m.f);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        print_message("seed %" PRIu64 "\n", seed);
        run(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

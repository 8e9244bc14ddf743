/* The engine and its agents when anything may happen, in any order. */
#include "base/rng.h"
#include "unit/engine/fixture_agents.h"

enum { AGENTS = 6, STEPS = 400, SEEDS = 300 };

static unsigned wishes; /* looked at */

static void check_agent(struct mock *m, const struct floor_agent *f)
{
    bool per_call = f->setup.leg == AGENT_LEG_PER_CALL;
    if (f->leg.v != 0)
        assert_int_equal(f->leg_up, mock_call(m, f->leg.v)->state == MOCK_UP);
    if (f->state == AGENT_OFF)
        assert_int_equal(f->leg.v, 0);
    if (f->state == AGENT_READY || f->state == AGENT_TALKING)
        assert_true(f->leg_up || (per_call && f->state == AGENT_READY));
    if (f->state != AGENT_TALKING)
        return;
    /* With the person he is said to talk with, or with nobody any more. */
    int64_t with = mock_call(m, f->leg.v)->with;
    assert_int_equal(with, f->attempt.v);
    for (size_t i = 0; i < floor_agents(engine_floor(m->engine)); i++) {
        const struct floor_agent *o = floor_at(engine_floor(m->engine), i);
        if (o != f && agent_has_call(o->state))
            assert_int_not_equal(o->attempt.v, f->attempt.v);
    }
}

/* What holds whenever nothing is under way. */
/* Somebody counts on him, or he would have gone. */
static void check_wish(const struct floor_agent *f, struct campaign *const *c)
{
    int64_t us = INT64_MAX;
    if (f->state != AGENT_READY || f->then == AGENT_READY)
        return;
    for (size_t i = 0; i < 3; i++)
        us = campaign_oldest_line_us(c[i]) < us ? campaign_oldest_line_us(c[i])
                                                : us;
    assert_true(us <= f->wish_us);
    wishes++;
}

static void check_all(struct mock *m, struct campaign *const *c)
{
    size_t up = 0;
    bool ready = false;
    for (size_t i = 0; i < floor_agents(engine_floor(m->engine)); i++) {
        const struct floor_agent *f = floor_at(engine_floor(m->engine), i);
        check_agent(m, f);
        check_wish(f, c);
        up += f->leg_up;
        ready = ready || f->state == AGENT_READY;
    }
    assert_int_equal(up, m->staff_up); /* no leg without an agent */
    for (size_t i = 0; i < 3 && ready; i++)
        assert_true(campaign_waits_due_us(c[i]) == INT64_MAX);
}

/* Some call that is up or being set up, or 0. */
static int64_t some_call(struct mock *m, struct rng *r, enum mock_state s)
{
    int64_t n = m->next_attempt - 1, from = n <= 40 ? 1 : n - 40;
    for (int i = 0; i < 20 && n > 0; i++) {
        int64_t a = from + (int64_t)rng_below(r, (uint64_t)(n - from + 1));
        if (mock_call(m, a)->state == s)
            return a;
    }
    return 0;
}

static void random_call(struct mock *m, struct rng *r)
{
    static const enum call_cause cause[] = {CAUSE_CALLEE, CAUSE_NO_ANSWER,
                                            CAUSE_NETWORK};
    int64_t a = some_call(m, r, rng_below(r, 3) == 0 ? MOCK_UP : MOCK_PLACED);
    if (a == 0)
        return;
    bool placed = mock_call(m, a)->state == MOCK_PLACED;
    if (placed && rng_below(r, 4) > 0)
        mock_answer(m, a);
    else if (!placed && mock_call(m, a)->staff && rng_below(r, 4) > 0)
        mock_key(m, a, "0123456789*#"[rng_below(r, 12)]);
    else
        mock_end(m, a, cause[rng_below(r, 3)]);
}

/* Now and then: else nobody is ever ready. */
static void random_caller(struct mock *m, struct rng *r)
{
    uint64_t from = rng_below(r, 3) * 12125550100;
    if (rng_below(r, 8) == 0)
        (void)mock_calls(m, from, NUMBER(1 + rng_below(r, 4)));
}

static void random_step(struct mock *m, struct rng *r, struct campaign **c)
{
    switch (rng_below(r, 14)) {
    case 0:
    case 1:
    case 2: {
        int64_t id = 1 + (int64_t)rng_below(r, AGENTS);
        uint64_t kind = rng_below(r, AGENT_ORDER_COUNT);
        (void)order_word(m, id, (enum agent_order_kind)kind, "sale", NULL);
        break;
    }
    case 3: c[rng_below(r, 3)]->want += 1 + (unsigned)rng_below(r, 3); break;
    case 4: m->store_slow = rng_below(r, 3) == 0; break;
    case 5: m->place_error = rng_below(r, 4) == 0 ? TM_EFULL : TM_OK; break;
    case 6: m->now_us += (int64_t)rng_below(r, 10) * SECOND; break;
    case 7: random_caller(m, r); break;
    case 8: m->lines = (unsigned)rng_below(r, 8); break;
    default: random_call(m, r); break;
    }
}

static void run_random(uint64_t seed)
{
    struct rng r;
    struct mock *m = mock_new();
    struct campaign *c[3];
    rng_init(&r, seed, "engine agents");
    for (int64_t i = 0; i < 3; i++)
        c[i] = camp(m, i + 1);
    for (int64_t id = 1; id <= AGENTS; id++)
        put(m, id, id % 3 == 0 ? AGENT_LEG_PER_CALL : AGENT_LEG_PERMANENT);
    for (int i = 0; i < STEPS; i++) {
        random_step(m, &r, c);
        if (rng_below(&r, 3) == 0)
            continue; /* several at once */
        mock_pump(m);
        if (!m->store_slow && m->endings == 0)
            check_all(m, c);
    }
    m->store_slow = false;
    m->lines = 0;
    mock_pump(m);
    check_all(m, c);
    check_quiet(m);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        printf("agents seed %llu\n", (unsigned long long)seed);
        run_random(seed);
    }
    print_message("%u looks at agents who wish to go\n", wishes);
    assert_true(wishes > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A trunk that campaigns share by their weights. */
#include "base/rng.h"
#include "unit/engine/fixture_agents.h"

static unsigned on_trunk(const struct mock *m, const char *trunk)
{
    unsigned n = 0;
    for (int64_t a = 1; a < m->next_attempt; a++) {
        const struct mock_call *c = &m->call[a];
        n += (c->state == MOCK_PLACED || c->state == MOCK_UP) &&
             strcmp(c->trunk, trunk) == 0;
    }
    return n;
}

/* Ends the oldest line, or one drawn from those there are. */
static void end_one(struct mock *m, struct rng *r)
{
    unsigned n = on_trunk(m, "main");
    if (n == 0)
        return;
    unsigned k = r != NULL ? (unsigned)rng_below(r, n) : 0;
    for (int64_t a = 1; a < m->next_attempt; a++) {
        enum mock_state s = mock_call(m, a)->state;
        if ((s == MOCK_PLACED || s == MOCK_UP) && k-- == 0) {
            mock_end(m, a, CAUSE_NO_ANSWER);
            return;
        }
    }
}

static void two(struct mock *m, struct campaign **a, struct campaign **b,
                unsigned weight_a, unsigned weight_b)
{
    *a = camp(m, 2);
    *b = camp(m, 3);
    plans[1].weight = weight_a;
    plans[2].weight = weight_b;
}

static bool near(unsigned x, unsigned want, unsigned slack)
{
    return x + slack >= want && x <= want + slack;
}

/* Both want all there is: three of four calls are the first one's. */
static void test_shares_by_weight(void **state)
{
    struct mock *m = mock_new();
    struct campaign *a, *b;
    (void)state;
    m->lines = 4;
    two(m, &a, &b, 300, 100);
    a->want = b->want = 10000;
    mock_pass(m, SECOND);
    assert_int_equal(on_trunk(m, "main"), 4);
    for (int i = 0; i < 400; i++) {
        end_one(m, NULL);
        mock_pump(m);
        assert_int_equal(on_trunk(m, "main"), 4); /* at once */
    }
    unsigned all = a->dialled + b->dialled;
    assert_int_equal(all, 404);
    assert_true(near(a->dialled, 303, 4));
    a->want = b->want = 0;
    check_quiet(m);
}

/* What one does not want the other gets, in the same instant. */
static void test_other_gets_all(void **state)
{
    struct mock *m = mock_new();
    struct campaign *a, *b;
    (void)state;
    m->lines = 4;
    two(m, &a, &b, 1000, 1);
    b->want = 10000;
    mock_pass(m, SECOND);
    assert_int_equal(b->dialled, 4);
    for (int i = 0; i < 100; i++) {
        end_one(m, NULL);
        mock_pump(m);
        assert_int_equal(on_trunk(m, "main"), 4);
    }
    assert_int_equal(b->dialled, 104);
    /* The first one wants two: it gets them next, and no more. */
    a->want = 2;
    mock_pass(m, SECOND);
    for (int i = 0; i < 2; i++) {
        end_one(m, NULL);
        mock_pump(m);
    }
    assert_int_equal(a->dialled, 2);
    assert_int_equal(b->dialled, 104);
    end_one(m, NULL);
    mock_pump(m);
    assert_int_equal(b->dialled, 105);
    b->want = 0;
    check_quiet(m);
}

/* Who was idle for long has no claim on what was given to others. */
static void test_idle_gathers_no_claim(void **state)
{
    struct mock *m = mock_new();
    struct campaign *a, *b;
    (void)state;
    m->lines = 2;
    two(m, &a, &b, 100, 100);
    a->want = 10000;
    mock_pass(m, SECOND);
    for (int i = 0; i < 200; i++) {
        end_one(m, NULL);
        mock_pump(m);
    }
    unsigned before = a->dialled;
    b->want = 10000;
    mock_pass(m, SECOND);
    for (int i = 0; i < 100; i++) {
        end_one(m, NULL);
        mock_pump(m);
    }
    assert_true(near(a->dialled - before, 50, 2));
    assert_true(near(b->dialled, 50, 2));
    a->want = b->want = 0;
    check_quiet(m);
}

/* Nothing of it is seen by campaigns on trunks of their own. */
static void test_other_trunk_is_not_shared(void **state)
{
    struct mock *m = mock_new();
    struct campaign *a, *b;
    (void)state;
    make_plans();
    m->lines = 4;
    a = camp(m, 2);
    plans[2].trunk = "second";
    const struct campaign_env env = {.tenant = {1},
                                     .id = {3},
                                     .plan = &plans[2],
                                     .next_attempt = &m->next_attempt};
    OK(engine_add(m->engine, &env, CAMPAIGN_RUNNING, NULL));
    b = mock_newest;
    a->want = b->want = 100;
    mock_pass(m, SECOND);
    assert_int_equal(a->dialled, 4);
    assert_int_equal(b->dialled, 4);
    a->want = b->want = 0;
    check_quiet(m);
}

static void test_paused_one_waits_for_nothing(void **state)
{
    struct mock *m = mock_new();
    struct campaign *a, *b;
    (void)state;
    m->lines = 4;
    two(m, &a, &b, 900, 100);
    a->want = b->want = 10000;
    mock_pass(m, SECOND);
    OK(engine_command(m->engine, CAMP(2), CAMPAIGN_EV_PAUSE));
    unsigned before = b->dialled;
    for (int i = 0; i < 20; i++) {
        end_one(m, NULL);
        mock_pump(m);
        assert_int_equal(on_trunk(m, "main"), 4);
    }
    assert_int_equal(b->dialled, before + 20);
    a->want = b->want = 0;
    check_quiet(m);
}

/* An agent who dials himself does not stand behind machines. */
static void test_agent_dials_at_once(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    m->lines = 2;
    struct campaign *manual = camp(m, 1), *b = camp(m, 2);
    plans[0].weight = 1;
    plans[1].weight = 1000;
    b->want = 10000;
    manual->want = 1; /* it has no turn soon */
    sign_in(m, 1);
    OK(order(m, 1, AGENT_DO_NEXT));
    mock_pass(m, SECOND);
    int64_t next = m->next_attempt;
    OK(order(m, 1, AGENT_DO_DIAL));
    assert_true(m->next_attempt > next);
    manual->want = b->want = 0;
    check_quiet(m);
}

static void put_on_trunk(struct mock *m, int64_t id, const char *trunk)
{
    struct agent_setup a = {
        .id = {id}, .leg = AGENT_LEG_PER_CALL, .e164 = 100 + (uint64_t)id};
    struct err err;
    (void)snprintf(a.name, sizeof(a.name), "agent-%d", (int)id);
    (void)str_copy(a.trunk, sizeof(a.trunk), str_of(trunk));
    OK(engine_agent_put(m->engine, &a, &err));
}

/* The last line is for the telephone of an agent who is ready. */
static void test_last_line_rings_an_agent(void **state)
{
    struct mock *m = mock_new();
    struct campaign *a, *b;
    (void)state;
    m->lines = 4;
    two(m, &a, &b, 100, 100);
    put_on_trunk(m, 1, "main");
    put_on_trunk(m, 2, "main");
    put_on_trunk(m, 3, "other");
    OK(order(m, 3, AGENT_DO_SIGN_IN));
    a->want = 100;
    mock_pass(m, SECOND);
    assert_int_equal(on_trunk(m, "main"), 4); /* nobody is there for it */
    a->want = 0;
    end_one(m, NULL);
    end_one(m, NULL);
    mock_pump(m);
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    OK(order(m, 2, AGENT_DO_SIGN_IN));
    a->want = b->want = 100;
    mock_pass(m, SECOND);
    assert_int_equal(on_trunk(m, "main"), 3);
    m->per_s = 1; /* calls per second are not kept for him */
    end_one(m, NULL);
    mock_pass(m, SECOND);
    assert_int_equal(on_trunk(m, "main"), 3);
    OK(order(m, 1, AGENT_DO_PAUSE));
    OK(order(m, 2, AGENT_DO_SIGN_OUT));
    mock_pass(m, 60 * SECOND);
    a->want = b->want = 0;
    check_quiet(m);
}

static void test_reserve_is_known_to_a_new_campaign(void **state)
{
    struct mock *m = mock_new();
    (void)state;
    m->lines = 2;
    put_on_trunk(m, 1, "main");
    OK(order(m, 1, AGENT_DO_SIGN_IN));
    struct campaign *c = camp(m, 2); /* he was there before */
    c->want = 5;
    mock_pass(m, SECOND);
    assert_int_equal(on_trunk(m, "main"), 1);
    const struct agent_order now = {.kind = AGENT_DO_PAUSE, .now = true};
    struct err err;
    OK(engine_agent_order(m->engine, AGENT(1), &now, &err));
    mock_pass(m, SECOND);
    assert_int_equal(on_trunk(m, "main"), 2);
    c->want = 0;
    check_quiet(m);
}

/* A look at a trunk that nobody waits for costs what it did before: one. */
static void test_costs_nothing_without_need(void **state)
{
    struct mock *m = mock_new();
    struct campaign *a, *b;
    (void)state;
    two(m, &a, &b, 1, 1);
    a->want = 3;
    mock_pump(m);
    unsigned rooms = m->rooms;
    engine_run(m->engine);
    assert_true(m->rooms <= rooms + 2);
    check_quiet(m);
}

/* --- any weights, any demand ---------------------------------------------*/

enum { SEEDS = 60, ROUNDS = 500 };

struct world {
    struct mock *m;
    struct rng r;
    struct campaign *c[3];
    unsigned begun[3]; /* calls when all of them began to want more */
    bool all_want;
    unsigned since; /* calls since then */
};

/* Together they have used what there was, and each got his share of it. */
static void check_shares(const struct world *w)
{
    unsigned weights = plans[0].weight + plans[1].weight + plans[2].weight;
    for (size_t i = 0; i < 3; i++) {
        unsigned got = w->c[i]->dialled - w->begun[i];
        unsigned want = w->since * plans[i].weight / weights;
        assert_true(near(got, want, 3 + want / 50));
    }
}

static void want(struct world *w, bool all)
{
    for (size_t i = 0; i < 3; i++) {
        w->c[i]->want = all || rng_below(&w->r, 2) == 0 ? 100000 : 0;
        w->begun[i] = w->c[i]->dialled;
    }
    w->all_want = all;
    w->since = 0;
    mock_pass(w->m, SECOND); /* they notice */
    for (size_t i = 0; i < 3; i++)
        w->begun[i] = w->c[i]->dialled;
}

static void round_of(struct world *w)
{
    unsigned before = on_trunk(w->m, "main");
    unsigned wanted = 0;
    for (size_t i = 0; i < 3; i++)
        wanted += w->c[i]->want;
    end_one(w->m, &w->r);
    mock_pump(w->m);
    assert_true(on_trunk(w->m, "main") <= w->m->lines);
    if (wanted > 0) /* nothing lies idle while somebody wants it */
        assert_int_equal(on_trunk(w->m, "main"), w->m->lines);
    else
        assert_true(on_trunk(w->m, "main") <= before);
    w->since += wanted > 0;
}

static void run(uint64_t seed)
{
    struct world w = {.m = mock_new()};
    rng_init(&w.r, seed, "trunk");
    w.m->lines = 1 + (unsigned)rng_below(&w.r, 9);
    for (int64_t i = 0; i < 3; i++)
        w.c[i] = camp(w.m, i + 1);
    for (size_t i = 0; i < 3; i++)
        plans[i].weight = 1 + (unsigned)rng_below(&w.r, 9);
    for (int phase = 0; phase < 4; phase++) {
        want(&w, phase % 2 == 1);
        for (int i = 0; i < ROUNDS; i++)
            round_of(&w);
        if (w.all_want)
            check_shares(&w);
    }
    for (size_t i = 0; i < 3; i++)
        w.c[i]->want = 0;
    check_quiet(w.m);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        print_message("trunk seed %u\n", (unsigned)seed);
        run(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_by_weight),
        cmocka_unit_test(test_other_gets_all),
        cmocka_unit_test(test_idle_gathers_no_claim),
        cmocka_unit_test(test_other_trunk_is_not_shared),
        cmocka_unit_test(test_paused_one_waits_for_nothing),
        cmocka_unit_test(test_agent_dials_at_once),
        cmocka_unit_test(test_last_line_rings_an_agent),
        cmocka_unit_test(test_reserve_is_known_to_a_new_campaign),
        cmocka_unit_test(test_costs_nothing_without_need),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

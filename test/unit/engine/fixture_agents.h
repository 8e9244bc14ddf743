/*
 * What tests of the engine with agents share: plans, campaigns, agents, and the
 * people they take. Include it in one file of a program, as mock_campaign.h.
 */
#ifndef FIXTURE_AGENTS_H
#define FIXTURE_AGENTS_H

#include "unit/engine/mock_campaign.h"

#define AGENT(n)  ((struct agent_id){n})
#define CAMP(n)   ((struct campaign_id){n})
#define NUMBER(n) (UINT64_C(18005550100) + (n)) /* that people call */

static struct plan plans[3];

/* Plan 0: manual; 1 and 2: predictive. */
static inline void make_plans(void)
{
    memset(plans, 0, sizeof(plans));
    for (size_t i = 0; i < 3; i++) {
        plans[i].trunk = "main";
        plans[i].dial_mode = i == 0 ? DIAL_MANUAL : DIAL_PREDICTIVE;
        plans[i].weight = 1;
        plans[i].inbound.number[0] = NUMBER(i + 1);
        plans[i].inbound.numbers = 1;
        plans[i].inbound.calls_max = 3;
        plans[i].dispositions = 2;
        plans[i].disposition[0].word = str_of("sale");
        plans[i].disposition[1].word = str_of("no_sale");
        (void)str_copy(plans[i].caller_id, sizeof(plans[i].caller_id),
                       str_of("+12025550100"));
    }
}

/* Campaign id goes by plan id - 1 and runs. */
static inline struct campaign *camp(struct mock *m, int64_t id)
{
    make_plans();
    const struct campaign_env env = {.tenant = {1},
                                     .id = {id},
                                     .plan = &plans[id - 1],
                                     .next_attempt = &m->next_attempt};
    assert_int_equal(engine_add(m->engine, &env, CAMPAIGN_LOADED, NULL), TM_OK);
    struct campaign *c = mock_newest;
    assert_int_equal(engine_command(m->engine, env.id, CAMPAIGN_EV_START),
                     TM_OK);
    return c;
}

static inline void put(struct mock *m, int64_t id, enum agent_leg leg)
{
    struct agent_setup a = {.id = {id}, .leg = leg, .e164 = 100 + (uint64_t)id};
    struct err err;
    (void)snprintf(a.name, sizeof(a.name), "agent-%d", (int)id);
    assert_int_equal(engine_agent_put(m->engine, &a, &err), TM_OK);
}

static inline int order_word(struct mock *m, int64_t id,
                             enum agent_order_kind k, const char *word,
                             struct err *err)
{
    const struct agent_order o = {.kind = k, .word = str_of(word)};
    struct err spare;
    return engine_agent_order(m->engine, AGENT(id), &o,
                              err != NULL ? err : &spare);
}

static inline int order(struct mock *m, int64_t id, enum agent_order_kind k)
{
    return order_word(m, id, k, "", NULL);
}

static const struct floor_agent *him(struct mock *m, int64_t id)
{
    return floor_find(engine_floor(m->engine), AGENT(id));
}

#define IN_STATE(m, id, s) assert_int_equal(him(m, id)->state, s)
#define OK(rc)             assert_int_equal(rc, TM_OK)

/* An agent with his telephone up, ready. */
static inline void sign_in(struct mock *m, int64_t id)
{
    put(m, id, AGENT_LEG_PERMANENT);
    OK(order(m, id, AGENT_DO_SIGN_IN));
    mock_pump(m);
    mock_answer(m, him(m, id)->leg.v);
    mock_pump(m);
    IN_STATE(m, id, AGENT_READY);
}

/* A person who has answered; his attempt. */
static inline int64_t person(struct mock *m, struct campaign *c)
{
    int64_t a = m->next_attempt;
    c->want = 1;
    engine_run(m->engine);
    m->now_us += 50000;
    mock_pump(m);
    assert_int_equal(m->next_attempt, a + 1);
    mock_answer(m, a);
    mock_pump(m);
    return a;
}

static inline void check_quiet(struct mock *m)
{
    engine_drain(m->engine);
    mock_pump(m);
    engine_hang_up_all(m->engine);
    mock_pump(m);
    assert_int_equal(engine_calls(m->engine), 0);
    assert_int_equal(engine_pending(m->engine), 0);
    assert_int_equal(engine_legs(m->engine), 0);
    assert_int_equal(m->staff_up, 0);
    for (size_t i = 0; i < floor_agents(engine_floor(m->engine)); i++)
        assert_int_equal(floor_at(engine_floor(m->engine), i)->state,
                         AGENT_OFF);
    mock_free(m);
}

#endif

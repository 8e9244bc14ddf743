#include "sim/runner_inside.h"
#include "sim/scenario_plan.h"

enum { OTHER_TIMERS = 16 };

static const struct campaign_id CAMPAIGN = {SIM_LIST_CAMPAIGN};
static const struct campaign_id SECOND = {SIM_LIST_SECOND};
static const struct tenant_id TENANT = {SIM_LIST_TENANT};
static const struct seller_id SELLER = {SIM_LIST_SELLER};

static void draw_salt(uint64_t seed, uint8_t salt[JOURNAL_SALT_SIZE])
{
    struct rng r;
    rng_init(&r, seed, "journal salt");
    for (int i = 0; i < JOURNAL_SALT_SIZE; i++)
        salt[i] = (uint8_t)rng_below(&r, 256);
}

static void endless_lead(void *arg, size_t i, struct lead *out)
{
    const struct runner *r = arg;
    sim_list_lead(r->o.list, i, out);
}

static bool endless_is_good(void *arg, size_t i)
{
    const struct runner *r = arg;
    return sim_list_is_good(r->o.list, i);
}

static void add_campaign(struct runner *r, struct campaign_id id)
{
    const struct sim_store_campaign c = {
        .tenant = TENANT, .id = id, .seller = SELLER, .state = CAMPAIGN_LOADED};
    sim_store_add_campaign(r->store_sim, &c);
}

/* Every other person is the second campaign's. */
static void add_people(struct runner *r)
{
    for (size_t i = 0; i < sim_list_size(r->o.list); i++) {
        struct lead l;
        bool second = r->o.second != NULL && i % 2 == 1;
        sim_list_lead(r->o.list, i, &l);
        sim_store_add_lead(r->store_sim, &l);
        sim_store_enroll(r->store_sim, second ? SECOND : CAMPAIGN, l.id);
    }
}

static void open_store(struct runner *r)
{
    const struct runner_options *o = &r->o;
    uint8_t salt[JOURNAL_SALT_SIZE];
    draw_salt(o->seed, salt);
    struct sim_store_options so = {
        .clock = &r->clock,
        .salt = salt,
        .commit_us = (int64_t)(o->scenario->commit_s * 1e6),
        .records_max = o->faults != NULL ? o->faults->records_max : 0,
        .watch = o->journal,
        .watch_arg = o->journal_arg,
        .ended = runner_result_attempt,
        .ended_arg = r,
    };
    bool passes = scenario_plan_built_in(o->scenario); /* runner_people.c */
    const struct sim_store_endless endless = {
        .lead = endless_lead,
        .is_good = endless_is_good,
        .arg = r,
        .list = passes ? 0 : o->scenario->list_size};
    if (sim_list_is_endless(o->list))
        so.endless = &endless;
    r->store_sim = sim_store_new(&so);
    add_campaign(r, CAMPAIGN);
    if (o->second != NULL)
        add_campaign(r, SECOND);
    add_people(r);
    sim_store_port(r->store_sim, &r->store);
}

static unsigned trunk_calls(const struct runner_options *o)
{
    if (o->scenario->trunk_calls > 0)
        return (unsigned)o->scenario->trunk_calls;
    return o->plan->calls_max;
}

static void open_carrier(struct runner *r)
{
    const struct runner_options *o = &r->o;
    struct sim_carrier_options co = {
        .clock = &r->clock,
        .world = &r->world[0],
        .trunk = o->plan->trunk,
        .calls_max = trunk_calls(o),
        .calls_per_1000s = (uint64_t)(o->scenario->cps * 1000 + 0.5),
        .watch = o->calls,
        .watch_arg = o->calls_arg,
        .says = o->says,
        .says_arg = o->says_arg,
    };
    if (r->agents != NULL) {
        r->live =
            (struct sim_carrier_live){.scenario = o->scenario,
                                      .talk_factor = 1.0,
                                      .nth_known = sim_list_is_endless(o->list),
                                      .rate = runner_people_rate,
                                      .news = runner_floor_news,
                                      .arg = r};
        co.live = &r->live;
        co.staff_max = 2 * sim_agents_count(r->agents);
        co.staff_by_trunk = o->scenario->agents_by_trunk != 0;
        co.staff_ring = distribution_of(
            o->scenario->leg_per_call != 0 ? "uniform 1 2" : "const 0");
    }
    r->carrier_sim = sim_carrier_new(&co);
    sim_carrier_port(r->carrier_sim, &r->carrier);
}

static void open_agents(struct runner *r)
{
    struct sim_agents_options ao = {
        .clock = &r->clock,
        .scenario = r->o.scenario,
        .plan = r->o.plan,
        .seed = r->o.seed,
        .simple = scenario_plan_built_in(r->o.scenario),
        .order = runner_day_order,
        .arg = r,
    };
    r->agents = sim_agents_new(&ao);
}

void runner_house_open(struct runner *r)
{
    size_t agents = 0;
    if (r->o.plan->dial_mode != DIAL_AGENTLESS)
        agents = sim_agents_most(r->o.scenario);
    sim_clock_init(&r->clock, r->start_us,
                   ((size_t)trunk_calls(&r->o) + 2 * agents) *
                           SIM_CARRIER_TIMERS +
                       agents * SIM_AGENT_TIMERS + SIM_AGENTS_TIMERS +
                       SIM_STORE_TIMERS + OTHER_TIMERS);
    r->clock_port = sim_clock_port(&r->clock);
    if (r->o.plan->dial_mode != DIAL_AGENTLESS)
        open_agents(r);
    open_store(r);
    open_carrier(r);
    suppression_init(&r->suppression);
}

void runner_house_close(struct runner *r)
{
    engine_free(r->engine);
    suppression_fini(&r->suppression);
    /* Timers that are set lie in what goes next. */
    sim_clock_fini(&r->clock);
    sim_carrier_free(r->carrier_sim);
    sim_store_free(r->store_sim);
    sim_agents_free(r->agents);
}

/* What a server knows when it begins: opt-outs, the last attempt. */
static void read_memory(struct runner *r)
{
    suppression_fini(&r->suppression);
    suppression_init(&r->suppression);
    sim_list_opt_outs(r->o.list, &r->suppression);
    sim_store_opt_outs(r->store_sim, &r->suppression);
    r->next_attempt = sim_store_last_attempt(r->store_sim) + 1;
}

static void command(struct runner *r, struct campaign_id id)
{
    struct campaign_status s;
    int rc = engine_status(r->engine, id, &s);
    if (rc == TM_OK && r->dialling && s.state != CAMPAIGN_RUNNING)
        rc = engine_command(r->engine, id, CAMPAIGN_EV_START);
    else if (rc == TM_OK && !r->dialling && s.state == CAMPAIGN_RUNNING)
        rc = engine_command(r->engine, id, CAMPAIGN_EV_PAUSE);
    tm_assert(rc == TM_OK);
}

void runner_house_command(struct runner *r)
{
    command(r, CAMPAIGN);
    if (r->o.second != NULL)
        command(r, SECOND);
}

/* The agents and the way of dialling, as a server's folder has them. */
static int start_floor(struct runner *r, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < sim_agents_count(r->agents); i++) {
        struct agent_setup a;
        sim_agents_setup(r->agents, i, &a);
        rc = engine_agent_put(r->engine, &a, e);
    }
    if (rc == TM_OK && r->o.pacing != NULL)
        rc = engine_pace(r->engine, CAMPAIGN, r->o.pacing, e);
    if (rc != TM_OK)
        return rc;
    if (r->o.trace != NULL)
        engine_set_trace(r->engine, r->o.trace, r->o.trace_arg);
    runner_house_command(r);
    sim_agents_restart(r->agents);
    return TM_OK;
}

static int start_campaign(struct runner *r, struct campaign_id id,
                          const struct plan *plan, struct err *e)
{
    struct campaign_env env = {.tenant = TENANT,
                               .id = id,
                               .seller = SELLER,
                               .plan = plan,
                               .book = r->o.book,
                               .zones = r->o.zones,
                               .lists = sim_list_lists(r->o.list),
                               .facts = sim_list_facts(r->o.list),
                               .suppression = &r->suppression,
                               .next_attempt = &r->next_attempt,
                               .judged = r->o.judged,
                               .judged_arg = r->o.judged_arg};
    enum campaign_state state;
    struct campaign_counters counters;
    bool known = sim_store_campaign_now(r->store_sim, id, r->clock.now_us,
                                        &state, &counters);
    tm_assert(known);
    int rc = engine_add(r->engine, &env, state, &counters);
    /* The operator's command is repeated when a crash swallowed it. */
    if (rc == TM_OK && state == CAMPAIGN_LOADED)
        rc = engine_command(r->engine, id, CAMPAIGN_EV_START);
    return rc == TM_OK ? TM_OK : err_set(e, rc, "the campaign does not start");
}

int runner_house_start(struct runner *r, struct err *e)
{
    read_memory(r);
    struct engine_ports ports = {.clock = &r->clock_port,
                                 .store = &r->store,
                                 .carrier = &r->carrier,
                                 .watch = r->o.handed,
                                 .watch_arg = r->o.handed_arg};
    if (r->agents != NULL) {
        ports.tenant = TENANT;
        ports.next_attempt = &r->next_attempt;
        ports.agent = runner_day_changed;
        ports.agent_arg = r;
    }
    r->engine = engine_new(&ports);
    struct store_events events = engine_store_events(r->engine);
    sim_store_listen(r->store_sim, &events);
    sim_carrier_listen(r->carrier_sim, engine_on_call, r->engine);
    int rc = start_campaign(r, CAMPAIGN, r->o.plan, e);
    if (rc == TM_OK && r->o.second != NULL)
        rc = start_campaign(r, SECOND, r->o.second, e);
    if (rc != TM_OK)
        return rc;
    return r->agents != NULL ? start_floor(r, e) : TM_OK;
}

static const struct plan *plan_of(const struct runner *r, struct campaign_id c)
{
    return c.v == SECOND.v ? r->o.second : r->o.plan;
}

/* Ends what the carrier still has up, and says what became of it. */
static int close_open(struct runner *r, const struct campaign_open_attempt *a,
                      const char *dialog, struct err *e)
{
    struct record record[3];
    if (dialog != NULL) {
        int rc = r->carrier.end_stale(r->carrier.self, str_of(dialog), e);
        if (rc != TM_OK)
            return rc;
    }
    size_t n = campaign_close_open(plan_of(r, a->campaign), a, r->clock.now_us,
                                   record);
    sim_store_apply(r->store_sim, record, n);
    return TM_OK;
}

static int close_attempts(struct runner *r, struct err *e)
{
    struct campaign_open_attempt open;
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < sim_store_attempts(r->store_sim);
         i++) {
        const struct sim_store_attempt *a =
            sim_store_attempt_at(r->store_sim, i);
        if (a->ended_us != 0)
            continue;
        sim_store_open_attempt(r->store_sim, a, &open);
        rc = close_open(r, &open, a->dialog, e);
    }
    for (size_t i = 0; rc == TM_OK && i < sim_store_incomings(r->store_sim);
         i++) {
        const struct sim_store_incoming *a =
            sim_store_incoming_at(r->store_sim, i);
        if (a->ended_us != 0)
            continue;
        sim_store_open_incoming(r->store_sim, a, &open);
        rc = close_open(r, &open, a->dialog, e);
    }
    return rc;
}

/* The program dies and is started again at once. */
int runner_house_crash(struct runner *r, struct err *e)
{
    r->crashes++;
    sim_carrier_crash(r->carrier_sim);
    sim_store_crash(r->store_sim);
    engine_free(r->engine);
    r->engine = NULL;
    struct record restart = {
        .kind = RECORD_RESTART, .at_us = r->clock.now_us, .tenant = TENANT};
    sim_store_apply(r->store_sim, &restart, 1);
    int rc = close_attempts(r, e);
    if (rc != TM_OK)
        return rc;
    return runner_house_start(r, e);
}

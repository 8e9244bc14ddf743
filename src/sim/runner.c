#include "sim/runner.h"

#include "base/civil.h"
#include "sim/runner_inside.h"

enum {
    RUNS_AT_ONCE_MAX = 100000, /* engine_run() while time stands still */
    PROGRESS_EVERY = 4096,     /* events */
};

#define CALLS_END_US  (15 * CIVIL_MINUTE_US) /* then they are hung up */
#define DRAIN_MOST_US (30 * CIVIL_MINUTE_US)

struct rule_pack_text runner_allow_pack(void)
{
    static const char text[] = "[pack]\n"
                               "name = allow\n"
                               "version = 1\n"
                               "jurisdiction = US\n"
                               "channels = voice\n"
                               "\n"
                               "[rule ALLOW-NOTE]\n"
                               "text = Nothing is refused: a simulation.\n"
                               "citation = none\n"
                               "certainty = S1\n"
                               "role = duty\n"
                               "duty = internal_list\n";
    return (struct rule_pack_text){.file = "allow.rules", .text = str_of(text)};
}

/* --- time -----------------------------------------------------------------*/

static int stuck(const struct runner *r, const char *why, struct err *e)
{
    char at[CIVIL_INSTANT_LEN];
    civil_format_instant(r->clock.now_us, at);
    return err_set(e, TM_ESTATE,
                   "seed %llu, %s after %llu events: %s (%zu calls, %zu "
                   "pending)",
                   (unsigned long long)r->o.seed, at,
                   (unsigned long long)r->events, why, engine_calls(r->engine),
                   engine_pending(r->engine));
}

/* Lets the engine do what is due now. */
static int settle(struct runner *r, struct err *e)
{
    for (int n = 0; engine_deadline_us(r->engine) <= r->clock.now_us; n++) {
        if (n == RUNS_AT_ONCE_MAX)
            return stuck(r, "the engine turns in a circle", e);
        engine_run(r->engine);
    }
    return TM_OK;
}

/* One step of time, not beyond limit_us. */
static int move(struct runner *r, int64_t limit_us, struct err *e)
{
    int64_t event_us = sim_clock_next_us(&r->clock);
    int64_t engine_us = engine_deadline_us(r->engine);
    int64_t least = event_us < engine_us ? event_us : engine_us;
    if (least > limit_us) {
        sim_clock_advance(&r->clock, limit_us);
        return TM_OK;
    }
    if (event_us > engine_us) {
        if (engine_us > r->clock.now_us)
            sim_clock_advance(&r->clock, engine_us);
        return settle(r, e);
    }
    sim_clock_step(&r->clock);
    r->events++;
    int rc = settle(r, e);
    if (rc == TM_OK)
        rc = runner_faults_draw(r, e);
    if (r->o.progress != NULL && r->events % PROGRESS_EVERY == 0)
        r->o.progress(r->o.progress_arg, r->clock.now_us,
                      sim_carrier_counts(r->carrier_sim).placed);
    return rc;
}

static struct campaign_status status_of(const struct runner *r)
{
    struct campaign_status s;
    int rc =
        engine_status(r->engine, (struct campaign_id){SIM_LIST_CAMPAIGN}, &s);
    tm_assert(rc == TM_OK);
    return s;
}

static bool is_over(const struct runner *r)
{
    return engine_calls(r->engine) == 0 && engine_pending(r->engine) == 0;
}

/* A campaign that runs waits for something that has an instant. */
static int check_alive(const struct runner *r, struct err *e)
{
    if (sim_clock_next_us(&r->clock) != INT64_MAX ||
        engine_deadline_us(r->engine) != INT64_MAX)
        return TM_OK;
    struct campaign_status s = status_of(r);
    if (s.state == CAMPAIGN_RUNNING)
        return stuck(r, "the campaign runs and waits for nothing", e);
    return TM_OK;
}

static int run_day(struct runner *r, struct err *e)
{
    while (r->clock.now_us < r->end_us) {
        if (r->agents == NULL && is_over(r) &&
            status_of(r).state == CAMPAIGN_FINISHED)
            return TM_OK;
        int rc = check_alive(r, e);
        if (rc == TM_OK)
            rc = move(r, r->end_us, e);
        if (rc != TM_OK)
            return rc;
    }
    return TM_OK;
}

/* The day is over: no new calls, those that are up end. */
static int drain(struct runner *r, struct err *e)
{
    int64_t from_us = r->clock.now_us;
    bool hung_up = false;
    runner_people_end(r);
    sim_clock_cancel(&r->clock, &r->change_timer);
    runner_day_end(r);
    runner_faults_end(r);
    r->o.faults = NULL;
    engine_drain(r->engine);
    while (!is_over(r)) {
        if (r->clock.now_us >= from_us + DRAIN_MOST_US)
            return stuck(r, "calls or records do not come to an end", e);
        if (!hung_up && r->clock.now_us >= from_us + CALLS_END_US) {
            engine_hang_up_all(r->engine);
            hung_up = true;
        }
        int rc = move(r, from_us + (hung_up ? DRAIN_MOST_US : CALLS_END_US), e);
        if (rc != TM_OK)
            return rc;
    }
    return TM_OK;
}

/* The operator dials otherwise from now on, or pauses. */
static void change_due(void *arg)
{
    struct runner *r = arg;
    const struct runner_change *k = &r->o.change[r->changed++];
    struct err e;
    r->o.pacing = &k->pacing; /* after a crash, too */
    r->dialling = k->dials;
    int rc = engine_pace(r->engine, (struct campaign_id){SIM_LIST_CAMPAIGN},
                         r->o.pacing, &e);
    tm_assert(rc == TM_OK);
    runner_house_command(r);
    if (r->changed < r->o.changes)
        sim_clock_set(&r->clock, &r->change_timer,
                      r->start_us + r->o.change[r->changed].after_us);
}

static void changes_init(struct runner *r)
{
    sim_clock_timer(&r->change_timer, change_due, r);
    if (r->agents != NULL && r->o.changes > 0)
        sim_clock_set(&r->clock, &r->change_timer,
                      r->start_us + r->o.change[0].after_us);
}

int runner_run(const struct runner_options *o, struct runner_result *out,
               struct err *e)
{
    tm_assert(o->scenario != NULL && o->plan != NULL && o->list != NULL);
    tm_assert(o->book != NULL && o->zones != NULL);
    struct runner *r = mem_alloc(sizeof(*r));
    r->o = *o;
    r->start_us = r->day_us = scenario_start_us(o->scenario);
    r->end_us = scenario_end_us(o->scenario);
    r->dialling = true;
    runner_house_open(r);
    runner_people_init(r);
    runner_faults_init(r);
    if (r->agents != NULL)
        runner_day_init(r);
    changes_init(r);
    int rc = runner_house_start(r, e);
    if (rc == TM_OK)
        rc = run_day(r, e);
    if (rc == TM_OK)
        rc = drain(r, e);
    if (rc == TM_OK)
        runner_result_fill(r, out);
    runner_house_close(r);
    mem_free(r);
    return rc;
}

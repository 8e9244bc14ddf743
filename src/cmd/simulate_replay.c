/* One run told in words: each decision of pacing, and what people met. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/map.h"
#include "cmd/command.h"
#include "cmd/simulate_floor.h"
#include "cmd/simulate_pacing.h"

enum { LINE_LEN = 512, TEXT_MAX = 1 << 20 };

struct replay {
    struct simulate_ask *ask;
    struct simulate_replay part;
    struct runner_check *checker;
    char last[LINE_LEN]; /* the decision told last */
    int64_t last_us;     /* when it was made again; 0: once only */
    uint64_t again;
    uint64_t told;      /* lines */
    struct map callers; /* who called us -> when */
    struct map agents;  /* -> state of each */
};

static bool is_part(const struct replay *p, int64_t at_us)
{
    return at_us >= p->part.from_us && at_us < p->part.to_us;
}

/* "day 2 11:00:00.250": the scenario's own clock. */
static void put_time(const struct replay *p, int64_t at_us)
{
    int64_t start_us = scenario_start_us(&p->ask->world.scenario);
    struct civil_time t = civil_of_us(at_us);
    int64_t ms = at_us / 1000 % 1000;
    int s = t.second_of_day;
    int64_t day = (at_us - start_us) / CIVIL_DAY_US + 1;
    (void)printf("day %" PRId64 " %02d:%02d:%02d.%03" PRId64 "  ", day,
                 s / 3600, s / 60 % 60, s % 60, ms);
}

/* A decision made again and again is told once, with how long it stood. */
static void tell_again(struct replay *p)
{
    if (p->again == 0)
        return;
    put_time(p, p->last_us);
    (void)printf("  ... the same %" PRIu64 " more times\n", p->again);
    p->again = 0;
}

static void on_trace(void *arg, struct campaign_id c, int64_t now_us,
                     const char *text)
{
    struct replay *p = arg;
    (void)c;
    if (!is_part(p, now_us))
        return;
    if (strncmp(text, p->last, sizeof(p->last) - 1) == 0) {
        p->again++;
        p->last_us = now_us;
        return;
    }
    tell_again(p);
    put_time(p, now_us);
    (void)printf("%s\n", text);
    (void)str_copy(p->last, sizeof(p->last), str_of(text));
    p->told++;
}

/* Coming and going, not each talk: NULL, not worth a line. Who signs in is on
 * a pause for the instant until he is ready. */
static const char *what_agent(uint64_t was, int state)
{
    bool away = was == AGENT_OFF || was == AGENT_CALLING_IN;
    switch (state) {
    case AGENT_OFF: return "signed out";
    case AGENT_CALLING_IN: return "signs in";
    case AGENT_PAUSED: return away ? NULL : "is on a pause";
    case AGENT_READY: return was == AGENT_PAUSED ? "is ready" : NULL;
    default: return NULL;
    }
}

static void note_agent(struct replay *p, const struct record *r)
{
    map_set(&p->agents, (uint64_t)r->agent.v, (uint64_t)r->state);
}

static void tell_agent(struct replay *p, const struct record *r)
{
    uint64_t was = AGENT_OFF;
    (void)map_get(&p->agents, (uint64_t)r->agent.v, &was);
    const char *what = what_agent(was, (int)r->state);
    if (what == NULL)
        return;
    tell_again(p);
    put_time(p, r->at_us);
    (void)printf("  agent %" PRId64 " %s%s%.*s\n", r->agent.v, what,
                 r->key.n > 0 ? ": " : "", (int)r->key.n, r->key.p);
    p->told++;
}

static void tell_person(struct replay *p, const struct record *r)
{
    tell_again(p);
    put_time(p, r->at_us);
    if (r->kind == RECORD_ENDED)
        (void)printf("  call %" PRId64 ": an abandoned call is over\n",
                     r->attempt.v);
    else if (r->ring_ms == 0)
        (void)printf("  call %" PRId64 ": a person, at once with agent %" PRId64
                     "\n",
                     r->attempt.v, r->agent.v);
    else
        (void)printf("  call %" PRId64 ": a person, with agent %" PRId64
                     " after %.2f s\n",
                     r->attempt.v, r->agent.v, (double)r->ring_ms / 1000);
    p->told++;
}

/* Somebody calls us, waits, gets an agent, or does not. */
static void tell_caller(struct replay *p, const struct record *r)
{
    uint64_t from_us = 0;
    bool ours = map_get(&p->callers, (uint64_t)r->attempt.v, &from_us);
    double s = ours ? (double)(r->at_us - (int64_t)from_us) / 1e6 : 0;
    tell_again(p);
    put_time(p, r->at_us);
    (void)printf("  call %" PRId64 ": ", r->attempt.v);
    if (r->kind == RECORD_INCOMING)
        (void)printf("somebody calls us%s%s\n",
                     r->lead.v != 0 ? ", a lead" : "",
                     r->e164 == 0 ? ", number withheld" : "");
    else if (r->kind == RECORD_ANSWERED)
        (void)printf("a caller waits\n");
    else if (r->kind == RECORD_BRIDGED)
        (void)printf("the caller, with agent %" PRId64 " after %.2f s\n",
                     r->agent.v, s);
    else if (r->kind == RECORD_OPT_OUT || r->kind == RECORD_CALLBACK)
        (void)printf("the caller wants to be %s\n",
                     r->kind == RECORD_CALLBACK ? "called back" : "left alone");
    else
        (void)printf("the caller %s after %.2f s\n",
                     r->state == OUTCOME_GAVE_UP       ? "gives up"
                     : r->state == OUTCOME_TURNED_AWAY ? "is turned away"
                     : r->state == OUTCOME_TALKED      ? "has talked, it ends"
                                                       : "is through",
                     s);
    p->told++;
}

/* 1: it is of somebody who calls us, and worth telling; 0: worth nothing; -1:
 * it is of no caller. */
static int of_caller(struct replay *p, const struct record *r)
{
    if (r->kind == RECORD_INCOMING)
        map_set(&p->callers, (uint64_t)r->attempt.v, (uint64_t)r->at_us);
    else if (r->attempt.v <= 0 ||
             !map_get(&p->callers, (uint64_t)r->attempt.v, NULL))
        return -1;
    return r->kind == RECORD_INCOMING || r->kind == RECORD_ANSWERED ||
           r->kind == RECORD_BRIDGED || r->kind == RECORD_OPT_OUT ||
           r->kind == RECORD_CALLBACK || r->kind == RECORD_ENDED;
}

static void on_handed(void *arg, const struct record *r)
{
    struct replay *p = arg;
    int caller = of_caller(p, r);
    bool part = is_part(p, r->at_us);
    if (part && r->kind == RECORD_AGENT)
        tell_agent(p, r);
    if (r->kind == RECORD_AGENT)
        note_agent(p, r);
    if (!part || r->kind == RECORD_AGENT)
        return;
    if (caller == 1)
        tell_caller(p, r);
    else if (caller == 0)
        return;
    else if (r->kind == RECORD_BRIDGED ||
             (r->kind == RECORD_ENDED && r->abandoned))
        tell_person(p, r);
}

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    struct replay *p = arg;
    simulate_files_record(&p->ask->files, r);
    if (p->checker != NULL)
        runner_check_journal(p->checker, r, row);
}

static int run(struct replay *p, const struct campaign_pacing *pacing,
               struct runner_result *r, struct err *e)
{
    const struct simulate_world *w = &p->ask->world;
    struct simulate_found found;
    struct plan plan;
    struct sim_list *list = sim_list_new(&w->scenario, p->part.seed);
    struct runner_options o = {
        .scenario = &w->scenario,
        .plan = simulate_floor_plan(w->plan, pacing, &plan),
        .book = w->book,
        .zones = &w->zones,
        .list = list,
        .seed = p->part.seed,
        .journal = on_journal,
        .journal_arg = p,
        .handed = on_handed,
        .handed_arg = p,
        .judged = p->ask->files.cases != NULL ? simulate_files_judged : NULL,
        .judged_arg = &p->ask->files,
        .pacing = pacing,
        .trace = on_trace,
        .trace_arg = p,
    };
    if (p->ask->check)
        p->checker = runner_check_new(&o);
    if (p->checker != NULL)
        runner_check_watch(p->checker, &o);
    int rc = runner_run(&o, r, e);
    tell_again(p);
    if (rc == TM_OK) {
        simulate_ask_found(p->checker, r, &found);
        simulate_ask_tell(p->ask, &found, p->part.seed);
    }
    runner_check_free(p->checker);
    sim_list_free(list);
    return rc;
}

/* Nobody was called: why. */
static void tell_idle(const struct runner_result *r)
{
    struct simulate_idle idle;
    struct buf b;
    simulate_pacing_idle_keep(r, &idle);
    buf_init(&b, LINE_LEN);
    simulate_pacing_idle_text(&idle, &b);
    if (b.n > 0)
        (void)printf("%.*s\n", (int)b.n, b.p);
    buf_fini(&b);
}

/* What the whole run came to, whatever part of it was told. */
static void tell_end(const struct replay *p, const struct runner_result *r)
{
    const struct runner_floor *f = &r->floor;
    if (p->told == 0)
        (void)printf("Nothing happened in that part of the run.\n");
    (void)printf("\nThe whole run, seed %" PRIu64 ": %.2f minutes of talk in "
                 "an agent-hour, %.2f %% of %" PRIu64
                 " live answers abandoned,\n%" PRIu64 " lines dialled, %" PRIu64
                 " withdrawn; journal hash %s\n",
                 p->part.seed, runner_floor_talk_min_h(f),
                 runner_floor_aband_pct(f), f->live, f->dials, f->withdrawn,
                 r->journal_hash);
    tell_idle(r);
    if (r->callers.callers > 0)
        (void)printf("%" PRIu64 " people called us, %" PRIu64
                     " got an agent, after %.1f s in the mean; %" PRIu64
                     " gave up, %" PRIu64 " found all lines taken\n",
                     r->callers.callers, r->callers.joined,
                     runner_callers_wait_s(&r->callers), r->callers.gave_up,
                     r->callers.unheard);
}

int simulate_floor_replay(struct simulate_ask *a,
                          const struct simulate_replay *part, int *code,
                          struct err *e)
{
    struct replay *p = mem_alloc(sizeof(*p));
    struct runner_result *r = mem_alloc(sizeof(*r));
    struct campaign_pacing pacing;
    const struct campaign_pacing *asked = NULL;
    int rc = TM_OK;
    p->ask = a;
    p->part = *part;
    map_init(&p->callers);
    map_init(&p->agents);
    if (a->policy[0] != NULL) {
        rc = simulate_floor_policy(a->world.plan, a->policy[0], &pacing, e);
        asked = &pacing;
    }
    if (rc == TM_OK)
        rc = run(p, asked, r, e);
    if (rc == TM_OK) {
        tell_end(p, r);
        *code =
            fflush(stdout) == 0 && a->findings == 0 ? EXIT_DONE : EXIT_REFUSED;
    }
    mem_free(r);
    map_fini(&p->callers);
    map_fini(&p->agents);
    mem_free(p);
    return rc;
}

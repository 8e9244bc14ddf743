#include "cmd/simulate_floor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/simulate_jobs.h"
#include "cmd/simulate_pacing.h"

enum { TEXT_MAX = 64 << 20 };

/* What comes back of a run. */
struct one {
    struct simulate_run run;
    struct simulate_found found;
    struct sim_series series; /* of the first seed, for plots */
    bool has_series;
};

struct floor_runs {
    struct simulate_ask *ask;
    struct campaign_pacing pacing[SIMULATE_POLICIES_MAX];
    struct simulate_compared compared;
    struct progress progress;
    uint64_t done; /* runs */
    struct buf csv;
    /* Of the present run. */
    struct runner_check *checker;
    struct sim_series_recorder *series;
};

/* --- policies -------------------------------------------------------------*/

/* Those of others dial as predictive ones in the eyes of the law: more lines
 * than agents. */
static enum dial_mode mode_of(enum policy_kind k)
{
    switch (k) {
    case POLICY_PROGRESSIVE: return DIAL_PROGRESSIVE;
    case POLICY_POWER: return DIAL_POWER;
    case POLICY_VICIDIAL:
    case POLICY_ERLANG_B:
    case POLICY_CREDIT:
    case POLICY_PREDICTIVE:
    case POLICY_KINDS: break;
    }
    return DIAL_PREDICTIVE;
}

int simulate_floor_policy(const struct plan *plan, const char *text,
                          struct campaign_pacing *out, struct err *e)
{
    struct campaign_pacing p = {.abandon_limit_ppm = plan->abandon_limit_ppm};
    if (strcmp(text, "agentless") == 0)
        return err_set(e, TM_EINVAL,
                       "--policy agentless: the campaign %s has agents; "
                       "dial_mode = agentless in the campaign calls without "
                       "them",
                       plan->name);
    if (strcmp(text, "manual") == 0 || strcmp(text, "preview") == 0) {
        p.mode = text[0] == 'm' ? DIAL_MANUAL : DIAL_PREVIEW;
        plan_pace_default(p.mode, &p.policy);
    } else {
        if (policy_parse(str_of(text), &p.policy, e) != TM_OK)
            return err_context(e, "--policy %s", text);
        p.mode = mode_of(p.policy.kind);
    }
    if (plan_pace_check(plan, p.mode, &p.policy, p.abandon_limit_ppm, e) !=
        TM_OK)
        return err_context(e, "--policy %s", text);
    *out = p;
    return TM_OK;
}

const struct plan *simulate_floor_plan(const struct plan *plan,
                                       const struct campaign_pacing *pacing,
                                       struct plan *copy)
{
    if (pacing == NULL ||
        (pacing->mode == DIAL_MANUAL) == (plan->dial_mode == DIAL_MANUAL))
        return plan;
    *copy = *plan;
    copy->dial_mode = pacing->mode;
    return copy;
}

/* The plan's own, when none is asked for. */
static const char *plan_policy(const struct plan *plan)
{
    static const char *const name[] = {
        "progressive", "power", "vicidial", "erlang_b", "credit", "predictive",
    };
    if (plan->dial_mode == DIAL_MANUAL)
        return "manual";
    if (plan->dial_mode == DIAL_PREVIEW)
        return "preview";
    tm_assert((size_t)plan->pacing.kind < tm_array_len(name));
    return name[plan->pacing.kind];
}

static void name_policy(struct floor_runs *f, size_t i, const char *name)
{
    struct simulate_pacing *p = &f->compared.policy[i];
    (void)str_copy(p->policy, sizeof(p->policy), str_of(name));
    p->scenario = &f->ask->world.scenario;
    p->seed = f->ask->seed;
    p->limit_pct = (double)f->pacing[i].abandon_limit_ppm / 1e4;
}

static int read_policies(struct floor_runs *f, struct err *e)
{
    const struct plan *plan = f->ask->world.plan;
    size_t n = 0;
    while (n < SIMULATE_POLICIES_MAX && f->ask->policy[n] != NULL)
        n++;
    f->compared.policies = n > 0 ? n : 1;
    f->compared.policy =
        mem_alloc(f->compared.policies * sizeof(*f->compared.policy));
    if (n == 0) {
        f->pacing[0] = (struct campaign_pacing){plan->dial_mode, plan->pacing,
                                                plan->abandon_limit_ppm};
        name_policy(f, 0, plan_policy(plan));
    }
    for (size_t i = 0; i < n; i++) {
        int rc =
            simulate_floor_policy(plan, f->ask->policy[i], &f->pacing[i], e);
        if (rc != TM_OK)
            return rc;
        name_policy(f, i, f->ask->policy[i]);
    }
    return TM_OK;
}

/* --- a run ----------------------------------------------------------------*/

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    struct floor_runs *f = arg;
    if (f->series != NULL)
        sim_series_add(f->series, r);
    simulate_files_record(&f->ask->files, r);
    if (f->checker != NULL)
        runner_check_journal(f->checker, r, row);
}

static void on_minute(void *arg, const struct runner_minute *m)
{
    struct floor_runs *f = arg;
    sim_series_answers(f->series, m->at_us - 1, m->live, m->lost);
}

static void keep(const struct runner_result *r, struct simulate_run *out)
{
    simulate_pacing_idle_keep(r, &out->idle);
    out->floor = r->floor;
    out->callers = r->callers;
    out->worst_day_pct = r->worst_day_pct;
    out->limit_pct = r->limit_pct;
    out->over = r->window_viol;
    out->events = r->events;
    out->journal_entries = r->journal_entries;
    out->placed = r->placed;
    out->calls_max = r->calls_max;
    memcpy(out->head, r->journal_head, sizeof(out->head));
    if (r->days > 0) {
        out->first_day_talk = runner_floor_talk_min_h(&r->day[0]);
        out->first_day_pct = runner_floor_aband_pct(&r->day[0]);
    }
}

static struct runner_options options(struct floor_runs *f, uint64_t seed,
                                     const struct sim_list *list,
                                     const struct campaign_pacing *pacing)
{
    const struct simulate_world *w = &f->ask->world;
    return (struct runner_options){
        .scenario = &w->scenario,
        .plan = w->plan,
        .book = w->book,
        .zones = &w->zones,
        .list = list,
        .seed = seed,
        .journal = on_journal,
        .journal_arg = f,
        .judged = f->ask->files.cases != NULL ? simulate_files_judged : NULL,
        .judged_arg = &f->ask->files,
        .pacing = pacing,
    };
}

static void watch_series(struct floor_runs *f, struct runner_options *o)
{
    const struct scenario *s = o->scenario;
    struct sim_series_window w = {
        .start_us = scenario_start_us(s),
        .day_us = (int64_t)(s->hours * 3600e6),
        .days = (unsigned)s->days,
    };
    f->series = sim_series_new(&w);
    o->minute = on_minute;
    o->minute_arg = f;
}

static int run_one(void *arg, uint64_t i, void *result, struct err *e)
{
    struct floor_runs *f = arg;
    struct one *out = result;
    uint64_t seed = f->ask->seed + i % f->ask->seeds;
    int64_t cpu_us = simulate_ask_cpu_us();
    struct runner_result *r = mem_alloc(sizeof(*r));
    struct sim_list *list = sim_list_new(&f->ask->world.scenario, seed);
    const struct campaign_pacing *pacing = &f->pacing[i / f->ask->seeds];
    struct runner_options o = options(f, seed, list, pacing);
    struct plan plan;
    o.plan = simulate_floor_plan(o.plan, pacing, &plan);
    if (f->ask->check)
        f->checker = runner_check_new(&o);
    out->has_series = f->ask->html != NULL && seed == f->ask->seed;
    if (out->has_series)
        watch_series(f, &o);
    if (f->checker != NULL)
        runner_check_watch(f->checker, &o);
    int rc = runner_run(&o, r, e);
    if (rc == TM_OK) {
        keep(r, &out->run);
        out->run.cpu_us = simulate_ask_cpu_us() - cpu_us;
        simulate_ask_found(f->checker, r, &out->found);
        if (out->has_series)
            sim_series_end(f->series, &out->series);
    } else {
        (void)err_context(e, "seed %" PRIu64, seed);
    }
    sim_series_free(f->series);
    f->series = NULL;
    runner_check_free(f->checker);
    f->checker = NULL;
    sim_list_free(list);
    mem_free(r);
    return rc;
}

static void run_ended(void *arg, uint64_t i, const void *result)
{
    struct floor_runs *f = arg;
    const struct one *one = result;
    uint64_t seed = f->ask->seed + i % f->ask->seeds;
    struct simulate_pacing *p = &f->compared.policy[i / f->ask->seeds];
    simulate_pacing_add(p, &one->run);
    if (f->ask->csv != NULL)
        simulate_pacing_csv(p, seed, &one->run, &f->csv);
    if (one->has_series) {
        p->series = one->series;
        p->has_series = true;
    }
    simulate_ask_tell(f->ask, &one->found, seed);
    f->done++;
    progress_update(&f->progress, f->done, f->done,
                    f->ask->seeds * f->compared.policies);
}

static int run_all(struct floor_runs *f, struct err *e)
{
    int64_t from_us = simulate_ask_wall_us();
    struct simulate_jobs j = {
        .workers = f->ask->jobs,
        .runs = f->ask->seeds * f->compared.policies,
        .result_size = sizeof(struct one),
        .work = run_one,
        .done = run_ended,
        .arg = f,
    };
    if (j.workers > j.runs)
        j.workers = (unsigned)j.runs;
    f->compared.jobs = j.workers;
    progress_start(&f->progress, "simulating", "runs");
    int rc = simulate_jobs_run(&j, e);
    progress_end(&f->progress);
    f->compared.took_us = simulate_ask_wall_us() - from_us;
    return rc;
}

/* --- what is printed ------------------------------------------------------*/

static int write_html(const struct floor_runs *f, struct err *e)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    simulate_pacing_html(&f->compared, &b);
    int rc = b.failed ? err_set(e, TM_ELIMIT, "the page is too large")
                      : command_write_file(f->ask->html, buf_slice(&b), e);
    buf_fini(&b);
    return rc;
}

static int write_files(const struct floor_runs *f, struct err *e)
{
    int rc = TM_OK;
    if (f->ask->csv != NULL)
        rc = f->csv.failed
                 ? err_set(e, TM_ELIMIT, "the table is too large")
                 : command_write_file(f->ask->csv, buf_slice(&f->csv), e);
    if (rc == TM_OK && f->ask->html != NULL)
        rc = write_html(f, e);
    return rc;
}

static int print(const struct floor_runs *f)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    if (f->ask->json)
        for (size_t i = 0; i < f->compared.policies; i++)
            simulate_pacing_json(&f->compared.policy[i], &b);
    else
        simulate_pacing_text(&f->compared, &b);
    int code = simulate_ask_print(f->ask, &b);
    buf_fini(&b);
    return code;
}

static struct floor_runs *floor_new_runs(struct simulate_ask *a)
{
    struct floor_runs *f = mem_alloc(sizeof(*f));
    f->ask = a;
    f->compared.campaign = a->world.plan->name;
    f->compared.rules = a->world.scenario.allow_all
                            ? "the campaign's own hours and caps alone"
                            : "the law's";
    f->compared.utf8 = simulate_ask_utf8();
    buf_init(&f->csv, TEXT_MAX);
    if (a->csv != NULL)
        simulate_pacing_csv_head(&f->csv);
    return f;
}

static void floor_free_runs(struct floor_runs *f)
{
    buf_fini(&f->csv);
    mem_free(f->compared.policy);
    mem_free(f);
}

int simulate_floor(struct simulate_ask *a, int *code, struct err *e)
{
    struct floor_runs *f = floor_new_runs(a);
    int rc = read_policies(f, e);
    if (rc == TM_OK)
        rc = run_all(f, e);
    if (rc == TM_OK)
        rc = write_files(f, e);
    if (rc == TM_OK)
        *code = print(f);
    floor_free_runs(f);
    return rc;
}

#include "cmd/simulate_agentless.h"

#include "cmd/simulate_jobs.h"
#include "cmd/simulate_report.h"
#include "cmd/simulate_text.h"

enum { TEXT_MAX = 1 << 20 };

/* What comes back of a run. */
struct run {
    struct runner_result r;
    struct simulate_found found;
};

struct agentless {
    struct simulate_ask *ask;
    struct progress progress;
    struct simulate_figures figures;
    struct runner_check *checker;   /* of the present run, or NULL */
    struct simulate_report *report; /* of the only run, or NULL */
};

static void show_progress(void *arg, int64_t now_us, uint64_t calls)
{
    struct agentless *s = arg;
    const struct scenario *w = &s->ask->world.scenario;
    int64_t from_us = scenario_start_us(w);
    int64_t day_us = scenario_end_us(w) - from_us;
    uint64_t done = s->figures.runs * (uint64_t)day_us;
    if (now_us > from_us)
        done += (uint64_t)(now_us - from_us);
    progress_update(&s->progress, s->figures.sum.placed + calls, done,
                    s->ask->seeds * (uint64_t)day_us);
}

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    struct agentless *s = arg;
    if (s->report != NULL)
        simulate_report_record(s->report, r);
    simulate_files_record(&s->ask->files, r);
    if (s->checker != NULL)
        runner_check_journal(s->checker, r, row);
}

/* A worker shows no progress: its parent does, run by run. */
static int run_one(void *arg, uint64_t i, void *result, struct err *e)
{
    struct agentless *s = arg;
    struct run *out = result;
    const struct simulate_world *w = &s->ask->world;
    uint64_t seed = s->ask->seed + i;
    struct sim_list *list = sim_list_new(&w->scenario, seed);
    struct runner_options o = {
        .scenario = &w->scenario,
        .plan = w->plan,
        .book = w->book,
        .zones = &w->zones,
        .list = list,
        .seed = seed,
        .journal = on_journal,
        .journal_arg = s,
        .progress = s->ask->jobs == 1 ? show_progress : NULL,
        .progress_arg = s,
        .judged = s->ask->files.cases != NULL ? simulate_files_judged : NULL,
        .judged_arg = &s->ask->files,
    };
    if (s->ask->check)
        s->checker = runner_check_new(&o);
    if (s->checker != NULL)
        runner_check_watch(s->checker, &o);
    if (s->ask->seeds == 1)
        s->report = simulate_report_new(&o);
    int rc = runner_run(&o, &out->r, e);
    if (rc == TM_OK)
        simulate_ask_found(s->checker, &out->r, &out->found);
    if (rc == TM_OK && s->report != NULL)
        s->figures.report = simulate_report_end(s->report, &out->r);
    runner_check_free(s->checker);
    s->checker = NULL;
    sim_list_free(list);
    return rc;
}

static void run_ended(void *arg, uint64_t i, const void *result)
{
    struct agentless *s = arg;
    const struct run *one = result;
    simulate_text_add(&s->figures, &one->r);
    simulate_ask_tell(s->ask, &one->found, s->ask->seed + i);
    if (s->ask->jobs > 1)
        show_progress(s, 0, 0);
}

static int run_all(struct agentless *s, struct err *e)
{
    int64_t from_us = simulate_ask_wall_us(), cpu_us = simulate_ask_cpu_us();
    struct simulate_jobs j = {
        .workers = s->ask->jobs,
        .runs = s->ask->seeds,
        .result_size = sizeof(struct run),
        .work = run_one,
        .done = run_ended,
        .arg = s,
    };
    progress_start(&s->progress, "simulating", "calls");
    int rc = simulate_jobs_run(&j, e);
    progress_end(&s->progress);
    s->figures.took_us = simulate_ask_wall_us() - from_us;
    s->figures.cpu_us = simulate_ask_cpu_us() - cpu_us;
    return rc;
}

static int print(const struct agentless *s)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    if (s->ask->json)
        simulate_text_json(&s->figures, &b);
    else
        simulate_text_report(&s->figures, &b);
    int code = simulate_ask_print(s->ask, &b);
    buf_fini(&b);
    return code;
}

int simulate_agentless(struct simulate_ask *a, int *code, struct err *e)
{
    struct agentless *s = mem_alloc(sizeof(*s));
    s->ask = a;
    if (a->seeds == 1)
        a->jobs = 1;
    s->figures.scenario = &a->world.scenario;
    s->figures.plan = a->world.plan;
    s->figures.seed = a->seed;
    s->figures.utf8 = simulate_ask_utf8();
    int rc = run_all(s, e);
    if (rc == TM_OK)
        *code = print(s);
    simulate_report_free(s->report);
    mem_free(s);
    return rc;
}

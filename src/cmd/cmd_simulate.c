/* telemark simulate: whole days of a campaign in seconds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/embedded.h"
#include "cmd/house.h"
#include "cmd/progress.h"
#include "cmd/simulate_report.h"
#include "cmd/simulate_text.h"
#include "report/decide_write.h"
#include "sim/runner_check.h"

enum {
    FILE_MAX = 1 << 20,
    REPEAT_MAX = 32,
    SEEDS_MAX = 10000,
    FINDINGS_SHOWN = 20
};

static int run(int argc, char **argv);

const struct command cmd_simulate = {
    .name = "simulate",
    .summary = "run a scenario on virtual time",
    .help =
        "usage: telemark simulate FILE [--seed N] [--seeds N] [--policy NAME]\n"
        "           [--set KEY=VALUE]... [--rules DIR] [--check]\n"
        "           [--calls FILE] [--cases FILE] [--json]\n\n"
        "Runs the campaign of a scenario (examples/day.scn) through the real\n"
        "engine and rules, with simulated people, carrier and store; a day\n"
        "takes seconds. The same file and seed give the same journal hash.\n\n"
        "--seed N     of everything that is drawn (default: the file's seed)\n"
        "--seeds N    so many runs, with seeds N, N + 1, ...; figures are\n"
        "             means, the hash is over the journals in that order\n"
        "--policy     agentless; those with agents come with agents\n"
        "--set        one key of the scenario, as if it stood in the file\n"
        "--rules DIR  rule packs of a folder instead of the built-in ones\n"
        "--check      reads every record of the journal with the independent\n"
        "             checker; exit code 1 when it finds a fault\n"
        "--calls FILE writes a line for each call as it ends: lead, number,\n"
        "             attempt, outcome, milliseconds of ringing and of talk\n"
        "--cases FILE writes every question to the rules as a case of\n"
        "             telemark rules test, with the verdict that was given\n"
        "--json       one JSON object a policy\n",
    .run = run,
};

struct simulation {
    struct arena arena;
    struct scenario scenario;
    const struct plan *plan;
    const struct rule_book *book;
    struct tz_set zones;
    uint64_t seed, seeds;
    bool json, check;
    uint64_t findings;
    struct progress progress;
    struct simulate_figures figures;
    FILE *calls;                    /* told of each call, or NULL */
    FILE *cases;                    /* of each verdict, or NULL */
    struct buf line;                /* of one case */
    uint64_t asked;                 /* cases written */
    struct runner_check *checker;   /* of the present run, or NULL */
    struct simulate_report *report; /* of the only run, or NULL */
};

static int64_t clock_us(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* "key=value" of the command line. */
static int set_key(struct simulation *s, const char *text, struct err *e)
{
    struct slice value, key = str_cut(str_of(text), '=', &value);
    if (value.p == NULL)
        return err_set(e, TM_EINVAL, "--set %s: say KEY=VALUE", text);
    int rc = scenario_set(&s->scenario, &s->arena, str_trim(key),
                          str_trim(value), e);
    return rc == TM_OK ? TM_OK : err_context(e, "--set %s", text);
}

static int load_scenario(struct simulation *s, const char *path,
                         const char *const *set, struct err *e)
{
    struct buf text;
    int rc = command_read_file(path, FILE_MAX, &text, e);
    if (rc != TM_OK)
        return rc;
    scenario_init(&s->scenario);
    rc = scenario_load(&s->scenario, &s->arena, path, buf_slice(&text), e);
    buf_fini(&text);
    for (int i = 0; rc == TM_OK && i < REPEAT_MAX && set[i] != NULL; i++)
        rc = set_key(s, set[i], e);
    return rc == TM_OK ? scenario_check(&s->scenario, e) : rc;
}

/* A file named in the scenario lies beside it. */
static int load_plan_file(struct simulation *s, const char *scenario,
                          struct err *e)
{
    char path[4096];
    struct buf text;
    struct slice name = s->scenario.campaign_file;
    const char *slash = strrchr(scenario, '/');
    int folder =
        slash != NULL && name.p[0] != '/' ? (int)(slash - scenario) + 1 : 0;
    int n = snprintf(path, sizeof(path), "%.*s%.*s", folder, scenario,
                     (int)name.n, name.p);
    if (n < 0 || (size_t)n >= sizeof(path))
        return err_set(e, TM_ELIMIT, "the path of the campaign is too long");
    int rc = command_read_file(path, FILE_MAX, &text, e);
    if (rc != TM_OK)
        return rc;
    rc = plan_parse(&s->arena, path, buf_slice(&text), &s->plan, e);
    buf_fini(&text);
    return rc;
}

static int load_plan(struct simulation *s, const char *path, struct err *e)
{
    if (s->scenario.campaign.n > 0)
        return plan_parse(&s->arena, path, s->scenario.campaign, &s->plan, e);
    if (s->scenario.campaign_file.n > 0)
        return load_plan_file(s, path, e);
    return err_set(e, TM_EUNSUPPORTED,
                   "%s: it names no campaign ([campaign] or campaign = FILE); "
                   "scenarios of agents alone cannot be run yet",
                   path);
}

static int load_rules(struct simulation *s, const char *folder, struct err *e)
{
    if (!s->scenario.allow_all)
        return house_rules(&s->arena, folder, &s->book, e);
    struct rule_pack_text pack[2] = {[1] = runner_allow_pack()};
    for (size_t i = 0; i < embedded_rules_count; i++)
        if (strcmp(embedded_rules[i].name, "rules/operator.rules") == 0)
            pack[0] = (struct rule_pack_text){
                .file = embedded_rules[i].name,
                .text = str_range((const char *)embedded_rules[i].bytes,
                                  embedded_rules[i].size)};
    tm_assert(pack[0].file != NULL);
    return rule_book_load(&s->arena, pack, 2, &s->book, e);
}

static void show_progress(void *arg, int64_t now_us, uint64_t calls)
{
    struct simulation *s = arg;
    int64_t from_us = scenario_start_us(&s->scenario);
    int64_t day_us = scenario_end_us(&s->scenario) - from_us;
    uint64_t done = s->figures.runs * (uint64_t)day_us;
    if (now_us > from_us)
        done += (uint64_t)(now_us - from_us);
    progress_update(&s->progress, s->figures.sum.placed + calls, done,
                    s->seeds * (uint64_t)day_us);
}

/* What the checker found, on standard error. */
static void tell_findings(struct simulation *s, struct runner_check *check,
                          uint64_t seed)
{
    uint64_t n = check_rules_counts(runner_check_finish(check)).findings;
    struct buf b;
    if (n == 0)
        return;
    s->findings += n;
    buf_init(&b, FILE_MAX);
    runner_check_tell(check, FINDINGS_SHOWN, &b);
    (void)fprintf(stderr,
                  "seed %" PRIu64 ": the checker found %" PRIu64 " faults\n%s",
                  seed, n, b.p);
    buf_fini(&b);
}

/* The people are made up: their numbers may be written out. */
static void tell_call(FILE *f, const struct record *r)
{
    (void)fprintf(
        f, "%" PRId64 ",+%" PRIu64 ",%" PRId64 ",%s,%" PRId64 ",%" PRId64 "\n",
        r->lead.v, r->e164, r->attempt.v, outcome_text((enum outcome)r->state),
        r->ring_ms, r->talk_ms);
}

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    struct simulation *s = arg;
    if (s->report != NULL)
        simulate_report_record(s->report, r);
    if (s->calls != NULL && r->kind == RECORD_ENDED)
        tell_call(s->calls, r);
    if (s->checker != NULL)
        runner_check_journal(s->checker, r, row);
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[CIVIL_INSTANT_LEN];
    civil_format_instant(us, at);
    json_out_kv_text(j, key, at);
}

/* The case in its exact form, with the verdict as what is expected. */
static void on_judged(void *arg, const struct rule_case *k,
                      const struct verdict *v)
{
    struct simulation *s = arg;
    struct json_out j;
    char id[24];
    (void)snprintf(id, sizeof(id), "%" PRIu64, ++s->asked);
    buf_clear(&s->line);
    decide_write(k, id, &s->line);
    tm_assert(!s->line.failed && s->line.p[s->line.n - 1] == '}');
    (void)fprintf(s->cases, "%.*s,\"expected\":", (int)s->line.n - 1,
                  s->line.p);
    buf_clear(&s->line);
    json_out_init(&j, &s->line);
    json_out_object(&j);
    json_out_kv_text(&j, "verdict", verdict_kind_text(v->kind));
    if (v->kind == VERDICT_NOT_BEFORE)
        put_instant(&j, "not_before", v->not_before_us);
    if (v->kind == VERDICT_ALLOW && v->valid_until_us != INT64_MAX)
        put_instant(&j, "valid_until", v->valid_until_us);
    json_out_end_object(&j);
    (void)fprintf(s->cases, "%.*s}\n", (int)s->line.n, s->line.p);
}

static void end_one(struct simulation *s, const struct runner_result *r,
                    uint64_t seed)
{
    simulate_text_add(&s->figures, r);
    if (s->checker != NULL)
        tell_findings(s, s->checker, seed);
    if (s->report != NULL)
        s->figures.report = simulate_report_end(s->report, r);
}

static int run_one(struct simulation *s, uint64_t seed, struct err *e)
{
    struct runner_result *r = mem_alloc(sizeof(*r));
    struct sim_list *list = sim_list_new(&s->scenario, seed);
    struct runner_options o = {
        .scenario = &s->scenario,
        .plan = s->plan,
        .book = s->book,
        .zones = &s->zones,
        .list = list,
        .seed = seed,
        .journal = on_journal,
        .journal_arg = s,
        .progress = show_progress,
        .progress_arg = s,
        .judged = s->cases != NULL ? on_judged : NULL,
        .judged_arg = s,
    };
    if (s->check)
        s->checker = runner_check_new(&o);
    if (s->seeds == 1)
        s->report = simulate_report_new(&o);
    int rc = runner_run(&o, r, e);
    if (rc == TM_OK)
        end_one(s, r, seed);
    runner_check_free(s->checker);
    s->checker = NULL;
    sim_list_free(list);
    mem_free(r);
    return rc;
}

static int run_all(struct simulation *s, struct err *e)
{
    int64_t from_us = clock_us(CLOCK_MONOTONIC);
    int64_t cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    int rc = TM_OK;
    progress_start(&s->progress, "simulating", "calls");
    for (uint64_t i = 0; rc == TM_OK && i < s->seeds; i++)
        rc = run_one(s, s->seed + i, e);
    progress_end(&s->progress);
    s->figures.took_us = clock_us(CLOCK_MONOTONIC) - from_us;
    s->figures.cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us;
    return rc;
}

/* Bars of blocks for people who look at a terminal that shows them. */
static bool wants_utf8(void)
{
    const char *const name[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    if (isatty(STDOUT_FILENO) == 0)
        return false;
    for (size_t i = 0; i < tm_array_len(name); i++) {
        const char *v = getenv(name[i]);
        if (v != NULL && v[0] != '\0')
            return strstr(v, "UTF-8") != NULL || strstr(v, "utf8") != NULL;
    }
    return false;
}

static int print(struct simulation *s)
{
    struct buf b;
    buf_init(&b, FILE_MAX);
    s->figures.utf8 = wants_utf8();
    if (s->json)
        simulate_text_json(&s->figures, &b);
    else
        simulate_text_report(&s->figures, &b);
    bool good = !b.failed && fwrite(b.p, 1, b.n, stdout) == b.n;
    buf_fini(&b);
    return good && s->findings == 0 ? EXIT_DONE : EXIT_REFUSED;
}

static bool whole_number(const char *text, uint64_t *out)
{
    return text == NULL || str_u64(str_of(text), out);
}

static int simulate(struct simulation *s, const char *path,
                    const char *const *set, const char *rules)
{
    struct err e = {0};
    int rc = load_scenario(s, path, set, &e);
    if (rc == TM_OK)
        rc = load_plan(s, path, &e);
    if (rc == TM_OK)
        rc = load_rules(s, rules, &e);
    if (rc == TM_OK)
        rc = house_zones(&s->arena, &s->zones, &e);
    if (rc != TM_OK)
        return command_fail(&cmd_simulate, &e);
    if (s->seed == UINT64_MAX)
        s->seed = s->scenario.seed;
    s->figures.scenario = &s->scenario;
    s->figures.plan = s->plan;
    s->figures.seed = s->seed;
    if (run_all(s, &e) != TM_OK)
        return command_fail(&cmd_simulate, &e);
    return print(s);
}

/* "w" of a file that was asked for; NULL is nobody's. */
static bool open_out(const char *file, FILE **out)
{
    *out = file != NULL ? fopen(file, "w") : NULL;
    return file == NULL || *out != NULL;
}

static int close_out(FILE *f, const char *file, int code)
{
    struct err e = {0};
    if (f == NULL || fclose(f) == 0)
        return code;
    (void)err_errno(&e, "%s", file);
    return command_fail(&cmd_simulate, &e);
}

/* Files that are written besides, NULL unless asked for. */
struct extra {
    const char *calls, *cases;
};

static int with_files(struct simulation *s, const struct extra *x,
                      const char *path, const char *const *set,
                      const char *rules)
{
    struct err e = {0};
    if (!open_out(x->calls, &s->calls)) {
        (void)err_errno(&e, "%s", x->calls);
        return command_fail(&cmd_simulate, &e);
    }
    if (!open_out(x->cases, &s->cases)) {
        (void)err_errno(&e, "%s", x->cases);
        return close_out(s->calls, x->calls, command_fail(&cmd_simulate, &e));
    }
    buf_init(&s->line, FILE_MAX);
    int code = simulate(s, path, set, rules);
    buf_fini(&s->line);
    code = close_out(s->cases, x->cases, code);
    return close_out(s->calls, x->calls, code);
}

static int run(int argc, char **argv)
{
    const char *seed = NULL, *seeds = NULL, *rules = NULL;
    struct extra extra = {0};
    const char *policy = "agentless";
    const char *set[REPEAT_MAX] = {NULL};
    bool json = false, check = false;
    const struct command_option opt[] = {
        {.name = "seed", .value = &seed},
        {.name = "seeds", .value = &seeds},
        {.name = "policy", .value = &policy},
        {.name = "set", .value = set, .repeat = true},
        {.name = "rules", .value = &rules},
        {.name = "calls", .value = &extra.calls},
        {.name = "cases", .value = &extra.cases},
        {.name = "check", .flag = &check},
        {.name = "json", .flag = &json},
    };
    int words =
        command_options(&cmd_simulate, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words != 1)
        return command_usage(&cmd_simulate, "one scenario file, please");
    if (strcmp(policy, "agentless") != 0)
        return command_usage(&cmd_simulate,
                             "--policy %s: agents cannot be simulated yet; "
                             "the one policy is agentless",
                             policy);
    struct simulation *s = mem_alloc(sizeof(*s));
    s->seed = UINT64_MAX;
    s->seeds = 1;
    s->json = json;
    s->check = check;
    int code;
    arena_init(&s->arena);
    if (!whole_number(seed, &s->seed) || !whole_number(seeds, &s->seeds) ||
        s->seeds == 0 || s->seeds > SEEDS_MAX)
        code = command_usage(&cmd_simulate, "--seed wants a whole number, "
                                            "--seeds one from 1 to 10000");
    else
        code = with_files(s, &extra, argv[1], set, rules);
    simulate_report_free(s->report);
    arena_fini(&s->arena);
    mem_free(s);
    return code;
}

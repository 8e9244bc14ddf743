/* telemark simulate: whole days of a campaign in seconds. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "cmd/commands.h"
#include "cmd/simulate_agentless.h"
#include "cmd/simulate_floor.h"
#include "cmd/simulate_jobs.h"
#include "cmd/simulate_random.h"

enum {
    REPEAT_MAX = 32,
    SEEDS_MAX = 10000,
    RANDOM_WORLDS = 100,
    WORLDS_MAX = 1000000000,
    MINUTES_MAX = 1000000,
};

static int run(int argc, char **argv);

const struct command cmd_simulate = {
    .name = "simulate",
    .summary = "run a scenario on virtual time",
    .help =
        "usage: telemark simulate FILE [--policy NAME[:KEY=VALUE,...]]...\n"
        "           [--seed N] [--seeds N] [--set KEY=VALUE]... [--jobs N]\n"
        "           [--rules DIR] [--check] [--json] [--csv FILE]\n"
        "           [--html FILE] [--calls FILE] [--cases FILE]\n"
        "       telemark simulate FILE --replay SEED [--from T] [--to T]\n"
        "       telemark simulate --random [--seed N] [--seeds N]\n"
        "           [--minutes M] [--jobs N]\n\n"
        "Runs the campaign of a scenario (examples/day.scn, "
        "bench/pacing/*.scn)\n"
        "through the real engine and rules, with simulated people, agents,\n"
        "carrier and store; a day takes seconds. The same file and seed give\n"
        "the same journal hash. docs/simulate.md has the keys of a "
        "scenario.\n\n"
        "--policy     how a campaign with agents dials (default: its own\n"
        "             way). Given several times: all of them on the same\n"
        "             people, compared. predictive (ours), progressive,\n"
        "             power:r=2, vicidial:mode=hard|average|tapered,max=3,\n"
        "             avail=0|1,drop=3, erlang_b:b=0.028, credit; manual,\n"
        "             preview; of a campaign without agents: agentless\n"
        "--seed N     of everything that is drawn (default: the file's seed)\n"
        "--seeds N    so many runs, with seeds N, N + 1, ...; figures are\n"
        "             means (without agents: sums), the hash is over the\n"
        "             journals in that order\n"
        "--jobs N     processes side by side (default: one a processor); the\n"
        "             result does not depend on it\n"
        "--set        one key of the scenario, as if it stood in the file\n"
        "--rules DIR  rule packs of a folder instead of the built-in ones\n"
        "--check      reads every record of the journal with the independent\n"
        "             checker; exit code 1 when it finds a fault\n"
        "--json       one JSON object a policy\n"
        "--csv FILE   a line for each run (with agents)\n"
        "--html FILE  a page with plots over time (with agents)\n"
        "--calls FILE writes a line for each call as it ends: lead, number,\n"
        "             attempt, outcome, milliseconds of ringing and of talk\n"
        "--cases FILE writes every question to the rules as a case of\n"
        "             telemark rules test, with the verdict that was given\n"
        "--replay SEED  tells one run in words: each decision of pacing, each\n"
        "             person who was joined with an agent or found nobody\n"
        "--from, --to only that part of it: 11:00, 11:00:30, or 3/11:00 on\n"
        "             the third day, by the scenario's clock\n"
        "--random     worlds drawn from their seeds, faults and all, beside\n"
        "             checkers that do not know the engine; exit code 1 when\n"
        "             they find something. 100 of them, or --seeds N, or as\n"
        "             many as --minutes M allow\n",
    .run = run,
};

/* The command line as it was typed. */
struct typed {
    const char *seed, *seeds, *jobs, *rules, *replay, *from, *to;
    const char *csv, *html, *calls, *cases;
    const char *policy[REPEAT_MAX + 1], *set[REPEAT_MAX + 1];
    const char *minutes;
    bool json, check, random;
};

static int usage(const char *text)
{
    return command_usage(&cmd_simulate, "%s", text);
}

/* 1 .. most; a text that is not there leaves *out alone. */
static bool count(const char *text, uint64_t most, uint64_t *out)
{
    if (text == NULL)
        return true;
    return str_u64(str_of(text), out) && *out >= 1 && *out <= most;
}

/* "11:00", "11:00:30" or "3/11:00" as an instant of the scenario. */
static bool instant(const struct scenario *s, const char *text, int64_t *out)
{
    struct slice clock, day = str_cut(str_of(text), '/', &clock);
    struct slice part[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    uint64_t n[3] = {0, 0, 0}, number = 1;
    if (clock.p == NULL)
        clock = day;
    else if (!str_u64(day, &number) || number < 1 || number > s->days)
        return false;
    for (int i = 0; i < 3; i++)
        part[i] = str_cut(clock, ':', &clock);
    if (clock.p != NULL || part[1].p == NULL)
        return false;
    for (int i = 0; i < 3; i++)
        if (part[i].p != NULL && !str_u64(part[i], &n[i]))
            return false;
    if (n[0] > 24 || n[1] > 59 || n[2] > 59 || (n[0] == 24 && n[1] + n[2] > 0))
        return false;
    struct civil_time t = {.date = s->day};
    *out = civil_to_us(t) + (int64_t)(number - 1) * CIVIL_DAY_US +
           (int64_t)(n[0] * 3600 + n[1] * 60 + n[2]) * 1000000;
    return true;
}

static int replay(struct simulate_ask *a, const struct typed *t, int *code,
                  struct err *e)
{
    const struct scenario *s = &a->world.scenario;
    struct simulate_replay p = {.from_us = INT64_MIN, .to_us = INT64_MAX};
    if (!str_u64(str_of(t->replay), &p.seed))
        return err_set(e, TM_EINVAL, "--replay %s: a seed is a whole number",
                       t->replay);
    if ((t->from != NULL && !instant(s, t->from, &p.from_us)) ||
        (t->to != NULL && !instant(s, t->to, &p.to_us)))
        return err_set(e, TM_EINVAL,
                       "--from and --to are times of the scenario's clock: "
                       "11:00, 11:00:30, or 2/11:00 on one of its %" PRIu64
                       " days",
                       s->days);
    if (p.from_us >= p.to_us)
        return err_set(e, TM_EINVAL, "--from %s is not before --to %s", t->from,
                       t->to);
    return simulate_floor_replay(a, &p, code, e);
}

/* What a campaign without agents cannot be asked. 0, or an exit code. */
static int refuse_agents(const struct simulate_ask *a, const struct typed *t,
                         const char *path)
{
    for (int i = 0; a->policy[i] != NULL; i++)
        if (strcmp(a->policy[i], "agentless") != 0)
            return command_usage(
                &cmd_simulate,
                "--policy %s: the campaign of %s calls without agents; the "
                "one policy is agentless",
                a->policy[i], path);
    if (t->csv != NULL || t->html != NULL || t->replay != NULL)
        return command_usage(&cmd_simulate,
                             "--csv, --html and --replay are for campaigns "
                             "with agents; that of %s calls without",
                             path);
    return 0;
}

static int simulate(struct simulate_ask *a, const struct typed *t,
                    const char *path)
{
    struct err e = {0};
    int code = EXIT_DONE;
    int rc = simulate_world_init(&a->world, path, t->set, t->rules, &e);
    bool agents = rc == TM_OK && simulate_world_has_agents(&a->world);
    if (rc == TM_OK && !agents) {
        int refused = refuse_agents(a, t, path);
        if (refused != 0)
            return refused;
    }
    if (rc == TM_OK && t->seed == NULL)
        a->seed = a->world.scenario.seed;
    if (rc == TM_OK)
        rc = simulate_files_open(&a->files, &e);
    if (rc == TM_OK && !agents)
        rc = simulate_agentless(a, &code, &e);
    else if (rc == TM_OK && t->replay != NULL)
        rc = replay(a, t, &code, &e);
    else if (rc == TM_OK)
        rc = simulate_floor(a, &code, &e);
    if (rc == TM_OK)
        rc = simulate_files_close(&a->files, &e);
    return rc == TM_OK ? code : command_fail(&cmd_simulate, &e);
}

/* Numbers of the command line. 0, or an exit code. */
static int fill(struct simulate_ask *a, const struct typed *t)
{
    uint64_t jobs = simulate_jobs_processors();
    a->seeds = 1;
    if ((t->seed != NULL && !str_u64(str_of(t->seed), &a->seed)) ||
        !count(t->seeds, SEEDS_MAX, &a->seeds))
        return usage("--seed wants a whole number, --seeds one from 1 to "
                     "10000");
    if (!count(t->jobs, SIMULATE_JOBS_MAX, &jobs))
        return usage("--jobs wants a whole number from 1 to 64");
    if ((t->from != NULL || t->to != NULL) && t->replay == NULL)
        return usage("--from and --to cut what --replay tells");
    if (t->replay != NULL && (t->seed != NULL || t->seeds != NULL || t->json ||
                              t->csv != NULL || t->html != NULL))
        return usage("--replay SEED tells one run in words; it goes with none "
                     "of --seed, --seeds, --json, --csv, --html");
    if (t->replay != NULL && t->policy[0] != NULL && t->policy[1] != NULL)
        return usage("--replay tells one run: one --policy, please");
    if (t->policy[REPEAT_MAX - 1] != NULL)
        return usage("31 policies at most");
    a->policy = t->policy;
    a->json = t->json;
    a->check = t->check;
    a->csv = t->csv;
    a->html = t->html;
    a->files.calls_path = t->calls;
    a->files.cases_path = t->cases;
    /* Files are written as the calls end: by one process. */
    a->jobs = t->calls != NULL || t->cases != NULL ? 1 : (unsigned)jobs;
    return 0;
}

/* "10" or "0.25", not 0; a text that is not there leaves *out alone. */
static bool minutes(const char *text, uint64_t *out_us)
{
    struct slice part;
    uint64_t whole = 0, more = 0, of = 60000000;
    if (text == NULL)
        return true;
    struct slice first = str_cut(str_of(text), '.', &part);
    if (!str_u64(first, &whole) || whole > MINUTES_MAX || part.n > 3 ||
        (part.p != NULL && !str_u64(part, &more)))
        return false;
    for (size_t i = 0; i < part.n; i++)
        of /= 10;
    *out_us = whole * 60000000 + more * of;
    return *out_us > 0;
}

static int random_worlds(const struct typed *t)
{
    struct simulate_random r = {.seed = 1, .worlds = RANDOM_WORLDS};
    struct err e = {0};
    uint64_t jobs = simulate_jobs_processors();
    int code = EXIT_DONE;
    if (t->policy[0] != NULL || t->set[0] != NULL || t->replay != NULL ||
        t->rules != NULL || t->csv != NULL || t->html != NULL || t->json ||
        t->check || t->calls != NULL || t->cases != NULL)
        return usage("--random draws whole worlds: it goes with --seed, "
                     "--seeds, --minutes and --jobs alone");
    if ((t->seed != NULL && !str_u64(str_of(t->seed), &r.seed)) ||
        !count(t->seeds, WORLDS_MAX, &r.worlds) ||
        !minutes(t->minutes, &r.limit_us) ||
        !count(t->jobs, SIMULATE_JOBS_MAX, &jobs))
        return usage("--seed, --seeds and --jobs want whole numbers, the last "
                     "two from 1 on; --minutes a time as 10 or 0.5");
    if (r.limit_us > 0 && t->seeds == NULL)
        r.worlds = WORLDS_MAX;
    if (t->seed != NULL && t->seeds == NULL && r.limit_us == 0)
        r.worlds = 1;
    r.jobs = (unsigned)jobs;
    if (simulate_random(&r, &code, &e) != TM_OK)
        return command_fail(&cmd_simulate, &e);
    return code;
}

static int run(int argc, char **argv)
{
    struct typed t = {0};
    const struct command_option opt[] = {
        {.name = "seed", .value = &t.seed},
        {.name = "seeds", .value = &t.seeds},
        {.name = "policy", .value = t.policy, .repeat = true},
        {.name = "set", .value = t.set, .repeat = true},
        {.name = "jobs", .value = &t.jobs},
        {.name = "rules", .value = &t.rules},
        {.name = "csv", .value = &t.csv},
        {.name = "html", .value = &t.html},
        {.name = "replay", .value = &t.replay},
        {.name = "from", .value = &t.from},
        {.name = "to", .value = &t.to},
        {.name = "calls", .value = &t.calls},
        {.name = "cases", .value = &t.cases},
        {.name = "minutes", .value = &t.minutes},
        {.name = "random", .flag = &t.random},
        {.name = "check", .flag = &t.check},
        {.name = "json", .flag = &t.json},
    };
    int words =
        command_options(&cmd_simulate, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (t.random && words == 0)
        return random_worlds(&t);
    if (t.random || words != 1)
        return usage(t.random ? "--random draws its own worlds: no file, please"
                              : "one scenario file, please");
    if (t.minutes != NULL)
        return usage("--minutes goes with --random");
    struct simulate_ask *a = mem_alloc(sizeof(*a));
    int code = fill(a, &t);
    if (code == 0)
        code = simulate(a, &t, argv[1]);
    simulate_files_fini(&a->files);
    simulate_world_fini(&a->world);
    mem_free(a);
    return code;
}

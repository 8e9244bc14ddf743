/* telemark plan: how many agents, lines and leads for a target. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "cmd/day.h"
#include "cmd/plan_floor.h"
#include "cmd/reading.h"
#include "cmd/real_clock.h"
#include "cmd/tenant.h"
#include "report/figures_read.h"

enum { OUT_MAX = 1 << 20, SEEDS_DEFAULT = 6, SEEDS_MAX = 1000 };
enum { WANTED_MAX = 100000000, CALLERS_MAX = 20000, WHY_MAX = 512 };

static int run(int argc, char **argv);

const struct command cmd_plan = {
    .name = "plan",
    .summary = "how many agents, lines and leads for a target",
    .help =
        "usage: telemark plan CAMPAIGN [--agents N] [--limit PERCENT]\n"
        "           [--talk-minutes-hour N | --contacts N] [--hours H |\n"
        "           --until DATE] [--callers N] [--service PERCENT]\n"
        "           [--seeds N] [--scenario] [--json] [--data DIR]\n\n"
        "From the campaign's own history: what its floor does, when its list\n"
        "runs out, and what a target wants. The figures are those of the\n"
        "simulator on a model fitted to the history; docs/plan.md tells "
        "how.\n\n"
        "--agents N             another size of the floor than it has\n"
        "--limit PERCENT        what another budget of abandoned calls does,\n"
        "                       beside the campaign's own\n"
        "--talk-minutes-hour N  agents for so many minutes of talk in each\n"
        "                       agent's hour\n"
        "--contacts N           agents for talks with so many people, in the\n"
        "                       time that --hours or --until leave; or how\n"
        "                       long the present floor takes\n"
        "--hours H, --until DATE alone: agents to call the list through in\n"
        "                       that time of dialling, or until that day\n"
        "--callers N            so many people call us an hour, instead of as\n"
        "                       many as did\n"
        "--service PERCENT      agents so that so many of them have one "
        "within\n"
        "                       the campaign's target; 80 or the target's own\n"
        "--seeds N              simulated days for each figure; 6\n"
        "--scenario             print the model, for telemark simulate\n",
    .run = run,
};

struct options {
    const char *data, *agents, *limit, *talk, *contacts, *hours, *until, *seeds;
    const char *callers, *service;
    bool json, scenario;
};

struct work {
    const struct options *o;
    struct reading reading;
    struct arena arena;
    struct reader_campaign campaign;
    const struct plan *plan;
    struct plan_history history;
    struct plan_fit fit;
    struct plan_answer answer;
    struct plan_floors floors;
    uint64_t seeds;
    double limit_pct; /* of --limit; 0 none */
};

/* --- the command line ------------------------------------------------------*/

static int read_number(const char *option, const char *text, double least,
                       double most, double *out, struct err *e)
{
    if (str_double(str_of(text), out) && *out >= least && *out <= most)
        return TM_OK;
    return err_set(e, TM_EINVAL, "%s: '%s' is no number from %.6g to %.9g",
                   option, text, least, most);
}

static int read_limit(struct work *w, struct err *e)
{
    double d;
    if (!str_percent(str_of(w->o->limit), &d))
        return err_set(e, TM_EINVAL,
                       "--limit: '%s' is no share in per cent, such as 1 %%",
                       w->o->limit);
    w->limit_pct = d;
    int rc = plan_pace_check(w->plan, w->plan->dial_mode, &w->plan->pacing,
                             (uint32_t)(d * 10000 + 0.5), e);
    return rc == TM_OK ? rc : err_context(e, "--limit");
}

static int check_targets(const struct options *o, struct err *e)
{
    if (o->talk != NULL && o->contacts != NULL)
        return err_set(e, TM_EINVAL,
                       "--talk-minutes-hour and --contacts are two targets; "
                       "ask for one at a time");
    if (o->talk != NULL && (o->hours != NULL || o->until != NULL))
        return err_set(e, TM_EINVAL,
                       "--talk-minutes-hour is reached in any time; leave "
                       "--hours and --until away");
    if (o->hours != NULL && o->until != NULL)
        return err_set(e, TM_EINVAL,
                       "--hours and --until both say the time; give one");
    if (o->service != NULL && (o->talk != NULL || o->contacts != NULL ||
                               o->hours != NULL || o->until != NULL))
        return err_set(e, TM_EINVAL,
                       "--service is a target of its own: agents for people "
                       "who call us; ask for one target at a time");
    return TM_OK;
}

static int read_time(struct work *w, struct plan_target *t, struct err *e)
{
    const struct options *o = w->o;
    if (o->hours != NULL)
        return read_number("--hours", o->hours, 0.1, 100000, &t->hours, e);
    if (o->until == NULL)
        return TM_OK;
    if (!civil_parse_date(str_of(o->until), &t->until))
        return err_set(e, TM_EINVAL,
                       "--until: '%s' is no date such as 2027-03-31", o->until);
    if (civil_date_cmp(t->until, w->answer.today) < 0)
        return err_set(e, TM_EINVAL, "--until: %s is over", o->until);
    t->hours =
        plan_fit_hours_until(&w->fit, w->plan, w->answer.today, t->until);
    return TM_OK;
}

static int takes_no_calls(const struct work *w, const char *option,
                          struct err *e)
{
    return err_set(e, TM_EINVAL,
                   "%s: campaign '%s' takes no calls; give it a section "
                   "[inbound] with its numbers",
                   option, w->plan->name);
}

static int no_callers(const struct work *w, struct err *e)
{
    struct buf why;
    if (w->fit.inbound.numbers == 0)
        return takes_no_calls(w, "--service", e);
    buf_init(&why, WHY_MAX);
    plan_answer_no_callers(&w->history, &w->fit, &why);
    (void)err_set(e, TM_EINVAL,
                  "--service: %.*s; say how many will, with --callers N",
                  (int)why.n, (const char *)why.p);
    buf_fini(&why);
    return TM_EINVAL;
}

/* The share that callers are promised; 80 is what most call centres aim at. */
static int read_service(struct work *w, struct plan_target *t, struct err *e)
{
    const struct plan_fit *f = &w->fit;
    double share = f->inbound.target_pct > 0 ? f->inbound.target_pct : 80;
    if (w->o->service != NULL &&
        (!str_percent(str_of(w->o->service), &share) || share < 1))
        return err_set(e, TM_EINVAL,
                       "--service: '%s' is no share in per cent, such as 80 %%",
                       w->o->service);
    if (w->o->service != NULL && f->callers.value <= 0)
        return no_callers(w, e);
    t->kind = PLAN_TARGET_SERVICE;
    t->wanted = share;
    return TM_OK;
}

static int read_target(struct work *w, struct err *e)
{
    const struct options *o = w->o;
    struct plan_target *t = &w->answer.target;
    int rc = check_targets(o, e);
    if (rc == TM_OK)
        rc = read_time(w, t, e);
    if (rc == TM_OK && o->talk != NULL) {
        t->kind = PLAN_TARGET_TALK;
        rc =
            read_number("--talk-minutes-hour", o->talk, 0.1, 60, &t->wanted, e);
    } else if (rc == TM_OK && o->contacts != NULL) {
        t->kind = PLAN_TARGET_CONTACTS;
        rc = read_number("--contacts", o->contacts, 1, WANTED_MAX, &t->wanted,
                         e);
    } else if (o->hours != NULL || o->until != NULL) {
        t->kind = PLAN_TARGET_LIST;
    } else if (rc == TM_OK && (o->service != NULL || o->callers != NULL ||
                               (w->fit.line && w->fit.callers.value > 0))) {
        rc = read_service(w, t, e);
    }
    if (rc == TM_OK && w->fit.line && t->kind != PLAN_TARGET_NONE &&
        t->kind != PLAN_TARGET_SERVICE)
        return err_set(e, TM_EINVAL,
                       "campaign '%s' takes calls and dials nobody: its target "
                       "is --service",
                       w->plan->name);
    return rc;
}

static int read_callers(struct work *w, struct err *e)
{
    double n;
    if (w->o->callers == NULL)
        return TM_OK;
    if (w->fit.inbound.numbers == 0)
        return takes_no_calls(w, "--callers", e);
    int rc = read_number("--callers", w->o->callers, 0.1, CALLERS_MAX, &n, e);
    if (rc == TM_OK) {
        w->fit.callers = (struct plan_fit_value){.value = n, .lo = n, .hi = n};
        w->answer.callers_given = true;
    }
    return rc;
}

static int read_sizes(struct work *w, struct err *e)
{
    double n;
    int rc = TM_OK;
    w->seeds = SEEDS_DEFAULT;
    if (w->o->seeds != NULL) {
        rc = read_number("--seeds", w->o->seeds, 2, SEEDS_MAX, &n, e);
        w->seeds = rc == TM_OK ? (uint64_t)n : 0;
    }
    if (rc == TM_OK && w->o->agents != NULL) {
        rc = read_number("--agents", w->o->agents, 1, PLAN_FLOOR_AGENTS_MAX, &n,
                         e);
        n = rc == TM_OK ? (double)(unsigned)n : 0;
        w->fit.agents = (struct plan_fit_value){.value = n, .lo = n, .hi = n};
        w->answer.agents_given = true;
    }
    if (rc == TM_OK && w->fit.agents.value > PLAN_FLOOR_AGENTS_MAX)
        rc = err_set(e, TM_EINVAL,
                     "%.0f agents worked for '%s', and floors of up to %d are "
                     "planned; give a part of them with --agents N: what an "
                     "agent does hardly changes above",
                     w->fit.agents.value, w->plan->name, PLAN_FLOOR_AGENTS_MAX);
    return rc == TM_OK ? read_callers(w, e) : rc;
}

/* --- the answer ------------------------------------------------------------*/

static int read_today(struct work *w, struct err *e)
{
    struct figures_read_clock clock = {0};
    struct real_clock real;
    int rc = figures_read_clock(&w->reading.reader, &clock, e);
    if (rc != TM_OK)
        return rc;
    real_clock_init(&real, 0);
    int64_t now_us =
        clock.shifted ? clock.last_us : real.port.now_us(real.port.self);
    w->answer.today = civil_date_of_days((int32_t)(now_us / CIVIL_DAY_US));
    return TM_OK;
}

struct found {
    struct work *w;
    struct slice name;
    struct err *e;
};

static int keep_plan(void *arg, const struct reader_campaign *c)
{
    struct found *f = arg;
    if (!str_same(c->name, f->name))
        return 0;
    int rc = plan_parse(&f->w->arena, arena_strdup(&f->w->arena, c->name),
                        c->plan, &f->w->plan, f->e);
    return rc == TM_OK ? 1 : rc;
}

static int read_plan(struct work *w, const char *name, struct err *e)
{
    const struct reader *r = &w->reading.reader;
    struct found f = {w, str_of(name), e};
    int rc = figures_read_campaign(r, &w->arena, str_of(name), &w->campaign, e);
    if (rc == TM_OK)
        rc = r->campaigns(r->self, tenant_default(), keep_plan, &f, e);
    if (rc < 0)
        return rc;
    if (w->plan->dial_mode == DIAL_AGENTLESS)
        return err_set(e, TM_EINVAL,
                       "campaign '%s' is agentless; telemark plan is about "
                       "agents, and 'telemark report' tells what is left of "
                       "its list",
                       w->plan->name);
    return TM_OK;
}

static int read_all(struct work *w, const char *name, struct err *e)
{
    struct plan_answer *a = &w->answer;
    int rc = read_plan(w, name, e);
    if (rc == TM_OK)
        rc = plan_history_read(&w->reading.reader, w->campaign.id, &w->history,
                               e);
    if (rc == TM_OK)
        rc = read_today(w, e);
    if (rc != TM_OK)
        return rc;
    plan_fit_make(&w->history, w->plan, &w->fit);
    a->campaign = w->plan->name;
    a->plan = w->plan;
    a->history = &w->history;
    a->fit = &w->fit;
    rc = read_sizes(w, e);
    if (rc == TM_OK && w->o->limit != NULL)
        rc = read_limit(w, e);
    return rc == TM_OK ? read_target(w, e) : rc;
}

static unsigned present_agents(const struct plan_fit *f)
{
    double n = f->agents.value + 0.5;
    return n < 1                       ? 1
           : n > PLAN_FLOOR_AGENTS_MAX ? PLAN_FLOOR_AGENTS_MAX
                                       : (unsigned)n;
}

static void not_before(struct civil_date day, struct civil_date *d)
{
    if (civil_date_cmp(*d, day) < 0)
        *d = day;
}

/* However many people dial, a lead is not dialled before its next try. */
static void wait_for_tries(struct work *w, struct plan_list *l)
{
    struct civil_date last;
    l->ends = plan_fit_last_try(&w->fit, w->plan, &w->history, w->answer.today,
                                &last);
    if (!l->ends)
        return;
    l->waits = civil_date_cmp(l->on, last) < 0;
    not_before(last, &l->on);
    not_before(last, &l->early);
    not_before(last, &l->late);
}

/* Lines decide how long it takes; with many people few lines are needed. */
static void answer_list(struct work *w)
{
    struct plan_answer *a = &w->answer;
    struct plan_list *l = &a->list;
    const struct plan_figure *d = &a->now.dials;
    double n = a->now.agents;
    l->left = plan_fit_list(&w->fit, &w->history, w->fit.human.value);
    if (d->mean <= 0)
        return;
    l->hours = l->left.dials / (d->mean * n);
    l->ends = plan_fit_day(&w->fit, w->plan, a->today, l->hours, &l->on) &&
              plan_fit_day(&w->fit, w->plan, a->today,
                           l->left.dials / (d->hi * n), &l->early);
    /* Runs that differ much leave no end of the range: say so, guess none. */
    l->late_known = l->ends && d->lo > 0 &&
                    plan_fit_day(&w->fit, w->plan, a->today,
                                 l->left.dials / (d->lo * n), &l->late);
    if (l->ends && l->left.leads >= 0.5)
        wait_for_tries(w, l);
}

static void answer_leads(const struct work *w, struct plan_target *t)
{
    const struct plan_fit_left *left = &w->answer.list.left;
    if (t->kind == PLAN_TARGET_TALK || t->kind == PLAN_TARGET_SERVICE ||
        left->lead_contacts <= 0 || t->floor.contacts.mean <= 0)
        return;
    t->dials = t->wanted * t->floor.dials.mean / t->floor.contacts.mean;
    /* The leads at hand first, then new ones. */
    double per_lead = left->contacts > 0 && left->leads > 0
                          ? left->contacts / left->leads
                          : left->lead_contacts;
    double at_hand = left->contacts < t->wanted ? left->contacts : t->wanted;
    t->leads = at_hand / per_lead;
    t->leads += (t->wanted - at_hand) / left->lead_contacts;
}

/* Of an agent who never waits. */
static double most_talk(const struct plan_fit *f)
{
    double talk_s = plan_fit_longest_talk(f);
    double handle_s = talk_s + f->wrap.mean;
    return handle_s > 0 ? 60 * talk_s / handle_s : 0;
}

static int answer_target(struct work *w, double limit_pct, struct err *e)
{
    struct plan_answer *a = &w->answer;
    struct plan_target *t = &a->target;
    int rc = TM_OK;
    if (t->kind == PLAN_TARGET_LIST)
        t->wanted = a->list.left.contacts;
    bool timed = w->o->hours != NULL || w->o->until != NULL;
    if (t->kind != PLAN_TARGET_SERVICE && t->kind != PLAN_TARGET_TALK &&
        timed && t->hours <= 0)
        return TM_OK; /* never: the answer says so */
    double most = most_talk(&w->fit);
    if (t->kind == PLAN_TARGET_TALK && t->wanted > most) {
        t->ceiling = most;
        t->floor = a->now;
        return TM_OK;
    }
    if (t->kind == PLAN_TARGET_CONTACTS && !timed) {
        t->agents = t->agents_lo = t->agents_hi = a->now.agents;
        t->floor = a->now;
        t->reached = t->floor.contacts.mean > 0;
    } else {
        rc = plan_floor_reach(&w->floors, limit_pct, t, e);
    }
    if (rc != TM_OK || !t->reached)
        return rc;
    bool of_list =
        t->kind == PLAN_TARGET_CONTACTS || t->kind == PLAN_TARGET_LIST;
    if (of_list && t->floor.contacts.mean > 0)
        t->takes_h = t->wanted / (t->floor.contacts.mean * t->agents);
    t->day_known = t->takes_h > 0 && plan_fit_day(&w->fit, w->plan, a->today,
                                                  t->takes_h, &t->day);
    answer_leads(w, t);
    return TM_OK;
}

static int answer(struct work *w, struct err *e)
{
    struct plan_answer *a = &w->answer;
    unsigned n = present_agents(&w->fit);
    double limit = w->fit.limit_pct;
    a->now.agents = n;
    if (w->fit.line && w->fit.callers.value <= 0)
        return TM_OK; /* nobody calls: the answer asks how many will */
    int rc = plan_floor_run(&w->floors, n, limit, &a->now, e);
    if (rc == TM_OK && w->o->limit != NULL) {
        a->has_stricter = true;
        rc = plan_floor_run(&w->floors, n, w->limit_pct, &a->stricter, e);
    }
    if (rc != TM_OK)
        return rc;
    if (!w->fit.line)
        answer_list(w);
    return a->target.kind != PLAN_TARGET_NONE ? answer_target(w, limit, e)
                                              : TM_OK;
}

static void print_scenario(const struct work *w, struct buf *out)
{
    const struct plan_fit_floor floor = {
        .agents = present_agents(&w->fit),
        .days = 5,
        .hours = w->fit.hours.value,
        .human = w->fit.human.value,
    };
    plan_fit_scenario(&w->fit, &floor, out);
}

static int print(struct work *w, struct err *e)
{
    struct buf out;
    struct json_out j;
    buf_init(&out, OUT_MAX);
    json_out_init(&j, &out);
    if (w->o->scenario)
        print_scenario(w, &out);
    else if (w->o->json)
        plan_answer_json(&w->answer, &j);
    else
        plan_answer_text(&w->answer, &out);
    if (w->o->json && !w->o->scenario)
        buf_add_char(&out, '\n');
    int rc = TM_OK;
    if (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0)
        rc = err_errno(e, "standard output");
    buf_fini(&out);
    return rc;
}

static int tell(struct work *w, const char *name, struct err *e)
{
    int rc = read_all(w, name, e);
    if (rc != TM_OK || w->o->scenario)
        return rc == TM_OK ? print(w, e) : rc;
    if (isatty(STDERR_FILENO))
        (void)fprintf(stderr, "simulating ...\n");
    rc = plan_floor_open(&w->floors, &w->fit, w->plan, w->seeds, e);
    if (rc == TM_OK)
        rc = answer(w, e);
    plan_floor_close(&w->floors);
    return rc == TM_OK ? print(w, e) : rc;
}

static int run(int argc, char **argv)
{
    struct options o = {0};
    struct err e = {0};
    const struct command_option opt[] = {
        {.name = "data", .value = &o.data},
        {.name = "agents", .value = &o.agents},
        {.name = "limit", .value = &o.limit},
        {.name = "talk-minutes-hour", .value = &o.talk},
        {.name = "contacts", .value = &o.contacts},
        {.name = "hours", .value = &o.hours},
        {.name = "until", .value = &o.until},
        {.name = "callers", .value = &o.callers},
        {.name = "service", .value = &o.service},
        {.name = "seeds", .value = &o.seeds},
        {.name = "json", .flag = &o.json},
        {.name = "scenario", .flag = &o.scenario},
    };
    int words =
        command_options(&cmd_plan, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words != 1)
        return command_usage(&cmd_plan, "which campaign? Give its name");
    struct work *w = mem_alloc(sizeof(*w));
    w->o = &o;
    if (!reading_open(&w->reading, &cmd_plan, o.data)) {
        mem_free(w);
        return EXIT_REFUSED;
    }
    arena_init(&w->arena);
    int rc = tell(w, argv[1], &e);
    arena_fini(&w->arena);
    reading_close(&w->reading);
    mem_free(w);
    return rc == TM_OK ? EXIT_DONE : command_fail(&cmd_plan, &e);
}

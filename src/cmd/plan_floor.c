#include "cmd/plan_floor.h"

#include <string.h>

#include "base/real.h"
#include "cmd/embedded.h"
#include "cmd/house.h"
#include "cmd/simulate_jobs.h"
#include "sim/runner.h"
#include "sim/scenario_plan.h"

/* A run is long enough for some hundreds of talks, and for pacing to learn; an
 * hour of four decisions a second costs some 0.1 s, however few the agents. */
enum {
    RUN_AGENT_HOURS = 30,
    RUN_HOURS_MIN = 2,
    RUN_HOURS_MAX = 6,
    BIG_FLOOR = 50,
    RUN_CALLERS = 500, /* of a line that takes calls */
};
/* The share of answers of the fit, and the ends of its interval, for which a
 * third of the runs is enough. */
enum { HUMANS = 3, SCENARIO_TEXT_MAX = 4096 };

/* --- the law of the model: none but the operator's own ---------------------*/

static int load_book(struct plan_floors *f, struct err *e)
{
    struct rule_pack_text pack[2] = {[1] = runner_allow_pack()};
    for (size_t i = 0; i < embedded_rules_count; i++)
        if (strcmp(embedded_rules[i].name, "rules/operator.rules") == 0)
            pack[0] = (struct rule_pack_text){
                .file = embedded_rules[i].name,
                .text = str_range((const char *)embedded_rules[i].bytes,
                                  embedded_rules[i].size)};
    tm_assert(pack[0].file != NULL);
    return rule_book_load(&f->arena, pack, 2, &f->book, e);
}

int plan_floor_open(struct plan_floors *f, const struct plan_fit *fit,
                    const struct plan *plan, uint64_t seeds, struct err *e)
{
    *f = (struct plan_floors){
        .fit = fit,
        .plan = plan,
        .pacing = {plan->dial_mode, plan->pacing, plan->abandon_limit_ppm},
        .seeds = seeds,
    };
    /* A line's model has nobody to look at before he is dialled. */
    if (fit->line)
        f->pacing.mode = DIAL_PREDICTIVE;
    if (fit->line)
        plan_pace_default(DIAL_PREDICTIVE, &f->pacing.policy);
    arena_init(&f->arena);
    int rc = load_book(f, e);
    return rc == TM_OK ? house_zones(&f->arena, &f->zones, e) : rc;
}

void plan_floor_close(struct plan_floors *f)
{
    arena_fini(&f->arena);
}

/* --- runs ------------------------------------------------------------------*/

struct result {
    double talk, contacts, dials, abandoned, wait_s, util;
    uint64_t lines;
    struct runner_callers callers;
};

struct sum {
    uint64_t n;
    double mean, squares;
};

struct one_floor {
    struct plan_floors *f;
    unsigned agents;
    double hours, human[HUMANS];
    uint64_t runs[HUMANS];
    struct campaign_pacing pacing;
    struct sum talk[HUMANS], contacts[HUMANS], dials[HUMANS], lost[HUMANS];
    struct sum service[HUMANS];
    double wait_s, util;
    uint64_t lines;
    struct runner_callers callers;
};

static void sum_add(struct sum *s, double x)
{
    double away = x - s->mean;
    s->n++;
    s->mean += away / (double)s->n;
    s->squares += away * (x - s->mean);
}

/* Of the 95 % interval, by Student's t. */
static double half_width(const struct sum *s)
{
    static const double t[] = {12.71, 4.30, 3.18, 2.78, 2.57, 2.45,
                               2.36,  2.31, 2.26, 2.23, 2.20, 2.18};
    if (s->n < 2)
        return 0;
    double variance = s->squares / (double)(s->n - 1);
    double by = s->n - 2 < tm_array_len(t) ? t[s->n - 2] : 2.0;
    return by * real_sqrt(variance / (double)s->n);
}

static int make_scenario(const struct one_floor *o, double human,
                         struct arena *a, struct scenario *s, struct err *e)
{
    const struct plan_fit_floor floor = {
        .agents = o->agents,
        .days = 1,
        .hours = o->hours,
        .human = human,
    };
    struct buf text;
    buf_init(&text, SCENARIO_TEXT_MAX);
    plan_fit_scenario(o->f->fit, &floor, &text);
    scenario_init(s);
    int rc = scenario_load(s, a, "the fitted model", buf_slice(&text), e);
    buf_fini(&text);
    return rc == TM_OK ? scenario_check(s, e) : rc;
}

/* What callers meet is the campaign's, as far as figures depend on it; so is
 * the law's ceiling of its country, and what its budget counts over. Waits
 * count from the end of the greeting: there is none. */
static int make_plan(const struct one_floor *o, const struct scenario *s,
                     struct arena *a, const struct plan **out, struct err *e)
{
    const struct plan_inbound *in = &o->f->fit->inbound;
    int rc = scenario_plan(s, a, out, e);
    if (rc != TM_OK)
        return rc;
    struct plan *own = arena_alloc(a, sizeof(*own));
    *own = **out;
    (void)str_copy(own->country, sizeof(own->country),
                   str_of(o->f->plan->country));
    own->inbound.calls_max = in->calls_max;
    own->inbound.target_ms = in->target_ms;
    own->inbound.wait_max_ms = in->wait_max_ms;
    own->inbound.greeting = NULL;
    *out = own;
    return TM_OK;
}

static void take_result(const struct runner_result *r, struct result *out)
{
    double hours = r->floor.agent_s / 3600;
    *out = (struct result){
        .talk = runner_floor_talk_min_h(&r->floor),
        .contacts = hours > 0 ? (double)r->floor.talks / hours : 0,
        .dials = runner_floor_dials_h(&r->floor),
        .abandoned = runner_floor_aband_pct(&r->floor),
        .wait_s = runner_floor_wait_s(&r->floor),
        /* less the agents' own telephones, which are up all day */
        .lines = r->calls_max > r->agents ? r->calls_max - r->agents : 0,
        .util = runner_floor_util(&r->floor),
        .callers = r->callers,
    };
}

/* Which share of answers run i has; *seed: its people. */
static size_t human_of(const struct one_floor *o, uint64_t i, uint64_t *seed)
{
    size_t h = 0;
    while (i >= o->runs[h])
        i -= o->runs[h++];
    tm_assert(h < HUMANS);
    *seed = 1 + i;
    return h;
}

static int work(void *arg, uint64_t i, void *result, struct err *e)
{
    struct one_floor *o = arg;
    uint64_t seed;
    size_t human = human_of(o, i, &seed);
    struct arena a;
    struct scenario *s;
    struct runner_result *r;
    const struct plan *plan = NULL;
    arena_init(&a);
    s = arena_alloc(&a, sizeof(*s));
    r = arena_alloc(&a, sizeof(*r));
    int rc = make_scenario(o, o->human[human], &a, s, e);
    if (rc == TM_OK)
        rc = make_plan(o, s, &a, &plan, e);
    if (rc == TM_OK) {
        struct sim_list *list = sim_list_new(s, seed);
        struct runner_options opt = {
            .scenario = s,
            .plan = plan,
            .book = o->f->book,
            .zones = &o->f->zones,
            .list = list,
            .seed = seed,
            .pacing = &o->pacing,
        };
        rc = runner_run(&opt, r, e);
        sim_list_free(list);
    }
    if (rc == TM_OK)
        take_result(r, result);
    arena_fini(&a);
    return rc;
}

static void done(void *arg, uint64_t i, const void *result)
{
    struct one_floor *o = arg;
    const struct result *r = result;
    uint64_t seed;
    size_t h = human_of(o, i, &seed);
    sum_add(&o->talk[h], r->talk);
    sum_add(&o->contacts[h], r->contacts);
    sum_add(&o->dials[h], r->dials);
    sum_add(&o->lost[h], r->abandoned);
    if (r->callers.callers > 0)
        sum_add(&o->service[h], runner_callers_in_target_pct(&r->callers));
    if (h == 0)
        o->wait_s += r->wait_s / (double)o->runs[0];
    if (h == 0)
        o->util += r->util / (double)o->runs[0];
    if (h == 0)
        runner_callers_add(&o->callers, &r->callers);
    if (h == 0 && r->lines > o->lines)
        o->lines = r->lines;
}

/* The range that the runs leave, at the ends of the interval of answers. */
static struct plan_figure figure(const struct sum s[HUMANS])
{
    struct plan_figure f = {.mean = s[0].mean, .lo = s[0].mean};
    double half = half_width(&s[0]);
    f.hi = f.lo;
    for (size_t h = 0; h < HUMANS; h++) {
        if (s[h].n == 0)
            continue;
        f.lo = s[h].mean - half < f.lo ? s[h].mean - half : f.lo;
        f.hi = s[h].mean + half > f.hi ? s[h].mean + half : f.hi;
    }
    f.lo = f.lo < 0 ? 0 : f.lo;
    return f;
}

static struct plan_figure share_of(struct plan_figure f)
{
    f.hi = f.hi > 100 ? 100 : f.hi;
    return f;
}

static void size_of_run(struct one_floor *o)
{
    const struct plan_fit_value *p = &o->f->fit->human;
    double day = o->f->fit->hours.value;
    double least = o->agents > BIG_FLOOR ? 1 : RUN_HOURS_MIN;
    double want = RUN_AGENT_HOURS / (double)o->agents;
    if (o->f->fit->line && o->f->fit->callers.value > 0)
        want = RUN_CALLERS / o->f->fit->callers.value;
    want = want < least ? least : want > RUN_HOURS_MAX ? RUN_HOURS_MAX : want;
    o->hours = day < want ? day : want;
    o->hours = o->hours < 0.5 ? 0.5 : o->hours;
    o->human[0] = p->value;
    o->human[1] = p->lo;
    o->human[2] = p->hi;
    o->runs[0] = o->agents > BIG_FLOOR ? (o->f->seeds + 1) / 2 : o->f->seeds;
    if (!p->assumed && !o->f->fit->line)
        o->runs[1] = o->runs[2] = (o->runs[0] + 2) / 3;
}

/* A line dials nobody, and who is refused has no line. */
static unsigned lines_of(const struct one_floor *o)
{
    const struct plan_fit *f = o->f->fit;
    uint64_t calls = f->inbound.calls_max;
    return (unsigned)(f->line && o->lines > calls ? calls : o->lines);
}

static int run_floor(struct plan_floors *f, unsigned agents, double limit_pct,
                     struct plan_floor *out, struct err *e)
{
    struct one_floor *o = mem_alloc(sizeof(*o));
    o->f = f;
    o->agents = agents;
    o->pacing = f->pacing;
    o->pacing.abandon_limit_ppm = (uint32_t)(limit_pct * 10000 + 0.5);
    size_of_run(o);
    unsigned workers = simulate_jobs_processors();
    struct simulate_jobs jobs = {
        .workers = workers < SIMULATE_JOBS_MAX ? workers : SIMULATE_JOBS_MAX,
        .runs = o->runs[0] + o->runs[1] + o->runs[2],
        .result_size = sizeof(struct result),
        .work = work,
        .done = done,
        .arg = o,
    };
    int rc = simulate_jobs_run(&jobs, e);
    const struct runner_callers *in = &o->callers;
    double callers = in->callers > 0 ? (double)in->callers : 1;
    /* One who is refused at once leaves no record. */
    double refused =
        in->callers > in->recorded ? (double)(in->callers - in->recorded) : 0;
    *out = (struct plan_floor){
        .agents = agents,
        .limit_pct = limit_pct,
        .talk = figure(o->talk),
        .contacts = figure(o->contacts),
        .dials = figure(o->dials),
        .abandoned = figure(o->lost),
        .wait_s = o->wait_s,
        .lines = lines_of(o),
        .callers = in->callers,
        .callers_refused_pct = 100 * refused / callers,
        .callers_in_target_pct = runner_callers_in_target_pct(in),
        .callers_gave_up_pct = 100 * (double)in->gave_up / callers,
        .callers_wait_s = runner_callers_wait_s(in),
        .service = share_of(figure(o->service)),
        .occupancy_pct = 100 * o->util,
        .seeds = o->runs[0],
    };
    mem_free(o);
    return rc;
}

int plan_floor_run(struct plan_floors *f, unsigned agents, double limit_pct,
                   struct plan_floor *out, struct err *e)
{
    tm_assert(agents > 0 && agents <= PLAN_FLOOR_AGENTS_MAX);
    for (size_t i = 0; i < f->memos; i++) {
        const struct plan_floor *m = &f->memo[i];
        double other = m->limit_pct - limit_pct;
        if (m->agents == agents && other < 1e-9 && other > -1e-9) {
            *out = *m;
            return TM_OK;
        }
    }
    int rc = run_floor(f, agents, limit_pct, out, e);
    if (rc == TM_OK && f->memos < PLAN_FLOOR_MEMO_MAX)
        f->memo[f->memos++] = *out;
    return rc;
}

/* --- a target --------------------------------------------------------------*/

enum part { PART_MEAN, PART_LOW, PART_HIGH };

/* What a floor comes to, of what is wanted. */
static double comes_to(const struct plan_target *t, const struct plan_floor *f,
                       enum part part)
{
    const struct plan_figure *g = t->kind == PLAN_TARGET_TALK ? &f->talk
                                  : t->kind == PLAN_TARGET_SERVICE
                                      ? &f->service
                                      : &f->contacts;
    double x = part == PART_MEAN ? g->mean : part == PART_LOW ? g->lo : g->hi;
    if (t->kind == PLAN_TARGET_TALK || t->kind == PLAN_TARGET_SERVICE)
        return x;
    return x * f->agents * t->hours;
}

static int try_floor(struct plan_floors *f, double limit_pct,
                     struct plan_target *t, unsigned agents, bool *good,
                     struct err *e)
{
    int rc = plan_floor_run(f, agents, limit_pct, &t->floor, e);
    if (rc == TM_OK)
        *good = comes_to(t, &t->floor, PART_MEAN) >= t->wanted;
    return rc;
}

/* Nobody waits, and too many are refused: their lines are too few. */
static bool calls_are_full(const struct plan_target *t)
{
    return t->kind == PLAN_TARGET_SERVICE && t->floor.callers_wait_s < 1 &&
           t->floor.callers_refused_pct > 100 - t->wanted;
}

/* Whether more agents than those of t->floor may still come to it. */
static bool agents_help(const struct plan_target *t)
{
    if (t->kind == PLAN_TARGET_SERVICE && t->floor.callers == 0)
        return false;
    return t->floor.agents < PLAN_FLOOR_AGENTS_MAX && !calls_are_full(t);
}

/* How many would do it if each agent did as much as on this floor. */
static unsigned as_on(const struct plan_target *t, const struct plan_floor *f)
{
    double people = f->contacts.mean * t->hours;
    double n = people > 0 ? t->wanted / people : PLAN_FLOOR_AGENTS_MAX;
    if (n >= PLAN_FLOOR_AGENTS_MAX)
        return PLAN_FLOOR_AGENTS_MAX;
    unsigned whole = (unsigned)n;
    return whole + (n > whole || whole == 0 ? 1 : 0);
}

/* Minutes of talk rise slowly with the agents; people who call us take the
 * same time of a small floor as of a large one. Else each agent talks with
 * about as many people, whatever the floor. */
static bool by_halves(const struct plan_floors *f, const struct plan_target *t)
{
    return t->kind == PLAN_TARGET_TALK || t->kind == PLAN_TARGET_SERVICE ||
           f->fit->callers.value > 0;
}

/* The least floor that comes to it: more agents never do less, so from one
 * agent on, between one that does not and one that does, by halves; or from the
 * number that the first floor suggests. */
static int least(struct plan_floors *f, double limit_pct, struct plan_target *t,
                 struct err *e)
{
    unsigned none = 0, n = 1;
    struct plan_floor floor;
    int rc = TM_OK;
    bool halves = by_halves(f, t);
    for (int i = 0; !halves && i < 2 && rc == TM_OK; i++) {
        rc = plan_floor_run(f, i == 0 ? PLAN_FLOOR_FIRST : n, limit_pct, &floor,
                            e);
        n = rc == TM_OK ? as_on(t, &floor) : n;
    }
    while (rc == TM_OK) {
        rc = try_floor(f, limit_pct, t, n, &t->reached, e);
        t->agents = n;
        if (rc != TM_OK || t->reached || !agents_help(t))
            break;
        none = n;
        n += halves ? n : 1 + n / 20;
        n = n < PLAN_FLOOR_AGENTS_MAX ? n : PLAN_FLOOR_AGENTS_MAX;
    }
    while (rc == TM_OK && t->reached && halves && t->agents - none > 1 &&
           t->agents - none > t->agents / 20) {
        bool good = false;
        n = none + (t->agents - none) / 2;
        rc = try_floor(f, limit_pct, t, n, &good, e);
        none = good ? none : n;
        t->agents = good ? n : t->agents;
    }
    return rc;
}

/* Of the floors that were run: the least that may be enough, and the least
 * that is for certain. */
static void range_of(const struct plan_floors *f, double limit_pct,
                     struct plan_target *t)
{
    unsigned lo = t->agents, hi = 0;
    for (size_t i = 0; i < f->memos; i++) {
        const struct plan_floor *m = &f->memo[i];
        double other = m->limit_pct - limit_pct;
        if (other > 1e-9 || other < -1e-9)
            continue;
        if (comes_to(t, m, PART_HIGH) >= t->wanted && m->agents < lo)
            lo = m->agents;
        if (comes_to(t, m, PART_LOW) >= t->wanted && m->agents >= t->agents &&
            (hi == 0 || m->agents < hi))
            hi = m->agents;
    }
    t->agents_lo = lo;
    t->agents_hi = hi != 0 ? hi : t->agents;
}

/* The number of people an agent talks with hardly depends on the size of the
 * floor: the ends of the range follow from its own. */
static void range_of_contacts(struct plan_target *t)
{
    const struct plan_figure *c = &t->floor.contacts;
    double most = c->lo > 0 ? t->wanted / (c->lo * t->hours) : 0;
    double few = c->hi > 0 ? t->wanted / (c->hi * t->hours) : 0;
    unsigned hi = (unsigned)most + (most > (unsigned)most ? 1 : 0);
    unsigned lo = (unsigned)few + (few > (unsigned)few ? 1 : 0);
    t->agents_lo = lo < t->agents ? (lo > 0 ? lo : 1) : t->agents;
    t->agents_hi = hi > t->agents ? hi : t->agents;
}

int plan_floor_reach(struct plan_floors *f, double limit_pct,
                     struct plan_target *t, struct err *e)
{
    int rc = least(f, limit_pct, t, e);
    if (rc == TM_OK)
        rc = plan_floor_run(f, t->agents, limit_pct, &t->floor, e);
    if (rc != TM_OK)
        return rc;
    t->calls_full = !t->reached && calls_are_full(t);
    if (by_halves(f, t))
        range_of(f, limit_pct, t);
    else
        range_of_contacts(t);
    return TM_OK;
}

#include "report/plan_fit.h"

#include <stdio.h>

#include "base/real.h"

/* What a first hour looks like; the defaults of the scenarios. */
#define ASSUMED_HUMAN    0.20
#define ASSUMED_MACHINE  0.40
#define ASSUMED_BUSY     0.10
#define ASSUMED_DECAY    0.8
#define ASSUMED_AGENTS   10
#define ASSUMED_HOURS    8
#define ASSUMED_PATIENCE 90
/* Ten callers of a minute say nothing about an hour. */
#define CALLERS_HOURS_MIN 0.25
static const char *const assumed_ring = "tri 6 9.5 18";
static const char *const assumed_machine = "uniform 16 24";
static const char *const assumed_busy = "uniform 2 5";
static const char *const assumed_talk = "lognormal 45 0.9 4 1200";
static const char *const assumed_wrap = "gamma 15 0.6 4 300";

enum { WINDOW_DAYS_MAX = 3660, DAYS_OF_A_WEEK = 7 };

static struct plan_fit_value assumed(double x)
{
    return (struct plan_fit_value){
        .value = x, .lo = x, .hi = x, .assumed = true};
}

/* Wilson's interval: right for small shares too. */
static struct plan_fit_value share(uint64_t k, uint64_t n, uint64_t least,
                                   double otherwise)
{
    const double z = 1.96;
    if (n == 0 || n < least) {
        struct plan_fit_value v = assumed(otherwise);
        v.n = n;
        return v;
    }
    double of = (double)n, p = (double)k / of, z2 = z * z;
    double middle = (p + z2 / (2 * of)) / (1 + z2 / of);
    double half =
        z * real_sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of);
    return (struct plan_fit_value){
        .value = p,
        .lo = middle - half > 0 ? middle - half : 0,
        .hi = middle + half < 1 ? middle + half : 1,
        .n = n,
    };
}

static struct plan_fit_times times(const struct plan_history_times *t,
                                   const char *family, const char *otherwise,
                                   double mean)
{
    struct plan_fit_times out = {.n = t->n, .mean = mean, .assumed = true};
    if (t->n < PLAN_FIT_TIMES_MIN) {
        (void)snprintf(out.text, sizeof out.text, "%s", otherwise);
        return out;
    }
    out.assumed = false;
    out.mean = t->mean;
    if (t->cv < 0.02 || t->hi - t->lo < 0.01)
        (void)snprintf(out.text, sizeof out.text, "const %.3f", t->mean);
    else
        (void)snprintf(out.text, sizeof out.text, "%s %.3f %.4f %.3f %.3f",
                       family, t->mean, t->cv, t->lo, t->hi);
    return out;
}

/* --- the model -------------------------------------------------------------*/

static void fit_shares(const struct plan_history *h, struct plan_fit *f)
{
    f->human = share(h->live, h->dials, PLAN_FIT_DIALS_MIN, ASSUMED_HUMAN);
    f->machine =
        share(h->machines, h->dials, PLAN_FIT_DIALS_MIN, ASSUMED_MACHINE);
    f->busy = share(h->busy, h->dials, PLAN_FIT_DIALS_MIN, ASSUMED_BUSY);
    f->dead = share(h->dead, h->dials, PLAN_FIT_DIALS_MIN, 0);
    f->first = share(h->try_live[0], h->try_dials[0], PLAN_FIT_DIALS_MIN,
                     f->human.value);
    struct plan_fit_value second =
        share(h->try_live[1], h->try_dials[1], PLAN_FIT_TRIES_MIN, 0);
    f->decay = assumed(ASSUMED_DECAY);
    f->decay.n = second.n;
    if (second.assumed || f->first.assumed || f->first.value <= 0)
        return;
    f->decay = (struct plan_fit_value){
        .value = second.value / f->first.value,
        .lo = second.lo / f->first.hi,
        .hi = f->first.lo > 0 ? second.hi / f->first.lo : 1,
        .n = second.n,
    };
}

static void fit_floor(const struct plan_history *h, struct plan_fit *f)
{
    /* In less than an hour: as many as there were, if any. */
    f->agents = assumed(h->agents > 0 ? (double)h->agents : ASSUMED_AGENTS);
    f->agents.n = h->agents;
    f->hours = assumed(ASSUMED_HOURS);
    if (h->dialled_h >= 1 && h->agent_h > 0) {
        double n = h->agent_h / h->dialled_h;
        f->agents = (struct plan_fit_value){n, n, n, h->agents, false};
    }
    if (h->dialled_h >= 1 && h->days > 0) {
        double n = h->dialled_h / (double)h->days;
        n = n > 24 ? 24 : n;
        f->hours = (struct plan_fit_value){n, n, n, h->days, false};
    }
}

/* Of an exponential patience, when those who had an agent before it ended
 * count with the time they waited. */
static void fit_patience(const struct plan_history *h, struct plan_fit_times *t)
{
    *t = (struct plan_fit_times){
        .mean = ASSUMED_PATIENCE, .n = h->callers_gave_up, .assumed = true};
    if (h->callers_gave_up >= PLAN_FIT_GAVE_UP_MIN) {
        t->assumed = false;
        t->mean = h->callers_waited_s / (double)h->callers_gave_up;
    }
    (void)snprintf(t->text, sizeof t->text, "exp %.3f", t->mean);
}

/* Time enough to tell how many call an hour. */
static bool tells_callers(const struct plan_history *h)
{
    return h->dialled_h >= 1 || (h->dialled_h >= CALLERS_HOURS_MIN &&
                                 h->callers >= PLAN_FIT_CALLERS_MIN);
}

/* As many as there were, each by himself (Poisson). */
static void fit_callers(const struct plan_history *h, const struct plan *p,
                        struct plan_fit *f)
{
    const double z = 1.96;
    double n = (double)h->callers;
    f->callers = assumed(0);
    f->callers.n = h->callers;
    f->inbound = p->inbound;
    fit_patience(h, &f->patience);
    f->caller_talk =
        times(&h->caller_talk, "lognormal", f->talk.text, f->talk.mean);
    if (p->inbound.numbers == 0 || !tells_callers(h))
        return;
    double half = z * real_sqrt(n) / h->dialled_h, x = n / h->dialled_h;
    f->callers = (struct plan_fit_value){
        .value = x,
        .lo = x - half > 0 ? x - half : 0,
        .hi = x + half,
        .n = h->callers,
    };
}

static void fit_leads(const struct plan_history *h, struct plan_fit *f)
{
    uint64_t looked_at = 0;
    for (int s = 0; s < LEAD_STATE_COUNT; s++)
        if (s != LEAD_NEW)
            looked_at += h->lead[s];
    f->allowed = share(looked_at - h->lead[LEAD_DENIED], looked_at,
                       PLAN_FIT_LEADS_MIN, 1);
}

static const enum outcome again[] = {OUTCOME_NO_ANSWER, OUTCOME_MACHINE,
                                     OUTCOME_BUSY};

/* A lead that nobody answers is dialled until the rules end it. */
static unsigned tries_of(const struct plan *p)
{
    unsigned most = 0;
    for (size_t i = 0; i < tm_array_len(again); i++)
        if (p->retry.of[again[i]].times > most)
            most = p->retry.of[again[i]].times;
    return most + 1 < p->retry.tries_max ? most + 1 : p->retry.tries_max;
}

void plan_fit_make(const struct plan_history *h, const struct plan *p,
                   struct plan_fit *out)
{
    *out = (struct plan_fit){
        .tries = tries_of(p),
        .ring_timeout_s = (double)p->ring_timeout_ms / 1000,
        .hold_s = (double)p->hold_ms / 1000,
        .limit_pct = (double)p->abandon_limit_ppm / 10000,
        .detect_wrong = (double)p->detect_wrong_ppm / 1e6,
        .detect = p->detect,
    };
    fit_shares(h, out);
    fit_floor(h, out);
    fit_leads(h, out);
    out->ring = times(&h->ring, "gamma", assumed_ring, 11.2);
    out->machine_ring = times(&h->machine_ring, "gamma", assumed_machine, 20);
    out->busy_ring = times(&h->busy_ring, "gamma", assumed_busy, 3.5);
    out->talk = times(&h->talk, "lognormal", assumed_talk, 45);
    out->wrap = times(&h->wrap, "gamma", assumed_wrap, 15);
    fit_callers(h, p, out);
    out->line = h->line && p->inbound.numbers > 0;
}

double plan_fit_longest_talk(const struct plan_fit *f)
{
    double with_callers = f->callers.value > 0 ? f->caller_talk.mean : 0;
    return with_callers > f->talk.mean ? with_callers : f->talk.mean;
}

static void add_callers(const struct plan_fit *f, struct buf *out)
{
    if (f->callers.value > 0)
        buf_addf(out,
                 "callers = %.4f\ncaller_patience = %s\ncaller_talk = %s\n",
                 f->callers.value, f->patience.text, f->caller_talk.text);
}

/* A scenario always dials: here, hardly ever and nobody, for half a second. */
static void line_scenario(const struct plan_fit *f,
                          const struct plan_fit_floor *floor, struct buf *out)
{
    buf_addf(out,
             "# Fitted to a line that takes calls by telemark plan.\n"
             "name = fitted\nagents = %u\ndays = %u\nhours = %.4g\n"
             "p_human = 0\np_machine = 0\np_busy = 1\n"
             "busy_t = const 0.5\ncps = 0.01\nwrap = %s\nhold = %.4g\n",
             floor->agents, floor->days, floor->hours, f->wrap.text, f->hold_s);
    add_callers(f, out);
}

void plan_fit_scenario(const struct plan_fit *f,
                       const struct plan_fit_floor *floor, struct buf *out)
{
    if (f->line) {
        line_scenario(f, floor, out);
        return;
    }
    /* Of fitted shares, those that are not the people keep their part. */
    double rest = 1 - f->human.value, keep = rest > 0 ? 1 - floor->human : 0;
    double scale = rest > 0 ? keep / rest : 0;
    buf_addf(out,
             "# Fitted to a campaign's history by telemark plan.\n"
             "name = fitted\nagents = %u\ndays = %u\nhours = %.4g\n"
             "p_human = %.6f\np_machine = %.6f\np_busy = %.6f\n",
             floor->agents, floor->days, floor->hours, floor->human,
             f->machine.value * scale, f->busy.value * scale);
    buf_addf(out,
             "ring = %s\nmach_t = %s\nbusy_t = %s\nring_timeout = %.4g\n"
             "talk = %s\nwrap = %s\nhold = %.4g\n",
             f->ring.text, f->machine_ring.text, f->busy_ring.text,
             f->ring_timeout_s, f->talk.text, f->wrap.text, f->hold_s);
    buf_addf(out, "amd = %d\n", f->detect ? 1 : 0);
    if (f->detect)
        buf_addf(out, "amd_fp = %.6f\n", f->detect_wrong);
    add_callers(f, out);
}

/* --- the list --------------------------------------------------------------*/

/* Dials and people of one lead that was dialled `before` times. */
static void walk(const struct plan_fit *f, double first, unsigned before,
                 double *dials, double *contacts)
{
    double alive = 1, p = first;
    *dials = *contacts = 0;
    for (unsigned k = 0; k < f->tries; k++) {
        if (k >= before) {
            *dials += alive;
            *contacts += alive * p;
            double end = p + f->dead.value;
            alive *= end < 1 ? 1 - end : 0;
        }
        p *= f->decay.value;
        p = p > 1 ? 1 : p;
    }
}

struct plan_fit_left plan_fit_list(const struct plan_fit *f,
                                   const struct plan_history *h, double human)
{
    struct plan_fit_left left = {0};
    double first =
        f->human.value > 0 ? f->first.value * human / f->human.value : human;
    for (unsigned k = 0; k < PLAN_HISTORY_TRIES; k++) {
        double dials, contacts, n = (double)h->left[k];
        if (k == 0)
            n = (double)(h->left[0] - h->lead[LEAD_NEW]) +
                (double)h->lead[LEAD_NEW] * f->allowed.value;
        walk(f, first, k, &dials, &contacts);
        if (dials <= 0)
            continue;
        left.leads += n;
        left.dials += n * dials;
        left.contacts += n * contacts;
    }
    walk(f, first, 0, &left.lead_dials, &left.lead_contacts);
    left.lead_dials *= f->allowed.value;
    left.lead_contacts *= f->allowed.value;
    return left;
}

/* --- the calendar ----------------------------------------------------------*/

double plan_fit_hours(const struct plan_fit *f, const struct plan *p,
                      enum civil_weekday day)
{
    const struct rule_policy *policy = &p->policy;
    double open = policy->windows == 0 ? f->hours.value : 0;
    for (size_t i = 0; i < policy->windows; i++)
        if ((policy->window[i].weekdays >> day & 1) != 0)
            open +=
                (double)(policy->window[i].close_s - policy->window[i].open_s) /
                3600;
    return open < f->hours.value ? open : f->hours.value;
}

bool plan_fit_day(const struct plan_fit *f, const struct plan *p,
                  struct civil_date today, double hours, struct civil_date *out)
{
    *out = today;
    for (int i = 0; i < WINDOW_DAYS_MAX; i++) {
        hours -= plan_fit_hours(f, p, civil_weekday(*out));
        if (hours <= 0)
            return true;
        *out = civil_add_days(*out, 1);
    }
    return false;
}

enum { TRIES_MAX = PLAN_HISTORY_TRIES };

/* Not before t_us, of days that begin when dialling does; -1: never. */
static int64_t within_hours(const struct plan_fit *f, const struct plan *p,
                            struct civil_date today, int64_t t_us)
{
    for (int i = 0; i < WINDOW_DAYS_MAX; i++) {
        int64_t day = t_us / CIVIL_DAY_US;
        double hours = plan_fit_hours(
            f, p, civil_weekday(civil_add_days(today, (int32_t)day)));
        if ((double)(t_us % CIVIL_DAY_US) < hours * 3600e6)
            return t_us;
        t_us = (day + 1) * CIVIL_DAY_US;
    }
    return -1;
}

/* Of tries that all end alike, the day of the last one, from today on. */
static int64_t last_of(const struct plan_fit *f, const struct plan *p,
                       struct civil_date today, int64_t delay_us,
                       unsigned tries)
{
    int64_t at_us[TRIES_MAX];
    for (unsigned k = 0; k < tries; k++) {
        int64_t t_us = k > 0 ? at_us[k - 1] + delay_us : 0;
        for (size_t i = 0; i < p->policy.caps; i++) {
            const struct policy_cap *c = &p->policy.cap[i];
            if (c->max > 0 && k >= c->max &&
                t_us < at_us[k - c->max] + c->span_us)
                t_us = at_us[k - c->max] + c->span_us;
        }
        at_us[k] = within_hours(f, p, today, t_us);
        if (at_us[k] < 0)
            return -1;
    }
    return tries > 0 ? at_us[tries - 1] / CIVIL_DAY_US : 0;
}

bool plan_fit_last_try(const struct plan_fit *f, const struct plan *p,
                       const struct plan_history *h, struct civil_date today,
                       struct civil_date *out)
{
    int64_t last = 0;
    unsigned before = 0;
    while (before < PLAN_HISTORY_TRIES && h->left[before] == 0)
        before++;
    for (size_t i = 0; i < tm_array_len(again); i++) {
        const struct retry_rule *r = &p->retry.of[again[i]];
        unsigned tries = r->times + 1 < f->tries ? r->times + 1 : f->tries;
        if (tries <= before)
            continue;
        tries = tries - before < TRIES_MAX ? tries - before : TRIES_MAX;
        int64_t day = last_of(f, p, today, r->delay_ms * 1000, tries);
        if (day < 0)
            return false;
        last = day > last ? day : last;
    }
    *out = civil_add_days(today, (int32_t)last);
    return true;
}

double plan_fit_hours_until(const struct plan_fit *f, const struct plan *p,
                            struct civil_date today, struct civil_date last)
{
    double hours = 0;
    for (int i = 0; i < WINDOW_DAYS_MAX && civil_date_cmp(today, last) <= 0;
         i++) {
        hours += plan_fit_hours(f, p, civil_weekday(today));
        today = civil_add_days(today, 1);
    }
    return hours;
}

#include "report/plan_history.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/civil.h"
#include "base/map.h"
#include "base/real.h"

/* A pause longer than this is no dialling. */
#define GAP_US (30 * 60 * CIVIL_SECOND_US)

/* A day of work, in any zone: it begins with the first call after a night. In
 * UTC an evening in the West is the next day already. */
#define NIGHT_US (3 * 60 * 60 * CIVIL_SECOND_US)
#define HALF_DAY (CIVIL_DAY_US / 2)

/* Of dialling that goes on. */
struct session {
    int64_t from_us, until_us;
};

/* Running mean and squares (Welford). */
struct times {
    uint64_t n;
    double mean, squares, lo, hi;
};

struct work {
    struct plan_history *out;
    struct campaign_id campaign;
    struct map tries;  /* lead: how often dialled */
    struct map agents; /* who took a call of the campaign */
    struct times ring, machine_ring, busy_ring, talk, wrap, caller_talk;
    struct session *session; /* in order of time */
    size_t sessions, session_cap;
    uint64_t callers; /* whenever they called */
    int64_t last_us;  /* the last call */
    int64_t day_us;   /* its first call */
    double agent_s;
};

static void add(struct times *t, int64_t us)
{
    double x = (double)us / (double)CIVIL_SECOND_US;
    if (us <= 0)
        return;
    double away = x - t->mean;
    t->n++;
    t->mean += away / (double)t->n;
    t->squares += away * (x - t->mean);
    t->lo = t->n == 1 || x < t->lo ? x : t->lo;
    t->hi = t->n == 1 || x > t->hi ? x : t->hi;
}

static struct plan_history_times times_of(const struct times *t)
{
    if (t->n == 0)
        return (struct plan_history_times){0};
    double variance = t->n > 1 ? t->squares / (double)(t->n - 1) : 0;
    return (struct plan_history_times){
        .n = t->n,
        .mean = t->mean,
        .cv = real_sqrt(variance) / t->mean,
        .lo = t->lo,
        .hi = t->hi,
    };
}

/* --- attempts --------------------------------------------------------------*/

static bool is_new_day(const struct work *w, int64_t at_us)
{
    int64_t since = at_us - w->day_us;
    return w->out->days == 0 || since >= CIVIL_DAY_US ||
           (since >= HALF_DAY && at_us - w->last_us > NIGHT_US);
}

static void add_session(struct work *w, int64_t at_us)
{
    if (w->sessions == w->session_cap) {
        w->session_cap = 2 * w->session_cap + 64;
        w->session =
            mem_resize(w->session, w->session_cap * sizeof(*w->session));
    }
    w->session[w->sessions++] = (struct session){at_us, at_us};
}

static void count_time(struct work *w, int64_t at_us)
{
    struct plan_history *h = w->out;
    if (h->first_us == 0 || at_us < h->first_us)
        h->first_us = at_us;
    if (is_new_day(w, at_us)) {
        h->days++;
        w->day_us = at_us;
    }
    if (w->last_us == 0 || at_us - w->last_us > GAP_US)
        add_session(w, at_us);
    if (at_us > w->last_us)
        w->last_us = at_us;
    w->session[w->sessions - 1].until_us = w->last_us;
    h->last_us = w->last_us;
}

static size_t count_try(struct work *w, struct lead_id lead)
{
    uint64_t before = 0;
    (void)map_get(&w->tries, (uint64_t)lead.v, &before);
    map_set(&w->tries, (uint64_t)lead.v, before + 1);
    return before < PLAN_HISTORY_TRIES ? (size_t)before
                                       : PLAN_HISTORY_TRIES - 1;
}

static void count_live(struct work *w, const struct reader_attempt *a,
                       size_t try)
{
    struct plan_history *h = w->out;
    h->live++;
    h->try_live[try]++;
    h->abandoned += a->abandoned;
    add(&w->ring, a->ring_ms * 1000);
    if (a->bridged_us == 0)
        return;
    h->talks++;
    if (a->ended_us > a->bridged_us)
        add(&w->talk, a->ended_us - a->bridged_us);
}

static void count_outcome(struct work *w, const struct reader_attempt *a)
{
    struct plan_history *h = w->out;
    switch ((int)a->outcome) {
    case OUTCOME_MACHINE:
    case OUTCOME_FAX:
        h->machines++;
        add(&w->machine_ring, a->ring_ms * 1000);
        return;
    case OUTCOME_DISCONNECTED: h->dead++; break;
    case OUTCOME_BUSY:
    case OUTCOME_REJECTED:
    case OUTCOME_BLOCKED: break;
    default: return;
    }
    h->busy++;
    if (a->placed_us != 0)
        add(&w->busy_ring, a->ended_us - a->placed_us);
}

static int on_attempt(void *arg, const struct reader_attempt *a)
{
    struct work *w = arg;
    unsigned flags = outcome_flags(a->outcome);
    bool carried = a->placed_us != 0 && a->ended_us != 0 &&
                   (flags & (OUTCOME_F_NETWORK | OUTCOME_F_NOT_PLACED)) == 0 &&
                   a->outcome != OUTCOME_UNKNOWN && a->outcome != OUTCOME_NONE;
    if (a->placed_us != 0)
        count_time(w, a->placed_us);
    if (!carried)
        return 0;
    size_t try = count_try(w, a->lead);
    w->out->dials++;
    w->out->try_dials[try]++;
    if (a->live)
        count_live(w, a, try);
    else
        count_outcome(w, a);
    return 0;
}

static void sum_time(struct work *w)
{
    for (size_t i = 0; i < w->sessions; i++)
        w->out->dialled_h +=
            (double)(w->session[i].until_us - w->session[i].from_us) / 3.6e9;
}

/* --- people who call us ----------------------------------------------------*/

static bool is_dialling(const struct work *w, int64_t at_us)
{
    size_t from = 0, until = w->sessions;
    while (from < until) { /* the first session that is not over by then */
        size_t middle = from + (until - from) / 2;
        if (w->session[middle].until_us < at_us)
            from = middle + 1;
        else
            until = middle;
    }
    return from < w->sessions && w->session[from].from_us <= at_us;
}

/* In its hours only: at night nobody is there for them. */
static int on_caller(void *arg, const struct reader_caller *c)
{
    struct work *w = arg;
    struct plan_history *h = w->out;
    if (!is_dialling(w, c->recorded_us))
        return 0;
    int64_t end_us = c->bridged_us != 0 ? c->bridged_us : c->ended_us;
    h->callers++;
    h->callers_gave_up += c->outcome == OUTCOME_GAVE_UP;
    if (end_us > c->recorded_us)
        h->callers_waited_s += (double)(end_us - c->recorded_us) / 1e6;
    if (c->bridged_us != 0 && c->ended_us > c->bridged_us)
        add(&w->caller_talk, c->ended_us - c->bridged_us);
    return 0;
}

static int count_caller(void *arg, const struct reader_caller *c)
{
    struct work *w = arg;
    (void)c;
    w->callers++;
    return 0;
}

static int read_callers(const struct reader *r, struct campaign_id c,
                        reader_caller_fn *v, struct work *w, struct err *e)
{
    struct reader_attempts q = {.campaign = c};
    if (r->callers == NULL)
        return TM_OK;
    return r->callers(r->self, &q, v, w, e);
}

/* --- agents ----------------------------------------------------------------*/

static int on_own_span(void *arg, const struct reader_agent_span *s)
{
    struct work *w = arg;
    bool known = map_get(&w->agents, (uint64_t)s->agent.v, NULL);
    if (s->state == AGENT_WRAP && s->until_us != 0)
        add(&w->wrap, s->until_us - s->from_us);
    if (!known)
        w->out->agents++;
    map_set(&w->agents, (uint64_t)s->agent.v, 1);
    return 0;
}

/* Whoever took a call of it, within the time that it dialled, without what he
 * did for another campaign. */
static int on_span(void *arg, const struct reader_agent_span *s)
{
    struct work *w = arg;
    const struct plan_history *h = w->out;
    int64_t from = s->from_us > h->first_us ? s->from_us : h->first_us;
    int64_t until =
        s->until_us != 0 && s->until_us < h->last_us ? s->until_us : h->last_us;
    if (until <= from || s->state == AGENT_OFF || s->state == AGENT_PAUSED ||
        s->state == AGENT_CALLING_IN ||
        (s->campaign.v != 0 && s->campaign.v != w->campaign.v) ||
        !map_get(&w->agents, (uint64_t)s->agent.v, NULL))
        return 0;
    w->agent_s += (double)(until - from) / 1e6;
    return 0;
}

static int read_agents(const struct reader *r, struct campaign_id c,
                       struct work *w, struct err *e)
{
    struct reader_agent_time own = {.campaign = c}, all = {0};
    if (r->agent_spans == NULL || w->out->first_us == 0)
        return TM_OK;
    int rc = r->agent_spans(r->self, &own, on_own_span, w, e);
    all.from_us = w->out->first_us;
    all.until_us = w->out->last_us + 1;
    return rc == TM_OK ? r->agent_spans(r->self, &all, on_span, w, e) : rc;
}

/* --- a line that takes calls -----------------------------------------------*/

/* Signed in, and who took its calls. */
static int on_shift(void *arg, const struct reader_agent_span *s)
{
    struct work *w = arg;
    if (s->state == AGENT_OFF || s->until_us <= s->from_us ||
        !map_get(&w->agents, (uint64_t)s->agent.v, NULL))
        return 0;
    add_session(w, s->from_us);
    w->session[w->sessions - 1].until_us = s->until_us;
    if (s->state != AGENT_PAUSED && s->state != AGENT_CALLING_IN)
        w->agent_s += (double)(s->until_us - s->from_us) / 1e6;
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct session *x = a, *y = b;
    return (x->from_us > y->from_us) - (x->from_us < y->from_us);
}

/* Into spans of time in which somebody was there. */
static void merge_sessions(struct work *w)
{
    size_t kept = 0;
    if (w->sessions == 0)
        return;
    qsort(w->session, w->sessions, sizeof(*w->session), by_time);
    for (size_t i = 0; i < w->sessions; i++) {
        const struct session *s = &w->session[i];
        struct session *last = kept > 0 ? &w->session[kept - 1] : NULL;
        if (last == NULL || s->from_us > last->until_us)
            w->session[kept++] = *s;
        else if (s->until_us > last->until_us)
            last->until_us = s->until_us;
    }
    w->sessions = kept;
}

static void count_days(struct work *w)
{
    struct plan_history *h = w->out;
    h->days = 0;
    for (size_t i = 0; i < w->sessions; i++) {
        if (is_new_day(w, w->session[i].from_us)) {
            h->days++;
            w->day_us = w->session[i].from_us;
        }
        w->last_us = w->session[i].until_us;
    }
    if (w->sessions > 0) {
        h->first_us = w->session[0].from_us;
        h->last_us = w->last_us;
    }
}

static int read_line(const struct reader *r, struct campaign_id c,
                     struct work *w, struct err *e)
{
    const struct reader_agent_time own = {.campaign = c}, all = {0};
    if (r->agent_spans == NULL)
        return TM_OK;
    w->sessions = 0;
    int rc = r->agent_spans(r->self, &own, on_own_span, w, e);
    if (rc == TM_OK)
        rc = r->agent_spans(r->self, &all, on_shift, w, e);
    merge_sessions(w);
    count_days(w);
    sum_time(w);
    return rc == TM_OK ? read_callers(r, c, on_caller, w, e) : rc;
}

/* --- leads -----------------------------------------------------------------*/

static int on_state(void *arg, const struct reader_state_count *s)
{
    struct work *w = arg;
    w->out->lead[s->state] += s->leads;
    return 0;
}

static int on_left(void *arg, const struct reader_membership *m)
{
    struct work *w = arg;
    uint64_t tries = 0;
    if (m->due_us == 0 && str_eq(m->reason, "called_us"))
        return 0; /* called us, and is not called */
    (void)map_get(&w->tries, (uint64_t)m->lead.v, &tries);
    w->out->left[tries < PLAN_HISTORY_TRIES ? tries : PLAN_HISTORY_TRIES - 1]++;
    return 0;
}

/* New leads may be millions and were never dialled: they are counted. */
static int read_leads(const struct reader *r, struct campaign_id c,
                      struct work *w, struct err *e)
{
    int rc = r->states(r->self, c, on_state, w, e);
    if (rc == TM_OK)
        rc = r->members(r->self, c, LEAD_WAITING, on_left, w, e);
    if (rc == TM_OK) /* promised a call */
        rc = r->members(r->self, c, LEAD_CALLBACK, on_left, w, e);
    w->out->left[0] += w->out->lead[LEAD_NEW];
    return rc;
}

static int read_dialler(const struct reader *r, struct campaign_id c,
                        struct work *w, struct err *e)
{
    sum_time(w);
    int rc = read_callers(r, c, on_caller, w, e);
    return rc == TM_OK ? read_agents(r, c, w, e) : rc;
}

int plan_history_read(const struct reader *r, struct campaign_id c,
                      struct plan_history *out, struct err *e)
{
    struct reader_attempts q = {.campaign = c};
    struct work w = {.out = out, .campaign = c};
    *out = (struct plan_history){0};
    map_init(&w.tries);
    map_init(&w.agents);
    int rc = r->attempts(r->self, &q, on_attempt, &w, e);
    if (rc == TM_OK)
        rc = read_leads(r, c, &w, e);
    if (rc == TM_OK)
        rc = read_callers(r, c, count_caller, &w, e);
    out->line =
        out->lead[LEAD_NEW] == 0 && (w.callers > out->dials || out->dials == 0);
    if (rc == TM_OK)
        rc = out->line ? read_line(r, c, &w, e) : read_dialler(r, c, &w, e);
    out->callers_ever = w.callers;
    out->agent_h = w.agent_s / 3600;
    out->ring = times_of(&w.ring);
    out->machine_ring = times_of(&w.machine_ring);
    out->busy_ring = times_of(&w.busy_ring);
    out->talk = times_of(&w.talk);
    out->wrap = times_of(&w.wrap);
    out->caller_talk = times_of(&w.caller_talk);
    mem_free(w.session);
    map_fini(&w.tries);
    map_fini(&w.agents);
    return rc;
}

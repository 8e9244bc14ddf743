#include "report/figures_read.h"

#include "base/map.h"
#include "core/campaign/plan.h"
#include "core/rules/verdict.h"

enum { NAMES_MAX = 400 };

struct find {
    struct arena *arena;
    struct slice name;
    struct reader_campaign *out;
    bool found;
    struct buf names;
};

static struct slice keep(struct arena *a, struct slice s)
{
    return str_range(arena_strdup(a, s), s.n);
}

static int find_campaign(void *arg, const struct reader_campaign *c)
{
    struct find *f = arg;
    buf_addf(&f->names, "%s%.*s", f->names.n > 0 ? ", " : "", (int)c->name.n,
             c->name.p);
    if (!str_same(c->name, f->name))
        return 0;
    *f->out = *c;
    f->out->name = keep(f->arena, c->name);
    f->out->seller_name = keep(f->arena, c->seller_name);
    f->out->list_name = keep(f->arena, c->list_name);
    f->out->plan = str_range("", 0);
    f->found = true;
    return 1;
}

int figures_read_campaign(const struct reader *r, struct arena *a,
                          struct slice name, struct reader_campaign *out,
                          struct err *e)
{
    struct find f = {.arena = a, .name = name, .out = out};
    struct tenant_id any = {0};
    buf_init(&f.names, NAMES_MAX);
    int rc = r->campaigns(r->self, any, find_campaign, &f, e);
    if (rc >= 0 && !f.found)
        rc = err_set(e, TM_ENOTFOUND, "no campaign '%.*s'; %s%s", (int)name.n,
                     name.p, f.names.n > 0 ? "there is: " : "none is loaded",
                     f.names.n > 0 ? f.names.p : "");
    buf_fini(&f.names);
    return rc < 0 ? rc : TM_OK;
}

struct feed {
    struct figures_builder *b;
    struct campaign_id campaign;
    struct list_id list;
    bool found;
    struct map callers; /* ids of calls to us -> 1 */
    struct err *e;
};

static int feed_campaign(void *arg, const struct reader_campaign *c)
{
    struct feed *f = arg;
    const struct plan *plan;
    struct arena a;
    if (c->id.v != f->campaign.v)
        return 0;
    arena_init(&a);
    /* A plan that a newer program cannot read costs the questions' texts. */
    bool good = plan_parse(&a, "plan", c->plan, &plan, NULL) == TM_OK;
    figures_campaign(f->b, c, good ? plan->script : NULL);
    if (good)
        figures_dispositions(f->b, plan->disposition, plan->dispositions);
    if (good)
        figures_inbound(f->b, &plan->inbound);
    arena_fini(&a);
    f->list = c->list;
    f->found = true;
    return 1;
}

static int feed_import(void *arg, const struct reader_import *i)
{
    struct feed *f = arg;
    figures_import(f->b, i);
    return 0;
}

/* Of those that are refused still. */
static int feed_verdict(void *arg, const struct reader_verdict_count *v)
{
    struct feed *f = arg;
    if (v->state == LEAD_DENIED && v->verdict == VERDICT_DENY)
        figures_refused(f->b, v->rules, v->leads);
    return 0;
}

static int feed_state(void *arg, const struct reader_state_count *s)
{
    struct feed *f = arg;
    figures_state(f->b, s);
    return 0;
}

static int feed_attempt(void *arg, const struct reader_attempt *a)
{
    struct feed *f = arg;
    figures_attempt(f->b, a);
    return 0;
}

static int feed_caller(void *arg, const struct reader_caller *c)
{
    struct feed *f = arg;
    figures_caller(f->b, c);
    map_set(&f->callers, (uint64_t)c->id.v, 1);
    return 0;
}

/* Figures of our calls are not of theirs. */
static bool is_caller(const struct feed *f, struct attempt_id id)
{
    return map_get(&f->callers, (uint64_t)id.v, NULL);
}

static int feed_wrap(void *arg, const struct reader_agent_span *s)
{
    struct feed *f = arg;
    figures_caller_wrap(f->b, s);
    return 0;
}

static int read_callers(const struct reader *r, struct feed *f, struct err *e)
{
    const struct reader_attempts q = {.campaign = f->campaign};
    const struct reader_agent_time all = {.campaign = f->campaign};
    if (r->callers == NULL)
        return TM_OK;
    int rc = r->callers(r->self, &q, feed_caller, f, e);
    if (rc >= 0 && r->agent_spans != NULL)
        rc = r->agent_spans(r->self, &all, feed_wrap, f, e);
    return rc;
}

static int feed_answer(void *arg, const struct reader_answer *a)
{
    struct feed *f = arg;
    figures_answer(f->b, a->question, a->answer);
    return 0;
}

static int feed_opt_out(void *arg, const struct reader_opt_out *o)
{
    struct feed *f = arg;
    if (o->campaign.v == f->campaign.v && o->attempt.v != 0 &&
        !is_caller(f, o->attempt))
        figures_opt_out(f->b);
    return 0;
}

static int feed_callback(void *arg, const struct reader_callback *c)
{
    struct feed *f = arg;
    if (!is_caller(f, c->attempt))
        figures_callback(f->b);
    return 0;
}

static int feed_journal(void *arg, const struct journal_row *row)
{
    struct feed *f = arg;
    return figures_journal_row(f->b, row, f->e);
}

static int read_leads(const struct reader *r, struct feed *f, struct err *e)
{
    struct tenant_id any = {0};
    tm_assert(f->campaign.v > 0);
    int rc = r->campaigns(r->self, any, feed_campaign, f, e);
    if (rc >= 0 && !f->found)
        rc = err_set(e, TM_ENOTFOUND, "no campaign with the id %lld",
                     (long long)f->campaign.v);
    if (rc >= 0)
        rc = r->imports(r->self, f->list, feed_import, f, e);
    if (rc >= 0 && r->verdicts != NULL)
        rc = r->verdicts(r->self, f->campaign, feed_verdict, f, e);
    if (rc >= 0)
        rc = r->states(r->self, f->campaign, feed_state, f, e);
    return rc < 0 ? rc : TM_OK;
}

int figures_read_leads(const struct reader *r, struct campaign_id c,
                       struct figures_builder *b, struct err *e)
{
    struct feed f = {.b = b, .campaign = c, .e = e};
    return read_leads(r, &f, e);
}

int figures_read(const struct reader *r, struct campaign_id c,
                 struct figures_builder *b, struct err *e)
{
    struct feed f = {.b = b, .campaign = c, .e = e};
    struct reader_attempts q = {.campaign = c};
    map_init(&f.callers);
    int rc = read_leads(r, &f, e);
    if (rc >= 0)
        rc = r->attempts(r->self, &q, feed_attempt, &f, e);
    if (rc >= 0)
        rc = read_callers(r, &f, e);
    if (rc >= 0)
        rc = agent_figures_read(r, c, figures_agents(b), e);
    if (rc >= 0)
        rc = r->answers(r->self, c, feed_answer, &f, e);
    if (rc >= 0)
        rc = r->opt_outs(r->self, 0, feed_opt_out, &f, e);
    if (rc >= 0)
        rc = r->callbacks(r->self, c, feed_callback, &f, e);
    if (rc >= 0)
        rc = r->journal(r->self, 1, feed_journal, &f, e);
    map_fini(&f.callers);
    return rc < 0 ? rc : TM_OK;
}

static int clock_row(void *arg, const struct journal_row *row)
{
    struct figures_read_clock *c = arg;
    struct journal_entry en;
    int rc = journal_decode(row->payload, &en, NULL);
    if (rc != TM_OK)
        return rc;
    if (en.record.at_us > c->last_us)
        c->last_us = en.record.at_us;
    /* A server writes how its clock was set right after its start. */
    if (en.record.kind == RECORD_RESTART)
        c->shifted = false;
    if (en.record.kind == RECORD_CLOCK)
        c->shifted = true;
    return 0;
}

int figures_read_clock(const struct reader *r, struct figures_read_clock *out,
                       struct err *e)
{
    *out = (struct figures_read_clock){0};
    (void)err_set(e, TM_ECORRUPT,
                  "the journal cannot be read; see 'telemark "
                  "journal verify'");
    int rc = r->journal(r->self, 1, clock_row, out, e);
    return rc < 0 ? rc : TM_OK;
}

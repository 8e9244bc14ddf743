/* Of `campaign status`: promised calls that were refused for good. See
 * cmd/campaign_promise.h. */
#include <string.h>

#include "base/map.h"
#include "cmd/campaign_promise.h"
#include "core/campaign/plan.h"

enum { RULES_MAX = 200, RULES_SHOWN = 4, FEW = 1000 };

struct looking {
    struct map promised;      /* lead -> when */
    struct lead_id lead[FEW]; /* the first of them */
    size_t leads;
    struct campaign_id id;
    struct campaign_promise_refused out;
    struct arena *a;
};

static void note(struct looking *q, struct lead_id lead, int64_t at_us)
{
    if (lead.v <= 0)
        return;
    if (q->leads < FEW && !map_get(&q->promised, (uint64_t)lead.v, NULL))
        q->lead[q->leads++] = lead;
    map_set(&q->promised, (uint64_t)lead.v, (uint64_t)at_us);
}

static int on_callback(void *arg, const struct reader_callback *c)
{
    note(arg, c->lead, c->asked_us);
    return TM_OK;
}

/* Those that were missed. When the plan says that they are not called back,
 * nobody asks the rules about them either. */
static int on_caller(void *arg, const struct reader_caller *c)
{
    if (c->outcome == OUTCOME_GAVE_UP || c->outcome == OUTCOME_TURNED_AWAY)
        note(arg, c->lead, c->ended_us);
    return TM_OK;
}

/* "US-FTC-DNC:denied US-FCC-DNC:passed" -> those that forbid. */
static const char *forbidding(struct arena *a, struct slice rules)
{
    struct buf b;
    unsigned n = 0;
    buf_init(&b, RULES_MAX);
    while (rules.n > 0 && n < RULES_SHOWN) {
        struct slice effect, id = str_cut(rules, ' ', &rules);
        id = str_cut(id, ':', &effect);
        if (!str_eq(effect, "denied") && !str_eq(effect, "unknown"))
            continue;
        buf_addf(&b, "%s%.*s", n++ > 0 ? ", " : "", (int)id.n, id.p);
    }
    const char *text = arena_strdup(a, buf_slice(&b));
    buf_fini(&b);
    return text;
}

static int on_member(void *arg, const struct reader_membership *m)
{
    struct looking *q = arg;
    uint64_t at_us;
    if (m->campaign.v != q->id.v || m->state != LEAD_DENIED)
        return TM_OK;
    /* Who asked to be left alone since then is promised nothing. */
    if (m->verdict < 0 || str_eq(m->reason, "opted_out") ||
        !map_get(&q->promised, (uint64_t)m->lead.v, &at_us) ||
        m->verdict_us < (int64_t)at_us)
        return TM_OK;
    if (q->out.people++ == 0) {
        q->out.lead = m->lead;
        q->out.rules = forbidding(q->a, m->rules);
    }
    return TM_OK;
}

/* Of a few, each by itself; else all that were refused. */
static int look_at(const struct reader *r, struct looking *q, struct err *e)
{
    int rc = TM_OK;
    if (q->promised.n > FEW)
        return r->members(r->self, q->id, LEAD_DENIED, on_member, q, e);
    for (size_t i = 0; rc == TM_OK && i < q->leads; i++)
        rc = r->memberships(r->self, q->lead[i], on_member, q, e);
    return rc;
}

int campaign_promise_refused(const struct reader *r, struct arena *a,
                             struct campaign_id id, uint64_t denied,
                             struct campaign_promise_refused *out,
                             struct err *e)
{
    const struct reader_attempts all = {.campaign = id};
    *out = (struct campaign_promise_refused){.rules = ""};
    if (denied == 0)
        return TM_OK;
    struct looking *q = mem_alloc(sizeof(*q));
    *q = (struct looking){.id = id, .a = a};
    map_init(&q->promised);
    int rc = r->callbacks(r->self, id, on_callback, q, e);
    if (rc == TM_OK && r->callers != NULL)
        rc = r->callers(r->self, &all, on_caller, q, e);
    if (rc == TM_OK)
        rc = look_at(r, q, e);
    map_fini(&q->promised);
    if (rc == TM_OK && q->out.people > 0)
        *out = q->out;
    mem_free(q);
    return rc;
}

#include "report/complaint_find.h"

#include <stdlib.h>

#include "base/kv.h"
#include "core/campaign/plan.h"
#include "core/number/number.h"

/* --- our numbers --- */

struct gathering {
    struct arena *arena;
    struct complaint_owns *out;
    size_t unread;
};

static void add(struct gathering *g, const struct complaint_own *one)
{
    struct complaint_owns *o = g->out;
    if (o->n == o->cap) {
        size_t cap = o->cap == 0 ? 64 : o->cap * 2;
        struct complaint_own *more = arena_array(g->arena, cap, sizeof(*more));
        for (size_t i = 0; i < o->n; i++)
            more[i] = o->own[i];
        o->own = more;
        o->cap = cap;
    }
    o->own[o->n++] = *one;
}

/* A plan that was good when it was loaded may not pass the law's checks of
 * today; the number that it shows is ours all the same. */
static void read_loosely(struct slice text, struct complaint_own *out)
{
    struct kv_reader r;
    struct kv_line l;
    struct number n;
    struct err e = {0};
    int rc;
    kv_open(&r, "campaign", text);
    while ((rc = kv_next(&r, &l, &e)) != 0) {
        if (rc != 1 || l.section.n != 0)
            continue;
        if (str_eq(l.key, "caller_id") &&
            number_parse(l.value, NULL, &n) == NUMBER_OK)
            out->e164 = n.e164;
        else if (str_eq(l.key, "country") && l.value.n == 2)
            (void)str_copy(out->country, sizeof(out->country), l.value);
        else if (str_eq(l.key, "channel"))
            (void)vocab_channel_parse(l.value, &out->channel);
    }
}

static int add_campaign(void *arg, const struct reader_campaign *c)
{
    struct gathering *g = arg;
    const struct plan *plan;
    struct err e = {0};
    struct complaint_own one = {.campaign = c->id,
                                .seller = c->seller,
                                .name = arena_strdup(g->arena, c->name),
                                .seller_name =
                                    arena_strdup(g->arena, c->seller_name)};
    if (plan_parse(g->arena, "campaign", c->plan, &plan, &e) == TM_OK) {
        one.e164 = plan->caller_e164;
        one.channel = plan->channel;
        (void)str_copy(one.country, sizeof(one.country), str_of(plan->country));
    } else {
        read_loosely(c->plan, &one);
    }
    if (one.e164 != 0)
        add(g, &one);
    else
        g->unread++;
    return 0;
}

static int add_entry(void *arg, const struct ledger_entry *l)
{
    struct gathering *g = arg;
    const struct complaint_own one = {
        .e164 = l->e164,
        .seller = l->seller,
        .name = "",
        .seller_name = arena_strdup(g->arena, l->seller_name)};
    if (l->e164 != 0)
        add(g, &one);
    return 0;
}

static int by_number(const void *a, const void *b)
{
    const struct complaint_own *x = a, *y = b;
    if (x->e164 != y->e164)
        return x->e164 < y->e164 ? -1 : 1;
    return x->campaign.v < y->campaign.v ? -1 : x->campaign.v > y->campaign.v;
}

int complaint_find_owns(const struct reader *r, struct tenant_id t,
                        struct arena *a, struct complaint_owns *out,
                        size_t *unread, struct err *e)
{
    struct gathering g = {.arena = a, .out = out};
    const struct reader_ledger q = {.tenant = t, .kind = LEDGER_CALLER_ID};
    *out = (struct complaint_owns){0};
    int rc = r->campaigns(r->self, t, add_campaign, &g, e);
    if (rc == TM_OK && r->ledger != NULL)
        rc = r->ledger(r->self, &q, add_entry, &g, e);
    if (rc == TM_OK && out->n > 1)
        qsort(out->own, out->n, sizeof(out->own[0]), by_number);
    if (unread != NULL)
        *unread = g.unread;
    return rc;
}

bool complaint_find_is_own(const struct complaint_owns *o, uint64_t e164)
{
    size_t low = 0, high = o->n;
    while (e164 != 0 && low < high) {
        size_t mid = low + (high - low) / 2;
        if (o->own[mid].e164 == e164)
            return true;
        if (o->own[mid].e164 < e164)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

uint64_t complaint_find_shown(const struct complaint_owns *o,
                              struct campaign_id c)
{
    for (size_t i = 0; i < o->n; i++)
        if (c.v != 0 && o->own[i].campaign.v == c.v)
            return o->own[i].e164;
    return 0;
}

/* --- calls --- */

struct search {
    const struct complaint_owns *owns;
    const struct complaint *c;
    struct complaint_matches *out;
};

static int look(void *arg, const struct reader_attempt *a)
{
    struct search *s = arg;
    const struct complaint_call call = {
        .attempt = a->id,
        .seller = a->seller,
        .e164 = a->e164,
        .shown = complaint_find_shown(s->owns, a->campaign),
        .at_us = a->placed_us != 0 ? a->placed_us : a->recorded_us,
        .ended_us = a->ended_us};
    struct complaint_match m;
    complaint_match_score(s->c, &call, &m);
    complaint_match_add(s->out, &m);
    return 0;
}

int complaint_find_calls(const struct reader *r, const struct complaint_owns *o,
                         const struct complaint *c,
                         struct complaint_matches *out, struct err *e)
{
    struct search s = {o, c, out};
    struct reader_attempts q = {.e164 = c->complainant};
    int rc = TM_OK;
    *out = (struct complaint_matches){0};
    if (c->at_us != 0) {
        /* A call that began before the span may have lasted into it. */
        q.from_us = c->at_us - 2 * COMPLAINT_MATCH_REACH_US;
        q.until_us = c->until_us + COMPLAINT_MATCH_REACH_US + 1;
    }
    if (c->complainant != 0) {
        rc = r->attempts(r->self, &q, look, &s, e);
    } else if (c->shown != 0 && c->at_us != 0) {
        for (size_t i = 0; i < o->n && rc == TM_OK; i++) {
            q.campaign = o->own[i].campaign;
            if (o->own[i].e164 == c->shown && q.campaign.v != 0)
                rc = r->attempts(r->self, &q, look, &s, e);
        }
    }
    complaint_match_end(out, c);
    return rc;
}

struct seller_id complaint_find_seller(const struct complaint_owns *o,
                                       const struct complaint *c,
                                       const struct complaint_matches *m,
                                       const char **name)
{
    struct seller_id found = c->seller;
    bool several = false;
    *name = "";
    if (found.v == 0 && m->n > 0 && m->best[0].grade >= COMPLAINT_LIKELY)
        found = m->best[0].call.seller;
    for (size_t i = 0; i < o->n && m->n == 0 && c->seller.v == 0; i++) {
        if (c->shown == 0 || o->own[i].e164 != c->shown)
            continue;
        several = several || o->own[i].seller.v == 0 ||
                  (found.v != 0 && found.v != o->own[i].seller.v);
        found = o->own[i].seller;
    }
    if (several)
        found.v = 0;
    for (size_t i = 0; i < o->n && found.v != 0; i++)
        if (o->own[i].seller.v == found.v)
            *name = o->own[i].seller_name;
    return found;
}

#include "store/startup.h"

#include "base/civil.h"
#include "store/lead_rows.h"
#include "store/query.h"

static int count_placed(struct db *db, struct campaign_id c,
                        struct campaign_counters *out, struct err *e)
{
    struct query q;
    int64_t placed = 0;
    query_open(&q, db,
               "SELECT count(*) FROM attempt WHERE tenant = "
               "(SELECT tenant FROM campaign WHERE id = ?1) "
               "AND campaign = ?1 AND placed_us > 0");
    query_int(&q, c.v);
    int rc = query_one(&q, &placed, e);
    out->placed = (uint64_t)placed;
    return rc;
}

/* The same sums as the campaign's own, call by call: what the store has of a
 * call are the instants that the campaign counted by. */
static int count_calls(struct db *db, struct campaign_id c, int64_t since_us,
                       struct campaign_counters *out, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT placed_us, ended_us, live, abandoned "
               "FROM attempt WHERE tenant = "
               "(SELECT tenant FROM campaign WHERE id = ?1) "
               "AND campaign = ?1 AND (placed_us >= ?2 OR ended_us >= ?2)");
    query_int(&q, c.v);
    query_int(&q, since_us);
    int rc;
    while ((rc = query_step(&q, e)) == 1) {
        int64_t placed_us = query_get_int(&q, 0);
        int64_t ended_us = query_get_int(&q, 1);
        if (placed_us != 0 && placed_us >= since_us) {
            campaign_counters_placed(out, placed_us);
        }
        if (ended_us != 0 && ended_us >= since_us) {
            campaign_counters_ended(out, ended_us, query_get_int(&q, 2) != 0,
                                    query_get_int(&q, 3) != 0);
        }
    }
    query_close(&q);
    return rc;
}

int startup_counters(struct db *db, struct campaign_id c, int64_t now_us,
                     struct campaign_counters *out, struct err *e)
{
    struct campaign_counters n = {.as_of_us = now_us};
    struct query q;
    query_open(&q, db, "SELECT first_call_us FROM campaign WHERE id = ?");
    query_int(&q, c.v);
    int rc = query_one(&q, &n.first_call_us, e);
    if (rc == TM_ENOTFOUND) {
        return err_set(e, rc, "there is no campaign %lld", (long long)c.v);
    }
    if (rc == TM_OK) {
        int64_t since_us = campaign_counters_since(n.first_call_us, now_us);
        rc = count_calls(db, c, since_us, &n, e);
    }
    if (rc == TM_OK) {
        rc = count_placed(db, c, &n, e);
    }
    if (rc == TM_OK) {
        campaign_counters_roll(&n, now_us);
    }
    if (rc == TM_OK) {
        *out = n;
    }
    return rc;
}

static struct slice keep(struct arena *a, struct slice s)
{
    return str_range(arena_strdup(a, s), s.n);
}

static int count_rows(struct query *q, size_t *out, struct err *e)
{
    int64_t n = 0;
    int rc = query_one(q, &n, e);
    *out = (size_t)n;
    return rc;
}

static void read_campaign(struct query *q, struct arena *a,
                          struct startup_campaign *c)
{
    c->tenant.v = query_get_int(q, 0);
    c->id.v = query_get_int(q, 1);
    c->seller.v = query_get_int(q, 2);
    c->list.v = query_get_int(q, 3);
    c->name = arena_strdup(a, query_get_text(q, 4));
    c->plan = keep(a, query_get_text(q, 5));
    /* A word of no state: rest rather than run. */
    if (!campaign_state_parse(query_get_text(q, 6), &c->state)) {
        c->state = CAMPAIGN_STOPPED;
    }
}

int startup_campaigns(struct db *db, struct arena *a, int64_t now_us,
                      struct startup_campaigns *out, struct err *e)
{
    struct query q;
    size_t n = 0, max = 0;
    query_open(&q, db, "SELECT count(*) FROM campaign");
    int rc = count_rows(&q, &max, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct startup_campaign *c = arena_array(a, max, sizeof(*c));
    query_open(&q, db,
               "SELECT tenant, id, seller, list, name, plan, state "
               "FROM campaign ORDER BY id");
    while (n < max && (rc = query_step(&q, e)) == 1) {
        read_campaign(&q, a, &c[n++]);
    }
    query_close(&q);
    rc = rc < 0 ? rc : TM_OK;
    for (size_t i = 0; rc == TM_OK && i < n; i++) {
        rc = startup_counters(db, c[i].id, now_us, &c[i].counters, e);
    }
    if (rc == TM_OK) {
        *out = (struct startup_campaigns){c, n};
    }
    return rc;
}

/* --- open attempts --------------------------------------------------------*/

static void read_call(struct query *q, struct arena *a,
                      struct startup_attempt *s)
{
    struct campaign_open_attempt *o = &s->open;
    o->tenant.v = query_get_int(q, 0);
    o->attempt.v = query_get_int(q, 1);
    o->seller.v = query_get_int(q, 2);
    o->campaign.v = query_get_int(q, 3);
    o->lead.id.v = query_get_int(q, 4);
    o->e164 = (uint64_t)query_get_int(q, 5);
    o->placed_us = query_get_int(q, 6);
    o->answered_us = query_get_int(q, 7);
    s->dialog = keep(a, query_get_text(q, 8));
    o->opted_out = query_get_int(q, 9) != 0;
    o->callback = query_get_int(q, 11) != 0;
    o->bridged = query_get_int(q, 12) != 0;
    o->callback_us = query_get_int(q, 13);
    o->served =
        o->opted_out || o->callback || query_get_int(q, 10) != 0 || o->bridged;
}

static int read_open(struct db *db, struct arena *a,
                     struct startup_attempt *list, size_t max, size_t *n,
                     struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT a.tenant, a.id, a.seller, a.campaign, a.lead, a.e164, "
               "a.placed_us, a.answered_us, a.dialog, "
               "EXISTS (SELECT 1 FROM opt_out o WHERE o.tenant = a.tenant "
               "AND o.e164 = a.e164 AND o.attempt = a.id), "
               "EXISTS (SELECT 1 FROM answer w WHERE w.tenant = a.tenant "
               "AND w.campaign = a.campaign AND w.attempt = a.id), "
               "EXISTS (SELECT 1 FROM callback k WHERE k.tenant = a.tenant "
               "AND k.campaign = a.campaign AND k.attempt = a.id), "
               "a.bridged_us, coalesce((SELECT k.due_us FROM callback k "
               "WHERE k.tenant = a.tenant AND k.campaign = a.campaign "
               "AND k.attempt = a.id), 0) "
               "FROM attempt a WHERE a.ended_us = 0 ORDER BY a.id");
    int rc = 0;
    while (*n < max && (rc = query_step(&q, e)) == 1) {
        read_call(&q, a, &list[(*n)++]);
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

/* Calls to us: no INVITE of ours, so no placed_us. Whom his agent has left,
 * or never had, waits: he is not bridged. */
static int read_open_incoming(struct db *db, struct arena *a,
                              struct startup_attempt *list, size_t max,
                              size_t *n, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT a.tenant, a.id, a.seller, a.campaign, a.lead, a.e164, "
               "0, a.answered_us, a.dialog, "
               "EXISTS (SELECT 1 FROM opt_out o WHERE o.tenant = a.tenant "
               "AND o.e164 = a.e164 AND o.attempt = a.id), "
               "EXISTS (SELECT 1 FROM answer w WHERE w.tenant = a.tenant "
               "AND w.campaign = a.campaign AND w.attempt = a.id), "
               "EXISTS (SELECT 1 FROM callback k WHERE k.tenant = a.tenant "
               "AND k.campaign = a.campaign AND k.attempt = a.id), "
               "a.bridged_us > 0 AND EXISTS (SELECT 1 FROM agent_event v "
               "WHERE v.tenant = a.tenant AND v.agent = a.agent "
               "AND v.attempt = a.id AND v.until_us = 0), "
               "coalesce((SELECT k.due_us FROM callback k "
               "WHERE k.tenant = a.tenant AND k.campaign = a.campaign "
               "AND k.attempt = a.id), 0), a.lead_state, a.lead_due_us "
               "FROM incoming a WHERE a.ended_us = 0 ORDER BY a.id");
    int rc = 0;
    while (*n < max && (rc = query_step(&q, e)) == 1) {
        struct startup_attempt *s = &list[(*n)++];
        read_call(&q, a, s);
        s->open.incoming = true;
        if (!lead_state_parse(query_get_text(&q, 14), &s->open.lead.state)) {
            s->open.lead.state = LEAD_WAITING;
        }
        s->open.lead.due_us = query_get_int(&q, 15);
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

static int load_state(struct db *db, struct campaign_open_attempt *o,
                      struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT state, due_us, reason FROM campaign_lead "
               "WHERE tenant = ? AND campaign = ? AND lead = ?");
    query_int(&q, o->tenant.v);
    query_int(&q, o->campaign.v);
    query_int(&q, o->lead.id.v);
    int rc = query_step(&q, e);
    if (rc == 1) {
        if (!lead_state_parse(query_get_text(&q, 0), &o->lead.state)) {
            o->lead.state = LEAD_IN_CALL;
        }
        o->lead.due_us = query_get_int(&q, 1);
        o->promised = o->lead.state == LEAD_IN_CALL &&
                      str_eq(query_get_text(&q, 2), "promised");
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

static int load_lead(struct db *db, struct arena *a,
                     struct campaign_open_attempt *o, struct err *e)
{
    struct lead_rows_scope s = {o->tenant, o->seller, o->campaign};
    struct lead_id id = o->lead.id;
    enum lead_state state = o->lead.state;
    int64_t due_us = o->lead.due_us;
    if (id.v == 0) {
        return TM_OK; /* a caller whom no list has */
    }
    int rc = lead_rows_load(db, a, o->tenant, id, &o->lead, e);
    if (rc == TM_ENOTFOUND) {
        return TM_OK; /* erased: the attempt is closed all the same */
    }
    if (rc == TM_OK) {
        rc = lead_rows_ledger(db, &s, &o->lead, e);
    }
    if (rc == TM_OK) {
        rc = lead_rows_history(db, &s, &o->lead, e);
    }
    if (o->incoming) { /* what he came with, not that he is in a call */
        o->lead.state = state;
        o->lead.due_us = due_us;
        return rc;
    }
    return rc == TM_OK ? load_state(db, o, e) : rc;
}

int startup_open_attempts(struct db *db, struct arena *a,
                          struct startup_attempts *out, struct err *e)
{
    struct query q;
    size_t n = 0, max = 0;
    query_open(&q, db,
               "SELECT (SELECT count(*) FROM attempt WHERE ended_us = 0) + "
               "(SELECT count(*) FROM incoming WHERE ended_us = 0)");
    int rc = count_rows(&q, &max, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct startup_attempt *list = arena_array(a, max, sizeof(*list));
    rc = read_open(db, a, list, max, &n, e);
    if (rc == TM_OK) {
        rc = read_open_incoming(db, a, list, max, &n, e);
    }
    for (size_t i = 0; rc == TM_OK && i < n; i++) {
        rc = load_lead(db, a, &list[i].open, e);
    }
    if (rc == TM_OK) {
        *out = (struct startup_attempts){list, n};
    }
    return rc;
}

int startup_opt_outs(struct db *db, struct suppression *out, struct err *e)
{
    struct query q;
    query_open(&q, db, "SELECT seller, e164, at_us FROM opt_out");
    int rc;
    while ((rc = query_step(&q, e)) == 1) {
        struct seller_id seller = {query_get_int(&q, 0)};
        suppression_add(out, seller, (uint64_t)query_get_int(&q, 1),
                        query_get_int(&q, 2));
    }
    query_close(&q);
    return rc;
}

/* The journal too: what was erased there is never forgotten here. */
int startup_last_attempt(struct db *db, int64_t *out, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT max(coalesce(max(max(coalesce((SELECT max(a.id) FROM "
               "attempt a WHERE a.tenant = t.id), 0), coalesce((SELECT "
               "max(s.id) FROM staff_leg s WHERE s.tenant = t.id), 0), "
               "coalesce((SELECT max(i.id) FROM incoming i "
               "WHERE i.tenant = t.id), 0))), 0), coalesce((SELECT "
               "max(j.attempt) FROM journal j WHERE j.attempt <> 0), 0)) "
               "FROM tenant t");
    return query_one(&q, out, e);
}

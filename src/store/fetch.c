#include "store/fetch.h"

#include "store/query.h"

enum {
    ENROLL_AHEAD = 4000, /* leads beyond a fetch, so that none takes long */
    COUNT_MAX = 10000,   /* unclaimed leads are counted up to here */
};

int fetch_find_scope(struct db *db, struct campaign_id c,
                     struct fetch_scope *out, struct err *e)
{
    *out = (struct fetch_scope){.rows.campaign = c};
    struct query q;
    query_open(&q, db,
               "SELECT tenant, seller, list, enrolled_lead FROM campaign "
               "WHERE id = ?");
    query_int(&q, c.v);
    int rc = query_step(&q, e);
    if (rc == 1) {
        out->rows.tenant.v = query_get_int(&q, 0);
        out->rows.seller.v = query_get_int(&q, 1);
        out->list = query_get_int(&q, 2);
        out->enrolled = query_get_int(&q, 3);
        rc = TM_OK;
    }
    query_close(&q);
    return rc;
}

/* Highest id of the next leads of the list; 0 when there is none. */
static int find_last(struct db *db, const struct fetch_scope *s, size_t max,
                     int64_t *out, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT coalesce(max(id), 0) FROM (SELECT id FROM lead "
               "WHERE tenant = ? AND list = ? AND id > ? "
               "ORDER BY id LIMIT ?)");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->list);
    query_int(&q, s->enrolled);
    query_int(&q, (int64_t)max);
    return query_one(&q, out, e);
}

static int insert_new(struct db *db, const struct fetch_scope *s, int64_t last,
                      struct err *e)
{
    struct query q;
    /* Who called us and stands in no file joins no other campaign's calls. */
    query_open(
        &q, db,
        "INSERT INTO campaign_lead (tenant, campaign, lead, state, "
        "reason, due_us) SELECT tenant, ?4, id, CASE WHEN import_file = 0 "
        "THEN 'waiting' ELSE 'new' END, CASE WHEN import_file = 0 "
        "THEN 'called_us' ELSE '' END, CASE WHEN import_file = 0 "
        "THEN 9223372036854775807 ELSE 0 END FROM lead "
        "WHERE tenant = ?1 AND list = ?2 AND id > ?3 AND id <= ?5 "
        "ORDER BY id ON CONFLICT DO NOTHING");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->list);
    query_int(&q, s->enrolled);
    query_int(&q, s->rows.campaign.v);
    query_int(&q, last);
    int rc = query_done(&q, e);
    if (rc != TM_OK) {
        return rc;
    }
    query_open(&q, db,
               "UPDATE campaign SET enrolled_lead = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, last);
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->rows.campaign.v);
    return query_done(&q, e);
}

int fetch_enroll(struct db *db, const struct store_fetch *q, struct err *e)
{
    tm_assert(db->in_transaction);
    struct fetch_scope s;
    int64_t last = 0;
    int rc = fetch_find_scope(db, q->campaign, &s, e);
    if (rc != TM_OK || s.rows.tenant.v == 0) {
        return rc;
    }
    /* More than can be handed out: as long as leads of the list are missing,
     * some that have joined are left, and the answer says so. */
    rc = find_last(db, &s, q->max + ENROLL_AHEAD, &last, e);
    return rc == TM_OK && last > 0 ? insert_new(db, &s, last, e) : rc;
}

/* --- picking --------------------------------------------------------------*/

struct pick {
    struct lead_id id;
    int64_t due_us;
    enum lead_state state;
};

struct picks {
    struct pick *pick;
    size_t n, max;
    uint64_t others;     /* due now, not picked and not claimed */
    int64_t next_due_us; /* of those that were not picked */
};

/* The order of these is the order in which leads are handed out. */
static const struct {
    enum lead_state state;
    const char *word;
} SOURCE[] = {
    {LEAD_CALLBACK, "callback"},
    {LEAD_WAITING, "waiting"},
    {LEAD_NEW, "new"},
};

static void take(struct picks *p, enum lead_state state, struct lead_id id,
                 int64_t due_us)
{
    if (p->n < p->max) {
        p->pick[p->n++] = (struct pick){id, due_us, state};
        return;
    }
    p->others++;
    if (due_us < p->next_due_us) {
        p->next_due_us = due_us;
    }
}

static int pick_from(struct db *db, const struct fetch_scope *s, size_t source,
                     const struct claims *claims, int64_t now_us,
                     struct picks *p, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT lead, due_us FROM campaign_lead "
               "WHERE tenant = ? AND campaign = ? AND state = ? "
               "AND due_us <= ? ORDER BY due_us, lead");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->rows.campaign.v);
    query_text(&q, str_of(SOURCE[source].word));
    query_int(&q, SOURCE[source].state == LEAD_NEW ? INT64_MAX : now_us);
    int rc = 0;
    while (p->others < COUNT_MAX && (rc = query_step(&q, e)) == 1) {
        struct lead_id id = {query_get_int(&q, 0)};
        if (!claims_has(claims, s->rows.campaign, id)) {
            take(p, SOURCE[source].state, id, query_get_int(&q, 1));
        }
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

static int find_next_due(struct db *db, const struct fetch_scope *s,
                         int64_t now_us, const char *state, int64_t *next,
                         struct err *e)
{
    struct query q;
    int64_t due = INT64_MAX;
    query_open(&q, db,
               "SELECT due_us FROM campaign_lead "
               "WHERE tenant = ? AND campaign = ? AND state = ? "
               "AND due_us > ? ORDER BY due_us LIMIT 1");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->rows.campaign.v);
    query_text(&q, str_of(state));
    query_int(&q, now_us);
    int rc = query_one(&q, &due, e);
    if (rc == TM_OK && due < *next) {
        *next = due;
    }
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

static int pick_all(struct db *db, const struct fetch_scope *s,
                    const struct claims *claims, const struct store_fetch *f,
                    struct picks *p, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < tm_array_len(SOURCE); i++) {
        rc = pick_from(db, s, i, claims, f->now_us, p, e);
    }
    if (rc == TM_OK) {
        rc = find_next_due(db, s, f->now_us, "waiting", &p->next_due_us, e);
    }
    if (rc == TM_OK) {
        rc = find_next_due(db, s, f->now_us, "callback", &p->next_due_us, e);
    }
    return rc;
}

int fetch_load_lead(struct db *db, struct arena *a, const struct fetch_scope *s,
                    struct lead_id id, struct lead *out, struct err *e)
{
    int rc = lead_rows_load(db, a, s->rows.tenant, id, out, e);
    if (rc == TM_OK) {
        rc = lead_rows_ledger(db, &s->rows, out, e);
    }
    return rc == TM_OK ? lead_rows_history(db, &s->rows, out, e) : rc;
}

/* On which number he is to be called back: where it was agreed, or from where
 * he called since and found nobody. 0: not known. By the lead's calls, as these
 * have an index. */
static int find_agreed(struct db *db, const struct fetch_scope *s,
                       struct lead *l, struct err *e)
{
    struct query q;
    int64_t e164 = 0;
    query_open(&q, db,
               "SELECT k.e164, k.attempt AS id FROM attempt a CROSS JOIN "
               "callback k ON k.tenant = a.tenant AND k.campaign = ?2 "
               "AND k.attempt = a.id WHERE a.tenant = ?1 AND a.lead = ?3 "
               "UNION ALL "
               "SELECT k.e164, k.attempt FROM incoming i CROSS JOIN "
               "callback k ON k.tenant = i.tenant AND k.campaign = ?2 "
               "AND k.attempt = i.id WHERE i.tenant = ?1 AND i.lead = ?3 "
               "UNION ALL "
               "SELECT i.e164, i.id FROM incoming i WHERE i.tenant = ?1 "
               "AND i.lead = ?3 AND i.campaign = ?2 "
               "AND (i.outcome IN ('gave_up', 'turned_away') "
               "OR (i.outcome = 'unknown' AND i.bridged_us = 0)) "
               "ORDER BY id DESC LIMIT 1");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->rows.campaign.v);
    query_int(&q, l->id.v);
    int rc = query_one(&q, &e164, e);
    l->agreed_e164 = (uint64_t)e164;
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

/* Returns how many leads there are, or an error. One that is not in its list
 * any more is left out. */
static int load(struct db *db, struct arena *a, const struct fetch_scope *s,
                const struct picks *p, struct lead *out, struct err *e)
{
    int n = 0;
    for (size_t i = 0; i < p->n; i++) {
        struct lead *l = &out[n];
        int rc = fetch_load_lead(db, a, s, p->pick[i].id, l, e);
        if (rc == TM_ENOTFOUND) {
            continue;
        }
        l->state = p->pick[i].state;
        l->due_us = p->pick[i].due_us;
        if (rc == TM_OK && l->state == LEAD_CALLBACK) {
            rc = find_agreed(db, s, l, e);
        }
        if (rc != TM_OK) {
            return rc;
        }
        n++;
    }
    return n;
}

int fetch_leads(struct db *db, struct claims *claims, struct arena *a,
                const struct store_fetch *f, struct store_leads *out,
                struct err *e)
{
    struct fetch_scope s;
    *out =
        (struct store_leads){.campaign = f->campaign, .next_due_us = INT64_MAX};
    int rc = fetch_find_scope(db, f->campaign, &s, e);
    if (rc != TM_OK || s.rows.tenant.v == 0) {
        return rc;
    }
    struct picks p = {
        .pick = arena_array(a, f->max, sizeof(*p.pick)),
        .max = f->max,
        .next_due_us = INT64_MAX,
    };
    rc = pick_all(db, &s, claims, f, &p, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct lead *lead = arena_array(a, p.n, sizeof(*lead));
    int n = load(db, a, &s, &p, lead, e);
    if (n < 0) {
        return n;
    }
    /* Missing ones too: they must not be in the way of the others again. */
    for (size_t i = 0; i < p.n; i++) {
        claims_add(claims, f->campaign, p.pick[i].id);
    }
    out->lead = lead;
    out->n = (size_t)n;
    out->next_due_us = p.next_due_us;
    out->unclaimed = p.others;
    return TM_OK;
}

#include "store/caller.h"

#include "core/number/number.h"
#include "store/fetch.h"
#include "store/query.h"

/* 0: the list has no such number. */
static int find_lead(struct db *db, const struct fetch_scope *s, uint64_t e164,
                     int64_t *out, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT lead FROM lead_phone "
               "WHERE tenant = ? AND list = ? AND e164 = ?");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->list);
    query_int(&q, (int64_t)e164);
    *out = 0;
    int rc = query_one(&q, out, e);
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

static int insert_phone(struct db *db, const struct fetch_scope *s, int64_t id,
                        const struct number *n, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO lead_phone (tenant, lead, position, list, e164, "
               "type) VALUES (?, ?, 0, ?, ?, ?)");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, id);
    query_int(&q, s->list);
    query_int(&q, (int64_t)n->e164);
    query_text(&q, str_of(number_type_key(n->type)));
    return query_done(&q, e);
}

/* Of no file: import_file 0. His place is what the number says. */
static int make_lead(struct db *db, const struct fetch_scope *s,
                     const struct store_caller *c, int64_t *id, struct err *e)
{
    struct number n = {.e164 = c->e164};
    (void)number_describe(c->e164, &n);
    int rc = db_new_ids(db, "lead", 1, id, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct query q;
    query_open(&q, db,
               "INSERT INTO lead (tenant, id, list, import_file, import_row, "
               "imported_us, country) VALUES (?, ?, ?, 0, 0, ?, ?)");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, *id);
    query_int(&q, s->list);
    query_int(&q, c->now_us);
    query_text(&q, str_of(n.region));
    rc = query_done(&q, e);
    return rc == TM_OK ? insert_phone(db, s, *id, &n, e) : rc;
}

/* A lead that no fetch has brought yet is a new one; a made one waits, and is
 * called only if the campaign says so. */
static int join(struct db *db, const struct fetch_scope *s, int64_t id,
                struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO campaign_lead (tenant, campaign, lead, state, "
               "reason, due_us) SELECT ?1, ?2, ?3, CASE WHEN "
               "import_file = 0 THEN 'waiting' ELSE 'new' END, CASE WHEN "
               "import_file = 0 THEN 'called_us' ELSE '' END, CASE WHEN "
               "import_file = 0 THEN 9223372036854775807 ELSE 0 END "
               "FROM lead WHERE tenant = ?1 AND id = ?3 "
               "ON CONFLICT DO NOTHING");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->rows.campaign.v);
    query_int(&q, id);
    return query_done(&q, e);
}

int caller_join(struct db *db, const struct store_caller *c, struct err *e)
{
    tm_assert(db->in_transaction && c->e164 > 0);
    struct fetch_scope s;
    int64_t id = 0;
    int rc = fetch_find_scope(db, c->campaign, &s, e);
    if (rc != TM_OK || s.rows.tenant.v == 0) {
        return rc;
    }
    rc = find_lead(db, &s, c->e164, &id, e);
    if (rc == TM_OK && id == 0 && c->make) {
        rc = make_lead(db, &s, c, &id, e);
    }
    return rc == TM_OK && id != 0 ? join(db, &s, id, e) : rc;
}

static int load_state(struct db *db, const struct fetch_scope *s,
                      struct lead *l, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT state, due_us FROM campaign_lead "
               "WHERE tenant = ? AND campaign = ? AND lead = ?");
    query_int(&q, s->rows.tenant.v);
    query_int(&q, s->rows.campaign.v);
    query_int(&q, l->id.v);
    int rc = query_step(&q, e);
    l->state = LEAD_WAITING;
    l->due_us = INT64_MAX;
    if (rc == 1) {
        (void)lead_state_parse(query_get_text(&q, 0), &l->state);
        l->due_us = query_get_int(&q, 1);
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

int caller_find(struct db *db, struct claims *claims, struct arena *a,
                const struct store_caller *c, struct store_called *out,
                struct err *e)
{
    struct fetch_scope s;
    int64_t id = 0;
    *out =
        (struct store_called){.campaign = c->campaign, .attempt = c->attempt};
    int rc = fetch_find_scope(db, c->campaign, &s, e);
    if (rc == TM_OK && s.rows.tenant.v != 0) {
        rc = find_lead(db, &s, c->e164, &id, e);
    }
    if (rc != TM_OK || id == 0) {
        return rc;
    }
    struct lead *l = arena_array(a, 1, sizeof(*l));
    rc = fetch_load_lead(db, a, &s, (struct lead_id){id}, l, e);
    if (rc == TM_OK) {
        rc = load_state(db, &s, l, e);
    }
    if (rc != TM_OK) {
        return rc == TM_ENOTFOUND ? TM_OK : rc; /* erased meanwhile */
    }
    out->lead = l;
    /* One in a call is at hand, also when its claim was given back. */
    out->held =
        claims_has(claims, c->campaign, l->id) || l->state == LEAD_IN_CALL;
    if (!out->held) {
        claims_add(claims, c->campaign, l->id);
    }
    return TM_OK;
}

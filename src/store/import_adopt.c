#include "store/import_adopt.h"

#include "store/apply.h"
#include "store/query.h"

enum { ASIDE = 1000 }; /* positions that no row has */

/* 0: the number is no made lead's. */
static int find_made(struct db *db, struct tenant_id tenant,
                     struct list_id list, uint64_t e164, int64_t *out,
                     struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT d.id FROM lead_phone p JOIN lead d "
               "ON d.tenant = p.tenant AND d.id = p.lead "
               "WHERE p.tenant = ? AND p.list = ? AND p.e164 = ? "
               "AND d.import_file = 0");
    query_int(&q, tenant.v);
    query_int(&q, list.v);
    query_int(&q, (int64_t)e164);
    *out = 0;
    int rc = query_one(&q, out, e);
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

/* His number out of the way of the row's, which then are his. */
static int move_phones(struct db *db, struct tenant_id tenant, int64_t made,
                       int64_t row, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE lead_phone SET position = position + ? "
               "WHERE tenant = ? AND lead = ?");
    query_int(&q, ASIDE);
    query_int(&q, tenant.v);
    query_int(&q, made);
    int rc = query_done(&q, e);
    if (rc != TM_OK) {
        return rc;
    }
    query_open(&q, db,
               "UPDATE lead_phone SET lead = ? WHERE tenant = ? AND lead = ?");
    query_int(&q, made);
    query_int(&q, tenant.v);
    query_int(&q, row);
    return query_done(&q, e);
}

static int place_phone(struct db *db, struct tenant_id tenant, int64_t made,
                       size_t position, const struct lead_phone *p,
                       struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE lead_phone SET position = ? WHERE tenant = ? "
               "AND lead = ? AND e164 = ? AND position >= ?");
    query_int(&q, (int64_t)position);
    query_int(&q, tenant.v);
    query_int(&q, made);
    query_int(&q, (int64_t)p->e164);
    query_int(&q, ASIDE);
    return query_done(&q, e);
}

int import_adopt(struct db *db, struct tenant_id tenant, struct list_id list,
                 struct lead *l, bool *adopted, struct err *e)
{
    int64_t made = 0;
    int rc = TM_OK;
    tm_assert(db->in_transaction && l->id.v > 0);
    for (size_t i = 0; rc == TM_OK && made == 0 && i < l->phones; i++) {
        rc = find_made(db, tenant, list, l->phone[i].e164, &made, e);
    }
    *adopted = rc == TM_OK && made != 0;
    if (!*adopted) {
        return rc;
    }
    rc = move_phones(db, tenant, made, l->id.v, e);
    for (size_t i = 0; rc == TM_OK && i < l->phones; i++) {
        rc = place_phone(db, tenant, made, i, &l->phone[i], e);
    }
    l->id.v = made;
    return rc;
}

/* False: none is left. */
static int next_campaign(struct db *db, struct tenant_id tenant,
                         struct lead_id lead, struct record *r, bool *found,
                         struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT c.id, c.seller FROM campaign_lead k JOIN campaign c "
               "ON c.tenant = k.tenant AND c.id = k.campaign "
               "WHERE k.tenant = ? AND k.lead = ? AND k.state = 'waiting' "
               "AND k.due_us = 9223372036854775807 LIMIT 1");
    query_int(&q, tenant.v);
    query_int(&q, lead.v);
    int rc = query_step(&q, e);
    *found = rc == 1;
    if (rc == 1) {
        r->campaign.v = query_get_int(&q, 0);
        r->seller.v = query_get_int(&q, 1);
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

int import_adopt_dial(struct db *db, struct tenant_id tenant,
                      struct lead_id lead, int64_t now_us, struct err *e)
{
    struct record r = {.kind = RECORD_LEAD,
                       .at_us = now_us,
                       .tenant = tenant,
                       .lead = lead,
                       .state = LEAD_NEW};
    bool found = true;
    int rc = TM_OK;
    while (rc == TM_OK && found) {
        rc = next_campaign(db, tenant, lead, &r, &found, e);
        if (rc == TM_OK && found) {
            rc = apply_record(db, &r, e);
        }
    }
    return rc;
}

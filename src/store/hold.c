#include "store/hold.h"

#include <stdio.h>

#include "store/apply.h"
#include "store/query.h"

static int check(const struct hold *h, struct err *e)
{
    int covers = (h->e164 != 0) + (h->campaign.v != 0) + (h->seller.v != 0);
    if (h->name.n == 0 || h->name.n > HOLD_NAME_MAX)
        return err_set(e, TM_EINVAL,
                       "the name of a legal hold has 1 to %d characters",
                       HOLD_NAME_MAX);
    if (h->reason.n == 0 || h->reason.n > HOLD_REASON_MAX)
        return err_set(e, TM_EINVAL,
                       "a legal hold wants a reason of 1 to %d characters",
                       HOLD_REASON_MAX);
    if (covers != 1)
        return err_set(e, TM_EINVAL,
                       "a legal hold covers one number, one campaign or one "
                       "seller");
    return TM_OK;
}

static int journal(struct db *db, const struct hold *h, const char *what,
                   int64_t id, struct err *e)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%lld", (long long)id);
    struct record r = {.kind = RECORD_HOLD,
                       .at_us = h->now_us,
                       .tenant = h->tenant,
                       .seller = h->seller,
                       .campaign = h->campaign,
                       .e164 = h->e164,
                       .key = str_of(what),
                       .value = str_of(text)};
    return apply_record(db, &r, e);
}

struct stored {
    int64_t id;
    int64_t released_us;
    struct hold hold; /* without texts */
};

/* 1, 0 when there is none of that name, or an error. */
static int find(struct db *db, struct tenant_id t, struct slice name,
                struct stored *out, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT h.id, h.e164, h.campaign, h.seller, "
               "coalesce(x.released_us, 0) FROM hold h LEFT JOIN hold_end x "
               "ON x.tenant = h.tenant AND x.id = h.id "
               "WHERE h.tenant = ? AND h.name = ?");
    query_int(&q, t.v);
    query_text(&q, name);
    int rc = query_step(&q, e);
    if (rc == 1)
        *out = (struct stored){
            .id = query_get_int(&q, 0),
            .released_us = query_get_int(&q, 4),
            .hold = {.tenant = t,
                     .e164 = (uint64_t)query_get_int(&q, 1),
                     .campaign = {query_get_int(&q, 2)},
                     .seller = {query_get_int(&q, 3)}},
        };
    query_close(&q);
    return rc;
}

static int insert(struct db *db, const struct hold *h, int64_t id,
                  struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO hold (tenant, id, name, e164, campaign, seller, "
               "reason, added_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, h->tenant.v);
    query_int(&q, id);
    query_text(&q, h->name);
    query_int(&q, (int64_t)h->e164);
    query_int(&q, h->campaign.v);
    query_int(&q, h->seller.v);
    query_text(&q, h->reason);
    query_int(&q, h->now_us);
    return query_done(&q, e);
}

int hold_add(struct db *db, const struct hold *h, struct err *e)
{
    struct stored old;
    int64_t id = 0;
    int rc = check(h, e);
    if (rc == TM_OK)
        rc = find(db, h->tenant, h->name, &old, e);
    if (rc == 1)
        return err_set(e, TM_EEXIST,
                       "there is a legal hold \"%.*s\"%s: take another name",
                       (int)h->name.n, h->name.p,
                       old.released_us != 0 ? ", released since" : "");
    if (rc == TM_OK)
        rc = db_new_ids(db, "hold", 1, &id, e);
    if (rc == TM_OK)
        rc = insert(db, h, id, e);
    return rc == TM_OK ? journal(db, h, "add", id, e) : rc;
}

int hold_release(struct db *db, struct tenant_id t, struct slice name,
                 int64_t now_us, struct err *e)
{
    struct stored old;
    struct query q;
    int rc = find(db, t, name, &old, e);
    if (rc == 0)
        return err_set(e, TM_ENOTFOUND, "there is no legal hold \"%.*s\"",
                       (int)name.n, name.p);
    if (rc < 0)
        return rc;
    if (old.released_us != 0)
        return err_set(e, TM_ESTATE,
                       "the legal hold \"%.*s\" was released before",
                       (int)name.n, name.p);
    query_open(&q, db,
               "INSERT INTO hold_end (tenant, id, released_us) "
               "VALUES (?, ?, ?)");
    query_int(&q, t.v);
    query_int(&q, old.id);
    query_int(&q, now_us);
    rc = query_done(&q, e);
    old.hold.now_us = now_us;
    return rc == TM_OK ? journal(db, &old.hold, "release", old.id, e) : rc;
}

int hold_covers(struct db *db, const struct hold_row *r, bool *out,
                struct err *e)
{
    struct query q;
    int64_t n = 0;
    query_open(&q, db,
               HOLD_COVERS("SELECT p.lead FROM lead_phone p "
                           "WHERE p.tenant = ?1 AND p.e164 = ?2 AND ?2 > 0 "
                           "UNION SELECT ?3 WHERE ?3 > 0",
                           "SELECT ?2 WHERE ?2 > 0 UNION SELECT p.e164 "
                           "FROM its l CROSS JOIN lead_phone p "
                           "ON p.tenant = ?1 AND p.lead = l.lead",
                           "SELECT ?4", "SELECT ?5"));
    query_int(&q, r->tenant.v);
    query_int(&q, (int64_t)r->e164);
    query_int(&q, r->lead);
    query_int(&q, r->campaign);
    query_int(&q, r->seller);
    int rc = query_one(&q, &n, e);
    *out = n > 0;
    return rc;
}

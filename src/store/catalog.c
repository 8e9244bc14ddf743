#include "store/catalog.h"

#include <stdio.h>

#include "core/campaign/campaign.h"
#include "store/apply.h"
#include "store/query.h"

static int check_name(const char *what, struct slice name, struct err *e)
{
    bool good = name.n > 0 && name.n <= CATALOG_NAME_MAX;
    for (size_t i = 0; good && i < name.n; i++) {
        good = (unsigned char)name.p[i] >= 0x20;
    }
    if (good) {
        return TM_OK;
    }
    return err_set(e, TM_EINVAL,
                   "the name of a %s has 1 to %d characters and no control "
                   "characters",
                   what, CATALOG_NAME_MAX);
}

static int not_found(const char *what, struct slice name, struct err *e)
{
    return err_set(e, TM_ENOTFOUND, "there is no %s \"%.*s\"", what,
                   (int)name.n, name.p);
}

/* Sellers and lists are alike: a name within a tenant. */
static int find_named(struct query *q, const char *what, struct tenant_id t,
                      struct slice name, int64_t *id, struct err *e)
{
    query_int(q, t.v);
    query_text(q, name);
    int rc = query_one(q, id, e);
    return rc == TM_ENOTFOUND ? not_found(what, name, e) : rc;
}

static int insert_named(struct query *q, struct tenant_id t, struct slice name,
                        int64_t id, struct err *e)
{
    query_int(q, t.v);
    query_int(q, id);
    query_text(q, name);
    return query_done(q, e);
}

int catalog_seller_find(struct db *db, struct tenant_id t, struct slice name,
                        struct seller_id *out, struct err *e)
{
    struct query q;
    query_open(&q, db, "SELECT id FROM seller WHERE tenant = ? AND name = ?");
    return find_named(&q, "seller", t, name, &out->v, e);
}

int catalog_seller(struct db *db, struct tenant_id t, struct slice name,
                   struct seller_id *out, struct err *e)
{
    int rc = check_name("seller", name, e);
    if (rc == TM_OK) {
        rc = catalog_seller_find(db, t, name, out, e);
    }
    if (rc != TM_ENOTFOUND) {
        return rc;
    }
    rc = db_new_ids(db, "seller", 1, &out->v, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct query q;
    query_open(&q, db,
               "INSERT INTO seller (tenant, id, name) VALUES (?, ?, ?)");
    return insert_named(&q, t, name, out->v, e);
}

int catalog_list_find(struct db *db, struct tenant_id t, struct slice name,
                      struct list_id *out, struct err *e)
{
    struct query q;
    query_open(&q, db, "SELECT id FROM list WHERE tenant = ? AND name = ?");
    return find_named(&q, "list", t, name, &out->v, e);
}

int catalog_list(struct db *db, struct tenant_id t, struct slice name,
                 struct list_id *out, struct err *e)
{
    int rc = check_name("list", name, e);
    if (rc == TM_OK) {
        rc = catalog_list_find(db, t, name, out, e);
    }
    if (rc != TM_ENOTFOUND) {
        return rc;
    }
    rc = db_new_ids(db, "list", 1, &out->v, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct query q;
    query_open(&q, db, "INSERT INTO list (tenant, id, name) VALUES (?, ?, ?)");
    return insert_named(&q, t, name, out->v, e);
}

/* --- campaigns ------------------------------------------------------------*/

struct stored {
    struct campaign_id id; /* 0: not there */
    struct seller_id seller;
    struct list_id list;
    enum campaign_state state;
};

static int find_campaign(struct db *db, struct tenant_id t, struct slice name,
                         struct stored *out, struct err *e)
{
    struct query q;
    *out = (struct stored){0};
    query_open(&q, db,
               "SELECT id, seller, list, state FROM campaign "
               "WHERE tenant = ? AND name = ?");
    query_int(&q, t.v);
    query_text(&q, name);
    int rc = query_step(&q, e);
    if (rc == 1) {
        out->id.v = query_get_int(&q, 0);
        out->seller.v = query_get_int(&q, 1);
        out->list.v = query_get_int(&q, 2);
        rc = campaign_state_parse(query_get_text(&q, 3), &out->state)
                 ? TM_OK
                 : err_set(e, TM_ECORRUPT,
                           "%s: campaign %lld is in no known state", db->path,
                           (long long)out->id.v);
    }
    query_close(&q);
    return rc;
}

int catalog_campaign_find(struct db *db, struct tenant_id t, struct slice name,
                          struct campaign_id *out, struct err *e)
{
    struct stored s;
    int rc = find_campaign(db, t, name, &s, e);
    if (rc == TM_OK && s.id.v == 0) {
        return not_found("campaign", name, e);
    }
    if (rc == TM_OK) {
        *out = s.id;
    }
    return rc;
}

int catalog_campaign_plans(struct db *db, struct tenant_id t,
                           catalog_plan_fn *v, void *arg, struct err *e)
{
    struct query q;
    int rc = TM_OK, said = 0;
    query_open(&q, db,
               "SELECT name, plan FROM campaign WHERE tenant = ? ORDER BY id");
    query_int(&q, t.v);
    while (said == 0 && (rc = query_step(&q, e)) == 1) {
        said = v(arg, query_get_text(&q, 0), query_get_text(&q, 1));
    }
    query_close(&q);
    return said != 0 ? said : rc;
}

int catalog_campaign_state(struct db *db, struct tenant_id t,
                           struct campaign_id id, enum campaign_state *out,
                           struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT state FROM campaign WHERE tenant = ? AND id = ?");
    query_int(&q, t.v);
    query_int(&q, id.v);
    int rc = query_step(&q, e);
    if (rc == 1) {
        rc = campaign_state_parse(query_get_text(&q, 0), out)
                 ? TM_OK
                 : err_set(e, TM_ECORRUPT,
                           "%s: campaign %lld has an unknown state: restore "
                           "it from a backup",
                           db->path, (long long)id.v);
    } else if (rc == 0) {
        rc = TM_ENOTFOUND;
    }
    query_close(&q);
    return rc;
}

static int insert_campaign(struct db *db, const struct catalog_campaign *c,
                           const struct stored *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO campaign (tenant, id, name, seller, list, plan, "
               "state, loaded_us, changed_us) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)");
    query_int(&q, c->tenant.v);
    query_int(&q, s->id.v);
    query_text(&q, c->name);
    query_int(&q, s->seller.v);
    query_int(&q, s->list.v);
    query_text(&q, c->plan);
    query_text(&q, str_of(campaign_state_text(CAMPAIGN_LOADED)));
    query_int(&q, c->now_us);
    return query_done(&q, e);
}

static int update_plan(struct db *db, const struct catalog_campaign *c,
                       const struct stored *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE campaign SET plan = ?, loaded_us = ? "
               "WHERE tenant = ? AND id = ?");
    query_text(&q, c->plan);
    query_int(&q, c->now_us);
    query_int(&q, c->tenant.v);
    query_int(&q, s->id.v);
    return query_done(&q, e);
}

static int check_reload(const struct catalog_campaign *c,
                        const struct stored *old, const struct stored *new,
                        struct err *e)
{
    int n = (int)c->name.n;
    if (old->state == CAMPAIGN_RUNNING) {
        return err_set(e, TM_ESTATE,
                       "campaign \"%.*s\" is running: pause it before you "
                       "load a new plan",
                       n, c->name.p);
    }
    if (old->seller.v != new->seller.v || old->list.v != new->list.v) {
        return err_set(e, TM_EINVAL,
                       "campaign \"%.*s\" is there with another seller or "
                       "list: give the new campaign another name",
                       n, c->name.p);
    }
    return TM_OK;
}

static int journal_load(struct db *db, const struct catalog_campaign *c,
                        const struct stored *s, struct err *e)
{
    struct record r = {
        .kind = RECORD_CAMPAIGN,
        .at_us = c->now_us,
        .tenant = c->tenant,
        .seller = s->seller,
        .campaign = s->id,
        .state = (int)s->state,
        .note = str_of("plan loaded"),
    };
    return apply_record(db, &r, e);
}

int catalog_campaign_load(struct db *db, const struct catalog_campaign *c,
                          struct campaign_id *out, struct err *e)
{
    struct stored old, new = {0};
    int rc = check_name("campaign", c->name, e);
    if (rc == TM_OK) {
        rc = catalog_list_find(db, c->tenant, c->list, &new.list, e);
    }
    if (rc == TM_OK) {
        rc = catalog_seller(db, c->tenant, c->seller, &new.seller, e);
    }
    if (rc == TM_OK) {
        rc = find_campaign(db, c->tenant, c->name, &old, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    if (old.id.v == 0) {
        new.state = CAMPAIGN_LOADED;
        rc = db_new_ids(db, "campaign", 1, &new.id.v, e);
        if (rc == TM_OK) {
            rc = insert_campaign(db, c, &new, e);
        }
    } else {
        new.id = old.id;
        new.state = old.state;
        rc = check_reload(c, &old, &new, e);
        if (rc == TM_OK) {
            rc = update_plan(db, c, &new, e);
        }
    }
    if (rc == TM_OK) {
        rc = journal_load(db, c, &new, e);
    }
    if (rc == TM_OK) {
        *out = new.id;
    }
    return rc;
}

/* --- the rest -------------------------------------------------------------*/

int catalog_opt_out(struct db *db, const struct catalog_opt_out *o,
                    struct err *e)
{
    struct record r = {
        .kind = RECORD_OPT_OUT,
        .at_us = o->now_us,
        .tenant = o->tenant,
        .seller = o->seller,
        .e164 = o->e164,
        .key = o->source,
    };
    return apply_record(db, &r, e);
}

int catalog_record(struct db *db, const struct record *r, struct err *e)
{
    return apply_record(db, r, e);
}

int catalog_setting_set(struct db *db, const char *key, struct slice value,
                        struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO setting (key, value) VALUES (?, ?) "
               "ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    query_text(&q, str_of(key));
    query_text(&q, value);
    return query_done(&q, e);
}

int catalog_setting_get(struct db *db, const char *key, char *out, size_t cap,
                        struct err *e)
{
    struct query q;
    query_open(&q, db, "SELECT value FROM setting WHERE key = ?");
    query_text(&q, str_of(key));
    int rc = query_step(&q, e);
    if (rc == 1) {
        (void)str_copy(out, cap, query_get_text(&q, 0));
        rc = TM_OK;
    } else if (rc == 0) {
        rc = err_set(e, TM_ENOTFOUND, "the setting %s is not made", key);
    }
    query_close(&q);
    return rc;
}

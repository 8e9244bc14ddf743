#include "cmd/reask.h"

#include "cmd/tenant.h"
#include "store/reask.h"

static int do_batch(struct db *db, void *arg, struct err *e)
{
    return reask_batch(db, arg, e);
}

/* In batches, between which calls come to their turn. One that is broken off
 * goes on with the next change. */
static int ask_again(struct control *c, struct reask *r, int64_t *leads,
                     struct err *e)
{
    r->tenant = tenant_default();
    r->now_us = r->before_us = control_now_us(c);
    r->leads = REASK_BATCH;
    *leads = 0;
    int rc = TM_OK;
    while (rc == TM_OK && r->leads == REASK_BATCH && !control_stopping(c)) {
        rc = sqlite_store_run(c->house->store, do_batch, r, e);
        *leads += rc == TM_OK ? r->leads : 0;
    }
    return rc;
}

static int changed(struct control *c, unsigned changes, struct reask r,
                   struct err *e)
{
    int64_t leads = 0;
    int rc = TM_OK;
    if (c->server != NULL && changes != 0)
        rc = c->server->changed(c->server->self, changes, e);
    if (rc == TM_OK)
        rc = ask_again(c, &r, &leads, e);
    if (rc == TM_OK && leads > 0)
        control_warn(c,
                     "%lld leads that had been refused are asked about again; "
                     "campaigns that had finished need a new start\n",
                     (long long)leads);
    if (rc == TM_OK && c->server != NULL && leads > 0)
        rc = c->server->changed(c->server->self, CONTROL_LEADS, e);
    return rc;
}

int reask_changed(struct control *c, unsigned changes,
                  struct campaign_id campaign, struct err *e)
{
    return changed(c, changes, (struct reask){.campaign = campaign}, e);
}

int reask_seller(struct control *c, unsigned changes, struct seller_id seller,
                 struct err *e)
{
    return changed(c, changes, (struct reask){.seller = seller}, e);
}

#include "cmd/law.h"
#include "cmd/server.h"
#include "cmd/tenant.h"
#include "store/pack_archive.h"
#include "store/reask.h"

/* What is kept, and what was found on the way. */
struct keeping {
    struct server *s;
    const struct server_load *l;
    int64_t now_us;
    struct law_packs packs;
    struct pack_archive_kept kept;
};

static int do_keep(struct db *db, void *arg, struct err *e)
{
    struct keeping *k = arg;
    return pack_archive_keep(db, k->s->book, k->packs.pack, k->now_us, &k->kept,
                             e);
}

static int do_reask(struct db *db, void *arg, struct err *e)
{
    return reask_batch(db, arg, e);
}

/* Leads that the packs of before had refused are asked about again. */
static int reask_all(const struct keeping *k, struct err *e)
{
    struct reask r = {.tenant = tenant_default(),
                      .now_us = k->now_us,
                      .before_us = k->now_us,
                      .leads = REASK_BATCH};
    int rc = TM_OK;
    while (rc == TM_OK && r.leads == REASK_BATCH)
        rc = sqlite_store_run(k->s->house.store, do_reask, &r, e);
    return rc;
}

static int keep_packs(struct keeping *k, struct err *e)
{
    struct server *s = k->s;
    int rc = law_packs(&k->packs, &s->arena, s->o.rules, e);
    if (rc == TM_OK)
        rc = rule_book_load(&s->arena, k->packs.pack, k->packs.n, &s->book, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(s->house.store, do_keep, k, e);
    if (rc == TM_OK && k->kept.added > 0)
        rc = reask_all(k, e);
    return rc;
}

int server_archive_rules(struct server *s, struct err *e)
{
    struct keeping *k = mem_alloc(sizeof(*k));
    k->s = s;
    k->now_us = s->clock.port.now_us(s->clock.port.self);
    int rc = keep_packs(k, e);
    for (size_t i = 0; rc == TM_OK && i < k->kept.clashes; i++) {
        const struct pack_archive_clash *c = &k->kept.clash[i];
        log_json_text(&s->log, "warn", "pack_changed",
                      "rule pack '%s' has another text than before under the "
                      "same version %s: was %s, is %s; give each change a "
                      "version of its own",
                      c->name, c->version, c->old_hash, c->new_hash);
    }
    mem_free(k);
    return rc;
}

static int do_plans(struct db *db, void *arg, struct err *e)
{
    const struct keeping *k = arg;
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < k->l->campaigns.n; i++) {
        const struct startup_campaign *c = &k->l->campaigns.campaign[i];
        rc = pack_archive_keep_plan(db, c->id, k->l->plan[i]->hash, c->plan,
                                    k->now_us, e);
    }
    return rc;
}

int server_archive_plans(struct server *s, const struct server_load *l,
                         struct err *e)
{
    if (l->campaigns.n == 0)
        return TM_OK;
    struct keeping *k = mem_alloc(sizeof(*k));
    k->s = s;
    k->l = l;
    k->now_us = s->clock.port.now_us(s->clock.port.self);
    int rc = sqlite_store_run(s->house.store, do_plans, k, e);
    mem_free(k);
    return rc;
}

#include "cmd/law.h"
#include "cmd/server.h"
#include "store/pack_archive.h"

/* What is kept, and what was found on the way. */
struct keeping {
    struct server *s;
    const struct server_load *l;
    int64_t now_us;
    struct law_packs packs;
    struct pack_archive_clash clash[RULE_BOOK_PACKS_MAX];
    size_t clashes;
};

static int do_keep(struct db *db, void *arg, struct err *e)
{
    struct keeping *k = arg;
    return pack_archive_keep(db, k->s->book, k->packs.pack, k->now_us, k->clash,
                             &k->clashes, e);
}

static int keep_packs(struct keeping *k, struct err *e)
{
    struct server *s = k->s;
    int rc = law_packs(&k->packs, &s->arena, s->o.rules, e);
    if (rc == TM_OK)
        rc = rule_book_load(&s->arena, k->packs.pack, k->packs.n, &s->book, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(s->house.store, do_keep, k, e);
    return rc;
}

int server_archive_rules(struct server *s, struct err *e)
{
    struct keeping *k = mem_alloc(sizeof(*k));
    k->s = s;
    k->now_us = s->clock.port.now_us(s->clock.port.self);
    int rc = keep_packs(k, e);
    for (size_t i = 0; rc == TM_OK && i < k->clashes; i++) {
        const struct pack_archive_clash *c = &k->clash[i];
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

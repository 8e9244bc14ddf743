#include <string.h>

#include "cmd/control.h"
#include "cmd/server.h"
#include "cmd/tenant.h"
#include "cmd/trunk_file.h"
#include "store/catalog.h"
#include "store/startup_facts.h"

struct reading {
    struct server *s;
    struct server_load *l;
    unsigned what;
    int64_t now_us;
    char *trunks; /* text of the trunk files */
};

static int read_trunks(struct db *db, struct reading *r, struct err *e)
{
    int rc =
        catalog_setting_get(db, "trunks", r->trunks, TRUNK_FILE_TEXT_MAX, e);
    if (rc != TM_ENOTFOUND)
        return rc;
    r->trunks[0] = '\0'; /* none yet */
    return TM_OK;
}

static int do_read(struct db *db, void *arg, struct err *e)
{
    struct reading *r = arg;
    int rc = TM_OK;
    if ((r->what & CONTROL_CAMPAIGNS) != 0)
        rc =
            startup_campaigns(db, &r->l->arena, r->now_us, &r->l->campaigns, e);
    if (rc == TM_OK && (r->what & CONTROL_CAMPAIGNS) != 0)
        rc = pacing_rows_read(db, &r->l->arena, &r->l->pacing, e);
    if (rc == TM_OK && (r->what & CONTROL_DNC) != 0)
        rc = dnc_files_open(db, &r->s->house.dir, &r->l->dnc, e);
    if (rc == TM_OK && (r->what & CONTROL_LEDGERS) != 0)
        rc = startup_facts_read(db, &r->l->arena, tenant_default(),
                                &r->l->facts, e);
    if (rc == TM_OK && (r->what & CONTROL_AGENTS) != 0)
        rc = agent_rows_read(db, &r->l->arena, tenant_default(), &r->l->agents,
                             e);
    if (rc == TM_OK && (r->what & CONTROL_TRUNKS) != 0)
        rc = read_trunks(db, r, e);
    return rc;
}

/* A plan that was taken once may be refused by a newer program. Its campaign
 * stands still, all others go on. */
static void parse_plans(const struct server *s, struct server_load *l)
{
    size_t kept = 0;
    l->plan = arena_array(&l->arena, l->campaigns.n + 1, sizeof(*l->plan));
    for (size_t i = 0; i < l->campaigns.n; i++) {
        struct startup_campaign *c = &l->campaigns.campaign[i];
        struct err e = {0};
        if (plan_parse(&l->arena, c->name, c->plan, &l->plan[kept], &e) ==
            TM_OK)
            l->campaigns.campaign[kept++] = *c;
        else
            log_json_text(&s->log, "error", "bad_plan",
                          "campaign '%s' stands still, its stored file is not "
                          "taken any more: %s; mend the file and load it again",
                          c->name, e.text);
    }
    l->campaigns.n = kept;
}

int server_load_read(struct server *s, unsigned what, struct server_load **out,
                     struct err *e)
{
    struct server_load *l = mem_alloc(sizeof(*l));
    arena_init(&l->arena);
    struct reading r = {.s = s,
                        .l = l,
                        .what = what,
                        .now_us = s->clock.port.now_us(s->clock.port.self),
                        .trunks = arena_alloc(&l->arena, TRUNK_FILE_TEXT_MAX)};
    int rc = sqlite_store_run(s->house.store, do_read, &r, e);
    if (rc == TM_OK)
        parse_plans(s, l);
    if (rc == TM_OK)
        rc = server_archive_plans(s, l, e);
    if (rc == TM_OK && (what & CONTROL_TRUNKS) != 0)
        rc = trunk_file_parse(&l->arena, "stored trunks", str_of(r.trunks),
                              l->trunk, SERVER_TRUNKS_MAX, &l->trunks, e);
    if (rc == TM_OK)
        *out = l;
    else
        server_load_free(l);
    return rc;
}

void server_load_free(struct server_load *l)
{
    if (l == NULL)
        return;
    dnc_files_close(l->dnc);
    arena_fini(&l->arena);
    mem_free(l);
}

static void take_dnc(struct server *s, struct server_load *l)
{
    /* Everyone looks at the new snapshot before the old one goes. */
    struct dnc_files *old = s->dnc;
    s->dnc = l->dnc;
    l->dnc = NULL;
    engine_set_lists(s->engine, dnc_files_lists(s->dnc));
    dnc_files_close(old);
}

/* The former facts stay in the memory of their load. */
static void take_facts(struct server *s, const struct server_load *l)
{
    s->facts = l->facts;
    engine_set_facts(s->engine, s->facts);
}

/* A campaign without its trunk is quiet for ever: say why. */
static void check_trunk(struct server *s, const struct plan *plan)
{
    for (size_t i = 0; i < s->trunks; i++)
        if (strcmp(s->trunk[i], plan->trunk) == 0)
            return;
    log_json_text(&s->log, "warn", "no_trunk",
                  "campaign '%s' cannot dial: this server has no trunk '%s'; "
                  "load one (telemark trunk load FILE) and start the server "
                  "again",
                  plan->name, plan->trunk);
}

/* What `campaign pace` said holds for the plan that it was said of. When it
 * may not hold any more, the campaign dials as its file says. */
static void take_pacing(struct server *s, const struct server_load *l,
                        const struct startup_campaign *c,
                        const struct plan *plan)
{
    const struct pacing_row *row =
        pacing_rows_find(&l->pacing, c->id, plan->hash);
    struct err e = {0};
    if (row == NULL)
        return;
    if (row->pacing.mode == DIAL_UNKNOWN)
        (void)err_set(&e, TM_EINVAL, "this program does not know it");
    else if (engine_pace(s->engine, c->id, &row->pacing, &e) == TM_OK)
        return;
    log_json_text(&s->log, "warn", "bad_pacing",
                  "campaign '%s' dials as its file says; what 'telemark "
                  "campaign pace' said holds no more: %s",
                  c->name, e.text);
}

/* New campaigns are added, plans that changed take the place of the old. */
static int take_campaign(struct server *s, const struct server_load *l,
                         size_t i, struct err *e)
{
    const struct startup_campaign *c = &l->campaigns.campaign[i];
    const struct plan *plan = l->plan[i];
    struct campaign_env env = {
        .tenant = c->tenant,
        .id = c->id,
        .seller = c->seller,
        .plan = plan,
        .book = s->book,
        .zones = &s->zones,
        .lists = dnc_files_lists(s->dnc),
        .facts = s->facts,
        .suppression = &s->suppression,
        .next_attempt = &s->next_attempt,
    };
    struct campaign_status now;
    const struct plan *old = engine_plan(s->engine, c->id);
    if (old != NULL && strcmp(old->hash, plan->hash) == 0)
        return TM_OK;
    int rc = engine_status(s->engine, c->id, &now);
    if (rc == TM_ENOTFOUND) {
        rc = engine_add(s->engine, &env, c->state, &c->counters);
    } else if (rc == TM_OK) {
        /* Those that were read may miss the calls of the last moment. */
        now.counters.as_of_us = s->clock.port.now_us(s->clock.port.self);
        rc = engine_replace(s->engine, &env, now.state, &now.counters);
    }
    if (rc == TM_OK)
        take_pacing(s, l, c, plan);
    if (rc == TM_OK)
        return TM_OK;
    if (rc == TM_ESTATE)
        return err_set(e, rc,
                       "campaign '%s' still has %zu calls up, or agents who "
                       "look at a lead or wrap up, and goes by its former "
                       "plan: load the file again when they have ended",
                       c->name, now.calls);
    return err_set(e, rc, "campaign '%s' could not be taken over: %s", c->name,
                   err_text(rc));
}

int server_load_apply(struct server *s, unsigned what, struct server_load *l,
                      struct err *e)
{
    int rc = TM_OK; /* of the first that failed; the others go on */
    l->next = s->loads;
    s->loads = l;
    if ((what & CONTROL_DNC) != 0)
        take_dnc(s, l);
    if ((what & CONTROL_LEDGERS) != 0)
        take_facts(s, l);
    if ((what & CONTROL_AGENTS) != 0)
        server_agents_take(s, l);
    for (size_t i = 0; i < l->campaigns.n; i++) {
        check_trunk(s, l->plan[i]);
        int one = take_campaign(s, l, i, rc == TM_OK ? e : NULL);
        rc = rc == TM_OK ? one : rc;
    }
    return rc;
}

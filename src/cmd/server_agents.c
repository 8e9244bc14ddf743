/* The agents of the server: see cmd/server.h. */
#include <stdio.h>
#include <string.h>

#include "cmd/server.h"
#include "cmd/tenant.h"
#include "store/catalog.h"

enum { CALLERS_KEPT = 20000 }; /* more than can be up at once */

/* --- telephones -----------------------------------------------------------*/

static void on_registered(void *arg, const char *user, const char *where)
{
    struct server *s = arg;
    server_watch_look(s, user);
    if (where[0] != '\0')
        log_json_text(&s->log, "info", "agent_registered",
                      "the telephone of '%s' is at %s", user, where);
    else
        log_json_text(&s->log, "info", "agent_unregistered",
                      "the telephone of '%s' is not registered any more", user);
}

void server_agents_config(struct server *s, const struct server_load *l,
                          struct carrier_sip_agents *out)
{
    if (s->o.agents == NULL && l->agents.n == 0)
        return;
    *out = (struct carrier_sip_agents){
        .address = s->o.agents != NULL ? s->o.agents : s->o.address,
        .port = s->o.agents_port,
        .realm = s->o.realm,
        .fn = on_registered,
        .arg = s,
    };
    s->agents_listen = true;
}

void server_agents_opened(struct server *s)
{
    if (!s->agents_listen)
        return;
    (void)snprintf(s->agents_at, sizeof(s->agents_at), "%s port %u, realm %s",
                   s->o.agents != NULL ? s->o.agents : s->o.address,
                   carrier_sip_agents_port(s->sip, SIP_STACK_UDP), s->o.realm);
    log_json_text(&s->log, "info", "agents",
                  "telephones of agents may register at %s", s->agents_at);
}

static void set_accounts(struct server *s, const struct agent_rows *rows)
{
    struct err e = {0};
    size_t n = 0;
    struct registrar_account *a = mem_alloc((rows->n + 1) * sizeof(*a));
    for (size_t i = 0; i < rows->n; i++) {
        const struct agent_row *r = &rows->row[i];
        if (r->disabled || r->ha1_md5[0] == '\0')
            continue;
        if (strcmp(r->realm, s->o.realm) != 0) {
            log_json_text(&s->log, "warn", "agent_realm",
                          "agent '%s' has a password for the realm '%s', this "
                          "server's is '%s': add him anew, or start the server "
                          "with --realm %s",
                          r->setup.name, r->realm, s->o.realm, r->realm);
            continue;
        }
        a[n++] = (struct registrar_account){.user = r->setup.name,
                                            .ha1 = r->ha1_md5,
                                            .ha1_sha256 = r->ha1_sha256};
    }
    if (!s->agents_listen && n > 0)
        log_json_text(&s->log, "warn", "agents",
                      "telephones of agents can register when the server is "
                      "started again, or with --agents");
    else if (s->agents_listen &&
             carrier_sip_set_agents(s->sip, a, n, &e) != TM_OK)
        log_json_text(&s->log, "error", "agents", "%s", e.text);
    mem_free(a);
}

/* --- who there is ---------------------------------------------------------*/

static void sign_out(struct server *s, struct agent_id a)
{
    const struct agent_order o = {.kind = AGENT_DO_SIGN_OUT,
                                  .word = str_of("")};
    struct err e = {0};
    const struct floor_agent *now = floor_find(engine_floor(s->engine), a);
    if (now == NULL || now->state == AGENT_OFF)
        return;
    if (engine_agent_order(s->engine, a, &o, &e) != TM_OK)
        log_json_text(&s->log, "warn", "agent", "agent '%s': %s",
                      now->setup.name, e.text);
}

static const struct agent_row *row_of(const struct agent_rows *rows,
                                      struct agent_id a)
{
    for (size_t i = 0; i < rows->n; i++)
        if (rows->row[i].setup.id.v == a.v)
            return &rows->row[i];
    return NULL;
}

/* The floor forgets nobody: who is removed goes home after his call and gives
 * his name back. */
static void retire(struct server *s, const struct agent_rows *rows)
{
    const struct floor *f = engine_floor(s->engine);
    for (size_t i = 0; i < floor_agents(f); i++) {
        struct agent_setup a = floor_at(f, i)->setup;
        const struct agent_row *r = row_of(rows, a.id);
        if (r == NULL || r->disabled)
            sign_out(s, a.id);
        if (r != NULL)
            continue;
        struct err e = {0};
        (void)snprintf(a.name, sizeof(a.name), "removed.%lld",
                       (long long)a.id.v);
        a.campaigns = 1;
        a.campaign[0].v = INT64_MAX; /* none */
        if (engine_agent_put(s->engine, &a, &e) != TM_OK)
            log_json_text(&s->log, "error", "agent", "%s", e.text);
    }
}

static void check_trunk(struct server *s, const struct agent_setup *a)
{
    if (a->trunk[0] == '\0')
        return;
    for (size_t i = 0; i < s->trunks; i++)
        if (strcmp(s->trunk[i], a->trunk) == 0)
            return;
    log_json_text(&s->log, "warn", "no_trunk",
                  "agent '%s' cannot be called: this server has no trunk '%s'; "
                  "load one (telemark trunk load FILE) and start the server "
                  "again",
                  a->name, a->trunk);
}

void server_agents_take(struct server *s, const struct server_load *l)
{
    set_accounts(s, &l->agents);
    retire(s, &l->agents);
    for (size_t i = 0; i < l->agents.n; i++) {
        const struct agent_setup *a = &l->agents.row[i].setup;
        struct err e = {0};
        check_trunk(s, a);
        if (engine_agent_put(s->engine, a, &e) != TM_OK)
            log_json_text(&s->log, "error", "agent",
                          "agent '%s' cannot work: %s", a->name, e.text);
    }
}

/* --- callers --------------------------------------------------------------*/

/* A call that an agent wraps up is over for the engine. */
void server_agents_note(struct server *s, const struct record *r)
{
    if (r->kind != RECORD_INCOMING)
        return;
    if (s->callers == CALLERS_KEPT) {
        map_fini(&s->caller[1]);
        s->caller[1] = s->caller[0];
        map_init(&s->caller[0]);
        s->callers = 0;
    }
    map_set(&s->caller[0], (uint64_t)r->attempt.v, r->e164);
    s->callers++;
}

/* --- after a crash --------------------------------------------------------*/

struct recovering {
    struct server *s;
    struct arena arena;
    struct agent_rows_left left;
};

static int do_left(struct db *db, void *arg, struct err *e)
{
    struct recovering *r = arg;
    return agent_rows_left_open(db, &r->arena, &r->left, e);
}

/* They worked until the last thing that was written. */
static struct record closing(const struct recovering *r,
                             const struct agent_rows_open *o)
{
    return (struct record){
        .kind = o->leg.v != 0 ? RECORD_STAFF : RECORD_AGENT,
        .at_us = r->left.last_us,
        .tenant = o->tenant,
        .agent = o->agent,
        .attempt = o->leg,
        .state = AGENT_OFF,
        .key = str_of(o->leg.v != 0 ? "ended" : "crash"),
        .value = str_of(o->leg.v != 0 ? "crash" : ""),
    };
}

static int do_close(struct db *db, void *arg, struct err *e)
{
    const struct recovering *r = arg;
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < r->left.n; i++) {
        struct record c = closing(r, &r->left.open[i]);
        log_json_record(&r->s->log, &c);
        rc = catalog_record(db, &c, e);
    }
    return rc;
}

int server_agents_recover(struct server *s, struct err *e)
{
    struct recovering r = {.s = s};
    arena_init(&r.arena);
    int rc = sqlite_store_run(s->house.store, do_left, &r, e);
    for (size_t i = 0; rc == TM_OK && i < r.left.n; i++) {
        const struct agent_rows_open *o = &r.left.open[i];
        struct err stale = {0};
        if (o->dialog.n > 0 &&
            s->carrier->end_stale(s->carrier->self, o->dialog, &stale) != TM_OK)
            log_json_text(&s->log, "warn", "stale_call",
                          "call %lld to an agent: %s", (long long)o->leg.v,
                          stale.text);
    }
    if (rc == TM_OK && r.left.n > 0)
        rc = sqlite_store_run(s->house.store, do_close, &r, e);
    arena_fini(&r.arena);
    return rc;
}

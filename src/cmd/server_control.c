#include <string.h>
#include <unistd.h>

#include "cmd/server.h"

/*
 * Commands run in their own threads; what they want of the engine is done in
 * the loop. A call from one thread to the other is a small object both hold:
 * whoever is last frees it, so that a command that gave up waiting (the loop
 * has ended) leaves nothing dangling.
 */
enum {
    LOOP_WAIT_S = 10,
    WRITTEN_WAIT_MS = 3000,
    WRITTEN_STEP_MS = 5,
};

struct loop_call {
    int (*fn)(struct server *s, struct loop_call *c);
    struct server *server;
    struct campaign_id id;
    enum campaign_event_kind kind;
    struct campaign_pacing pacing;
    unsigned changes;
    struct server_load *load;
    struct seller_id seller;
    uint64_t e164;
    int64_t at_us;
    struct campaign_status status;
    struct agent_id agent;
    struct agent_order order;
    char word[CONTROL_TEXT_MAX]; /* of the order, or a trunk's name */
    struct control_agent look;
    struct control_callback callback;
    struct control_trunk trunk;
    struct control_watch *watch;
    uint64_t batch; /* the records of the order */
    struct err err;
    int rc;
    bool done;
    int holders;
    struct loop_call *next, **link; /* of the server's list while it waits in
                                       the loop's queue */
    pthread_mutex_t lock;
    pthread_cond_t ready;
};

static void drop(struct loop_call *c)
{
    (void)pthread_mutex_lock(&c->lock);
    int left = --c->holders;
    (void)pthread_mutex_unlock(&c->lock);
    if (left > 0)
        return;
    (void)pthread_mutex_destroy(&c->lock);
    (void)pthread_cond_destroy(&c->ready);
    mem_free(c);
}

static void enlist(struct loop_call *c)
{
    struct server *s = c->server;
    (void)pthread_mutex_lock(&s->posting);
    c->link = &s->posted;
    c->next = s->posted;
    if (c->next != NULL)
        c->next->link = &c->next;
    s->posted = c;
    (void)pthread_mutex_unlock(&s->posting);
}

static void delist(struct loop_call *c)
{
    struct server *s = c->server;
    (void)pthread_mutex_lock(&s->posting);
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    (void)pthread_mutex_unlock(&s->posting);
}

void server_control_fini(struct server *s)
{
    while (s->posted != NULL) {
        struct loop_call *c = s->posted;
        delist(c);
        server_load_free(c->load);
        drop(c); /* the loop's share */
    }
}

static void run_in_loop(void *arg)
{
    struct loop_call *c = arg;
    delist(c);
    int rc = c->fn(c->server, c);
    server_reschedule(c->server);
    (void)pthread_mutex_lock(&c->lock);
    c->rc = rc;
    c->done = true;
    (void)pthread_cond_signal(&c->ready);
    (void)pthread_mutex_unlock(&c->lock);
    drop(c);
}

static struct loop_call *
new_call(struct server *s, int (*fn)(struct server *s, struct loop_call *c))
{
    struct loop_call *c = mem_alloc(sizeof(*c));
    c->fn = fn;
    c->server = s;
    c->holders = 2;
    (void)pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&c->ready, &attr);
    (void)pthread_condattr_destroy(&attr);
    return c;
}

/* Posts the call and waits. *out keeps the answer's fields. */
static int wait_for(struct loop_call *c, struct campaign_status *status,
                    struct control_agent *look, struct err *e)
{
    enlist(c);
    if (loop_post(c->server->loop, run_in_loop, c) != TM_OK) {
        delist(c);
        server_load_free(c->load);
        drop(c); /* the loop's share */
        drop(c);
        return err_set(e, TM_EFULL, "the server is busy; try again");
    }
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOP_WAIT_S;
    (void)pthread_mutex_lock(&c->lock);
    int waited = 0;
    while (!c->done && waited == 0)
        waited = pthread_cond_timedwait(&c->ready, &c->lock, &until);
    int rc = c->done ? c->rc : TM_ESTATE;
    if (rc != TM_OK && e != NULL)
        *e = c->err;
    if (!c->done)
        rc = err_set(e, TM_ESTATE,
                     c->server->draining
                         ? "the server is going down"
                         : "the server did not answer in time; the command "
                           "may still be carried out: see 'telemark campaign "
                           "status'");
    if (status != NULL)
        *status = c->status;
    if (look != NULL)
        *look = c->look;
    (void)pthread_mutex_unlock(&c->lock);
    drop(c);
    return rc;
}

static int loop_campaign(struct server *s, struct loop_call *c)
{
    int rc = engine_command(s->engine, c->id, c->kind);
    if (rc == TM_ESTATE)
        return err_set(&c->err, rc, "the server is going down");
    if (rc != TM_OK)
        return err_set(&c->err, rc, "the server does not know this campaign");
    return TM_OK;
}

static int on_campaign(void *self, struct campaign_id id,
                       enum campaign_event_kind kind, struct err *e)
{
    struct loop_call *c = new_call(self, loop_campaign);
    c->id = id;
    c->kind = kind;
    return wait_for(c, NULL, NULL, e);
}

static int loop_pace(struct server *s, struct loop_call *c)
{
    int rc = engine_pace(s->engine, c->id, &c->pacing, &c->err);
    if (rc == TM_ENOTFOUND)
        return err_set(&c->err, rc, "the server does not know this campaign");
    return rc;
}

static int on_pace(void *self, struct campaign_id id,
                   const struct campaign_pacing *p, struct err *e)
{
    struct loop_call *c = new_call(self, loop_pace);
    c->id = id;
    c->pacing = *p;
    return wait_for(c, NULL, NULL, e);
}

static int loop_status(struct server *s, struct loop_call *c)
{
    int rc = engine_status(s->engine, c->id, &c->status);
    return rc == TM_OK ? rc : err_set(&c->err, rc, "%s", err_text(rc));
}

static int on_status(void *self, struct campaign_id id,
                     struct campaign_status *out, struct err *e)
{
    struct loop_call *c = new_call(self, loop_status);
    c->id = id;
    return wait_for(c, out, NULL, e);
}

static int loop_trunk(struct server *s, struct loop_call *c)
{
    struct carrier_sip_trunk_look look;
    if (!carrier_sip_trunk_look(s->sip, c->word, &look))
        return err_set(&c->err, TM_ENOTFOUND, "the server has no trunk '%s'",
                       c->word);
    (void)str_copy(c->trunk.state, sizeof(c->trunk.state), str_of(look.state));
    c->trunk.calls = look.calls;
    c->trunk.refused = look.refused;
    return TM_OK;
}

static int on_trunk(void *self, const char *name, struct control_trunk *out,
                    struct err *e)
{
    struct loop_call *c = new_call(self, loop_trunk);
    (void)str_copy(c->word, sizeof(c->word), str_of(name));
    c->holders++; /* it is looked at after the call */
    int rc = wait_for(c, NULL, NULL, e);
    if (rc == TM_OK)
        *out = c->trunk;
    drop(c);
    return rc;
}

/* START: a list has new leads, campaigns that run look for them at once.
 * REFRESH: those at hand are fetched anew besides. */
static void wake_campaigns(struct server *s, enum campaign_event_kind kind)
{
    for (const struct server_load *l = s->loads; l != NULL; l = l->next) {
        for (size_t i = 0; i < l->campaigns.n; i++) {
            struct campaign_status st;
            struct campaign_id id = l->campaigns.campaign[i].id;
            if (engine_status(s->engine, id, &st) != TM_OK ||
                st.state != CAMPAIGN_RUNNING)
                continue;
            /* Twice does no harm; while the engine drains it refuses. */
            int rc = engine_command(s->engine, id, kind);
            tm_assert(rc == TM_OK || rc == TM_ESTATE);
        }
    }
}

static int loop_changed(struct server *s, struct loop_call *c)
{
    int rc = TM_OK;
    if (c->load != NULL)
        rc = server_load_apply(s, c->changes, c->load, &c->err);
    if ((c->changes & CONTROL_PERSONS) != 0)
        wake_campaigns(s, CAMPAIGN_EV_REFRESH);
    else if ((c->changes & CONTROL_LEADS) != 0)
        wake_campaigns(s, CAMPAIGN_EV_START);
    return rc;
}

/* Images that no record needs go when nobody looks into them any more. */
static int do_retire(struct db *db, void *arg, struct err *e)
{
    const struct server *s = arg;
    (void)e;
    dnc_files_retire(db, &s->house.dir,
                     s->clock.port.now_us(s->clock.port.self));
    return TM_OK;
}

static int take_changes(struct server *s, unsigned changes, struct err *e)
{
    unsigned loads = changes & (CONTROL_CAMPAIGNS | CONTROL_DNC |
                                CONTROL_LEDGERS | CONTROL_AGENTS);
    struct server_load *load = NULL;
    int rc = loads != 0 ? server_load_read(s, loads, &load, e) : TM_OK;
    if (rc != TM_OK)
        return rc;
    struct loop_call *c = new_call(s, loop_changed);
    c->changes = changes;
    c->load = load;
    rc = wait_for(c, NULL, NULL, e);
    if (rc == TM_OK && (changes & CONTROL_DNC) != 0)
        rc = sqlite_store_run(s->house.store, do_retire, s, e);
    return rc;
}

/* One after the other: of two snapshots the one that was read last counts, or
 * a list that was just published would be out of force again. */
static int on_changed(void *self, unsigned changes, struct err *e)
{
    struct server *s = self;
    (void)pthread_mutex_lock(&s->changing);
    int rc = take_changes(s, changes, e);
    (void)pthread_mutex_unlock(&s->changing);
    return rc;
}

static int loop_opt_out(struct server *s, struct loop_call *c)
{
    suppression_add(&s->suppression, c->seller, c->e164, c->at_us);
    return TM_OK;
}

static int on_opt_out(void *self, struct seller_id seller, uint64_t e164,
                      int64_t at_us, struct err *e)
{
    struct loop_call *c = new_call(self, loop_opt_out);
    c->seller = seller;
    c->e164 = e164;
    c->at_us = at_us;
    return wait_for(c, NULL, NULL, e);
}

static int loop_agent_order(struct server *s, struct loop_call *c)
{
    if (s->draining && c->order.kind == AGENT_DO_SIGN_IN)
        return err_set(&c->err, TM_ESTATE, "the server is going down");
    c->order.word = str_of(c->word);
    int rc = engine_agent_order(s->engine, c->agent, &c->order, &c->err);
    c->batch = engine_batch(s->engine);
    if (rc != TM_OK && c->err.text[0] == '\0')
        return err_set(&c->err, rc, "%s", err_text(rc));
    const struct floor_agent *f = floor_find(engine_floor(s->engine), c->agent);
    if (rc == TM_OK && c->order.kind == AGENT_DO_DISPOSE && f != NULL &&
        agent_has_call(f->state)) /* his state does not change by it */
        server_watch_look(s, f->setup.name);
    return rc;
}

static int loop_durable(struct server *s, struct loop_call *c)
{
    return engine_is_durable(s->engine, c->batch) ? TM_OK : TM_ENOTFOUND;
}

/* "Never call again" is promised when it is written, not before. */
static int wait_written(struct server *s, uint64_t batch, struct err *e)
{
    int rc = TM_ENOTFOUND;
    for (int ms = 0; rc == TM_ENOTFOUND && ms < WRITTEN_WAIT_MS;
         ms += WRITTEN_STEP_MS) {
        struct loop_call *c = new_call(s, loop_durable);
        c->batch = batch;
        rc = wait_for(c, NULL, NULL, NULL);
        if (rc != TM_OK)
            (void)usleep(WRITTEN_STEP_MS * 1000);
    }
    if (rc == TM_OK)
        return rc;
    return err_set(e, TM_ESTATE,
                   "it is noted, but not written yet: records cannot be "
                   "written now (the log says why), and if the server ends "
                   "before they can, it is forgotten; note it down");
}

static int on_agent_order(void *self, struct agent_id a,
                          const struct agent_order *o, struct err *e)
{
    struct loop_call *c = new_call(self, loop_agent_order);
    c->agent = a;
    c->order = *o;
    (void)str_copy(c->word, sizeof(c->word), o->word);
    c->holders++; /* its batch is looked at after the call */
    int rc = wait_for(c, NULL, NULL, e);
    if (rc == TM_OK && o->kind == AGENT_DO_DISPOSE)
        rc = wait_written(self, c->batch, e);
    drop(c);
    return rc;
}

static int loop_agent_look(struct server *s, struct loop_call *c)
{
    server_agents_look(s, c->agent, &c->look);
    return TM_OK;
}

static int on_agent_look(void *self, struct agent_id a,
                         struct control_agent *out, struct err *e)
{
    struct loop_call *c = new_call(self, loop_agent_look);
    c->agent = a;
    return wait_for(c, NULL, out, e);
}

static int loop_agent_callback(struct server *s, struct loop_call *c)
{
    return server_agents_callback(s, c->agent, c->at_us, &c->callback);
}

static int on_agent_callback(void *self, struct agent_id a, int64_t at_us,
                             struct control_callback *out, struct err *e)
{
    struct loop_call *c = new_call(self, loop_agent_callback);
    c->agent = a;
    c->at_us = at_us;
    c->holders++;
    int rc = wait_for(c, NULL, NULL, e);
    if (rc == TM_OK)
        *out = c->callback;
    drop(c);
    return rc;
}

/* In the loop: no change comes between how he is now and the next. */
static int loop_agent_watch(struct server *s, struct loop_call *c)
{
    return server_watch_open(s, c->agent, &c->watch, &c->err);
}

static int on_agent_watch(void *self, struct agent_id a,
                          struct control_watch **out, struct err *e)
{
    struct loop_call *c = new_call(self, loop_agent_watch);
    c->agent = a;
    c->holders++;
    int rc = wait_for(c, NULL, NULL, e);
    if (rc == TM_OK)
        *out = c->watch;
    drop(c);
    return rc;
}

/* Set before commands come in, and never changed. */
static const char *on_agents_at(void *self)
{
    const struct server *s = self;
    return s->agents_listen ? s->agents_at : NULL;
}

void server_control_init(struct server *s)
{
    s->control = (struct control_server){.self = s,
                                         .campaign = on_campaign,
                                         .status = on_status,
                                         .trunk = on_trunk,
                                         .changed = on_changed,
                                         .pace = on_pace,
                                         .opt_out = on_opt_out,
                                         .agent_order = on_agent_order,
                                         .agent_look = on_agent_look,
                                         .agent_callback = on_agent_callback,
                                         .agent_watch = on_agent_watch,
                                         .agent_next = server_watch_next,
                                         .agent_unwatch = server_watch_close,
                                         .agents_at = on_agents_at,
                                         .rules = s->o.rules};
}

#include "cmd/server.h"

#include <stdio.h>

#include "cmd/tenant.h"
#include "store/catalog.h"
#include "store/startup.h"

struct reading {
    struct arena arena;
    struct startup_campaigns campaigns;
    struct startup_attempts attempts;
    int64_t now_us;
};

static int64_t now_us(const struct server *s)
{
    return s->clock.port.now_us(s->clock.port.self);
}

static int do_read(struct db *db, void *arg, struct err *e)
{
    struct server *s = arg;
    int64_t last = 0;
    int rc = startup_opt_outs(db, &s->suppression, e);
    if (rc == TM_OK)
        rc = startup_last_attempt(db, &last, e);
    s->next_attempt = last + 1;
    return rc;
}

int server_start_read(struct server *s, struct err *e)
{
    return sqlite_store_run(s->house.store, do_read, s, e);
}

static int do_campaigns(struct db *db, void *arg, struct err *e)
{
    struct reading *r = arg;
    return startup_campaigns(db, &r->arena, r->now_us, &r->campaigns, e);
}

static int do_attempts(struct db *db, void *arg, struct err *e)
{
    struct reading *r = arg;
    return startup_open_attempts(db, &r->arena, &r->attempts, e);
}

static const struct startup_campaign *
campaign_of(const struct startup_campaigns *list, struct campaign_id id)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->campaign[i].id.v == id.v)
            return &list->campaign[i];
    return NULL;
}

struct closing {
    struct record record[3];
    size_t n;
};

static int do_close(struct db *db, void *arg, struct err *e)
{
    const struct closing *c = arg;
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < c->n; i++)
        rc = catalog_record(db, &c->record[i], e);
    return rc;
}

/* One attempt: a BYE for a call that was up, then its end in the store. */
static int close_attempt(struct server *s, struct startup_attempt *a,
                         struct reading *r, struct err *e)
{
    const struct plan *plan;
    const struct startup_campaign *c =
        campaign_of(&r->campaigns, a->open.campaign);
    if (c == NULL)
        return err_set(e, TM_ECORRUPT,
                       "attempt %lld belongs to no campaign; restore the "
                       "data folder from a backup",
                       (long long)a->open.attempt.v);
    struct err unread = {0}; /* server_load.c tells of it */
    if (plan_parse(&r->arena, c->name, c->plan, &plan, &unread) != TM_OK)
        plan = NULL;
    struct err stale = {0};
    if (a->dialog.n > 0 &&
        s->carrier->end_stale(s->carrier->self, a->dialog, &stale) != TM_OK)
        log_json_text(&s->log, "warn", "stale_call", "attempt %lld: %s",
                      (long long)a->open.attempt.v, stale.text);
    struct closing closing = {0};
    closing.n = campaign_close_open(plan, &a->open, now_us(s), closing.record);
    for (size_t i = 0; i < closing.n; i++)
        log_json_record(&s->log, &closing.record[i]);
    return sqlite_store_run(s->house.store, do_close, &closing, e);
}

static int write_start(struct server *s, size_t left_open, struct err *e)
{
    char note[200];
    struct closing c = {0};
    struct record r = {
        .kind = RECORD_RESTART, .at_us = now_us(s), .tenant = tenant_default()};
    (void)snprintf(note, sizeof(note),
                   "telemark " TELEMARK_VERSION
                   ", %zu attempts of the former run closed",
                   left_open);
    r.note = str_of(note);
    c.record[c.n++] = r;
    if (s->clock.shifted) {
        r.kind = RECORD_CLOCK;
        r.note = str_of("the clock was started at a stated instant "
                        "(--clock) and runs at real speed: a demonstration");
        c.record[c.n++] = r;
    }
    for (size_t i = 0; i < c.n; i++)
        log_json_record(&s->log, &c.record[i]);
    return sqlite_store_run(s->house.store, do_close, &c, e);
}

int server_start_recover(struct server *s, struct err *e)
{
    struct reading r = {.now_us = now_us(s)};
    arena_init(&r.arena);
    int rc = sqlite_store_run(s->house.store, do_campaigns, &r, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(s->house.store, do_attempts, &r, e);
    for (size_t i = 0; rc == TM_OK && i < r.attempts.n; i++)
        rc = close_attempt(s, &r.attempts.attempt[i], &r, e);
    if (rc == TM_OK)
        rc = write_start(s, r.attempts.n, e);
    arena_fini(&r.arena);
    return rc;
}

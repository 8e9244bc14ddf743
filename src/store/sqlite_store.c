#include "store/sqlite_store.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "store/apply.h"
#include "store/caller.h"
#include "store/claims.h"
#include "store/db.h"
#include "store/fetch.h"
#include "store/mailbox.h"

enum {
    RECORDS_MAX_DEFAULT = 65536,
    GROUP_RECORDS_MAX = 8192, /* of one transaction */
    COMMIT_EVERY_MS = 10,     /* when busy; what comes meanwhile goes along */
    RETRY_FIRST_MS = 20,
    RETRY_MAX_MS = 2000,
};

struct sqlite_store {
    struct store_events events;
    struct mailbox box;
    pthread_t thread;
    struct db db;         /* the store thread's, once it runs */
    struct claims claims; /* the store thread's */
    uint64_t next_seq;    /* the loop thread's */
};

/* --- the store thread -----------------------------------------------------*/

/* What no room on the disk and no waiting cures. */
static bool is_permanent(int code)
{
    return code == TM_EEXIST || code == TM_ECORRUPT;
}

/* A record that contradicts what is stored. It is kept all the same, and
 * nothing behind it is written: the journal has no holes. */
static int name_record(const struct record *r, int code, struct err *e)
{
    if (!is_permanent(code)) {
        return code;
    }
    return err_context(e,
                       "the database refuses a record (%s, attempt %lld, lead "
                       "%lld, campaign %lld), and waiting does not help: stop "
                       "the server, keep a copy of the data folder, restore "
                       "the last backup",
                       record_kind_text(r->kind), (long long)r->attempt.v,
                       (long long)r->lead.v, (long long)r->campaign.v);
}

static int apply_job(struct sqlite_store *s, const struct mailbox_job *j,
                     struct err *e)
{
    int rc = TM_OK;
    if (j->kind == JOB_FETCH) {
        return fetch_enroll(&s->db, &j->fetch, e);
    }
    if (j->kind == JOB_CALLER) {
        return caller_join(&s->db, &j->caller, e);
    }
    for (size_t i = 0; rc == TM_OK && i < j->records; i++) {
        rc = apply_record(&s->db, &j->record[i], e);
        if (rc != TM_OK) {
            rc = name_record(&j->record[i], rc, e);
        }
    }
    return rc;
}

static int commit_group(struct sqlite_store *s, const struct mailbox_job *first,
                        const struct mailbox_job *end, struct err *e)
{
    int rc = db_begin(&s->db, e);
    if (rc != TM_OK) {
        return rc;
    }
    for (const struct mailbox_job *j = first; rc == TM_OK && j != end;
         j = j->next) {
        rc = apply_job(s, j, e);
    }
    if (rc == TM_OK) {
        rc = db_commit(&s->db, e);
    }
    if (rc != TM_OK) {
        db_rollback(&s->db);
    }
    return rc;
}

struct trial {
    bool failing;
    int told; /* the last error */
    int wait_ms;
};

/* After a failure: tells it, what waiting does not cure only once, and waits.
 * False: give up, the store closes. */
static bool try_again(struct sqlite_store *s, struct trial *t,
                      const struct err *e)
{
    if (t->told != e->code || !is_permanent(e->code)) {
        struct mailbox_event *ev = mailbox_event_new(EVENT_FAILED);
        ev->err = *e;
        mailbox_post(&s->box, ev);
    }
    t->told = e->code;
    t->failing = true;
    t->wait_ms = t->wait_ms == 0 ? RETRY_FIRST_MS : t->wait_ms * 2;
    if (t->wait_ms > RETRY_MAX_MS) {
        t->wait_ms = RETRY_MAX_MS;
    }
    return mailbox_sleep(&s->box, t->wait_ms);
}

/* Fills the event of a question to the database. */
typedef int(answer_fn)(struct sqlite_store *s, const struct mailbox_job *j,
                       struct mailbox_event *ev, struct err *e);

static int find_leads(struct sqlite_store *s, const struct mailbox_job *j,
                      struct mailbox_event *ev, struct err *e)
{
    return fetch_leads(&s->db, &s->claims, &ev->arena, &j->fetch, &ev->leads,
                       e);
}

static int find_caller(struct sqlite_store *s, const struct mailbox_job *j,
                       struct mailbox_event *ev, struct err *e)
{
    return caller_find(&s->db, &s->claims, &ev->arena, &j->caller, &ev->called,
                       e);
}

static bool answer(struct sqlite_store *s, const struct mailbox_job *j,
                   enum mailbox_event_kind kind, answer_fn *fn, struct trial *t)
{
    for (;;) {
        struct mailbox_event *ev = mailbox_event_new(kind);
        struct err e;
        if (fn(s, j, ev, &e) == TM_OK) {
            mailbox_post(&s->box, ev);
            return true;
        }
        mailbox_event_free(ev);
        if (!try_again(s, t, &e)) {
            return false;
        }
    }
}

static void update_claims(struct sqlite_store *s, const struct mailbox_job *j)
{
    if (j->kind == JOB_RELEASE) {
        claims_clear(&s->claims, j->fetch.campaign);
    }
    for (size_t i = 0; i < j->records; i++) {
        if (j->record[i].kind == RECORD_LEAD) {
            claims_remove(&s->claims, j->record[i].campaign, j->record[i].lead);
        }
    }
}

/* Carries out [first, end): no JOB_RUN among them. Fetches see all writes of
 * the group: a campaign asks after it has written. */
static void do_group(struct sqlite_store *s, struct mailbox_job *first,
                     struct mailbox_job *end)
{
    struct trial t = {0};
    struct err e;
    bool alive = true;
    while (alive && commit_group(s, first, end, &e) != TM_OK) {
        alive = try_again(s, &t, &e);
    }
    if (alive) {
        uint64_t seq = 0;
        for (const struct mailbox_job *j = first; j != end; j = j->next) {
            seq = j->seq > seq ? j->seq : seq;
        }
        if (t.failing) {
            mailbox_post(&s->box, mailbox_event_new(EVENT_RECOVERED));
            t = (struct trial){0};
        }
        if (seq > 0) {
            struct mailbox_event *ev = mailbox_event_new(EVENT_DURABLE);
            ev->seq = seq;
            mailbox_post(&s->box, ev);
        }
    }
    for (const struct mailbox_job *j = first; alive && j != end; j = j->next) {
        update_claims(s, j);
        if (j->kind == JOB_FETCH) {
            alive = answer(s, j, EVENT_LEADS, find_leads, &t);
        }
        if (j->kind == JOB_CALLER) {
            alive = answer(s, j, EVENT_CALLED, find_caller, &t);
        }
    }
    if (alive && t.failing) {
        mailbox_post(&s->box, mailbox_event_new(EVENT_RECOVERED));
    }
    mailbox_forget(&s->box, first, end);
}

static int run_in_transaction(struct sqlite_store *s, struct mailbox_run *run,
                              struct err *e)
{
    int rc = db_begin(&s->db, e);
    if (rc != TM_OK) {
        return rc;
    }
    rc = run->fn(&s->db, run->arg, e);
    if (rc == TM_OK) {
        rc = db_commit(&s->db, e);
    }
    if (rc != TM_OK) {
        db_rollback(&s->db);
    }
    return rc;
}

static void do_run(struct sqlite_store *s, struct mailbox_job *j)
{
    struct mailbox_run *run = j->run;
    struct err e = {0};
    int rc = run_in_transaction(s, run, &e);
    e.code = rc;
    mailbox_forget(&s->box, j, j->next);
    mailbox_finish_run(&s->box, run, &e);
}

/* The end of the group that begins at j: before the next JOB_RUN, and not
 * more records than one transaction should have. */
static struct mailbox_job *group_end(struct mailbox_job *j)
{
    size_t records = 0;
    while (j && j->kind != JOB_RUN) {
        if (records > 0 && records + j->records > GROUP_RECORDS_MAX) {
            break;
        }
        records += j->records;
        j = j->next;
    }
    return j;
}

static int64_t monotonic_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A commit costs a write to the disk, however little is in it: under load the
 * next one waits until the last is COMMIT_EVERY_MS old. One that comes alone
 * does not wait, nor does anyone who waits for a result. */
static void await_company(struct sqlite_store *s, int64_t last_ms)
{
    int64_t ms = last_ms + COMMIT_EVERY_MS - monotonic_ms();
    if (ms > 0) {
        mailbox_gather(&s->box, (int)ms);
    }
}

static void *thread_main(void *arg)
{
    struct sqlite_store *s = arg;
    struct mailbox_job *j;
    int64_t last_ms = 0;
    (void)pthread_setname_np(pthread_self(), "store");
    while ((j = mailbox_take(&s->box)) != NULL) {
        while (j) {
            struct mailbox_job *next;
            if (j->kind == JOB_RUN) {
                next = j->next;
                do_run(s, j);
            } else {
                next = group_end(j);
                do_group(s, j, next);
                last_ms = monotonic_ms();
            }
            j = next;
        }
        await_company(s, last_ms);
    }
    return NULL;
}

/* --- the port: loop thread ------------------------------------------------*/

static size_t text_size(const struct record *r)
{
    return r->key.n + r->value.n + r->rules.n + r->versions.n + r->note.n +
           r->dialog.n;
}

static struct slice move_text(char **at, struct slice s)
{
    char *p = *at;
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    *at = p + s.n;
    return str_range(p, s.n);
}

/* One piece of memory: job, records, texts. */
static struct mailbox_job *copy_records(const struct record *r, size_t n)
{
    _Static_assert(sizeof(struct mailbox_job) % _Alignof(struct record) == 0,
                   "records lie behind the job");
    size_t size = sizeof(struct mailbox_job) + n * sizeof(*r) + 1;
    for (size_t i = 0; i < n; i++) {
        size += text_size(&r[i]);
    }
    struct mailbox_job *j = mem_alloc(size);
    j->kind = JOB_WRITE;
    j->records = n;
    j->record = (void *)(j + 1);
    char *at = (char *)(j->record + n);
    for (size_t i = 0; i < n; i++) {
        struct record *to = &j->record[i];
        *to = r[i];
        to->key = move_text(&at, r[i].key);
        to->value = move_text(&at, r[i].value);
        to->rules = move_text(&at, r[i].rules);
        to->versions = move_text(&at, r[i].versions);
        to->note = move_text(&at, r[i].note);
        to->dialog = move_text(&at, r[i].dialog);
    }
    tm_assert(at <= (char *)j + size);
    return j;
}

static int port_write(void *self, const struct record *r, size_t n,
                      uint64_t *seq)
{
    struct sqlite_store *s = self;
    tm_assert(n > 0);
    struct mailbox_job *j = copy_records(r, n);
    j->seq = s->next_seq + 1;
    int rc = mailbox_push(&s->box, j, true);
    if (rc != TM_OK) {
        mem_free(j);
        return rc;
    }
    *seq = ++s->next_seq;
    return TM_OK;
}

static int push(struct sqlite_store *s, const struct mailbox_job *job)
{
    struct mailbox_job *j = mem_alloc(sizeof(*j));
    *j = *job;
    int rc = mailbox_push(&s->box, j, true);
    if (rc != TM_OK) {
        mem_free(j);
    }
    return rc;
}

static int port_fetch(void *self, const struct store_fetch *q)
{
    tm_assert(q->campaign.v > 0 && q->max > 0);
    return push(self, &(struct mailbox_job){.kind = JOB_FETCH, .fetch = *q});
}

static int port_caller(void *self, const struct store_caller *q)
{
    tm_assert(q->campaign.v > 0 && q->attempt.v > 0 && q->e164 > 0);
    return push(self, &(struct mailbox_job){.kind = JOB_CALLER, .caller = *q});
}

static int port_release(void *self, struct campaign_id c)
{
    return push(
        self, &(struct mailbox_job){.kind = JOB_RELEASE, .fetch.campaign = c});
}

void sqlite_store_port(struct sqlite_store *s, struct store *out)
{
    *out = (struct store){
        .self = s,
        .write = port_write,
        .fetch = port_fetch,
        .caller = port_caller,
        .release = port_release,
    };
}

void sqlite_store_listen(struct sqlite_store *s,
                         const struct store_events *events)
{
    tm_assert(s->next_seq == 0);
    s->events = *events;
}

static void deliver(struct sqlite_store *s, struct mailbox_event *ev)
{
    const struct store_events *to = &s->events;
    switch (ev->kind) {
    case EVENT_DURABLE:
        if (to->durable) {
            to->durable(to->arg, ev->seq);
        }
        break;
    case EVENT_LEADS:
        if (to->leads) {
            to->leads(to->arg, &ev->leads);
        }
        break;
    case EVENT_CALLED:
        if (to->called) {
            to->called(to->arg, &ev->called);
        }
        break;
    case EVENT_FAILED:
        if (to->failed) {
            to->failed(to->arg, &ev->err);
        }
        break;
    case EVENT_RECOVERED:
        if (to->recovered) {
            to->recovered(to->arg);
        }
        break;
    }
}

size_t sqlite_store_poll(struct sqlite_store *s)
{
    struct mailbox_event *ev = mailbox_events(&s->box);
    size_t n = 0;
    while (ev) {
        struct mailbox_event *next = ev->next;
        deliver(s, ev);
        mailbox_event_free(ev);
        ev = next;
        n++;
    }
    return n;
}

/* --- work by others -------------------------------------------------------*/

int sqlite_store_run(struct sqlite_store *s, sqlite_store_fn *fn, void *arg,
                     struct err *e)
{
    struct mailbox_run run = {.fn = fn, .arg = arg};
    struct mailbox_job *j = mem_alloc(sizeof(*j));
    j->kind = JOB_RUN;
    j->run = &run;
    int rc = mailbox_push(&s->box, j, false);
    if (rc != TM_OK) {
        mem_free(j);
        return err_set(e, rc,
                       "the data folder is being closed; try again when the "
                       "server runs again");
    }
    mailbox_wait_run(&s->box, &run);
    if (run.rc != TM_OK && e) {
        *e = run.err;
    }
    return run.rc;
}

/* --- life -----------------------------------------------------------------*/

int sqlite_store_open(const struct sqlite_store_options *o,
                      struct sqlite_store **out, struct err *e)
{
    tm_assert(o->dir->lock_fd >= 0);
    struct sqlite_store *s = mem_alloc(sizeof(*s));
    s->events = o->events;
    s->box.post = o->post;
    s->box.post_arg = o->post_arg;
    s->box.records_max =
        o->records_max > 0 ? o->records_max : (size_t)RECORDS_MAX_DEFAULT;
    int rc = db_open(&s->db, o->dir, DB_WRITE, e);
    if (rc != TM_OK) {
        mem_free(s);
        return rc;
    }
    claims_init(&s->claims);
    mailbox_init(&s->box);
    rc = pthread_create(&s->thread, NULL, thread_main, s);
    if (rc != 0) {
        errno = rc;
        rc = err_errno(e, "cannot start the store's thread");
        mailbox_fini(&s->box);
        db_close(&s->db);
        mem_free(s);
        return rc;
    }
    *out = s;
    return TM_OK;
}

void sqlite_store_stop(struct sqlite_store *s)
{
    mailbox_stop(&s->box);
}

void sqlite_store_close(struct sqlite_store *s)
{
    if (!s) {
        return;
    }
    mailbox_stop(&s->box);
    (void)pthread_join(s->thread, NULL);
    db_close(&s->db);
    claims_fini(&s->claims);
    mailbox_fini(&s->box);
    mem_free(s);
}

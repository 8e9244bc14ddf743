#include "store/sqlite_store.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "store/apply.h"
#include "store/claims.h"
#include "store/db.h"
#include "store/fetch.h"

enum {
    RECORDS_MAX_DEFAULT = 65536,
    JOBS_MAX = 16384,
    GROUP_RECORDS_MAX = 8192, /* of one transaction */
    RETRY_FIRST_MS = 20,
    RETRY_MAX_MS = 2000,
};

/* --- requests -------------------------------------------------------------*/

enum job_kind { JOB_WRITE, JOB_FETCH, JOB_RELEASE, JOB_RUN };

struct run {
    sqlite_store_fn *fn;
    void *arg;
    sqlite_store_done_fn *done; /* NULL: somebody waits */
    bool finished;
    int rc;
    struct err err;
};

struct job {
    struct job *next;
    enum job_kind kind;
    uint64_t seq;          /* WRITE */
    struct record *record; /* WRITE: in the same piece of memory */
    size_t records;
    struct store_fetch fetch; /* FETCH; RELEASE: its campaign */
    struct run *run;          /* RUN */
};

struct queue {
    struct job *first, *last;
    size_t jobs, records;
};

/* --- events ---------------------------------------------------------------*/

enum event_kind {
    EVENT_DURABLE,
    EVENT_LEADS,
    EVENT_FAILED,
    EVENT_RECOVERED,
    EVENT_RUN,
};

struct event {
    struct event *next;
    enum event_kind kind;
    uint64_t seq;
    struct arena arena;
    struct store_leads leads;
    struct err err;
    struct run *run;
};

struct sqlite_store {
    struct sqlite_store_options o;
    pthread_t thread;
    struct db db;         /* the store thread's, once it runs */
    struct claims claims; /* the store thread's */
    uint64_t next_seq;    /* the loop thread's */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;  /* the store thread waits */
    pthread_cond_t done;  /* somebody waits in sqlite_store_run */
    struct queue queue;
    struct event *event_first, *event_last;
    bool stopping;
};

/* --- queue ----------------------------------------------------------------*/

static int push(struct sqlite_store *s, struct job *j, bool bounded)
{
    int rc = TM_OK;
    (void)pthread_mutex_lock(&s->lock);
    tm_assert(!s->stopping);
    if (bounded && (s->queue.jobs >= JOBS_MAX ||
                    s->queue.records + j->records > s->o.records_max)) {
        rc = TM_EFULL;
    } else {
        if (s->queue.last) {
            s->queue.last->next = j;
        } else {
            s->queue.first = j;
        }
        s->queue.last = j;
        s->queue.jobs++;
        s->queue.records += j->records;
        (void)pthread_cond_signal(&s->wake);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}

/* Waits for requests; NULL: the end. The requests stay in the queue's counts
 * until they are carried out. */
static struct job *take_all(struct sqlite_store *s)
{
    (void)pthread_mutex_lock(&s->lock);
    while (!s->queue.first && !s->stopping) {
        (void)pthread_cond_wait(&s->wake, &s->lock);
    }
    struct job *j = s->queue.first;
    s->queue.first = s->queue.last = NULL;
    (void)pthread_mutex_unlock(&s->lock);
    return j;
}

static void forget(struct sqlite_store *s, struct job *first,
                   const struct job *end)
{
    size_t jobs = 0, records = 0;
    while (first != end) {
        struct job *next = first->next;
        jobs++;
        records += first->records;
        mem_free(first);
        first = next;
    }
    (void)pthread_mutex_lock(&s->lock);
    tm_assert(s->queue.jobs >= jobs && s->queue.records >= records);
    s->queue.jobs -= jobs;
    s->queue.records -= records;
    (void)pthread_mutex_unlock(&s->lock);
}

static struct event *event_new(enum event_kind kind)
{
    struct event *ev = mem_alloc(sizeof(*ev));
    ev->kind = kind;
    arena_init(&ev->arena);
    return ev;
}

static void event_free(struct event *ev)
{
    arena_fini(&ev->arena);
    mem_free(ev);
}

static void post(struct sqlite_store *s, struct event *ev)
{
    (void)pthread_mutex_lock(&s->lock);
    if (s->event_last) {
        s->event_last->next = ev;
    } else {
        s->event_first = ev;
    }
    s->event_last = ev;
    (void)pthread_mutex_unlock(&s->lock);
    if (s->o.post) {
        s->o.post(s->o.post_arg);
    }
}

/* --- the store thread -----------------------------------------------------*/

static int apply_job(struct sqlite_store *s, const struct job *j, struct err *e)
{
    int rc = TM_OK;
    if (j->kind == JOB_FETCH) {
        return fetch_enroll(&s->db, &j->fetch, e);
    }
    for (size_t i = 0; rc == TM_OK && i < j->records; i++) {
        rc = apply_record(&s->db, &j->record[i], e);
    }
    return rc;
}

static int commit_group(struct sqlite_store *s, const struct job *first,
                        const struct job *end, struct err *e)
{
    int rc = db_begin(&s->db, e);
    if (rc != TM_OK) {
        return rc;
    }
    for (const struct job *j = first; rc == TM_OK && j != end; j = j->next) {
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

/* Waits before a retry; false when the store is closed meanwhile. */
static bool wait_retry(struct sqlite_store *s, int ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&s->lock);
    int rc = 0;
    while (!s->stopping && rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&s->wake, &s->lock, &until);
    }
    bool go_on = !s->stopping;
    (void)pthread_mutex_unlock(&s->lock);
    return go_on;
}

struct trial {
    bool failing;
    int wait_ms;
};

/* After a failure: tells it and waits. False: give up, the store closes. */
static bool try_again(struct sqlite_store *s, struct trial *t,
                      const struct err *e)
{
    struct event *ev = event_new(EVENT_FAILED);
    ev->err = *e;
    post(s, ev);
    t->failing = true;
    t->wait_ms = t->wait_ms == 0 ? RETRY_FIRST_MS : t->wait_ms * 2;
    if (t->wait_ms > RETRY_MAX_MS) {
        t->wait_ms = RETRY_MAX_MS;
    }
    return wait_retry(s, t->wait_ms);
}

static bool answer_fetch(struct sqlite_store *s, const struct job *j,
                         struct trial *t)
{
    for (;;) {
        struct event *ev = event_new(EVENT_LEADS);
        struct err e;
        if (fetch_leads(&s->db, &s->claims, &ev->arena, &j->fetch, &ev->leads,
                        &e) == TM_OK) {
            post(s, ev);
            return true;
        }
        event_free(ev);
        if (!try_again(s, t, &e)) {
            return false;
        }
    }
}

static void update_claims(struct sqlite_store *s, const struct job *j)
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
static void do_group(struct sqlite_store *s, struct job *first, struct job *end)
{
    struct trial t = {0};
    struct err e;
    bool alive = true;
    while (alive && commit_group(s, first, end, &e) != TM_OK) {
        alive = try_again(s, &t, &e);
    }
    if (alive) {
        uint64_t seq = 0;
        for (const struct job *j = first; j != end; j = j->next) {
            seq = j->seq > seq ? j->seq : seq;
        }
        if (t.failing) {
            post(s, event_new(EVENT_RECOVERED));
            t = (struct trial){0};
        }
        if (seq > 0) {
            struct event *ev = event_new(EVENT_DURABLE);
            ev->seq = seq;
            post(s, ev);
        }
    }
    for (const struct job *j = first; alive && j != end; j = j->next) {
        update_claims(s, j);
        if (j->kind == JOB_FETCH) {
            alive = answer_fetch(s, j, &t);
        }
    }
    if (alive && t.failing) {
        post(s, event_new(EVENT_RECOVERED));
    }
    forget(s, first, end);
}

static int run_in_transaction(struct sqlite_store *s, struct run *run,
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

static void do_run(struct sqlite_store *s, struct job *j)
{
    struct run *run = j->run;
    struct err e = {0};
    int rc = run_in_transaction(s, run, &e);
    e.code = rc;
    forget(s, j, j->next);
    if (run->done) {
        struct event *ev = event_new(EVENT_RUN);
        ev->run = run;
        run->err = e;
        post(s, ev);
        return;
    }
    (void)pthread_mutex_lock(&s->lock);
    run->rc = rc;
    run->err = e;
    run->finished = true;
    (void)pthread_cond_broadcast(&s->done);
    (void)pthread_mutex_unlock(&s->lock);
}

/* The end of the group that begins at j: before the next JOB_RUN, and not
 * more records than one transaction should have. */
static struct job *group_end(struct job *j)
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

static void *thread_main(void *arg)
{
    struct sqlite_store *s = arg;
    struct job *j;
    while ((j = take_all(s)) != NULL) {
        while (j) {
            struct job *next;
            if (j->kind == JOB_RUN) {
                next = j->next;
                do_run(s, j);
            } else {
                next = group_end(j);
                do_group(s, j, next);
            }
            j = next;
        }
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
static struct job *copy_records(const struct record *r, size_t n)
{
    _Static_assert(sizeof(struct job) % _Alignof(struct record) == 0,
                   "records lie behind the job");
    size_t size = sizeof(struct job) + n * sizeof(*r) + 1;
    for (size_t i = 0; i < n; i++) {
        size += text_size(&r[i]);
    }
    struct job *j = mem_alloc(size);
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
    struct job *j = copy_records(r, n);
    j->seq = s->next_seq + 1;
    int rc = push(s, j, true);
    if (rc != TM_OK) {
        mem_free(j);
        return rc;
    }
    *seq = ++s->next_seq;
    return TM_OK;
}

static int push_campaign(struct sqlite_store *s, enum job_kind kind,
                         const struct store_fetch *q)
{
    struct job *j = mem_alloc(sizeof(*j));
    j->kind = kind;
    j->fetch = *q;
    int rc = push(s, j, true);
    if (rc != TM_OK) {
        mem_free(j);
    }
    return rc;
}

static int port_fetch(void *self, const struct store_fetch *q)
{
    tm_assert(q->campaign.v > 0 && q->max > 0);
    return push_campaign(self, JOB_FETCH, q);
}

static int port_release(void *self, struct campaign_id c)
{
    struct store_fetch q = {.campaign = c};
    return push_campaign(self, JOB_RELEASE, &q);
}

void sqlite_store_port(struct sqlite_store *s, struct store *out)
{
    *out = (struct store){
        .self = s,
        .write = port_write,
        .fetch = port_fetch,
        .release = port_release,
    };
}

void sqlite_store_listen(struct sqlite_store *s,
                         const struct store_events *events)
{
    tm_assert(s->next_seq == 0);
    s->o.events = *events;
}

static void deliver(struct sqlite_store *s, struct event *ev)
{
    const struct store_events *to = &s->o.events;
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
    case EVENT_RUN:
        ev->run->done(ev->run->arg, &ev->run->err);
        mem_free(ev->run);
        break;
    }
}

size_t sqlite_store_poll(struct sqlite_store *s)
{
    (void)pthread_mutex_lock(&s->lock);
    struct event *ev = s->event_first;
    s->event_first = s->event_last = NULL;
    (void)pthread_mutex_unlock(&s->lock);
    size_t n = 0;
    while (ev) {
        struct event *next = ev->next;
        deliver(s, ev);
        event_free(ev);
        ev = next;
        n++;
    }
    return n;
}

/* --- work by others -------------------------------------------------------*/

int sqlite_store_run(struct sqlite_store *s, sqlite_store_fn *fn, void *arg,
                     struct err *e)
{
    struct run run = {.fn = fn, .arg = arg};
    struct job *j = mem_alloc(sizeof(*j));
    j->kind = JOB_RUN;
    j->run = &run;
    int rc = push(s, j, false);
    tm_assert(rc == TM_OK);
    (void)pthread_mutex_lock(&s->lock);
    while (!run.finished) {
        (void)pthread_cond_wait(&s->done, &s->lock);
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (run.rc != TM_OK && e) {
        *e = run.err;
    }
    return run.rc;
}

int sqlite_store_post(struct sqlite_store *s, sqlite_store_fn *fn, void *arg,
                      sqlite_store_done_fn *done)
{
    tm_assert(done != NULL);
    struct run *run = mem_alloc(sizeof(*run));
    *run = (struct run){.fn = fn, .arg = arg, .done = done};
    struct job *j = mem_alloc(sizeof(*j));
    j->kind = JOB_RUN;
    j->run = run;
    int rc = push(s, j, true);
    if (rc != TM_OK) {
        mem_free(run);
        mem_free(j);
    }
    return rc;
}

/* --- life -----------------------------------------------------------------*/

int sqlite_store_open(const struct sqlite_store_options *o,
                      struct sqlite_store **out, struct err *e)
{
    tm_assert(o->dir->lock_fd >= 0);
    struct sqlite_store *s = mem_alloc(sizeof(*s));
    s->o = *o;
    if (s->o.records_max == 0) {
        s->o.records_max = RECORDS_MAX_DEFAULT;
    }
    int rc = db_open(&s->db, o->dir, DB_WRITE, e);
    if (rc != TM_OK) {
        mem_free(s);
        return rc;
    }
    claims_init(&s->claims);
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->wake, &monotonic);
    (void)pthread_cond_init(&s->done, NULL);
    (void)pthread_condattr_destroy(&monotonic);
    rc = pthread_create(&s->thread, NULL, thread_main, s);
    if (rc != 0) {
        errno = rc;
        rc = err_errno(e, "cannot start the store's thread");
        db_close(&s->db);
        mem_free(s);
        return rc;
    }
    *out = s;
    return TM_OK;
}

void sqlite_store_close(struct sqlite_store *s)
{
    if (!s) {
        return;
    }
    (void)pthread_mutex_lock(&s->lock);
    s->stopping = true;
    (void)pthread_cond_signal(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_join(s->thread, NULL);
    for (struct event *ev = s->event_first; ev;) {
        struct event *next = ev->next;
        if (ev->kind == EVENT_RUN) {
            mem_free(ev->run);
        }
        event_free(ev);
        ev = next;
    }
    db_close(&s->db);
    claims_fini(&s->claims);
    (void)pthread_cond_destroy(&s->done);
    (void)pthread_cond_destroy(&s->wake);
    (void)pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

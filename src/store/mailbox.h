/*
 * What goes between the loop thread and the store thread: jobs one way, events
 * the other, each a list under one lock that is never held during work. The
 * jobs' number and records are bounded; a full box refuses and never waits.
 */
#ifndef STORE_MAILBOX_H
#define STORE_MAILBOX_H

#include <pthread.h>

#include "base/arena.h"
#include "store/sqlite_store.h"

enum { MAILBOX_JOBS_MAX = 16384 };

/* Work for the connection and its result. */
struct mailbox_run {
    sqlite_store_fn *fn;
    void *arg;
    bool finished;
    int rc;
    struct err err;
};

enum mailbox_job_kind {
    JOB_WRITE,
    JOB_FETCH,
    JOB_CALLER,
    JOB_RELEASE,
    JOB_RUN
};

/* One piece of memory: the job, its records, their texts. */
struct mailbox_job {
    struct mailbox_job *next;
    enum mailbox_job_kind kind;
    uint64_t seq;          /* WRITE */
    struct record *record; /* WRITE */
    size_t records;
    struct store_fetch fetch;   /* FETCH; RELEASE: its campaign */
    struct store_caller caller; /* CALLER */
    struct mailbox_run *run;    /* RUN */
};

enum mailbox_event_kind {
    EVENT_DURABLE,
    EVENT_LEADS,
    EVENT_CALLED,
    EVENT_FAILED,
    EVENT_RECOVERED,
};

struct mailbox_event {
    struct mailbox_event *next;
    enum mailbox_event_kind kind;
    uint64_t seq;               /* DURABLE */
    struct arena arena;         /* of leads */
    struct store_leads leads;   /* LEADS */
    struct store_called called; /* CALLED */
    struct err err;             /* FAILED */
};

struct mailbox {
    size_t records_max;
    void (*post)(void *arg); /* wakes the loop; may be NULL */
    void *post_arg;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;  /* the store thread waits */
    pthread_cond_t done;  /* somebody waits for a run */
    struct mailbox_job *job_first, *job_last;
    size_t jobs, records; /* waiting or at work */
    struct mailbox_event *event_first, *event_last;
    bool stopping;
    bool gathering; /* the store thread is not to be woken for records */
    bool urgent;    /* another job than records came meanwhile */
};

/* post and records_max are set by the owner. */
void mailbox_init(struct mailbox *m);
void mailbox_fini(struct mailbox *m); /* drops the events */

/* Any thread. TM_EFULL, or TM_ESTATE after mailbox_stop(): not taken, the job
 * is still the caller's. Not bounded: for who waits for the result. */
int mailbox_push(struct mailbox *m, struct mailbox_job *j,
                 bool bounded) TM_MUST_CHECK;
void mailbox_wait_run(struct mailbox *m, const struct mailbox_run *run);
void mailbox_stop(struct mailbox *m); /* the store thread shall end */
/* Loop thread: all events that wait, to be freed one by one. */
struct mailbox_event *mailbox_events(struct mailbox *m);
void mailbox_event_free(struct mailbox_event *ev);

/* Store thread. All jobs that wait, waiting for the first; NULL: the end. They
 * count as waiting until they are forgotten. */
struct mailbox_job *mailbox_take(struct mailbox *m);
void mailbox_forget(struct mailbox *m, struct mailbox_job *first,
                    const struct mailbox_job *end);
struct mailbox_event *mailbox_event_new(enum mailbox_event_kind kind);
void mailbox_post(struct mailbox *m, struct mailbox_event *ev);
void mailbox_finish_run(struct mailbox *m, struct mailbox_run *run,
                        const struct err *e);
/* Sleeps while only records come, at most so long: not when a job that is
 * waited for comes, nor when the store closes. */
void mailbox_gather(struct mailbox *m, int ms);
/* Sleeps; false: the store closes meanwhile. */
bool mailbox_sleep(struct mailbox *m, int ms);

#endif

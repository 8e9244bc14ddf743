#include "store/mailbox.h"

#include <errno.h>
#include <time.h>

void mailbox_init(struct mailbox *m)
{
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&m->lock, NULL);
    (void)pthread_cond_init(&m->wake, &monotonic);
    (void)pthread_cond_init(&m->done, NULL);
    (void)pthread_condattr_destroy(&monotonic);
}

void mailbox_fini(struct mailbox *m)
{
    struct mailbox_event *ev = mailbox_events(m);
    while (ev) {
        struct mailbox_event *next = ev->next;
        mailbox_event_free(ev);
        ev = next;
    }
    (void)pthread_cond_destroy(&m->done);
    (void)pthread_cond_destroy(&m->wake);
    (void)pthread_mutex_destroy(&m->lock);
}

/* --- jobs -----------------------------------------------------------------*/

int mailbox_push(struct mailbox *m, struct mailbox_job *j, bool bounded)
{
    int rc = TM_OK;
    (void)pthread_mutex_lock(&m->lock);
    if (m->stopping) {
        rc = TM_ESTATE;
    } else if (bounded && (m->jobs >= MAILBOX_JOBS_MAX ||
                           m->records + j->records > m->records_max)) {
        rc = TM_EFULL;
    } else {
        if (m->job_last) {
            m->job_last->next = j;
        } else {
            m->job_first = j;
        }
        m->job_last = j;
        m->jobs++;
        m->records += j->records;
        m->urgent = m->urgent || j->kind != JOB_WRITE;
        if (!m->gathering || m->urgent) {
            (void)pthread_cond_signal(&m->wake);
        }
    }
    (void)pthread_mutex_unlock(&m->lock);
    return rc;
}

struct mailbox_job *mailbox_take(struct mailbox *m)
{
    (void)pthread_mutex_lock(&m->lock);
    while (!m->job_first && !m->stopping) {
        (void)pthread_cond_wait(&m->wake, &m->lock);
    }
    struct mailbox_job *j = m->job_first;
    m->job_first = m->job_last = NULL;
    m->urgent = false;
    (void)pthread_mutex_unlock(&m->lock);
    return j;
}

void mailbox_forget(struct mailbox *m, struct mailbox_job *first,
                    const struct mailbox_job *end)
{
    size_t jobs = 0, records = 0;
    while (first != end) {
        struct mailbox_job *next = first->next;
        jobs++;
        records += first->records;
        mem_free(first);
        first = next;
    }
    (void)pthread_mutex_lock(&m->lock);
    tm_assert(m->jobs >= jobs && m->records >= records);
    m->jobs -= jobs;
    m->records -= records;
    (void)pthread_mutex_unlock(&m->lock);
}

void mailbox_stop(struct mailbox *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->stopping = true;
    (void)pthread_cond_signal(&m->wake);
    (void)pthread_mutex_unlock(&m->lock);
}

static struct timespec after_ms(int ms)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

void mailbox_gather(struct mailbox *m, int ms)
{
    struct timespec until = after_ms(ms);
    (void)pthread_mutex_lock(&m->lock);
    m->gathering = true;
    int rc = 0;
    while (!m->stopping && !m->urgent && rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&m->wake, &m->lock, &until);
    }
    m->gathering = false;
    (void)pthread_mutex_unlock(&m->lock);
}

bool mailbox_sleep(struct mailbox *m, int ms)
{
    struct timespec until = after_ms(ms);
    (void)pthread_mutex_lock(&m->lock);
    int rc = 0;
    while (!m->stopping && rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&m->wake, &m->lock, &until);
    }
    bool go_on = !m->stopping;
    (void)pthread_mutex_unlock(&m->lock);
    return go_on;
}

void mailbox_finish_run(struct mailbox *m, struct mailbox_run *run,
                        const struct err *e)
{
    (void)pthread_mutex_lock(&m->lock);
    run->rc = e->code;
    run->err = *e;
    run->finished = true;
    (void)pthread_cond_broadcast(&m->done);
    (void)pthread_mutex_unlock(&m->lock);
}

void mailbox_wait_run(struct mailbox *m, const struct mailbox_run *run)
{
    (void)pthread_mutex_lock(&m->lock);
    while (!run->finished) {
        (void)pthread_cond_wait(&m->done, &m->lock);
    }
    (void)pthread_mutex_unlock(&m->lock);
}

/* --- events ---------------------------------------------------------------*/

struct mailbox_event *mailbox_event_new(enum mailbox_event_kind kind)
{
    struct mailbox_event *ev = mem_alloc(sizeof(*ev));
    ev->kind = kind;
    arena_init(&ev->arena);
    return ev;
}

void mailbox_event_free(struct mailbox_event *ev)
{
    arena_fini(&ev->arena);
    mem_free(ev);
}

void mailbox_post(struct mailbox *m, struct mailbox_event *ev)
{
    (void)pthread_mutex_lock(&m->lock);
    if (m->event_last) {
        m->event_last->next = ev;
    } else {
        m->event_first = ev;
    }
    m->event_last = ev;
    (void)pthread_mutex_unlock(&m->lock);
    if (m->post) {
        m->post(m->post_arg);
    }
}

struct mailbox_event *mailbox_events(struct mailbox *m)
{
    (void)pthread_mutex_lock(&m->lock);
    struct mailbox_event *ev = m->event_first;
    m->event_first = m->event_last = NULL;
    (void)pthread_mutex_unlock(&m->lock);
    return ev;
}

#include "cmd/simulate_jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

/* Results that may wait for an earlier one, for each worker. */
enum { AHEAD = 4 };
static const uint64_t NONE = UINT64_MAX;

/* What goes before a result through the pipe. */
struct head {
    uint64_t run;
    int rc;
    char text[ERR_TEXT_MAX];
};

struct worker {
    pid_t pid;
    int to, from; /* runs to do; results */
    uint64_t run; /* at work on, NONE: idle */
};

struct pool {
    const struct simulate_jobs *j;
    struct worker worker[SIMULATE_JOBS_MAX];
    unsigned workers;
    uint64_t runs;        /* fewer than were asked for, once told to stop */
    uint64_t given, told; /* runs handed out; results told of */
    uint64_t slots;
    unsigned char *result; /* of `slots` runs from `told` on, a ring */
    bool *ready;
};

unsigned simulate_jobs_processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    if (n < 1)
        return 1;
    return n < SIMULATE_JOBS_MAX ? (unsigned)n : SIMULATE_JOBS_MAX;
}

static bool write_all(int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        ssize_t k = write(fd, at, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

static bool read_all(int fd, void *p, size_t n)
{
    char *at = p;
    while (n > 0) {
        ssize_t k = read(fd, at, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

/* --- in the worker --------------------------------------------------------*/

static void work(const struct simulate_jobs *j, int runs, int results)
{
    void *result = mem_alloc(j->result_size);
    struct head h = {0};
    while (read_all(runs, &h.run, sizeof(h.run))) {
        struct err e = {0};
        memset(result, 0, j->result_size);
        h.rc = j->work(j->arg, h.run, result, &e);
        memcpy(h.text, e.text, sizeof(h.text));
        if (!write_all(results, &h, sizeof(h)) ||
            (h.rc == TM_OK && !write_all(results, result, j->result_size)))
            break;
    }
    mem_free(result);
}

/* --- in the process that was called ---------------------------------------*/

static void close_worker(struct worker *w)
{
    if (w->to >= 0)
        (void)close(w->to);
    if (w->from >= 0)
        (void)close(w->from);
    w->to = w->from = -1;
}

/* A child keeps no ends of its brothers' pipes, else none would see an end. */
static void be_worker(struct pool *p, int runs, int results)
{
    for (unsigned i = 0; i < p->workers; i++)
        close_worker(&p->worker[i]);
    work(p->j, runs, results);
    _exit(0);
}

static int start(struct pool *p, struct err *e)
{
    struct worker *w = &p->worker[p->workers];
    int runs[2], results[2];
    if (pipe(runs) != 0)
        return err_errno(e, "a pipe for the simulation");
    if (pipe(results) != 0) {
        (void)close(runs[0]);
        (void)close(runs[1]);
        return err_errno(e, "a pipe for the simulation");
    }
    *w = (struct worker){.to = runs[1], .from = results[0], .run = NONE};
    w->pid = fork();
    if (w->pid == 0) {
        close_worker(w);
        be_worker(p, runs[0], results[1]);
    }
    (void)close(runs[0]);
    (void)close(results[1]);
    if (w->pid < 0) {
        int rc = err_errno(e, "a process for the simulation");
        close_worker(w);
        return rc;
    }
    p->workers++;
    return TM_OK;
}

/* No result may be further ahead than there is room for. */
static bool give(struct pool *p, struct worker *w)
{
    if (w->run != NONE || p->given == p->runs || p->given >= p->told + p->slots)
        return true;
    w->run = p->given++;
    return write_all(w->to, &w->run, sizeof(w->run));
}

static unsigned char *slot(const struct pool *p, uint64_t run)
{
    return p->result + run % p->slots * p->j->result_size;
}

static void tell_ready(struct pool *p)
{
    while (p->told < p->given && p->ready[p->told % p->slots]) {
        p->ready[p->told % p->slots] = false;
        p->j->done(p->j->arg, p->told, slot(p, p->told));
        p->told++;
    }
}

/* A worker that died by itself: with its signal, when there was one. */
static int died(struct worker *w, struct err *e)
{
    int status = 0;
    pid_t pid = w->pid;
    w->pid = 0;
    if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status))
        return err_set(e, TM_EIO,
                       "run %" PRIu64 ": its process ended by signal %d",
                       w->run, WTERMSIG(status));
    return err_set(e, TM_EIO, "run %" PRIu64 ": its process ended early",
                   w->run);
}

static int take(struct pool *p, struct worker *w, struct err *e)
{
    struct head h;
    if (!read_all(w->from, &h, sizeof(h)))
        return died(w, e);
    tm_assert(h.run == w->run && h.run < p->told + p->slots);
    if (h.rc != TM_OK)
        return err_set(e, h.rc, "%s", h.text);
    if (!read_all(w->from, slot(p, h.run), p->j->result_size))
        return died(w, e);
    p->ready[h.run % p->slots] = true;
    w->run = NONE;
    return TM_OK;
}

static int wait_and_take(struct pool *p, struct err *e)
{
    struct pollfd fd[SIMULATE_JOBS_MAX];
    for (unsigned i = 0; i < p->workers; i++)
        fd[i] = (struct pollfd){.fd = p->worker[i].from, .events = POLLIN};
    int n = poll(fd, p->workers, -1);
    if (n < 0 && errno != EINTR)
        return err_errno(e, "waiting for the simulation");
    for (unsigned i = 0; n > 0 && i < p->workers; i++) {
        if (fd[i].revents == 0)
            continue;
        int rc = take(p, &p->worker[i], e);
        if (rc != TM_OK)
            return rc;
    }
    tell_ready(p);
    return TM_OK;
}

static int run_all(struct pool *p, struct err *e)
{
    while (p->told < p->runs) {
        if (p->j->stop != NULL && p->j->stop(p->j->arg))
            p->runs = p->given;
        if (p->told == p->runs)
            break;
        for (unsigned i = 0; i < p->workers; i++)
            if (!give(p, &p->worker[i]))
                return died(&p->worker[i], e);
        int rc = wait_and_take(p, e);
        if (rc != TM_OK)
            return rc;
    }
    return TM_OK;
}

static void end_all(struct pool *p, bool early)
{
    for (unsigned i = 0; i < p->workers; i++) {
        struct worker *w = &p->worker[i];
        close_worker(w);
        if (w->pid == 0)
            continue;
        if (early)
            (void)kill(w->pid, SIGTERM);
        while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}

static int run_here(const struct simulate_jobs *j, struct err *e)
{
    void *result = mem_alloc(j->result_size);
    int rc = TM_OK;
    for (uint64_t i = 0; rc == TM_OK && i < j->runs; i++) {
        if (j->stop != NULL && j->stop(j->arg))
            break;
        memset(result, 0, j->result_size);
        rc = j->work(j->arg, i, result, e);
        if (rc == TM_OK)
            j->done(j->arg, i, result);
    }
    mem_free(result);
    return rc;
}

int simulate_jobs_run(const struct simulate_jobs *j, struct err *e)
{
    tm_assert(j->workers >= 1 && j->workers <= SIMULATE_JOBS_MAX);
    tm_assert(j->result_size > 0);
    uint64_t workers = j->workers < j->runs ? j->workers : j->runs;
    if (workers <= 1)
        return run_here(j, e);
    struct pool *p = mem_alloc(sizeof(*p));
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    p->j = j;
    p->runs = j->runs;
    p->slots = workers * AHEAD;
    p->result = mem_alloc((size_t)p->slots * j->result_size);
    p->ready = mem_alloc((size_t)p->slots * sizeof(*p->ready));
    (void)fflush(NULL);
    (void)sigaction(SIGPIPE, &ignore, &before);
    int rc = TM_OK;
    while (rc == TM_OK && p->workers < workers)
        rc = start(p, e);
    if (rc == TM_OK)
        rc = run_all(p, e);
    end_all(p, rc != TM_OK);
    (void)sigaction(SIGPIPE, &before, NULL);
    mem_free(p->ready);
    mem_free(p->result);
    mem_free(p);
    return rc;
}

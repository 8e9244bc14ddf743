#include "tel/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ring.h"
#include "tel/quiet.h"
#include "tel/re.h"
#include "tel/timer_wheel.h"

/* libre's debug header asks for these. */
#define DEBUG_MODULE "telemark"
#define DEBUG_LEVEL  4
#include <re_dbg.h>

enum { DESCRIPTORS_MAX = 65536, POSTS = 4096, POSTS_PER_TURN = 256 };

struct watch {
    loop_fn *fn;
    void *arg;
};

struct loop {
    struct tel_log log;
    struct ring *posts; /* struct watch: what to call */
    int post_fd;
    struct watch *watch; /* by descriptor */
    int watches;
};

struct loop_timer {
    struct tmr tmr;
    loop_fn *fn;
    void *arg;
};

int64_t loop_monotonic_us(void)
{
    struct timespec now;
    int rc = clock_gettime(CLOCK_MONOTONIC, &now);
    tm_assert(rc == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void log_handler(int level, const char *p, size_t len, void *arg)
{
    const struct loop *l = arg;
    while (len > 0 && (p[len - 1] == '\n' || p[len - 1] == '\r')) {
        --len;
    }
    tel_log(&l->log, level <= DBG_ERR ? TEL_LOG_ERROR : TEL_LOG_WARNING,
            "libre: %.*s", (int)len, p);
}

/* Calls what other threads posted, a bounded number at a time. */
static void posts_run(int flags, void *arg)
{
    struct loop *l = arg;
    (void)flags;
    uint64_t wakes;
    (void)!read(l->post_fd, &wakes, sizeof wakes);
    struct watch job;
    for (int i = 0; i < POSTS_PER_TURN; ++i) {
        if (!ring_pop(l->posts, &job)) {
            return;
        }
        job.fn(job.arg);
    }
    wakes = 1;
    (void)!write(l->post_fd, &wakes, sizeof wakes);
}

static int descriptors_allowed(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur > DESCRIPTORS_MAX) {
        return DESCRIPTORS_MAX;
    }
    return (int)r.rlim_cur;
}

int loop_new(struct loop **out, int descriptors_max, const struct tel_log *log,
             struct err *e)
{
    tm_assert(out != NULL && descriptors_max >= 0);
    if (descriptors_max == 0) {
        descriptors_max = descriptors_allowed();
    }
    int err = libre_init();
    if (err) {
        return err_set(e, TM_EIO, "cannot start the network library: %s",
                       strerror(err));
    }
    err = fd_setsize(descriptors_max);
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (err || fd < 0) {
        libre_close();
        return err_set(e, TM_EIO, "cannot watch %d descriptors: %s",
                       descriptors_max, strerror(err ? err : errno));
    }
    struct loop *l = mem_alloc(sizeof *l);
    l->post_fd = fd;
    l->posts = ring_new(POSTS, sizeof(struct watch));
    l->watches = descriptors_max;
    l->watch = mem_alloc((size_t)descriptors_max * sizeof *l->watch);
    if (log) {
        l->log = *log;
    }
    /* The level silences libre's own printing, the handler gets the text. */
    dbg_init(DBG_WARNING, DBG_NONE);
    dbg_handler_set(log_handler, l);
    err = fd_listen(fd, FD_READ, posts_run, l);
    if (err) {
        loop_free(l);
        return err_set(e, TM_EIO, "cannot watch a descriptor: %s",
                       strerror(err));
    }
    *out = l;
    return TM_OK;
}

void loop_free(struct loop *l)
{
    if (!l) {
        return;
    }
    fd_close(l->post_fd);
    (void)close(l->post_fd);
    dbg_handler_set(NULL, NULL);
    ring_free(l->posts);
    mem_free(l->watch);
    mem_free(l);
    libre_close();
    timer_wheel_release();
}

int loop_run(struct loop *l, struct err *e)
{
    tm_assert(l != NULL);
    int err = re_main(NULL);
    if (err) {
        return err_set(e, TM_EIO, "the event loop failed: %s", strerror(err));
    }
    return TM_OK;
}

void loop_stop(struct loop *l)
{
    tm_assert(l != NULL);
    re_cancel();
}

int loop_post(struct loop *l, loop_fn *fn, void *arg)
{
    tm_assert(l != NULL && fn != NULL);
    struct watch job = {fn, arg};
    if (!ring_push(l->posts, &job)) {
        return TM_EFULL;
    }
    uint64_t one = 1;
    (void)!write(l->post_fd, &one, sizeof one);
    return TM_OK;
}

static void watch_handler(int flags, void *arg)
{
    (void)flags;
    const struct watch *w = arg;
    if (w->fn) {
        w->fn(w->arg);
    }
}

int loop_watch(struct loop *l, int fd, loop_fn *fn, void *arg, struct err *e)
{
    tm_assert(l != NULL && fd >= 0 && fn != NULL);
    if (fd >= l->watches) {
        return err_set(e, TM_ELIMIT,
                       "descriptor %d is over the loop's limit of %d", fd,
                       l->watches);
    }
    tm_assert(l->watch[fd].fn == NULL);
    l->watch[fd] = (struct watch){fn, arg};
    int err = fd_listen(fd, FD_READ, watch_handler, &l->watch[fd]);
    if (err) {
        l->watch[fd].fn = NULL;
        return err_set(e, TM_EIO, "cannot watch descriptor %d: %s", fd,
                       strerror(err));
    }
    return TM_OK;
}

void loop_unwatch(struct loop *l, int fd)
{
    tm_assert(l != NULL && fd >= 0 && fd < l->watches);
    fd_close(fd);
    l->watch[fd].fn = NULL;
}

static void timer_handler(void *arg)
{
    struct loop_timer *t = arg;
    t->fn(t->arg);
}

struct loop_timer *loop_timer_new(struct loop *l, loop_fn *fn, void *arg)
{
    tm_assert(l != NULL && fn != NULL);
    struct loop_timer *t = mem_alloc(sizeof *t);
    t->fn = fn;
    t->arg = arg;
    return t;
}

void loop_timer_free(struct loop_timer *t)
{
    if (t) {
        tmr_cancel(&t->tmr);
        mem_free(t);
    }
}

void loop_timer_set(struct loop_timer *t, int64_t delay_ms)
{
    tm_assert(t != NULL);
    tmr_start(&t->tmr, delay_ms > 0 ? (uint64_t)delay_ms : 0, timer_handler, t);
}

void loop_timer_cancel(struct loop_timer *t)
{
    tm_assert(t != NULL);
    tmr_cancel(&t->tmr);
}

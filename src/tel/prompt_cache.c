#include "tel/prompt_cache.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "audio/speech_parts.h"
#include "audio/tone.h"
#include "audio/wav.h"
#include "base/arena.h"
#include "base/ring.h"
#include "tel/re.h"

enum {
    ENTRIES_MAX = 65536, /* failed and small ones count too */
    JOBS_MAX = 65536,
    TABLE = 4096,
};

struct prompt_entry {
    struct le he, le; /* in the table; in the list by use, oldest first */
    struct prompt_cache *cache;
    enum prompt_state state;
    unsigned wanted; /* by users, and by the worker while it makes it */
    enum prompt_kind kind;
    struct slice voice, text; /* point into key */
    char *key;
    struct pcm *sound;
    bool failed;
    struct err why;
};

struct prompt_cache {
    struct loop *loop;
    struct tel_log log;
    prompt_cache_fn *fn;
    void *arg;
    struct hash *table;
    struct list used;
    size_t entries, bytes, bytes_max;

    /* Between loop and worker: entries to make, entries made. */
    struct ring *jobs, *done;
    int job_fd, done_fd;
    atomic_bool stop;
    pthread_t worker;
};

static void entry_free(struct prompt_entry *e)
{
    struct prompt_cache *c = e->cache;
    hash_unlink(&e->he);
    list_unlink(&e->le);
    --c->entries;
    if (e->sound) {
        c->bytes -= e->sound->n * sizeof(int16_t);
    }
    pcm_unref(e->sound);
    mem_free(e->key);
    mem_free(e);
}

static void shrink(struct prompt_cache *c)
{
    struct le *le = c->used.head;
    while (le && (c->bytes > c->bytes_max || c->entries > ENTRIES_MAX)) {
        struct prompt_entry *e = le->data;
        le = le->next;
        if (e->wanted == 0) {
            entry_free(e);
        }
    }
}

/* The worker: may only touch kind, voice, text, sound,
 * failed and why. */
static void make(struct speech_parts *parts, struct prompt_entry *e)
{
    if (e->kind == PROMPT_TEXT) {
        e->failed = speech_parts_say(parts, e->text, e->voice, &e->sound,
                                     &e->why) != TM_OK;
        return;
    }
    char path[4096];
    e->failed = true;
    if (e->text.n >= sizeof path) {
        (void)err_set(&e->why, TM_ELIMIT, "the path is too long");
        return;
    }
    (void)str_copy(path, sizeof path, e->text);
    e->failed = wav_read(path, &e->sound, &e->why) != TM_OK;
}

static void signal_fd(int fd)
{
    uint64_t one = 1;
    (void)!write(fd, &one, sizeof one);
}

static void *work(void *arg)
{
    struct prompt_cache *c = arg;
    struct speech_parts *parts = speech_parts_new();
    (void)pthread_setname_np(pthread_self(), "prompts");
    while (!atomic_load(&c->stop)) {
        struct prompt_entry *e;
        if (!ring_pop(c->jobs, &e)) {
            struct pollfd p = {.fd = c->job_fd, .events = POLLIN};
            uint64_t n;
            (void)poll(&p, 1, -1);
            (void)!read(c->job_fd, &n, sizeof n);
            continue;
        }
        make(parts, e);
        bool ok = ring_push(c->done, &e);
        tm_assert(ok); /* as large as jobs, which bounds what is out */
        signal_fd(c->done_fd);
    }
    speech_parts_free(parts);
    return NULL;
}

static void made(struct prompt_cache *c, struct prompt_entry *e)
{
    if (!e->failed) {
        tm_assert(e->sound != NULL);
        e->state = PROMPT_READY;
        c->bytes += e->sound->n * sizeof(int16_t);
    } else {
        e->state = PROMPT_FAILED;
        tel_log(&c->log, TEL_LOG_ERROR, "a prompt is left out: %s",
                e->why.text);
    }
    prompt_cache_drop(c, e);
    shrink(c);
}

static void done_run(void *arg)
{
    struct prompt_cache *c = arg;
    struct prompt_entry *e;
    uint64_t n;
    bool any = false;
    (void)!read(c->done_fd, &n, sizeof n);
    while (ring_pop(c->done, &e)) {
        made(c, e);
        any = true;
    }
    if (any && c->fn) {
        c->fn(c->arg);
    }
}

int prompt_cache_new(struct prompt_cache **out, struct loop *l,
                     size_t bytes_max, const struct tel_log *log,
                     prompt_cache_fn *fn, void *arg, struct err *e)
{
    tm_assert(out != NULL && l != NULL);
    struct prompt_cache *c = mem_alloc(sizeof *c);
    c->loop = l;
    c->log = *log;
    c->fn = fn;
    c->arg = arg;
    c->bytes_max = bytes_max;
    c->jobs = ring_new(JOBS_MAX, sizeof(struct prompt_entry *));
    c->done = ring_new(JOBS_MAX * 2, sizeof(struct prompt_entry *));
    c->job_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    c->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int rc = hash_alloc(&c->table, TABLE);
    tm_assert(rc == 0);
    if (c->job_fd < 0 || c->done_fd < 0 ||
        pthread_create(&c->worker, NULL, work, c)) {
        atomic_store(&c->stop, true);
        ring_free(c->jobs);
        ring_free(c->done);
        mem_deref(c->table);
        mem_free(c);
        return err_set(e, TM_EIO, "cannot start the thread for prompts");
    }
    rc = loop_watch(l, c->done_fd, done_run, c, e);
    if (rc != TM_OK) {
        prompt_cache_free(c);
        return rc;
    }
    *out = c;
    return TM_OK;
}

void prompt_cache_free(struct prompt_cache *c)
{
    if (!c) {
        return;
    }
    struct prompt_entry *e;
    atomic_store(&c->stop, true);
    signal_fd(c->job_fd);
    int rc = pthread_join(c->worker, NULL);
    tm_assert(rc == 0);
    loop_unwatch(c->loop, c->done_fd);
    while (ring_pop(c->jobs, &e) || ring_pop(c->done, &e)) {
        if (e->sound) {
            c->bytes += e->sound->n * sizeof(int16_t);
        }
        tm_assert(e->wanted > 0);
        --e->wanted;
    }
    struct le *le;
    while ((le = c->used.head) != NULL) {
        e = le->data;
        tm_assert(e->wanted == 0);
        entry_free(e);
    }
    ring_free(c->jobs);
    ring_free(c->done);
    (void)close(c->job_fd);
    (void)close(c->done_fd);
    mem_deref(c->table);
    mem_free(c);
}

static bool same(struct le *le, void *arg)
{
    const struct prompt_entry *e = le->data;
    const struct prompt *p = arg;
    return e->kind == p->kind && str_same(e->voice, p->voice) &&
           str_same(e->text, p->text);
}

static uint32_t key_of(const struct prompt *p)
{
    return hash_joaat((const uint8_t *)p->text.p, p->text.n) ^
           hash_joaat((const uint8_t *)p->voice.p, p->voice.n) ^
           (uint32_t)p->kind;
}

static struct prompt_entry *entry_new(struct prompt_cache *c,
                                      const struct prompt *p)
{
    struct prompt_entry *e = mem_alloc(sizeof *e);
    e->cache = c;
    e->kind = p->kind;
    e->key = mem_alloc(p->voice.n + p->text.n + 1);
    if (p->voice.n > 0) {
        memcpy(e->key, p->voice.p, p->voice.n);
    }
    if (p->text.n > 0) {
        memcpy(e->key + p->voice.n, p->text.p, p->text.n);
    }
    e->voice = str_range(e->key, p->voice.n);
    e->text = str_range(e->key + p->voice.n, p->text.n);
    hash_append(c->table, key_of(p), &e->he, e);
    list_append(&c->used, &e->le, e);
    ++c->entries;
    if (p->kind == PROMPT_BEEP) {
        e->wanted = 1;
        e->state = PROMPT_READY;
        e->sound = tone_signal(TONE_AGENT);
        c->bytes += e->sound->n * sizeof(int16_t);
        return e;
    }
    e->wanted = 2; /* the worker's and the caller's */
    if (ring_push(c->jobs, &e)) {
        signal_fd(c->job_fd);
    } else {
        e->failed = true;
        (void)err_set(&e->why, TM_EFULL, "too many prompts wait to be made");
        made(c, e);
    }
    return e;
}

struct prompt_entry *prompt_cache_want(struct prompt_cache *c,
                                       const struct prompt *p)
{
    static const struct prompt beep = {.kind = PROMPT_BEEP};
    p = p->kind == PROMPT_BEEP ? &beep : p; /* its text is not used */
    union {
        const struct prompt *in;
        void *out;
    } arg = {.in = p};
    struct prompt_entry *e =
        list_ledata(hash_lookup(c->table, key_of(p), same, arg.out));
    if (e) {
        list_unlink(&e->le);
        list_append(&c->used, &e->le, e);
        ++e->wanted;
        return e;
    }
    return entry_new(c, p);
}

void prompt_cache_drop(struct prompt_cache *c, struct prompt_entry *e)
{
    tm_assert(e->cache == c && e->wanted > 0);
    if (--e->wanted == 0) {
        shrink(c);
    }
}

enum prompt_state prompt_cache_state(const struct prompt_entry *e,
                                     struct pcm **out)
{
    *out = e->state == PROMPT_READY ? e->sound : NULL;
    return e->state;
}

size_t prompt_cache_bytes(const struct prompt_cache *c)
{
    return c->bytes;
}

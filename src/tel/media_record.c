/* Recordings: half-second pieces go to one writer thread over a ring. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/wav.h"
#include "base/arena.h"
#include "tel/media_priv.h"

enum { PIECE = PCM_RATE / 2, PIECES_WAITING = 8192 };

struct piece {
    struct media_track *track;
    size_t lost; /* samples before this piece that found no room */
    size_t n;
    int16_t s[PIECE];
};

struct media_track {
    struct media_recorder *recorder;
    struct media_track *next; /* in recorder->ended */
    struct piece *piece;      /* being filled; media thread */
    size_t lost;
    size_t pushed; /* pieces; media thread until the end */
    char *path;
    size_t written;         /* pieces; writer thread */
    struct wav_writer *wav; /* writer thread */
    bool failed;
};

struct media_recorder {
    struct tel_log log;
    pthread_t id;
    struct ring *pieces; /* struct piece * */
    int wake_fd;
    _Atomic(struct media_track *) ended;
    atomic_bool stop;
};

static void wake(struct media_recorder *r)
{
    uint64_t one = 1;
    (void)!write(r->wake_fd, &one, sizeof one);
}

struct media_track *media_track_new(struct media_recorder *r, const char *path)
{
    struct media_track *t = mem_alloc(sizeof *t);
    size_t n = strlen(path);
    t->recorder = r;
    t->path = mem_alloc(n + 1);
    memcpy(t->path, path, n + 1);
    return t;
}

static void piece_send(struct media_track *t)
{
    struct piece *p = t->piece;
    t->piece = NULL;
    if (!p) {
        return;
    }
    p->lost = t->lost;
    if (ring_push(t->recorder->pieces, &p)) {
        t->lost = 0;
        ++t->pushed;
        wake(t->recorder);
    } else {
        t->lost += p->n;
        mem_free(p);
    }
}

void media_track_add(struct media_track *t, const int16_t *s, size_t n)
{
    if (!t->piece) {
        t->piece = mem_alloc(sizeof *t->piece);
        t->piece->track = t;
    }
    tm_assert(n <= PIECE - t->piece->n);
    memcpy(t->piece->s + t->piece->n, s, n * sizeof *s);
    t->piece->n += n;
    if (t->piece->n + PCM_FRAME > PIECE) {
        piece_send(t);
    }
}

static void track_put(struct media_recorder *r, struct media_track *t)
{
    t->next = atomic_load(&r->ended);
    while (!atomic_compare_exchange_weak(&r->ended, &t->next, t)) {
    }
    wake(r);
}

void media_track_end(struct media_track *t)
{
    piece_send(t);
    track_put(t->recorder, t);
}

static void track_failed(struct media_track *t, const struct err *e)
{
    t->failed = true;
    tel_log(&t->recorder->log, TEL_LOG_ERROR, "recording: %s", e->text);
}

/* A voice is for its owner's ears only, whatever umask the process has and
 * whatever mode a file in our place had. Nothing of such a file is cut before
 * it is known to be ours. Returns -1 and errno. */
static int private_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && (fchmod(fd, 0600) || ftruncate(fd, 0))) {
        int why = errno;
        (void)close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

static int track_open(struct media_track *t, struct err *e)
{
    int fd = private_file(t->path);
    if (fd < 0) {
        return err_set(e, TM_EIO, "cannot write \"%s\": %s", t->path,
                       strerror(errno));
    }
    return wav_writer_open(&t->wav, fd, e);
}

static void piece_write(struct piece *p)
{
    static const int16_t silence[PIECE];
    struct media_track *t = p->track;
    struct err e = {0};
    if (!t->wav && !t->failed && track_open(t, &e)) {
        track_failed(t, &e);
    }
    while (!t->failed && p->lost > 0) {
        size_t n = p->lost < PIECE ? p->lost : PIECE;
        p->lost -= n;
        if (wav_writer_add(t->wav, silence, n, &e)) {
            track_failed(t, &e);
        }
    }
    if (!t->failed && wav_writer_add(t->wav, p->s, p->n, &e)) {
        track_failed(t, &e);
    }
    ++t->written;
    mem_free(p);
}

static void track_free(struct media_track *t)
{
    wav_writer_close(t->wav);
    mem_free(t->path);
    mem_free(t);
}

/* Pieces of the ended tracks were pushed before these ended. One may still be
 * out of reach, behind a place that another media thread has taken in the
 * ring and not filled yet: its track waits for the next turn. */
static void write_waiting(struct media_recorder *r)
{
    struct media_track *ended = atomic_exchange(&r->ended, NULL);
    struct piece *p;
    for (size_t n = ring_count(r->pieces) + 1; n > 0; --n) {
        if (!ring_pop(r->pieces, &p)) {
            break;
        }
        piece_write(p);
    }
    while (ended) {
        struct media_track *next = ended->next;
        tm_assert(ended->written <= ended->pushed);
        if (ended->written < ended->pushed) {
            track_put(r, ended);
        } else {
            track_free(ended);
        }
        ended = next;
    }
}

static void *run(void *arg)
{
    struct media_recorder *r = arg;
    while (!atomic_load(&r->stop)) {
        struct pollfd p = {.fd = r->wake_fd, .events = POLLIN};
        uint64_t n;
        (void)poll(&p, 1, -1);
        (void)!read(r->wake_fd, &n, sizeof n);
        write_waiting(r);
    }
    write_waiting(r);
    return NULL;
}

struct media_recorder *media_recorder_new(const struct tel_log *log)
{
    struct media_recorder *r = mem_alloc(sizeof *r);
    r->log = *log;
    r->pieces = ring_new(PIECES_WAITING, sizeof(struct piece *));
    r->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (r->wake_fd < 0 || pthread_create(&r->id, NULL, run, r)) {
        if (r->wake_fd >= 0) {
            (void)close(r->wake_fd);
        }
        ring_free(r->pieces);
        mem_free(r);
        return NULL;
    }
    return r;
}

void media_recorder_free(struct media_recorder *r)
{
    if (!r) {
        return;
    }
    atomic_store(&r->stop, true);
    wake(r);
    int rc = pthread_join(r->id, NULL);
    tm_assert(rc == 0);
    (void)close(r->wake_fd);
    ring_free(r->pieces);
    mem_free(r);
}

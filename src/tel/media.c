/* The loop thread's side of the media plane. */
#include "tel/media.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "base/arena.h"
#include "tel/media_priv.h"

enum {
    PORT_REST_US = 5000000, /* late packets of the old call die out */
    PORT_TRIES = 16,
    NOTICES_PER_TURN = 4096,
    RETRY_MS = 20,
    RECEIVE_BYTES = 32768,
};

static void port_give(struct media_plane *p, uint16_t port, int64_t free_us)
{
    tm_assert(p->ports_free < p->ports);
    size_t at = (p->ports_at + p->ports_free) % p->ports;
    p->port[at] = (struct media_port){port, free_us};
    ++p->ports_free;
}

/* The port that has rested longest; 0: none has rested enough. */
static uint16_t port_take(struct media_plane *p)
{
    if (p->ports_free == 0 ||
        p->port[p->ports_at].free_us > loop_monotonic_us()) {
        return 0;
    }
    uint16_t port = p->port[p->ports_at].port;
    p->ports_at = (p->ports_at + 1) % p->ports;
    --p->ports_free;
    return port;
}

static void leg_unlink(struct media_leg *leg)
{
    struct media_plane *p = leg->plane;
    if (leg->all_prev) {
        leg->all_prev->all_next = leg->all_next;
    } else {
        p->all = leg->all_next;
    }
    if (leg->all_next) {
        leg->all_next->all_prev = leg->all_prev;
    }
    --p->legs;
}

static void leg_free(struct media_leg *leg)
{
    struct media_plane *p = leg->plane;
    if (leg->bridge) { /* the plane stops with calls open */
        leg->closed = false;
        media_leg_part(leg);
    }
    leg_unlink(leg);
    if (leg->attached) {
        --leg->thread->legs;
        --leg->thread->slot_legs[leg->slot];
    }
    (void)close(leg->fd);
    port_give(p, leg->port, loop_monotonic_us() + PORT_REST_US);
    mem_free(leg->record_path);
    leg->magic = 0;
    mem_free(leg);
}

static void leave_tell(struct media_leg *leg)
{
    struct media_command c = {.kind = MEDIA_COMMAND_LEAVE, .leg = leg};
    leg->leave_told = media_thread_tell(leg->thread, &c);
    if (!leg->leave_told) {
        loop_timer_set(leg->plane->retry, RETRY_MS);
    }
}

static void retry(void *arg)
{
    struct media_plane *p = arg;
    for (struct media_leg *l = p->all; l; l = l->all_next) {
        if (l->closed && l->attached && !l->leave_told) {
            leave_tell(l);
        }
    }
}

static void notices_run(void *arg)
{
    struct media_plane *p = arg;
    uint64_t wakes;
    bool more = false;
    (void)!read(p->notice_fd, &wakes, sizeof wakes);
    for (unsigned i = 0; i < p->threads; ++i) {
        struct media_notice n;
        int left = NOTICES_PER_TURN;
        while (left > 0 && ring_pop(p->thread[i].notices, &n)) {
            struct media_leg *leg = n.event.leg;
            tm_assert(leg->magic == MEDIA_MAGIC);
            if (n.gone) {
                leg_free(leg);
            } else if (!leg->closed && leg->config.fn) {
                leg->config.fn(leg->config.arg, &n.event);
            }
            --left;
        }
        more = more || left == 0;
    }
    if (more) {
        wakes = 1;
        (void)!write(p->notice_fd, &wakes, sizeof wakes);
    }
}

static void ports_fill(struct media_plane *p, uint16_t min, uint16_t max)
{
    unsigned first = (min + 1u) & ~1u;
    p->ports = (max - first) / 2 + 1;
    p->port = mem_alloc(p->ports * sizeof *p->port);
    for (unsigned port = first; port <= max; port += 2) {
        port_give(p, (uint16_t)port, 0);
    }
}

static int threads_start(struct media_plane *p, struct err *e)
{
    p->thread = mem_alloc(p->threads * sizeof *p->thread);
    for (unsigned i = 0; i < p->threads; ++i) {
        p->thread[i].wake_fd = -1;
    }
    for (unsigned i = 0; i < p->threads; ++i) {
        p->thread[i].plane = p;
        int rc = media_thread_start(&p->thread[i], e);
        if (rc != TM_OK) {
            p->threads = i + 1;
            return rc;
        }
    }
    return TM_OK;
}

int media_plane_start(struct media_plane **out, struct loop *l,
                      const struct media_plane_config *c, struct err *e)
{
    tm_assert(out != NULL && l != NULL);
    if (c->port_min < 1024 || c->port_max <= c->port_min) {
        return err_set(e, TM_EINVAL,
                       "the range of RTP ports %u-%u is empty or below 1024",
                       c->port_min, c->port_max);
    }
    pcm_law_init();
    struct media_plane *p = mem_alloc(sizeof *p);
    p->magic = MEDIA_MAGIC;
    p->loop = l;
    p->log = c->log;
    p->threads = c->threads ? c->threads : 1;
    ports_fill(p, c->port_min, c->port_max);
    p->legs_max = c->legs_max ? c->legs_max : p->ports;
    p->retry = loop_timer_new(l, retry, p);
    p->notice_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    p->recorder = media_recorder_new(&p->log);
    int rc = TM_OK;
    if (p->notice_fd < 0 || !p->recorder) {
        p->threads = 0;
        rc = err_set(e, TM_EIO, "cannot start the media plane: %s",
                     strerror(errno));
    }
    if (rc == TM_OK) {
        rc = loop_watch(l, p->notice_fd, notices_run, p, e);
        p->threads = rc == TM_OK ? p->threads : 0;
    }
    if (rc == TM_OK) {
        rc = threads_start(p, e);
    }
    if (rc != TM_OK) {
        media_plane_stop(p);
        return rc;
    }
    *out = p;
    return TM_OK;
}

void media_plane_stop(struct media_plane *p)
{
    if (!p) {
        return;
    }
    tm_assert(p->magic == MEDIA_MAGIC);
    if (p->threads > 0) {
        loop_unwatch(p->loop, p->notice_fd);
    }
    for (unsigned i = 0; i < p->threads; ++i) {
        media_thread_stop(&p->thread[i]);
    }
    while (p->all) {
        leg_free(p->all);
    }
    media_recorder_free(p->recorder);
    loop_timer_free(p->retry);
    if (p->notice_fd >= 0) {
        (void)close(p->notice_fd);
    }
    mem_free(p->thread);
    mem_free(p->port);
    p->magic = 0;
    mem_free(p);
}

size_t media_plane_legs(const struct media_plane *p)
{
    tm_assert(p->magic == MEDIA_MAGIC);
    return p->legs;
}

static bool address_set(const char *text, uint16_t port,
                        struct sockaddr_storage *out, socklen_t *len)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(port)};
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        memcpy(out, &in, sizeof in);
        *len = sizeof in;
        return true;
    }
    if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
        memcpy(out, &in6, sizeof in6);
        *len = sizeof in6;
        return true;
    }
    return false;
}

/* -1: that port is in other hands; -2: nothing will help. */
static int socket_open(const char *address, uint16_t port)
{
    struct sockaddr_storage a;
    socklen_t len;
    if (!address_set(address, port, &a, &len)) {
        return -2;
    }
    int fd = socket(a.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -2;
    }
    /* A ringing leg is not read: early media must not pile up in the kernel.
     * The size holds about a second of packets. */
    int size = RECEIVE_BYTES;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (bind(fd, (const struct sockaddr *)&a, len)) {
        bool taken = errno == EADDRINUSE;
        (void)close(fd);
        return taken ? -1 : -2;
    }
    return fd;
}

/* Takes a port and binds it; the reason in e. */
static int port_bind(struct media_plane *p, const char *address, uint16_t *port,
                     struct err *e)
{
    for (int i = 0; i < PORT_TRIES; ++i) {
        *port = port_take(p);
        if (*port == 0) {
            (void)err_set(e, TM_EFULL, "all RTP ports are in use or resting");
            return -1;
        }
        int fd = socket_open(address, *port);
        if (fd >= 0) {
            return fd;
        }
        port_give(p, *port, loop_monotonic_us() + PORT_REST_US);
        if (fd == -2) {
            (void)err_errno(e, "cannot open an RTP socket on %s port %u",
                            address, *port);
            return -1;
        }
    }
    (void)err_set(e, TM_EFULL, "other programs hold the RTP ports");
    return -1;
}

static void choose_thread(struct media_leg *leg)
{
    struct media_plane *p = leg->plane;
    leg->thread = &p->thread[0];
    for (unsigned i = 1; i < p->threads; ++i) {
        if (p->thread[i].legs < leg->thread->legs) {
            leg->thread = &p->thread[i];
        }
    }
    leg->slot = 0;
    for (unsigned i = 1; i < MEDIA_SLOTS; ++i) {
        if (leg->thread->slot_legs[i] < leg->thread->slot_legs[leg->slot]) {
            leg->slot = i;
        }
    }
}

int media_leg_open(struct media_leg **out, struct media_plane *p,
                   const struct media_leg_config *c, struct err *e)
{
    uint16_t port = 0;
    uint32_t chance[3];
    tm_assert(out != NULL && p->magic == MEDIA_MAGIC && c->address != NULL);
    if (p->legs >= p->legs_max) {
        return err_set(e, TM_EFULL, "all %zu media legs are in use",
                       p->legs_max);
    }
    struct err why = {0};
    int fd = port_bind(p, c->address, &port, &why);
    if (fd < 0) {
        return err_set(e, why.code, "%s", why.text);
    }
    struct media_leg *leg = mem_alloc(sizeof *leg);
    leg->magic = MEDIA_MAGIC;
    leg->plane = p;
    leg->fd = fd;
    leg->port = port;
    leg->family = strchr(c->address, ':') ? AF_INET6 : AF_INET;
    leg->config = *c;
    leg->config.address = NULL;
    leg->config.record_path = NULL;
    if (c->record_path) {
        size_t n = strlen(c->record_path) + 1;
        leg->record_path = mem_alloc(n);
        memcpy(leg->record_path, c->record_path, n);
    }
    int ok = RAND_bytes((unsigned char *)chance, (int)sizeof chance);
    tm_assert(ok == 1);
    leg->flow.ssrc = chance[0];
    leg->flow.ts = chance[1];
    leg->flow.seq = (uint16_t)chance[2];
    leg->all_next = p->all;
    if (p->all) {
        p->all->all_prev = leg;
    }
    p->all = leg;
    ++p->legs;
    *out = leg;
    return TM_OK;
}

uint16_t media_leg_port(const struct media_leg *leg)
{
    tm_assert(leg->magic == MEDIA_MAGIC);
    return leg->port;
}

int media_leg_connect(struct media_leg *leg, const struct sdp_text *peer)
{
    tm_assert(leg->magic == MEDIA_MAGIC && !leg->closed);
    struct media_peer to = {
        .codec = peer->codecs > 0 ? peer->codec[0] : SDP_PCMU,
        .event_pt = peer->event_pt,
        .send = peer->receive && peer->port != 0,
        .receive = peer->send,
    };
    if (!address_set(peer->address, peer->port, &to.address, &to.address_len)) {
        return TM_EINVAL;
    }
    if (to.send && to.address.ss_family != leg->family) {
        return TM_EINVAL; /* nothing would ever arrive */
    }
    struct media_peer *data = mem_alloc(sizeof *data);
    *data = to;
    if (!leg->attached) {
        choose_thread(leg);
    }
    struct media_command c = {MEDIA_COMMAND_CONNECT, leg, data};
    if (!media_thread_tell(leg->thread, &c)) {
        mem_free(data);
        return TM_EFULL;
    }
    if (!leg->attached) {
        leg->attached = true;
        ++leg->thread->legs;
        ++leg->thread->slot_legs[leg->slot];
    }
    return TM_OK;
}

int media_leg_play(struct media_leg *leg, struct pcm *const *list, size_t n,
                   uint32_t tag, bool repeat)
{
    tm_assert(leg->magic == MEDIA_MAGIC && !leg->closed);
    if (n > MEDIA_LIST_MAX) {
        return TM_EFULL;
    }
    if (!leg->attached) {
        return TM_ESTATE;
    }
    struct media_list *l = mem_alloc(sizeof *l);
    l->n = n;
    l->tag = tag;
    l->repeat = repeat;
    for (size_t i = 0; i < n; ++i) {
        l->item[i] = pcm_ref(list[i]);
    }
    struct media_command c = {MEDIA_COMMAND_PLAY, leg, l};
    if (!media_thread_tell(leg->thread, &c)) {
        for (size_t i = 0; i < n; ++i) {
            pcm_unref(l->item[i]);
        }
        mem_free(l);
        return TM_EFULL;
    }
    return TM_OK;
}

void media_leg_silence(struct media_leg *leg)
{
    tm_assert(leg->magic == MEDIA_MAGIC && !leg->closed);
    if (leg->attached) {
        struct media_command c = {MEDIA_COMMAND_SILENCE, leg, NULL};
        (void)media_thread_tell(leg->thread, &c);
    }
}

int media_leg_press(struct media_leg *leg, const char *keys, unsigned on_ms,
                    unsigned gap_ms, bool in_band)
{
    tm_assert(leg->magic == MEDIA_MAGIC && !leg->closed);
    size_t n = strlen(keys);
    double hz[2];
    for (size_t i = 0; i < n; ++i) {
        if (!tone_key_hz(keys[i], hz)) {
            return TM_EINVAL;
        }
    }
    if (n == 0 || n > MEDIA_KEYS_MAX || on_ms < MEDIA_TICK_MS || on_ms > 8000) {
        return TM_EINVAL;
    }
    if (!leg->attached) {
        return TM_ESTATE;
    }
    struct media_keys *k = mem_alloc(sizeof *k);
    memcpy(k->key, keys, n + 1);
    k->on_ms = on_ms;
    k->gap_ms = gap_ms;
    k->in_band = in_band;
    struct media_command c = {MEDIA_COMMAND_PRESS, leg, k};
    if (!media_thread_tell(leg->thread, &c)) {
        mem_free(k);
        return TM_EFULL;
    }
    return TM_OK;
}

int media_leg_bridge(struct media_leg *a, struct media_leg *b)
{
    tm_assert(a->magic == MEDIA_MAGIC && !a->closed);
    tm_assert(b->magic == MEDIA_MAGIC && !b->closed);
    if (a == b || !a->attached || !b->attached || a->bridge || b->bridge) {
        return TM_ESTATE;
    }
    struct media_bridge *g = media_bridge_new(a, b);
    struct media_command to_a = {MEDIA_COMMAND_BRIDGE, a, g};
    struct media_command to_b = {MEDIA_COMMAND_BRIDGE, b, g};
    bool told_a = media_thread_tell(a->thread, &to_a);
    if (!told_a || !media_thread_tell(b->thread, &to_b)) {
        media_bridge_cut(g);
        media_bridge_drop(g);
        media_bridge_drop(g);
        if (!told_a) {
            media_bridge_drop(g);
        }
        return TM_EFULL;
    }
    a->bridge = b->bridge = g;
    a->mate = b;
    b->mate = a;
    return TM_OK;
}

void media_leg_part(struct media_leg *leg)
{
    tm_assert(leg->magic == MEDIA_MAGIC && !leg->closed);
    if (!leg->bridge) {
        return;
    }
    tm_assert(leg->mate->bridge == leg->bridge);
    media_bridge_cut(leg->bridge);
    media_bridge_drop(leg->bridge);
    leg->mate->bridge = leg->bridge = NULL;
    leg->mate->mate = NULL;
    leg->mate = NULL;
}

void media_leg_close(struct media_leg *leg)
{
    if (!leg) {
        return;
    }
    tm_assert(leg->magic == MEDIA_MAGIC && !leg->closed);
    media_leg_part(leg);
    leg->closed = true;
    atomic_store(&leg->mute, true);
    if (!leg->attached) {
        leg_free(leg);
        return;
    }
    leave_tell(leg);
}

void media_leg_counts(const struct media_leg *leg, struct media_leg_counts *out)
{
    tm_assert(leg->magic == MEDIA_MAGIC);
    out->sent = atomic_load_explicit(&leg->sent, memory_order_relaxed);
    out->received = atomic_load_explicit(&leg->received, memory_order_relaxed);
    out->late = atomic_load_explicit(&leg->late, memory_order_relaxed);
    out->energy = atomic_load_explicit(&leg->energy, memory_order_relaxed);
}

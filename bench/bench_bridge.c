/*
 * What a bridge of two calls costs: PAIRS pairs of legs of the media plane,
 * joined, with the detectors that an agent's call and a person's have, beside
 * as many pairs of bare UDP forwarders (recv here, send there, one thread,
 * connected sockets, no epoll) in the same run: forwarders, bridges,
 * forwarders again. The peers are another process and are not counted.
 *
 *   bench_bridge [PAIRS] [SECONDS] [--json]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "tel/loop.h"
#include "tel/media.h"

enum {
    PACKET = 172,
    TICK_NS = 20000000,
    SLOTS = 10,
    PAIRS_MAX = 1000,
    WARM_S = 1,
    PORT_MIN = 20000,
    PORT_MAX = 29999,
};

struct bench {
    size_t legs;
    int seconds;
    int *peer;      /* sockets of the other process */
    uint16_t *port; /* theirs */
    int orders;     /* pipe to it */
};

struct result {
    double cpu_us; /* per packet that went from one leg to the other */
    unsigned long packets;
};

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_bridge: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_bound(uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0)
        fail("cannot open a socket (ulimit -n?)");
    *port = ntohs(at.sin_port);
    return fd;
}

static void connect_to(int fd, uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
        fail("cannot connect a socket");
}

static double cpu_s(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void sleep_slot(struct timespec *at)
{
    at->tv_nsec += TICK_NS / SLOTS;
    at->tv_sec += at->tv_nsec / 1000000000;
    at->tv_nsec %= 1000000000;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL) == EINTR) {
    }
}

/* --- the peers: each sends 20 ms of a tone-like pattern, reads what comes --
 */

static void speak(int fd, unsigned turn, uint32_t ssrc)
{
    uint8_t p[PACKET] = {0x80, 0, (uint8_t)(turn >> 8), (uint8_t)turn};
    char in[1500];
    uint32_t ts = htonl(turn * 160), id = htonl(ssrc);
    memcpy(p + 4, &ts, sizeof ts);
    memcpy(p + 8, &id, sizeof id);
    for (unsigned i = 12; i < PACKET; i++)
        p[i] = (uint8_t)(i * 7 + turn * 13);
    while (recv(fd, in, sizeof in, 0) > 0) {
    }
    (void)send(fd, p, sizeof p, 0);
}

/* Speaks to the ports it is told, for the time it is told, again and again. */
static void peers_run(const struct bench *b, int orders)
{
    uint16_t *to = mem_alloc(b->legs * sizeof *to);
    size_t bytes = b->legs * sizeof *to;
    uint32_t ssrc = 0;
    while (read(orders, to, bytes) == (ssize_t)bytes) {
        struct timespec at;
        for (size_t i = 0; i < b->legs; i++)
            connect_to(b->peer[i], to[i]);
        ssrc++;
        (void)clock_gettime(CLOCK_MONOTONIC, &at);
        for (long s = 0; s < (long)(b->seconds + 2 * WARM_S) * 50 * SLOTS;
             s++) {
            for (size_t i = (size_t)(s % SLOTS); i < b->legs; i += SLOTS)
                speak(b->peer[i], (unsigned)(s / SLOTS), ssrc);
            sleep_slot(&at);
        }
    }
    mem_free(to);
}

static pid_t peers_start(struct bench *b)
{
    int pipes[2];
    b->peer = mem_alloc(b->legs * sizeof *b->peer);
    b->port = mem_alloc(b->legs * sizeof *b->port);
    for (size_t i = 0; i < b->legs; i++)
        b->peer[i] = open_bound(&b->port[i]);
    if (pipe(pipes) != 0)
        fail("cannot make a pipe");
    pid_t id = fork();
    if (id < 0)
        fail("cannot start the peers");
    if (id == 0) {
        (void)close(pipes[1]);
        peers_run(b, pipes[0]);
        _exit(0);
    }
    (void)close(pipes[0]);
    for (size_t i = 0; i < b->legs; i++)
        (void)close(b->peer[i]);
    b->orders = pipes[1];
    return id;
}

static void peers_speak_to(const struct bench *b, const uint16_t *port)
{
    size_t bytes = b->legs * sizeof *port;
    if (write(b->orders, port, bytes) != (ssize_t)bytes)
        fail("the peers have gone");
}

/* --- forwarders ------------------------------------------------------------
 */

static unsigned long pass(int from, int to)
{
    char p[1500];
    unsigned long n = 0;
    ssize_t got;
    while ((got = recv(from, p, sizeof p, 0)) > 0) {
        (void)send(to, p, (size_t)got, 0);
        n++;
    }
    return n;
}

static struct result forward(const struct bench *b)
{
    int *fd = mem_alloc(b->legs * sizeof *fd);
    uint16_t *port = mem_alloc(b->legs * sizeof *port);
    struct result r = {0};
    struct timespec at;
    double began = 0;
    for (size_t i = 0; i < b->legs; i++) {
        fd[i] = open_bound(&port[i]);
        connect_to(fd[i], b->port[i]);
    }
    peers_speak_to(b, port);
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    for (long s = 0; s < (long)(b->seconds + WARM_S) * 50 * SLOTS; s++) {
        if (s == (long)WARM_S * 50 * SLOTS) {
            began = cpu_s();
            r.packets = 0;
        }
        for (size_t i = 2 * (size_t)(s % SLOTS); i < b->legs; i += 2 * SLOTS)
            r.packets += pass(fd[i], fd[i + 1]) + pass(fd[i + 1], fd[i]);
        sleep_slot(&at);
    }
    r.cpu_us = (cpu_s() - began) * 1e6 / (double)(r.packets ? r.packets : 1);
    for (size_t i = 0; i < b->legs; i++)
        (void)close(fd[i]);
    mem_free(fd);
    mem_free(port);
    return r;
}

/* --- bridges ---------------------------------------------------------------
 */

static void on_time(void *arg)
{
    loop_stop(arg);
}

static void run_loop(struct loop *l, int seconds)
{
    struct err e = {0};
    struct loop_timer *t = loop_timer_new(l, on_time, l);
    loop_timer_set(t, (int64_t)seconds * 1000);
    if (loop_run(l, &e) != TM_OK)
        fail(e.text);
    loop_timer_free(t);
}

static struct media_leg *leg_open(struct media_plane *p, bool agent,
                                  uint16_t port)
{
    struct err e = {0};
    struct media_leg *leg = NULL;
    const struct media_leg_config c = {.address = "127.0.0.1",
                                       .detect_digits = true,
                                       .detect_beep = !agent,
                                       .hide_keys = agent};
    const struct sdp_text to = {.address = "127.0.0.1",
                                .port = port,
                                .codec = {SDP_PCMU},
                                .codecs = 1,
                                .event_pt = 101,
                                .send = true,
                                .receive = true};
    if (media_leg_open(&leg, p, &c, &e) != TM_OK ||
        media_leg_connect(leg, &to) != TM_OK)
        fail(e.text);
    return leg;
}

static unsigned long passed(struct media_leg *const *leg, size_t legs)
{
    unsigned long n = 0;
    for (size_t i = 0; i < legs; i++) {
        struct media_leg_counts c;
        media_leg_counts(leg[i], &c);
        n += c.sent < c.received ? c.sent : c.received;
    }
    return n;
}

static struct result bridge(const struct bench *b, struct loop *l)
{
    struct err e = {0};
    struct media_plane *plane = NULL;
    struct media_leg **leg = mem_alloc(b->legs * sizeof(struct media_leg *));
    uint16_t *port = mem_alloc(b->legs * sizeof *port);
    const struct media_plane_config m = {.port_min = PORT_MIN,
                                         .port_max = PORT_MAX};
    struct result r = {0};
    if (media_plane_start(&plane, l, &m, &e) != TM_OK)
        fail(e.text);
    for (size_t i = 0; i < b->legs; i++) {
        leg[i] = leg_open(plane, i % 2 == 1, b->port[i]);
        port[i] = media_leg_port(leg[i]);
        if (i % 2 == 1 && media_leg_bridge(leg[i - 1], leg[i]) != TM_OK)
            fail("cannot join two legs");
    }
    peers_speak_to(b, port);
    run_loop(l, WARM_S);
    unsigned long before = passed(leg, b->legs);
    double began = cpu_s();
    run_loop(l, b->seconds);
    double took = cpu_s() - began;
    r.packets = passed(leg, b->legs) - before;
    r.cpu_us = took * 1e6 / (double)(r.packets ? r.packets : 1);
    media_plane_stop(plane);
    mem_free(leg);
    mem_free(port);
    return r;
}

static void report(const struct bench *b, const struct result r[3], bool json)
{
    double floor_us = (r[0].cpu_us + r[2].cpu_us) / 2;
    double ratio = r[1].cpu_us / floor_us;
    /* A minute of a pair: 50 packets a second each way. */
    double minute_s = r[1].cpu_us * 100 * 60 / 1e6;
    if (json)
        (void)printf("{\"pairs\":%zu,\"bridge_us\":%.3f,\"forward_us\":%.3f,"
                     "\"ratio\":%.2f,\"cpu_s_per_minute\":%.4f}\n",
                     b->legs / 2, r[1].cpu_us, floor_us, ratio, minute_s);
    else
        (void)printf("%zu bridged pairs: %.2f us of CPU per packet passed on "
                     "(%lu), bare forwarders %.2f (%lu): %.2f times; %.4f "
                     "CPU-s a minute of a bridge\n",
                     b->legs / 2, r[1].cpu_us, r[1].packets, floor_us,
                     r[0].packets, ratio, minute_s);
}

int main(int argc, char **argv)
{
    long pairs = argc > 1 ? atol(argv[1]) : 200;
    long seconds = argc > 2 ? atol(argv[2]) : 5;
    if (pairs < 1 || pairs > PAIRS_MAX || seconds < 1 || seconds > 60) {
        (void)fprintf(stderr,
                      "usage: bench_bridge [PAIRS] [SECONDS] [--json]\n");
        return 2;
    }
    struct bench b = {.legs = 2 * (size_t)pairs, .seconds = (int)seconds};
    struct err e = {0};
    const struct tel_log quiet = {0};
    struct loop *l = NULL;
    struct result r[3];
    pid_t peers = peers_start(&b);
    if (loop_new(&l, 0, &quiet, &e) != TM_OK)
        fail(e.text);
    r[0] = forward(&b);
    run_loop(l, WARM_S); /* the peers still speak */
    r[1] = bridge(&b, l);
    run_loop(l, WARM_S);
    r[2] = forward(&b);
    (void)close(b.orders);
    (void)waitpid(peers, NULL, 0);
    loop_free(l);
    report(&b, r, argc > 3 && strcmp(argv[3], "--json") == 0);
    mem_free(b.peer);
    mem_free(b.port);
    return 0;
}

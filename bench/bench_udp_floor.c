/*
 * What the kernel alone asks for sound on loopback: as many pairs of
 * connected UDP sockets as calls, each pair passing one packet of 172 bytes
 * (20 ms of G.711) every 20 ms, read and sent by one thread without epoll.
 * The floor that CPU time per packet pair of the media plane is set against.
 *
 *   bench_udp_floor [LEGS] [SECONDS] [--json]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

enum { PACKET = 172, TICK_NS = 20000000, SLOTS = 10, LEGS_MAX = 4000 };

struct leg {
    int ours, peer;
};

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_udp_floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_bound(struct sockaddr_in *at)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    socklen_t n = sizeof(*at);
    *at = (struct sockaddr_in){.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || bind(fd, (struct sockaddr *)at, n) != 0 ||
        getsockname(fd, (struct sockaddr *)at, &n) != 0)
        fail("cannot open a socket (ulimit -n?)");
    return fd;
}

static void open_leg(struct leg *l)
{
    struct sockaddr_in ours, peer;
    l->ours = open_bound(&ours);
    l->peer = open_bound(&peer);
    if (connect(l->ours, (struct sockaddr *)&peer, sizeof(peer)) != 0 ||
        connect(l->peer, (struct sockaddr *)&ours, sizeof(ours)) != 0)
        fail("cannot connect a socket");
}

static double cpu_s(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Each side reads until nothing is left, as the media plane does, and sends:
 * two packet pairs. */
static unsigned long pass(const struct leg *l)
{
    char in[1500];
    static const char out[PACKET];
    unsigned long got = 0;
    while (recv(l->ours, in, sizeof(in), 0) > 0)
        got++;
    (void)send(l->ours, out, sizeof(out), 0);
    while (recv(l->peer, in, sizeof(in), 0) > 0)
        got++;
    (void)send(l->peer, out, sizeof(out), 0);
    return got;
}

static unsigned long run(const struct leg *leg, size_t legs, int seconds)
{
    struct timespec at;
    unsigned long pairs = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    for (long slot = 0; slot < (long)seconds * 50 * SLOTS; slot++) {
        for (size_t i = (size_t)(slot % SLOTS); i < legs; i += SLOTS)
            pairs += pass(&leg[i]);
        at.tv_nsec += TICK_NS / SLOTS;
        at.tv_sec += at.tv_nsec / 1000000000;
        at.tv_nsec %= 1000000000;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) ==
               EINTR) {
        }
    }
    return pairs;
}

int main(int argc, char **argv)
{
    long legs = argc > 1 ? atol(argv[1]) : 300;
    long seconds = argc > 2 ? atol(argv[2]) : 5;
    if (legs < 1 || legs > LEGS_MAX || seconds < 1 || seconds > 60) {
        (void)fprintf(stderr, "usage: bench_udp_floor [LEGS] [SECONDS]\n");
        return 2;
    }
    struct leg *leg = mem_alloc((size_t)legs * sizeof(*leg));
    for (long i = 0; i < legs; i++)
        open_leg(&leg[i]);
    double began = cpu_s();
    unsigned long pairs = run(leg, (size_t)legs, (int)seconds);
    double us = (cpu_s() - began) * 1e6 / (double)(pairs ? pairs : 1);
    if (argc > 3 && strcmp(argv[3], "--json") == 0)
        (void)printf("{\"legs\":%ld,\"pairs\":%lu,\"us_per_pair\":%.3f}\n",
                     legs, pairs, us);
    else
        (void)printf("%ld legs: %.2f us of CPU per packet pair (%lu pairs)\n",
                     legs, us, pairs);
    for (long i = 0; i < legs; i++) {
        (void)close(leg[i].ours);
        (void)close(leg[i].peer);
    }
    mem_free(leg);
    return 0;
}

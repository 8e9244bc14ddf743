/*
 * The media path of one leg, without its thread: packets of any bytes from
 * two sources, between ticks at which the leg plays, presses keys, is put on
 * hold or is sent elsewhere. Held to: a key for at most each packet, a
 * "played" for at most each list, bounded state.
 *
 * Input: commands of one byte, see step().
 */
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "base/arena.h"
#include "fuzz.h"
#include "tel/media_priv.h"

enum { EVENTS = 256, PACKET = 300, US_A_TICK = MEDIA_TICK_MS * 1000 };

struct input {
    const uint8_t *p;
    size_t n;
};

static struct media_thread thread;
static int leg_fd = -1, peer_fd[2];
static struct sockaddr_in leg_at, peer_at[2];

struct leg_run {
    struct media_leg leg;
    size_t packets, lists, keys;
    size_t digits, played, sent;
};

static void ignore(void *arg, const struct media_event *ev)
{
    (void)arg, (void)ev;
}

static int socket_bound(struct sockaddr_in *at)
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    *at = (struct sockaddr_in){.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    tm_assert(fd >= 0 && bind(fd, (struct sockaddr *)at, sizeof *at) == 0);
    tm_assert(getsockname(fd, (struct sockaddr *)at, &len) == 0);
    return fd;
}

static void open_once(void)
{
    if (leg_fd >= 0)
        return;
    pcm_law_init();
    leg_fd = socket_bound(&leg_at);
    peer_fd[0] = socket_bound(&peer_at[0]);
    peer_fd[1] = socket_bound(&peer_at[1]);
    thread.notices = ring_new(EVENTS, sizeof(struct media_notice));
}

static uint8_t take(struct input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return *in->p++;
}

static void connect_to(struct leg_run *r, uint8_t how)
{
    struct media_peer p = {.address_len = sizeof peer_at[0],
                           .codec = how & 4 ? SDP_PCMA : SDP_PCMU,
                           .event_pt = how & 8 ? -1 : 96,
                           .send = !(how & 16),
                           .receive = !(how & 32)};
    memcpy(&p.address, &peer_at[how & 1], sizeof peer_at[0]);
    media_rtp_connect(&r->leg, &p);
}

static void packet(struct leg_run *r, const uint8_t *p, size_t n, int from)
{
    (void)!sendto(peer_fd[from], p, n, 0, (struct sockaddr *)&leg_at,
                  sizeof leg_at);
    r->packets++;
}

/* A good header, then what the input says. */
static void packet_made(struct leg_run *r, struct input *in)
{
    uint8_t what = take(in), seq = take(in), ts = take(in);
    uint8_t p[PACKET] = {0x80};
    p[1] = what & 1 ? 96 : what & 2 ? 0 : what & 4 ? 8 : 13;
    p[3] = seq;
    p[7] = ts;
    p[11] = what >> 6;
    size_t n = what & 1 ? 4 : (size_t)(what & 0x38) * 4 + 1;
    for (size_t i = 0; i < n; i++)
        p[12 + i] = i < 2 || (what & 8) ? take(in) : p[12 + i - 2];
    packet(r, p, 12 + n, what & 0x20 ? 1 : 0);
}

static void events_read(struct leg_run *r)
{
    struct media_notice n;
    while (ring_pop(thread.notices, &n)) {
        tm_assert(!n.gone && n.event.leg == &r->leg);
        r->digits += n.event.kind == MEDIA_DIGIT;
        r->played += n.event.kind == MEDIA_PLAYED;
        r->sent += n.event.kind == MEDIA_DIGITS_SENT;
        tm_assert(n.event.kind != MEDIA_DIGIT ||
                  strchr("0123456789*#ABCD", n.event.digit) != NULL);
    }
    tm_assert(r->played <= r->lists && r->sent <= r->keys);
    tm_assert(r->digits <= r->packets);
    tm_assert(r->leg.flow.jitter_n <= MEDIA_JITTER_MAX);
    tm_assert(r->leg.flow.heard_len <= sizeof r->leg.flow.heard);
}

static void tick(struct leg_run *r, unsigned ticks)
{
    uint8_t back[PACKET];
    thread.now_us += US_A_TICK * (int64_t)ticks;
    media_rtp_receive(&r->leg);
    media_detect_tick(&r->leg);
    media_rtp_send(&r->leg, ticks);
    for (int i = 0; i < 2; i++) {
        ssize_t n;
        while ((n = recv(peer_fd[i], back, sizeof back, 0)) > 0)
            tm_assert(back[0] == 0x80 && (n == 172 || n == 16));
    }
    events_read(r);
}

static void play(struct leg_run *r, uint8_t what)
{
    media_rtp_cut(&r->leg);
    struct media_list *l = mem_alloc(sizeof *l);
    l->n = what & 3;
    l->repeat = what & 4;
    for (size_t i = 0; i < l->n; i++)
        l->item[i] = pcm_new((size_t)(what >> 3) * 13);
    r->leg.flow.list = l;
    r->leg.flow.item = r->leg.flow.offset = 0;
    r->lists++;
}

static void press(struct leg_run *r, uint8_t what)
{
    struct media_flow *f = &r->leg.flow;
    mem_free(f->keys);
    f->keys = mem_alloc(sizeof *f->keys);
    memcpy(f->keys->key, what & 1 ? "1#" : "D", what & 1 ? 3 : 2);
    f->keys->on_ms = 20 + what;
    f->keys->gap_ms = what >> 2;
    f->keys->in_band = what & 2;
    f->key_at = 0;
    f->key_ms = 0;
    r->keys++;
}

static void step(struct leg_run *r, struct input *in)
{
    uint8_t what = take(in);
    size_t n = in->n < what ? in->n : what;
    switch (what & 7) {
    case 0:
    case 1: packet_made(r, in); break;
    case 2:
        packet(r, in->p, n, what & 8 ? 1 : 0);
        in->p += n;
        in->n -= n;
        break;
    case 3: connect_to(r, take(in)); break;
    case 4: play(r, take(in)); break;
    case 5: press(r, take(in)); break;
    case 6: tick(r, 1 + (what >> 5)); break;
    default: tick(r, 1); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct input in = {data, n};
    struct leg_run *r = mem_alloc(sizeof *r);
    uint8_t byte;
    open_once();
    r->leg.magic = MEDIA_MAGIC;
    r->leg.thread = &thread;
    r->leg.fd = leg_fd;
    r->leg.config = (struct media_leg_config){.detect_digits = true,
                                              .detect_voice = true,
                                              .detect_beep = true,
                                              .starve_ms = 200,
                                              .fn = ignore};
    media_detect_start(&r->leg);
    connect_to(r, 0);
    while (in.n > 0)
        step(r, &in);
    for (int i = 0; i < 9; i++)
        tick(r, 1);
    media_rtp_cut(&r->leg);
    mem_free(r->leg.flow.keys);
    media_detect_stop(&r->leg);
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    (void)connect(leg_fd, &none, sizeof none);
    while (recv(leg_fd, &byte, sizeof byte, 0) >= 0) {
    }
    mem_free(r);
    return 0;
}

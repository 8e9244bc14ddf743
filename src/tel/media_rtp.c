/* RTP in and out of one leg (RFC 3550, 3551, 4733). Media thread. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "tel/media_priv.h"

enum {
    RTP_HEADER = 12,
    OUR_EVENT_PT = 101, /* what our offers say */
    EVENT_VOLUME = 10,  /* -10 dBm0 */
    EVENT_REPEATS = 3,  /* the end is sent three times (RFC 4733, 2.5.1.4) */
    STRANGERS_MAX = 5,  /* packets until a source not in the SDP is taken */
    RELATCH_MS = 400,   /* without a packet: another source may take over */
    DRAIN_MAX = 32,     /* packets read per tick */
    DRAIN_TICKS = 8,    /* all that waits is read this often */
    WAITING_MAX = 4096,
};

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, (uint16_t)(v >> 16));
    put16(p + 2, (uint16_t)v);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static enum pcm_law law_of(const struct media_flow *f)
{
    return f->peer.codec == SDP_PCMU ? PCM_ULAW : PCM_ALAW;
}

void media_rtp_cut(struct media_leg *leg)
{
    struct media_list *l = leg->flow.list;
    leg->flow.list = NULL;
    if (l) {
        for (size_t i = 0; i < l->n; ++i) {
            pcm_unref(l->item[i]);
        }
        mem_free(l);
    }
}

static void unlatch(struct media_leg *leg)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    if (leg->flow.latched) {
        (void)connect(leg->fd, &none, sizeof none);
    }
    leg->flow.latched = false;
    leg->flow.strangers = 0;
}

/* Early media that came before the first connect is not to be heard late. */
static void discard_waiting(int fd)
{
    uint8_t byte;
    for (int i = 0; i < WAITING_MAX; ++i) {
        if (recv(fd, &byte, sizeof byte, MSG_DONTWAIT) < 0 &&
            errno != ECONNREFUSED) {
            return;
        }
    }
}

void media_rtp_connect(struct media_leg *leg, const struct media_peer *p)
{
    struct media_flow *f = &leg->flow;
    if (f->peer.address_len == 0) {
        discard_waiting(leg->fd);
    }
    if (f->peer.address_len != p->address_len ||
        memcmp(&f->peer.address, &p->address, p->address_len) != 0) {
        unlatch(leg);
        f->heard_len = 0;
    }
    f->peer = *p;
}

static bool same_address(const struct sockaddr_storage *a,
                         const struct sockaddr_storage *b)
{
    if (a->ss_family != b->ss_family) {
        return false;
    }
    if (a->ss_family == AF_INET) {
        struct sockaddr_in x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x.sin_port == y.sin_port &&
               x.sin_addr.s_addr == y.sin_addr.s_addr;
    }
    struct sockaddr_in6 x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x.sin6_port == y.sin6_port &&
           memcmp(&x.sin6_addr, &y.sin6_addr, sizeof x.sin6_addr) == 0;
}

/* Symmetric RTP: we send to where packets come from. The address of the SDP
 * is believed at once; another one (a peer behind NAT) only when it keeps
 * sending, so that one stray packet cannot take the call. */
static bool source_taken(struct media_leg *leg,
                         const struct sockaddr_storage *from, socklen_t len)
{
    struct media_flow *f = &leg->flow;
    if (f->latched) {
        return true;
    }
    bool known = same_address(from, &f->peer.address) ||
                 (f->heard_len > 0 && same_address(from, &f->heard));
    if (!known && ++f->strangers < STRANGERS_MAX) {
        return false;
    }
    if (connect(leg->fd, (const struct sockaddr *)from, len) == 0) {
        f->latched = true;
        f->heard = *from;
        f->heard_len = len;
    }
    return true;
}

/* Samples wait here until the tick takes 20 ms of them for the recording. */
static void jitter_add(struct media_flow *f, const int16_t *s, size_t n)
{
    if (!f->track || !f->begun) {
        return;
    }
    if (n > MEDIA_JITTER_MAX - f->jitter_n) {
        n = MEDIA_JITTER_MAX - f->jitter_n;
    }
    memcpy(f->jitter + f->jitter_n, s, n * sizeof *s);
    f->jitter_n += n;
}

static void packet_take(struct media_leg *leg, const uint8_t *p, size_t n)
{
    struct media_flow *f = &leg->flow;
    size_t head = RTP_HEADER + (size_t)(p[0] & 15) * 4;
    if (p[0] & 0x10 && head + 4 <= n) {
        head += 4 + (size_t)(p[head + 2] << 8 | p[head + 3]) * 4;
    }
    size_t pad = p[0] & 0x20 ? p[n - 1] : 0;
    if (head + pad >= n) {
        return;
    }
    const uint8_t *payload = p + head;
    size_t len = n - head - pad;
    int pt = p[1] & 0x7f;
    if (pt == SDP_PCMU || pt == SDP_PCMA) {
        int16_t s[MEDIA_PACKET_MAX];
        const struct media_packet k = {
            .law = pt == SDP_PCMU ? PCM_ULAW : PCM_ALAW,
            .payload = payload,
            .n = len,
            .seq = (uint16_t)(p[2] << 8 | p[3]),
            .ssrc = get32(p + 8),
        };
        pcm_law_decode(k.law, payload, len, s);
        media_detect_audio(leg, s, len);
        jitter_add(f, s, len);
        if (!leg->config.hide_keys || !media_detect_key_down(leg)) {
            media_bridge_put(leg, &k);
        }
    } else if (len >= 4 && (pt == f->peer.event_pt || pt == OUR_EVENT_PT)) {
        const struct media_event_packet event = {
            .event = payload[0],
            .ts = get32(p + 4),
            .ssrc = get32(p + 8),
            .seq = (uint16_t)(p[2] << 8 | p[3]),
        };
        media_detect_event(leg, &event);
    }
}

void media_rtp_receive(struct media_leg *leg)
{
    struct media_flow *f = &leg->flow;
    uint8_t p[MEDIA_PACKET_MAX];
    bool any = false;
    unsigned asked = 0;
    /* One packet comes each tick: to ask for another costs a system call. */
    bool all = ++f->turn % DRAIN_TICKS == 0 || ++f->owed > DRAIN_MAX;
    f->heard_energy = 0;
    while (asked < DRAIN_MAX && (all || asked < f->owed)) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        ssize_t n = f->latched ? recv(leg->fd, p, sizeof p, MSG_DONTWAIT)
                               : recvfrom(leg->fd, p, sizeof p, MSG_DONTWAIT,
                                          (struct sockaddr *)&from, &len);
        if (n < 0 && errno != ECONNREFUSED) {
            break;
        }
        ++asked;
        if (n < 0) {
            continue; /* an ICMP answer to what we sent */
        }
        if (n <= RTP_HEADER || (p[0] & 0xc0) != 0x80 || !f->peer.receive ||
            !source_taken(leg, &from, len)) {
            continue;
        }
        any = true;
        atomic_fetch_add_explicit(&leg->received, 1, memory_order_relaxed);
        packet_take(leg, p, (size_t)n);
    }
    f->owed = all ? 0 : f->owed - asked;
    if (any) {
        f->mute_ms = 0;
        f->starved = false;
    } else {
        f->mute_ms += MEDIA_TICK_MS;
        /* The source has moved, or we took the tail of another one's early
         * media for it: the socket listens to all again. */
        if (f->latched && f->mute_ms >= RELATCH_MS) {
            unlatch(leg);
        }
    }
}

static void transmit(struct media_leg *leg, const uint8_t *p, size_t n)
{
    struct media_flow *f = &leg->flow;
    ssize_t rc;
    if (f->latched) {
        rc = send(leg->fd, p, n, MSG_DONTWAIT);
    } else if (f->heard_len > 0) {
        rc = sendto(leg->fd, p, n, MSG_DONTWAIT,
                    (const struct sockaddr *)&f->heard, f->heard_len);
    } else {
        rc = sendto(leg->fd, p, n, MSG_DONTWAIT,
                    (const struct sockaddr *)&f->peer.address,
                    f->peer.address_len);
    }
    if (rc > 0) {
        atomic_fetch_add_explicit(&leg->sent, 1, memory_order_relaxed);
    }
}

static void header(struct media_flow *f, uint8_t *p, int pt, bool mark,
                   uint32_t ts)
{
    p[0] = 0x80;
    p[1] = (uint8_t)(pt | (mark ? 0x80 : 0));
    put16(p + 2, f->seq++);
    put32(p + 4, ts);
    put32(p + 8, f->ssrc);
}

static void list_ended(struct media_leg *leg)
{
    struct media_list *l = leg->flow.list;
    if (l->repeat) {
        leg->flow.item = leg->flow.offset = 0;
        return;
    }
    uint32_t tag = l->tag;
    media_rtp_cut(leg);
    media_thread_event(leg, MEDIA_PLAYED, 0, tag);
}

/* The next 20 ms of what plays; silence after its end. */
static void next_frame(struct media_leg *leg, int16_t out[PCM_FRAME])
{
    struct media_flow *f = &leg->flow;
    size_t n = 0;
    unsigned rounds = 0;
    while (f->list && n < PCM_FRAME && rounds < 2) {
        if (f->item == f->list->n) {
            ++rounds; /* an empty list that repeats is silence */
            list_ended(leg);
            continue;
        }
        const struct pcm *p = f->list->item[f->item];
        size_t take = p->n - f->offset;
        if (take > PCM_FRAME - n) {
            take = PCM_FRAME - n;
        }
        memcpy(out + n, p->sample + f->offset, take * sizeof *out);
        n += take;
        f->offset += take;
        if (f->offset == p->n) {
            ++f->item;
            f->offset = 0;
        }
    }
    memset(out + n, 0, (PCM_FRAME - n) * sizeof *out);
    if (f->list && f->item == f->list->n && !f->list->repeat) {
        list_ended(leg);
    }
}

static unsigned event_code(char key)
{
    if (key >= '0' && key <= '9') {
        return (unsigned)(key - '0');
    }
    if (key == '*' || key == '#') {
        return key == '*' ? 10 : 11;
    }
    return (unsigned)((key | 0x20) - 'a') + 12;
}

static void event_packet(struct media_leg *leg, bool end)
{
    struct media_flow *f = &leg->flow;
    uint8_t p[RTP_HEADER + 4];
    unsigned duration = (f->key_ms + MEDIA_TICK_MS) * (PCM_RATE / 1000);
    header(f, p, f->peer.event_pt, f->key_ms == 0, f->key_ts);
    p[RTP_HEADER] = (uint8_t)event_code(f->keys->key[f->key_at]);
    p[RTP_HEADER + 1] = (uint8_t)((end ? 0x80 : 0) | EVENT_VOLUME);
    put16(p + RTP_HEADER + 2,
          (uint16_t)(duration > 0xffff ? 0xffff : duration));
    transmit(leg, p, sizeof p);
}

/* One tick of key pressing. True: frame is to be sent as audio; false: a
 * telephone event was sent in its place. */
static bool keys_tick(struct media_leg *leg, int16_t frame[PCM_FRAME])
{
    struct media_flow *f = &leg->flow;
    const struct media_keys *k = f->keys;
    bool in_band = k->in_band || f->peer.event_pt < 0;
    bool audio = true;
    if (f->key_ms == 0) {
        double hz[2];
        (void)tone_key_hz(k->key[f->key_at], hz);
        tone_start(&f->key_tone, hz, 7000);
        f->key_ts = f->ts;
    }
    if (f->key_ms < k->on_ms) {
        bool end = f->key_ms + MEDIA_TICK_MS >= k->on_ms;
        if (in_band) {
            tone_frame(&f->key_tone, frame, PCM_FRAME);
        } else {
            for (int i = 0; i < (end ? EVENT_REPEATS : 1); ++i) {
                event_packet(leg, end);
            }
            audio = false;
        }
    } else {
        memset(frame, 0, PCM_FRAME * sizeof *frame);
    }
    f->key_ms += MEDIA_TICK_MS;
    if (f->key_ms >= k->on_ms + k->gap_ms) {
        f->key_ms = 0;
        if (k->key[++f->key_at] == '\0') {
            mem_free(f->keys);
            f->keys = NULL;
            media_thread_event(leg, MEDIA_DIGITS_SENT, 0, 0);
        }
    }
    return audio;
}

static void add_frame(int16_t to[PCM_FRAME], const int16_t from[PCM_FRAME])
{
    for (size_t i = 0; i < PCM_FRAME; ++i) {
        int sum = to[i] + from[i];
        to[i] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    }
}

/* Takes 20 ms of what was heard, mixes what is sent in if wanted. */
static void record(struct media_leg *leg, const int16_t sent[PCM_FRAME])
{
    struct media_flow *f = &leg->flow;
    int16_t out[PCM_FRAME] = {0};
    size_t n = f->jitter_n < PCM_FRAME ? f->jitter_n : PCM_FRAME;
    memcpy(out, f->jitter, n * sizeof *out);
    f->jitter_n -= n;
    memmove(f->jitter, f->jitter + n, f->jitter_n * sizeof *out);
    if (leg->config.record_both) {
        add_frame(out, sent);
    }
    media_track_add(f->track, out, PCM_FRAME);
}

/* What plays and what the other leg of a bridge says. True: only that one's,
 * in the bytes it came in, which out has as samples when they are recorded. */
static bool mix_frame(struct media_leg *leg, const struct media_heard *heard,
                      int16_t out[PCM_FRAME])
{
    struct media_flow *f = &leg->flow;
    int16_t said[PCM_FRAME];
    bool alone = heard && !f->list && media_bridge_is_law(heard, law_of(f));
    if (alone && !f->track) {
        return true;
    }
    next_frame(leg, out);
    if (heard) {
        media_bridge_decode(heard, said);
        add_frame(out, said);
    }
    return alone;
}

void media_rtp_send(struct media_leg *leg, unsigned ticks)
{
    struct media_flow *f = &leg->flow;
    int16_t frame[PCM_FRAME];
    struct media_heard heard;
    bool audio = true, as_heard = false;
    bool joined = media_bridge_take(leg, &heard);
    if (ticks > 1) {
        atomic_fetch_add_explicit(&leg->late, ticks - 1, memory_order_relaxed);
        f->ts += (ticks - 1) * PCM_FRAME;
    }
    if (f->keys && f->peer.send) {
        audio = keys_tick(leg, frame);
        if (!audio) {
            memset(frame, 0, sizeof frame);
        }
    } else if (f->peer.send) {
        as_heard = mix_frame(leg, joined ? &heard : NULL, frame);
    } else {
        /* On hold nobody hears us: what plays waits, and is not told as
         * played. */
        memset(frame, 0, sizeof frame);
    }
    f->begun = f->begun || f->list || f->bridge;
    if (f->track && f->begun) {
        record(leg, frame);
    }
    if (audio && f->peer.send) {
        uint8_t p[RTP_HEADER + PCM_FRAME];
        header(f, p, (int)f->peer.codec, !f->marked, f->ts);
        if (as_heard) {
            memcpy(p + RTP_HEADER, heard.byte, PCM_FRAME);
        } else {
            pcm_law_encode(law_of(f), frame, PCM_FRAME, p + RTP_HEADER);
        }
        f->marked = true;
        transmit(leg, p, sizeof p);
    }
    f->ts += PCM_FRAME;
}

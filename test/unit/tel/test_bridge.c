/* Bridges of the media plane between peers that make their RTP by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "audio/tone.h"
#include "audio/wav.h"
#include "base/arena.h"
#include "base/rng.h"
#include "fixture_pair.h"
#include "tel/media_priv.h"

enum { HEARD_MAX = 8000 * 6, HISTORY = 512 };

struct peer {
    struct media_leg *leg;
    int fd;
    struct sockaddr_in to;
    uint16_t port, seq;
    uint32_t ts;
    enum pcm_law law;
    struct tone tone;
    double hz; /* what it says; 0: sends nothing */
    bool noise;
    uint8_t said[HISTORY][PCM_FRAME]; /* by sequence number */
    int16_t heard[HEARD_MAX];         /* since clear() */
    size_t n;
    int packets, loud, odd; /* heard: frames, not silent, not audio */
    int exact;              /* said by `like` in the same bytes, in order */
    const struct peer *like;
    unsigned like_at;
    char digits[32];
    int played, beeps;
};

struct scene {
    struct pair p;
    struct media_plane *plane;
    struct peer a, b;
    int64_t due_us;
    struct rng rng;
};

static void on_media(void *arg, const struct media_event *ev)
{
    struct peer *s = arg;
    size_t n = strlen(s->digits);
    if (ev->kind == MEDIA_DIGIT && n + 1 < sizeof s->digits) {
        s->digits[n] = ev->digit;
    }
    s->played += ev->kind == MEDIA_PLAYED;
    s->beeps += ev->kind == MEDIA_BEEP;
}

static void on_no_call(void *arg, struct dialog *d,
                       const struct dialog_request *r)
{
    (void)arg;
    (void)d;
    (void)r;
}

static void peer_open(struct scene *s, struct peer *p, enum pcm_law law,
                      const struct media_leg_config *more)
{
    struct err e = {0};
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    struct media_leg_config c = *more;
    memset(p, 0, sizeof *p);
    p->law = law;
    p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(p->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(p->fd, (struct sockaddr *)&a, &len), 0);
    p->port = ntohs(a.sin_port);
    c.address = "127.0.0.1";
    c.fn = on_media;
    c.arg = p;
    assert_int_equal(media_leg_open(&p->leg, s->plane, &c, &e), TM_OK);
    p->to = a;
    p->to.sin_port = htons(media_leg_port(p->leg));
}

static void peer_connect(struct peer *p, bool sends, bool receives)
{
    struct sdp_text t = {
        .address = "127.0.0.1",
        .port = p->port,
        .codec = {p->law == PCM_ULAW ? SDP_PCMU : SDP_PCMA},
        .codecs = 1,
        .event_pt = 96,
        .send = sends,
        .receive = receives,
    };
    assert_int_equal(media_leg_connect(p->leg, &t), TM_OK);
}

static void packet(struct peer *p, uint8_t pt, const uint8_t *body, size_t n)
{
    uint8_t out[200] = {0x80, pt};
    out[2] = (uint8_t)(p->seq >> 8);
    out[3] = (uint8_t)p->seq;
    for (int i = 0; i < 4; ++i) {
        out[4 + i] = (uint8_t)(p->ts >> (24 - 8 * i));
    }
    memcpy(out + 12, body, n);
    (void)sendto(p->fd, out, 12 + n, 0, (struct sockaddr *)&p->to,
                 sizeof p->to);
    ++p->seq;
}

static void says(struct peer *p, double hz)
{
    p->hz = hz;
    tone_start(&p->tone, (const double[]){hz, 0}, 8000);
}

static void speak(struct scene *s, struct peer *p)
{
    int16_t frame[PCM_FRAME];
    uint8_t *body = p->said[p->seq % HISTORY];
    if (p->noise) {
        for (int i = 0; i < PCM_FRAME; ++i) {
            body[i] = (uint8_t)rng_below(&s->rng, 256);
        }
    } else if (p->hz > 0) {
        tone_frame(&p->tone, frame, PCM_FRAME);
        pcm_law_encode(p->law, frame, PCM_FRAME, body);
    } else {
        return;
    }
    packet(p, p->law == PCM_ULAW ? 0 : 8, body, PCM_FRAME);
    p->ts += PCM_FRAME;
}

static void compare(struct peer *p, const uint8_t *body)
{
    if (!p->like) {
        return;
    }
    for (unsigned at = p->like_at; at < p->like->seq; ++at) {
        if (memcmp(p->like->said[at % HISTORY], body, PCM_FRAME) == 0) {
            ++p->exact;
            p->like_at = at + 1;
            return;
        }
    }
}

static void listen_to(struct peer *p)
{
    uint8_t in[1500];
    ssize_t n;
    while ((n = recv(p->fd, in, sizeof in, 0)) > 0) {
        if (n != 12 + PCM_FRAME ||
            (in[1] & 0x7f) != (p->law == PCM_ULAW ? 0 : 8)) {
            ++p->odd;
            continue;
        }
        int16_t frame[PCM_FRAME];
        double sum = 0;
        pcm_law_decode(p->law, in + 12, PCM_FRAME, frame);
        for (int i = 0; i < PCM_FRAME; ++i) {
            sum += (double)frame[i] * frame[i];
        }
        ++p->packets;
        p->loud += sum / PCM_FRAME > 10000;
        compare(p, in + 12);
        if (p->n + PCM_FRAME <= HEARD_MAX) {
            memcpy(p->heard + p->n, frame, sizeof frame);
            p->n += PCM_FRAME;
        }
    }
}

static void clear(struct peer *p)
{
    listen_to(p);
    p->n = 0;
    p->packets = p->loud = p->odd = p->exact = 0;
    p->like_at = p->like ? p->like->seq : 0;
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static void pass_until(struct scene *s, int64_t us)
{
    int64_t left = us - loop_monotonic_us();
    (void)pair_run_until(&s->p, never, NULL, left > 0 ? (int)(left / 1000) : 0);
}

/* Both speak and listen for so long, in real time. */
static void run(struct scene *s, int ms)
{
    if (s->due_us < loop_monotonic_us() - 20000) {
        s->due_us = loop_monotonic_us();
    }
    for (int at = 0; at < ms; at += 20) {
        speak(s, &s->a);
        speak(s, &s->b);
        s->due_us += 20000;
        pass_until(s, s->due_us);
        if (s->a.leg) {
            listen_to(&s->a);
        }
        listen_to(&s->b);
    }
}

static void clear_both(struct scene *s)
{
    clear(&s->a);
    clear(&s->b);
}

static double power_at(const struct peer *p, double hz)
{
    double re = 0, im = 0;
    assert_true(p->n > 0);
    for (size_t i = 0; i < p->n; ++i) {
        double w = 6.283185307179586 * hz * (double)i / PCM_RATE;
        re += p->heard[i] * cos(w);
        im += p->heard[i] * sin(w);
    }
    return sqrt(re * re + im * im) * 2 / (double)p->n;
}

static void start_with(struct scene *s, unsigned threads, enum pcm_law law_b,
                       const struct media_leg_config *a)
{
    struct err e = {0};
    memset(s, 0, sizeof *s);
    rng_init(&s->rng, 7, "bridge");
    pair_start(&s->p, on_no_call, s);
    struct media_plane_config m = {
        .threads = threads, .port_min = 30000, .port_max = 30900};
    assert_int_equal(media_plane_start(&s->plane, s->p.loop, &m, &e), TM_OK);
    peer_open(s, &s->a, PCM_ULAW, a);
    peer_open(s, &s->b, law_b, &(struct media_leg_config){0});
    peer_connect(&s->a, true, true);
    peer_connect(&s->b, true, true);
    /* Packets that come before the media thread knows of the leg are lost. */
    (void)pair_run_until(&s->p, never, NULL, 60);
}

static void start(struct scene *s, unsigned threads, enum pcm_law law_b)
{
    start_with(s, threads, law_b,
               &(struct media_leg_config){.detect_digits = true});
}

static void stop(struct scene *s)
{
    media_leg_close(s->a.leg);
    media_leg_close(s->b.leg);
    media_plane_stop(s->plane);
    (void)close(s->a.fd);
    (void)close(s->b.fd);
    pair_stop(&s->p);
}

static void join(struct scene *s)
{
    assert_int_equal(media_leg_bridge(s->a.leg, s->b.leg), TM_OK);
}

static bool all_heard(const struct scene *s)
{
    return s->b.packets > 45 && s->a.packets > 45 &&
           s->b.loud >= s->b.packets - 2 && s->a.loud >= s->a.packets - 2;
}

static void test_each_hears_the_other(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 2; ++threads) {
        struct scene s;
        start(&s, threads, PCM_ULAW);
        assert_true(threads == 1 || s.a.leg->thread != s.b.leg->thread);
        says(&s.a, 500);
        says(&s.b, 900);
        run(&s, 200);
        assert_int_equal(s.a.loud + s.b.loud, 0); /* not joined */
        join(&s);
        run(&s, 300);
        /* Again when the machine stood still for a moment. */
        for (int i = 0; i < 5; ++i) {
            clear_both(&s);
            run(&s, 1000);
            if (all_heard(&s)) {
                break;
            }
        }
        assert_true(all_heard(&s));
        assert_true(power_at(&s.b, 500) > 5000);
        assert_true(power_at(&s.b, 900) < 500);
        assert_true(power_at(&s.a, 900) > 5000);
        assert_true(power_at(&s.a, 500) < 500);
        media_leg_part(s.b.leg);
        run(&s, 60);
        clear_both(&s);
        run(&s, 200);
        assert_true(s.a.packets > 5 && s.b.packets > 5);
        assert_int_equal(s.a.loud + s.b.loud, 0);
        join(&s); /* and again */
        run(&s, 100);
        clear_both(&s);
        run(&s, 300);
        assert_true(s.a.loud > 10 && s.b.loud > 10);
        stop(&s); /* joined */
    }
}

static void test_same_law_passes_unchanged(void **state)
{
    (void)state;
    struct scene s;
    start(&s, 2, PCM_ULAW);
    s.a.noise = true;
    s.b.like = &s.a;
    join(&s);
    run(&s, 300);
    /* A machine that stood still for a moment has silence in between: then
     * once more. What is converted is never the same. */
    for (int i = 0; i < 5; ++i) {
        clear_both(&s);
        run(&s, 1000);
        if (s.b.packets > 45 && s.b.exact >= s.b.packets - 2) {
            break;
        }
    }
    assert_true(s.b.packets > 45);
    assert_true(s.b.exact >= s.b.packets - 2);
    stop(&s);
}

static void test_other_law_is_converted(void **state)
{
    (void)state;
    struct scene s;
    start(&s, 1, PCM_ALAW);
    says(&s.a, 500);
    says(&s.b, 900);
    join(&s);
    run(&s, 300);
    clear_both(&s);
    run(&s, 500);
    assert_int_equal(s.a.odd + s.b.odd, 0);
    double back = power_at(&s.a, 900), forth = power_at(&s.b, 500);
    assert_true(back > 5000 && back < 9000);
    assert_true(forth > 5000 && forth < 9000);
    stop(&s);
}

static void test_states(void **state)
{
    (void)state;
    struct scene s;
    struct peer c;
    start(&s, 1, PCM_ULAW);
    peer_open(&s, &c, PCM_ULAW, &(struct media_leg_config){0});
    assert_int_equal(media_leg_bridge(s.a.leg, s.a.leg), TM_ESTATE);
    assert_int_equal(media_leg_bridge(s.a.leg, c.leg), TM_ESTATE);
    media_leg_part(c.leg);
    peer_connect(&c, true, true);
    join(&s);
    assert_int_equal(media_leg_bridge(s.a.leg, c.leg), TM_ESTATE);
    assert_int_equal(media_leg_bridge(c.leg, s.b.leg), TM_ESTATE);
    media_leg_part(s.a.leg);
    media_leg_part(s.b.leg);
    assert_int_equal(media_leg_bridge(s.b.leg, c.leg), TM_OK);
    assert_int_equal(media_leg_bridge(s.b.leg, s.a.leg), TM_ESTATE);
    media_leg_close(c.leg);
    join(&s); /* the end of one frees the other */
    (void)close(c.fd);
    stop(&s);
}

static void test_the_end_of_one_silences_the_other(void **state)
{
    (void)state;
    struct scene s;
    start(&s, 2, PCM_ULAW);
    says(&s.a, 500);
    join(&s);
    run(&s, 400);
    assert_true(s.b.loud > 10);
    media_leg_close(s.a.leg);
    s.a.leg = NULL;
    run(&s, 60);
    clear(&s.b);
    run(&s, 300);
    assert_true(s.b.packets > 12);
    assert_int_equal(s.b.loud, 0);
    stop(&s);
}

static void test_what_plays_is_heard_besides(void **state)
{
    (void)state;
    struct scene s;
    start(&s, 1, PCM_ULAW);
    says(&s.a, 500);
    says(&s.b, 900);
    join(&s);
    run(&s, 200);
    struct pcm *beep = tone_plain(1300, 5000, 400);
    assert_int_equal(media_leg_play(s.b.leg, &beep, 1, 1, false), TM_OK);
    run(&s, 40);
    clear_both(&s);
    run(&s, 300);
    assert_true(power_at(&s.b, 1300) > 4000);
    assert_true(power_at(&s.b, 500) > 5000); /* the person too */
    assert_true(power_at(&s.a, 1300) < 300);
    run(&s, 200);
    assert_int_equal(s.b.played, 1);
    clear_both(&s);
    run(&s, 200);
    assert_true(power_at(&s.b, 1300) < 300);
    assert_true(power_at(&s.b, 500) > 5000);
    pcm_unref(beep);
    stop(&s);
}

static void press(struct peer *p, uint8_t code)
{
    uint8_t body[4] = {code, 10, 0, 160};
    for (int i = 0; i < 4; ++i) {
        body[1] = i > 1 ? 0x8a : 10;
        packet(p, 96, body, sizeof body);
    }
    p->ts += 1600;
}

static void say_keys(struct scene *s, struct peer *p, const char *keys)
{
    struct pcm *k = tone_keys(keys, 100, 60);
    for (size_t at = 0; at + PCM_FRAME <= k->n; at += PCM_FRAME) {
        uint8_t body[PCM_FRAME];
        pcm_law_encode(p->law, k->sample + at, PCM_FRAME, body);
        packet(p, 0, body, sizeof body);
        p->ts += PCM_FRAME;
        run(s, 20);
    }
    pcm_unref(k);
}

/* a is an agent's telephone: its keys are told and not heard, as tones or as
 * events. b's keys are told. */
static void test_keys_are_events_and_not_heard(void **state)
{
    (void)state;
    struct scene s;
    start_with(
        &s, 1, PCM_ULAW,
        &(struct media_leg_config){.detect_digits = true, .hide_keys = true});
    join(&s);
    run(&s, 100);
    clear_both(&s);
    say_keys(&s, &s.a, "1*5");
    run(&s, 100);
    assert_string_equal(s.a.digits, "1*5");
    assert_true(s.b.loud <= 3 * 3); /* of 5 frames each; no key to anybody */
    clear_both(&s);
    press(&s.a, 7);
    press(&s.b, 9);
    run(&s, 100);
    assert_string_equal(s.a.digits, "1*57");
    assert_string_equal(s.b.digits, "9");
    assert_int_equal(s.a.odd + s.b.odd, 0);
    clear_both(&s);
    say_keys(&s, &s.a, "2"); /* the tone again, now that events were seen */
    run(&s, 100);
    assert_string_equal(s.a.digits, "1*57");
    assert_true(s.b.loud <= 3);
    says(&s.a, 500); /* speech is heard again */
    run(&s, 200);
    clear_both(&s);
    run(&s, 200);
    assert_true(s.b.loud >= 8);
    stop(&s);
}

static void test_hold_is_silence_for_the_other(void **state)
{
    (void)state;
    struct scene s;
    start(&s, 1, PCM_ULAW);
    says(&s.a, 500); /* goes on as music would */
    says(&s.b, 900);
    join(&s);
    run(&s, 200);
    peer_connect(&s.a, true, false); /* a: sendonly */
    run(&s, 60);
    clear_both(&s);
    run(&s, 300);
    assert_int_equal(s.a.packets, 0);
    assert_true(s.b.packets > 12);
    assert_int_equal(s.b.loud, 0);
    peer_connect(&s.a, true, true);
    run(&s, 200);
    clear_both(&s);
    run(&s, 300);
    assert_true(s.b.loud > 12 && s.a.loud > 12);
    stop(&s);
}

static double loudness(const struct pcm *p, double hz, size_t from, size_t n)
{
    double re = 0, im = 0;
    assert_true(from + n <= p->n);
    for (size_t i = 0; i < n; ++i) {
        double w = 6.283185307179586 * hz * (double)i / PCM_RATE;
        re += p->sample[from + i] * cos(w);
        im += p->sample[from + i] * sin(w);
    }
    return sqrt(re * re + im * im) * 2 / (double)n;
}

/* Nothing was played: the recording begins with the bridge, with both. */
static void test_recording_has_both(void **state)
{
    (void)state;
    struct scene s;
    struct err e = {0};
    struct pcm *p = NULL;
    char path[] = "/tmp/telemark-rec-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    start_with(&s, 2, PCM_ALAW,
               &(struct media_leg_config){.record_path = path,
                                          .record_both = true,
                                          .record_from_play = true});
    says(&s.a, 500);
    says(&s.b, 900);
    run(&s, 500);
    join(&s);
    run(&s, 1000);
    media_leg_part(s.a.leg);
    says(&s.b, 0);
    run(&s, 500);
    stop(&s);
    assert_int_equal(wav_read(path, &p, &e), TM_OK);
    assert_true(p->n > 10000 && p->n < 13500); /* 1.5 s */
    assert_true(loudness(p, 500, 1600, 4000) > 4000);
    assert_true(loudness(p, 900, 1600, 4000) > 4000);
    assert_true(loudness(p, 500, p->n - 2400, 1600) > 4000);
    assert_true(loudness(p, 900, p->n - 2400, 1600) < 400);
    pcm_unref(p);
    (void)unlink(path);
}

/* --- the pipe by itself, without time ----------------------------------- */

struct tube {
    struct media_leg from, to;
    struct media_bridge *g;
    uint16_t seq;
    uint8_t next_in, next_out;
    bool broken; /* units were lost or came twice */
};

static void tube_open(struct tube *t)
{
    memset(t, 0, sizeof *t);
    t->g = media_bridge_new(&t->from, &t->to);
    media_bridge_join(&t->from, t->g);
    media_bridge_join(&t->to, t->g);
    t->from.flow.peer.send = t->to.flow.peer.send = true;
}

static void tube_close(struct tube *t)
{
    media_bridge_leave(&t->from);
    media_bridge_leave(&t->to);
    media_bridge_drop(t->g);
}

/* Each 40 samples say their number. */
static void tube_put_seq(struct tube *t, uint16_t seq, size_t n)
{
    uint8_t body[480];
    const struct media_packet k = {PCM_ALAW, body, n, seq, 1};
    for (size_t i = 0; i < n; ++i) {
        body[i] = (uint8_t)(t->next_in + i / 40);
    }
    t->next_in = (uint8_t)(t->next_in + n / 40);
    media_bridge_put(&t->from, &k);
}

static void tube_put(struct tube *t, size_t n)
{
    tube_put_seq(t, t->seq++, n);
}

static bool tube_take(struct tube *t)
{
    struct media_heard h;
    if (!media_bridge_take(&t->to, &h)) {
        return false;
    }
    assert_true(media_bridge_is_law(&h, PCM_ALAW));
    for (int i = 0; i < PCM_FRAME; ++i) {
        t->broken = t->broken || h.byte[i] != (uint8_t)(t->next_out + i / 40);
    }
    t->next_out = (uint8_t)(h.byte[PCM_FRAME - 1] + 1);
    return true;
}

static void test_pipe_reserve(void **state)
{
    (void)state;
    static struct tube t;
    tube_open(&t);
    int silent = 0;
    for (int i = 0; i < 50; ++i) { /* packets of 30 ms */
        if (i % 3 != 2) {
            tube_put(&t, 240);
        }
        silent += !tube_take(&t);
    }
    assert_true(silent <= 1); /* only before there was a reserve */
    assert_false(t.broken);
    for (int i = 0; i < 8; ++i) { /* 80 ms late, all at once */
        if (i == 7) {
            for (int k = 0; k < 4; ++k) {
                tube_put(&t, PCM_FRAME);
            }
        }
        (void)tube_take(&t);
    }
    assert_false(t.broken);
    int backlog = 0;
    for (int i = 0; i < 4000; ++i) {
        tube_put(&t, PCM_FRAME);
        assert_true(tube_take(&t));
    }
    assert_true(t.broken); /* the reserve was given up, by frames */
    while (tube_take(&t)) {
        ++backlog;
    }
    assert_int_equal(backlog, 0);
    tube_close(&t);
}

static void test_pipe_bounds(void **state)
{
    (void)state;
    static struct tube t;
    tube_open(&t);
    for (int i = 0; i < 100; ++i) {
        tube_put(&t, 480);
    }
    int n = 0;
    while (tube_take(&t)) {
        ++n;
    }
    assert_true(n >= 2 && n <= 8);
    for (int i = 0; i < 8; ++i) { /* a burst after a stop of the network */
        tube_put(&t, PCM_FRAME);
    }
    for (n = 0; tube_take(&t); ++n) {
    }
    assert_int_equal(n, 3);        /* the first, and so much as may stay */
    for (int i = 0; i < 20; ++i) { /* nothing comes */
        assert_false(tube_take(&t));
    }
    t.next_out = t.next_in;
    t.broken = false;
    for (int i = 0; i < 100; ++i) { /* twice each, and an old one */
        tube_put(&t, PCM_FRAME);
        uint8_t in = t.next_in;
        tube_put_seq(&t, (uint16_t)(t.seq - 1), PCM_FRAME);
        tube_put_seq(&t, (uint16_t)(t.seq - 3), PCM_FRAME);
        t.next_in = in;
        assert_true(tube_take(&t));
        assert_false(tube_take(&t));
    }
    assert_false(t.broken);
    t.from.flow.peer.send = false; /* held by its peer */
    tube_put(&t, PCM_FRAME);
    assert_false(tube_take(&t));
    t.from.flow.peer.send = true;
    tube_put(&t, PCM_FRAME);
    media_bridge_cut(t.g);
    assert_false(tube_take(&t));
    assert_null(t.to.flow.bridge);
    tube_put(&t, PCM_FRAME);
    tube_close(&t);
}

static void test_pipe_of_both_laws(void **state)
{
    (void)state;
    static struct tube t;
    struct media_heard h;
    int16_t s[PCM_FRAME];
    uint8_t u[80], a[80];
    tube_open(&t);
    memset(u, 0x12, sizeof u);
    memset(a, 0x34, sizeof a);
    media_bridge_put(&t.from,
                     &(struct media_packet){PCM_ULAW, u, sizeof u, 1, 1});
    media_bridge_put(&t.from,
                     &(struct media_packet){PCM_ALAW, a, sizeof a, 2, 1});
    assert_true(media_bridge_take(&t.to, &h));
    assert_false(media_bridge_is_law(&h, PCM_ULAW));
    assert_false(media_bridge_is_law(&h, PCM_ALAW));
    media_bridge_decode(&h, s);
    int16_t want[2];
    pcm_law_decode(PCM_ULAW, u, 1, &want[0]);
    pcm_law_decode(PCM_ALAW, a, 1, &want[1]);
    for (int i = 0; i < PCM_FRAME; ++i) {
        assert_int_equal(s[i], want[i >= 80]);
    }
    tube_close(&t);
}

enum { RACE = 200000 };

static void *writer(void *arg)
{
    struct tube *t = arg;
    for (int i = 0; i < RACE; ++i) {
        tube_put(t, PCM_FRAME);
    }
    return NULL;
}

/* Two threads: whatever arrives is whole, though much is left out. */
static void test_pipe_between_threads(void **state)
{
    (void)state;
    static struct tube t;
    pthread_t id;
    tube_open(&t);
    assert_int_equal(pthread_create(&id, NULL, writer, &t), 0);
    int got = 0;
    for (int i = 0; i < RACE; ++i) {
        struct media_heard h;
        if (media_bridge_take(&t.to, &h)) {
            ++got;
            for (int k = 0; k < PCM_FRAME; ++k) {
                assert_int_equal(h.byte[k], (uint8_t)(h.byte[0] + k / 40));
            }
        }
    }
    assert_int_equal(pthread_join(id, NULL), 0);
    assert_true(got > 0);
    tube_close(&t);
}

/* --- many ---------------------------------------------------------------- */

enum { PAIRS = 200 };

struct crowd {
    struct scene s;
    struct peer peer[2 * PAIRS];
};

/* All speak for some seconds while pairs part, join anew and end. */
static void test_two_hundred_bridges(void **state)
{
    (void)state;
    struct crowd *c = test_calloc(1, sizeof *c);
    struct scene *s = &c->s;
    uint64_t seed = (uint64_t)time(NULL);
    const char *given = getenv("TM_SEED");
    seed = given ? strtoull(given, NULL, 10) : seed;
    print_message("seed %llu (TM_SEED=)\n", (unsigned long long)seed);
    start(s, 2, PCM_ULAW);
    rng_init(&s->rng, seed, "crowd");
    for (int i = 0; i < 2 * PAIRS; ++i) {
        peer_open(s, &c->peer[i], i % 3 ? PCM_ULAW : PCM_ALAW,
                  &(struct media_leg_config){.detect_digits = i % 2});
        peer_connect(&c->peer[i], true, true);
        says(&c->peer[i], 400 + i);
    }
    for (int i = 0; i < PAIRS; ++i) {
        assert_int_equal(
            media_leg_bridge(c->peer[2 * i].leg, c->peer[2 * i + 1].leg),
            TM_OK);
    }
    s->due_us = loop_monotonic_us();
    int64_t until_us = s->due_us + 6000000;
    for (int turn = 0; turn < 150 && loop_monotonic_us() < until_us; ++turn) {
        for (int i = 0; i < 2 * PAIRS; ++i) {
            speak(s, &c->peer[i]);
        }
        size_t i = (size_t)rng_below(&s->rng, PAIRS / 2);
        struct peer *x = &c->peer[2 * i], *y = x + 1;
        if (x->leg && rng_below(&s->rng, 8) == 0) {
            media_leg_close(x->leg);
            x->leg = NULL;
        } else if (x->leg && y->leg->bridge) {
            media_leg_part(y->leg);
        } else if (x->leg) {
            assert_int_equal(media_leg_bridge(x->leg, y->leg), TM_OK);
        }
        s->due_us += 20000;
        pass_until(s, s->due_us);
        for (int k = 0; k < 2 * PAIRS; ++k) {
            listen_to(&c->peer[k]);
        }
    }
    int well = 0;
    for (int k = PAIRS; k < 2 * PAIRS; ++k) { /* those that nothing befell */
        well += c->peer[k].loud > 0; /* a busy machine leaves much out */
    }
    assert_int_equal(well, PAIRS);
    for (int k = 0; k < 2 * PAIRS; ++k) {
        if (k % 4 == 0) { /* the rest end with the plane */
            media_leg_close(c->peer[k].leg);
        }
        (void)close(c->peer[k].fd);
    }
    stop(s);
    test_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_hears_the_other),
        cmocka_unit_test(test_same_law_passes_unchanged),
        cmocka_unit_test(test_other_law_is_converted),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_the_end_of_one_silences_the_other),
        cmocka_unit_test(test_what_plays_is_heard_besides),
        cmocka_unit_test(test_keys_are_events_and_not_heard),
        cmocka_unit_test(test_hold_is_silence_for_the_other),
        cmocka_unit_test(test_recording_has_both),
        cmocka_unit_test(test_pipe_reserve),
        cmocka_unit_test(test_pipe_bounds),
        cmocka_unit_test(test_pipe_of_both_laws),
        cmocka_unit_test(test_pipe_between_threads),
        cmocka_unit_test(test_two_hundred_bridges),
    };
    pcm_law_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The media plane against a peer that makes its RTP by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/pcm_law.h"
#include "audio/tone.h"
#include "audio/wav.h"
#include "fixture_pair.h"

struct peer {
    struct pair p;
    struct media_leg *leg;
    int fd;
    struct sockaddr_in to; /* the leg */
    uint16_t port, seq;
    uint32_t ts, ssrc;
    char digits[32];
    int played[4], voice, silence, beeps, starved, sent;
    uint32_t last_tag;
};

static void on_media(void *arg, const struct media_event *ev)
{
    struct peer *s = arg;
    size_t n = strlen(s->digits);
    switch (ev->kind) {
    case MEDIA_DIGIT:
        if (n + 1 == sizeof s->digits) {
            memmove(s->digits, s->digits + 1, --n);
        }
        s->digits[n] = ev->digit;
        break;
    case MEDIA_PLAYED: ++s->played[ev->tag & 3]; break;
    case MEDIA_VOICE: ++s->voice; break;
    case MEDIA_SILENCE: ++s->silence; break;
    case MEDIA_BEEP: ++s->beeps; break;
    case MEDIA_STARVED: ++s->starved; break;
    case MEDIA_DIGITS_SENT: ++s->sent; break;
    }
}

static void on_no_call(void *arg, struct dialog *d,
                       const struct dialog_request *r)
{
    (void)arg;
    (void)d;
    (void)r;
}

static void start(struct peer *s, const char *record, bool both)
{
    struct err e = {0};
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    memset(s, 0, sizeof *s);
    pair_start(&s->p, on_no_call, s);
    s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
    s->port = ntohs(a.sin_port);
    struct media_leg_config c = {
        .address = "127.0.0.1",
        .detect_digits = true,
        .detect_voice = true,
        .detect_beep = true,
        .silence_ms = 400,
        .starve_ms = 800,
        .record_path = record,
        .record_both = both,
        .record_from_play = both,
        .fn = on_media,
        .arg = s,
    };
    assert_int_equal(media_leg_open(&s->leg, s->p.plane, &c, &e), TM_OK);
    s->to = a;
    s->to.sin_port = htons(media_leg_port(s->leg));
}

static void stop(struct peer *s)
{
    media_leg_close(s->leg);
    (void)close(s->fd);
    pair_stop(&s->p);
}

static void packet(struct peer *s, int fd, uint8_t pt, uint32_t ts,
                   const uint8_t *body, size_t n)
{
    uint8_t p[500] = {0x80, pt};
    p[2] = (uint8_t)(s->seq >> 8);
    p[3] = (uint8_t)s->seq++;
    for (int i = 0; i < 4; ++i) {
        p[4 + i] = (uint8_t)(ts >> (24 - 8 * i));
        p[8 + i] = (uint8_t)(s->ssrc >> (24 - 8 * i));
    }
    memcpy(p + 12, body, n);
    assert_int_equal(
        sendto(fd, p, 12 + n, 0, (struct sockaddr *)&s->to, sizeof s->to),
        12 + n);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static void pass(struct peer *s, int ms)
{
    (void)pair_run_until(&s->p, never, NULL, ms);
}

static void join(struct peer *s, bool send, bool receive, uint16_t port)
{
    struct sdp_text t = {
        .address = "127.0.0.1",
        .port = port,
        .codec = {SDP_PCMU},
        .codecs = 1,
        .event_pt = 96,
        .send = send,
        .receive = receive,
    };
    assert_int_equal(media_leg_connect(s->leg, &t), TM_OK);
    pass(s, 40); /* what came before the media thread heard is dropped */
}

/* Sound in real time, 20 ms at a time. */
static void speak(struct peer *s, const struct pcm *p)
{
    for (size_t at = 0; at + PCM_FRAME <= p->n; at += PCM_FRAME) {
        uint8_t body[PCM_FRAME];
        pcm_law_encode(PCM_ULAW, p->sample + at, PCM_FRAME, body);
        packet(s, s->fd, 0, s->ts, body, sizeof body);
        s->ts += PCM_FRAME;
        pass(s, 20);
    }
}

static void event(struct peer *s, unsigned code, uint32_t ts, bool end)
{
    uint8_t body[4] = {(uint8_t)code, end ? 0x8a : 10, 0, 160};
    packet(s, s->fd, 96, ts, body, sizeof body);
}

static void press(struct peer *s, unsigned code)
{
    s->ts += 1600;
    for (int i = 0; i < 5; ++i) {
        event(s, code, s->ts, false);
    }
    for (int i = 0; i < 3; ++i) {
        event(s, code, s->ts, true);
    }
}

static void test_events_count_once(void **state)
{
    (void)state;
    struct peer s;
    start(&s, NULL, false);
    join(&s, true, true, s.port);
    press(&s, 5);
    pass(&s, 60);
    press(&s, 5); /* the same key again is another press */
    press(&s, 11);
    press(&s, 15);
    press(&s, 16); /* flash: no key */
    pass(&s, 60);
    assert_string_equal(s.digits, "55#D");
    stop(&s);
}

/* Peers that begin a stream for each key, and networks that reorder. */
static void test_events_of_new_streams_and_late_ones(void **state)
{
    (void)state;
    struct peer s;
    start(&s, NULL, false);
    join(&s, true, true, s.port);
    for (uint32_t i = 1; i <= 3; ++i) {
        s.ssrc = i;
        s.ts = 0; /* the same time in each stream */
        press(&s, 4);
        pass(&s, 40);
    }
    assert_string_equal(s.digits, "444");
    s.ts += 1600; /* only the end packets of a press arrive */
    for (int i = 0; i < 3; ++i) {
        event(&s, 6, s.ts, true);
    }
    uint32_t old = s.ts;
    uint16_t seq = s.seq;
    press(&s, 7);
    s.seq = (uint16_t)(seq - 1); /* the last of 6 overtaken by all of 7 */
    event(&s, 6, old, true);
    s.seq = (uint16_t)(seq + 8);
    event(&s, 7, s.ts, true);
    pass(&s, 60);
    assert_string_equal(s.digits, "44467");
    stop(&s);
}

/* A beep is as long in packets of 10 ms as in those of 60. */
static void test_beep_in_packets_of_any_length(void **state)
{
    (void)state;
    static const size_t length[] = {80, 240, 480};
    struct peer s;
    start(&s, NULL, false);
    join(&s, true, true, s.port);
    struct pcm *tone = tone_plain(1000, 5000, 300);
    struct pcm *blip = tone_plain(1000, 5000, 80);
    for (int i = 0; i < 3; ++i) {
        for (int k = 0; k < 2; ++k) {
            const struct pcm *p = k ? tone : blip;
            size_t n = length[i];
            uint8_t body[480];
            for (size_t at = 0; at + n <= p->n; at += n) {
                pcm_law_encode(PCM_ULAW, p->sample + at, n, body);
                packet(&s, s.fd, 0, s.ts, body, n);
            }
            memset(body, PCM_ULAW_SILENCE, sizeof body);
            packet(&s, s.fd, 0, s.ts, body, n);
            pass(&s, 250);
            assert_int_equal(s.beeps, i + k);
        }
    }
    pcm_unref(tone);
    pcm_unref(blip);
    stop(&s);
}

static void test_tone_and_event_of_one_press(void **state)
{
    (void)state;
    struct peer s;
    start(&s, NULL, false);
    join(&s, true, true, s.port);
    struct pcm *k = tone_keys("7", 100, 60);
    speak(&s, k); /* the gateway lets the tone through */
    press(&s, 7);
    pass(&s, 60);
    assert_string_equal(s.digits, "7");
    speak(&s, k); /* events were seen: tones count no more */
    pass(&s, 40);
    assert_string_equal(s.digits, "7");
    pcm_unref(k);
    stop(&s);
}

static void test_tones_of_all_keys(void **state)
{
    (void)state;
    struct peer s;
    start(&s, NULL, false);
    join(&s, true, true, s.port);
    struct pcm *k = tone_keys("0123456789*#ABCD", 80, 60);
    speak(&s, k);
    pass(&s, 40);
    assert_string_equal(s.digits, "0123456789*#ABCD");
    assert_int_equal(s.beeps, 0);
    pcm_unref(k);
    stop(&s);
}

static void test_voice_silence_beep(void **state)
{
    (void)state;
    struct peer s;
    start(&s, NULL, false);
    join(&s, true, true, s.port);
    struct pcm *quiet = pcm_new(8000 / 2);
    struct pcm *beep = tone_signal(TONE_BEEP);
    struct pcm *ringback = tone_signal(TONE_RINGBACK);
    ringback->n = 4000; /* two tones at once are no beep */
    speak(&s, ringback);
    assert_int_equal(s.voice, 1);
    assert_int_equal(s.silence, 0);
    speak(&s, quiet);
    assert_int_equal(s.silence, 1);
    assert_int_equal(s.beeps, 0);
    speak(&s, beep);
    speak(&s, quiet);
    assert_int_equal(s.beeps, 1);
    assert_int_equal(s.voice, 2);
    assert_string_equal(s.digits, "");
    assert_int_equal(s.starved, 0);
    pass(&s, 1000);
    assert_int_equal(s.starved, 1);
    pcm_unref(quiet);
    pcm_unref(beep);
    pcm_unref(ringback);
    stop(&s);
}

/* Reads what the leg has sent: packets, and how many were not silence. */
static int drain(struct peer *s, int *loud)
{
    uint8_t p[1500];
    int n = 0;
    *loud = 0;
    for (;;) {
        ssize_t got = recv(s->fd, p, sizeof p, 0);
        if (got < 0) {
            return n;
        }
        assert_int_equal(p[0], 0x80);
        assert_int_equal(got, 172);
        ++n;
        for (int i = 12; i < 172; ++i) {
            if (p[i] != PCM_ULAW_SILENCE) {
                ++*loud;
                break;
            }
        }
    }
}

static void test_play_list_and_cut_off(void **state)
{
    (void)state;
    struct peer s;
    int loud, n;
    start(&s, NULL, false);
    int64_t from_us = loop_monotonic_us();
    join(&s, true, true, s.port);
    struct pcm *a = tone_plain(400, 8000, 100), *b = tone_plain(900, 8000, 60);
    struct pcm *list[] = {a, b, a};
    assert_int_equal(media_leg_play(s.leg, list, 3, 1, false), TM_OK);
    pass(&s, 420);
    assert_int_equal(s.played[1], 1);
    n = drain(&s, &loud);
    /* One each 20 ms, silence too. */
    int ticks = (int)((loop_monotonic_us() - from_us) / 20000);
    assert_true(n >= ticks - 3 && n <= ticks + 2);
    assert_int_equal(loud, 13); /* 100 + 60 + 100 ms */
    assert_int_equal(media_leg_play(s.leg, list, 3, 2, false), TM_OK);
    pass(&s, 60);
    assert_int_equal(media_leg_play(s.leg, list, 1, 3, false), TM_OK);
    pass(&s, 300);
    assert_int_equal(s.played[2], 0);
    assert_int_equal(s.played[3], 1);
    (void)drain(&s, &loud);
    assert_int_equal(media_leg_play(s.leg, list, 1, 0, true), TM_OK);
    pass(&s, 400);
    media_leg_silence(s.leg);
    (void)drain(&s, &loud);
    assert_true(loud >= 18);
    pass(&s, 100);
    (void)drain(&s, &loud);
    assert_true(loud <= 1);
    assert_int_equal(s.played[0], 0);
    assert_int_equal(media_leg_play(s.leg, NULL, 0, 0, false), TM_OK);
    pass(&s, 60);
    assert_int_equal(s.played[0], 1); /* nothing to play is soon played */
    join(&s, true, false, s.port);    /* hold: the peer takes nothing */
    pass(&s, 40);
    (void)drain(&s, &loud);
    pass(&s, 100);
    assert_int_equal(drain(&s, &loud), 0);
    pcm_unref(a);
    pcm_unref(b);
    stop(&s);
}

/* The list waits while the peer holds us and goes on where it was. */
static void test_hold_pauses_the_list(void **state)
{
    (void)state;
    for (int sends = 0; sends < 2; ++sends) { /* inactive, sendonly */
        struct peer s;
        int before, after;
        start(&s, NULL, false);
        join(&s, true, true, s.port);
        struct pcm *a = tone_plain(400, 8000, 200);
        struct pcm *list[] = {a, a};
        assert_int_equal(media_leg_play(s.leg, list, 2, 1, false), TM_OK);
        pass(&s, 120);
        join(&s, sends, false, s.port);
        (void)drain(&s, &before);
        assert_true(before >= 3 && before < 15);
        pass(&s, 600); /* the whole list would be over */
        assert_int_equal(drain(&s, &after), 0);
        assert_int_equal(s.played[1], 0);
        join(&s, true, true, s.port);
        pass(&s, 500);
        assert_int_equal(s.played[1], 1);
        (void)drain(&s, &after);
        assert_int_equal(before + after, 20); /* 400 ms: each frame once */
        join(&s, sends, false, s.port);
        assert_int_equal(media_leg_play(s.leg, list, 1, 2, false), TM_OK);
        pass(&s, 300); /* a list that comes while we are held waits too */
        assert_int_equal(s.played[2], 0);
        join(&s, true, true, s.port);
        pass(&s, 300);
        assert_int_equal(s.played[2], 1);
        (void)drain(&s, &after);
        assert_int_equal(after, 10);
        pcm_unref(a);
        stop(&s);
    }
}

static double loudness(const struct pcm *p, size_t from, size_t n)
{
    double sum = 0;
    assert_true(from + n <= p->n);
    for (size_t i = from; i < from + n; ++i) {
        sum += (double)p->sample[i] * p->sample[i];
    }
    return sum / (double)n;
}

static void test_recording(void **state)
{
    (void)state;
    for (int both = 0; both < 2; ++both) {
        struct peer s;
        struct err e = {0};
        char path[] = "/tmp/telemark-rec-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        mode_t mask = umask(0);
        if (both) { /* a new file, or one that others can read */
            assert_int_equal(unlink(path), 0);
        } else {
            assert_int_equal(fchmod(fd, 0666), 0);
        }
        (void)close(fd);
        start(&s, path, both);
        join(&s, true, true, s.port);
        struct pcm *tone = tone_plain(500, 9000, 600);
        if (both) {
            speak(&s, tone); /* before anything plays: is not kept */
        }
        struct pcm *quiet = pcm_new(4800);
        assert_int_equal(media_leg_play(s.leg, &tone, 1, 0, false), TM_OK);
        speak(&s, quiet); /* 600 ms: only we are loud */
        speak(&s, tone);  /* 600 ms: only the peer is loud */
        stop(&s);         /* writes all out */
        (void)umask(mask);
        struct pcm *p = NULL;
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(wav_read(path, &p, &e), TM_OK);
        assert_true(p->n > 8000 && p->n < 13000);
        double head = loudness(p, 1600, 1600);
        double tail = loudness(p, p->n - 3200, 1600);
        assert_true(tail > 1e7);
        assert_true(both ? head > 1e7 : head < 100);
        pcm_unref(p);
        pcm_unref(tone);
        pcm_unref(quiet);
        (void)unlink(path);
    }
}

static void test_latches_on_a_source_behind_nat(void **state)
{
    (void)state;
    struct peer s;
    int loud;
    struct media_leg_counts c;
    start(&s, NULL, false);
    join(&s, true, true, 9); /* nobody is there: the SDP lies */
    pass(&s, 60);
    assert_int_equal(drain(&s, &loud), 0);
    uint8_t body[PCM_FRAME];
    memset(body, 0xff, sizeof body);
    packet(&s, s.fd, 0, 0, body, sizeof body);
    pass(&s, 60);
    assert_int_equal(drain(&s, &loud), 0); /* one packet convinces nobody */
    for (int i = 0; i < 6; ++i) {
        packet(&s, s.fd, 0, 0, body, sizeof body);
    }
    pass(&s, 100);
    assert_true(drain(&s, &loud) >= 3);
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    media_leg_counts(s.leg, &c);
    uint64_t before = c.received;
    for (int i = 0; i < 20; ++i) {
        packet(&s, other, 0, 0, body, sizeof body);
    }
    pass(&s, 60);
    media_leg_counts(s.leg, &c);
    assert_int_equal(c.received, before); /* now it is connected */
    /* The source has gone: another takes its place, and hears us. */
    pass(&s, 700);
    (void)drain(&s, &loud);
    pass(&s, 60);
    assert_true(drain(&s, &loud) >= 1); /* still sent where it was heard */
    for (int i = 0; i < 8; ++i) {
        packet(&s, other, 0, 0, body, sizeof body);
    }
    pass(&s, 300);
    media_leg_counts(s.leg, &c);
    assert_true(c.received >= before + 4);
    (void)drain(&s, &loud);
    pass(&s, 60);
    assert_int_equal(drain(&s, &loud), 0);
    (void)close(other);
    stop(&s);
}

static void test_other_ip_version(void **state)
{
    (void)state;
    struct peer s;
    struct sdp_text t = {.address = "::1",
                         .port = 9,
                         .codec = {SDP_PCMU},
                         .codecs = 1,
                         .event_pt = -1,
                         .send = true,
                         .receive = true};
    start(&s, NULL, false);
    assert_int_equal(media_leg_connect(s.leg, &t), TM_EINVAL);
    t.receive = false; /* on hold: nothing is sent there */
    assert_int_equal(media_leg_connect(s.leg, &t), TM_OK);
    join(&s, true, true, s.port);
    press(&s, 5);
    pass(&s, 60);
    assert_string_equal(s.digits, "5");
    stop(&s);
}

static void test_damaged_packets(void **state)
{
    (void)state;
    struct peer s;
    start(&s, NULL, false);
    join(&s, true, true, s.port);
    for (int i = 0; i < 2000; ++i) {
        uint8_t p[64];
        size_t n = (size_t)(rand_r(&(unsigned){(unsigned)i}) % 64);
        for (size_t k = 0; k < n; ++k) {
            unsigned seed = (unsigned)(i * 64 + (int)k);
            p[k] = (uint8_t)rand_r(&seed);
        }
        if (n > 0 && i % 2) {
            p[0] = (uint8_t)(0x80 | (p[0] & 0x3f));
        }
        (void)sendto(s.fd, p, n, 0, (struct sockaddr *)&s.to, sizeof s.to);
        if (i % 50 == 0) {
            pass(&s, 20);
        }
    }
    pass(&s, 1500); /* 32 packets are read each 20 ms */
    press(&s, 3);
    pass(&s, 60);
    assert_true(s.digits[0] != '\0');
    assert_int_equal(s.digits[strlen(s.digits) - 1], '3');
    stop(&s);
}

static void test_ports_rest(void **state)
{
    (void)state;
    struct peer s;
    struct err e = {0};
    struct media_plane *small = NULL;
    struct media_leg *a = NULL, *b = NULL;
    struct media_leg_config c = {.address = "127.0.0.1"};
    start(&s, NULL, false);
    struct media_plane_config m = {.port_min = 31501, .port_max = 31504};
    assert_int_equal(media_plane_start(&small, s.p.loop, &m, &e), TM_OK);
    assert_int_equal(media_leg_open(&a, small, &c, &e), TM_OK);
    assert_int_equal(media_leg_open(&b, small, &c, &e), TM_OK);
    assert_int_equal(media_leg_port(a), 31502);
    assert_int_equal(media_leg_port(b), 31504);
    struct media_leg *third = NULL;
    assert_int_equal(media_leg_open(&third, small, &c, &e), TM_EFULL);
    media_leg_close(a);
    assert_int_equal(media_leg_open(&third, small, &c, &e), TM_EFULL);
    assert_non_null(strstr(e.text, "resting"));
    assert_int_equal(media_plane_legs(small), 1);
    media_plane_stop(small); /* b is still open */
    m.port_min = m.port_max;
    assert_int_equal(media_plane_start(&small, s.p.loop, &m, &e), TM_EINVAL);
    stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_count_once),
        cmocka_unit_test(test_events_of_new_streams_and_late_ones),
        cmocka_unit_test(test_beep_in_packets_of_any_length),
        cmocka_unit_test(test_tone_and_event_of_one_press),
        cmocka_unit_test(test_tones_of_all_keys),
        cmocka_unit_test(test_voice_silence_beep),
        cmocka_unit_test(test_play_list_and_cut_off),
        cmocka_unit_test(test_hold_pauses_the_list),
        cmocka_unit_test(test_recording),
        cmocka_unit_test(test_latches_on_a_source_behind_nat),
        cmocka_unit_test(test_other_ip_version),
        cmocka_unit_test(test_damaged_packets),
        cmocka_unit_test(test_ports_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

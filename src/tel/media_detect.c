/* What is heard: keys, voice, beeps. Media thread. */
#include <math.h>
#include <stdlib.h>

/* spandsp's headers are written for other warnings than ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <spandsp.h>
#pragma GCC diagnostic pop

#include "tel/media_priv.h"

enum {
    SAME_KEY_US = 400000, /* one key heard both ways within this */
    VOICE_ENERGY = 40000, /* mean square: about -44 dBm0 */
    VOICE_MS = 60,        /* in a row until it counts as speech */
    MUTE_MS = 100,        /* without a packet: silence, not jitter */
    SILENCE_MS = 800,
    BEEP_MS_MIN = 120,
    BEEP_MS_MAX = 2000, /* a longer tone is something else */
    REORDERED_MAX = 64, /* packets: farther back it is a new stream */
    BEEP_HZ_MIN = 400,
    BEEP_HZ_MAX = 2000,
};

void media_detect_start(struct media_leg *leg)
{
    if (leg->config.detect_digits) {
        leg->flow.dtmf = dtmf_rx_init(NULL, NULL, NULL);
    }
}

void media_detect_stop(struct media_leg *leg)
{
    if (leg->flow.dtmf) {
        dtmf_rx_free(leg->flow.dtmf);
        leg->flow.dtmf = NULL;
    }
}

/* Some gateways pass the tone on and send the event too: one press is one
 * digit. Once events were seen, tones are not listened to any more. */
static void digit(struct media_leg *leg, char c, bool in_band)
{
    struct media_flow *f = &leg->flow;
    int64_t now = leg->thread->now_us;
    bool twin = c == f->last_digit && in_band != f->last_digit_in_band &&
                now - f->last_digit_us < SAME_KEY_US;
    f->last_digit = c;
    f->last_digit_us = now;
    f->last_digit_in_band = in_band;
    if (!twin) {
        media_thread_event(leg, MEDIA_DIGIT, c, 0);
    }
}

/* All packets of one press carry its start time (RFC 4733, 2.2.2). Those of
 * the press before may come late. A peer that begins a stream anew may use a
 * time again: that is another press. */
static bool known_press(const struct media_flow *f,
                        const struct media_event_packet *p)
{
    if (!f->event_seen || p->ssrc != f->event_ssrc) {
        return false;
    }
    uint16_t back = (uint16_t)(f->event_seq - p->seq);
    return (p->ts == f->event_ts && p->event == f->event_code) ||
           (back > 0 && back < REORDERED_MAX);
}

void media_detect_event(struct media_leg *leg,
                        const struct media_event_packet *p)
{
    static const char key[] = "0123456789*#ABCD";
    struct media_flow *f = &leg->flow;
    if (p->event > 15) {
        return;
    }
    bool known = known_press(f, p);
    if (!known || (uint16_t)(p->seq - f->event_seq) < 0x8000) {
        f->event_seq = p->seq;
    }
    if (known) {
        return;
    }
    f->event_seen = true;
    f->event_ts = p->ts;
    f->event_ssrc = p->ssrc;
    f->event_code = p->event;
    digit(leg, key[p->event], false);
}

static uint64_t mean_square(const int16_t *s, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; ++i) {
        int square = s[i] * s[i]; /* at most 2^30 */
        sum += (unsigned)square;
    }
    return n ? sum / n : 0;
}

/* A single sine obeys x[i] + x[i-2] = 2 cos(w) x[i-1]: the best cos(w) by
 * least squares, then how much of the energy it leaves unexplained. Two
 * tones or speech leave far more than a beep through G.711. */
double media_detect_tone(const int16_t *s, size_t n, uint64_t energy)
{
    double cross = 0, power = 0, rest = 0;
    if (n < 3) {
        return 2;
    }
    for (size_t i = 2; i < n; ++i) {
        double mid = s[i - 1], ends = (double)s[i] + s[i - 2];
        cross += mid * ends;
        power += mid * mid;
    }
    if (power <= 0) {
        return 2;
    }
    double twice_cos = cross / power;
    for (size_t i = 2; i < n; ++i) {
        double off = (double)s[i] + s[i - 2] - twice_cos * s[i - 1];
        rest += off * off;
    }
    double limit = 0.005 * (double)energy * (double)(n - 2);
    return rest > limit ? 2 : twice_cos / 2;
}

static void beep_ended(struct media_leg *leg)
{
    struct media_beep *b = &leg->flow.beep;
    if (b->ms >= BEEP_MS_MIN && b->ms <= BEEP_MS_MAX) {
        media_thread_event(leg, MEDIA_BEEP, 0, 0);
    }
    b->ms = 0;
}

/* Two tones near each other beat: their loudness goes up and down. */
static bool steady(uint64_t a, uint64_t b)
{
    return a < b + b / 4 && b < a + a / 4;
}

static void beep_frame(struct media_leg *leg, const int16_t *s, size_t n,
                       uint64_t energy)
{
    struct media_beep *b = &leg->flow.beep;
    double c =
        energy > VOICE_ENERGY &&
                steady(mean_square(s, n / 2), mean_square(s + n / 2, n - n / 2))
            ? media_detect_tone(s, n, energy)
            : 2;
    double hz = c > 1 || c < -1 ? 0 : acos(c) * PCM_RATE / 6.283185307179586;
    if (hz < BEEP_HZ_MIN || hz > BEEP_HZ_MAX) {
        beep_ended(leg);
        return;
    }
    if (b->ms > 0 &&
        (fabs(hz - b->hz) > 0.03 * b->hz || !steady(b->energy, energy))) {
        beep_ended(leg);
    }
    b->hz = hz;
    b->energy = energy;
    b->ms += (unsigned)(n * 1000 / PCM_RATE);
}

/* ms more of voice or of none were heard. Counted in the time of the sound,
 * not of its arrival: jitter makes no silence. */
static void voice_heard(struct media_leg *leg, bool active, unsigned ms)
{
    struct media_flow *f = &leg->flow;
    unsigned limit =
        leg->config.silence_ms ? leg->config.silence_ms : SILENCE_MS;
    if (active) {
        f->quiet_ms = 0;
        f->active_ms += ms;
        if (f->active_ms >= VOICE_MS && !f->speaking) {
            f->speaking = true;
            media_thread_event(leg, MEDIA_VOICE, 0, 0);
        }
        return;
    }
    f->active_ms = 0;
    f->quiet_ms += ms;
    if (f->speaking && f->quiet_ms >= limit) {
        f->speaking = false;
        media_thread_event(leg, MEDIA_SILENCE, 0, 0);
    }
}

void media_detect_audio(struct media_leg *leg, const int16_t *s, size_t n)
{
    struct media_flow *f = &leg->flow;
    uint64_t energy = mean_square(s, n);
    if (energy > f->heard_energy) {
        f->heard_energy = energy;
    }
    /* Keys that are hidden from the other leg are listened for all the same. */
    if (f->dtmf && (!f->event_seen || leg->config.hide_keys)) {
        char keys[16];
        (void)dtmf_rx(f->dtmf, s, (int)n);
        size_t count = dtmf_rx_get(f->dtmf, keys, (int)sizeof keys - 1);
        for (size_t i = 0; i < count && !f->event_seen; ++i) {
            digit(leg, keys[i], true);
        }
    }
    if (leg->config.detect_beep && !f->bridge) {
        beep_frame(leg, s, n, energy);
    }
    if (leg->config.detect_voice) {
        voice_heard(leg, energy > VOICE_ENERGY,
                    (unsigned)(n * 1000 / PCM_RATE));
    }
}

bool media_detect_key_down(const struct media_leg *leg)
{
    return leg->flow.dtmf && dtmf_rx_status(leg->flow.dtmf) != 0;
}

/* Every 20 ms, whether or not a packet came. */
void media_detect_tick(struct media_leg *leg)
{
    struct media_flow *f = &leg->flow;
    atomic_store_explicit(&leg->energy, f->heard_energy, memory_order_relaxed);
    if (leg->config.starve_ms > 0 && f->mute_ms >= leg->config.starve_ms &&
        f->peer.receive && !f->starved) {
        f->starved = true;
        media_thread_event(leg, MEDIA_STARVED, 0, 0);
    }
    if (leg->config.detect_voice && f->mute_ms >= MUTE_MS) {
        voice_heard(leg, false,
                    f->mute_ms < MUTE_MS + MEDIA_TICK_MS ? f->mute_ms
                                                         : MEDIA_TICK_MS);
    }
}

#include "audio/tone.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"

enum { KEY_LEVEL = 7000, SIGNAL_LEVEL = 5000, EDGE_MS = 20 };

static const double two_pi = 6.283185307179586;

void tone_start(struct tone *t, const double hz[2], double level)
{
    tm_assert(level >= 0 && level <= 32767);
    memset(t, 0, sizeof *t);
    for (int i = 0; i < 2 && hz[i] > 0; ++i) {
        double w = two_pi * hz[i] / PCM_RATE;
        t->coefficient[i] = 2 * cos(w);
        t->last[i] = 0;
        t->before[i] = -level * sin(w);
        ++t->n;
    }
}

void tone_frame(struct tone *t, int16_t *out, size_t n)
{
    for (size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (int k = 0; k < t->n; ++k) {
            double next = t->coefficient[k] * t->last[k] - t->before[k];
            t->before[k] = t->last[k];
            t->last[k] = next;
            sum += next;
        }
        out[i] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    }
}

bool tone_key_hz(char key, double hz[2])
{
    static const char keys[] = "123A456B789C*0#D";
    static const double row[] = {697, 770, 852, 941};
    static const double column[] = {1209, 1336, 1477, 1633};
    if (key >= 'a' && key <= 'd') {
        key = (char)(key - 'a' + 'A');
    }
    const char *at = key ? strchr(keys, key) : NULL;
    if (!at) {
        return false;
    }
    hz[0] = row[(at - keys) / 4];
    hz[1] = column[(at - keys) % 4];
    return true;
}

static size_t samples(unsigned ms)
{
    return (size_t)ms * (PCM_RATE / 1000);
}

/* One piece of a signal: a tone (or silence), then where the next begins. */
static size_t put(struct pcm *p, size_t at, const double hz[2], unsigned ms,
                  double level)
{
    struct tone t;
    size_t n = samples(ms);
    tm_assert(at + n <= p->n);
    tone_start(&t, hz, level);
    tone_frame(&t, p->sample + at, n);
    return at + n;
}

static struct pcm *cadence(const double hz[2], unsigned on_ms, unsigned off_ms)
{
    struct pcm *p = pcm_new(samples(on_ms + off_ms));
    (void)put(p, 0, hz, on_ms, SIGNAL_LEVEL);
    return p;
}

/* Vacant code: low, low, high frequencies; long, short, long. */
static struct pcm *sit_vacant(void)
{
    struct pcm *p = pcm_new(samples(380 + 274 + 380));
    size_t at = put(p, 0, (const double[]){985.2, 0}, 380, SIGNAL_LEVEL);
    at = put(p, at, (const double[]){1370.6, 0}, 274, SIGNAL_LEVEL);
    (void)put(p, at, (const double[]){1776.7, 0}, 380, SIGNAL_LEVEL);
    return p;
}

/* Fades in and out by half a cosine: edges that do not click in an ear. */
static struct pcm *soft(struct pcm *p, unsigned edge_ms)
{
    size_t n = samples(edge_ms);
    tm_assert(2 * n <= p->n);
    for (size_t i = 0; i < n; ++i) {
        double gain = 0.5 - 0.5 * cos(two_pi / 2 * (double)i / (double)n);
        int16_t *head = &p->sample[i], *tail = &p->sample[p->n - 1 - i];
        *head = (int16_t)(*head * gain);
        *tail = (int16_t)(*tail * gain);
    }
    return p;
}

struct pcm *tone_signal(enum tone_signal which)
{
    switch (which) {
    case TONE_RINGBACK: return cadence((const double[]){440, 480}, 2000, 4000);
    case TONE_BUSY: return cadence((const double[]){480, 620}, 500, 500);
    case TONE_REORDER: return cadence((const double[]){480, 620}, 250, 250);
    case TONE_SIT_VACANT: return sit_vacant();
    case TONE_BEEP: return tone_plain(1000, SIGNAL_LEVEL, 400);
    case TONE_AGENT: return soft(tone_plain(440, SIGNAL_LEVEL, 200), EDGE_MS);
    case TONE_SIGNALS: break;
    }
    tm_unreachable("unknown signal");
}

struct pcm *tone_plain(double hz, double level, unsigned ms)
{
    struct pcm *p = pcm_new(samples(ms));
    (void)put(p, 0, (const double[]){hz, 0}, ms, level);
    return p;
}

struct pcm *tone_keys(const char *keys, unsigned on_ms, unsigned gap_ms)
{
    size_t n = strlen(keys), at = 0;
    struct pcm *p = pcm_new(n * samples(on_ms + gap_ms));
    for (size_t i = 0; i < n; ++i) {
        double hz[2];
        if (!tone_key_hz(keys[i], hz)) {
            pcm_unref(p);
            return NULL;
        }
        at = put(p, at, hz, on_ms, KEY_LEVEL) + samples(gap_ms);
    }
    return p;
}

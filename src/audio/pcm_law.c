#include "audio/pcm_law.h"

#include <pthread.h>

#include "base/assert.h"

/* Filled once by fill(), constant ever after. */
static int16_t decode[2][256];
static uint8_t encode[2][65536]; /* by sample as unsigned 16 bit */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* G.711 table 2: sign, three bits of segment, four of step, all inverted. */
static int ulaw_value(unsigned byte)
{
    unsigned v = ~byte & 0xff;
    int segment = (int)(v >> 4 & 7);
    int magnitude = ((((int)(v & 15) << 3) + 0x84) << segment) - 0x84;
    return v & 0x80 ? -magnitude : magnitude;
}

/* G.711 table 1: even bits inverted. */
static int alaw_value(unsigned byte)
{
    unsigned v = byte ^ 0x55;
    int segment = (int)(v >> 4 & 7);
    int magnitude = (int)(v & 15) << 4;
    magnitude =
        segment == 0 ? magnitude + 8 : (magnitude + 0x108) << (segment - 1);
    return v & 0x80 ? magnitude : -magnitude;
}

/* The byte of each sample is the one whose value lies nearest: walks the 128
 * values of one sign in rising order beside the samples. */
static void fill_sign(enum pcm_law law, int sign, const unsigned byte[128])
{
    int at = 0;
    for (int magnitude = 0; magnitude <= 32768; ++magnitude) {
        int sample = sign * magnitude;
        if (sample > 32767 || (sign < 0 && magnitude == 0)) {
            continue;
        }
        while (at < 127) {
            int here = magnitude - sign * decode[law][byte[at]];
            int next = sign * decode[law][byte[at + 1]] - magnitude;
            if (next >= here) {
                break;
            }
            ++at;
        }
        encode[law][(uint16_t)sample] = (uint8_t)byte[at];
    }
}

static void fill(void)
{
    for (unsigned i = 0; i < 256; ++i) {
        decode[PCM_ULAW][i] = (int16_t)ulaw_value(i);
        decode[PCM_ALAW][i] = (int16_t)alaw_value(i);
    }
    unsigned up[128], down[128];
    for (unsigned i = 0; i < 128; ++i) {
        up[i] = 0xff - i; /* mu-law: 0xff is +0, falling bytes are louder */
        down[i] = 0x7f - i;
    }
    fill_sign(PCM_ULAW, 1, up);
    fill_sign(PCM_ULAW, -1, down);
    for (unsigned i = 0; i < 128; ++i) {
        up[i] = (i | 0x80) ^ 0x55;
        down[i] = i ^ 0x55;
    }
    fill_sign(PCM_ALAW, 1, up);
    fill_sign(PCM_ALAW, -1, down);
}

void pcm_law_init(void)
{
    int rc = pthread_once(&once, fill);
    tm_assert(rc == 0);
}

void pcm_law_decode(enum pcm_law law, const uint8_t *in, size_t n, int16_t *out)
{
    tm_assert(decode[law][0] != 0); /* pcm_law_init was called */
    for (size_t i = 0; i < n; ++i) {
        out[i] = decode[law][in[i]];
    }
}

void pcm_law_encode(enum pcm_law law, const int16_t *in, size_t n, uint8_t *out)
{
    tm_assert(decode[law][0] != 0);
    for (size_t i = 0; i < n; ++i) {
        out[i] = encode[law][(uint16_t)in[i]];
    }
}

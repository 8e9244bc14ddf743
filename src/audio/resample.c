#include "audio/resample.h"

#include <speex/speex_resampler.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

enum { QUALITY = 6, CHUNK = 65536 };

struct pcm *resample_to_8k(const int16_t *s, size_t n, unsigned rate)
{
    tm_assert(rate >= 1000 && rate <= 768000);
    size_t want = (size_t)((uint64_t)n * PCM_RATE / rate);
    struct pcm *p = pcm_new(want);
    if (rate == PCM_RATE) {
        memcpy(p->sample, s, n * sizeof *s);
        return p;
    }
    int err = 0;
    SpeexResamplerState *r =
        speex_resampler_init(1, rate, PCM_RATE, QUALITY, &err);
    tm_assert(r != NULL && err == 0);
    (void)speex_resampler_skip_zeros(r);
    static const int16_t silence[1024];
    size_t in = 0, out = 0;
    for (unsigned rounds = 0; out < want && rounds < 1u << 20; ++rounds) {
        /* Zeros after the end push the filter's tail out. */
        bool tail = in >= n;
        spx_uint32_t take = (spx_uint32_t)(n - in < CHUNK ? n - in : CHUNK);
        spx_uint32_t give =
            (spx_uint32_t)(want - out < CHUNK ? want - out : CHUNK);
        if (tail) {
            take = (spx_uint32_t)(sizeof silence / sizeof silence[0]);
        }
        err = speex_resampler_process_int(r, 0, tail ? silence : s + in, &take,
                                          p->sample + out, &give);
        tm_assert(err == 0);
        in += tail ? 0 : take;
        out += give;
    }
    speex_resampler_destroy(r);
    return p;
}

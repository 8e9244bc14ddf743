/* Any sampling rate to 8 kHz, by speexdsp (quality 6: no audible aliasing). */
#ifndef AUDIO_RESAMPLE_H
#define AUDIO_RESAMPLE_H

#include "audio/pcm.h"

/* One reference; n may be 0. rate 1,000 .. 768,000. Any thread. */
struct pcm *resample_to_8k(const int16_t *s, size_t n, unsigned rate);

#endif

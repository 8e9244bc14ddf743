/*
 * Sound in memory: 8 kHz mono int16, immutable once shared, counted by its
 * users so that a prompt heard by a thousand calls exists once. Any thread
 * may ref and unref.
 */
#ifndef AUDIO_PCM_H
#define AUDIO_PCM_H

#include <stddef.h>
#include <stdint.h>

enum { PCM_RATE = 8000, PCM_FRAME = 160 }; /* a frame is 20 ms */

struct pcm {
    size_t n;        /* samples */
    int16_t *sample; /* write only before the first pcm_ref */
    int refs;        /* for pcm.c */
};

struct pcm *pcm_new(size_t n); /* zeroed, one reference; n may be 0 */
struct pcm *pcm_ref(struct pcm *p);
void pcm_unref(struct pcm *p); /* NULL is fine */
size_t pcm_ms(const struct pcm *p);

#endif

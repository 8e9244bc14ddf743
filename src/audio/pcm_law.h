/*
 * G.711 (ITU-T G.711, 11/88): mu-law and A-law by tables, both directions.
 * Cost: one look-up a sample. The encoding tables (64 KiB each) are computed
 * once by pcm_law_init; after that everything is read-only and any thread may
 * use it.
 */
#ifndef AUDIO_PCM_LAW_H
#define AUDIO_PCM_LAW_H

#include <stddef.h>
#include <stdint.h>

enum pcm_law { PCM_ULAW, PCM_ALAW };

/* Bytes that decode to silence. */
enum { PCM_ULAW_SILENCE = 0xff, PCM_ALAW_SILENCE = 0xd5 };

void pcm_law_init(void); /* any number of times, any thread */
void pcm_law_decode(enum pcm_law law, const uint8_t *in, size_t n,
                    int16_t *out);
void pcm_law_encode(enum pcm_law law, const int16_t *in, size_t n,
                    uint8_t *out);

#endif

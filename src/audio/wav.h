/*
 * Sound files through libsndfile: reads what it knows (WAV, AIFF, FLAC, Ogg;
 * any rate, any channels) into 8 kHz mono; writes 8 kHz mono WAV bit by bit,
 * the header right after each write, so that a file cut off by a crash plays.
 *
 * Everything here touches the disk: never from the loop or a media thread.
 */
#ifndef AUDIO_WAV_H
#define AUDIO_WAV_H

#include "audio/pcm.h"
#include "base/err.h"

enum { WAV_SECONDS_MAX = 600 }; /* a prompt longer than this is refused */

/* *out has one reference. TM_ENOTFOUND, TM_ECORRUPT (no sound file), TM_ELIMIT.
 */
int wav_read(const char *path, struct pcm **out, struct err *e) TM_MUST_CHECK;

struct wav_writer;

/* Writes to the open, empty file fd, which is the writer's from now on and
 * closed by it, also on failure. TM_EIO and what libsndfile says. */
int wav_writer_open(struct wav_writer **out, int fd,
                    struct err *e) TM_MUST_CHECK;
int wav_writer_add(struct wav_writer *w, const int16_t *s, size_t n,
                   struct err *e) TM_MUST_CHECK;
void wav_writer_close(struct wav_writer *w); /* NULL is fine */

#endif

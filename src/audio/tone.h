/*
 * Tones: up to two sines at once, with a cadence. Recursive oscillators: a
 * multiplication and an addition a sample and tone. For keys (DTMF, ITU-T
 * Q.23), signals of exchanges (ITU-T E.180 sup. 2, US values) and beeps.
 */
#ifndef AUDIO_TONE_H
#define AUDIO_TONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/pcm.h"

struct tone {
    double coefficient[2], last[2], before[2];
    int n; /* oscillators in use */
};

/* hz[1] = 0: a single tone. level: peak of each sine, 0 .. 32767. */
void tone_start(struct tone *t, const double hz[2], double level);
/* Adds nothing: overwrites out. */
void tone_frame(struct tone *t, int16_t *out, size_t n);

/* The pair of a key; false: not one of 0-9 * # A-D (either case). */
bool tone_key_hz(char key, double hz[2]);

enum tone_signal {
    TONE_RINGBACK,   /* 440+480, 2 s on, 4 s off: one turn */
    TONE_BUSY,       /* 480+620, 0.5 s on, 0.5 s off: one turn */
    TONE_REORDER,    /* 480+620, 0.25 s on, 0.25 s off: one turn */
    TONE_SIT_VACANT, /* special information tone: vacant code */
    TONE_BEEP,       /* 1,000 Hz, 400 ms: a voicemail box */
    TONE_AGENT,      /* 440 Hz, 200 ms, soft edges: a person is there */
    TONE_SIGNALS
};

struct pcm *tone_signal(enum tone_signal which); /* one reference */
/* The keys' sound, on_ms each with gap_ms between. NULL: not a key. */
struct pcm *tone_keys(const char *keys, unsigned on_ms, unsigned gap_ms);
/* A single tone, ms long. */
struct pcm *tone_plain(double hz, double level, unsigned ms);

#endif

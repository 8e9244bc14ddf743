/*
 * What is heard on the town's lines: greetings of persons and machines,
 * spoken by the speech synthesiser once at start, ringback, the special
 * information tone, the beep of a voicemail box. Immutable afterwards.
 */
#ifndef TOWN_TOWN_SOUND_H
#define TOWN_TOWN_SOUND_H

#include "audio/pcm.h"
#include "base/err.h"
#include "sim/person.h"

enum { TOWN_SOUND_PAUSE_MS = 200 };

struct town_sound {
    struct pcm *hello[PERSON_VOICES];   /* 0.4 to 2 s */
    struct pcm *machine[PERSON_VOICES]; /* 3 to 12 s */
    struct pcm *ringback;               /* one turn, to be repeated */
    struct pcm *vacant;                 /* tones of a vacant number */
    struct pcm *beep;                   /* 1,000 Hz */
    struct pcm *pause;                  /* TOWN_SOUND_PAUSE_MS of silence */
};

/* Errors of the synthesiser, told in e. */
int town_sound_make(struct town_sound *s, struct err *e) TM_MUST_CHECK;
void town_sound_free(struct town_sound *s);

#endif

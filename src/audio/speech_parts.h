/*
 * Speech put together from its sentences, the latest of which are kept: of
 * "Hello Ann. This is ..." only the first is new for the next person. A text
 * of three sentences of which one is new costs a third, or less.
 *
 * Cost: a hash and a copy for a sentence that is kept, some milliseconds of
 * the synthesiser for a new one. Memory: SPEECH_PARTS_KEPT sentences of at
 * most 20 s. One thread at a time, never the loop.
 */
#ifndef AUDIO_SPEECH_PARTS_H
#define AUDIO_SPEECH_PARTS_H

#include "audio/speech.h"

enum {
    SPEECH_PARTS_KEPT = 128,
    SPEECH_PARTS_PAUSE_MS = 250, /* between sentences, beside their margins */
};

struct speech_parts;

struct speech_parts *speech_parts_new(void);
void speech_parts_free(struct speech_parts *p); /* NULL is fine */

/* As speech_say(). */
int speech_parts_say(struct speech_parts *p, struct slice text,
                     struct slice voice, struct pcm **out,
                     struct err *e) TM_MUST_CHECK;

/* Bytes of the first sentence of a text, with the spaces that follow it. In
 * doubt ("Dr. Smith", "3.5", "am 5. Mai") the sentence goes on. */
size_t speech_parts_first(struct slice text, struct slice voice);

#endif

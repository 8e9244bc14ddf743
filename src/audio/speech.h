/*
 * Text to speech by espeak-ng, as 8 kHz mono sound. espeak is one engine per
 * process: calls are served one after the other under a lock, each takes
 * some ten milliseconds a sentence. Worker threads only, never the loop.
 */
#ifndef AUDIO_SPEECH_H
#define AUDIO_SPEECH_H

#include "audio/pcm.h"
#include "base/err.h"
#include "base/str.h"

enum { SPEECH_TEXT_MAX = 4000 };

/* voice: a language tag ("en", "ru", "fi", "nb", "ko", "it", "en-us"), "" =
 * "en". The level is made even, silence at both ends is cut to 50 ms. *out
 * has one reference. TM_EUNSUPPORTED: no such voice; TM_ELIMIT: too long;
 * TM_EIO: espeak's data is missing. */
int speech_say(struct slice text, struct slice voice, struct pcm **out,
               struct err *e) TM_MUST_CHECK;

/* Whether there is a voice for the language tag; speech_say() takes more: the
 * engine's own names too. A variant may follow ("en-us+f3"). TM_EUNSUPPORTED:
 * none, then *tags gets all that there are, "af am ar ..."; TM_EIO. */
int speech_voice(struct slice tag, struct buf *tags,
                 struct err *e) TM_MUST_CHECK;

/* Gives the engine's memory back; speech_say starts it again. */
void speech_fini(void);

#endif

/*
 * How a person follows what is said to him: when a prompt begins, when it is
 * over, and which one it is, from voice and silence alone. Both worlds ask
 * here, the town (sound it hears) and the simulated carrier (what is played),
 * so that "keys.N" of a world text means the same prompt in both. Pure: time
 * comes in, news come out; constant cost.
 *
 * A prompt is over when speech is followed by PERSON_EAR_SILENCE_MS of silence:
 * what is played sooner belongs to it. A key pressed in the middle of a prompt
 * ends it for its hearer: the caller cuts it off, so that a silence right after
 * belongs to it, and speech that goes on is the next prompt.
 *
 * Misuse: silence is told once it has lasted that long, not when it begins.
 */
#ifndef SIM_PERSON_EAR_H
#define SIM_PERSON_EAR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PERSON_EAR_SILENCE_MS = 600, /* of silence that end a prompt */
    PERSON_EAR_CUT_MS = 1200,    /* from the key to the cut prompt's silence */
};

enum person_ear_news {
    PERSON_EAR_NOTHING,
    PERSON_EAR_STARTS, /* prompt number ear.prompt begins */
    PERSON_EAR_OVER,   /* prompt number ear.prompt - 1 is over */
};

struct person_ear {
    unsigned prompt; /* number of the prompt heard now or next */
    bool hearing;
    bool cut; /* the prompt before was pressed away at cut_us */
    int64_t cut_us;
};

enum person_ear_news person_ear_voice(struct person_ear *ear, int64_t now_us);
enum person_ear_news person_ear_silence(struct person_ear *ear, int64_t now_us);
/* A key begins to be pressed; true when that ended a prompt in its middle. */
bool person_ear_pressed(struct person_ear *ear, int64_t now_us);

#endif

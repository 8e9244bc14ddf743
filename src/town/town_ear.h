/*
 * How a person of the town follows what is said to him: when a prompt begins,
 * when it is over, and which one it is, from voice activity alone. Pure: time
 * comes in, news come out.
 *
 * A prompt is over when speech is followed by the silence the media plane
 * waits for. A key pressed in the middle of a prompt ends it for its hearer:
 * the caller cuts it off, so that a silence right after belongs to it, and
 * speech that goes on is the next prompt.
 */
#ifndef TOWN_TOWN_EAR_H
#define TOWN_TOWN_EAR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TOWN_EAR_SILENCE_MS = 600, /* of silence that end a prompt */
    TOWN_EAR_CUT_MS = 1200,    /* from the key to the cut prompt's silence */
};

enum town_ear_news {
    TOWN_EAR_NOTHING,
    TOWN_EAR_STARTS, /* prompt number ear.prompt begins */
    TOWN_EAR_OVER,   /* prompt number ear.prompt - 1 is over */
};

struct town_ear {
    unsigned prompt; /* number of the prompt heard now or next */
    bool hearing;
    bool cut; /* the prompt before was pressed away at cut_us */
    int64_t cut_us;
};

enum town_ear_news town_ear_voice(struct town_ear *ear, int64_t now_us);
enum town_ear_news town_ear_silence(struct town_ear *ear, int64_t now_us);
/* A key begins to be pressed; true when that ended a prompt in its middle. */
bool town_ear_pressed(struct town_ear *ear, int64_t now_us);

#endif

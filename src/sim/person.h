/*
 * The people at the other end: what happens when a number is called and what
 * its owner does with what he hears. Both worlds ask here: the simulated
 * carrier (virtual time) and the town (SIP and RTP), so one world text gives
 * the same people in both.
 *
 * Everything is a pure function of the world, the number, how often it has
 * been called before (nth_call, from 0) and, for reactions, how many prompts
 * the call has heard (prompt, from 0; person_ear.h counts them). Nothing is
 * stored; asking costs about 200 ns. Some traits stay with the number (out of
 * service, hates surveys, old telephone that sends tones in band), others are
 * drawn for each call.
 *
 * Misuse: nth_call must be counted the same way in both worlds: every INVITE
 * that reached the number counts, whatever became of it.
 */
#ifndef SIM_PERSON_H
#define SIM_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/person_world.h"

enum { PERSON_VOICES = 4 }; /* greetings to choose from */

/* X(name, text): what the world shows of a called number. */
#define PERSON_KIND_TABLE(X)                                                   \
    X(PERSON_ANSWERS, "answers")                                               \
    X(PERSON_SILENT_ANSWER, "silent")      /* listens, never speaks */         \
    X(PERSON_HANGS_UP_AT_ONCE, "hangs_up") /* says hello and is gone */        \
    X(PERSON_MACHINE, "machine")           /* greeting, then a beep */         \
    X(PERSON_BUSY, "busy")                 /* 486 */                           \
    X(PERSON_NO_ANSWER, "no_answer")       /* rings; 480 when given up */      \
    X(PERSON_REJECTS, "rejects")           /* 603, or 608 by a filter */       \
    X(PERSON_CONGESTION, "congestion")     /* 503 */                           \
    X(PERSON_DISCONNECTED, "disconnected") /* 404, with or without SIT */

enum person_kind {
#define X(name, text) name,
    PERSON_KIND_TABLE(X)
#undef X
        PERSON_KIND_COUNT
};

/* Bad manners of who answers, for tests of the caller. */
enum person_fault {
    PERSON_FAULT_NONE,
    PERSON_FAULT_NO_RINGING, /* answers without a 180 before */
    PERSON_FAULT_NO_MEDIA,   /* answers and sends no sound packet */
    PERSON_FAULT_BAD_SDP,    /* answers with a session nobody can read */
    PERSON_FAULT_STAYS,      /* never hangs up, whatever happens */
    PERSON_FAULT_COUNT
};

struct person_call {
    enum person_kind kind;
    enum person_fault fault;
    int sip_code;             /* final answer; 200 when the call is taken */
    bool early_media;         /* 183 and ringback as sound instead of 180 */
    bool tone;                /* DISCONNECTED: SIT tones before the 404 */
    int64_t ringing_after_ms; /* INVITE to 180 or 183; < answer_after_ms */
    int64_t answer_after_ms;  /* INVITE to the final answer */
    int64_t greeting_ms;      /* what is said after it; 0: nothing */
    int64_t patience_ms;      /* leaves after so long without a voice */
    int64_t stay_ms;          /* leaves at the latest so long after it */
    unsigned voice;           /* 0 .. PERSON_VOICES - 1 */
};

enum person_act {
    PERSON_WAITS,   /* does nothing: hears on */
    PERSON_PRESSES, /* presses digit */
    PERSON_LEAVES,  /* hangs up */
};

struct person_reaction {
    enum person_act act;
    char digit;       /* '0'-'9' '*' '#' 'A'-'D' when act is PRESSES */
    int64_t after_ms; /* from the prompt's end; from its start: barge_in */
    bool barge_in;    /* does not wait for the prompt's end */
    bool in_band;     /* the digit goes as tones in the sound, not RFC 4733 */
};

/* How the nth_call (from 0) of this world to the number goes. */
void person_call_of(const struct person_world *w, uint64_t e164,
                    unsigned nth_call, struct person_call *out);
/* What he does after prompt (from 0) of that call. */
void person_react(const struct person_world *w, uint64_t e164,
                  unsigned nth_call, unsigned prompt,
                  struct person_reaction *out);

const char *person_kind_text(enum person_kind k);

#endif

/*
 * An agent: who takes calls, and the states he goes through. The table of
 * agent.c is the whole truth about what may follow what; what it does not
 * list is refused by agent_next().
 *
 * "Leg" is the call to his own telephone: a permanent one is set up when he
 * signs in and stays (a beep tells of each person); one a call rings for each
 * person. Pure, any thread.
 */
#ifndef CORE_AGENT_AGENT_H
#define CORE_AGENT_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/str.h"

enum {
    AGENT_NAME_MAX = 64, /* with the 0; also the user at the registrar */
    AGENT_WORD_MAX = 32, /* a skill, a reason, a trunk */
    AGENT_CAMPAIGNS_MAX = 16,
    AGENT_SKILLS_MAX = 8,
};

/* X(name, text, meaning) */
#define AGENT_STATE_TABLE(X)                                                   \
    X(AGENT_OFF, "off", "signed out")                                          \
    X(AGENT_CALLING_IN, "calling_in", "signed in, his leg is being set up")    \
    X(AGENT_READY, "ready", "takes a call at once")                            \
    X(AGENT_PAUSED, "paused", "signed in, takes no calls; with a reason")      \
    X(AGENT_PREVIEW, "preview", "looks at a lead before it is dialled")        \
    X(AGENT_DIALLING, "dialling", "a line is dialled for him alone")           \
    X(AGENT_RINGING, "ringing", "a person is there, his telephone rings")      \
    X(AGENT_TALKING, "talking", "joined with a person")                        \
    X(AGENT_HOLDING, "hold", "the person waits")                               \
    X(AGENT_WRAP, "wrap_up", "the call is over, its disposition is not set")

enum agent_state {
#define X(name, text, meaning) name,
    AGENT_STATE_TABLE(X)
#undef X
        AGENT_STATE_COUNT
};

/* X(name, text): what can happen to an agent. */
#define AGENT_INPUT_TABLE(X)                                                   \
    X(AGENT_IN_SIGN_IN, "sign_in") /* -> CALLING_IN */                         \
    X(AGENT_IN_LEG_UP, "leg_up")   /* CALLING_IN -> PAUSED */                  \
    X(AGENT_IN_READY, "ready")     /* PAUSED, WRAP -> READY */                 \
    X(AGENT_IN_PAUSE, "pause")     /* READY, PREVIEW, WRAP -> PAUSED*/         \
    X(AGENT_IN_LEAD, "lead")       /* READY -> PREVIEW */                      \
    X(AGENT_IN_DIAL, "dial")       /* READY, PREVIEW -> DIALLING */            \
    X(AGENT_IN_RING, "ring")       /* READY, DIALLING -> RINGING */            \
    X(AGENT_IN_TALK, "talk")       /* READY, DIALLING, RINGING -> */           \
    X(AGENT_IN_HOLD, "hold")                                                   \
    X(AGENT_IN_RETRIEVE, "retrieve")                                           \
    X(AGENT_IN_CALL_ENDED, "call_ended") /* TALKING, HOLDING -> WRAP */        \
    X(AGENT_IN_NOBODY, "nobody")         /* DIALLING, RINGING, PREVIEW ->      \
                                            READY: no person, skipped */       \
    X(AGENT_IN_SIGN_OUT, "sign_out")     /* anything -> OFF */

enum agent_input {
#define X(name, text) name,
    AGENT_INPUT_TABLE(X)
#undef X
        AGENT_INPUT_COUNT
};

const char *agent_state_text(enum agent_state s);
bool agent_state_parse(struct slice s, enum agent_state *out);
/* False: the state does not permit the input; *to is not set. */
bool agent_next(enum agent_state s, enum agent_input in, enum agent_state *to);
/* Talking, holding, or about to: a call is his. */
bool agent_has_call(enum agent_state s);

/* X(name, text) */
#define AGENT_LEG_TABLE(X)                                                     \
    X(AGENT_LEG_PERMANENT, "permanent") /* up from sign-in to sign-out */      \
    X(AGENT_LEG_PER_CALL, "per_call")   /* his telephone rings for each */

enum agent_leg {
#define X(name, text) name,
    AGENT_LEG_TABLE(X)
#undef X
        AGENT_LEG_COUNT
};
const char *agent_leg_text(enum agent_leg l);
bool agent_leg_parse(struct slice s, enum agent_leg *out);

/* Who he is and what he may take. Plain data; a copy is whole. */
struct agent_setup {
    struct agent_id id;
    char name[AGENT_NAME_MAX]; /* letters, digits, '.', '-', '_' */
    enum agent_leg leg;
    uint64_t e164; /* his telephone, or his extension at our registrar; the
                      number of his staff permits, never 0 */
    char trunk[AGENT_WORD_MAX]; /* "": he registers here by his name; else
                                   dialled out by this trunk */
    struct campaign_id campaign[AGENT_CAMPAIGNS_MAX];
    size_t campaigns; /* 0: every campaign */
    char skill[AGENT_SKILLS_MAX][AGENT_WORD_MAX];
    size_t skills;
};

#endif

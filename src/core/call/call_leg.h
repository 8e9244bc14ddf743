/*
 * One call leg as a state table: which events a state permits and where they
 * lead. The table below is the whole truth; what it does not list is refused
 * by call_leg_move (a late 180 after the 200, a digit after the BYE), which
 * is not an error: SIP peers do that.
 */
#ifndef CORE_CALL_CALL_LEG_H
#define CORE_CALL_CALL_LEG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/call/call_event.h"

/* X(name, text, meaning) */
#define CALL_STATE_TABLE(X)                                                    \
    X(CALL_RECORDED, "recorded", "the attempt is written, the INVITE waits")   \
    X(CALL_PLACED, "placed", "the INVITE left")                                \
    X(CALL_RINGING, "ringing", "180 or 183 came")                              \
    X(CALL_ANSWERED, "answered", "200 came, no script speaks")                 \
    X(CALL_TALKING, "talking", "the script speaks and listens")                \
    X(CALL_CLOSING, "closing", "we hung up, the end has not come back")        \
    X(CALL_ENDED, "ended", "over; nothing may follow")

enum call_state {
#define X(name, text, meaning) name,
    CALL_STATE_TABLE(X)
#undef X
        CALL_STATE_COUNT
};

/* X(name, text): what can happen to a leg. */
#define CALL_INPUT_TABLE(X)                                                    \
    X(CALL_IN_PLACED, "placed")                                                \
    X(CALL_IN_RINGING, "ringing")                                              \
    X(CALL_IN_ANSWERED, "answered")                                            \
    X(CALL_IN_DIALOG, "dialog")                                                \
    X(CALL_IN_DIGIT, "digit")                                                  \
    X(CALL_IN_PLAYED, "played")                                                \
    X(CALL_IN_BEEP, "beep")                                                    \
    X(CALL_IN_PERSON, "person")   /* detection: a person */                    \
    X(CALL_IN_MACHINE, "machine") /* detection: a machine */                   \
    X(CALL_IN_TALK, "talk")       /* we begin to speak */                      \
    X(CALL_IN_HANGUP, "hangup")   /* we want the end */                        \
    X(CALL_IN_REFUSED, "refused") /* the carrier did not take the order */     \
    X(CALL_IN_ENDED, "ended")

enum call_input {
#define X(name, text) name,
    CALL_INPUT_TABLE(X)
#undef X
        CALL_INPUT_COUNT
};

struct call_leg {
    enum call_state state;
    int64_t recorded_us;
    int64_t placed_us; /* or when the call to us came; 0: not yet; so the
                          others */
    int64_t answered_us;
    int64_t ended_us;
    bool beep; /* a voicemail's beep was heard */
};

void call_leg_init(struct call_leg *l, int64_t now_us);
/* A call to us, which rings here. */
void call_leg_init_incoming(struct call_leg *l, int64_t now_us);
/* False: the state does not permit the input, nothing changed. */
bool call_leg_move(struct call_leg *l, enum call_input in, int64_t now_us);
bool call_leg_permits(enum call_state s, enum call_input in);
/* Where a permitted input leads. */
enum call_state call_leg_next(enum call_state s, enum call_input in);
enum call_input call_leg_input(enum carrier_event_kind k);
/* INVITE to answer or end; 0 when no INVITE left. Whole milliseconds. */
int64_t call_leg_ring_ms(const struct call_leg *l);
/* Answer to end; 0 when not answered. */
int64_t call_leg_talk_ms(const struct call_leg *l);

#endif

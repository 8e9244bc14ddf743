#include "core/call/call_leg.h"

#include "base/assert.h"

/* X(state, input, next): everything that may happen to a call leg.
 * A 200 that crosses our CANCEL finds the leg closing and is a live answer
 * all the same; a key pressed while we hang up may be an opt-out. */
#define CALL_EDGE_TABLE(X)                                                     \
    X(CALL_RECORDED, CALL_IN_PLACED, CALL_PLACED)                              \
    X(CALL_RECORDED, CALL_IN_REFUSED, CALL_ENDED)                              \
    X(CALL_RECORDED, CALL_IN_ENDED, CALL_ENDED)                                \
    X(CALL_PLACED, CALL_IN_RINGING, CALL_RINGING)                              \
    X(CALL_PLACED, CALL_IN_ANSWERED, CALL_ANSWERED)                            \
    X(CALL_PLACED, CALL_IN_HANGUP, CALL_CLOSING)                               \
    X(CALL_PLACED, CALL_IN_ENDED, CALL_ENDED)                                  \
    X(CALL_RINGING, CALL_IN_RINGING, CALL_RINGING)                             \
    X(CALL_RINGING, CALL_IN_ANSWERED, CALL_ANSWERED)                           \
    X(CALL_RINGING, CALL_IN_HANGUP, CALL_CLOSING)                              \
    X(CALL_RINGING, CALL_IN_ENDED, CALL_ENDED)                                 \
    X(CALL_ANSWERED, CALL_IN_DIALOG, CALL_ANSWERED)                            \
    X(CALL_ANSWERED, CALL_IN_DIGIT, CALL_ANSWERED)                             \
    X(CALL_ANSWERED, CALL_IN_PLAYED, CALL_ANSWERED)                            \
    X(CALL_ANSWERED, CALL_IN_BEEP, CALL_ANSWERED)                              \
    X(CALL_ANSWERED, CALL_IN_PERSON, CALL_ANSWERED)                            \
    X(CALL_ANSWERED, CALL_IN_MACHINE, CALL_ANSWERED)                           \
    X(CALL_ANSWERED, CALL_IN_TALK, CALL_TALKING)                               \
    X(CALL_ANSWERED, CALL_IN_HANGUP, CALL_CLOSING)                             \
    X(CALL_ANSWERED, CALL_IN_ENDED, CALL_ENDED)                                \
    X(CALL_TALKING, CALL_IN_DIALOG, CALL_TALKING)                              \
    X(CALL_TALKING, CALL_IN_DIGIT, CALL_TALKING)                               \
    X(CALL_TALKING, CALL_IN_PLAYED, CALL_TALKING)                              \
    X(CALL_TALKING, CALL_IN_BEEP, CALL_TALKING)                                \
    X(CALL_TALKING, CALL_IN_HANGUP, CALL_CLOSING)                              \
    X(CALL_TALKING, CALL_IN_ENDED, CALL_ENDED)                                 \
    X(CALL_CLOSING, CALL_IN_ANSWERED, CALL_CLOSING)                            \
    X(CALL_CLOSING, CALL_IN_DIALOG, CALL_CLOSING)                              \
    X(CALL_CLOSING, CALL_IN_DIGIT, CALL_CLOSING)                               \
    X(CALL_CLOSING, CALL_IN_ENDED, CALL_ENDED)

/* Next state + 1; 0: not permitted. */
static const unsigned char edge[CALL_STATE_COUNT][CALL_INPUT_COUNT] = {
#define X(from, in, to) [from][in] = (to) + 1,
    CALL_EDGE_TABLE(X)
#undef X
};

bool call_leg_permits(enum call_state s, enum call_input in)
{
    tm_assert(s < CALL_STATE_COUNT && in < CALL_INPUT_COUNT);
    return edge[s][in] != 0;
}

enum call_state call_leg_next(enum call_state s, enum call_input in)
{
    tm_assert(call_leg_permits(s, in));
    return (enum call_state)(edge[s][in] - 1);
}

enum call_input call_leg_input(enum carrier_event_kind k)
{
    switch (k) {
    case CARRIER_PLACED: return CALL_IN_PLACED;
    case CARRIER_RINGING: return CALL_IN_RINGING;
    case CARRIER_ANSWERED: return CALL_IN_ANSWERED;
    case CARRIER_DIALOG: return CALL_IN_DIALOG;
    case CARRIER_DIGIT: return CALL_IN_DIGIT;
    case CARRIER_PLAYED: return CALL_IN_PLAYED;
    case CARRIER_BEEP: return CALL_IN_BEEP;
    case CARRIER_PERSON: return CALL_IN_PERSON;
    case CARRIER_MACHINE: return CALL_IN_MACHINE;
    case CARRIER_ENDED: return CALL_IN_ENDED;
    case CARRIER_INCOMING: break; /* begins a call, never one that is there */
    }
    tm_unreachable("a carrier event outside its table");
}

void call_leg_init(struct call_leg *l, int64_t now_us)
{
    *l = (struct call_leg){.state = CALL_RECORDED, .recorded_us = now_us};
}

void call_leg_init_incoming(struct call_leg *l, int64_t now_us)
{
    *l = (struct call_leg){
        .state = CALL_RINGING, .recorded_us = now_us, .placed_us = now_us};
}

bool call_leg_move(struct call_leg *l, enum call_input in, int64_t now_us)
{
    if (!call_leg_permits(l->state, in))
        return false;
    if (in == CALL_IN_PLACED)
        l->placed_us = now_us;
    if (in == CALL_IN_ANSWERED && l->answered_us == 0)
        l->answered_us = now_us;
    if (in == CALL_IN_BEEP)
        l->beep = true;
    l->state = call_leg_next(l->state, in);
    if (l->state == CALL_ENDED)
        l->ended_us = now_us;
    return true;
}

int64_t call_leg_ring_ms(const struct call_leg *l)
{
    if (l->placed_us == 0)
        return 0;
    int64_t end_us = l->answered_us != 0 ? l->answered_us : l->ended_us;
    return (end_us - l->placed_us) / 1000;
}

int64_t call_leg_talk_ms(const struct call_leg *l)
{
    if (l->answered_us == 0)
        return 0;
    return (l->ended_us - l->answered_us) / 1000;
}

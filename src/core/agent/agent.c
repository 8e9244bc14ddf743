#include "core/agent/agent.h"

#include "base/assert.h"

/* X(state, input, next): everything that may happen to an agent. Who signs
 * out in the middle of a call has lost his leg: the floor notes the wish of
 * everybody else until the call is over. */
#define AGENT_EDGE_TABLE(X)                                                    \
    X(AGENT_OFF, AGENT_IN_SIGN_IN, AGENT_CALLING_IN)                           \
    X(AGENT_CALLING_IN, AGENT_IN_LEG_UP, AGENT_PAUSED)                         \
    X(AGENT_CALLING_IN, AGENT_IN_SIGN_OUT, AGENT_OFF)                          \
    X(AGENT_READY, AGENT_IN_PAUSE, AGENT_PAUSED)                               \
    X(AGENT_READY, AGENT_IN_LEAD, AGENT_PREVIEW)                               \
    X(AGENT_READY, AGENT_IN_DIAL, AGENT_DIALLING)                              \
    X(AGENT_READY, AGENT_IN_RING, AGENT_RINGING)                               \
    X(AGENT_READY, AGENT_IN_TALK, AGENT_TALKING)                               \
    X(AGENT_READY, AGENT_IN_SIGN_OUT, AGENT_OFF)                               \
    X(AGENT_PAUSED, AGENT_IN_READY, AGENT_READY)                               \
    X(AGENT_PAUSED, AGENT_IN_SIGN_OUT, AGENT_OFF)                              \
    X(AGENT_PREVIEW, AGENT_IN_PAUSE, AGENT_PAUSED)                             \
    X(AGENT_PREVIEW, AGENT_IN_DIAL, AGENT_DIALLING)                            \
    X(AGENT_PREVIEW, AGENT_IN_NOBODY, AGENT_READY)                             \
    X(AGENT_PREVIEW, AGENT_IN_SIGN_OUT, AGENT_OFF)                             \
    X(AGENT_DIALLING, AGENT_IN_RING, AGENT_RINGING)                            \
    X(AGENT_DIALLING, AGENT_IN_TALK, AGENT_TALKING)                            \
    X(AGENT_DIALLING, AGENT_IN_NOBODY, AGENT_READY)                            \
    X(AGENT_DIALLING, AGENT_IN_SIGN_OUT, AGENT_OFF)                            \
    X(AGENT_RINGING, AGENT_IN_TALK, AGENT_TALKING)                             \
    X(AGENT_RINGING, AGENT_IN_NOBODY, AGENT_READY)                             \
    X(AGENT_RINGING, AGENT_IN_SIGN_OUT, AGENT_OFF)                             \
    X(AGENT_TALKING, AGENT_IN_HOLD, AGENT_HOLDING)                             \
    X(AGENT_TALKING, AGENT_IN_CALL_ENDED, AGENT_WRAP)                          \
    X(AGENT_TALKING, AGENT_IN_SIGN_OUT, AGENT_OFF)                             \
    X(AGENT_HOLDING, AGENT_IN_RETRIEVE, AGENT_TALKING)                         \
    X(AGENT_HOLDING, AGENT_IN_CALL_ENDED, AGENT_WRAP)                          \
    X(AGENT_HOLDING, AGENT_IN_SIGN_OUT, AGENT_OFF)                             \
    X(AGENT_WRAP, AGENT_IN_READY, AGENT_READY)                                 \
    X(AGENT_WRAP, AGENT_IN_PAUSE, AGENT_PAUSED)                                \
    X(AGENT_WRAP, AGENT_IN_SIGN_OUT, AGENT_OFF)

/* Next state + 1; 0: not permitted. */
static const unsigned char edge[AGENT_STATE_COUNT][AGENT_INPUT_COUNT] = {
#define X(from, in, to) [from][in] = (to) + 1,
    AGENT_EDGE_TABLE(X)
#undef X
};

static const char *const state_text[] = {
#define X(name, text, meaning) text,
    AGENT_STATE_TABLE(X)
#undef X
};

static const char *const leg_text[] = {
#define X(name, text) text,
    AGENT_LEG_TABLE(X)
#undef X
};

const char *agent_state_text(enum agent_state s)
{
    tm_assert(s < AGENT_STATE_COUNT);
    return state_text[s];
}

bool agent_state_parse(struct slice s, enum agent_state *out)
{
    for (int i = 0; i < AGENT_STATE_COUNT; i++) {
        if (str_eq(s, state_text[i])) {
            *out = (enum agent_state)i;
            return true;
        }
    }
    return false;
}

bool agent_next(enum agent_state s, enum agent_input in, enum agent_state *to)
{
    tm_assert(s < AGENT_STATE_COUNT && in < AGENT_INPUT_COUNT);
    if (edge[s][in] == 0)
        return false;
    *to = (enum agent_state)(edge[s][in] - 1);
    return true;
}

bool agent_has_call(enum agent_state s)
{
    return s == AGENT_DIALLING || s == AGENT_RINGING || s == AGENT_TALKING ||
           s == AGENT_HOLDING;
}

const char *agent_leg_text(enum agent_leg l)
{
    tm_assert(l < AGENT_LEG_COUNT);
    return leg_text[l];
}

bool agent_leg_parse(struct slice s, enum agent_leg *out)
{
    for (int i = 0; i < AGENT_LEG_COUNT; i++) {
        if (str_eq(s, leg_text[i])) {
            *out = (enum agent_leg)i;
            return true;
        }
    }
    return false;
}

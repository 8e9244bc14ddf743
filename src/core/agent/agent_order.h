/*
 * What an agent, or his supervisor, asks for: the one vocabulary of the
 * command line, the keys of his telephone, the simulator's agents and, later,
 * the browser. The engine carries out what concerns him alone and hands to the
 * campaign what concerns his call.
 */
#ifndef CORE_AGENT_AGENT_ORDER_H
#define CORE_AGENT_AGENT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* X(name, text, whose): AGENT himself, or his CALL (of a campaign). */
#define AGENT_ORDER_TABLE(X)                                                   \
    X(AGENT_DO_SIGN_IN, "sign-in", AGENT)                                      \
    X(AGENT_DO_SIGN_OUT, "sign-out", AGENT) /* busy: after his call; ready:    \
                                               when nobody counts on him */    \
    X(AGENT_DO_READY, "ready", AGENT)                                          \
    X(AGENT_DO_PAUSE, "pause", AGENT) /* word: the reason; busy: after it */   \
    X(AGENT_DO_NEXT, "next", CALL)    /* manual: a lead to look at */          \
    X(AGENT_DO_DIAL, "dial", CALL)    /* the lead he looks at */               \
    X(AGENT_DO_SKIP, "skip", CALL)    /* not this one */                       \
    X(AGENT_DO_HANG_UP, "hang-up", CALL)                                       \
    X(AGENT_DO_HOLD, "hold", CALL)                                             \
    X(AGENT_DO_RETRIEVE, "retrieve", CALL)                                     \
    X(AGENT_DO_DISPOSE, "dispose", CALL) /* word: disposition; due_us */       \
    /* Told by the engine, not by people. */                                   \
    X(AGENT_DO_LEG_UP, "leg-up", CALL)     /* per_call: he has answered */     \
    X(AGENT_DO_LEG_LOST, "leg-lost", CALL) /* his leg ended in the call */     \
    X(AGENT_DO_LIMIT, "limit", CALL)       /* time of wrap-up, preview is up */

enum agent_order_kind {
#define X(name, text, whose) name,
    AGENT_ORDER_TABLE(X)
#undef X
        AGENT_ORDER_COUNT
};

struct agent_order {
    enum agent_order_kind kind;
    struct slice word; /* lives until the order is carried out */
    int64_t due_us;    /* DISPOSE as callback: when; 0: not said */
    bool now;          /* PAUSE, SIGN_OUT of who is ready: also when lines ring
                          that count on him */
};

const char *agent_order_text(enum agent_order_kind k);
/* Only orders of people. */
bool agent_order_parse(struct slice s, enum agent_order_kind *out);
/* True: it concerns his call and goes to the campaign. */
bool agent_order_is_of_call(enum agent_order_kind k);

#endif

/*
 * Outcome of an attempt: how a call ended, as retry rules, caps and reports
 * count it. One table serves texts, reports and the store.
 */
#ifndef CORE_LEAD_OUTCOME_H
#define CORE_LEAD_OUTCOME_H

#include <stdbool.h>

#include "base/str.h"

/* X(name, text, flags): text is the stable word in files and reports. */
#define OUTCOME_TABLE(X)                                                       \
    X(OUTCOME_NONE, "none", 0)                                                 \
    /* a person answered */                                                    \
    X(OUTCOME_COMPLETED, "completed", OUTCOME_F_LIVE | OUTCOME_F_FINAL)        \
    X(OUTCOME_PARTIAL, "partial", OUTCOME_F_LIVE)                              \
    X(OUTCOME_OPTED_OUT, "opted_out", OUTCOME_F_LIVE | OUTCOME_F_FINAL)        \
    X(OUTCOME_CALLBACK, "callback", OUTCOME_F_LIVE)                            \
    X(OUTCOME_NO_INPUT, "no_input", OUTCOME_F_LIVE)                            \
    X(OUTCOME_HUNG_UP, "hung_up", OUTCOME_F_LIVE)                              \
    X(OUTCOME_ABANDONED, "abandoned", OUTCOME_F_LIVE)                          \
    /* answered, not by a person */                                            \
    X(OUTCOME_MACHINE, "machine", 0)                                           \
    X(OUTCOME_FAX, "fax", 0)                                                   \
    /* not answered */                                                         \
    X(OUTCOME_NO_ANSWER, "no_answer", 0)                                       \
    X(OUTCOME_BUSY, "busy", 0)                                                 \
    X(OUTCOME_REJECTED, "rejected", 0)                                         \
    X(OUTCOME_BLOCKED, "blocked", 0)                                           \
    X(OUTCOME_DISCONNECTED, "disconnected", OUTCOME_F_BAD_NUMBER)              \
    X(OUTCOME_CONGESTION, "congestion", OUTCOME_F_NETWORK)                     \
    X(OUTCOME_FAILED, "failed", OUTCOME_F_NETWORK)                             \
    /* never reached the network */                                            \
    X(OUTCOME_CANCELLED, "cancelled", OUTCOME_F_NOT_PLACED)                    \
    /* found without an end after a crash: counts toward every cap */          \
    X(OUTCOME_UNKNOWN, "unknown", 0)                                           \
    /* a person talked with an agent; the disposition says more */             \
    X(OUTCOME_TALKED, "talked", OUTCOME_F_LIVE)                                \
    /* of a call to us: he gave up, or we took no more callers */              \
    X(OUTCOME_GAVE_UP, "gave_up", 0)                                           \
    X(OUTCOME_TURNED_AWAY, "turned_away", 0)

enum outcome {
#define X(name, text, flags) name,
    OUTCOME_TABLE(X)
#undef X
        OUTCOME_COUNT
};

enum outcome_flag {
    OUTCOME_F_LIVE = 1,        /* a person answered */
    OUTCOME_F_FINAL = 2,       /* the lead is finished with it */
    OUTCOME_F_BAD_NUMBER = 4,  /* do not dial this number again */
    OUTCOME_F_NETWORK = 8,     /* our side or the carrier, not the person */
    OUTCOME_F_NOT_PLACED = 16, /* no INVITE left */
};

const char *outcome_text(enum outcome o);
unsigned outcome_flags(enum outcome o);
bool outcome_parse(struct slice s, enum outcome *out);

#endif

/*
 * What is said about calls on both sides of the carrier port: the order to
 * place one, what is played, and the events that come back, calls to us among
 * them. The port's rules on threads and order stand in port/carrier.h.
 */
#ifndef CORE_CALL_CALL_EVENT_H
#define CORE_CALL_CALL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/str.h"

enum {
    CARRIER_CALLER_ID_MAX = 24,
    CARRIER_NAME_MAX = 64,
    CARRIER_PROMPTS_MAX = 16, /* that one play takes */
};

struct call_spec {
    struct attempt_id attempt;
    uint64_t to;                           /* must be the permit's number */
    const char *trunk;                     /* configured name */
    char caller_id[CARRIER_CALLER_ID_MAX]; /* E.164 with '+', ours to show */
    char caller_name[CARRIER_NAME_MAX];    /* display name or "" */
    int64_t ring_timeout_ms; /* at least 15,000 (47 CFR 64.1200(a)(6)) */
    bool record;             /* both sides, from the first play on */
    bool detect;             /* CARRIER_PERSON or _MACHINE is wanted */
    /* Of a call to an agent's own telephone (permit of purpose staff). */
    const char *user; /* his name at our registrar; NULL: by `trunk` */
    bool auto_answer; /* his telephone is asked to answer by itself */
};

enum prompt_kind {
    PROMPT_TEXT, /* spoken by the speech synthesiser */
    PROMPT_WAV,  /* a sound file, any rate */
    PROMPT_BEEP, /* tells an agent that a person is there; text is unused */
};

/* One piece of what is played. Two equal prompts are converted once. */
struct prompt {
    enum prompt_kind kind;
    struct slice text;  /* what to say, or the path of the file */
    struct slice voice; /* language tag of the speech, "" = "en" */
};

/* Why we end a call; becomes CANCEL, BYE or a refusal. */
enum hangup_reason {
    HANGUP_NORMAL,   /* the script is over */
    HANGUP_WITHDRAW, /* still ringing and no longer wanted */
    HANGUP_SHUTDOWN, /* draining took too long */
    HANGUP_BUSY,     /* a call to us is refused with 486; the others of this
                        list refuse it with 480 */
};

/* X(name, text): how a call ended, before it is judged. */
#define CALL_CAUSE_TABLE(X)                                                    \
    X(CAUSE_US, "we_hung_up")             /* BYE or CANCEL of ours */          \
    X(CAUSE_CALLEE, "callee_hung_up")     /* BYE of theirs */                  \
    X(CAUSE_NO_ANSWER, "no_answer")       /* 408, 480, or our ring time-out */ \
    X(CAUSE_BUSY, "busy")                 /* 486, 600 */                       \
    X(CAUSE_REJECTED, "rejected")         /* 403, 603 and other refusals */    \
    X(CAUSE_BLOCKED, "blocked")           /* 607, 608, 603 by analytics */     \
    X(CAUSE_DISCONNECTED, "disconnected") /* 404, 410, 484, 604, SIT */        \
    X(CAUSE_CONGESTION, "congestion")     /* 503, 500, 504, trunk limits */    \
    X(CAUSE_MEDIA, "media")               /* 488, no common codec, no RTP */   \
    X(CAUSE_NETWORK, "network")   /* transaction timed out, transport */       \
    X(CAUSE_PROTOCOL, "protocol") /* the peer's answer made no sense */

enum call_cause {
#define X(name, text) name,
    CALL_CAUSE_TABLE(X)
#undef X
        CAUSE_COUNT
};

enum carrier_event_kind {
    CARRIER_INCOMING, /* somebody calls a number of ours: from, to, trunk,
                         adopt; text = Call-ID. It rings until answer() */
    CARRIER_PLACED,   /* the INVITE left; text = Call-ID */
    CARRIER_RINGING,  /* 180, or 183 with early media; code */
    CARRIER_ANSWERED, /* 200 OK and media is open; text = dialog */
    CARRIER_DIALOG,   /* the dialog changed; text = dialog */
    CARRIER_DIGIT,    /* digit: '0'-'9', '*', '#', 'A'-'D' */
    CARRIER_PLAYED,   /* what play(tag) was given has been heard to its end */
    CARRIER_BEEP,     /* the beep of a voicemail box (later: more tones) */
    CARRIER_PERSON,   /* spec.detect: a person; since_us: end of greeting */
    CARRIER_MACHINE,  /* spec.detect: a machine answered */
    CARRIER_ENDED,    /* cause, code; no event of this call comes after it */
};

struct carrier_event {
    enum carrier_event_kind kind;
    struct attempt_id attempt;
    int64_t at_us;
    int code;              /* SIP status, 0 if none */
    enum call_cause cause; /* ENDED */
    char digit;            /* DIGIT */
    uint32_t tag;          /* PLAYED */
    int64_t since_us;      /* PERSON: when the greeting ended */
    struct slice text;     /* lives until the handler returns */
    /* INCOMING */
    uint64_t from;            /* E.164 of the caller; 0: withheld or none */
    uint64_t to;              /* E.164 of ours that was called */
    const char *trunk;        /* it came by */
    struct attempt_id *adopt; /* the handler writes the name that the call has
                                 from now on; left 0: nobody takes calls to
                                 that number, it is refused with 404 */
};

/* The stable word of a cause. */
const char *call_event_cause_text(enum call_cause c);

#endif

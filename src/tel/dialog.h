/*
 * One call's signalling, either side: RFC 3261 dialogs with INVITE, CANCEL,
 * ACK, BYE, re-INVITE, UPDATE (RFC 3311) and session timers (RFC 4028, as the
 * peer asks). Built on libre's transactions; see docs in tel/dialog_*.c.
 *
 * Life: dialog_invite() or an incoming INVITE makes one; it belongs to the
 * stack. The user holds a pointer until the handler has returned from
 * DIALOG_ENDED (always the last event, exactly one); after that it is gone.
 * Events come from the loop only, never inside a call of this header.
 * Loop thread only.
 */
#ifndef TEL_DIALOG_H
#define TEL_DIALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "tel/sip_stack.h"

struct dialog;

enum dialog_event_kind {
    DIALOG_PROVISIONAL, /* caller: 101-199; code, sdp if any */
    DIALOG_ANSWERED,    /* caller: 2xx, already ACKed; sdp */
    DIALOG_CONFIRMED,   /* callee: the ACK of our 2xx came; sdp if any */
    DIALOG_OFFER,       /* peer offers anew (re-INVITE, UPDATE): sdp; put our
                         * answer into *answer; left empty: 488 */
    DIALOG_CHANGED,     /* what dialog_record() writes has changed */
    DIALOG_ENDED,       /* end, code, reason */
};

enum dialog_end {
    DIALOG_END_LOCAL,     /* we hung up, cancelled or refused */
    DIALOG_END_BYE,       /* peer's BYE */
    DIALOG_END_CANCEL,    /* callee: the caller gave up */
    DIALOG_END_REFUSED,   /* caller: 3xx-6xx; code */
    DIALOG_END_TIMEOUT,   /* a transaction or the session timed out */
    DIALOG_END_TRANSPORT, /* nothing could be sent */
    DIALOG_END_PROTOCOL,  /* the peer's message made no sense */
};

struct dialog_event {
    enum dialog_event_kind kind;
    struct dialog *dialog;
    enum dialog_end end;
    int code;               /* SIP status, 0 if none */
    struct slice reason;    /* reason phrase; lives until return, as all here */
    struct slice sdp;       /* "" if none */
    unsigned retry_after_s; /* DIALOG_ENDED: the peer asks for rest, 0 = not */
    struct slice reason_header; /* Reason: of a refusal or BYE, "" if none */
    struct buf *answer;         /* DIALOG_OFFER */
};

typedef void(dialog_event_fn)(void *arg, const struct dialog_event *ev);

/* How to reach the peer of an outgoing call. All strings are copied. */
struct dialog_invite {
    const char *target;    /* request URI: "sip:+15551234567@host:port" */
    const char *to;        /* To URI, "" = target */
    const char *from;      /* From URI */
    const char *from_name; /* display name, any text: it is made safe */
    const char *route;     /* outbound proxy URI, "" = none */
    const char *flow;      /* URI that all requests of the call are sent to in
                              place of the target, without a Route header: a
                              telephone behind NAT; NULL or "" = none */
    const char *call_id;   /* unique */
    const char *user;      /* digest user, "" = none */
    const char *password;
    const char *headers; /* further header lines, each with CRLF */
    struct slice sdp;    /* offer */
};

/* Sends the INVITE. Errors (no event follows): TM_EINVAL, TM_ENETWORK. */
int dialog_invite(struct dialog **out, struct sip_stack *s,
                  const struct dialog_invite *i, dialog_event_fn *fn, void *arg,
                  struct err *e) TM_MUST_CHECK;

/* An incoming INVITE as the handler sees it. */
struct dialog_request {
    struct slice called; /* user part of the request URI, "+1555..." */
    struct slice caller; /* user part of From */
    struct slice call_id;
    struct slice sdp;   /* offer, "" = none: put ours into the answer */
    const char *source; /* "ADDRESS:PORT" the INVITE came from */
    /* As they stand there: */
    struct slice uri, to_uri, from_uri;
    struct slice asserted, privacy; /* P-Asserted-Identity, Privacy; "" */
    struct sip_stack *stack;
    void *whose; /* what sip_stack_whose_fn said */
};

/* Takes an incoming call; the rest of its events go to fn. */
void dialog_take(struct dialog *d, dialog_event_fn *fn, void *arg);
/* Who we are when the peer asks for it within a call that was taken. */
void dialog_credentials(struct dialog *d, const char *user,
                        const char *password);
/* 180-183 with or without SDP (early media). TM_ESTATE when answered/over. */
int dialog_ring(struct dialog *d, int code, struct slice sdp);
/* 200 with SDP, retransmitted until the ACK comes. TM_ESTATE. */
int dialog_answer(struct dialog *d, struct slice sdp);
/* 300-699; reason "" = the usual text; headers "" or lines with CRLF.
 * TM_ESTATE when answered or over. DIALOG_ENDED follows. */
int dialog_refuse(struct dialog *d, int code, const char *reason,
                  const char *headers);

/* Ends the call in whatever state: CANCEL, BYE or 480. DIALOG_ENDED follows:
 * soon, or when a cancelled INVITE has had its final answer. reason_header
 * as "Q.850;cause=16" or "". */
void dialog_hangup(struct dialog *d, const char *reason_header);

/* No event of this dialog comes any more; it ends on its own (after
 * dialog_hangup, say). The pointer is gone for the user. */
void dialog_forget(struct dialog *d);

/* Offers new SDP inside an answered call (hold). The peer's answer comes as
 * DIALOG_PROVISIONAL with code 200 and sdp, or with the refusing code.
 * TM_ESTATE: not answered, or another is under way. */
int dialog_reinvite(struct dialog *d, struct slice sdp);

const char *dialog_call_id(const struct dialog *d);
const char *dialog_target(const struct dialog *d); /* URI of its Contact */
void *dialog_arg(const struct dialog *d);

/* All that a BYE after a restart needs, one line "key=value;...", values
 * percent-encoded. Appends to b. */
void dialog_record(const struct dialog *d, const char *trunk, struct buf *b);
/* Sends the BYE of a record and forgets it. TM_EINVAL: unreadable. */
int dialog_end_record(struct sip_stack *s, struct slice record,
                      const char *user, const char *password, struct err *e);
/* The trunk's name in a record, unescaped into out; TM_EINVAL. */
int dialog_record_trunk(struct slice record, char *out, size_t cap);

#endif

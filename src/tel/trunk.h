/*
 * A trunk: an account at a carrier, how to reach it, what it may be loaded
 * with, and whether it works. Registers when told to; a static trunk is
 * taken to be up until calls go unanswered, then asked by OPTIONS until
 * anything answers. Knows where its calls to us come from. Loop thread only.
 */
#ifndef TEL_TRUNK_H
#define TEL_TRUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "tel/log.h"
#include "tel/sdp_text.h"
#include "tel/sip_stack.h"

/* Strings may be "" (or NULL) unless said; they are copied. */
struct trunk_config {
    const char *name; /* as campaigns call it; required */
    const char *host; /* carrier's name or address; required */
    uint16_t port;    /* 0 = by DNS SRV or 5060/5061 */
    enum sip_stack_transport transport;
    const char *domain; /* of From and To, "" = host */
    const char *user;   /* digest, also the registered name */
    const char *password;
    bool registers;              /* else static */
    unsigned register_expires_s; /* 0 = 300 */
    const char *outbound_proxy;  /* URI, "sip:host:port;transport=tcp" */
    const char *caller_id;       /* used when a call names none */
    enum sdp_codec codec[SDP_CODECS_MAX]; /* order offered */
    unsigned codecs;                      /* 0 = PCMU, PCMA */
    unsigned max_calls;                   /* 0 = 30 */
    unsigned calls_per_second;            /* 0 = 10 */
    const char *local_address;            /* numeric; required */
    uint16_t local_port;                  /* SIP port of ours, 0 = any */
    const char *ca_file;                  /* TLS: PEM of authorities */
    unsigned ping_s;           /* OPTIONS this often, 0 = only when down */
    bool no_incoming;          /* takes no calls to us */
    const char *country;       /* ISO code: who writes national numbers in calls
                                  to us; "" = E.164, with or without '+' or 00 */
    const char *incoming_from; /* addresses or networks ("192.0.2.0/24") that
                                  calls to us come from besides those that host
                                  and proxy name, with spaces between */
};

struct trunk;

enum { TRUNK_NETS_MAX = 32 };

/* TM_EINVAL: a required string is missing or has characters it may not. */
int trunk_new(struct trunk **out, struct sip_stack *s,
              const struct trunk_config *c, const struct tel_log *log,
              struct err *e) TM_MUST_CHECK;
void trunk_free(struct trunk *t); /* before its stack; NULL is fine */

const struct trunk_config *trunk_config(const struct trunk *t);
struct sip_stack *trunk_stack(const struct trunk *t);

bool trunk_up(const struct trunk *t);
/* "up", or why not: for people. Lives until the next event. */
const char *trunk_state(const struct trunk *t);

/* Takes one call's place: TM_ENETWORK (down), TM_EFULL (calls or calls per
 * second used up). Give it back when the call has ended. */
int trunk_take(struct trunk *t, int64_t monotonic_us,
               struct err *e) TM_MUST_CHECK;
void trunk_give(struct trunk *t);
/* The same for a call to us, which no rate and no state of ours holds up.
 * False: all of its calls are taken. */
bool trunk_take_incoming(struct trunk *t);
/* Calls to us that were refused since the start, by our answer to them. */
struct trunk_refused {
    uint64_t nobodys;  /* 404: no campaign has the number */
    uint64_t unserved; /* 480: stopped, nobody there, going down, no answer */
    uint64_t full;     /* 486: all calls of the trunk or campaign are taken */
    uint64_t no_codec; /* 488: none in common */
    uint64_t no_room;  /* 503: of the server */
};
/* One more; other codes are none of these. */
void trunk_refuse(struct trunk *t, int code);
struct trunk_refused trunk_refused(const struct trunk *t);
/* Calls that trunk_take would allow now. */
unsigned trunk_room(struct trunk *t, int64_t monotonic_us);
unsigned trunk_calls(const struct trunk *t); /* taken now */

/* What calls tell: heard = any SIP answer came; else the peer was silent. */
void trunk_result(struct trunk *t, bool heard);

/* The carrier asks for no new calls for some seconds (503 with Retry-After,
 * RFC 3261, 21.5.4); five minutes at most are believed. */
void trunk_rest(struct trunk *t, int64_t monotonic_us, unsigned seconds);

/* Whether a call that came from source ("ADDRESS:PORT") is the trunk's. Host
 * and proxy are looked up in the DNS and again when that runs out, the last
 * good answer counts. */
enum trunk_claim {
    TRUNK_STRANGER,
    TRUNK_ADDRESS, /* one of its addresses */
    TRUNK_PORT,    /* with the port that calls go to */
};
enum trunk_claim trunk_claims(const struct trunk *t, const char *source);
/* Whether a call from there would be its own, if it took calls (incoming = no):
 * a host with a name in the DNS is not looked up for that. */
bool trunk_is_closed(const struct trunk *t, const char *source);
/* Whether text names networks: "192.0.2.1 2001:db8::/32". TM_EINVAL. */
int trunk_nets_check(struct slice text, struct err *e) TM_MUST_CHECK;

/* "sip:+15551234567@host:5060;transport=tcp" into out. */
void trunk_target(const struct trunk *t, uint64_t e164, char *out, size_t cap);
/* "sip:USER@domain" into out. */
void trunk_local_uri(const struct trunk *t, const char *user, char *out,
                     size_t cap);

#endif

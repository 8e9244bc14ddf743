/*
 * The real carrier: fills struct carrier (port/carrier.h) with SIP trunks and
 * the media plane. Owns the SIP stacks of its trunks' local addresses, the
 * media plane and the prompt cache.
 *
 * How calls end beyond the port's words: code 200 in CARRIER_ENDED of a call
 * that was never told as answered means that the callee's answer crossed our
 * CANCEL (a live answer, hung up on at once), or that its media was of no use
 * (CAUSE_MEDIA, CAUSE_PROTOCOL). A peer that never says anything ends a call
 * after 32 s (64 T1) as CAUSE_NETWORK, even when the ring time-out is less:
 * an INVITE without any answer cannot be cancelled (RFC 3261, 9.1).
 *
 * Calls to us: an INVITE from an address of a trunk (trunk_claims()) is told as
 * CARRIER_INCOMING. Of several trunks at one address it is that whose user it
 * is sent to, else that whose port it comes from, else the first. Everybody
 * else gets 403, and is counted. The number called is that of the request URI,
 * else of To; it is To's when the request URI is only our account. A trunk
 * whose calls are all taken answers 486, more than calls_max or 200 INVITEs a
 * second 503, a number that no handler adopts 404; no codec in common is 488
 * and CAUSE_MEDIA, from answer() on. CARRIER_ANSWERED, the sound and what our
 * password is good for come with the ACK, which proves his address. A
 * caller who sends none for 32 s (64 T1) has gone (CAUSE_NETWORK); one whom
 * nobody answers for three minutes is refused (480, CAUSE_NO_ANSWER).
 *
 * Agents: with agents.address set, their telephones register here
 * (tel/registrar.h) under the accounts of carrier_sip_set_agents(). A call
 * with spec.user goes to the telephone registered under that name; its permit
 * must be of purpose staff. A telephone that calls the server itself gets 403:
 * nobody calls out through Telemark without a permit.
 *
 * spec.detect: nothing here tells a machine from a person yet, so
 * CARRIER_PERSON follows each CARRIER_ANSWERED at once, since_us = the answer.
 * That is the strict reading: every 200 OK counts as a live answer.
 *
 * Recording (spec.record): both sides, from the first play or bridge on.
 *
 * Order: loop_new, carrier_sip_start, carrier_sip_listen, loop_run,
 * carrier_sip_stop, loop_free. Everything in the loop thread; threads inside:
 * media threads, one writer of recordings, one maker of prompts.
 */
#ifndef TEL_CARRIER_SIP_H
#define TEL_CARRIER_SIP_H

#include <stddef.h>

#include "base/err.h"
#include "port/carrier.h"
#include "port/clock.h"
#include "tel/log.h"
#include "tel/loop.h"
#include "tel/registrar.h"
#include "tel/trunk.h"

struct carrier_sip;

/* Where agents' telephones register. */
struct carrier_sip_agents {
    const char *address;    /* numeric; NULL or "": none can register */
    uint16_t port;          /* 0 = any free one; may be that of a trunk */
    bool udp, tcp;          /* neither = both */
    const char *realm;      /* NULL or "" = "telemark" */
    bool sha256;            /* see registrar_config */
    unsigned silent_max_ms; /* a call to an agent, by trunk too, that brings no
                               packet for so long has lost him: it ends
                               (CAUSE_NETWORK), before a person is joined to
                               nobody; not while he holds; 0 = 30 s */
    registrar_fn *fn;       /* told of registrations; NULL: nobody */
    void *arg;
};

struct carrier_sip_config {
    const struct trunk_config *trunk;
    size_t trunks;
    uint16_t rtp_min, rtp_max;      /* 0 = 20000 .. 29999 */
    unsigned media_threads;         /* 0 = 1 */
    size_t calls_max;               /* 0 = 2,000 */
    size_t prompt_bytes_max;        /* 0 = 64 MiB */
    const char *record_dir;         /* for call_spec.record; NULL = none; it
                                       gets mode 0700, its files 0600 */
    unsigned hold_max_ms;           /* held longer, a call ends; 0 = 120 s */
    const char *software;           /* User-Agent; NULL = "Telemark" */
    const struct clock_port *clock; /* permits are checked against it */
    struct carrier_sip_agents agents;
    struct tel_log log;
};

/* Opens ports and starts threads; registrations follow from the loop. The
 * clock must outlive it, all else is copied. Errors name the trunk. */
int carrier_sip_start(struct carrier_sip **out, struct loop *l,
                      const struct carrier_sip_config *c,
                      struct err *e) TM_MUST_CHECK;

/* Whom events go to; before the first place(). */
void carrier_sip_listen(struct carrier_sip *c, carrier_event_fn *fn, void *arg);

/* The port; valid until carrier_sip_stop. */
const struct carrier *carrier_sip_port(struct carrier_sip *c);

/* Calls that have not ended; drain until it is 0 before stopping. */
size_t carrier_sip_calls(const struct carrier_sip *c);
/* Calls from strangers that were refused with 403 since the start. */
uint64_t carrier_sip_strangers(const struct carrier_sip *c);
/* How a trunk fares; false: no such one. */
struct carrier_sip_trunk_look {
    const char *state; /* "up" or why not; lives until the next event */
    unsigned calls;    /* now, to us and by us */
    struct trunk_refused refused;
};
bool carrier_sip_trunk_look(const struct carrier_sip *c, const char *trunk,
                            struct carrier_sip_trunk_look *out);

/* Replaces the agents' accounts; any time. Errors as of registrar_set();
 * TM_ESTATE: the configuration has no address for agents. */
int carrier_sip_set_agents(struct carrier_sip *c,
                           const struct registrar_account *a, size_t n,
                           struct err *e) TM_MUST_CHECK;
/* "udp 192.0.2.7:5060"; NULL: not registered. Lives until the loop goes on. */
const char *carrier_sip_agent_where(const struct carrier_sip *c,
                                    const char *user);
/* Where they register, for a port of 0; 0: none can. */
uint16_t carrier_sip_agents_port(const struct carrier_sip *c,
                                 enum sip_stack_transport t);

/* Calls that are left end here without an event and without waiting for the
 * peer's answer to their BYE. NULL is fine. */
void carrier_sip_stop(struct carrier_sip *c);

#endif

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
#include "tel/trunk.h"

struct carrier_sip;

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
/* "up" or why not; NULL: no such trunk. */
const char *carrier_sip_trunk_state(const struct carrier_sip *c,
                                    const char *trunk);

/* Calls that are left end here without an event and without waiting for the
 * peer's answer to their BYE. NULL is fine. */
void carrier_sip_stop(struct carrier_sip *c);

#endif

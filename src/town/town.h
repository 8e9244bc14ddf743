/*
 * The town: a SIP server that plays the public telephone network, with the
 * people of sim/person.h behind thousands of numbers. Any number may be
 * called. By its owner's mood a call rings (180, or 183 with ringback as
 * sound), is busy, refused, out of service (404, with SIT tones), never
 * answered, or answered: by a person who says hello, hears prompts to their
 * end and presses keys or hangs up, or by a voicemail box with greeting and
 * beep. nth_call is counted per number from the start of the town.
 *
 * With calls_back_ppm, people whose telephone rang in vain call the number that
 * was shown back, at the address the call came from.
 *
 * town_start speaks the greetings (a second of work): call it before the loop
 * runs.
 *
 * Cost: a ringing call about 1 KB and no socket; an answered one a leg of the
 * media plane. Runs on one loop; loop thread only.
 *
 * Misuse: to be reached by strangers. It answers everybody; an address that
 * is not of the loopback needs allow_any_address.
 */
#ifndef TOWN_TOWN_H
#define TOWN_TOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sim/person_world.h"
#include "tel/log.h"
#include "tel/loop.h"
#include "tel/sip_stack.h"

struct town_config {
    const char *address; /* numeric */
    uint16_t port;       /* 0 = any free one */
    bool udp, tcp, tls;
    const char *cert_file; /* PEM, for tls */
    bool allow_any_address;
    struct person_world world;
    const char *log_path; /* JSON lines are appended; NULL = none */
    uint16_t media_port_min, media_port_max;
    unsigned media_threads;  /* 0 = 1 */
    size_t calls_max;        /* more are refused with 503 */
    unsigned calls_back_ppm; /* share of missed calls that are called back */
    int64_t back_min_ms, back_max_ms; /* so long after the call was missed */
    struct tel_log log;
};

struct town_counts {
    uint64_t invites;
    uint64_t answered;      /* by persons and machines */
    uint64_t refused;       /* 4xx to 6xx of the people */
    uint64_t cancelled;     /* by the caller */
    uint64_t byes;          /* of the caller */
    uint64_t left;          /* hung up by the people */
    uint64_t prompts;       /* heard to their end */
    uint64_t digits;        /* pressed */
    uint64_t overload;      /* 503: no room for the call or its sound */
    uint64_t back_calls;    /* of the people to who called them in vain */
    uint64_t back_answered; /* of these */
    size_t calls;           /* now, without those */
};

struct town;

/* Loopback, port 5062, UDP and TCP, media ports 20000 to 31998, 4,000
 * calls, nobody calls back (else 5 to 60 s later), the lively world of seed
 * 1. */
void town_config_init(struct town_config *c);
/* Strings of c are copied. TM_EINVAL: the address is not of the loopback, or
 * the world or the times of calls back are impossible; TM_EIO and others of the
 * stack, told in e. */
int town_start(struct town **out, struct loop *l, const struct town_config *c,
               struct err *e) TM_MUST_CHECK;
/* Ends all calls at once. NULL is fine. */
void town_stop(struct town *t);
uint16_t town_port(const struct town *t, enum sip_stack_transport transport);
void town_counts(const struct town *t, struct town_counts *out);
/* errno of the first line of the log that could not be written, else 0. */
int town_log_fault(const struct town *t);

#endif

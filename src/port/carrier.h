/*
 * The carrier port: who carries calls. tel/ (SIP and RTP) and sim/ (virtual
 * people) both fill in struct carrier; the engine sees nothing else.
 *
 * All functions and all events belong to the loop thread. No event is
 * delivered inside a call of the engine into the carrier. A call is named by
 * its attempt id; every call that was placed ends with exactly one
 * CARRIER_ENDED, and a place() that failed has no event at all.
 *
 * A call to us is told as CARRIER_INCOMING. Once the handler has written
 * *adopt it is a call like the others: named by that id, it ends with
 * CARRIER_ENDED, also when the caller gives up before he is answered
 * (CAUSE_CALLEE: the far side).
 */
#ifndef PORT_CARRIER_H
#define PORT_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"
#include "core/call/call_event.h"
#include "core/rules/permit.h"

typedef void(carrier_event_fn)(void *arg, const struct carrier_event *ev);

struct carrier {
    void *self;
    /* Starts a call. Refuses with TM_EEXPIRED when the permit is not valid
     * now, TM_EINVAL when it is for another number or attempt, TM_EEXIST
     * when it was used before, TM_EFULL when the trunk's calls or
     * calls per second are used up, TM_ENETWORK when the trunk is down,
     * TM_ENOTFOUND when the telephone of spec.user is not registered. On
     * success the events follow. */
    int (*place)(void *self, const struct permit *p, const struct call_spec *s,
                 struct err *e);
    /* Answers a call to us that was adopted: CARRIER_ANSWERED follows when
     * media is open. record: both sides. TM_ESTATE: it is over, or answered
     * already. hangup() before it refuses the call. NULL: this carrier takes
     * no calls, and none come in. */
    int (*answer)(void *self, struct attempt_id a, bool record);
    /* Converts prompts ahead of their use; returns at once, any failure is
     * told by play's silence and a log line. */
    void (*prepare)(void *self, const struct prompt *list, size_t n);
    /* Plays list after what is playing now is cut off; CARRIER_PLAYED with
     * tag follows unless cut off. n is at most CARRIER_PROMPTS_MAX.
     * TM_ESTATE: the call is not answered or over. */
    int (*play)(void *self, struct attempt_id a, const struct prompt *list,
                size_t n, uint32_t tag);
    void (*silence)(void *self, struct attempt_id a); /* cuts off playing */
    /* Joins the sound of two answered calls: each hears the other, what is
     * played to one is heard by it besides. A call is in one bridge at most.
     * Ends by part() or with the end of either; the other stays up. NULL: this
     * carrier has no agents. TM_ESTATE: one is not answered, or is in a bridge
     * already. TM_EFULL: no room for it now, nothing is joined; worth another
     * try in some milliseconds. */
    int (*bridge)(void *self, struct attempt_id a, struct attempt_id b);
    void (*part)(void *self, struct attempt_id a); /* none: ignored */
    /* Asks for the end; CARRIER_ENDED follows. Unknown calls are ignored. */
    void (*hangup)(void *self, struct attempt_id a, enum hangup_reason why);
    /* Ends a call of a former run from its dialog record: sends BYE, waits
     * for nothing, tells nothing. TM_EINVAL: the record is unreadable. */
    int (*end_stale)(void *self, struct slice dialog, struct err *e);
    /* Calls that the trunk would take at now_us. */
    unsigned (*room)(void *self, const char *trunk, int64_t now_us);
    /* ... if its calls per second were no limit; NULL: not known. */
    unsigned (*lines)(void *self, const char *trunk);
};

#endif

/* One call of the carrier, from its INVITE to its end. */
#include <string.h>

#include "base/arena.h"
#include "tel/carrier_sip_cause.h"
#include "tel/carrier_sip_priv.h"

enum { RECORD_MAX = 8192 };

struct carrier_sip_call *carrier_sip_find(struct carrier_sip *c,
                                          struct attempt_id a)
{
    uint64_t v;
    if (a.v > 0 && c->adopting && c->adopting->attempt.v == a.v) {
        return c->adopting; /* by the handler that has just named it */
    }
    if (a.v <= 0 || !map_get(&c->calls, (uint64_t)a.v, &v)) {
        return NULL;
    }
    struct carrier_sip_call *call = (void *)(uintptr_t)v;
    tm_assert(call->magic == CARRIER_SIP_CALL_MAGIC);
    return call;
}

static void send_event(const struct carrier_sip *c, struct carrier_event *ev)
{
    ev->at_us = c->clock->now_us(c->clock->self);
    if (!ev->text.p) {
        ev->text = str_of("");
    }
    if (c->fn) {
        c->fn(c->arg, ev);
    }
}

/* CARRIER_PLACED is told from the loop, and before anything else. */
void carrier_sip_tell_placed(struct carrier_sip_call *call)
{
    if (call->owed.list) {
        struct carrier_event ev = {
            .kind = CARRIER_PLACED,
            .attempt = call->attempt,
            .text = str_of(call->call_id),
        };
        list_unlink(&call->owed);
        send_event(call->carrier, &ev);
    }
}

void carrier_sip_emit(struct carrier_sip_call *call, struct carrier_event *ev)
{
    tm_assert(call->magic == CARRIER_SIP_CALL_MAGIC);
    carrier_sip_tell_placed(call);
    ev->attempt = call->attempt;
    send_event(call->carrier, ev);
}

void carrier_sip_call_free(struct carrier_sip_call *call)
{
    struct carrier_sip *c = call->carrier;
    tm_assert(call->magic == CARRIER_SIP_CALL_MAGIC);
    tmr_cancel(&call->ring);
    tmr_cancel(&call->alert);
    tmr_cancel(&call->hold);
    list_unlink(&call->owed);
    carrier_sip_play_drop(call);
    list_unlink(&call->all);
    if (call->mate) {
        call->mate->mate = NULL;
    }
    media_leg_close(call->leg); /* parts it */
    if (call->trunk) {
        trunk_give(call->trunk);
    }
    if (call->attempt.v > 0) { /* else nobody adopted it */
        (void)map_remove(&c->calls, (uint64_t)call->attempt.v);
    }
    tm_assert(c->call_count > 0);
    --c->call_count;
    call->magic = 0;
    mem_free(call);
}

void carrier_sip_hangup(struct carrier_sip_call *call, enum call_cause cause,
                        const char *reason)
{
    tm_assert(call->magic == CARRIER_SIP_CALL_MAGIC);
    if (call->state != CALL_ENDING) {
        call->state = CALL_ENDING;
        call->wanted = cause;
        tmr_cancel(&call->ring);
        tmr_cancel(&call->alert);
        tmr_cancel(&call->hold);
        carrier_sip_play_drop(call);
        dialog_hangup(call->dialog, reason);
    }
}

static void ring_over(void *arg)
{
    struct carrier_sip_call *call = arg;
    carrier_sip_hangup(call, CAUSE_NO_ANSWER, "Q.850;cause=19");
}

/* A timer may come up to its resolution early; the time is the law's least. */
void carrier_sip_start_ring(struct carrier_sip_call *call)
{
    tmr_start(&call->ring, (uint64_t)call->ring_timeout_ms + 1, ring_over,
              call);
}

struct sdp_text carrier_sip_our_sdp(const struct carrier_sip_call *call)
{
    struct sdp_text s = {
        .codecs = call->way.codecs,
        .event_pt = 101,
        .ptime = 20,
        .send = true,
        .receive = true,
        .port = media_leg_port(call->leg),
    };
    memcpy(s.codec, call->way.codec, sizeof s.codec);
    (void)str_copy(s.address, sizeof s.address, str_of(call->way.address));
    return s;
}

/* Returns the event's time. */
static int64_t tell_dialog(struct carrier_sip_call *call,
                           enum carrier_event_kind kind, int code)
{
    struct buf b;
    buf_init(&b, RECORD_MAX);
    dialog_record(call->dialog,
                  call->trunk ? trunk_config(call->trunk)->name
                              : CARRIER_SIP_NO_TRUNK,
                  &b);
    struct carrier_event ev = {
        .kind = kind, .code = code, .text = buf_slice(&b)};
    carrier_sip_emit(call, &ev);
    buf_fini(&b);
    return ev.at_us;
}

static void on_provisional(struct carrier_sip_call *call,
                           const struct dialog_event *ev)
{
    struct sdp_text s;
    if (ev->sdp.n > 0 && sdp_text_read(ev->sdp, &s, NULL) == TM_OK) {
        call->early = s;
        call->early_known = true;
    }
    if (call->state == CALL_PLACED && ev->code >= 180 && ev->code < 200) {
        struct carrier_event out = {.kind = CARRIER_RINGING, .code = ev->code};
        call->state = CALL_RINGING;
        /* The callee has the whole time from the first ring on. */
        carrier_sip_start_ring(call);
        carrier_sip_emit(call, &out);
    }
}

static void hold_over(void *arg)
{
    struct carrier_sip_call *call = arg;
    tel_log(&call->carrier->log, TEL_LOG_WARNING,
            "%s: a call was on hold for %u s and is ended", call->way.name,
            call->carrier->hold_max_ms / 1000);
    carrier_sip_hangup(call, CAUSE_US, "Q.850;cause=16");
}

/* Redirects the stream. What plays waits while the peer holds us, so that no
 * script would end a call that nobody takes back: the hold has an end. */
static int stream(struct carrier_sip_call *call, const struct sdp_text *peer)
{
    int rc = media_leg_connect(call->leg, peer);
    if (rc != TM_OK) {
        return rc;
    }
    if (peer->receive) {
        tmr_cancel(&call->hold);
    } else if (!tmr_isrunning(&call->hold)) {
        tmr_start(&call->hold, call->carrier->hold_max_ms, hold_over, call);
    }
    return TM_OK;
}

/* The stream the answer asks for; some carriers put it into a 183 only. */
static int connect_media(struct carrier_sip_call *call, struct slice sdp,
                         struct err *e)
{
    struct sdp_text s;
    if (sdp.n > 0) {
        int rc = sdp_text_read(sdp, &s, e);
        if (rc != TM_OK) {
            return rc;
        }
    } else if (call->early_known) {
        s = call->early;
    } else {
        return err_set(e, TM_EINVAL, "an answer without SDP");
    }
    if (s.port == 0) {
        return err_set(e, TM_EUNSUPPORTED, "the audio stream was refused");
    }
    int rc = stream(call, &s);
    return rc == TM_OK ? rc : err_set(e, rc, "media: %s", err_text(rc));
}

static void on_answered(struct carrier_sip_call *call,
                        const struct dialog_event *ev)
{
    struct err e = {0};
    tmr_cancel(&call->ring);
    if (connect_media(call, ev->sdp, &e) != TM_OK) {
        tel_log(&call->carrier->log, TEL_LOG_WARNING,
                "%s answered with media of no use: %s", call->way.name, e.text);
        call->end_code = ev->code;
        carrier_sip_hangup(call,
                           e.code == TM_EINVAL ? CAUSE_PROTOCOL : CAUSE_MEDIA,
                           "Q.850;cause=88");
        return;
    }
    call->state = CALL_ANSWERED;
    int64_t at_us = tell_dialog(call, CARRIER_ANSWERED, ev->code);
    if (call->detect && call->state == CALL_ANSWERED) {
        /* Nothing here knows a machine: every answer counts as a person's,
         * from the answer on, which is the strict reading of the law. */
        struct carrier_event out = {.kind = CARRIER_PERSON, .since_us = at_us};
        carrier_sip_emit(call, &out);
    }
}

/* A new offer of the peer: hold, resume, other address, session refresh. */
static void on_offer(struct carrier_sip_call *call,
                     const struct dialog_event *ev)
{
    struct sdp_text theirs, ours = carrier_sip_our_sdp(call), answer;
    if (ev->sdp.n == 0) {
        call->offered = true;
        sdp_text_write(&ours, call->session, ++call->version, ev->answer);
        return;
    }
    if (sdp_text_read(ev->sdp, &theirs, NULL) != TM_OK || theirs.port == 0 ||
        sdp_text_answer(&theirs, &ours, &answer) != TM_OK) {
        return; /* 488 */
    }
    theirs.codec[0] = answer.codec[0];
    theirs.codecs = 1;
    if (stream(call, &theirs) == TM_OK) {
        sdp_text_write(&answer, call->session, ++call->version, ev->answer);
    }
}

/* The ACK of a call to us: it is answered now. Without an offer in its INVITE
 * the answer to ours is in the ACK. */
static void on_accepted(struct carrier_sip_call *call,
                        const struct dialog_event *ev)
{
    struct err e = {0};
    const struct trunk_config *k = trunk_config(call->trunk);
    /* Who acknowledges has our answer, which went to the trunk's address. Whose
     * INVITE only claimed to come from there is not told what a password makes
     * of a challenge of his own. */
    dialog_credentials(call->dialog, k->user, k->password);
    struct slice answer = call->offered ? ev->sdp : str_of("");
    call->offered = false;
    if (connect_media(call, answer, &e) != TM_OK) {
        tel_log(&call->carrier->log, TEL_LOG_WARNING,
                "%s: a caller's ACK has media of no use: %s", call->way.name,
                e.text);
        call->end_code = 200;
        carrier_sip_hangup(call,
                           e.code == TM_EINVAL ? CAUSE_PROTOCOL : CAUSE_MEDIA,
                           "Q.850;cause=88");
        return;
    }
    call->state = CALL_ANSWERED;
    (void)tell_dialog(call, CARRIER_ANSWERED, 200);
}

/* The ACK of a re-INVITE that had no offer brings the answer to ours. */
static void on_confirmed(struct carrier_sip_call *call,
                         const struct dialog_event *ev)
{
    struct err e = {0};
    if (call->state == CALL_ACCEPTED) {
        on_accepted(call, ev);
        return;
    }
    bool offered = call->offered;
    call->offered = false;
    if (!offered || call->state != CALL_ANSWERED) {
        return;
    }
    if (ev->sdp.n == 0 || connect_media(call, ev->sdp, &e) != TM_OK) {
        tel_log(&call->carrier->log, TEL_LOG_WARNING,
                "%s: an ACK without an answer to our offer: the sound "
                "stays as it was. %s",
                call->way.name, e.text);
    }
}

static enum call_cause cause_of(const struct carrier_sip_call *call,
                                const struct dialog_event *ev)
{
    switch (ev->end) {
    case DIALOG_END_LOCAL:
        /* A 2xx that crossed our CANCEL was a live answer: code says so. */
        return ev->code >= 200 && ev->code < 300 &&
                       call->wanted == CAUSE_NO_ANSWER
                   ? CAUSE_US
                   : call->wanted;
    case DIALOG_END_BYE: return CAUSE_CALLEE;
    case DIALOG_END_CANCEL: return CAUSE_CALLEE;
    case DIALOG_END_REFUSED:
        return carrier_sip_cause(ev->code, ev->reason, ev->reason_header);
    case DIALOG_END_TIMEOUT:
    case DIALOG_END_TRANSPORT: return CAUSE_NETWORK;
    case DIALOG_END_PROTOCOL: return CAUSE_PROTOCOL;
    }
    tm_unreachable("unknown end of a dialog");
}

/* What the end of a call says about its trunk. */
static void tell_trunk(const struct carrier_sip_call *call,
                       const struct dialog_event *ev)
{
    bool heard = call->heard || ev->code > 0;
    if (heard || ev->end == DIALOG_END_TIMEOUT ||
        ev->end == DIALOG_END_TRANSPORT) {
        trunk_result(call->trunk, heard);
    }
    if (ev->code == 503 && ev->retry_after_s > 0) {
        trunk_rest(call->trunk, loop_monotonic_us(), ev->retry_after_s);
    }
    if (ev->code == 401 || ev->code == 407) {
        tel_log(&call->carrier->log, TEL_LOG_ERROR,
                "trunk %s refuses our user or password (%d)",
                trunk_config(call->trunk)->name, ev->code);
    }
}

static void on_ended(struct carrier_sip_call *call,
                     const struct dialog_event *ev)
{
    struct carrier_event out = {
        .kind = CARRIER_ENDED,
        .code = ev->code ? ev->code : call->end_code,
        .cause = cause_of(call, ev),
    };
    if (call->trunk && !call->incoming) {
        tell_trunk(call, ev);
    } else if (call->incoming) {
        carrier_sip_turned_away(call->carrier, call->trunk, out.code);
    }
    /* The call's place is free before anyone hears of it, and whatever the
     * handler does finds no call that is over. */
    struct carrier_sip *c = call->carrier;
    carrier_sip_tell_placed(call);
    out.attempt = call->attempt;
    call->dialog = NULL;
    carrier_sip_call_free(call);
    send_event(c, &out);
}

void carrier_sip_on_dialog(void *arg, const struct dialog_event *ev)
{
    struct carrier_sip_call *call = arg;
    tm_assert(call->magic == CARRIER_SIP_CALL_MAGIC);
    call->heard = call->heard || ev->kind != DIALOG_ENDED;
    switch (ev->kind) {
    case DIALOG_PROVISIONAL: on_provisional(call, ev); break;
    case DIALOG_ANSWERED: on_answered(call, ev); break;
    case DIALOG_CONFIRMED: on_confirmed(call, ev); break;
    case DIALOG_OFFER: on_offer(call, ev); break;
    case DIALOG_CHANGED:
        if (call->state == CALL_ANSWERED) {
            (void)tell_dialog(call, CARRIER_DIALOG, 0);
        }
        break;
    case DIALOG_ENDED: on_ended(call, ev); break;
    }
}

/* No packet from an agent for long: his network or telephone has gone without
 * a word. A hold may be silent, and has its own end. */
static void starved(struct carrier_sip_call *call)
{
    if (!tmr_isrunning(&call->hold)) {
        tel_log(&call->carrier->log, TEL_LOG_WARNING,
                "%s: no sound came from the agent's telephone for %u s, the "
                "call is ended",
                call->way.name, call->carrier->silent_max_ms / 1000);
        carrier_sip_hangup(call, CAUSE_NETWORK, "Q.850;cause=27");
    }
}

void carrier_sip_on_media(void *arg, const struct media_event *ev)
{
    struct carrier_sip_call *call = arg;
    struct carrier_event out = {.digit = ev->digit, .tag = ev->tag};
    tm_assert(call->magic == CARRIER_SIP_CALL_MAGIC);
    if (call->state != CALL_ANSWERED) {
        return;
    }
    switch (ev->kind) {
    case MEDIA_DIGIT: out.kind = CARRIER_DIGIT; break;
    case MEDIA_PLAYED:
        /* One that a newer list has cut off came too late. */
        if (ev->tag != call->play.serial) {
            return;
        }
        out.tag = call->play.tag;
        out.kind = CARRIER_PLAYED;
        break;
    case MEDIA_BEEP: out.kind = CARRIER_BEEP; break;
    case MEDIA_STARVED: starved(call); return;
    case MEDIA_DIGITS_SENT:
    case MEDIA_VOICE:
    case MEDIA_SILENCE:
    default: return;
    }
    carrier_sip_emit(call, &out);
}

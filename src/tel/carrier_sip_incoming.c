/* Calls to us: whose they are, who is asked, how they are answered. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "core/number/number.h"
#include "tel/caller.h"
#include "tel/carrier_sip_priv.h"

enum {
    SDP_MAX = 2048,
    RING_MAX_MS = 180000, /* as timer C of proxies (RFC 3261, 16.6) */
    ALERT_MS = 20,        /* who is refused at once hears no ringing before */
    AGENT_EVERY_US = 1000000,
    LOG_EVERY_US = 60000000,
};

/* How surely a call is the trunk's, 0: it is not. */
static int claim(const struct trunk *t, const struct dialog_request *r)
{
    const char *user = trunk_config(t)->user;
    enum trunk_claim by = trunk_stack(t) == r->stack
                              ? trunk_claims(t, r->source)
                              : TRUNK_STRANGER;
    if (by == TRUNK_STRANGER) {
        return 0;
    }
    bool ours = user[0] && (str_eq(r->called, user) ||
                            str_eq(caller_user(r->to_uri), user));
    return (int)by + (ours ? TRUNK_PORT : 0);
}

void *carrier_sip_whose(void *arg, const struct dialog_request *r)
{
    struct carrier_sip *c = arg;
    struct trunk *best = NULL;
    int surest = 0;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    for (size_t i = 0; i < c->trunks; ++i) {
        int sure = claim(c->trunk[i], r);
        if (sure > surest) {
            surest = sure;
            best = c->trunk[i];
        }
    }
    /* A telephone of an agent behind the carrier's address is no carrier. */
    bool agent = best && c->registrar && r->stack == c->agent_stack &&
                 registrar_user_at(c->registrar, r->source);
    return agent ? NULL : best;
}

/* Neither lines nor searches at a stranger's pace. */
static bool is_time(int64_t *last_us, int64_t every_us)
{
    int64_t now_us = loop_monotonic_us();
    if (*last_us != 0 && now_us - *last_us < every_us) {
        return false;
    }
    *last_us = now_us;
    return true;
}

static void tell_stranger(struct carrier_sip *c, const char *source)
{
    for (size_t i = 0; i < c->trunks; ++i) {
        if (trunk_is_closed(c->trunk[i], source)) {
            tel_log(&c->log, TEL_LOG_WARNING,
                    "a call from %s was refused (403), %" PRIu64 " since the "
                    "last such line: trunk %s has that address and takes no "
                    "calls (incoming = no)",
                    source, c->refused.untold, trunk_config(c->trunk[i])->name);
            return;
        }
    }
    tel_log(&c->log, TEL_LOG_INFO,
            "a call from %s was refused (403), %" PRIu64 " since the last "
            "such line: no trunk takes calls from that address. If it is "
            "a carrier's, add it to 'incoming_from' of its trunk",
            source, c->refused.untold);
}

void carrier_sip_refused(void *arg, const char *source)
{
    struct carrier_sip *c = arg;
    struct carrier_sip_refusals *f = &c->refused;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    /* An agent's telephone that dials by itself has no permit. */
    const char *user = c->registrar && is_time(&f->agent_us, AGENT_EVERY_US)
                           ? registrar_user_at(c->registrar, source)
                           : NULL;
    if (user) {
        tel_log(&c->log, TEL_LOG_WARNING,
                "agent %s: his telephone tried to call by itself and was "
                "refused (403): calls go out by campaigns only",
                user);
        return;
    }
    ++f->strangers;
    ++f->untold;
    if (is_time(&f->stranger_us, LOG_EVERY_US)) {
        tell_stranger(c, source);
        f->untold = 0;
    }
}

static void tell_unserved(struct carrier_sip *c, const char *trunk)
{
    struct carrier_sip_refusals *f = &c->refused;
    ++f->unserved_untold;
    if (!is_time(&f->unserved_us, LOG_EVERY_US)) {
        return;
    }
    tel_log(&c->log, TEL_LOG_WARNING,
            "trunk %s: a call to us was refused (480), %" PRIu64 " since the "
            "last such line: the campaign that has the number does not run, "
            "or nobody is signed in and it has no closed_say. 'telemark trunk "
            "list' counts them",
            trunk, f->unserved_untold);
    f->unserved_untold = 0;
}

/* Who finds no line, or nobody, is a customer lost: a call centre must see
 * that it wants more of them. */
void carrier_sip_turned_away(struct carrier_sip *c, struct trunk *t, int code)
{
    struct carrier_sip_refusals *f = &c->refused;
    const struct trunk_config *k = trunk_config(t);
    trunk_refuse(t, code);
    if (code == 480) {
        tell_unserved(c, k->name);
    }
    if (code != 486 && code != 503) {
        return;
    }
    ++f->full_untold;
    if (!is_time(&f->full_us, LOG_EVERY_US)) {
        return;
    }
    tel_log(&c->log, TEL_LOG_WARNING,
            "trunk %s: a call to us was refused (%d), %" PRIu64 " since the "
            "last such line: %s. 'telemark trunk list' counts them",
            k->name, code, f->full_untold,
            code == 486 ? "all calls of the trunk (max_calls) or of the "
                          "campaign (calls of [inbound]) are taken"
                        : "the server has no room for more calls");
    f->full_untold = 0;
}

/* Most carriers send the number called in the request URI; some send our
 * account there, with which we registered, and the number in To. */
static uint64_t called(const struct trunk_config *k,
                       const struct dialog_request *r)
{
    uint64_t uri = caller_number(r->uri, k->country);
    uint64_t to = caller_number(r->to_uri, k->country);
    bool account = k->user[0] && str_eq(r->called, k->user);
    return to != 0 && (account || uri == 0) ? to : uri;
}

static void alert(void *arg)
{
    struct carrier_sip_call *call = arg;
    tm_assert(call->magic == CARRIER_SIP_CALL_MAGIC);
    tm_assert(call->state == CALL_OFFERED);
    tmr_cancel(&call->alert);
    if (dialog_ring(call->dialog, 180, str_of("")) != TM_OK) {
        carrier_sip_hangup(call, CAUSE_NETWORK, "");
    }
}

static struct carrier_sip_call *call_new(struct carrier_sip *c,
                                         struct dialog *d,
                                         const struct dialog_request *r)
{
    struct carrier_sip_call *call = mem_alloc(sizeof *call);
    call->magic = CARRIER_SIP_CALL_MAGIC;
    call->carrier = c;
    call->incoming = true;
    call->heard = true;
    call->state = CALL_OFFERED;
    call->trunk = r->whose;
    call->way = carrier_sip_trunk_way(r->whose);
    call->wanted = CAUSE_US;
    call->dialog = d;
    call->ring_timeout_ms = RING_MAX_MS;
    call->early_known = r->sdp.n > 0 &&
                        sdp_text_read(r->sdp, &call->early, NULL) == TM_OK &&
                        call->early.port != 0;
    call->offer_bad = r->sdp.n > 0 && !call->early_known;
    (void)str_copy(call->call_id, sizeof call->call_id, r->call_id);
    for (char *p = call->call_id; *p; ++p) {
        *p = *p > ' ' && *p < 0x7f ? *p : '?';
    }
    ++c->call_count;
    list_append(&c->all, &call->all, call);
    dialog_take(d, carrier_sip_on_dialog, call);
    return call;
}

/* Asks who takes it. False: nobody, and it is gone. */
static bool adopted(struct carrier_sip_call *call, struct carrier_event *ev)
{
    struct carrier_sip *c = call->carrier;
    tm_assert(!c->adopting);
    c->adopting = call;
    ev->adopt = &call->attempt;
    carrier_sip_emit(call, ev);
    c->adopting = NULL;
    if (call->attempt.v <= 0) {
        call->attempt.v = 0;
        trunk_refuse(call->trunk, 404);
        (void)dialog_refuse(call->dialog, 404, "", "");
        dialog_forget(call->dialog);
        carrier_sip_call_free(call);
        return false;
    }
    tm_assert(!carrier_sip_find(c, call->attempt));
    map_set(&c->calls, (uint64_t)call->attempt.v, (uint64_t)(uintptr_t)call);
    return true;
}

static void tell_no_taker(struct carrier_sip *c, const struct trunk_config *k,
                          uint64_t to)
{
    char number[NUMBER_TEXT_LEN];
    if (is_time(&c->refused.number_us, LOG_EVERY_US)) {
        (void)number_format(to, number);
        tel_log(&c->log, TEL_LOG_INFO,
                "trunk %s: a call to %s was refused (404): %s", k->name,
                to != 0 ? number : "no telephone number",
                to != 0 ? "no campaign has that number"
                        : "does the carrier write national numbers? Set "
                          "'country' of the trunk");
    }
}

void carrier_sip_incoming(void *arg, struct dialog *d,
                          const struct dialog_request *r)
{
    struct carrier_sip *c = arg;
    tm_assert(c->magic == CARRIER_SIP_MAGIC && r->whose != NULL);
    const struct trunk_config *k = trunk_config(r->whose);
    const struct caller_says says = {r->from_uri, r->asserted, r->privacy};
    struct carrier_event ev = {
        .kind = CARRIER_INCOMING,
        .from = caller_of(&says, k->country),
        .to = called(k, r),
        .trunk = k->name,
    };
    if (!c->fn) {
        return; /* 480 */
    }
    if (ev.to == 0) {
        tell_no_taker(c, k, 0);
        trunk_refuse(r->whose, 404);
        (void)dialog_refuse(d, 404, "", "");
    } else if (c->call_count >= c->calls_max) {
        carrier_sip_turned_away(c, r->whose, 503);
        (void)dialog_refuse(d, 503, "", "Retry-After: 5\r\n");
    } else if (!trunk_take_incoming(r->whose)) {
        carrier_sip_turned_away(c, r->whose, 486);
        (void)dialog_refuse(d, 486, "", "");
    } else {
        struct carrier_sip_call *call = call_new(c, d, r);
        ev.text = str_of(call->call_id);
        if (!adopted(call, &ev)) {
            tell_no_taker(c, k, ev.to);
        } else if (call->state == CALL_OFFERED) {
            carrier_sip_start_ring(call);
            tmr_start(&call->alert, ALERT_MS, alert, call);
        }
    }
}

void carrier_sip_refuse(struct carrier_sip_call *call, int code,
                        enum call_cause cause)
{
    tm_assert(call->magic == CARRIER_SIP_CALL_MAGIC);
    tm_assert(call->state == CALL_OFFERED);
    call->state = CALL_ENDING;
    call->wanted = cause;
    tmr_cancel(&call->ring);
    tmr_cancel(&call->alert);
    tmr_cancel(&call->hold);
    (void)dialog_refuse(call->dialog, code, "", "");
}

static bool is_ip6(const char *address)
{
    return strchr(address, ':') != NULL;
}

/* Our description. The sound begins with the ACK: an INVITE that only claims to
 * come from the trunk cannot make us stream to somebody. TM_EUNSUPPORTED: no
 * codec in common, or the other IP version. */
static int describe(struct carrier_sip_call *call, struct buf *b)
{
    struct sdp_text ours = carrier_sip_our_sdp(call), said = ours;
    call->session = call->version = ++call->carrier->sessions;
    call->offered = !call->early_known;
    if (call->early_known) {
        struct sdp_text *theirs = &call->early;
        int rc = sdp_text_answer(theirs, &ours, &said);
        if (rc != TM_OK) {
            return rc;
        }
        if (is_ip6(theirs->address) != is_ip6(ours.address)) {
            return TM_EUNSUPPORTED;
        }
        theirs->codec[0] = said.codec[0];
        theirs->codecs = 1;
    }
    sdp_text_write(&said, call->session, call->version, b);
    return b->failed ? TM_ELIMIT : TM_OK;
}

int carrier_sip_answer(void *self, struct attempt_id a, bool record)
{
    struct carrier_sip *c = self;
    struct err e = {0};
    struct buf sdp;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    struct carrier_sip_call *call = carrier_sip_find(c, a);
    if (!call || call->state != CALL_OFFERED) {
        return TM_ESTATE;
    }
    if (call->offer_bad) {
        carrier_sip_refuse(call, 488, CAUSE_MEDIA);
        return TM_OK;
    }
    if (tmr_isrunning(&call->alert)) {
        alert(call); /* carriers expect it before the answer */
    }
    if (call->state != CALL_OFFERED) {
        return TM_OK; /* it cannot be sent: the dialog's end says so */
    }
    if (carrier_sip_leg_open(call, record, &e) != TM_OK) {
        tel_log(&c->log, TEL_LOG_ERROR,
                "%s: no sound for a caller, who is refused: %s", call->way.name,
                e.text);
        carrier_sip_refuse(call, 503, CAUSE_CONGESTION);
        return TM_OK;
    }
    buf_init(&sdp, SDP_MAX);
    if (describe(call, &sdp) != TM_OK) {
        carrier_sip_refuse(call, 488, CAUSE_MEDIA);
    } else {
        tmr_cancel(&call->ring);
        call->state = CALL_ACCEPTED;
        /* When it cannot be sent, the dialog's end says so. */
        (void)dialog_answer(call->dialog, buf_slice(&sdp));
    }
    buf_fini(&sdp);
    return TM_OK;
}

/* The caller's side: INVITE, its answers, ACK, forks (RFC 3261, 13 and 17). */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"

/* An answer that nobody waits for makes us send: a forger with many of them
 * gets little. Real ones are repeated by their senders. */
enum { NAME_MAX_BYTES = 64, STRAYS_MAX = 128 };

static int send_invite(struct dialog *d);

/* A display name that cannot leave its quotes or its line. */
static void name_set(struct dialog *d, const char *name)
{
    char safe[NAME_MAX_BYTES];
    size_t n = 0;
    for (const char *p = name; *p && n + 1 < sizeof safe; ++p) {
        unsigned char c = (unsigned char)*p;
        if (c >= ' ' && c != 0x7f && c != '"' && c != '\\') {
            safe[n++] = *p;
        }
    }
    dialog_text_set(&d->local_name, str_range(safe, n));
}

/* The INVITE ended without any answer. */
static void failed(struct dialog *d, int err)
{
    if (d->state == DS_CANCELLING && d->heard) {
        dialog_finish(d, DIALOG_END_LOCAL, 0, NULL);
    } else if (err == ETIMEDOUT) {
        dialog_finish(d, DIALOG_END_TIMEOUT, 0, NULL);
    } else {
        dialog_finish(d, DIALOG_END_TRANSPORT, 0, NULL);
    }
}

static void provisional(struct dialog *d, const struct sip_msg *msg)
{
    d->heard = true;
    if (msg->scode == 100) {
        return;
    }
    if (d->state == DS_CALLING) {
        dialog_move(d, DS_EARLY);
    }
    if (d->state == DS_EARLY) {
        struct dialog_event ev = {
            .kind = DIALOG_PROVISIONAL,
            .code = msg->scode,
            .reason = re_slice(&msg->reason),
            .sdp = dialog_body_sdp(msg),
        };
        dialog_emit(d, &ev);
    }
}

static void answered(struct dialog *d, const struct sip_msg *msg)
{
    bool unwanted = d->state == DS_CANCELLING;
    dialog_text_heard(&d->remote_tag, re_slice(&msg->to.tag));
    dialog_learn_routes(d, msg);
    bool usable = dialog_learn_target(d, msg);
    dialog_auth_passed(d);
    int err = dialog_send_ack(d, d->invite_seq);
    buf_clear(&d->offer);
    if (unwanted || err || !usable) {
        /* The 2xx crossed our CANCEL, or is of no use: end what it made. */
        dialog_owe_end(d,
                       unwanted ? DIALOG_END_LOCAL
                       : err    ? DIALOG_END_TRANSPORT
                                : DIALOG_END_PROTOCOL,
                       msg->scode, NULL);
        dialog_send_bye(d);
        return;
    }
    dialog_move(d, DS_UP);
    struct dialog_event ev = {
        .kind = DIALOG_ANSWERED,
        .code = msg->scode,
        .sdp = dialog_body_sdp(msg),
    };
    dialog_emit(d, &ev);
}

static void refused(struct dialog *d, const struct sip_msg *msg)
{
    enum dialog_end end =
        d->state == DS_CANCELLING ? DIALOG_END_LOCAL : DIALOG_END_REFUSED;
    dialog_finish(d, end, msg->scode, msg);
}

static void invite_response(int err, const struct sip_msg *msg, void *arg)
{
    struct dialog *d = arg;
    tm_assert(d->magic == DIALOG_MAGIC);
    if (err || !msg) {
        failed(d, err);
    } else if (msg->scode < 200) {
        provisional(d, msg);
    } else if (msg->scode < 300) {
        answered(d, msg);
    } else if ((msg->scode == 401 || msg->scode == 407) &&
               d->state != DS_CANCELLING && dialog_challenged(d, msg)) {
        if (send_invite(d)) {
            dialog_finish(d, DIALOG_END_TRANSPORT, 0, NULL);
        }
    } else {
        /* 3xx too: a carrier does not choose whom we call. */
        refused(d, msg);
    }
}

static int send_invite(struct dialog *d)
{
    struct dialog_outgoing o = {
        .method = "INVITE",
        .seq = ++d->local_seq,
        .sdp = buf_slice(&d->offer),
        .headers = d->headers,
        .contact = true,
        .resph = invite_response,
    };
    d->invite_seq = o.seq;
    return dialog_send(d, &d->invite, &o);
}

static bool invite_sane(const struct dialog_invite *i)
{
    return dialog_uri_safe(i->target) && dialog_uri_safe(i->from) &&
           dialog_uri_safe(i->call_id) &&
           (!i->to[0] || dialog_uri_safe(i->to)) &&
           (!i->route[0] || dialog_uri_safe(i->route)) &&
           (!i->flow || !i->flow[0] || dialog_uri_safe(i->flow));
}

int dialog_invite(struct dialog **out, struct sip_stack *s,
                  const struct dialog_invite *i, dialog_event_fn *fn, void *arg,
                  struct err *e)
{
    tm_assert(out != NULL && fn != NULL && s->magic == SIP_STACK_MAGIC);
    if (!invite_sane(i)) {
        return err_set(e, TM_EINVAL,
                       "a SIP address or Call-ID is empty or has characters "
                       "it may not have (call %.100s)",
                       i->call_id);
    }
    struct dialog *d = dialog_new(s, str_of(i->call_id));
    char tag[20];
    (void)re_snprintf(tag, sizeof tag, "%016llx", rand_u64());
    d->caller = true;
    d->taken = true;
    d->state = DS_CALLING;
    dialog_text_set(&d->local_tag, str_of(tag));
    dialog_text_set(&d->local_uri, str_of(i->from));
    dialog_text_set(&d->remote_uri, str_of(i->to[0] ? i->to : i->target));
    dialog_text_set(&d->target, str_of(i->target));
    dialog_text_set(&d->proxy, str_of(i->route));
    dialog_text_set(&d->flow, str_of(i->flow ? i->flow : ""));
    dialog_text_set(&d->headers, str_of(i->headers));
    dialog_text_set(&d->user, str_of(i->user));
    dialog_text_set(&d->password, str_of(i->password));
    name_set(d, i->from_name);
    buf_add_slice(&d->offer, i->sdp);
    int err = send_invite(d);
    if (err) {
        mem_deref(d);
        /* The number itself has no business in a log. */
        const char *at = strchr(i->target, '@');
        return err_set(e, TM_ENETWORK, "cannot send an INVITE to %.200s: %s",
                       at ? at + 1 : i->target, strerror(err));
    }
    d->fn = fn;
    d->arg = arg;
    *out = d;
    return TM_OK;
}

/* A dialog of which only a 2xx to an INVITE of ours is known: a second fork,
 * or a call that was over here before. */
struct dialog *dialog_of_answer(struct sip_stack *s, const struct sip_msg *msg)
{
    struct dialog *d = dialog_new(s, re_slice(&msg->callid));
    d->caller = true;
    d->told = true;
    d->state = DS_UP;
    dialog_text_heard(&d->local_tag, re_slice(&msg->from.tag));
    dialog_text_heard(&d->remote_tag, re_slice(&msg->to.tag));
    dialog_text_heard(&d->local_uri, re_slice(&msg->from.auri));
    dialog_text_heard(&d->remote_uri, re_slice(&msg->to.auri));
    dialog_text_heard(&d->target, re_slice(&msg->to.auri));
    d->local_seq = d->invite_seq = msg->cseq.num;
    dialog_learn_routes(d, msg);
    (void)dialog_learn_target(d, msg);
    return d;
}

/* Answers that no transaction waited for: 2xx sent again because our ACK was
 * lost, or a 2xx of a second fork, which is acknowledged and ended. */
void dialog_on_stray_response(struct sip_stack *s, const struct sip_msg *msg)
{
    if (msg->scode < 200 || msg->scode > 299 ||
        pl_strcmp(&msg->cseq.met, "INVITE") || !pl_isset(&msg->callid) ||
        !pl_isset(&msg->from.tag) || msg->cseq.num == 0) {
        return;
    }
    struct dialog *d =
        dialog_find(s, &msg->callid, &msg->from.tag, &msg->to.tag);
    if (d && d->caller && d->invite_seq == msg->cseq.num &&
        d->state != DS_CALLING && d->state != DS_EARLY) {
        (void)dialog_send_ack(d, d->invite_seq);
        return;
    }
    if (s->strays >= STRAYS_MAX) {
        return;
    }
    d = dialog_of_answer(s, msg);
    d->stray = true;
    ++s->strays;
    (void)dialog_send_ack(d, d->invite_seq);
    dialog_send_bye(d);
}

/* Requests within a dialog, both ways: BYE, ACK, re-INVITE, UPDATE. */
#include <errno.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"

enum { OK_GIVE_UP_MS = 64 * SIP_T1, ANSWER_MAX = 8192 };

static void bye_response(int err, const struct sip_msg *msg, void *arg)
{
    struct dialog *d = arg;
    tm_assert(d->magic == DIALOG_MAGIC);
    if (!err && msg && msg->scode < 200) {
        return;
    }
    if (!err && msg && (msg->scode == 401 || msg->scode == 407) &&
        dialog_challenged(d, msg)) {
        dialog_send_bye(d);
        return;
    }
    /* Whatever it was, the call is over (RFC 3261, 15.1.1). */
    dialog_finish(d, DIALOG_END_LOCAL, 0, NULL);
}

void dialog_send_bye(struct dialog *d)
{
    char reason[160] = "";
    if (d->bye_reason[0]) {
        (void)re_snprintf(reason, sizeof reason, "Reason: %s\r\n",
                          d->bye_reason);
    }
    struct dialog_outgoing o = {
        .method = "BYE",
        .seq = ++d->local_seq,
        .sdp = str_of(""),
        .headers = reason,
        .resph = bye_response,
    };
    dialog_ok_stop(d);
    if (d->state != DS_CLOSING) {
        dialog_move(d, DS_CLOSING);
    }
    if (dialog_send(d, &d->bye, &o)) {
        dialog_finish(d, DIALOG_END_TRANSPORT, 0, NULL);
    }
}

void dialog_ok_stop(struct dialog *d)
{
    tmr_cancel(&d->tmr_ok);
    d->ok = mem_deref(d->ok);
    d->ok_sock = mem_deref(d->ok_sock);
}

/* No ACK: the 2xx is sent again, doubling up to T2, for 64 T1 (13.3.1.4). */
static void ok_again(void *arg)
{
    struct dialog *d = arg;
    d->ok_waited_ms += d->ok_wait_ms;
    if (d->ok_waited_ms >= OK_GIVE_UP_MS) {
        if (d->state == DS_ACCEPTED || d->state == DS_UP) {
            dialog_owe_end(d, DIALOG_END_TIMEOUT, 0, NULL);
            dialog_send_bye(d);
        }
        return;
    }
    d->ok->pos = 0;
    (void)sip_send(d->stack->sip, d->ok_sock, d->ok_tp, &d->ok_dst, d->ok);
    d->ok_wait_ms *= 2;
    if (d->ok_wait_ms > SIP_T2) {
        d->ok_wait_ms = SIP_T2;
    }
    tmr_start(&d->tmr_ok, d->ok_wait_ms, ok_again, d);
}

void dialog_ok_start(struct dialog *d, const struct sip_msg *msg,
                     struct mbuf *mb)
{
    struct pl rport;
    dialog_ok_stop(d);
    d->ok = mb;
    d->ok_sock = mem_ref(msg->sock);
    d->ok_tp = msg->tp;
    d->ok_seq = msg->cseq.num;
    sip_reply_addr(&d->ok_dst, msg,
                   !msg_param_exists(&msg->via.params, "rport", &rport));
    d->ok_wait_ms = SIP_T1;
    d->ok_waited_ms = 0;
    tmr_start(&d->tmr_ok, d->ok_wait_ms, ok_again, d);
}

void dialog_on_ack(struct dialog *d, const struct sip_msg *msg)
{
    if (!d->ok || msg->cseq.num != d->ok_seq) {
        return;
    }
    dialog_ok_stop(d);
    if (d->state == DS_ACCEPTED) {
        dialog_move(d, DS_UP);
    }
    if (d->bye_wanted) {
        dialog_send_bye(d);
        return;
    }
    struct dialog_event ev = {
        .kind = DIALOG_CONFIRMED,
        .sdp = dialog_body_sdp(msg),
    };
    dialog_emit(d, &ev);
}

static void on_bye(struct dialog *d, const struct sip_msg *msg)
{
    (void)sip_treply(NULL, d->stack->sip, msg, 200, "OK");
    if (d->st) {
        (void)sip_treply(&d->st, d->stack->sip, d->msg, 487,
                         "Request Terminated");
    }
    dialog_owe_end(d, DIALOG_END_BYE, 0, msg);
    if (d->caller && (d->state == DS_CALLING || d->state == DS_EARLY)) {
        /* No callee may (RFC 3261, 15). The INVITE still has its final answer
         * to come: it is cancelled, a 2xx all the same is ended. */
        dialog_move(d, DS_CANCELLING);
        sip_request_cancel(d->invite);
    } else if (d->state != DS_CLOSING && d->state != DS_CANCELLING) {
        dialog_finish(d, DIALOG_END_BYE, 0, msg);
    }
}

/* The user answers an offer made within the call; true: b holds SDP. */
static bool ask_answer(struct dialog *d, const struct sip_msg *msg,
                       struct buf *b)
{
    struct dialog_event ev = {
        .kind = DIALOG_OFFER,
        .sdp = dialog_body_sdp(msg),
        .answer = b,
    };
    dialog_emit(d, &ev);
    return b->n > 0 && !b->failed;
}

static void changed(struct dialog *d)
{
    struct dialog_event ev = {.kind = DIALOG_CHANGED};
    dialog_emit(d, &ev);
}

static void on_offer(struct dialog *d, const struct sip_msg *msg, bool invite)
{
    struct sip *sip = d->stack->sip;
    /* An UPDATE without an offer asks nothing that could be pending: it is
     * answered in an early dialog too (RFC 3311, 5.2; session timers). */
    bool refresh = !invite && dialog_body_sdp(msg).n == 0;
    bool open = d->state == DS_UP && !d->invite;
    if (!open && !refresh) {
        (void)sip_treply(NULL, sip, msg, 491, "Request Pending");
        return;
    }
    char contact[256];
    struct buf b;
    struct mbuf *mb = NULL;
    buf_init(&b, ANSWER_MAX);
    if ((!refresh && !ask_answer(d, msg, &b)) ||
        dialog_contact(d, msg->tp, &msg->src, contact, sizeof contact)) {
        (void)sip_treply(NULL, sip, msg, 488, "Not Acceptable Here");
        goto out;
    }
    if (d->state == DS_UP) {
        /* Not before: an INVITE that is sent once more, with a password, goes
         * where the first one went. The 2xx names the target anyhow. */
        (void)dialog_learn_target(d, msg);
    }
    int err = sip_treplyf(
        NULL, &mb, sip, msg, true, 200, "OK",
        "%sAllow: " SIP_STACK_ALLOW "\r\n%sContent-Length: %zu\r\n\r\n%b",
        contact, b.n ? "Content-Type: application/sdp\r\n" : "", b.n,
        b.n ? b.p : "", b.n);
    if (!err && invite) {
        dialog_ok_start(d, msg, mb);
    } else {
        mem_deref(mb);
    }
    if (open) {
        changed(d);
    }
out:
    buf_fini(&b);
}

/* A request that names an existing dialog. */
void dialog_within(struct dialog *d, const struct sip_msg *msg)
{
    struct sip *sip = d->stack->sip;
    if (d->remote_seq_known && msg->cseq.num < d->remote_seq) {
        (void)sip_treply(NULL, sip, msg, 500, "CSeq Out Of Order");
        return;
    }
    d->remote_seq = msg->cseq.num;
    d->remote_seq_known = true;
    if (pl_strcmp(&msg->met, "BYE") == 0) {
        on_bye(d, msg);
    } else if (d->state == DS_CLOSING || d->state == DS_ENDED) {
        (void)sip_treply(NULL, sip, msg, 481, "Call Does Not Exist");
    } else if (pl_strcmp(&msg->met, "INVITE") == 0) {
        on_offer(d, msg, true);
    } else if (pl_strcmp(&msg->met, "UPDATE") == 0) {
        on_offer(d, msg, false);
    } else if (pl_strcmp(&msg->met, "INFO") == 0 ||
               pl_strcmp(&msg->met, "OPTIONS") == 0) {
        (void)sip_treply(NULL, sip, msg, 200, "OK");
    } else {
        (void)sip_treplyf(NULL, NULL, sip, msg, false, 405,
                          "Method Not Allowed",
                          "Allow: " SIP_STACK_ALLOW "\r\n"
                          "Content-Length: 0\r\n\r\n");
    }
}

void dialog_on_request(struct sip_stack *s, const struct sip_msg *msg)
{
    struct dialog *d =
        dialog_find(s, &msg->callid, &msg->to.tag, &msg->from.tag);
    if (pl_strcmp(&msg->met, "ACK") == 0) {
        if (d) {
            dialog_on_ack(d, msg);
        }
    } else if (!d) {
        /* Without a transaction: strangers leave nothing behind. */
        (void)sip_reply(s->sip, msg, 481, "Call Does Not Exist");
    } else {
        dialog_within(d, msg);
    }
}

static void reinvite_response(int err, const struct sip_msg *msg, void *arg)
{
    struct dialog *d = arg;
    tm_assert(d->magic == DIALOG_MAGIC);
    if (!err && msg && msg->scode < 200) {
        return;
    }
    if (!err && msg->scode < 300) {
        (void)dialog_learn_target(d, msg);
        (void)dialog_send_ack(d, d->invite_seq);
    } else if (!err && (msg->scode == 401 || msg->scode == 407) &&
               d->state == DS_UP && dialog_challenged(d, msg)) {
        struct buf again = d->offer;
        buf_init(&d->offer, ANSWER_MAX);
        (void)dialog_reinvite(d, buf_slice(&again));
        buf_fini(&again);
        return;
    }
    if (d->state != DS_UP) {
        return;
    }
    if (err || msg->scode == 481 || msg->scode == 408) {
        /* The peer knows the call no more (12.2.1.2). */
        dialog_owe_end(d, DIALOG_END_TIMEOUT, err ? 0 : msg->scode, msg);
        dialog_send_bye(d);
        return;
    }
    dialog_auth_passed(d);
    struct dialog_event ev = {
        .kind = DIALOG_PROVISIONAL,
        .code = msg->scode,
        .reason = re_slice(&msg->reason),
        .sdp = dialog_body_sdp(msg),
    };
    dialog_emit(d, &ev);
    changed(d);
}

int dialog_reinvite(struct dialog *d, struct slice sdp)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    if (d->state != DS_UP || d->invite || d->ok) {
        return TM_ESTATE;
    }
    buf_clear(&d->offer);
    buf_add_slice(&d->offer, sdp);
    struct dialog_outgoing o = {
        .method = "INVITE",
        .seq = ++d->local_seq,
        .sdp = buf_slice(&d->offer),
        .headers = "",
        .contact = true,
        .resph = reinvite_response,
    };
    d->invite_seq = o.seq;
    return dialog_send(d, &d->invite, &o) ? TM_ENETWORK : TM_OK;
}

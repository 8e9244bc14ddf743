/* The callee's side: incoming INVITE and our answers (RFC 3261, 13.3). */
#include <errno.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"

enum { HEADERS_MAX = 16384, PEER_TEXT_MAX = 512 };

static const char *usual_reason(int code)
{
    static const struct {
        int code;
        const char *text;
    } known[] = {
        {180, "Ringing"},
        {181, "Call Is Being Forwarded"},
        {182, "Queued"},
        {183, "Session Progress"},
        {302, "Moved Temporarily"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {408, "Request Timeout"},
        {410, "Gone"},
        {415, "Unsupported Media Type"},
        {480, "Temporarily Unavailable"},
        {484, "Address Incomplete"},
        {486, "Busy Here"},
        {487, "Request Terminated"},
        {488, "Not Acceptable Here"},
        {500, "Server Internal Error"},
        {503, "Service Unavailable"},
        {600, "Busy Everywhere"},
        {603, "Decline"},
        {604, "Does Not Exist Anywhere"},
        {607, "Unwanted"},
        {608, "Rejected"},
    };
    for (size_t i = 0; i < tm_array_len(known); ++i) {
        if (known[i].code == code) {
            return known[i].text;
        }
    }
    return code < 200 ? "Progress" : "Refused";
}

static void on_cancel(void *arg)
{
    struct dialog *d = arg;
    tm_assert(d->magic == DIALOG_MAGIC);
    if (d->state != DS_INCOMING) {
        return;
    }
    (void)sip_treply(&d->st, d->stack->sip, d->msg, 487, "Request Terminated");
    dialog_finish(d, DIALOG_END_CANCEL, 487, NULL);
}

/* Extensions we are required to know: none (no PRACK, no session timers). */
static bool refuse_required(struct sip_stack *s, const struct sip_msg *msg)
{
    const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_REQUIRE);
    if (!h) {
        return false;
    }
    (void)sip_treplyf(NULL, NULL, s->sip, msg, false, 420, "Bad Extension",
                      "Unsupported: %r\r\nContent-Length: 0\r\n\r\n", &h->val);
    return true;
}

/* Longer than any peer's that means well; a dialog's record has bounds. */
static bool too_long(const struct sip_msg *msg)
{
    return msg->callid.l > PEER_TEXT_MAX || msg->from.tag.l > PEER_TEXT_MAX ||
           msg->to.auri.l > PEER_TEXT_MAX || msg->from.auri.l > PEER_TEXT_MAX;
}

static bool refuse_malformed(struct sip_stack *s, const struct sip_msg *msg)
{
    if (!sip_msg_hdr(msg, SIP_HDR_CONTACT) || !pl_isset(&msg->from.tag) ||
        !pl_isset(&msg->callid) || too_long(msg)) {
        (void)sip_treply(NULL, s->sip, msg, 400, "Bad Request");
        return true;
    }
    if (mbuf_get_left(msg->mb) > 0 &&
        !msg_ctype_cmp(&msg->ctyp, "application", "sdp")) {
        (void)sip_treplyf(NULL, NULL, s->sip, msg, false, 415,
                          "Unsupported Media Type",
                          "Accept: application/sdp\r\n"
                          "Content-Length: 0\r\n\r\n");
        return true;
    }
    return refuse_required(s, msg);
}

/* Nobody takes calls here, or not from there. Without a transaction (RFC 3261,
 * 8.2.7): strangers leave nothing behind. */
static void refuse_stranger(struct sip_stack *s, const struct sip_msg *msg,
                            const char *source)
{
    if (rate_take(&s->refusals, loop_monotonic_us())) {
        (void)sip_reply(s->sip, msg, 403, "Forbidden");
    }
    if (s->refused) {
        s->refused(s->incoming_arg, source);
    }
}

/* More calls than anybody takes: not even their transactions are kept. */
static bool refuse_flood(struct sip_stack *s, const struct sip_msg *msg)
{
    if (rate_take(&s->invites, loop_monotonic_us())) {
        return false;
    }
    (void)sip_replyf(s->sip, msg, 503, "Service Unavailable",
                     "Retry-After: 5\r\nContent-Length: 0\r\n\r\n");
    return true;
}

static bool refuse_full(struct sip_stack *s, const struct sip_msg *msg)
{
    if (s->dialog_count >= s->calls_max) {
        (void)sip_treplyf(NULL, NULL, s->sip, msg, false, 503,
                          "Service Unavailable",
                          "Retry-After: 5\r\nContent-Length: 0\r\n\r\n");
        return true;
    }
    return false;
}

static struct dialog *incoming_new(struct sip_stack *s,
                                   const struct sip_msg *msg)
{
    char tag[20];
    struct dialog *d = dialog_new(s, re_slice(&msg->callid));
    d->state = DS_INCOMING;
    (void)re_snprintf(tag, sizeof tag, "%016llx", msg->tag);
    dialog_text_set(&d->local_tag, str_of(tag));
    dialog_text_heard(&d->remote_tag, re_slice(&msg->from.tag));
    dialog_text_heard(&d->local_uri, re_slice(&msg->to.auri));
    dialog_text_heard(&d->remote_uri, re_slice(&msg->from.auri));
    d->remote_seq = msg->cseq.num;
    d->remote_seq_known = true;
    d->local_seq = 1; /* of a request that was never sent (12.2.1.1) */
    /* libre's parameter is const, its reference count is not. */
    union {
        const struct sip_msg *in;
        struct sip_msg *out;
    } m = {.in = msg};
    d->msg = mem_ref(m.out);
    dialog_learn_routes(d, msg);
    return d;
}

static struct slice header(const struct sip_msg *msg, enum sip_hdrid id)
{
    const struct sip_hdr *h = sip_msg_hdr(msg, id);
    return h ? re_slice(&h->val) : str_of("");
}

static void begin(struct sip_stack *s, const struct sip_msg *msg,
                  const struct dialog_request *r)
{
    struct dialog *d = incoming_new(s, msg);
    if (!dialog_learn_target(d, msg) ||
        sip_strans_alloc(&d->st, s->sip, msg, on_cancel, d)) {
        (void)sip_reply(s->sip, msg, 400, "Bad Contact");
        d->told = true;
        mem_deref(d);
        return;
    }
    s->incoming(s->incoming_arg, d, r);
    if (!d->taken) {
        d->told = true;
        (void)dialog_refuse(d, 480, "", "");
    } else if (d->state == DS_INCOMING && !d->early) {
        (void)sip_treply(&d->st, s->sip, msg, 100, "Trying");
    }
}

void dialog_on_new_invite(struct sip_stack *s, const struct sip_msg *msg)
{
    char source[72];
    (void)re_snprintf(source, sizeof source, "%J", &msg->src);
    struct dialog_request r = {
        .called = re_slice(&msg->uri.user),
        .caller = re_slice(&msg->from.uri.user),
        .call_id = re_slice(&msg->callid),
        .sdp = dialog_body_sdp(msg),
        .source = source,
        .uri = re_slice(&msg->ruri),
        .to_uri = re_slice(&msg->to.auri),
        .from_uri = re_slice(&msg->from.auri),
        .asserted = header(msg, SIP_HDR_P_ASSERTED_IDENTITY),
        .privacy = header(msg, SIP_HDR_PRIVACY),
        .stack = s,
    };
    r.whose = s->incoming && s->whose ? s->whose(s->incoming_arg, &r) : NULL;
    if (!s->incoming || (s->whose && !r.whose)) {
        refuse_stranger(s, msg, source);
    } else if (!refuse_flood(s, msg) && !refuse_malformed(s, msg) &&
               !refuse_full(s, msg)) {
        begin(s, msg, &r);
    }
}

void dialog_credentials(struct dialog *d, const char *user,
                        const char *password)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    dialog_text_set(&d->user, str_of(user));
    dialog_text_set(&d->password, str_of(password));
}

void dialog_take(struct dialog *d, dialog_event_fn *fn, void *arg)
{
    tm_assert(d->magic == DIALOG_MAGIC && !d->caller && fn != NULL);
    d->taken = true;
    d->fn = fn;
    d->arg = arg;
}

/* Contact, SDP and length of an answer to msg; false: no memory or address. */
static bool write_answer(struct dialog *d, const struct sip_msg *msg,
                         struct slice sdp, struct buf *b)
{
    char contact[256];
    if (dialog_contact(d, msg->tp, &msg->src, contact, sizeof contact)) {
        return false;
    }
    buf_add_str(b, contact);
    buf_add_str(b, "Allow: " SIP_STACK_ALLOW "\r\n");
    if (sdp.n > 0) {
        buf_add_str(b, "Content-Type: application/sdp\r\n");
    }
    buf_addf(b, "Content-Length: %zu\r\n\r\n", sdp.n);
    buf_add_slice(b, sdp);
    return !b->failed;
}

int dialog_ring(struct dialog *d, int code, struct slice sdp)
{
    tm_assert(d->magic == DIALOG_MAGIC && code > 100 && code < 200);
    if (d->state != DS_INCOMING) {
        return TM_ESTATE;
    }
    struct buf b;
    int err = EOVERFLOW;
    buf_init(&b, HEADERS_MAX);
    if (write_answer(d, d->msg, sdp, &b)) {
        err = sip_treplyf(&d->st, NULL, d->stack->sip, d->msg, true,
                          (uint16_t)code, usual_reason(code), "%b", b.p, b.n);
    }
    buf_fini(&b);
    d->early = true;
    return err ? TM_ENETWORK : TM_OK;
}

int dialog_answer(struct dialog *d, struct slice sdp)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    if (d->state != DS_INCOMING) {
        return TM_ESTATE;
    }
    struct buf b;
    struct mbuf *mb = NULL;
    int err = EOVERFLOW;
    buf_init(&b, HEADERS_MAX);
    if (write_answer(d, d->msg, sdp, &b)) {
        err = sip_treplyf(&d->st, &mb, d->stack->sip, d->msg, true, 200, "OK",
                          "%b", b.p, b.n);
    }
    buf_fini(&b);
    if (err) {
        dialog_finish(d, DIALOG_END_TRANSPORT, 0, NULL);
        return TM_ENETWORK;
    }
    dialog_move(d, DS_ACCEPTED);
    dialog_ok_start(d, d->msg, mb);
    return TM_OK;
}

int dialog_refuse(struct dialog *d, int code, const char *reason,
                  const char *headers)
{
    tm_assert(d->magic == DIALOG_MAGIC && code >= 300 && code < 700);
    if (d->state != DS_INCOMING) {
        return TM_ESTATE;
    }
    (void)sip_treplyf(&d->st, NULL, d->stack->sip, d->msg, false,
                      (uint16_t)code, reason[0] ? reason : usual_reason(code),
                      "%sContent-Length: 0\r\n\r\n", headers);
    dialog_finish(d, DIALOG_END_LOCAL, code, NULL);
    return TM_OK;
}

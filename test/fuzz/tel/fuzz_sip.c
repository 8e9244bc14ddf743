/*
 * The dialog layer between two actors that the input plays: a peer that sends
 * any requests and answers, and a user that does anything at any time. libre's
 * transactions are replaced by the few functions below, so that no socket and
 * no clock is in the way; its parser is the real one. Held to: no event after
 * DIALOG_ENDED, exactly one of those, one final reply to each request of the
 * peer, no control character in what we send, no dialog left at the end.
 *
 * Input: commands of one letter with bytes after it, see step().
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "tel/caller.h"
#include "tel/dialog_priv.h"

enum { PENDING = 32, CALLS = 8, TEXT_MAX = 4096 };

struct input {
    const uint8_t *p;
    size_t n;
};

/* A request of ours that has no final answer. */
struct sip_request {
    struct sip_request **reqp;
    sip_resp_h *resph;
    void *arg;
    char met[16];
    uint32_t seq;
};

struct sip_strans {
    sip_cancel_h *cancelh;
    void *arg;
};

struct call {
    struct dialog *d;
    bool used, ended;
};

static struct {
    sip_msg_h *request, *response;
    void *arg;
    struct sip_request *pending[PENDING];
    size_t pendings;
    struct sip_strans *invite; /* the last one that came in */
    struct call call[CALLS];
    struct sip_stack *stack;
    int finals; /* replies to the request in hand */
    unsigned calls_out, strangers;
    bool take, answer_offers;
} w;

static const char sdp[] =
    "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n";

/* What stands for libre. */

int dns_srv_get(char *domain, size_t dsize, struct sa *srvv, uint32_t *n)
{
    (void)domain, (void)dsize, (void)srvv, (void)n;
    return ENOENT;
}

int dnsc_alloc(struct dnsc **dcpp, const struct dnsc_conf *conf,
               const struct sa *srvv, uint32_t srvc)
{
    (void)dcpp, (void)conf, (void)srvv, (void)srvc;
    return ENOENT;
}

int sip_alloc(struct sip **out, struct dnsc *dnsc, uint32_t ctsz, uint32_t stsz,
              uint32_t tcsz, const char *software, sip_exit_h *exith, void *arg)
{
    (void)dnsc, (void)ctsz, (void)stsz, (void)tcsz, (void)software;
    (void)exith, (void)arg;
    *out = mem_zalloc(8, NULL);
    return 0;
}

void sip_close(struct sip *sip, bool force)
{
    (void)sip, (void)force;
}

int sip_listen(struct sip_lsnr **out, struct sip *sip, bool req,
               sip_msg_h *msgh, void *arg)
{
    (void)sip;
    *out = mem_zalloc(8, NULL);
    *(req ? &w.request : &w.response) = msgh;
    w.arg = arg;
    return 0;
}

int sip_transp_add(struct sip *sip, enum sip_transp tp, const struct sa *laddr,
                   ...)
{
    (void)sip, (void)tp, (void)laddr;
    return 0;
}

int sip_transp_laddr(struct sip *sip, struct sa *laddr, enum sip_transp tp,
                     const struct sa *dst)
{
    (void)sip, (void)tp, (void)dst;
    return sa_set_str(laddr, "127.0.0.1", 5060);
}

int sip_send(struct sip *sip, void *sock, enum sip_transp tp,
             const struct sa *dst, struct mbuf *mb)
{
    (void)sip, (void)sock, (void)tp, (void)dst;
    tm_assert(mb != NULL);
    return 0;
}

static void pending_remove(const struct sip_request *r)
{
    for (size_t i = 0; i < w.pendings; i++)
        if (w.pending[i] == r)
            w.pending[i--] = w.pending[--w.pendings];
}

static void request_destructor(void *arg)
{
    struct sip_request *r = arg;
    pending_remove(r);
    if (r->reqp)
        *r->reqp = NULL;
}

/* Lines end in CRLF and hold no other control character. */
static void check_sent(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool end = text[i] == '\r' && i + 1 < n && text[i + 1] == '\n';
        if (end && n - i >= 4 && memcmp(text + i, "\r\n\r\n", 4) == 0)
            return;
        if (end)
            i++;
        else
            tm_assert(text[i] != '\r' && text[i] != '\n' && text[i] != '\0');
    }
    tm_unreachable("headers without an end");
}

int sip_requestf(struct sip_request **reqp, struct sip *sip, bool stateful,
                 const char *met, const char *uri, const struct uri *route,
                 struct sip_auth *auth, sip_send_h *sendh, sip_resp_h *resph,
                 void *arg, const char *fmt, ...)
{
    struct uri u;
    struct pl p;
    char *text = NULL;
    va_list ap;
    (void)sip, (void)route, (void)auth;
    pl_set_str(&p, uri);
    if (uri_decode(&u, &p) || w.pendings == PENDING)
        return EINVAL;
    check_sent("\r\n\r\n", 4);
    va_start(ap, fmt);
    tm_assert(re_vsdprintf(&text, fmt, ap) == 0);
    va_end(ap);
    check_sent(text, strlen(text));
    (void)mem_deref(text);
    struct mbuf *mb = mbuf_alloc(512);
    struct sa peer;
    (void)sa_set_str(&peer, "127.0.0.1", 5062);
    int err = sendh ? sendh(SIP_TRANSP_UDP, &peer, &peer, mb, arg) : 0;
    (void)mem_deref(mb);
    if (err || !stateful)
        return err;
    struct sip_request *r = mem_zalloc(sizeof *r, request_destructor);
    r->reqp = reqp;
    r->resph = resph;
    r->arg = arg;
    (void)snprintf(r->met, sizeof r->met, "%s", met);
    r->seq = ((struct dialog *)arg)->local_seq;
    w.pending[w.pendings++] = r;
    tm_assert(reqp != NULL);
    *reqp = r;
    return 0;
}

void sip_request_cancel(struct sip_request *r)
{
    (void)r; /* what follows is the peer's to play */
}

static void strans_destructor(void *arg)
{
    if (w.invite == arg)
        w.invite = NULL;
}

int sip_strans_alloc(struct sip_strans **stp, struct sip *sip,
                     const struct sip_msg *msg, sip_cancel_h *cancelh,
                     void *arg)
{
    (void)sip, (void)msg;
    w.invite = *stp = mem_zalloc(sizeof **stp, strans_destructor);
    w.invite->cancelh = cancelh;
    w.invite->arg = arg;
    return 0;
}

static int reply(struct sip_strans **stp, uint16_t scode)
{
    w.finals += scode >= 200;
    if (stp && scode >= 200)
        *stp = mem_deref(*stp);
    return 0;
}

int sip_treplyf(struct sip_strans **stp, struct mbuf **mbp, struct sip *sip,
                const struct sip_msg *msg, bool rec_route, uint16_t scode,
                const char *reason, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    (void)sip, (void)msg, (void)rec_route, (void)reason;
    va_start(ap, fmt);
    tm_assert(re_vsdprintf(&text, fmt, ap) == 0);
    va_end(ap);
    check_sent(text, strlen(text));
    (void)mem_deref(text);
    if (mbp)
        *mbp = mbuf_alloc(64);
    return reply(stp, scode);
}

int sip_replyf(struct sip *sip, const struct sip_msg *msg, uint16_t scode,
               const char *reason, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    (void)sip, (void)msg, (void)reason;
    va_start(ap, fmt);
    tm_assert(re_vsdprintf(&text, fmt, ap) == 0);
    va_end(ap);
    check_sent(text, strlen(text));
    (void)mem_deref(text);
    return reply(NULL, scode);
}

int sip_treply(struct sip_strans **stp, struct sip *sip,
               const struct sip_msg *msg, uint16_t scode, const char *reason)
{
    (void)sip, (void)msg, (void)reason;
    return reply(stp, scode);
}

int sip_reply(struct sip *sip, const struct sip_msg *msg, uint16_t scode,
              const char *reason)
{
    (void)sip, (void)msg, (void)reason;
    return reply(NULL, scode);
}

/* The user. */

static void on_dialog(void *arg, const struct dialog_event *ev)
{
    struct call *c = arg;
    tm_assert(c->used && !c->ended && ev->dialog == c->d);
    if (ev->kind == DIALOG_OFFER && w.answer_offers)
        buf_add_str(ev->answer, sdp);
    if (ev->kind == DIALOG_ENDED) {
        c->ended = true;
        c->d = NULL;
    }
}

static struct call *call_new(void)
{
    for (size_t i = 0; i < CALLS; i++)
        if (!w.call[i].used) {
            w.call[i].used = true;
            return &w.call[i];
        }
    return NULL;
}

/* Every fourth call is a stranger's. */
static void *whose(void *arg, const struct dialog_request *r)
{
    (void)arg;
    tm_assert(r->source != NULL && r->stack == w.stack && !r->whose);
    return w.strangers++ % 4 == 3 ? NULL : &w;
}

static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct call *c = w.take ? call_new() : NULL;
    const struct caller_says says = {r->from_uri, r->asserted, r->privacy};
    (void)arg;
    tm_assert(r->whose == &w && r->call_id.n <= 512);
    (void)caller_of(&says, "US");
    (void)caller_number(r->uri, "");
    (void)caller_number(r->to_uri, NULL);
    if (c) {
        c->d = d;
        dialog_take(d, on_dialog, c);
        dialog_credentials(d, "u", "p");
        dialog_text_set(&d->local_tag, str_of("lt"));
    }
}

static void invite(void)
{
    struct call *c = call_new();
    struct err e = {0};
    char id[16];
    if (!c)
        return;
    (void)snprintf(id, sizeof id, "c%u", w.calls_out++ % 4);
    struct dialog_invite i = {.target = "sip:bob@127.0.0.1",
                              .to = "",
                              .from = "sip:alice@127.0.0.1",
                              .from_name = "A\r\nB: \"x\"",
                              .route = w.calls_out % 2 ? "" : "sip:127.0.0.2",
                              .call_id = id,
                              .user = "u",
                              .password = "p",
                              .headers = "",
                              .sdp = str_of(sdp)};
    if (dialog_invite(&c->d, w.stack, &i, on_dialog, c, &e) == TM_OK)
        dialog_text_set(&c->d->local_tag, str_of("lt"));
    else
        c->used = false;
}

/* The peer. */

static uint8_t take(struct input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return *in->p++;
}

static struct sip_msg *decode(const char *text, size_t n)
{
    struct sip_msg *msg = NULL;
    struct mbuf *mb = mbuf_alloc(n + 1);
    (void)mbuf_write_mem(mb, (const uint8_t *)text, n);
    mb->pos = 0;
    if (sip_msg_decode(&msg, mb))
        msg = NULL;
    (void)mem_deref(mb);
    if (msg) {
        (void)sa_set_str(&msg->src, "127.0.0.1", 5062);
        msg->tp = SIP_TRANSP_UDP;
    }
    return msg;
}

/* As a client transaction would: the last answer ends the request. */
static void answer(struct sip_request *r, int err, const struct sip_msg *msg)
{
    sip_resp_h *resph = r->resph;
    void *arg = r->arg;
    if (err || msg->scode >= 200) {
        if (r->reqp)
            *r->reqp = NULL;
        r->reqp = NULL;
        pending_remove(r);
        (void)mem_deref(r);
    }
    if (resph)
        resph(err, msg, arg);
}

static void deliver(const struct sip_msg *msg, struct sip_request *r)
{
    if (!msg->req) {
        if (r)
            answer(r, 0, msg);
        else
            (void)w.response(msg, w.arg);
        return;
    }
    w.finals = 0;
    bool ack = pl_strcmp(&msg->met, "ACK") == 0;
    bool invites = pl_strcmp(&msg->met, "INVITE") == 0;
    (void)w.request(msg, w.arg);
    tm_assert(w.finals <= 2 && (!ack || w.finals == 0));
    tm_assert(ack || invites || w.finals >= 1);
}

static const char *const extra[] = {
    "",
    "Record-Route: <sip:10.0.0.1;lr>, <sip:10.0.0.2;lr>\r\n",
    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n",
    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", stale=true\r\n",
    "Reason: Q.850;cause=16\r\nRetry-After: 99999999999\r\n",
    "Require: 100rel\r\n",
    "Content-Type: application/sdp\r\n",
    "Content-Type: application/sdp\r\nRecord-Route: x\r\n",
};

static size_t tail(char *out, size_t cap, unsigned call, uint32_t seq,
                   const char *met, unsigned flags)
{
    bool body = (flags & 7) >= 6;
    return (size_t)snprintf(
        out, cap,
        "Call-ID: c%u\r\nCSeq: %u %s\r\n%s%s"
        "Content-Length: %zu\r\n\r\n%s",
        call, seq, met, flags & 8 ? "" : "Contact: <sip:x@127.0.0.1>\r\n",
        extra[flags & 7], body ? strlen(sdp) : 0, body ? sdp : "");
}

static void peer_answers(struct input *in, bool stray)
{
    static const int status[] = {100, 180, 183, 200, 202, 302, 401, 407,
                                 408, 422, 481, 486, 487, 491, 503, 699};
    char text[TEXT_MAX];
    uint8_t which = take(in), code = take(in), flags = take(in);
    struct sip_request *r =
        w.pendings > 0 && !stray ? w.pending[which % w.pendings] : NULL;
    int n = snprintf(text, sizeof text,
                     "SIP/2.0 %d X\r\nVia: SIP/2.0/UDP h;branch=z\r\n"
                     "From: <sip:alice@h>;tag=lt\r\nTo: <sip:bob@h>%s\r\n",
                     status[code & 15],
                     flags & 16   ? ""
                     : flags & 32 ? ";tag=other"
                                  : ";tag=rt");
    (void)tail(text + n, sizeof text - (size_t)n, which & 3,
               r ? r->seq : (uint32_t)(which >> 4), r ? r->met : "INVITE",
               flags);
    struct sip_msg *msg = decode(text, strlen(text));
    tm_assert(msg != NULL);
    deliver(msg, r);
    (void)mem_deref(msg);
}

static void peer_asks(struct input *in)
{
    static const char *const method[] = {
        "INVITE", "ACK", "BYE", "UPDATE", "INFO", "REFER", "OPTIONS", "CANCEL"};
    char text[TEXT_MAX];
    uint8_t which = take(in), seq = take(in), flags = take(in);
    const char *met = method[which & 7];
    int n = snprintf(text, sizeof text,
                     "%s sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z\r\n"
                     "From: <sip:bob@h>;tag=rt\r\nTo: <sip:alice@h>%s\r\n",
                     met, flags & 16 ? "" : ";tag=lt");
    (void)tail(text + n, sizeof text - (size_t)n, which >> 3 & 3, seq, met,
               flags);
    struct sip_msg *msg = decode(text, strlen(text));
    tm_assert(msg != NULL);
    if (which & 128 && w.invite && w.invite->cancelh)
        w.invite->cancelh(w.invite->arg);
    else
        deliver(msg, NULL);
    (void)mem_deref(msg);
}

/* A message written by the input itself, up to a byte 1. */
static void peer_raw(struct input *in)
{
    const uint8_t *end = memchr(in->p, 1, in->n);
    size_t n = end ? (size_t)(end - in->p) : in->n;
    struct sip_msg *msg = decode((const char *)in->p, n);
    in->p += n;
    in->n -= n;
    if (!msg)
        return;
    struct sip_request *r = NULL;
    for (size_t i = 0; i < w.pendings && !msg->req; i++)
        if (pl_strcmp(&msg->cseq.met, w.pending[i]->met) == 0 &&
            msg->scode >= 100)
            r = w.pending[i];
    deliver(msg, r);
    (void)mem_deref(msg);
}

/* A timer of a dialog that time would fire. */
static void fire(struct call *c)
{
    if (c->d && tmr_isrunning(&c->d->tmr_ok)) {
        tmr_h *th = c->d->tmr_ok.th;
        void *arg = c->d->tmr_ok.arg;
        tmr_cancel(&c->d->tmr_ok);
        th(arg);
    }
}

static void user_acts(struct call *c, uint8_t what)
{
    if (!c->d)
        return;
    switch (what >> 4 & 7) {
    case 0: dialog_hangup(c->d, "Q.850;cause=16"); break;
    case 1:
        if (c->d->caller)
            (void)dialog_reinvite(c->d, str_of(sdp));
        break;
    case 2: (void)dialog_answer(c->d, str_of(sdp)); break;
    case 3: (void)dialog_ring(c->d, 183, str_of(sdp)); break;
    case 4: (void)dialog_refuse(c->d, 486, "", ""); break;
    case 5: fire(c); break;
    case 6:
        dialog_hangup(c->d, "");
        dialog_forget(c->d);
        c->d = NULL;
        c->ended = true;
        break;
    default: (void)dialog_reinvite(c->d, str_of("")); break;
    }
}

static void step(struct input *in)
{
    uint8_t what;
    switch (take(in)) {
    case 'i': invite(); break;
    case 'a': peer_answers(in, false); break;
    case 's': peer_answers(in, true); break;
    case 'q': peer_asks(in); break;
    case 'm': peer_raw(in); break;
    case 'u':
        what = take(in);
        user_acts(&w.call[what & 7], what);
        break;
    case 'e':
        what = take(in);
        if (w.pendings > 0)
            answer(w.pending[what % w.pendings],
                   what & 128 ? ETIMEDOUT : ECONNRESET, NULL);
        break;
    case 'k': w.take = !w.take; break;
    case 'o': w.answer_offers = !w.answer_offers; break;
    default: tmr_poll(NULL); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct input in = {data, n};
    struct err e = {0};
    int loop;
    struct sip_stack_config c = {.address = "127.0.0.1",
                                 .udp = true,
                                 .calls_max = 64,
                                 .incoming = on_incoming,
                                 .whose = whose,
                                 .invites_per_s = 1000};
    memset(&w, 0, sizeof w);
    w.take = w.answer_offers = true;
    int rc = sip_stack_start(&w.stack, (void *)&loop, &c, &e);
    tm_assert(rc == TM_OK);
    while (in.n > 0)
        step(&in);
    sip_stack_stop(w.stack);
    for (size_t i = 0; i < CALLS; i++)
        tm_assert(!w.call[i].used || w.call[i].ended);
    tm_assert(w.pendings == 0);
    return 0;
}

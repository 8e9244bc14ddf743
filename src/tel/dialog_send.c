/* Building requests of a dialog, and answering digest challenges. */
#include <string.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"

enum { REQUEST_MAX = 32768, CONTACT_MAX = 256 };

static struct slice user_part(const char *uri)
{
    struct uri u;
    struct pl p;
    pl_set_str(&p, uri);
    if (uri_decode(&u, &p) || !pl_isset(&u.user)) {
        return str_of("telemark");
    }
    return re_slice(&u.user);
}

int dialog_contact(const struct dialog *d, enum sip_transp tp,
                   const struct sa *peer, char *out, size_t cap)
{
    struct sa laddr;
    int err = sip_transp_laddr(d->stack->sip, &laddr, tp, peer);
    if (err) {
        return err;
    }
    struct pl user = re_pl(user_part(d->local_uri));
    int n = re_snprintf(out, cap, "Contact: <sip:%r@%J%s>\r\n", &user, &laddr,
                        sip_transp_param(tp));
    return n < 0 ? ENOMEM : 0;
}

static int contact_handler(enum sip_transp tp, const struct sa *src,
                           const struct sa *dst, struct mbuf *mb, void *arg)
{
    char line[CONTACT_MAX];
    (void)src;
    int err = dialog_contact(arg, tp, dst, line, sizeof line);
    return err ? err : mbuf_write_str(mb, line);
}

static void write_auth(struct dialog *d, enum dialog_auth_by by,
                       const char *method, struct buf *b)
{
    char cnonce[20];
    struct dialog_auth *a = &d->auth[by];
    if (!a->challenge) {
        return;
    }
    (void)re_snprintf(cnonce, sizeof cnonce, "%016llx", rand_u64());
    struct digest_input in = {
        .user = d->user,
        .password = d->password,
        .method = method,
        .uri = d->target,
        .count = ++a->nonce_count,
        .cnonce = cnonce,
    };
    buf_add_str(b, by == DIALOG_AUTH_PROXY ? "Proxy-Authorization: "
                                           : "Authorization: ");
    digest_answer(a->challenge, &in, b);
    buf_add_str(b, "\r\n");
}

static void write_address(struct buf *b, const char *header, const char *name,
                          const char *uri, const char *tag)
{
    buf_addf(b, "%s: ", header);
    if (name[0]) {
        buf_addf(b, "\"%s\" ", name);
    }
    buf_addf(b, "<%s>", uri);
    if (tag[0]) {
        buf_addf(b, ";tag=%s", tag);
    }
    buf_add_str(b, "\r\n");
}

static void write_headers(struct dialog *d, const struct dialog_outgoing *o,
                          struct buf *b)
{
    for (unsigned i = 0; i < d->routes; ++i) {
        buf_addf(b, "Route: %s\r\n", d->route[i]);
    }
    if (d->routes == 0 && d->proxy[0] && d->remote_tag[0] == '\0') {
        buf_addf(b, "Route: <%s%s>\r\n", d->proxy,
                 strstr(d->proxy, ";lr") ? "" : ";lr");
    }
    write_address(b, "To", "", d->remote_uri, d->remote_tag);
    write_address(b, "From", d->local_name, d->local_uri, d->local_tag);
    buf_addf(b, "Call-ID: %s\r\nCSeq: %u %s\r\n", d->call_id, o->seq,
             o->method);
    buf_addf(b, "User-Agent: %s\r\n", d->stack->software);
    write_auth(d, DIALOG_AUTH_SERVER, o->method, b);
    write_auth(d, DIALOG_AUTH_PROXY, o->method, b);
    if (o->contact) {
        buf_add_str(b, "Allow: " SIP_STACK_ALLOW "\r\n");
    }
    buf_add_str(b, o->headers);
    if (o->sdp.n > 0) {
        buf_add_str(b, "Content-Type: application/sdp\r\n");
    }
    buf_addf(b, "Content-Length: %zu\r\n\r\n", o->sdp.n);
    buf_add_slice(b, o->sdp);
}

/* The URI the message is sent to, when it is not the target itself. */
static bool next_hop(const struct dialog *d, struct uri *out)
{
    struct pl p;
    struct sip_addr a;
    if (d->routes > 0) {
        pl_set_str(&p, d->route[0]);
        if (sip_addr_decode(&a, &p) == 0) {
            *out = a.uri;
            return true;
        }
    } else if (d->flow[0]) {
        pl_set_str(&p, d->flow);
        return uri_decode(out, &p) == 0;
    } else if (d->proxy[0] && d->remote_tag[0] == '\0') {
        pl_set_str(&p, d->proxy);
        return uri_decode(out, &p) == 0;
    }
    return false;
}

int dialog_send(struct dialog *d, struct sip_request **reqp,
                const struct dialog_outgoing *o)
{
    tm_assert(d->magic == DIALOG_MAGIC && o->seq > 0);
    struct buf b;
    struct uri hop;
    bool routed = next_hop(d, &hop);
    buf_init(&b, REQUEST_MAX);
    write_headers(d, o, &b);
    int err = b.failed
                  ? EOVERFLOW
                  : sip_requestf(reqp, d->stack->sip, !o->stateless, o->method,
                                 d->target, routed ? &hop : NULL, NULL,
                                 o->contact ? contact_handler : NULL, o->resph,
                                 d, "%b", b.p, b.n);
    buf_fini(&b);
    return err;
}

int dialog_send_ack(struct dialog *d, uint32_t seq)
{
    struct dialog_outgoing o = {
        .method = "ACK",
        .seq = seq,
        .sdp = str_of(""),
        .headers = "",
        .stateless = true,
    };
    return dialog_send(d, NULL, &o);
}

void dialog_auth_passed(struct dialog *d)
{
    d->auth[DIALOG_AUTH_SERVER].tries = 0;
    d->auth[DIALOG_AUTH_PROXY].tries = 0;
}

struct best {
    struct digest_challenge c;
    bool found;
};

static bool challenge_handler(const struct sip_hdr *h,
                              const struct sip_msg *msg, void *arg)
{
    struct best *best = arg;
    struct digest_challenge c;
    (void)msg;
    if (digest_read(re_slice(&h->val), &c) &&
        (!best->found || digest_better(&c, &best->c))) {
        best->c = c;
        best->found = true;
    }
    return false;
}

bool dialog_challenged(struct dialog *d, const struct sip_msg *msg)
{
    struct best best = {.found = false};
    bool proxy = msg->scode == 407;
    struct dialog_auth *a =
        &d->auth[proxy ? DIALOG_AUTH_PROXY : DIALOG_AUTH_SERVER];
    if (d->user[0] == '\0' || a->tries >= DIALOG_AUTH_TRIES) {
        return false;
    }
    (void)sip_msg_hdr_apply(msg, true,
                            proxy ? SIP_HDR_PROXY_AUTHENTICATE
                                  : SIP_HDR_WWW_AUTHENTICATE,
                            challenge_handler, &best);
    if (!best.found) {
        return false;
    }
    /* Asked again without "stale": the password is wrong. */
    if (a->tries > 0 && !best.c.stale) {
        return false;
    }
    ++a->tries;
    if (!a->challenge) {
        a->challenge = mem_alloc(sizeof *a->challenge);
    }
    *a->challenge = best.c;
    a->nonce_count = 0;
    return true;
}

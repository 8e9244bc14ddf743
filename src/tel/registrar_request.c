/* What an authenticated REGISTER asks for (RFC 3261, 10.3). */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"
#include "tel/registrar_priv.h"

/* What the Contacts of a request say together. */
struct wish {
    const struct registrar *registrar;
    const struct registrar_binding *bound; /* NULL: none yet */
    unsigned contacts;
    bool star, bad;
    bool remove; /* the bound one, with expires=0 */
    bool chosen;
    struct pl uri, host;
    double q;
    uint64_t expires_s;
};

/* What makes no sense counts as not said (RFC 3261, 20.19). */
static uint64_t expires_of(const struct wish *w, const struct sip_addr *a,
                           const struct sip_msg *msg)
{
    struct pl v;
    uint64_t s;
    if ((msg_param_decode(&a->params, "expires", &v) == 0 &&
         str_u64(re_slice(&v), &s)) ||
        (pl_isset(&msg->expires) && str_u64(re_slice(&msg->expires), &s))) {
        return s;
    }
    return w->registrar->config.expires_max_s;
}

static bool uri_good(const struct sip_addr *a)
{
    if (!pl_isset(&a->auri) || a->auri.l >= REGISTRAR_URI_MAX ||
        pl_strcasecmp(&a->uri.scheme, "sip") != 0 || !pl_isset(&a->uri.host)) {
        return false;
    }
    char text[REGISTRAR_URI_MAX];
    (void)str_copy(text, sizeof text, re_slice(&a->auri));
    return strlen(text) == a->auri.l && dialog_uri_safe(text);
}

static bool contact_handler(const struct sip_hdr *h, const struct sip_msg *msg,
                            void *arg)
{
    struct wish *w = arg;
    struct sip_addr a;
    struct pl v;
    ++w->contacts;
    if (pl_strcmp(&h->val, "*") == 0) {
        w->star = true;
        return false;
    }
    if (sip_addr_decode(&a, &h->val) || !uri_good(&a)) {
        w->bad = true;
        return true;
    }
    uint64_t expires_s = expires_of(w, &a, msg);
    double q = 1;
    if (msg_param_decode(&a.params, "q", &v) == 0 &&
        !str_double(re_slice(&v), &q)) {
        q = 1;
    }
    if (expires_s == 0) {
        w->remove = w->remove ||
                    (w->bound && pl_strcmp(&a.auri, w->bound->contact) == 0);
    } else if (!w->chosen || q > w->q) {
        w->chosen = true;
        w->uri = a.auri;
        w->host = a.uri.host;
        w->q = q;
        w->expires_s = expires_s;
    }
    return false;
}

static void answer(struct registrar *r, const struct sip_msg *msg, int code,
                   const char *reason, const char *headers)
{
    (void)sip_treplyf(NULL, NULL, r->stack->sip, msg, false, (uint16_t)code,
                      reason, "%sContent-Length: 0\r\n\r\n", headers);
}

/* Of one Call-ID a number that is not higher is a request that another has
 * overtaken (RFC 3261, 10.3, step 7). */
static bool overtaken(const struct registrar_binding *b,
                      const struct sip_msg *msg)
{
    return b && pl_strcmp(&msg->callid, b->call_id) == 0 &&
           msg->cseq.num <= b->seq;
}

static void expired(void *arg)
{
    struct registrar_binding *b = arg;
    registrar_unbind(b->entry, "did not renew it in time");
}

/* Where a call to this telephone is sent when not to its Contact: back to
 * where the request came from, unless it wants its answers elsewhere (no rport,
 * RFC 3581) and names its own address. */
static void flow_write(struct registrar_binding *b, const struct sip_msg *msg,
                       const struct pl *host)
{
    struct pl rport;
    char address[64];
    (void)re_snprintf(address, sizeof address, "%j", &msg->src);
    b->flow[0] = '\0';
    if (msg->tp != SIP_TRANSP_UDP ||
        msg_param_exists(&msg->via.params, "rport", &rport) == 0 ||
        pl_strcmp(host, address) != 0) {
        (void)re_snprintf(b->flow, sizeof b->flow, "sip:%J%s", &msg->src,
                          sip_transp_param(msg->tp));
    }
}

static const char *transport(enum sip_transp tp)
{
    return tp == SIP_TRANSP_UDP   ? "udp"
           : tp == SIP_TRANSP_TCP ? "tcp"
           : tp == SIP_TRANSP_TLS ? "tls"
                                  : "other";
}

static void bind_to(struct registrar_entry *a, const struct wish *w,
                    const struct sip_msg *msg, uint32_t seconds)
{
    struct registrar *r = a->registrar;
    struct registrar_binding *b = a->binding;
    char where[REGISTRAR_WHERE_MAX];
    if (!b) {
        b = a->binding = mem_alloc(sizeof *b);
        b->entry = a;
        ++r->bindings;
    }
    (void)str_copy(b->contact, sizeof b->contact, re_slice(&w->uri));
    flow_write(b, msg, &w->host);
    b->src = msg->src;
    (void)str_copy(b->call_id, sizeof b->call_id, re_slice(&msg->callid));
    b->seq = msg->cseq.num;
    tmr_start(&b->expiry, (uint64_t)seconds * 1000, expired, b);
    (void)re_snprintf(where, sizeof where, "%s %J", transport(msg->tp),
                      &msg->src);
    if (strcmp(where, b->where) != 0) {
        (void)str_copy(b->where, sizeof b->where, str_of(where));
        tel_log(&r->log, TEL_LOG_INFO, "agent %s: registered, %s", a->user,
                where);
        registrar_notice(r, a->user, where);
    }
}

/* 200 with the binding that there is now, if any. */
static void confirm(const struct registrar_entry *a, const struct sip_msg *msg)
{
    struct registrar *r = a->registrar;
    const struct registrar_binding *b = a->binding;
    char contact[REGISTRAR_URI_MAX + 64] = "";
    if (b) {
        uint64_t left_ms = tmr_get_expire(&b->expiry);
        (void)snprintf(contact, sizeof contact, "Contact: <%s>;expires=%u\r\n",
                       b->contact, (unsigned)((left_ms + 999) / 1000));
    }
    answer(r, msg, 200, "OK", contact);
}

static void update(struct registrar_entry *a, const struct wish *w,
                   const struct sip_msg *msg)
{
    struct registrar *r = a->registrar;
    const struct registrar_config *c = &r->config;
    uint64_t seconds = w->expires_s;
    if (w->chosen && seconds < c->expires_min_s) {
        char line[40];
        (void)snprintf(line, sizeof line, "Min-Expires: %u\r\n",
                       c->expires_min_s);
        answer(r, msg, 423, "Interval Too Brief", line);
        return;
    }
    if (w->chosen) {
        bind_to(a, w, msg,
                (uint32_t)(seconds < c->expires_max_s ? seconds
                                                      : c->expires_max_s));
    } else if (a->binding && (w->star || w->remove)) {
        registrar_unbind(a, "took it back");
    }
    confirm(a, msg);
}

void registrar_on_register(void *arg, const struct sip_msg *msg)
{
    struct registrar *r = arg;
    tm_assert(r->magic == REGISTRAR_MAGIC);
    struct registrar_entry *a = registrar_auth(r, msg);
    if (!a) {
        return;
    }
    const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_REQUIRE);
    if (h) {
        char line[160];
        struct slice v = re_slice(&h->val);
        (void)snprintf(line, sizeof line, "Unsupported: %.*s\r\n",
                       (int)(v.n < 100 ? v.n : 100), v.p);
        answer(r, msg, 420, "Bad Extension", line);
        return;
    }
    struct wish w = {.registrar = r, .bound = a->binding};
    (void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, contact_handler, &w);
    if (w.bad ||
        (w.star && (w.contacts > 1 || pl_strcmp(&msg->expires, "0") != 0))) {
        answer(r, msg, 400, "Bad Contact", "");
    } else if (w.contacts > 0 && overtaken(a->binding, msg)) {
        answer(r, msg, 500, "CSeq Out Of Order", "");
    } else {
        update(a, &w, msg);
    }
}

/* Where a trunk's calls to us come from: the addresses of its host and proxy,
 * asked of the DNS as calls to it are sent (RFC 3263: NAPTR, SRV, A, AAAA),
 * those of incoming_from, and the one that answered our REGISTER. */
#include <stdio.h>
#include <string.h>

#include "tel/sip_stack_priv.h"
#include "tel/trunk_priv.h"

enum {
    TTL_MIN_S = 60,
    TTL_MAX_S = 3600,
    AGAIN_S = 30, /* nothing was found */
    SIP_PORT_USUAL = 5060,
};

static void round_begin(void *arg);
static void ask_next(struct trunk *t);

static bool numeric(struct slice text, struct sa *out)
{
    char host[80];
    if (text.n > 1 && text.p[0] == '[' && text.p[text.n - 1] == ']') {
        text = str_range(text.p + 1, text.n - 2);
    }
    return text.n > 0 && text.n < sizeof host &&
           str_copy(host, sizeof host, text) == text.n &&
           sa_set_str(out, host, 0) == 0;
}

static void found(struct trunk_peers *p, const struct sa *a)
{
    for (unsigned i = 0; i < p->founds; ++i) {
        if (sa_cmp(&p->found[i], a, SA_ADDR)) {
            return;
        }
    }
    if (p->founds < TRUNK_PEERS_MAX) {
        p->found[p->founds++] = *a;
    }
}

static void want(struct trunk_peers *p, struct slice name, uint16_t type)
{
    char text[TRUNK_NAME_MAX];
    if (name.n == 0 || name.n >= sizeof text ||
        str_copy(text, sizeof text, name) != name.n) {
        return;
    }
    for (unsigned i = 0; i < p->lookups; ++i) {
        if (p->lookup[i].type == type && strcmp(p->lookup[i].name, text) == 0) {
            return;
        }
    }
    if (p->lookups < TRUNK_LOOKUPS_MAX) {
        struct trunk_lookup *l = &p->lookup[p->lookups++];
        memcpy(l->name, text, sizeof text);
        l->type = type;
    }
}

static void want_host(struct trunk_peers *p, struct slice host)
{
    want(p, host, DNS_TYPE_A);
    want(p, host, DNS_TYPE_AAAA);
}

static bool on_record(struct dnsrr *rr, void *arg)
{
    struct trunk_peers *p = arg;
    struct sa a;
    p->ttl_s = rr->ttl < p->ttl_s ? (int64_t)rr->ttl : p->ttl_s;
    switch (rr->type) {
    case DNS_TYPE_A:
        sa_set_in(&a, rr->rdata.a.addr, 0);
        found(p, &a);
        break;
    case DNS_TYPE_AAAA:
        sa_set_in6(&a, rr->rdata.aaaa.addr, 0);
        found(p, &a);
        break;
    case DNS_TYPE_SRV: want_host(p, str_of(rr->rdata.srv.target)); break;
    case DNS_TYPE_NAPTR:
        if (str_eq_nocase(str_of(rr->rdata.naptr.flags), "s")) {
            want(p, str_of(rr->rdata.naptr.replace), DNS_TYPE_SRV);
        }
        break;
    default: break;
    }
    return false;
}

static void on_answer(int err, const struct dnshdr *hdr, struct list *answers,
                      struct list *authorities, struct list *additional,
                      void *arg)
{
    struct trunk *t = arg;
    struct trunk_peers *p = &t->peers;
    (void)authorities;
    (void)additional;
    tm_assert(t->magic == TRUNK_MAGIC && p->asked > 0);
    const struct trunk_lookup *l = &p->lookup[p->asked - 1];
    if (!err && hdr->rcode == DNS_RCODE_OK) {
        (void)dns_rrlist_apply(answers, l->name, l->type, DNS_CLASS_IN, true,
                               on_record, p);
    }
    /* Not from within the resolver. */
    tmr_start(&p->tmr, 0, round_begin, t);
}

static void round_end(struct trunk *t)
{
    struct trunk_peers *p = &t->peers;
    bool good = p->founds > 0;
    if (good) {
        memcpy(p->address, p->found, sizeof p->address);
        p->addresses = p->founds;
    } else if (!p->failed) {
        tel_log(&t->log, TEL_LOG_WARNING,
                "trunk %s: the DNS knows no address of %s: calls from there "
                "are refused. Is the name right? 'incoming_from' names "
                "addresses besides",
                t->config.name, t->config.host);
    }
    p->failed = !good;
    bool asked = p->lookups > 0;
    int64_t wait_s = !good                  ? AGAIN_S
                     : p->ttl_s < TTL_MIN_S ? TTL_MIN_S
                                            : p->ttl_s;
    p->founds = p->lookups = p->asked = 0;
    if (asked) {
        tmr_start(&p->tmr, (uint64_t)wait_s * 1000, round_begin, t);
    }
}

static void ask_next(struct trunk *t)
{
    struct trunk_peers *p = &t->peers;
    while (p->asked < p->lookups) {
        const struct trunk_lookup *l = &p->lookup[p->asked++];
        if (t->stack->dnsc &&
            dnsc_query(&p->query, t->stack->dnsc, l->name, l->type,
                       DNS_CLASS_IN, true, on_answer, t) == 0) {
            return;
        }
    }
    round_end(t);
}

/* A host, or the host of a URI, and whether its port is left to the DNS. */
static void want_peer(struct trunk *t, struct slice host, bool any_port)
{
    static const char *const service[] = {"_sip._udp.", "_sip._tcp.",
                                          "_sips._tcp."};
    struct trunk_peers *p = &t->peers;
    char name[TRUNK_NAME_MAX];
    struct sa a;
    if (numeric(host, &a)) {
        found(p, &a);
        return;
    }
    if (any_port && host.n < sizeof name - 20) {
        (void)snprintf(name, sizeof name, "%s%.*s",
                       service[t->config.transport], (int)host.n, host.p);
        want(p, host, DNS_TYPE_NAPTR);
        want(p, str_of(name), DNS_TYPE_SRV);
    }
    want_host(p, host);
}

/* Begins a round, or goes on with it. */
static void round_begin(void *arg)
{
    struct trunk *t = arg;
    struct trunk_peers *p = &t->peers;
    tm_assert(t->magic == TRUNK_MAGIC);
    if (p->asked == 0) {
        struct pl text;
        struct uri u;
        p->ttl_s = TTL_MAX_S;
        want_peer(t, str_of(t->config.host), t->config.port == 0);
        pl_set_str(&text, t->config.outbound_proxy);
        if (text.l > 0 && uri_decode(&u, &text) == 0) {
            want_peer(t, re_slice(&u.host), u.port == 0);
        }
    }
    p->query = mem_deref(p->query);
    ask_next(t);
}

/* Returns the bits of a network, -1: it is none. */
static int net_read(struct slice word, struct sa *address)
{
    struct slice bits;
    uint64_t n;
    if (!numeric(str_cut(word, '/', &bits), address)) {
        return -1;
    }
    uint64_t most = sa_af(address) == AF_INET ? 32 : 128;
    if (!bits.p) {
        return (int)most;
    }
    return str_u64(bits, &n) && n > 0 && n <= most ? (int)n : -1;
}

static int nets_read(struct slice text, struct trunk_net *out, unsigned *n,
                     struct err *e)
{
    while (text.n > 0) {
        struct slice rest, word = str_cut(text, ' ', &rest);
        struct sa a = {0};
        int bits = word.n > 0 ? net_read(word, &a) : 0;
        if (bits < 0 || (bits > 0 && *n == TRUNK_NETS_MAX)) {
            return err_set(e, TM_EINVAL,
                           "\"%.*s\" is not an address or a network like "
                           "192.0.2.0/24, or there are more than %d",
                           (int)(word.n < 60 ? word.n : 60), word.p,
                           TRUNK_NETS_MAX);
        }
        if (bits > 0) {
            out[(*n)++] = (struct trunk_net){a, (unsigned)bits};
        }
        text = rest;
    }
    return TM_OK;
}

int trunk_nets_check(struct slice text, struct err *e)
{
    struct trunk_net net[TRUNK_NETS_MAX];
    unsigned n = 0;
    return nets_read(text, net, &n, e);
}

void trunk_peers_start(struct trunk *t)
{
    struct trunk_peers *p = &t->peers;
    struct err e = {0};
    if (t->config.no_incoming) {
        return;
    }
    int rc = nets_read(str_of(t->config.incoming_from), p->net, &p->nets, &e);
    tm_assert(rc == TM_OK); /* trunk_new has read it before */
    p->port = t->config.port ? t->config.port : SIP_PORT_USUAL;
    round_begin(t);
}

void trunk_peers_stop(struct trunk *t)
{
    tmr_cancel(&t->peers.tmr);
    t->peers.query = mem_deref(t->peers.query);
}

static size_t bytes_of(const struct sa *a, uint8_t out[16])
{
    if (sa_af(a) == AF_INET) {
        uint32_t in = sa_in(a);
        for (int i = 0; i < 4; ++i) {
            out[i] = (uint8_t)(in >> (24 - 8 * i));
        }
        return 4;
    }
    sa_in6(a, out);
    return 16;
}

static bool in_net(const struct trunk_net *n, const struct sa *a)
{
    uint8_t x[16], y[16];
    if (sa_af(a) != sa_af(&n->address)) {
        return false;
    }
    size_t bytes = bytes_of(a, x);
    tm_assert(bytes_of(&n->address, y) == bytes && n->bits <= bytes * 8);
    for (unsigned bit = 0; bit < n->bits; ++bit) {
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);
        if ((x[bit / 8] ^ y[bit / 8]) & mask) {
            return false;
        }
    }
    return true;
}

enum trunk_claim trunk_claims(const struct trunk *t, const char *source)
{
    const struct trunk_peers *p = &t->peers;
    struct sa a;
    tm_assert(t->magic == TRUNK_MAGIC);
    if (t->config.no_incoming || sa_decode(&a, source, strlen(source))) {
        return TRUNK_STRANGER;
    }
    bool known = sa_isset(&p->heard, SA_ADDR) && sa_cmp(&p->heard, &a, SA_ADDR);
    for (unsigned i = 0; i < p->addresses && !known; ++i) {
        known = sa_cmp(&p->address[i], &a, SA_ADDR);
    }
    for (unsigned i = 0; i < p->nets && !known; ++i) {
        known = in_net(&p->net[i], &a);
    }
    return !known                   ? TRUNK_STRANGER
           : sa_port(&a) == p->port ? TRUNK_PORT
                                    : TRUNK_ADDRESS;
}

bool trunk_is_closed(const struct trunk *t, const char *source)
{
    struct trunk_net net[TRUNK_NETS_MAX];
    struct sa a, host;
    unsigned nets = 0;
    tm_assert(t->magic == TRUNK_MAGIC);
    if (!t->config.no_incoming || sa_decode(&a, source, strlen(source))) {
        return false;
    }
    const struct sa *heard = &t->peers.heard;
    bool its = (numeric(str_of(t->config.host), &host) &&
                sa_cmp(&host, &a, SA_ADDR)) ||
               (sa_isset(heard, SA_ADDR) && sa_cmp(heard, &a, SA_ADDR));
    int rc = nets_read(str_of(t->config.incoming_from), net, &nets, NULL);
    tm_assert(rc == TM_OK); /* trunk_new has read it before */
    for (unsigned i = 0; i < nets && !its; ++i) {
        its = in_net(&net[i], &a);
    }
    return its;
}

#include "tel/sip_stack.h"

#include <errno.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/arena.h"
#include "tel/sip_stack_priv.h"

/* In libre's header only when its USE_OPENSSL is defined, in the library
 * always. */
struct ssl_ctx_st *tls_openssl_context(const struct tls *tls);

enum {
    TABLE_MIN = 256,
    TABLE_MAX = 65536,
    DNS_SERVERS = 8,
    REFUSALS_PER_S = 50
};

static bool on_request(const struct sip_msg *msg, void *arg)
{
    struct sip_stack *s = arg;
    tm_assert(s->magic == SIP_STACK_MAGIC);
    bool ack = pl_strcmp(&msg->met, "ACK") == 0;
    if (pl_isset(&msg->to.tag) || ack) {
        dialog_on_request(s, msg);
    } else if (pl_strcmp(&msg->met, "INVITE") == 0) {
        dialog_on_new_invite(s, msg);
    } else if (s->registers && pl_strcmp(&msg->met, "REGISTER") == 0) {
        s->registers(s->registers_arg, msg);
    } else if (pl_strcmp(&msg->met, "OPTIONS") == 0) {
        (void)sip_replyf(s->sip, msg, 200, "OK",
                         "Allow: " SIP_STACK_ALLOW "\r\n"
                         "Accept: application/sdp\r\n"
                         "Content-Length: 0\r\n\r\n");
    } else if (pl_strcmp(&msg->met, "CANCEL") == 0) {
        (void)sip_reply(s->sip, msg, 481, "Transaction Does Not Exist");
    } else if (pl_strcmp(&msg->met, "BYE") == 0 ||
               pl_strcmp(&msg->met, "UPDATE") == 0 ||
               pl_strcmp(&msg->met, "INFO") == 0) {
        (void)sip_reply(s->sip, msg, 481, "Call Does Not Exist");
    } else {
        (void)sip_replyf(s->sip, msg, 405, "Method Not Allowed",
                         "Allow: " SIP_STACK_ALLOW "\r\n"
                         "Content-Length: 0\r\n\r\n");
    }
    return true;
}

static bool on_response(const struct sip_msg *msg, void *arg)
{
    struct sip_stack *s = arg;
    tm_assert(s->magic == SIP_STACK_MAGIC);
    dialog_on_stray_response(s, msg);
    return true;
}

/* Without a resolver numeric peers still work. */
static void dns_open(struct sip_stack *s)
{
    struct sa server[DNS_SERVERS];
    uint32_t n = DNS_SERVERS;
    if (dns_srv_get(NULL, 0, server, &n)) {
        n = 0;
    }
    if (dnsc_alloc(&s->dnsc, NULL, server, n)) {
        s->dnsc = NULL;
    }
}

static int tls_open(struct sip_stack *s, const struct sip_stack_config *c,
                    struct err *e)
{
    int rc = tls_alloc(&s->tls, TLS_METHOD_SSLV23, c->cert_file, NULL);
    if (rc) {
        return err_set(e, TM_EIO, "cannot load the certificate \"%s\": %s",
                       c->cert_file ? c->cert_file : "", strerror(rc));
    }
    if (!c->ca_file) {
        return TM_OK;
    }
    if (tls_add_ca(s->tls, c->ca_file)) {
        return err_set(e, TM_EIO, "cannot load the authorities \"%s\"",
                       c->ca_file);
    }
    /* libre 1.1.0 leaves the peer's certificate unchecked. The host name in
     * it stays unchecked there: 1.1.0 has no hook for SIP connections. */
    SSL_CTX_set_verify(tls_openssl_context(s->tls), SSL_VERIFY_PEER, NULL);
    return TM_OK;
}

static int transport_add(struct sip_stack *s, enum sip_stack_transport t,
                         uint16_t port, struct err *e)
{
    static const enum sip_transp kind[] = {SIP_TRANSP_UDP, SIP_TRANSP_TCP,
                                           SIP_TRANSP_TLS};
    struct sa laddr, bound;
    int rc = sa_set_str(&laddr, s->address, port);
    tm_assert(rc == 0);
    rc = t == SIP_STACK_TLS ? sip_transp_add(s->sip, kind[t], &laddr, s->tls)
                            : sip_transp_add(s->sip, kind[t], &laddr);
    if (rc) {
        return err_set(e, TM_EIO,
                       "cannot listen on %s port %u (%s): %s. Choose "
                       "another port or stop the program that has it",
                       s->address, port, sip_transp_name(kind[t]),
                       strerror(rc));
    }
    if (sip_transp_laddr(s->sip, &bound, kind[t], &laddr) == 0) {
        s->port[t] = sa_port(&bound);
    }
    return TM_OK;
}

static int transports_add(struct sip_stack *s, const struct sip_stack_config *c,
                          struct err *e)
{
    int rc = TM_OK;
    if (c->udp) {
        rc = transport_add(s, SIP_STACK_UDP, c->port, e);
    }
    if (rc == TM_OK && c->tcp) {
        uint16_t port = c->port ? c->port : s->port[SIP_STACK_UDP];
        rc = transport_add(s, SIP_STACK_TCP, port, e);
    }
    if (rc == TM_OK && c->tls) {
        rc = tls_open(s, c, e);
    }
    if (rc == TM_OK && c->tls) {
        uint16_t port = c->port ? (uint16_t)(c->port + 1) : 0;
        rc = transport_add(s, SIP_STACK_TLS, port, e);
    }
    return rc;
}

static int open_all(struct sip_stack *s, const struct sip_stack_config *c,
                    struct err *e)
{
    size_t want = c->calls_max < TABLE_MIN   ? TABLE_MIN
                  : c->calls_max > TABLE_MAX ? TABLE_MAX
                                             : c->calls_max;
    uint32_t size = hash_valid_size((uint32_t)want);
    dns_open(s);
    int rc = sip_alloc(&s->sip, s->dnsc, size, size, TABLE_MIN, s->software,
                       NULL, s);
    rc = rc ? rc : hash_alloc(&s->dialogs, size);
    rc = rc ? rc : sip_listen(&s->requests, s->sip, true, on_request, s);
    rc = rc ? rc : sip_listen(&s->responses, s->sip, false, on_response, s);
    if (rc) {
        return err_set(e, TM_EIO, "cannot start SIP: %s", strerror(rc));
    }
    return transports_add(s, c, e);
}

int sip_stack_start(struct sip_stack **out, struct loop *l,
                    const struct sip_stack_config *c, struct err *e)
{
    struct sa check;
    tm_assert(out != NULL && l != NULL && c != NULL);
    if (!c->address || sa_set_str(&check, c->address, 0) || sa_is_any(&check)) {
        return err_set(e, TM_EINVAL,
                       "\"%s\" is not a numeric address of this machine",
                       c->address ? c->address : "");
    }
    if (!c->udp && !c->tcp && !c->tls) {
        return err_set(e, TM_EINVAL, "no SIP transport is switched on");
    }
    struct sip_stack *s = mem_alloc(sizeof *s);
    s->magic = SIP_STACK_MAGIC;
    s->loop = l;
    s->calls_max = c->calls_max ? c->calls_max : TABLE_MIN;
    s->incoming = c->incoming;
    s->whose = c->whose;
    s->refused = c->refused;
    s->incoming_arg = c->incoming_arg;
    rate_init(&s->invites, c->invites_per_s, loop_monotonic_us());
    rate_init(&s->refusals, REFUSALS_PER_S, loop_monotonic_us());
    s->log = c->log;
    (void)str_copy(s->address, sizeof s->address, str_of(c->address));
    (void)str_copy(s->software, sizeof s->software,
                   str_of(c->software ? c->software : "Telemark"));
    int rc = open_all(s, c, e);
    if (rc) {
        sip_stack_stop(s);
        return rc;
    }
    *out = s;
    return TM_OK;
}

void sip_stack_stop(struct sip_stack *s)
{
    if (!s) {
        return;
    }
    tm_assert(s->magic == SIP_STACK_MAGIC);
    s->requests = mem_deref(s->requests);
    s->responses = mem_deref(s->responses);
    if (s->dialogs) {
        dialog_end_all(s);
    }
    sip_close(s->sip, true);
    mem_deref(s->sip);
    mem_deref(s->dialogs);
    mem_deref(s->dnsc);
    mem_deref(s->tls);
    s->magic = 0;
    mem_free(s);
}

uint16_t sip_stack_port(const struct sip_stack *s, enum sip_stack_transport t)
{
    tm_assert(s->magic == SIP_STACK_MAGIC);
    return s->port[t];
}

const char *sip_stack_address(const struct sip_stack *s)
{
    tm_assert(s->magic == SIP_STACK_MAGIC);
    return s->address;
}

size_t sip_stack_dialogs(const struct sip_stack *s)
{
    tm_assert(s->magic == SIP_STACK_MAGIC);
    return s->dialog_count;
}

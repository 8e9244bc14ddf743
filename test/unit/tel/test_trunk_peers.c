/* Where a trunk's calls come from, asked of a DNS server made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture_pair.h"
#include "tel/sip_stack_priv.h"
#include "tel/trunk_priv.h"

struct zone {
    const char *name;
    uint16_t type;
    const char *value; /* address, or name */
};

static const struct zone zone[] = {
    {"carrier.test", DNS_TYPE_NAPTR, "_sip._udp.edge.test"},
    {"_sip._udp.edge.test", DNS_TYPE_SRV, "one.edge.test"},
    {"_sip._udp.edge.test", DNS_TYPE_SRV, "two.edge.test"},
    {"_sip._udp.carrier.test", DNS_TYPE_SRV, "one.edge.test"},
    {"one.edge.test", DNS_TYPE_A, "192.0.2.1"},
    {"one.edge.test", DNS_TYPE_A, "192.0.2.2"},
    {"two.edge.test", DNS_TYPE_AAAA, "2001:db8::2"},
    {"carrier.test", DNS_TYPE_A, "192.0.2.3"},
    {"alias.test", DNS_TYPE_CNAME, "one.edge.test"},
    {"proxy.test", DNS_TYPE_A, "198.51.100.1"},
};

struct scene {
    struct pair p;
    int fd, asked;
    bool silent; /* the server fails */
    struct trunk *t;
    char log[512];
};

static struct dnsrr *record(const struct zone *z)
{
    struct sa a;
    struct dnsrr *rr = dns_rr_alloc();
    (void)str_dup(&rr->name, z->name);
    rr->type = z->type;
    rr->dnsclass = DNS_CLASS_IN;
    rr->ttl = 120;
    switch (z->type) {
    case DNS_TYPE_A:
        (void)sa_set_str(&a, z->value, 0);
        rr->rdata.a.addr = sa_in(&a);
        break;
    case DNS_TYPE_AAAA:
        (void)sa_set_str(&a, z->value, 0);
        sa_in6(&a, rr->rdata.aaaa.addr);
        break;
    case DNS_TYPE_CNAME: (void)str_dup(&rr->rdata.cname.cname, z->value); break;
    case DNS_TYPE_SRV:
        rr->rdata.srv.port = 5060;
        (void)str_dup(&rr->rdata.srv.target, z->value);
        break;
    default:
        (void)str_dup(&rr->rdata.naptr.flags, "S");
        (void)str_dup(&rr->rdata.naptr.services, "SIP+D2U");
        (void)str_dup(&rr->rdata.naptr.regexp, "");
        (void)str_dup(&rr->rdata.naptr.replace, z->value);
        break;
    }
    return rr;
}

static uint16_t put_records(struct mbuf *out, const char *name, uint16_t type)
{
    uint16_t n = 0;
    for (size_t i = 0; i < tm_array_len(zone); ++i) {
        bool alias = zone[i].type == DNS_TYPE_CNAME;
        if (strcmp(zone[i].name, name) != 0 ||
            (zone[i].type != type && !alias)) {
            continue;
        }
        struct dnsrr *rr = record(&zone[i]);
        assert_int_equal(dns_rr_encode(out, rr, 0, NULL, 0), 0);
        mem_deref(rr);
        ++n;
        if (alias) {
            n = (uint16_t)(n + put_records(out, zone[i].value, type));
        }
    }
    return n;
}

static void on_question(void *arg)
{
    struct scene *s = arg;
    uint8_t b[1500];
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    struct dnshdr h;
    char *name = NULL;
    ssize_t n = recvfrom(s->fd, b, sizeof b, 0, (struct sockaddr *)&from, &len);
    if (n <= 0) {
        return;
    }
    ++s->asked;
    struct mbuf *in = mbuf_alloc(2000), *out = mbuf_alloc(2000);
    (void)mbuf_write_mem(in, b, (size_t)n);
    in->pos = 0;
    assert_int_equal(dns_hdr_decode(in, &h), 0);
    assert_int_equal(dns_dname_decode(in, &name, 0), 0);
    uint16_t type = ntohs(mbuf_read_u16(in));
    struct mbuf *records = mbuf_alloc(2000);
    h.qr = true;
    h.ra = true;
    h.rcode = s->silent ? DNS_RCODE_SRV_FAIL : DNS_RCODE_OK;
    h.nans = s->silent ? 0 : put_records(records, name, type);
    h.nauth = h.nadd = 0;
    assert_int_equal(dns_hdr_encode(out, &h), 0);
    (void)dns_dname_encode(out, name, NULL, 0, false);
    (void)mbuf_write_u16(out, htons(type));
    (void)mbuf_write_u16(out, htons(DNS_CLASS_IN));
    (void)mbuf_write_mem(out, records->buf, records->end);
    (void)sendto(s->fd, out->buf, out->end, 0, (struct sockaddr *)&from, len);
    mem_deref(name);
    mem_deref(in);
    mem_deref(out);
    mem_deref(records);
}

static void on_log(void *arg, enum tel_log_level level, const char *text)
{
    struct scene *s = arg;
    if (level <= TEL_LOG_WARNING) {
        (void)str_copy(s->log, sizeof s->log, str_of(text));
    }
}

static void start(struct scene *s, const struct trunk_config *c)
{
    struct err e = {0};
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    struct sa server;
    const struct tel_log log = {on_log, s};
    memset(s, 0, sizeof *s);
    pair_start(&s->p, NULL, NULL);
    s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
    assert_int_equal(loop_watch(s->p.loop, s->fd, on_question, s, &e), TM_OK);
    (void)sa_set_str(&server, "127.0.0.1", ntohs(a.sin_port));
    if (!s->p.a->dnsc) {
        assert_int_equal(dnsc_alloc(&s->p.a->dnsc, NULL, &server, 1), 0);
    }
    assert_int_equal(dnsc_srv_set(s->p.a->dnsc, &server, 1), 0);
    if (trunk_new(&s->t, s->p.a, c, &log, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
}

static void stop(struct scene *s)
{
    trunk_free(s->t);
    loop_unwatch(s->p.loop, s->fd);
    (void)close(s->fd);
    pair_stop(&s->p);
}

static bool round_is_over(void *arg)
{
    const struct scene *s = arg;
    return s->asked > 0 && s->t->peers.lookups == 0;
}

static void expect(const struct scene *s, const char *source,
                   enum trunk_claim claim)
{
    if (trunk_claims(s->t, source) != claim) {
        fail_msg("%s: %d", source, (int)trunk_claims(s->t, source));
    }
}

static void test_names_are_asked_for(void **state)
{
    (void)state;
    struct scene s;
    const struct trunk_config c = {.name = "t",
                                   .host = "carrier.test",
                                   .local_address = "127.0.0.1",
                                   .outbound_proxy =
                                       "sip:proxy.test:5070;transport=udp"};
    start(&s, &c);
    expect(&s, "192.0.2.1:5060", TRUNK_STRANGER);
    assert_true(pair_run_until(&s.p, round_is_over, &s, 5000));
    expect(&s, "192.0.2.1:5060", TRUNK_PORT);
    expect(&s, "192.0.2.2:5061", TRUNK_ADDRESS);
    expect(&s, "192.0.2.3:5060", TRUNK_PORT);
    expect(&s, "[2001:db8::2]:5060", TRUNK_PORT);
    expect(&s, "198.51.100.1:5070", TRUNK_ADDRESS);
    expect(&s, "192.0.2.4:5060", TRUNK_STRANGER);
    expect(&s, "nonsense", TRUNK_STRANGER);
    expect(&s, "", TRUNK_STRANGER);
    /* Asked again when it runs out; a failure changes nothing. */
    assert_in_range(tmr_get_expire(&s.t->peers.tmr), 100000, 120000);
    s.silent = true;
    s.asked = 0;
    tmr_h *th = s.t->peers.tmr.th;
    tmr_cancel(&s.t->peers.tmr);
    th(s.t);
    assert_true(pair_run_until(&s.p, round_is_over, &s, 5000));
    expect(&s, "192.0.2.1:5060", TRUNK_PORT);
    assert_true(tmr_get_expire(&s.t->peers.tmr) <= 30000);
    assert_non_null(strstr(s.log, "carrier.test"));
    stop(&s);
}

static void test_aliases_and_ports(void **state)
{
    (void)state;
    struct scene s;
    const struct trunk_config c = {.name = "t",
                                   .host = "alias.test",
                                   .port = 5080,
                                   .local_address = "127.0.0.1"};
    start(&s, &c);
    assert_true(pair_run_until(&s.p, round_is_over, &s, 5000));
    expect(&s, "192.0.2.1:5080", TRUNK_PORT);
    expect(&s, "192.0.2.1:5060", TRUNK_ADDRESS);
    assert_int_equal(s.asked, 2); /* A and AAAA: the port is known */
    stop(&s);
}

static void test_no_resolver_and_no_calls(void **state)
{
    (void)state;
    struct scene s;
    struct trunk_config c = {.name = "t",
                             .host = "192.0.2.1",
                             .local_address = "127.0.0.1",
                             .no_incoming = true};
    start(&s, &c);
    expect(&s, "192.0.2.1:5060", TRUNK_STRANGER);
    assert_true(trunk_is_closed(s.t, "192.0.2.1:5070"));
    assert_false(trunk_is_closed(s.t, "192.0.2.2:5060"));
    assert_false(trunk_is_closed(s.t, "nonsense"));
    assert_int_equal(s.asked, 0);
    stop(&s);
    c.incoming_from = "198.51.100.0/24";
    start(&s, &c);
    assert_true(trunk_is_closed(s.t, "198.51.100.9:5060"));
    assert_false(trunk_is_closed(s.t, "198.51.101.9:5060"));
    stop(&s);
    c.incoming_from = NULL;
    c.no_incoming = false;
    c.host = "2001:db8::7";
    start(&s, &c);
    expect(&s, "[2001:db8::7]:5060", TRUNK_PORT);
    expect(&s, "[2001:db8::8]:5060", TRUNK_STRANGER);
    assert_false(tmr_isrunning(&s.t->peers.tmr));
    stop(&s);
    /* Freed while the DNS has a question of ours. */
    c.host = "carrier.test";
    start(&s, &c);
    stop(&s);
}

static void test_networks(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "192.0.2.0/33", "192.0.2.0/0", "192.0.2.0/",     "carrier.test",
        "192.0.2",      "::1/129",     "192.0.2.1,::1",  "[192.0.2.1",
        "/24",          "1.2.3.4/x",   "192.0.2.1 bad.b"};
    struct err e = {0};
    struct scene s;
    for (size_t i = 0; i < tm_array_len(bad); ++i) {
        e.text[0] = '\0';
        if (trunk_nets_check(str_of(bad[i]), &e) != TM_EINVAL) {
            fail_msg("%s", bad[i]);
        }
        assert_true(e.text[0] != '\0');
    }
    char many[1024] = "";
    for (int i = 0; i <= TRUNK_NETS_MAX; ++i) {
        size_t n = strlen(many);
        (void)snprintf(many + n, sizeof many - n, "10.0.0.%d ", i);
    }
    assert_int_equal(trunk_nets_check(str_of(many), &e), TM_EINVAL);
    const struct trunk_config c = {
        .name = "t",
        .host = "192.0.2.9",
        .local_address = "127.0.0.1",
        .incoming_from = "10.1.2.3/9 2001:db8:8000::/33 203.0.113.5"};
    start(&s, &c);
    expect(&s, "10.127.255.255:1", TRUNK_ADDRESS);
    expect(&s, "10.128.0.0:1", TRUNK_STRANGER);
    expect(&s, "[2001:db8:ffff::1]:1", TRUNK_ADDRESS);
    expect(&s, "[2001:db8:7fff::1]:1", TRUNK_STRANGER);
    expect(&s, "203.0.113.5:5060", TRUNK_PORT);
    expect(&s, "203.0.113.4:5060", TRUNK_STRANGER);
    stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_asked_for),
        cmocka_unit_test(test_aliases_and_ports),
        cmocka_unit_test(test_no_resolver_and_no_calls),
        cmocka_unit_test(test_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

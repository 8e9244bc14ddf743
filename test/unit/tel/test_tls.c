/* A call over SIP/TLS, and a server whose certificate is not to be trusted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "fixture_pair.h"

struct side {
    struct pair p;
    struct sip_stack *server, *client;
    struct dialog *callee;
    int answered, ended;
    enum dialog_end end;
};

static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
                          "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                          "m=audio 31000 RTP/AVP 0\r\n";

/* Certificate for 127.0.0.1 that signs itself, and its key, in one file. */
static void certificate(char *path)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    assert_non_null(key);
    assert_int_equal(X509_set_version(x, 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), 1), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), -3600));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), 86400));
    X509_NAME *n = X509_get_subject_name(x);
    assert_int_equal(X509_NAME_add_entry_by_txt(
                         n, "CN", MBSTRING_ASC,
                         (const unsigned char *)"127.0.0.1", -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(x, n), 1);
    assert_int_equal(X509_set_pubkey(x, key), 1);
    X509_EXTENSION *alt =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    assert_int_equal(X509_add_ext(x, alt, -1), 1);
    X509_EXTENSION_free(alt);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    assert_int_equal(PEM_write_X509(f, x), 1);
    assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL),
                     1);
    assert_int_equal(fclose(f), 0);
    X509_free(x);
    EVP_PKEY_free(key);
}

static void on_dialog(void *arg, const struct dialog_event *ev)
{
    struct side *s = arg;
    if (ev->kind == DIALOG_ANSWERED) {
        ++s->answered;
        dialog_hangup(ev->dialog, "");
    } else if (ev->kind == DIALOG_ENDED) {
        ++s->ended;
        s->end = ev->end;
    }
}

static void on_callee(void *arg, const struct dialog_event *ev)
{
    struct side *s = arg;
    s->ended += ev->kind == DIALOG_ENDED;
}

static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    (void)r;
    dialog_take(d, on_callee, arg);
    assert_int_equal(dialog_answer(d, str_of(sdp)), TM_OK);
}

static bool both_ended(void *arg)
{
    return ((struct side *)arg)->ended == 2;
}

static bool caller_ended(void *arg)
{
    return ((struct side *)arg)->ended == 1;
}

static void run(struct side *s, const char *cert, const char *ca)
{
    struct err e = {0};
    struct sip_stack_config c = {
        .address = "127.0.0.1",
        .port = 25461, /* TLS takes the next one */
        .tls = true,
        .cert_file = cert,
        .incoming = on_incoming,
        .incoming_arg = s,
    };
    int rc = sip_stack_start(&s->server, s->p.loop, &c, &e);
    if (rc) {
        fail_msg("%s", e.text);
    }
    c.incoming = NULL;
    c.port = 0;
    c.cert_file = NULL;
    c.ca_file = ca;
    assert_int_equal(sip_stack_start(&s->client, s->p.loop, &c, &e), TM_OK);
    struct dialog *d = NULL;
    struct dialog_invite i = {
        .target = "sip:bob@127.0.0.1:25462;transport=tls",
        .to = "",
        .from = "sip:alice@127.0.0.1",
        .from_name = "",
        .route = "",
        .call_id = "t1",
        .user = "",
        .password = "",
        .headers = "",
        .sdp = str_of(sdp),
    };
    assert_int_equal(sip_stack_port(s->server, SIP_STACK_TLS), 25462);
    assert_int_equal(dialog_invite(&d, s->client, &i, on_dialog, s, &e), TM_OK);
}

static void stop(struct side *s)
{
    sip_stack_stop(s->client);
    sip_stack_stop(s->server);
    pair_stop(&s->p);
}

static void test_call_over_tls(void **state)
{
    (void)state;
    struct side s = {0};
    char cert[] = "/tmp/telemark-cert-XXXXXX";
    certificate(cert);
    pair_start(&s.p, on_incoming, &s);
    run(&s, cert, cert);
    assert_true(pair_run_until(&s.p, both_ended, &s, 5000));
    assert_int_equal(s.answered, 1);
    assert_int_equal(s.end, DIALOG_END_LOCAL);
    stop(&s);
    (void)unlink(cert);
}

static void test_unknown_authority(void **state)
{
    (void)state;
    struct side s = {0};
    char cert[] = "/tmp/telemark-cert-XXXXXX";
    char other[] = "/tmp/telemark-cert-XXXXXX";
    certificate(cert);
    certificate(other);
    pair_start(&s.p, on_incoming, &s);
    run(&s, cert, other);
    assert_true(pair_run_until(&s.p, caller_ended, &s, 5000));
    assert_int_equal(s.answered, 0);
    assert_int_equal(s.end, DIALOG_END_TRANSPORT);
    stop(&s);
    (void)unlink(cert);
    (void)unlink(other);
}

static void test_bad_files(void **state)
{
    (void)state;
    struct side s = {0};
    struct err e = {0};
    pair_start(&s.p, on_incoming, &s);
    struct sip_stack_config c = {
        .address = "127.0.0.1", .tls = true, .cert_file = "/nonexistent.pem"};
    struct sip_stack *x = NULL;
    assert_int_equal(sip_stack_start(&x, s.p.loop, &c, &e), TM_EIO);
    assert_non_null(strstr(e.text, "/nonexistent.pem"));
    c = (struct sip_stack_config){.address = "0.0.0.0", .udp = true};
    assert_int_equal(sip_stack_start(&x, s.p.loop, &c, &e), TM_EINVAL);
    c.address = "127.0.0.1";
    c.port = sip_stack_port(s.p.b, SIP_STACK_UDP);
    assert_int_equal(sip_stack_start(&x, s.p.loop, &c, &e), TM_EIO);
    assert_non_null(strstr(e.text, "another port"));
    pair_stop(&s.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_over_tls),
        cmocka_unit_test(test_unknown_authority),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

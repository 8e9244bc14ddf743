/* The registrar against telephones that make their SIP by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include "base/rng.h"
#include "fixture_phone.h"
#include "tel/digest_priv.h"
#include "tel/registrar.h"
#include "tel/registrar_guard.h"

struct scene {
    struct pair p;
    struct registrar *r;
    uint16_t port;
    int told;
    char user[64], where[80]; /* last told */
    int warnings;
    char said[200]; /* last told */
};

static void on_change(void *arg, const char *user, const char *where)
{
    struct scene *s = arg;
    ++s->told;
    (void)str_copy(s->user, sizeof s->user, str_of(user));
    (void)str_copy(s->where, sizeof s->where, str_of(where));
}

static void on_log(void *arg, enum tel_log_level level, const char *text)
{
    struct scene *s = arg;
    (void)str_copy(s->said, sizeof s->said, str_of(text));
    s->warnings += level <= TEL_LOG_WARNING;
}

static void on_call(void *arg, struct dialog *d, const struct dialog_request *r)
{
    (void)arg;
    (void)d;
    (void)r;
}

static void accounts(struct scene *s, const char *anna, const char *bob)
{
    char h[2][DIGEST_HEX_MAX], h2[DIGEST_HEX_MAX];
    struct err e = {0};
    struct registrar_account a[2];
    size_t n = 0;
    if (bob) { /* not in order of names */
        digest_server_ha1(DIGEST_MD5, "bob", "telemark", bob, h[1]);
        a[n++] = (struct registrar_account){.user = "bob", .ha1 = h[1]};
    }
    if (anna) {
        digest_server_ha1(DIGEST_MD5, "anna", "telemark", anna, h[0]);
        digest_server_ha1(DIGEST_SHA256, "anna", "telemark", anna, h2);
        a[n++] = (struct registrar_account){"anna", h[0], h2};
    }
    assert_int_equal(registrar_set(s->r, a, n, &e), TM_OK);
}

static void start_with(struct scene *s, const struct registrar_config *more)
{
    struct err e = {0};
    struct registrar_config c = *more;
    memset(s, 0, sizeof *s);
    pair_start(&s->p, on_call, s);
    c.fn = on_change;
    c.arg = s;
    c.log = (struct tel_log){on_log, s};
    assert_int_equal(registrar_new(&s->r, s->p.a, &c, &e), TM_OK);
    s->port = sip_stack_port(s->p.a, SIP_STACK_UDP);
    accounts(s, "secret", "word");
}

static void start(struct scene *s)
{
    start_with(s, &(struct registrar_config){.expires_min_s = 1});
}

static void stop(struct scene *s)
{
    registrar_free(s->r);
    pair_stop(&s->p);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static void pass(struct scene *s, int ms)
{
    (void)pair_run_until(&s->p, never, NULL, ms);
}

static void test_registers_and_is_found_behind_nat(void **state)
{
    (void)state;
    struct scene s;
    struct phone f;
    struct registrar_target t;
    char want[80];
    start(&s);
    phone_open(&f, &s.p, s.port, false, "anna", "secret");
    assert_int_equal(phone_register(&f, 600, false, 2000), 401);
    assert_true(f.challenged && f.c.auth && !f.c.stale);
    assert_true(strlen(f.c.opaque) == 32);
    assert_int_equal(s.told, 0);
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    assert_string_equal(phone_header(&f, "Contact"),
                        "<sip:anna@10.9.8.7:5999>;expires=600");
    pass(&s, 20);
    assert_int_equal(s.told, 1);
    assert_string_equal(s.user, "anna");
    (void)snprintf(want, sizeof want, "udp 127.0.0.1:%u", f.port);
    assert_string_equal(s.where, want);
    assert_true(registrar_find(s.r, "anna", &t));
    assert_string_equal(t.contact, "sip:anna@10.9.8.7:5999");
    (void)snprintf(want, sizeof want, "sip:127.0.0.1:%u", f.port);
    assert_string_equal(t.flow, want);
    assert_string_equal(registrar_user_at(s.r, want + 4), "anna");
    assert_null(registrar_user_at(s.r, "127.0.0.1:1"));
    assert_false(registrar_find(s.r, "bob", &t));
    assert_false(registrar_find(s.r, "", &t));
    assert_false(registrar_find(s.r, "annax", &t));
    assert_int_equal(registrar_bindings(s.r), 1);
    phone_close(&f);
    stop(&s);
}

static void test_contact_counts_when_no_rport_and_no_nat(void **state)
{
    (void)state;
    struct scene s;
    struct phone f;
    struct registrar_target t;
    start(&s);
    phone_open(&f, &s.p, s.port, false, "anna", "secret");
    f.rport = "";
    f.contact = "Contact: <sip:anna@127.0.0.1:5077>\r\n";
    /* Its answers go to the Via's port, where nobody is. */
    (void)phone_register(&f, 600, false, 50);
    assert_false(registrar_find(s.r, "anna", &t));
    f.rport = ";rport";
    assert_int_equal(phone_register(&f, 600, false, 2000), 401);
    f.rport = "";
    (void)phone_register(&f, 600, true, 100);
    assert_true(registrar_find(s.r, "anna", &t));
    assert_string_equal(t.flow, "");
    phone_close(&f);
    stop(&s);
}

static void test_wrong_and_unknown_are_answered_alike(void **state)
{
    (void)state;
    static const char *const who[][2] = {
        {"anna", "word"}, {"carl", "secret"}, {"Anna", "secret"}};
    struct scene s;
    start(&s);
    for (int i = 0; i < 3; ++i) {
        struct phone f;
        phone_open(&f, &s.p, s.port, false, who[i][0], who[i][1]);
        assert_int_equal(phone_login(&f, 600), 401);
        assert_false(f.c.stale);
        assert_int_equal(phone_register(&f, 600, true, 2000), 401);
        phone_close(&f);
    }
    assert_int_equal(registrar_bindings(s.r), 0);
    assert_int_equal(s.told, 0);
    struct phone f; /* in another's name */
    phone_open(&f, &s.p, s.port, false, "anna", "secret");
    f.to = "bob";
    assert_int_equal(phone_login(&f, 600), 403);
    assert_int_equal(registrar_bindings(s.r), 0);
    phone_close(&f);
    stop(&s);
}

static void test_guessers_are_refused_late_others_stay(void **state)
{
    (void)state;
    struct scene s;
    struct phone anna, thief;
    start(&s);
    phone_open(&anna, &s.p, s.port, false, "anna", "secret");
    assert_int_equal(phone_login(&anna, 600), 200);
    phone_open(&thief, &s.p, s.port, false, "bob", "guess");
    assert_int_equal(phone_login(&thief, 600), 401);
    assert_non_null(strstr(s.said, "password for 'bob' from 127.0.0.1"));
    for (int i = 1; i < REGISTRAR_GUARD_FAILURES; ++i) {
        assert_int_equal(s.warnings, 0);
        assert_int_equal(phone_register(&thief, 600, true, 2000), 401);
    }
    assert_int_equal(s.warnings, 1);
    assert_non_null(strstr(s.said, "the last for 'bob'"));
    thief.password = "word"; /* even the right one, and late */
    int64_t from = loop_monotonic_us();
    assert_int_equal(phone_register(&thief, 600, true, 500), 0);
    assert_int_equal(phone_register(&thief, 600, true, 4000), 403);
    assert_true(loop_monotonic_us() - from >= 1900000);
    pass(&s, 2100); /* only one was held back */
    assert_false(phone_wait(&thief, 10));
    /* From the same address, but registered from its port before. */
    assert_int_equal(phone_register(&anna, 600, true, 2000), 200);
    assert_int_equal(registrar_bindings(s.r), 1);
    /* One that is held back when all ends. */
    (void)phone_register(&thief, 600, true, 20);
    phone_close(&anna);
    phone_close(&thief);
    stop(&s);
}

/* Who says that he is at another's address (UDP) has no nonce of it: he does
 * not shut its telephones out, and learns nothing about passwords. */
static void test_forged_addresses_shut_nobody_out(void **state)
{
    (void)state;
    struct scene s;
    struct phone anna, thief;
    start(&s);
    phone_open(&thief, &s.p, s.port, false, "anna", "guess");
    assert_int_equal(phone_register(&thief, 600, false, 2000), 401);
    for (int i = 0; i < 3 * REGISTRAR_GUARD_FAILURES; ++i) {
        thief.password = i % 2 ? "secret" : "guess";
        thief.c.nonce[20] = thief.c.nonce[20] == 'x' ? 'y' : 'x';
        assert_int_equal(phone_register(&thief, 600, true, 2000), 401);
        assert_true(thief.c.stale); /* right or wrong */
    }
    assert_int_equal(s.warnings, 0);
    phone_open(&anna, &s.p, s.port, false, "anna", "secret");
    assert_int_equal(phone_login(&anna, 600), 200);
    phone_close(&anna);
    phone_close(&thief);
    stop(&s);
}

static void test_expires(void **state)
{
    (void)state;
    struct scene s;
    struct phone f;
    struct registrar_target t;
    start_with(&s, &(struct registrar_config){.expires_min_s = 2,
                                              .expires_max_s = 100});
    phone_open(&f, &s.p, s.port, false, "anna", "secret");
    assert_int_equal(phone_login(&f, 1), 423);
    assert_string_equal(phone_header(&f, "Min-Expires"), "2");
    assert_int_equal(registrar_bindings(s.r), 0);
    assert_int_equal(phone_register(&f, 86400, true, 2000), 200);
    assert_non_null(strstr(phone_header(&f, "Contact"), ";expires=100"));
    assert_int_equal(phone_register(&f, -1, true, 2000), 200);
    assert_non_null(strstr(phone_header(&f, "Contact"), ";expires=100"));
    f.contact = "Contact: <sip:anna@10.9.8.7:5999>;expires=2\r\n";
    assert_int_equal(phone_register(&f, 86400, true, 2000), 200);
    assert_non_null(strstr(phone_header(&f, "Contact"), ";expires=2"));
    pass(&s, 1500);
    assert_true(registrar_find(s.r, "anna", &t));
    assert_int_equal(s.told, 1); /* renewing is no news */
    assert_int_equal(phone_register(&f, 86400, true, 2000), 200);
    pass(&s, 1500);
    assert_true(registrar_find(s.r, "anna", &t)); /* renewed in time */
    pass(&s, 700);
    assert_false(registrar_find(s.r, "anna", &t));
    assert_int_equal(s.told, 2);
    assert_string_equal(s.where, "");
    phone_close(&f);
    stop(&s);
}

static void test_removal_and_odd_contacts(void **state)
{
    (void)state;
    struct scene s;
    struct phone f;
    struct registrar_target t;
    start(&s);
    phone_open(&f, &s.p, s.port, false, "anna", "secret");
    assert_int_equal(phone_login(&f, 600), 200);
    f.contact = ""; /* only asks */
    assert_int_equal(phone_register(&f, -1, true, 2000), 200);
    assert_non_null(strstr(phone_header(&f, "Contact"), "10.9.8.7"));
    f.contact = "Contact: <sip:other@10.9.8.7>;expires=0\r\n";
    assert_int_equal(phone_register(&f, -1, true, 2000), 200);
    assert_int_equal(registrar_bindings(s.r), 1);
    f.contact = "Contact: <sip:anna@10.9.8.7:5999>;expires=0\r\n";
    assert_int_equal(phone_register(&f, -1, true, 2000), 200);
    assert_null(phone_header(&f, "Contact"));
    assert_int_equal(registrar_bindings(s.r), 0);
    static const char *const bad[] = {
        "Contact: *\r\n", /* without Expires: 0 */
        "Contact: *\r\nContact: <sip:a@10.0.0.1>\r\n",
        "Contact: <sips:a@10.0.0.1>\r\n",
        "Contact: <tel:+123>\r\n",
        "Contact: <sip:a@10.0.0.1\r\n",
        "Contact: <sip:a b@10.0.0.1>\r\n",
        "Contact: ,,,\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        f.contact = bad[i];
        assert_int_equal(phone_register(&f, 600, true, 2000), 400);
    }
    f.contact = "Contact: <sip:a@10.0.0.1>;q=0.2, <sip:b@10.0.0.1>;q=0.9, "
                "<sip:c@10.0.0.1>;q=0.9\r\n";
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    assert_true(registrar_find(s.r, "anna", &t));
    assert_string_equal(t.contact, "sip:b@10.0.0.1");
    f.seq += 10;
    f.contact = "Contact: <sip:b@10.0.0.1>;expires=0\r\n"
                "Contact: <sip:new@10.0.0.2>\r\n";
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    assert_true(registrar_find(s.r, "anna", &t));
    assert_string_equal(t.contact, "sip:new@10.0.0.2");
    f.seq -= 5; /* an older request that comes late */
    assert_int_equal(phone_register(&f, 600, true, 2000), 500);
    f.seq += 5;
    f.extra = "Require: path\r\n";
    assert_int_equal(phone_register(&f, 600, true, 2000), 420);
    assert_string_equal(phone_header(&f, "Unsupported"), "path");
    f.extra = "";
    f.contact = "Contact: *\r\n";
    assert_int_equal(phone_register(&f, 0, true, 2000), 200);
    assert_int_equal(registrar_bindings(s.r), 0);
    phone_close(&f);
    stop(&s);
}

static void test_nonces_are_good_once_and_not_for_ever(void **state)
{
    (void)state;
    struct scene s;
    struct phone f, twin;
    start_with(&s, &(struct registrar_config){.nonce_s = 1});
    phone_open(&f, &s.p, s.port, false, "anna", "secret");
    phone_open(&twin, &s.p, s.port, false, "anna", "secret");
    assert_int_equal(phone_login(&f, 600), 200);
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    f.nc = 0; /* a digest that was heard on the wire */
    assert_int_equal(phone_register(&f, 600, true, 2000), 401);
    assert_true(f.c.stale);
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    struct digest_challenge kept = f.c;
    pass(&s, 1100);
    f.nc = 7;
    assert_int_equal(phone_register(&f, 600, true, 2000), 401);
    assert_true(f.c.stale);
    /* Two telephones of one name ask each other's nonces away, not more. */
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    assert_int_equal(phone_login(&twin, 600), 200);
    assert_int_equal(phone_register(&f, 600, true, 2000), 401);
    assert_true(f.c.stale);
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    f.c = kept; /* a nonce that is not ours, right password: stale */
    f.c.nonce[3] ^= 1;
    assert_int_equal(phone_register(&f, 600, true, 2000), 401);
    assert_true(f.c.stale);
    f.password = "no"; /* and a wrong one is not told that it was stale */
    f.c = kept;
    assert_int_equal(phone_register(&f, 600, true, 2000), 401);
    assert_false(f.c.stale);
    f.password = "secret";
    f.no_qop = true; /* RFC 2069 */
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    assert_int_equal(phone_register(&f, 600, true, 2000), 401);
    assert_int_equal(registrar_bindings(s.r), 1);
    phone_close(&f);
    phone_close(&twin);
    stop(&s);
}

static void test_sha256_when_wanted(void **state)
{
    (void)state;
    struct scene s;
    struct phone f;
    start_with(&s, &(struct registrar_config){.sha256 = true});
    phone_open(&f, &s.p, s.port, false, "anna", "secret");
    assert_int_equal(phone_register(&f, 600, false, 2000), 401);
    assert_int_equal(f.c.algorithm, DIGEST_SHA256); /* stands first */
    assert_non_null(strstr(f.in, "algorithm=MD5"));
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    f.c.algorithm = DIGEST_MD5;
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    phone_close(&f);
    phone_open(&f, &s.p, s.port, false, "bob", "word"); /* has MD5 only */
    assert_int_equal(phone_login(&f, 600), 401);
    /* A hash that is not there is not the empty one. */
    char ha2[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX], line[1024];
    digest_hash_hex(DIGEST_SHA256, (const char *[]){"REGISTER", "sip:x"}, 2,
                    ha2);
    digest_hash_hex(
        DIGEST_SHA256,
        (const char *[]){"", f.c.nonce, "00000001", "c", "auth", ha2}, 6,
        response);
    (void)snprintf(line, sizeof line,
                   "Authorization: Digest username=\"bob\", realm=\"telemark\""
                   ", nonce=\"%s\", uri=\"sip:x\", response=\"%s\", "
                   "algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"c\"\r\n",
                   f.c.nonce, response);
    f.extra = line;
    assert_int_equal(phone_register(&f, 600, false, 2000), 401);
    f.extra = "";
    f.c.algorithm = DIGEST_MD5;
    assert_int_equal(phone_register(&f, 600, true, 2000), 200);
    phone_close(&f);
    stop(&s);
}

static void test_accounts_change_while_running(void **state)
{
    (void)state;
    struct scene s;
    struct phone anna, bob;
    struct registrar_target t;
    struct err e = {0};
    start(&s);
    phone_open(&anna, &s.p, s.port, false, "anna", "secret");
    phone_open(&bob, &s.p, s.port, true, "bob", "word");
    assert_int_equal(phone_login(&anna, 600), 200);
    assert_int_equal(phone_login(&bob, 600), 200);
    assert_true(registrar_find(s.r, "bob", &t));
    assert_non_null(strstr(t.flow, ";transport=tcp"));
    pass(&s, 20);
    assert_int_equal(s.told, 2);
    accounts(&s, "secret", "word"); /* the same again */
    pass(&s, 20);
    assert_int_equal(s.told, 2);
    assert_int_equal(registrar_bindings(s.r), 2);
    accounts(&s, "secret", "changed");
    assert_int_equal(s.told, 2); /* not inside the call */
    assert_false(registrar_find(s.r, "bob", &t));
    pass(&s, 20);
    assert_int_equal(s.told, 3);
    assert_string_equal(s.user, "bob");
    assert_true(registrar_find(s.r, "anna", &t));
    static const struct registrar_account bad[] = {
        {"a b", "00000000000000000000000000000000", NULL},
        {"", "00000000000000000000000000000000", NULL},
        {"x", "0000000000000000000000000000000", NULL},
        {"x", "0000000000000000000000000000000g", NULL},
        {"x", NULL, NULL},
        {"x", "00000000000000000000000000000000", "12"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        assert_int_equal(registrar_set(s.r, &bad[i], 1, &e), TM_EINVAL);
        assert_true(e.text[0] != '\0');
    }
    struct registrar_account twice[] = {{"x", bad[0].ha1, NULL},
                                        {"y", bad[0].ha1, NULL},
                                        {"x", bad[0].ha1, NULL}};
    assert_int_equal(registrar_set(s.r, twice, 3, &e), TM_EINVAL);
    assert_true(registrar_find(s.r, "anna", &t)); /* the old table stays */
    accounts(&s, NULL, NULL);
    assert_int_equal(registrar_bindings(s.r), 0);
    assert_int_equal(phone_register(&anna, 600, true, 2000), 401);
    phone_close(&anna);
    phone_close(&bob);
    stop(&s);
}

static void test_bad_configurations(void **state)
{
    (void)state;
    struct scene s;
    struct err e = {0};
    struct registrar *r = NULL;
    start(&s);
    struct registrar_config c = {.realm = "a\"b"};
    assert_int_equal(registrar_new(&r, s.p.b, &c, &e), TM_EINVAL);
    c.realm = "x\r\ny";
    assert_int_equal(registrar_new(&r, s.p.b, &c, &e), TM_EINVAL);
    c = (struct registrar_config){.expires_min_s = 60, .expires_max_s = 50};
    assert_int_equal(registrar_new(&r, s.p.b, &c, &e), TM_EINVAL);
    stop(&s);
}

static void test_guard(void **state)
{
    (void)state;
    static struct registrar_guard g;
    static const uint8_t secret[REGISTRAR_GUARD_SECRET] = {1, 2, 3};
    char nonce[REGISTRAR_GUARD_NONCE_MAX];
    int64_t made = 0;
    registrar_guard_init(&g, secret, 300);
    uint8_t a[16] = {10, 0, 0, 1}, v6[16] = {10, 0, 0, 1};
    const struct registrar_guard_peer at = {a, 4}, at6 = {v6, 16};
    registrar_guard_nonce(&g, at, 5000000, nonce);
    assert_int_equal(registrar_guard_check(&g, at, nonce, 304999999, &made),
                     REGISTRAR_GUARD_FRESH);
    assert_int_equal(made, 5000000);
    assert_int_equal(registrar_guard_check(&g, at, nonce, 305000000, &made),
                     REGISTRAR_GUARD_OLD);
    for (size_t i = 0; nonce[i]; ++i) {
        nonce[i] ^= 1;
        assert_int_equal(registrar_guard_check(&g, at, nonce, 6000000, &made),
                         REGISTRAR_GUARD_FOREIGN);
        nonce[i] ^= 1;
    }
    assert_int_equal(registrar_guard_check(&g, at, "", 0, &made),
                     REGISTRAR_GUARD_FOREIGN);
    /* Good at the address it was given to only. */
    assert_int_equal(registrar_guard_check(&g, at6, nonce, 6000000, &made),
                     REGISTRAR_GUARD_FOREIGN);
    a[3] = 2;
    assert_int_equal(registrar_guard_check(&g, at, nonce, 6000000, &made),
                     REGISTRAR_GUARD_FOREIGN);
    a[3] = 1;
    for (int i = 1; i < REGISTRAR_GUARD_FAILURES; ++i) {
        assert_false(registrar_guard_failed(&g, a, 4, i));
    }
    assert_false(registrar_guard_blocked(&g, a, 4, 10));
    assert_true(registrar_guard_failed(&g, a, 4, 10));
    assert_true(registrar_guard_blocked(&g, a, 4, 11));
    assert_false(registrar_guard_blocked(&g, v6, 16, 11));
    assert_true(registrar_guard_blocked(&g, a, 4, 60000009));
    assert_false(registrar_guard_blocked(&g, a, 4, 60000010));
    assert_false(registrar_guard_failed(&g, a, 4, 60000010)); /* anew */
    for (int i = 0; i < 9; ++i) { /* one network of IPv6 */
        v6[9] = (uint8_t)i;
        assert_false(registrar_guard_failed(&g, v6, 16, 70000000 + i));
    }
    assert_true(registrar_guard_failed(&g, v6, 16, 70000010));
    /* More addresses than there are places: the newest are known. */
    for (uint32_t i = 0; i < 3 * REGISTRAR_GUARD_ADDRESSES; ++i) {
        memcpy(a, &i, 4);
        for (int k = 0; k < REGISTRAR_GUARD_FAILURES; ++k) {
            (void)registrar_guard_failed(&g, a, 4, 80000000 + i);
        }
        assert_true(registrar_guard_blocked(&g, a, 4, 80000000 + i));
    }
    assert_false(registrar_guard_blocked(&g, v6, 16, 80000000));
}

/* REGISTERs with bytes changed, cut and doubled, and plain garbage: nothing
 * breaks, nobody is registered who should not be, and who should be is. */
static void test_garbage(void **state)
{
    (void)state;
    struct scene s;
    struct phone anna, noise;
    uint64_t seed = (uint64_t)time(NULL);
    const char *given = getenv("TM_SEED");
    seed = given ? strtoull(given, NULL, 10) : seed;
    print_message("seed %llu (TM_SEED=)\n", (unsigned long long)seed);
    struct rng rng;
    rng_init(&rng, seed, "registrar");
    start(&s);
    phone_open(&anna, &s.p, s.port, false, "anna", "secret");
    phone_open(&noise, &s.p, s.port, false, "bob", "guess");
    assert_int_equal(phone_login(&anna, 600), 200);
    assert_int_equal(phone_register(&noise, 600, false, 2000), 401);
    struct buf b;
    buf_init(&b, PHONE_TEXT_MAX);
    for (int i = 0; i < 3000; ++i) {
        buf_clear(&b);
        buf_addf(&b,
                 "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP "
                 "127.0.0.1:%u;branch=z9hG4bK%d;rport\r\nFrom: <sip:bob@x>"
                 ";tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: n%d\r\nCSeq: %d "
                 "REGISTER\r\nContact: <sip:bob@127.0.0.1>;expires=60;q=0.5, "
                 "*\r\nExpires: 60\r\nAuthorization: Digest username=\"bob\", "
                 "realm=\"telemark\", nonce=\"%s\", uri=\"sip:x\", response="
                 "\"0123456789abcdef0123456789abcdef\", algorithm=MD5, "
                 "qop=auth, nc=00000001, cnonce=\"c\", opaque=\"o\"\r\n"
                 "Content-Length: 0\r\n\r\n",
                 noise.port, i, i, i + 1, noise.c.nonce);
        size_t n = b.n;
        unsigned changes = (unsigned)rng_below(&rng, 12);
        for (unsigned k = 0; k < changes; ++k) {
            size_t at = (size_t)rng_below(&rng, n);
            switch (rng_below(&rng, 4)) {
            case 0: b.p[at] = (char)rng_below(&rng, 256); break;
            case 1: b.p[at] = "\r\n\",;:<>=*\0 "[rng_below(&rng, 12)]; break;
            case 2: n = at + 1; break;
            default: memmove(b.p + at, b.p + at / 2, n - at); break;
            }
        }
        phone_send(&noise, b.p, n);
        if (i % 20 == 0) {
            pass(&s, 1);
        }
    }
    buf_fini(&b);
    pass(&s, 100);
    assert_int_equal(registrar_bindings(s.r), 1);
    assert_int_equal(sip_stack_dialogs(s.p.a), 0);
    assert_int_equal(phone_register(&anna, 600, true, 2000), 200);
    phone_close(&anna);
    phone_close(&noise);
    stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers_and_is_found_behind_nat),
        cmocka_unit_test(test_contact_counts_when_no_rport_and_no_nat),
        cmocka_unit_test(test_wrong_and_unknown_are_answered_alike),
        cmocka_unit_test(test_guessers_are_refused_late_others_stay),
        cmocka_unit_test(test_forged_addresses_shut_nobody_out),
        cmocka_unit_test(test_expires),
        cmocka_unit_test(test_removal_and_odd_contacts),
        cmocka_unit_test(test_nonces_are_good_once_and_not_for_ever),
        cmocka_unit_test(test_sha256_when_wanted),
        cmocka_unit_test(test_accounts_change_while_running),
        cmocka_unit_test(test_bad_configurations),
        cmocka_unit_test(test_guard),
        cmocka_unit_test(test_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

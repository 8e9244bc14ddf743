/* Vectors of RFC 2617 3.5, RFC 7616 3.9.1 and RFC 2069's form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tel/digest.h"

static void check(const char *challenge, const struct digest_input *in,
                  const char *response)
{
    struct digest_challenge c;
    struct buf b;
    char want[128];
    assert_true(digest_read(str_of(challenge), &c));
    buf_init(&b, 4096);
    digest_answer(&c, in, &b);
    assert_false(b.failed);
    (void)snprintf(want, sizeof want, "response=\"%s\"", response);
    if (!strstr(b.p, want)) {
        fail_msg("%s lacks %s", b.p, want);
    }
    buf_fini(&b);
}

static void test_vectors(void **state)
{
    (void)state;
    struct digest_input in = {
        .user = "Mufasa",
        .password = "Circle Of Life",
        .method = "GET",
        .uri = "/dir/index.html",
        .count = 1,
        .cnonce = "0a4f113b",
    };
    check("Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "
          "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
          "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
          &in, "6629fae49393a05397450978507c4ef1");
    /* The same without qop, as RFC 2069 has it. */
    check("Digest realm=\"testrealm@host.com\", "
          "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
          &in, "670fd8c2df070c60b045671b8b24ff02");
    in.password = "Circle of Life";
    in.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    check("Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
          "algorithm=MD5, "
          "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
          "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
          &in, "8ca523f5e9506fed4657c9700eebdbec");
    check("Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
          "algorithm=SHA-256, "
          "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
          "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
          &in,
          "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

static void test_refused_challenges(void **state)
{
    (void)state;
    struct digest_challenge c;
    static const char *const bad[] = {
        "",
        "Digest",
        "Basic realm=\"x\"",
        "Digest realm=\"x\"",
        "Digest nonce=\"x\"",
        "Digest realm=\"x\", nonce=\"y\", algorithm=SHA-512-256",
        "Digest realm=\"x\", nonce=\"y\", qop=\"auth-int\"",
        "Digest realm=\"x, nonce=y",
        "Digest realm=\"x\", nonce=\"a\r\nX: y\"",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        if (digest_read(str_of(bad[i]), &c)) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    char long_one[512] = "Digest realm=\"x\", nonce=\"";
    memset(long_one + strlen(long_one), 'a', 300);
    (void)memcpy(long_one + strlen(long_one), "\"", 2);
    assert_false(digest_read(str_of(long_one), &c));
    assert_true(digest_read(
        str_of("digest Nonce = \"a,b\" , realm=\"q\\\"r\",stale=TRUE"), &c));
    assert_string_equal(c.nonce, "a,b");
    assert_true(c.stale);
    assert_false(c.auth);
}

static void test_better(void **state)
{
    (void)state;
    struct digest_challenge md5 = {.algorithm = DIGEST_MD5};
    struct digest_challenge sha = {.algorithm = DIGEST_SHA256};
    assert_true(digest_better(&sha, &md5));
    assert_false(digest_better(&md5, &sha));
    assert_false(digest_better(&md5, &md5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_refused_challenges),
        cmocka_unit_test(test_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

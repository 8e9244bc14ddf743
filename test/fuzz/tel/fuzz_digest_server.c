/* What telephones answer to our challenges: read into bounded fields, never
 * right with a hash that nobody gave, and right when made with ours. */
#include <string.h>

#include "fuzz.h"
#include "tel/digest_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct digest_answer a;
    char ha1[DIGEST_HEX_MAX];
    struct buf b;

    if (!digest_server_read(str_range((const char *)data, n), &a))
        return 0;
    tm_assert(a.algorithm != DIGEST_UNKNOWN);
    tm_assert(memchr(a.user, 0, sizeof a.user) != NULL);
    tm_assert(memchr(a.uri, 0, sizeof a.uri) != NULL);
    tm_assert(strlen(a.response) == (a.algorithm == DIGEST_SHA256 ? 64u : 32u));
    tm_assert((a.count > 0) == (a.nc[0] != '\0'));
    tm_assert(!digest_server_right(&a, "", "REGISTER"));
    /* The client's half, with what was read, must be right. */
    struct digest_challenge c = {
        .algorithm = a.algorithm, .auth = true, .algorithm_said = true};
    (void)str_copy(c.realm, sizeof c.realm, str_of(a.realm));
    (void)str_copy(c.nonce, sizeof c.nonce, str_of(a.nonce));
    const struct digest_input in = {.user = "anna",
                                    .password = "secret",
                                    .method = "REGISTER",
                                    .uri = "sip:example.net",
                                    .count = a.count ? a.count : 1,
                                    .cnonce = "c"};
    digest_server_ha1(a.algorithm, "anna", c.realm, "secret", ha1);
    buf_init(&b, 8192);
    digest_answer(&c, &in, &b);
    tm_assert(!b.failed);
    /* Escapes stand as they were read, and a quote may stand in a value without
     * quotes: those are another text when they are quoted again. */
    if (!strpbrk(c.realm, "\\\"") && !strpbrk(c.nonce, "\\\"")) {
        tm_assert(digest_server_read(buf_slice(&b), &a));
        tm_assert(digest_server_right(&a, ha1, "REGISTER"));
        tm_assert(!digest_server_right(&a, ha1, "INVITE"));
    }
    buf_fini(&b);
    return 0;
}

/* Challenges of trunks; an answer must be one line without control
 * characters, whatever the challenge says. */
#include <string.h>

#include "fuzz.h"
#include "tel/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct digest_input in = {.user = "telemark",
                                    .password = "secret",
                                    .method = "INVITE",
                                    .uri = "sip:+12125550123@example.net",
                                    .count = 1,
                                    .cnonce = "0123456789abcdef"};
    struct digest_challenge c;
    struct buf b;

    if (!digest_read(str_range((const char *)data, n), &c))
        return 0;
    tm_assert(c.algorithm != DIGEST_UNKNOWN);
    tm_assert(memchr(c.realm, 0, sizeof c.realm) != NULL);
    tm_assert(memchr(c.nonce, 0, sizeof c.nonce) != NULL);
    tm_assert(!digest_better(&c, &c));
    buf_init(&b, 8192);
    digest_answer(&c, &in, &b);
    tm_assert(!b.failed);
    tm_assert(str_starts(buf_slice(&b), "Digest "));
    for (size_t i = 0; i < b.n; i++)
        tm_assert(b.p[i] != '\r' && b.p[i] != '\n' && b.p[i] != '\0');
    buf_fini(&b);
    return 0;
}

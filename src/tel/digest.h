/*
 * HTTP digest for SIP clients (RFC 8760, RFC 7616, RFC 2617): MD5 and
 * SHA-256, qop "auth" or none. libre's own client knows MD5 only and fails
 * when a better challenge stands beside it. Pure, but for the client nonce
 * that the caller hands in.
 */
#ifndef TEL_DIGEST_H
#define TEL_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum digest_algorithm {
    DIGEST_UNKNOWN,
    DIGEST_MD5,
    DIGEST_SHA256,
};

enum { DIGEST_FIELD_MAX = 160 };

/* A challenge, copied out of the message. */
struct digest_challenge {
    enum digest_algorithm algorithm;
    char realm[DIGEST_FIELD_MAX];
    char nonce[DIGEST_FIELD_MAX];
    char opaque[DIGEST_FIELD_MAX];
    bool auth; /* qop=auth is offered: use it */
    bool stale;
    bool algorithm_said; /* repeat it in the answer */
};

struct digest_input {
    const char *user;
    const char *password;
    const char *method;
    const char *uri;
    uint32_t count;     /* of uses of this nonce, from 1 */
    const char *cnonce; /* hex text of our own */
};

/* Reads the value of a WWW-Authenticate or Proxy-Authenticate header. False:
 * not Digest, malformed, too long, or nothing we can answer (unknown
 * algorithm, only qop=auth-int). */
bool digest_read(struct slice value, struct digest_challenge *out);

/* True when a should be answered rather than b. */
bool digest_better(const struct digest_challenge *a,
                   const struct digest_challenge *b);

/* Appends "Digest username=..." (no header name, no CRLF). */
void digest_answer(const struct digest_challenge *c,
                   const struct digest_input *in, struct buf *out);

#endif

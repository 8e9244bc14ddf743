/*
 * The server's half of HTTP digest (RFC 7616, RFC 2617): reads what a client
 * answered to a challenge and says whether it knows the password. Pure.
 */
#ifndef TEL_DIGEST_SERVER_H
#define TEL_DIGEST_SERVER_H

#include "tel/digest.h"

enum { DIGEST_HEX_MAX = 2 * 32 + 1 };

/* Of an Authorization header, copied out of the message. */
struct digest_answer {
    enum digest_algorithm algorithm;
    char user[DIGEST_FIELD_MAX];
    char realm[DIGEST_FIELD_MAX];
    char nonce[DIGEST_FIELD_MAX];
    char uri[2 * DIGEST_FIELD_MAX];
    char response[DIGEST_HEX_MAX];
    char cnonce[DIGEST_FIELD_MAX];
    char opaque[DIGEST_FIELD_MAX];
    char nc[9];     /* 8 hex digits, "" without qop */
    uint32_t count; /* nc as a number; 0 without qop */
};

/* False: not Digest, malformed, too long, a part is missing, qop=auth-int or
 * an algorithm we do not know. */
bool digest_server_read(struct slice value, struct digest_answer *out);

/* True when the answer was made with the password of ha1 (hex, of the
 * answer's algorithm) for a request of method. Takes the same time whether
 * right or wrong. */
bool digest_server_right(const struct digest_answer *a, const char *ha1,
                         const char *method);

/* The hash of an account: user:realm:password, in hex. */
void digest_server_ha1(enum digest_algorithm algorithm, const char *user,
                       const char *realm, const char *password,
                       char out[DIGEST_HEX_MAX]);

#endif

#include "tel/digest_server.h"

#include <openssl/crypto.h>
#include <string.h>

#include "tel/digest_priv.h"

/* nc is 8 hex digits exactly (RFC 7616, 3.4). */
static bool count_read(struct slice v, struct digest_answer *a)
{
    uint32_t n = 0;
    if (v.n != 8) {
        return false;
    }
    for (size_t i = 0; i < v.n; ++i) {
        const char *digits = "0123456789abcdef";
        char c = v.p[i];
        if (c >= 'A' && c <= 'F') {
            c = (char)(c - 'A' + 'a');
        }
        const char *at = c ? strchr(digits, c) : NULL;
        if (!at) {
            return false;
        }
        n = n << 4 | (uint32_t)(at - digits);
    }
    (void)str_copy(a->nc, sizeof a->nc, v);
    a->count = n;
    return n > 0;
}

/* True also for a parameter that is not ours to read. */
static bool param_take(struct digest_answer *a, struct slice name,
                       struct slice v)
{
    const struct {
        const char *name;
        char *dst;
        size_t cap;
    } text[] = {
        {"username", a->user, sizeof a->user},
        {"realm", a->realm, sizeof a->realm},
        {"nonce", a->nonce, sizeof a->nonce},
        {"uri", a->uri, sizeof a->uri},
        {"response", a->response, sizeof a->response},
        {"cnonce", a->cnonce, sizeof a->cnonce},
        {"opaque", a->opaque, sizeof a->opaque},
    };
    for (size_t i = 0; i < tm_array_len(text); ++i) {
        if (str_eq_nocase(name, text[i].name)) {
            return digest_field_set(text[i].dst, text[i].cap, v);
        }
    }
    if (str_eq_nocase(name, "nc")) {
        return count_read(v, a);
    }
    if (str_eq_nocase(name, "algorithm")) {
        a->algorithm = digest_algorithm_of(v);
        return a->algorithm != DIGEST_UNKNOWN;
    }
    return true;
}

bool digest_server_read(struct slice value, struct digest_answer *out)
{
    struct digest_answer a = {.algorithm = DIGEST_MD5};
    struct slice s = value, name, v;
    bool auth = false;
    if (!digest_scheme(&s)) {
        return false;
    }
    while (digest_param_next(&s, &name, &v)) {
        if (str_eq_nocase(name, "qop")) {
            auth = true;
            if (!str_eq_nocase(v, "auth")) {
                return false;
            }
        } else if (!param_take(&a, name, v)) {
            return false;
        }
    }
    size_t hex = a.algorithm == DIGEST_SHA256 ? 64 : 32;
    if (!a.user[0] || !a.realm[0] || !a.nonce[0] || !a.uri[0] ||
        strlen(a.response) != hex || auth != (a.count > 0) ||
        (auth && !a.cnonce[0])) {
        return false;
    }
    *out = a;
    return true;
}

bool digest_server_right(const struct digest_answer *a, const char *ha1,
                         const char *method)
{
    tm_assert(a->algorithm != DIGEST_UNKNOWN && ha1 != NULL);
    char ha2[DIGEST_HEX_MAX], want[DIGEST_HEX_MAX], got[DIGEST_HEX_MAX];
    digest_hash_hex(a->algorithm, (const char *[]){method, a->uri}, 2, ha2);
    if (a->count > 0) {
        const char *part[] = {ha1, a->nonce, a->nc, a->cnonce, "auth", ha2};
        digest_hash_hex(a->algorithm, part, 6, want);
    } else {
        digest_hash_hex(a->algorithm, (const char *[]){ha1, a->nonce, ha2}, 3,
                        want);
    }
    size_t n = strlen(want);
    memset(got, 0, sizeof got);
    for (size_t i = 0; i < n && a->response[i]; ++i) {
        char c = a->response[i];
        got[i] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    }
    return strlen(a->response) == n && CRYPTO_memcmp(want, got, n) == 0;
}

void digest_server_ha1(enum digest_algorithm algorithm, const char *user,
                       const char *realm, const char *password,
                       char out[DIGEST_HEX_MAX])
{
    tm_assert(algorithm != DIGEST_UNKNOWN);
    digest_hash_hex(algorithm, (const char *[]){user, realm, password}, 3, out);
}

#include "tel/digest.h"

#include <openssl/evp.h>
#include <string.h>

#include "tel/digest_priv.h"

/* Values in double quotes keep their text, backslashes as they stand (RFC 7616
 * compares the unprocessed text). */
bool digest_param_next(struct slice *s, struct slice *name, struct slice *value)
{
    *s = str_trim(*s);
    while (s->n > 0 && (*s->p == ',' || *s->p == ' ')) {
        *s = str_trim(str_range(s->p + 1, s->n - 1));
    }
    size_t eq = 0;
    while (eq < s->n && s->p[eq] != '=' && s->p[eq] != ',') {
        ++eq;
    }
    if (eq == 0 || eq >= s->n || s->p[eq] != '=') {
        return false;
    }
    *name = str_trim(str_range(s->p, eq));
    struct slice rest = str_trim(str_range(s->p + eq + 1, s->n - eq - 1));
    size_t end = 0;
    if (rest.n > 0 && rest.p[0] == '"') {
        end = 1;
        while (end < rest.n && rest.p[end] != '"') {
            end += rest.p[end] == '\\' ? 2 : 1;
        }
        if (end >= rest.n) {
            return false;
        }
        *value = str_range(rest.p + 1, end - 1);
        ++end;
    } else {
        while (end < rest.n && rest.p[end] != ',') {
            ++end;
        }
        *value = str_trim(str_range(rest.p, end));
    }
    *s = str_range(rest.p + end, rest.n - end);
    return true;
}

bool digest_field_set(char *dst, size_t cap, struct slice v)
{
    if (v.n >= cap || memchr(v.p, '\0', v.n) || memchr(v.p, '\r', v.n) ||
        memchr(v.p, '\n', v.n)) {
        return false;
    }
    (void)str_copy(dst, cap, v);
    return true;
}

enum digest_algorithm digest_algorithm_of(struct slice v)
{
    if (str_eq_nocase(v, "MD5")) {
        return DIGEST_MD5;
    }
    return str_eq_nocase(v, "SHA-256") ? DIGEST_SHA256 : DIGEST_UNKNOWN;
}

static bool has_auth(struct slice list)
{
    while (list.n > 0) {
        struct slice rest;
        struct slice one = str_trim(str_cut(list, ',', &rest));
        if (str_eq_nocase(one, "auth")) {
            return true;
        }
        list = rest;
    }
    return false;
}

bool digest_scheme(struct slice *s)
{
    *s = str_trim(*s);
    if (s->n < 7 || !str_eq_nocase(str_range(s->p, 6), "digest") ||
        (s->p[6] != ' ' && s->p[6] != '\t')) {
        return false;
    }
    *s = str_range(s->p + 7, s->n - 7);
    return true;
}

bool digest_read(struct slice value, struct digest_challenge *out)
{
    struct digest_challenge c = {.algorithm = DIGEST_MD5};
    bool qop = false, nonce = false, realm = false, fits = true;
    struct slice s = value, name, v;
    if (!digest_scheme(&s)) {
        return false;
    }
    while (fits && digest_param_next(&s, &name, &v)) {
        if (str_eq_nocase(name, "realm")) {
            realm = fits = digest_field_set(c.realm, sizeof c.realm, v);
        } else if (str_eq_nocase(name, "nonce")) {
            nonce = fits = digest_field_set(c.nonce, sizeof c.nonce, v);
        } else if (str_eq_nocase(name, "opaque")) {
            fits = digest_field_set(c.opaque, sizeof c.opaque, v);
        } else if (str_eq_nocase(name, "algorithm")) {
            c.algorithm = digest_algorithm_of(v);
            c.algorithm_said = true;
        } else if (str_eq_nocase(name, "stale")) {
            c.stale = str_eq_nocase(v, "true");
        } else if (str_eq_nocase(name, "qop")) {
            qop = true;
            c.auth = has_auth(v);
        }
    }
    if (!fits || !realm || !nonce || c.algorithm == DIGEST_UNKNOWN ||
        (qop && !c.auth)) {
        return false;
    }
    *out = c;
    return true;
}

bool digest_better(const struct digest_challenge *a,
                   const struct digest_challenge *b)
{
    tm_assert(a != NULL && b != NULL);
    return a->algorithm > b->algorithm;
}

void digest_hash_hex(enum digest_algorithm algorithm, const char *const *part,
                     size_t parts, char out[DIGEST_HEX_MAX])
{
    static const char digit[] = "0123456789abcdef";
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    tm_assert(ctx != NULL);
    int ok = EVP_DigestInit_ex(
        ctx, algorithm == DIGEST_SHA256 ? EVP_sha256() : EVP_md5(), NULL);
    for (size_t i = 0; i < parts; ++i) {
        if (i > 0) {
            ok &= EVP_DigestUpdate(ctx, ":", 1);
        }
        ok &= EVP_DigestUpdate(ctx, part[i], strlen(part[i]));
    }
    ok &= EVP_DigestFinal_ex(ctx, md, &len);
    EVP_MD_CTX_free(ctx);
    tm_assert(ok == 1 && len <= 32);
    for (unsigned i = 0; i < len; ++i) {
        out[2 * i] = digit[md[i] >> 4];
        out[2 * i + 1] = digit[md[i] & 15];
    }
    out[2 * len] = '\0';
}

static void quoted(struct buf *out, const char *name, const char *value)
{
    buf_addf(out, ", %s=\"", name);
    buf_add_str(out, value);
    buf_add_char(out, '"');
}

/* User names come from our own configuration: quotes are escaped. */
static void user_quoted(struct buf *out, const char *user)
{
    for (const char *p = user; *p; ++p) {
        if (*p == '"' || *p == '\\') {
            buf_add_char(out, '\\');
        }
        buf_add_char(out, *p);
    }
}

void digest_answer(const struct digest_challenge *c,
                   const struct digest_input *in, struct buf *out)
{
    tm_assert(c->algorithm != DIGEST_UNKNOWN && in->count > 0);
    char ha1[DIGEST_HEX_MAX], ha2[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];
    char nc[9] = "";
    digest_hash_hex(c->algorithm,
                    (const char *[]){in->user, c->realm, in->password}, 3, ha1);
    digest_hash_hex(c->algorithm, (const char *[]){in->method, in->uri}, 2,
                    ha2);
    for (int i = 0; i < 8; ++i) {
        nc[i] = "0123456789abcdef"[(in->count >> (28 - 4 * i)) & 15];
    }
    if (c->auth) {
        const char *part[] = {ha1, c->nonce, nc, in->cnonce, "auth", ha2};
        digest_hash_hex(c->algorithm, part, 6, response);
    } else {
        digest_hash_hex(c->algorithm, (const char *[]){ha1, c->nonce, ha2}, 3,
                        response);
    }
    buf_add_str(out, "Digest username=\"");
    user_quoted(out, in->user);
    buf_add_char(out, '"');
    quoted(out, "realm", c->realm);
    quoted(out, "nonce", c->nonce);
    quoted(out, "uri", in->uri);
    quoted(out, "response", response);
    if (c->algorithm_said) {
        buf_addf(out, ", algorithm=%s",
                 c->algorithm == DIGEST_SHA256 ? "SHA-256" : "MD5");
    }
    if (c->opaque[0]) {
        quoted(out, "opaque", c->opaque);
    }
    if (c->auth) {
        buf_addf(out, ", qop=auth, nc=%s", nc);
        quoted(out, "cnonce", in->cnonce);
    }
}

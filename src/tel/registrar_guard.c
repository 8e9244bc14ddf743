#include "tel/registrar_guard.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

enum { SEAL = 16, TIME_HEX = 16, NONCE_HEX = TIME_HEX + 2 * SEAL };

static const int64_t window_us = REGISTRAR_GUARD_WINDOW_S * INT64_C(1000000);

_Static_assert(NONCE_HEX < (int)REGISTRAR_GUARD_NONCE_MAX, "a nonce fits");

void registrar_guard_init(struct registrar_guard *g,
                          const uint8_t secret[REGISTRAR_GUARD_SECRET],
                          unsigned nonce_s)
{
    tm_assert(nonce_s > 0);
    memset(g, 0, sizeof *g);
    memcpy(g->secret, secret, sizeof g->secret);
    g->nonce_us = (int64_t)nonce_s * 1000000;
}

static void key_of(const uint8_t *address, size_t n,
                   uint8_t key[REGISTRAR_GUARD_ADDRESS_MAX])
{
    tm_assert(n == 4 || n == 16);
    memset(key, 0, REGISTRAR_GUARD_ADDRESS_MAX);
    key[15] = (uint8_t)n; /* no IPv4 address is the start of an IPv6 one */
    memcpy(key, address, n == 4 ? 4 : 8);
}

static void nonce_at(const struct registrar_guard *g,
                     struct registrar_guard_peer to, int64_t us,
                     char out[REGISTRAR_GUARD_NONCE_MAX])
{
    unsigned char md[EVP_MAX_MD_SIZE];
    uint8_t sealed[TIME_HEX + REGISTRAR_GUARD_ADDRESS_MAX];
    unsigned n = 0;
    (void)snprintf(out, REGISTRAR_GUARD_NONCE_MAX, "%016" PRIx64, (uint64_t)us);
    memcpy(sealed, out, TIME_HEX);
    key_of(to.address, to.n, sealed + TIME_HEX);
    const unsigned char *ok =
        HMAC(EVP_sha256(), g->secret, (int)sizeof g->secret, sealed,
             sizeof sealed, md, &n);
    tm_assert(ok != NULL && n >= SEAL);
    for (int i = 0; i < SEAL; ++i) {
        (void)snprintf(out + TIME_HEX + 2 * i, 3, "%02x", md[i]);
    }
}

void registrar_guard_nonce(const struct registrar_guard *g,
                           struct registrar_guard_peer to, int64_t now_us,
                           char out[REGISTRAR_GUARD_NONCE_MAX])
{
    tm_assert(now_us >= 0);
    nonce_at(g, to, now_us, out);
}

enum registrar_guard_verdict
registrar_guard_check(const struct registrar_guard *g,
                      struct registrar_guard_peer from, const char *nonce,
                      int64_t now_us, int64_t *made_us)
{
    char want[REGISTRAR_GUARD_NONCE_MAX];
    uint64_t us = 0;
    if (strlen(nonce) != NONCE_HEX) {
        return REGISTRAR_GUARD_FOREIGN;
    }
    for (int i = 0; i < TIME_HEX; ++i) {
        const char *digits = "0123456789abcdef";
        const char *at = strchr(digits, nonce[i]);
        if (!at) {
            return REGISTRAR_GUARD_FOREIGN;
        }
        us = us << 4 | (uint64_t)(at - digits);
    }
    if (us > INT64_MAX) {
        return REGISTRAR_GUARD_FOREIGN;
    }
    nonce_at(g, from, (int64_t)us, want);
    if (CRYPTO_memcmp(want, nonce, NONCE_HEX) != 0) {
        return REGISTRAR_GUARD_FOREIGN;
    }
    *made_us = (int64_t)us;
    return now_us - (int64_t)us < g->nonce_us ? REGISTRAR_GUARD_FRESH
                                              : REGISTRAR_GUARD_OLD;
}

static size_t place_of(const struct registrar_guard *g, const uint8_t *address,
                       size_t n)
{
    uint8_t key[REGISTRAR_GUARD_ADDRESS_MAX];
    key_of(address, n, key);
    for (size_t i = 0; i < REGISTRAR_GUARD_ADDRESSES; ++i) {
        if (g->source[i].failures > 0 &&
            memcmp(g->source[i].address, key, sizeof key) == 0) {
            return i;
        }
    }
    return REGISTRAR_GUARD_ADDRESSES;
}

/* A free place, or that of the address that has failed longest ago. */
static struct registrar_guard_source *place_new(struct registrar_guard *g)
{
    struct registrar_guard_source *oldest = &g->source[0];
    for (size_t i = 0; i < REGISTRAR_GUARD_ADDRESSES; ++i) {
        struct registrar_guard_source *s = &g->source[i];
        if (s->failures == 0) {
            return s;
        }
        if (s->last_us < oldest->last_us) {
            oldest = s;
        }
    }
    return oldest;
}

bool registrar_guard_failed(struct registrar_guard *g, const uint8_t *address,
                            size_t n, int64_t now_us)
{
    size_t i = place_of(g, address, n);
    struct registrar_guard_source *s = &g->source[i];
    if (i == REGISTRAR_GUARD_ADDRESSES) {
        s = place_new(g);
        memset(s, 0, sizeof *s);
        key_of(address, n, s->address);
        s->first_us = now_us;
    } else if (now_us - s->first_us >= window_us) {
        s->failures = 0;
        s->first_us = now_us;
    }
    bool was = now_us < s->blocked_until_us;
    s->last_us = now_us;
    ++s->failures;
    if (s->failures >= REGISTRAR_GUARD_FAILURES) {
        s->blocked_until_us = now_us + window_us;
    }
    return !was && now_us < s->blocked_until_us;
}

bool registrar_guard_blocked(const struct registrar_guard *g,
                             const uint8_t *address, size_t n, int64_t now_us)
{
    size_t i = place_of(g, address, n);
    return i < REGISTRAR_GUARD_ADDRESSES &&
           now_us < g->source[i].blocked_until_us;
}

unsigned registrar_guard_failures(const struct registrar_guard *g,
                                  const uint8_t *address, size_t n)
{
    size_t i = place_of(g, address, n);
    return i < REGISTRAR_GUARD_ADDRESSES ? g->source[i].failures : 0;
}

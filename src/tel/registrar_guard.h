/*
 * What keeps strangers out of the registrar: nonces that prove themselves, so
 * that none needs to be kept, and a table of addresses that fail.
 *
 * A nonce is its time of making and a keyed hash of it and of the address it
 * was given to: who sends from another's address (UDP proves none) has never
 * seen a nonce of that address, and cannot fail in its name. The table has a
 * fixed size; when it is full the address whose last failure is oldest is
 * forgotten. IPv6 addresses count by their /64. Pure: time is a parameter, in
 * microseconds of any clock that does not go back.
 */
#ifndef TEL_REGISTRAR_GUARD_H
#define TEL_REGISTRAR_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REGISTRAR_GUARD_ADDRESSES = 1024,
    REGISTRAR_GUARD_FAILURES = 10,   /* within the window: blocked */
    REGISTRAR_GUARD_WINDOW_S = 60,   /* and for how long */
    REGISTRAR_GUARD_NONCE_MAX = 64,  /* with the 0 */
    REGISTRAR_GUARD_SECRET = 32,     /* bytes */
    REGISTRAR_GUARD_ADDRESS_MAX = 16 /* 4: IPv4 */
};

struct registrar_guard_source {
    uint8_t address[REGISTRAR_GUARD_ADDRESS_MAX];
    unsigned failures; /* 0: the place is free */
    int64_t first_us, last_us, blocked_until_us;
};

struct registrar_guard {
    uint8_t secret[REGISTRAR_GUARD_SECRET];
    int64_t nonce_us; /* how long one is good */
    struct registrar_guard_source source[REGISTRAR_GUARD_ADDRESSES];
};

void registrar_guard_init(struct registrar_guard *g,
                          const uint8_t secret[REGISTRAR_GUARD_SECRET],
                          unsigned nonce_s);

/* Address of 4 or 16 bytes, as below. */
struct registrar_guard_peer {
    const uint8_t *address;
    size_t n;
};

void registrar_guard_nonce(const struct registrar_guard *g,
                           struct registrar_guard_peer to, int64_t now_us,
                           char out[REGISTRAR_GUARD_NONCE_MAX]);
enum registrar_guard_verdict {
    REGISTRAR_GUARD_FRESH, /* ours, and not too old */
    REGISTRAR_GUARD_OLD,
    REGISTRAR_GUARD_FOREIGN, /* not made by us for this address */
};
/* *made_us is set unless FOREIGN. */
enum registrar_guard_verdict
registrar_guard_check(const struct registrar_guard *g,
                      struct registrar_guard_peer from, const char *nonce,
                      int64_t now_us, int64_t *made_us);

/* A wrong password, by a nonce of ours, from an address (4 or 16 bytes). True:
 * it is blocked from now on, and was not before. */
bool registrar_guard_failed(struct registrar_guard *g, const uint8_t *address,
                            size_t n, int64_t now_us);
/* Failures of its present window. */
unsigned registrar_guard_failures(const struct registrar_guard *g,
                                  const uint8_t *address, size_t n);
bool registrar_guard_blocked(const struct registrar_guard *g,
                             const uint8_t *address, size_t n, int64_t now_us);

#endif

#include "core/journal/fingerprint.h"

#include <sodium.h>

_Static_assert(FINGERPRINT_SIZE <= crypto_generichash_BYTES_MAX, "hash size");
_Static_assert(FINGERPRINT_HEX_LEN == 2 * FINGERPRINT_SIZE + 1, "hex of it");

void fingerprint(struct slice bytes, uint8_t out[FINGERPRINT_SIZE])
{
    tm_assert(bytes.p || bytes.n == 0);
    int rc =
        crypto_generichash(out, FINGERPRINT_SIZE,
                           (const unsigned char *)bytes.p, bytes.n, NULL, 0);
    tm_assert(rc == 0);
}

void fingerprint_hex(struct slice bytes, char out[FINGERPRINT_HEX_LEN])
{
    uint8_t hash[FINGERPRINT_SIZE];
    fingerprint(bytes, hash);
    (void)sodium_bin2hex(out, FINGERPRINT_HEX_LEN, hash, sizeof hash);
}

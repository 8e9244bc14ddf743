/* Payloads of journal entries: what is accepted is canonical, so writing the
 * record again gives the same bytes (a number's hash and texts of other entries
 * aside). */
#include <string.h>

#include "core/journal/journal.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice payload = str_range((const char *)data, n);
    struct journal_entry entry;
    struct err e;

    if (journal_decode(payload, &entry, &e) != TM_OK || entry.has_number)
        return 0;
    if (entry.rules_seq != 0 || entry.versions_seq != 0) /* another has them */
        return 0;
    static const uint8_t salt[JOURNAL_SALT_SIZE];
    uint8_t hash[JOURNAL_HASH_SIZE];
    struct journal j;
    struct buf b;

    journal_init(&j, salt);
    buf_init(&b, JOURNAL_PAYLOAD_MAX);
    int rc = journal_append(&j, &entry.record, &b, hash);
    tm_assert(rc == TM_OK && b.n == n && memcmp(b.p, data, n) == 0);
    buf_fini(&b);
    return 0;
}

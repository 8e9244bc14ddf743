/* Do-not-call files: the numbers do not depend on how the text is cut, and
 * the counts add up. The first byte is the size of the pieces. */
#include "base/rng.h"
#include "core/dnc/dnc_text.h"
#include "fuzz.h"

static void on_number(void *arg, uint64_t e164)
{
    uint64_t *hash = arg;

    tm_assert(e164 > 0 && e164 <= 999999999999999);
    *hash = rng_mix(*hash ^ e164);
}

static void on_reject(void *arg, uint64_t line, const char *why,
                      struct slice text)
{
    uint64_t *hash = arg;

    tm_assert(why[0] != '\0' && text.n <= DNC_TEXT_LINE_MAX);
    *hash = rng_mix(*hash ^ line);
}

static uint64_t hash_of(struct slice text, size_t step)
{
    struct dnc_text t;
    uint64_t hash = 0;

    dnc_text_init(&t, "US", on_number, on_reject, &hash);
    for (size_t at = 0; at < text.n; at += step) {
        size_t n = text.n - at < step ? text.n - at : step;
        dnc_text_feed(&t, str_range(text.p + at, n));
    }
    dnc_text_end(&t);
    tm_assert(t.counts.rows == t.counts.numbers + t.counts.rejected);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct slice text = str_range((const char *)data + 1, n - 1);

    tm_assert(hash_of(text, (size_t)data[0] + 1) == hash_of(text, text.n + 1));
    return 0;
}

/* Bytes of unknown encoding become UTF-8, however they are cut into pieces:
 * the first byte says how. */
#include <string.h>

#include "core/list/encoding.h"
#include "fuzz.h"

static int decode(enum encoding_kind kind, const uint8_t *data, size_t n,
                  size_t step, struct buf *out)
{
    struct encoding_stream stream;
    struct err e = {0};

    encoding_open(&stream, kind);
    for (size_t at = 0; at < n; at += step) {
        int rc = encoding_feed(&stream, data + at,
                               n - at < step ? n - at : step, out, &e);

        if (rc < 0)
            return rc;
    }
    encoding_end(&stream, out);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf whole, pieces;

    if (n < 2)
        return 0;
    enum encoding_kind kind = encoding_guess(data + 1, n - 1, true);
    if (kind == ENCODING_BINARY)
        return 0;
    buf_init(&whole, 16 * n);
    buf_init(&pieces, 16 * n);
    int a = decode(kind, data + 1, n - 1, n - 1, &whole);
    int b = decode(kind, data + 1, n - 1, (size_t)data[0] + 1, &pieces);
    tm_assert(a == b);
    tm_assert(!whole.failed && !pieces.failed);
    if (a == 0) {
        tm_assert(str_same(buf_slice(&whole), buf_slice(&pieces)));
        /* What came out is UTF-8 by our own judgement; UTF-16 may carry a
         * zero character, which would make it look binary. */
        if (whole.n > 0 && memchr(whole.p, 0, whole.n) == NULL)
            tm_assert(encoding_guess(whole.p, whole.n, true) == ENCODING_UTF8);
    }
    buf_fini(&whole);
    buf_fini(&pieces);
    return 0;
}

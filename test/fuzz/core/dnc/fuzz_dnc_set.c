/* Images of do-not-call lists: the bytes as they are, and as an image whose
 * numbers they are. */
#include <string.h>

#include "base/arena.h"
#include "core/dnc/dnc_set.h"
#include "fuzz.h"

static void open_image(const uint8_t *data, size_t n)
{
    uint64_t *copy = mem_alloc(n + 8);
    struct dnc_set set;
    struct err e;

    memcpy(copy, data, n);
    if (dnc_set_open(copy, n, &set, &e) == TM_OK) {
        for (uint64_t i = 0; i < set.count; i++)
            tm_assert(dnc_set_has(&set, set.number[i]));
    }
    mem_free(copy);
}

static void build_image(const uint8_t *data, size_t n)
{
    size_t count = n / 8;
    uint64_t *number = mem_alloc(count * 8 + 8);
    struct dnc_set meta = {.name = "fuzz"}, set;
    struct buf b;
    struct err e;

    memcpy(number, data, count * 8);
    for (size_t i = 0; i < count; i++)
        number[i] %= 2000000000000000;
    buf_init(&b, 1 << 20);
    if (dnc_set_build(&meta, number, count, &b, &e) == TM_OK) {
        int rc = dnc_set_open(b.p, b.n, &set, &e);
        tm_assert(rc == TM_OK && set.count <= count);
        for (size_t i = 0; i < count; i++) {
            uint64_t e164;
            memcpy(&e164, data + i * 8, 8);
            tm_assert(dnc_set_has(&set, e164 % 2000000000000000));
        }
    }
    buf_fini(&b);
    mem_free(number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    open_image(data, n);
    build_image(data, n);
    return 0;
}

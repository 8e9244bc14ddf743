/* Time zone files: bytes of a file we did not make. */
#include "base/tz.h"
#include "fuzz.h"

/* Instants over six centuries: before, inside and after any table. */
static void walk(const struct tz *zone)
{
    const int64_t step = 200 * 365 * CIVIL_DAY_US / 7;
    const int64_t end = 300 * 365 * CIVIL_DAY_US;

    for (int64_t t = -end; t < end; t += step) {
        int32_t offset = tz_offset_s(zone, t);
        int64_t next = tz_next_change(zone, t);
        struct civil_time local = tz_local(zone, t);

        tm_assert(next > t);
        tm_assert(civil_to_us(local) == t + offset * CIVIL_SECOND_US);
        (void)tz_first_instant(zone, local);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena;
    struct err e = {0};
    const struct tz *zone = NULL;
    int rc;

    arena_init(&arena);
    rc = tz_parse(&arena, "Fuzz/Zone", data, n, &zone, &e);
    tm_assert((rc == 0) == (zone != NULL));
    if (rc == 0)
        walk(zone);
    arena_fini(&arena);
    return 0;
}

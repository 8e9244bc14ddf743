#include "core/number/number_region.h"

#include "base/assert.h"
#include "core/number/number_digits.h"
#include "core/number/region_table.h"

/* The list of the longest prefix that is listed; 0: none is. */
static uint16_t list_of(uint64_t e164)
{
    struct number_digits full = number_digits_of(e164);
    uint16_t state = REGION_TABLE_ROOT, list = 0;

    for (size_t i = 0; i < full.n && state != 0; i++) {
        state = region_table_next[state][full.d[i]];
        if (region_table_list[state] != 0)
            list = region_table_list[state];
    }
    return list;
}

size_t number_region_candidates(uint64_t e164, const char **out, size_t max)
{
    uint16_t list = list_of(e164);
    size_t from = region_table_start[list];
    size_t n = region_table_start[list + 1] - from;

    tm_assert(n <= NUMBER_REGION_MAX);
    for (size_t i = 0; i < n && i < max; i++) {
        uint16_t name = region_table_region[from + i];
        tm_assert(name < region_table_name_count);
        out[i] = region_table_name[name];
    }
    return n;
}

const char *number_region_version(void)
{
    return region_table_version;
}

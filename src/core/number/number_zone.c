#include "core/number/number_zone.h"

#include "base/assert.h"
#include "core/number/number_digits.h"
#include "core/number/zone_table.h"

/* The list of the longest prefix that is listed; 0: none is. */
static uint16_t list_of(uint64_t e164)
{
    struct number_digits full = number_digits_of(e164);
    uint16_t state = ZONE_TABLE_ROOT, list = 0;

    for (size_t i = 0; i < full.n && state != 0; i++) {
        state = zone_table_next[state][full.d[i]];
        if (zone_table_list[state] != 0)
            list = zone_table_list[state];
    }
    return list;
}

size_t number_zone_ids(uint64_t e164, uint16_t *out, size_t max)
{
    uint16_t list = list_of(e164);
    size_t from = zone_table_start[list];
    size_t n = zone_table_start[list + 1] - from;

    tm_assert(n <= NUMBER_ZONE_MAX);
    for (size_t i = 0; i < n && i < max; i++)
        out[i] = zone_table_zone[from + i];
    return n;
}

size_t number_zone_candidates(uint64_t e164, const char **out, size_t max)
{
    uint16_t ids[NUMBER_ZONE_MAX];
    size_t n = number_zone_ids(e164, ids, NUMBER_ZONE_MAX);

    for (size_t i = 0; i < n && i < max; i++)
        out[i] = number_zone_name(ids[i]);
    return n;
}

const char *number_zone_name(uint16_t id)
{
    tm_assert(id < zone_table_name_count);
    return zone_table_name[id];
}

size_t number_zone_count(void)
{
    return zone_table_name_count;
}

const char *number_zone_version(void)
{
    return zone_table_version;
}

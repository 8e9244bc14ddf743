/*
 * Tables made at build time by tools/number (region_table.c), of the same
 * form as zone_table.h. Private to this folder; immutable.
 */
#ifndef CORE_NUMBER_REGION_TABLE_H
#define CORE_NUMBER_REGION_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/number/number_region.h"

enum {
    REGION_TABLE_ROOT = 1, /* state before the first digit */
};

extern const char region_table_version[];
/* Trie of digit prefixes: state 0 is dead. */
extern const uint16_t region_table_next[][10];
/* List of a state's prefix; 0: the prefix is not listed. */
extern const uint16_t region_table_list[];
/* List i is region_table_region[start[i]] .. [start[i + 1] - 1]. */
extern const uint16_t region_table_start[];
extern const uint16_t region_table_region[];
extern const char *const region_table_name[];
extern const size_t region_table_name_count;

#endif

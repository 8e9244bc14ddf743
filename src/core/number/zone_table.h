/*
 * Tables made at build time by tools/number (zone_table.c). Private to this
 * folder; immutable.
 */
#ifndef CORE_NUMBER_ZONE_TABLE_H
#define CORE_NUMBER_ZONE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/number/number_zone.h"

enum {
    ZONE_TABLE_ROOT = 1, /* state before the first digit */
};

extern const char zone_table_version[];
/* Trie of digit prefixes: state 0 is dead. */
extern const uint16_t zone_table_next[][10];
/* List of a state's prefix; 0: the prefix is not listed. */
extern const uint16_t zone_table_list[];
/* List i is zone_table_zone[start[i]] .. [start[i + 1] - 1]. */
extern const uint16_t zone_table_start[];
extern const uint16_t zone_table_zone[];
extern const char *const zone_table_name[];
extern const size_t zone_table_name_count;

#endif

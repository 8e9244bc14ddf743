/*
 * Tables made at build time by tools/number (number_table.c). Private to
 * this folder; immutable.
 */
#ifndef CORE_NUMBER_NUMBER_TABLE_H
#define CORE_NUMBER_NUMBER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/number/number.h"

enum {
    NUMBER_TABLE_ROOT = 1, /* state before the first digit */
    NUMBER_TABLE_NO_PROGRAM = 0xffff,
};

/* What a number is of: class 0 is "no valid number". */
struct number_table_class {
    uint16_t region; /* index of number_table_regions */
    uint8_t type;    /* enum number_type */
};

struct number_table_region {
    char name[3]; /* "US"; "" for codes of no country */
    uint8_t code_length;
    uint8_t code[3];  /* digits of the calling code */
    uint32_t lengths; /* bit n: there are national numbers of n digits */
    /* Starts of programs in number_table_code, or NUMBER_TABLE_NO_PROGRAM. */
    uint16_t international; /* prefix dialled before country codes */
    uint16_t prefix;        /* prefix dialled before national numbers */
    uint16_t general;       /* any national number, roughly */
    /* Bit d: what the digit d begins may match; spares most runs. */
    uint16_t international_first, prefix_first;
    /* If the last of the prefix's groups matched, the prefix is replaced by
     * insert and group number use, else removed. */
    uint8_t groups;
    uint8_t use; /* 1 or 2; 0: always removed */
    char insert[7];
};

extern const char number_table_version[];
/* Automaton over E.164 digits: state 0 is dead. */
extern const uint16_t number_table_next[][10];
extern const uint16_t number_table_class[];
extern const struct number_table_class number_table_classes[];
/* Countries sorted by name, then the codes of no country. */
extern const struct number_table_region number_table_regions[];
extern const size_t number_table_region_count;
/* Calling code to index + 1 of its main region; 0: not assigned. */
extern const uint16_t number_table_main[1000];
extern const uint16_t number_table_code[];

#endif

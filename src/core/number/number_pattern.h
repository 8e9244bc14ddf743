/*
 * Runs the small programs that tools/number compiles from the metadata's
 * patterns (prefixes and rough shapes of national numbers). Programs have no
 * loops; choices are tried in order, the first that fits counts, as in the
 * regular expressions they come from. Private to this folder; pure.
 */
#ifndef CORE_NUMBER_NUMBER_PATTERN_H
#define CORE_NUMBER_NUMBER_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/number/number_digits.h"

enum {
    NUMBER_PATTERN_GROUPS = 2,
};

struct number_pattern_match {
    uint8_t end; /* digits used up */
    /* Borders of the groups; equal: empty or not part of the match. */
    uint8_t from[NUMBER_PATTERN_GROUPS], to[NUMBER_PATTERN_GROUPS];
};

/* Matches at the first digit; whole: up to the last. A missing program
 * (NUMBER_TABLE_NO_PROGRAM) matches nothing. m is set only on true. */
bool number_pattern_match(uint16_t program, const struct number_digits *s,
                          bool whole, struct number_pattern_match *m);

#endif

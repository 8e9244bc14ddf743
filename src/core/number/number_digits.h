/*
 * A short run of decimal digits by value, as the parts of this folder hand
 * them to each other. Private to this folder.
 */
#ifndef CORE_NUMBER_NUMBER_DIGITS_H
#define CORE_NUMBER_NUMBER_DIGITS_H

#include <stddef.h>
#include <stdint.h>

enum {
    NUMBER_DIGITS_CAP = 32, /* more than any dialled number has */
};

struct number_digits {
    uint8_t n;
    uint8_t d[NUMBER_DIGITS_CAP]; /* 0 .. 9 */
};

/* Without the first count digits; count <= s.n. */
struct number_digits number_digits_after(struct number_digits s, size_t count);
/* a and then b; what does not fit is an error of the program. */
struct number_digits number_digits_join(struct number_digits a,
                                        struct number_digits b);
/* The digits of a value without leading zeros; 0 gives none. */
struct number_digits number_digits_of(uint64_t value);
/* The value of at most 19 digits. */
uint64_t number_digits_value(struct number_digits s);

#endif

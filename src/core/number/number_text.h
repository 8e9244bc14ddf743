/*
 * From a text to the digits somebody would dial: drops punctuation, reads
 * full-width and Arabic digits, takes the extension apart, turns letters into
 * the digits of their keys. Private to this folder; pure.
 */
#ifndef CORE_NUMBER_NUMBER_TEXT_H
#define CORE_NUMBER_NUMBER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "core/number/number.h"
#include "core/number/number_digits.h"

enum {
    NUMBER_TEXT_DIGITS = 24, /* more is too long in any plan */
};

struct number_text {
    struct number_digits dialled;
    bool plus;      /* a country code follows */
    size_t letters; /* digits that were letters */
    char extension[NUMBER_EXTENSION_MAX + 1];
};

/* UTF-8. The faults are those that can be seen without a plan. */
enum number_fault number_text_read(struct slice text, struct number_text *out);
/* A better name for what is wrong with a text that was refused. */
enum number_fault number_text_diagnose(struct slice text,
                                       enum number_fault fault);

#endif

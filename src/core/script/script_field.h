/*
 * Fields of a lead inside spoken words: {name}, {name|fallback},
 * {name:format|fallback}. Formats: time (15:30 -> "3:30 PM"), date
 * (2026-11-23 -> "Monday, November 23"), digits ("1 2 3"). A value that its
 * format does not understand is spoken as it stands. Pure.
 */
#ifndef CORE_SCRIPT_SCRIPT_FIELD_H
#define CORE_SCRIPT_SCRIPT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum script_format {
    SCRIPT_FORMAT_PLAIN,
    SCRIPT_FORMAT_TIME,
    SCRIPT_FORMAT_DATE,
    SCRIPT_FORMAT_DIGITS,
};

struct script_field {
    struct slice name;
    enum script_format format;
    struct slice fallback;
    size_t start, end; /* of "{...}" in the text */
};

enum { SCRIPT_FIELD_VALUE_MAX = 200 };

/* The next field at or behind *at: 1 = *out is set and *at moved behind it,
 * 0 = none, -1 = badly written. */
int script_field_next(struct slice text, size_t *at, struct script_field *out);

/* Writes the value as it is spoken, terminated, cut on a UTF-8 border.
 * Returns its length. cap > 0. */
size_t script_field_speak(enum script_format format, struct slice value,
                          char *out, size_t cap);

#endif

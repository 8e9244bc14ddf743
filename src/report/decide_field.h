/*
 * The exact form of a case as a table: which key of the JSON object holds
 * which field of a rule_case. The writer (decide_write.h) and the reader of
 * exact cases walk the same table, so what is written is read back. Keys are
 * those of the compliance facts, section 10, as far as they reach.
 *
 * A field at its zero value is unknown and has no key. For the parts of the
 * case reader and writer alone. Pure.
 */
#ifndef REPORT_DECIDE_FIELD_H
#define REPORT_DECIDE_FIELD_H

#include "core/rules/rule_case.h"

enum decide_kind {
    DECIDE_FLAG,    /* bool: true */
    DECIDE_TRI,     /* enum tri: true, false */
    DECIDE_VALUE,   /* a word of the vocabulary */
    DECIDE_DATE,    /* "2026-11-21" */
    DECIDE_INSTANT, /* "2026-11-21T17:00:00Z", fractions as needed; an instant
                       outside the calendar: microseconds as a number */
    DECIDE_INT64,
    DECIDE_INT32,
    DECIDE_UINT16,
    DECIDE_NUMBER,   /* uint64_t: "+16145550123" */
    DECIDE_PLACE,    /* "US-OH" */
    DECIDE_ZONE,     /* const struct tz *, by name */
    DECIDE_TEXT,     /* struct slice */
    DECIDE_CSTRING,  /* const char * */
    DECIDE_TEXTS,    /* struct slice array: ["a", "b"] */
    DECIDE_CHANNELS, /* uint32_t mask: ["voice_live", "night"] */
    DECIDE_OBJECT,   /* fields of the same struct, one level down */
    DECIDE_LIST,     /* array of structs: pointer and count */
};

struct decide_field {
    const char *key;
    enum decide_kind kind;
    enum vocab_list list; /* VALUE */
    size_t at;            /* offset of the field, or of the pointer */
    size_t count_at;      /* TEXTS, LIST: offset of the size_t */
    size_t size;          /* LIST: of an element */
    const struct decide_field *child;
    size_t children;
};

/* The fields of struct rule_case; *n is their number. */
const struct decide_field *decide_field_root(size_t *n);

/* Words of a mask of channels: bit and text. */
struct decide_channel {
    unsigned bit;
    const char *word;
};
const struct decide_channel *decide_field_channels(size_t *n);

#endif

/*
 * The one text format of Telemark's own files (campaigns, scenarios, rule
 * packs):
 *
 *     # comment
 *     [section name]
 *     key = value          # a comment after white space and '#'
 *     key = """
 *     several lines
 *     """
 *
 * Keys may repeat; order is kept. The reader is pure: it hands out slices of
 * the text with line numbers, the user gives them meaning. UTF-8 with or
 * without byte order mark, LF or CRLF. A '#' inside a double-quoted value is
 * text: key = "a # b". Quotes also keep outer spaces; there are no escapes. The
 * closing """ stands on a line of its own, and such a value is trimmed.
 */
#ifndef BASE_KV_H
#define BASE_KV_H

#include "base/err.h"
#include "base/str.h"

struct kv_line {
    int line;             /* 1-based, of the key */
    struct slice section; /* "" before the first section */
    int section_line;     /* line of the [section]; sections of one name
                             are told apart by it */
    struct slice key;     /* empty for a line that opens a section */
    struct slice value;   /* trimmed, quotes removed */
};

struct kv_reader {
    struct slice rest;
    int line;
    struct slice section;
    int section_line;
    const char *file; /* for messages only */
};

void kv_open(struct kv_reader *r, const char *file, struct slice text);
/* 1 = *out is set, 0 = end, negative = error ("FILE:LINE: what and what to
 * do"). After an error the next call goes on behind the bad line. */
int kv_next(struct kv_reader *r, struct kv_line *out,
            struct err *e) TM_MUST_CHECK;

#endif

/*
 * Text encodings of list files: guess one from the first bytes, then turn the
 * stream into UTF-8 piece by piece. Byte order marks are dropped. Pure.
 *
 * Guess: a byte order mark decides; else zero bytes at every other place mean
 * UTF-16; else valid UTF-8 is UTF-8; else Windows-1252, the superset of
 * Latin-1 that office programs write.
 */
#ifndef CORE_LIST_ENCODING_H
#define CORE_LIST_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum encoding_kind {
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_LATIN1, /* Windows-1252 */
    ENCODING_BINARY, /* no text: zero bytes without a UTF-16 pattern */
};

const char *encoding_text(enum encoding_kind k);
/* "utf-8", "utf-16", "utf-16le", "utf-16be", "latin-1", "windows-1252". */
bool encoding_parse(struct slice s, enum encoding_kind *out);

/* Looks at the first bytes of a file (64 KiB are plenty). `whole` says that
 * these bytes are the whole file, so that a cut character is an error. */
enum encoding_kind encoding_guess(const void *p, size_t n, bool whole);

struct encoding_stream {
    enum encoding_kind kind;
    bool started;     /* the byte order mark has been looked for */
    uint8_t carry[4]; /* the beginning of a character */
    size_t carried;
    uint64_t offset;   /* bytes taken so far, for messages */
    uint64_t replaced; /* characters that became U+FFFD */
};

void encoding_open(struct encoding_stream *s, enum encoding_kind kind);
/* Appends UTF-8 to out. Invalid sequences, and U+0000 in UTF-16, become U+FFFD
 * and are counted.
 * TM_ECORRUPT: a zero byte in UTF-8 or Latin-1 (a binary file). */
int encoding_feed(struct encoding_stream *s, const void *p, size_t n,
                  struct buf *out, struct err *e) TM_MUST_CHECK;
/* End of file: a character that was cut becomes U+FFFD. */
void encoding_end(struct encoding_stream *s, struct buf *out);

#endif

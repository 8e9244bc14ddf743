/*
 * Text without terminators: a slice looks at bytes it does not own, a buf owns
 * bytes that grow up to a stated maximum.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"

struct slice {
    const char *p;
    size_t n;
};

/* Slice of a string literal or a terminated string (strlen). */
struct slice str_of(const char *text);
struct slice str_range(const char *p, size_t n);
bool str_eq(struct slice a, const char *b);
bool str_same(struct slice a, struct slice b);
bool str_eq_nocase(struct slice a, const char *b); /* ASCII letters only */
bool str_starts(struct slice a, const char *prefix);
/* Without leading and trailing ASCII white space. */
struct slice str_trim(struct slice a);
/* Cuts at the first sep: returns the part before it, *rest becomes the part
 * after it. Without sep: returns all, *rest becomes empty with p == NULL. */
struct slice str_cut(struct slice a, char sep, struct slice *rest);
/* Whole slice as a number: false on empty, junk or overflow. */
bool str_u64(struct slice a, uint64_t *out);
bool str_i64(struct slice a, int64_t *out);
/* Decimal, whatever the locale: "-1.5e3"; at most STR_DOUBLE_MAX characters. No
 * hexadecimal, infinity or NaN. */
enum { STR_DOUBLE_MAX = 255 };
bool str_double(struct slice a, double *out);
/* Per cent from 0 to 100, with or without the sign: "2.5 %", "2.5". */
bool str_percent(struct slice a, double *out);
/* "1500ms", "25s", "10m", "2h", "3d" to milliseconds; false on others. */
bool str_duration_ms(struct slice a, int64_t *out);
/* Copies and terminates, cutting at cap - 1 on a UTF-8 border; returns the
 * length copied. cap > 0. */
size_t str_copy(char *dst, size_t cap, struct slice src);
/* Bytes (1 .. 4) of the UTF-8 character at the start; 0 when s is empty or does
 * not start with a valid one (RFC 3629). */
size_t str_utf8(struct slice s);

/* A growable byte buffer; failed is sticky, so check once at the end. What does
 * not fit is left out whole. What is added may not lie in the buffer itself. */
struct buf {
    char *p;  /* NULL when empty; terminated by '\0' after each append */
    size_t n; /* bytes used, terminator not counted */
    size_t cap;
    size_t max; /* appending past this sets failed */
    bool failed;
};

void buf_init(struct buf *b, size_t max); /* allocates nothing yet */
void buf_fini(struct buf *b);
void buf_clear(struct buf *b); /* keeps memory, clears failed */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, const char *text);
void buf_add_slice(struct buf *b, struct slice s);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) TM_PRINTF(2, 3);
struct slice buf_slice(const struct buf *b);

#endif

#include "core/list/encoding.h"

#include <string.h>

enum {
    SURROGATE_HIGH = 0xD800,
    SURROGATE_LOW = 0xDC00,
    SURROGATE_END = 0xE000,
    REPLACEMENT = 0xFFFD,
};

/* Windows-1252, 0x80 to 0x9F; holes map to the replacement character. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
    0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

const char *encoding_text(enum encoding_kind k)
{
    switch (k) {
    case ENCODING_UTF8: return "UTF-8";
    case ENCODING_UTF16LE: return "UTF-16LE";
    case ENCODING_UTF16BE: return "UTF-16BE";
    case ENCODING_LATIN1: return "Latin-1";
    case ENCODING_BINARY: return "binary";
    }
    tm_unreachable("encoding kind");
}

bool encoding_parse(struct slice s, enum encoding_kind *out)
{
    static const struct {
        const char *name;
        enum encoding_kind kind;
    } known[] = {
        {"utf-8", ENCODING_UTF8},          {"utf8", ENCODING_UTF8},
        {"utf-16", ENCODING_UTF16LE},      {"utf-16le", ENCODING_UTF16LE},
        {"utf-16be", ENCODING_UTF16BE},    {"latin-1", ENCODING_LATIN1},
        {"latin1", ENCODING_LATIN1},       {"iso-8859-1", ENCODING_LATIN1},
        {"windows-1252", ENCODING_LATIN1}, {"cp1252", ENCODING_LATIN1},
    };
    for (size_t i = 0; i < tm_array_len(known); i++) {
        if (!str_eq_nocase(s, known[i].name))
            continue;
        *out = known[i].kind;
        return true;
    }
    return false;
}

/* Length of the well-formed UTF-8 character at p (RFC 3629: no surrogates,
 * nothing over U+10FFFF, no overlong form); 0 when malformed, -1 when it is
 * cut off by the end. */
static int utf8_length(const uint8_t *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    int len = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    for (int i = 1; i < len; i++) {
        if ((size_t)i >= n)
            return -1;
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        if (i > 1)
            continue;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
            (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
            return 0;
    }
    return len;
}

static bool valid_utf8(const uint8_t *p, size_t n, bool whole)
{
    for (size_t i = 0; i < n;) {
        int len = utf8_length(p + i, n - i);
        if (len < 0)
            return !whole;
        if (len == 0)
            return false;
        i += (size_t)len;
    }
    return true;
}

/* Text in UTF-16 of European languages has its zero bytes on one side. */
static enum encoding_kind guess_zeros(const uint8_t *p, size_t n)
{
    size_t even = 0, odd = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0)
            continue;
        if (i % 2 == 0)
            even++;
        else
            odd++;
    }
    if (odd > n / 5 && even < n / 50 + 1)
        return ENCODING_UTF16LE;
    if (even > n / 5 && odd < n / 50 + 1)
        return ENCODING_UTF16BE;
    return ENCODING_BINARY;
}

enum encoding_kind encoding_guess(const void *bytes, size_t n, bool whole)
{
    const uint8_t *p = bytes;
    if (n >= 2 && p[0] == 0xFF && p[1] == 0xFE)
        return ENCODING_UTF16LE;
    if (n >= 2 && p[0] == 0xFE && p[1] == 0xFF)
        return ENCODING_UTF16BE;
    if (n > 0 && memchr(p, 0, n) != NULL)
        return guess_zeros(p, n);
    return valid_utf8(p, n, whole) ? ENCODING_UTF8 : ENCODING_LATIN1;
}

void encoding_open(struct encoding_stream *s, enum encoding_kind kind)
{
    *s = (struct encoding_stream){.kind = kind};
}

static void put(struct buf *out, uint32_t c)
{
    char u[4];
    size_t n = 0;
    if (c < 0x80) {
        u[n++] = (char)c;
    } else if (c < 0x800) {
        u[n++] = (char)(0xC0 | (c >> 6));
        u[n++] = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        u[n++] = (char)(0xE0 | (c >> 12));
        u[n++] = (char)(0x80 | ((c >> 6) & 0x3F));
        u[n++] = (char)(0x80 | (c & 0x3F));
    } else {
        u[n++] = (char)(0xF0 | (c >> 18));
        u[n++] = (char)(0x80 | ((c >> 12) & 0x3F));
        u[n++] = (char)(0x80 | ((c >> 6) & 0x3F));
        u[n++] = (char)(0x80 | (c & 0x3F));
    }
    buf_add(out, u, n);
}

static void put_replacement(struct encoding_stream *s, struct buf *out)
{
    s->replaced++;
    put(out, REPLACEMENT);
}

/* Each step function takes one character from p and returns the bytes it
 * used, or 0 when more bytes are needed. n > 0. */
static size_t step_utf8(struct encoding_stream *s, const uint8_t *p, size_t n,
                        struct buf *out)
{
    int len = utf8_length(p, n);
    if (len < 0)
        return 0;
    if (len == 0) {
        put_replacement(s, out);
        return 1;
    }
    buf_add(out, p, (size_t)len);
    return (size_t)len;
}

static uint32_t unit(const struct encoding_stream *s, const uint8_t *p)
{
    return s->kind == ENCODING_UTF16LE ? (uint32_t)p[0] | (uint32_t)p[1] << 8
                                       : (uint32_t)p[0] << 8 | (uint32_t)p[1];
}

static size_t step_utf16(struct encoding_stream *s, const uint8_t *p, size_t n,
                         struct buf *out)
{
    if (n < 2)
        return 0;
    uint32_t a = unit(s, p);
    if (a != 0 && (a < SURROGATE_HIGH || a >= SURROGATE_END)) {
        put(out, a);
        return 2;
    }
    if (a == 0 || a >= SURROGATE_LOW) {
        put_replacement(s, out);
        return 2;
    }
    if (n < 4)
        return 0;
    uint32_t b = unit(s, p + 2);
    if (b < SURROGATE_LOW || b >= SURROGATE_END) {
        put_replacement(s, out);
        return 2;
    }
    put(out, 0x10000 + ((a - SURROGATE_HIGH) << 10) + (b - SURROGATE_LOW));
    return 4;
}

static size_t step_latin1(struct encoding_stream *s, uint8_t c, struct buf *out)
{
    if (c < 0x80 || c >= 0xA0) {
        put(out, c);
        return 1;
    }
    uint32_t mapped = windows_1252[c - 0x80];
    if (mapped == REPLACEMENT)
        s->replaced++;
    put(out, mapped);
    return 1;
}

static size_t step(struct encoding_stream *s, const uint8_t *p, size_t n,
                   struct buf *out)
{
    switch (s->kind) {
    case ENCODING_UTF8: return step_utf8(s, p, n, out);
    case ENCODING_UTF16LE:
    case ENCODING_UTF16BE: return step_utf16(s, p, n, out);
    case ENCODING_LATIN1:
    case ENCODING_BINARY: return step_latin1(s, p[0], out);
    }
    tm_unreachable("encoding kind");
}

/* ASCII runs are copied whole: lists are mostly that. */
static size_t ascii_run(const struct encoding_stream *s, const uint8_t *p,
                        size_t n)
{
    if (s->kind == ENCODING_UTF16LE || s->kind == ENCODING_UTF16BE)
        return 0;
    size_t i = 0;
    while (i < n && p[i] < 0x80 && p[i] != 0)
        i++;
    return i;
}

/* The byte order mark is U+FEFF in whatever encoding: drop it once. */
static void drop_mark(struct encoding_stream *s, struct buf *out, size_t before)
{
    if (s->started || out->n == before)
        return;
    s->started = true; /* characters come whole: the mark has three bytes */
    if (out->failed || out->n < before + 3 ||
        memcmp(out->p + before, "\xEF\xBB\xBF", 3) != 0)
        return;
    memmove(out->p + before, out->p + before + 3, out->n - before - 3);
    out->n -= 3;
    out->p[out->n] = '\0';
}

static int refuse_zero(const struct encoding_stream *s, size_t i, struct err *e)
{
    return err_set(e, TM_ECORRUPT,
                   "byte %llu is zero, which no text in %s has; save the "
                   "file as CSV in UTF-8",
                   (unsigned long long)(s->offset + i), encoding_text(s->kind));
}

/* Finishes the character whose first bytes came with the last piece. */
static size_t feed_carry(struct encoding_stream *s, const uint8_t *p, size_t n,
                         struct buf *out)
{
    size_t used = 0;
    while (s->carried > 0 && used < n) {
        s->carry[s->carried++] = p[used++];
        size_t took = step(s, s->carry, s->carried, out);
        /* After half a surrogate pair a whole character may stand here. */
        while (took > 0) {
            tm_assert(took <= s->carried);
            s->carried -= took;
            memmove(s->carry, s->carry + took, s->carried);
            took = s->carried > 0 ? step(s, s->carry, s->carried, out) : 0;
        }
        tm_assert(s->carried < sizeof(s->carry));
    }
    return used;
}

int encoding_feed(struct encoding_stream *s, const void *bytes, size_t n,
                  struct buf *out, struct err *e)
{
    const uint8_t *p = bytes;
    size_t before = out->n;
    size_t i = feed_carry(s, p, n, out);
    bool narrow = s->kind == ENCODING_UTF8 || s->kind == ENCODING_LATIN1;
    while (i < n) {
        size_t run = ascii_run(s, p + i, n - i);
        buf_add(out, p + i, run);
        i += run;
        if (i == n)
            break;
        if (narrow && p[i] == 0)
            return refuse_zero(s, i, e);
        size_t took = step(s, p + i, n - i, out);
        if (took == 0)
            break;
        i += took;
    }
    tm_assert(n - i < sizeof(s->carry));
    if (i < n) {
        memcpy(s->carry, p + i, n - i);
        s->carried = n - i;
    }
    s->offset += n;
    drop_mark(s, out, before);
    return TM_OK;
}

void encoding_end(struct encoding_stream *s, struct buf *out)
{
    if (s->carried > 0)
        put_replacement(s, out);
    s->carried = 0;
}

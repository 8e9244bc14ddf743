#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

void buf_init(struct buf *b, size_t max)
{
    tm_assert(max < SIZE_MAX / 4);
    *b = (struct buf){.max = max};
}

void buf_fini(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p) {
        b->p[0] = '\0';
    }
}

/* Makes room for n more bytes and the terminator. False: past the maximum. */
static bool reserve(struct buf *b, size_t n)
{
    if (b->failed || n > b->max - b->n) {
        b->failed = true;
        return false;
    }
    size_t need = b->n + n + 1;
    if (need > b->cap) {
        size_t cap = b->cap < 32 ? 64 : b->cap * 2;
        cap = cap > b->max + 1 ? b->max + 1 : cap;
        cap = cap < need ? need : cap;
        b->p = mem_resize(b->p, cap);
        b->cap = cap;
    }
    return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    tm_assert(p || n == 0);
    if (!reserve(b, n)) {
        return;
    }
    if (n > 0) {
        memcpy(b->p + b->n, p, n);
    }
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_add_str(struct buf *b, const char *text)
{
    tm_assert(text);
    buf_add(b, text, strlen(text));
}

void buf_add_slice(struct buf *b, struct slice s)
{
    buf_add(b, s.p, s.n);
}

void buf_add_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    tm_assert(n >= 0);
    if (!reserve(b, (size_t)n)) {
        return;
    }
    va_start(ap, fmt);
    int again = vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
    va_end(ap);
    tm_assert(again == n);
    b->n += (size_t)n;
}

struct slice buf_slice(const struct buf *b)
{
    return str_range(b->p ? b->p : "", b->n);
}

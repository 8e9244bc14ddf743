#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Formats through a local buffer, as an argument may be e->text itself. The
 * second part goes behind the first; what does not fit ends with "...". */
static void put(struct err *e, const char *first, const char *second)
{
    char text[ERR_TEXT_MAX];
    int n = snprintf(text, sizeof text, "%s%s", first, second);
    tm_assert(n >= 0);
    if ((size_t)n >= sizeof text) {
        memcpy(text + sizeof text - 4, "...", 4);
    }
    memcpy(e->text, text, sizeof text);
}

/* One byte longer than the text may be, so that put() sees the overflow. */
struct draft {
    char text[ERR_TEXT_MAX + 1];
};

static void format(struct draft *d, const char *fmt, va_list ap)
    TM_PRINTF(2, 0);
static void format(struct draft *d, const char *fmt, va_list ap)
{
    int n = vsnprintf(d->text, sizeof d->text, fmt, ap);
    tm_assert(n >= 0);
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
    tm_assert(code < 0);
    if (!e) {
        return code;
    }
    struct draft d;
    va_list ap;
    va_start(ap, fmt);
    format(&d, fmt, ap);
    va_end(ap);
    put(e, d.text, "");
    e->code = code;
    return code;
}

int err_context(struct err *e, const char *fmt, ...)
{
    if (!e) {
        return TM_EINVAL;
    }
    tm_assert(e->code < 0);
    struct draft d;
    va_list ap;
    va_start(ap, fmt);
    format(&d, fmt, ap);
    va_end(ap);
    char old[ERR_TEXT_MAX + 2];
    (void)snprintf(old, sizeof old, ": %s", e->text);
    put(e, d.text, old);
    return e->code;
}

static int code_of_errno(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT: return TM_ENOSPACE;
    case ENOENT: return TM_ENOTFOUND;
    default: return TM_EIO;
    }
}

int err_errno(struct err *e, const char *fmt, ...)
{
    int number = errno; /* before anything below changes it */
    int code = code_of_errno(number);
    if (!e) {
        return code;
    }
    struct draft d;
    va_list ap;
    va_start(ap, fmt);
    format(&d, fmt, ap);
    va_end(ap);
    char reason[128];
    char tail[sizeof reason + 2];
    (void)snprintf(tail, sizeof tail, ": %s",
                   strerror_r(number, reason, sizeof reason));
    put(e, d.text, tail);
    e->code = code;
    return code;
}

const char *err_text(int code)
{
    switch (code) {
    case TM_OK: return "no error";
#define X(name, value, text)                                                   \
    case name:                                                                 \
        return text;
#include "base/err.def"
#undef X
    default: return "unknown error";
    }
}

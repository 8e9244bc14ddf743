#include "base/str.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

struct slice str_of(const char *text)
{
    tm_assert(text);
    return str_range(text, strlen(text));
}

struct slice str_range(const char *p, size_t n)
{
    tm_assert(p || n == 0);
    return (struct slice){.p = p, .n = n};
}

bool str_eq(struct slice a, const char *b)
{
    /* Most words differ at once, and then b need not be measured. */
    if (a.n > 0 && a.p[0] != b[0]) {
        return false;
    }
    return str_same(a, str_of(b));
}

bool str_same(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct slice a, const char *b)
{
    if (a.n != strlen(b)) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

bool str_starts(struct slice a, const char *prefix)
{
    size_t n = strlen(prefix);
    return a.n >= n && (n == 0 || memcmp(a.p, prefix, n) == 0);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice str_trim(struct slice a)
{
    while (a.n > 0 && is_space(a.p[a.n - 1])) {
        a.n--;
    }
    while (a.n > 0 && is_space(a.p[0])) {
        a.p++;
        a.n--;
    }
    return a;
}

struct slice str_cut(struct slice a, char sep, struct slice *rest)
{
    const char *at = a.n > 0 ? memchr(a.p, sep, a.n) : NULL;
    if (!at) {
        *rest = (struct slice){0};
        return a;
    }
    size_t n = (size_t)(at - a.p);
    *rest = str_range(at + 1, a.n - n - 1);
    return str_range(a.p, n);
}

bool str_u64(struct slice a, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < a.n; i++) {
        if (a.p[i] < '0' || a.p[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(a.p[i] - '0');
        if (v > (UINT64_MAX - digit) / 10) {
            return false;
        }
        v = v * 10 + digit;
    }
    if (a.n == 0) {
        return false;
    }
    *out = v;
    return true;
}

bool str_i64(struct slice a, int64_t *out)
{
    bool negative = a.n > 0 && a.p[0] == '-';
    uint64_t v;
    if (negative) {
        a = str_range(a.p + 1, a.n - 1);
    }
    if (!str_u64(a, &v) || v > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return false;
    }
    /* Negated as unsigned, as -INT64_MIN does not fit. */
    *out = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* Only decimals: no white space, hexadecimal, "inf" or "nan", which strtod
 * would take. */
static bool looks_decimal(struct slice a)
{
    for (size_t i = 0; i < a.n; i++) {
        char c = a.p[i];
        if (!(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '+' &&
            c != 'e' && c != 'E') {
            return false;
        }
    }
    return a.n > 0;
}

bool str_double(struct slice a, double *out)
{
    char text[STR_DOUBLE_MAX + 1];
    if (a.n > STR_DOUBLE_MAX || !looks_decimal(a)) {
        return false;
    }
    (void)str_copy(text, sizeof text, a);
    /* glibc and musl hand out their built-in C locale here: no allocation. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    tm_assert(c);
    char *end;
    double v = strtod_l(text, &end, c);
    freelocale(c);
    double most = 1.7976931348623157e308;
    if (end != text + a.n || v > most || v < -most) {
        return false;
    }
    *out = v;
    return true;
}

bool str_percent(struct slice a, double *out)
{
    double d;
    a = str_trim(a);
    if (a.n > 0 && a.p[a.n - 1] == '%')
        a = str_trim(str_range(a.p, a.n - 1));
    if (!str_double(a, &d) || !(d >= 0.0 && d <= 100.0))
        return false;
    *out = d;
    return true;
}

bool str_duration_ms(struct slice a, int64_t *out)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000},
    };
    size_t digits = 0;
    while (digits < a.n && a.p[digits] >= '0' && a.p[digits] <= '9') {
        digits++;
    }
    int64_t v;
    if (digits == 0 || !str_i64(str_range(a.p, digits), &v)) {
        return false;
    }
    struct slice unit = str_range(a.p + digits, a.n - digits);
    for (size_t i = 0; i < tm_array_len(units); i++) {
        if (str_eq(unit, units[i].unit)) {
            if (v > INT64_MAX / units[i].ms) {
                return false;
            }
            *out = v * units[i].ms;
            return true;
        }
    }
    return false;
}

size_t str_copy(char *dst, size_t cap, struct slice src)
{
    tm_assert(cap > 0);
    size_t n = src.n;
    if (n >= cap) {
        n = cap - 1;
        /* A character has at most three continuation bytes; more of them is
         * no UTF-8, and any cut is as good. */
        size_t back = 0;
        while (back < 3 && back < n &&
               ((unsigned)src.p[n - back] & 0xC0) == 0x80) {
            back++;
        }
        if (((unsigned)src.p[n - back] & 0xC0) != 0x80) {
            n -= back;
        }
    }
    if (n > 0) {
        memmove(dst, src.p, n);
    }
    dst[n] = '\0';
    return n;
}

/* The smallest code point that needs n bytes; smaller ones are overlong. */
static uint32_t utf8_least(size_t n)
{
    return n == 2 ? 0x80 : n == 3 ? 0x800 : 0x10000;
}

size_t str_utf8(struct slice s)
{
    if (s.n == 0) {
        return 0;
    }
    unsigned char c = (unsigned char)s.p[0];
    if (c < 0x80) {
        return 1;
    }
    size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || s.n < n) {
        return 0;
    }
    uint32_t v = c & (0x7FU >> n);
    for (size_t i = 1; i < n; i++) {
        unsigned char next = (unsigned char)s.p[i];
        if ((next & 0xC0) != 0x80) {
            return 0;
        }
        v = v << 6 | (next & 0x3FU);
    }
    bool surrogate = v >= 0xD800 && v <= 0xDFFF;
    return v < utf8_least(n) || v > 0x10FFFF || surrogate ? 0 : n;
}

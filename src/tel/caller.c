#include "tel/caller.h"

#include <string.h>

#include "core/number/number.h"

enum { USER_MAX = 64 };

/* What stands in <>, or all of it. A name in quotes may hold anything. */
static struct slice inside(struct slice s)
{
    size_t i = 0;
    if (s.n > 0 && s.p[0] == '"') {
        for (i = 1; i < s.n && s.p[i] != '"'; ++i) {
            i += s.p[i] == '\\' ? 1 : 0;
        }
    }
    while (i < s.n && s.p[i] != '<') {
        ++i;
    }
    if (i >= s.n) {
        return s;
    }
    struct slice rest;
    return str_cut(str_range(s.p + i + 1, s.n - i - 1), '>', &rest);
}

struct slice caller_user(struct slice address)
{
    struct slice rest, s = str_trim(inside(str_trim(address)));
    struct slice scheme = str_cut(s, ':', &rest);
    bool tel = str_eq_nocase(scheme, "tel");
    if (!tel && !str_eq_nocase(scheme, "sip") &&
        !str_eq_nocase(scheme, "sips")) {
        return str_of("");
    }
    struct slice user = rest, host;
    if (!tel) {
        user = str_cut(rest, '@', &host);
        if (user.n == rest.n) {
            return str_of(""); /* a host alone */
        }
    }
    /* Parameters of the number, and a password. */
    return str_cut(str_cut(user, ';', &rest), ':', &host);
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Digits and what stands between them; letters make names, which may not be
 * read as the keys they stand on. Returns the length, 0: no number. */
static size_t digits_of(struct slice user, char out[USER_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < user.n; ++i) {
        int c = (unsigned char)user.p[i];
        if (c == '%' && i + 2 < user.n) {
            int high = hex(user.p[i + 1]), low = hex(user.p[i + 2]);
            c = high < 0 || low < 0 ? 0 : high << 4 | low;
            i += 2;
        }
        if (c == 0 || !strchr("+0123456789-. ()", c) || n + 1 >= USER_MAX) {
            return 0;
        }
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return n;
}

static uint64_t parsed(const char *text, const char *country)
{
    struct number n;
    return number_parse(str_of(text), country, &n) == NUMBER_OK ? n.e164 : 0;
}

uint64_t caller_number(struct slice address, const char *country)
{
    char text[USER_MAX + 1];
    text[0] = '+';
    size_t n = digits_of(caller_user(address), text + 1);
    if (n == 0) {
        return 0;
    }
    bool national = country && country[0] && text[1] != '+';
    uint64_t e164 = text[1] == '+' ? parsed(text + 1, NULL)
                    : national     ? parsed(text + 1, country)
                                   : 0;
    if (e164 == 0 && text[1] == '0' && text[2] == '0') {
        text[2] = '+';
        e164 = parsed(text + 2, NULL);
    } else if (e164 == 0 && text[1] != '+') {
        e164 = parsed(text, NULL);
    }
    return e164;
}

/* "id;critical": some part of who calls is to be kept from the called. */
static bool hidden(struct slice privacy)
{
    static const char *const kind[] = {"id", "user", "header", "full"};
    size_t from = 0;
    for (size_t i = 0; privacy.n > 0 && i <= privacy.n; ++i) {
        if (i < privacy.n && privacy.p[i] != ';' && privacy.p[i] != ',') {
            continue;
        }
        struct slice one = str_trim(str_range(privacy.p + from, i - from));
        for (size_t k = 0; k < tm_array_len(kind); ++k) {
            if (str_eq_nocase(one, kind[k])) {
                return true;
            }
        }
        from = i + 1;
    }
    return false;
}

static bool anonymous(struct slice from)
{
    struct slice host, rest, s = str_trim(inside(from));
    (void)str_cut(s, '@', &host);
    host = str_cut(str_cut(host, ';', &rest), ':', &rest);
    return str_eq_nocase(caller_user(from), "anonymous") ||
           str_eq_nocase(host, "anonymous.invalid");
}

uint64_t caller_of(const struct caller_says *s, const char *country)
{
    if (hidden(s->privacy) || anonymous(s->from)) {
        return 0;
    }
    uint64_t e164 = caller_number(s->asserted, country);
    return e164 != 0 ? e164 : caller_number(s->from, country);
}

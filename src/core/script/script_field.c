#include "core/script/script_field.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool parse_format(struct slice s, enum script_format *out)
{
    if (str_eq(s, "time"))
        *out = SCRIPT_FORMAT_TIME;
    else if (str_eq(s, "date"))
        *out = SCRIPT_FORMAT_DATE;
    else if (str_eq(s, "digits"))
        *out = SCRIPT_FORMAT_DIGITS;
    else
        return false;
    return true;
}

/* What stands between the braces. */
static bool parse_inner(struct slice s, struct script_field *out)
{
    struct slice fallback, format;
    struct slice head = str_cut(s, '|', &fallback);
    struct slice name = str_cut(head, ':', &format);
    for (size_t i = 0; i < name.n; i++)
        if (!name_char(name.p[i]))
            return false;
    if (name.n == 0)
        return false;
    out->name = name;
    out->fallback = fallback.p == NULL ? str_of("") : str_trim(fallback);
    out->format = SCRIPT_FORMAT_PLAIN;
    return format.p == NULL || parse_format(format, &out->format);
}

int script_field_next(struct slice text, size_t *at, struct script_field *out)
{
    size_t i = *at;
    while (i < text.n && text.p[i] != '{' && text.p[i] != '}')
        i++;
    if (i == text.n)
        return 0;
    size_t start = i;
    if (text.p[i] == '}')
        return -1;
    do
        i++;
    while (i < text.n && text.p[i] != '}' && text.p[i] != '{');
    if (i == text.n || text.p[i] == '{')
        return -1;
    if (!parse_inner(str_range(text.p + start + 1, i - start - 1), out))
        return -1;
    out->start = start;
    out->end = i + 1;
    *at = i + 1;
    return 1;
}

/* "15:30", "2026-11-23T15:30" or "2026-11-23 15:30:00" gives 15 and 30. */
static bool read_time(struct slice v, unsigned *hour, unsigned *minute)
{
    if (v.n > 11 && (v.p[10] == 'T' || v.p[10] == ' '))
        v = str_range(v.p + 11, v.n - 11);
    struct slice rest;
    struct slice h = str_cut(v, ':', &rest);
    uint64_t hh, mm;
    if (rest.p == NULL || rest.n < 2 || !str_u64(h, &hh) ||
        !str_u64(str_range(rest.p, 2), &mm) || hh > 23 || mm > 59)
        return false;
    if (rest.n > 2 && rest.p[2] != ':')
        return false;
    *hour = (unsigned)hh;
    *minute = (unsigned)mm;
    return true;
}

static bool speak_time(struct slice v, char *out, size_t cap)
{
    unsigned h, m;
    if (!read_time(v, &h, &m))
        return false;
    const char *half = h < 12 ? "AM" : "PM";
    h = h % 12 == 0 ? 12 : h % 12;
    if (m == 0)
        snprintf(out, cap, "%u %s", h, half);
    else
        snprintf(out, cap, "%u:%02u %s", h, m, half);
    return true;
}

static bool speak_date(struct slice v, char *out, size_t cap)
{
    static const char *const day[] = {"Monday",   "Tuesday", "Wednesday",
                                      "Thursday", "Friday",  "Saturday",
                                      "Sunday"};
    static const char *const month[] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    struct civil_date d;
    if (v.n > 10 && (v.p[10] == 'T' || v.p[10] == ' '))
        v = str_range(v.p, 10);
    if (!civil_parse_date(v, &d))
        return false;
    snprintf(out, cap, "%s, %s %u", day[civil_weekday(d)], month[d.month - 1],
             (unsigned)d.day);
    return true;
}

/* Letters and digits one by one; anything else is a pause. */
static bool speak_digits(struct slice v, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                     (c >= 'a' && c <= 'z');
        if (!plain)
            continue;
        if (n + 3 > cap)
            break;
        if (n > 0)
            out[n++] = ' ';
        out[n++] = c;
    }
    out[n] = '\0';
    return n > 0;
}

size_t script_field_speak(enum script_format format, struct slice value,
                          char *out, size_t cap)
{
    tm_assert(cap > 0);
    bool done = false;
    switch (format) {
    case SCRIPT_FORMAT_PLAIN: break;
    case SCRIPT_FORMAT_TIME: done = speak_time(value, out, cap); break;
    case SCRIPT_FORMAT_DATE: done = speak_date(value, out, cap); break;
    case SCRIPT_FORMAT_DIGITS: done = speak_digits(value, out, cap); break;
    }
    return done ? strlen(out) : str_copy(out, cap, value);
}

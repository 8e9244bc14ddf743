#include "core/dnc/dnc_xml.h"

#include <string.h>

enum { AREA_DIGITS = 3, LOCAL_DIGITS = 7 };

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What stands behind "name=" in a tag, without quotes; empty: nothing. */
static struct slice attribute(struct slice tag, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 1; i + n < tag.n; i++) {
        if (!is_space(tag.p[i - 1]) || tag.p[i + n] != '=' ||
            !str_eq_nocase(str_range(tag.p + i, n), name)) {
            continue;
        }
        size_t from = i + n + 1;
        char quote = from < tag.n ? tag.p[from] : '\0';
        bool quoted = quote == '\'' || quote == '"';
        from += quoted;
        size_t to = from;
        while (to < tag.n &&
               (quoted ? tag.p[to] != quote
                       : !is_space(tag.p[to]) && tag.p[to] != '/')) {
            to++;
        }
        return str_trim(str_range(tag.p + from, to - from));
    }
    return str_of("");
}

/* A number of 1 to max digits; leading zeros may be missing. */
static bool figure(struct slice s, size_t max, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        *out = *out * 10 + (uint64_t)(s.p[i] - '0');
    }
    return s.n > 0 && s.n <= max;
}

static void reject(struct dnc_text *t, const char *why, struct slice tag)
{
    t->counts.rejected++;
    if (t->reject) {
        t->reject(t->arg, t->line + 1, why, tag);
    }
}

static void take_phone(struct dnc_text *t, struct slice tag)
{
    uint64_t local;
    t->counts.rows++;
    if (!figure(attribute(tag, "val"), LOCAL_DIGITS, &local)) {
        reject(t, "has a ph without the seven digits of a number", tag);
        return;
    }
    if (t->area == 0) {
        reject(t, "has a ph outside of an area code", tag);
        return;
    }
    t->counts.numbers++;
    t->number(t->arg, 10000000000 + t->area * 10000000 + local);
}

static void take_area(struct dnc_text *t, struct slice tag)
{
    uint64_t area;
    struct slice val = attribute(tag, "val");
    t->area = 0;
    if (figure(val, AREA_DIGITS, &area) && area >= 200) {
        t->area = area;
        return;
    }
    t->counts.rows++;
    reject(t, "has an ac that is no area code", tag);
}

/* Only full lists have a published form. */
static void take_list(struct dnc_text *t, struct slice tag)
{
    struct slice type = attribute(tag, "type");
    if (type.n > 0 && !str_eq_nocase(type, "full")) {
        t->counts.rows++;
        reject(t, "is of a list that is not a full one", tag);
        t->other_type = true;
    }
}

/* "ph val='1234567'/", without the angle brackets. */
static void take_tag(struct dnc_text *t)
{
    struct slice tag = str_range(t->text, t->n);
    size_t n = 0;
    bool too_long = t->too_long;
    t->n = 0;
    t->too_long = false;
    while (n < tag.n && !is_space(tag.p[n]) && tag.p[n] != '/') {
        n++;
    }
    struct slice name = str_range(tag.p, n);
    if (too_long) {
        t->counts.rows++;
        reject(t, "has a tag that is too long", tag);
    } else if (t->other_type) {
        return;
    } else if (str_eq_nocase(name, "ph")) {
        take_phone(t, tag);
    } else if (str_eq_nocase(name, "ac")) {
        take_area(t, tag);
    } else if (str_eq_nocase(name, "list")) {
        take_list(t, tag);
    }
}

void dnc_xml_feed(struct dnc_text *t, struct slice bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        char c = bytes.p[i];
        t->line += c == '\n';
        if (c == '<') {
            t->in_tag = true;
            t->n = 0;
            t->too_long = false;
        } else if (c == '>' && t->in_tag) {
            t->in_tag = false;
            take_tag(t);
        } else if (t->in_tag && t->n < sizeof(t->text)) {
            t->text[t->n++] = c;
        } else if (t->in_tag) {
            t->too_long = true;
        }
    }
}

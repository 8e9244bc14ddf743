#include "base/json_out.h"

#include <locale.h>

void json_out_init(struct json_out *j, struct buf *b)
{
    tm_assert(b);
    *j = (struct json_out){.b = b};
}

/* Before every value: the comma, and the check that a value may stand here. */
static void begin_value(struct json_out *j)
{
    bool in_object = j->object[j->depth];
    tm_assert(in_object == j->after_key);
    if (!in_object) {
        /* At depth 0 there is one value and no comma. */
        tm_assert(j->depth > 0 || !j->comma[0]);
        if (j->comma[j->depth]) {
            buf_add_char(j->b, ',');
        }
        j->comma[j->depth] = true;
    }
    j->after_key = false;
}

static void open_level(struct json_out *j, bool object)
{
    begin_value(j);
    tm_assert(j->depth + 1 < JSON_OUT_DEPTH_MAX);
    j->depth++;
    j->comma[j->depth] = false;
    j->object[j->depth] = object;
    buf_add_char(j->b, object ? '{' : '[');
}

static void close_level(struct json_out *j, bool object)
{
    tm_assert(j->depth > 0);
    tm_assert(j->object[j->depth] == object && !j->after_key);
    j->depth--;
    buf_add_char(j->b, object ? '}' : ']');
}

void json_out_object(struct json_out *j)
{
    open_level(j, true);
}

void json_out_end_object(struct json_out *j)
{
    close_level(j, true);
}

void json_out_array(struct json_out *j)
{
    open_level(j, false);
}

void json_out_end_array(struct json_out *j)
{
    close_level(j, false);
}

static void escape_ascii(struct buf *b, char c)
{
    switch (c) {
    case '"': buf_add_str(b, "\\\""); break;
    case '\\': buf_add_str(b, "\\\\"); break;
    case '\n': buf_add_str(b, "\\n"); break;
    case '\r': buf_add_str(b, "\\r"); break;
    case '\t': buf_add_str(b, "\\t"); break;
    default: buf_addf(b, "\\u%04x", (unsigned)c); break;
    }
}

/* Bytes at the start that need no escape. */
static size_t plain_run(struct slice s)
{
    size_t i = 0;
    while (i < s.n) {
        size_t n = str_utf8(str_range(s.p + i, s.n - i));
        unsigned char c = (unsigned char)s.p[i];
        if (n == 0 || c < 0x20 || c == 0x7F || c == '"' || c == '\\') {
            break;
        }
        i += n;
    }
    return i;
}

static void quote(struct buf *b, struct slice s)
{
    buf_add_char(b, '"');
    while (s.n > 0) {
        size_t n = plain_run(s);
        buf_add(b, s.p, n);
        s = str_range(s.p + n, s.n - n);
        if (s.n == 0) {
            break;
        }
        if (str_utf8(s) == 0) {
            buf_add_str(b, "\xEF\xBF\xBD"); /* U+FFFD for each bad byte */
        } else {
            escape_ascii(b, s.p[0]);
        }
        s = str_range(s.p + 1, s.n - 1);
    }
    buf_add_char(b, '"');
}

void json_out_key(struct json_out *j, const char *key)
{
    tm_assert(key);
    tm_assert(j->object[j->depth] && !j->after_key);
    if (j->comma[j->depth]) {
        buf_add_char(j->b, ',');
    }
    j->comma[j->depth] = true;
    quote(j->b, str_of(key));
    buf_add_char(j->b, ':');
    j->after_key = true;
}

void json_out_text(struct json_out *j, const char *text)
{
    if (!text) {
        json_out_null(j);
        return;
    }
    json_out_slice(j, str_of(text));
}

void json_out_slice(struct json_out *j, struct slice s)
{
    begin_value(j);
    quote(j->b, s);
}

void json_out_int(struct json_out *j, int64_t v)
{
    begin_value(j);
    buf_addf(j->b, "%lld", (long long)v);
}

void json_out_decimal(struct json_out *j, double v, int decimals)
{
    tm_assert(decimals >= 0 && decimals <= 17);
    /* False for NaN as well. */
    if (!(v >= -1.7976931348623157e308 && v <= 1.7976931348623157e308)) {
        json_out_null(j);
        return;
    }
    begin_value(j);
    /* The thread's locale may write a comma; glibc's C locale is built in. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    tm_assert(c);
    locale_t old = uselocale(c);
    buf_addf(j->b, "%.*f", decimals, v);
    (void)uselocale(old);
    freelocale(c);
}

void json_out_bool(struct json_out *j, bool v)
{
    begin_value(j);
    buf_add_str(j->b, v ? "true" : "false");
}

void json_out_null(struct json_out *j)
{
    begin_value(j);
    buf_add_str(j->b, "null");
}

void json_out_kv_text(struct json_out *j, const char *key, const char *text)
{
    json_out_key(j, key);
    json_out_text(j, text);
}

void json_out_kv_int(struct json_out *j, const char *key, int64_t v)
{
    json_out_key(j, key);
    json_out_int(j, v);
}

void json_out_kv_bool(struct json_out *j, const char *key, bool v)
{
    json_out_key(j, key);
    json_out_bool(j, v);
}

void json_out_kv_decimal(struct json_out *j, const char *key, double v,
                         int decimals)
{
    json_out_key(j, key);
    json_out_decimal(j, v, decimals);
}

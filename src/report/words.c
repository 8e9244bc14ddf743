#include "report/words.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"

static const char *set(char out[WORDS_MAX], const char *text)
{
    (void)snprintf(out, WORDS_MAX, "%s", text);
    return out;
}

const char *words_count(uint64_t n, char out[WORDS_MAX])
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
    size_t at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *words_share(uint64_t n, uint64_t of, char out[WORDS_MAX])
{
    if (of == 0)
        return set(out, "-");
    tm_assert(n <= UINT64_MAX / 2000);
    uint64_t permille = (n * 2000 + of) / (2 * of);
    (void)snprintf(out, WORDS_MAX, "%llu.%llu %%",
                   (unsigned long long)permille / 10,
                   (unsigned long long)permille % 10);
    return out;
}

const char *words_mean_ms(int64_t sum_ms, uint64_t n, char out[WORDS_MAX])
{
    if (n == 0)
        return set(out, "-");
    int64_t ms = sum_ms / (int64_t)n;
    if (ms < 60000)
        (void)snprintf(out, WORDS_MAX, "%lld.%lld s", (long long)(ms / 1000),
                       (long long)(ms % 1000 / 100));
    else
        (void)snprintf(out, WORDS_MAX, "%lld min %02lld s",
                       (long long)(ms / 60000), (long long)(ms / 1000 % 60));
    return out;
}

const char *words_iso(int64_t us, char out[WORDS_MAX])
{
    out[0] = '\0';
    if (us != 0)
        civil_format_instant(us, out);
    return out;
}

const char *words_instant(int64_t us, char out[WORDS_MAX])
{
    if (us == 0)
        return set(out, "never");
    char iso[CIVIL_INSTANT_LEN];
    civil_format_instant(us, iso);
    (void)snprintf(out, WORDS_MAX, "%.10s %.8s UTC", iso, iso + 11);
    return out;
}

/* One character: its bytes, or 0 when a replacement must stand for it. */
static size_t character(struct slice text)
{
    size_t n = str_utf8(text);
    unsigned char c = (unsigned char)text.p[0];
    bool control = n == 1 && (c < 0x20 || c == 0x7f);
    /* U+0080 to U+009F: the other set of control characters */
    bool control2 = n == 2 && c == 0xc2 && (unsigned char)text.p[1] < 0xa0;
    return control || control2 ? 0 : n;
}

void words_plain(struct buf *b, struct slice text)
{
    while (text.n > 0) {
        size_t n = character(text);
        if (n == 0)
            buf_add_char(b, '?');
        else
            buf_add(b, text.p, n);
        size_t step = n > 0 ? n : 1;
        text = str_range(text.p + step, text.n - step);
    }
}

static const char *entity(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void words_html(struct buf *b, struct slice text)
{
    while (text.n > 0) {
        size_t n = character(text);
        const char *special = n == 1 ? entity(text.p[0]) : NULL;
        if (n == 0)
            buf_add_str(b, "\xef\xbf\xbd");
        else if (special != NULL)
            buf_add_str(b, special);
        else
            buf_add(b, text.p, n);
        size_t step = n > 0 ? n : 1;
        text = str_range(text.p + step, text.n - step);
    }
}

void words_csv(struct buf *b, struct slice text)
{
    bool quote = false;
    for (size_t i = 0; i < text.n; i++)
        quote = quote || strchr(",\"\r\n", text.p[i]) != NULL;
    if (quote)
        buf_add_char(b, '"');
    if (text.n > 0 && strchr("=+-@\t\r", text.p[0]) != NULL)
        buf_add_char(b, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, text.p[i]);
    }
    if (quote)
        buf_add_char(b, '"');
}

size_t words_width(struct slice text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return n;
}

void words_paragraph(struct buf *b, struct slice text, size_t indent,
                     size_t width)
{
    size_t at = 0; /* columns used; 0: a new line */
    while (text.n > 0) {
        struct slice word = str_cut(text, ' ', &text);
        size_t n = words_width(word);
        if (word.n == 0)
            continue;
        if (at > indent && at + 1 + n > width) {
            buf_add_char(b, '\n');
            at = 0;
        }
        if (at > 0)
            buf_add_char(b, ' ');
        else
            buf_addf(b, "%*s", (int)indent, "");
        words_plain(b, word);
        at = (at > 0 ? at + 1 : indent) + n;
    }
    buf_add_char(b, '\n');
}

#include "core/number/number_text.h"

#include <string.h>

/* What a character is to a telephone number. */
enum kind {
    KIND_DIGIT,
    KIND_LETTER,
    KIND_PLUS,
    KIND_FILLER, /* punctuation, spaces, invisible marks */
    KIND_MARK,   /* begins an extension: # , ; */
    KIND_OTHER,
};

struct glyph {
    enum kind kind;
    char ascii;  /* digit or capital letter */
    size_t size; /* bytes */
};

struct range {
    uint32_t first, last;
};

/* Zeros of the decimal digits met in telephone numbers. */
static const uint32_t zeros[] = {0x660, 0x6f0, 0x966, 0xff10};

/* Spaces, dashes, dots, brackets, soft hyphens, direction marks (copied from
 * contact lists) and their full-width forms. */
static const struct range fillers[] = {
    {0x0085, 0x0085}, {0x00a0, 0x00a0}, {0x00ad, 0x00ad}, {0x00b7, 0x00b7},
    {0x061c, 0x061c}, {0x2000, 0x2015}, {0x2022, 0x2022}, {0x2024, 0x2024},
    {0x2027, 0x202f}, {0x203c, 0x203c}, {0x2044, 0x2044}, {0x2053, 0x2053},
    {0x205f, 0x2060}, {0x2066, 0x2069}, {0x2212, 0x2212}, {0x3000, 0x3000},
    {0x30fc, 0x30fc}, {0xfeff, 0xfeff}, {0xff08, 0xff09}, {0xff0d, 0xff0f},
    {0xff3b, 0xff3b}, {0xff3d, 0xff3d}, {0xff5e, 0xff5e},
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct glyph ascii_glyph(char c)
{
    c = upper(c);
    if (is_digit(c))
        return (struct glyph){KIND_DIGIT, c, 1};
    if (c >= 'A' && c <= 'Z')
        return (struct glyph){KIND_LETTER, c, 1};
    switch (c) {
    case '+': return (struct glyph){KIND_PLUS, c, 1};
    case '#':
    case ',':
    case ';': return (struct glyph){KIND_MARK, c, 1};
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case '-':
    case '.':
    case '(':
    case ')':
    case '[':
    case ']':
    case '/':
    case '~': return (struct glyph){KIND_FILLER, c, 1};
    default: return (struct glyph){KIND_OTHER, c, 1};
    }
}

/* Two- and three-byte UTF-8; nothing longer belongs to a number. 0: neither. */
static uint32_t decode(const unsigned char *p, size_t n, size_t *size)
{
    if (n >= 2 && (p[0] & 0xe0) == 0xc0 && (p[1] & 0xc0) == 0x80) {
        *size = 2;
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    }
    if (n >= 3 && (p[0] & 0xf0) == 0xe0 && (p[1] & 0xc0) == 0x80 &&
        (p[2] & 0xc0) == 0x80) {
        *size = 3;
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
               (p[2] & 0x3f);
    }
    *size = 1;
    return 0;
}

static struct glyph wide_glyph(const char *p, size_t n)
{
    struct glyph g = {.kind = KIND_OTHER};
    uint32_t code = decode((const unsigned char *)p, n, &g.size);

    for (size_t i = 0; i < tm_array_len(zeros); i++) {
        if (code >= zeros[i] && code <= zeros[i] + 9) {
            g.kind = KIND_DIGIT;
            g.ascii = (char)('0' + (code - zeros[i]));
            return g;
        }
    }
    for (size_t i = 0; i < tm_array_len(fillers); i++) {
        if (code >= fillers[i].first && code <= fillers[i].last) {
            g.kind = KIND_FILLER;
            return g;
        }
    }
    /* The full-width forms of the rest of ASCII: plus, letters, marks. */
    if (code > 0xff00 && code < 0xff5f) {
        size_t size = g.size;

        g = ascii_glyph((char)(code - 0xff00 + 0x20));
        g.size = size;
    }
    return g;
}

static struct glyph glyph_at(struct slice text, size_t at)
{
    if ((unsigned char)text.p[at] < 0x80)
        return ascii_glyph(text.p[at]);
    return wide_glyph(text.p + at, text.n - at);
}

static bool starts_nocase(struct slice s, const char *prefix)
{
    size_t n = strlen(prefix);

    return s.n >= n && str_eq_nocase(str_range(s.p, n), prefix);
}

/* Without what people and programs put before a number. */
static struct slice without_label(struct slice s)
{
    s = str_trim(s);
    /* Spreadsheets mark text cells with an apostrophe. */
    if (s.n > 0 && s.p[0] == '\'')
        s = str_range(s.p + 1, s.n - 1);
    if (starts_nocase(s, "tel:"))
        s = str_range(s.p + 4, s.n - 4);
    return str_trim(s);
}

/* 2125550123.0: a number that went through a floating-point column. */
static struct slice without_fraction(struct slice s)
{
    if (s.n < 9 || s.p[s.n - 1] != '0' || s.p[s.n - 2] != '.')
        return s;
    for (size_t i = s.p[0] == '+' ? 1 : 0; i < s.n - 2; i++) {
        if (!is_digit(s.p[i]))
            return s;
    }
    return str_range(s.p, s.n - 2);
}

/* Length of a word or mark that begins an extension; 0: there is none. Only
 * marks that cannot be letters of a number are sure of themselves. */
static size_t extension_mark(struct slice s, bool *sure)
{
    static const char *const word[] = {";ext=", "extension", "extn", "ext",
                                       "x",     "#",         ",",    ";"};

    for (size_t i = 0; i < tm_array_len(word); i++) {
        if (starts_nocase(s, word[i])) {
            *sure = i < 4;
            return strlen(word[i]);
        }
    }
    return 0;
}

/* Reads an extension up to the end of the text. NUMBER_OK with *found false:
 * what stands here is no extension. */
static enum number_fault read_extension(struct slice s, bool *found, char *out)
{
    bool sure = false;
    size_t at = extension_mark(s, &sure), from, n;

    *found = false;
    if (at == 0)
        return NUMBER_OK;
    while (at < s.n && strchr(" .:=,#", s.p[at]) != NULL && s.p[at] != '\0')
        at++;
    from = at;
    while (at < s.n && is_digit(s.p[at]))
        at++;
    n = at - from;
    if (at < s.n && s.p[at] == '#')
        at++;
    if (at < s.n || n == 0)
        return sure && n == 0 ? NUMBER_EXTENSION : NUMBER_OK;
    /* More digits behind a mere comma are another number, not an extension. */
    if (n > NUMBER_EXTENSION_MAX)
        return sure || upper(s.p[0]) == 'X' ? NUMBER_EXTENSION : NUMBER_OK;
    memcpy(out, s.p + from, n);
    out[n] = '\0';
    *found = true;
    return NUMBER_OK;
}

/* The keys of a telephone: A to C are 2 ... W to Z are 9 (E.161). */
static uint8_t key_of(char letter)
{
    static const char key[] = "22233344455566677778889999";

    tm_assert(letter >= 'A' && letter <= 'Z');
    return (uint8_t)(key[letter - 'A'] - '0');
}

/* A glyph that is not an extension's beginning. */
static enum number_fault take(struct number_text *t, struct glyph g)
{
    struct number_digits *d = &t->dialled;

    switch (g.kind) {
    case KIND_FILLER: return NUMBER_OK;
    case KIND_PLUS:
        if (d->n > 0)
            return NUMBER_NOT_A_NUMBER;
        t->plus = true;
        return NUMBER_OK;
    case KIND_DIGIT:
    case KIND_LETTER:
        if (d->n == NUMBER_TEXT_DIGITS)
            return NUMBER_TOO_LONG;
        if (g.kind == KIND_LETTER)
            t->letters++;
        d->d[d->n++] =
            g.kind == KIND_LETTER ? key_of(g.ascii) : (uint8_t)(g.ascii - '0');
        return NUMBER_OK;
    case KIND_MARK:
    case KIND_OTHER:
    default: return NUMBER_NOT_A_NUMBER;
    }
}

enum number_fault number_text_read(struct slice text, struct number_text *out)
{
    struct slice s = without_fraction(without_label(text));
    enum number_fault fault = NUMBER_OK;

    *out = (struct number_text){0};
    if (s.n == 0)
        return NUMBER_EMPTY;
    for (size_t at = 0; at < s.n && fault == NUMBER_OK;) {
        struct number_digits *d = &out->dialled;
        bool found = false;
        struct glyph g;

        /* Most of it is plain digits: spare them the rest. */
        if (is_digit(s.p[at]) && d->n < NUMBER_TEXT_DIGITS) {
            d->d[d->n++] = (uint8_t)(s.p[at++] - '0');
            continue;
        }
        g = glyph_at(s, at);
        /* An extension needs a number before it. */
        if ((g.kind == KIND_LETTER || g.kind == KIND_MARK) && d->n >= 3)
            fault = read_extension(str_range(s.p + at, s.n - at), &found,
                                   out->extension);
        if (found)
            break;
        if (fault == NUMBER_OK)
            fault = take(out, g);
        at += g.size;
    }
    if (fault == NUMBER_OK && out->dialled.n == out->letters)
        fault = out->letters > 0 ? NUMBER_LETTERS : NUMBER_NOT_A_NUMBER;
    return fault;
}

/* 1.2125550123E+10: digits, a point or comma, digits, E, digits. */
static bool is_scientific(struct slice s)
{
    size_t at = 0, points = 0, exponent;

    while (at < s.n &&
           (is_digit(s.p[at]) || s.p[at] == '.' || s.p[at] == ',')) {
        if (!is_digit(s.p[at]))
            points++;
        at++;
    }
    if (at == 0 || at == s.n || points > 1 || upper(s.p[at]) != 'E')
        return false;
    at++;
    if (at < s.n && s.p[at] == '+')
        at++;
    else if (points == 0)
        return false;
    exponent = s.n - at;
    while (at < s.n && is_digit(s.p[at]))
        at++;
    return at == s.n && exponent >= 1 && exponent <= 3;
}

/* Two runs of seven or more digits, with more than fillers between them. */
static bool has_several(struct slice s)
{
    size_t digits = 0, numbers = 0;

    for (size_t at = 0; at < s.n;) {
        struct glyph g = glyph_at(s, at);
        bool splits = g.kind == KIND_LETTER || g.kind == KIND_MARK ||
                      g.kind == KIND_OTHER || s.p[at] == '/' ||
                      (g.kind == KIND_PLUS && digits > 0);

        if (g.kind == KIND_DIGIT && ++digits == 7)
            numbers++;
        if (splits)
            digits = 0;
        at += g.size;
    }
    return numbers >= 2;
}

enum number_fault number_text_diagnose(struct slice text,
                                       enum number_fault fault)
{
    struct slice s = without_label(text);

    tm_assert(fault != NUMBER_OK);
    if (fault != NUMBER_EMPTY && is_scientific(s))
        return NUMBER_SPREADSHEET;
    if ((fault == NUMBER_TOO_LONG || fault == NUMBER_LETTERS ||
         fault == NUMBER_NOT_A_NUMBER) &&
        has_several(s))
        return NUMBER_SEVERAL;
    if (fault != NUMBER_NOT_A_NUMBER)
        return fault;
    /* "call Bob!": letters are the better hint when there are any. */
    for (size_t at = 0; at < s.n; at++) {
        if (ascii_glyph(s.p[at]).kind == KIND_LETTER)
            return NUMBER_LETTERS;
    }
    return fault;
}

#include "core/script/script_words.h"

#include <string.h>

#include "core/script/script_field.h"

enum { SAID_DIGITS_MAX = 20 };

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Bytes above ASCII belong to letters. */
static bool in_word(char c)
{
    c = small(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static bool same(struct slice words, size_t at, struct slice what)
{
    for (size_t i = 0; i < what.n; i++)
        if (small(words.p[at + i]) != small(what.p[i]))
            return false;
    return true;
}

size_t script_words_find(struct slice words, struct slice what, size_t from)
{
    if (what.n == 0)
        return SIZE_MAX;
    for (size_t at = from; at + what.n <= words.n; at++) {
        size_t end = at + what.n;
        bool before = at > 0 && in_word(words.p[at - 1]) && in_word(what.p[0]);
        bool behind = end < words.n && in_word(words.p[end]) &&
                      in_word(what.p[what.n - 1]);
        if (!before && !behind && same(words, at, what))
            return at;
    }
    return SIZE_MAX;
}

size_t script_words_sentence_end(struct slice words, size_t at)
{
    for (; at < words.n; at++) {
        bool mark = memchr(".!?", words.p[at], 3) != NULL;
        if (mark && (at + 1 == words.n || words.p[at + 1] == ' '))
            return at + 1;
    }
    return words.n;
}

bool script_words_key(struct slice words, char key)
{
    struct slice digit = str_range(&key, 1);
    if (key == '*')
        return script_words_find(words, str_of("star"), 0) != SIZE_MAX;
    if (key == '#')
        return script_words_find(words, str_of("pound"), 0) != SIZE_MAX ||
               script_words_find(words, str_of("hash"), 0) != SIZE_MAX;
    return script_words_find(words, digit, 0) != SIZE_MAX;
}

/* The digits from a place on, blanks and marks of telephone numbers between
 * them left out; "." followed by a blank ends a sentence, and the number. */
static size_t digits_at(struct slice words, size_t at,
                        char out[SAID_DIGITS_MAX])
{
    size_t n = 0;
    for (; at < words.n && n < SAID_DIGITS_MAX; at++) {
        char c = words.p[at];
        if (c >= '0' && c <= '9')
            out[n++] = c;
        else if (memchr(" .-()+,/", c, 8) == NULL)
            break;
        else if (c == '.' && (at + 1 == words.n || words.p[at + 1] == ' '))
            break;
    }
    return n;
}

/* Said in full, or as at home: without the country's code, which has one
 * digit in North America, and maybe with the 0 of long distance before it. */
static bool is_number(const char *said, size_t got, const char *number,
                      size_t n)
{
    size_t codes = number[0] == '1' || number[0] == '7' ? 1 : 3;
    for (size_t code = 0; code <= codes && code + 4 < n; code++) {
        size_t zero = code > 0 && said[0] == '0' ? 1 : 0;
        if (got >= n - code + zero &&
            memcmp(said + zero, number + code, n - code) == 0)
            return true;
    }
    return false;
}

bool script_words_number(struct slice words, uint64_t e164)
{
    char number[SAID_DIGITS_MAX];
    size_t n = 0;
    tm_assert(e164 > 0);
    for (uint64_t v = e164; v > 0; v /= 10)
        n++;
    tm_assert(n <= SAID_DIGITS_MAX);
    for (size_t i = n; i > 0; i--, e164 /= 10)
        number[i - 1] = (char)('0' + e164 % 10);
    for (size_t at = 0; at < words.n; at++) {
        char said[SAID_DIGITS_MAX] = {0};
        char c = words.p[at];
        if (c < '0' || c > '9' || (at > 0 && in_word(words.p[at - 1])))
            continue;
        if (is_number(said, digits_at(words, at, said), number, n))
            return true;
    }
    return false;
}

static void add_text(struct buf *out, struct slice text)
{
    struct script_field f;
    size_t at = 0, done = 0;
    while (script_field_next(text, &at, &f) == 1) {
        buf_add_slice(out, str_range(text.p + done, f.start - done));
        buf_add_slice(out, f.fallback.n > 0 ? f.fallback : f.name);
        done = f.end;
    }
    buf_add_slice(out, str_range(text.p + done, text.n - done));
}

void script_words_heard(const struct script *s, bool opening, struct buf *out,
                        int *line)
{
    int step = s->steps > 0 ? 0 : SCRIPT_END;
    int unknown = 0;
    for (size_t n = 0; step != SCRIPT_END && n < s->steps; n++) {
        const struct script_step *t = &s->step[step];
        for (size_t i = 0; i < t->says; i++) {
            const struct script_say *say = &t->say[i];
            struct slice words = say->wav ? say->words : say->text;
            if (words.n == 0 && unknown == 0)
                unknown = say->line;
            if (out->n > 0)
                buf_add_str(out, " ");
            add_text(out, words);
        }
        bool last = t->action == SCRIPT_DO_OPT_OUT ||
                    t->action == SCRIPT_DO_END || (opening && t->keys > 0);
        step = last ? SCRIPT_END : t->next;
    }
    if (line != NULL)
        *line = unknown;
}

#include "core/rules/vocab.h"

#include <assert.h>

#define WORD(name, text) text,
#define WORDS(tag, prefix, word, list)                                         \
    static const char *const word##_words[prefix##_COUNT] = {list(WORD)};      \
    static_assert(prefix##_COUNT <= 32, "a value is a bit of a mask");
VOCAB_LISTS(WORDS)
#undef WORDS
#undef WORD

struct vocab_words vocab_words_of(enum vocab_list l)
{
    static const struct vocab_words lists[VOCAB_LIST_COUNT] = {
#define ENTRY(tag, prefix, word, list)                                         \
    [VOCAB_LIST_##prefix] = {word##_words, prefix##_COUNT},
        VOCAB_LISTS(ENTRY)
#undef ENTRY
    };
    tm_assert((unsigned)l < VOCAB_LIST_COUNT);
    return lists[l];
}

static const char *text_of(enum vocab_list l, unsigned value)
{
    struct vocab_words w = vocab_words_of(l);
    return value < w.n ? w.word[value] : "?";
}

static bool value_of(enum vocab_list l, struct slice s, unsigned *out)
{
    struct vocab_words w = vocab_words_of(l);
    if (s.n == 0) {
        return false;
    }
    for (unsigned i = 0; i < w.n; i++) {
        if (w.word[i][0] == s.p[0] && str_eq(s, w.word[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

#define DEFINE(tag, prefix, word, list)                                        \
    const char *vocab_##word##_text(enum tag value)                            \
    {                                                                          \
        return text_of(VOCAB_LIST_##prefix, (unsigned)value);                  \
    }                                                                          \
    bool vocab_##word##_parse(struct slice s, enum tag *out)                   \
    {                                                                          \
        unsigned value;                                                        \
        if (!value_of(VOCAB_LIST_##prefix, s, &value)) {                       \
            return false;                                                      \
        }                                                                      \
        *out = (enum tag)value;                                                \
        return true;                                                           \
    }
VOCAB_LISTS(DEFINE)
#undef DEFINE

static bool place_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* Characters from the highest byte down, so that codes sort like texts. */
bool vocab_place_parse(struct slice s, struct place_code *out)
{
    if (s.n == 0 || s.n > VOCAB_PLACE_MAX) {
        return false;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!place_char(s.p[i])) {
            return false;
        }
        v |= (uint64_t)(unsigned char)s.p[i] << (56 - 8 * i);
    }
    out->v = v;
    return true;
}

void vocab_place_text(struct place_code p, char out[VOCAB_PLACE_MAX + 1])
{
    size_t n = 0;
    for (int shift = 56; shift >= 0 && ((p.v >> shift) & 0xFF); shift -= 8) {
        out[n++] = (char)((p.v >> shift) & 0x7F);
    }
    out[n] = '\0';
}

struct place_code vocab_place_country(struct place_code p)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        if (((p.v >> shift) & 0xFF) == '-') {
            return (struct place_code){p.v & ~(UINT64_MAX >> (56 - shift))};
        }
    }
    return p;
}

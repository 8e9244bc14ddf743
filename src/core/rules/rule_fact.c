#include "core/rules/rule_fact.h"

static const struct rule_fact_info infos[RULE_FACT_COUNT] = {
#define X(name, word, list, input, field)                                      \
    [name] = {word, VOCAB_LIST_##list, input},
    RULE_FACTS(X)
#undef X
};

const struct rule_fact_info *rule_fact_info(enum rule_fact f)
{
    tm_assert((unsigned)f < RULE_FACT_COUNT);
    return &infos[f];
}

bool rule_fact_find(struct slice word, enum rule_fact *out)
{
    for (unsigned i = 0; i < RULE_FACT_COUNT; i++) {
        if (str_eq(word, infos[i].word)) {
            *out = (enum rule_fact)i;
            return true;
        }
    }
    return false;
}

/* Words that stand for several values. */
static uint32_t group_mask(enum rule_fact f, struct slice word)
{
    if (f == FACT_CHANNEL && str_eq(word, "voice")) {
        return VOCAB_VOICE;
    }
    if (f == FACT_CHANNEL && str_eq(word, "automated")) {
        return VOCAB_BIT(CHANNEL_VOICE_PRERECORDED) |
               VOCAB_BIT(CHANNEL_VOICE_AI);
    }
    return 0;
}

static uint32_t word_mask(enum rule_fact f, struct slice word)
{
    struct vocab_words w = vocab_words_of(infos[f].list);
    for (size_t i = 0; i < w.n; i++) {
        if (str_eq(word, w.word[i])) {
            return VOCAB_BIT(i);
        }
    }
    return group_mask(f, word);
}

bool rule_fact_mask(enum rule_fact f, struct slice values, uint32_t *mask,
                    struct slice *bad)
{
    uint32_t bits = 0;
    bool negated = false;
    *bad = values;
    struct slice rest = str_trim(values);
    while (rest.n > 0) {
        struct slice word = str_cut(rest, ' ', &rest);
        rest = str_trim(rest);
        if (str_eq(word, "not") && !negated && bits == 0) {
            negated = true;
            continue;
        }
        uint32_t m = word_mask(f, word);
        if (m == 0) {
            *bad = word;
            return false;
        }
        bits |= m;
    }
    if (bits == 0) {
        return false;
    }
    if (negated) {
        /* "not sale" is said of known values only; unknown stays unknown. */
        size_t n = vocab_words_of(infos[f].list).n;
        uint32_t all = (uint32_t)((UINT64_C(1) << n) - 1);
        bits = all & ~bits & ~UINT32_C(1);
    }
    *mask = bits;
    return bits != 0;
}

/* A line that moved to a mobile, or that we were told is one, is that too,
 * whatever our data of it say; an untold line is every line already. */
static void add_wireless(const struct rule_case *k, uint32_t *line)
{
    const struct case_contact *c = &k->contact;
    bool moved = c->ported.year != 0 || c->known_wireless == TRI_YES;
    if (moved && c->line != LINE_UNKNOWN) {
        *line |= VOCAB_BIT(LINE_WIRELESS);
    }
}

bool rule_fact_load(const struct rule_case *k, uint32_t bits[RULE_FACT_COUNT],
                    enum rule_fact *bad)
{
#define X(name, word, list, input, field)                                      \
    if ((unsigned)k->field >= list##_COUNT) {                                  \
        *bad = name;                                                           \
        return false;                                                          \
    }                                                                          \
    bits[name] = VOCAB_BIT((unsigned)k->field);
    RULE_FACTS(X)
#undef X
    add_wireless(k, &bits[FACT_LINE]);
    return true;
}

#include "core/campaign/disposition.h"

#include "core/agent/agent.h"

static const char *const do_words[DISPOSITION_DO_COUNT] = {
#define X(name, word) word,
    DISPOSITION_DO_TABLE(X)
#undef X
};

const char *disposition_do_text(enum disposition_do d)
{
    return (unsigned)d < DISPOSITION_DO_COUNT ? do_words[d] : "?";
}

bool disposition_do_parse(struct slice s, enum disposition_do *out)
{
    for (unsigned i = 0; i < DISPOSITION_DO_COUNT; i++) {
        if (str_eq(s, do_words[i])) {
            *out = (enum disposition_do)i;
            return true;
        }
    }
    return false;
}

size_t disposition_defaults(struct disposition out[DISPOSITIONS_MAX])
{
    static const struct {
        const char *word;
        enum disposition_do action;
        bool success;
    } rows[] = {
#define X(word, action, success) {word, action, success},
        DISPOSITION_DEFAULT(X)
#undef X
    };
    _Static_assert(tm_array_len(rows) <= DISPOSITIONS_MAX, "they fit");
    for (size_t i = 0; i < tm_array_len(rows); i++)
        out[i] = (struct disposition){
            .word = str_of(rows[i].word),
            .action = rows[i].action,
            .success = rows[i].success,
        };
    return tm_array_len(rows);
}

/* A word is typed, printed in tables and kept in records. */
static bool good_word(struct slice word)
{
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!ok)
            return false;
    }
    return word.n > 0 && word.n < AGENT_WORD_MAX;
}

/* "success", "inquiry", both or nothing. */
static bool read_flags(struct slice more, struct disposition *d)
{
    while (more.n > 0) {
        struct slice flag = str_cut(more, ' ', &more);
        bool *to = str_eq(flag, "success")   ? &d->success
                   : str_eq(flag, "inquiry") ? &d->inquiry
                                             : NULL;
        more = str_trim(more);
        if (to == NULL || *to)
            return false;
        *to = true;
    }
    return true;
}

const char *disposition_read(struct slice word, struct slice value,
                             struct disposition *out)
{
    struct slice more;
    struct slice action = str_cut(str_trim(value), ' ', &more);
    struct disposition d = {.word = word};
    more = str_trim(more);
    if (!good_word(word))
        return "a disposition has 1 to 31 letters, digits, '_' and '-'";
    if (!disposition_do_parse(action, &d.action))
        return "what becomes of the lead is one of done, retry, callback, "
               "opt_out, wrong_number and machine";
    if (!read_flags(more, &d))
        return "behind what becomes of the lead stands success or inquiry, "
               "both or nothing";
    if (d.success && d.action != DISPOSITION_DONE &&
        d.action != DISPOSITION_CALLBACK)
        return "only done and callback can be a success";
    if (d.inquiry && d.action != DISPOSITION_DONE &&
        d.action != DISPOSITION_CALLBACK && d.action != DISPOSITION_RETRY)
        return "who is not there or wants no calls makes no inquiry";
    *out = d;
    return NULL;
}

const struct disposition *disposition_find(const struct disposition *d,
                                           size_t n, struct slice word)
{
    for (size_t i = 0; i < n; i++)
        if (str_same(d[i].word, word))
            return &d[i];
    return NULL;
}

#include "core/lead/outcome.h"

static const struct {
    const char *text;
    unsigned flags;
} table[] = {
#define X(name, word, bits) {word, bits},
    OUTCOME_TABLE(X)
#undef X
};
_Static_assert(tm_array_len(table) == OUTCOME_COUNT, "one row an outcome");

const char *outcome_text(enum outcome o)
{
    tm_assert((size_t)o < tm_array_len(table));
    return table[o].text;
}

unsigned outcome_flags(enum outcome o)
{
    tm_assert((size_t)o < tm_array_len(table));
    return table[o].flags;
}

bool outcome_parse(struct slice s, enum outcome *out)
{
    for (size_t i = 0; i < tm_array_len(table); i++) {
        if (str_eq(s, table[i].text)) {
            *out = (enum outcome)i;
            return true;
        }
    }
    return false;
}

#include "core/journal/record.h"

static const char *const kind_word[] = {
#define X(name, text) text,
    RECORD_TABLE(X)
#undef X
};
_Static_assert(tm_array_len(kind_word) == RECORD_COUNT, "one word a kind");

const char *record_kind_text(enum record_kind k)
{
    tm_assert((size_t)k < tm_array_len(kind_word));
    return kind_word[k];
}

bool record_kind_parse(struct slice s, enum record_kind *out)
{
    for (size_t i = 0; i < tm_array_len(kind_word); i++) {
        if (str_eq(s, kind_word[i])) {
            *out = (enum record_kind)i;
            return true;
        }
    }
    return false;
}

#include "core/lead/lead.h"

static const char *const state_word[] = {
#define X(name, text) text,
    LEAD_STATE_TABLE(X)
#undef X
};

const char *lead_state_text(enum lead_state s)
{
    tm_assert((size_t)s < tm_array_len(state_word));
    return state_word[s];
}

bool lead_state_parse(struct slice s, enum lead_state *out)
{
    for (size_t i = 0; i < tm_array_len(state_word); i++) {
        if (str_eq(s, state_word[i])) {
            *out = (enum lead_state)i;
            return true;
        }
    }
    return false;
}

struct slice lead_field_value(const struct lead *l, struct slice name)
{
    tm_assert(l->fields <= LEAD_FIELDS_MAX);
    for (size_t i = 0; i < l->fields; i++)
        if (str_same(l->field[i].name, name))
            return l->field[i].value;
    return str_of("");
}

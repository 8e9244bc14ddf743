#include "core/lead/lead.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"

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

/* What lies between two arrays, the count of the first among it. */
#define PLAIN_PARTS(X)                                                         \
    X(id, phone)                                                               \
    X(phones, consent)                                                         \
    X(consents, revocation)                                                    \
    X(revocations, history)                                                    \
    X(tries, field)

_Static_assert(offsetof(struct lead, id) == 0, "the first part");

void lead_clear(struct lead *l)
{
#define CLEAR(from, to)                                                        \
    memset((char *)l + offsetof(struct lead, from), 0,                         \
           offsetof(struct lead, to) - offsetof(struct lead, from));
    PLAIN_PARTS(CLEAR)
    l->fields = 0;
}

void lead_copy(struct lead *to, const struct lead *from)
{
    tm_assert(from->phones <= LEAD_PHONES_MAX);
    tm_assert(from->consents <= LEAD_CONSENTS_MAX);
    tm_assert(from->revocations <= LEAD_REVOCATIONS_MAX);
    tm_assert(from->tries <= LEAD_HISTORY_MAX);
#define COPY(first, next)                                                      \
    memcpy((char *)to + offsetof(struct lead, first),                          \
           (const char *)from + offsetof(struct lead, first),                  \
           offsetof(struct lead, next) - offsetof(struct lead, first));
    PLAIN_PARTS(COPY)
    memcpy(to->phone, from->phone, from->phones * sizeof(*to->phone));
    memcpy(to->consent, from->consent, from->consents * sizeof(*to->consent));
    memcpy(to->revocation, from->revocation,
           from->revocations * sizeof(*to->revocation));
    memcpy(to->history, from->history, from->tries * sizeof(*to->history));
    to->fields = 0;
}

struct slice lead_field_value(const struct lead *l, struct slice name)
{
    tm_assert(l->fields <= LEAD_FIELDS_MAX);
    for (size_t i = 0; i < l->fields; i++)
        if (str_same(l->field[i].name, name))
            return l->field[i].value;
    return str_of("");
}

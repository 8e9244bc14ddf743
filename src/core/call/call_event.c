#include "core/call/call_event.h"

const char *call_event_cause_text(enum call_cause c)
{
    static const char *const text[] = {
#define X(name, word) word,
        CALL_CAUSE_TABLE(X)
#undef X
    };
    tm_assert((size_t)c < tm_array_len(text));
    return text[c];
}

#include "core/ledger/ledger.h"

#include "base/assert.h"

static const char *const words[LEDGER_KIND_COUNT] = {
#define X(name, text) [name] = text,
    LEDGER_KINDS(X)
#undef X
};

const char *ledger_kind_text(enum ledger_kind k)
{
    return (unsigned)k < LEDGER_KIND_COUNT ? words[k] : "?";
}

bool ledger_kind_parse(struct slice s, enum ledger_kind *out)
{
    for (unsigned i = 0; i < LEDGER_KIND_COUNT; i++) {
        if (str_eq(s, words[i])) {
            *out = (enum ledger_kind)i;
            return true;
        }
    }
    return false;
}

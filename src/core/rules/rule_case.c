#include "core/rules/rule_case.h"

const char *rule_case_input_text(enum case_input i)
{
    static const char *const text[CASE_INPUT_COUNT] = {
#define X(name, text) [name] = text,
        CASE_INPUTS(X)
#undef X
    };
    tm_assert((unsigned)i < CASE_INPUT_COUNT);
    return text[i];
}

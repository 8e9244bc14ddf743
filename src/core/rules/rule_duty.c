#include "core/rules/rule_duty.h"

#include <string.h>

#include "core/rules/rule_code.h"

static bool asks(const struct rule *r, const char *duty)
{
    for (size_t i = 0; i < r->code->duties; i++)
        if (strcmp(r->code->duty[i], duty) == 0)
            return true;
    return false;
}

const struct rule *rule_duty_source(const struct verdict *v, const char *duty)
{
    for (size_t i = 0; i < v->reasons; i++) {
        const struct verdict_reason *r = &v->reason[i];
        bool binds = r->effect != EFFECT_LIFTED && r->effect != EFFECT_NOT_MET;
        if (binds && asks(r->rule, duty))
            return r->rule;
    }
    return NULL;
}

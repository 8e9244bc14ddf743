#include "core/agent/agent_order.h"

#include "base/assert.h"

enum whose { AGENT, CALL };

static const struct {
    const char *text;
    enum whose whose;
} order[AGENT_ORDER_COUNT] = {
#define X(name, text, whose) [name] = {text, whose},
    AGENT_ORDER_TABLE(X)
#undef X
};

const char *agent_order_text(enum agent_order_kind k)
{
    tm_assert(k < AGENT_ORDER_COUNT);
    return order[k].text;
}

bool agent_order_parse(struct slice s, enum agent_order_kind *out)
{
    /* What the engine tells stands after what people ask for. */
    for (int i = 0; i < AGENT_DO_LEG_UP; i++) {
        if (str_eq(s, order[i].text)) {
            *out = (enum agent_order_kind)i;
            return true;
        }
    }
    return false;
}

bool agent_order_is_of_call(enum agent_order_kind k)
{
    tm_assert(k < AGENT_ORDER_COUNT);
    return order[k].whose == CALL;
}

#include "report/caller_joins.h"

#include "base/arena.h"

void caller_joins_fini(struct caller_joins *j)
{
    mem_free(j->join);
    *j = (struct caller_joins){0};
}

void caller_joins_add(struct caller_joins *j, struct attempt_id a,
                      struct agent_id agent)
{
    if (j->n == j->cap) {
        j->cap = j->cap == 0 ? 64 : 2 * j->cap;
        j->join = mem_resize(j->join, j->cap * sizeof(*j->join));
    }
    j->join[j->n++] = (struct caller_join){a, agent};
}

bool caller_joins_end(struct caller_joins *j, struct attempt_id a,
                      enum outcome o, struct agent_figures_builder *b)
{
    bool joined = o == OUTCOME_TALKED || o == OUTCOME_UNKNOWN;
    for (size_t i = j->n; i-- > 0;) {
        if (j->join[i].attempt.v != a.v)
            continue;
        if (!joined)
            agent_figures_no_bridge(b, j->join[i].agent);
        j->join[i] = j->join[--j->n];
    }
    return joined;
}

/*
 * Which agents callers were joined with, while their calls go on: that is
 * written before the carrier tries, and only the end of the call says whether
 * it ever could. O(joins of calls that go on) an end.
 */
#ifndef REPORT_CALLER_JOINS_H
#define REPORT_CALLER_JOINS_H

#include "report/agent_figures.h"

struct caller_join {
    struct attempt_id attempt;
    struct agent_id agent;
};

struct caller_joins {
    struct caller_join *join;
    size_t n, cap;
};

void caller_joins_fini(struct caller_joins *j); /* {0} begins */
void caller_joins_add(struct caller_joins *j, struct attempt_id a,
                      struct agent_id agent);
/* His call is over with this outcome. False: no agent ever had him, which is
 * taken back in the figures of agents. */
bool caller_joins_end(struct caller_joins *j, struct attempt_id a,
                      enum outcome o, struct agent_figures_builder *b);

#endif

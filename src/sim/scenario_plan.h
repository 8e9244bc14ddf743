/*
 * The campaign of a scenario that names none: agents who talk with people,
 * paced, with an opening and a message for who finds nobody, as large as the
 * scenario's floor asks for. Every file of pacing measurements runs with it.
 */
#ifndef SIM_SCENARIO_PLAN_H
#define SIM_SCENARIO_PLAN_H

#include "sim/scenario.h"

/* The scenario has no [campaign] and no campaign = FILE. */
bool scenario_plan_built_in(const struct scenario *s);
/* Its text, as a campaign file; in the arena. */
struct slice scenario_plan_text(const struct scenario *s, struct arena *a);
/* The text, parsed. TM_EINVAL: the scenario asks for what no campaign may do,
 * such as a ring time below 15 s. */
int scenario_plan(const struct scenario *s, struct arena *a,
                  const struct plan **out, struct err *e) TM_MUST_CHECK;

#endif

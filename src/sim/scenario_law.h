/*
 * What a scenario says of the law's own data: which states' do-not-call lists
 * the campaign has, and which emergencies are declared.
 *
 *     state_lists = CO FL TX
 *     emergency = US-LA 2026-11-20..2026-11-30 reporting
 *
 * Pure.
 */
#ifndef SIM_SCENARIO_LAW_H
#define SIM_SCENARIO_LAW_H

#include "sim/scenario.h"

/* TM_EINVAL says what is wrong; *s is then as before. */
int scenario_law_lists(struct scenario *s, struct slice v,
                       struct err *e) TM_MUST_CHECK;
int scenario_law_emergency(struct scenario *s, struct slice v,
                           struct err *e) TM_MUST_CHECK;

#endif

/* Private to the scenario: the `at` lines and small values. Pure. */
#ifndef SIM_SCENARIO_AT_H
#define SIM_SCENARIO_AT_H

#include "sim/scenario.h"

/* "12:00 p 0.4" and the other forms; TM_EINVAL with what is wrong. */
int scenario_at_parse(struct slice text, struct scenario_at *out,
                      struct err *e) TM_MUST_CHECK;
/* "09:00" to seconds of the day. */
bool scenario_at_clock(struct slice s, int32_t *out);
/* "0.2" or "20 %" to parts per million. */
bool scenario_at_share(struct slice s, uint32_t *ppm);

#endif

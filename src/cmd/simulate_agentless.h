/*
 * telemark simulate of a campaign without agents: recorded calls. One run has
 * the report of a real day, several have their sums.
 */
#ifndef CMD_SIMULATE_AGENTLESS_H
#define CMD_SIMULATE_AGENTLESS_H

#include "cmd/simulate_ask.h"

/* Runs and prints. An error with a text, or TM_OK and *code the exit code. */
int simulate_agentless(struct simulate_ask *a, int *code,
                       struct err *e) TM_MUST_CHECK;

#endif

/*
 * telemark simulate of a campaign with agents: each policy on the same seeds,
 * on all processors, compared; or one run told in words, decision by decision.
 */
#ifndef CMD_SIMULATE_FLOOR_H
#define CMD_SIMULATE_FLOOR_H

#include "cmd/simulate_ask.h"

/* Runs and prints. An error with a text, or TM_OK and *code the exit code. */
int simulate_floor(struct simulate_ask *a, int *code,
                   struct err *e) TM_MUST_CHECK;

/* Which part of a run is told: from and to are instants. */
struct simulate_replay {
    uint64_t seed;
    int64_t from_us, to_us;
};
int simulate_floor_replay(struct simulate_ask *a,
                          const struct simulate_replay *p, int *code,
                          struct err *e) TM_MUST_CHECK;

/* "predictive", "power:r=2", "preview", ... for the plan. TM_EINVAL. */
int simulate_floor_policy(const struct plan *plan, const char *text,
                          struct campaign_pacing *out,
                          struct err *e) TM_MUST_CHECK;
/* The plan that a run with this pacing (or NULL) takes: simulated agents ask
 * for leads when the plan is manual. It may be in *copy. */
const struct plan *simulate_floor_plan(const struct plan *plan,
                                       const struct campaign_pacing *pacing,
                                       struct plan *copy);

#endif

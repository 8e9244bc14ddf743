/*
 * How many people will call us: learnt for each campaign from the callers of
 * the last half hour or so, and laid on those who dial with the same agents.
 *
 * A caller takes any agent who suits his campaign, with the same chance; an
 * agent counts for the active campaigns of his group by their weights. So a
 * campaign loses to callers the sum over the groups of what each of its agents
 * there is expected to be called for; all campaigns together never lose more
 * than comes.
 *
 * The first minutes are taken as part of five, else one early call would be
 * taken for a storm.
 *
 * Cost: a call O(1); the first look after something has changed, or after ten
 * seconds, O(groups x campaigns) when anybody called lately; all other looks
 * O(1). Same bits on every compiler (base/real.h). One thread. Pure.
 */
#ifndef CORE_AGENT_FLOOR_CALLS_H
#define CORE_AGENT_FLOOR_CALLS_H

#include "core/agent/floor_share.h"

struct floor_calls;

struct floor_calls *floor_calls_new(void);
void floor_calls_free(struct floor_calls *k);

/* Somebody called this campaign (an index of floor_share_side()). */
void floor_calls_add(struct floor_calls *k, uint16_t side, int64_t now_us);
/* Time passes; earlier times are ignored. */
void floor_calls_pass(struct floor_calls *k, int64_t now_us);
/* Agents, groups or campaigns have changed. */
void floor_calls_stale(struct floor_calls *k);
/* Callers a second that take agents of this campaign. */
double floor_calls_per_s(struct floor_calls *k, const struct floor_share *s,
                         uint16_t side);

/* Callers a second of this campaign itself, as learnt. */
double floor_calls_own(const struct floor_calls *k, uint16_t side);

#endif

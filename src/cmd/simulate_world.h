/*
 * What telemark simulate runs: a scenario with its campaign, rules and zones,
 * loaded once and read by all runs.
 */
#ifndef CMD_SIMULATE_WORLD_H
#define CMD_SIMULATE_WORLD_H

#include "base/arena.h"
#include "base/tz.h"
#include "core/campaign/plan.h"
#include "core/rules/rule_book.h"
#include "sim/scenario.h"

struct simulate_world {
    struct arena arena;
    struct scenario scenario;
    const struct plan *plan;
    const struct rule_book *book;
    struct tz_set zones;
};

/* set: "key=value" of the command line, a NULL ends them; rules: a folder of
 * rule packs or NULL. TM_EINVAL and so on with a text; fini in any case. */
int simulate_world_init(struct simulate_world *w, const char *path,
                        const char *const *set, const char *rules,
                        struct err *e) TM_MUST_CHECK;
void simulate_world_fini(struct simulate_world *w);

/* Rules for scenarios with `rules = allow`: our own hours and caps alone. */
int simulate_world_allow(struct arena *a, const struct rule_book **out,
                         struct err *e) TM_MUST_CHECK;

/* Whether the campaign calls with agents. */
bool simulate_world_has_agents(const struct simulate_world *w);

#endif

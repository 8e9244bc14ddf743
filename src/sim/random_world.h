/*
 * Worlds drawn from one seed: a floor of 1 to 60 agents with shifts, breaks
 * and people who leave, a campaign in any dial mode under any policy, often a
 * second one that shares agents and trunk with it, telephones that are always
 * up or ring for each person, lists from a handful to without end, trunks of
 * any size, and everything that may go wrong (runner_faults). A third of them
 * is under the law: registers, consent, hours, caps and the limit of abandoned
 * calls; in two fifths people call us. Each runs on the product's engine
 * beside both independent checkers.
 *
 *     random_world_draw() says what the world of a seed is, as a scenario file
 *     does; random_world_run() runs it and tells what was found.
 *
 * The same seed is the same world, the same run and the same journal. A
 * finding is repeated by `telemark simulate --random --seed N`.
 *
 * Cost: 0.1 to 2 s a world in a release build. Pure but for memory; one thread
 * a world.
 */
#ifndef SIM_RANDOM_WORLD_H
#define SIM_RANDOM_WORLD_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/tz.h"
#include "sim/runner.h"

enum {
    RANDOM_WORLD_TEXT = 6000,
    RANDOM_WORLD_KIND = 24,
    RANDOM_WORLD_CHANGES = 4,
};

/* What a world is, in the arena: the text of its scenario, the way of dialling
 * when it is not the campaign's own, and its faults. */
struct random_world {
    struct scenario scenario;
    const struct plan *plan;
    const struct plan *second; /* of the campaign beside it; NULL: none */
    struct slice text;         /* as a scenario file says it */
    struct runner_faults faults;
    bool has_faults;
    bool law; /* the rules are the law's; else nothing is refused */
    struct runner_change change[RANDOM_WORLD_CHANGES];
    size_t changes;
};
/* TM_EINVAL: a drawn text is refused, which is a fault of random_world.c. */
int random_world_draw(struct arena *a, uint64_t seed, struct random_world *out,
                      struct err *e) TM_MUST_CHECK;

struct random_world_result {
    uint64_t seed;
    uint64_t findings;
    char kind[RANDOM_WORLD_KIND];  /* of the first one: "stuck", "books" */
    char text[RANDOM_WORLD_TEXT];  /* what was found, lines; then the world */
    char hash[RUNNER_HASH_LEN];    /* of the journal */
    uint64_t events, calls, moves; /* of the clock, to people, of agents */
};
/* What all worlds share; read only. */
struct random_world_house {
    const struct tz_set *zones;
    const struct rule_book *book; /* the operator's pack and
                                     runner_allow_pack() */
    const struct rule_book *law;  /* all packs */
    sim_store_watch_fn *journal;  /* told of each record, too; may be NULL */
    void *journal_arg;
};
/* Findings, a run that stands still included, are in *out, which is always
 * set. */
void random_world_run(uint64_t seed, const struct random_world_house *h,
                      struct random_world_result *out);

#endif

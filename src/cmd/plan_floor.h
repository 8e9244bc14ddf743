/*
 * Floors of `telemark plan`, run by the simulator on the scenario that
 * report/plan_fit.h made of the campaign's history: the product's own engine
 * and pacing, rules of law switched off (the answers that history knows are
 * those that the law left), on all processors.
 *
 * Cost: some 20 us a dialled line; a floor is some hundreds of agent-hours,
 * a target some eight floors.
 */
#ifndef CMD_PLAN_FLOOR_H
#define CMD_PLAN_FLOOR_H

#include "base/tz.h"
#include "core/campaign/campaign.h"
#include "core/rules/rule_book.h"
#include "report/plan_answer.h"

enum {
    PLAN_FLOOR_AGENTS_MAX = 500,
    PLAN_FLOOR_FIRST = 10, /* from which others are guessed */
    PLAN_FLOOR_MEMO_MAX = 64,
};

struct plan_floors {
    const struct plan_fit *fit;
    const struct plan *plan;
    struct campaign_pacing pacing; /* of the campaign */
    uint64_t seeds;
    struct arena arena;
    const struct rule_book *book;
    struct tz_set zones;
    struct plan_floor memo[PLAN_FLOOR_MEMO_MAX]; /* what was run already */
    size_t memos;
};

int plan_floor_open(struct plan_floors *f, const struct plan_fit *fit,
                    const struct plan *plan, uint64_t seeds,
                    struct err *e) TM_MUST_CHECK;
void plan_floor_close(struct plan_floors *f);

/* So many agents, at most so much of live answers abandoned. A floor that was
 * run already is told again. */
int plan_floor_run(struct plan_floors *f, unsigned agents, double limit_pct,
                   struct plan_floor *out, struct err *e) TM_MUST_CHECK;

/* Fills t->reached and what follows from it: the least floor that comes to
 * what t->kind and the keys below it want, and its range. */
int plan_floor_reach(struct plan_floors *f, double limit_pct,
                     struct plan_target *t, struct err *e) TM_MUST_CHECK;

#endif

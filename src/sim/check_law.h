/*
 * The law once more, told as plainly as possible: may this campaign call this
 * number of this person now? Written from the facts (compliance facts,
 * sections 1, 2 and 7, conventions K1 to K8) and from the sentences of the
 * rule packs, without the engine's code, so that two independent readings
 * meet in the tests. One function a rule, no tables, no cleverness; it is slow
 * on purpose.
 *
 * Covers United States federal law on voice calls and the operator's own
 * limits. A number elsewhere is forbidden: this reading has no law for it.
 *
 * Pure; any thread. Cost: some microseconds.
 */
#ifndef SIM_CHECK_LAW_H
#define SIM_CHECK_LAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/check_world.h"

enum {
    CHECK_LAW_RULES_MAX = 64,
    CHECK_LAW_CALLS_MAX = 256, /* the newest are looked at */
};

/* An earlier call as caps count it. */
struct check_law_call {
    int64_t at_us;
    bool automated;
    bool same_number;
    bool same_person;
};

struct check_law_case {
    const struct check_campaign *campaign;
    const struct check_lead *lead;
    const struct check_phone *phone;
    int64_t now_us;
    bool opted_out; /* any time before now */
    const struct check_law_call *call;
    size_t calls;
    uint64_t live, abandoned; /* in the present 30 x 24 h of the campaign */
    bool one_each; /* an agent waits for this very call, however the campaign
                      dials otherwise */
};

enum check_law_says {
    CHECK_LAW_FINE,    /* reaches the call, and it is in order */
    CHECK_LAW_FORBIDS, /* whatever the hour */
    CHECK_LAW_TOO_SOON,
    CHECK_LAW_LIFTED, /* would forbid; another rule lifts it */
    CHECK_LAW_DUTY,   /* only says how to make the call */
};

/* The reason that no rule of any pack has. */
#define CHECK_LAW_NO_LAW "no law known for this country"

struct check_law_reason {
    const char *id;
    enum check_law_says says;
};

struct check_law_answer {
    bool lawful;   /* now */
    bool forever;  /* a rule forbids it that no waiting cures */
    bool too_soon; /* a rule forbids it that time cures */
    struct check_law_reason reason[CHECK_LAW_RULES_MAX];
    size_t reasons;
};

void check_law_judge(const struct check_law_case *c,
                     struct check_law_answer *out);
/* Whether a rule is one of those told here. Others (states, provinces,
 * countries) only forbid more: what they refuse is beyond this reading. */
bool check_law_knows(struct slice id);
/* The rule that stands in the way ("US-FTC-HRS"), or "none". */
const char *check_law_obstacle(const struct check_law_answer *a);

#endif

/*
 * The answer of `telemark plan`: what a campaign's history says, what the
 * present floor and a stricter budget give, when the list runs out, and what a
 * target wants. Plain data that cmd/ fills from runs of the simulator; the
 * writers take it and nothing else.
 */
#ifndef REPORT_PLAN_ANSWER_H
#define REPORT_PLAN_ANSWER_H

#include "base/json_out.h"
#include "report/plan_fit.h"

/* A figure of the simulated floor: its mean over the seeds, and the range that
 * the runs and the interval of the share of answers leave. */
struct plan_figure {
    double mean, lo, hi;
};

/* One floor, simulated. */
struct plan_floor {
    unsigned agents;
    double limit_pct;
    struct plan_figure talk;      /* minutes of talk in an agent's hour */
    struct plan_figure contacts;  /* people talked with, an agent's hour */
    struct plan_figure dials;     /* lines, an agent's hour */
    struct plan_figure abandoned; /* of live answers, per cent */
    double wait_s;                /* of an agent for each talk */
    unsigned lines;               /* at one time, at most */
    uint64_t callers; /* who called in these runs; 0: the shares are unknown */
    /* Of people who call us, per cent: had an agent within the plan's target,
     * gave up, heard busy as `calls` were up already; mean wait of those who
     * had one. */
    double callers_in_target_pct, callers_gave_up_pct, callers_refused_pct;
    double callers_wait_s;
    struct plan_figure service; /* the first of them, with its range */
    double occupancy_pct;       /* of agents: talk, hold and wrap-up */
    uint64_t seeds;
};

/* When the leads that are left are called through. */
struct plan_list {
    struct plan_fit_left left;
    double hours;    /* of dialling, with the present floor */
    bool ends;       /* the dates hold */
    bool late_known; /* ... the last of them too: the runs leave a range */
    struct civil_date on, early, late;
    bool waits; /* the waits between tries decide, not the hours */
};

enum plan_target_kind {
    PLAN_TARGET_NONE,
    PLAN_TARGET_TALK,     /* minutes in an agent's hour */
    PLAN_TARGET_CONTACTS, /* people, in the time there is */
    PLAN_TARGET_LIST,     /* the whole list, in the time there is */
    PLAN_TARGET_SERVICE,  /* per cent of who calls us, within the target */
};

struct plan_target {
    enum plan_target_kind kind;
    double wanted;           /* minutes, or people */
    double hours;            /* of dialling; 0: as many as it takes */
    struct civil_date until; /* year 0: not said */
    bool reached;            /* by some floor of those that were tried */
    double ceiling;  /* TALK: minutes of an agent who never waits; 0: it is not
                        what stands in the way */
    bool calls_full; /* SERVICE: not reached, as `calls` of [inbound] refuses
                        callers whom agents would have time for */
    unsigned agents, agents_lo, agents_hi; /* so many, and their range */
    struct plan_floor floor;               /* with them; or the best one */
    double takes_h;                        /* hours: wanted / what it does */
    bool day_known;
    struct civil_date day; /* on which it is reached */
    double dials, leads;   /* that it wants; 0: does not apply */
};

struct plan_answer {
    const char *campaign;
    const struct plan *plan;
    const struct plan_history *history;
    const struct plan_fit *fit;
    bool agents_given, hours_given, callers_given; /* on the command line */
    struct civil_date today;
    struct plan_floor now;
    bool has_stricter;
    struct plan_floor stricter;
    struct plan_list list;
    struct plan_target target;
};

/* Why it is not known how many people call us an hour, when fit->callers is 0:
 * half a sentence. */
void plan_answer_no_callers(const struct plan_history *h,
                            const struct plan_fit *fit, struct buf *out);
void plan_answer_text(const struct plan_answer *a, struct buf *out);
void plan_answer_json(const struct plan_answer *a, struct json_out *j);

#endif

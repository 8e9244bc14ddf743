/*
 * Figures of policies on a simulated floor: of each run, and over the runs
 * their means with 95 % half-widths (Student's t), as text for people, one
 * JSON object a policy, and a CSV line a run.
 *
 * The words of the output are those of the pacing scenarios: talk_min_h is
 * minutes of talk with people in an hour that an agent is signed in,
 * aband_pct the abandoned calls of live answers with wrong machine verdicts
 * included, window_viol the share of runs whose legal window ends over its
 * limit, worst_day_pct the worst day of all runs, wait_s an agent's idle time
 * for each talk, dials_h lines dialled in an agent-hour; callers are people who
 * called us, callers_in_target_pct those whom an agent had in the plan's time.
 */
#ifndef CMD_SIMULATE_PACING_H
#define CMD_SIMULATE_PACING_H

#include "base/str.h"
#include "cmd/simulate_mean.h"
#include "report/sim_series.h"
#include "sim/runner.h"

enum { SIMULATE_POLICY_LEN = 80 };

/* Leads that most stand in the way of a run without a call: as many for the
 * same reason, and when the first of them may be called. */
struct simulate_idle {
    uint64_t leads, of; /* of: all; 0: none is held back */
    enum lead_state state;
    char reason[RUNNER_WORD_MAX];
    int64_t due_us, start_us; /* 0: never; of the run */
};

void simulate_pacing_idle_keep(const struct runner_result *r,
                               struct simulate_idle *out);
/* In a sentence; nothing when no lead is held back. */
void simulate_pacing_idle_text(const struct simulate_idle *i, struct buf *b);

/* A run as it comes back from its worker; plain data. */
struct simulate_run {
    struct runner_floor floor;
    struct runner_callers callers;
    double worst_day_pct, limit_pct;
    bool over; /* its legal window ended over the limit */
    uint64_t events, journal_entries, placed;
    size_t calls_max;
    uint8_t head[JOURNAL_HASH_SIZE];
    double first_day_talk, first_day_pct; /* of the first day alone */
    int64_t cpu_us;                       /* of the run alone */
    struct simulate_idle idle;            /* when nobody was called */
};

/* X(name, value of a run r) */
#define SIMULATE_FIGURE_TABLE(X)                                               \
    X(talk, runner_floor_talk_min_h(&r->floor))                                \
    X(util, runner_floor_util(&r->floor))                                      \
    X(aband, runner_floor_aband_pct(&r->floor))                                \
    X(wait, runner_floor_wait_s(&r->floor))                                    \
    X(held, runner_floor_held_s(&r->floor))                                    \
    X(dials_h, runner_floor_dials_h(&r->floor))                                \
    X(dials_per_live, runner_floor_dials_per_live(&r->floor))                  \
    X(first_day_talk, r->first_day_talk)                                       \
    X(first_day_aband, r->first_day_pct)

/* A policy with all its runs so far. */
struct simulate_pacing {
    char policy[SIMULATE_POLICY_LEN];
    const struct scenario *scenario;
    uint64_t seed; /* of the first run */
    uint64_t runs, over;
    double limit_pct, worst_day_pct;
    struct runner_floor sum;
    struct runner_callers callers; /* of all runs */
#define X(name, value) struct simulate_mean name;
    SIMULATE_FIGURE_TABLE(X)
#undef X
    uint64_t events, journal_entries, placed;
    size_t calls_max;
    int64_t cpu_us;
    struct simulate_idle idle;       /* of the first run */
    uint8_t head[JOURNAL_HASH_SIZE]; /* over the journals of the runs */
    struct sim_series series;        /* of the first run, when there is one */
    bool has_series;
};

void simulate_pacing_add(struct simulate_pacing *p,
                         const struct simulate_run *r);

/* All policies that were asked for, on the same people. */
struct simulate_compared {
    struct simulate_pacing *policy;
    size_t policies;
    const char *campaign, *rules; /* its name; which law, in words */
    int64_t took_us;
    unsigned jobs;
    bool utf8; /* signs beyond ASCII, on a terminal */
};

/* Why no policy dialled a line, in a sentence; *b is left alone when one did or
 * nothing explains it. */
void simulate_pacing_idle(const struct simulate_compared *c, struct buf *b);

void simulate_pacing_json(const struct simulate_pacing *p, struct buf *b);
void simulate_pacing_text(const struct simulate_compared *c, struct buf *b);
void simulate_pacing_html(const struct simulate_compared *c, struct buf *b);
void simulate_pacing_csv_head(struct buf *b);
void simulate_pacing_csv(const struct simulate_pacing *p, uint64_t seed,
                         const struct simulate_run *r, struct buf *b);

#endif

/*
 * Runs a scenario: the real engine with the real rules on a virtual clock, a
 * simulated carrier and a store in memory. The same scenario, plan, rules,
 * zones and seed give the same journal, byte for byte.
 *
 * Faults come from a stream of their own: the program dies at any event and
 * starts again on what was durable, as `telemark serve` would; the store is
 * slow or away for a while; the trunk is down. Each may be switched on alone.
 *
 * Who wants to check a run watches: `journal` is told of every durable record
 * with the number in clear, in the journal's order; `calls` of every call that
 * left, with its permit; `handed` of every record as the engine hands it to
 * the store (some may be lost in a crash). The truth about the people is the
 * list (sim_list.h), the scenario and the plan, which the caller has.
 *
 * A plan with agents (any dial mode but agentless) runs by days: the agents of
 * the scenario sign in at a day's begin, dialling stops 45 s before its end,
 * who is in a call finishes it. `pacing` sets one way of dialling beside
 * another on the same people; `minute` and `trace` show what happens.
 *
 * When the campaigns take calls, people call them (scenario key `callers`) from
 * a stream of their own.
 *
 * `second` is another campaign of the same agents and trunk, which calls every
 * other person of a list with an end; it dials as its plan says throughout.
 *
 * Cost: about 60 us a call, 20 us one that is paced. One thread a run.
 */
#ifndef SIM_RUNNER_H
#define SIM_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tz.h"
#include "core/rules/rule_book.h"
#include "engine/engine.h"
#include "sim/sim_carrier.h"
#include "sim/sim_list.h"
#include "sim/sim_store.h"

enum {
    RUNNER_HOURS = 24,
    RUNNER_GROUPS_MAX = 64,
    RUNNER_ANSWERS_MAX = 128,
    RUNNER_WORD_MAX = 48,
    RUNNER_DAYS_MAX = 366,
    RUNNER_HASH_LEN = 2 * JOURNAL_HASH_SIZE + 1,
};

/* Probabilities per event of the virtual clock; all 0: nothing goes wrong. */
struct runner_faults {
    uint64_t seed;
    uint32_t crash_ppm;
    unsigned crashes_max;
    uint32_t slow_ppm;  /* commits take up to 3 s, for up to a minute */
    uint32_t away_ppm;  /* writing fails, for up to a minute */
    uint32_t down_ppm;  /* the trunk refuses, for up to a minute */
    uint32_t late_ppm;  /* answers come up to 3 s late, likewise */
    uint32_t mute_ppm;  /* answers do not come at all, likewise */
    uint32_t storm_ppm; /* most calls end with 503 or 480, likewise */
    uint32_t agent_ppm; /* an agent's leg breaks off */
    uint32_t clock_ppm; /* the clock is set by up to 30 s, back or on; nobody
                           calls until it can be trusted */
    size_t records_max; /* of the store's queue; 0: as usual */
};

typedef void(runner_progress_fn)(void *arg, int64_t now_us, uint64_t calls);

/* The floor at the end of a minute of dialling, for plots. Counts of calls are
 * of that minute, by the simulator's truth. */
struct runner_minute {
    int64_t at_us;
    unsigned day;                              /* from 0 */
    unsigned ready, talking, wrapping, paused; /* agents */
    unsigned waiting;                          /* people who wait for one */
    unsigned air;                              /* lines dialled, not answered */
    uint64_t dials, live, lost;
    double budget; /* calls that may still be lost: limit x live - lost, of the
                      window so far, by the truth */
    double price;  /* of the last decision of pacing */
    bool over_limit;
};
/* Told of each order of an agent, and what was answered. */
typedef void(runner_order_fn)(void *arg, struct agent_id a,
                              const struct agent_order *o, int rc,
                              int64_t now_us);

typedef void(runner_minute_fn)(void *arg, const struct runner_minute *m);

/* What the operator does in the course of a run; in order of time. */
struct runner_change {
    int64_t after_us; /* the run's begin */
    bool dials;       /* false: the campaign is paused */
    struct campaign_pacing pacing;
};

struct runner_options {
    const struct scenario *scenario;
    const struct plan *plan;
    const struct plan *second; /* of a campaign beside it; NULL: none */
    const struct rule_book *book;
    const struct tz_set *zones;
    const struct sim_list *list;
    uint64_t seed;
    const struct runner_faults *faults; /* NULL: none */
    sim_store_watch_fn *journal;        /* the watchers may be NULL */
    void *journal_arg;
    sim_carrier_watch_fn *calls;
    void *calls_arg;
    sim_carrier_says_fn *says; /* to people who call us */
    void *says_arg;
    sim_live_fn *truth; /* what people do, as the carrier knows it */
    void *truth_arg;
    runner_order_fn *orders;
    void *orders_arg;
    engine_watch_fn *handed;
    void *handed_arg;
    campaign_judged_fn *judged; /* of every verdict asked; may be NULL */
    void *judged_arg;
    runner_progress_fn *progress; /* now and then; may be NULL */
    void *progress_arg;
    /* With agents. */
    const struct campaign_pacing *pacing; /* instead of the plan's; or NULL */
    const struct runner_change *change;   /* with agents only */
    size_t changes;
    campaign_trace_fn *trace; /* of decisions; may be NULL */
    void *trace_arg;
    runner_minute_fn *minute; /* may be NULL */
    void *minute_arg;
};

/* Leads in one state for one reason. */
struct runner_group {
    enum lead_state state;
    char reason[RUNNER_WORD_MAX];
    uint64_t leads;
    int64_t first_due_us, last_due_us; /* 0: at once or never */
};

struct runner_answer {
    char question[RUNNER_WORD_MAX], answer[RUNNER_WORD_MAX];
    uint64_t n;
};

struct runner_hour {
    uint64_t placed, answered, live, completed;
};

/* What agents and people who answered had of a day, by the truth of the
 * simulator: it knows who is a person, whatever detection says. */
struct runner_floor {
    double agent_s; /* signed in and not on a break, within the day's hours */
    double idle_s;  /* of it: ready */
    double busy_s;  /* of it: with a person or machine, wrapping up */
    double talk_s;  /* with people, calls begun in the day */
    double held_s;  /* end of greeting to the agent, of those who got one */
    uint64_t dials; /* INVITEs to people */
    uint64_t live;  /* people whose greeting was heard to its end */
    uint64_t lost;  /* of them: no agent within the hold (2 s by law), taken
                       for machines included */
    uint64_t wrong; /* of them: taken for machines */
    uint64_t talks; /* people joined with an agent */
    uint64_t machines;     /* machines joined with an agent */
    uint64_t withdrawn;    /* lines given up while they rang */
    uint64_t caller_talks; /* people who called us, joined with an agent; their
                              talk is part of talk_s */
};

/* People who called us, of the whole run. Waits count from the call. */
struct runner_callers {
    uint64_t callers;  /* all of them */
    uint64_t unheard;  /* of them: all lines of the trunk or the campaign were
                          taken, or nobody takes calls; without a record */
    uint64_t recorded; /* by the records, as what follows */
    uint64_t talked, gave_up, turned_away, callbacks, opt_outs;
    uint64_t made; /* leads of people who were none */
    uint64_t joined, in_target;
    double wait_s;    /* of those who were joined, together */
    double longest_s; /* of anybody */
};
void runner_callers_add(struct runner_callers *to,
                        const struct runner_callers *c);
double runner_callers_in_target_pct(const struct runner_callers *c);
double runner_callers_wait_s(const struct runner_callers *c); /* mean */
void runner_floor_add(struct runner_floor *to, const struct runner_floor *f);
/* Figures of it; 0 where there is nothing to divide by. */
double runner_floor_talk_min_h(const struct runner_floor *f);
double runner_floor_util(const struct runner_floor *f);      /* 0 .. 1 */
double runner_floor_aband_pct(const struct runner_floor *f); /* of live */
double runner_floor_wait_s(const struct runner_floor *f);    /* an agent's idle
                                                       time for each talk */
double runner_floor_held_s(const struct runner_floor *f);  /* mean of a person's
                                                     wait, bridged ones only */
double runner_floor_dials_h(const struct runner_floor *f); /* an agent-hour */
double runner_floor_dials_per_live(const struct runner_floor *f);

struct runner_result {
    int64_t start_us, end_us, now_us;
    enum campaign_state state;
    uint64_t leads;
    uint64_t attempts; /* of this run: permits used */
    uint64_t outcome[OUTCOME_COUNT];
    uint64_t lead[LEAD_STATE_COUNT];
    uint64_t placed, answered, live, abandoned, completed;
    uint64_t opt_outs, callbacks, verdicts;
    int64_t talk_ms;       /* of live calls */
    int64_t first_call_us; /* 0: none */
    int64_t last_call_us;
    struct runner_group group[RUNNER_GROUPS_MAX];
    size_t groups;
    struct runner_answer answer[RUNNER_ANSWERS_MAX];
    size_t answers;
    struct runner_hour hour[RUNNER_HOURS]; /* of the callee's local day */
    struct runner_hour no_zone;
    uint64_t events; /* of the virtual clock */
    unsigned crashes;
    uint64_t stale_calls; /* ended after a crash by their dialog record */
    size_t calls_max;     /* up at one time */
    uint64_t journal_entries;
    uint8_t journal_head[JOURNAL_HASH_SIZE];
    char journal_hash[RUNNER_HASH_LEN]; /* the head in hex */
    /* With agents; else 0. */
    uint64_t agents;           /* of the scenario */
    struct runner_floor floor; /* of the whole run */
    struct runner_floor day[RUNNER_DAYS_MAX];
    size_t days;
    struct runner_callers callers;
    double worst_day_pct; /* abandoned of live answers */
    double limit_pct;     /* of the campaign's law */
    bool window_viol;     /* a legal window of 30 days, or the run as a whole,
                             ended above it */
    uint64_t talked;      /* outcome talked, by the engine's records */
};

/* TM_ESTATE: the engine stood still although there was something to do, or
 * did not come to an end; the text says when and where. *out is set on
 * success only. */
int runner_run(const struct runner_options *o, struct runner_result *out,
               struct err *e) TM_MUST_CHECK;

/* A pack that refuses nothing, for scenarios with `rules = allow`, in place of
 * the law's. The operator's own pack is still wanted: hours and caps of the
 * plan, opt-outs. */
struct rule_pack_text runner_allow_pack(void);

#endif

/* Private to the runner: a run under way. runner.c moves time, runner_house.c
 * starts, crashes and restarts the program, runner_faults.c lets things go
 * wrong, runner_result.c counts. */
#ifndef SIM_RUNNER_INSIDE_H
#define SIM_RUNNER_INSIDE_H

#include "sim/runner.h"

enum { RUNNER_WORLDS_MAX = SCENARIO_AT_MAX + 1 };

struct runner {
    struct runner_options o;
    struct sim_clock clock;
    struct clock_port clock_port;
    struct sim_carrier *carrier_sim;
    struct carrier carrier;
    struct sim_store *store_sim;
    struct store store;
    struct suppression suppression;
    struct engine *engine; /* NULL between a crash and the restart */
    int64_t next_attempt;
    int64_t start_us, end_us;
    /* worlds by the time of day: [0] from the day's begin on */
    struct person_world world[RUNNER_WORLDS_MAX];
    int32_t world_s[RUNNER_WORLDS_MAX]; /* seconds after the begin */
    size_t worlds, world_now;
    int64_t day_us; /* begin of the present day */
    struct sim_timer world_timer;
    /* faults */
    struct rng fault_rng;
    struct sim_timer slow_end, away_end, down_end;
    bool down;
    unsigned crashes;
    uint64_t events;
};

/* runner_house.c */
void runner_house_open(struct runner *r);
void runner_house_close(struct runner *r);
int runner_house_start(struct runner *r, struct err *e) TM_MUST_CHECK;
int runner_house_crash(struct runner *r, struct err *e) TM_MUST_CHECK;

/* runner_faults.c */
void runner_faults_init(struct runner *r);
/* After an event; TM_ESTATE when the restart failed. */
int runner_faults_draw(struct runner *r, struct err *e) TM_MUST_CHECK;
void runner_faults_end(struct runner *r); /* all is well again */

/* runner_result.c */
void runner_result_fill(struct runner *r, struct runner_result *out);

#endif

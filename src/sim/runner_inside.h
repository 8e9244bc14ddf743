/* Private to the runner: a run under way. runner.c moves time, runner_house.c
 * starts, crashes and restarts the program, runner_people.c lets answer rates
 * move, runner_day.c has the days of campaigns with agents, runner_callers.c
 * people who call us, runner_faults.c lets things go wrong, runner_result.c and
 * runner_floor.c count. */
#ifndef SIM_RUNNER_INSIDE_H
#define SIM_RUNNER_INSIDE_H

#include "sim/runner.h"
#include "sim/sim_agents.h"

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
    int32_t world_s[RUNNER_WORLDS_MAX];   /* seconds after the begin */
    double world_talk[RUNNER_WORLDS_MAX]; /* factor of talk times */
    size_t worlds, world_now;
    int64_t day_us; /* begin of the present day */
    struct sim_timer world_timer;
    /* with agents */
    struct sim_agents *agents; /* NULL: the campaign has none */
    struct sim_carrier_live live;
    bool dialling; /* the operator wants calls now */
    size_t day;    /* present one, from 0 */
    struct sim_timer day_timer, minute_timer, switch_timer, change_timer;
    size_t changed; /* of the operator's changes */
    int day_step;   /* what day_timer does next */
    struct rng switch_rng;
    double switch_rate; /* factor of the moment */
    uint64_t block;     /* of the last factor, + 1 */
    double block_rate;
    uint64_t made_before; /* leads of an endless list before this day */
    struct sim_agents_times times; /* at the day's begin */
    struct runner_floor floor[RUNNER_DAYS_MAX];
    struct runner_floor minute; /* sums of the day at the last minute */
    struct runner_result tally; /* attempts of an endless list */
    /* people who call us */
    struct rng caller_rng;
    struct sim_timer caller_timer;
    int64_t callers_end_us; /* of the day */
    uint64_t callers;       /* drawn so far */
    struct runner_callers in;
    /* faults */
    struct rng fault_rng;
    struct sim_timer slow_end, away_end, down_end, answers_end, clock_end;
    bool down;
    unsigned crashes;
    uint64_t events;
};

/* runner_house.c */
void runner_house_open(struct runner *r);
void runner_house_close(struct runner *r);
int runner_house_start(struct runner *r, struct err *e) TM_MUST_CHECK;
int runner_house_crash(struct runner *r, struct err *e) TM_MUST_CHECK;

/* What the operator wants of the campaign, after a restart, too. */
void runner_house_command(struct runner *r);

/* runner_people.c */
void runner_people_init(struct runner *r);
void runner_people_day(struct runner *r); /* a day begins */
void runner_people_end(struct runner *r);
double runner_people_rate(void *arg, struct attempt_id a, unsigned *nth);

/* runner_day.c */
void runner_day_init(struct runner *r);
void runner_day_end(struct runner *r); /* of the run: nobody stays */
int runner_day_order(void *arg, struct agent_id a, const struct agent_order *o);
void runner_day_changed(void *arg, const struct floor_change *c);

/* runner_floor.c */
void runner_floor_news(void *arg, enum sim_live_news news,
                       const struct sim_live_call *c);
/* Time of agents up to now goes to the present day. */
void runner_floor_close(struct runner *r);
void runner_floor_fill(struct runner *r, struct runner_result *out);
void runner_floor_minute(struct runner *r);

/* runner_callers.c */
void runner_callers_init(struct runner *r);
void runner_callers_day(struct runner *r, int64_t end_us);
void runner_callers_end(struct runner *r);
void runner_callers_news(struct runner *r, enum sim_live_news news,
                         const struct sim_live_call *c);
void runner_callers_fill(struct runner *r, struct runner_result *out);

/* runner_faults.c */
void runner_faults_init(struct runner *r);
/* After an event; TM_ESTATE when the restart failed. */
int runner_faults_draw(struct runner *r, struct err *e) TM_MUST_CHECK;
void runner_faults_end(struct runner *r); /* all is well again */

/* runner_result.c */
void runner_result_fill(struct runner *r, struct runner_result *out);
void runner_result_attempt(void *arg, const struct sim_store_attempt *a);

#endif

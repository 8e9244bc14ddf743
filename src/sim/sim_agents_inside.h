/* Private to the simulated agents: sim_agents.c does what a state and a wish
 * ask for, sim_agents_day.c has the wishes: days, `at` lines, breaks. */
#ifndef SIM_SIM_AGENTS_INSIDE_H
#define SIM_SIM_AGENTS_INSIDE_H

#include "base/arena.h"
#include "base/map.h"
#include "sim/sim_agents.h"

enum sim_agent_want { SIM_AGENT_OUT, SIM_AGENT_IN, SIM_AGENT_RESTS };

struct sim_agent {
    struct sim_agents *of;
    struct agent_id id;
    enum agent_state state;
    int64_t since_us;
    enum sim_agent_want want, told;
    bool notice; /* he leaves soon, and it is known; he then wants `after` */
    enum sim_agent_want after;
    bool rest_known; /* the notice is of a break; `rest` is its beginning */
    struct sim_timer act, soon, rest;
    enum agent_order_kind next; /* when `act` goes off */
    struct attempt_id call;
    int64_t wrap_us; /* of it; 0 not known */
    bool machine;    /* his call is with one */
};

enum sim_agent_event_kind {
    SIM_AGENT_NOTICE,
    SIM_AGENT_GOES,
    SIM_AGENT_COMES,
};

struct sim_agent_event {
    int64_t at_us;
    uint32_t agent; /* index */
    enum sim_agent_event_kind kind;
};

struct sim_agents {
    struct sim_agents_options o;
    struct sim_agent *agent;
    size_t n;
    struct map by_call; /* attempt -> agent id */
    unsigned in[AGENT_STATE_COUNT];
    struct rng random, moves;
    int64_t begin_us, end_us; /* of the day */
    struct sim_agents_times times;
    struct sim_agent_event *event; /* of the day, by time */
    size_t events, event_at, events_cap;
    struct sim_timer event_timer;
};

static inline bool sim_agents_busy(const struct sim_agent *a)
{
    return agent_has_call(a->state) || a->state == AGENT_WRAP;
}

void sim_agents_wish(struct sim_agent *a, enum sim_agent_want want);
void sim_agents_event_due(void *arg);
void sim_agents_rest_due(void *arg);

#endif

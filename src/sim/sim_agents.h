/*
 * The agents of a scenario: they sign in at a day's begin and out at its end,
 * come and go as the `at` lines say, take breaks, wrap up each call for as
 * long as it needs and say what it was, hang up on machines; after a crash
 * of the program they sign in again. All of it from the virtual clock, never
 * from inside the engine.
 *
 * Use: one for a run. Tell sim_agents_changed() what engine_ports.agent tells
 * and sim_agents_joined() what the carrier tells of bridges; the orders come
 * out of `order`. The `at` lines move the agents of the highest numbers.
 *
 * Who leaves with notice is known to leave when the notice is up: in a call
 * he says so at once and leaves after it, otherwise in the next one, or at
 * the time. Cost: some hundred nanoseconds a change. One thread.
 */
#ifndef SIM_SIM_AGENTS_H
#define SIM_SIM_AGENTS_H

#include "core/agent/agent_order.h"
#include "core/agent/floor.h"
#include "core/campaign/plan.h"
#include "sim/scenario.h"
#include "sim/sim_carrier.h"
#include "sim/sim_clock.h"

enum { SIM_AGENT_TIMERS = 3, SIM_AGENTS_TIMERS = 1 };

/* Carries out an order; what it refuses is tried again where that helps. */
typedef int(sim_agents_order_fn)(void *arg, struct agent_id a,
                                 const struct agent_order *o);

struct sim_agents_options {
    struct sim_clock *clock;
    const struct scenario *scenario;
    const struct plan *plan; /* its dispositions and dial mode */
    uint64_t seed;
    bool simple; /* each call is disposed as the first that is done, nobody
                    is put on hold: pacing alone is measured */
    sim_agents_order_fn *order;
    void *arg;
};

struct sim_agents;

/* Agents there may be: those of the beginning and of `login` lines. */
size_t sim_agents_most(const struct scenario *s);
struct sim_agents *sim_agents_new(const struct sim_agents_options *o);
void sim_agents_free(struct sim_agents *g);
size_t sim_agents_count(const struct sim_agents *g);
/* For engine_agent_put(); i from 0, the id is i + 1. */
void sim_agents_setup(const struct sim_agents *g, size_t i,
                      struct agent_setup *out);

/* A day, by the clock: who is there at its begin signs in; at its end all go,
 * after the call they are in. */
void sim_agents_begin(struct sim_agents *g, int64_t begin_us, int64_t end_us);
void sim_agents_end(struct sim_agents *g);
/* The engine was started again and knows of nobody. */
void sim_agents_restart(struct sim_agents *g);

void sim_agents_changed(struct sim_agents *g, const struct floor_change *c);
void sim_agents_joined(struct sim_agents *g, const struct sim_live_call *c);

/* Time of all agents within the days' hours, up to now. */
struct sim_agents_times {
    double agent_s; /* signed in and not on a break */
    double idle_s, busy_s;
};
struct sim_agents_times sim_agents_times(struct sim_agents *g);
unsigned sim_agents_in(const struct sim_agents *g, enum agent_state s);
/* Some agent who is there, by a number that is drawn; v 0: nobody is. */
struct agent_id sim_agents_some(const struct sim_agents *g, uint64_t drawn);

#endif

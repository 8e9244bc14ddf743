/*
 * Virtual time: a clock port and a queue of timers. Time stands still while
 * the program works and jumps to the next timer when the runner says so; a
 * day passes in the time that its events take.
 *
 * Timers that are due at the same instant go off in the order in which they
 * were set, so a run is the same every time. A timer is a struct of its
 * owner: set again it moves, it is never in the queue twice. The queue is a
 * heap of fixed size. Cost: O(log n) to set, cancel and step.
 *
 * Misuse: a timer's memory must stay until it went off or was cancelled. One
 * thread.
 */
#ifndef SIM_SIM_CLOCK_H
#define SIM_SIM_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port/clock.h"

/* Called when the time has come; the timer is free to be set again. */
typedef void(sim_timer_fn)(void *arg);

struct sim_timer {
    sim_timer_fn *fn;
    void *arg;
    size_t place; /* in the heap, counted from 1; 0: not set */
};

/* A timer that is set; its instant stands here so that timers need not be
 * looked up to be compared. */
struct sim_due {
    int64_t at_us;
    uint64_t order; /* among those of one instant */
    struct sim_timer *timer;
};

struct sim_clock {
    int64_t now_us;
    uint64_t orders; /* given out */
    struct sim_due *heap;
    size_t n, max;
};

void sim_clock_init(struct sim_clock *c, int64_t start_us, size_t timers_max);
/* Timers that are still set are forgotten. */
void sim_clock_fini(struct sim_clock *c);
struct clock_port sim_clock_port(struct sim_clock *c);

void sim_clock_timer(struct sim_timer *t, sim_timer_fn *fn, void *arg);
bool sim_clock_is_set(const struct sim_timer *t);
/* Goes off at at_us, or at once (with the next step) when that has passed.
 * More than timers_max timers at a time are a programmer error. */
void sim_clock_set(struct sim_clock *c, struct sim_timer *t, int64_t at_us);
/* A timer that is not set is left alone. */
void sim_clock_cancel(struct sim_clock *c, struct sim_timer *t);

/* Instant of the next timer, never before now; INT64_MAX: none. */
int64_t sim_clock_next_us(const struct sim_clock *c);
/* Moves time to the next timer and calls it. False: there is none. */
bool sim_clock_step(struct sim_clock *c);
/* The clock is set on by us: what is under way takes as long as before, so all
 * timers move along. */
void sim_clock_shift(struct sim_clock *c, int64_t us);
/* Moves time to at_us; no timer may be due before it. */
void sim_clock_advance(struct sim_clock *c, int64_t at_us);

#endif

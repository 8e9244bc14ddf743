/*
 * The carrier of the simulator: one trunk into a world of people (person.h)
 * on a virtual clock. It keeps the promises of port/carrier.h as the SIP
 * carrier does: a permit is looked at again and used once, the trunk takes so
 * many calls and so many a second, a telephone rings as long as it may, every
 * event comes from the clock and never from inside a call, every call has one
 * end and nothing after it.
 *
 * What is said takes 60 ms a character and 300 ms; a sound file 3 s. Nobody
 * hears the words: people react to the number of the prompt.
 *
 * Faults for tests: the trunk can be down; a crash of the caller forgets all
 * calls and leaves those that were answered up, until end_stale() names them.
 */
#ifndef SIM_SIM_CARRIER_H
#define SIM_SIM_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port/carrier.h"
#include "sim/person.h"
#include "sim/sim_clock.h"

enum {
    SIM_CARRIER_TIMERS = 4, /* a call has so many at most */
    SIM_CARRIER_CALLS_MAX = 20000,
    SIM_CARRIER_WAV_MS = 3000,
};

/* Told of each call that leaves, with the permit it left on. */
typedef void(sim_carrier_watch_fn)(void *arg, const struct permit *p,
                                   const struct call_spec *s, int64_t now_us);

struct sim_carrier_options {
    struct sim_clock *clock;
    const struct person_world *world;
    const char *trunk;
    unsigned calls_max;          /* 1 .. SIM_CARRIER_CALLS_MAX */
    uint64_t calls_per_1000s;    /* starts; 0: no limit */
    sim_carrier_watch_fn *watch; /* may be NULL */
    void *watch_arg;
};

struct sim_carrier_counts {
    uint64_t placed;   /* INVITEs */
    uint64_t answered; /* 200 OK, all kinds */
    uint64_t digits;
    uint64_t refused; /* place() said no */
    uint64_t stale;   /* ended by end_stale() */
    size_t up, up_max;
};

struct sim_carrier;

struct sim_carrier *sim_carrier_new(const struct sim_carrier_options *o);
void sim_carrier_free(struct sim_carrier *c);
void sim_carrier_port(struct sim_carrier *c, struct carrier *out);
/* Who hears the events from now on. Before the first call. */
void sim_carrier_listen(struct sim_carrier *c, carrier_event_fn *fn, void *arg);
/* Calls placed from now on meet this world; calls that are up keep theirs, so
 * the old one must stay. */
void sim_carrier_set_world(struct sim_carrier *c, const struct person_world *w);
void sim_carrier_set_down(struct sim_carrier *c, bool down);
/* The caller's program is gone: no more events of any call. */
void sim_carrier_crash(struct sim_carrier *c);
/* Answered calls of former runs that nobody has ended yet. */
size_t sim_carrier_stale(const struct sim_carrier *c);
struct sim_carrier_counts sim_carrier_counts(const struct sim_carrier *c);
/* How long these prompts take to say. */
int64_t sim_carrier_say_ms(const struct prompt *list, size_t n);

#endif

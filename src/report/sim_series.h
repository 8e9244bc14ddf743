/*
 * What a simulated floor did over time, for plots, taken from the records of
 * its run alone: agents who talk, wrap up and wait, people who wait for one,
 * calls in the air, and live answers against those that found nobody.
 *
 * Use: sim_series_new(), sim_series_add() for each record in the order of
 * time, sim_series_end(). The curves of agents and calls are of the first day,
 * those of the answers of the whole run, days put one after the other without
 * their nights. Cost: some tens of nanoseconds a record. Pure, one thread.
 *
 * Misuse: a record that is older than the one before counts as of its time.
 */
#ifndef REPORT_SIM_SERIES_H
#define REPORT_SIM_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/agent/agent.h"
#include "core/journal/record.h"

enum { SIM_SERIES_POINTS = 240 };

struct sim_series {
    /* Means over each part of the first day. */
    double agents[AGENT_STATE_COUNT][SIM_SERIES_POINTS];
    double air[SIM_SERIES_POINTS];     /* lines dialled, not answered */
    double waiting[SIM_SERIES_POINTS]; /* people we called, for an agent */
    double callers[SIM_SERIES_POINTS]; /* people who called us, likewise */
    bool any_callers;
    /* Sums up to the end of each part of the whole run. */
    double live[SIM_SERIES_POINTS], lost[SIM_SERIES_POINTS];
    double day_h; /* length of a day */
    unsigned days;
};

struct sim_series_window {
    int64_t start_us; /* of the first day */
    int64_t day_us;   /* length of each */
    unsigned days;
};

struct sim_series_recorder;

struct sim_series_recorder *sim_series_new(const struct sim_series_window *w);
void sim_series_free(struct sim_series_recorder *s); /* or NULL */
void sim_series_add(struct sim_series_recorder *s, const struct record *r);
/* Answers as who made the people knows them, those taken for machines
 * included. Once told, the records' own are left out. */
void sim_series_answers(struct sim_series_recorder *s, int64_t at_us,
                        uint64_t live, uint64_t lost);
void sim_series_end(struct sim_series_recorder *s, struct sim_series *out);

#endif

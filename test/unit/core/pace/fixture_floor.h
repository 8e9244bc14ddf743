/*
 * A small floor in steps of a quarter of a second, to try ways of pacing:
 * lines that ring 6 to 18 s until a person answers (a fifth), else 16 to 26 s;
 * exponential talk of 45 s and wrap-up of 15 s; a lawful wait of 2 s. Not a
 * measure: bench_pace is.
 */
#ifndef TEST_FIXTURE_FLOOR_H
#define TEST_FIXTURE_FLOOR_H

#include "base/rng.h"
#include "core/pace/policy.h"

enum { FLOOR_LINES = 6000, FLOOR_AGENTS = 500, FLOOR_IDLE, FLOOR_TALK };

struct floor_line {
    int64_t born_us, end_us, mark;
    bool used, human;
};

struct floor_agent {
    int state; /* 0 off, FLOOR_IDLE, FLOOR_TALK, else wrap-up */
    int64_t end_us, mark;
};

struct floor {
    struct policy policy;
    struct rng random;
    struct floor_line line[FLOOR_LINES];
    struct floor_agent agent[FLOOR_AGENTS];
    int64_t waits_us[FLOOR_LINES]; /* until when people wait */
    unsigned waits, lines, agents;
    int64_t now_us, stop_us;
    int64_t clock_skew_us; /* of the clock that the policy is told */
    unsigned leaving_more; /* told, but not true */
    double calls_per_s;    /* of people who call and wait for an agent */
    double told_per_s;     /* what the policy is told of them */
    unsigned callers;      /* who wait */
    double p_human, talk_s;
    uint64_t live, lost, dials, withdrawn;
    double talked_s;
    struct predictive_order order; /* the last one */
    struct policy_view view;
};

void floor_init(struct floor *f, const char *policy, unsigned agents,
                uint64_t seed);
/* Agents 0..n-1 are there; others go when their call is over. */
void floor_agents(struct floor *f, unsigned n);
/* One step: everything that ends, then a decision, obeyed. */
void floor_step(struct floor *f);
void floor_run(struct floor *f, double seconds);

#endif

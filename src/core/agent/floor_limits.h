/*
 * Whose time is up next: a binary heap of instants, one entry at most for each
 * agent, named by his index in the floor. Set, change, take off and the next
 * one cost O(log n); looking at the next one is free. Agents with the same
 * instant come in no order that means anything, but always in the same one.
 */
#ifndef CORE_AGENT_FLOOR_LIMITS_H
#define CORE_AGENT_FLOOR_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct floor_limits {
    struct floor_limit {
        int64_t at_us;
        uint32_t agent;
    } * heap;
    size_t n, cap;
    uint32_t *place; /* of each agent in the heap, + 1; 0: not there */
    size_t agents;
};

void floor_limits_init(struct floor_limits *l);
void floor_limits_fini(struct floor_limits *l);
/* INT64_MAX takes it off. */
void floor_limits_set(struct floor_limits *l, uint32_t agent, int64_t at_us);
/* INT64_MAX: none is set. */
int64_t floor_limits_next_us(const struct floor_limits *l);
/* Whose limit that is; there must be one. */
uint32_t floor_limits_next(const struct floor_limits *l);

#endif

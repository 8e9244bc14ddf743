/*
 * What tests of calls to us share: the plan with [inbound], callers, what they
 * hear. Include it in one file of a program.
 */
#ifndef FIXTURE_INBOUND_H
#define FIXTURE_INBOUND_H

#include "fixture_live.h"

enum { CALLER = 1 }; /* the lead who calls */

static const uint64_t from = 12124567001;
static struct lead caller;

/* The plan of calls with agents, with [inbound]. */
static inline void open_edited(const char *cut, const char *put)
{
    snprintf(file_text, sizeof(file_text), "%s%s", world_live_plan,
             world_inbound_plan);
    edit("dial_mode = predictive\n", "dial_mode = manual\n");
    edit("detect = no\n", "");
    if (cut != NULL)
        edit(cut, put);
    world_open(&w, file_text);
    caller = world_lead(CALLER, from);
}

static inline void begin_inbound(int64_t agents)
{
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, agents);
    world_leads(&w, NULL, 0, INT64_MAX);
    world_run(&w, 1000);
    world_forget(&w);
}

static inline void begin_day(int64_t agents)
{
    open_edited(NULL, NULL);
    begin_inbound(agents);
}

/* Rings, is answered, has heard the greeting. */
static inline int64_t calls(uint64_t number, const struct lead *lead)
{
    int64_t a = world_incoming(&w, number, lead, false);
    world_call(&w, a, CARRIER_ANSWERED);
    world_played(&w, a, 1);
    return a;
}

static inline struct slot *slot_of(int64_t attempt)
{
    return slots_find_attempt(&w.campaign->slots, (struct attempt_id){attempt});
}

/* What is played now has been heard. */
static inline void heard(int64_t attempt)
{
    assert_non_null(slot_of(attempt));
    world_played(&w, attempt, slot_of(attempt)->said);
}

static inline void nothing_left(void)
{
    assert_int_equal(w.campaign->slots.calls, 0);
    assert_int_equal(w.campaign->slots.incoming, 0);
    assert_int_equal(w.campaign->crew->callers.n, 0);
    assert_int_equal(w.campaign->crew->live_up, 0);
    assert_int_equal(floor_waiting(w.floor), 0);
    assert_false(numbers_in_call(&w.numbers, from));
    assert_int_equal(w.campaign->counters.live, 0);
    assert_int_equal(w.campaign->counters.abandoned, 0);
    assert_false(seen(" live"));
    assert_false(seen("abandoned"));
}

#endif

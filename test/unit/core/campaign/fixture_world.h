/*
 * A world for one campaign: the real rule packs, one do-not-call list, a few
 * leads, a clock that the test moves. Each step's records and actions are
 * written to a trace, one line each with the time since the start.
 */
#ifndef TEST_CAMPAIGN_FIXTURE_WORLD_H
#define TEST_CAMPAIGN_FIXTURE_WORLD_H

#include "core/campaign/campaign.h"

enum { WORLD_TRACE_MAX = 1 << 16 };

struct world {
    struct arena arena;
    const struct rule_book *book;
    struct tz_set zones;
    struct dnc_lists lists;
    struct buf image;
    struct suppression suppression;
    struct numbers numbers;
    struct floor *floor;
    const struct plan *plan;
    int64_t next_attempt;
    struct campaign_env env;
    struct campaign *campaign;
    struct campaign_out out;
    int64_t start_us; /* Monday 2026-11-23 10:00 in New York */
    int64_t now_us;
    unsigned room;
    bool no_line; /* for the telephones of agents: they are not called */
    struct buf trace;
};

extern const char world_plan[]; /* a small survey */
/* The same with agents, predictive; and with detection. */
extern const char world_live_plan[], world_live_detect_plan[];

/* To be put behind those: people may call 12125550100. */
extern const char world_inbound_plan[];

/* Opens a world whose campaign has the plan's text; state LOADED. */
void world_open(struct world *w, const char *plan);
void world_close(struct world *w);

/* A person in New York who agreed to recorded calls. */
struct lead world_lead(int64_t id, uint64_t e164);

void world_step(struct world *w, struct campaign_event *ev);
void world_say(struct world *w, enum campaign_event_kind kind);
void world_leads(struct world *w, const struct lead *l, size_t n,
                 int64_t next_due_us);
void world_call(struct world *w, int64_t attempt, enum carrier_event_kind kind);
/* Somebody calls us; the attempt of his call. */
int64_t world_incoming(struct world *w, uint64_t from, const struct lead *lead,
                       bool held);
void world_digit(struct world *w, int64_t attempt, char digit);
/* Everything said so far has been heard. */
void world_played(struct world *w, int64_t attempt, uint32_t tag);
void world_ended(struct world *w, int64_t attempt, enum call_cause cause,
                 int code);
void world_refused(struct world *w, int64_t attempt, int error);
/* Agents 1 .. n, signed in and ready, with a permanent leg; told to the
 * campaign. */
void world_agents(struct world *w, int64_t n);
void world_agent(struct world *w, int64_t id, enum agent_leg leg);
/* An order about his call; what the campaign says to it. */
int world_order(struct world *w, int64_t agent, enum agent_order_kind k,
                const char *word, int64_t due_us);
enum agent_state world_state(const struct world *w, int64_t agent);
/* Moves the clock on and steps whenever the campaign wants it. */
void world_run(struct world *w, int64_t ms);
/* Forgets the trace. */
void world_forget(struct world *w);
/* Moves the clock on. */
void world_wait(struct world *w, int64_t ms);

/* The trace since the last call is exactly this text. */
void world_expect(struct world *w, const char *text);

#endif

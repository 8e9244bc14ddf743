/*
 * Private to the simulated store: leads of an endless list. A lead is made
 * when it is fetched for the first time and forgotten when it is done with;
 * an attempt is forgotten when it has ended. What is left of them are counts,
 * so a run of months takes no more memory than its calls and waiting leads.
 *
 * With `list` the list is finite and dialled in passes: leads never called
 * come first, then those that wait; flow_new_list() starts another one.
 */
#ifndef SIM_SIM_STORE_FLOW_H
#define SIM_SIM_STORE_FLOW_H

#include "sim/sim_store_rows.h"

enum { SIM_FLOW_TRIES = 4 };

/* What is known of a lead at hand besides what the list says. */
struct sim_flow_lead {
    struct lead_id id;
    int64_t due_us;
    uint32_t version;
    uint8_t state, reason;
    int8_t verdict;
    bool claimed, used, bad, opted_out;
    bool promised;   /* the call that is up keeps a promise */
    uint64_t agreed; /* number of the last call back, lead.h */
    uint16_t attempts;
    uint8_t outcomes[OUTCOME_COUNT];
    uint8_t tries;
    struct lead_try history[SIM_FLOW_TRIES]; /* newest last */
    size_t next_free;
};

struct sim_flow {
    struct sim_store_endless source;
    int64_t next;  /* the next lead of the list, from 0 */
    uint64_t left; /* of the present list; UINT64_MAX endless */
    struct sim_flow_lead *lead;
    size_t n, cap, first_free;
    struct map by_id; /* lead id -> index + 1 */
    struct sim_heap heap[SIM_SOURCES];
    struct campaign_counters counters;
    uint64_t tally[LEAD_STATE_COUNT][SIM_STORE_WORDS_MAX]; /* forgotten ones */
    uint64_t made;
};

struct sim_flow *sim_store_flow_new(const struct sim_store_endless *source);
void sim_store_flow_free(struct sim_flow *f);
void sim_store_flow_new_list(struct sim_flow *f);
void sim_store_flow_forget_all(struct sim_flow *f); /* and counts them */

/* Records. */
void sim_store_flow_attempt(struct sim_flow *f, const struct record *r);
void sim_store_flow_agreed(struct sim_flow *f, const struct record *r);
void sim_store_flow_placed(struct sim_flow *f, const struct record *r);
void sim_store_flow_ended(struct sim_flow *f, const struct record *r,
                          uint64_t e164);
/* An agent says that the number is somebody else's. */
void sim_store_flow_wrong(struct sim_flow *f, const struct record *r);
void sim_store_flow_lead(struct sim_flow *f, const struct record *r,
                         uint8_t reason);
void sim_store_flow_verdict(struct sim_flow *f, const struct record *r);

/* Requests; picked members are indices of leads. */
void sim_store_flow_pick(struct sim_flow *f, const struct store_fetch *q,
                         struct arena *a, struct sim_picked *out);
void sim_store_flow_release(struct sim_flow *f);
void sim_store_flow_fill(const struct sim_flow *f, size_t i, struct lead *out);
/* NULL: it is not at hand. */
const struct sim_flow_lead *sim_store_flow_find(const struct sim_flow *f,
                                                struct lead_id id);

#endif

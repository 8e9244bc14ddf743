/*
 * The write-ahead gate: actions wait here, in order, until the records they
 * depend on are durable. Prompts are copied in, as the texts of a step do not
 * outlive it.
 */
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include "core/campaign/campaign.h"

struct gate_item {
    uint64_t seq;    /* released when durable >= seq */
    size_t campaign; /* the engine's index */
    struct campaign_action action;
    unsigned tries; /* that failed; 0 when pushed */
    struct gate_item *next;
    /* the copy of the prompts and their texts follows in memory */
};

struct gate {
    struct gate_item *head, *tail;
    size_t n;
};

void gate_init(struct gate *g);
void gate_fini(struct gate *g);
/* Sequence numbers never fall. */
void gate_push(struct gate *g, uint64_t seq, size_t campaign,
               const struct campaign_action *action);
/* The first item with seq <= durable, or NULL. The caller frees it with
 * gate_item_free. */
struct gate_item *gate_pop(struct gate *g, uint64_t durable);
void gate_item_free(struct gate_item *item);
/* Whether an action of the campaign waits here. */
bool gate_holds(const struct gate *g, size_t campaign);

#endif

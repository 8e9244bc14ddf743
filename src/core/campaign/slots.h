/*
 * Private to core/campaign: the fixed pool of leads at hand. A slot holds a
 * copy of a lead with the texts its script speaks; it waits in the hopper or
 * is in a call. Found by lead and by attempt; calls are kept in order of their
 * start, and in a heap by deadline. Sized once; nothing grows.
 */
#ifndef CORE_CAMPAIGN_SLOTS_H
#define CORE_CAMPAIGN_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/call/call_leg.h"
#include "core/lead/lead.h"
#include "core/lead/retry.h"
#include "core/script/script_field.h"
#include "core/script/script_run.h"

enum { SLOTS_TEXT_MAX = 1024, SLOTS_NONE = -1 };

/* What a lead at hand is to the agents; without them only the first. */
enum slot_stage {
    SLOT_IDLE,     /* in the hopper, or a call without agents */
    SLOT_PROMISED, /* a call back that is due and waits for an agent */
    SLOT_LOOK,     /* an agent looks at it */
    SLOT_LINE,     /* dialled for whoever is ready, not answered */
    SLOT_TIED,     /* dialled for one agent, not answered */
    SLOT_WAIT,     /* answered, waits for an agent */
    SLOT_RING,     /* answered, the telephone of an agent rings */
    SLOT_TALK,     /* joined with an agent, or on hold */
    SLOT_GONE,     /* a call without anybody, until it ends */
    SLOT_WRAP,     /* the call is over, its agent wraps up */
    SLOT_CALLING,  /* he calls us: it rings, or he is greeted */
    SLOT_CALLER,   /* he called us and waits for an agent */
    SLOT_STAGES
};

struct slot {
    int64_t asked_us; /* its history is at least as young as this */
    /* of a call */
    struct attempt_id attempt; /* v 0: not in a call */
    uint64_t e164;
    size_t phone;
    struct call_leg leg;
    struct script_run run;
    bool machine;        /* judged so: hung up at the beep */
    bool recorded;       /* the carrier records the call */
    bool notice_due;     /* and its notice has not been heard out yet */
    int64_t callback_us; /* when a call back was asked for; 0 not */
    int64_t deadline_us; /* INT64_MAX none */
    /* with agents */
    enum slot_stage stage;
    struct agent_id agent;    /* whose it is; v 0: nobody's */
    struct attempt_id over;   /* the call that is wrapped up */
    bool promised;            /* a call back: keeps that state */
    bool detects;             /* the carrier tells people from machines */
    bool tied;                /* was dialled for one agent */
    bool rung;                /* the agent's leg was set up for this call */
    bool picked_up;           /* ... and answered */
    bool served;              /* talked with an agent */
    bool settled, lost;       /* counted as a live answer; as abandoned */
    bool first_talk;          /* he talks with the first agent he got */
    bool paced;               /* pacing knows that he answered */
    bool told_off;            /* asked an agent to be left alone */
    int64_t mark;             /* of pacing, since the stage began */
    int64_t rang_us;          /* 0: not known to ring */
    int64_t since_us;         /* end of the greeting */
    int disposition;          /* of the plan's; -1: none yet */
    struct agent_id disposer; /* who said so */
    int64_t disposed_due_us;  /* a call back is due */
    struct retry_next unsaid; /* WRAP: the lead's, when nothing is said */
    bool claimed;             /* WRAP: the store gave the lead anew */
    int64_t live_us;          /* when it was counted as live; 0: it was not */
    int32_t agent_next;
    int32_t near_before, near_after; /* in the queue of its stage */
    int64_t air_us; /* since when it counts on whoever is ready; 0: it does
                       not */
    int32_t air_before, air_after;
    /* of a call to us */
    bool incoming;
    enum outcome close; /* how it ends unless an agent has it; NONE: open */
    bool asked;         /* by a key that can do nothing, in the greeting */
    uint32_t said;      /* tag of what is played, 0: nothing was */
    int64_t said_us;    /* since when; 0: it was cut off */
    int64_t say_us;     /* when wait_say is due, or would be */
    int64_t until_us;   /* then he is turned away */
    /* links, indices of slots */
    int32_t heap_at; /* place in the heap, or SLOTS_NONE */
    int32_t lead_next, attempt_next;
    int32_t before, after; /* calls in order */
    bool used;
    /* Large and rarely looked into: what changes all the time stands together
     * before it. */
    struct lead lead;          /* fields: only those the script speaks */
    char text[SLOTS_TEXT_MAX]; /* of the fields */
};

/* Slots of one stage, oldest first. */
struct slot_queue {
    int32_t first, last;
    unsigned n;
};

struct slots {
    struct slot *slot;
    size_t n, used, calls;
    size_t incoming; /* of the calls, those to us */
    int32_t free;    /* chained by lead_next */
    int32_t *by_lead, *by_attempt, *by_agent;
    size_t buckets;      /* a power of two */
    int32_t first, last; /* calls */
    int32_t air_first, air_last;
    int32_t *heap;
    size_t heaped;
};

void slots_init(struct slots *s, struct arena *a, size_t n);
/* A copy of the lead with the fields the script names, without one with all;
 * long texts are cut. NULL: full, or the lead is at hand already. */
struct slot *slots_take(struct slots *s, const struct lead *l,
                        const struct script *script);
/* One without a lead: its id is 0, it is not found by it. NULL: full. */
struct slot *slots_take_nobody(struct slots *s);
void slots_give(struct slots *s, struct slot *slot);
struct slot *slots_find_lead(const struct slots *s, struct lead_id id);
/* A hint: this slot is the next to be looked into. There are thousands of 6 kB,
 * so that it is rarely in the cache. */
void slots_expect(const struct slots *s, int32_t i);
int32_t slots_index(const struct slots *s, const struct slot *slot);
struct slot *slots_find_attempt(const struct slots *s, struct attempt_id a);

/* The call of a slot whose e164 is set; that of a call to us may be 0. */
void slots_call_begin(struct slots *s, struct slot *slot, struct attempt_id a);
void slots_call_end(struct slots *s, struct slot *slot);
void slots_set_deadline(struct slots *s, struct slot *slot, int64_t us);
/* The call whose deadline is next, or NULL. */
struct slot *slots_next_due(const struct slots *s);

/* A slot is one agent's, and he has no other. */
void slots_give_agent(struct slots *s, struct slot *slot, struct agent_id a);
void slots_drop_agent(struct slots *s, struct slot *slot);
struct slot *slots_find_agent(const struct slots *s, struct agent_id a);

void slots_queue_init(struct slot_queue *q);
void slots_queue_add(struct slots *s, struct slot_queue *q, struct slot *slot);
/* In order of since_us, behind those who are as old. */
void slots_queue_sort_in(struct slots *s, struct slot_queue *q,
                         struct slot *slot);
void slots_queue_remove(struct slots *s, struct slot_queue *q,
                        struct slot *slot);
/* The oldest, or NULL; the one after it, or NULL. */
struct slot *slots_queue_first(const struct slots *s,
                               const struct slot_queue *q);
struct slot *slots_queue_next(const struct slots *s, const struct slot *slot);

/* Calls that count on whoever is ready, oldest first. Adding one that does
 * already, and removing one that does not, changes nothing. */
void slots_air_add(struct slots *s, struct slot *slot, int64_t now_us);
void slots_air_remove(struct slots *s, struct slot *slot);
/* Since when the first does; INT64_MAX: none. */
int64_t slots_air_since_us(const struct slots *s);

#endif

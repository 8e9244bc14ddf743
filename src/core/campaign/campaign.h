/*
 * A calling campaign as a pure function: campaign_step(event) -> records and
 * actions. No clock, no I/O: the event carries the time, campaign_deadline_us
 * tells when to step again, and what shall happen leaves as data.
 *
 * Write-ahead: the records of a step are handed to the store; actions marked
 * `after_records` are carried out when those records are durable, the others
 * at once, in order. The engine (src/engine) does this for every campaign.
 *
 * The verdict of the law is asked inside the step (rules_check), immediately
 * before the attempt is recorded; the permit travels in the PLACE action and
 * is checked again by the carrier.
 *
 * Memory: campaign_new allocates everything from the arena, sized by the
 * plan's max_calls and hopper; a step allocates nothing. Texts in *out live
 * until the next step. One thread.
 */
#ifndef CORE_CAMPAIGN_CAMPAIGN_H
#define CORE_CAMPAIGN_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ids.h"
#include "base/tz.h"
#include "core/agent/agent_order.h"
#include "core/agent/floor.h"
#include "core/call/call_event.h"
#include "core/campaign/caller_facts.h"
#include "core/campaign/campaign_counters.h"
#include "core/campaign/numbers.h"
#include "core/campaign/plan.h"
#include "core/dnc/dnc_lists.h"
#include "core/dnc/suppression.h"
#include "core/journal/record.h"
#include "core/lead/lead.h"
#include "core/rules/rules.h"

struct campaign;

/* X(name, text) */
#define CAMPAIGN_STATE_TABLE(X)                                                \
    X(CAMPAIGN_LOADED, "loaded") /* never started */                           \
    X(CAMPAIGN_RUNNING, "running")                                             \
    X(CAMPAIGN_PAUSED, "paused")     /* no new calls; calls go on */           \
    X(CAMPAIGN_STOPPED, "stopped")   /* as paused, claims are given back */    \
    X(CAMPAIGN_FINISHED, "finished") /* no lead can be called any more */

enum campaign_state {
#define X(name, text) name,
    CAMPAIGN_STATE_TABLE(X)
#undef X
        CAMPAIGN_STATE_COUNT
};

const char *campaign_state_text(enum campaign_state s);
bool campaign_state_parse(struct slice s, enum campaign_state *out);

/* Told of each verdict that a campaign asked for, right after it was given;
 * both live during the call only. For observers: it changes nothing. */
typedef void(campaign_judged_fn)(void *arg, const struct rule_case *k,
                                 const struct verdict *v);

/* What a campaign needs besides its plan. Pointers outlive the campaign. */
struct campaign_env {
    struct tenant_id tenant;
    struct campaign_id id;
    struct seller_id seller;
    const struct plan *plan;
    const struct rule_book *book;
    const struct tz_set *zones;
    const struct dnc_lists *lists;    /* may be replaced: campaign_set_lists */
    const struct caller_facts *facts; /* likewise, campaign_set_facts; NULL:
                                         nothing is known */
    struct suppression *suppression;  /* opt-outs of all sellers; a step that
                                         hears an opt-out adds to it at once */
    int64_t *next_attempt;            /* shared by all campaigns of the node */
    struct numbers *numbers;          /* likewise; the engine's */
    struct floor *floor;              /* likewise: the agents */
    campaign_judged_fn *judged;       /* may be NULL */
    void *judged_arg;
};

enum campaign_event_kind {
    CAMPAIGN_EV_START, /* or resume; running: its list has new leads */
    CAMPAIGN_EV_PAUSE,
    CAMPAIGN_EV_STOP,
    CAMPAIGN_EV_REFRESH, /* what is on file about people has changed: leads at
                            hand go back and are fetched anew */
    CAMPAIGN_EV_TICK,    /* the deadline came, or more room on the trunk */
    CAMPAIGN_EV_LEADS,   /* answer to ACTION_FETCH */
    CAMPAIGN_EV_CALL,    /* an event of a call of ours */
    CAMPAIGN_EV_REFUSED, /* a PLACE was refused: the carrier's error, or
                            TM_ESTATE: campaign_may_place() said no */
    CAMPAIGN_EV_STORE_DOWN, /* writing fails: start nothing new */
    CAMPAIGN_EV_STORE_UP,
    CAMPAIGN_EV_FLOOR, /* agents came, left or are ready: the oldest person who
                          waits takes one, pacing looks again */
    CAMPAIGN_EV_AGENT, /* an order of `agent` about his call of this campaign
                          or a lead of it; campaign_out.error answers it */
    CAMPAIGN_EV_PACE,  /* another dial mode or pacing from now on */
    CAMPAIGN_EV_INCOMING, /* somebody calls a number of the plan's [inbound]:
                             call (INCOMING, with its attempt); lead: his, or
                             NULL; held: store_called.held */
};

struct campaign_event {
    enum campaign_event_kind kind;
    int64_t now_us;
    unsigned room;           /* calls the trunk takes now (any event) */
    const struct lead *lead; /* LEADS: copied by the step */
    size_t leads;
    bool held;                            /* INCOMING */
    int64_t next_due_us;                  /* LEADS: earliest of the others */
    const struct carrier_event *call;     /* CALL */
    struct attempt_id attempt;            /* REFUSED */
    int error;                            /* REFUSED: TM_E... */
    struct agent_id agent;                /* AGENT */
    const struct agent_order *order;      /* AGENT */
    const struct campaign_pacing *pacing; /* PACE: copied */
};

/* How a campaign dials; from its plan until CAMPAIGN_EV_PACE says otherwise.
 * Both agentless or both with agents: a plan's kind of call stays. */
struct campaign_pacing {
    enum dial_mode mode;
    struct policy_params policy;
    uint32_t abandon_limit_ppm; /* at most the plan's */
};

enum campaign_action_kind {
    ACTION_FETCH,   /* ask the store for up to `count` leads */
    ACTION_RELEASE, /* give back all claims */
    ACTION_PREPARE, /* convert prompts ahead: static ones at START, those
                       with fields of the lead together with PLACE */
    ACTION_PLACE,   /* permit + spec */
    ACTION_PLAY,    /* prompts, tag */
    ACTION_HANGUP,  /* reason */
    ACTION_BRIDGE,  /* the person's call with the agent's leg, after a beep to
                       the agent (`beep`) */
    ACTION_PART,    /* the person's call waits alone */
    ACTION_RING,    /* a leg to the telephone of a per_call agent */
    ACTION_DROP,    /* ends that leg */
    ACTION_ANSWER,  /* a call to us; record */
    ACTION_SILENCE, /* cuts off what is played */
};

struct campaign_action {
    enum campaign_action_kind kind;
    bool after_records;          /* wait until the step's records are durable */
    struct attempt_id attempt;   /* PLACE, PLAY, HANGUP */
    size_t count;                /* FETCH */
    struct permit permit;        /* PLACE */
    struct call_spec spec;       /* PLACE */
    const struct prompt *prompt; /* PLAY, PREPARE */
    size_t prompts;
    uint32_t tag;              /* PLAY */
    enum hangup_reason reason; /* HANGUP */
    struct agent_id agent;     /* BRIDGE, RING, DROP */
    bool beep;                 /* BRIDGE */
    bool record;               /* ANSWER */
};

struct campaign_out {
    const struct record *record;
    size_t records;
    const struct campaign_action *action;
    size_t actions;
    bool starved;    /* it took all the room there was, and would call on */
    int error;       /* AGENT, PACE: TM_OK, or why not: TM_ESTATE, TM_EINVAL,
                        TM_ENOTFOUND (no lead) */
    const char *why; /* ... in words, a constant or of the step's texts */
};

/* Never fails: the plan was checked when it was parsed. */
struct campaign *campaign_new(struct arena *a, const struct campaign_env *env,
                              enum campaign_state state,
                              const struct campaign_counters *counters);

/* One event in, *out describes what follows. May need several steps for one
 * cause: when campaign_deadline_us() <= now, step again with TICK. Work per
 * step is bounded. */
void campaign_step(struct campaign *c, const struct campaign_event *ev,
                   struct campaign_out *out);

/* Step again with TICK no later than this; INT64_MAX: only on events. */
int64_t campaign_deadline_us(const struct campaign *c);

/* Whether a PLACE action may still be carried out: its records take their
 * time, and meanwhile the campaign may be paused or stopped, or the person
 * asks to be left alone, on any of his telephones. False: answer the action
 * with CAMPAIGN_EV_REFUSED, TM_ESTATE. */
bool campaign_may_place(const struct campaign *c, struct attempt_id a);

/* The do-not-call lists were published anew. */
void campaign_set_lists(struct campaign *c, const struct dnc_lists *lists);
/* A ledger about the caller or the world changed. */
void campaign_set_facts(struct campaign *c, const struct caller_facts *facts);

enum { CAMPAIGN_IDLE_MAX = 160 };

/* For status, `why --campaign` and the live board. A copy is whole. */
struct campaign_status {
    enum campaign_state state;
    size_t calls;        /* up now */
    size_t hopper;       /* leads at hand */
    int64_t next_due_us; /* earliest lead that waits; INT64_MAX none */
    /* a sentence when running and not dialling, or "" */
    char idle_why[CAMPAIGN_IDLE_MAX];
    struct campaign_counters counters;
    /* With agents; else 0. */
    struct campaign_pacing pacing;
    bool over_limit;  /* the law says progressive until the budget allows */
    unsigned ringing; /* lines dialled, not answered */
    unsigned waiting; /* people who wait for an agent */
    unsigned talking; /* people with an agent */
    int64_t oldest_wait_us;   /* since when the first of them waits; 0 nobody */
    unsigned callers;         /* people who called us and wait for an agent */
    int64_t oldest_caller_us; /* since when the first of them waits; 0 nobody */
    double expected_per_s;    /* people who will call it, as learnt */
    double price, chance;     /* of the last decision of pacing */
    struct floor_counts agents;
    /* Callers refused since it was added; the engine fills them in. */
    uint64_t refused_full;     /* as many as the plan takes, or the trunk's last
                                  line is an agent's */
    uint64_t refused_closed;   /* it did not run, or nothing could be written */
    unsigned here, here_ready; /* signed in, and may take its people; those
                                  of them who are ready and stay */
};
void campaign_status(const struct campaign *c, struct campaign_status *out);

/* When the first of those who wait for an agent should have one: who answered
 * us by the law's time (plan->hold_ms), who called us by the plan's
 * (inbound.target_ms). INT64_MAX: nobody waits. The engine tells the campaign
 * whose person is due first of a free agent. */
int64_t campaign_waits_due_us(const struct campaign *c);

/* Since when the oldest line in the air, or person who waits, counts on
 * whoever is ready: an agent who was ready then is counted on, also when he
 * wants to pause or go. INT64_MAX: there is none. */
int64_t campaign_oldest_line_us(const struct campaign *c);

/* Whether the campaign takes a call to this number now. TM_ENOTFOUND: it is
 * none of its plan's; TM_ESTATE: it neither runs nor is paused, or nothing can
 * be written; TM_EFULL: as many callers as the plan takes. */
int campaign_takes_caller(const struct campaign *c, uint64_t to);

/* The lead an agent looks at, talks with or wraps up, for his screen; NULL:
 * none of this campaign. Lives until the next step. */
const struct lead *campaign_agent_lead(const struct campaign *c,
                                       struct agent_id a);
/* Which of its numbers was dialled; 0: none yet. */
uint64_t campaign_agent_number(const struct campaign *c, struct agent_id a);
/* The disposition that is set already of his call, which goes on, and when the
 * person is called back by it (0: not); empty: none is. Of the plan. */
struct slice campaign_agent_said(const struct campaign *c, struct agent_id a,
                                 int64_t *due_us);

/* Each decision of pacing in words, for `simulate --replay`; NULL ends it. */
typedef void(campaign_trace_fn)(void *arg, struct campaign_id c, int64_t now_us,
                                const char *text);
void campaign_set_trace(struct campaign *c, campaign_trace_fn *fn, void *arg);

/* Attempts that are placed and not ended, in order of their start; returns
 * how many were written to out. */
size_t campaign_calls(const struct campaign *c, struct attempt_id *out,
                      size_t max);

/* An attempt that a former run left without an end. */
struct campaign_open_attempt {
    struct attempt_id attempt;
    struct tenant_id tenant;
    struct seller_id seller;
    struct campaign_id campaign;
    struct lead lead; /* state at the store */
    uint64_t e164;
    int64_t placed_us;   /* 0: no INVITE known */
    int64_t answered_us; /* 0: not answered */
    bool served;         /* an answer, opt-out, callback or agent is recorded */
    bool bridged;        /* ... an agent */
    bool opted_out;      /* a request to be left alone is recorded */
    bool callback;       /* a call back by a person was promised */
    int64_t callback_us; /* ... for then; 0: at once */
    bool promised;       /* it was to keep such a promise of before */
    bool incoming;       /* he called us; lead: state and due_us he came with,
                            id 0: he has none */
};

/* Records that close it (design, section 4): of a call to us as of one whose
 * caller gave up, or talked with an agent who says nothing; else outcome
 * unknown, counts toward
 * every cap; answered and unserved: live and abandoned; the lead follows its
 * retry rules, is done with when he asked to be left alone, or waits for the
 * person who was promised; a promise that was not kept stays one. plan NULL: it
 * cannot be read any more, the lead waits a day. Fills up to 3 records, returns
 * their number. */
size_t campaign_close_open(const struct plan *plan,
                           const struct campaign_open_attempt *a,
                           int64_t now_us, struct record out[3]);

#endif

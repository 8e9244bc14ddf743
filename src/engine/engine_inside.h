/*
 * Private to engine/: the state behind struct engine and what its files
 * share. engine.c answers the outside and keeps time; engine_step.c steps
 * campaigns and carries out what they decide; engine_record.c writes ahead;
 * engine_agent.c moves agents and tells campaigns of them; engine_leg.c calls
 * their telephones; engine_join.c joins them with people; engine_caller.c keeps
 * who calls us until a campaign has him; engine_leave.c lets agents go;
 * engine_trunk.c shares trunks.
 *
 * Whatever an entry point of engine.h does ends with engine_settle(): only
 * there actions run and campaigns hear of a changed floor, so that no step
 * runs inside another one.
 */
#ifndef ENGINE_ENGINE_INSIDE_H
#define ENGINE_ENGINE_INSIDE_H

#include "base/arena.h"
#include "base/map.h"
#include "engine/backlog.h"
#include "engine/engine.h"
#include "engine/flight.h"
#include "engine/gate.h"

#define ENGINE_RETRY_US                                                        \
    (10 * 1000) /* a full store is asked again after this                      \
                 */

struct engine_member {
    struct campaign *campaign;
    struct campaign_env env;
    struct arena arena;
    size_t trunk;        /* index of the first member with the same trunk */
    bool starved;        /* it would call on if the trunk gave it more */
    uint64_t tag;        /* of its next call, see engine_trunk.c */
    size_t fetch_wanted; /* a fetch the store had no room for */
    unsigned placing;    /* calls that wait for their records */
    bool release_wanted;
    unsigned fetches; /* asked for and not answered */
    unsigned strange; /* ... of these, by a plan that was replaced */
    bool agents;      /* its calls go to agents */
    bool running;
    enum dial_mode mode;
    uint64_t told;    /* the round in which it heard of the floor */
    int64_t line_us;  /* its oldest line, as engine_leave.c saw it last */
    unsigned callers; /* who called us and has not hung up, as it knows or will
                         know */
    unsigned asking;  /* ... of these, whose leads the store looks for */
    uint64_t refused_full, refused_closed; /* as of campaign_status */
};

/* A trunk that campaigns share. */
struct engine_trunk {
    unsigned placing; /* calls that wait for their records */
    unsigned members, starved;
    unsigned ringers; /* ready agents whose telephones it rings */
    uint64_t tag;     /* of the last call */
    bool news;        /* who is starved may get something */
};

enum engine_leg_state {
    LEG_WAITING,  /* for the end of his leg before */
    LEG_RECORDED, /* its record is not durable yet, or it is postponed */
    LEG_CALLED,   /* the carrier has it */
    LEG_UP,       /* he has answered */
    LEG_CLOSING,  /* hung up, its end has not come back */
};

/* A call to the telephone of an agent. */
struct engine_leg {
    enum engine_leg_state state;
    struct attempt_id attempt;
    struct agent_id agent; /* v 0: he has no use for it any more */
    struct agent_id whose; /* for the records, even then */
    struct campaign_id campaign;
    uint64_t seq;  /* the batch of its record */
    bool per_call; /* as it was when the leg began */
    bool late;     /* there was no room for it: it is called again */
    char star;     /* the key before: '*' or 0 */
    int64_t star_us;
    uint64_t e164;
    char name[AGENT_NAME_MAX];
    char trunk[AGENT_WORD_MAX];
    struct attempt_id joined; /* the person it was joined with last */
    struct engine_leg *then;  /* begins when this one has ended */
    struct engine_leg *next, *before;
    struct engine_leg *waits; /* the next one that waits for its record */
};

/* In engine.call_owner: a call to us. */
#define ENGINE_OWNER_CALLER (UINT64_C(1) << 32)

struct engine_caller; /* engine_caller.c */

struct engine {
    struct engine_ports port;
    struct engine_member member[ENGINE_CAMPAIGNS_MAX];
    size_t members;
    struct engine_trunk trunk[ENGINE_CAMPAIGNS_MAX]; /* by their first member */
    bool trunk_news;                                 /* of any of them */
    struct map call_owner; /* attempt id -> index of the campaign + 1, and the
                              bit of a caller */
    struct gate ready;     /* actions that wait for nothing */
    struct gate gate;      /* actions that wait for records */
    struct gate joins;     /* bridges that the carrier had no room for */
    int64_t joins_us;      /* when to ask it again */
    struct backlog backlog;
    struct flight flight;
    struct numbers numbers; /* of all campaigns' calls */
    uint64_t written; /* sequence number of the newest batch, engine's own */
    uint64_t durable; /* everything up to it is durable */
    int64_t retry_us; /* when to ask a full store again; INT64_MAX never */
    bool draining;
    bool held; /* by engine_hold() */
    bool store_failed;
    bool campaigns_held; /* campaigns were told that the store is down */

    struct floor *floor;
    size_t staffed[ENGINE_CAMPAIGNS_MAX]; /* members with agents, in order */
    size_t staffed_n;
    bool floor_news;    /* campaigns are to hear of the floor */
    uint64_t round;     /* of telling them */
    size_t wrapping;    /* agents in wrap-up */
    bool floor_closed;  /* draining: agents were signed out */
    bool floor_hurried; /* ... and may not wrap up any longer */
    struct map leg_of;  /* attempt id -> its struct engine_leg */
    struct map leg_at;  /* agent id -> his leg that is recorded, not ended */
    struct engine_leg *leg;
    struct engine_leg *leg_waits, *leg_waits_last;
    size_t legs, legs_up;
    size_t legs_late;     /* of them, telephones that no line was free for */
    int64_t legs_late_us; /* when to try again */
    bool legs_are_full;   /* a trunk had no line for one, and this is it */
    char legs_full[AGENT_WORD_MAX]; /* "": the carrier itself */
    struct agent_id *leaver; /* ready, and they want to go; some have gone */
    size_t leavers, leaver_cap;
    bool leave_news;      /* among them, since the last look */
    int64_t latest_us;    /* of all steps: what campaigns take for now */
    struct map caller_of; /* attempt id -> its struct engine_caller */
    struct engine_caller *caller, *caller_last;
    size_t callers_due; /* with the next engine_run() */
    campaign_trace_fn *trace;
    void *trace_arg;
};

int64_t engine_now_us(const struct engine *e);
/* False: there is no such campaign. */
bool engine_find(const struct engine *e, struct campaign_id id, size_t *index);

/* engine_record.c. write: the number of the batch; what the store does not
 * take is kept and written later, in order. */
uint64_t engine_record_write(struct engine *e, const struct record *r,
                             size_t n);
void engine_record_flush(struct engine *e);
/* Records are being written: nothing failed, nothing waits. */
bool engine_record_works(const struct engine *e);

/* engine_step.c. Steps a campaign; its actions wait for engine_settle().
 * Returns the campaign's answer, whose text goes into err (may be NULL). */
int engine_step(struct engine *e, size_t index, struct campaign_event *ev,
                struct err *err);
/* Carries out everything that is free to go, and what follows from it. */
void engine_settle(struct engine *e);
/* Campaigns hear when records cannot be written, and when they can again.
 * False: nothing has changed. */
bool engine_step_hold(struct engine *e);
/* Asks the store again for what it had no room for. */
void engine_step_retry(struct engine *e, size_t index);
void engine_step_release(struct engine *e, size_t index);

/* engine_trunk.c. What a campaign may call now. */
unsigned engine_trunk_room(const struct engine *e, size_t index,
                           enum campaign_event_kind kind);
/* A call of the campaign is to be placed; it was, or it was given up. */
void engine_trunk_placing(struct engine *e, size_t index);
void engine_trunk_placed(struct engine *e, size_t index);
/* After a step; starved: it took all it was given and wants more. */
void engine_trunk_stepped(struct engine *e, size_t index, bool starved);
/* An agent's change of state, once each. */
void engine_trunk_heed(struct engine *e, const struct floor_change *c);
/* The campaigns, or their trunks, have changed. */
void engine_trunk_sort(struct engine *e);
/* What was left goes to those who wait for it. False: nothing was, or nobody
 * waits. */
bool engine_trunk_offer(struct engine *e);

/* engine_agent.c. An order about the agent's call, to that campaign. */
int engine_agent_tell(struct engine *e, struct campaign_id c, struct agent_id a,
                      const struct agent_order *o, struct err *err);
void engine_agent_tell_kind(struct engine *e, struct campaign_id c,
                            struct agent_id a, enum agent_order_kind kind);
/* Writes what has changed on the floor. */
void engine_agent_changes(struct engine *e);
/* Campaigns hear of a changed floor, the one first whose person has waited
 * longest. False: there was nothing to tell. */
bool engine_agent_round(struct engine *e);
void engine_agent_limits(struct engine *e, int64_t now_us);
/* Draining: when the last call of a person is over, agents sign out. */
void engine_agent_close(struct engine *e);
/* His telephone has answered; it is gone, word: why. */
void engine_agent_leg_up(struct engine *e, const struct engine_leg *l);
void engine_agent_leg_lost(struct engine *e, const struct engine_leg *l,
                           const char *word);
void engine_agent_key(struct engine *e, struct engine_leg *l, char key);
/* ACTION_RING could not be carried out. */
void engine_agent_no_ring(struct engine *e, struct agent_id a,
                          const char *word);
/* Nor ACTION_BRIDGE; never: he and the person have not heard each other yet,
 * and the campaign is told so. */
void engine_agent_no_join(struct engine *e, struct agent_id a, bool never);

/* engine_leave.c. PAUSE or SIGN_OUT of who is signed in, with word and now of
 * the order: at once, after his call, or when nobody counts on him. The lead
 * he looks at goes back. TM_EINVAL: too long a reason. */
int engine_leave(struct engine *e, const struct floor_agent *f,
                 enum agent_input in, const struct agent_order *o,
                 struct err *err);
/* Lets those go whom nobody counts on any more. */
void engine_leave_look(struct engine *e);

/* engine_join.c. The agent as the action means him, or NULL: his call or his
 * telephone was lost while the action waited, and the campaign knows. */
const struct floor_agent *engine_join_agent(const struct engine *e,
                                            const struct campaign_action *a);
/* ACTION_BRIDGE. What the carrier has no room for is tried again; an agent
 * who cannot be joined for a second pauses, and the campaign hears that the
 * person has lost him. */
void engine_join(struct engine *e, size_t index,
                 const struct campaign_action *a);
void engine_join_retry(struct engine *e, int64_t now_us);
int64_t engine_join_us(const struct engine *e); /* INT64_MAX: nothing waits */

/* engine_leg.c. Whether a leg may be called now; the text says why not. */
int engine_leg_check(const struct engine *e, struct err *err) TM_MUST_CHECK;
/* Begins a leg to an agent who has none: its record now, or when the one that
 * he has dropped has ended; the call when that is durable. campaign v 0: a
 * permanent one. */
void engine_leg_begin(struct engine *e, const struct floor_agent *a,
                      struct campaign_id campaign);
/* The agent has no use for his leg any more, if he has one. */
void engine_leg_drop(struct engine *e, struct agent_id a);
/* The person whom this leg was joined with last; for the next time. */
struct attempt_id *engine_leg_joined(const struct engine *e,
                                     struct attempt_id leg);
/* Calls those whose records are durable. */
void engine_leg_run(struct engine *e);
/* Whether what the trunk has free is for telephones that are to ring now. */
bool engine_leg_wants(const struct engine *e, const char *trunk);
/* Postponed ones are tried again. */
void engine_leg_retry(struct engine *e, int64_t now_us);
int64_t engine_leg_retry_us(const struct engine *e); /* INT64_MAX: none */
/* False: no leg of ours. */
bool engine_leg_event(struct engine *e, const struct carrier_event *ev);
void engine_leg_free_all(struct engine *e);

/* engine_caller.c. CARRIER_INCOMING: whoever takes calls to that number has
 * him, once the store has said who he is. */
void engine_caller_new(struct engine *e, const struct carrier_event *ev);
/* Of a call that no campaign has yet. False: it is none of these. */
bool engine_caller_event(struct engine *e, const struct carrier_event *ev);
/* The store's answer. The caller settles. */
void engine_caller_called(struct engine *e, const struct store_called *s);
/* What could not be done inside the carrier's event. */
void engine_caller_run(struct engine *e);
bool engine_caller_waits(const struct engine *e);
void engine_caller_hang_up_all(struct engine *e);
void engine_caller_free_all(struct engine *e);

#endif

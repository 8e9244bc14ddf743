/*
 * Private to the checker of agents: its books. check_agents.c keeps them,
 * check_agents_state.c follows agents and their legs, check_agents_call.c the
 * calls, check_agents_caller.c those to us, check_agents_lead.c what becomes of
 * people.
 */
#ifndef SIM_CHECK_AGENTS_INSIDE_H
#define SIM_CHECK_AGENTS_INSIDE_H

#include "base/map.h"
#include "core/lead/lead.h"
#include "sim/check_agents.h"

/* A call to a person, or a leg to an agent. */
struct check_agents_call {
    struct attempt_id id;
    struct campaign_id campaign;
    struct lead_id lead;
    struct agent_id staff; /* a leg: whose */
    uint64_t e164;
    int64_t recorded_us, expires_us;
    int64_t placed_us, ringing_us, answered_us, bridged_us, ended_us;
    bool invited, ended;
    bool live, abandoned, bridged;
    struct agent_id agent; /* who has or had him last */
    bool disposed, wants_out, opted_out;
    bool no_person; /* with an agent, not live: he has to say "machine" */
    bool rung;      /* an agent's telephone rang for him */
    bool tied;      /* dialled for one agent */
    bool stepped;   /* a clock was set while it was up */
    bool one_each;  /* an agent has to wait for it */
    bool incoming;  /* he calls us */
    bool callback;  /* ... asked to be called back */
    bool talked;    /* ended as a talk, until its agent says otherwise */
    bool leaving;   /* ... was told good-bye */
    bool idle_told;
    int64_t again_us; /* a caller: his agent was lost, he waits again */
    int64_t left_us;  /* a line: an agent whom it counts on paused then */
    char pressed;     /* ... his key, before an agent had him */
    int64_t pressed_us;
};

struct check_agents_member { /* a lead */
    struct lead_id id;
    struct campaign_id campaign; /* of its last next step */
    enum lead_state state;
    int64_t due_us;
    bool open;     /* in a call */
    bool disposed; /* the next step must fit `action` */
    enum disposition_do action;
    bool late_told; /* that its promised call is late */
    bool talked;    /* the next step comes a day later, unless disposed */
    bool missed;    /* called us in vain: he is called back next */
    bool called_us; /* and has no next step yet */
    uint64_t wrong[LEAD_PHONES_MAX]; /* numbers of somebody else */
    size_t wrong_n;
};

struct check_agents_man {
    struct agent_id id;
    enum agent_state state;
    int64_t since_us;
    uint64_t since_record;
    struct attempt_id attempt;          /* of the state */
    int64_t ready_from_us, ready_to_us; /* the last time; to: INT64_MAX */
    struct attempt_id leg;
    bool leg_up;
    int64_t joined_us; /* last, with a person; his state is told after it */
    int64_t freed_us;  /* joined in wrap-up: he is ready at this instant, as the
                          next record of him has to say */
    struct attempt_id leaving;  /* the leg before, that is being ended */
    int64_t leaving_us;         /* since when there is another */
    struct attempt_id last_leg; /* up or over */
    bool known;                 /* a state was told since the start */
    int64_t wish_us; /* asked for a pause while he was ready; 0 not */
};

/* What a campaign's pacing has to count. */
struct check_agents_pace {
    int64_t first_us; /* INVITE */
    size_t open;      /* calls to people that are up */
    struct check_agents_lost sum;
};

struct check_agents {
    struct check_floor w;
    struct check_agents_pace pace[2]; /* the second campaign's: [1] */
    struct map calls, members, men;   /* id -> index + 1 */
    struct check_agents_call *call;
    size_t calls_n, call_cap;
    struct check_agents_member *member;
    size_t members_n, member_cap;
    struct check_agents_man *man;
    size_t men_n, man_cap;
    uint64_t now; /* number of the record */
    int64_t now_us;
    size_t open;               /* calls to people that are up */
    struct attempt_id *caller; /* calls to us that are up */
    size_t callers_n, caller_cap;
    bool cover_due;          /* a line was dialled at now_us */
    struct attempt_id cover; /* ... which an agent has to wait for; v 0: any */
    size_t joins;            /* callers who got an agent at now_us */
    size_t looking;          /* agents at leads */
    size_t ready, on;        /* agents ready; who can take a call now or soon */
    bool running, second_running;
    int64_t running_us; /* since when */
    int64_t staffed_us; /* since when anybody can take a call */
    int64_t quiet_us;   /* since when nothing was tried */
    bool stuck_told;
    struct check_agents_sums sums;
    uint64_t findings;
    struct check_agents_finding finding[CHECK_AGENTS_KEPT];
};

struct check_agents_call *check_agents_call(const struct check_agents *c,
                                            struct attempt_id id);
struct check_agents_call *check_agents_new_call(struct check_agents *c,
                                                struct attempt_id id);
/* Made when it is new. */
struct check_agents_member *check_agents_member(struct check_agents *c,
                                                struct lead_id id);
bool check_agents_knows(const struct check_agents *c, struct lead_id id);
struct check_agents_man *check_agents_man(struct check_agents *c,
                                          struct agent_id id);

/* What a campaign promises. */
const struct check_floor *check_agents_of(const struct check_agents *c,
                                          struct campaign_id id);

struct check_agents_pace *check_agents_pace(struct check_agents *c,
                                            struct campaign_id id);

/* check_agents_state.c */
void check_agents_moved(struct check_agents *c, const struct record *r);
void check_agents_leg(struct check_agents *c, const struct record *r);
void check_agents_restart(struct check_agents *c, const struct record *r);
void check_agents_at_end(struct check_agents *c);

/* check_agents_call.c */
void check_agents_attempt(struct check_agents *c, const struct record *r);
void check_agents_event(struct check_agents *c, const struct record *r);
void check_agents_bridged(struct check_agents *c, const struct record *r);
void check_agents_ended(struct check_agents *c, const struct record *r);
void check_agents_taken(struct check_agents *c,
                        const struct check_agents_man *m);

/* check_agents_budget.c */
void check_agents_cover(struct check_agents *c, int64_t now_us);
void check_agents_kept(struct check_agents *c, int64_t now_us);
void check_agents_budget(struct check_agents *c);

/* check_agents_caller.c */
void check_agents_caller_begin(struct check_agents *c, const struct record *r);
void check_agents_caller_joined(struct check_agents *c,
                                struct check_agents_call *k,
                                const struct record *r);
void check_agents_caller_ended(struct check_agents *c,
                               struct check_agents_call *k,
                               const struct record *r);
void check_agents_caller_dialled(struct check_agents *c,
                                 const struct record *r);
void check_agents_caller_taken(struct check_agents *c,
                               const struct check_agents_man *m);
/* What stood between the last two records. */
void check_agents_caller_idle(struct check_agents *c, int64_t now_us);
void check_agents_callers_at_end(struct check_agents *c);

/* check_agents_lead.c */
void check_agents_disposed(struct check_agents *c, const struct record *r);
void check_agents_opt_out(struct check_agents *c, const struct record *r);
void check_agents_next_step(struct check_agents *c, const struct record *r);
void check_agents_first(struct check_agents *c, const struct record *r);
void check_agents_quiet(struct check_agents *c, int64_t now_us);
void check_agents_people(struct check_agents *c);

#endif

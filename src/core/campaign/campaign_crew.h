/*
 * Private to core/campaign: what a campaign with agents has besides. A lead
 * at hand is in one stage (enum slot_stage); campaign_stage() is the only way
 * from one to the next, keeps the queues and tells pacing each beginning and
 * end, so that its counts of lines, talks and wrap-ups are those of the air.
 *
 *     campaign_crew.c     the crew, its stages, agents that come and go
 *     campaign_pace.c     the decision of each tick: dial, withdraw
 *     campaign_window.c   the legal window and the hours left of it
 *     campaign_bridge.c   answers, people who wait, bridges, the message
 *     campaign_wrap.c     ends of calls, dispositions
 *     campaign_preview.c  leads that agents look at, calls that were promised
 *     campaign_agent.c    orders of agents
 *     campaign_inbound.c  people who call us
 *     campaign_idle.c     why nobody is called, in a sentence
 */
#ifndef CORE_CAMPAIGN_CAMPAIGN_CREW_H
#define CORE_CAMPAIGN_CAMPAIGN_CREW_H

#include "base/civil.h"
#include "core/campaign/campaign_inside.h"
#include "core/pace/policy.h"

enum {
    HELD_MIN = 256, /* wrap-ups and leads looked at, at least */
    WHY_MAX = 320,
    SERVE_MAX = 16,    /* people who get an agent in one step */
    WITHDRAW_MAX = 64, /* lines given up in one step */
    OFFER_MAX = 16,    /* leads offered to agents in one step */
};

#define WITHDRAW_US     (15 * CIVIL_SECOND_US) /* 16 CFR 310.4(b)(4)(ii) */
#define SKIP_US         (15 * CIVIL_MINUTE_US)
#define DETECT_MAX_US   (8 * CIVIL_SECOND_US) /* then it counts as a person */
#define PROMISE_LATE_US (5 * CIVIL_MINUTE_US) /* no new lines before it */
#define ASK_AGAIN_US    CIVIL_MINUTE_US       /* a verdict over the limit */
#define PROMISE_US                                                             \
    (10 * CIVIL_SECOND_US) /* the store is asked for calls                     \
                              that were promised */

/* Dialling time, by the plan's hours. */
struct crew_hours {
    int64_t at_us;            /* when it was worked out; 0: not yet */
    int64_t today_us, day_us; /* left of today; all of today */
    int64_t later_us;         /* of the days until the window's end */
};

struct crew {
    struct campaign_pacing pacing;
    uint64_t skills;
    bool shared, active; /* told the floor; takes part in its sharing */
    struct slot_queue promised, looks, lines, waiting, callers;
    /* Their agents' telephones ring: for people we called; who called us. */
    struct slot_queue rung, callers_rung;
    unsigned tied, talking, wrapping;
    struct floor_counts counts; /* as last looked at */
    /* Live answers of calls that are up, which no counter has yet. */
    uint64_t live_up, lost_up;
    uint64_t day_live, day_lost;
    int64_t day;           /* local */
    const struct tz *zone; /* of the last callee; NULL: none yet */
    struct crew_hours hours;
    unsigned order;  /* lines still to be dialled of the last decision */
    int64_t tick_us; /* of the next decision */
    struct predictive_order last;
    bool over_limit;
    unsigned covered; /* ready agents on whom lines count (floor_covers) */
    bool uncovered;   /* fewer than before: callers may have one now */
    bool rings;       /* some agents have to be rung for each person */
    int64_t over_asked_us;
    int64_t promise_us;      /* when the store was asked for promised calls */
    int64_t promised_due_us; /* the next we know of */
    /* of a step */
    int error;
    char why[WHY_MAX];
    bool decided;
    unsigned dialled, withdrawn, served;
    bool kept_waiting; /* a promised call, by the trunk */
    struct policy_view view;
    campaign_trace_fn *trace;
    void *trace_arg;
    bool begun;
    struct policy policy;
};

_Static_assert((int)SERVE_MAX <= (int)STEP_LEADS_MAX &&
                   (int)WITHDRAW_MAX <= 2 * (int)STEP_LEADS_MAX,
               "records and actions of a step have room");

/* --- campaign_crew.c ---*/
void campaign_crew_new(struct campaign *c, struct arena *a);
/* At the beginning of each step. */
void campaign_crew_begin(struct campaign *c);
/* Whether it takes part in the sharing of agents. */
void campaign_crew_share(struct campaign *c);
/* A slot's next stage; how: the end of the line, talk or wrap-up it was in. */
void campaign_stage(struct campaign *c, struct slot *s, enum slot_stage to,
                    enum lasting_end how);
/* Nobody's any more; the agent does `in` next. */
void campaign_crew_free(struct campaign *c, struct slot *s,
                        enum agent_input in);
/* Claims that no call has go back: leads looked at, promised ones. */
void campaign_crew_give_back(struct campaign *c);
void campaign_crew_pace(struct campaign *c, const struct campaign_pacing *p);
void campaign_crew_status(const struct campaign *c,
                          struct campaign_status *out);
/* Slots for calls, wrap-ups and leads looked at. */
size_t campaign_crew_slots(const struct plan *p);
/* Those of them that are free. */
size_t campaign_crew_room(const struct campaign *c);
/* Why not, in words, for who asked. */
void campaign_crew_refuse(struct campaign *c, int error, const char *fmt, ...)
    TM_PRINTF(3, 4);

/* --- campaign_pace.c ---*/
void campaign_pace_tick(struct campaign *c);
int64_t campaign_pace_deadline(const struct campaign *c);
/* A promised call is so late that the others wait for it. */
bool campaign_pace_owes(const struct campaign *c);
/* Agents that are ready and have neither a line nor a person. */
unsigned campaign_pace_uncovered(struct campaign *c);
/* Tells the floor on how many agents lines count. */
void campaign_pace_cover(struct campaign *c);
void campaign_pace_over(struct campaign *c, bool over);
/* Whether each line is dialled for one agent, who is rung first. */
bool campaign_pace_ties(const struct campaign *c);
/* How the next line for whoever is ready is asked for. */
enum dial_mode campaign_pace_mode(const struct campaign *c);
void campaign_pace_trace(struct campaign *c, const char *fmt, ...)
    TM_PRINTF(2, 3);
void campaign_pace_tell(struct campaign *c);
bool campaign_pace_rang_long(const struct campaign *c, const struct slot *s);

/* --- campaign_window.c ---*/
void campaign_window(struct campaign *c, struct policy_view *v);

/* --- campaign_bridge.c ---*/
/* A call event of a crew's; true: nothing else is to be done. */
void campaign_bridge_answered(struct campaign *c, struct slot *s);
void campaign_bridge_live(struct campaign *c, struct slot *s, int64_t since_us);
/* Detection says that a person answered. */
void campaign_bridge_verdict(struct campaign *c, struct slot *s,
                             int64_t since_us);
void campaign_bridge_machine(struct campaign *c, struct slot *s);
/* Agents for those who wait. */
void campaign_bridge_serve(struct campaign *c);
void campaign_bridge_due(struct campaign *c, struct slot *s);
void campaign_bridge_leg_up(struct campaign *c, struct slot *s);
void campaign_bridge_not_joined(struct campaign *c, struct slot *s);
/* The INVITE has left; when its agent was lost just before, it is a line for
 * whoever is ready. */
void campaign_bridge_placed(struct campaign *c, struct slot *s);
void campaign_bridge_leg_lost(struct campaign *c, struct slot *s);
void campaign_bridge_settle(struct campaign *c, struct slot *s, bool lost);
/* Joined with the longest idle agent, or his telephone rings. False: nobody is
 * ready. */
bool campaign_bridge_find_agent(struct campaign *c, struct slot *s);
/* What is played to him is cut off. */
void campaign_bridge_silence(struct campaign *c, struct slot *s);

/* --- campaign_wrap.c ---*/
void campaign_wrap_end(struct campaign *c, struct slot *s,
                       enum call_cause cause, int code);
void campaign_wrap_dispose(struct campaign *c, struct slot *s,
                           const struct agent_order *o);
void campaign_wrap_close(struct campaign *c, struct slot *s,
                         enum lasting_end how);
/* Who had an agent is gone, and that is recorded. */
void campaign_wrap_talk_over(struct campaign *c, struct slot *s);

/* --- campaign_preview.c ---*/
void campaign_preview_offer(struct campaign *c);
bool campaign_preview_give(struct campaign *c, struct agent_id a);
void campaign_preview_dial(struct campaign *c, struct slot *s);
void campaign_preview_skip(struct campaign *c, struct slot *s);
void campaign_preview_promised(struct campaign *c);

/* --- campaign_inbound.c ---*/
void campaign_inbound_call(struct campaign *c, const struct campaign_event *ev);
void campaign_inbound_answered(struct campaign *c, struct slot *s);
void campaign_inbound_played(struct campaign *c, struct slot *s, uint32_t tag);
void campaign_inbound_digit(struct campaign *c, struct slot *s, char digit);
void campaign_inbound_due(struct campaign *c, struct slot *s);
/* In each step: a campaign that was stopped lets nobody wait. */
void campaign_inbound_step(struct campaign *c);
/* His time to wait begins. */
void campaign_inbound_anew(struct campaign *c, struct slot *s);
/* He goes to his place in the queue, by the time he has waited. */
void campaign_inbound_queue(struct campaign *c, struct slot *s);
/* His agent is gone: another one, unless he has waited for long enough. */
void campaign_inbound_next_agent(struct campaign *c, struct slot *s);
/* A sound file; and whether what was played as `tag` lasted, so that it is
 * worth to be played again. */
void campaign_inbound_music(struct campaign *c, struct slot *s,
                            const char *file);
bool campaign_inbound_heard(const struct campaign *c, const struct slot *s,
                            uint32_t tag);
/* Until when the agent's telephone may ring. */
int64_t campaign_inbound_pick_up_us(const struct campaign *c);
void campaign_inbound_end(struct campaign *c, struct slot *s,
                          enum call_cause cause, int code);
/* The lead of who had no agent; plan may be NULL. */
struct retry_next campaign_inbound_next(const struct plan *plan,
                                        const struct lead *l, enum outcome o,
                                        int64_t now_us);
/* ... of who had one that says nothing. */
struct retry_next campaign_inbound_unsaid(const struct plan *plan,
                                          const struct lead *l, int64_t now_us);

/* --- campaign_agent.c ---*/
/* What who is on hold heard is over; and his time. */
void campaign_agent_hold_played(struct campaign *c, struct slot *s,
                                uint32_t tag);
void campaign_agent_hold_over(struct campaign *c, struct slot *s);
void campaign_agent_event(struct campaign *c, const struct campaign_event *ev);

#endif

/*
 * The floor: all agents of a node with their present states, shared by the
 * campaigns. It answers who takes the next person (the longest idle agent who
 * may take that campaign and has its skills), how many agents a campaign may
 * count on when it paces, and whose time of wrap-up or preview is up.
 *
 * Use: floor_put() who there is, floor_move() what happens to one,
 * floor_take() for a person who waits. The campaign's step calls floor_take()
 * and moves the agents of its own calls; the engine moves those without one.
 * Every change can be seen by floor_changed(), in order.
 *
 * Sharing: an agent of several campaigns counts for each of the active ones
 * by its weight, in whole agents: the ready agents that floor_counts() gives
 * to all campaigns together are never more than there are, so two campaigns
 * never dial for one idle agent. A person who waits gets any suitable one (who
 * called us: unless a line rings for each of them, floor_covers()), and gets
 * him first: until then nobody who might take him is given a lead or a
 * line.
 *
 * Cost: floor_take() and floor_move() some tens of nanoseconds for agents who
 * all may take the same, and some more for each different set of campaigns and
 * skills among the ready ones, for a lead or a line times the campaigns while
 * people wait; floor_counts() and floor_waits() are O(1); floor_campaign() that
 * changes something O(different sets x campaigns). Memory grows with the
 * agents. One thread. Pure: time is a parameter.
 *
 * Misuse: an agent in a call is moved only by whom the call belongs to.
 */
#ifndef CORE_AGENT_FLOOR_H
#define CORE_AGENT_FLOOR_H

#include "base/err.h"
#include "core/agent/agent.h"

enum { FLOOR_AGENTS_MAX = 20000, FLOOR_CAMPAIGNS_MAX = 256 };

struct floor;

struct floor *floor_new(void);
void floor_free(struct floor *f);

/* Adds an agent, signed out, or changes what is known of one: what he may take
 * counts at once, his telephone from the next sign-in on. TM_ELIMIT: too many
 * agents or different skills (64); TM_EINVAL: name, number or id are none;
 * TM_EEXIST: another has this name. */
int floor_put(struct floor *f, const struct agent_setup *a,
              struct err *e) TM_MUST_CHECK;

/* A campaign that is active takes part in the sharing, with its weight (1 ..
 * 1000). Active: it is running and has somebody to call now; what it is given
 * else would lie idle while another campaign could use it. TM_ELIMIT;
 * TM_EINVAL: weight. */
int floor_campaign(struct floor *f, struct campaign_id c, unsigned weight,
                   bool active) TM_MUST_CHECK;

/* Whether who takes part, or with which weight, has changed since the last call
 * of this: a campaign may count on more agents now. */
bool floor_reshared(struct floor *f);

/* Skills (floor_skill) without which an agent neither counts for a campaign nor
 * takes its people. TM_ELIMIT. */
int floor_campaign_needs(struct floor *f, struct campaign_id c,
                         uint64_t skills) TM_MUST_CHECK;

/* An agent as he stands. */
struct floor_agent {
    struct agent_setup setup;
    enum agent_state state;
    int64_t since_us; /* of the state */
    int64_t limit_us; /* wrap-up or preview end then; INT64_MAX none */
    struct campaign_id campaign; /* of his call, preview or wrap-up; 0 none */
    struct attempt_id attempt;   /* his call; PREVIEW: 0 */
    enum agent_state then;       /* after the call, and of who is ready: when
                                    nobody counts on him; READY, PAUSED, OFF */
    int64_t wish_us;             /* ready, then is not: since then */
    char reason[AGENT_WORD_MAX]; /* of the pause, also of the one to come */
    struct attempt_id leg;       /* to his telephone, for the engine; 0 none */
    bool leg_up;
    int64_t called_us; /* when it was called; 0: not yet */
};

/* NULL: no such agent. Lives until the next floor_put(). */
const struct floor_agent *floor_find(const struct floor *f, struct agent_id a);
const struct floor_agent *floor_find_name(const struct floor *f,
                                          struct slice name);
size_t floor_agents(const struct floor *f);
/* In order of floor_put(). */
const struct floor_agent *floor_at(const struct floor *f, size_t i);

/* Whether he takes people of this campaign, when he is ready. */
bool floor_may_take(const struct floor *f, struct agent_id a,
                    struct campaign_id c);

/* One input to one agent. False: his state does not permit it, nothing
 * changed. PAUSE and SIGN_OUT while he has a call or wraps up are noted and
 * come after it (true). READY in a call takes the note back; in wrap-up it ends
 * the wrap-up, and he goes to what is noted, as after NOBODY. */
bool floor_move(struct floor *f, struct agent_id a, enum agent_input in,
                int64_t now_us);
/* A ready agent wants to pause or go (PAUSED, OFF), but somebody may count on
 * him, for whom a line rings: from now on he does not count and gets no lead
 * and no line, and still takes a person. PAUSE or SIGN_OUT ends that, or what
 * is noted when the person's call is over. False: he is not ready. */
bool floor_wish(struct floor *f, struct agent_id a, enum agent_state then,
                int64_t now_us);
/* Takes back what is noted, also in wrap-up. False: nothing is. */
bool floor_take_back(struct floor *f, struct agent_id a);
/* The reason of a pause, before or after the PAUSE; or of a sign-out, before
 * it: it stays until the next sign-in. */
void floor_set_reason(struct floor *f, struct agent_id a, struct slice reason);
void floor_set_limit(struct floor *f, struct agent_id a, int64_t at_us);
void floor_set_leg(struct floor *f, struct agent_id a, struct attempt_id leg,
                   bool up);
/* Its INVITE left: until then his telephone does not ring, whoever waits. */
void floor_leg_called(struct floor *f, struct agent_id a, int64_t now_us);

/* What a person, or a lead to look at, needs. */
struct floor_want {
    struct campaign_id campaign;
    uint64_t skills;           /* bits of floor_skill(); 0: none needed */
    struct agent_id only;      /* this agent or nobody; v 0: any */
    enum agent_input input;    /* TALK, RING, DIAL or LEAD: what he then does.
                                  TALK becomes RING when his leg is per_call */
    struct attempt_id attempt; /* 0 with LEAD */
    bool spared; /* none whom lines count on: for who called us, and a promise
                    that is late */
};
/* The longest idle suitable agent, moved; v 0: none is ready, or those who are
 * go to people who wait (with DIAL and LEAD) or who may answer lines that ring
 * for them (a caller, and LEAD). */
struct agent_id floor_take(struct floor *f, const struct floor_want *w,
                           int64_t now_us);
/* One person more of this campaign waits for an agent (n 1), or one less (-1).
 * The campaign is one of floor_campaign()'s. */
void floor_waits(struct floor *f, struct campaign_id c, int n);
/* So many lines and people of this campaign count on a ready agent each: who
 * calls us (floor_want.spared) and leads to look at leave them that many,
 * whatever their campaign.
 * The campaign is one of floor_campaign()'s. */
void floor_covers(struct floor *f, struct campaign_id c, unsigned n);
/* Whether lines count on him: with him gone, one of all that ring would have no
 * agent of its own. Then he is not for callers, nor for a lead to look at. */
bool floor_spoken_for(const struct floor *f, struct agent_id a);
/* Somebody is ready, for whatever campaign. O(1). */
bool floor_anybody_ready(const struct floor *f);
/* People who wait in other campaigns and might take agents of this one. O(1)
 * when nobody does, else O(campaigns x kinds of agents). */
unsigned floor_claimed(const struct floor *f, struct campaign_id c);
/* Somebody called this campaign: so it is learnt how many will. */
void floor_called(struct floor *f, struct campaign_id c, int64_t now_us);
/* How many are expected to call it, a second; 0: nobody does. */
double floor_expected_per_s(const struct floor *f, struct campaign_id c);
/* Time passes, so that calls of long ago are forgotten; often, and free. */
void floor_pass(struct floor *f, int64_t now_us);
/* How many wait in all campaigns. */
unsigned floor_waiting(const struct floor *f);
/* The attempt of an agent who looked at a lead, or dials anew. */
void floor_set_attempt(struct floor *f, struct agent_id a, struct campaign_id c,
                       struct attempt_id attempt);
/* The bit of a skill, made when it is new; 0: 64 are known already. */
uint64_t floor_skill(struct floor *f, struct slice word);

/* How many agents a campaign may count on, its share of those it shares. */
struct floor_counts {
    unsigned ready;      /* whole agents, see Sharing */
    unsigned busy;       /* in calls or wrap-up, who come back */
    unsigned leaving;    /* busy ones who pause or sign out afterwards */
    unsigned agents;     /* ready and busy */
    double called_per_s; /* callers expected to take agents who count here, of
                            all campaigns; 0: nobody calls */
};
void floor_counts(const struct floor *f, struct campaign_id c,
                  struct floor_counts *out);

/* The next instant at which somebody's limit is up; INT64_MAX none. */
int64_t floor_deadline_us(const struct floor *f);
/* An agent whose limit is up at now_us, or v 0. His limit is taken off. */
struct agent_id floor_due(struct floor *f, int64_t now_us);

/* The oldest change of a state not yet taken, for records and boards. False:
 * there is none. */
struct floor_change {
    struct agent_id agent;
    enum agent_state from, to;
    int64_t at_us;
    struct campaign_id campaign; /* of his call; of the one that is over when */
    struct attempt_id attempt;   /* the new state has none */
    char reason[AGENT_WORD_MAX];
};
bool floor_changed(struct floor *f, struct floor_change *out);

#endif

/*
 * The independent checker of campaigns with agents: reads the durable records
 * of a run in order and every INVITE that left, knows what the campaign
 * promises (struct check_floor), and follows each agent, each leg and each
 * call by its own books, written from the words of the law and the manual and
 * sharing no code with the engine. What does not fit becomes a finding.
 *
 *     check_agents_new(&floor); check_agents_record(...) for every record,
 *     check_agents_invite(...) for every INVITE; check_agents_finish();
 *     check_agents_findings(), check_agents_finding()
 *
 * People who call us: no agent is ready while one of them waits; they come in
 * their order, those who wait by law before them; nobody dials one meanwhile;
 * what one asked for by a key is durable before it is confirmed; each ends
 * once, has a next step when he is a lead, and is in no count of the law.
 *
 * What it looks for stands in CHECK_AGENTS_KINDS. A campaign without agents is
 * checked for permits and conservation only.
 *
 * Cost: some hundred nanoseconds a record; memory for each attempt, lead and
 * agent that is named. One thread. Misuse: a record left out looks like a
 * fault of the program.
 */
#ifndef SIM_CHECK_AGENTS_H
#define SIM_CHECK_AGENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/agent/agent.h"
#include "core/call/call_event.h"
#include "core/campaign/disposition.h"
#include "core/journal/record.h"
#include "core/rules/permit.h"

enum { CHECK_AGENTS_KEPT = 200, CHECK_AGENTS_TEXT = 180 };

/* X(name, text) */
#define CHECK_AGENTS_KINDS(X)                                                  \
    X(CHECK_PERMIT, "permit") /* an INVITE without a durable, valid permit */  \
    X(CHECK_STATES, "states") /* an agent's states or legs contradict */       \
    X(CHECK_BOOKED, "booked") /* an agent with two people, or the other way */ \
    X(CHECK_BRIDGE, "bridge") /* too late, untrue, or the wrong agent */       \
    X(CHECK_ABANDON, "abandonment") /* counted wrongly, or needless */         \
    X(CHECK_LEADS, "leads") /* a lead, callback or wish of a person is lost */ \
    X(CHECK_SUMS, "sums")   /* calls, people or counters do not add up */      \
    X(CHECK_STUCK, "stuck") /* agents ready, leads due, and nothing happens */ \
    X(CHECK_ALONE, "alone") /* dialled while nobody could take the call */     \
    X(CHECK_BUDGET, "budget") /* more lost than pacing may, or by its books */ \
    X(CHECK_CALLERS, "callers") /* people who call us: see above */

enum check_agents_kind {
#define X(name, text) name,
    CHECK_AGENTS_KINDS(X)
#undef X
        CHECK_AGENTS_KIND_COUNT
};
const char *check_agents_kind_text(enum check_agents_kind k);

/* What the campaign and its world promise. Texts and arrays outlive the
 * checker. Times of 0 are not checked. */
struct check_floor {
    struct campaign_id campaign;
    const struct check_floor *second; /* what the campaign beside it promises,
                                         by its times; NULL: there is none */
    bool live;                        /* it has agents */
    int64_t hold_us;    /* end of the greeting to an agent, at most */
    int64_t detect_us;  /* the verdict of detection comes so late at most */
    int64_t message_us; /* who finds nobody hears so much at least */
    int64_t wrap_us;    /* limits of wrap-up and preview */
    int64_t preview_us;
    int64_t on_hold_us;  /* a person whom his agent put on hold */
    int64_t idle_us;     /* agents ready and leads due: something happens in
                            that time */
    int64_t callback_us; /* others are not called while a promised call is
                            late by so much */
    bool covered;     /* progressive: each line has a ready agent of its own */
    bool kept;        /* ... and who calls us does not take him, with a second
                         campaign too */
    double budget;    /* share of live answers that pacing may lose; 0: any */
    double wrong;     /* share that detection is expected to get wrong */
    bool clock_steps; /* times of records may jump */
    const uint64_t *number; /* of ours that people call */
    size_t numbers;
    int64_t greeting_us; /* a caller hears this before he waits */
    int64_t wait_us;     /* then he is turned away */
    bool calls_back;     /* leads who found no agent */
    char opt_out_key, callback_key;
    const char *opt_out_say, *callback_say, *closed_say; /* NULL: nothing */
    const struct agent_setup *agent; /* NULL: legs are not checked */
    size_t agents;
    const struct disposition *disposition;
    size_t dispositions;
    const struct lead_id *lead; /* enrolled; endless: others may follow */
    size_t leads;
    bool endless;
};

struct check_agents_finding {
    enum check_agents_kind kind;
    uint64_t record; /* its number, from 1; 0: at the end, or an INVITE */
    char text[CHECK_AGENTS_TEXT];
};

/* Counted by the records alone. */
struct check_agents_sums {
    uint64_t attempts, invites, placed, answered, ended, cancelled;
    uint64_t live, abandoned, talked;
    uint64_t bridged; /* attempts that had an agent */
    uint64_t staff;   /* legs to agents */
    uint64_t moves;   /* of agents */
    uint64_t dispositions, callbacks, opt_outs, restarts;
    uint64_t callers, callers_joined, gave_up, turned_away;
};

struct check_agents_lost {
    uint64_t live, abandoned;
};

struct check_agents;

struct check_agents *check_agents_new(const struct check_floor *w);
void check_agents_free(struct check_agents *c);
void check_agents_record(struct check_agents *c, const struct record *r);
/* A sim_carrier_watch_fn; arg is the struct check_agents. */
void check_agents_invite(void *arg, const struct permit *p,
                         const struct call_spec *s, int64_t now_us);
/* This attempt is a line that an agent has to wait for. After its record. */
void check_agents_one_each(struct check_agents *c, struct attempt_id a);
/* What pacing says it counts in the legal window, calls in progress included;
 * windows are 30 x 24 h from the first call. */
void check_agents_decided(struct check_agents *c, struct campaign_id of,
                          int64_t now_us, uint64_t live, uint64_t lost);
/* An agent asked for a pause or to sign out, and was not refused; off: takes it
 * back. */
void check_agents_wish(struct check_agents *c, struct agent_id a, bool off,
                       int64_t now_us);
/* Somebody who calls us pressed a key, and no agent had him by the carrier. */
void check_agents_pressed(struct check_agents *c, struct attempt_id a, char key,
                          int64_t now_us);
/* ... is told this. */
void check_agents_said(struct check_agents *c, struct attempt_id a,
                       struct slice text);
/* Nothing may be left open. */
void check_agents_finish(struct check_agents *c, int64_t now_us);

/* A sentence of somebody who compares sums. */
void check_agents_find(struct check_agents *c, enum check_agents_kind k,
                       const char *fmt, ...) TM_PRINTF(3, 4);

const struct check_agents_sums *check_agents_sums(const struct check_agents *c);
/* Live and abandoned calls of the campaign that ended in [from_us, to_us). */
void check_agents_window(const struct check_agents *c, struct campaign_id of,
                         int64_t from_us, int64_t to_us,
                         struct check_agents_lost *out);
uint64_t check_agents_findings(const struct check_agents *c);
/* i < min(findings, CHECK_AGENTS_KEPT); lives as long as c. */
const struct check_agents_finding *
check_agents_finding(const struct check_agents *c, size_t i);

#endif

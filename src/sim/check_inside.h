/*
 * Private to the checker: its books. check_rules.c keeps them and the list of
 * findings, check_call.c follows a call from permit to end, check_judge.c asks
 * the law about attempts and refusals.
 */
#ifndef SIM_CHECK_INSIDE_H
#define SIM_CHECK_INSIDE_H

#include "base/map.h"
#include "core/lead/lead.h"
#include "core/lead/outcome.h"
#include "core/rules/verdict.h"
#include "sim/check_law.h"
#include "sim/check_rules.h"

struct check_try { /* an attempt */
    struct attempt_id id;
    const struct check_campaign *campaign;
    const struct check_lead *lead;
    const struct check_phone *phone;
    uint64_t e164;
    int64_t at_us, expires_us, placed_us, answered_us;
    bool ended, cancelled; /* cancelled: no INVITE, no cap counts it */
    bool served, opted_out;
    bool bridged;                            /* an agent had him */
    bool live;                               /* so counted at the end */
    bool one_each;                           /* judged as a line that an agent
                                                waits for */
    size_t before_of_lead, before_of_number; /* index + 1; 0: none */
};

struct check_member { /* a lead in a campaign */
    bool told;        /* a RECORD_LEAD was seen */
    bool owed;        /* an attempt ended and no RECORD_LEAD followed */
    enum lead_state state;
    int64_t due_us;
    bool promised;  /* a person said that he will be called */
    size_t open;    /* the attempt that is up, index + 1 */
    unsigned tries; /* that reached the person's side, or are up */
};

struct check_period { /* counters of a campaign */
    int64_t first_us; /* first call, or 0 */
    int64_t number;   /* of the present 30 x 24 h */
    uint64_t live, abandoned;
    size_t up;   /* attempts without an end */
    bool stated; /* a RECORD_CAMPAIGN was seen */
    bool running;
};

struct check_rules {
    const struct check_world *world;
    struct map campaigns; /* id -> index + 1 */
    struct map leads;
    struct map hashes;    /* of a number -> the number */
    struct map tries;     /* attempt -> index + 1 */
    struct map of_lead;   /* (lead) -> newest attempt, index + 1 */
    struct map of_number; /* (seller, number) -> newest attempt, index + 1 */
    struct map members;   /* (campaign, lead) -> index + 1 */
    struct map gone;      /* (seller, number) and (seller, lead): opted out */
    struct map up;        /* lead -> attempts without an end */
    struct map incoming;  /* calls to us */
    struct map called_us; /* leads whose last call was one */
    const struct check_lead **made; /* leads beyond the world's */
    size_t mades, made_cap;
    struct check_try *try;
    size_t tried, try_cap;
    struct check_member *member;
    size_t membered, member_cap;
    struct check_period *period; /* one a campaign */
    int64_t last_us;
    bool restarted; /* time may have started over */
    uint64_t now;   /* number of the record */
    struct check_rules_counts counts;
    struct check_rules_finding finding[CHECK_RULES_KEPT];
};

void check_rules_find(struct check_rules *c, enum check_rules_kind k,
                      const char *fmt, ...) TM_PRINTF(3, 4);
struct check_member *check_rules_member(struct check_rules *c,
                                        const struct record *r);
struct check_period *check_rules_period(struct check_rules *c,
                                        const struct check_campaign *k);
const struct check_campaign *check_rules_campaign(struct check_rules *c,
                                                  struct campaign_id id);
const struct check_lead *check_rules_lead(struct check_rules *c,
                                          struct lead_id id);
/* A key of two ids for the maps; never 0. */
uint64_t check_rules_key(uint64_t kind, int64_t a, uint64_t b);
struct check_try *check_rules_try(struct check_rules *c,
                                  const struct record *r);

/* check_call.c */
void check_call_attempt(struct check_rules *c, const struct record *r);
void check_call_placed(struct check_rules *c, const struct record *r);
void check_call_event(struct check_rules *c, const struct record *r);
void check_call_ended(struct check_rules *c, const struct record *r);
void check_call_lead(struct check_rules *c, const struct record *r);
/* An agent says that it was no person. */
void check_call_machine(struct check_rules *c, const struct record *r);
/* Live and abandoned calls of the campaign's present 30 x 24 h. */
void check_call_counters(struct check_rules *c, const struct check_campaign *k,
                         int64_t now_us, struct check_law_case *out);

/* check_judge.c */
void check_judge_attempt(struct check_rules *c, struct check_try *t,
                         const struct record *r);
void check_judge_placed(struct check_rules *c, const struct check_try *t,
                        const struct record *r);
void check_judge_verdict(struct check_rules *c, const struct record *r);

#endif

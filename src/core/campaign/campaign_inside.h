/*
 * Private to core/campaign: the state behind struct campaign and what its
 * files share. campaign.c runs a step: the event, then what has become due,
 * then dialling, then the fetch; campaign_out.c collects what leaves.
 */
#ifndef CORE_CAMPAIGN_CAMPAIGN_INSIDE_H
#define CORE_CAMPAIGN_CAMPAIGN_INSIDE_H

#include "core/campaign/campaign.h"
#include "core/campaign/slots.h"
#include "core/pace/pace.h"

enum {
    STEP_LEADS_MAX = 32, /* leads looked at in one step */
    STEP_CALLS_MAX = 16, /* calls whose deadline is served in one step */
    STEP_RECORDS_MAX = 8 * STEP_LEADS_MAX + 6 * STEP_CALLS_MAX + 16,
    STEP_ACTIONS_MAX = 8 * STEP_LEADS_MAX + 3 * STEP_CALLS_MAX + 16,
    PREPARE_MAX = 16,               /* prompts prepared with one call */
    PLAY_MAX = SCRIPT_SAYS_MAX + 1, /* played at once: a notice and a step */
    STEP_PROMPTS_MAX = PREPARE_MAX * STEP_LEADS_MAX +
                       PLAY_MAX * (STEP_CALLS_MAX + 2) + STEP_LEADS_MAX,
    TEXT_SAY_MAX = 1024,                            /* one prompt */
    TEXT_CALL_MAX = SCRIPT_SAYS_MAX * TEXT_SAY_MAX, /* one turn of a script */
    TEXT_LEAD_MAX = (PREPARE_MAX + 14) * TEXT_SAY_MAX, /* and its verdicts */
    STEP_TEXT_MAX = 8 * TEXT_LEAD_MAX + (STEP_CALLS_MAX + 2) * TEXT_CALL_MAX,
    VERSIONS_MAX = 3500, /* the journal keeps 4,000 of a text */
};

#define FETCH_PAUSE_US (500 * 1000) /* between two fetches of a few leads */
#define ROOM_POLL_US   (50 * 1000)  /* a full trunk is asked again */
#define CAMPAIGN_MAGIC UINT32_C(0x63616d70)

struct campaign {
    uint32_t magic;
    struct campaign_env env;
    enum campaign_state state;
    struct campaign_counters counters;
    int64_t rolled_us; /* when they forgot what is over */

    struct pace pace;
    enum pace_limit limit; /* what held back the last dialling */
    struct slots slots;
    int32_t *hopper; /* a queue of slots: hopper[(first + i) % cap] */
    size_t hopper_first, hopper_n, hopper_cap;
    struct crew *crew; /* NULL: without agents (campaign_crew.h) */

    bool fetching; /* an ACTION_FETCH has no answer yet */
    bool discard;  /* ... and its leads were given back meanwhile */
    bool more;     /* the store may have leads that are due */
    bool newer;    /* ... that came after what is being fetched */
    bool looked;   /* the last fetch found nothing, with nothing at hand */
    bool prepared; /* the fixed prompts were handed out */
    bool store_down;
    int64_t asked_us; /* when the last fetch was asked for */
    size_t asked;     /* leads of the last fetch */
    int64_t fetch_after_us;
    int64_t next_due_us;   /* earliest lead that waits at the store */
    int64_t own_due_us;    /* earliest we put off since the last fetch */
    int64_t hold_until_us; /* no calls: the carrier refused one */
    int hold_error;        /* ... with this error */

    int64_t now_us;
    unsigned room;
    unsigned leads; /* looked at in this step, by whoever */
    bool again;     /* work is left over: step again at once */
    int64_t deadline_us;
    struct prompt *fixed; /* prompts without fields */
    size_t fixed_n;

    struct record *record;
    size_t records;
    struct campaign_action *action;
    size_t actions;
    struct prompt *prompt;
    size_t prompts;
    struct script_text text;
    char versions[VERSIONS_MAX];
};

/* campaign.c: the earliest lead that waits, INT64_MAX: none. */
int64_t campaign_least_due(const struct campaign *c);

/* campaign_idle.c: why a running campaign does not dial, or "". *out gets the
 * text when it is not a constant. */
const char *campaign_idle_why(const struct campaign *c,
                              char out[CAMPAIGN_IDLE_MAX]);

/* ... an agent works who may take its people: he neither pauses nor is out. */
bool campaign_idle_anybody(const struct campaign *c);
/* ... one is signed in, also if he pauses. Both look at all agents. */
bool campaign_idle_signed_in(const struct campaign *c);
/* How many are signed in who may take its people, and how many of them are
 * ready and stay. Looks at all agents. */
void campaign_idle_here(const struct campaign *c, unsigned *all,
                        unsigned *ready);

/* campaign_window.c: the plan's last day is over for everybody on Earth. */
bool campaign_window_over(const struct campaign *c);
int64_t campaign_window_over_us(const struct campaign *c);

/* campaign_out.c: appends; the arrays are sized for the bounds of a step. */
struct record *campaign_out_record(struct campaign *c, enum record_kind k,
                                   const struct slot *s);
struct campaign_action *campaign_out_action(struct campaign *c,
                                            enum campaign_action_kind k,
                                            const struct slot *s);
struct prompt *campaign_out_prompts(struct campaign *c, size_t n);
bool campaign_out_room(const struct campaign *c);
/* Calls of ours that are up; people who call us are none. */
unsigned campaign_out_lines(const struct campaign *c);
/* Whether one more lead may be looked at in this step; false: the rest is left
 * to the next one, which comes at once. */
bool campaign_out_more(struct campaign *c);
/* The lead's next step; frees its slot. reason: a constant. */
void campaign_out_lead(struct campaign *c, struct slot *s,
                       enum lead_state state, int64_t due_us,
                       const char *reason);
/* The state of a lead that waits: a call that was promised stays one. */
enum lead_state campaign_out_waits(const struct slot *s);

/* campaign_dial.c */
struct dial_want {
    enum dial_mode mode;   /* as the law is asked; unknown: pacing says */
    struct agent_id agent; /* dialled for him; v 0: whoever is ready */
    bool take_agent;       /* ... for one who is taken when it is allowed */
    bool spared;           /* ... and no line counts on */
    bool only_ask;
};
enum dial_answer {
    DIAL_GONE,    /* the lead went back, or is done with */
    DIAL_STARTED, /* a call was started */
    DIAL_ALLOWED, /* only_ask: it could be */
    DIAL_KEPT,    /* no agent is there for it: the lead is as it was */
};
void campaign_dial(struct campaign *c);
/* A lead that is in no queue. */
enum dial_answer campaign_dial_lead(struct campaign *c, struct slot *s,
                                    const struct dial_want *want);
/* From the head of the hopper, and back to it. */
struct slot *campaign_dial_next(struct campaign *c);
void campaign_dial_back(struct campaign *c, struct slot *s);
void campaign_dial_versions(struct campaign *c);

/* campaign_call.c */
void campaign_call_event(struct campaign *c, const struct carrier_event *ev);
void campaign_call_due(struct campaign *c);
void campaign_call_hang_up(struct campaign *c, struct slot *s);
/* The script begins to speak on an answered call. */
void campaign_call_speak(struct campaign *c, struct slot *s);

/* campaign_end.c */
void campaign_end(struct campaign *c, struct slot *s, enum call_cause cause,
                  int code);
void campaign_end_refused(struct campaign *c, struct attempt_id a, int error);
enum outcome campaign_end_unanswered(enum call_cause cause);
/* The outcome in the lead's own counts. */
void campaign_end_count(struct slot *s, enum outcome o);
struct record *campaign_end_record(struct campaign *c, struct slot *s,
                                   enum outcome o);

#endif

/*
 * Private to the simulated carrier: one call. sim_carrier.c keeps the trunk
 * and the calls' table; sim_carrier_call.c lets a call live,
 * sim_carrier_live.c those for agents and the agents' own legs,
 * sim_carrier_in.c those of people who call us.
 *
 * Timers of a call: `step` is what the network does next (INVITE left, rings,
 * answer or refusal, end), `voice` the end of what is being said and then of
 * the silence that ends a prompt, `act` what the person has decided to do,
 * `leave` when he has had enough. Of a live call `voice` may be the verdict of
 * detection until something is said.
 */
#ifndef SIM_SIM_CARRIER_CALL_H
#define SIM_SIM_CARRIER_CALL_H

#include "base/map.h"
#include "sim/person_ear.h"
#include "sim/sim_carrier.h"

enum sim_call_kind {
    SIM_CALL_SOUNDS, /* a person by person.h */
    SIM_CALL_LIVE,   /* a person by person_live.h */
    SIM_CALL_STAFF,  /* an agent's telephone */
    SIM_CALL_CALLER, /* a person who calls us: ALERTING until the answer */
};

enum sim_call_state {
    SIM_CALL_FREE,
    SIM_CALL_LEAVING, /* place() took it, the INVITE has not left */
    SIM_CALL_TRYING,
    SIM_CALL_ALERTING,
    SIM_CALL_UP,
    SIM_CALL_ENDING, /* we hung up */
};

struct sim_call {
    enum sim_call_state state;
    enum sim_call_kind kind;
    struct sim_carrier *carrier;
    const struct person_world *world;
    struct attempt_id attempt;
    uint64_t e164;
    unsigned nth;
    int64_t placed_us;  /* the INVITE left */
    int64_t give_up_us; /* counted anew from the first ring */
    int64_t ring_timeout_us;
    bool told_placed;
    int end_code; /* of a call that we end */
    struct person_call plan;
    struct sim_timer step, voice, act, leave;
    bool beep_due; /* step is the end of a machine's greeting */
    bool speaking;
    uint32_t tag;
    struct person_ear ear;
    unsigned decided; /* prompts below this had their reaction */
    struct person_reaction reaction;
    bool delayed; /* its answer is late already */
    int doomed;   /* by the network: the code it will end with */
    /* for agents */
    bool off_trunk;           /* takes no line */
    bool detect, detected;    /* a verdict is wanted, was told */
    struct sim_call *partner; /* in a bridge */
    struct person_live who;
    struct person_talk talk;
    bool talk_drawn;
    int64_t answered_us, joined_us; /* 0: not */
    int64_t since_us;               /* of the present bridge */
    int64_t talked_us;              /* in earlier ones */
    bool withdrawn;
    int64_t patience_us; /* a caller's */
    bool answering;      /* ... `step` is the answer */
    size_t next_free;
};

struct sim_carrier {
    struct sim_carrier_options o;
    carrier_event_fn *event;
    void *event_arg;
    struct sim_call *call;
    size_t calls, first_free;
    struct map by_attempt; /* calls that are up: attempt -> index + 1 */
    int64_t *used;         /* permits of the last attempts, by their low bits */
    struct map dialled;    /* number -> calls so far */
    struct map stale;      /* attempt -> number */
    int64_t *start_us;     /* of the last calls, a ring; for the rate */
    size_t starts, start_at;
    int64_t start_span_us; /* at most `starts` in any such span */
    bool down;
    enum sim_carrier_answers answers;
    size_t on_trunk; /* calls that take a line */
    struct sim_carrier_counts counts;
};

void sim_carrier_call_begin(struct sim_call *k, const struct call_spec *s);
int sim_carrier_call_play(struct sim_call *k, int64_t ms, uint32_t tag);
void sim_carrier_call_silence(struct sim_call *k);
void sim_carrier_call_hangup(struct sim_call *k);
void sim_carrier_call_drop(struct sim_call *k); /* cancels its timers */

/* What the kinds share. */
void sim_carrier_call_tell(struct sim_call *k, struct carrier_event ev);
void sim_carrier_call_set_in(struct sim_call *k, struct sim_timer *t,
                             int64_t us);
void sim_carrier_call_placed(struct sim_call *k);
void sim_carrier_call_end(struct sim_call *k, enum call_cause cause, int code);
/* The network is bad: the call ends otherwise, or its answer later, than the
 * people want; `step` is set. */
bool sim_carrier_call_doomed(struct sim_call *k);   /* when it leaves */
bool sim_carrier_call_hindered(struct sim_call *k); /* when it is answered */
enum call_cause sim_carrier_call_cause(int code);

/* sim_carrier_live.c */
void sim_carrier_live_begin(struct sim_call *k, const struct call_spec *s);
void sim_carrier_live_step(struct sim_call *k);
/* Something is said to him. */
void sim_carrier_live_hears(struct sim_call *k);
/* `voice` went off and nothing was being said. */
void sim_carrier_live_verdict(struct sim_call *k);
void sim_carrier_live_over(struct sim_call *k); /* before its end is told */
int sim_carrier_live_join(struct sim_call *a, struct sim_call *b);
void sim_carrier_live_part(struct sim_call *k);

/* sim_carrier_in.c */
int sim_carrier_in_answer(struct sim_call *k);
void sim_carrier_in_step(struct sim_call *k);
void sim_carrier_in_waits(struct sim_call *k); /* an agent was lost */
/* A place for a call with this name. */
struct sim_call *sim_carrier_take(struct sim_carrier *c, enum sim_call_kind k,
                                  struct attempt_id a, uint64_t e164);
void sim_carrier_call_timers(struct sim_call *k);
void sim_carrier_live_news(const struct sim_call *k, enum sim_live_news what);

static inline bool sim_carrier_is_person(const struct sim_call *k)
{
    return k->kind == SIM_CALL_LIVE || k->kind == SIM_CALL_CALLER;
}

/* Frees the call's place; before its end is told. */
void sim_carrier_forget(struct sim_carrier *c, struct sim_call *k);

#endif

/*
 * The carrier of the simulator: one trunk into a world of people (person.h)
 * on a virtual clock. It keeps the promises of port/carrier.h as the SIP
 * carrier does: a permit is looked at again and used once, the trunk takes so
 * many calls and so many a second, a telephone rings as long as it may, every
 * event comes from the clock and never from inside a call, every call has one
 * end and nothing after it.
 *
 * What is said takes 60 ms a character and 300 ms; a sound file 3 s. Nobody
 * hears the words: people react to the number of the prompt.
 *
 * With `live`, calls to people go as pacing counts them (person_live.h): rings
 * at once, is answered at the end of the greeting, told as person or machine
 * when spec.detect asks for it; who waits for an agent hangs up only after the
 * hold, and who talks with one does so when his talk is over. The truth about
 * each call is told to `news`.
 *
 * A call on a permit of purpose staff to spec.user goes to an agent's own
 * telephone, which is answered after staff_ring and takes no line of the
 * trunk.
 *
 * Somebody calls us by sim_carrier_call_in(): he rings, hears what is played
 * once he is answered, presses his key, talks with an agent as long as he wants
 * to, or gives up; until then he takes a line of the trunk.
 *
 * Faults for tests: the trunk can be down; answers may come late or never,
 * calls may end with 503 and 480; a leg may break; a crash of the caller
 * forgets all calls and leaves those that were answered up, until end_stale()
 * names them.
 */
#ifndef SIM_SIM_CARRIER_H
#define SIM_SIM_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port/carrier.h"
#include "sim/person_live.h"
#include "sim/sim_clock.h"

enum {
    SIM_CARRIER_TIMERS = 4, /* a call has so many at most */
    SIM_CARRIER_CALLS_MAX = 20000,
    SIM_CARRIER_WAV_MS = 3000,
};

/* Told of each call that leaves, with the permit it left on. */
typedef void(sim_carrier_watch_fn)(void *arg, const struct permit *p,
                                   const struct call_spec *s, int64_t now_us);

/* The truth about a call to a person, for figures. */
enum sim_live_news {
    SIM_LIVE_DIALLED,  /* the INVITE left */
    SIM_LIVE_ANSWERED, /* a person, at the end of his greeting, or a machine */
    SIM_LIVE_JOINED,   /* with an agent, the first time */
    SIM_LIVE_PRESSED,  /* a caller, his key, before an agent has him */
    SIM_LIVE_ENDED,
};

struct sim_live_call {
    struct attempt_id attempt;
    bool caller;     /* he calls us; no machine, nothing is detected */
    uint64_t from;   /* caller: his number; 0: withheld */
    int64_t came_us; /* caller */
    char key;        /* PRESSED */
    int64_t at_us;
    bool machine;
    bool wrong;          /* detection was asked and took him for the other */
    int64_t answered_us; /* 0: not yet */
    int64_t joined_us;   /* 0: never */
    int64_t talk_us;     /* ENDED: with agents, all in all */
    bool withdrawn;      /* ENDED: given up while it rang */
    int64_t wrap_us;     /* JOINED: what the agent needs afterwards */
    int64_t handle_us;   /* JOINED, machine: the agent ends it after so long */
};
/* Who calls us. Times of 0 and a key of 0: not. */
struct sim_carrier_caller {
    uint64_t from, to;   /* from 0: withheld */
    int64_t patience_us; /* he waits so long, ringing included */
    int64_t talk_us, wrap_us;
    char key; /* pressed key_us after the answer, unless an agent has him */
    int64_t key_us;
};

/* What is played to somebody who calls us. */
typedef void(sim_carrier_says_fn)(void *arg, struct attempt_id a,
                                  const struct prompt *list, size_t n);

typedef void(sim_live_fn)(void *arg, enum sim_live_news news,
                          const struct sim_live_call *c);

/* How many times as often as the world says the call is answered now; *nth is
 * how often the number was called before, as the carrier counted it (0 with
 * nth_known), and may be set. */
typedef double(sim_live_rate_fn)(void *arg, struct attempt_id a, unsigned *nth);

struct sim_carrier_live {
    const struct scenario *scenario;
    double talk_factor;     /* of the moment; the owner changes it */
    bool nth_known;         /* by `rate`: the carrier counts no numbers */
    sim_live_rate_fn *rate; /* may be NULL */
    sim_live_fn *news;      /* may be NULL */
    void *arg;
};

/* What answers of telephones meet on their way. */
enum sim_carrier_answers {
    SIM_ANSWERS_COME,
    SIM_ANSWERS_LATE,  /* up to 3 s */
    SIM_ANSWERS_NEVER, /* it rings on */
    SIM_ANSWERS_STORM, /* most calls end with 503 or 480 */
};

struct sim_carrier_options {
    struct sim_clock *clock;
    const struct person_world *world;
    const char *trunk;
    unsigned calls_max;          /* 1 .. SIM_CARRIER_CALLS_MAX */
    uint64_t calls_per_1000s;    /* starts; 0: no limit */
    sim_carrier_watch_fn *watch; /* may be NULL */
    void *watch_arg;
    sim_carrier_says_fn *says; /* may be NULL */
    void *says_arg;
    struct sim_carrier_live *live; /* or NULL */
    size_t staff_max;              /* legs to agents besides calls_max */
    bool staff_by_trunk;           /* the trunk calls them, within calls_max */
    struct distribution staff_ring;
};

struct sim_carrier_counts {
    uint64_t placed;   /* INVITEs */
    uint64_t answered; /* 200 OK, all kinds */
    uint64_t digits;
    uint64_t refused;  /* place() said no */
    uint64_t stale;    /* ended by end_stale() */
    uint64_t staff;    /* legs to agents */
    uint64_t callers;  /* who called us, also when nobody took the call */
    uint64_t unheard;  /* of them: the trunk was full or down, or the number
                          is nobody's */
    uint64_t declined; /* of callers: hung up on before an answer */
    size_t up, up_max;
};

struct sim_carrier;

struct sim_carrier *sim_carrier_new(const struct sim_carrier_options *o);
void sim_carrier_free(struct sim_carrier *c);
void sim_carrier_port(struct sim_carrier *c, struct carrier *out);
/* Who hears the events from now on. Before the first call. */
void sim_carrier_listen(struct sim_carrier *c, carrier_event_fn *fn, void *arg);
/* Calls placed from now on meet this world; calls that are up keep theirs, so
 * the old one must stay. */
void sim_carrier_set_world(struct sim_carrier *c, const struct person_world *w);
void sim_carrier_set_down(struct sim_carrier *c, bool down);
void sim_carrier_set_answers(struct sim_carrier *c, enum sim_carrier_answers a);
/* With `live` alone. Returns whether the call is taken; it rings then. */
bool sim_carrier_call_in(struct sim_carrier *c,
                         const struct sim_carrier_caller *who);
/* The call ends, as when a telephone loses its network. Unknown: ignored. */
void sim_carrier_break(struct sim_carrier *c, struct attempt_id a);
/* The caller's program is gone: no more events of any call. */
void sim_carrier_crash(struct sim_carrier *c);
/* Answered calls of former runs that nobody has ended yet. */
size_t sim_carrier_stale(const struct sim_carrier *c);
struct sim_carrier_counts sim_carrier_counts(const struct sim_carrier *c);
/* How long these prompts take to say. */
int64_t sim_carrier_say_ms(const struct prompt *list, size_t n);

#endif

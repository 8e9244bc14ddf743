/*
 * The people at the other end of a call for an agent, as pacing counts them:
 * what a dial becomes and when, what detection makes of it, how long he talks
 * and how long the agent wraps up. Scenario keys: ring, mach_t, busy_t, amd,
 * amd_fp, amd_fn, amd_lo, amd_hi, amd_machine, talk, wrap, short_frac,
 * short_mean, mach_handle.
 *
 * A pure function of scenario, world, number and how often it was called
 * before, so two ways of dialling meet the same people; only whether he
 * answers moves with the answer rate of the moment. Some 200 ns.
 */
#ifndef SIM_PERSON_LIVE_H
#define SIM_PERSON_LIVE_H

#include "sim/person.h"
#include "sim/scenario.h"

struct person_live {
    enum person_kind kind;
    int sip_code;      /* final answer; 200 when the call is taken */
    int64_t after_us;  /* INVITE to the end of a person's greeting, to the
                          pick-up of a machine, to the refusal */
    bool wrong;        /* detection takes him for the other kind */
    int64_t decide_us; /* the verdict comes so long after after_us */
};

/* rate: how many times as often as the world says people answer now. */
void person_live_of(const struct scenario *s, const struct person_world *w,
                    double rate, uint64_t e164, unsigned nth_call,
                    struct person_live *out);

struct person_talk {
    int64_t talk_us;     /* then he hangs up; a machine: then the agent does */
    int64_t wrap_us;     /* of the agent, afterwards */
    int64_t patience_us; /* after the hold, until he hangs up by himself */
    char key;            /* pressed at what is said to who finds nobody; 0 */
    int64_t key_us;      /* after its beginning */
};
void person_live_talk(const struct scenario *s, const struct person_world *w,
                      const struct person_live *who, uint64_t e164,
                      unsigned nth_call, struct person_talk *out);

#endif

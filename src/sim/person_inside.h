/* Private to the people: what a call by its sounds (person.c) and a call as
 * pacing counts it (person_live.c) have in common. */
#ifndef SIM_PERSON_INSIDE_H
#define SIM_PERSON_INSIDE_H

#include "sim/person.h"

void person_call_stream(const struct person_world *w, uint64_t e164,
                        unsigned nth_call, struct rng *r);
/* How a call goes; people answer `rate` times as often as the world says. */
enum person_kind person_outcome(const struct person_world *w, uint64_t e164,
                                double rate, struct rng *call);
/* Sets the answer of a call that nobody takes, and when it comes. */
void person_draw_refusal(const struct person_world *w, struct rng *r,
                         struct person_call *c);

#endif

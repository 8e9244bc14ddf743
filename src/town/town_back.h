/*
 * People of the town who call back the number they missed: a share of those
 * whose telephone rang until the caller gave up, some seconds later, once. They
 * say hello when somebody answers, some press the world's opt-out key, and they
 * hang up after a while. Who does what is a function of the world's seed, the
 * person's number and how often he was called.
 *
 * The call goes to the number and the address that the missed one came with
 * (From and Contact of its INVITE). Private to src/town. Loop thread.
 *
 * State     leaves on               to
 * WAITING   time of the call        CALLING, (freed: it cannot be sent)
 * CALLING   answer                  TALKING
 * TALKING   had enough              ENDING
 * any       DIALOG_ENDED            (freed)
 */
#ifndef TOWN_TOWN_BACK_H
#define TOWN_TOWN_BACK_H

#include "town/town_call.h"

struct town_missed {
    uint64_t person;   /* his number */
    uint64_t caller;   /* the number that was shown */
    unsigned nth;      /* of the calls to him */
    const char *where; /* Contact of the caller */
};

/* Who missed a call calls back, or does not. */
void town_back_missed(struct town *t, const struct town_missed *m);
/* Those who wait call nobody any more. Before the stack is stopped. */
void town_back_stop(struct town *t);

#endif

/*
 * Names of do-not-call lists. A register that the rules know has its name of
 * the vocabulary ("us_national", "ca_dncl") and its country; the own list of
 * a state is "state.FL". Any other name is a list of one's own. Pure.
 */
#ifndef STORE_DNC_NAME_H
#define STORE_DNC_NAME_H

#include <stdbool.h>

#include "base/err.h"

struct dnc_name {
    bool is_register; /* else a list of one's own */
    char country[3];  /* of the register, "" of another list */
};

/* TM_EINVAL says what a name may be; a state that keeps no list of its own is
 * refused, as no rule would ask it. */
int dnc_name_check(const char *name, struct dnc_name *out,
                   struct err *e) TM_MUST_CHECK;

#endif

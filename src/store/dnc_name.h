/*
 * Names of do-not-call lists. A register that the rules know has its name of
 * the vocabulary ("us_national", "ca_dncl") and its country; the own list of
 * a state is "state.FL". Any other name is a list of one's own. Pure.
 */
#ifndef STORE_DNC_NAME_H
#define STORE_DNC_NAME_H

#include <stdbool.h>

#include "base/err.h"

enum { DNC_NAME_GUESS_MAX = 24 };

struct dnc_name {
    bool is_register; /* else a list of one's own */
    char country[3];  /* of the register, "" of another list */
};

/* TM_EINVAL says what a name may be; a state that keeps no list of its own is
 * refused, as no rule would ask it. */
int dnc_name_check(const char *name, struct dnc_name *out,
                   struct err *e) TM_MUST_CHECK;

/* The register whose name was probably meant: "us_national" for us-national,
 * "state.FL" for "state FL"; "" when the name is one, or is like none. */
void dnc_name_guess(const char *name, char out[DNC_NAME_GUESS_MAX]);

#endif

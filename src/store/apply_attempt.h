/* Records about one attempt, from the permit to its end. See apply.h. */
#ifndef STORE_APPLY_ATTEMPT_H
#define STORE_APPLY_ATTEMPT_H

#include "store/apply.h"

int apply_attempt_recorded(struct db *db, const struct record *r,
                           struct err *e) TM_MUST_CHECK;
int apply_attempt_placed(struct db *db, const struct record *r,
                         struct err *e) TM_MUST_CHECK;
int apply_attempt_ringing(struct db *db, const struct record *r,
                          struct err *e) TM_MUST_CHECK;
int apply_attempt_answered(struct db *db, const struct record *r,
                           struct err *e) TM_MUST_CHECK;
int apply_attempt_dialog(struct db *db, const struct record *r,
                         struct err *e) TM_MUST_CHECK;
int apply_attempt_ended(struct db *db, const struct record *r,
                        struct err *e) TM_MUST_CHECK;

#endif

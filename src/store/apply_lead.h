/* Records about a lead: state, verdict, answers, wishes. See apply.h. */
#ifndef STORE_APPLY_LEAD_H
#define STORE_APPLY_LEAD_H

#include "store/apply.h"

int apply_lead_state(struct db *db, const struct record *r,
                     struct err *e) TM_MUST_CHECK;
int apply_lead_verdict(struct db *db, const struct record *r,
                       struct err *e) TM_MUST_CHECK;
int apply_lead_answer(struct db *db, const struct record *r,
                      struct err *e) TM_MUST_CHECK;
int apply_lead_opt_out(struct db *db, const struct record *r,
                       struct err *e) TM_MUST_CHECK;
int apply_lead_callback(struct db *db, const struct record *r,
                        struct err *e) TM_MUST_CHECK;

#endif

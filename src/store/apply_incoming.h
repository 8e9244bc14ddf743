/*
 * Applies the records of calls to us, which have a table of their own: see
 * migration 010. In the transaction at hand, as store/apply.h says. A record of
 * a call names it by its attempt id alone; what finds no attempt of ours is
 * given to these (store/apply_attempt.c, store/apply_agent.c). One that is no
 * call to us either changes nothing, as with attempts.
 */
#ifndef STORE_APPLY_INCOMING_H
#define STORE_APPLY_INCOMING_H

#include "base/err.h"
#include "core/journal/record.h"

struct db;

/* Its lead is in a call from now on, until a RECORD_LEAD; what it was before
 * is kept for a restart. */
int apply_incoming_recorded(struct db *db, const struct record *r,
                            struct err *e) TM_MUST_CHECK;
int apply_incoming_answered(struct db *db, const struct record *r,
                            struct err *e) TM_MUST_CHECK;
int apply_incoming_dialog(struct db *db, const struct record *r,
                          struct err *e) TM_MUST_CHECK;
int apply_incoming_bridged(struct db *db, const struct record *r,
                           struct err *e) TM_MUST_CHECK;
/* One that says so of an inquiry makes an entry of the ledger, and one that
 * does not any more ends it. */
int apply_incoming_disposition(struct db *db, const struct record *r,
                               struct err *e) TM_MUST_CHECK;
int apply_incoming_ended(struct db *db, const struct record *r,
                         struct err *e) TM_MUST_CHECK;

#endif

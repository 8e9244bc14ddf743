/*
 * Who calls us: the work behind store->caller(). Store thread only.
 *
 * Cost: a look-up by number in the campaign's list, which has a number once.
 * Misuse: the number that a telephone shows can be forged; a lead found by it
 * is who has that number, not proof of who speaks.
 */
#ifndef STORE_CALLER_H
#define STORE_CALLER_H

#include "base/arena.h"
#include "port/store.h"
#include "store/claims.h"
#include "store/db.h"

/* The lead with the number joins the campaign if it has not, and is made first
 * when the caller wants that and the list has none. Inside a transaction. A
 * campaign that is not there is fine. */
int caller_join(struct db *db, const struct store_caller *q,
                struct err *e) TM_MUST_CHECK;
/* Outside a transaction; claims the lead unless somebody has it. */
int caller_find(struct db *db, struct claims *claims, struct arena *a,
                const struct store_caller *q, struct store_called *out,
                struct err *e) TM_MUST_CHECK;

#endif

/*
 * Leads of a campaign that may be dialled: the work behind store->fetch().
 * Store thread only.
 */
#ifndef STORE_FETCH_H
#define STORE_FETCH_H

#include "base/arena.h"
#include "port/store.h"
#include "store/claims.h"
#include "store/db.h"

/* Leads imported since the last fetch join the campaign, as far as this fetch
 * needs them. Inside a transaction. A campaign that is not there is fine. */
int fetch_enroll(struct db *db, const struct store_fetch *q,
                 struct err *e) TM_MUST_CHECK;
/* Outside a transaction; claims what it hands out. */
int fetch_leads(struct db *db, struct claims *claims, struct arena *a,
                const struct store_fetch *q, struct store_leads *out,
                struct err *e) TM_MUST_CHECK;

#endif

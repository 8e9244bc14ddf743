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
#include "store/lead_rows.h"

/* A campaign, and how much of its list has joined it. */
struct fetch_scope {
    struct lead_rows_scope rows; /* tenant 0: no such campaign */
    int64_t list, enrolled;
};
int fetch_find_scope(struct db *db, struct campaign_id c,
                     struct fetch_scope *out, struct err *e) TM_MUST_CHECK;
/* With what ledgers and history say; no state, no due_us. TM_ENOTFOUND (no
 * text): it is not in its list any more. */
int fetch_load_lead(struct db *db, struct arena *a, const struct fetch_scope *s,
                    struct lead_id id, struct lead *out,
                    struct err *e) TM_MUST_CHECK;

/* Leads imported since the last fetch join the campaign, as far as this fetch
 * needs them. Inside a transaction. A campaign that is not there is fine. */
int fetch_enroll(struct db *db, const struct store_fetch *q,
                 struct err *e) TM_MUST_CHECK;
/* Outside a transaction; claims what it hands out. */
int fetch_leads(struct db *db, struct claims *claims, struct arena *a,
                const struct store_fetch *q, struct store_leads *out,
                struct err *e) TM_MUST_CHECK;

#endif

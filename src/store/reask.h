/*
 * Leads that the law refused are asked about again when what the refusal went
 * by has changed: a list, a ledger, the campaign's own file, a rule pack. They
 * wait from then on, due at once, and the next verdict decides anew. Who asked
 * to be left alone is not among them.
 *
 * Wants the writing connection (sqlite_store_run), some thousand leads a call,
 * so that calls which wait for the store do not wait long.
 */
#ifndef STORE_REASK_H
#define STORE_REASK_H

#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"

struct db;

enum { REASK_BATCH = 2000 };

struct reask {
    struct tenant_id tenant;
    struct campaign_id campaign; /* 0: all of the tenant */
    struct seller_id seller;     /* whose campaigns; 0: all */
    int64_t now_us;
    int64_t before_us; /* only refusals until then: do not ask for ever */
    int64_t leads;     /* put back by this call; less than a batch: the last */
};

int reask_batch(struct db *db, struct reask *r, struct err *e) TM_MUST_CHECK;

#endif

/*
 * What a server reads before it begins: campaigns with their counters, calls
 * that a former run left open, opt-outs, the last attempt id. All want the
 * writing connection (sqlite_store_run); results live in the given arena.
 */
#ifndef STORE_STARTUP_H
#define STORE_STARTUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/campaign/campaign.h"
#include "core/dnc/suppression.h"

struct db;

struct startup_campaign {
    struct tenant_id tenant;
    struct campaign_id id;
    struct seller_id seller;
    struct list_id list;
    const char *name;
    struct slice plan; /* text of the campaign file */
    enum campaign_state state;
    struct campaign_counters counters; /* of the periods that hold now_us */
};

struct startup_campaigns {
    struct startup_campaign *campaign; /* by id */
    size_t n;
};
int startup_campaigns(struct db *db, struct arena *a, int64_t now_us,
                      struct startup_campaigns *out,
                      struct err *e) TM_MUST_CHECK;
/* The counters alone, of one campaign, e.g. when a period ends. */
int startup_counters(struct db *db, struct campaign_id c, int64_t now_us,
                     struct campaign_counters *out,
                     struct err *e) TM_MUST_CHECK;

/* An attempt or a call to us without an end; dialog is what
 * carrier->end_stale() wants, empty when the call was not answered. */
struct startup_attempt {
    struct campaign_open_attempt open;
    struct slice dialog;
};
struct startup_attempts {
    struct startup_attempt *attempt; /* ours, then calls to us; by id */
    size_t n;
};
int startup_open_attempts(struct db *db, struct arena *a,
                          struct startup_attempts *out,
                          struct err *e) TM_MUST_CHECK;

int startup_opt_outs(struct db *db, struct suppression *out,
                     struct err *e) TM_MUST_CHECK;
/* Highest attempt id ever given; 0: none. */
int startup_last_attempt(struct db *db, int64_t *out,
                         struct err *e) TM_MUST_CHECK;

#endif

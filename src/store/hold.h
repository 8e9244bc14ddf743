/*
 * Legal holds: while one stands, nothing that it covers is erased, whatever
 * period has passed and whoever asks. It covers a number, a campaign or a
 * seller. Added and released with date, in the journal; a released one stays
 * on file, and a name is never used twice.
 *
 * All functions want the writing connection (sqlite_store_run).
 */
#ifndef STORE_HOLD_H
#define STORE_HOLD_H

#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"

struct db;

enum { HOLD_NAME_MAX = 100, HOLD_REASON_MAX = 2000 };

struct hold {
    struct tenant_id tenant;
    struct slice name;
    uint64_t e164; /* one of these is set */
    struct campaign_id campaign;
    struct seller_id seller;
    struct slice reason;
    int64_t now_us;
};

/* TM_EEXIST: the name is taken, also by a released hold; TM_EINVAL. */
int hold_add(struct db *db, const struct hold *h, struct err *e) TM_MUST_CHECK;
/* TM_ENOTFOUND; TM_ESTATE when it was released before. */
int hold_release(struct db *db, struct tenant_id t, struct slice name,
                 int64_t now_us, struct err *e) TM_MUST_CHECK;

#endif

/*
 * How campaigns dial when they were told otherwise than their files say
 * (`telemark campaign pace`), so that it holds when the server starts again.
 * A row belongs to one text of the campaign file: after another was loaded it
 * counts no more.
 *
 * All want the writing connection (sqlite_store_run).
 */
#ifndef STORE_PACING_ROWS_H
#define STORE_PACING_ROWS_H

#include "base/arena.h"
#include "core/campaign/campaign.h"

struct db;

struct pacing_row {
    struct tenant_id tenant;
    struct campaign_id campaign;
    char plan[PLAN_HASH_LEN];
    /* mode DIAL_UNKNOWN: of a newer program, its words are not known */
    struct campaign_pacing pacing;
};

struct pacing_rows {
    struct pacing_row *row;
    size_t n;
};

int pacing_rows_read(struct db *db, struct arena *a, struct pacing_rows *out,
                     struct err *e) TM_MUST_CHECK;
/* The row that holds for a campaign with this plan, or NULL. */
const struct pacing_row *pacing_rows_find(const struct pacing_rows *r,
                                          struct campaign_id c,
                                          const char *plan_hash);
/* Takes the place of a former one, and goes to the journal as a record of the
 * campaign. TM_ENOTFOUND: there is no such campaign. */
int pacing_rows_put(struct db *db, const struct pacing_row *row, int64_t now_us,
                    struct err *e) TM_MUST_CHECK;

#endif

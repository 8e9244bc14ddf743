/*
 * Leads out of the tables into struct lead. Texts are copied into the arena.
 */
#ifndef STORE_LEAD_ROWS_H
#define STORE_LEAD_ROWS_H

#include "base/arena.h"
#include "core/lead/lead.h"
#include "store/db.h"

/* What the list says of a lead: phones, place, consents, dates, fields.
 * TM_ENOTFOUND (no text) when there is no such lead. The ledgers are not
 * looked into: lead_rows_ledger does. */
int lead_rows_load(struct db *db, struct arena *a, struct tenant_id t,
                   struct lead_id id, struct lead *out,
                   struct err *e) TM_MUST_CHECK;

/* Attempts at the lead, or at its numbers (phones must be loaded), newest
 * LEAD_HISTORY_MAX; seller 0: of all sellers. Fills attempts and outcomes for
 * the campaign, when it is not 0. */
struct lead_rows_scope {
    struct tenant_id tenant;
    struct seller_id seller;
    struct campaign_id campaign;
};
int lead_rows_history(struct db *db, const struct lead_rows_scope *s,
                      struct lead *l, struct err *e) TM_MUST_CHECK;

/* What the ledgers say of the lead's numbers (phones must be loaded), put to
 * what the list says: core/lead/lead_ledger.h. Relationships are those of the
 * scope's seller; seller 0: only those with all sellers. */
int lead_rows_ledger(struct db *db, const struct lead_rows_scope *s,
                     struct lead *l, struct err *e) TM_MUST_CHECK;

#endif

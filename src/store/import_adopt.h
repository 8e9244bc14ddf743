/*
 * A row of a list that brings the number of somebody who called us before: the
 * lead that his call made (store/caller.h; import_file 0) becomes the row's.
 * One look-up for each number that the list has already.
 */
#ifndef STORE_IMPORT_ADOPT_H
#define STORE_IMPORT_ADOPT_H

#include "core/lead/lead.h"
#include "store/db.h"

/* After the row's phones that the list did not have were written for l->id:
 * they go to the first caller's lead that has one of the others, in the order
 * of the row, and l->id is his. *adopted false: there is none. */
int import_adopt(struct db *db, struct tenant_id tenant, struct list_id list,
                 struct lead *l, bool *adopted, struct err *e) TM_MUST_CHECK;

/* Campaigns that had him as a caller who is not to be called get a new lead.
 * Where he is in a call, promised one, dealt with or to be left alone nothing
 * changes. */
int import_adopt_dial(struct db *db, struct tenant_id tenant,
                      struct lead_id lead, int64_t now_us,
                      struct err *e) TM_MUST_CHECK;

#endif

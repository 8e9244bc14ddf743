/*
 * What verdicts go by has changed: the server takes it over, leads that the
 * law had refused are asked about again, and campaigns that run look for them.
 */
#ifndef CMD_REASK_H
#define CMD_REASK_H

#include "base/ids.h"
#include "cmd/control.h"

/* changes: of enum control_change. campaign: whose refused leads are asked
 * about again; 0: those of all. Waits until the server has taken it over. */
int reask_changed(struct control *c, unsigned changes,
                  struct campaign_id campaign, struct err *e) TM_MUST_CHECK;

/* The same for the leads of one seller's campaigns; 0: of all. */
int reask_seller(struct control *c, unsigned changes, struct seller_id seller,
                 struct err *e) TM_MUST_CHECK;

#endif

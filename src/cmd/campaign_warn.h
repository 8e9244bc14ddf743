/*
 * What a campaign's file cannot know by itself when it is loaded: whether its
 * voice is there, whether its last day is over; and what is allowed and yet
 * seldom meant.
 */
#ifndef CMD_CAMPAIGN_WARN_H
#define CMD_CAMPAIGN_WARN_H

#include "cmd/control.h"

/* TM_EUNSUPPORTED: there is no such voice; *e names the plan's line, those
 * that there are are printed. */
int campaign_warn_voice(struct control *c, const char *file,
                        const struct plan *plan, struct err *e) TM_MUST_CHECK;
/* Prints the rest, on the user's standard error. */
void campaign_warn(struct control *c, const struct plan *plan);

#endif

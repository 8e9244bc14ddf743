/*
 * `telemark campaign pace`, and what `campaign status` says of a campaign with
 * agents. Parts of cmd_campaign.c; thread of the command.
 */
#ifndef CMD_CAMPAIGN_PACE_H
#define CMD_CAMPAIGN_PACE_H

#include "base/json_out.h"
#include "cmd/control.h"

/* Texts of the command line; NULL: not given. */
struct campaign_pace_wish {
    const char *name, *mode, *pacing, *limit;
};

/* Returns the exit code. */
int campaign_pace_command(struct control *c,
                          const struct campaign_pace_wish *wish);

/* Nothing for a campaign without agents. */
void campaign_pace_print(struct control *c, const struct campaign_status *live,
                         int64_t now_us);
/* The keys alone, into the object that is open. */
void campaign_pace_json(struct json_out *j, const struct campaign_status *live);

#endif

/*
 * The numbers that campaigns answer: whose they are when a campaign is loaded,
 * and who waits at them in `telemark campaign status`.
 */
#ifndef CMD_CAMPAIGN_NUMBERS_H
#define CMD_CAMPAIGN_NUMBERS_H

#include "base/json_out.h"
#include "cmd/control.h"
#include "core/campaign/plan.h"

struct db;

/* A call goes to one campaign: TM_EEXIST names another one, in whatever state,
 * that answers a number of this plan. A plan of another program that cannot
 * be read any more has no numbers. Store thread. */
int campaign_numbers_free(struct db *db, const struct plan *plan,
                          struct err *e) TM_MUST_CHECK;

/* Whether a campaign, in whatever state, answers calls to the number. Store
 * thread. */
int campaign_numbers_answered(struct db *db, uint64_t e164, bool *out,
                              struct err *e) TM_MUST_CHECK;

/* "+1...", "+1..., +1... and 3 more"; nothing without [inbound]. */
void campaign_numbers_text(const struct plan_inbound *in, struct buf *out);

/* What the trunks do for callers, whichever number these call. */
struct campaign_trunks {
    bool shut;      /* none takes calls */
    char busy[300]; /* " 7 on trunk 'main', ...", or "" */
};
void campaign_numbers_trunks(struct control *c,
                             const struct trunk_config *trunk, size_t n,
                             struct campaign_trunks *out);

/* Lines of `campaign status`. plan_text is the campaign's file; live NULL: no
 * server runs. */
void campaign_numbers_print(struct control *c, struct slice plan_text,
                            const struct campaign_status *live,
                            const struct campaign_trunks *trunks);
void campaign_numbers_json(struct json_out *j, struct slice plan_text,
                           const struct campaign_status *live);

#endif

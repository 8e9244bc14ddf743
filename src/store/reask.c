#include "store/reask.h"

#include "store/query.h"

int reask_batch(struct db *db, struct reask *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE campaign_lead SET state = 'waiting', due_us = ?1, "
               "reason = 'asked_again', changed_us = ?1 "
               "WHERE (tenant, campaign, lead) IN ("
               "SELECT l.tenant, l.campaign, l.lead FROM campaign c "
               "JOIN campaign_lead l ON l.tenant = c.tenant "
               "AND l.campaign = c.id WHERE c.tenant = ?2 "
               "AND (?3 = 0 OR c.id = ?3) AND (?6 = 0 OR c.seller = ?6) "
               "AND l.state = 'denied' "
               "AND l.changed_us <= ?4 AND l.reason <> 'opted_out' LIMIT ?5)");
    query_int(&q, r->now_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->before_us);
    query_int(&q, REASK_BATCH);
    query_int(&q, r->seller.v);
    int rc = query_done(&q, e);
    if (rc != TM_OK) {
        return rc;
    }
    r->leads = sqlite3_changes(db->sql);
    return TM_OK;
}

#include "store/apply_incoming.h"

#include "core/lead/outcome.h"
#include "store/query.h"

/* "+18005550100"; 0 when it is none, which the campaign never writes. */
static int64_t called_number(struct slice s)
{
    int64_t v = 0;
    for (size_t i = 1; i < s.n && i <= 15; i++) {
        if (s.p[0] != '+' || s.p[i] < '0' || s.p[i] > '9') {
            return 0;
        }
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

static int insert(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    /* The key refuses an id that was used before. */
    query_open(&q, db,
               "INSERT INTO incoming (tenant, id, seller, campaign, lead, "
               "e164, called, recorded_us, lead_state, lead_due_us) "
               "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
               "coalesce(max(m.state), ''), coalesce(max(m.due_us), 0) "
               "FROM campaign_lead m WHERE m.tenant = ?1 AND m.campaign = ?4 "
               "AND m.lead = ?5");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    query_int(&q, r->seller.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->lead.v);
    query_int(&q, (int64_t)r->e164);
    query_int(&q, called_number(r->key));
    query_int(&q, r->at_us);
    return query_done(&q, e);
}

int apply_incoming_recorded(struct db *db, const struct record *r,
                            struct err *e)
{
    tm_assert(r->attempt.v > 0);
    int rc = insert(db, r, e);
    if (rc != TM_OK || r->lead.v == 0) {
        return rc;
    }
    struct query q;
    query_open(&q, db,
               "UPDATE campaign_lead SET state = 'in_call', due_us = 0, "
               "changed_us = ? WHERE tenant = ? AND campaign = ? "
               "AND lead = ?");
    query_int(&q, r->at_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->lead.v);
    return query_done(&q, e);
}

int apply_incoming_answered(struct db *db, const struct record *r,
                            struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE incoming SET answered_us = ?, dialog = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, r->at_us);
    query_blob(&q, r->dialog.p, r->dialog.n);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_incoming_dialog(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE incoming SET dialog = ? "
               "WHERE tenant = ? AND id = ? AND ended_us = 0");
    query_blob(&q, r->dialog.p, r->dialog.n);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_incoming_bridged(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE incoming SET agent = ?1, wait_ms = CASE WHEN "
               "bridged_us = 0 THEN ?2 ELSE wait_ms END, bridged_us = CASE "
               "WHEN bridged_us = 0 THEN ?3 ELSE bridged_us END "
               "WHERE tenant = ?4 AND id = ?5");
    query_int(&q, r->agent.v);
    query_int(&q, r->ring_ms);
    query_int(&q, r->at_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_incoming_disposition(struct db *db, const struct record *r,
                               struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE incoming SET disposition = ?, disposed_by = ? "
               "WHERE tenant = ? AND id = ?");
    query_text(&q, r->key);
    query_int(&q, r->agent.v);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_incoming_ended(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE incoming SET ended_us = ?, outcome = ?, code = ?, "
               "cause = ?, talk_ms = ?, dialog = NULL "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, r->at_us);
    query_text(&q, str_of(outcome_text((enum outcome)r->state)));
    query_int(&q, r->code);
    query_text(&q, r->value);
    query_int(&q, r->talk_ms);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

#include "store/apply_attempt.h"

#include "core/lead/outcome.h"
#include "store/apply_incoming.h"
#include "store/query.h"
#include "store/shared_text.h"

/* What the last change found no attempt for. */
static bool is_not_ours(struct db *db)
{
    return sqlite3_changes(db->sql) == 0;
}

static int insert_attempt(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    int64_t rules = 0, versions = 0;
    int rc = shared_text_id(db, r->tenant, r->rules, &rules, e);
    if (rc == TM_OK) {
        rc = shared_text_id(db, r->tenant, r->versions, &versions, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    /* A second attempt of the same id is refused by the key: a permit is used
     * once, whatever else goes wrong. */
    query_open(&q, db,
               "INSERT INTO attempt (tenant, id, seller, campaign, lead, "
               "e164, recorded_us, permit_until_us, rules, versions, "
               "rules_text, versions_text) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, ?)");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    query_int(&q, r->seller.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->lead.v);
    query_int(&q, (int64_t)r->e164);
    query_int(&q, r->at_us);
    query_int(&q, r->due_us);
    query_int(&q, rules);
    query_int(&q, versions);
    return query_done(&q, e);
}

int apply_attempt_recorded(struct db *db, const struct record *r, struct err *e)
{
    tm_assert(r->attempt.v > 0 && r->e164 > 0);
    int rc = insert_attempt(db, r, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct query q;
    query_open(&q, db,
               "UPDATE campaign_lead SET state = 'in_call', due_us = 0, "
               "reason = CASE state WHEN 'callback' THEN 'promised' "
               "ELSE '' END, changed_us = ? "
               "WHERE tenant = ? AND campaign = ? AND lead = ?");
    query_int(&q, r->at_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->lead.v);
    return query_done(&q, e);
}

int apply_attempt_placed(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE attempt SET placed_us = ?, call_id = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, r->at_us);
    query_text(&q, r->note);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    int rc = query_done(&q, e);
    if (rc != TM_OK) {
        return rc;
    }
    query_open(&q, db,
               "UPDATE campaign SET first_call_us = ? "
               "WHERE tenant = ? AND id = ? AND first_call_us = 0");
    query_int(&q, r->at_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    return query_done(&q, e);
}

int apply_attempt_ringing(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE attempt SET ringing_us = ? "
               "WHERE tenant = ? AND id = ? AND ringing_us = 0");
    query_int(&q, r->at_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_attempt_answered(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE attempt SET answered_us = ?, dialog = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, r->at_us);
    query_blob(&q, r->dialog.p, r->dialog.n);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    int rc = query_done(&q, e);
    if (rc == TM_OK && is_not_ours(db)) {
        rc = apply_incoming_answered(db, r, e);
    }
    return rc;
}

int apply_attempt_dialog(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE attempt SET dialog = ? "
               "WHERE tenant = ? AND id = ? AND ended_us = 0");
    query_blob(&q, r->dialog.p, r->dialog.n);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    int rc = query_done(&q, e);
    if (rc == TM_OK && is_not_ours(db)) {
        rc = apply_incoming_dialog(db, r, e);
    }
    if (rc != TM_OK || r->agent.v == 0) {
        return rc;
    }
    query_open(&q, db,
               "UPDATE staff_leg SET dialog = ? "
               "WHERE tenant = ? AND id = ? AND ended_us = 0");
    query_blob(&q, r->dialog.p, r->dialog.n);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

static int mark_number_bad(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE lead_phone SET bad = 1 WHERE tenant = ?1 AND e164 = "
               "(SELECT e164 FROM attempt WHERE tenant = ?1 AND id = ?2)");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_attempt_ended(struct db *db, const struct record *r, struct err *e)
{
    enum outcome o = (enum outcome)r->state;
    struct query q;
    query_open(&q, db,
               "UPDATE attempt SET ended_us = ?, outcome = ?, code = ?, "
               "cause = ?, ring_ms = ?, talk_ms = ?, live = ?, "
               "abandoned = ?, dialog = NULL WHERE tenant = ? AND id = ?");
    query_int(&q, r->at_us);
    query_text(&q, str_of(outcome_text(o)));
    query_int(&q, r->code);
    query_text(&q, r->value);
    query_int(&q, r->ring_ms);
    query_int(&q, r->talk_ms);
    query_int(&q, r->live);
    query_int(&q, r->abandoned);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    int rc = query_done(&q, e);
    if (rc == TM_OK && is_not_ours(db)) {
        return apply_incoming_ended(db, r, e);
    }
    if (rc == TM_OK && (outcome_flags(o) & OUTCOME_F_BAD_NUMBER)) {
        rc = mark_number_bad(db, r, e);
    }
    return rc;
}

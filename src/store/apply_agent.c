#include "store/apply_agent.h"

#include "core/agent/agent.h"
#include "core/campaign/disposition.h"
#include "store/apply_incoming.h"
#include "store/query.h"

static int end_state(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE agent_event SET until_us = ? "
               "WHERE tenant = ? AND agent = ? AND until_us = 0");
    query_int(&q, r->at_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->agent.v);
    return query_done(&q, e);
}

/* The record that ends a wrap-up names the call that is just over: the time
 * after it is nobody's. */
static bool of_campaign(enum agent_state s)
{
    return agent_has_call(s) || s == AGENT_WRAP || s == AGENT_PREVIEW;
}

static int begin_state(struct db *db, const struct record *r, struct err *e)
{
    bool ours = of_campaign((enum agent_state)r->state);
    struct query q;
    query_open(&q, db,
               "INSERT INTO agent_event (tenant, agent, state, reason, "
               "from_us, campaign, attempt) VALUES (?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, r->tenant.v);
    query_int(&q, r->agent.v);
    query_text(&q, str_of(agent_state_text((enum agent_state)r->state)));
    query_text(&q, r->key);
    query_int(&q, r->at_us);
    query_int(&q, ours ? r->campaign.v : 0);
    query_int(&q, ours ? r->attempt.v : 0);
    return query_done(&q, e);
}

int apply_agent_state(struct db *db, const struct record *r, struct err *e)
{
    tm_assert(r->agent.v > 0);
    int rc = end_state(db, r, e);
    if (rc != TM_OK || r->state == AGENT_OFF) {
        return rc;
    }
    return begin_state(db, r, e);
}

static int staff_recorded(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    /* The key refuses an id that was used before. */
    query_open(&q, db,
               "INSERT INTO staff_leg (tenant, id, agent, e164, recorded_us) "
               "VALUES (?, ?, ?, ?, ?)");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    query_int(&q, r->agent.v);
    query_int(&q, (int64_t)r->e164);
    query_int(&q, r->at_us);
    return query_done(&q, e);
}

static int staff_answered(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE staff_leg SET answered_us = ?, dialog = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, r->at_us);
    query_blob(&q, r->dialog.p, r->dialog.n);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

static int staff_ended(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE staff_leg SET ended_us = ?, code = ?, cause = ?, "
               "dialog = NULL WHERE tenant = ? AND id = ?");
    query_int(&q, r->at_us);
    query_int(&q, r->code);
    query_text(&q, r->value);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_agent_staff(struct db *db, const struct record *r, struct err *e)
{
    tm_assert(r->agent.v > 0 && r->attempt.v > 0);
    if (str_eq(r->key, "recorded")) {
        return staff_recorded(db, r, e);
    }
    if (str_eq(r->key, "answered")) {
        return staff_answered(db, r, e);
    }
    tm_assert(str_eq(r->key, "ended"));
    return staff_ended(db, r, e);
}

static int insert_bridge(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO bridge (tenant, attempt, at_us, agent, campaign, "
               "wait_ms) VALUES (?, ?, ?, ?, ?, ?)");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    query_int(&q, r->at_us);
    query_int(&q, r->agent.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->ring_ms);
    return query_done(&q, e);
}

int apply_agent_bridged(struct db *db, const struct record *r, struct err *e)
{
    tm_assert(r->agent.v > 0 && r->attempt.v > 0);
    int rc = insert_bridge(db, r, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct query q;
    query_open(&q, db,
               "UPDATE attempt SET agent = ?1, wait_ms = CASE WHEN "
               "bridged_us = 0 THEN ?2 ELSE wait_ms END, bridged_us = CASE "
               "WHEN bridged_us = 0 THEN ?3 ELSE bridged_us END "
               "WHERE tenant = ?4 AND id = ?5");
    query_int(&q, r->agent.v);
    query_int(&q, r->ring_ms);
    query_int(&q, r->at_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    rc = query_done(&q, e);
    if (rc == TM_OK && sqlite3_changes(db->sql) == 0) {
        rc = apply_incoming_bridged(db, r, e);
    }
    return rc;
}

/* Somebody else's telephone: of this lead it is bad; another lead with the
 * number may be the one whose it is. 1 is what the network said. */
static int mark_wrong(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE lead_phone SET bad = 2 WHERE tenant = ?1 AND "
               "(lead, e164) IN (SELECT lead, e164 FROM "
               "either_call WHERE tenant = ?1 AND id = ?2)");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_agent_disposition(struct db *db, const struct record *r,
                            struct err *e)
{
    tm_assert(r->attempt.v > 0 && r->key.n > 0);
    struct query q;
    query_open(&q, db,
               "UPDATE attempt SET disposition = ?1, disposed_by = ?5, "
               "live = live AND NOT ?2, "
               "outcome = CASE WHEN ?2 AND outcome = 'talked' THEN 'machine' "
               "ELSE outcome END WHERE tenant = ?3 AND id = ?4");
    query_text(&q, r->key);
    query_int(&q, r->state == (int)DISPOSITION_MACHINE);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    query_int(&q, r->agent.v);
    int rc = query_done(&q, e);
    if (rc == TM_OK && sqlite3_changes(db->sql) == 0) {
        rc = apply_incoming_disposition(db, r, e);
    }
    if (rc == TM_OK && r->state == (int)DISPOSITION_WRONG) {
        rc = mark_wrong(db, r, e);
    }
    return rc;
}

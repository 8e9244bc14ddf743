#include "store/apply_incoming.h"

#include "base/civil.h"
#include "core/lead/outcome.h"
#include "store/ledger_rows.h"
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

/* He calls from it: it is in service, and he can be called there. */
static int number_works(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE lead_phone SET bad = 0 WHERE tenant = ? AND lead = ? "
               "AND e164 = ? AND bad <> 0");
    query_int(&q, r->tenant.v);
    query_int(&q, r->lead.v);
    query_int(&q, (int64_t)r->e164);
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
    rc = number_works(db, r, e);
    if (rc != TM_OK) {
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

/* The day it was everywhere already: the months that an inquiry counts are
 * never longer than they are where the person is. */
static struct civil_date day_of(int64_t at_us)
{
    return civil_of_us(at_us - CIVIL_DAY_US / 2).date;
}

static int add_inquiry(struct db *db, const struct record *r, uint64_t e164,
                       struct err *e)
{
    const struct ledger_entry x = {
        .kind = LEDGER_RELATIONSHIP,
        .tenant = r->tenant,
        .seller = r->seller,
        .e164 = e164,
        .word = str_of("inquiry"),
        .from = day_of(r->at_us),
        .to = day_of(r->at_us),
        .note = str_of("said by the agent who took the call to us"),
        .attempt = r->attempt,
        .recorded_us = r->at_us,
    };
    int64_t id;
    bool again;
    return ledger_rows_add(db, &x, &id, &again, e);
}

static int end_inquiry(struct db *db, const struct record *r, int64_t id,
                       struct err *e)
{
    const struct ledger_rows_end end = {
        .tenant = r->tenant,
        .id = id,
        .now_us = r->at_us,
        .reason = str_of("the agent has said that it was none"),
    };
    enum ledger_kind kind;
    return ledger_rows_end(db, &end, &kind, e);
}

/* A consumer who inquires about the seller's goods has an established business
 * relationship with him (16 CFR 310.2(q)(2), 47 CFR 64.1200(f)(5)); that it
 * was such an inquiry only the agent knows, whose last word counts. */
static int note_inquiry(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT i.e164, coalesce(max(g.id), 0) FROM incoming i "
               "LEFT JOIN ledger g ON g.tenant = i.tenant "
               "AND g.e164 = i.e164 AND g.kind = 'relationship' "
               "AND g.attempt = i.id AND NOT EXISTS (SELECT 1 FROM "
               "ledger_end x WHERE x.tenant = g.tenant AND x.id = g.id) "
               "WHERE i.tenant = ? AND i.id = ?");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    int rc = query_step(&q, e);
    uint64_t e164 = rc == 1 ? (uint64_t)query_get_int(&q, 0) : 0;
    int64_t id = rc == 1 ? query_get_int(&q, 1) : 0;
    query_close(&q);
    if (rc < 0 || e164 == 0 || r->live == (id != 0)) {
        return rc < 0 ? rc : TM_OK;
    }
    return r->live ? add_inquiry(db, r, e164, e) : end_inquiry(db, r, id, e);
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
    int rc = query_done(&q, e);
    return rc == TM_OK ? note_inquiry(db, r, e) : rc;
}

/* BRIDGED is written before the carrier joins him. His end says whether it
 * ever did; if not, no agent had him. */
static int never_joined(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE incoming SET bridged_us = 0, wait_ms = 0, agent = CASE "
               "WHEN disposition = '' THEN 0 ELSE agent END "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt.v);
    int rc = query_done(&q, e);
    if (rc != TM_OK) {
        return rc;
    }
    query_open(&q, db, "DELETE FROM bridge WHERE tenant = ? AND attempt = ?");
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
    int rc = query_done(&q, e);
    bool joined = r->state == OUTCOME_TALKED || r->state == OUTCOME_UNKNOWN;
    return rc == TM_OK && !joined ? never_joined(db, r, e) : rc;
}

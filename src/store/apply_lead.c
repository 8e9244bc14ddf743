#include "store/apply_lead.h"

#include "base/civil.h"
#include "core/lead/lead.h"
#include "store/ledger_rows.h"
#include "store/query.h"

/* A file brought the lead of a caller while he was in his call (it may have
 * been begun before): now that this is over it is to be called as the others
 * of the list. */
static int is_of_a_list(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE campaign_lead SET state = 'new', due_us = 0, "
               "reason = '' WHERE tenant = ?1 AND campaign = ?2 AND lead = ?3 "
               "AND EXISTS (SELECT 1 FROM lead d JOIN incoming i "
               "ON i.tenant = d.tenant AND i.id = ?4 AND i.lead = d.id "
               "WHERE d.tenant = ?1 AND d.id = ?3 AND d.import_file <> 0 "
               "AND d.imported_us + ?5 >= i.recorded_us)");
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->lead.v);
    query_int(&q, r->attempt.v);
    query_int(&q, CIVIL_HOUR_US);
    return query_done(&q, e);
}

/* A lead that goes back to what it came with keeps the reason of it. */
int apply_lead_state(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO campaign_lead (tenant, campaign, lead, state, "
               "due_us, reason, changed_us) VALUES (?, ?, ?, ?, ?, ?, ?) "
               "ON CONFLICT (tenant, campaign, lead) DO UPDATE SET "
               "state = excluded.state, "
               "due_us = excluded.due_us, reason = CASE WHEN "
               "excluded.reason = 'called_us' AND campaign_lead.reason <> '' "
               "THEN campaign_lead.reason ELSE excluded.reason END, "
               "changed_us = excluded.changed_us");
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->lead.v);
    query_text(&q, str_of(lead_state_text((enum lead_state)r->state)));
    query_int(&q, r->due_us);
    query_text(&q, r->key);
    query_int(&q, r->at_us);
    int rc = query_done(&q, e);
    bool made = r->state == LEAD_WAITING && r->due_us == INT64_MAX &&
                str_eq(r->key, "called_us");
    return rc == TM_OK && made ? is_of_a_list(db, r, e) : rc;
}

int apply_lead_verdict(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE campaign_lead SET verdict = ?, verdict_us = ?, "
               "verdict_due_us = ?, verdict_rules = ?, verdict_versions = ?, "
               "verdict_note = ? "
               "WHERE tenant = ? AND campaign = ? AND lead = ?");
    query_int(&q, r->state);
    query_int(&q, r->at_us);
    query_int(&q, r->due_us);
    query_text(&q, r->rules);
    query_text(&q, r->versions);
    query_text(&q, r->note);
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->lead.v);
    return query_done(&q, e);
}

int apply_lead_answer(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO answer (tenant, campaign, attempt, question, lead, "
               "answer, at_us) VALUES (?, ?, ?, ?, ?, ?, ?) "
               "ON CONFLICT (tenant, campaign, attempt, question) DO UPDATE "
               "SET answer = excluded.answer, at_us = excluded.at_us");
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->attempt.v);
    query_text(&q, r->key);
    query_int(&q, r->lead.v);
    query_text(&q, r->value);
    query_int(&q, r->at_us);
    return query_done(&q, e);
}

/* A request to be left alone ends every consent given to the seller, of all
 * leads with the number. */
static int end_consents(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO consent_end (tenant, lead, position, "
               "revoked_us, attempt) SELECT c.tenant, c.lead, c.position, "
               "?4, ?5 FROM lead_phone p JOIN consent c "
               "ON c.tenant = p.tenant AND c.lead = p.lead "
               "WHERE p.tenant = ?1 AND p.e164 = ?2 "
               "AND (?3 = 0 OR c.seller = ?3) ON CONFLICT DO NOTHING");
    query_int(&q, r->tenant.v);
    query_int(&q, (int64_t)r->e164);
    query_int(&q, r->seller.v);
    query_int(&q, r->at_us);
    query_int(&q, r->attempt.v);
    return query_done(&q, e);
}

int apply_lead_opt_out(struct db *db, const struct record *r, struct err *e)
{
    tm_assert(r->e164 > 0);
    struct query q;
    query_open(&q, db,
               "INSERT INTO opt_out (tenant, seller, e164, at_us, attempt, "
               "campaign, source) VALUES (?, ?, ?, ?, ?, ?, ?) "
               "ON CONFLICT (tenant, seller, e164) DO UPDATE SET "
               "at_us = excluded.at_us, "
               "attempt = excluded.attempt, campaign = excluded.campaign, "
               "source = excluded.source "
               "WHERE excluded.at_us < opt_out.at_us");
    query_int(&q, r->tenant.v);
    query_int(&q, r->seller.v);
    query_int(&q, (int64_t)r->e164);
    query_int(&q, r->at_us);
    query_int(&q, r->attempt.v);
    query_int(&q, r->campaign.v);
    query_text(&q, r->key.n > 0 ? r->key : str_of("call"));
    int rc = query_done(&q, e);
    if (rc == TM_OK) {
        rc = end_consents(db, r, e);
    }
    return rc == TM_OK ? ledger_rows_opt_out(db, r, e) : rc;
}

int apply_lead_callback(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO callback (tenant, campaign, attempt, lead, e164, "
               "asked_us, due_us) VALUES (?, ?, ?, ?, ?, ?, ?) "
               "ON CONFLICT (tenant, campaign, attempt) DO UPDATE SET "
               "asked_us = excluded.asked_us, due_us = excluded.due_us");
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    query_int(&q, r->attempt.v);
    query_int(&q, r->lead.v);
    query_int(&q, (int64_t)r->e164);
    query_int(&q, r->at_us);
    query_int(&q, r->due_us);
    return query_done(&q, e);
}

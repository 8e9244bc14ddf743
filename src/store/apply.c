#include "store/apply.h"

#include "core/campaign/campaign.h"
#include "store/apply_agent.h"
#include "store/apply_attempt.h"
#include "store/apply_incoming.h"
#include "store/apply_lead.h"
#include "store/query.h"

static int apply_campaign(struct db *db, const struct record *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE campaign SET state = ?, changed_us = ? "
               "WHERE tenant = ? AND id = ?");
    query_text(&q, str_of(campaign_state_text((enum campaign_state)r->state)));
    query_int(&q, r->at_us);
    query_int(&q, r->tenant.v);
    query_int(&q, r->campaign.v);
    return query_done(&q, e);
}

static int apply_tables(struct db *db, const struct record *r, struct err *e)
{
    switch (r->kind) {
    case RECORD_CAMPAIGN: return apply_campaign(db, r, e);
    case RECORD_VERDICT: return apply_lead_verdict(db, r, e);
    case RECORD_ATTEMPT: return apply_attempt_recorded(db, r, e);
    case RECORD_PLACED: return apply_attempt_placed(db, r, e);
    case RECORD_RINGING: return apply_attempt_ringing(db, r, e);
    case RECORD_ANSWERED: return apply_attempt_answered(db, r, e);
    case RECORD_DIALOG: return apply_attempt_dialog(db, r, e);
    case RECORD_ANSWER: return apply_lead_answer(db, r, e);
    case RECORD_OPT_OUT: return apply_lead_opt_out(db, r, e);
    case RECORD_CALLBACK: return apply_lead_callback(db, r, e);
    case RECORD_ENDED: return apply_attempt_ended(db, r, e);
    case RECORD_LEAD: return apply_lead_state(db, r, e);
    case RECORD_AGENT: return apply_agent_state(db, r, e);
    case RECORD_STAFF: return apply_agent_staff(db, r, e);
    case RECORD_BRIDGED: return apply_agent_bridged(db, r, e);
    case RECORD_DISPOSITION: return apply_agent_disposition(db, r, e);
    case RECORD_INCOMING: return apply_incoming_recorded(db, r, e);
    /* What the journal alone keeps: their tables are written by who reads
     * the files, or there are none. */
    case RECORD_CLOCK:
    case RECORD_IMPORT:
    case RECORD_LEDGER:
    case RECORD_RESTART:
    case RECORD_HOLD:
    case RECORD_ERASED:
    case RECORD_CORRECTED:
    case RECORD_EXPORTED: return TM_OK;
    case RECORD_COUNT:
    default: tm_unreachable("a record of no kind");
    }
}

int apply_record(struct db *db, const struct record *r, struct err *e)
{
    int rc = apply_tables(db, r, e);
    if (rc == TM_OK) {
        rc = db_journal(db, r, e);
    }
    return rc;
}

#include "store/lead_rows.h"

#include <string.h>

#include "core/lead/lead_ledger.h"
#include "core/rules/vocab.h"
#include "store/ledger_rows.h"
#include "store/query.h"

static enum number_type type_of(struct slice word)
{
    for (int i = 0; i <= NUMBER_VOICEMAIL; i++) {
        if (str_eq(word, number_type_key((enum number_type)i))) {
            return (enum number_type)i;
        }
    }
    return NUMBER_TYPE_UNKNOWN;
}

static int load_head(struct db *db, struct tenant_id t, struct lead *l,
                     struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT country, region, region_confirmed, business, "
               "last_transaction, last_inquiry, last_gift, county "
               "FROM lead WHERE tenant = ? AND id = ?");
    query_int(&q, t.v);
    query_int(&q, l->id.v);
    int rc = query_step(&q, e);
    if (rc == 1) {
        (void)str_copy(l->country, sizeof(l->country), query_get_text(&q, 0));
        (void)str_copy(l->region, sizeof(l->region), query_get_text(&q, 1));
        l->region_confirmed = query_get_int(&q, 2) != 0;
        l->business = query_get_int(&q, 3) != 0;
        l->last_transaction = query_get_date(&q, 4);
        l->last_inquiry = query_get_date(&q, 5);
        l->last_gift = query_get_date(&q, 6);
        (void)str_copy(l->county, sizeof(l->county), query_get_text(&q, 7));
        rc = TM_OK;
    } else if (rc == 0) {
        rc = TM_ENOTFOUND;
    }
    query_close(&q);
    return rc;
}

static int load_phones(struct db *db, struct tenant_id t, struct lead *l,
                       struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT e164, type, bad FROM lead_phone "
               "WHERE tenant = ? AND lead = ? ORDER BY position");
    query_int(&q, t.v);
    query_int(&q, l->id.v);
    int rc;
    while ((rc = query_step(&q, e)) == 1 && l->phones < LEAD_PHONES_MAX) {
        l->phone[l->phones++] = (struct lead_phone){
            .e164 = (uint64_t)query_get_int(&q, 0),
            .type = type_of(query_get_text(&q, 1)),
            .bad = query_get_int(&q, 2) != 0,
            .wrong = query_get_int(&q, 2) == 2,
        };
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

static int load_consents(struct db *db, struct tenant_id t, struct lead *l,
                         struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT c.type, c.seller, c.channels, c.given, "
               "coalesce(x.revoked_us, 0) FROM consent c "
               "LEFT JOIN consent_end x ON x.tenant = c.tenant "
               "AND x.lead = c.lead AND x.position = c.position "
               "WHERE c.tenant = ? AND c.lead = ? ORDER BY c.position");
    query_int(&q, t.v);
    query_int(&q, l->id.v);
    int rc;
    while ((rc = query_step(&q, e)) == 1 && l->consents < LEAD_CONSENTS_MAX) {
        struct lead_consent *c = &l->consent[l->consents++];
        /* An unknown word stays "none": unknown means no. */
        if (!vocab_consent_parse(query_get_text(&q, 0), &c->type)) {
            c->type = CONSENT_NONE;
        }
        c->seller.v = query_get_int(&q, 1);
        c->channels = (unsigned)query_get_int(&q, 2);
        c->given = query_get_date(&q, 3);
        c->revoked_us = query_get_int(&q, 4);
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

static struct slice copy_text(struct arena *a, struct slice s)
{
    return str_range(arena_strdup(a, s), s.n);
}

static int load_fields(struct db *db, struct arena *a, struct tenant_id t,
                       struct lead *l, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT f.key, f.atom FROM lead d, json_each(d.fields) f "
               "WHERE d.tenant = ? AND d.id = ?");
    query_int(&q, t.v);
    query_int(&q, l->id.v);
    int rc;
    while ((rc = query_step(&q, e)) == 1 && l->fields < LEAD_FIELDS_MAX) {
        l->field[l->fields++] = (struct lead_field){
            .name = copy_text(a, query_get_text(&q, 0)),
            .value = copy_text(a, query_get_text(&q, 1)),
        };
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

int lead_rows_load(struct db *db, struct arena *a, struct tenant_id t,
                   struct lead_id id, struct lead *out, struct err *e)
{
    memset(out, 0, sizeof(*out));
    out->id = id;
    int rc = load_head(db, t, out, e);
    if (rc == TM_OK) {
        rc = load_phones(db, t, out, e);
    }
    if (rc == TM_OK) {
        rc = load_consents(db, t, out, e);
    }
    if (rc == TM_OK) {
        rc = load_fields(db, a, t, out, e);
    }
    return rc == TM_EIO ? err_context(e, "lead %lld", (long long)id.v) : rc;
}

/* --- ledgers --------------------------------------------------------------*/

static int ledger_of_number(struct db *db, const struct lead_rows_scope *s,
                            size_t phone, struct lead *l, struct err *e)
{
    struct query q;
    struct ledger_entry entry;
    /* In order of the index: lead_ledger_take wants kinds, then ids. */
    query_open(&q, db,
               LEDGER_ROWS_SELECT "WHERE g.tenant = ? AND g.e164 = ? "
                                  "ORDER BY g.kind, g.id");
    query_int(&q, s->tenant.v);
    query_int(&q, (int64_t)l->phone[phone].e164);
    int rc;
    while ((rc = query_step(&q, e)) == 1) {
        ledger_rows_read(&q, &entry);
        if (entry.ended_us == 0) {
            lead_ledger_take(l, phone, &entry, s->seller);
        }
    }
    query_close(&q);
    return rc;
}

int lead_rows_ledger(struct db *db, const struct lead_rows_scope *s,
                     struct lead *l, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < l->phones; i++) {
        rc = ledger_of_number(db, s, i, l, e);
    }
    return rc;
}

/* --- history --------------------------------------------------------------*/

static enum outcome outcome_of(struct slice word)
{
    enum outcome o;
    return outcome_parse(word, &o) ? o : OUTCOME_UNKNOWN;
}

/* An order that the carrier refused reached nobody and counts toward no cap;
 * many of them must not push out the calls that do. */
static bool was_placed(enum outcome o)
{
    return (outcome_flags(o) & OUTCOME_F_NOT_PLACED) == 0;
}

/* Puts a try where it belongs; the oldest falls out when there is no room. */
static void add_try(struct lead *l, struct lead_try t)
{
    size_t at = l->tries;
    while (at > 0 && (l->history[at - 1].at_us > t.at_us ||
                      (l->history[at - 1].at_us == t.at_us &&
                       l->history[at - 1].attempt.v > t.attempt.v))) {
        at--;
    }
    for (size_t i = 0; i < l->tries; i++) {
        if (l->history[i].attempt.v == t.attempt.v) {
            return;
        }
    }
    if (l->tries == LEAD_HISTORY_MAX) {
        if (at == 0) {
            return;
        }
        memmove(l->history, l->history + 1,
                (LEAD_HISTORY_MAX - 1) * sizeof(*l->history));
        l->tries--;
        at--;
    }
    memmove(l->history + at + 1, l->history + at,
            (l->tries - at) * sizeof(*l->history));
    l->history[at] = t;
    l->tries++;
}

static struct lead_try try_of(struct query *q)
{
    return (struct lead_try){
        .attempt = {query_get_int(q, 0)},
        .e164 = (uint64_t)query_get_int(q, 1),
        .at_us = query_get_int(q, 2),
        .outcome = outcome_of(query_get_text(q, 3)),
    };
}

static int history_of_lead(struct db *db, const struct lead_rows_scope *s,
                           struct lead *l, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT id, e164, recorded_us, outcome, campaign, seller "
               "FROM attempt WHERE tenant = ? AND lead = ?");
    query_int(&q, s->tenant.v);
    query_int(&q, l->id.v);
    int rc;
    while ((rc = query_step(&q, e)) == 1) {
        struct lead_try t = try_of(&q);
        if (s->campaign.v != 0 && query_get_int(&q, 4) == s->campaign.v) {
            l->attempts++;
            l->outcomes[t.outcome]++;
        }
        if ((s->seller.v == 0 || query_get_int(&q, 5) == s->seller.v) &&
            was_placed(t.outcome)) {
            add_try(l, t);
        }
    }
    query_close(&q);
    return rc;
}

/* The same number may stand in other lists. */
static int history_of_number(struct db *db, const struct lead_rows_scope *s,
                             uint64_t e164, struct lead *l, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT id, e164, recorded_us, outcome FROM attempt "
               "WHERE tenant = ?1 AND e164 = ?2 AND lead <> ?3 "
               "AND (?4 = 0 OR seller = ?4) AND outcome <> ?6 "
               "ORDER BY recorded_us DESC LIMIT ?5");
    query_int(&q, s->tenant.v);
    query_int(&q, (int64_t)e164);
    query_int(&q, l->id.v);
    query_int(&q, s->seller.v);
    query_int(&q, LEAD_HISTORY_MAX);
    query_text(&q, str_of(outcome_text(OUTCOME_CANCELLED)));
    int rc;
    while ((rc = query_step(&q, e)) == 1) {
        add_try(l, try_of(&q));
    }
    query_close(&q);
    return rc;
}

int lead_rows_history(struct db *db, const struct lead_rows_scope *s,
                      struct lead *l, struct err *e)
{
    l->tries = 0;
    l->attempts = 0;
    memset(l->outcomes, 0, sizeof(l->outcomes));
    int rc = history_of_lead(db, s, l, e);
    for (size_t i = 0; rc == TM_OK && i < l->phones; i++) {
        rc = history_of_number(db, s, l->phone[i].e164, l, e);
    }
    return rc;
}

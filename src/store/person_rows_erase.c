/* The erasure of a person: see store/person_rows.h. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "store/apply.h"
#include "store/data_dir.h"
#include "store/hold.h"
#include "store/person_rows_inside.h"
#include "store/query.h"
#include "store/reader_records.h"
#include "store/retention.h"

/* --- what stands against it -----------------------------------------------*/

static int refuse_open_call(struct db *db, const struct person_rows *p,
                            struct err *e)
{
    struct query q;
    int64_t id = 0;
    query_open(
        &q, db,
        "SELECT coalesce(max(a.id), 0) FROM either_call a WHERE " CALLS_OF
        "AND a.ended_us = 0");
    query_int(&q, p->tenant.v);
    int rc = query_one(&q, &id, e);
    if (rc == TM_OK && id != 0)
        rc = err_set(e, TM_ESTATE,
                     "call %lld with this person is not over: try again after "
                     "the call (one cut off by a crash is closed when the "
                     "server starts)",
                     (long long)id);
    return rc;
}

/* A hold that touches any part keeps the whole: what belongs together in a
 * dispute is not ours to say. */
static int refuse_held(struct db *db, const struct person_rows *p,
                       struct err *e)
{
    struct query q;
    char names[300];
    query_open(&q, db,
               HOLD_COVERS("SELECT lead FROM person_lead",
                           "SELECT e164 FROM person_number", "SELECT 0",
                           "SELECT g.seller FROM ledger g WHERE g.tenant = ?1 "
                           "AND g.address = ?2 AND ?2 <> ''"));
    query_int(&q, p->tenant.v);
    query_text(&q, p->address);
    int rc = query_step(&q, e);
    int64_t n = rc == 1 ? query_get_int(&q, 0) : 0;
    if (n > 0)
        (void)str_copy(names, sizeof(names), query_get_text(&q, 1));
    query_close(&q);
    if (rc < 0)
        return rc;
    if (n > 0)
        return err_set(e, TM_ESTATE,
                       "nothing was erased: the person is under the legal "
                       "hold %s; the number will not be called again; see "
                       "'telemark hold list'",
                       names);
    return TM_OK;
}

/* --- counting -------------------------------------------------------------*/

static int run_on(struct db *db, const struct person_rows *p,
                  const char *literal, uint64_t *changes, struct err *e)
{
    struct query q;
    query_open(&q, db, literal);
    query_int(&q, p->tenant.v);
    int rc = query_done(&q, e);
    if (rc == TM_OK && changes != NULL)
        *changes += (uint64_t)sqlite3_changes(db->sql);
    return rc;
}

/* --- calls ----------------------------------------------------------------*/

struct call {
    int64_t id, recorded_us;
    uint64_t e164;
    bool proof;
};

/* A recording is kept only as the proof of a spoken consent that is kept. */
static int drop_recording(struct db *db, struct person_rows *p,
                          const struct call *c, struct err *e)
{
    bool there = false;
    int rc = retention_recording(db, c->id, c->proof, &there, e);
    if (!there)
        return rc;
    struct person_rows_tally *t = &p->tally[PERSON_RECORDINGS];
    t->erased += !c->proof;
    t->kept += c->proof;
    if (c->proof)
        t->because = "the proof of a spoken consent that is kept";
    return rc;
}

/* The next call behind the last id: 1, 0 at the end, or an error. */
static int next_call(struct db *db, const struct person_rows *p, struct call *c,
                     struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT a.id, a.e164, a.recorded_us, EXISTS (SELECT 1 FROM "
               "ledger g WHERE g.tenant = a.tenant AND g.e164 = a.e164 "
               "AND g.kind = 'consent' AND g.attempt = a.id) FROM "
               "either_call a WHERE " CALLS_OF
               "AND a.id > ?2 ORDER BY a.id LIMIT 1");
    query_int(&q, p->tenant.v);
    query_int(&q, c->id);
    int rc = query_step(&q, e);
    if (rc == 1)
        *c = (struct call){.id = query_get_int(&q, 0),
                           .e164 = (uint64_t)query_get_int(&q, 1),
                           .recorded_us = query_get_int(&q, 2),
                           .proof = query_get_int(&q, 3) != 0};
    query_close(&q);
    return rc;
}

/* An id is that of a call to him or from him, never of both. */
static int erase_call(struct db *db, struct person_rows *p,
                      const struct call *c, struct err *e)
{
    static const char *const text[] = {
        "DELETE FROM bridge WHERE tenant = ? AND attempt = ?",
        "DELETE FROM attempt WHERE tenant = ? AND id = ?",
        "DELETE FROM incoming WHERE tenant = ? AND id = ?",
    };
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < tm_array_len(text); i++) {
        struct query q;
        query_open(&q, db, text[i]);
        query_int(&q, p->tenant.v);
        query_int(&q, c->id);
        rc = query_done(&q, e);
    }
    return rc;
}

static int erase_calls(struct db *db, struct person_rows *p, struct err *e)
{
    struct call c = {0};
    int rc;
    while ((rc = next_call(db, p, &c, e)) == 1) {
        const struct retention_rule *rule =
            retention_rule_of_number(RETENTION_CALL, c.e164);
        int64_t until = retention_duty_until(rule, c.recorded_us);
        rc = drop_recording(db, p, &c, e);
        if (rc != TM_OK)
            return rc;
        if (until > p->now_us) {
            person_rows_keep(p, PERSON_CALLS, rule, until);
            continue;
        }
        rc = erase_call(db, p, &c, e);
        if (rc != TM_OK)
            return rc;
        p->tally[PERSON_CALLS].erased++;
    }
    return rc;
}

/* Before the calls, which lead to them. */
static int erase_answers(struct db *db, struct person_rows *p, struct err *e)
{
    int rc = run_on(db, p,
                    "DELETE FROM answer WHERE tenant = ?1 AND (campaign, "
                    "attempt) IN (SELECT a.campaign, a.id FROM either_call "
                    "a WHERE " CALLS_OF ")",
                    &p->tally[PERSON_ANSWERS].erased, e);
    return rc == TM_OK
               ? run_on(db, p,
                        "DELETE FROM callback WHERE tenant = ?1 AND (campaign, "
                        "attempt) IN (SELECT a.campaign, a.id FROM either_call "
                        "a WHERE " CALLS_OF ")",
                        &p->tally[PERSON_CALLBACKS].erased, e)
               : rc;
}

/* --- leads ----------------------------------------------------------------*/

static int erase_leads(struct db *db, struct person_rows *p, struct err *e)
{
    static const char *const text[] = {
        "DELETE FROM consent_end WHERE tenant = ?1 AND lead" ITS,
        "DELETE FROM consent WHERE tenant = ?1 AND lead" ITS,
        "DELETE FROM campaign_lead WHERE tenant = ?1 AND lead" ITS,
        "DELETE FROM lead_phone WHERE tenant = ?1 AND lead" ITS,
    };
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < tm_array_len(text); i++)
        rc = run_on(db, p, text[i], NULL, e);
    return rc == TM_OK
               ? run_on(db, p, "DELETE FROM lead WHERE tenant = ?1 AND id" ITS,
                        &p->tally[PERSON_LEADS].erased, e)
               : rc;
}

/* --- ledgers --------------------------------------------------------------*/

struct entry {
    int64_t id, from_us;
    uint64_t e164;
    char kind[24];
};

static int next_entry(struct db *db, const struct person_rows *p,
                      struct entry *x, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT g.id, g.e164, g.kind, max(g.recorded_us, "
               "coalesce((SELECT max(a.recorded_us) FROM attempt a "
               "WHERE a.tenant = g.tenant AND a.e164 = g.e164), 0)) "
               "FROM ledger g WHERE g.tenant = ?1 AND g.id > ?2 "
               "AND (g.e164" MINE "OR g.address = ?3 AND ?3 <> '') "
               "AND g.kind <> 'caller_id' ORDER BY g.id LIMIT 1");
    query_int(&q, p->tenant.v);
    query_int(&q, x->id);
    query_text(&q, p->address);
    int rc = query_step(&q, e);
    if (rc == 1) {
        x->id = query_get_int(&q, 0);
        x->e164 = (uint64_t)query_get_int(&q, 1);
        x->from_us = query_get_int(&q, 3);
        (void)str_copy(x->kind, sizeof(x->kind), query_get_text(&q, 2));
    }
    query_close(&q);
    return rc;
}

static const struct retention_rule *entry_rule(const struct entry *x)
{
    struct slice kind = str_of(x->kind);
    if (str_eq(kind, "consent"))
        return retention_rule_of_number(RETENTION_CONSENT, x->e164);
    if (str_eq(kind, "revocation"))
        return retention_rule_of_number(RETENTION_REQUEST, x->e164);
    if (str_eq(kind, "relationship"))
        return retention_rule_of_number(RETENTION_RELATIONSHIP, x->e164);
    return NULL;
}

static int drop_entry(struct db *db, const struct person_rows *p, int64_t id,
                      struct err *e)
{
    struct query q;
    query_open(&q, db, "DELETE FROM ledger_end WHERE tenant = ? AND id = ?");
    query_int(&q, p->tenant.v);
    query_int(&q, id);
    int rc = query_done(&q, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db, "DELETE FROM ledger WHERE tenant = ? AND id = ?");
    query_int(&q, p->tenant.v);
    query_int(&q, id);
    return query_done(&q, e);
}

/* Entries are evidence and stay whole when the law wants them. */
static int erase_ledger(struct db *db, struct person_rows *p, struct err *e)
{
    struct entry x = {0};
    int rc;
    while ((rc = next_entry(db, p, &x, e)) == 1) {
        const struct retention_rule *rule = entry_rule(&x);
        int64_t until =
            rule != NULL ? retention_duty_until(rule, x.from_us) : 0;
        if (until > p->now_us) {
            person_rows_keep(p, PERSON_LEDGER, rule, until);
            continue;
        }
        rc = drop_entry(db, p, x.id, e);
        if (rc != TM_OK)
            return rc;
        p->tally[PERSON_LEDGER].erased++;
    }
    return rc;
}

/* --- complaints, holds, the record ----------------------------------------*/

/* A case that is open is a claim that may have to be defended (GDPR art.
 * 17(3)(e)), and so is a violation on file until no claim can be made of it any
 * more; the others can be erased when they are closed. */
enum { CLAIM_MONTHS = 48 }; /* 28 USC 1658(a) */

struct complaint_case {
    int64_t id, closed_us; /* 0: open */
    bool violation;
};

static int next_case(struct db *db, const struct person_rows *p,
                     struct complaint_case *c, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT q.id, CASE WHEN v.kind = 'closed' THEN v.at_us ELSE 0 "
               "END, coalesce(v.value = 'violation', 0) FROM complaint q "
               "LEFT JOIN complaint_event v ON v.tenant = q.tenant "
               "AND v.complaint = q.id AND v.id = (SELECT max(w.id) "
               "FROM complaint_event w WHERE w.tenant = q.tenant "
               "AND w.complaint = q.id AND w.kind IN ('closed', 'reopened')) "
               "WHERE q.tenant = ?1 AND q.e164" MINE "AND q.id > ?2 "
               "ORDER BY q.id LIMIT 1");
    query_int(&q, p->tenant.v);
    query_int(&q, c->id);
    int rc = query_step(&q, e);
    if (rc == 1)
        *c = (struct complaint_case){.id = query_get_int(&q, 0),
                                     .closed_us = query_get_int(&q, 1),
                                     .violation = query_get_int(&q, 2) != 0};
    query_close(&q);
    return rc;
}

static int drop_case(struct db *db, const struct person_rows *p, int64_t id,
                     struct err *e)
{
    static const char *const text[] = {
        "DELETE FROM complaint_match WHERE tenant = ? AND complaint = ?",
        "DELETE FROM complaint_event WHERE tenant = ? AND complaint = ?",
        "DELETE FROM complaint WHERE tenant = ? AND id = ?",
    };
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < tm_array_len(text); i++) {
        struct query q;
        query_open(&q, db, text[i]);
        query_int(&q, p->tenant.v);
        query_int(&q, id);
        rc = query_done(&q, e);
    }
    return rc;
}

static int64_t claims_until(const struct complaint_case *c)
{
    struct civil_time t = civil_of_us(c->closed_us);
    t.date = civil_add_months(t.date, CLAIM_MONTHS);
    return civil_to_us(t);
}

static int erase_complaints(struct db *db, struct person_rows *p, struct err *e)
{
    static const char *const because[] = {
        NULL, "a case that is not closed: GDPR art. 17(3)(e)",
        "proof of a violation, while claims can be made (4 years from "
        "closing, 28 USC 1658(a); GDPR art. 17(3)(e))",
        "cases that are not closed, and proof of a violation, while claims "
        "can be made (4 years from closing, 28 USC 1658(a); GDPR art. "
        "17(3)(e))"};
    struct person_rows_tally *t = &p->tally[PERSON_COMPLAINTS];
    struct complaint_case c = {0};
    int rc, why = 0;
    while ((rc = next_case(db, p, &c, e)) == 1) {
        int64_t until = c.closed_us > 0 && c.violation ? claims_until(&c) : 0;
        if (c.closed_us > 0 && until <= p->now_us) {
            rc = drop_case(db, p, c.id, e);
            if (rc != TM_OK)
                return rc;
            t->erased++;
            continue;
        }
        t->kept++;
        why |= c.closed_us > 0 ? 2 : 1;
        t->until_us = until > t->until_us ? until : t->until_us;
    }
    t->because = because[why];
    return rc;
}

/* One that stands stops the whole; a released one is proof of what was kept
 * when, and stays without the number. */
static int blank_holds(struct db *db, struct person_rows *p, struct err *e)
{
    struct person_rows_tally *t = &p->tally[PERSON_HOLDS];
    int rc = run_on(db, p,
                    "UPDATE hold SET e164 = 0 WHERE tenant = ?1 "
                    "AND e164" MINE,
                    &t->kept, e);
    t->because =
        t->kept > 0 ? "the list of legal holds; without the number" : NULL;
    return rc;
}

/* What an earlier erasure kept. */
static int visit_kept(struct db *db, struct person_rows *p, struct err *e)
{
    struct query q;
    int rc;
    query_open(&q, db,
               "DELETE FROM kept WHERE tenant = ? AND until_us <= ? "
               "AND e164" MINE);
    query_int(&q, p->tenant.v);
    query_int(&q, p->now_us);
    rc = query_done(&q, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db,
               "SELECT kind, e164, until_us FROM kept WHERE tenant = ? "
               "AND e164" MINE);
    query_int(&q, p->tenant.v);
    while ((rc = query_step(&q, e)) == 1) {
        bool consent = str_eq(query_get_text(&q, 0), "consent");
        person_rows_keep(
            p, consent ? PERSON_CONSENTS : PERSON_RELATIONSHIPS,
            retention_rule_of_number(consent ? RETENTION_CONSENT
                                             : RETENTION_RELATIONSHIP,
                                     (uint64_t)query_get_int(&q, 1)),
            query_get_int(&q, 2));
    }
    query_close(&q);
    return rc;
}

static int count_opt_outs(struct db *db, struct person_rows *p, struct err *e)
{
    struct query q;
    int64_t n = 0;
    query_open(&q, db,
               "SELECT count(*) FROM opt_out WHERE tenant = ? AND e164" MINE);
    query_int(&q, p->tenant.v);
    int rc = query_one(&q, &n, e);
    p->tally[PERSON_OPT_OUTS] = (struct person_rows_tally){
        .kept = (uint64_t)n,
        .until_us = INT64_MAX,
        .because = "the objection holds only while the number is known"};
    return rc;
}

static int write_down(struct db *db, const struct person_rows *p, struct err *e)
{
    char note[900] = "";
    int n = 0;
    for (int k = 0; k < (int)PERSON_KIND_COUNT; k++) {
        const struct person_rows_tally *t = &p->tally[k];
        if (t->erased + t->kept > 0)
            n += snprintf(note + n, sizeof(note) - (size_t)n,
                          "%s%s: %llu erased, %llu kept", n > 0 ? "; " : "",
                          person_rows_kind_text((enum person_rows_kind)k),
                          (unsigned long long)t->erased,
                          (unsigned long long)t->kept);
    }
    struct record r = {.kind = RECORD_ERASED,
                       .at_us = p->now_us,
                       .tenant = p->tenant,
                       .e164 = p->numbers > 0 ? p->number[0] : 0,
                       .key = str_of("person"),
                       .note = str_of(note)};
    return apply_record(db, &r, e);
}

typedef int(step_fn)(struct db *db, struct person_rows *p, struct err *e);

int person_rows_erase(struct db *db, struct person_rows *p, struct err *e)
{
    /* In this order: each leads to the next ones' rows. */
    static step_fn *const step[] = {person_rows_exports,
                                    visit_kept,
                                    person_rows_keep_consents,
                                    person_rows_keep_relationships,
                                    erase_ledger,
                                    erase_answers,
                                    erase_calls,
                                    erase_complaints,
                                    erase_leads,
                                    blank_holds,
                                    person_rows_staff,
                                    count_opt_outs};
    tm_assert(p->path != NULL && p->now_us > 0);
    int rc = db_exec(db, "PRAGMA secure_delete = ON", e);
    if (rc == TM_OK)
        rc = person_rows_find(db, p, e);
    if (rc == TM_OK)
        rc = refuse_held(db, p, e);
    if (rc == TM_OK)
        rc = refuse_open_call(db, p, e);
    for (size_t i = 0; rc == TM_OK && i < tm_array_len(step); i++)
        rc = step[i](db, p, e);
    return rc == TM_OK ? write_down(db, p, e) : rc;
}

/* The erasure of what is over: see store/retention.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "store/apply.h"
#include "store/data_dir.h"
#include "store/query.h"
#include "store/retention.h"

enum { PIECE = 500 };
enum { PHASE_START, PHASE_CALLS, PHASE_LEADS, PHASE_LEDGER, PHASE_REST };

struct item {
    int64_t id, lead;
    uint64_t e164;
    int64_t from_us;
    bool held;
};

/* Up to PIECE rows "id, number, lead, from, held" behind the last one. */
static int read_items(struct query *q, const struct retention_erase *s,
                      struct item item[PIECE], int *n, struct err *e)
{
    int rc;
    query_int(q, s->tenant.v);
    query_int(q, s->last);
    query_int(q, PIECE);
    *n = 0;
    while ((rc = query_step(q, e)) == 1) {
        tm_assert(*n < PIECE);
        item[(*n)++] = (struct item){.id = query_get_int(q, 0),
                                     .e164 = (uint64_t)query_get_int(q, 1),
                                     .lead = query_get_int(q, 2),
                                     .from_us = query_get_int(q, 3),
                                     .held = query_get_int(q, 4) != 0};
    }
    query_close(q);
    return rc;
}

static int delete_two(struct query *q, int64_t tenant, int64_t id,
                      struct err *e)
{
    query_int(q, tenant);
    query_int(q, id);
    return query_done(q, e);
}

static bool over(const struct retention_erase *s, enum retention_kind k,
                 const struct item *it)
{
    const struct retention_rule *rule = retention_rule_of_number(k, it->e164);
    return retention_until(&s->periods, rule, it->from_us) <= s->now_us;
}

/* --- calls ----------------------------------------------------------------*/

static int drop_recording(struct retention_erase *s, int64_t id, struct err *e)
{
    char name[64], path[PATH_MAX];
    (void)snprintf(name, sizeof(name), "recordings/%lld.wav", (long long)id);
    data_dir_path(s->dir, name, path, sizeof(path));
    if (s->dry) {
        s->recordings += access(path, F_OK) == 0;
        return TM_OK;
    }
    if (unlink(path) == 0)
        s->recordings++;
    else if (errno != ENOENT)
        return err_errno(e, "cannot remove %s", path);
    return TM_OK;
}

/* The recording of a spoken consent goes with the consent, not the call. */
static int drop_sound(struct db *db, struct retention_erase *s,
                      const struct item *it, struct err *e)
{
    struct query q;
    int64_t proof = 0;
    query_open(&q, db,
               "SELECT count(*) FROM ledger WHERE tenant = ? AND e164 = ? "
               "AND kind = 'consent' AND attempt = ?");
    query_int(&q, s->tenant.v);
    query_int(&q, (int64_t)it->e164);
    query_int(&q, it->id);
    int rc = query_one(&q, &proof, e);
    return rc == TM_OK && proof == 0 ? drop_recording(s, it->id, e) : rc;
}

static int drop_call(struct db *db, struct retention_erase *s,
                     const struct item *it, struct err *e)
{
    struct query q;
    s->calls++;
    int rc = drop_sound(db, s, it, e);
    if (rc != TM_OK || s->dry)
        return rc;
    query_open(&q, db,
               "DELETE FROM answer WHERE tenant = ?1 AND attempt = ?2 AND "
               "campaign = (SELECT campaign FROM attempt WHERE tenant = ?1 "
               "AND id = ?2)");
    rc = delete_two(&q, s->tenant.v, it->id, e);
    s->answers += (uint64_t)sqlite3_changes(db->sql);
    if (rc == TM_OK) {
        query_open(&q, db,
                   "DELETE FROM callback WHERE tenant = ?1 AND attempt = ?2 "
                   "AND campaign = (SELECT campaign FROM attempt "
                   "WHERE tenant = ?1 AND id = ?2)");
        rc = delete_two(&q, s->tenant.v, it->id, e);
    }
    if (rc == TM_OK) {
        query_open(&q, db, "DELETE FROM attempt WHERE tenant = ? AND id = ?");
        rc = delete_two(&q, s->tenant.v, it->id, e);
    }
    return rc;
}

static int erase_calls(struct db *db, struct retention_erase *s, struct err *e)
{
    struct item item[PIECE];
    struct query q;
    int n;
    query_open(
        &q, db,
        "SELECT a.id, a.e164, a.lead, a.recorded_us, EXISTS (SELECT 1 "
        "FROM hold_active h WHERE h.tenant = a.tenant AND (h.e164 = a.e164 "
        "OR h.campaign = a.campaign OR h.seller = a.seller "
        "OR h.e164 IN (SELECT p.e164 FROM lead_phone p "
        "WHERE p.tenant = a.tenant AND p.lead = a.lead))) FROM attempt a "
        "WHERE a.tenant = ? AND a.id > ? AND a.ended_us > 0 "
        "ORDER BY a.id LIMIT ?");
    int rc = read_items(&q, s, item, &n, e);
    for (int i = 0; rc == TM_OK && i < n; i++) {
        s->last = item[i].id;
        if (!over(s, RETENTION_CALL, &item[i]))
            continue;
        if (item[i].held)
            s->held++;
        else
            rc = drop_call(db, s, &item[i], e);
    }
    if (rc == TM_OK && n < PIECE) {
        s->phase = PHASE_LEADS;
        s->last = 0;
    }
    return rc;
}

/* --- leads ----------------------------------------------------------------*/

static int count_consents(struct db *db, struct retention_erase *s,
                          int64_t lead, struct err *e)
{
    struct query q;
    int64_t n = 0;
    query_open(&q, db,
               "SELECT count(*) FROM consent WHERE tenant = ? AND lead = ?");
    query_int(&q, s->tenant.v);
    query_int(&q, lead);
    int rc = query_one(&q, &n, e);
    s->consents += (uint64_t)n;
    return rc;
}

static int drop_lead(struct db *db, struct retention_erase *s, int64_t lead,
                     struct err *e)
{
    static const char *const text[] = {
        "DELETE FROM consent_end WHERE tenant = ? AND lead = ?",
        "DELETE FROM consent WHERE tenant = ? AND lead = ?",
        "DELETE FROM campaign_lead WHERE tenant = ? AND lead = ?",
        "DELETE FROM lead_phone WHERE tenant = ? AND lead = ?",
        "DELETE FROM lead WHERE tenant = ? AND id = ?",
    };
    s->leads++;
    int rc = count_consents(db, s, lead, e);
    for (size_t i = 0; rc == TM_OK && !s->dry && i < tm_array_len(text); i++) {
        struct query q;
        query_open(&q, db, text[i]);
        rc = delete_two(&q, s->tenant.v, lead, e);
    }
    return rc;
}

static bool lead_over(const struct retention_erase *s, const struct item *it)
{
    return over(s, RETENTION_LEAD, it) && over(s, RETENTION_CONSENT, it) &&
           over(s, RETENTION_RELATIONSHIP, it) && over(s, RETENTION_CALL, it);
}

/* A lead goes when its last call and its import are over for all that hangs
 * on it; one with a call that stays, stays. */
static int erase_leads(struct db *db, struct retention_erase *s, struct err *e)
{
    struct item item[PIECE];
    struct query q;
    int n;
    query_open(
        &q, db,
        "SELECT d.id, coalesce((SELECT p.e164 FROM lead_phone p "
        "WHERE p.tenant = d.tenant AND p.lead = d.id "
        "ORDER BY p.position LIMIT 1), 0), d.id, max(d.imported_us, "
        "coalesce((SELECT max(a.recorded_us) FROM attempt a "
        "WHERE a.tenant = d.tenant AND a.lead = d.id), 0)), "
        "EXISTS (SELECT 1 FROM hold_active h WHERE h.tenant = d.tenant "
        "AND (h.e164 IN (SELECT p.e164 FROM lead_phone p "
        "WHERE p.tenant = d.tenant AND p.lead = d.id) OR h.campaign IN "
        "(SELECT m.campaign FROM campaign_lead m WHERE m.tenant = d.tenant "
        "AND m.lead = d.id) OR h.seller IN (SELECT c.seller "
        "FROM campaign_lead m JOIN campaign c ON c.tenant = m.tenant "
        "AND c.id = m.campaign WHERE m.tenant = d.tenant AND m.lead = d.id) "
        "OR h.seller IN (SELECT k.seller FROM consent k "
        "WHERE k.tenant = d.tenant AND k.lead = d.id))) FROM lead d "
        "WHERE d.tenant = ? AND d.id > ? ORDER BY d.id LIMIT ?");
    int rc = read_items(&q, s, item, &n, e);
    for (int i = 0; rc == TM_OK && i < n; i++) {
        s->last = item[i].id;
        if (!lead_over(s, &item[i]))
            continue;
        if (item[i].held)
            s->held++;
        else
            rc = drop_lead(db, s, item[i].lead, e);
    }
    if (rc == TM_OK && n < PIECE) {
        s->phase = PHASE_LEDGER;
        s->last = 0;
    }
    return rc;
}

/* --- the rest -------------------------------------------------------------*/

/* it->lead is the call that heard it, 0 none. */
static int drop_entry(struct db *db, struct retention_erase *s,
                      const struct item *it, struct err *e)
{
    struct query q;
    int64_t id = it->id;
    s->entries++;
    int rc = it->lead > 0 ? drop_recording(s, it->lead, e) : TM_OK;
    if (rc != TM_OK || s->dry)
        return rc;
    query_open(&q, db, "DELETE FROM ledger_end WHERE tenant = ? AND id = ?");
    rc = delete_two(&q, s->tenant.v, id, e);
    if (rc == TM_OK) {
        query_open(&q, db, "DELETE FROM ledger WHERE tenant = ? AND id = ?");
        rc = delete_two(&q, s->tenant.v, id, e);
    }
    return rc;
}

/* Consents, relationships and facts of numbers. A request to be left alone
 * stays with its opt-out; what is about the caller is not personal. */
static int erase_ledger(struct db *db, struct retention_erase *s, struct err *e)
{
    struct item item[PIECE];
    struct query q;
    int n;
    query_open(
        &q, db,
        "SELECT g.id, g.e164, CASE WHEN g.kind = 'consent' THEN g.attempt "
        "ELSE 0 END, max(g.recorded_us, coalesce((SELECT "
        "max(a.recorded_us) FROM attempt a WHERE a.tenant = g.tenant "
        "AND a.e164 = g.e164), 0)), EXISTS (SELECT 1 FROM hold_active "
        "h WHERE h.tenant = g.tenant AND (h.e164 = g.e164 "
        "AND g.e164 > 0 OR h.seller = g.seller AND g.seller > 0)) "
        "FROM ledger g WHERE g.tenant = ? AND g.id > ? "
        "AND g.kind IN ('consent', 'relationship', 'number') "
        "ORDER BY g.id LIMIT ?");
    int rc = read_items(&q, s, item, &n, e);
    for (int i = 0; rc == TM_OK && i < n; i++) {
        s->last = item[i].id;
        if (!over(s, RETENTION_CONSENT, &item[i]) ||
            !over(s, RETENTION_RELATIONSHIP, &item[i]))
            continue;
        if (item[i].held)
            s->held++;
        else
            rc = drop_entry(db, s, &item[i], e);
    }
    if (rc == TM_OK && n < PIECE)
        s->phase = PHASE_REST;
    return rc;
}

static int erase_kept(struct db *db, struct retention_erase *s, struct err *e)
{
    struct query q;
    int64_t n = 0;
#define KEPT_OVER                                                              \
    "FROM kept AS k WHERE k.tenant = ? AND k.until_us <= ? AND NOT EXISTS "    \
    "(SELECT 1 FROM hold_active h WHERE h.tenant = k.tenant "                  \
    "AND (h.e164 = k.e164 OR h.seller = k.seller AND k.seller > 0))"
    query_open(&q, db, "SELECT count(*) " KEPT_OVER);
    query_int(&q, s->tenant.v);
    query_int(&q, s->now_us);
    int rc = query_one(&q, &n, e);
    s->kept = (uint64_t)n;
    if (rc != TM_OK || s->dry)
        return rc;
    query_open(&q, db, "DELETE " KEPT_OVER);
    return delete_two(&q, s->tenant.v, s->now_us, e);
#undef KEPT_OVER
}

static int write_down(struct db *db, const struct retention_erase *s,
                      struct err *e)
{
    char note[300];
    (void)snprintf(
        note, sizeof(note),
        "calls %llu, answers %llu, recordings %llu, leads %llu, "
        "consents %llu, ledger entries %llu, kept rows %llu; "
        "under legal hold %llu",
        (unsigned long long)s->calls, (unsigned long long)s->answers,
        (unsigned long long)s->recordings, (unsigned long long)s->leads,
        (unsigned long long)s->consents, (unsigned long long)s->entries,
        (unsigned long long)s->kept, (unsigned long long)s->held);
    struct record r = {.kind = RECORD_ERASED,
                       .at_us = s->now_us,
                       .tenant = s->tenant,
                       .key = str_of("time"),
                       .note = str_of(note)};
    return s->dry ? TM_OK : apply_record(db, &r, e);
}

int retention_erase(struct db *db, struct retention_erase *s, struct err *e)
{
    tm_assert(!s->done && s->now_us > 0);
    int rc = TM_OK;
    switch (s->phase) {
    case PHASE_START:
        rc = db_exec(db, "PRAGMA secure_delete = ON", e);
        if (rc == TM_OK)
            rc = retention_load(db, &s->periods, e);
        s->phase = PHASE_CALLS;
        return rc;
    case PHASE_CALLS: return erase_calls(db, s, e);
    case PHASE_LEADS: return erase_leads(db, s, e);
    case PHASE_LEDGER: return erase_ledger(db, s, e);
    default: break;
    }
    rc = erase_kept(db, s, e);
    if (rc == TM_OK)
        rc = write_down(db, s, e);
    s->done = rc == TM_OK;
    return rc;
}

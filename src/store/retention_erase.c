/* The erasure of what is over: see store/retention.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/apply.h"
#include "store/data_dir.h"
#include "store/hold.h"
#include "store/query.h"
#include "store/retention.h"

enum { PIECE = 500 };
enum {
    PHASE_START,
    PHASE_CALLS,
    PHASE_INCOMING,
    PHASE_LEADS,
    PHASE_LEDGER,
    PHASE_KEPT,
    PHASE_COMPLAINTS,
    PHASE_STATES,
    PHASE_LEGS,
    PHASE_AGENTS,
    PHASE_END
};

struct item {
    int64_t id, lead, attempt;
    uint64_t e164;
    int64_t from_us; /* of kept rows: their end */
    int64_t campaign, seller;
};

/* Up to PIECE rows "id, number, lead, from, campaign, seller, attempt" behind
 * the last one. */
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
                                     .campaign = query_get_int(q, 4),
                                     .seller = query_get_int(q, 5),
                                     .attempt = query_get_int(q, 6)};
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

typedef bool(over_fn)(const struct retention_erase *s, const struct item *it);
typedef int(drop_fn)(struct db *db, struct retention_erase *s,
                     const struct item *it, struct err *e);

/* Drops those of a piece that are over and under no hold. */
static int walk(struct db *db, struct retention_erase *s, struct query *q,
                over_fn *is_over, drop_fn *drop, struct err *e)
{
    struct item item[PIECE];
    int n;
    int rc = read_items(q, s, item, &n, e);
    for (int i = 0; rc == TM_OK && i < n; i++) {
        const struct item *it = &item[i];
        const struct hold_row row = {.tenant = s->tenant,
                                     .e164 = it->e164,
                                     .lead = it->lead,
                                     .campaign = it->campaign,
                                     .seller = it->seller};
        bool held = false;
        s->last = it->id;
        if (!is_over(s, it))
            continue;
        rc = hold_covers(db, &row, &held, e);
        s->held += held;
        if (rc == TM_OK && !held)
            rc = drop(db, s, it, e);
    }
    if (rc == TM_OK && n < PIECE) {
        s->phase++;
        s->last = 0;
    }
    return rc;
}

/* --- calls ----------------------------------------------------------------*/

static int drop_recording(struct db *db, struct retention_erase *s, int64_t id,
                          struct err *e)
{
    bool there = false;
    int rc = retention_recording(db, id, s->dry, &there, e);
    s->recordings += there;
    return rc;
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
    return rc == TM_OK && proof == 0 ? drop_recording(db, s, it->id, e) : rc;
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
               "campaign = (SELECT campaign FROM either_call "
               "WHERE tenant = ?1 AND id = ?2)");
    rc = delete_two(&q, s->tenant.v, it->id, e);
    s->answers += (uint64_t)sqlite3_changes(db->sql);
    if (rc == TM_OK) {
        query_open(&q, db,
                   "DELETE FROM callback WHERE tenant = ?1 AND attempt = ?2 "
                   "AND campaign = (SELECT campaign FROM either_call "
                   "WHERE tenant = ?1 AND id = ?2)");
        rc = delete_two(&q, s->tenant.v, it->id, e);
    }
    if (rc == TM_OK) {
        query_open(&q, db,
                   "DELETE FROM bridge WHERE tenant = ? AND attempt = ?");
        rc = delete_two(&q, s->tenant.v, it->id, e);
    }
    if (rc == TM_OK) {
        query_open(&q, db, "DELETE FROM attempt WHERE tenant = ? AND id = ?");
        rc = delete_two(&q, s->tenant.v, it->id, e);
    }
    if (rc == TM_OK) { /* the id of only one of the two */
        query_open(&q, db, "DELETE FROM incoming WHERE tenant = ? AND id = ?");
        rc = delete_two(&q, s->tenant.v, it->id, e);
    }
    return rc;
}

static bool call_over(const struct retention_erase *s, const struct item *it)
{
    return over(s, RETENTION_CALL, it);
}

static int erase_calls(struct db *db, struct retention_erase *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT id, e164, lead, recorded_us, campaign, seller, id "
               "FROM attempt WHERE tenant = ? AND id > ? AND ended_us > 0 "
               "ORDER BY id LIMIT ?");
    return walk(db, s, &q, call_over, drop_call, e);
}

static int erase_incoming(struct db *db, struct retention_erase *s,
                          struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT id, e164, lead, recorded_us, campaign, seller, id "
               "FROM incoming WHERE tenant = ? AND id > ? AND ended_us > 0 "
               "ORDER BY id LIMIT ?");
    return walk(db, s, &q, call_over, drop_call, e);
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

static int drop_lead(struct db *db, struct retention_erase *s,
                     const struct item *it, struct err *e)
{
    static const char *const text[] = {
        "DELETE FROM consent_end WHERE tenant = ? AND lead = ?",
        "DELETE FROM consent WHERE tenant = ? AND lead = ?",
        "DELETE FROM campaign_lead WHERE tenant = ? AND lead = ?",
        "DELETE FROM lead_phone WHERE tenant = ? AND lead = ?",
        "DELETE FROM lead WHERE tenant = ? AND id = ?",
    };
    s->leads++;
    int rc = count_consents(db, s, it->id, e);
    for (size_t i = 0; rc == TM_OK && !s->dry && i < tm_array_len(text); i++) {
        struct query q;
        query_open(&q, db, text[i]);
        rc = delete_two(&q, s->tenant.v, it->id, e);
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
    struct query q;
    query_open(
        &q, db,
        "SELECT d.id, coalesce((SELECT p.e164 FROM lead_phone p "
        "WHERE p.tenant = d.tenant AND p.lead = d.id "
        "ORDER BY p.position LIMIT 1), 0), d.id, max(d.imported_us, "
        "coalesce((SELECT max(a.recorded_us) FROM attempt a "
        "WHERE a.tenant = d.tenant AND a.lead = d.id), 0), "
        "coalesce((SELECT max(i.recorded_us) FROM incoming i "
        "WHERE i.tenant = d.tenant AND i.lead = d.id), 0)), 0, 0, 0 "
        "FROM lead d WHERE d.tenant = ? AND d.id > ? ORDER BY d.id LIMIT ?");
    return walk(db, s, &q, lead_over, drop_lead, e);
}

/* --- the rest -------------------------------------------------------------*/

/* The recording of a spoken consent goes with the later of the two, the call
 * and the last consent that leans on it. */
static int drop_proof(struct db *db, struct retention_erase *s,
                      const struct item *it, struct err *e)
{
    struct query q;
    int64_t others = 0;
    query_open(&q, db,
               "SELECT (SELECT count(*) FROM either_call WHERE tenant = ?1 "
               "AND id = ?2 AND ?5 = 0) + (SELECT count(*) FROM ledger WHERE "
               "tenant = ?1 "
               "AND e164 = ?3 AND kind = 'consent' AND attempt = ?2 "
               "AND id <> ?4)");
    query_int(&q, s->tenant.v);
    query_int(&q, it->attempt);
    query_int(&q, (int64_t)it->e164);
    query_int(&q, it->id);
    query_int(&q, s->dry); /* then the call is counted, and still there */
    int rc = query_one(&q, &others, e);
    return rc == TM_OK && others == 0 ? drop_recording(db, s, it->attempt, e)
                                      : rc;
}

static int drop_entry(struct db *db, struct retention_erase *s,
                      const struct item *it, struct err *e)
{
    struct query q;
    int64_t id = it->id;
    s->entries++;
    int rc = it->attempt > 0 ? drop_proof(db, s, it, e) : TM_OK;
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

static bool entry_over(const struct retention_erase *s, const struct item *it)
{
    return over(s, RETENTION_CONSENT, it) &&
           over(s, RETENTION_RELATIONSHIP, it);
}

/* Consents, relationships and facts of numbers. A request to be left alone
 * stays with its opt-out; what is about the caller is not personal. */
static int erase_ledger(struct db *db, struct retention_erase *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT g.id, g.e164, 0, max(g.recorded_us, coalesce((SELECT "
               "max(a.recorded_us) FROM attempt a WHERE a.tenant = g.tenant "
               "AND a.e164 = g.e164), 0)), 0, g.seller, "
               "CASE WHEN g.kind = 'consent' THEN g.attempt ELSE 0 END "
               "FROM ledger g WHERE g.tenant = ? AND g.id > ? "
               "AND g.kind IN ('consent', 'relationship', 'number') "
               "ORDER BY g.id LIMIT ?");
    return walk(db, s, &q, entry_over, drop_entry, e);
}

static bool kept_over(const struct retention_erase *s, const struct item *it)
{
    return it->from_us <= s->now_us;
}

static int drop_kept(struct db *db, struct retention_erase *s,
                     const struct item *it, struct err *e)
{
    struct query q;
    s->kept++;
    if (s->dry)
        return TM_OK;
    query_open(&q, db, "DELETE FROM kept WHERE tenant = ? AND id = ?");
    return delete_two(&q, s->tenant.v, it->id, e);
}

static int erase_kept(struct db *db, struct retention_erase *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT id, e164, 0, until_us, 0, seller, 0 FROM kept "
               "WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?");
    return walk(db, s, &q, kept_over, drop_kept, e);
}

static bool complaint_over(const struct retention_erase *s,
                           const struct item *it)
{
    return over(s, RETENTION_COMPLAINT, it);
}

static int drop_complaint(struct db *db, struct retention_erase *s,
                          const struct item *it, struct err *e)
{
    static const char *const text[] = {
        "DELETE FROM complaint_match WHERE tenant = ? AND complaint = ?",
        "DELETE FROM complaint_event WHERE tenant = ? AND complaint = ?",
        "DELETE FROM complaint WHERE tenant = ? AND id = ?",
    };
    int rc = TM_OK;
    s->complaints++;
    for (size_t i = 0; rc == TM_OK && !s->dry && i < tm_array_len(text); i++) {
        struct query q;
        query_open(&q, db, text[i]);
        rc = delete_two(&q, s->tenant.v, it->id, e);
    }
    return rc;
}

/* Cases that are closed, by their last event of either kind; the proof of a
 * violation stays. */
static int erase_complaints(struct db *db, struct retention_erase *s,
                            struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT q.id, q.e164, 0, v.at_us, 0, q.seller, 0 "
               "FROM complaint q JOIN complaint_event v "
               "ON v.tenant = q.tenant AND v.complaint = q.id "
               "AND v.id = (SELECT max(w.id) FROM complaint_event w "
               "WHERE w.tenant = q.tenant AND w.complaint = q.id "
               "AND w.kind IN ('closed', 'reopened')) "
               "WHERE q.tenant = ? AND q.id > ? AND v.kind = 'closed' "
               "AND v.value <> 'violation' ORDER BY q.id LIMIT ?");
    return walk(db, s, &q, complaint_over, drop_complaint, e);
}

/* --- staff ----------------------------------------------------------------*/

static bool staff_over(const struct retention_erase *s, const struct item *it)
{
    return over(s, RETENTION_STAFF, it);
}

static int drop_staff(struct db *db, struct retention_erase *s,
                      const struct item *it, const char *literal, struct err *e)
{
    struct query q;
    s->staff++;
    if (s->dry)
        return TM_OK;
    query_open(&q, db, literal);
    return delete_two(&q, s->tenant.v, it->id, e);
}

static int drop_state(struct db *db, struct retention_erase *s,
                      const struct item *it, struct err *e)
{
    return drop_staff(db, s, it,
                      "DELETE FROM agent_event WHERE tenant = ? AND id = ?", e);
}

/* What agents did; a state within a call is covered as the call is. */
static int erase_states(struct db *db, struct retention_erase *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT v.id, coalesce(a.e164, i.e164, 0), "
               "coalesce(a.lead, i.lead, 0), "
               "v.until_us, v.campaign, coalesce(c.seller, 0), 0 "
               "FROM agent_event v LEFT JOIN attempt a ON a.tenant = v.tenant "
               "AND a.id = v.attempt LEFT JOIN incoming i "
               "ON i.tenant = v.tenant AND i.id = v.attempt "
               "LEFT JOIN campaign c "
               "ON c.tenant = v.tenant AND c.id = v.campaign "
               "WHERE v.tenant = ? AND v.id > ? AND v.until_us > 0 "
               "ORDER BY v.id LIMIT ?");
    return walk(db, s, &q, staff_over, drop_state, e);
}

static int drop_leg(struct db *db, struct retention_erase *s,
                    const struct item *it, struct err *e)
{
    return drop_staff(db, s, it,
                      "DELETE FROM staff_leg WHERE tenant = ? AND id = ?", e);
}

/* The last one stays: the next id is counted from it. */
static int erase_legs(struct db *db, struct retention_erase *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT id, e164, 0, recorded_us, 0, 0, 0 FROM staff_leg "
               "WHERE tenant = ?1 AND id > ?2 AND ended_us > 0 AND id < "
               "(SELECT max(id) FROM staff_leg WHERE tenant = ?1) "
               "ORDER BY id LIMIT ?3");
    return walk(db, s, &q, staff_over, drop_leg, e);
}

static int blank_agent(struct db *db, struct retention_erase *s,
                       const struct item *it, struct err *e)
{
    return drop_staff(
        db, s, it, "UPDATE agent SET e164 = 0 WHERE tenant = ? AND id = ?", e);
}

/* Who was removed keeps his name, which records of calls lead to, not his
 * telephone. */
static int erase_agents(struct db *db, struct retention_erase *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT id, e164, 0, removed_us, 0, 0, 0 FROM agent "
               "WHERE tenant = ? AND id > ? AND removed_us > 0 AND e164 > 0 "
               "ORDER BY id LIMIT ?");
    return walk(db, s, &q, staff_over, blank_agent, e);
}

static int write_down(struct db *db, const struct retention_erase *s,
                      struct err *e)
{
    char note[400];
    (void)snprintf(
        note, sizeof(note),
        "calls %llu, answers %llu, recordings %llu, leads %llu, "
        "consents %llu, ledger entries %llu, kept rows %llu, complaints %llu, "
        "rows of staff %llu; "
        "under legal hold %llu",
        (unsigned long long)s->calls, (unsigned long long)s->answers,
        (unsigned long long)s->recordings, (unsigned long long)s->leads,
        (unsigned long long)s->consents, (unsigned long long)s->entries,
        (unsigned long long)s->kept, (unsigned long long)s->complaints,
        (unsigned long long)s->staff, (unsigned long long)s->held);
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
    case PHASE_INCOMING: return erase_incoming(db, s, e);
    case PHASE_LEADS: return erase_leads(db, s, e);
    case PHASE_LEDGER: return erase_ledger(db, s, e);
    case PHASE_KEPT: return erase_kept(db, s, e);
    case PHASE_COMPLAINTS: return erase_complaints(db, s, e);
    case PHASE_STATES: return erase_states(db, s, e);
    case PHASE_LEGS: return erase_legs(db, s, e);
    case PHASE_AGENTS: return erase_agents(db, s, e);
    default: break;
    }
    rc = write_down(db, s, e);
    s->done = rc == TM_OK;
    return rc;
}

/* --- recordings -----------------------------------------------------------*/

/* Beside the database, as store/data_dir.h says. */
static void recording_path(const struct db *db, int64_t attempt,
                           char out[PATH_MAX])
{
    const char *slash = strrchr(db->path, '/');
    tm_assert(slash != NULL);
    int n = snprintf(out, PATH_MAX, "%.*s/recordings/%lld.wav",
                     (int)(slash - db->path), db->path, (long long)attempt);
    tm_assert(n > 0 && n < PATH_MAX);
}

int retention_recording(struct db *db, int64_t attempt, bool keep, bool *there,
                        struct err *e)
{
    char path[PATH_MAX];
    struct query q;
    recording_path(db, attempt, path);
    *there = access(path, F_OK) == 0;
    if (keep || !*there)
        return TM_OK;
    query_open(&q, db,
               "INSERT OR IGNORE INTO recording_gone (attempt) VALUES (?)");
    query_int(&q, attempt);
    return query_done(&q, e);
}

int retention_files(struct db *db, struct err *e)
{
    struct query q;
    int rc;
    query_open(&q, db, "SELECT attempt FROM recording_gone");
    while ((rc = query_step(&q, e)) == 1) {
        char path[PATH_MAX];
        recording_path(db, query_get_int(&q, 0), path);
        if (unlink(path) != 0 && errno != ENOENT) {
            rc = err_errno(e, "cannot remove %s", path);
            break;
        }
    }
    query_close(&q);
    return rc == TM_OK ? db_exec(db, "DELETE FROM recording_gone", e) : rc;
}

#include "store/reader_records.h"

#include <string.h>

#include "core/rules/rule_case.h"
#include "store/reader_visit.h"

/* ?1 tenant, ?2 seller (0: all), ?3 from, ?4 until. */

/* "+" and CROSS JOIN keep SQLite to the order of the primary key: it would
 * sort a million rows in memory else. */

/* An attempt that never left the house is no call; one found open after a
 * crash may have been one. The day and second are those of the INVITE. */
#define CALLS                                                                  \
    "SELECT a.id AS 'i:call', s.name AS 's:seller', c.name AS 's:campaign', "  \
    "a.campaign AS 'i:campaign_id', a.e164 AS 'n:called_number', "             \
    "0 AS 'n:from_number', 0 AS 'b:incoming', "                                \
    "CASE WHEN a.placed_us > 0 THEN a.placed_us ELSE a.recorded_us END "       \
    "AS 't:time', a.answered_us AS 't:answered', a.ended_us AS 't:ended', "    \
    "a.ring_ms AS 'd:ring_s', a.talk_ms AS 'd:duration_s', "                   \
    "a.outcome AS 's:outcome', a.live AS 'b:live', "                           \
    "a.abandoned AS 'b:abandoned', a.code AS 'i:sip_status', "                 \
    "coalesce((SELECT group_concat(n, '; ') FROM (SELECT h.name AS n "         \
    "FROM bridge b JOIN agent h ON h.tenant = b.tenant AND h.id = b.agent "    \
    "WHERE b.tenant = a.tenant AND b.attempt = a.id ORDER BY b.at_us)), '') "  \
    "AS 's:agent', a.disposition AS 's:agent_disposition', "                   \
    "coalesce(l.business, -1) AS 'i:business', "                               \
    "coalesce((SELECT max(v.version) FROM plan_version v "                     \
    "WHERE v.tenant = a.tenant AND v.campaign = a.campaign "                   \
    "AND v.loaded_us <= a.recorded_us), 1) AS 'i:version' "                    \
    "FROM attempt a "                                                          \
    "LEFT JOIN seller s ON s.tenant = a.tenant AND s.id = a.seller "           \
    "LEFT JOIN campaign c ON c.tenant = a.tenant AND c.id = a.campaign "       \
    "LEFT JOIN lead l ON l.tenant = a.tenant AND l.id = a.lead "               \
    "WHERE a.tenant = ?1 AND (?2 = 0 OR a.seller = ?2) "                       \
    "AND +a.recorded_us >= ?3 AND +a.recorded_us < ?4 "                        \
    "AND (a.placed_us > 0 OR a.outcome = 'unknown') ORDER BY a.id"

/* Calls to us are calls of the rule too (16 CFR 310.5(a)(2): placed or
 * received). The same columns. */
#define CALLS_TO_US                                                            \
    "SELECT a.id AS 'i:call', s.name AS 's:seller', c.name AS 's:campaign', "  \
    "a.campaign AS 'i:campaign_id', a.called AS 'n:called_number', "           \
    "a.e164 AS 'n:from_number', 1 AS 'b:incoming', "                           \
    "a.recorded_us AS 't:time', a.answered_us AS 't:answered', "               \
    "a.ended_us AS 't:ended', CASE WHEN a.answered_us > 0 "                    \
    "THEN (a.answered_us - a.recorded_us) / 1000 ELSE 0 END AS 'd:ring_s', "   \
    "a.talk_ms AS 'd:duration_s', "                                            \
    "a.outcome AS 's:outcome', a.bridged_us > 0 AS 'b:live', "                 \
    "0 AS 'b:abandoned', a.code AS 'i:sip_status', "                           \
    "coalesce((SELECT group_concat(n, '; ') FROM (SELECT h.name AS n "         \
    "FROM bridge b JOIN agent h ON h.tenant = b.tenant AND h.id = b.agent "    \
    "WHERE b.tenant = a.tenant AND b.attempt = a.id ORDER BY b.at_us)), '') "  \
    "AS 's:agent', a.disposition AS 's:agent_disposition', "                   \
    "coalesce(l.business, -1) AS 'i:business', "                               \
    "coalesce((SELECT max(v.version) FROM plan_version v "                     \
    "WHERE v.tenant = a.tenant AND v.campaign = a.campaign "                   \
    "AND v.loaded_us <= a.recorded_us), 1) AS 'i:version' "                    \
    "FROM incoming a "                                                         \
    "LEFT JOIN seller s ON s.tenant = a.tenant AND s.id = a.seller "           \
    "LEFT JOIN campaign c ON c.tenant = a.tenant AND c.id = a.campaign "       \
    "LEFT JOIN lead l ON l.tenant = a.tenant AND l.id = a.lead "               \
    "WHERE a.tenant = ?1 AND (?2 = 0 OR a.seller = ?2) "                       \
    "AND +a.recorded_us >= ?3 AND +a.recorded_us < ?4 ORDER BY a.id"

#define SCRIPTS                                                                \
    "SELECT s.name AS 's:seller', c.name AS 's:campaign', "                    \
    "v.campaign AS 'i:campaign_id', v.version AS 'i:version', "                \
    "v.loaded_us AS 't:used_from', coalesce((SELECT n.loaded_us "              \
    "FROM plan_version n WHERE n.tenant = v.tenant "                           \
    "AND n.campaign = v.campaign AND n.version = v.version + 1), 0) "          \
    "AS 't:used_until', v.plan AS 's:plan' FROM plan_version v "               \
    "JOIN campaign c ON c.tenant = v.tenant AND c.id = v.campaign "            \
    "LEFT JOIN seller s ON s.tenant = c.tenant AND s.id = c.seller "           \
    "WHERE v.tenant = ?1 AND (?2 = 0 OR c.seller = ?2) AND ?3 <= ?4 "          \
    "ORDER BY v.campaign, v.version"

/* What a consent covers, as the ledger writes it; 0 is all that is voice. */
#define COVERS(bits, bit, word)                                                \
    "CASE WHEN " bits " & (1 << " bit ") THEN '" word " ' ELSE '' END"
#define CHANNELS(c)                                                                                                                                                              \
    "rtrim(CASE WHEN " c                                                                                                                                                         \
    " = 0 OR (" c " & 14) = 14 THEN 'voice ' ELSE " COVERS(c, "1", "voice_live") " || " COVERS(c, "2", "voice_prerecorded") " || " COVERS(c, "3", "voice_ai") " END || " COVERS( \
        c, "4",                                                                                                                                                                  \
        "text") " || " COVERS(c, "5",                                                                                                                                            \
                              "fax") " || " COVERS(c, "6",                                                                                                                       \
                                                   "email") " || " COVERS(c,                                                                                                     \
                                                                          "1"                                                                                                    \
                                                                          "6",                                                                                                   \
                                                                          "ca"                                                                                                   \
                                                                          "ll"                                                                                                   \
                                                                          "ba"                                                                                                   \
                                                                          "ck"                                                                                                   \
                                                                          "_a"                                                                                                   \
                                                                          "t_"                                                                                                   \
                                                                          "ti"                                                                                                   \
                                                                          "m"                                                                                                    \
                                                                          "e") " || " COVERS(c,                                                                                  \
                                                                                             "17",                                                                               \
                                                                                             "night") " || " COVERS(c,                                                           \
                                                                                                                    "18",                                                        \
                                                                                                                    "adad") ")"
_Static_assert(CHANNEL_VOICE_LIVE == 1 && CHANNEL_VOICE_PRERECORDED == 2 &&
                   CHANNEL_VOICE_AI == 3 && CHANNEL_TEXT == 4 &&
                   CHANNEL_FAX == 5 && CHANNEL_EMAIL == 6 &&
                   COVERS_CALLBACK_AT_TIME == 16 && COVERS_NIGHT == 17 &&
                   COVERS_ADAD == 18,
               "the bits in SQL");

#define CONSENTS_LIST                                                          \
    "SELECT s.name AS 's:seller', p.e164 AS 'n:number', '' AS "                \
    "'s:address', " READER_RECORDS_NAME " AS 's:name', k.type AS 's:type', "   \
    "k.given AS 's:given', " CHANNELS(                                         \
        "k.channels") " AS 's:channels', "                                     \
                      "'unknown' AS 's:not_a_condition', '' AS 's:wording', "  \
                      "'' AS 's:proof', f.file_name || ' row ' || "            \
                      "d.import_row "                                          \
                      "AS 's:source', k.recorded_us AS 't:recorded', "         \
                      "coalesce(x.revoked_us, 0) AS 't:ended' FROM consent k " \
                      "CROSS JOIN lead d ON d.tenant = k.tenant AND d.id = "   \
                      "k.lead "                                                \
                      "CROSS JOIN lead_phone p ON p.tenant = k.tenant AND "    \
                      "p.lead = k.lead "                                       \
                      "LEFT JOIN seller s ON s.tenant = k.tenant AND s.id = "  \
                      "k.seller "                                              \
                      "LEFT JOIN import_file f ON f.tenant = k.tenant "        \
                      "AND f.id = k.import_file "                              \
                      "LEFT JOIN consent_end x ON x.tenant = k.tenant AND "    \
                      "x.lead = k.lead "                                       \
                      "AND x.position = k.position "                           \
                      "WHERE k.tenant = ?1 AND (?2 = 0 OR k.seller = ?2) "     \
                      "AND k.recorded_us < ?4 AND coalesce(x.revoked_us, ?3) " \
                      ">= ?3 "                                                 \
                      "ORDER BY k.lead, k.position, p.position"

/* What both kinds of ledger entries have; those that stood in the period. */
#define LEDGER_SOURCE                                                          \
    "CASE WHEN g.file > 0 THEN coalesce(f.file_name, '') || ' row ' || g.row " \
    "ELSE CASE WHEN g.attempt > 0 THEN 'call ' || g.attempt ELSE '' END END "
#define LEDGER_FROM                                                            \
    "FROM ledger g "                                                           \
    "LEFT JOIN ledger_end x ON x.tenant = g.tenant AND x.id = g.id "           \
    "LEFT JOIN seller s ON s.tenant = g.tenant AND s.id = g.seller "           \
    "LEFT JOIN ledger_file f ON f.tenant = g.tenant AND f.id = g.file "
#define LEDGER_STOOD                                                           \
    "AND (?2 = 0 OR g.seller = 0 OR g.seller = ?2) "                           \
    "AND g.recorded_us < ?4 AND coalesce(x.ended_us, ?3) >= ?3 "               \
    "ORDER BY g.id"

#define CONSENTS_LEDGER                                                        \
    "SELECT coalesce(s.name, '') AS 's:seller', g.e164 AS 'n:number', "        \
    "g.address AS 's:address', g.name AS 's:name', g.word AS 's:type', "       \
    "g.from_day AS 's:given', " CHANNELS(                                      \
        "g.channels") " AS 's:channels', "                                     \
                      "g.not_condition AS 's:not_a_condition', g.wording AS "  \
                      "'s:wording', "                                          \
                      "g.proof AS 's:proof', " LEDGER_SOURCE                   \
                      "AS 's:source', g.recorded_us AS 't:recorded', "         \
                      "coalesce(x.ended_us, 0) AS 't:ended' " LEDGER_FROM      \
                      "WHERE g.tenant = ?1 AND g.kind = "                      \
                      "'consent' " LEDGER_STOOD

#define KEPT_FROM                                                              \
    "FROM kept k LEFT JOIN seller s ON s.tenant = k.tenant "                   \
    "AND s.id = k.seller WHERE k.tenant = ?1 "                                 \
    "AND (?2 = 0 OR k.seller = ?2) AND k.recorded_us < ?4 "                    \
    "AND (k.ended_us = 0 OR k.ended_us >= ?3) "

#define CONSENTS_KEPT                                                          \
    "SELECT coalesce(s.name, '') AS 's:seller', k.e164 AS 'n:number', "        \
    "'' AS 's:address', k.name AS 's:name', k.word AS 's:type', "              \
    "k.given AS 's:given', " CHANNELS(                                         \
        "k.channels") " AS 's:channels', "                                     \
                      "'unknown' AS 's:not_a_condition', '' AS 's:wording', "  \
                      "'' AS 's:proof', k.source AS 's:source', "              \
                      "k.recorded_us AS 't:recorded', k.ended_us AS "          \
                      "'t:ended' " KEPT_FROM                                   \
                      "AND k.kind = 'consent' ORDER BY k.id"

/* A list's dates are those of whose campaigns call it and of who imported it
 * with a consent. */
#define LIST_SELLERS                                                           \
    "(SELECT c.seller FROM campaign c WHERE c.tenant = d.tenant "              \
    "AND c.list = d.list UNION SELECT k.seller FROM consent k "                \
    "WHERE k.tenant = d.tenant AND k.lead = d.id) "

#define RELATIONSHIPS_LIST                                                     \
    "SELECT coalesce((SELECT group_concat(s.name, '; ') FROM seller s "        \
    "WHERE s.tenant = d.tenant AND s.id IN " LIST_SELLERS                      \
    "), '') AS 's:seller', p.e164 AS 'n:number', " READER_RECORDS_NAME         \
    " AS 's:name', v.kind AS 's:type', v.day AS 's:from', "                    \
    "v.day AS 's:to', '' AS 's:goods', '' AS 's:proof', "                      \
    "f.file_name || ' row ' || d.import_row AS 's:source', "                   \
    "d.imported_us AS 't:recorded', 0 AS 't:ended' FROM lead d "               \
    "JOIN (SELECT tenant, id, 'transaction' AS kind, "                         \
    "last_transaction AS day FROM lead UNION ALL "                             \
    "SELECT tenant, id, 'inquiry', last_inquiry FROM lead UNION ALL "          \
    "SELECT tenant, id, 'gift', last_gift FROM lead) v "                       \
    "ON v.tenant = d.tenant AND v.id = d.id AND v.day <> '' "                  \
    "JOIN lead_phone p ON p.tenant = d.tenant AND p.lead = d.id "              \
    "AND p.position = (SELECT min(o.position) FROM lead_phone o "              \
    "WHERE o.tenant = d.tenant AND o.lead = d.id) "                            \
    "LEFT JOIN import_file f ON f.tenant = d.tenant "                          \
    "AND f.id = d.import_file WHERE d.tenant = ?1 AND (?2 = 0 OR ?2 "          \
    "IN " LIST_SELLERS " OR NOT EXISTS " LIST_SELLERS ") "                     \
    "AND d.imported_us < ?4 AND ?3 <= ?4"

#define RELATIONSHIPS_LEDGER                                                   \
    "SELECT coalesce(s.name, '') AS 's:seller', g.e164 AS 'n:number', "        \
    "g.name AS 's:name', g.word AS 's:type', g.from_day AS 's:from', "         \
    "g.to_day AS 's:to', g.value AS 's:goods', g.proof AS "                    \
    "'s:proof', " LEDGER_SOURCE                                                \
    "AS 's:source', g.recorded_us AS 't:recorded', "                           \
    "coalesce(x.ended_us, 0) AS 't:ended' " LEDGER_FROM                        \
    "WHERE g.tenant = ?1 AND g.kind = 'relationship' " LEDGER_STOOD

#define RELATIONSHIPS_KEPT                                                     \
    "SELECT coalesce(s.name, '') AS 's:seller', k.e164 AS 'n:number', "        \
    "k.name AS 's:name', k.word AS 's:type', k.given AS 's:from', "            \
    "k.given AS 's:to', '' AS 's:goods', '' AS 's:proof', "                    \
    "k.source AS 's:source', k.recorded_us AS 't:recorded', "                  \
    "k.ended_us AS 't:ended' " KEPT_FROM                                       \
    "AND k.kind = 'relationship' ORDER BY k.id"

#define REQUESTS                                                               \
    "SELECT coalesce(s.name, 'all') AS 's:seller', o.e164 AS 'n:number', "     \
    "coalesce((SELECT " READER_RECORDS_NAME " FROM lead_phone p "              \
    "JOIN lead d ON d.tenant = p.tenant AND d.id = p.lead "                    \
    "WHERE p.tenant = o.tenant AND p.e164 = o.e164 LIMIT 1), '') "             \
    "AS 's:name', o.at_us AS 't:requested', o.source AS 's:means', "           \
    "o.attempt AS 'i:call', coalesce(c.name, '') AS 's:campaign' "             \
    "FROM opt_out o "                                                          \
    "LEFT JOIN seller s ON s.tenant = o.tenant AND s.id = o.seller "           \
    "LEFT JOIN campaign c ON c.tenant = o.tenant AND c.id = o.campaign "       \
    "WHERE o.tenant = ?1 AND (?2 = 0 OR o.seller IN (0, ?2)) "                 \
    "AND o.at_us >= ?3 AND o.at_us < ?4"

#define NEXT_LIST                                                              \
    "coalesce((SELECT n.published_us FROM dnc_list n WHERE n.name = r.name "   \
    "AND n.generation > r.generation ORDER BY n.generation LIMIT 1), 0) "

#define REGISTRY                                                               \
    "SELECT r.name AS 's:list', r.kind AS 's:kind', "                          \
    "r.country AS 's:country', coalesce(s.name, 'all') AS 's:seller', "        \
    "r.generation AS 'i:generation', r.obtained_us AS 't:obtained', "          \
    "r.published_us AS 't:in_use_since', r.rows AS 'i:numbers', "              \
    "r.file_name AS 's:file', r.source_hash AS 's:file_hash', " NEXT_LIST      \
    "AS 't:in_use_until', "                                                    \
    "coalesce((SELECT group_concat(t, '; ') FROM (SELECT DISTINCT CASE "       \
    "WHEN g.seller = 0 OR ?2 > 0 OR r.seller > 0 THEN g.value "                \
    "ELSE z.name || ': ' || g.value END AS t FROM ledger g "                   \
    "LEFT JOIN seller z ON z.tenant = g.tenant AND z.id = g.seller "           \
    "WHERE g.tenant = ?1 AND g.kind = 'licence' AND g.value <> '' "            \
    "AND (g.word IN ('san', 'subscription') AND r.country = 'US' "             \
    "OR g.word IN ('dncl_registration', 'dncl_subscription', "                 \
    "'subscription') AND r.country = 'CA') AND (g.area IN ('', r.country) "    \
    "OR substr(g.area, 1, 3) = r.country || '-') "                             \
    "AND (?2 = 0 OR g.seller IN (0, ?2)) "                                     \
    "AND (r.seller = 0 OR g.seller IN (0, r.seller)) ORDER BY t)), '') "       \
    "AS 's:accounts' "                                                         \
    "FROM dnc_list r LEFT JOIN seller s ON s.tenant = ?1 "                     \
    "AND s.id = r.seller WHERE (?2 = 0 OR r.seller IN (0, ?2)) "               \
    "AND ?3 <= ?4 AND r.published_us < ?4 ORDER BY r.name, r.generation"

#define LEDGER_CALLER(kind)                                                    \
    "SELECT coalesce(s.name, 'all') AS 's:seller', g.e164 AS 'n:number', "     \
    "g.seller AS 'i:seller_id', g.name AS 's:name', g.word AS 's:type', "      \
    "g.value AS 's:account', "                                                 \
    "g.area AS 's:area', g.from_day AS 's:from', g.to_day AS 's:to', "         \
    "g.proof AS 's:proof', g.note AS 's:note', " LEDGER_SOURCE                 \
    "AS 's:source', g.recorded_us AS 't:recorded', "                           \
    "coalesce(x.ended_us, 0) AS 't:ended' " LEDGER_FROM                        \
    "WHERE g.tenant = ?1 AND g.kind = '" kind "' " LEDGER_STOOD

static const char *const texts[RECORD_TABLE_COUNT][4] = {
    [RECORD_TABLE_CALLS] = {CALLS, CALLS_TO_US},
    [RECORD_TABLE_SCRIPTS] = {SCRIPTS},
    [RECORD_TABLE_CONSENTS] = {CONSENTS_LIST, CONSENTS_LEDGER, CONSENTS_KEPT},
    [RECORD_TABLE_RELATIONSHIPS] = {RELATIONSHIPS_LIST, RELATIONSHIPS_LEDGER,
                                    RELATIONSHIPS_KEPT},
    [RECORD_TABLE_REQUESTS] = {REQUESTS},
    [RECORD_TABLE_REGISTRY] = {REGISTRY},
    [RECORD_TABLE_CALLER_IDS] = {LEDGER_CALLER("caller_id")},
    [RECORD_TABLE_PROVIDERS] = {LEDGER_CALLER("licence")},
};

static const char *const names[RECORD_TABLE_COUNT] = {
#define X(name, text) [name] = text,
    RECORD_TABLES(X)
#undef X
};

struct walk {
    const char *table;
    record_row_fn *v;
    void *arg;
};

static int make_row(struct query *q, void *arg, struct err *e)
{
    const struct walk *w = arg;
    struct record_cell cell[RECORD_CELLS_MAX];
    int n = sqlite3_column_count(q->stmt);
    (void)e;
    tm_assert(n <= (int)RECORD_CELLS_MAX);
    for (int i = 0; i < n; i++) {
        const char *name = sqlite3_column_name(q->stmt, i);
        tm_assert(name != NULL && name[0] != '\0' && name[1] == ':');
        cell[i] = (struct record_cell){.name = name + 2, .kind = name[0]};
        if (name[0] == RECORD_CELL_TEXT || name[0] == RECORD_CELL_JSON)
            cell[i].text = query_get_text(q, i);
        else
            cell[i].value = query_get_int(q, i);
    }
    struct record_row row = {w->table, cell, (size_t)n};
    return w->v(w->arg, &row);
}

static int read_table(void *self, enum record_table t,
                      const struct record_period *p, record_row_fn *v,
                      void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct walk w = {names[t], v, arg};
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && texts[t][i] != NULL; i++) {
        struct query q;
        query_open(&q, &r->db, texts[t][i]);
        query_int(&q, p->tenant.v);
        query_int(&q, p->seller.v);
        query_int(&q, p->from_us);
        query_int(&q, p->until_us);
        rc = reader_visit_rows(&q, make_row, &w, e);
    }
    return rc;
}

static int read_columns(void *self, enum record_table t, record_row_fn *v,
                        void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct walk w = {names[t], v, arg};
    struct query q;
    query_open(&q, &r->db, texts[t][0]);
    if (q.stmt == NULL)
        return query_done(&q, e);
    /* Not stepped: its cells read as NULL, 0 and "". */
    int rc = make_row(&q, &w, e);
    query_close(&q);
    return rc;
}

static int read_person(void *self, const struct record_person *p,
                       record_row_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    int rc = TM_OK;
    for (int i = 0; rc == TM_OK && i < reader_records_count; i++) {
        const struct reader_records_table *t = &reader_records_tables[i];
        struct walk w = {t->name, v, arg};
        struct query q;
        if (t->person == NULL)
            continue;
        query_open(&q, &r->db, t->person);
        query_int(&q, p->tenant.v);
        query_int(&q, (int64_t)p->e164);
        query_text(&q, p->address);
        query_blob(&q, p->number, p->number ? JOURNAL_NUMBER_SIZE : 0);
        rc = reader_visit_rows(&q, make_row, &w, e);
    }
    return rc;
}

static int read_holds(void *self, struct tenant_id t, record_row_fn *v,
                      void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct walk w = {"holds", v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT h.name AS 's:name', h.e164 AS 'n:number', "
               "coalesce(c.name, '') AS 's:campaign', "
               "coalesce(s.name, '') AS 's:seller', h.reason AS 's:reason', "
               "h.added_us AS 't:added', coalesce(x.released_us, 0) "
               "AS 't:released' FROM hold h "
               "LEFT JOIN hold_end x ON x.tenant = h.tenant AND x.id = h.id "
               "LEFT JOIN campaign c ON c.tenant = h.tenant "
               "AND c.id = h.campaign "
               "LEFT JOIN seller s ON s.tenant = h.tenant AND s.id = h.seller "
               "WHERE h.tenant = ? ORDER BY h.id");
    query_int(&q, t.v);
    return reader_visit_rows(&q, make_row, &w, e);
}

void reader_records_port(struct sqlite_reader *r, struct record_reader *out)
{
    *out = (struct record_reader){.self = r,
                                  .table = read_table,
                                  .columns = read_columns,
                                  .person = read_person,
                                  .holds = read_holds};
}

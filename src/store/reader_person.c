/* Where a person is in each table of the schema: see store/reader_records.h. */
#include "store/reader_records.h"

#include "base/assert.h"
#include "store/shared_text.h"

#define RULES    SHARED_TEXT("a", "rules")
#define VERSIONS SHARED_TEXT("a", "versions")

/* ?1 tenant, ?2 number, ?3 address, ?4 hash of the number. */
#define LEADS                                                                  \
    "(SELECT p0.lead FROM lead_phone p0 WHERE p0.tenant = ?1 "                 \
    "AND p0.e164 = ?2 UNION SELECT d0.id FROM lead d0, "                       \
    "json_each(d0.fields) f0 WHERE ?3 <> '' AND d0.tenant = ?1 "               \
    "AND lower(f0.atom) = ?3) "
/* The person's other numbers are those of the same leads. */
#define NUMBERS                                                                \
    "(SELECT p1.e164 FROM lead_phone p1 WHERE p1.tenant = ?1 "                 \
    "AND p1.lead IN " LEADS "UNION SELECT ?2 WHERE ?2 > 0) "
#define ATTEMPTS                                                               \
    "(SELECT a0.id FROM attempt a0 WHERE a0.tenant = ?1 "                      \
    "AND a0.lead IN " LEADS "UNION SELECT a1.id FROM attempt a1 "              \
    "WHERE a1.tenant = ?1 AND a1.e164 IN " NUMBERS ") "
#define INCOMING                                                               \
    "(SELECT i0.id FROM incoming i0 WHERE i0.tenant = ?1 "                     \
    "AND i0.lead IN " LEADS "UNION SELECT i1.id FROM incoming i1 "             \
    "WHERE i1.tenant = ?1 AND i1.e164 IN " NUMBERS ") "
/* Calls either way, as rows of campaign and id. */
#define CALLS                                                                  \
    "(SELECT a2.campaign, a2.id FROM attempt a2 WHERE a2.tenant = ?1 "         \
    "AND a2.id IN " ATTEMPTS "UNION SELECT i2.campaign, i2.id "                \
    "FROM incoming i2 WHERE i2.tenant = ?1 AND i2.id IN " INCOMING ") "
#define LEDGER                                                                 \
    "(SELECT g0.id FROM ledger g0 WHERE g0.tenant = ?1 AND g0.e164 "           \
    "IN " NUMBERS                                                              \
    "AND g0.kind <> 'caller_id' UNION SELECT g1.id FROM ledger g1 "            \
    "WHERE g1.tenant = ?1 AND ?3 <> '' AND g1.address = ?3) "
/* So that each text has all four parameters. */
#define ALL "AND ?4 IS NOT NULL "

const struct reader_records_table reader_records_tables[] = {
    {"lead",
     "SELECT d.id AS 'i:lead', l.name AS 's:list', "
     "d.imported_us AS 't:imported', d.country AS 's:country', "
     "d.region AS 's:region', d.county AS 's:county', "
     "d.region_confirmed AS 'b:region_confirmed', "
     "d.business AS 'b:business', "
     "d.last_transaction AS 's:last_transaction', "
     "d.last_inquiry AS 's:last_inquiry', d.last_gift AS 's:last_gift', "
     "d.fields AS 'j:fields', d.import_row AS 'i:import_row', "
     "d.import_file AS 'i:import_file' FROM lead d "
     "LEFT JOIN list l ON l.tenant = d.tenant AND l.id = d.list "
     "WHERE d.tenant = ?1 AND d.id IN " LEADS ALL "ORDER BY d.id"},
    {"lead_phone",
     "SELECT p.lead AS 'i:lead', p.e164 AS 'n:number', p.type AS 's:type', "
     "p.bad <> 0 AS 'b:bad' FROM lead_phone p WHERE p.tenant = ?1 "
     "AND p.lead IN " LEADS ALL "ORDER BY p.lead, p.position"},
    {"consent",
     "SELECT k.lead AS 'i:lead', s.name AS 's:seller', k.type AS 's:type', "
     "k.channels AS 'i:channels', k.given AS 's:given', "
     "k.recorded_us AS 't:recorded', coalesce(x.revoked_us, 0) "
     "AS 't:revoked' FROM consent k LEFT JOIN consent_end x "
     "ON x.tenant = k.tenant AND x.lead = k.lead "
     "AND x.position = k.position LEFT JOIN seller s "
     "ON s.tenant = k.tenant AND s.id = k.seller WHERE k.tenant = ?1 "
     "AND k.lead IN " LEADS ALL "ORDER BY k.lead, k.position"},
    {"consent_end", /* with consent */ NULL},
    {"campaign_lead",
     "SELECT m.lead AS 'i:lead', c.name AS 's:campaign', "
     "m.state AS 's:state', m.reason AS 's:reason', m.due_us AS 't:due', "
     "m.changed_us AS 't:changed', m.verdict_us AS 't:refused', "
     "m.verdict_rules AS 's:refused_by' FROM campaign_lead m "
     "LEFT JOIN campaign c ON c.tenant = m.tenant AND c.id = m.campaign "
     "WHERE m.tenant = ?1 AND m.lead IN " LEADS ALL
     "ORDER BY m.campaign, m.lead"},
    {"attempt",
     "SELECT a.id AS 'i:call', a.lead AS 'i:lead', s.name AS 's:seller', "
     "c.name AS 's:campaign', a.e164 AS 'n:number', "
     "a.recorded_us AS 't:recorded', a.placed_us AS 't:placed', "
     "a.answered_us AS 't:answered', a.ended_us AS 't:ended', "
     "a.talk_ms AS 'd:duration_s', a.outcome AS 's:outcome', "
     "a.live AS 'b:live', a.abandoned AS 'b:abandoned', "
     "coalesce(h.name, '') AS 's:agent', a.disposition AS 's:disposition', "
     "a.bridged_us AS 't:agent_joined', " RULES " AS 's:rules', " VERSIONS
     " AS 's:versions', "
     "a.call_id AS 's:call_id' FROM attempt a LEFT JOIN seller s "
     "ON s.tenant = a.tenant AND s.id = a.seller LEFT JOIN campaign c "
     "ON c.tenant = a.tenant AND c.id = a.campaign LEFT JOIN agent h "
     "ON h.tenant = a.tenant AND h.id = a.agent WHERE a.tenant = ?1 "
     "AND a.id IN " ATTEMPTS ALL "ORDER BY a.id"},
    {"incoming",
     "SELECT a.id AS 'i:call', a.lead AS 'i:lead', s.name AS 's:seller', "
     "c.name AS 's:campaign', a.e164 AS 'n:number', "
     "a.called AS 'n:called_us_at', a.recorded_us AS 't:recorded', "
     "a.answered_us AS 't:answered', a.ended_us AS 't:ended', "
     "a.talk_ms AS 'd:duration_s', a.outcome AS 's:outcome', "
     "coalesce(h.name, '') AS 's:agent', a.disposition AS 's:disposition', "
     "a.bridged_us AS 't:agent_joined', a.wait_ms AS 'd:waited_s' "
     "FROM incoming a LEFT JOIN seller s "
     "ON s.tenant = a.tenant AND s.id = a.seller LEFT JOIN campaign c "
     "ON c.tenant = a.tenant AND c.id = a.campaign LEFT JOIN agent h "
     "ON h.tenant = a.tenant AND h.id = a.agent WHERE a.tenant = ?1 "
     "AND a.id IN " INCOMING ALL "ORDER BY a.id"},
    {"answer", "SELECT w.attempt AS 'i:call', w.question AS 's:question', "
               "w.answer AS 's:answer', w.at_us AS 't:at' FROM answer w "
               "WHERE w.tenant = ?1 AND (w.campaign, w.attempt) IN " CALLS ALL
               "ORDER BY w.attempt, w.at_us"},
    {"callback", "SELECT b.attempt AS 'i:call', b.e164 AS 'n:number', "
                 "b.asked_us AS 't:asked', b.due_us AS 't:due' FROM callback b "
                 "WHERE b.tenant = ?1 AND (b.campaign, b.attempt) IN " CALLS ALL
                 "ORDER BY b.asked_us"},
    {"opt_out",
     "SELECT coalesce(s.name, 'all') AS 's:seller', o.e164 AS 'n:number', "
     "o.at_us AS 't:requested', o.source AS 's:means', "
     "o.attempt AS 'i:call' FROM opt_out o LEFT JOIN seller s "
     "ON s.tenant = o.tenant AND s.id = o.seller WHERE o.tenant = ?1 "
     "AND o.e164 IN " NUMBERS ALL "ORDER BY o.at_us"},
    {"ledger",
     "SELECT g.id AS 'i:entry', g.kind AS 's:kind', "
     "coalesce(s.name, 'all') AS 's:seller', g.e164 AS 'n:number', "
     "g.address AS 's:address', g.word AS 's:word', g.value AS 's:value', "
     "g.channels AS 'i:channels', g.from_day AS 's:from', "
     "g.to_day AS 's:to', g.from_us AS 't:from_instant', "
     "g.to_us AS 't:to_instant', g.not_condition AS 's:not_a_condition', "
     "g.name AS 's:name', g.proof AS 's:proof', g.wording AS 's:wording', "
     "g.note AS 's:note', g.attempt AS 'i:call', "
     "coalesce(f.file_name, '') AS 's:file', g.row AS 'i:file_row', "
     "g.recorded_us AS 't:recorded', coalesce(x.ended_us, 0) AS 't:ended', "
     "coalesce(x.reason, '') AS 's:end_reason' FROM ledger g "
     "LEFT JOIN ledger_end x ON x.tenant = g.tenant AND x.id = g.id "
     "LEFT JOIN ledger_file f ON f.tenant = g.tenant AND f.id = g.file "
     "LEFT JOIN seller s ON s.tenant = g.tenant AND s.id = g.seller "
     "WHERE g.tenant = ?1 AND g.id IN " LEDGER ALL "ORDER BY g.id"},
    {"ledger_end", /* with ledger */ NULL},
    {"ledger_file", NULL},
    {"import_file",
     "SELECT f.file_name AS 's:file', f.hash AS 's:hash', "
     "l.name AS 's:list', f.started_us AS 't:imported', "
     "f.id AS 'i:import_file' FROM import_file f LEFT JOIN list l "
     "ON l.tenant = f.tenant AND l.id = f.list WHERE f.tenant = ?1 "
     "AND f.id IN (SELECT d1.import_file FROM lead d1 WHERE d1.tenant = ?1 "
     "AND d1.id IN " LEADS ") " ALL "ORDER BY f.id"},
    {"export",
     "SELECT x.id AS 'i:export', x.kind AS 's:kind', x.path AS 's:path', "
     "x.made_us AS 't:made', x.from_us AS 't:from', "
     "x.until_us AS 't:until' FROM export x WHERE x.tenant = ?1 "
     "AND (x.number = ?4 AND length(?4) > 0 OR x.kind = 'records' "
     "AND EXISTS (SELECT 1 FROM attempt a3 WHERE a3.tenant = ?1 "
     "AND a3.id IN " ATTEMPTS "AND a3.recorded_us >= x.from_us "
     "AND a3.recorded_us < x.until_us "
     "AND (x.seller = 0 OR a3.seller = x.seller)) OR x.kind = 'records' "
     "AND EXISTS (SELECT 1 FROM incoming i3 WHERE i3.tenant = ?1 "
     "AND i3.id IN " INCOMING "AND i3.recorded_us >= x.from_us "
     "AND i3.recorded_us < x.until_us "
     "AND (x.seller = 0 OR i3.seller = x.seller)) OR x.kind = 'records' "
     "AND EXISTS (SELECT 1 FROM lead d1 WHERE d1.tenant = ?1 "
     "AND d1.id IN " LEADS "AND d1.imported_us < x.until_us)) "
     "ORDER BY x.id"},
    {"kept",
     "SELECT k.kind AS 's:kind', s.name AS 's:seller', "
     "k.e164 AS 'n:number', k.name AS 's:name', k.word AS 's:type', "
     "k.given AS 's:given', k.source AS 's:source', "
     "k.recorded_us AS 't:recorded', k.until_us AS 't:kept_until' "
     "FROM kept k LEFT JOIN seller s ON s.tenant = k.tenant "
     "AND s.id = k.seller WHERE k.tenant = ?1 AND k.e164 IN " NUMBERS ALL
     "ORDER BY k.id"},
    {"hold", "SELECT h.name AS 's:name', h.reason AS 's:reason', "
             "h.added_us AS 't:added' FROM hold h WHERE h.tenant = ?1 "
             "AND h.e164 IN " NUMBERS ALL "ORDER BY h.id"},
    {"complaint",
     "SELECT q.id AS 'i:case', coalesce(s.name, '') AS 's:seller', "
     "q.source AS 's:source', q.layout AS 's:layout', "
     "q.external_id AS 's:external_id', q.e164 AS 'n:number', "
     "q.shown_as AS 's:number_shown', q.shown_name AS 's:name_shown', "
     "q.name AS 's:name', q.about AS 's:about', q.city AS 's:city', "
     "q.channel AS 's:channel', q.recorded AS 's:recorded_voice', "
     "q.country AS 's:country', q.area AS 's:area', "
     "q.at_us AS 't:call_from', q.until_us AS 't:call_until', "
     "q.received_us AS 't:received', q.due AS 's:due', "
     "coalesce(f.file_name, '') AS 's:file', q.row AS 'i:file_row' "
     "FROM complaint q LEFT JOIN seller s ON s.tenant = q.tenant "
     "AND s.id = q.seller LEFT JOIN complaint_file f "
     "ON f.tenant = q.tenant AND f.id = q.file WHERE q.tenant = ?1 "
     "AND q.e164 IN " NUMBERS ALL "ORDER BY q.id"},
    {"complaint_event",
     "SELECT v.complaint AS 'i:case', v.at_us AS 't:at', "
     "v.kind AS 's:event', v.value AS 's:value', v.about AS 's:about', "
     "v.attempt AS 'i:call' FROM complaint_event v JOIN complaint q "
     "ON q.tenant = v.tenant AND q.id = v.complaint WHERE v.tenant = ?1 "
     "AND q.e164 IN " NUMBERS ALL "ORDER BY v.complaint, v.id"},
    {"complaint_match",
     "SELECT x.complaint AS 'i:case', x.attempt AS 'i:call', "
     "x.grade AS 's:grade', x.why AS 's:why' FROM complaint_match x "
     "JOIN complaint q ON q.tenant = x.tenant AND q.id = x.complaint "
     "WHERE x.tenant = ?1 AND q.e164 IN " NUMBERS ALL
     "ORDER BY x.complaint, x.attempt"},
    {"complaint_file", NULL},
    {"bridge",
     "SELECT b.attempt AS 'i:call', h.name AS 's:agent', b.at_us AS 't:at', "
     "b.wait_ms AS 'd:waited_s' FROM bridge b LEFT JOIN agent h "
     "ON h.tenant = b.tenant AND h.id = b.agent WHERE b.tenant = ?1 "
     "AND (b.attempt IN " ATTEMPTS "OR b.attempt IN " INCOMING ") " ALL
     "ORDER BY b.attempt, b.at_us"},
    /* Our own people: what 16 CFR 310.5(a)(4) has us keep of them. */
    {"agent", "SELECT h.name AS 's:agent', h.e164 AS 'n:number', "
              "h.trunk AS 's:trunk', h.leg AS 's:leg', "
              "h.skills AS 's:skills', h.added_us AS 't:added', "
              "h.removed_us AS 't:removed' FROM agent h WHERE h.tenant = ?1 "
              "AND h.e164 IN " NUMBERS ALL "ORDER BY h.id"},
    {"agent_campaign", NULL},
    {"agent_event", /* what an agent did, with ids of calls */ NULL},
    {"staff_leg",
     "SELECT g.id AS 'i:call', g.e164 AS 'n:number', "
     "g.recorded_us AS 't:recorded', g.answered_us AS 't:answered', "
     "g.ended_us AS 't:ended' FROM staff_leg g WHERE g.tenant = ?1 "
     "AND g.e164 IN " NUMBERS ALL "ORDER BY g.id"},
    {"rule_pack", NULL},
    {"campaign_pacing", NULL},
    {"campaign_plan", NULL},
    {"hold_end", NULL},
    {"recording_gone", /* ids of calls that were erased */ NULL},
    {"journal", /* hashes of numbers only */ NULL},
    {"plan_version", NULL},
    {"campaign", NULL},
    {"list", NULL},
    {"seller", NULL},
    {"tenant", NULL},
    {"setting", NULL},
    {"sequence", NULL},
    {"shared_text", /* rules and versions: of no person */ NULL},
    {"dnc_list", /* images of public lists; see docs/records.md */ NULL},
};
const int reader_records_count = (int)tm_array_len(reader_records_tables);

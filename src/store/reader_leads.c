#include "store/reader_leads.h"

#include "core/campaign/campaign.h"
#include "store/lead_rows.h"
#include "store/reader_visit.h"

/* Leads of the list that have not joined yet (they do at the next fetch) are
 * new ones for every reader, but for those who called us (store/fetch.c). */
#define MEMBERS                                                                \
    "(SELECT m.tenant, m.campaign, m.lead, m.state, m.reason, m.due_us, "      \
    "m.changed_us, m.verdict, m.verdict_us, m.verdict_due_us, "                \
    "m.verdict_rules, m.verdict_versions, m.verdict_note FROM campaign_lead "  \
    "m "                                                                       \
    "UNION ALL SELECT c.tenant, c.id, l.id, CASE WHEN l.import_file = 0 "      \
    "THEN 'waiting' ELSE 'new' END, CASE WHEN l.import_file = 0 THEN "         \
    "'called_us' ELSE '' END, CASE WHEN l.import_file = 0 THEN "               \
    "9223372036854775807 ELSE 0 END, l.imported_us, "                          \
    "-1, 0, 0, '', '', '' FROM campaign c JOIN lead l ON l.tenant = c.tenant " \
    "AND l.list = c.list AND l.id > c.enrolled_lead WHERE NOT EXISTS (SELECT " \
    "1 FROM campaign_lead x WHERE x.tenant = c.tenant AND x.campaign = c.id "  \
    "AND x.lead = l.id))"

static int parse_state(struct slice word, enum lead_state *out, struct err *e)
{
    if (!lead_state_parse(word, out)) {
        return err_set(e, TM_ECORRUPT, "a lead is in no known state");
    }
    return TM_OK;
}

/* Never is 0 for readers: a lead that is not called of our own accord. */
static int64_t due_of(struct query *q, int column)
{
    int64_t us = query_get_int(q, column);
    return us == INT64_MAX ? 0 : us;
}

struct state_visit {
    reader_state_fn *v;
    void *arg;
};

static int state_row(struct query *q, void *arg, struct err *e)
{
    const struct state_visit *to = arg;
    struct reader_state_count s = {
        .reason = query_get_text(q, 1),
        .leads = (uint64_t)query_get_int(q, 2),
        .first_due_us = due_of(q, 3),
    };
    int rc = parse_state(query_get_text(q, 0), &s.state, e);
    return rc == TM_OK ? to->v(to->arg, &s) : rc;
}

int reader_leads_states(void *self, struct campaign_id c, reader_state_fn *v,
                        void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct state_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT state, reason, count(*), min(due_us) FROM " MEMBERS
               " WHERE tenant IN (SELECT id FROM tenant) AND campaign = ? "
               "GROUP BY state, reason, due_us = 9223372036854775807 "
               "ORDER BY state, reason, 4");
    query_int(&q, c.v);
    return reader_visit_rows(&q, state_row, &to, e);
}

struct verdict_visit {
    reader_verdict_fn *v;
    void *arg;
};

static int verdict_row(struct query *q, void *arg, struct err *e)
{
    const struct verdict_visit *to = arg;
    struct reader_verdict_count c = {
        .verdict = (int)query_get_int(q, 0),
        .rules = query_get_text(q, 1),
        .leads = (uint64_t)query_get_int(q, 3),
        .first_due_us = query_get_int(q, 4),
    };
    int rc = parse_state(query_get_text(q, 2), &c.state, e);
    return rc == TM_OK ? to->v(to->arg, &c) : rc;
}

int reader_leads_verdicts(void *self, struct campaign_id c,
                          reader_verdict_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct verdict_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT verdict, verdict_rules, state, count(*) AS leads, "
               "min(verdict_due_us) FROM campaign_lead "
               "WHERE tenant IN (SELECT id FROM tenant) AND campaign = ? "
               "AND verdict >= 0 GROUP BY verdict, verdict_rules, state "
               "ORDER BY leads DESC, verdict, verdict_rules, state");
    query_int(&q, c.v);
    return reader_visit_rows(&q, verdict_row, &to, e);
}

/* --- single leads ---------------------------------------------------------*/

struct lead_visit {
    struct sqlite_reader *r;
    reader_lead_fn *v;
    void *arg;
};

static int lead_row(struct query *q, void *arg, struct err *e)
{
    const struct lead_visit *to = arg;
    struct sqlite_reader *r = to->r;
    struct reader_lead l = {
        .tenant = {query_get_int(q, 0)},
        .list = {query_get_int(q, 2)},
        .list_name = query_get_text(q, 3),
        .imported_us = query_get_int(q, 4),
    };
    struct lead_id id = {query_get_int(q, 1)};
    struct lead_rows_scope all = {.tenant = l.tenant};
    arena_reset(&r->arena);
    struct lead *lead = arena_alloc(&r->arena, sizeof(*lead));
    int rc = lead_rows_load(&r->db, &r->arena, l.tenant, id, lead, e);
    if (rc == TM_OK) {
        rc = lead_rows_ledger(&r->db, &all, lead, e);
    }
    if (rc == TM_OK) {
        rc = lead_rows_history(&r->db, &all, lead, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    l.lead = lead;
    return to->v(to->arg, &l);
}

int reader_leads_of_number(void *self, uint64_t e164, reader_lead_fn *v,
                           void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct lead_visit to = {r, v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT d.tenant, d.id, d.list, l.name, d.imported_us "
               "FROM lead_phone p "
               "JOIN lead d ON d.tenant = p.tenant AND d.id = p.lead "
               "JOIN list l ON l.tenant = d.tenant AND l.id = d.list "
               "WHERE p.tenant IN (SELECT id FROM tenant) AND p.e164 = ? "
               "ORDER BY d.id");
    query_int(&q, (int64_t)e164);
    return reader_visit_rows(&q, lead_row, &to, e);
}

int reader_leads_one(void *self, struct lead_id id, reader_lead_fn *v,
                     void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct lead_visit to = {r, v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT d.tenant, d.id, d.list, l.name, d.imported_us "
               "FROM lead d "
               "JOIN list l ON l.tenant = d.tenant AND l.id = d.list "
               "WHERE d.tenant IN (SELECT id FROM tenant) AND d.id = ?");
    query_int(&q, id.v);
    return reader_visit_rows(&q, lead_row, &to, e);
}

/* --- leads in campaigns ---------------------------------------------------*/

struct membership_visit {
    reader_membership_fn *v;
    void *arg;
};

#define MEMBERSHIP_COLUMNS                                                     \
    "SELECT m.campaign, c.seller, m.lead, c.name, c.state, m.state, "          \
    "m.reason, m.due_us, m.changed_us, m.verdict, m.verdict_us, "              \
    "m.verdict_due_us, m.verdict_rules, m.verdict_versions, m.verdict_note "   \
    "FROM " MEMBERS                                                            \
    " m JOIN campaign c ON c.tenant = m.tenant AND c.id = m.campaign "

static int membership_row(struct query *q, void *arg, struct err *e)
{
    const struct membership_visit *to = arg;
    enum campaign_state state;
    struct reader_membership m = {
        .campaign = {query_get_int(q, 0)},
        .seller = {query_get_int(q, 1)},
        .lead = {query_get_int(q, 2)},
        .campaign_name = query_get_text(q, 3),
        .reason = query_get_text(q, 6),
        .due_us = due_of(q, 7),
        .changed_us = query_get_int(q, 8),
        .verdict = (int)query_get_int(q, 9),
        .verdict_us = query_get_int(q, 10),
        .verdict_due_us = query_get_int(q, 11),
        .rules = query_get_text(q, 12),
        .versions = query_get_text(q, 13),
        .remedy = query_get_text(q, 14),
    };
    if (!campaign_state_parse(query_get_text(q, 4), &state)) {
        return err_set(e, TM_ECORRUPT, "a campaign is in no known state");
    }
    m.campaign_state = (int)state;
    int rc = parse_state(query_get_text(q, 5), &m.state, e);
    return rc == TM_OK ? to->v(to->arg, &m) : rc;
}

int reader_leads_memberships(void *self, struct lead_id id,
                             reader_membership_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct membership_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               MEMBERSHIP_COLUMNS
               "WHERE m.tenant IN (SELECT id FROM tenant) AND m.lead = ? "
               "ORDER BY m.campaign");
    query_int(&q, id.v);
    return reader_visit_rows(&q, membership_row, &to, e);
}

int reader_leads_members(void *self, struct campaign_id c, enum lead_state s,
                         reader_membership_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct membership_visit to = {v, arg};
    const char *word = s == LEAD_STATE_COUNT ? "" : lead_state_text(s);
    struct query q;
    query_open(&q, &r->db,
               MEMBERSHIP_COLUMNS
               "WHERE m.tenant IN (SELECT id FROM tenant) "
               "AND m.campaign = ?1 AND (?2 = '' OR m.state = ?2) "
               "ORDER BY m.lead");
    query_int(&q, c.v);
    query_text(&q, str_of(word));
    return reader_visit_rows(&q, membership_row, &to, e);
}

struct due_visit {
    reader_due_fn *v;
    void *arg;
};

static int due_row(struct query *q, void *arg, struct err *e)
{
    const struct due_visit *to = arg;
    (void)e;
    struct reader_due d = {query_get_int(q, 0), (uint64_t)query_get_int(q, 1)};
    return to->v(to->arg, &d);
}

int reader_leads_dues(void *self, struct campaign_id c, int64_t bucket_us,
                      reader_due_fn *v, void *arg, struct err *e)
{
    tm_assert(bucket_us > 0);
    struct sqlite_reader *r = self;
    struct due_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT due_us / ?2 * ?2 AS bucket, count(*) "
               "FROM campaign_lead WHERE tenant IN (SELECT id FROM tenant) "
               "AND campaign = ?1 AND state IN ('waiting', 'callback') "
               "AND due_us < 9223372036854775807 "
               "GROUP BY bucket ORDER BY bucket");
    query_int(&q, c.v);
    query_int(&q, bucket_us);
    return reader_visit_rows(&q, due_row, &to, e);
}

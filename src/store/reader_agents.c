#include "store/reader_agents.h"

#include "store/reader_visit.h"

struct agent_visit {
    reader_agent_fn *v;
    void *arg;
};

static int agent_row(struct query *q, void *arg, struct err *e)
{
    const struct agent_visit *to = arg;
    (void)e;
    const struct reader_agent a = {
        .tenant = {query_get_int(q, 0)},
        .id = {query_get_int(q, 1)},
        .name = query_get_text(q, 2),
        .leg = query_get_text(q, 3),
        .trunk = query_get_text(q, 4),
        .skills = query_get_text(q, 5),
        .disabled = query_get_int(q, 6) != 0,
        .added_us = query_get_int(q, 7),
        .removed_us = query_get_int(q, 8),
    };
    return to->v(to->arg, &a);
}

int reader_agents_all(void *self, struct tenant_id t, reader_agent_fn *v,
                      void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct agent_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT tenant, id, name, leg, trunk, skills, disabled, "
               "added_us, removed_us FROM agent WHERE ?1 = 0 OR tenant = ?1 "
               "ORDER BY id");
    query_int(&q, t.v);
    return reader_visit_rows(&q, agent_row, &to, e);
}

struct span_visit {
    reader_agent_span_fn *v;
    void *arg;
};

static int span_row(struct query *q, void *arg, struct err *e)
{
    const struct span_visit *to = arg;
    struct reader_agent_span s = {
        .agent = {query_get_int(q, 0)},
        .reason = query_get_text(q, 2),
        .from_us = query_get_int(q, 3),
        .until_us = query_get_int(q, 4),
        .campaign = {query_get_int(q, 5)},
        .attempt = {query_get_int(q, 6)},
    };
    if (!agent_state_parse(query_get_text(q, 1), &s.state))
        return err_set(e, TM_ECORRUPT, "agent %lld was in no known state",
                       (long long)s.agent.v);
    return to->v(to->arg, &s);
}

#define SPANS                                                                  \
    "SELECT agent, state, reason, from_us, until_us, campaign, attempt "       \
    "FROM agent_event WHERE tenant IN (SELECT id FROM tenant) "
#define SPANS_WITHIN                                                           \
    "AND (?3 = 0 OR from_us < ?3) AND (until_us = 0 OR until_us > ?2) "        \
    "ORDER BY agent, from_us, id"

int reader_agents_spans(void *self, const struct reader_agent_time *f,
                        reader_agent_span_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct span_visit to = {v, arg};
    struct query q;
    if (f->campaign.v != 0)
        query_open(&q, &r->db, SPANS "AND campaign = ?1 " SPANS_WITHIN);
    else
        query_open(&q, &r->db, SPANS "AND ?1 = 0 " SPANS_WITHIN);
    query_int(&q, f->campaign.v);
    query_int(&q, f->from_us);
    query_int(&q, f->until_us);
    return reader_visit_rows(&q, span_row, &to, e);
}

struct bridge_visit {
    reader_bridge_fn *v;
    void *arg;
};

static int bridge_row(struct query *q, void *arg, struct err *e)
{
    const struct bridge_visit *to = arg;
    (void)e;
    const struct reader_bridge b = {
        .attempt = {query_get_int(q, 0)},
        .agent = {query_get_int(q, 1)},
        .campaign = {query_get_int(q, 2)},
        .at_us = query_get_int(q, 3),
        .wait_ms = query_get_int(q, 4),
        .incoming = query_get_int(q, 5) != 0,
    };
    return to->v(to->arg, &b);
}

#define BRIDGES                                                                \
    "SELECT attempt, agent, campaign, at_us, wait_ms, "                        \
    "EXISTS (SELECT 1 FROM incoming i WHERE i.tenant = bridge.tenant "         \
    "AND i.id = bridge.attempt) FROM bridge "                                  \
    "WHERE tenant IN (SELECT id FROM tenant) "
#define BRIDGES_WITHIN                                                         \
    "AND at_us >= ?2 AND (?3 = 0 OR at_us < ?3) ORDER BY attempt, at_us"

int reader_agents_bridges(void *self, const struct reader_agent_time *f,
                          reader_bridge_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct bridge_visit to = {v, arg};
    struct query q;
    if (f->campaign.v != 0)
        query_open(&q, &r->db, BRIDGES "AND campaign = ?1 " BRIDGES_WITHIN);
    else
        query_open(&q, &r->db, BRIDGES "AND ?1 = 0 " BRIDGES_WITHIN);
    query_int(&q, f->campaign.v);
    query_int(&q, f->from_us);
    query_int(&q, f->until_us);
    return reader_visit_rows(&q, bridge_row, &to, e);
}

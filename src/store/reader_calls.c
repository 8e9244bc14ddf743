#include "store/reader_calls.h"

#include "store/reader_visit.h"
#include "store/shared_text.h"

struct attempt_visit {
    reader_attempt_fn *v;
    void *arg;
};

static int attempt_row(struct query *q, void *arg, struct err *e)
{
    const struct attempt_visit *to = arg;
    struct reader_attempt a = {
        .id = {query_get_int(q, 0)},
        .campaign = {query_get_int(q, 1)},
        .seller = {query_get_int(q, 2)},
        .lead = {query_get_int(q, 3)},
        .e164 = (uint64_t)query_get_int(q, 4),
        .recorded_us = query_get_int(q, 5),
        .permit_until_us = query_get_int(q, 6),
        .placed_us = query_get_int(q, 7),
        .ringing_us = query_get_int(q, 8),
        .answered_us = query_get_int(q, 9),
        .ended_us = query_get_int(q, 10),
        .code = (int)query_get_int(q, 12),
        .cause = query_get_text(q, 13),
        .ring_ms = query_get_int(q, 14),
        .talk_ms = query_get_int(q, 15),
        .live = query_get_int(q, 16) != 0,
        .abandoned = query_get_int(q, 17) != 0,
        .rules = query_get_text(q, 18),
        .versions = query_get_text(q, 19),
        .call_id = query_get_text(q, 20),
        .agent = {query_get_int(q, 21)},
        .agent_name = query_get_text(q, 22),
        .bridged_us = query_get_int(q, 23),
        .wait_ms = query_get_int(q, 24),
        .disposition = query_get_text(q, 25),
        .disposed_by = {query_get_int(q, 26)},
    };
    if (!outcome_parse(query_get_text(q, 11), &a.outcome)) {
        return err_set(e, TM_ECORRUPT, "attempt %lld has no known outcome",
                       (long long)a.id.v);
    }
    return to->v(to->arg, &a);
}

#define RULES    SHARED_TEXT("attempt", "rules")
#define VERSIONS SHARED_TEXT("attempt", "versions")
#define ATTEMPT_COLUMNS                                                        \
    "SELECT id, campaign, seller, lead, e164, recorded_us, "                   \
    "permit_until_us, placed_us, ringing_us, answered_us, ended_us, outcome, " \
    "code, cause, ring_ms, talk_ms, live, abandoned, " RULES ", " VERSIONS     \
    ", call_id, agent, coalesce((SELECT g.name FROM agent g WHERE g.tenant = " \
    "attempt.tenant AND g.id = attempt.agent), ''), bridged_us, wait_ms, "     \
    "disposition, disposed_by FROM attempt "
#define ATTEMPT_WHERE                                                          \
    "(?1 = 0 OR campaign = ?1) AND (?2 = 0 OR lead = ?2) "                     \
    "AND (?3 = 0 OR e164 = ?3) AND recorded_us >= ?4 "                         \
    "AND (?5 = 0 OR recorded_us < ?5) ORDER BY id"

int reader_calls_attempts(void *self, const struct reader_attempts *f,
                          reader_attempt_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct attempt_visit to = {v, arg};
    struct query q;
    /* Each text leads SQLite to the index that fits the filter. */
    if (f->lead.v != 0) {
        query_open(&q, &r->db,
                   ATTEMPT_COLUMNS "WHERE tenant IN (SELECT id FROM tenant) "
                                   "AND lead = ?2 AND " ATTEMPT_WHERE);
    } else if (f->e164 != 0) {
        query_open(&q, &r->db,
                   ATTEMPT_COLUMNS "WHERE tenant IN (SELECT id FROM tenant) "
                                   "AND e164 = ?3 AND " ATTEMPT_WHERE);
    } else if (f->campaign.v != 0) {
        query_open(&q, &r->db,
                   ATTEMPT_COLUMNS "WHERE tenant IN (SELECT id FROM tenant) "
                                   "AND campaign = ?1 AND " ATTEMPT_WHERE);
    } else {
        query_open(&q, &r->db, ATTEMPT_COLUMNS "WHERE " ATTEMPT_WHERE);
    }
    query_int(&q, f->campaign.v);
    query_int(&q, f->lead.v);
    query_int(&q, (int64_t)f->e164);
    query_int(&q, f->from_us);
    query_int(&q, f->until_us);
    return reader_visit_rows(&q, attempt_row, &to, e);
}

struct caller_visit {
    reader_caller_fn *v;
    void *arg;
};

static int caller_row(struct query *q, void *arg, struct err *e)
{
    const struct caller_visit *to = arg;
    struct reader_caller c = {
        .id = {query_get_int(q, 0)},
        .campaign = {query_get_int(q, 1)},
        .seller = {query_get_int(q, 2)},
        .lead = {query_get_int(q, 3)},
        .e164 = (uint64_t)query_get_int(q, 4),
        .called = (uint64_t)query_get_int(q, 5),
        .recorded_us = query_get_int(q, 6),
        .answered_us = query_get_int(q, 7),
        .bridged_us = query_get_int(q, 8),
        .ended_us = query_get_int(q, 9),
        .wait_ms = query_get_int(q, 10),
        .talk_ms = query_get_int(q, 11),
        .code = (int)query_get_int(q, 13),
        .cause = query_get_text(q, 14),
        .agent = {query_get_int(q, 15)},
        .agent_name = query_get_text(q, 16),
        .disposition = query_get_text(q, 17),
        .disposed_by = {query_get_int(q, 18)},
    };
    if (!outcome_parse(query_get_text(q, 12), &c.outcome)) {
        return err_set(e, TM_ECORRUPT, "call %lld to us has no known outcome",
                       (long long)c.id.v);
    }
    return to->v(to->arg, &c);
}

#define CALLER_COLUMNS                                                         \
    "SELECT id, campaign, seller, lead, e164, called, recorded_us, "           \
    "answered_us, bridged_us, ended_us, wait_ms, talk_ms, outcome, code, "     \
    "cause, agent, coalesce((SELECT g.name FROM agent g WHERE g.tenant = "     \
    "incoming.tenant AND g.id = incoming.agent), ''), disposition, "           \
    "disposed_by FROM incoming WHERE tenant IN (SELECT id FROM tenant) "

int reader_calls_callers(void *self, const struct reader_attempts *f,
                         reader_caller_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct caller_visit to = {v, arg};
    struct query q;
    if (f->lead.v != 0) {
        query_open(&q, &r->db,
                   CALLER_COLUMNS "AND lead = ?2 AND " ATTEMPT_WHERE);
    } else if (f->e164 != 0) {
        query_open(&q, &r->db,
                   CALLER_COLUMNS "AND e164 = ?3 AND " ATTEMPT_WHERE);
    } else if (f->campaign.v != 0) {
        query_open(&q, &r->db,
                   CALLER_COLUMNS "AND campaign = ?1 AND " ATTEMPT_WHERE);
    } else {
        query_open(&q, &r->db, CALLER_COLUMNS "AND " ATTEMPT_WHERE);
    }
    query_int(&q, f->campaign.v);
    query_int(&q, f->lead.v);
    query_int(&q, (int64_t)f->e164);
    query_int(&q, f->from_us);
    query_int(&q, f->until_us);
    return reader_visit_rows(&q, caller_row, &to, e);
}

struct answer_visit {
    reader_answer_fn *v;
    void *arg;
};

static int answer_row(struct query *q, void *arg, struct err *e)
{
    const struct answer_visit *to = arg;
    (void)e;
    struct reader_answer a = {
        .attempt = {query_get_int(q, 0)},
        .lead = {query_get_int(q, 1)},
        .question = query_get_text(q, 2),
        .answer = query_get_text(q, 3),
        .at_us = query_get_int(q, 4),
    };
    return to->v(to->arg, &a);
}

int reader_calls_answers(void *self, struct campaign_id c, reader_answer_fn *v,
                         void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct answer_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT attempt, lead, question, answer, at_us FROM answer "
               "WHERE tenant IN (SELECT id FROM tenant) "
               "AND (?1 = 0 OR campaign = ?1) "
               "ORDER BY attempt, at_us, question");
    query_int(&q, c.v);
    return reader_visit_rows(&q, answer_row, &to, e);
}

struct opt_out_visit {
    reader_opt_out_fn *v;
    void *arg;
};

static int opt_out_row(struct query *q, void *arg, struct err *e)
{
    const struct opt_out_visit *to = arg;
    (void)e;
    struct reader_opt_out o = {
        .seller = {query_get_int(q, 0)},
        .seller_name = query_get_text(q, 1),
        .e164 = (uint64_t)query_get_int(q, 2),
        .at_us = query_get_int(q, 3),
        .attempt = {query_get_int(q, 4)},
        .campaign = {query_get_int(q, 5)},
        .source = query_get_text(q, 6),
    };
    return to->v(to->arg, &o);
}

int reader_calls_opt_outs(void *self, uint64_t e164, reader_opt_out_fn *v,
                          void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct opt_out_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT o.seller, s.name, o.e164, o.at_us, o.attempt, "
               "o.campaign, o.source FROM opt_out o "
               "LEFT JOIN seller s ON s.tenant = o.tenant "
               "AND s.id = o.seller WHERE ?1 = 0 OR o.e164 = ?1 "
               "ORDER BY o.at_us, o.seller, o.e164");
    query_int(&q, (int64_t)e164);
    return reader_visit_rows(&q, opt_out_row, &to, e);
}

struct callback_visit {
    reader_callback_fn *v;
    void *arg;
};

static int callback_row(struct query *q, void *arg, struct err *e)
{
    const struct callback_visit *to = arg;
    (void)e;
    struct reader_callback c = {
        .attempt = {query_get_int(q, 0)},
        .campaign = {query_get_int(q, 1)},
        .lead = {query_get_int(q, 2)},
        .e164 = (uint64_t)query_get_int(q, 3),
        .asked_us = query_get_int(q, 4),
        .due_us = query_get_int(q, 5),
    };
    return to->v(to->arg, &c);
}

int reader_calls_callbacks(void *self, struct campaign_id c,
                           reader_callback_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct callback_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT attempt, campaign, lead, e164, asked_us, due_us "
               "FROM callback WHERE ?1 = 0 OR campaign = ?1 "
               "ORDER BY due_us, attempt");
    query_int(&q, c.v);
    return reader_visit_rows(&q, callback_row, &to, e);
}

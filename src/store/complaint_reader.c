#include "store/complaint_reader.h"

#include "store/reader_visit.h"

struct case_visit {
    reader_complaint_fn *v;
    void *arg;
};

static struct complaint complaint_of(struct query *q)
{
    struct complaint c = {
        .id = query_get_int(q, 0),
        .tenant = {query_get_int(q, 1)},
        .seller = {query_get_int(q, 2)},
        .layout = query_get_text(q, 4),
        .external = query_get_text(q, 5),
        .complainant = (uint64_t)query_get_int(q, 6),
        .shown = (uint64_t)query_get_int(q, 7),
        .shown_as = query_get_text(q, 8),
        .shown_name = query_get_text(q, 9),
        .name = query_get_text(q, 10),
        .text = query_get_text(q, 11),
        .city = query_get_text(q, 12),
        .area_code = (unsigned)query_get_int(q, 18),
        .at_us = query_get_int(q, 19),
        .until_us = query_get_int(q, 20),
        .filed_us = query_get_int(q, 21),
        .received_us = query_get_int(q, 22),
    };
    (void)str_copy(c.country, sizeof(c.country), query_get_text(q, 16));
    (void)vocab_place_parse(query_get_text(q, 17), &c.area);
    (void)civil_parse_date(query_get_text(q, 23), &c.due);
    return c;
}

/* Words that only this program writes: one it does not know is damage. */
static bool words_of(struct query *q, struct reader_complaint *r)
{
    struct slice move = query_get_text(q, 26), outcome = query_get_text(q, 27);
    struct slice breach = query_get_text(q, 28);
    r->state = str_eq(move, "closed")     ? COMPLAINT_CLOSED
               : str_eq(move, "answered") ? COMPLAINT_ANSWERED
                                          : COMPLAINT_OPEN;
    r->breach = COMPLAINT_BREACH_CALL;
    if (r->state == COMPLAINT_CLOSED &&
        !complaint_outcome_parse(outcome, &r->outcome))
        return false;
    if (r->outcome == COMPLAINT_VIOLATION && breach.n > 0 &&
        !complaint_breach_parse(breach, &r->breach))
        return false;
    return complaint_source_parse(query_get_text(q, 3), &r->c.source) &&
           vocab_channel_parse(query_get_text(q, 13), &r->c.channel) &&
           vocab_tri_parse(query_get_text(q, 14), &r->c.recorded) &&
           vocab_tri_parse(query_get_text(q, 15), &r->c.listed);
}

static int case_row(struct query *q, void *arg, struct err *e)
{
    const struct case_visit *to = arg;
    struct reader_complaint r = {
        .c = complaint_of(q),
        .file = query_get_int(q, 24),
        .row = (uint64_t)query_get_int(q, 25),
        .settled = query_get_int(q, 29) != 0,
        .attempt = {query_get_int(q, 30)},
        .opt_out_us = query_get_int(q, 31),
        .kept_us = query_get_int(q, 32),
        .answered_us = query_get_int(q, 33),
        .seller_name = query_get_text(q, 35),
    };
    (void)civil_parse_date(query_get_text(q, 34), &r.due);
    if (!words_of(q, &r))
        return err_set(e, TM_ECORRUPT,
                       "complaint %lld has a word that is not known",
                       (long long)r.c.id);
    return to->v(to->arg, &r);
}

/* Of the events: the last move with its outcome and breach, the attempt that
 * a person settled, the first opt-out, the first answer since the case was
 * last opened, the last date. */
#define MOVES                                                                  \
    "FROM complaint_event v WHERE v.tenant = c.tenant AND v.complaint = c.id "
#define LAST_MOVE                                                              \
    MOVES "AND v.kind IN ('answered', 'closed', 'reopened') "                  \
          "ORDER BY v.id DESC LIMIT 1"
#define CASE_COLUMNS                                                           \
    "SELECT c.id, c.tenant, c.seller, c.source, c.layout, c.external_id, "     \
    "c.e164, c.shown, c.shown_as, c.shown_name, c.name, c.about, c.city, "     \
    "c.channel, c.recorded, c.listed, c.country, c.area, c.area_code, "        \
    "c.at_us, c.until_us, c.filed_us, c.received_us, c.due, c.file, c.row, "   \
    "coalesce((SELECT v.kind " LAST_MOVE "), 'received'), "                    \
    "(SELECT v.value " LAST_MOVE "), (SELECT v.about " LAST_MOVE "), "         \
    "EXISTS (SELECT 1 " MOVES "AND v.kind = 'settled'), "                      \
    "coalesce((SELECT v.attempt " MOVES "AND v.kind = 'settled' "              \
    "ORDER BY v.id DESC LIMIT 1), "                                            \
    "(SELECT m.attempt FROM complaint_match m WHERE m.tenant = c.tenant "      \
    "AND m.complaint = c.id AND m.grade IN ('exact', 'likely') "               \
    "ORDER BY m.score DESC, m.attempt LIMIT 1), 0), "                          \
    "coalesce((SELECT min(v.at_us) " MOVES "AND v.kind = 'opt_out'), 0), "     \
    "coalesce((SELECT min(v.at_us) " MOVES "AND v.kind = 'no_opt_out'), 0), "  \
    "coalesce((SELECT min(v.at_us) " MOVES                                     \
    "AND v.kind = 'answered' AND v.id > coalesce((SELECT "                     \
    "max(r.id) FROM complaint_event r WHERE r.tenant = c.tenant AND "          \
    "r.complaint = c.id AND r.kind = 'reopened'), 0)), 0), "                   \
    "(SELECT v.value " MOVES "AND v.kind = 'due' ORDER BY v.id DESC "          \
    "LIMIT 1), s.name FROM complaint c LEFT JOIN seller s "                    \
    "ON s.tenant = c.tenant AND s.id = c.seller "                              \
    "WHERE c.tenant IN (SELECT id FROM tenant) "

int complaint_reader_cases(void *self, const struct reader_complaints *f,
                           reader_complaint_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct case_visit to = {v, arg};
    struct query q;
    if (f->id != 0)
        query_open(&q, &r->db, CASE_COLUMNS "AND c.id = ?1 ORDER BY c.id");
    else if (f->e164 != 0)
        query_open(&q, &r->db,
                   CASE_COLUMNS "AND c.e164 = ?2 AND c.e164 <> 0 "
                                "ORDER BY c.id");
    else
        query_open(&q, &r->db,
                   CASE_COLUMNS "AND c.received_us >= ?3 AND (?4 = 0 OR "
                                "c.received_us < ?4) ORDER BY c.id");
    if (f->id != 0)
        query_int(&q, f->id);
    if (f->id == 0 && f->e164 != 0) {
        query_int(&q, 0);
        query_int(&q, (int64_t)f->e164);
    }
    if (f->id == 0 && f->e164 == 0) {
        query_int(&q, 0);
        query_int(&q, 0);
        query_int(&q, f->from_us);
        query_int(&q, f->until_us);
    }
    return reader_visit_rows(&q, case_row, &to, e);
}

struct match_visit {
    reader_complaint_match_fn *v;
    void *arg;
};

static int match_row(struct query *q, void *arg, struct err *e)
{
    const struct match_visit *to = arg;
    struct reader_complaint_match m = {
        .attempt = {query_get_int(q, 0)},
        .score = (int)query_get_int(q, 2),
        .why = query_get_text(q, 3),
        .e164 = (uint64_t)query_get_int(q, 4),
    };
    if (!complaint_match_grade_parse(query_get_text(q, 1), &m.grade))
        return err_set(e, TM_ECORRUPT, "a match has no known grade");
    return to->v(to->arg, &m);
}

int complaint_reader_matches(void *self, int64_t complaint,
                             reader_complaint_match_fn *v, void *arg,
                             struct err *e)
{
    struct sqlite_reader *r = self;
    struct match_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT m.attempt, m.grade, m.score, m.why, "
               "coalesce(a.e164, 0) FROM (SELECT tenant, attempt, grade, "
               "score, why FROM complaint_match WHERE tenant IN (SELECT id "
               "FROM tenant) AND complaint = ?1 UNION ALL SELECT v.tenant, "
               "v.attempt, 'possible', 0, 'settled by hand' || CASE WHEN "
               "v.about = '' THEN '' ELSE ': ' || v.about END FROM "
               "complaint_event v WHERE v.tenant IN (SELECT id FROM tenant) "
               "AND v.complaint = ?1 AND v.kind = 'settled' AND "
               "v.attempt <> 0 AND v.id = (SELECT max(l.id) FROM "
               "complaint_event l WHERE l.tenant = v.tenant AND l.complaint = "
               "v.complaint AND l.kind = 'settled') AND NOT EXISTS (SELECT 1 "
               "FROM complaint_match x WHERE x.tenant = v.tenant AND "
               "x.complaint = v.complaint AND x.attempt = v.attempt)) m "
               "LEFT JOIN attempt a ON a.tenant = m.tenant AND "
               "a.id = m.attempt ORDER BY CASE m.grade WHEN 'exact' THEN 0 "
               "WHEN 'likely' THEN 1 ELSE 2 END, m.score DESC, m.attempt");
    query_int(&q, complaint);
    return reader_visit_rows(&q, match_row, &to, e);
}

struct event_visit {
    reader_complaint_event_fn *v;
    void *arg;
};

static int event_row(struct query *q, void *arg, struct err *e)
{
    const struct event_visit *to = arg;
    struct reader_complaint_event v = {
        .at_us = query_get_int(q, 0),
        .value = query_get_text(q, 2),
        .text = query_get_text(q, 3),
        .attempt = {query_get_int(q, 4)},
    };
    if (!complaint_event_parse(query_get_text(q, 1), &v.kind))
        return err_set(e, TM_ECORRUPT,
                       "an event of a complaint is of no known kind");
    return to->v(to->arg, &v);
}

int complaint_reader_events(void *self, int64_t complaint,
                            reader_complaint_event_fn *v, void *arg,
                            struct err *e)
{
    struct sqlite_reader *r = self;
    struct event_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT at_us, kind, value, about, attempt FROM "
               "complaint_event WHERE tenant IN (SELECT id FROM tenant) "
               "AND complaint = ? ORDER BY id");
    query_int(&q, complaint);
    return reader_visit_rows(&q, event_row, &to, e);
}

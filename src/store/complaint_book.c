#include "store/complaint_book.h"

#include <sodium.h>
#include <stdio.h>

#include "core/number/number.h"
#include "store/catalog.h"
#include "store/query.h"

enum { HASH_BYTES = 16 };

/* --- is it there already? --- */

static void hash_content(const struct complaint *c,
                         char out[2 * HASH_BYTES + 1])
{
    uint8_t sum[HASH_BYTES];
    (void)crypto_generichash(
        sum, sizeof(sum),
        (const uint8_t *)(c->content.n > 0 ? c->content.p : ""), c->content.n,
        NULL, 0);
    (void)sodium_bin2hex(out, 2 * HASH_BYTES + 1, sum, sizeof(sum));
}

/* One edition of a file has ids and another not: the same cells are the same
 * complaint unless both have ids. */
static int find(struct db *db, const struct complaint *c, struct slice hash,
                int64_t *id, struct err *e)
{
    struct query q;
    if (c->external.n > 0) {
        query_open(&q, db,
                   "SELECT id FROM complaint WHERE tenant = ? AND layout = ? "
                   "AND external_id = ? AND external_id <> ''");
        query_int(&q, c->tenant.v);
        query_text(&q, c->layout);
        query_text(&q, c->external);
        int rc = query_one(&q, id, e);
        if (rc != TM_ENOTFOUND)
            return rc;
    }
    query_open(&q, db,
               "SELECT id FROM complaint WHERE tenant = ?1 AND content = ?2 "
               "AND layout = ?3 AND (?4 = '' OR external_id = '') "
               "ORDER BY id LIMIT 1");
    query_int(&q, c->tenant.v);
    query_text(&q, hash);
    query_text(&q, c->layout);
    query_text(&q, c->external);
    return query_one(&q, id, e);
}

/* --- adding --- */

static int add_event(struct db *db, const struct complaint_book_event *v,
                     struct err *e)
{
    struct query q;
    int64_t id;
    int rc = db_new_ids(db, "complaint_event", 1, &id, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db,
               "INSERT INTO complaint_event (tenant, id, complaint, at_us, "
               "kind, value, about, attempt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, v->tenant.v);
    query_int(&q, id);
    query_int(&q, v->complaint);
    query_int(&q, v->at_us);
    query_text(&q, str_of(complaint_event_text(v->kind)));
    query_text(&q, v->value);
    query_text(&q, v->text);
    query_int(&q, v->attempt.v);
    return query_done(&q, e);
}

static void bind_what(struct query *q, const struct complaint *c)
{
    query_text(q, c->shown_as);
    query_text(q, c->shown_name);
    query_text(q, c->name);
    query_text(q, c->text);
    query_text(q, c->city);
    query_text(q, str_of(vocab_channel_text(c->channel)));
    query_text(q, str_of(vocab_tri_text(c->recorded)));
    query_text(q, str_of(vocab_tri_text(c->listed)));
    query_text(q, str_of(c->country));
}

static int insert(struct db *db, const struct complaint_book_new *n,
                  struct slice hash, int64_t id, struct err *e)
{
    const struct complaint *c = n->complaint;
    char area[VOCAB_PLACE_MAX + 1], due[11] = "";
    struct query q;
    vocab_place_text(c->area, area);
    if (c->due.year != 0)
        civil_format_date(c->due, due);
    query_open(&q, db,
               "INSERT INTO complaint (tenant, id, seller, source, layout, "
               "external_id, content, e164, shown, shown_as, shown_name, "
               "name, about, city, channel, recorded, listed, country, area, "
               "area_code, at_us, until_us, filed_us, received_us, due, file, "
               "row, recorded_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
               "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, c->tenant.v);
    query_int(&q, id);
    query_int(&q, c->seller.v);
    query_text(&q, str_of(complaint_source_text(c->source)));
    query_text(&q, c->layout);
    query_text(&q, c->external);
    query_text(&q, hash);
    query_int(&q, (int64_t)c->complainant);
    query_int(&q, (int64_t)c->shown);
    bind_what(&q, c);
    query_text(&q, str_of(area));
    query_int(&q, (int64_t)c->area_code);
    query_int(&q, c->at_us);
    query_int(&q, c->until_us);
    query_int(&q, c->filed_us);
    query_int(&q, c->received_us);
    query_text(&q, str_of(due));
    query_int(&q, n->file);
    query_int(&q, (int64_t)n->row);
    query_int(&q, n->now_us);
    return query_done(&q, e);
}

static int insert_matches(struct db *db, const struct complaint_book_new *n,
                          int64_t id, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; n->matches != NULL && i < n->matches->n && rc == TM_OK;
         i++) {
        const struct complaint_match *m = &n->matches->best[i];
        struct query q;
        query_open(&q, db,
                   "INSERT INTO complaint_match (tenant, complaint, attempt, "
                   "grade, score, why) VALUES (?, ?, ?, ?, ?, ?)");
        query_int(&q, n->complaint->tenant.v);
        query_int(&q, id);
        query_int(&q, m->call.attempt.v);
        query_text(&q, str_of(complaint_match_grade_text(m->grade)));
        query_int(&q, m->score);
        query_text(&q, str_of(m->why));
        rc = query_done(&q, e);
    }
    return rc;
}

/* How it came, behind the word that says that it was a complaint. */
static struct slice means_of(enum complaint_source s)
{
    switch (s) {
    case COMPLAINT_LETTER: return str_of("complaint by letter");
    case COMPLAINT_EMAIL: return str_of("complaint by email");
    case COMPLAINT_WEB: return str_of("complaint by web");
    case COMPLAINT_PHONE: return str_of("complaint by phone");
    case COMPLAINT_REGULATOR:
    case COMPLAINT_SOURCE_COUNT: break;
    }
    return str_of("complaint");
}

/* 1: the same was asked before and nothing that came since lets us call
 * again, so that a second complaint is no second request. */
static int asked_before(struct db *db, const struct complaint_book_new *n,
                        struct err *e)
{
    struct query q;
    int64_t known = 0;
    query_open(&q, db,
               "SELECT count(*) FROM ledger r JOIN opt_out o "
               "ON o.tenant = r.tenant AND o.seller = r.seller "
               "AND o.e164 = r.e164 "
               "WHERE r.tenant = ?1 AND r.e164 = ?2 AND r.seller = ?3 "
               "AND r.kind = 'revocation' AND r.channels = 0 "
               "AND r.value = '' AND r.from_us <= ?4 "
               "AND NOT EXISTS (SELECT 1 FROM ledger_end x "
               "WHERE x.tenant = r.tenant AND x.id = r.id) "
               "AND NOT EXISTS (SELECT 1 FROM ledger g "
               "WHERE g.tenant = r.tenant AND g.e164 = r.e164 "
               "AND g.kind = 'consent' AND g.recorded_us >= r.from_us) "
               "AND NOT EXISTS (SELECT 1 FROM lead_phone p JOIN consent k "
               "ON k.tenant = p.tenant AND k.lead = p.lead "
               "WHERE p.tenant = r.tenant AND p.e164 = r.e164 "
               "AND k.recorded_us >= r.from_us)");
    query_int(&q, n->complaint->tenant.v);
    query_int(&q, (int64_t)n->complaint->complainant);
    query_int(&q, n->seller.v);
    query_int(&q, n->now_us);
    int rc = query_one(&q, &known, e);
    return rc == TM_OK ? known > 0 : rc;
}

static int opt_out(struct db *db, const struct complaint_book_new *n,
                   int64_t id, struct err *e)
{
    const struct complaint *c = n->complaint;
    char shown[NUMBER_TEXT_LEN];
    struct complaint_book_event v = {.tenant = c->tenant,
                                     .complaint = id,
                                     .kind = COMPLAINT_KEPT,
                                     .at_us = n->now_us};
    if (c->complainant == 0)
        return TM_OK;
    if (n->opt_out) {
        const struct catalog_opt_out o = {.tenant = c->tenant,
                                          .seller = n->seller,
                                          .e164 = c->complainant,
                                          .now_us = n->now_us,
                                          .source = means_of(c->source)};
        int rc = asked_before(db, n, e);
        if (rc >= 0)
            rc = rc == 1 ? TM_OK : catalog_opt_out(db, &o, e);
        if (rc != TM_OK)
            return rc;
        (void)number_format(c->complainant, shown);
        v.kind = COMPLAINT_OPT_OUT;
        v.value = str_of(shown);
        v.text = n->seller_name.n > 0 ? n->seller_name : str_of("all sellers");
    }
    return add_event(db, &v, e);
}

int complaint_book_add(struct db *db, const struct complaint_book_new *n,
                       int64_t *id, bool *again, struct err *e)
{
    const struct complaint *c = n->complaint;
    char hash[2 * HASH_BYTES + 1];
    hash_content(c, hash);
    int rc = find(db, c, str_of(hash), id, e);
    *again = rc == TM_OK;
    if (rc != TM_ENOTFOUND)
        return rc;
    rc = db_new_ids(db, "complaint", 1, id, e);
    if (rc == TM_OK)
        rc = insert(db, n, str_of(hash), *id, e);
    if (rc == TM_OK)
        rc = insert_matches(db, n, *id, e);
    const struct complaint_book_event received = {
        .tenant = c->tenant,
        .complaint = *id,
        .kind = COMPLAINT_RECEIVED,
        .at_us = c->received_us,
        .value = str_of(complaint_source_text(c->source)),
        .text = n->file_name};
    if (rc == TM_OK)
        rc = add_event(db, &received, e);
    return rc == TM_OK ? opt_out(db, n, *id, e) : rc;
}

/* --- what happens --- */

/* The last of the events that move a case; RECEIVED when none did. */
static int last_move(struct db *db, const struct complaint_book_event *v,
                     enum complaint_event *out, struct err *e)
{
    struct query q;
    *out = COMPLAINT_RECEIVED;
    query_open(&q, db,
               "SELECT c.id, coalesce((SELECT kind FROM complaint_event v "
               "WHERE v.tenant = c.tenant AND v.complaint = c.id AND v.kind "
               "IN ('answered', 'closed', 'reopened') ORDER BY v.id DESC "
               "LIMIT 1), 'received') FROM complaint c "
               "WHERE c.tenant = ? AND c.id = ?");
    query_int(&q, v->tenant.v);
    query_int(&q, v->complaint);
    int rc = query_step(&q, e);
    if (rc == 1)
        rc = complaint_event_parse(query_get_text(&q, 1), out)
                 ? TM_OK
                 : err_set(e, TM_ECORRUPT, "complaint %lld has no known state",
                           (long long)v->complaint);
    else if (rc == 0)
        rc = err_set(e, TM_ENOTFOUND,
                     "there is no complaint %lld; 'telemark complaint list' "
                     "names them",
                     (long long)v->complaint);
    query_close(&q);
    return rc;
}

/* Number and time told of the case beside those of the call. */
struct meant {
    int64_t told, at_us, until_us, called, placed_us;
};

static int find_meant(struct db *db, const struct complaint_book_event *v,
                      struct meant *out, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT c.e164, c.at_us, c.until_us, a.e164, "
               "max(a.placed_us, a.recorded_us) FROM attempt a "
               "JOIN complaint c ON c.tenant = a.tenant AND c.id = ?3 "
               "WHERE a.tenant = ?1 AND a.id = ?2");
    query_int(&q, v->tenant.v);
    query_int(&q, v->attempt.v);
    query_int(&q, v->complaint);
    int rc = query_step(&q, e);
    if (rc == 1)
        *out = (struct meant){query_get_int(&q, 0), query_get_int(&q, 1),
                              query_get_int(&q, 2), query_get_int(&q, 3),
                              query_get_int(&q, 4)};
    query_close(&q);
    if (rc == 0)
        return err_set(e, TM_ENOTFOUND, "there is no attempt %lld",
                       (long long)v->attempt.v);
    return rc < 0 ? rc : TM_OK;
}

/* A slip of the finger must not tie a complaint to a stranger's call: another
 * number may be a mistake of the person, another day too, both are not. */
static int check_attempt(struct db *db, const struct complaint_book_event *v,
                         struct err *e)
{
    struct meant m = {0};
    if (v->attempt.v == 0)
        return TM_OK;
    int rc = find_meant(db, v, &m, e);
    if (rc != TM_OK || v->force)
        return rc;
    int64_t until_us = m.until_us > m.at_us ? m.until_us : m.at_us;
    bool other_day = m.at_us != 0 && (m.placed_us < m.at_us - CIVIL_DAY_US ||
                                      m.placed_us > until_us + CIVIL_DAY_US);
    if (m.told == 0 || m.told == m.called || !other_day)
        return TM_OK;
    return err_set(e, TM_EINVAL,
                   "attempt %lld called another number on another day than "
                   "complaint %lld tells; if it is the one all the same, say "
                   "--force and --text WHY",
                   (long long)v->attempt.v, (long long)v->complaint);
}

int complaint_book_event(struct db *db, const struct complaint_book_event *v,
                         struct err *e)
{
    enum complaint_event last;
    int rc = last_move(db, v, &last, e);
    if (rc != TM_OK)
        return rc;
    bool closed = last == COMPLAINT_SHUT;
    if (closed && v->kind != COMPLAINT_NOTE && v->kind != COMPLAINT_REOPENED)
        return err_set(e, TM_ESTATE,
                       "complaint %lld is closed: reopen it first",
                       (long long)v->complaint);
    if (!closed && v->kind == COMPLAINT_REOPENED)
        return err_set(e, TM_ESTATE, "complaint %lld is not closed",
                       (long long)v->complaint);
    rc = check_attempt(db, v, e);
    return rc == TM_OK ? add_event(db, v, e) : rc;
}

/* --- files --- */

int complaint_book_file(struct db *db, struct complaint_book_file *f,
                        struct err *e)
{
    struct query q;
    int rc = db_new_ids(db, "complaint_file", 1, &f->id, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db,
               "INSERT INTO complaint_file (tenant, id, file_name, layout, "
               "imported_us) VALUES (?, ?, ?, ?, ?)");
    query_int(&q, f->tenant.v);
    query_int(&q, f->id);
    query_text(&q, f->file_name);
    query_text(&q, f->layout);
    query_int(&q, f->now_us);
    return query_done(&q, e);
}

int complaint_book_file_end(struct db *db, const struct complaint_book_file *f,
                            struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE complaint_file SET rows = ?, cases = ?, others = ?, "
               "duplicates = ?, rejected = ? WHERE tenant = ? AND id = ?");
    query_int(&q, (int64_t)f->rows);
    query_int(&q, (int64_t)f->cases);
    query_int(&q, (int64_t)f->others);
    query_int(&q, (int64_t)f->duplicates);
    query_int(&q, (int64_t)f->rejected);
    query_int(&q, f->tenant.v);
    query_int(&q, f->id);
    return query_done(&q, e);
}

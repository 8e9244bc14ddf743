#include "store/reader_lists.h"

#include "core/campaign/campaign.h"
#include "store/reader_visit.h"

/* A function and its argument, to be passed on as one. */
struct campaign_visit {
    reader_campaign_fn *v;
    void *arg;
};

static int campaign_row(struct query *q, void *arg, struct err *e)
{
    const struct campaign_visit *to = arg;
    enum campaign_state state;
    if (!campaign_state_parse(query_get_text(q, 8), &state)) {
        return err_set(e, TM_ECORRUPT, "a campaign is in no known state");
    }
    struct reader_campaign c = {
        .tenant = {query_get_int(q, 0)},
        .id = {query_get_int(q, 1)},
        .seller = {query_get_int(q, 2)},
        .list = {query_get_int(q, 3)},
        .name = query_get_text(q, 4),
        .seller_name = query_get_text(q, 5),
        .list_name = query_get_text(q, 6),
        .plan = query_get_text(q, 7),
        .state = (int)state,
        .loaded_us = query_get_int(q, 9),
        .changed_us = query_get_int(q, 10),
        .first_call_us = query_get_int(q, 11),
        .first_loaded_us = query_get_int(q, 12),
    };
    return to->v(to->arg, &c);
}

int reader_lists_campaigns(void *self, struct tenant_id t,
                           reader_campaign_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct campaign_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT c.tenant, c.id, c.seller, c.list, c.name, s.name, "
               "l.name, c.plan, c.state, c.loaded_us, c.changed_us, "
               "c.first_call_us, coalesce((SELECT min(v.loaded_us) FROM "
               "plan_version v WHERE v.tenant = c.tenant "
               "AND v.campaign = c.id), c.loaded_us) FROM campaign c "
               "LEFT JOIN seller s ON s.tenant = c.tenant "
               "AND s.id = c.seller "
               "LEFT JOIN list l ON l.tenant = c.tenant AND l.id = c.list "
               "WHERE ?1 = 0 OR c.tenant = ?1 ORDER BY c.id");
    query_int(&q, t.v);
    return reader_visit_rows(&q, campaign_row, &to, e);
}

struct import_visit {
    reader_import_fn *v;
    void *arg;
};

static int import_row(struct query *q, void *arg, struct err *e)
{
    const struct import_visit *to = arg;
    (void)e;
    struct reader_import i = {
        .list = {query_get_int(q, 0)},
        .list_name = query_get_text(q, 1),
        .file_name = query_get_text(q, 2),
        .file_hash = query_get_text(q, 3),
        .rows = (uint64_t)query_get_int(q, 4),
        .imported = (uint64_t)query_get_int(q, 5),
        .duplicates = (uint64_t)query_get_int(q, 6),
        .rejected = (uint64_t)query_get_int(q, 7),
        .started_us = query_get_int(q, 8),
        .finished_us = query_get_int(q, 9),
    };
    return to->v(to->arg, &i);
}

int reader_lists_imports(void *self, struct list_id l, reader_import_fn *v,
                         void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct import_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT f.list, l.name, f.file_name, f.hash, f.rows, "
               "f.imported, f.duplicates, f.rejected, f.started_us, "
               "f.finished_us FROM import_file f "
               "JOIN list l ON l.tenant = f.tenant AND l.id = f.list "
               "WHERE ?1 = 0 OR f.list = ?1 ORDER BY f.started_us, f.id");
    query_int(&q, l.v);
    return reader_visit_rows(&q, import_row, &to, e);
}

struct dnc_visit {
    reader_dnc_fn *v;
    void *arg;
};

static int dnc_row(struct query *q, void *arg, struct err *e)
{
    const struct dnc_visit *to = arg;
    (void)e;
    struct reader_dnc_list l = {
        .name = query_get_text(q, 0),
        .kind = query_get_text(q, 1),
        .country = query_get_text(q, 2),
        .file_name = query_get_text(q, 3),
        .source_hash = query_get_text(q, 4),
        .seller = {query_get_int(q, 5)},
        .generation = (uint64_t)query_get_int(q, 6),
        .rows = (uint64_t)query_get_int(q, 7),
        .obtained_us = query_get_int(q, 8),
        .published_us = query_get_int(q, 9),
    };
    return to->v(to->arg, &l);
}

int reader_lists_dnc(void *self, reader_dnc_fn *v, void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct dnc_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT name, kind, country, file_name, source_hash, seller, "
               "generation, rows, obtained_us, published_us FROM dnc_list d "
               "WHERE generation = (SELECT max(x.generation) "
               "FROM dnc_list x WHERE x.name = d.name) ORDER BY name");
    return reader_visit_rows(&q, dnc_row, &to, e);
}

struct journal_visit {
    reader_journal_fn *v;
    void *arg;
};

static int journal_row(struct query *q, void *arg, struct err *e)
{
    const struct journal_visit *to = arg;
    static const uint8_t none[JOURNAL_HASH_SIZE];
    (void)e;
    struct slice hash = query_get_text(q, 2);
    struct journal_row row = {
        .seq = (uint64_t)query_get_int(q, 0),
        .payload = query_get_text(q, 1),
        /* A hash of another size cannot be right: the check shall say so. */
        .hash = hash.n == JOURNAL_HASH_SIZE ? (const uint8_t *)hash.p : none,
    };
    return to->v(to->arg, &row);
}

int reader_lists_journal(void *self, uint64_t from_seq, reader_journal_fn *v,
                         void *arg, struct err *e)
{
    struct sqlite_reader *r = self;
    struct journal_visit to = {v, arg};
    struct query q;
    query_open(&q, &r->db,
               "SELECT seq, payload, hash FROM journal WHERE seq >= ? "
               "ORDER BY seq");
    query_int(&q, (int64_t)from_seq);
    return reader_visit_rows(&q, journal_row, &to, e);
}

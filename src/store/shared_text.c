#include "store/shared_text.h"

#include "base/arena.h"
#include "base/text_cache.h"
#include "core/journal/fingerprint.h"
#include "store/query.h"

enum { BATCH = 2000 };

struct shared_text {
    struct tenant_id tenant; /* whose texts are in the cache */
    struct text_cache cache; /* of ids */
};

struct shared_text *shared_text_new(void)
{
    return mem_alloc(sizeof(struct shared_text));
}

void shared_text_free(struct shared_text *s)
{
    mem_free(s);
}

void shared_text_forget(struct shared_text *s)
{
    s->tenant = (struct tenant_id){0};
    text_cache_clear(&s->cache);
}

static int add_text(struct db *db, struct tenant_id tenant, struct slice text,
                    const uint8_t *hash, int64_t *id, struct err *e)
{
    struct query q;
    int64_t made = 0;
    int rc = db_new_ids(db, "shared_text", 1, &made, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db,
               "INSERT INTO shared_text (tenant, id, hash, text) "
               "VALUES (?, ?, ?, ?)");
    query_int(&q, tenant.v);
    query_int(&q, made);
    query_blob(&q, hash, FINGERPRINT_SIZE);
    query_text(&q, text);
    rc = query_done(&q, e);
    if (rc == TM_OK)
        *id = made;
    return rc;
}

static int find_or_add(struct db *db, struct tenant_id tenant,
                       struct slice text, int64_t *id, struct err *e)
{
    uint8_t hash[FINGERPRINT_SIZE];
    struct query q;
    fingerprint(text, hash);
    query_open(&q, db,
               "SELECT id FROM shared_text WHERE tenant = ? AND hash = ?");
    query_int(&q, tenant.v);
    query_blob(&q, hash, sizeof(hash));
    int rc = query_step(&q, e);
    if (rc == 1)
        *id = query_get_int(&q, 0);
    query_close(&q);
    if (rc < 0)
        return rc;
    return rc == 1 ? TM_OK : add_text(db, tenant, text, hash, id, e);
}

int shared_text_id(struct db *db, struct tenant_id tenant, struct slice text,
                   int64_t *id, struct err *e)
{
    struct shared_text *s = db->shared;
    uint64_t known;
    tm_assert(db->in_transaction && s != NULL);
    if (text.n == 0) {
        *id = 0;
        return TM_OK;
    }
    if (s->tenant.v != tenant.v) {
        text_cache_clear(&s->cache);
        s->tenant = tenant;
    }
    if (text_cache_get(&s->cache, text, &known)) {
        *id = (int64_t)known;
        return TM_OK;
    }
    int rc = find_or_add(db, tenant, text, id, e);
    if (rc == TM_OK)
        text_cache_set(&s->cache, text, (uint64_t)*id);
    return rc;
}

/* --- rows that are older than the table -----------------------------------*/

struct row {
    struct tenant_id tenant;
    int64_t attempt;
};

static int find_rows(struct db *db, struct row *row, size_t max, size_t *n,
                     struct err *e)
{
    struct query q;
    int rc;
    query_open(&q, db,
               "SELECT tenant, id FROM attempt "
               "WHERE rules <> '' OR versions <> '' LIMIT ?");
    query_int(&q, (int64_t)max);
    *n = 0;
    while ((rc = query_step(&q, e)) == 1)
        row[(*n)++] =
            (struct row){{query_get_int(&q, 0)}, query_get_int(&q, 1)};
    query_close(&q);
    return rc;
}

/* The ids of a row's texts. Where it has none of its own it has an id. */
static int ids_of(struct db *db, const struct row *r, int64_t id[2],
                  struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT rules, versions, rules_text, versions_text "
               "FROM attempt WHERE tenant = ? AND id = ?");
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt);
    int rc = query_step(&q, e);
    for (int i = 0; rc == 1 && i < 2; i++) {
        struct slice own = query_get_text(&q, i);
        id[i] = query_get_int(&q, 2 + i);
        int got =
            own.n > 0 ? shared_text_id(db, r->tenant, own, &id[i], e) : TM_OK;
        rc = got == TM_OK ? 1 : got;
    }
    query_close(&q);
    tm_assert(rc != 0); /* one thread writes, and it was there */
    return rc < 0 ? rc : TM_OK;
}

static int move_row(struct db *db, const struct row *r, struct err *e)
{
    struct query q;
    int64_t id[2] = {0};
    int rc = ids_of(db, r, id, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db,
               "UPDATE attempt SET rules = '', versions = '', rules_text = ?, "
               "versions_text = ? WHERE tenant = ? AND id = ?");
    query_int(&q, id[0]);
    query_int(&q, id[1]);
    query_int(&q, r->tenant.v);
    query_int(&q, r->attempt);
    return query_done(&q, e);
}

int shared_text_move(struct db *db, size_t rows_max, size_t *moved,
                     struct err *e)
{
    tm_assert(!db->in_transaction && rows_max > 0);
    struct row *row = mem_alloc(rows_max * sizeof(*row));
    size_t n = 0;
    int rc = find_rows(db, row, rows_max, &n, e);
    bool any = rc == TM_OK && n > 0;
    if (any)
        rc = db_begin(db, e);
    for (size_t i = 0; rc == TM_OK && i < n; i++)
        rc = move_row(db, &row[i], e);
    if (rc == TM_OK && any)
        rc = db_commit(db, e);
    if (rc != TM_OK)
        db_rollback(db);
    mem_free(row);
    if (rc == TM_OK)
        *moved = n;
    return rc;
}

int shared_text_move_some(struct db *db, struct err *e)
{
    size_t moved = 1;
    int rc = TM_OK;
    for (size_t n = 0; rc == TM_OK && moved > 0 && n < SHARED_TEXT_AT_START;
         n += BATCH)
        rc = shared_text_move(db, BATCH, &moved, e);
    return rc;
}

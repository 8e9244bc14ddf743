#include "store/query.h"

static sqlite3_stmt *prepare(struct db *db, const char *literal)
{
    uint64_t index;
    if (map_get(&db->by_text, (uintptr_t)literal, &index)) {
        return db->statement[index];
    }
    tm_assert(db->statements < DB_STATEMENTS_MAX);
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v3(db->sql, literal, -1, SQLITE_PREPARE_PERSISTENT,
                           &stmt, NULL) != SQLITE_OK) {
        return NULL;
    }
    map_set(&db->by_text, (uintptr_t)literal, db->statements);
    db->statement[db->statements++] = stmt;
    return stmt;
}

void query_open(struct query *q, struct db *db, const char *literal)
{
    *q = (struct query){.db = db, .stmt = prepare(db, literal)};
    q->rc = q->stmt ? SQLITE_OK : sqlite3_errcode(db->sql);
    tm_assert(!q->stmt || !sqlite3_stmt_busy(q->stmt));
}

static bool ready(struct query *q)
{
    q->bound++;
    return q->rc == SQLITE_OK;
}

void query_int(struct query *q, int64_t v)
{
    if (ready(q)) {
        q->rc = sqlite3_bind_int64(q->stmt, q->bound, v);
    }
}

void query_text(struct query *q, struct slice s)
{
    if (ready(q)) {
        q->rc = sqlite3_bind_text64(q->stmt, q->bound, s.p ? s.p : "", s.n,
                                    SQLITE_STATIC, SQLITE_UTF8);
    }
}

void query_blob(struct query *q, const void *p, size_t n)
{
    if (ready(q)) {
        q->rc = sqlite3_bind_blob64(q->stmt, q->bound, p ? p : "", n,
                                    SQLITE_STATIC);
    }
}

int query_step(struct query *q, struct err *e)
{
    if (q->rc == SQLITE_OK) {
        tm_assert(q->bound == sqlite3_bind_parameter_count(q->stmt));
        int rc = sqlite3_step(q->stmt);
        if (rc == SQLITE_ROW) {
            return 1;
        }
        if (rc == SQLITE_DONE) {
            return 0;
        }
        q->rc = rc;
    }
    return db_error(q->db, q->stmt ? sqlite3_sql(q->stmt) : "a statement", e);
}

void query_close(struct query *q)
{
    if (q->stmt) {
        (void)sqlite3_reset(q->stmt);
        (void)sqlite3_clear_bindings(q->stmt);
    }
    *q = (struct query){0};
}

int query_done(struct query *q, struct err *e)
{
    int rc;
    while ((rc = query_step(q, e)) == 1) {
    }
    query_close(q);
    return rc;
}

int query_one(struct query *q, int64_t *out, struct err *e)
{
    int rc = query_step(q, e);
    if (rc == 1) {
        *out = query_get_int(q, 0);
        rc = TM_OK;
    } else if (rc == 0) {
        rc = TM_ENOTFOUND;
    }
    query_close(q);
    return rc;
}

int64_t query_get_int(struct query *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

struct slice query_get_text(struct query *q, int column)
{
    const void *p = sqlite3_column_blob(q->stmt, column);
    int n = sqlite3_column_bytes(q->stmt, column);
    return str_range(p ? p : "", p ? (size_t)n : 0);
}

struct civil_date query_get_date(struct query *q, int column)
{
    struct civil_date d = {0};
    if (!civil_parse_date(query_get_text(q, column), &d)) {
        return (struct civil_date){0};
    }
    return d;
}

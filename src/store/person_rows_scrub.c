/* What was deleted leaves the file too: see store/person_rows.h. */
#include "store/person_rows.h"
#include "store/query.h"
#include "store/retention.h"

enum { VACUUM_BYTES_MAX = 256 << 20 };

static int file_bytes(struct db *db, int64_t *out, struct err *e)
{
    struct query q;
    int64_t pages = 0, size = 0;
    query_open(&q, db, "PRAGMA page_count");
    int rc = query_one(&q, &pages, e);
    if (rc == TM_OK) {
        query_open(&q, db, "PRAGMA page_size");
        rc = query_one(&q, &size, e);
    }
    *out = pages * size;
    return rc;
}

static int empty_log(struct db *db, struct person_rows_scrub *s, struct err *e)
{
    struct query q;
    int64_t busy = 0;
    query_open(&q, db, "PRAGMA wal_checkpoint(TRUNCATE)");
    int rc = query_one(&q, &busy, e);
    if (rc == TM_OK && busy != 0) {
        s->clean = false;
        (void)str_copy(s->why, sizeof(s->why),
                       str_of("a report was reading: the write-ahead log "
                              "still has old pages until the next change"));
    }
    return rc;
}

int person_rows_scrub(struct db *db, struct person_rows_scrub *s, struct err *e)
{
    int64_t bytes = 0;
    s->clean = true;
    int rc = retention_files(db, e);
    if (rc == TM_OK)
        rc = file_bytes(db, &bytes, e);
    /* Neither works inside the transaction that work comes in; what is in it
     * so far is nothing of ours. */
    if (rc == TM_OK)
        rc = db_commit(db, e);
    if (rc != TM_OK)
        return rc;
    if (s->alone || bytes <= VACUUM_BYTES_MAX) {
        rc = db_exec(db, "VACUUM", e);
    } else {
        s->clean = false;
        (void)str_copy(s->why, sizeof(s->why),
                       str_of("the database is too large to be rewritten "
                              "beside a running server: run 'telemark records "
                              "erase' once without it"));
    }
    if (rc == TM_OK)
        rc = empty_log(db, s, e);
    int again = db_begin(db, rc == TM_OK ? e : NULL);
    return rc == TM_OK ? again : rc;
}

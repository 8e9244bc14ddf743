/* Exports that an erased person is in: see store/person_rows.h. */
#include "store/person_rows_inside.h"
#include "store/query.h"

static int list_exports(struct db *db, struct person_rows *p,
                        const uint8_t *hash, struct err *e)
{
    struct query q;
    int rc;
    query_open(&q, db,
               "SELECT x.kind, x.path FROM export x WHERE x.tenant = ?1 "
               "AND (x.number = ?2 OR x.kind = 'records' AND (EXISTS "
               "(SELECT 1 FROM either_call a WHERE " CALLS_OF
               "AND a.recorded_us >= x.from_us AND a.recorded_us < x.until_us "
               "AND (x.seller = 0 OR a.seller = x.seller)) OR EXISTS "
               "(SELECT 1 FROM lead d WHERE d.tenant = ?1 AND d.id" ITS
               "AND d.imported_us < x.until_us) OR EXISTS (SELECT 1 FROM "
               "ledger g WHERE g.tenant = ?1 AND g.e164" MINE
               "AND g.recorded_us < x.until_us) OR EXISTS (SELECT 1 FROM "
               "opt_out o WHERE o.tenant = ?1 AND o.e164" MINE
               "AND o.at_us >= x.from_us AND o.at_us < x.until_us))) "
               "ORDER BY x.id");
    query_int(&q, p->tenant.v);
    query_blob(&q, hash, JOURNAL_NUMBER_SIZE);
    while ((rc = query_step(&q, e)) == 1) {
        if (p->paths == PERSON_PATHS_MAX) {
            p->more_paths = true;
            continue;
        }
        struct person_rows_path *to = &p->path[p->paths++];
        (void)str_copy(to->kind, sizeof(to->kind), query_get_text(&q, 0));
        (void)str_copy(to->path, sizeof(to->path), query_get_text(&q, 1));
    }
    query_close(&q);
    return rc;
}

/* Exports of the person's own data are forgotten with him. */
static int drop_exports(struct db *db, struct person_rows *p,
                        const uint8_t *hash, struct err *e)
{
    struct query q;
    query_open(&q, db, "DELETE FROM export WHERE tenant = ? AND number = ?");
    query_int(&q, p->tenant.v);
    query_blob(&q, hash, JOURNAL_NUMBER_SIZE);
    int rc = query_done(&q, e);
    p->tally[PERSON_EXPORTS].erased += (uint64_t)sqlite3_changes(db->sql);
    return rc;
}

int person_rows_exports(struct db *db, struct person_rows *p, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < p->numbers; i++) {
        uint8_t hash[JOURNAL_NUMBER_SIZE];
        journal_number(db->journal.salt, p->number[i], hash);
        /* Exports of records are found once, those of persons by number. */
        if (i == 0)
            rc = list_exports(db, p, hash, e);
        if (rc == TM_OK)
            rc = drop_exports(db, p, hash, e);
    }
    return rc;
}

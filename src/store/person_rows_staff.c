/* A person who is, or was, one of our own: see store/person_rows_inside.h. */
#include "store/person_rows_inside.h"
#include "store/query.h"

#define AGENT_STILL                                                            \
    "EXISTS (SELECT 1 FROM agent h WHERE h.tenant = ?1 "                       \
    "AND h.removed_us = 0 AND h.e164" MINE ") "

static int blank(struct db *db, struct person_rows *p, const char *literal,
                 struct err *e)
{
    struct query q;
    query_open(&q, db, literal);
    query_int(&q, p->tenant.v);
    int rc = query_done(&q, e);
    if (rc == TM_OK)
        p->tally[PERSON_STAFF].erased += (uint64_t)sqlite3_changes(db->sql);
    return rc;
}

int person_rows_staff(struct db *db, struct person_rows *p, struct err *e)
{
    struct query q;
    int64_t left = 0;
    /* Legs first: what was removed is told from who still is an agent. */
    int rc = blank(db, p,
                   "UPDATE staff_leg SET e164 = 0 WHERE tenant = ?1 "
                   "AND e164" MINE "AND ended_us > 0 AND NOT " AGENT_STILL,
                   e);
    if (rc == TM_OK)
        rc = blank(db, p,
                   "UPDATE agent SET e164 = 0 WHERE tenant = ?1 "
                   "AND removed_us > 0 AND e164" MINE,
                   e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db,
               "SELECT (SELECT count(*) FROM staff_leg WHERE tenant = ?1 "
               "AND e164" MINE ") + (SELECT count(*) FROM agent "
               "WHERE tenant = ?1 AND e164" MINE ")");
    query_int(&q, p->tenant.v);
    rc = query_one(&q, &left, e);
    p->tally[PERSON_STAFF].kept = (uint64_t)left;
    if (left > 0)
        p->tally[PERSON_STAFF].because =
            "the telephone of an agent: 'telemark agent remove' him first, "
            "then erase again";
    return rc;
}

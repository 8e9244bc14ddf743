#include "store/export_note.h"

#include <stdio.h>

#include "store/apply.h"
#include "store/query.h"

int export_note_add(struct db *db, const struct export_note *n, struct err *e)
{
    struct query q;
    uint8_t hash[JOURNAL_NUMBER_SIZE];
    char text[24];
    int64_t id = 0;
    int rc = db_new_ids(db, "export", 1, &id, e);
    if (rc != TM_OK)
        return rc;
    journal_number(db->journal.salt, n->e164, hash);
    query_open(&q, db,
               "INSERT INTO export (tenant, id, kind, number, seller, "
               "from_us, until_us, path, made_us) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, n->tenant.v);
    query_int(&q, id);
    query_text(&q, str_of(n->kind));
    query_blob(&q, hash, n->e164 != 0 ? sizeof(hash) : 0);
    query_int(&q, n->seller.v);
    query_int(&q, n->from_us);
    query_int(&q, n->until_us);
    query_text(&q, str_of(n->path));
    query_int(&q, n->now_us);
    rc = query_done(&q, e);
    if (rc != TM_OK)
        return rc;
    (void)snprintf(text, sizeof(text), "%lld", (long long)id);
    struct record r = {.kind = RECORD_EXPORTED,
                       .at_us = n->now_us,
                       .tenant = n->tenant,
                       .seller = n->seller,
                       .e164 = n->e164,
                       .key = str_of(n->kind),
                       .value = str_of(text)};
    return apply_record(db, &r, e);
}

/* What an erasure keeps of consents and relationships because a law wants it,
 * in the smallest form: see store/person_rows.h. */
#include "store/person_rows_inside.h"
#include "store/query.h"
#include "store/reader_records.h"
#include "store/retention.h"

void person_rows_keep(struct person_rows *p, enum person_rows_kind k,
                      const struct retention_rule *rule, int64_t until_us)
{
    struct person_rows_tally *t = &p->tally[k];
    t->kept++;
    if (until_us > t->until_us || t->because == NULL) {
        t->until_us = until_us;
        t->because = rule->citation;
    }
}

struct keeping {
    int64_t seller, channels, ended_us, recorded_us, from_us;
    uint64_t e164;
    char name[200], word[32], given[12], source[300];
};

static int put_kept(struct db *db, struct person_rows *p, const char *kind,
                    const struct keeping *k, int64_t until_us, struct err *e)
{
    struct query q;
    int64_t id = 0;
    int rc = db_new_ids(db, "kept", 1, &id, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db,
               "INSERT INTO kept (tenant, id, kind, seller, e164, name, word, "
               "given, channels, ended_us, source, recorded_us, until_us) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, p->tenant.v);
    query_int(&q, id);
    query_text(&q, str_of(kind));
    query_int(&q, k->seller);
    query_int(&q, (int64_t)k->e164);
    query_text(&q, str_of(k->name));
    query_text(&q, str_of(k->word));
    query_text(&q, str_of(k->given));
    query_int(&q, k->channels);
    query_int(&q, k->ended_us);
    query_text(&q, str_of(k->source));
    query_int(&q, k->recorded_us);
    query_int(&q, until_us);
    return query_done(&q, e);
}

#define KEEPING_COLUMNS                                                        \
    ", " READER_RECORDS_NAME ", coalesce((SELECT p.e164 FROM lead_phone p "    \
    "WHERE p.tenant = d.tenant AND p.lead = d.id ORDER BY p.position "         \
    "LIMIT 1), 0), coalesce(f.file_name, '') || ' row ' || d.import_row, "     \
    "coalesce((SELECT max(a.recorded_us) FROM attempt a "                      \
    "WHERE a.tenant = d.tenant AND a.lead = d.id), 0), "

static void read_keeping(struct query *q, struct keeping *k)
{
    *k = (struct keeping){.seller = query_get_int(q, 0),
                          .channels = query_get_int(q, 3),
                          .ended_us = query_get_int(q, 4),
                          .recorded_us = query_get_int(q, 5),
                          .e164 = (uint64_t)query_get_int(q, 7)};
    (void)str_copy(k->word, sizeof(k->word), query_get_text(q, 1));
    (void)str_copy(k->given, sizeof(k->given), query_get_text(q, 2));
    (void)str_copy(k->name, sizeof(k->name), query_get_text(q, 6));
    (void)str_copy(k->source, sizeof(k->source), query_get_text(q, 8));
    k->from_us = query_get_int(q, 9);
}

/* A consent is kept from the last call that may have leant on it. */
int person_rows_keep_consents(struct db *db, struct person_rows *p,
                              struct err *e)
{
    struct query q;
    struct keeping k;
    int rc;
    query_open(&q, db,
               "SELECT c.seller, c.type, c.given, c.channels, "
               "coalesce(x.revoked_us, 0), c.recorded_us" KEEPING_COLUMNS
               "c.position FROM consent c JOIN lead d ON d.tenant = c.tenant "
               "AND d.id = c.lead LEFT JOIN import_file f "
               "ON f.tenant = d.tenant AND f.id = d.import_file "
               "LEFT JOIN consent_end x ON x.tenant = c.tenant "
               "AND x.lead = c.lead AND x.position = c.position "
               "WHERE c.tenant = ? AND c.lead" ITS);
    query_int(&q, p->tenant.v);
    while ((rc = query_step(&q, e)) == 1) {
        read_keeping(&q, &k);
        const struct retention_rule *rule =
            retention_rule_of_number(RETENTION_CONSENT, k.e164);
        int64_t from = k.from_us > k.recorded_us ? k.from_us : k.recorded_us;
        int64_t until = retention_duty_until(rule, from);
        if (until <= p->now_us) {
            p->tally[PERSON_CONSENTS].erased++;
            continue;
        }
        person_rows_keep(p, PERSON_CONSENTS, rule, until);
        rc = put_kept(db, p, "consent", &k, until, e);
        if (rc != TM_OK)
            break;
    }
    query_close(&q);
    return rc;
}

/* A relationship is a record of ours only when a call asserted it. */
int person_rows_keep_relationships(struct db *db, struct person_rows *p,
                                   struct err *e)
{
    struct query q;
    struct keeping k;
    int rc;
    query_open(&q, db,
               "SELECT 0, v.kind, v.day, 0, 0, d.imported_us" KEEPING_COLUMNS
               "0 FROM lead d JOIN (SELECT tenant, id, 'transaction' AS kind, "
               "last_transaction AS day FROM lead UNION ALL SELECT tenant, id, "
               "'inquiry', last_inquiry FROM lead UNION ALL SELECT tenant, "
               "id, 'gift', last_gift FROM lead) v ON v.tenant = d.tenant "
               "AND v.id = d.id AND v.day <> '' LEFT JOIN import_file f "
               "ON f.tenant = d.tenant AND f.id = d.import_file "
               "WHERE d.tenant = ? AND d.id" ITS);
    query_int(&q, p->tenant.v);
    while ((rc = query_step(&q, e)) == 1) {
        read_keeping(&q, &k);
        const struct retention_rule *rule =
            retention_rule_of_number(RETENTION_RELATIONSHIP, k.e164);
        int64_t until =
            k.from_us > 0 ? retention_duty_until(rule, k.from_us) : 0;
        if (until <= p->now_us) {
            p->tally[PERSON_RELATIONSHIPS].erased++;
            continue;
        }
        person_rows_keep(p, PERSON_RELATIONSHIPS, rule, until);
        rc = put_kept(db, p, "relationship", &k, until, e);
        if (rc != TM_OK)
            break;
    }
    query_close(&q);
    return rc;
}

#include "store/person_rows.h"

#include "core/number/number.h"
#include "store/apply.h"
#include "store/catalog.h"
#include "store/query.h"
#include "store/reader_records.h"

static const char *const kind_word[] = {
#define X(name, word) word,
    PERSON_KINDS(X)
#undef X
};

const char *person_rows_kind_text(enum person_rows_kind k)
{
    tm_assert((size_t)k < tm_array_len(kind_word));
    return kind_word[k];
}

/* --- who it is ------------------------------------------------------------*/

/* In memory only (temp_store): the leads and numbers of the person. */
static int make_sets(struct db *db, struct err *e)
{
    return db_exec(db,
                   "CREATE TEMP TABLE IF NOT EXISTS person_lead "
                   "(lead INTEGER PRIMARY KEY); "
                   "CREATE TEMP TABLE IF NOT EXISTS person_number "
                   "(e164 INTEGER PRIMARY KEY); "
                   "DELETE FROM person_lead; DELETE FROM person_number",
                   e);
}

static int fill_leads(struct db *db, const struct person_rows *p, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT OR IGNORE INTO person_lead SELECT lead FROM "
               "lead_phone WHERE tenant = ?1 AND e164 = ?2 AND ?2 > 0 "
               "UNION SELECT d.id FROM lead d, json_each(d.fields) f "
               "WHERE ?3 <> '' AND d.tenant = ?1 AND lower(f.atom) = ?3");
    query_int(&q, p->tenant.v);
    query_int(&q, (int64_t)p->e164);
    query_text(&q, p->address);
    return query_done(&q, e);
}

static int fill_numbers(struct db *db, const struct person_rows *p,
                        struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT OR IGNORE INTO person_number SELECT e164 FROM "
               "lead_phone WHERE tenant = ?1 AND lead IN person_lead "
               "UNION SELECT ?2 WHERE ?2 > 0 UNION SELECT e164 FROM ledger "
               "WHERE tenant = ?1 AND ?3 <> '' AND address = ?3 "
               "AND e164 > 0 AND kind <> 'caller_id'");
    query_int(&q, p->tenant.v);
    query_int(&q, (int64_t)p->e164);
    query_text(&q, p->address);
    return query_done(&q, e);
}

static int read_numbers(struct db *db, struct person_rows *p, struct err *e)
{
    struct query q;
    int rc;
    p->numbers = 0;
    query_open(&q, db, "SELECT e164 FROM person_number ORDER BY e164");
    while ((rc = query_step(&q, e)) == 1) {
        if (p->numbers == PERSON_NUMBERS_MAX) {
            rc = err_set(e, TM_ELIMIT,
                         "more than %d numbers hang together with this one: "
                         "name the person by one number",
                         PERSON_NUMBERS_MAX);
            break;
        }
        p->number[p->numbers++] = (uint64_t)query_get_int(&q, 0);
    }
    query_close(&q);
    return rc;
}

static int read_names(struct db *db, struct person_rows *p, struct err *e)
{
    struct query q;
    int rc;
    p->names = 0;
    query_open(&q, db,
               "SELECT " READER_RECORDS_NAME " FROM lead d "
               "WHERE d.tenant = ?1 AND d.id IN person_lead UNION "
               "SELECT g.name FROM ledger g WHERE g.tenant = ?1 AND "
               "g.kind <> 'caller_id' AND g.e164 IN person_number UNION "
               "SELECT c.name FROM complaint c WHERE c.tenant = ?1 "
               "AND c.e164 IN person_number");
    query_int(&q, p->tenant.v);
    while ((rc = query_step(&q, e)) == 1) {
        struct slice name = query_get_text(&q, 0);
        if (name.n > 0 && p->names < PERSON_NAMES_MAX)
            (void)str_copy(p->name[p->names++], sizeof(p->name[0]), name);
    }
    query_close(&q);
    return rc;
}

static int is_on_file(struct db *db, const struct person_rows *p, struct err *e)
{
    struct query q;
    int64_t n = 0;
    query_open(&q, db,
               "SELECT (SELECT count(*) FROM person_lead) + EXISTS (SELECT 1 "
               "FROM attempt WHERE tenant = ?1 AND e164 = ?2) + EXISTS "
               "(SELECT 1 FROM incoming WHERE tenant = ?1 AND e164 = ?2 "
               "AND ?2 > 0) + EXISTS "
               "(SELECT 1 FROM ledger WHERE tenant = ?1 AND (e164 = ?2 "
               "AND ?2 > 0 OR address = ?3 AND ?3 <> '')) + EXISTS (SELECT 1 "
               "FROM opt_out WHERE tenant = ?1 AND e164 = ?2) + EXISTS "
               "(SELECT 1 FROM kept WHERE tenant = ?1 AND e164 = ?2) + "
               "EXISTS (SELECT 1 FROM complaint WHERE tenant = ?1 "
               "AND e164 = ?2 AND ?2 > 0) + EXISTS (SELECT 1 FROM agent "
               "WHERE tenant = ?1 AND e164 = ?2 AND ?2 > 0) + EXISTS (SELECT "
               "1 FROM staff_leg WHERE tenant = ?1 AND e164 = ?2 "
               "AND ?2 > 0)");
    query_int(&q, p->tenant.v);
    query_int(&q, (int64_t)p->e164);
    query_text(&q, p->address);
    int rc = query_one(&q, &n, e);
    if (rc == TM_OK && n == 0)
        rc = err_set(e, TM_ENOTFOUND,
                     "nobody is on file with this %s; nothing was changed",
                     p->e164 != 0 ? "number" : "address");
    return rc;
}

int person_rows_find(struct db *db, struct person_rows *p, struct err *e)
{
    struct query q;
    int64_t n = 0;
    tm_assert(p->e164 != 0 || p->address.n > 0);
    int rc = make_sets(db, e);
    if (rc == TM_OK)
        rc = fill_leads(db, p, e);
    if (rc == TM_OK)
        rc = fill_numbers(db, p, e);
    if (rc == TM_OK)
        rc = is_on_file(db, p, e);
    if (rc == TM_OK)
        rc = read_numbers(db, p, e);
    if (rc == TM_OK)
        rc = read_names(db, p, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db, "SELECT count(*) FROM person_lead");
    rc = query_one(&q, &n, e);
    p->leads = (uint64_t)n;
    return rc;
}

int person_rows_suppress(struct db *db, struct person_rows *p, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < p->numbers; i++) {
        struct catalog_opt_out o = {.tenant = p->tenant,
                                    .e164 = p->number[i],
                                    .now_us = p->now_us,
                                    .source = str_of("erasure")};
        rc = catalog_opt_out(db, &o, e);
    }
    return rc;
}

/* --- correct --------------------------------------------------------------*/

static bool is_letters(struct slice s, size_t least, size_t most)
{
    bool good = s.n >= least && s.n <= most;
    for (size_t i = 0; good && i < s.n; i++)
        good = (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
               (s.p[i] >= '0' && s.p[i] <= '9');
    return good;
}

static bool is_key(struct slice s)
{
    bool good = s.n > 0 && s.n <= 64;
    for (size_t i = 0; good && i < s.n; i++)
        good = (s.p[i] >= 'a' && s.p[i] <= 'z') ||
               (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_' ||
               (unsigned char)s.p[i] >= 0x80;
    return good;
}

static int check_change(const struct person_rows_change *c, struct err *e)
{
    int n = (int)c->key.n;
    if (str_eq(c->key, "country") && !is_letters(c->value, 2, 2))
        return err_set(e, TM_EINVAL, "a country is two letters, like US");
    if (str_eq(c->key, "region") && c->value.n > 0 &&
        !is_letters(c->value, 1, 3))
        return err_set(e, TM_EINVAL,
                       "a region is its short name, like OH or ON");
    if (str_eq(c->key, "phone") || str_eq(c->key, "number"))
        return err_set(e, TM_EINVAL,
                       "a number is not corrected but replaced: import the "
                       "person with the new one, erase the old one");
    if (!is_key(c->key))
        return err_set(e, TM_EINVAL,
                       "\"%.*s\" is no field: small letters, digits and _", n,
                       c->key.p);
    if (c->value.n > 4000)
        return err_set(e, TM_ELIMIT, "%.*s: at most 4,000 bytes", n, c->key.p);
    return TM_OK;
}

/* What the person says of his own place is confirmed. */
static int set_column(struct db *db, const struct person_rows_change *c,
                      struct err *e)
{
    struct query q;
    if (str_eq(c->key, "county"))
        query_open(&q, db,
                   "UPDATE lead SET county = ?1 WHERE tenant = ?2 "
                   "AND id IN (SELECT lead FROM lead_phone "
                   "WHERE tenant = ?2 AND e164 = ?3)");
    else if (str_eq(c->key, "country"))
        query_open(&q, db,
                   "UPDATE lead SET country = ?1 WHERE tenant = ?2 "
                   "AND id IN (SELECT lead FROM lead_phone "
                   "WHERE tenant = ?2 AND e164 = ?3)");
    else
        query_open(&q, db,
                   "UPDATE lead SET region = ?1, region_confirmed = ?1 <> '' "
                   "WHERE tenant = ?2 AND id IN (SELECT lead FROM lead_phone "
                   "WHERE tenant = ?2 AND e164 = ?3)");
    query_text(&q, c->value);
    query_int(&q, c->tenant.v);
    query_int(&q, (int64_t)c->e164);
    return query_done(&q, e);
}

static int set_field(struct db *db, const struct person_rows_change *c,
                     struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE lead SET fields = json_set(fields, '$.\"' || ?4 || "
               "'\"', ?1) WHERE tenant = ?2 AND id IN (SELECT lead "
               "FROM lead_phone WHERE tenant = ?2 AND e164 = ?3)");
    query_text(&q, c->value);
    query_int(&q, c->tenant.v);
    query_int(&q, (int64_t)c->e164);
    query_text(&q, c->key);
    return query_done(&q, e);
}

int person_rows_correct(struct db *db, struct person_rows_change *c,
                        struct err *e)
{
    int rc = check_change(c, e);
    if (rc == TM_OK)
        rc = db_exec(db, "PRAGMA secure_delete = ON", e);
    if (rc != TM_OK)
        return rc;
    bool column = str_eq(c->key, "country") || str_eq(c->key, "region") ||
                  str_eq(c->key, "county");
    rc = column ? set_column(db, c, e) : set_field(db, c, e);
    if (rc != TM_OK)
        return rc;
    c->leads = (uint64_t)sqlite3_changes(db->sql);
    if (c->leads == 0)
        return err_set(e, TM_ENOTFOUND, "no list has this number");
    struct record r = {.kind = RECORD_CORRECTED,
                       .at_us = c->now_us,
                       .tenant = c->tenant,
                       .e164 = c->e164,
                       .key = c->key};
    return apply_record(db, &r, e);
}

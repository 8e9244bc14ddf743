#include "store/import_writer.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "core/rules/vocab.h"
#include "store/apply.h"
#include "store/catalog.h"
#include "store/import_adopt.h"
#include "store/ledger_rows.h"
#include "store/query.h"

enum { FIELDS_BYTES_MAX = 1 << 20 };

struct import_writer {
    struct sqlite_store *store;
    struct tenant_id tenant;
    struct list_id list;
    struct seller_id seller;
    int64_t file; /* id in import_file */
    int64_t now_us;
    bool again;
    struct import_writer_counts counts;
    char hash[IMPORT_WRITER_HASH_LEN];
};

/* --- begin ----------------------------------------------------------------*/

struct begin {
    struct import_writer *w;
    const struct import_writer_open *o;
    struct import_writer_start *start;
};

static int insert_file(struct db *db, struct import_writer *w,
                       const struct import_writer_open *o, struct err *e)
{
    int rc = db_new_ids(db, "import_file", 1, &w->file, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct query q;
    query_open(&q, db,
               "INSERT INTO import_file (tenant, id, list, hash, file_name, "
               "started_us) VALUES (?, ?, ?, ?, ?, ?)");
    query_int(&q, w->tenant.v);
    query_int(&q, w->file);
    query_int(&q, w->list.v);
    query_text(&q, str_of(o->file_hash));
    query_text(&q, str_of(o->file_name));
    query_int(&q, o->now_us);
    return query_done(&q, e);
}

static void take_over(struct query *q, struct import_writer *w,
                      struct import_writer_start *start)
{
    w->file = query_get_int(q, 0);
    w->again = query_get_int(q, 1) != 0;
    if (!w->again) {
        start->resume_row = (uint64_t)query_get_int(q, 2);
        start->resume_offset = (uint64_t)query_get_int(q, 3);
        w->counts.rows = (uint64_t)query_get_int(q, 4);
        w->counts.imported = (uint64_t)query_get_int(q, 5);
        w->counts.duplicates = (uint64_t)query_get_int(q, 6);
        w->counts.rejected = (uint64_t)query_get_int(q, 7);
    }
}

static int find_file(struct db *db, struct begin *b, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT id, finished_us, next_row, next_offset, rows, "
               "imported, duplicates, rejected FROM import_file "
               "WHERE tenant = ? AND list = ? AND hash = ?");
    query_int(&q, b->w->tenant.v);
    query_int(&q, b->w->list.v);
    query_text(&q, str_of(b->o->file_hash));
    int rc = query_step(&q, e);
    if (rc == 1) {
        take_over(&q, b->w, b->start);
    }
    query_close(&q);
    if (rc == 0) {
        return insert_file(db, b->w, b->o, e);
    }
    return rc < 0 ? rc : TM_OK;
}

static int begin_work(struct db *db, void *arg, struct err *e)
{
    struct begin *b = arg;
    int rc = catalog_list(db, b->w->tenant, str_of(b->o->list), &b->w->list, e);
    if (rc == TM_OK && b->o->seller) {
        rc = catalog_seller(db, b->w->tenant, str_of(b->o->seller),
                            &b->w->seller, e);
    }
    return rc == TM_OK ? find_file(db, b, e) : rc;
}

int import_writer_begin(struct sqlite_store *s,
                        const struct import_writer_open *o,
                        struct import_writer **out,
                        struct import_writer_start *start, struct err *e)
{
    struct import_writer *w = mem_alloc(sizeof(*w));
    struct import_writer_start found = {0};
    *w = (struct import_writer){
        .store = s, .tenant = o->tenant, .now_us = o->now_us};
    (void)str_copy(w->hash, sizeof(w->hash), str_of(o->file_hash));
    struct begin b = {w, o, &found};
    int rc = sqlite_store_run(s, begin_work, &b, e);
    if (rc != TM_OK) {
        mem_free(w);
        return rc;
    }
    found.list = w->list;
    found.seller = w->seller;
    found.again = w->again;
    found.counts = w->counts;
    *start = found;
    *out = w;
    return TM_OK;
}

/* --- batch ----------------------------------------------------------------*/

struct batch {
    struct import_writer *w;
    struct import_writer_batch *b;
    struct import_writer_counts counts;
    struct buf fields;
};

/* The phones that the list does not have yet; *kept is their number. */
static int insert_phones(struct db *db, const struct import_writer *w,
                         const struct lead *l, size_t *kept, struct err *e)
{
    *kept = 0;
    for (size_t i = 0; i < l->phones; i++) {
        struct query q;
        query_open(&q, db,
                   "INSERT INTO lead_phone (tenant, lead, position, list, "
                   "e164, type) VALUES (?, ?, ?, ?, ?, ?) "
                   "ON CONFLICT (tenant, list, e164) DO NOTHING");
        query_int(&q, w->tenant.v);
        query_int(&q, l->id.v);
        query_int(&q, (int64_t)i);
        query_int(&q, w->list.v);
        query_int(&q, (int64_t)l->phone[i].e164);
        query_text(&q, str_of(number_type_key(l->phone[i].type)));
        int rc = query_done(&q, e);
        if (rc != TM_OK) {
            return rc;
        }
        *kept += (size_t)sqlite3_changes(db->sql);
    }
    return TM_OK;
}

static struct slice date_text(struct civil_date d, char out[11])
{
    if (d.year == 0) {
        return str_of("");
    }
    civil_format_date(d, out);
    return str_of(out);
}

static int insert_consents(struct db *db, const struct import_writer *w,
                           const struct lead *l, struct err *e)
{
    for (size_t i = 0; i < l->consents; i++) {
        const struct lead_consent *c = &l->consent[i];
        int64_t seller = c->seller.v != 0 ? c->seller.v : w->seller.v;
        if (seller == 0 || c->type == CONSENT_NONE) {
            continue;
        }
        char given[11];
        struct query q;
        query_open(&q, db,
                   "INSERT INTO consent (tenant, lead, position, seller, "
                   "type, channels, given, import_file, recorded_us) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        query_int(&q, w->tenant.v);
        query_int(&q, l->id.v);
        query_int(&q, (int64_t)i);
        query_int(&q, seller);
        query_text(&q, str_of(vocab_consent_text(c->type)));
        query_int(&q, c->channels);
        query_text(&q, date_text(c->given, given));
        query_int(&q, w->file);
        query_int(&q, w->now_us);
        int rc = query_done(&q, e);
        if (rc != TM_OK) {
            return rc;
        }
    }
    return TM_OK;
}

/* When a row says that consent was withdrawn; 0: it does not. */
static int64_t revoked_of(const struct lead *l)
{
    int64_t revoked_us = 0;
    for (size_t i = 0; i < l->consents && revoked_us == 0; i++) {
        revoked_us = l->consent[i].revoked_us;
    }
    return revoked_us;
}

int64_t import_writer_opted_out_us(const struct import_writer *w,
                                   const struct lead *l)
{
    int64_t revoked_us = w->seller.v != 0 ? revoked_of(l) : 0;
    /* A bare "yes" was so before: the request counts from now. */
    return revoked_us == 1 ? w->now_us : revoked_us;
}

/* That ends all that its seller has from the number, also when the row is a
 * duplicate. */
static int end_consents(struct db *db, const struct import_writer *w,
                        int64_t revoked_us, uint64_t e164, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO consent_end (tenant, lead, position, "
               "revoked_us, attempt) SELECT c.tenant, c.lead, c.position, "
               "?4, 0 FROM lead_phone p JOIN consent c "
               "ON c.tenant = p.tenant AND c.lead = p.lead "
               "WHERE p.tenant = ?1 AND p.e164 = ?2 AND c.seller = ?3 "
               "ON CONFLICT DO NOTHING");
    query_int(&q, w->tenant.v);
    query_int(&q, (int64_t)e164);
    query_int(&q, w->seller.v);
    query_int(&q, revoked_us);
    return query_done(&q, e);
}

/* A request that is known already, from this time or before, is none again:
 * lists come back every week. */
static int opt_out(struct db *db, const struct import_writer *w, int64_t at_us,
                   uint64_t e164, struct err *e)
{
    struct query q;
    int64_t known_us;
    query_open(&q, db,
               "SELECT at_us FROM opt_out "
               "WHERE tenant = ? AND seller = ? AND e164 = ?");
    query_int(&q, w->tenant.v);
    query_int(&q, w->seller.v);
    query_int(&q, (int64_t)e164);
    int rc = query_one(&q, &known_us, e);
    if (rc != TM_ENOTFOUND && (rc != TM_OK || known_us <= at_us)) {
        return rc;
    }
    const struct ledger_entry x = {
        .kind = LEDGER_REVOCATION,
        .tenant = w->tenant,
        .seller = w->seller,
        .e164 = e164,
        .word = str_of("list"),
        .from_us = at_us,
        .recorded_us = w->now_us, /* when we learnt of it */
    };
    int64_t id;
    bool again;
    return ledger_rows_insert(db, &x, &id, &again, e);
}

/* Who withdraws asks to be left alone: also a number that had agreed to
 * nothing is not called by this seller again. */
static int take_withdrawal(struct db *db, const struct import_writer *w,
                           const struct lead *l, struct err *e)
{
    int64_t at_us = import_writer_opted_out_us(w, l);
    int rc = TM_OK;
    if (at_us == 0) {
        return rc;
    }
    for (size_t i = 0; rc == TM_OK && i < l->phones; i++) {
        rc = end_consents(db, w, revoked_of(l), l->phone[i].e164, e);
        if (rc == TM_OK) {
            rc = opt_out(db, w, at_us, l->phone[i].e164, e);
        }
    }
    return rc;
}

static void write_fields(struct buf *b, const struct lead *l)
{
    struct json_out j;
    buf_clear(b);
    json_out_init(&j, b);
    json_out_object(&j);
    for (size_t i = 0; i < l->fields; i++) {
        char name[256];
        (void)str_copy(name, sizeof(name), l->field[i].name);
        json_out_key(&j, name);
        json_out_slice(&j, l->field[i].value);
    }
    json_out_end_object(&j);
}

static int insert_lead(struct db *db, struct batch *s,
                       const struct import_writer_row *row, struct err *e)
{
    const struct lead *l = row->lead;
    char transaction[11], inquiry[11], gift[11];
    write_fields(&s->fields, l);
    if (s->fields.failed) {
        return err_set(e, TM_ELIMIT,
                       "row %llu: its fields have more than %d bytes",
                       (unsigned long long)row->row, FIELDS_BYTES_MAX);
    }
    struct query q;
    query_open(&q, db,
               "INSERT INTO lead (tenant, id, list, import_file, import_row, "
               "imported_us, country, region, region_confirmed, business, "
               "last_transaction, last_inquiry, last_gift, fields, county) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
               /* of a caller, which the row adopts */
               "ON CONFLICT (tenant, id) DO UPDATE SET "
               "import_file = excluded.import_file, "
               "import_row = excluded.import_row, "
               "imported_us = excluded.imported_us, "
               "country = excluded.country, region = excluded.region, "
               "region_confirmed = excluded.region_confirmed, "
               "business = excluded.business, "
               "last_transaction = excluded.last_transaction, "
               "last_inquiry = excluded.last_inquiry, "
               "last_gift = excluded.last_gift, fields = excluded.fields, "
               "county = excluded.county");
    query_int(&q, s->w->tenant.v);
    query_int(&q, l->id.v);
    query_int(&q, s->w->list.v);
    query_int(&q, s->w->file);
    query_int(&q, (int64_t)row->row);
    query_int(&q, s->w->now_us);
    query_text(&q, str_of(l->country));
    query_text(&q, str_of(l->region));
    query_int(&q, l->region_confirmed);
    query_int(&q, l->business);
    query_text(&q, date_text(l->last_transaction, transaction));
    query_text(&q, date_text(l->last_inquiry, inquiry));
    query_text(&q, date_text(l->last_gift, gift));
    query_text(&q, buf_slice(&s->fields));
    query_text(&q, str_of(l->county));
    return query_done(&q, e);
}

static int import_lead(struct db *db, struct batch *s,
                       const struct import_writer_row *row, int64_t *next_id,
                       struct err *e)
{
    struct lead *l = row->lead;
    tm_assert(l->phones > 0 && l->phones <= LEAD_PHONES_MAX);
    size_t kept = 0;
    bool adopted = false;
    l->id.v = *next_id;
    int rc = insert_phones(db, s->w, l, &kept, e);
    if (rc == TM_OK && kept < l->phones) {
        rc = import_adopt(db, s->w->tenant, s->w->list, l, &adopted, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    if (kept == 0 && !adopted) {
        l->id.v = 0;
        s->counts.duplicates++;
        return TM_OK;
    }
    *next_id += !adopted;
    s->counts.imported++;
    rc = insert_lead(db, s, row, e);
    if (rc == TM_OK) {
        rc = insert_consents(db, s->w, l, e);
    }
    if (rc == TM_OK && adopted) {
        rc = import_adopt_dial(db, s->w->tenant, l->id, s->w->now_us, e);
    }
    return rc;
}

static int import_row(struct db *db, struct batch *s,
                      const struct import_writer_row *row, int64_t *next_id,
                      struct err *e)
{
    int rc = import_lead(db, s, row, next_id, e);
    return rc == TM_OK ? take_withdrawal(db, s->w, row->lead, e) : rc;
}

static int save_progress(struct db *db, const struct batch *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE import_file SET next_row = ?, next_offset = ?, "
               "rows = ?, imported = ?, duplicates = ?, rejected = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, (int64_t)s->b->next_row);
    query_int(&q, (int64_t)s->b->next_offset);
    query_int(&q, (int64_t)s->counts.rows);
    query_int(&q, (int64_t)s->counts.imported);
    query_int(&q, (int64_t)s->counts.duplicates);
    query_int(&q, (int64_t)s->counts.rejected);
    query_int(&q, s->w->tenant.v);
    query_int(&q, s->w->file);
    return query_done(&q, e);
}

static int batch_work(struct db *db, void *arg, struct err *e)
{
    struct batch *s = arg;
    int64_t next_id = 0;
    int rc = TM_OK;
    if (s->b->n > 0) {
        rc = db_new_ids(db, "lead", (int64_t)s->b->n, &next_id, e);
    }
    for (size_t i = 0; rc == TM_OK && i < s->b->n; i++) {
        rc = import_row(db, s, &s->b->row[i], &next_id, e);
        if (rc == TM_EIO || rc == TM_EEXIST) {
            (void)err_context(e, "row %llu of the list",
                              (unsigned long long)s->b->row[i].row);
        }
    }
    return rc == TM_OK ? save_progress(db, s, e) : rc;
}

int import_writer_batch(struct import_writer *w, struct import_writer_batch *b,
                        struct import_writer_counts *counts, struct err *e)
{
    tm_assert(b->n <= IMPORT_WRITER_BATCH_MAX);
    struct batch s = {.w = w, .b = b, .counts = w->counts};
    s.counts.rows += b->n + b->rejected;
    s.counts.rejected += b->rejected;
    int rc = TM_OK;
    if (w->again) {
        for (size_t i = 0; i < b->n; i++) {
            b->row[i].lead->id.v = 0;
        }
        s.counts.duplicates += b->n;
    } else {
        buf_init(&s.fields, FIELDS_BYTES_MAX);
        rc = sqlite_store_run(w->store, batch_work, &s, e);
        buf_fini(&s.fields);
    }
    if (rc != TM_OK) {
        return rc;
    }
    tm_assert(s.counts.rows ==
              s.counts.imported + s.counts.duplicates + s.counts.rejected);
    w->counts = s.counts;
    *counts = s.counts;
    return TM_OK;
}

/* --- end ------------------------------------------------------------------*/

static int finish_work(struct db *db, void *arg, struct err *e)
{
    struct import_writer *w = arg;
    struct query q;
    query_open(&q, db,
               "UPDATE import_file SET finished_us = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, w->now_us);
    query_int(&q, w->tenant.v);
    query_int(&q, w->file);
    int rc = query_done(&q, e);
    if (rc != TM_OK) {
        return rc;
    }
    char note[256];
    (void)snprintf(note, sizeof(note),
                   "list=%lld rows=%llu imported=%llu duplicates=%llu "
                   "rejected=%llu file=%s",
                   (long long)w->list.v, (unsigned long long)w->counts.rows,
                   (unsigned long long)w->counts.imported,
                   (unsigned long long)w->counts.duplicates,
                   (unsigned long long)w->counts.rejected, w->hash);
    struct record r = {
        .kind = RECORD_IMPORT,
        .at_us = w->now_us,
        .tenant = w->tenant,
        .seller = w->seller,
        .note = str_of(note),
    };
    return apply_record(db, &r, e);
}

int import_writer_finish(struct import_writer *w, int64_t now_us, struct err *e)
{
    w->now_us = now_us;
    return w->again ? TM_OK : sqlite_store_run(w->store, finish_work, w, e);
}

void import_writer_free(struct import_writer *w)
{
    mem_free(w);
}

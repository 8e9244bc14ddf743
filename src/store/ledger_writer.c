#include "store/ledger_writer.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "store/apply.h"
#include "store/ledger_rows.h"

struct ledger_writer {
    struct sqlite_store *store;
    struct tenant_id tenant;
    enum ledger_kind kind;
    struct seller_id seller;
    int64_t file;
    int64_t now_us;
    struct ledger_writer_counts counts;
    char hash[LEDGER_WRITER_HASH_LEN];
};

struct begin {
    struct ledger_writer *w;
    const struct ledger_writer_open *o;
};

static int insert_file(struct db *db, struct begin *b, struct err *e)
{
    struct ledger_writer *w = b->w;
    int rc = db_new_ids(db, "ledger_file", 1, &w->file, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct query q;
    query_open(&q, db,
               "INSERT INTO ledger_file (tenant, id, kind, file_name, hash, "
               "imported_us, rows, taken, rejected) "
               "VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0)");
    query_int(&q, w->tenant.v);
    query_int(&q, w->file);
    query_text(&q, str_of(ledger_kind_text(w->kind)));
    query_text(&q, str_of(b->o->file_name));
    query_text(&q, str_of(w->hash));
    query_int(&q, w->now_us);
    return query_done(&q, e);
}

static int find_file(struct db *db, struct begin *b, struct err *e)
{
    struct ledger_writer *w = b->w;
    struct query q;
    query_open(&q, db,
               "SELECT id, rows, taken, rejected FROM ledger_file "
               "WHERE tenant = ? AND kind = ? AND hash = ?");
    query_int(&q, w->tenant.v);
    query_text(&q, str_of(ledger_kind_text(w->kind)));
    query_text(&q, str_of(w->hash));
    int rc = query_step(&q, e);
    if (rc == 1) {
        struct ledger_writer_counts *c = &w->counts;
        w->file = query_get_int(&q, 0);
        c->rows = (uint64_t)query_get_int(&q, 1);
        c->taken = (uint64_t)query_get_int(&q, 2);
        c->rejected = (uint64_t)query_get_int(&q, 3);
        c->duplicates = c->rows - c->taken - c->rejected;
    }
    query_close(&q);
    if (rc == 0) {
        return insert_file(db, b, e);
    }
    return rc < 0 ? rc : TM_OK;
}

static int begin_work(struct db *db, void *arg, struct err *e)
{
    struct begin *b = arg;
    int rc = TM_OK;
    if (b->o->seller) {
        rc = ledger_rows_seller(db, b->w->kind, b->w->tenant,
                                str_of(b->o->seller), &b->w->seller, e);
    }
    return rc == TM_OK ? find_file(db, b, e) : rc;
}

int ledger_writer_begin(struct sqlite_store *s,
                        const struct ledger_writer_open *o,
                        struct ledger_writer **out,
                        struct ledger_writer_counts *counts, struct err *e)
{
    struct ledger_writer *w = mem_alloc(sizeof(*w));
    *w = (struct ledger_writer){
        .store = s, .tenant = o->tenant, .kind = o->kind, .now_us = o->now_us};
    (void)str_copy(w->hash, sizeof(w->hash), str_of(o->file_hash));
    struct begin b = {w, o};
    int rc = sqlite_store_run(s, begin_work, &b, e);
    if (rc != TM_OK) {
        mem_free(w);
        return rc;
    }
    *counts = w->counts;
    *out = w;
    return TM_OK;
}

struct batch {
    struct ledger_writer *w;
    struct ledger_writer_batch *b;
    struct ledger_writer_counts counts;
};

static int store_row(struct db *db, struct batch *s,
                     struct ledger_writer_row *row, struct err *e)
{
    struct ledger_entry *x = &row->entry;
    int64_t id = 0;
    bool again = false;
    int rc = TM_OK;
    tm_assert(x->kind == s->w->kind);
    x->tenant = s->w->tenant;
    x->seller = row->all ? (struct seller_id){0} : s->w->seller;
    x->file = s->w->file;
    x->recorded_us = s->w->now_us;
    if (x->seller_name.n > 0) {
        rc = ledger_rows_seller(db, x->kind, x->tenant, x->seller_name,
                                &x->seller, e);
    }
    if (rc == TM_OK && row->done) {
        return TM_OK;
    }
    if (rc == TM_OK) {
        rc = ledger_rows_insert(db, x, &id, &again, e);
    }
    if (rc != TM_OK) {
        return err_context(e, "row %lu", (unsigned long)x->row);
    }
    x->id = id;
    row->stored = !again;
    s->counts.taken += !again;
    s->counts.duplicates += again;
    return TM_OK;
}

static int save_progress(struct db *db, const struct batch *s, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE ledger_file SET rows = ?, taken = ?, rejected = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, (int64_t)s->counts.rows);
    query_int(&q, (int64_t)s->counts.taken);
    query_int(&q, (int64_t)s->counts.rejected);
    query_int(&q, s->w->tenant.v);
    query_int(&q, s->w->file);
    return query_done(&q, e);
}

static int write_journal(struct db *db, const struct batch *s, struct err *e)
{
    char note[256];
    const struct ledger_writer_counts *from = &s->w->counts, *to = &s->counts;
    (void)snprintf(note, sizeof(note),
                   "id=%lld rows=%llu-%llu taken=%llu duplicates=%llu "
                   "rejected=%llu file=%s",
                   (long long)s->w->file, (unsigned long long)from->rows + 1,
                   (unsigned long long)to->rows,
                   (unsigned long long)(to->taken - from->taken),
                   (unsigned long long)(to->duplicates - from->duplicates),
                   (unsigned long long)(to->rejected - from->rejected),
                   s->w->hash);
    struct record r = {
        .kind = RECORD_LEDGER,
        .at_us = s->w->now_us,
        .tenant = s->w->tenant,
        .seller = s->w->seller,
        .key = str_of(ledger_kind_text(s->w->kind)),
        .value = str_of("file"),
        .note = str_of(note),
    };
    return apply_record(db, &r, e);
}

static void tell_nobody(void *arg, const struct ledger_entry *x)
{
    (void)arg;
    (void)x;
}

static int reach(struct db *db, const struct ledger_writer_batch *b,
                 struct err *e)
{
    const struct ledger_entry *entry[LEDGER_WRITER_BATCH_MAX];
    for (size_t i = 0; i < b->n; i++) {
        entry[i] = &b->row[i].entry;
    }
    return ledger_rows_reach(db, entry, b->n,
                             b->reached != NULL ? b->reached : tell_nobody,
                             b->arg, e);
}

static int batch_work(struct db *db, void *arg, struct err *e)
{
    struct batch *s = arg;
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < s->b->n; i++) {
        rc = store_row(db, s, &s->b->row[i], e);
    }
    if (rc == TM_OK && s->w->kind == LEDGER_REVOCATION) {
        rc = reach(db, s->b, e);
    }
    if (rc != TM_OK || s->counts.rows == s->w->counts.rows) {
        return rc;
    }
    rc = save_progress(db, s, e);
    return rc == TM_OK ? write_journal(db, s, e) : rc;
}

int ledger_writer_batch(struct ledger_writer *w, struct ledger_writer_batch *b,
                        struct ledger_writer_counts *counts, struct err *e)
{
    tm_assert(b->n <= LEDGER_WRITER_BATCH_MAX);
    struct batch s = {.w = w, .b = b, .counts = w->counts};
    if (b->n + b->rejected == 0) {
        *counts = w->counts;
        return TM_OK;
    }
    for (size_t i = 0; i < b->n; i++) {
        s.counts.rows += !b->row[i].done;
    }
    s.counts.rows += b->rejected;
    s.counts.rejected += b->rejected;
    int rc = sqlite_store_run(w->store, batch_work, &s, e);
    if (rc != TM_OK) {
        return rc;
    }
    tm_assert(s.counts.rows ==
              s.counts.taken + s.counts.duplicates + s.counts.rejected);
    w->counts = s.counts;
    *counts = s.counts;
    return TM_OK;
}

void ledger_writer_free(struct ledger_writer *w)
{
    mem_free(w);
}

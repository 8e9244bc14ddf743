#include "cmd/record_export.h"

#include <stdio.h>
#include <string.h>

#include "cmd/record_file.h"
#include "cmd/tenant.h"
#include "store/export_note.h"
#include "store/reader_records.h"
#include "store/sqlite_reader.h"

enum { MANIFEST_MAX = 1 << 20 };

struct work {
    struct record_export *x;
    struct record_reader reader;
    struct records *records;
    struct record_file out;
    enum record_table table;
};

static const char *const table_name[RECORD_TABLE_COUNT] = {
#define X(name, text) [name] = text,
    RECORD_TABLES(X)
#undef X
};

static int on_row(void *arg, const struct record_row *row)
{
    struct work *w = arg;
    struct record_row call;
    if (w->out.failed != 0 || control_stopping(w->x->c))
        return 1; /* said by who called */
    switch (w->table) {
    case RECORD_TABLE_CALLS:
        records_call(w->records, row, &call);
        record_file_row(&w->out, &call);
        return 0;
    case RECORD_TABLE_SCRIPTS:
    case RECORD_TABLE_CALLER_IDS:
        (void)records_take(w->records, w->table, row);
        break;
    case RECORD_TABLE_CONSENTS:
    case RECORD_TABLE_RELATIONSHIPS:
    case RECORD_TABLE_REQUESTS:
    case RECORD_TABLE_REGISTRY:
    case RECORD_TABLE_PROVIDERS:
    case RECORD_TABLE_COUNT:
    default: records_note(w->records, w->table, row); break;
    }
    record_file_row(&w->out, row);
    return 0;
}

static int on_message(void *arg, const struct record_row *row)
{
    struct work *w = arg;
    record_file_row(&w->out, row);
    return 0;
}

static int open_file(struct work *w, const char *name, struct err *e)
{
    struct record_export *x = w->x;
    tm_assert(x->files < RECORD_EXPORT_FILES);
    char *full = x->name[x->files];
    (void)snprintf(full, sizeof(x->name[0]), "%s.%s", name,
                   x->json ? "jsonl" : "csv");
    return record_file_open(&w->out, x->dir, full, x->json, e);
}

static int close_file(struct work *w, int rc, struct err *e)
{
    struct record_export *x = w->x;
    if (rc > 0 && control_stopping(x->c))
        rc = err_set(e, TM_ESTATE, "the server is going down; try again");
    if (rc >= 0)
        rc = record_file_finish(&w->out, e);
    if (rc == TM_OK) {
        struct records_file *f = &x->file[x->files];
        *f = (struct records_file){.name = x->name[x->files],
                                   .rows = w->out.rows,
                                   .bytes = w->out.bytes};
        memcpy(f->hash, w->out.sum, sizeof(f->hash));
        x->files++;
    }
    record_file_drop(&w->out);
    return rc;
}

/* A table without rows is a file with its columns all the same. */
static int on_columns(void *arg, const struct record_row *row)
{
    struct work *w = arg;
    struct record_row call;
    struct records *none = records_new();
    if (w->table == RECORD_TABLE_CALLS) {
        records_call(none, row, &call);
        row = &call;
    }
    record_file_columns(&w->out, row);
    records_free(none);
    return 0;
}

static int write_table(struct work *w, enum record_table t, struct err *e)
{
    w->table = t;
    int rc = open_file(w, table_name[t], e);
    if (rc == TM_OK)
        rc = w->reader.table(w->reader.self, t, &w->x->period, on_row, w, e);
    if (rc == TM_OK && w->out.rows == 0)
        rc = w->reader.columns(w->reader.self, t, on_columns, w, e);
    return close_file(w, rc, e);
}

static int write_manifest(struct work *w, struct err *e)
{
    struct record_export *x = w->x;
    struct buf b;
    struct json_out j;
    struct record_file f;
    const struct records_about about = {.made_us = control_now_us(x->c),
                                        .from_us = x->period.from_us,
                                        .until_us = x->period.until_us,
                                        .seller = x->seller,
                                        .program = "telemark " TELEMARK_VERSION,
                                        .file = x->file,
                                        .files = x->files};
    buf_init(&b, MANIFEST_MAX);
    json_out_init(&j, &b);
    records_manifest(w->records, &about, &j);
    buf_add_char(&b, '\n');
    int rc = record_file_open(&f, x->dir, "manifest.json", true, e);
    if (rc == TM_OK) {
        record_file_text(&f, buf_slice(&b));
        rc = record_file_finish(&f, e);
    }
    record_file_drop(&f);
    buf_fini(&b);
    return rc;
}

/* Scripts and caller IDs first: the calls are told with them. */
static int write_all(struct work *w, struct err *e)
{
    static const enum record_table order[] = {
        RECORD_TABLE_SCRIPTS,       RECORD_TABLE_CALLER_IDS,
        RECORD_TABLE_CALLS,         RECORD_TABLE_CONSENTS,
        RECORD_TABLE_RELATIONSHIPS, RECORD_TABLE_REQUESTS,
        RECORD_TABLE_REGISTRY,      RECORD_TABLE_PROVIDERS,
    };
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < tm_array_len(order); i++)
        rc = write_table(w, order[i], e);
    if (rc == TM_OK) {
        rc = open_file(w, "messages", e);
        if (rc == TM_OK)
            rc = records_messages(w->records, on_message, w);
        rc = close_file(w, rc, e);
    }
    return rc == TM_OK ? write_manifest(w, e) : rc;
}

static int do_seller(struct db *db, void *arg, struct err *e)
{
    struct record_export *x = arg;
    return catalog_seller_find(db, x->period.tenant, str_of(x->seller),
                               &x->period.seller, e);
}

static int do_note(struct db *db, void *arg, struct err *e)
{
    const struct record_export *x = arg;
    const struct export_note note = {.tenant = x->period.tenant,
                                     .kind = "records",
                                     .path = x->dir,
                                     .seller = x->period.seller,
                                     .from_us = x->period.from_us,
                                     .until_us = x->period.until_us,
                                     .now_us = control_now_us(x->c)};
    return export_note_add(db, &note, e);
}

int record_export(struct record_export *x, struct err *e)
{
    struct work w = {.x = x, .out = {.fd = -1}};
    struct sqlite_reader *sqlite = NULL;
    x->period.tenant = tenant_default();
    x->files = 0;
    int rc = TM_OK;
    if (x->seller != NULL)
        rc = sqlite_store_run(x->c->house->store, do_seller, x, e);
    /* Noted first: one that was cut off has left data outside too. */
    if (rc == TM_OK)
        rc = sqlite_store_run(x->c->house->store, do_note, x, e);
    if (rc == TM_OK)
        rc = sqlite_reader_open(&x->c->house->dir, &sqlite, e);
    if (rc != TM_OK)
        return rc;
    reader_records_port(sqlite, &w.reader);
    w.records = records_new();
    rc = write_all(&w, e);
    records_free(w.records);
    sqlite_reader_close(sqlite);
    return rc;
}

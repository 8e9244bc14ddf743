#include "cmd/ledger_import.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "cmd/import_file.h"
#include "cmd/reask.h"
#include "cmd/rejects.h"
#include "cmd/tenant.h"
#include "core/ledger/ledger_row.h"
#include "store/ledger_rows.h"
#include "store/ledger_writer.h"

enum {
    BATCH_ROWS = 1000,
    BATCH_ROWS_SERVER = 250, /* calls wait for the store meanwhile */
    BATCH_BYTES = 8 << 20,
};

struct job {
    struct control *c;
    const struct ledger_import *o;
    struct import_file file;
    struct ledger_header header;
    struct rejects rejects;
    struct ledger_writer *writer;
    struct ledger_writer_counts before, counts;
    struct arena texts; /* of the batch */
    struct ledger_row clean;
    struct ledger_writer_row row[BATCH_ROWS];
    size_t n, batch_max;
    uint64_t rejected;                  /* of the batch */
    char reason[LEDGER_ROW_REASON_MAX]; /* of the first row not taken */
    uint64_t reason_line;
    struct seller_id seller; /* of the rows, when `sellers` is 1 */
    int sellers;
    char found[128];              /* the last name that a seller has */
    struct ledger_entry *reached; /* of a batch, by e-mail address */
    size_t reached_n, reached_cap;
    uint64_t by_address; /* numbers reached so */
    bool untold;         /* a row that needs more than ledger_import_tell */
};

int ledger_import_tell(struct control *c, const struct ledger_entry *x,
                       struct err *e)
{
    if (c->server == NULL || !ledger_rows_stops_calls(x))
        return TM_OK;
    return c->server->opt_out(c->server->self, x->seller, x->e164, x->from_us,
                              e);
}

int ledger_import_changed(struct control *c, enum ledger_kind k,
                          struct seller_id seller, struct err *e)
{
    bool facts = k >= LEDGER_CALLER_ID && k != LEDGER_NUMBER;
    if (k != LEDGER_REVOCATION)
        return reask_seller(c, facts ? CONTROL_LEDGERS : CONTROL_PERSONS,
                            seller, e);
    return c->server == NULL
               ? TM_OK
               : c->server->changed(c->server->self, CONTROL_PERSONS, e);
}

/* A row that stood there already is told again: the first time it may have
 * got no further than the store. All are told, whatever becomes of one. */
static int tell_rows(struct job *j, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; i < j->n; i++) {
        const struct ledger_entry *x = &j->row[i].entry;
        struct err one = {0};
        int told = ledger_import_tell(j->c, x, &one);
        if (told != TM_OK && rc == TM_OK) {
            rc = told;
            *e = one;
        }
        j->untold |= !ledger_rows_stops_calls(x);
        if (j->sellers == 0 || j->seller.v != x->seller.v)
            j->sellers++;
        j->seller = x->seller;
    }
    return rc;
}

/* In the store's thread: kept, and told when the batch is written. */
static void keep_reached(void *arg, const struct ledger_entry *x)
{
    struct job *j = arg;
    if (j->reached_n == j->reached_cap) {
        j->reached_cap = j->reached_cap == 0 ? 64 : 2 * j->reached_cap;
        j->reached =
            mem_resize(j->reached, j->reached_cap * sizeof(*j->reached));
    }
    j->reached[j->reached_n++] = (struct ledger_entry){.kind = x->kind,
                                                       .seller = x->seller,
                                                       .e164 = x->e164,
                                                       .from_us = x->from_us};
}

static int tell_reached(struct job *j, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < j->reached_n; i++)
        rc = ledger_import_tell(j->c, &j->reached[i], e);
    j->by_address += j->reached_n;
    j->reached_n = 0;
    return rc;
}

static int flush(struct job *j, struct err *e)
{
    j->reached_n = 0;
    if (control_stopping(j->c))
        return err_set(e, TM_ESTATE, "the server is going down");
    struct ledger_writer_batch b = {.row = j->row,
                                    .n = j->n,
                                    .rejected = j->rejected,
                                    .reached = keep_reached,
                                    .arg = j};
    int rc = ledger_writer_batch(j->writer, &b, &j->counts, e);
    if (rc == TM_OK)
        rc = tell_rows(j, e);
    if (rc == TM_OK)
        rc = tell_reached(j, e);
    if (rc != TM_OK)
        return rc;
    j->n = 0;
    j->rejected = 0;
    arena_reset(&j->texts);
    j->c->io.progress(j->c->io.self, j->file.path, "rows", j->file.row,
                      j->file.done, j->file.size);
    return TM_OK;
}

static struct slice keep(struct job *j, struct slice s)
{
    return s.n > 0 ? str_range(arena_strdup(&j->texts, s), s.n) : str_of("");
}

/* The parser reuses its memory with the next row; an entry lives until its
 * batch is written. */
static void keep_entry(struct job *j, bool done)
{
    struct ledger_writer_row *to = &j->row[j->n++];
    *to = (struct ledger_writer_row){
        .entry = j->clean.entry, .all = j->clean.all_sellers, .done = done};
    struct ledger_entry *x = &to->entry;
    x->row = (uint32_t)j->file.row;
    x->seller_name = keep(j, x->seller_name);
    x->address = keep(j, x->address);
    x->word = keep(j, x->word);
    x->value = keep(j, x->value);
    x->name = keep(j, x->name);
    x->proof = keep(j, x->proof);
    x->wording = keep(j, x->wording);
    x->note = keep(j, x->note);
}

static int do_seller(struct db *db, void *arg, struct err *e)
{
    const struct ledger_entry *x = arg;
    struct seller_id id;
    return ledger_rows_seller(db, x->kind, tenant_default(), x->seller_name,
                              &id, e);
}

/* A withdrawal for a seller whose name is misspelt would stop nothing. */
static bool seller_good(struct job *j)
{
    struct err e = {0};
    struct ledger_entry *x = &j->clean.entry;
    char name[sizeof(j->found)];
    size_t n = x->kind == LEDGER_REVOCATION ? x->seller_name.n : 0;
    if (n == 0)
        return true;
    bool fits = str_copy(name, sizeof(name), x->seller_name) == n;
    if (fits && strcmp(name, j->found) == 0)
        return true;
    if (sqlite_store_run(j->c->house->store, do_seller, x, &e) != TM_OK) {
        (void)str_copy(j->clean.reason, sizeof(j->clean.reason),
                       str_of(e.text));
        return false;
    }
    if (fits)
        memcpy(j->found, name, sizeof(name));
    return true;
}

static void take_row(struct job *j, const struct csv_row *row)
{
    const struct ledger_row_options o = {.country = j->o->country,
                                         .seller_known = j->o->seller != NULL,
                                         .now_us = control_now_us(j->c)};
    bool done = j->file.row <= j->before.rows; /* before it was cut off */
    bool good =
        ledger_row_clean(&j->header, row, &o, &j->clean) && seller_good(j);
    if (!good) {
        rejects_add(&j->rejects, row, j->clean.reason);
        if (j->reason_line == 0) {
            j->reason_line = row->line;
            (void)str_copy(j->reason, sizeof(j->reason),
                           str_of(j->clean.reason));
        }
    }
    j->untold |= good && done && j->o->kind != LEDGER_REVOCATION;
    /* What was stored before is told once more, and nothing else. */
    if (good && (!done || j->c->server != NULL))
        keep_entry(j, done);
    else if (!done)
        j->rejected++;
}

/* Every row would be rejected for it: say so before any is. */
static int check_seller(const struct job *j, struct err *e)
{
    bool one =
        j->o->kind == LEDGER_CONSENT || j->o->kind == LEDGER_RELATIONSHIP;
    for (size_t i = 0; i < j->header.n; i++)
        one &= j->header.column[i]->field != LEDGER_FIELD_SELLER;
    if (!one || j->o->seller != NULL)
        return TM_OK;
    return err_set(e, TM_EINVAL,
                   "a %s is with one seller: name him with --seller NAME, or "
                   "in a column 'seller'",
                   ledger_kind_text(j->o->kind));
}

static int read_header(struct job *j, struct err *e)
{
    struct csv_row row;
    int rc = import_file_next(&j->file, &row, e);
    if (rc < 0)
        return rc;
    if (rc == 0 || row.fault != CSV_OK)
        return err_set(e, TM_EINVAL,
                       "%s: the first row cannot be read: %s; is it a CSV "
                       "file?",
                       j->file.path,
                       rc == 0 ? "there is none" : csv_fault_text(row.fault));
    rc = ledger_columns_read(j->o->kind, row.cell, row.cells, &j->header, e);
    j->file.row = 0; /* rows are counted behind it */
    if (rc == TM_OK)
        rc = check_seller(j, e);
    return rc == TM_OK ? rc : err_context(e, "%s", j->file.path);
}

static int read_rows(struct job *j, struct err *e)
{
    struct csv_row row;
    int rc;
    while ((rc = import_file_next(&j->file, &row, e)) == 1) {
        take_row(j, &row);
        if (j->n == j->batch_max || j->texts.used > BATCH_BYTES ||
            j->rejected >= BATCH_ROWS) {
            rc = flush(j, e);
            if (rc != TM_OK)
                return rc;
        }
    }
    return rc == 0 ? flush(j, e) : rc;
}

/* Also of an import that was cut off: its rows are in force. */
static int tell_change(struct job *j, struct err *e)
{
    const struct seller_id all = {0};
    if (!j->untold)
        return TM_OK;
    return ledger_import_changed(j->c, j->o->kind,
                                 j->sellers == 1 ? j->seller : all, e);
}

static int work(struct job *j, struct err *e)
{
    struct err late = {0};
    const char *slash = strrchr(j->file.path, '/');
    const struct ledger_writer_open open = {
        .tenant = tenant_default(),
        .kind = j->o->kind,
        .seller = j->o->seller,
        .file_name = slash != NULL ? slash + 1 : j->file.path,
        .file_hash = j->file.hash,
        .now_us = control_now_us(j->c),
    };
    int rc = read_header(j, e);
    if (rc == TM_OK)
        rc = ledger_writer_begin(j->c->house->store, &open, &j->writer,
                                 &j->before, e);
    if (rc != TM_OK)
        return rc;
    j->counts = j->before;
    rc = rejects_open(&j->rejects, &j->c->house->dir, j->file.hash, e);
    if (rc == TM_OK)
        rc = read_rows(j, e);
    if (rc == TM_OK)
        rc = rejects_finish(&j->rejects, e);
    rejects_drop(&j->rejects);
    ledger_writer_free(j->writer);
    int told = tell_change(j, rc == TM_OK ? e : &late);
    rc = rc == TM_OK ? told : rc;
    if (rc != TM_OK && j->counts.rows > 0)
        control_warn(j->c,
                     "%" PRIu64 " rows of the file are done; the same command "
                     "goes on behind them\n",
                     j->counts.rows);
    return rc;
}

static bool is_again(const struct job *j)
{
    return j->counts.rows > 0 && j->counts.rows == j->before.rows;
}

static void print_json(const struct job *j)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, 1 << 16);
    json_out_init(&o, &b);
    json_out_object(&o);
    json_out_kv_text(&o, "ledger", ledger_kind_text(j->o->kind));
    json_out_kv_int(&o, "rows", (int64_t)j->counts.rows);
    json_out_kv_int(&o, "taken", (int64_t)j->counts.taken);
    json_out_kv_int(&o, "duplicates", (int64_t)j->counts.duplicates);
    json_out_kv_int(&o, "rejected", (int64_t)j->counts.rejected);
    json_out_kv_int(&o, "numbers_by_address", (int64_t)j->by_address);
    json_out_kv_bool(&o, "again", is_again(j));
    json_out_kv_text(&o, "file", j->file.hash);
    json_out_kv_text(&o, "rejects_file", j->rejects.path);
    json_out_end_object(&o);
    buf_add_char(&b, '\n');
    j->c->io.out(j->c->io.self, buf_slice(&b));
    buf_fini(&b);
}

static void print_result(struct job *j)
{
    const struct ledger_writer_counts *n = &j->counts;
    if (j->o->json) {
        print_json(j);
        return;
    }
    if (is_again(j))
        control_printf(j->c, "this file was imported before; nothing has "
                             "changed\n");
    else if (j->before.rows > 0)
        control_printf(j->c,
                       "went on behind row %" PRIu64 ", where it was cut off\n",
                       j->before.rows);
    if (j->file.encoding.replaced > 0)
        control_printf(j->c, "%" PRIu64 " characters were not valid %s\n",
                       j->file.encoding.replaced,
                       encoding_text(j->file.encoding.kind));
    control_printf(j->c,
                   "ledger of %s: %" PRIu64 " rows = %" PRIu64
                   " taken + %" PRIu64 " that stood there already + %" PRIu64
                   " rejected\n",
                   ledger_kind_text(j->o->kind), n->rows, n->taken,
                   n->duplicates, n->rejected);
    if (j->by_address > 0)
        control_printf(j->c,
                       "%" PRIu64 " numbers of leads with these e-mail "
                       "addresses are not called any more either\n",
                       j->by_address);
    if (n->rejected > 0)
        control_printf(j->c,
                       "rejected rows with line and reason: %s\n"
                       "the first, line %" PRIu64 ": %s\n",
                       j->rejects.path, j->reason_line, j->reason);
}

int ledger_import_run(struct control *c, const struct ledger_import *o)
{
    struct err e = {0};
    char path[4096];
    struct buf mark; /* what makes it another import of the same bytes */
    if (control_path(c, o->file, path, sizeof(path), &e) != TM_OK)
        return control_fail(c, &e);
    struct job *j = mem_alloc(sizeof(*j));
    j->c = c;
    j->o = o;
    j->batch_max = c->server != NULL ? BATCH_ROWS_SERVER : BATCH_ROWS;
    buf_init(&mark, 1 << 12);
    buf_addf(&mark, "ledger %s %s", ledger_kind_text(o->kind),
             o->seller != NULL ? o->seller : "");
    const struct import_file_options fo = {.path = path,
                                           .country = o->country,
                                           .encoding = o->encoding,
                                           .delimiter = o->delimiter,
                                           .plain = mark.p};
    int rc = import_file_open(&j->file, &fo, &e);
    if (rc == TM_OK) {
        arena_init(&j->texts);
        rc = work(j, &e);
        if (rc == TM_OK)
            print_result(j);
        arena_fini(&j->texts);
        import_file_close(&j->file);
    }
    buf_fini(&mark);
    mem_free(j->reached);
    mem_free(j);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

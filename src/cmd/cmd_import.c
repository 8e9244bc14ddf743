/* telemark import: a list file becomes leads. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/control.h"
#include "cmd/import_file.h"
#include "cmd/rejects.h"
#include "cmd/tenant.h"
#include "core/campaign/campaign.h"
#include "core/lead/lead_row.h"
#include "store/import_writer.h"
#include "store/sqlite_reader.h"

enum {
    BATCH_ROWS = 1000,
    BATCH_ROWS_SERVER = 250, /* calls wait for the store meanwhile */
    FINISHED_MAX = 16,
};

static int run(int argc, char **argv);

const struct command cmd_import = {
    .name = "import",
    .summary = "take in a list of names: any CSV, numbers normalised",
    .help =
        "usage: telemark import FILE.csv --list NAME [--seller NAME]\n"
        "           [--country US] [--map COLUMN=FIELD]... [--encoding E]\n"
        "           [--delimiter C] [--header yes|no] [--json] [--data DIR]\n\n"
        "Reads CSV with any delimiter in UTF-8, UTF-16 or Latin-1, shows how\n"
        "it understands the header, and puts each row with at least one good\n"
        "number into the list. Rows it cannot use are written with line and\n"
        "reason to a file in the data folder. A number is in a list once.\n"
        "The import goes on where it was cut off; doing it again changes\n"
        "nothing.\n\n"
        "--seller   on whose behalf the consents in the file were given\n"
        "--country  of numbers without a country code (default US); also\n"
        "           the order of day and month in dates\n"
        "--map      what a column is: phone, country, region, county, party,\n"
        "           consent, consent_date, consent_withdrawn, last_purchase,\n"
        "           last_inquiry, last_gift, - (leave out), or a name of\n"
        "           your own. COLUMN is its name or its place from 1.\n"
        "--encoding utf-8, utf-16, utf-16le, utf-16be, latin-1 or\n"
        "           windows-1252 (default: found out)\n"
        "--delimiter  one character, or the word tab (default: found out)\n"
        "--header   whether the first row names the columns (default: yes,\n"
        "           unless it holds a telephone number; titles and empty\n"
        "           lines above the header are left out)\n"
        "A region is a code (FL, US-FL, CA-QC) or the whole name of a state,\n"
        "territory or province (Florida, Quebec).\n"
        "A consent counts when it says written, oral or express: a \"yes\" of\n"
        "unknown kind is none. A withdrawal also ends what was imported\n"
        "before, and the seller does not call the row's numbers again.\n",
    .run = run,
};

struct options {
    const char *data, *list, *seller, *country, *encoding, *delimiter;
    const char *header;
    const char *map[COLUMNS_MAPS_MAX + 1];
    bool json;
};

static int parse(int argc, char **argv, struct options *o)
{
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "list", .value = &o->list},
        {.name = "seller", .value = &o->seller},
        {.name = "country", .value = &o->country},
        {.name = "encoding", .value = &o->encoding},
        {.name = "delimiter", .value = &o->delimiter},
        {.name = "header", .value = &o->header},
        {.name = "map", .value = o->map, .repeat = true},
        {.name = "json", .flag = &o->json},
    };
    *o = (struct options){.country = "US"};
    return command_options(&cmd_import, argc, argv, opt,
                           (int)tm_array_len(opt));
}

/* What is wrong with the options; NULL: nothing. */
static const char *check(const struct options *o)
{
    const char *c = o->country;
    if (o->list == NULL)
        return "--list NAME is missing";
    if (strlen(c) != 2 || strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
        return "--country is a code of two capital letters, as US or DE";
    if (o->header != NULL && strcmp(o->header, "yes") != 0 &&
        strcmp(o->header, "no") != 0)
        return "--header is yes or no";
    return NULL;
}

static int run(int argc, char **argv)
{
    char *copy[128];
    struct options o;
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_import, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    const char *wrong = words != 1 ? "it takes one file" : check(&o);
    if (wrong != NULL)
        return command_usage(&cmd_import, "%s", wrong);
    return control_run(&cmd_import, o.data, argc, argv);
}

/* One import under way. */
struct job {
    struct control *c;
    const struct options *o;
    struct import_file file;
    struct rejects rejects;
    struct import_writer *writer;
    struct import_writer_start start;
    struct import_writer_counts counts;
    struct arena texts; /* of the batch */
    struct lead lead[BATCH_ROWS];
    struct import_writer_row row[BATCH_ROWS];
    size_t n;
    uint64_t rejected; /* of the batch */
    size_t finished;   /* campaigns of the list that have ended */
    const char *finished_name[FINISHED_MAX];
    uint64_t bad_phones, extra_cells, unread_dates, left_out;
    uint64_t unread_line;                /* of the first such date */
    uint64_t consents, ignored, refused; /* taken; of numbers on file already;
                                            words that say no consent */
    uint64_t refused_line;
    uint64_t open_line; /* of the first row without an end; 0: none */
    uint64_t open_more; /* such rows after it */
    enum csv_fault open_fault;
    size_t batch_max;
};

static void show_columns(struct job *j)
{
    const struct columns *c = &j->file.columns;
    control_printf(j->c, "%s: %s, delimiter %s, %s\n", j->file.path,
                   encoding_text(j->file.encoding.kind),
                   j->file.csv.delimiter == '\t'
                       ? "tab"
                       : (char[]){'\'', j->file.csv.delimiter, '\'', '\0'},
                   c->has_header ? "with a header" : "without a header");
    if (c->header_row > 0)
        control_printf(j->c,
                       "  line %" PRIu64 " is the header; the lines above it "
                       "are left out\n",
                       j->file.header_line);
    for (size_t i = 0; i < c->n; i++)
        if (c->column[i].role != COLUMNS_FIELD)
            control_printf(j->c, "  column %zu '%s' is %s\n", i + 1,
                           c->column[i].name,
                           columns_role_text(c->column[i].role));
    size_t fields = 0;
    for (size_t i = 0; i < c->n; i++)
        fields += c->column[i].role == COLUMNS_FIELD;
    control_printf(j->c, "  %zu other columns are kept as fields\n", fields);
}

/* The store has them; calls that are up or about to be placed must know. */
static int tell_opt_out(const struct job *j, const struct lead *l,
                        struct err *e)
{
    const struct control_server *s = j->c->server;
    int64_t at_us = s != NULL ? import_writer_opted_out_us(j->writer, l) : 0;
    int rc = TM_OK;
    for (size_t k = 0; at_us != 0 && k < l->phones; k++) {
        struct err one = {0};
        int told =
            s->opt_out(s->self, j->start.seller, l->phone[k].e164, at_us, &one);
        if (told != TM_OK && rc == TM_OK) {
            rc = told;
            *e = one;
        }
    }
    return rc;
}

/* All of them, whatever becomes of one. */
static int tell_opt_outs(const struct job *j, struct err *e)
{
    int rc = TM_OK;
    for (size_t i = 0; i < j->n; i++) {
        struct err one = {0};
        int told = tell_opt_out(j, j->row[i].lead, rc == TM_OK ? e : &one);
        rc = rc == TM_OK ? told : rc;
    }
    return rc;
}

/* A duplicate row has no lead: its consent went nowhere. */
static void count_consents(struct job *j)
{
    for (size_t i = 0; i < j->n && !j->start.again; i++) {
        const struct lead *l = j->row[i].lead;
        bool given = l->consents > 0 && l->consent[0].type != CONSENT_NONE;
        j->consents += given && l->id.v != 0;
        j->ignored += given && l->id.v == 0;
    }
}

static int flush(struct job *j, struct err *e)
{
    if (control_stopping(j->c))
        return err_set(e, TM_ESTATE, "the server is going down");
    struct import_writer_batch b = {.row = j->row,
                                    .n = j->n,
                                    .rejected = j->rejected,
                                    .next_row = j->file.row,
                                    .next_offset = j->file.done};
    int rc = import_writer_batch(j->writer, &b, &j->counts, e);
    if (rc == TM_OK)
        rc = tell_opt_outs(j, e);
    if (rc != TM_OK)
        return rc;
    count_consents(j);
    j->n = 0;
    j->rejected = 0;
    arena_reset(&j->texts);
    j->c->io.progress(j->c->io.self, j->file.path, "rows", j->file.row,
                      j->file.done, j->file.size);
    return TM_OK;
}

/* Something stands in the column of the consent, and it is none. */
static bool is_refused(const struct columns *c, const struct csv_row *row,
                       const struct lead *l)
{
    static const char *const no[] = {"no", "n", "false", "0", "-", "none"};
    for (size_t i = 0; i < c->n && i < row->cells; i++) {
        struct slice cell = str_trim(row->cell[i]);
        if (c->column[i].role != COLUMNS_CONSENT || cell.n == 0)
            continue;
        for (size_t k = 0; k < tm_array_len(no); k++)
            if (str_eq_nocase(cell, no[k]))
                return false;
        return l->consents == 0 || l->consent[0].type == CONSENT_NONE;
    }
    return false;
}

static void note_row(struct job *j, const struct csv_row *row,
                     const struct lead *l, const struct lead_row_result *r)
{
    bool refused = is_refused(&j->file.columns, row, l);
    j->bad_phones += r->bad_phones;
    j->extra_cells += r->extra_cells > 0;
    j->left_out += r->left_out > 0;
    if (r->unread_date && j->unread_dates++ == 0)
        j->unread_line = row->line;
    if (refused && j->refused++ == 0)
        j->refused_line = row->line;
}

/* The parser reuses its memory with the next row; a lead lives until its
 * batch is written. */
static struct csv_row keep_cells(struct job *j, const struct csv_row *row)
{
    struct csv_row kept = *row;
    struct slice *cell = arena_array(&j->texts, row->cells + 1, sizeof(*cell));
    for (size_t i = 0; i < row->cells; i++)
        cell[i] =
            str_range(arena_strdup(&j->texts, row->cell[i]), row->cell[i].n);
    kept.cell = cell;
    return kept;
}

static void note_fault(struct job *j, const struct csv_row *row)
{
    if (j->open_line > 0) {
        j->open_more++;
        return;
    }
    j->open_line = row->line;
    j->open_fault = row->fault;
}

/* done: written by the import that was cut off. */
static int take_row(struct job *j, const struct csv_row *row, bool done,
                    struct err *e)
{
    struct lead_row_result r;
    struct csv_row kept = keep_cells(j, row);
    struct lead *lead = &j->lead[j->n];
    lead_row_clean(&j->file.columns, &kept, j->o->country, lead, &r);
    if (!r.good)
        rejects_add(&j->rejects, row, r.reason);
    else
        note_row(j, &kept, lead, &r);
    if (row->fault == CSV_OPEN_QUOTE || row->fault == CSV_TOO_LONG)
        note_fault(j, row);
    if (done) /* a request in it may have got no further than the store */
        return r.good ? tell_opt_out(j, lead, e) : TM_OK;
    if (!r.good) {
        j->rejected++;
        return TM_OK;
    }
    j->row[j->n] = (struct import_writer_row){.row = j->file.row, .lead = lead};
    j->n++;
    return TM_OK;
}

static int read_rows(struct job *j, struct err *e)
{
    struct csv_row row;
    int rc;
    while ((rc = import_file_next(&j->file, &row, e)) == 1) {
        rc = take_row(j, &row, j->file.row <= j->start.resume_row, e);
        if (rc != TM_OK)
            return rc;
        if (j->n == j->batch_max || j->texts.used > (8u << 20) ||
            j->rejected >= BATCH_ROWS) {
            rc = flush(j, e);
            if (rc != TM_OK)
                return rc;
        }
    }
    return rc == 0 ? flush(j, e) : rc;
}

/* A column that says what was agreed to or withdrawn; NULL: none. */
static const char *consent_column(const struct columns *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->column[i].role == COLUMNS_CONSENT ||
            c->column[i].role == COLUMNS_REVOKED)
            return c->column[i].name;
    return NULL;
}

static int begin(struct job *j, struct err *e)
{
    const char *slash = strrchr(j->file.path, '/');
    const char *consent = consent_column(&j->file.columns);
    if (consent != NULL && j->o->seller == NULL)
        return err_set(e, TM_EINVAL,
                       "the file holds consents: a consent belongs to one "
                       "seller, name him with --seller NAME (or leave the "
                       "column out: --map %s=-)",
                       consent);
    struct import_writer_open o = {
        .tenant = tenant_default(),
        .list = j->o->list,
        .seller = j->o->seller,
        .file_name = slash != NULL ? slash + 1 : j->file.path,
        .file_hash = j->file.hash,
        .now_us = control_now_us(j->c),
    };
    return import_writer_begin(j->c->house->store, &o, &j->writer, &j->start,
                               e);
}

static void warn_consents(struct job *j)
{
    if (j->consents > 0)
        control_printf(j->c, "%" PRIu64 " consents were taken\n", j->consents);
    if (j->refused > 0)
        control_printf(j->c,
                       "%" PRIu64 " rows say something of a consent that is "
                       "none: write written, oral or express; the first is "
                       "in line %" PRIu64 "\n",
                       j->refused, j->refused_line);
    if (j->ignored > 0)
        control_printf(j->c,
                       "%" PRIu64 " consents of numbers already on file were "
                       "not taken: use telemark ledger import consent\n",
                       j->ignored);
}

static void warn(struct job *j)
{
    warn_consents(j);
    if (j->start.again)
        control_printf(j->c, "this file was imported before; nothing has "
                             "changed\n");
    else if (j->start.resume_row > 0)
        control_printf(j->c,
                       "went on behind row %" PRIu64 ", where it was cut off\n",
                       j->start.resume_row);
    if (j->bad_phones > 0)
        control_printf(j->c,
                       "%" PRIu64 " cells of imported rows held no "
                       "good number\n",
                       j->bad_phones);
    if (j->extra_cells > 0)
        control_printf(j->c,
                       "%" PRIu64 " imported rows have more cells than "
                       "the header\n",
                       j->extra_cells);
    if (j->left_out > 0)
        control_printf(j->c,
                       "%" PRIu64 " imported rows have more than %d "
                       "numbers or %d fields: the rest is left out\n",
                       j->left_out, LEAD_PHONES_MAX, LEAD_FIELDS_MAX);
    if (j->open_line > 0)
        control_printf(j->c, "line %" PRIu64 ": rejected: %s\n", j->open_line,
                       csv_fault_text(j->open_fault));
    if (j->open_more > 0)
        control_printf(j->c, "and %" PRIu64 " more such lines\n", j->open_more);
    if (j->unread_dates > 0)
        control_printf(j->c,
                       "%" PRIu64 " imported rows have a date that "
                       "could not be read; the first is in line %" PRIu64 "\n",
                       j->unread_dates, j->unread_line);
    if (j->file.encoding.replaced > 0)
        control_printf(j->c, "%" PRIu64 " characters were not valid %s\n",
                       j->file.encoding.replaced,
                       encoding_text(j->file.encoding.kind));
    if (j->file.csv.blank_lines > 0)
        control_printf(j->c, "%" PRIu64 " blank lines were skipped\n",
                       j->file.csv.blank_lines);
}

static int note_finished(void *arg, const struct reader_campaign *c)
{
    struct job *j = arg;
    if (c->list.v == j->start.list.v && c->state == CAMPAIGN_FINISHED &&
        j->finished < tm_array_len(j->finished_name))
        j->finished_name[j->finished++] = arena_strdup(&j->texts, c->name);
    return 0;
}

/* A campaign that is finished stays so: the user starts it again. */
static void find_finished(struct job *j)
{
    struct err e = {0};
    struct sqlite_reader *sqlite;
    struct reader reader;
    if (j->counts.imported == j->start.counts.imported ||
        sqlite_reader_open(&j->c->house->dir, &sqlite, &e) != TM_OK)
        return;
    sqlite_reader_port(sqlite, &reader);
    if (reader.campaigns(reader.self, tenant_default(), note_finished, j, &e) !=
        TM_OK)
        j->finished = 0;
    sqlite_reader_close(sqlite);
}

static void print_json(struct job *j)
{
    const struct import_writer_counts *n = &j->counts;
    struct buf b;
    struct json_out o;
    buf_init(&b, 65536);
    json_out_init(&o, &b);
    json_out_object(&o);
    json_out_kv_text(&o, "list", j->o->list);
    json_out_kv_text(&o, "encoding", encoding_text(j->file.encoding.kind));
    json_out_kv_int(&o, "header_line", (int64_t)j->file.header_line);
    json_out_kv_int(&o, "rows", (int64_t)n->rows);
    json_out_kv_int(&o, "imported", (int64_t)n->imported);
    json_out_kv_int(&o, "duplicates", (int64_t)n->duplicates);
    json_out_kv_int(&o, "rejected", (int64_t)n->rejected);
    json_out_kv_bool(&o, "again", j->start.again);
    json_out_kv_int(&o, "bad_phone_cells", (int64_t)j->bad_phones);
    json_out_kv_int(&o, "unread_dates", (int64_t)j->unread_dates);
    json_out_kv_int(&o, "left_out", (int64_t)j->left_out);
    json_out_kv_int(&o, "consents", (int64_t)j->consents);
    json_out_kv_int(&o, "refused_consents", (int64_t)j->refused);
    json_out_kv_int(&o, "ignored_consents", (int64_t)j->ignored);
    json_out_kv_text(&o, "rejects_file", j->rejects.path);
    json_out_key(&o, "finished_campaigns");
    json_out_array(&o);
    for (size_t i = 0; i < j->finished; i++)
        json_out_text(&o, j->finished_name[i]);
    json_out_end_array(&o);
    json_out_end_object(&o);
    buf_add_char(&b, '\n');
    j->c->io.out(j->c->io.self, buf_slice(&b));
    buf_fini(&b);
}

static void print_result(struct job *j)
{
    const struct import_writer_counts *n = &j->counts;
    if (j->o->json) {
        print_json(j);
        return;
    }
    warn(j);
    control_printf(
        j->c,
        "list '%s': %" PRIu64 " rows = %" PRIu64 " imported + %" PRIu64
        " duplicates + %" PRIu64 " rejected\n",
        j->o->list, n->rows, n->imported, n->duplicates, n->rejected);
    if (n->rejected > 0)
        control_printf(j->c, "rejected rows with line and reason: %s\n",
                       j->rejects.path);
    for (size_t i = 0; i < j->finished; i++)
        control_printf(j->c,
                       "campaign '%s' has finished; to call the new leads "
                       "start it again: telemark campaign start %s\n",
                       j->finished_name[i], j->finished_name[i]);
}

static int work(struct job *j, struct err *e)
{
    struct err late = {0}; /* rows of a file that was cut off are there, too */
    int rc = begin(j, e);
    if (rc != TM_OK)
        return rc;
    j->counts = j->start.counts;
    rc = rejects_open(&j->rejects, &j->c->house->dir, j->file.hash, e);
    if (rc == TM_OK)
        rc = read_rows(j, e);
    if (rc == TM_OK)
        rc = rejects_finish(&j->rejects, e);
    if (rc == TM_OK)
        rc = import_writer_finish(j->writer, control_now_us(j->c), e);
    rejects_drop(&j->rejects);
    import_writer_free(j->writer);
    tm_assert(rc != TM_OK || j->counts.rows == j->counts.imported +
                                                   j->counts.duplicates +
                                                   j->counts.rejected);
    if (j->c->server != NULL && (rc == TM_OK || j->counts.rows > 0)) {
        int told = j->c->server->changed(j->c->server->self, CONTROL_LEADS,
                                         rc == TM_OK ? e : &late);
        rc = rc == TM_OK ? told : rc;
    }
    if (rc == TM_OK)
        find_finished(j);
    else if (j->counts.rows > 0)
        control_warn(j->c,
                     "%" PRIu64 " rows of the file are done; the same command "
                     "goes on behind them\n",
                     j->counts.rows);
    return rc;
}

static enum columns_header header_of(const char *word)
{
    if (word == NULL)
        return COLUMNS_HEADER_GUESS;
    return strcmp(word, "yes") == 0 ? COLUMNS_HEADER_YES : COLUMNS_HEADER_NO;
}

int cmd_import_control(struct control *c, int argc, char **argv)
{
    struct err e = {0};
    struct options o;
    char path[4096];
    if (parse(argc, argv, &o) != 1)
        return EXIT_USAGE;
    if (control_path(c, argv[1], path, sizeof(path), &e) != TM_OK)
        return control_fail(c, &e);
    struct job *j = mem_alloc(sizeof(*j));
    j->c = c;
    j->o = &o;
    j->batch_max = c->server != NULL ? BATCH_ROWS_SERVER : BATCH_ROWS;
    struct import_file_options fo = {.path = path,
                                     .country = o.country,
                                     .encoding = o.encoding,
                                     .delimiter = o.delimiter,
                                     .header = header_of(o.header),
                                     .map = o.map};
    int rc = import_file_open(&j->file, &fo, &e);
    if (rc == TM_OK) {
        if (!o.json)
            show_columns(j);
        arena_init(&j->texts);
        rc = work(j, &e);
        if (rc == TM_OK)
            print_result(j);
        arena_fini(&j->texts);
        import_file_close(&j->file);
    }
    mem_free(j);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

#include "cmd/complaint_import.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json_out.h"
#include "cmd/rejects.h"
#include "cmd/tenant.h"
#include "core/complaint/complaint_row.h"
#include "core/list/encoding.h"
#include "store/complaint_book.h"

enum {
    LOOK_BYTES = 256 * 1024,
    TEXT_MAX = 4 * LOOK_BYTES,
    JSON_MAX = 64 << 20,
};

struct job {
    struct control *c;
    const struct complaint_options *o;
    const char *path;
    struct complaint_desk desk;
    struct complaint_book_file file;
    struct rejects rejects;
    struct complaint_row row;
    struct complaint_row_room room;
    /* CSV */
    int fd;
    uint64_t size, done;
    struct encoding_stream encoding;
    struct csv csv;
    struct buf text;
    enum complaint_cell cell_of[CSV_CELLS_MAX];
    size_t columns;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static int do_begin(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return complaint_book_file(db, &j->file, e);
}

static int do_end(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return complaint_book_file_end(db, &j->file, e);
}

/* The layout is known: the rows may come. */
static int begin(struct job *j, const struct complaint_columns *columns,
                 struct err *e)
{
    enum complaint_layout layout = complaint_row_layout(columns, e);
    if (layout == COMPLAINT_LAYOUT_UNKNOWN)
        return err_context(e, "%s", j->path);
    const char *country = j->o->country;
    if (country == NULL)
        country = layout == COMPLAINT_LAYOUT_CANADA ? "CA" : "US";
    j->row = (struct complaint_row){.layout = layout,
                                    .country = country,
                                    .zones = &j->desk.zones,
                                    .source = COMPLAINT_REGULATOR,
                                    .seller = j->desk.seller,
                                    .now_us = control_now_us(j->c)};
    if (j->o->source != NULL &&
        !complaint_source_parse(str_of(j->o->source), &j->row.source))
        return err_set(e, TM_EINVAL,
                       "--source is letter, phone, email, regulator or web");
    j->file = (struct complaint_book_file){
        .tenant = tenant_default(),
        .file_name = str_of(base_name(j->path)),
        .layout = str_of(complaint_row_layout_text(layout)),
        .now_us = j->row.now_us};
    int rc = sqlite_store_run(j->c->house->store, do_begin, j, e);
    j->desk.file = j->file.id;
    j->desk.file_name = base_name(j->path);
    return rc;
}

/* One row whose cells are in j->row; as_read is it for the rejects file. */
static int take(struct job *j, const struct csv_row *as_read, struct err *e)
{
    struct complaint c;
    j->file.rows++;
    if (as_read->fault != CSV_OK) {
        rejects_add(&j->rejects, as_read, csv_fault_text(as_read->fault));
        j->file.rejected++;
        return TM_OK;
    }
    if (!complaint_row_read(&j->row, &j->room, &c)) {
        rejects_add(&j->rejects, as_read, j->room.why);
        j->file.rejected++;
        return TM_OK;
    }
    /* The FTC's day file tells of everybody's calls. */
    if (j->row.layout == COMPLAINT_LAYOUT_FTC && !j->o->all &&
        !complaint_find_is_own(&j->desk.owns, c.shown)) {
        j->file.others++;
        return TM_OK;
    }
    return complaint_desk_put(&j->desk, &c, j->file.rows, e);
}

/* --- CSV --- */

static int read_some(struct job *j, char *p, ssize_t *n, struct err *e)
{
    do
        *n = read(j->fd, p, LOOK_BYTES);
    while (*n < 0 && errno == EINTR);
    j->done += *n > 0 ? (uint64_t)*n : 0;
    return *n < 0 ? err_errno(e, "%s", j->path) : TM_OK;
}

static int open_csv(struct job *j, struct slice look, struct err *e)
{
    enum encoding_kind kind = encoding_guess(look.p, look.n, look.n == j->size);
    char delimiter = 0;
    if (j->o->encoding != NULL &&
        !encoding_parse(str_of(j->o->encoding), &kind))
        return err_set(e, TM_EINVAL,
                       "--encoding %s: known are utf-8, utf-16, utf-16le, "
                       "utf-16be, latin-1 and windows-1252",
                       j->o->encoding);
    if (kind == ENCODING_BINARY)
        return err_set(e, TM_EINVAL,
                       "%s is no text file (a spreadsheet?); save it as CSV "
                       "and import that",
                       j->path);
    if (j->o->delimiter != NULL) {
        delimiter =
            strcmp(j->o->delimiter, "tab") == 0 ? '\t' : j->o->delimiter[0];
        if (delimiter != '\t' && strlen(j->o->delimiter) != 1)
            return err_set(e, TM_EINVAL,
                           "--delimiter %s: one character, or the word tab",
                           j->o->delimiter);
    }
    encoding_open(&j->encoding, kind);
    int rc = encoding_feed(&j->encoding, look.p, look.n, &j->text, e);
    if (rc != TM_OK)
        return err_context(e, "%s", j->path);
    if (delimiter == 0)
        delimiter = csv_guess_delimiter(buf_slice(&j->text));
    csv_open(&j->csv, delimiter);
    return TM_OK;
}

static int take_header(struct job *j, const struct csv_row *row, struct err *e)
{
    struct complaint_columns columns = {0};
    if (row->fault != CSV_OK)
        return err_set(e, TM_EINVAL, "%s: the first row cannot be read: %s",
                       j->path, csv_fault_text(row->fault));
    for (size_t i = 0; i < row->cells; i++) {
        if (!complaint_row_note(&columns, row->cell[i]))
            return err_set(e, TM_EINVAL,
                           "%s: column %zu '%.*s' tells what an earlier one "
                           "tells: rename one of them",
                           j->path, i + 1, (int)row->cell[i].n, row->cell[i].p);
        j->cell_of[i] = complaint_row_cell(row->cell[i]);
    }
    j->columns = row->cells;
    return begin(j, &columns, e);
}

static int take_csv(struct job *j, const struct csv_row *row, struct err *e)
{
    if (j->columns == 0)
        return take_header(j, row, e);
    memset(j->row.cell, 0, sizeof(j->row.cell));
    for (size_t i = 0; i < row->cells && i < j->columns; i++)
        if (j->cell_of[i] < COMPLAINT_CELL_COUNT)
            j->row.cell[j->cell_of[i]] = row->cell[i];
    return take(j, row, e);
}

static int take_text(struct job *j, struct err *e)
{
    struct slice piece = buf_slice(&j->text);
    struct csv_row row;
    int rc = TM_OK;
    while (rc == TM_OK && csv_next(&j->csv, &piece, &row))
        rc = take_csv(j, &row, e);
    buf_clear(&j->text);
    return rc;
}

static int read_csv(struct job *j, char *bytes, size_t n, struct err *e)
{
    struct csv_row row;
    ssize_t got = 0;
    int rc = open_csv(j, str_range(bytes, n), e);
    if (rc != TM_OK)
        return rc;
    while ((rc = take_text(j, e)) == TM_OK) {
        j->c->io.progress(j->c->io.self, j->path, "rows", j->file.rows, j->done,
                          j->size);
        rc = read_some(j, bytes, &got, e);
        if (rc != TM_OK || got == 0)
            break;
        rc = encoding_feed(&j->encoding, bytes, (size_t)got, &j->text, e);
        if (rc != TM_OK) {
            rc = err_context(e, "%s", j->path);
            break;
        }
    }
    if (rc != TM_OK)
        return rc;
    encoding_end(&j->encoding, &j->text);
    rc = take_text(j, e);
    if (rc == TM_OK && csv_end(&j->csv, &row))
        rc = take_csv(j, &row, e);
    if (rc == TM_OK && j->columns == 0)
        return err_set(e, TM_EINVAL, "%s has no rows", j->path);
    return rc;
}

/* --- JSON --- */

/* The value as text; numbers and truths are written into room. */
static struct slice text_of(const json_t *v, char room[32])
{
    if (json_is_string(v))
        return str_range(json_string_value(v), json_string_length(v));
    if (json_is_integer(v)) {
        (void)snprintf(room, 32, "%" JSON_INTEGER_FORMAT,
                       json_integer_value(v));
        return str_of(room);
    }
    return str_of(json_is_true(v) ? "Y" : json_is_false(v) ? "N" : "");
}

/* The FTC wraps what it tells in "attributes", beside the id. */
static json_t *inner_of(json_t *object)
{
    json_t *inner = json_object_get(object, "attributes");
    return json_is_object(inner) ? inner : NULL;
}

static int note_object(struct job *j, struct complaint_columns *columns,
                       json_t *object, struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (!complaint_row_note(columns, str_of(key)))
            return err_set(e, TM_EINVAL,
                           "%s: '%s' tells what another key tells: rename one "
                           "of them",
                           j->path, key);
    }
    return TM_OK;
}

static int take_object(struct job *j, json_t *object, size_t index,
                       struct err *e)
{
    char room[COMPLAINT_CELL_COUNT][32];
    struct slice cell[COMPLAINT_CELL_COUNT];
    struct csv_row as_read = {.line = index + 1, .cell = cell};
    memset(j->row.cell, 0, sizeof(j->row.cell));
    json_t *part[] = {object, inner_of(object)};
    for (size_t i = 0; i < tm_array_len(part); i++) {
        const char *key;
        json_t *value;
        json_object_foreach(part[i], key, value)
        {
            enum complaint_cell c = complaint_row_cell(str_of(key));
            if (c < COMPLAINT_CELL_COUNT)
                j->row.cell[c] = text_of(value, room[c]);
        }
    }
    for (size_t i = 0; i < COMPLAINT_CELL_COUNT; i++)
        if (j->row.cell[i].n > 0)
            cell[as_read.cells++] = j->row.cell[i];
    return take(j, &as_read, e);
}

static int take_array(struct job *j, json_t *list, struct err *e)
{
    struct complaint_columns columns = {0};
    size_t i;
    json_t *object;
    int rc = TM_OK;
    if (!json_is_array(list) || json_array_size(list) == 0)
        return err_set(e, TM_EINVAL,
                       "%s holds no complaints: an array of objects, or one "
                       "under \"data\", is wanted",
                       j->path);
    json_array_foreach(list, i, object)
    {
        struct complaint_columns one = {0};
        json_t *inner = inner_of(object);
        if (!json_is_object(object))
            return err_set(e, TM_EINVAL, "%s: element %zu is no object",
                           j->path, i + 1);
        rc = note_object(j, &one, object, e);
        if (rc == TM_OK && inner != NULL)
            rc = note_object(j, &one, inner, e);
        if (rc != TM_OK)
            return rc;
        for (size_t k = 0; k < COMPLAINT_CELL_COUNT; k++)
            columns.has[k] = columns.has[k] || one.has[k];
        columns.ftc = columns.ftc || one.ftc;
        columns.canada = columns.canada || one.canada;
    }
    rc = begin(j, &columns, e);
    for (i = 0; i < json_array_size(list) && rc == TM_OK; i++)
        rc = take_object(j, json_array_get(list, i), i, e);
    return rc;
}

static int read_json(struct job *j, struct err *e)
{
    struct buf text;
    json_error_t je;
    int rc = command_read_file(j->path, JSON_MAX, &text, e);
    if (rc != TM_OK)
        return rc;
    json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &je);
    buf_fini(&text);
    if (root == NULL)
        return err_set(e, TM_EINVAL, "%s:%d: %s", j->path, je.line, je.text);
    json_t *list = root;
    if (json_is_object(root))
        list = json_object_get(root, "data");
    if (json_is_object(root) && list == NULL)
        list = json_object_get(root, "complaints");
    rc = take_array(j, list, e);
    json_decref(root);
    return rc;
}

/* --- the whole --- */

static void print_json(const struct job *j)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, 65536);
    json_out_init(&o, &b);
    json_out_object(&o);
    json_out_key(&o, "layout");
    json_out_slice(&o, j->file.layout);
    json_out_kv_int(&o, "rows", (int64_t)j->file.rows);
    json_out_kv_int(&o, "cases", (int64_t)j->file.cases);
    json_out_kv_int(&o, "others", (int64_t)j->file.others);
    json_out_kv_int(&o, "duplicates", (int64_t)j->file.duplicates);
    json_out_kv_int(&o, "rejected", (int64_t)j->file.rejected);
    json_out_kv_int(&o, "matched", (int64_t)j->desk.matched);
    json_out_kv_int(&o, "opt_outs", (int64_t)j->desk.opt_outs);
    json_out_kv_text(&o, "rejects_file", j->rejects.path);
    json_out_end_object(&o);
    buf_add_char(&b, '\n');
    j->c->io.out(j->c->io.self, buf_slice(&b));
    buf_fini(&b);
}

static void print_result(const struct job *j)
{
    const struct complaint_book_file *f = &j->file;
    if (j->desk.unread > 0)
        control_warn(j->c,
                     "the plans of %zu campaigns cannot be read: their "
                     "numbers are not known here\n",
                     j->desk.unread);
    if (j->o->json) {
        print_json(j);
        return;
    }
    control_printf(j->c,
                   "%.*s: %" PRIu64 " rows = %" PRIu64 " cases + %" PRIu64
                   " of others' numbers + %" PRIu64 " duplicates + %" PRIu64
                   " rejected\n",
                   (int)f->layout.n, f->layout.p, f->rows, f->cases, f->others,
                   f->duplicates, f->rejected);
    control_printf(j->c,
                   "%" PRIu64 " cases have calls they may mean; %" PRIu64
                   " people will not be called again\n",
                   j->desk.matched, j->desk.opt_outs);
    if (f->rejected > 0)
        control_printf(j->c, "rejected rows with line and reason: %s\n",
                       j->rejects.path);
}

static void hash_of(struct slice look, const char *path, char out[65])
{
    uint8_t sum[32];
    crypto_generichash_state h;
    (void)crypto_generichash_init(&h, NULL, 0, sizeof(sum));
    (void)crypto_generichash_update(&h, (const uint8_t *)path,
                                    strlen(path) + 1);
    (void)crypto_generichash_update(&h, (const uint8_t *)look.p, look.n);
    (void)crypto_generichash_final(&h, sum, sizeof(sum));
    (void)sodium_bin2hex(out, 65, sum, sizeof(sum));
}

static bool is_json(struct slice look)
{
    struct slice s = str_trim(look);
    if (s.n >= 3 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0)
        s = str_trim(str_range(s.p + 3, s.n - 3));
    return s.n > 0 && (s.p[0] == '[' || s.p[0] == '{');
}

static int read_all(struct job *j, struct err *e)
{
    char hash[65];
    char *bytes = mem_alloc(LOOK_BYTES);
    ssize_t n = 0;
    int rc = read_some(j, bytes, &n, e);
    if (rc == TM_OK && n == 0)
        rc = err_set(e, TM_EINVAL, "%s is empty", j->path);
    if (rc == TM_OK) {
        hash_of(str_range(bytes, (size_t)n), j->path, hash);
        rc = rejects_open(&j->rejects, &j->c->house->dir, hash, e);
    }
    if (rc == TM_OK)
        rc = is_json(str_range(bytes, (size_t)n))
                 ? read_json(j, e)
                 : read_csv(j, bytes, (size_t)n, e);
    mem_free(bytes);
    if (rc == TM_OK)
        rc = complaint_desk_flush(&j->desk, e);
    j->file.cases = j->desk.cases;
    j->file.duplicates = j->desk.duplicates;
    if (rc == TM_OK)
        rc = rejects_finish(&j->rejects, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(j->c->house->store, do_end, j, e);
    rejects_drop(&j->rejects);
    return rc;
}

int complaint_import(struct control *c, const char *file,
                     const struct complaint_options *o)
{
    struct err e = {0};
    char path[4096];
    if (control_path(c, file, path, sizeof(path), &e) != TM_OK)
        return control_fail(c, &e);
    struct job *j = mem_alloc(sizeof(*j));
    j->c = c;
    j->o = o;
    j->path = path;
    j->rejects.fd = -1;
    buf_init(&j->text, TEXT_MAX);
    int rc = complaint_desk_open(&j->desk, c, o, &e);
    if (rc == TM_OK) {
        j->fd = command_open_file(path, &j->size, &e);
        rc = j->fd < 0 ? j->fd : read_all(j, &e);
        if (j->fd >= 0)
            (void)close(j->fd);
        if (rc == TM_OK)
            print_result(j);
        complaint_desk_close(&j->desk);
    }
    csv_fini(&j->csv);
    buf_fini(&j->text);
    mem_free(j);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

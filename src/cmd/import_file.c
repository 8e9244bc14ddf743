#include "cmd/import_file.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"

enum {
    LOOK_BYTES = 256 * 1024, /* for guessing */
    READ_BYTES = 256 * 1024,
    TEXT_MAX = 4 * READ_BYTES,
};

static int read_some(struct import_file *f, char *p, size_t cap, ssize_t *n,
                     struct err *e)
{
    do
        *n = read(f->fd, p, cap);
    while (*n < 0 && errno == EINTR);
    return *n < 0 ? err_errno(e, "%s", f->path) : TM_OK;
}

static int choose_encoding(struct import_file *f, const char *word,
                           struct slice look, struct err *e)
{
    enum encoding_kind found =
        encoding_guess(look.p, look.n, look.n == f->size);
    enum encoding_kind kind = found;
    if (word != NULL && !encoding_parse(str_of(word), &kind))
        return err_set(e, TM_EINVAL,
                       "--encoding %s: known are utf-8, utf-16, utf-16le, "
                       "utf-16be, latin-1 and windows-1252",
                       word);
    /* "utf-16" leaves the order of the bytes to the file. */
    if (word != NULL && str_eq_nocase(str_of(word), "utf-16") &&
        found == ENCODING_UTF16BE)
        kind = found;
    if (kind == ENCODING_BINARY)
        return err_set(e, TM_EINVAL,
                       "%s is no text file (a spreadsheet?); save it as CSV "
                       "and import that",
                       f->path);
    encoding_open(&f->encoding, kind);
    return TM_OK;
}

static int choose_delimiter(const char *word, struct slice text, char *out,
                            struct err *e)
{
    if (word == NULL) {
        *out = csv_guess_delimiter(text);
        return TM_OK;
    }
    *out = strcmp(word, "tab") == 0 ? '\t' : word[0];
    if (*out != '\t' && (word[0] == '\0' || word[1] != '\0' ||
                         strchr("\"\r\n", word[0]) != NULL))
        return err_set(e, TM_EINVAL,
                       "--delimiter %s: one character, or the word tab", word);
    return TM_OK;
}

static struct columns_sample copy_row(struct arena *a,
                                      const struct csv_row *row)
{
    struct slice *cell = arena_array(a, row->cells, sizeof(*cell));
    for (size_t i = 0; i < row->cells; i++)
        cell[i] = str_range(arena_strdup(a, row->cell[i]), row->cell[i].n);
    return (struct columns_sample){.cell = cell, .cells = row->cells};
}

static int guess_columns(struct import_file *f,
                         const struct import_file_options *o, struct slice text,
                         bool whole, struct err *e)
{
    struct columns_sample rows[COLUMNS_SAMPLE_MAX];
    uint64_t line[COLUMNS_SAMPLE_MAX];
    size_t n = 0;
    struct csv csv;
    struct csv_row row;
    struct arena a;
    arena_init(&a);
    csv_open(&csv, f->csv.delimiter);
    enum csv_fault fault = CSV_OK;
    bool first = true;
    while (n < COLUMNS_SAMPLE_MAX && csv_next(&csv, &text, &row)) {
        if (first)
            fault = row.fault;
        first = false;
        if (row.fault == CSV_OK) {
            line[n] = row.line;
            rows[n++] = copy_row(&a, &row);
        }
    }
    /* The last line may lack its end; a first line may be longer than what
     * was looked at. */
    if (n < COLUMNS_SAMPLE_MAX && (whole || first) && csv_end(&csv, &row)) {
        if (first)
            fault = row.fault;
        if (row.fault == CSV_OK) {
            line[n] = row.line;
            rows[n++] = copy_row(&a, &row);
        }
    }
    csv_fini(&csv);
    const struct columns_options co = {
        .country = o->country, .map = o->map, .header = o->header};
    int rc = fault == CSV_OK
                 ? columns_guess(rows, n, &co, &f->columns, e)
                 : err_set(e, TM_EINVAL,
                           "the first row cannot be read: %s; is it a list?",
                           csv_fault_text(fault));
    arena_fini(&a);
    if (rc == TM_OK && f->columns.has_header)
        f->header_line = line[f->columns.header_row];
    return rc == TM_OK ? rc : err_context(e, "%s", f->path);
}

static int look(struct import_file *f, const struct import_file_options *o,
                char *bytes, struct err *e)
{
    size_t n = 0;
    ssize_t got;
    do {
        int rc = read_some(f, bytes + n, LOOK_BYTES - n, &got, e);
        if (rc != TM_OK)
            return rc;
        n += (size_t)got;
    } while (got > 0 && n < LOOK_BYTES);
    if (n == 0)
        return err_set(e, TM_EINVAL, "%s is empty", f->path);
    int rc = choose_encoding(f, o->encoding, str_range(bytes, n), e);
    if (rc != TM_OK)
        return rc;
    struct encoding_stream stream = f->encoding;
    struct buf text;
    char delimiter = 0;
    buf_init(&text, TEXT_MAX);
    rc = encoding_feed(&stream, bytes, n, &text, e);
    if (rc != TM_OK)
        rc = err_context(e, "%s", f->path);
    if (rc == TM_OK)
        rc = choose_delimiter(o->delimiter, buf_slice(&text), &delimiter, e);
    if (rc == TM_OK) {
        csv_open(&f->csv, delimiter);
        if (o->plain == NULL)
            rc = guess_columns(f, o, buf_slice(&text), n == f->size, e);
    }
    buf_fini(&text);
    return rc;
}

/* Before the first row is taken: a file that is text at its beginning only. */
static int check_bytes(const struct import_file *f, struct slice bytes,
                       uint64_t at, struct err *e)
{
    bool narrow = f->encoding.kind == ENCODING_UTF8 ||
                  f->encoding.kind == ENCODING_LATIN1;
    const char *zero =
        narrow && bytes.n > 0 ? memchr(bytes.p, 0, bytes.n) : NULL;
    if (zero == NULL)
        return TM_OK;
    return err_set(e, TM_EINVAL,
                   "%s: byte %llu is zero, which no text file in %s has; save "
                   "it as CSV in UTF-8 and import that",
                   f->path,
                   (unsigned long long)(at + (uint64_t)(zero - bytes.p)),
                   encoding_text(f->encoding.kind));
}

/* The same bytes read in the same way are the same file, whatever its name:
 * so an import can be resumed, and does nothing the second time. */
static int hash_file(struct import_file *f, const struct import_file_options *o,
                     char *bytes, struct err *e)
{
    crypto_generichash_state h;
    uint8_t sum[32];
    ssize_t n;
    uint64_t at = 0;
    (void)crypto_generichash_init(&h, NULL, 0, sizeof(sum));
    if (lseek(f->fd, 0, SEEK_SET) != 0)
        return err_errno(e, "%s", f->path);
    do {
        int rc = read_some(f, bytes, LOOK_BYTES, &n, e);
        if (rc != TM_OK)
            return rc;
        rc = check_bytes(f, str_range(bytes, (size_t)n), at, e);
        if (rc != TM_OK)
            return rc;
        (void)crypto_generichash_update(&h, (const uint8_t *)bytes, (size_t)n);
        at += (uint64_t)n;
    } while (n > 0);
    for (size_t i = 0; i < f->columns.n; i++) {
        const struct column *c = &f->columns.column[i];
        (void)crypto_generichash_update(&h, (const uint8_t *)c->name,
                                        strlen(c->name) + 1);
        (void)crypto_generichash_update(
            &h, (const uint8_t *)columns_role_text(c->role),
            strlen(columns_role_text(c->role)) + 1);
    }
    if (o->plain != NULL)
        (void)crypto_generichash_update(&h, (const uint8_t *)o->plain,
                                        strlen(o->plain) + 1);
    (void)crypto_generichash_update(&h, (const uint8_t *)o->country,
                                    strlen(o->country));
    (void)crypto_generichash_update(
        &h, (const uint8_t *)encoding_text(f->encoding.kind),
        strlen(encoding_text(f->encoding.kind)));
    (void)crypto_generichash_update(&h, (const uint8_t *)&f->csv.delimiter, 1);
    const uint8_t header = f->columns.has_header;
    (void)crypto_generichash_update(&h, &header, 1);
    const uint8_t titles = (uint8_t)f->columns.header_row;
    if (titles > 0)
        (void)crypto_generichash_update(&h, &titles, 1);
    (void)crypto_generichash_final(&h, sum, sizeof(sum));
    (void)sodium_bin2hex(f->hash, sizeof(f->hash), sum, sizeof(sum));
    if (lseek(f->fd, 0, SEEK_SET) != 0)
        return err_errno(e, "%s", f->path);
    return TM_OK;
}

int import_file_open(struct import_file *f, const struct import_file_options *o,
                     struct err *e)
{
    memset(f, 0, sizeof(*f));
    f->path = o->path;
    buf_init(&f->text, TEXT_MAX);
    f->fd = command_open_file(o->path, &f->size, e);
    if (f->fd < 0)
        return f->fd;
    char *bytes = mem_alloc(LOOK_BYTES);
    int rc = look(f, o, bytes, e);
    if (rc == TM_OK)
        rc = hash_file(f, o, bytes, e);
    mem_free(bytes);
    if (rc != TM_OK)
        import_file_close(f);
    return rc;
}

void import_file_close(struct import_file *f)
{
    if (f->fd >= 0)
        (void)close(f->fd);
    f->fd = -1;
    buf_fini(&f->text);
    csv_fini(&f->csv);
}

/* More text for the parser; false at the end of the file. */
static int refill(struct import_file *f, struct err *e)
{
    char bytes[READ_BYTES / 8];
    ssize_t n;
    int rc = read_some(f, bytes, sizeof(bytes), &n, e);
    if (rc != TM_OK)
        return rc;
    buf_clear(&f->text);
    if (n == 0) {
        encoding_end(&f->encoding, &f->text);
        f->ended = true;
    } else {
        rc = encoding_feed(&f->encoding, bytes, (size_t)n, &f->text, e);
        if (rc != TM_OK)
            return err_context(e, "%s", f->path);
    }
    f->done += (uint64_t)n;
    f->piece = buf_slice(&f->text);
    return TM_OK;
}

static int next_record(struct import_file *f, struct csv_row *row,
                       struct err *e)
{
    while (!csv_next(&f->csv, &f->piece, row)) {
        if (f->ended)
            return csv_end(&f->csv, row) ? 1 : 0;
        int rc = refill(f, e);
        if (rc != TM_OK)
            return rc;
    }
    return 1;
}

int import_file_next(struct import_file *f, struct csv_row *row, struct err *e)
{
    int rc = next_record(f, row, e);
    while (rc == 1 && f->header_line > 0 && !f->header_passed) {
        f->header_passed = row->line >= f->header_line; /* titles are above */
        f->csv.width = row->cells; /* a row is as wide as its header */
        rc = next_record(f, row, e);
    }
    if (rc == 1)
        f->row++;
    return rc;
}

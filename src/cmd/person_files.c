#include "cmd/person_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "cmd/command.h"
#include "core/list/csv.h"

enum { REJECTS_MAX = 1 << 30, DIGITS_MAX = 32 };

/* --- whose text it is -----------------------------------------------------*/

/* Digits of the text that belong together: (212) 555-0100 is one run. */
static bool has_number(struct slice text, const char *digits)
{
    char run[DIGITS_MAX + 1];
    size_t n = 0, want = strlen(digits);
    for (size_t i = 0; i <= text.n; i++) {
        char ch = i < text.n ? text.p[i] : 'x';
        if (ch >= '0' && ch <= '9') {
            if (n == DIGITS_MAX) {
                memmove(run, run + 1, n - 1);
                n--;
            }
            run[n++] = ch;
            if (n >= want && memcmp(run + n - want, digits, want) == 0)
                return true;
        } else if (strchr(" -.()/+\t", ch) == NULL) {
            n = 0;
        }
    }
    return false;
}

/* A number without its country code is how people write it; seven digits
 * more than that are nobody else's. */
static bool has_any_number(const struct person_rows *p, struct slice text)
{
    for (size_t i = 0; i < p->numbers; i++) {
        char digits[24];
        (void)snprintf(digits, sizeof(digits), "%" PRIu64, p->number[i]);
        size_t n = strlen(digits);
        size_t code = digits[0] == '1' && n == 11 ? 1 : n > 10 ? 2 : 0;
        if (has_number(text, digits + code))
            return true;
    }
    return false;
}

static bool has_text(struct slice text, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; n > 0 && i + n <= text.n; i++)
        if (str_eq_nocase(str_range(text.p + i, n), part))
            return true;
    return false;
}

bool person_files_names(const struct person_rows *p, struct slice text)
{
    char address[256];
    (void)str_copy(address, sizeof(address), p->address);
    if (has_any_number(p, text) ||
        (p->address.n > 0 && has_text(text, address)))
        return true;
    /* "Ann | Lee" of two columns is Ann Lee. */
    struct buf joined;
    buf_init(&joined, text.n + 1);
    for (size_t i = 0; i < text.n; i++)
        if (i + 2 < text.n && memcmp(text.p + i, " | ", 3) == 0) {
            buf_add_char(&joined, ' ');
            i += 2;
        } else {
            buf_add_char(&joined, text.p[i]);
        }
    bool found = false;
    /* One word alone names too many. */
    for (size_t i = 0; !found && i < p->names; i++)
        found = strchr(p->name[i], ' ') != NULL &&
                has_text(buf_slice(&joined), p->name[i]);
    buf_fini(&joined);
    return found;
}

/* --- recordings -----------------------------------------------------------*/

int person_files_recordings(const struct data_dir *d, const int64_t *ids,
                            size_t n, record_row_fn *v, void *arg)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        char name[64], path[PATH_MAX];
        struct stat st;
        (void)snprintf(name, sizeof(name), "recordings/%" PRId64 ".wav",
                       ids[i]);
        data_dir_path(d, name, path, sizeof(path));
        if (stat(path, &st) != 0)
            continue;
        const struct record_cell cell[] = {
            {.name = "call", .kind = 'i', .value = ids[i]},
            {.name = "file", .kind = 's', .text = str_of(path)},
            {.name = "bytes", .kind = 'i', .value = (int64_t)st.st_size},
        };
        struct record_row row = {"recordings", cell, tm_array_len(cell)};
        rc = v(arg, &row);
    }
    return rc;
}

/* --- rejects --------------------------------------------------------------*/

struct reject_walk {
    const struct data_dir *dir;
    const struct person_rows *p;
    record_row_fn *v; /* NULL: the rows go */
    void *arg;
    uint64_t rows;
};

static bool row_names(const struct person_rows *p, const struct csv_row *row)
{
    for (size_t i = 0; i < row->cells; i++)
        if (person_files_names(p, row->cell[i]))
            return true;
    return false;
}

static void add_row(struct buf *b, const struct csv_row *row)
{
    for (size_t i = 0; i < row->cells; i++) {
        if (i > 0)
            buf_add_char(b, ',');
        buf_add_char(b, '"');
        for (size_t k = 0; k < row->cell[i].n; k++) {
            if (row->cell[i].p[k] == '"')
                buf_add_char(b, '"');
            buf_add_char(b, row->cell[i].p[k]);
        }
        buf_add_char(b, '"');
    }
    buf_add_str(b, "\r\n");
}

static int show_row(const struct reject_walk *w, const char *file,
                    const struct csv_row *row)
{
    struct buf text;
    buf_init(&text, CSV_ROW_BYTES_MAX * 2);
    add_row(&text, row);
    const struct record_cell cell[] = {
        {.name = "file", .kind = 's', .text = str_of(file)},
        {.name = "line", .kind = 'i', .value = (int64_t)row->line},
        {.name = "row", .kind = 's', .text = str_trim(buf_slice(&text))},
    };
    struct record_row r = {"rejected rows", cell, tm_array_len(cell)};
    int rc = w->v(w->arg, &r);
    buf_fini(&text);
    return rc;
}

static int replace(const char *path, struct slice text, struct err *e)
{
    char temp[PATH_MAX + 8];
    (void)snprintf(temp, sizeof(temp), "%s.new", path);
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_errno(e, "%s", temp);
    size_t at = 0;
    ssize_t n = 0;
    while (at < text.n && (n = write(fd, text.p + at, text.n - at)) > 0)
        at += (size_t)n;
    bool good = at == text.n && fsync(fd) == 0;
    int rc = good ? TM_OK : err_errno(e, "%s", temp);
    (void)close(fd);
    if (rc == TM_OK && rename(temp, path) != 0)
        rc = err_errno(e, "%s", path);
    if (rc != TM_OK)
        (void)unlink(temp);
    return rc;
}

static int walk_rows(struct reject_walk *w, const char *path,
                     struct slice piece, struct buf *rest)
{
    struct csv csv;
    struct csv_row row;
    int rc = 0;
    csv_open(&csv, ',');
    while (rc == 0 && (csv_next(&csv, &piece, &row) || csv_end(&csv, &row))) {
        if (!row_names(w->p, &row)) {
            add_row(rest, &row);
            continue;
        }
        w->rows++;
        if (w->v != NULL)
            rc = show_row(w, path, &row);
    }
    csv_fini(&csv);
    return rc;
}

static int walk_file(struct reject_walk *w, const char *path, struct err *e)
{
    struct buf text, rest;
    uint64_t before = w->rows;
    buf_init(&text, REJECTS_MAX);
    int rc = command_read_file(path, REJECTS_MAX, &text, e);
    buf_init(&rest, text.n * 2 + 1024);
    if (rc == TM_OK)
        rc = walk_rows(w, path, buf_slice(&text), &rest);
    if (rc == TM_OK && w->v == NULL && w->rows > before)
        rc = rest.failed ? err_set(e, TM_ELIMIT, "%s: too large", path)
                         : replace(path, buf_slice(&rest), e);
    buf_fini(&text);
    buf_fini(&rest);
    return rc;
}

static int walk_rejects(struct reject_walk *w, struct err *e)
{
    char folder[PATH_MAX];
    int rc = TM_OK;
    data_dir_path(w->dir, "rejects", folder, sizeof(folder));
    DIR *d = opendir(folder);
    if (d == NULL)
        return errno == ENOENT ? TM_OK : err_errno(e, "%s", folder);
    const struct dirent *at;
    while (rc == TM_OK && (at = readdir(d)) != NULL) {
        char path[PATH_MAX];
        size_t len = strlen(at->d_name);
        int k = snprintf(path, sizeof(path), "%s/%s", folder, at->d_name);
        if (k > 0 && (size_t)k < sizeof(path) && len > 4 &&
            strcmp(at->d_name + len - 4, ".csv") == 0)
            rc = walk_file(w, path, e);
    }
    (void)closedir(d);
    return rc;
}

int person_files_rejects(const struct data_dir *d, const struct person_rows *p,
                         record_row_fn *v, void *arg, struct err *e)
{
    struct reject_walk w = {.dir = d, .p = p, .v = v, .arg = arg};
    return walk_rejects(&w, e);
}

int person_files_erase(const struct data_dir *d, const struct person_rows *p,
                       uint64_t *rows, struct err *e)
{
    struct reject_walk w = {.dir = d, .p = p};
    int rc = walk_rejects(&w, e);
    *rows = w.rows;
    return rc;
}

/* --- exports --------------------------------------------------------------*/

static bool is_inside(const struct data_dir *d, const char *path)
{
    char folder[PATH_MAX], full[PATH_MAX];
    if (realpath(d->path, folder) == NULL || realpath(path, full) == NULL)
        return false;
    size_t n = strlen(folder);
    return strncmp(folder, full, n) == 0 && full[n] == '/';
}

/* Only what an export writes: nothing of the user's that lies beside. */
static int remove_records(const char *folder, struct err *e)
{
    static const char *const stem[] = {
#define X(name, text) text,
        RECORD_TABLES(X)
#undef X
            "messages",
    };
    static const char *const ending[] = {"csv", "jsonl"};
    char path[PATH_MAX];
    for (size_t i = 0; i < tm_array_len(stem) * 2; i++) {
        int n = snprintf(path, sizeof(path), "%s/%s.%s", folder, stem[i / 2],
                         ending[i % 2]);
        if (n < 0 || (size_t)n >= sizeof(path) ||
            (unlink(path) != 0 && errno != ENOENT))
            return err_errno(e, "cannot remove %s", path);
    }
    (void)snprintf(path, sizeof(path), "%s/manifest.json", folder);
    if (unlink(path) != 0 && errno != ENOENT)
        return err_errno(e, "cannot remove %s", path);
    (void)rmdir(folder); /* stays when the user keeps something in it */
    return TM_OK;
}

int person_files_export(const struct data_dir *d,
                        const struct person_rows_path *x,
                        enum person_files_fate *fate, struct err *e)
{
    struct stat st;
    int rc = TM_OK;
    if (stat(x->path, &st) != 0) {
        *fate = PERSON_FILES_GONE;
        return TM_OK;
    }
    if (!is_inside(d, x->path)) {
        *fate = PERSON_FILES_STAYS;
        return TM_OK;
    }
    *fate = PERSON_FILES_REMOVED;
    if (S_ISDIR(st.st_mode))
        rc = remove_records(x->path, e);
    else if (unlink(x->path) != 0)
        rc = err_errno(e, "cannot remove %s", x->path);
    return rc;
}

#include "cmd/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PENDING_MAX = 4 << 20, FLUSH_BYTES = 1 << 16 };

int rejects_open(struct rejects *r, const struct data_dir *dir,
                 const char *file_hash, struct err *e)
{
    char name[64];
    memset(r, 0, sizeof(*r));
    (void)snprintf(name, sizeof(name), "rejects/%.16s.csv", file_hash);
    data_dir_path(dir, name, r->path, sizeof(r->path));
    (void)snprintf(r->temp, sizeof(r->temp), "%s.part", r->path);
    buf_init(&r->pending, PENDING_MAX);
    r->fd = open(r->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (r->fd < 0)
        return err_errno(e, "%s", r->temp);
    buf_add_str(&r->pending, "line,reason,row\r\n");
    return TM_OK;
}

static void flush(struct rejects *r)
{
    for (size_t at = 0; at < r->pending.n && r->failed == 0;) {
        ssize_t n = write(r->fd, r->pending.p + at, r->pending.n - at);
        if (n < 0 && errno != EINTR)
            r->failed = errno;
        at += n > 0 ? (size_t)n : 0;
    }
    buf_clear(&r->pending);
}

static void add_quoted(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, s.p[i]);
    }
}

/* "+1 (212) 555-0101", "-12": digits alone compute nothing that matters, and a
 * number must stay as it can be dialled and imported. */
static bool is_plain_number(struct slice s)
{
    bool digit = false;
    for (size_t i = 1; i < s.n; i++) {
        digit = digit || (s.p[i] >= '0' && s.p[i] <= '9');
        if (strchr("0123456789 ().-/", s.p[i]) == NULL || s.p[i] == '\0')
            return false;
    }
    return digit;
}

/* People open the file in a spreadsheet: a cell that would be a formula there
 * gets a ' before it, as in every export. */
static void add_cell(struct buf *b, struct slice s)
{
    if (s.n > 0 && s.p[0] != '\0' && strchr("=+-@\t\r", s.p[0]) != NULL &&
        !((s.p[0] == '+' || s.p[0] == '-') && is_plain_number(s)))
        buf_add_char(b, '\'');
    add_quoted(b, s);
}

void rejects_add(struct rejects *r, const struct csv_row *row,
                 const char *reason)
{
    buf_addf(&r->pending, "%llu,\"", (unsigned long long)row->line);
    add_cell(&r->pending, str_of(reason));
    buf_add_str(&r->pending, "\",\"");
    /* A row over the limit is named by its line; its text is not kept. */
    for (size_t i = 0; i < row->cells && row->fault != CSV_TOO_LONG; i++) {
        if (i > 0)
            buf_add_str(&r->pending, " | ");
        add_cell(&r->pending, row->cell[i]);
    }
    buf_add_str(&r->pending, "\"\r\n");
    if (r->pending.n > FLUSH_BYTES)
        flush(r);
}

int rejects_finish(struct rejects *r, struct err *e)
{
    flush(r);
    errno = r->failed;
    if (r->failed != 0 || fsync(r->fd) != 0 || rename(r->temp, r->path) != 0)
        return err_errno(e, "%s", r->temp);
    (void)close(r->fd);
    r->fd = -1;
    return TM_OK;
}

void rejects_drop(struct rejects *r)
{
    if (r->fd >= 0 && r->temp[0] != '\0') {
        (void)close(r->fd);
        (void)unlink(r->temp);
    }
    r->fd = -1;
    buf_fini(&r->pending);
}

#include "cmd/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report/records_row.h"

enum { BUFFER_MAX = 16 << 20, FLUSH_BYTES = 1 << 16 };

int record_file_open(struct record_file *f, const char *dir, const char *name,
                     bool json, struct err *e)
{
    memset(f, 0, sizeof(*f));
    f->fd = -1;
    f->json = json;
    buf_init(&f->buf, BUFFER_MAX);
    int n = snprintf(f->path, sizeof(f->path), "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof(f->path))
        return err_set(e, TM_ELIMIT, "%s: the path is too long", dir);
    (void)snprintf(f->temp, sizeof(f->temp), "%s.part", f->path);
    (void)crypto_generichash_init(&f->hash, NULL, 0, 32);
    f->fd = open(f->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return f->fd >= 0 ? TM_OK : err_errno(e, "%s", f->temp);
}

static void flush(struct record_file *f)
{
    if (f->buf.n > 0)
        (void)crypto_generichash_update(&f->hash, (const uint8_t *)f->buf.p,
                                        f->buf.n);
    for (size_t at = 0; at < f->buf.n && f->failed == 0;) {
        ssize_t n = write(f->fd, f->buf.p + at, f->buf.n - at);
        if (n < 0 && errno != EINTR)
            f->failed = errno;
        at += n > 0 ? (size_t)n : 0;
    }
    f->bytes += f->buf.n;
    if (f->buf.failed)
        f->failed = EFBIG;
    buf_clear(&f->buf);
}

void record_file_row(struct record_file *f, const struct record_row *row)
{
    if (f->json) {
        struct json_out j;
        json_out_init(&j, &f->buf);
        records_row_json(row, &j);
        buf_add_char(&f->buf, '\n');
    } else {
        if (f->rows == 0)
            records_row_csv_head(row, &f->buf);
        records_row_csv(row, &f->buf);
    }
    f->rows++;
    if (f->buf.n > FLUSH_BYTES || f->buf.failed)
        flush(f);
}

void record_file_columns(struct record_file *f, const struct record_row *row)
{
    if (!f->json && f->rows == 0)
        records_row_csv_head(row, &f->buf);
}

void record_file_text(struct record_file *f, struct slice text)
{
    buf_add_slice(&f->buf, text);
}

int record_file_finish(struct record_file *f, struct err *e)
{
    uint8_t sum[32];
    flush(f);
    (void)crypto_generichash_final(&f->hash, sum, sizeof(sum));
    (void)sodium_bin2hex(f->sum, sizeof(f->sum), sum, sizeof(sum));
    errno = f->failed;
    if (f->failed != 0 || fsync(f->fd) != 0 || rename(f->temp, f->path) != 0)
        return err_errno(e, "%s", f->temp);
    (void)close(f->fd);
    f->fd = -1;
    return TM_OK;
}

void record_file_drop(struct record_file *f)
{
    if (f->fd >= 0) {
        (void)close(f->fd);
        (void)unlink(f->temp);
    }
    f->fd = -1;
    buf_fini(&f->buf);
}

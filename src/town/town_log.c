#include "town/town_log.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/civil.h"

enum { LINE_MAX_BYTES = 8192 };

int town_log_open(struct town_log *l, const char *path, struct err *e)
{
    *l = (struct town_log){.fd = -1};
    if (path != NULL) {
        l->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (l->fd < 0)
            return err_errno(e, "cannot write the town's log %s", path);
    }
    buf_init(&l->line, LINE_MAX_BYTES);
    return TM_OK;
}

void town_log_close(struct town_log *l)
{
    if (l->fd >= 0)
        (void)close(l->fd);
    l->fd = -1;
    buf_fini(&l->line);
}

/* The wall clock with its microseconds. */
static void put_time(struct json_out *out)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    char whole[CIVIL_INSTANT_LEN];
    civil_format_instant((int64_t)now.tv_sec * CIVIL_SECOND_US, whole);
    struct buf b;
    buf_init(&b, 64);
    buf_addf(&b, "%.19s.%06ldZ", whole, now.tv_nsec / 1000);
    json_out_kv_text(out, "t", b.p);
    buf_fini(&b);
}

void town_log_begin(struct town_log *l, const char *event, const char *call_id)
{
    buf_clear(&l->line);
    json_out_init(&l->out, &l->line);
    json_out_object(&l->out);
    put_time(&l->out);
    json_out_kv_text(&l->out, "event", event);
    json_out_kv_text(&l->out, "call_id", call_id);
}

void town_log_end(struct town_log *l)
{
    json_out_end_object(&l->out);
    buf_add_char(&l->line, '\n');
    tm_assert(!l->line.failed);
    if (l->fd < 0)
        return;
    size_t done = 0;
    while (done < l->line.n) {
        ssize_t n = write(l->fd, l->line.p + done, l->line.n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (l->fault == 0)
                l->fault = errno;
            return;
        }
        done += (size_t)n;
    }
}

#include "cmd/control_client.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "cmd/control_address.h"
#include "cmd/progress.h"

enum { REQUEST_MAX = 1 << 20 };

int control_client_connect(const char *dir)
{
    struct sockaddr_un addr;
    int dir_fd;
    if (control_address(dir, &addr, &dir_fd) != 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0) {
        (void)close(fd);
        fd = -1;
    }
    if (dir_fd >= 0)
        (void)close(dir_fd);
    return fd;
}

static bool send_request(int fd, const struct command *c, const char *cwd,
                         int argc, char **argv)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, REQUEST_MAX);
    json_out_init(&j, &b);
    json_out_object(&j);
    json_out_kv_text(&j, "command", c->name);
    json_out_kv_text(&j, "cwd", cwd);
    json_out_key(&j, "argv");
    json_out_array(&j);
    for (int i = 0; i < argc; i++)
        json_out_text(&j, argv[i]);
    json_out_end_array(&j);
    json_out_end_object(&j);
    buf_add_char(&b, '\n');
    bool ok = !b.failed;
    for (size_t at = 0; ok && at < b.n;) {
        ssize_t n = send(fd, b.p + at, b.n - at, MSG_NOSIGNAL);
        ok = n > 0;
        at += ok ? (size_t)n : 0;
    }
    buf_fini(&b);
    return ok;
}

struct reply {
    struct progress bar;
    char what[200];
    bool begun;
    int exit_code; /* -1: not yet */
};

static void show_progress(struct reply *r, const json_t *p)
{
    uint64_t v[3];
    for (size_t i = 0; i < 3; i++)
        v[i] = (uint64_t)json_integer_value(json_array_get(p, i));
    if (!r->begun) {
        (void)snprintf(r->what, sizeof(r->what), "%s",
                       json_string_value(json_array_get(p, 3)));
        progress_start(&r->bar, r->what, "rows");
    }
    r->begun = true;
    progress_update(&r->bar, v[0], v[1], v[2]);
}

static void take_line(struct reply *r, const char *line, size_t n)
{
    json_t *j = json_loadb(line, n, 0, NULL);
    const char *out = json_string_value(json_object_get(j, "out"));
    const char *err = json_string_value(json_object_get(j, "err"));
    const json_t *progress = json_object_get(j, "progress");
    const json_t *code = json_object_get(j, "exit");
    if (out != NULL)
        (void)fputs(out, stdout);
    (void)fflush(stdout); /* who follows `agent watch` sees it now */
    if (err != NULL) {
        if (r->begun)
            progress_end(&r->bar);
        (void)fputs(err, stderr);
    }
    if (json_array_size(progress) == 4)
        show_progress(r, progress);
    if (json_is_integer(code))
        r->exit_code = (int)json_integer_value(code);
    json_decref(j);
}

static void read_replies(int fd, struct reply *r)
{
    struct buf b;
    buf_init(&b, 16u << 20);
    char chunk[65536];
    ssize_t n;
    while (r->exit_code < 0 && (n = recv(fd, chunk, sizeof(chunk), 0)) > 0) {
        buf_add(&b, chunk, (size_t)n);
        struct slice rest = buf_slice(&b);
        const char *end;
        while (rest.n > 0 && (end = memchr(rest.p, '\n', rest.n)) != NULL) {
            size_t len = (size_t)(end - rest.p);
            take_line(r, rest.p, len);
            rest = str_range(rest.p + len + 1, rest.n - len - 1);
        }
        memmove(b.p, rest.p, rest.n);
        b.n = rest.n;
    }
    buf_fini(&b);
}

int control_client_run(int fd, const struct command *c, const char *cwd,
                       int argc, char **argv)
{
    struct reply r = {.exit_code = -1};
    if (send_request(fd, c, cwd, argc, argv))
        read_replies(fd, &r);
    (void)close(fd);
    if (r.begun)
        progress_end(&r.bar);
    if (r.exit_code >= 0)
        return r.exit_code;
    struct err e;
    (void)err_set(&e, TM_EIO,
                  "the server of this data folder went away before it had "
                  "answered; see its log, then try again");
    return command_fail(c, &e);
}

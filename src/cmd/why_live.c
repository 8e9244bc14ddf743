#include "cmd/why_live.h"

#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/control_client.h"

enum { ANSWER_MAX = 1 << 20, WAIT_S = 10 };

static bool send_all(int fd, const char *campaign)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, ANSWER_MAX);
    json_out_init(&j, &b);
    json_out_object(&j);
    json_out_kv_text(&j, "command", "campaign");
    json_out_kv_text(&j, "cwd", "/");
    json_out_key(&j, "argv");
    json_out_array(&j);
    json_out_text(&j, "campaign");
    json_out_text(&j, "status");
    json_out_text(&j, campaign);
    json_out_text(&j, "--json");
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

/* Everything the server sends until it has told an exit code. */
static bool read_all(int fd, struct buf *b)
{
    char chunk[16384];
    ssize_t n;
    while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0) {
        buf_add(b, chunk, (size_t)n);
        if (b->failed)
            return false;
        if (b->p[b->n - 1] == '\n' && strstr(b->p, "{\"exit\":") != NULL)
            return true;
    }
    return false;
}

/* The command's standard output: the "out" of each line. */
static void join_out(struct slice lines, struct buf *out)
{
    while (lines.n > 0) {
        struct slice line = str_cut(lines, '\n', &lines);
        json_t *j = json_loadb(line.p, line.n, 0, NULL);
        const char *text = json_string_value(json_object_get(j, "out"));
        if (text != NULL)
            buf_add_str(out, text);
        json_decref(j);
    }
}

static const char *text_of(struct arena *a, const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return arena_strdup(a, str_of(s != NULL ? s : ""));
}

static void take(struct slice text, struct arena *a, struct why_live *out)
{
    json_t *all = json_loadb(text.p, text.n, 0, NULL);
    const json_t *o = json_array_get(all, 0);
    if (json_is_true(json_object_get(o, "server"))) {
        out->server = true;
        out->state = text_of(a, o, "state");
        out->idle_why = text_of(a, o, "idle_why");
        out->callers = json_integer_value(json_object_get(o, "callers"));
        out->calls = json_integer_value(json_object_get(o, "calls"));
        out->hopper = json_integer_value(json_object_get(o, "hopper"));
    }
    json_decref(all);
}

void why_live_ask(const char *dir, const char *campaign, struct arena *a,
                  struct why_live *out)
{
    const struct timeval wait = {.tv_sec = WAIT_S};
    struct buf lines, text;
    *out = (struct why_live){.state = "", .idle_why = ""};
    int fd = control_client_connect(dir);
    if (fd < 0)
        return;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    buf_init(&lines, ANSWER_MAX);
    buf_init(&text, ANSWER_MAX);
    if (send_all(fd, campaign) && read_all(fd, &lines)) {
        join_out(buf_slice(&lines), &text);
        take(buf_slice(&text), a, out);
    }
    (void)close(fd);
    buf_fini(&text);
    buf_fini(&lines);
}

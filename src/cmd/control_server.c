#include "cmd/control_server.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "cmd/control_address.h"

enum {
    CONNECTIONS_MAX = 64, /* some only look: agent watch */
    REQUEST_MAX = 1 << 20,
    ARGS_MAX = 128,
    REQUEST_WAIT_MS = 5000,
    SEND_WAIT_S = 10,
    ACCEPT_PAUSE_US = 50000,
};

struct control_listener {
    struct house *house;
    const struct clock_port *clock;
    const struct control_server *server;
    int fd;
    int stop_fd; /* readable when the thread shall end */
    pthread_t thread;
    atomic_int connections;
    atomic_bool stopping;
};

struct connection {
    struct control_listener *listener;
    int fd;
    bool gone; /* the user does not read any more */
};

/* A user who went away, or stopped reading, does not stop the command. */
static void send_all(struct connection *c, const char *p, size_t n)
{
    for (size_t at = 0; at < n && !c->gone;) {
        ssize_t sent = send(c->fd, p + at, n - at, MSG_NOSIGNAL);
        c->gone = sent <= 0;
        at += sent > 0 ? (size_t)sent : 0;
    }
}

static void begin_line(struct buf *b, struct json_out *j)
{
    buf_init(b, REQUEST_MAX);
    json_out_init(j, b);
    json_out_object(j);
}

static void end_line(struct connection *c, struct buf *b, struct json_out *j)
{
    json_out_end_object(j);
    buf_add_char(b, '\n');
    if (!b->failed)
        send_all(c, b->p, b->n);
    buf_fini(b);
}

static void send_text(struct connection *c, const char *key, struct slice text)
{
    struct buf b;
    struct json_out j;
    begin_line(&b, &j);
    json_out_key(&j, key);
    json_out_slice(&j, text);
    end_line(c, &b, &j);
}

static void on_out(void *self, struct slice text)
{
    send_text(self, "out", text);
}

static void on_err(void *self, struct slice text)
{
    send_text(self, "err", text);
}

static void on_progress(void *self, const char *what, const char *unit,
                        uint64_t count, uint64_t done, uint64_t total)
{
    struct connection *c = self;
    (void)unit;
    struct buf b;
    struct json_out j;
    begin_line(&b, &j);
    json_out_key(&j, "progress");
    json_out_array(&j);
    json_out_int(&j, (int64_t)count);
    json_out_int(&j, (int64_t)done);
    json_out_int(&j, (int64_t)total);
    json_out_text(&j, what);
    json_out_end_array(&j);
    end_line(c, &b, &j);
}

static void send_exit(struct connection *c, int code)
{
    struct buf b;
    struct json_out j;
    begin_line(&b, &j);
    json_out_kv_int(&j, "exit", code);
    end_line(c, &b, &j);
}

static bool on_stopping(void *self)
{
    const struct connection *c = self;
    return atomic_load(&c->listener->stopping);
}

/* For commands that only look: a user who goes away ends them. */
static bool on_gone(void *self)
{
    const struct connection *c = self;
    struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};
    return c->gone || (poll(&p, 1, 0) > 0 && p.revents != 0);
}

/* The request up to its newline; false when it does not come in time. */
static bool read_request(const struct connection *c, struct buf *b)
{
    char chunk[4096];
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    while (b->n == 0 || b->p[b->n - 1] != '\n') {
        if (poll(&p, 1, REQUEST_WAIT_MS) <= 0)
            return false;
        ssize_t n = recv(c->fd, chunk, sizeof(chunk), 0);
        if (n <= 0)
            return false;
        buf_add(b, chunk, (size_t)n);
        if (b->failed)
            return false;
    }
    return true;
}

static const struct control_command *find_command(const char *name)
{
    for (int i = 0; name != NULL && i < control_table_count; i++)
        if (strcmp(control_table[i].command->name, name) == 0)
            return &control_table[i];
    return NULL;
}

static int run_request(struct connection *c, const json_t *request)
{
    struct control_listener *l = c->listener;
    const struct control_command *command =
        find_command(json_string_value(json_object_get(request, "command")));
    const char *cwd = json_string_value(json_object_get(request, "cwd"));
    const json_t *list = json_object_get(request, "argv");
    size_t argc = json_array_size(list);
    if (command == NULL || cwd == NULL || argc == 0 || argc >= ARGS_MAX) {
        on_err(c, str_of("the server does not know this command; is it of "
                         "another version?\n"));
        return EXIT_USAGE;
    }
    char *argv[ARGS_MAX] = {0};
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < argc; i++) {
        const char *word = json_string_value(json_array_get(list, i));
        argv[i] = arena_strdup(&arena, str_of(word != NULL ? word : ""));
    }
    struct control control = {.command = command->command,
                              .house = l->house,
                              .clock = l->clock,
                              .server = l->server,
                              .io = {.self = c,
                                     .out = on_out,
                                     .err = on_err,
                                     .progress = on_progress,
                                     .stopping = on_stopping,
                                     .gone = on_gone},
                              .cwd = cwd};
    int code = command->fn(&control, (int)argc, argv);
    arena_fini(&arena);
    return code;
}

static void *connection_main(void *arg)
{
    struct connection *c = arg;
    struct buf b;
    buf_init(&b, REQUEST_MAX);
    if (read_request(c, &b)) {
        json_t *request = json_loadb(b.p, b.n, 0, NULL);
        send_exit(c, run_request(c, request));
        json_decref(request);
    }
    buf_fini(&b);
    (void)close(c->fd);
    atomic_fetch_sub(&c->listener->connections, 1);
    mem_free(c);
    return NULL;
}

static void start_connection(struct control_listener *l, int fd)
{
    struct connection *c = mem_alloc(sizeof(*c));
    const struct timeval wait = {.tv_sec = SEND_WAIT_S};
    c->listener = l;
    c->fd = fd;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (atomic_fetch_add(&l->connections, 1) >= CONNECTIONS_MAX) {
        on_err(c, str_of("the server is busy with other commands; try "
                         "again in a moment\n"));
        send_exit(c, EXIT_REFUSED);
    } else {
        pthread_t thread;
        if (pthread_create(&thread, NULL, connection_main, c) == 0) {
            (void)pthread_detach(thread);
            return;
        }
        on_err(c, str_of("the server has no room for another command; try "
                         "again in a moment\n"));
        send_exit(c, EXIT_REFUSED);
    }
    atomic_fetch_sub(&l->connections, 1);
    (void)close(fd);
    mem_free(c);
}

static void *listener_main(void *arg)
{
    struct control_listener *l = arg;
    struct pollfd p[2] = {{.fd = l->fd, .events = POLLIN},
                          {.fd = l->stop_fd, .events = POLLIN}};
    for (;;) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            break;
        if (p[1].revents != 0)
            break;
        int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            start_connection(l, fd);
        else if (errno == EMFILE || errno == ENFILE)
            (void)usleep(ACCEPT_PAUSE_US); /* calls have all descriptors */
    }
    return NULL;
}

static int open_socket(const char *dir, struct err *e)
{
    struct sockaddr_un addr;
    int dir_fd;
    if (control_address(dir, &addr, &dir_fd) != 0)
        return err_errno(e, "%s", dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The folder's lock is ours: a socket that is there is a dead one's. */
    (void)unlink(addr.sun_path);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0 ||
        chmod(addr.sun_path, S_IRUSR | S_IWUSR) != 0 || listen(fd, 16) != 0) {
        int rc = err_errno(e, "%s/control.sock", dir);
        if (fd >= 0)
            (void)close(fd);
        fd = rc;
    }
    if (dir_fd >= 0)
        (void)close(dir_fd);
    return fd;
}

int control_server_start(struct house *house, const struct clock_port *clock,
                         const struct control_server *server,
                         struct control_listener **out, struct err *e)
{
    int fd = open_socket(house->dir.path, e);
    if (fd < 0)
        return fd;
    struct control_listener *l = mem_alloc(sizeof(*l));
    l->house = house;
    l->clock = clock;
    l->server = server;
    l->fd = fd;
    l->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (l->stop_fd < 0 ||
        pthread_create(&l->thread, NULL, listener_main, l) != 0) {
        int rc = err_errno(e, "control socket");
        (void)close(fd);
        if (l->stop_fd >= 0)
            (void)close(l->stop_fd);
        mem_free(l);
        return rc;
    }
    *out = l;
    return TM_OK;
}

void control_server_stop(struct control_listener *l)
{
    if (l == NULL)
        return;
    atomic_store(&l->stopping, true);
    (void)eventfd_write(l->stop_fd, 1);
    (void)pthread_join(l->thread, NULL);
    /* The store is closed after us: commands end first. */
    while (atomic_load(&l->connections) > 0)
        (void)usleep(10000);
    (void)close(l->fd);
    (void)close(l->stop_fd);
    mem_free(l);
}

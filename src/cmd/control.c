#include "cmd/control.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/control_client.h"
#include "cmd/progress.h"
#include "cmd/real_clock.h"

static void emit(const struct control *c, const char *fmt, va_list ap,
                 void (*to)(void *self, struct slice text)) TM_PRINTF(2, 0);
static void emit(const struct control *c, const char *fmt, va_list ap,
                 void (*to)(void *self, struct slice text))
{
    char text[4096];
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    if (n < 0)
        return;
    size_t len = (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    to(c->io.self, str_range(text, len));
}

void control_printf(struct control *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    emit(c, fmt, ap, c->io.out);
    va_end(ap);
}

void control_warn(struct control *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    emit(c, fmt, ap, c->io.err);
    va_end(ap);
}

bool control_stopping(const struct control *c)
{
    return c->io.stopping != NULL && c->io.stopping(c->io.self);
}

int control_fail(struct control *c, const struct err *e)
{
    control_warn(c, "telemark %s: %s\n", c->command->name,
                 e->text[0] != '\0' ? e->text : err_text(e->code));
    return EXIT_REFUSED;
}

int control_usage(struct control *c, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    control_warn(c, "telemark %s: %s; see 'telemark %s --help'\n",
                 c->command->name, text, c->command->name);
    return EXIT_USAGE;
}

int control_path(const struct control *c, const char *path, char *out,
                 size_t cap, struct err *e)
{
    int n = path[0] == '/' ? snprintf(out, cap, "%s", path)
                           : snprintf(out, cap, "%s/%s", c->cwd, path);
    if (n < 0 || (size_t)n >= cap)
        return err_set(e, TM_ELIMIT, "%s: the path is too long", path);
    return TM_OK;
}

int64_t control_now_us(const struct control *c)
{
    return c->clock->now_us(c->clock->self);
}

/* Output of a command that runs in this process. */
struct local_io {
    struct progress bar;
    bool begun;
};

static void local_out(void *self, struct slice text)
{
    (void)self;
    (void)fwrite(text.p, 1, text.n, stdout);
}

static void local_err(void *self, struct slice text)
{
    struct local_io *io = self;
    if (io->begun)
        progress_end(&io->bar);
    (void)fwrite(text.p, 1, text.n, stderr);
}

static void local_progress(void *self, const char *what, const char *unit,
                           uint64_t count, uint64_t done, uint64_t total)
{
    struct local_io *io = self;
    if (!io->begun)
        progress_start(&io->bar, what, unit);
    io->begun = true;
    progress_update(&io->bar, count, done, total);
}

static const struct control_command *find_command(const struct command *c)
{
    for (int i = 0; i < control_table_count; i++)
        if (control_table[i].command == c)
            return &control_table[i];
    tm_unreachable("a command that is not in control_table");
}

static int run_here(const struct command *command, const char *dir,
                    const char *cwd, int argc, char **argv)
{
    struct err e = {0};
    struct house house;
    if (house_open(&house, dir, NULL, NULL, &e) != TM_OK)
        return command_fail(command, &e);
    struct real_clock clock;
    real_clock_init(&clock, 0);
    struct local_io io = {0};
    struct control c = {.command = command,
                        .house = &house,
                        .clock = &clock.port,
                        .io = {.self = &io,
                               .out = local_out,
                               .err = local_err,
                               .progress = local_progress},
                        .cwd = cwd};
    int rc = find_command(command)->fn(&c, argc, argv);
    if (io.begun)
        progress_end(&io.bar);
    house_close(&house);
    return rc;
}

int control_run(const struct command *c, const char *data, int argc,
                char **argv)
{
    struct err e = {0};
    char dir[DATA_DIR_PATH_MAX], cwd[PATH_MAX];
    if (command_data_dir(data, dir, sizeof(dir), &e) != TM_OK)
        return command_fail(c, &e);
    if (getcwd(cwd, sizeof(cwd)) == NULL) {
        (void)err_errno(&e, "current folder");
        return command_fail(c, &e);
    }
    int fd = control_client_connect(dir);
    if (fd < 0)
        return run_here(c, dir, cwd, argc, argv);
    return control_client_run(fd, c, cwd, argc, argv);
}

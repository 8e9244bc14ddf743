#include "cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/command_help.h"

enum { OPTION_REPEAT_MAX = 32 };

int command_fail(const struct command *c, const struct err *e)
{
    (void)fprintf(stderr, "telemark %s: %s\n", c->name,
                  e->text[0] != '\0' ? e->text : err_text(e->code));
    return EXIT_REFUSED;
}

int command_usage(const struct command *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)fprintf(stderr, "telemark %s: ", c->name);
    (void)vfprintf(stderr, fmt, ap);
    (void)fprintf(stderr, "; see 'telemark %s --help'\n", c->name);
    va_end(ap);
    return EXIT_USAGE;
}

static const struct command_option *
find_option(const struct command_option *opt, int n, struct slice name)
{
    for (int i = 0; i < n; i++)
        if (str_eq(name, opt[i].name))
            return &opt[i];
    return NULL;
}

static bool store_value(const struct command_option *o, const char *value)
{
    if (!o->repeat) {
        *o->value = value;
        return true;
    }
    for (int i = 0; i < OPTION_REPEAT_MAX; i++) {
        if (o->value[i] != NULL)
            continue;
        o->value[i] = value;
        return true;
    }
    return false;
}

/* Takes the option at argv[*i]; false after a message. */
static bool take_option(const struct command *c, int argc, char **argv, int *i,
                        const struct command_option *opt, int n)
{
    struct slice rest;
    struct slice name = str_cut(str_of(argv[*i] + 2), '=', &rest);
    const struct command_option *o = find_option(opt, n, name);
    if (o == NULL) {
        (void)command_usage(c, "unknown option %s", argv[*i]);
        return false;
    }
    if (o->value == NULL) {
        if (rest.p != NULL) {
            (void)command_usage(c, "--%s takes no value", o->name);
            return false;
        }
        *o->flag = true;
        return true;
    }
    const char *value = rest.p;
    if (value == NULL && *i + 1 < argc)
        value = argv[++*i];
    if (value == NULL || !store_value(o, value)) {
        (void)command_usage(
            c, value == NULL ? "--%s needs a value" : "too many --%s", o->name);
        return false;
    }
    return true;
}

enum { HELP_BYTES_MAX = 1 << 16 };

/* Of the word before it (agent dispose --help), else of all. */
static void print_help(const struct command *c, const char *word)
{
    struct buf b;
    buf_init(&b, HELP_BYTES_MAX);
    command_help(c, word, &b);
    (void)fwrite(b.p, 1, b.n, stdout);
    buf_fini(&b);
}

int command_options(const struct command *c, int argc, char **argv,
                    const struct command_option *opt, int n)
{
    int kept = 0;
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        bool help =
            strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
        if (help && !only_words) {
            print_help(c, kept > 0 ? argv[1] : NULL);
            return -2;
        }
        if (only_words || strncmp(argv[i], "--", 2) != 0) {
            argv[++kept] = argv[i];
        } else if (argv[i][2] == '\0') {
            only_words = true;
        } else if (!take_option(c, argc, argv, &i, opt, n)) {
            return -1;
        }
    }
    return kept;
}

static int join(char *dir, size_t cap, struct err *e, const char *a,
                const char *b)
{
    int n = snprintf(dir, cap, "%s%s", a, b);
    if (n < 0 || (size_t)n >= cap)
        return err_set(e, TM_ELIMIT, "the path of the data folder is too long");
    return TM_OK;
}

int command_data_dir(const char *option, char *dir, size_t cap, struct err *e)
{
    const char *given = option != NULL ? option : getenv("TELEMARK_DATA");
    if (given != NULL && given[0] == '/')
        return join(dir, cap, e, given, "");
    if (given != NULL && given[0] != '\0') {
        char cwd[4096];
        if (getcwd(cwd, sizeof(cwd) - 1) == NULL)
            return err_errno(e, "current folder");
        size_t n = strlen(cwd);
        cwd[n] = '/';
        cwd[n + 1] = '\0';
        return join(dir, cap, e, cwd, given);
    }
    const char *xdg = getenv("XDG_DATA_HOME");
    if (xdg != NULL && xdg[0] == '/')
        return join(dir, cap, e, xdg, "/telemark");
    const char *home = getenv("HOME");
    if (home == NULL || home[0] != '/')
        return err_set(e, TM_EINVAL,
                       "no data folder: HOME is not set; name one with "
                       "--data DIR or TELEMARK_DATA");
    return join(dir, cap, e, home, "/.local/share/telemark");
}

int command_open_file(const char *path, uint64_t *size, struct err *e)
{
    struct stat st;
    /* A pipe without a writer would hold up a plain open(). */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        int rc = err_errno(e, "%s", path);
        if (fd >= 0)
            (void)close(fd);
        return rc;
    }
    *size = (uint64_t)st.st_size;
    if (S_ISREG(st.st_mode))
        return fd;
    (void)close(fd);
    return err_set(e, TM_EINVAL,
                   S_ISDIR(st.st_mode)
                       ? "%s is a folder: name the file in it"
                       : "%s is a pipe or a device: write its contents to a "
                         "file first and name that",
                   path);
}

static int read_all(int fd, const char *path, struct buf *out, struct err *e)
{
    char chunk[65536];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, "%s", path);
        if (n == 0)
            return TM_OK;
        buf_add(out, chunk, (size_t)n);
        if (out->failed)
            return err_set(e, TM_ELIMIT,
                           "%s: longer than %zu bytes; is it the right file?",
                           path, out->max);
    }
}

int command_read_file(const char *path, size_t limit, struct buf *out,
                      struct err *e)
{
    uint64_t size;
    buf_init(out, limit);
    int fd = command_open_file(path, &size, e);
    if (fd < 0)
        return fd;
    int rc = read_all(fd, path, out, e);
    (void)close(fd);
    if (rc != TM_OK)
        buf_fini(out);
    return rc;
}

int command_write_file(const char *path, struct slice text, struct err *e)
{
    char part[4096];
    int n = snprintf(part, sizeof(part), "%s.part", path);
    if (n < 0 || (size_t)n >= sizeof(part))
        return err_set(e, TM_EINVAL, "%s: the name is too long", path);
    FILE *f = fopen(part, "wb");
    if (f == NULL)
        return err_errno(e, "%s", part);
    bool good = fwrite(text.p, 1, text.n, f) == text.n;
    good = fflush(f) == 0 && good;
    int rc = good ? TM_OK : err_errno(e, "%s", part);
    if (fclose(f) != 0 && rc == TM_OK)
        rc = err_errno(e, "%s", part);
    if (rc == TM_OK && rename(part, path) != 0)
        rc = err_errno(e, "%s", path);
    if (rc != TM_OK)
        (void)remove(part);
    return rc;
}

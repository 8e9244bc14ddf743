/*
 * What every subcommand shares: the table of commands, options, exit codes
 * and the way errors and results are printed. src/cmd is the only place that
 * wires the parts of the program together.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum command_exit {
    EXIT_DONE = 0,    /* done; for why/decide: the answer was printed */
    EXIT_REFUSED = 1, /* the work could not be done: data, law, network */
    EXIT_USAGE = 2,   /* the command line is wrong */
};

/* One subcommand. run gets argv[0] = the command's name. */
struct command {
    const char *name;
    const char *summary; /* one line of `telemark --help` */
    const char *help;    /* the whole text of `telemark NAME --help` */
    int (*run)(int argc, char **argv);
};

/* Every subcommand, in the order of `telemark --help` (commands.c). */
extern const struct command *const command_table[];
extern const int command_count;

/* An option: --name VALUE or --name=VALUE, or a flag when value is NULL.
 * Every command also knows --help, and these when it lists them. */
struct command_option {
    const char *name;   /* without "--" */
    const char **value; /* where the text goes; NULL for a flag */
    bool *flag;         /* set to true */
    bool repeat;        /* value points to an array of 32, filled in order */
};

/* Parses argv: fills options, moves positional arguments to the front of
 * argv (argv[1]...) and returns their number, or -1 after a message has been
 * printed (then return EXIT_USAGE), or -2 when help was printed (EXIT_DONE). */
int command_options(const struct command *c, int argc, char **argv,
                    const struct command_option *opt, int n);

/* "telemark NAME: text" on standard error; returns EXIT_REFUSED. */
int command_fail(const struct command *c, const struct err *e);
/* The same for a wrong command line, with "see 'telemark NAME --help'". */
int command_usage(const struct command *c, const char *fmt, ...)
    TM_PRINTF(2, 3);

/* The data folder: --data, else TELEMARK_DATA, else the user's
 * XDG data folder ($XDG_DATA_HOME/telemark or ~/.local/share/telemark).
 * dir[cap] gets an absolute path. */
int command_data_dir(const char *option, char *dir, size_t cap,
                     struct err *e) TM_MUST_CHECK;

/* Opens a file for reading and tells its size; returns the descriptor or an
 * error with the path. TM_EINVAL for what is no file: a folder, or a pipe,
 * whose end may never come. */
int command_open_file(const char *path, uint64_t *size,
                      struct err *e) TM_MUST_CHECK;

/* Reads a whole text file (limit in bytes). TM_ENOTFOUND, TM_ELIMIT, ... */
int command_read_file(const char *path, size_t limit, struct buf *out,
                      struct err *e) TM_MUST_CHECK;
/* Whole or not at all: written beside it (path.part), then moved to its name.
 */
int command_write_file(const char *path, struct slice text,
                       struct err *e) TM_MUST_CHECK;

#endif

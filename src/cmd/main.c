/* telemark: one program, one data folder, a table of subcommands. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/command.h"

static void print_help(FILE *to)
{
    (void)fputs("telemark: a telemarketing platform in one program\n\n"
                "usage: telemark COMMAND [options]\n\n",
                to);
    for (int i = 0; i < command_count; i++)
        (void)fprintf(to, "  %-10s %s\n", command_table[i]->name,
                      command_table[i]->summary);
    (void)fputs("\nEvery command knows --help. Data are kept in one folder: "
                "--data DIR, else\nTELEMARK_DATA, else "
                "~/.local/share/telemark. Exit codes: 0 done, 1 refused or\n"
                "failed, 2 wrong command line.\n",
                to);
}

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < command_count; i++)
        if (strcmp(name, command_table[i]->name) == 0)
            return command_table[i];
    return NULL;
}

/* telemark help [COMMAND [WORD]] */
static int help(int argc, char **argv)
{
    const struct command *c = argc > 2 ? find_command(argv[2]) : NULL;
    if (c == NULL && argc > 2) {
        (void)fprintf(stderr, "telemark: unknown command '%s'\n\n", argv[2]);
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (c == NULL) {
        print_help(stdout);
        return EXIT_DONE;
    }
    char ask[] = "--help";
    char *words[] = {argv[2], argc > 3 ? argv[3] : ask, ask};
    return c->run(argc > 3 ? 3 : 2, words);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    /* What is written names people: books, reports, case files, rejected rows
     * are for their owner's eyes, wherever he puts them. */
    (void)umask(S_IRWXG | S_IRWXO);
    /* Finds the quickest code for this processor, too. */
    if (sodium_init() < 0) {
        (void)fputs("telemark: no source of random numbers\n", stderr);
        return EXIT_REFUSED;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
        strcmp(name, "help") == 0)
        return help(argc, argv);
    if (strcmp(name, "--version") == 0) {
        (void)puts("telemark " TELEMARK_VERSION);
        return EXIT_DONE;
    }
    const struct command *c = find_command(name);
    if (c != NULL)
        return c->run(argc - 1, argv + 1);
    if (name[0] != '\0')
        (void)fprintf(stderr, "telemark: unknown command '%s'\n\n", name);
    print_help(stderr);
    return EXIT_USAGE;
}

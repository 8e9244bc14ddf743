/* telemark rules: what the rule packs say. */
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/law.h"

static int run(int argc, char **argv);

const struct command cmd_rules = {
    .name = "rules",
    .summary = "list, show, test and compare rule packs",
    .help = "usage: telemark rules list [--rules DIR]\n",
    .run = run,
};

static int run(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return EXIT_DONE;
}

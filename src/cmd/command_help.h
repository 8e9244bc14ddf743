/*
 * The help of one word of a command: `telemark agent dispose --help`. Help
 * texts have one form: lines of usage, each with the words it is for
 * ("telemark agent ready|pause NAME"), a blank line, then paragraphs that
 * begin with such words at the left edge; what goes on is indented.
 */
#ifndef CMD_COMMAND_HELP_H
#define CMD_COMMAND_HELP_H

#include "cmd/command.h"

/* Usage and paragraph of the word; the whole help when it is NULL or no word
 * of the command. */
void command_help(const struct command *c, const char *word, struct buf *out);

#endif

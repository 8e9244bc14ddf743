#include "cmd/command_help.h"

#include <stdio.h>
#include <string.h>

static bool is_end(char c)
{
    return c == ' ' || c == '\n' || c == '\0';
}

/* Whether the words "a|b|c" at p have this one. */
static bool has_word(const char *p, const char *word)
{
    size_t n = strlen(word);
    while (!is_end(*p)) {
        size_t len = strcspn(p, "| \n");
        if (len == n && strncmp(p, word, n) == 0)
            return true;
        p += len;
        p += *p == '|';
    }
    return false;
}

static size_t line_length(const char *p)
{
    size_t n = strcspn(p, "\n");
    return n + (p[n] == '\n');
}

/* Lines of usage up to the blank one; a line without the program's name goes
 * on with the one before. Returns what follows. */
static const char *usage_of(const struct command *c, const char *word,
                            struct buf *out, bool *found)
{
    char name[64];
    bool with = false;
    (void)snprintf(name, sizeof(name), "telemark %s ", c->name);
    const char *p = c->help;
    while (*p != '\0' && *p != '\n') {
        size_t n = line_length(p);
        const char *at = strstr(p, name);
        if (at != NULL && at < p + n) {
            with = has_word(at + strlen(name), word);
            if (with)
                buf_add_str(out, *found ? "       " : "usage: ");
            if (with)
                buf_add(out, at, (size_t)(p + n - at));
            *found = *found || with;
        } else if (with) {
            buf_add(out, p, n);
        }
        p += n;
    }
    return p;
}

static void paragraphs_of(const char *p, const char *word, struct buf *out)
{
    bool with = false;
    buf_add_char(out, '\n');
    while (*p != '\0') {
        size_t n = line_length(p);
        if (*p != ' ')
            with = has_word(p, word);
        if (with)
            buf_add(out, p, n);
        p += n;
    }
}

void command_help(const struct command *c, const char *word, struct buf *out)
{
    bool found = false;
    const char *rest = word != NULL ? usage_of(c, word, out, &found) : NULL;
    if (!found) {
        buf_add_str(out, c->help);
        return;
    }
    paragraphs_of(rest, word, out);
    buf_addf(out, "\nAll of it: telemark %s --help\n", c->name);
}

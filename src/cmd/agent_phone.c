#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/agent_desk.h"
#include "cmd/command.h"
#include "tel/digest_server.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 200 };

/* One line without its end, from the terminal without an echo. */
static bool ask(const char *question, char out[PASSWORD_MAX])
{
    struct termios old, quiet;
    bool tty = tcgetattr(STDIN_FILENO, &old) == 0;
    if (tty) {
        (void)fprintf(stderr, "%s: ", question);
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool read = fgets(out, PASSWORD_MAX, stdin) != NULL;
    if (tty) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        (void)fputc('\n', stderr);
    }
    if (read)
        out[strcspn(out, "\r\n")] = '\0';
    return read;
}

static int ask_twice(const char *name, char out[PASSWORD_MAX], struct err *e)
{
    char again[PASSWORD_MAX], question[120];
    (void)snprintf(question, sizeof(question),
                   "password for the telephone of %s", name);
    if (!ask(question, out))
        return err_set(e, TM_EINVAL,
                       "no password was given: --password-file FILE, or one "
                       "line on standard input");
    if (isatty(STDIN_FILENO) == 0)
        return TM_OK;
    bool same = ask("the same once more", again) && strcmp(out, again) == 0;
    explicit_bzero(again, sizeof(again));
    return same ? TM_OK
                : err_set(e, TM_EINVAL, "the two passwords are not the same");
}

static int read_file(const char *file, char out[PASSWORD_MAX], struct err *e)
{
    struct buf text;
    int rc = command_read_file(file, 1 << 16, &text, e);
    if (rc != TM_OK)
        return rc;
    struct slice rest, line = str_cut(buf_slice(&text), '\n', &rest);
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    if (line.n >= PASSWORD_MAX)
        rc = err_set(e, TM_ELIMIT,
                     "%s: the first line is no password, it has "
                     "more than %d characters",
                     file, PASSWORD_MAX - 1);
    else
        (void)str_copy(out, PASSWORD_MAX, line);
    explicit_bzero(text.p, text.n);
    buf_fini(&text);
    return rc;
}

int agent_phone_read(const char *file, const char *name, const char *realm,
                     struct agent_phone *out, struct err *e)
{
    char password[PASSWORD_MAX];
    _Static_assert((int)AGENT_PHONE_HA1_MAX >= (int)DIGEST_HEX_MAX, "room");
    int rc = file != NULL ? read_file(file, password, e)
                          : ask_twice(name, password, e);
    if (rc == TM_OK && strlen(password) < PASSWORD_MIN)
        rc = err_set(e, TM_EINVAL,
                     "the password is too short: at least %d characters, who "
                     "guesses it takes calls and hears people",
                     PASSWORD_MIN);
    if (rc == TM_OK) {
        digest_server_ha1(DIGEST_MD5, name, realm, password, out->ha1_md5);
        digest_server_ha1(DIGEST_SHA256, name, realm, password,
                          out->ha1_sha256);
    }
    explicit_bzero(password, sizeof(password));
    return rc;
}

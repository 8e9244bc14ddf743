/* telemark agent: the people who take calls. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/civil.h"
#include "cmd/agent_desk.h"
#include "cmd/commands.h"
#include "core/number/number.h"

enum {
    ARGS_MAX = 128,
    SIGN_IN_WAIT_MS = 60 * 1000,
    SIGN_IN_STEP_MS = 100,
};

static int run(int argc, char **argv);

const struct command cmd_agent = {
    .name = "agent",
    .summary = "the people who take calls: add, sign in, pause, dispose",
    .help =
        "usage: telemark agent add NAME [--password-file FILE] [--extension "
        "N]\n"
        "           [--leg permanent|per_call] [--skills A,B] [--realm R]\n"
        "           [--campaigns X,Y]\n"
        "       telemark agent add NAME --phone NUMBER --trunk T [...]\n"
        "       telemark agent list [--json]\n"
        "       telemark agent disable|enable|remove NAME\n"
        "       telemark agent sign-in|ready NAME\n"
        "       telemark agent sign-out NAME [--now]\n"
        "       telemark agent pause NAME [--reason WORDS] [--now]\n"
        "       telemark agent next|dial|skip|hang-up|hold|retrieve NAME\n"
        "       telemark agent dispose NAME WORD [--at INSTANT|TIME]\n"
        "       telemark agent status [NAME] [--json]\n"
        "       telemark agent watch NAME [--json]\n\n"
        "add       an agent has a SIP telephone that registers at the server\n"
        "          by his name and a password, or, with --phone, any "
        "telephone\n"
        "          in the world that is called. The password is asked for, or\n"
        "          is the first line of a file; it is not stored, only its\n"
        "          hash. --leg permanent (the default): his telephone is "
        "called\n"
        "          when he signs in and stays connected, a beep tells of each\n"
        "          person; per_call: it rings for each person. Without\n"
        "          --campaigns he works in all.\n"
        "list      who there is.\n"
        "disable   he cannot sign in; now he is signed out after his call.\n"
        "enable    he can sign in again.\n"
        "remove    takes him out; his name stays in the records.\n"
        "sign-in   calls his telephone and makes him ready when he answers.\n"
        "sign-out  no more calls; in a call, after it; as pause.\n"
        "ready     takes calls, after a pause or before a wrap-up is over.\n"
        "pause     no more calls from now on, or after the one he has; a line\n"
        "          that rings and counts on him settles first, --now does not\n"
        "          wait for it (who answers may then find nobody).\n"
        "next      manual: the next lead to look at.\n"
        "dial      calls the lead he looks at.\n"
        "skip      does not call it; it waits.\n"
        "hang-up   ends the call.\n"
        "hold      the person waits.\n"
        "retrieve  back to the person.\n"
        "dispose   says what the call was, with a word of the campaign's\n"
        "          [dispositions]; --at: when to call back, as\n"
        "          2026-11-24T15:00:00Z or 2h from now; it tells what time\n"
        "          that is for the person. In the call, or in the wrap-up,\n"
        "          which it ends.\n"
        "status    how they are, the lead in hand, what may be said of it.\n"
        "watch     prints each change of an agent and the lead in his hand.\n\n"
        "Keys on his own telephone do the same: docs/agents.md. All take\n"
        "--data DIR.\n",
    .run = run,
};

struct options {
    struct agent_desk d;
    const char *data, *password_file;
};

static int parse(int argc, char **argv, struct options *o)
{
    struct agent_desk *d = &o->d;
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "password-file", .value = &o->password_file},
        {.name = "phone", .value = &d->phone},
        {.name = "country", .value = &d->country},
        {.name = "trunk", .value = &d->trunk},
        {.name = "extension", .value = &d->extension},
        {.name = "leg", .value = &d->leg},
        {.name = "skills", .value = &d->skills},
        {.name = "campaigns", .value = &d->campaigns},
        {.name = "realm", .value = &d->realm},
        {.name = "ha1-md5", .value = &d->ha1_md5},
        {.name = "ha1-sha256", .value = &d->ha1_sha256},
        {.name = "reason", .value = &d->reason},
        {.name = "at", .value = &d->at},
        {.name = "json", .flag = &d->json},
        {.name = "now", .flag = &d->now},
        {.name = "no-wait", .flag = &d->no_wait},
    };
    *o = (struct options){0};
    return command_options(&cmd_agent, argc, argv, opt, (int)tm_array_len(opt));
}

/* The password is read and hashed here, in the user's process; the process
 * that owns the folder gets the hashes. */
static int run_add(int argc, char **argv, const char *name,
                   const struct options *o)
{
    struct err e = {0};
    struct agent_phone phone;
    char md5[128], sha256[128];
    char *more[ARGS_MAX + 2];
    const char *realm = o->d.realm != NULL ? o->d.realm : AGENT_ROWS_REALM;
    if (realm[0] == '\0' || strlen(realm) >= AGENT_ROWS_REALM_MAX ||
        strpbrk(realm, "\"\\:") != NULL)
        return command_usage(&cmd_agent, "--realm is a word");
    if (o->d.phone != NULL && o->password_file == NULL)
        return control_run(&cmd_agent, o->data, argc, argv);
    if (agent_phone_read(o->password_file, name, realm, &phone, &e) != TM_OK)
        return command_fail(&cmd_agent, &e);
    (void)snprintf(md5, sizeof(md5), "--ha1-md5=%s", phone.ha1_md5);
    (void)snprintf(sha256, sizeof(sha256), "--ha1-sha256=%s", phone.ha1_sha256);
    memcpy(more, argv, (size_t)argc * sizeof(*argv));
    more[argc] = md5;
    more[argc + 1] = sha256;
    return control_run(&cmd_agent, o->data, argc + 2, more);
}

static int run(int argc, char **argv)
{
    char *copy[ARGS_MAX];
    struct options o;
    if (argc > (int)tm_array_len(copy) - 2)
        return command_usage(&cmd_agent, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words == 0)
        return command_usage(&cmd_agent, "add, list, sign-in, ready, pause, "
                                         "dispose, status, ...?");
    /* Between our processes only: others see what stands on a command line. */
    if (o.d.ha1_md5 != NULL || o.d.ha1_sha256 != NULL)
        return command_usage(&cmd_agent,
                             "a password is typed, or read by --password-file; "
                             "its hash is as good, and is not taken here");
    if (words == 2 && strcmp(copy[1], "add") == 0)
        return run_add(argc, argv, copy[2], &o);
    return control_run(&cmd_agent, o.data, argc, argv);
}

/* --- orders ---------------------------------------------------------------*/

/* Why it came to nothing, by the engine's word for it. */
static int not_signed_in(const struct agent_row *r, const char *word,
                         struct err *e)
{
    const struct agent_setup *a = &r->setup;
    if (strcmp(word, "trunk_down") == 0)
        return err_set(e, TM_ESTATE,
                       "trunk '%s' is down, or this server does not have it: "
                       "telemark trunk list, and the server's log",
                       a->trunk);
    if (strcmp(word, "trunk_full") == 0)
        return err_set(e, TM_ESTATE,
                       "no line is free for his telephone now; try again");
    if (strcmp(word, "not_registered") == 0)
        return err_set(e, TM_ESTATE,
                       "the telephone of '%s' is not registered any more; "
                       "look at its account, then try again",
                       a->name);
    return err_set(e, TM_ESTATE,
                   "his telephone did not answer%s%s; call him, or try again",
                   word[0] != '\0' ? ": " : "", word);
}

/* A state in which a sign-in goes on is waited for. */
static int wait_signed_in(struct control *c, const struct agent_row *r,
                          struct control_agent *a, struct err *e)
{
    int rc = TM_OK;
    for (int ms = 0; ms < SIGN_IN_WAIT_MS; ms += SIGN_IN_STEP_MS) {
        rc = c->server->agent_look(c->server->self, r->setup.id, a, e);
        if (rc != TM_OK || a->state != AGENT_CALLING_IN || control_stopping(c))
            break;
        (void)usleep(SIGN_IN_STEP_MS * 1000);
    }
    if (rc == TM_OK && a->state == AGENT_OFF)
        rc = not_signed_in(r, a->reason, e);
    if (rc == TM_OK && a->state == AGENT_CALLING_IN)
        rc = err_set(e, TM_ESTATE, "his telephone still rings");
    return rc;
}

static int check_sign_in(struct control *c, const struct agent_row *r,
                         struct control_agent *a, struct err *e)
{
    const struct control_server *s = c->server;
    const char *name = r->setup.name;
    if (r->disabled)
        return err_set(e, TM_ESTATE,
                       "agent '%s' is disabled: telemark agent enable %s", name,
                       name);
    int rc = s->agent_look(s->self, r->setup.id, a, e);
    if (rc != TM_OK || r->setup.trunk[0] != '\0' || a->where[0] != '\0')
        return rc;
    const char *at = s->agents_at(s->self);
    if (at == NULL)
        return err_set(e, TM_ESTATE,
                       "telephones cannot register at this server: start it "
                       "again, or with --agents");
    return err_set(e, TM_ESTATE,
                   "the telephone of '%s' is not registered: it signs in by "
                   "the user '%s' and his password at %s",
                   name, name, at);
}

static int read_at(const struct agent_desk *d, int64_t *due_us, struct err *e)
{
    int64_t ms;
    if (d->at == NULL)
        return TM_OK;
    int64_t now_us = control_now_us(d->c);
    if (str_duration_ms(str_of(d->at), &ms) && ms > 0)
        *due_us = now_us + ms * 1000;
    else if (!civil_parse_instant(str_of(d->at), due_us))
        return err_set(e, TM_EINVAL,
                       "--at is an instant as 2026-11-24T15:00:00Z, or a time "
                       "from now as 30m, 2h or 3d; not '%s'",
                       d->at);
    if (*due_us <= now_us)
        return err_set(e, TM_EINVAL, "--at %s is in the past", d->at);
    return TM_OK;
}

static void say_now(const struct agent_desk *d, const char *name,
                    const struct control_agent *a)
{
    struct buf b;
    buf_init(&b, CONTROL_LEAD_MAX * 2);
    agent_view_text(a, name, control_now_us(d->c), &b);
    d->c->io.out(d->c->io.self, buf_slice(&b));
    buf_fini(&b);
}

/* What a dispose is answered with. */
struct disposing {
    struct control_callback back;
    char before[AGENT_WORD_MAX]; /* what was said of the call until now */
};

/* A word that promises a call wants an instant, no other takes one. Then he
 * hears what time that is for the person, and from when the law lets him be
 * called. */
static int check_callback(const struct agent_desk *d, const struct agent_row *r,
                          const struct agent_order *o, struct disposing *out,
                          struct err *e)
{
    const struct control_server *s = d->c->server;
    struct control_agent *a = mem_alloc(sizeof(*a));
    const struct control_word *w = NULL;
    int rc = s->agent_look(s->self, r->setup.id, a, e);
    for (size_t i = 0; rc == TM_OK && i < a->words; i++)
        if (str_eq(o->word, a->word[i].word))
            w = &a->word[i];
    if (rc == TM_OK)
        memcpy(out->before, a->said, sizeof(out->before));
    bool promise = w != NULL && w->action == DISPOSITION_CALLBACK;
    /* Of an unknown word the campaign says what it takes. */
    if (promise && d->at == NULL)
        rc = err_set(e, TM_EINVAL,
                     "'%s' promises a call: say when, with --at "
                     "2026-11-24T15:00:00Z, or 2h from now",
                     w->word);
    else if (w != NULL && !promise && d->at != NULL)
        rc = err_set(e, TM_EINVAL,
                     "'%s' is no call back, and --at goes with one", w->word);
    else if (promise)
        rc = s->agent_callback(s->self, r->setup.id, o->due_us, &out->back, e);
    mem_free(a);
    return rc == TM_ENOTFOUND ? TM_OK : rc; /* the call is just over */
}

static void say_callback(const struct agent_desk *d,
                         const struct control_callback *b)
{
    char at[CIVIL_INSTANT_LEN];
    civil_format_instant(b->at_us, at);
    control_printf(d->c, "call back at %s%s%s\n", at,
                   b->local[0] != '\0' ? ", for the person " : "", b->local);
    if (b->left_alone != 0) {
        char number[NUMBER_TEXT_LEN];
        (void)number_format(b->left_alone, number);
        control_warn(d->c,
                     "he may not be called: he has asked to be left alone "
                     "(%s is on the seller's own do-not-call list), so that "
                     "nobody will call him back: tell him so if he is still "
                     "there\n",
                     number);
        return;
    }
    if (b->from_us == 0)
        return;
    civil_format_instant(b->from_us, at);
    control_warn(d->c,
                 "the law does not let him be called then, but from %s%s%s on "
                 "(%s): agree on another time if he is still there\n",
                 at, b->from_local[0] != '\0' ? ", " : "", b->from_local,
                 b->rule);
}

static int give(const struct agent_desk *d, const struct agent_row *r,
                const struct agent_order *o, struct err *e)
{
    struct control *c = d->c;
    struct control_agent *a = mem_alloc(sizeof(*a));
    struct disposing said = {0};
    int rc = TM_OK;
    if (o->kind == AGENT_DO_SIGN_IN)
        rc = check_sign_in(c, r, a, e);
    else if (o->kind == AGENT_DO_DISPOSE)
        rc = check_callback(d, r, o, &said, e);
    if (rc == TM_OK)
        rc = c->server->agent_order(c->server->self, r->setup.id, o, e);
    if (rc == TM_OK && o->kind == AGENT_DO_SIGN_IN && !d->no_wait)
        rc = wait_signed_in(c, r, a, e);
    else if (rc == TM_OK)
        rc = c->server->agent_look(c->server->self, r->setup.id, a, e);
    if (rc == TM_OK && said.before[0] != '\0' && !str_eq(o->word, said.before))
        control_printf(c, "in place of '%s', which was said before\n",
                       said.before);
    if (rc == TM_OK && said.back.at_us != 0)
        say_callback(d, &said.back);
    if (rc == TM_OK)
        say_now(d, r->setup.name, a);
    else if (rc == TM_ENOTFOUND && e->text[0] == '\0')
        rc = err_set(e, rc, "the server does not know agent '%s'",
                     r->setup.name);
    mem_free(a);
    return rc;
}

static int order(const struct agent_desk *d, enum agent_order_kind kind,
                 const char *name, const char *word)
{
    struct err e = {0};
    struct agent_row r;
    struct agent_order o = {.kind = kind, .word = str_of(word), .now = d->now};
    if (d->c->server == NULL)
        return agent_desk_no_server(d->c);
    int rc = strlen(word) < AGENT_WORD_MAX
                 ? TM_OK
                 : err_set(&e, TM_EINVAL,
                           "'%s' is too long: at most %d "
                           "characters",
                           word, AGENT_WORD_MAX - 1);
    if (rc == TM_OK)
        rc = read_at(d, &o.due_us, &e);
    if (rc == TM_OK)
        rc = agent_desk_find(d->c, name, &r, &e);
    if (rc == TM_OK)
        rc = give(d, &r, &o, &e);
    return rc == TM_OK ? EXIT_DONE : control_fail(d->c, &e);
}

static int order_words(const struct agent_desk *d, int words, char **argv,
                       enum agent_order_kind kind)
{
    const char *verb = argv[1];
    bool dispose = kind == AGENT_DO_DISPOSE;
    if (dispose && words == 2)
        return control_usage(d->c, "dispose NAME with which word? the "
                                   "campaign's [dispositions] names them");
    if (words != (dispose ? 3 : 2))
        return control_usage(d->c, "'%s' takes one agent%s", verb,
                             dispose ? " and one word" : "");
    if (d->reason != NULL && kind != AGENT_DO_PAUSE)
        return control_usage(d->c, "--reason goes with pause");
    if (d->at != NULL && !dispose)
        return control_usage(d->c, "--at goes with dispose");
    if (d->now && kind != AGENT_DO_PAUSE && kind != AGENT_DO_SIGN_OUT)
        return control_usage(d->c, "--now goes with pause and sign-out");
    const char *reason = d->reason != NULL ? d->reason : "";
    return order(d, kind, argv[2], dispose ? argv[3] : reason);
}

static int desk(const struct agent_desk *d, int words, char **argv)
{
    const char *verb = argv[1], *name = words > 1 ? argv[2] : NULL;
    if (strcmp(verb, "list") == 0 && words == 1)
        return agent_desk_list(d);
    if (strcmp(verb, "status") == 0 && words <= 2)
        return agent_view_status(d, name);
    bool one = words == 2;
    if (strcmp(verb, "add") == 0)
        return one ? agent_desk_add(d, name)
                   : control_usage(d->c, "add one agent, by his name");
    if (strcmp(verb, "disable") == 0 || strcmp(verb, "enable") == 0)
        return one ? agent_desk_disable(d, name, verb[0] == 'd')
                   : control_usage(d->c, "which agent?");
    if (strcmp(verb, "remove") == 0)
        return one ? agent_desk_remove(d, name)
                   : control_usage(d->c, "which agent?");
    if (strcmp(verb, "watch") == 0)
        return one ? agent_view_watch(d, name)
                   : control_usage(d->c, "watch one agent");
    return control_usage(d->c, "unknown word '%s'", verb);
}

int cmd_agent_control(struct control *c, int argc, char **argv)
{
    struct options o;
    enum agent_order_kind kind;
    int words = parse(argc, argv, &o);
    if (words < 1)
        return EXIT_USAGE;
    o.d.c = c;
    if (agent_order_parse(str_of(argv[1]), &kind))
        return order_words(&o.d, words, argv, kind);
    return desk(&o.d, words, argv);
}

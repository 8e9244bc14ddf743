/* telemark trunk: the carriers. */
#include <inttypes.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/control.h"
#include "cmd/server.h"
#include "cmd/trunk_file.h"
#include "store/catalog.h"

static int run(int argc, char **argv);

const struct command cmd_trunk = {
    .name = "trunk",
    .summary = "how to reach the carriers: load a trunk file, list",
    .help = "usage: telemark trunk load FILE [--data DIR]\n"
            "       telemark trunk list [--data DIR]\n\n"
            "A trunk file names each carrier with host, transport, sign-in,\n"
            "caller ID, codecs and limits; examples/town.trunk shows every\n"
            "key. Loading replaces all trunks; `telemark serve` reads them\n"
            "when it starts. Beside a running server list also tells whether\n"
            "each trunk works, and how many calls to us were refused, and why\n"
            "(docs/trunks.md).\n",
    .run = run,
};

static int run(int argc, char **argv)
{
    char *copy[128];
    const char *data = NULL;
    const struct command_option opt[] = {{.name = "data", .value = &data}};
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_trunk, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = command_options(&cmd_trunk, argc, copy, opt, 1);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    bool load = words == 2 && strcmp(copy[1], "load") == 0;
    bool list = words == 1 && strcmp(copy[1], "list") == 0;
    if (!load && !list)
        return command_usage(&cmd_trunk, "load FILE or list?");
    return control_run(&cmd_trunk, data, argc, argv);
}

struct trunks {
    struct trunk_config trunk[SERVER_TRUNKS_MAX];
    size_t n;
    struct arena arena;
    struct slice text; /* load: what to store */
    char stored[TRUNK_FILE_TEXT_MAX];
};

static int do_store(struct db *db, void *arg, struct err *e)
{
    struct trunks *t = arg;
    return catalog_setting_set(db, "trunks", t->text, e);
}

static int do_fetch(struct db *db, void *arg, struct err *e)
{
    struct trunks *t = arg;
    int rc = catalog_setting_get(db, "trunks", t->stored, sizeof(t->stored), e);
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

static int load(struct control *c, struct trunks *t, const char *file,
                struct err *e)
{
    char path[4096];
    struct buf text;
    int rc = control_path(c, file, path, sizeof(path), e);
    if (rc == TM_OK)
        rc = command_read_file(path, TRUNK_FILE_TEXT_MAX - 1, &text, e);
    if (rc != TM_OK)
        return rc;
    t->text = buf_slice(&text);
    rc = trunk_file_parse(&t->arena, file, t->text, t->trunk, SERVER_TRUNKS_MAX,
                          &t->n, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(c->house->store, do_store, t, e);
    if (rc == TM_OK && c->server != NULL)
        control_printf(c, "the server that runs has the former trunks until "
                          "it is started again\n");
    buf_fini(&text);
    return rc;
}

static void print_refused(struct control *c, const struct trunk_refused *n)
{
    const struct {
        uint64_t n;
        const char *why;
    } as[] = {
        {n->full, "all calls of the trunk or campaign were taken (486)"},
        {n->no_room, "the server had no room (503)"},
        {n->unserved, "nobody served them then (480)"},
        {n->nobodys, "no campaign has the number (404)"},
        {n->no_codec, "no codec in common (488)"},
    };
    uint64_t all = 0;
    for (size_t i = 0; i < tm_array_len(as); i++)
        all += as[i].n;
    if (all == 0)
        return;
    control_printf(c,
                   "  calls to us refused since the server was started: "
                   "%" PRIu64 "\n",
                   all);
    for (size_t i = 0; i < tm_array_len(as); i++)
        if (as[i].n > 0)
            control_printf(c, "    %" PRIu64 ": %s\n", as[i].n, as[i].why);
}

/* How it fares, when a server runs. */
static void print_look(struct control *c, const char *name)
{
    struct err e = {0};
    struct control_trunk *look = mem_alloc(sizeof(*look));
    int rc = c->server->trunk(c->server->self, name, look, &e);
    if (rc == TM_OK) {
        control_printf(c, "  %s; %u calls now\n", look->state, look->calls);
        print_refused(c, &look->refused);
    } else {
        control_printf(c, "  %s\n",
                       rc == TM_ENOTFOUND ? "not in use until the server is "
                                            "started again"
                                          : e.text);
    }
    mem_free(look);
}

static void print(struct control *c, const struct trunks *t)
{
    static const char *const transport[] = {"udp", "tcp", "tls"};
    for (size_t i = 0; i < t->n; i++) {
        const struct trunk_config *k = &t->trunk[i];
        control_printf(c,
                       "%s: %s:%u over %s, %s, at most %u calls and %u new "
                       "ones a second%s\n",
                       k->name, k->host, k->port, transport[k->transport],
                       k->registers ? "registers" : "static",
                       k->max_calls > 0 ? k->max_calls : 30,
                       k->calls_per_second > 0 ? k->calls_per_second : 10,
                       k->no_incoming ? ", takes no calls to us (incoming = no)"
                                      : "");
        if (c->server != NULL)
            print_look(c, k->name);
    }
    if (t->n == 0)
        control_printf(c, "no trunk is loaded\n");
}

int cmd_trunk_control(struct control *c, int argc, char **argv)
{
    struct err e = {0};
    const char *data = NULL;
    const struct command_option opt[] = {{.name = "data", .value = &data}};
    int words = command_options(&cmd_trunk, argc, argv, opt, 1);
    if (words < 1)
        return EXIT_USAGE;
    struct trunks *t = mem_alloc(sizeof(*t));
    arena_init(&t->arena);
    int rc;
    if (words == 2)
        rc = load(c, t, argv[2], &e);
    else {
        rc = sqlite_store_run(c->house->store, do_fetch, t, &e);
        if (rc == TM_OK)
            rc = trunk_file_parse(&t->arena, "stored trunks", str_of(t->stored),
                                  t->trunk, SERVER_TRUNKS_MAX, &t->n, &e);
    }
    if (rc == TM_OK)
        print(c, t);
    arena_fini(&t->arena);
    mem_free(t);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

/* telemark serve: the server. */
#include <string.h>

#include "base/civil.h"
#include "cmd/commands.h"
#include "cmd/server.h"

static int run(int argc, char **argv);

const struct command cmd_serve = {
    .name = "serve",
    .summary = "run the campaigns: dial, talk, write it down",
    .help =
        "usage: telemark serve [--data DIR] [--address IP] [--sip-port N]\n"
        "           [--media-ports LOW-HIGH] [--rules FOLDER]\n"
        "           [--drain SECONDS] [--log-numbers] [--quiet]\n"
        "           [--until-idle TIME] [--clock INSTANT]\n"
        "           [--agents ADDRESS[:PORT]] [--realm NAME]\n\n"
        "Owns the data folder and dials for every campaign that is started.\n"
        "Logs one JSON line per event to standard error, numbers masked\n"
        "unless --log-numbers. On SIGTERM or SIGINT it starts no new calls,\n"
        "lets the running ones end for --drain seconds (30), then hangs up;\n"
        "a second signal ends it at once. Works as a systemd service of\n"
        "Type=notify.\n\n"
        "--address     numeric, for SIP and sound; 127.0.0.1\n"
        "--sip-port    5060; 0 for any free one\n"
        "--media-ports 10000-19998: below the ports the system gives away\n"
        "              itself, so that no other socket sits on one\n"
        "--agents      where agents' telephones register with their name and\n"
        "              password; the --address and --sip-port, as soon as an\n"
        "              agent is on file (docs/agents.md)\n"
        "--realm       of their passwords, as at `agent add`; telemark\n"
        "--rules       rule packs of this folder instead of the built-in\n"
        "--until-idle  end when no lead can be called within this time\n"
        "              (30s, 5m, 2h)\n"
        "--clock       start the clock at this instant instead of now\n"
        "              (2026-11-23T18:00:00Z); for demonstrations: the law\n"
        "              asks for the real time. The journal says so.\n",
    .run = run,
};

struct options {
    const char *data, *address, *sip_port, *media, *rules, *drain, *until_idle,
        *clock, *agents, *realm;
    bool log_numbers, quiet;
};

static bool read_port(const char *text, uint64_t least, uint16_t *out)
{
    uint64_t v;
    if (!str_u64(str_of(text), &v) || v < least || v > 65535)
        return false;
    *out = (uint16_t)v;
    return true;
}

static bool read_media(const char *text, struct server_options *o)
{
    char low[8];
    struct slice high, first = str_cut(str_of(text), '-', &high);
    if (high.p == NULL || first.n >= sizeof(low))
        return false;
    (void)str_copy(low, sizeof(low), first);
    return read_port(low, 1024, &o->media_min) &&
           read_port(high.p, 1024, &o->media_max) &&
           o->media_min < o->media_max;
}

/* "127.0.0.1", "127.0.0.1:5070", "[::1]:5070" */
static bool read_agents(const char *text, char host[64],
                        struct server_options *o)
{
    const char *colon = strrchr(text, ':');
    bool v6 = text[0] == '[';
    const char *end = v6 ? strchr(text, ']') : colon;
    size_t n = end != NULL ? (size_t)(end - text) - v6 : strlen(text);
    if (n == 0 || n >= 64 || (v6 && end == NULL))
        return false;
    (void)str_copy(host, 64, str_range(text + v6, n));
    o->agents = host;
    if (v6 && end[1] == '\0')
        return true;
    if (v6 && end[1] != ':')
        return false;
    return colon == NULL || read_port(colon + 1, 0, &o->agents_port);
}

static int read_times(const struct options *in, struct server_options *o)
{
    uint64_t drain_s;
    if (in->drain != NULL) {
        if (!str_u64(str_of(in->drain), &drain_s) || drain_s > 86400)
            return command_usage(&cmd_serve, "--drain is 0 to 86400 seconds");
        o->drain_ms = (int64_t)drain_s * 1000;
    }
    if (in->until_idle != NULL &&
        (!str_duration_ms(str_of(in->until_idle), &o->until_idle_ms) ||
         o->until_idle_ms <= 0))
        return command_usage(&cmd_serve,
                             "--until-idle is a time such as 30s or 5m");
    if (in->clock != NULL &&
        !civil_parse_instant(str_of(in->clock), &o->clock_start_us))
        return command_usage(&cmd_serve, "--clock is an instant such as "
                                         "2026-11-23T18:00:00Z");
    return EXIT_DONE;
}

static int read_options(const struct options *in, char host[64],
                        struct server_options *o)
{
    *o = (struct server_options){
        .data = in->data,
        .rules = in->rules,
        .address = in->address != NULL ? in->address : "127.0.0.1",
        .sip_port = 5060,
        .media_min = 10000,
        .media_max = 19998,
        .drain_ms = 30000,
        .realm = in->realm != NULL ? in->realm : AGENT_ROWS_REALM,
        .clear_numbers = in->log_numbers,
        .quiet = in->quiet,
    };
    if (in->sip_port != NULL && !read_port(in->sip_port, 0, &o->sip_port))
        return command_usage(&cmd_serve, "--sip-port is 0 to 65535");
    o->agents_port = o->sip_port;
    if (in->agents != NULL && !read_agents(in->agents, host, o))
        return command_usage(&cmd_serve, "--agents is ADDRESS or ADDRESS:PORT, "
                                         "numeric, as 127.0.0.1:5070");
    if (o->realm[0] == '\0' || strlen(o->realm) >= AGENT_ROWS_REALM_MAX ||
        strpbrk(o->realm, "\"\\:") != NULL)
        return command_usage(&cmd_serve, "--realm is a word");
    if (in->media != NULL && !read_media(in->media, o))
        return command_usage(&cmd_serve,
                             "--media-ports is LOW-HIGH, as 10000-19998");
    return read_times(in, o);
}

static int serve(const struct server_options *o)
{
    struct err e = {0};
    struct server *s = mem_alloc(sizeof(*s));
    int rc = server_open(s, o, &e);
    if (rc == TM_OK) {
        rc = server_run(s, &e);
        server_close(s);
    }
    mem_free(s);
    return rc == TM_OK ? EXIT_DONE : command_fail(&cmd_serve, &e);
}

static int run(int argc, char **argv)
{
    struct options in = {0};
    const struct command_option opt[] = {
        {.name = "data", .value = &in.data},
        {.name = "address", .value = &in.address},
        {.name = "sip-port", .value = &in.sip_port},
        {.name = "media-ports", .value = &in.media},
        {.name = "rules", .value = &in.rules},
        {.name = "drain", .value = &in.drain},
        {.name = "until-idle", .value = &in.until_idle},
        {.name = "clock", .value = &in.clock},
        {.name = "agents", .value = &in.agents},
        {.name = "realm", .value = &in.realm},
        {.name = "log-numbers", .flag = &in.log_numbers},
        {.name = "quiet", .flag = &in.quiet},
    };
    int words =
        command_options(&cmd_serve, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words > 0)
        return command_usage(&cmd_serve, "unknown word '%s'", argv[1]);
    struct server_options o;
    char host[64];
    int code = read_options(&in, host, &o);
    return code == EXIT_DONE ? serve(&o) : code;
}

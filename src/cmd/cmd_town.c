/* telemark town: the telephone network as a SIP server. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/json_out.h"
#include "cmd/cmd_town_list.h"
#include "cmd/commands.h"
#include "town/town.h"

enum { WORLD_BYTES_MAX = 1 << 20, DESCRIPTORS = 65536 };

static int run(int argc, char **argv);

const struct command cmd_town = {
    .name = "town",
    .summary = "a telephone network of made-up people, to call over SIP",
    .help =
        "usage: telemark town [--bind ADDRESS] [--port N] [--world FILE]\n"
        "                     [--people-seed N] [--log FILE] [--calls N]\n"
        "                     [--media-ports LOW-HIGH] [--tls CERTIFICATE]\n"
        "                     [--any-address] [--calls-back SHARE]\n"
        "                     [--calls-back-after LOW-HIGH] [--json]\n"
        "       telemark town list --out FILE [--people N] [--seed N]\n"
        "                     [--dnc FILE] [--internal FILE]\n"
        "                     [--today DATE] [--json]\n\n"
        "Answers calls to any number over UDP and TCP as people do: rings,\n"
        "busy, machines, keys pressed, opt-outs, dead numbers. Behaviour is a\n"
        "function of the seed and the number. Ends on SIGINT or SIGTERM.\n\n"
        "--bind ADDRESS     where to listen, 127.0.0.1\n"
        "--port N           5062; 0 for any free one, TLS takes the next\n"
        "--world FILE       the people; examples/town.scn shows every key\n"
        "--people-seed N    instead of the world's own\n"
        "--log FILE         appends a JSON line for each INVITE, key, end\n"
        "--calls N          at most so many at a time, 4000\n"
        "--media-ports L-H  for sound, 20000-31998\n"
        "--tls CERTIFICATE  PEM with certificate and key: TLS, too\n"
        "--any-address      allows an address that others can reach\n"
        "--calls-back SHARE of those who missed a call (it rang until the\n"
        "                   caller gave up) call the number shown back, as\n"
        "                   20%: at the address that the call came from\n"
        "--calls-back-after LOW-HIGH  seconds later, 5-60\n\n"
        "town list writes an address list as messy as real ones, with\n"
        "--people rows (2000), and the do-not-call files that go with it.\n",
    .run = run,
};

struct options {
    const char *bind, *port, *world, *seed, *log, *calls, *media, *tls;
    const char *back, *back_after;
    bool any_address, json;
};

struct server {
    struct loop *loop;
    struct town *town;
    int signals;
};

static bool in_range(const char *text, uint64_t lo, uint64_t hi, uint64_t *out)
{
    uint64_t v;
    if (!str_u64(str_of(text), &v) || v < lo || v > hi)
        return false;
    *out = v;
    return true;
}

/* "20000-31998"; false when it is no range of ports. */
static bool read_ports(const char *text, struct town_config *c)
{
    struct slice high, low = str_cut(str_of(text), '-', &high);
    uint64_t from, to;
    if (!str_u64(low, &from) || !str_u64(high, &to) || from < 1024 ||
        to > 65535 || from >= to)
        return false;
    c->media_port_min = (uint16_t)from;
    c->media_port_max = (uint16_t)to;
    return true;
}

/* "5-60", in seconds. */
static bool read_seconds(const char *text, struct town_config *c)
{
    struct slice high, low = str_cut(str_of(text), '-', &high);
    uint64_t from, to;
    if (!str_u64(low, &from) || !str_u64(high, &to) || from > to || to > 86400)
        return false;
    c->back_min_ms = (int64_t)from * 1000;
    c->back_max_ms = (int64_t)to * 1000;
    return true;
}

static int read_numbers(const struct options *o, struct town_config *c)
{
    uint64_t v;
    if (o->port != NULL) {
        if (!in_range(o->port, 0, 65534, &v))
            return command_usage(&cmd_town, "--port is 0 to 65534");
        c->port = (uint16_t)v;
    }
    if (o->calls != NULL) {
        if (!in_range(o->calls, 1, 100000, &v))
            return command_usage(&cmd_town, "--calls is 1 to 100000");
        c->calls_max = (size_t)v;
    }
    double percent = 0;
    if (o->back != NULL && !str_percent(str_of(o->back), &percent))
        return command_usage(&cmd_town, "--calls-back is 0 to 100 %%");
    c->calls_back_ppm = (unsigned)(percent * 10000 + 0.5);
    if (o->back_after != NULL && !read_seconds(o->back_after, c))
        return command_usage(&cmd_town,
                             "--calls-back-after is LOW-HIGH, as 5-60, in "
                             "seconds up to 86400");
    if (o->media != NULL && !read_ports(o->media, c))
        return command_usage(&cmd_town,
                             "--media-ports is LOW-HIGH, as 20000-31998");
    return EXIT_DONE;
}

static int read_world(const struct options *o, struct town_config *c)
{
    struct err e = {0};
    struct buf text;
    buf_init(&text, WORLD_BYTES_MAX);
    int rc = TM_OK;
    if (o->world != NULL) {
        /* from the defaults a scenario starts with: the same people there */
        person_world_init(&c->world, c->world.seed);
        rc = command_read_file(o->world, WORLD_BYTES_MAX - 1, &text, &e);
        if (rc == TM_OK)
            rc = person_world_load(&c->world, o->world, buf_slice(&text), &e);
    }
    buf_fini(&text);
    if (rc < 0)
        return command_fail(&cmd_town, &e);
    if (o->seed != NULL && !str_u64(str_of(o->seed), &c->world.seed))
        return command_usage(&cmd_town, "--people-seed is a whole number");
    return EXIT_DONE;
}

static void tell(void *arg, enum tel_log_level level, const char *text)
{
    (void)arg;
    if (level <= TEL_LOG_WARNING)
        (void)fprintf(stderr, "telemark town: %s\n", text);
}

static void signalled(void *arg)
{
    struct server *s = arg;
    struct signalfd_siginfo info;
    if (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info)
        loop_stop(s->loop);
}

static int watch_signals(struct server *s, struct err *e)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return err_errno(e, "cannot block signals");
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signals < 0)
        return err_errno(e, "cannot watch signals");
    return loop_watch(s->loop, s->signals, signalled, s, e);
}

static void print_start(const struct server *s, const struct town_config *c,
                        const struct options *o)
{
    uint16_t udp = c->udp ? town_port(s->town, SIP_STACK_UDP) : 0;
    (void)printf("town: %s:%u by UDP and TCP", c->address, udp);
    if (c->tls)
        (void)printf(", %u by TLS", town_port(s->town, SIP_STACK_TLS));
    (void)printf(
        "; people of seed %llu%s%s\n", (unsigned long long)c->world.seed,
        o->world != NULL ? " and " : "", o->world != NULL ? o->world : "");
    (void)fflush(stdout);
}

/* X(name, text) */
#define COUNTS(X)                                                              \
    X(invites, "calls")                                                        \
    X(answered, "answered")                                                    \
    X(refused, "refused")                                                      \
    X(cancelled, "given up by the caller")                                     \
    X(byes, "ended by the caller")                                             \
    X(left, "ended by the people")                                             \
    X(prompts, "prompts heard")                                                \
    X(digits, "keys pressed")                                                  \
    X(overload, "refused for want of room")                                    \
    X(back_calls, "people who called back")                                    \
    X(back_answered, "of them answered")

static void print_end(const struct server *s, bool json)
{
    struct town_counts c;
    town_counts(s->town, &c);
    if (!json) {
#define X(name, text)                                                          \
    (void)printf("%10llu %s\n", (unsigned long long)c.name, text);
        COUNTS(X)
#undef X
        return;
    }
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    json_out_object(&j);
#define X(name, text) json_out_kv_int(&j, #name, (int64_t)c.name);
    COUNTS(X)
#undef X
    json_out_end_object(&j);
    (void)printf("%s\n", b.p);
    buf_fini(&b);
}

static int serve(const struct town_config *c, const struct options *o)
{
    struct server s = {.signals = -1};
    struct err e = {0};
    int rc = loop_new(&s.loop, DESCRIPTORS, &c->log, &e);
    if (rc == TM_OK)
        rc = watch_signals(&s, &e);
    if (rc == TM_OK)
        rc = town_start(&s.town, s.loop, c, &e);
    if (rc == TM_OK) {
        print_start(&s, c, o);
        rc = loop_run(s.loop, &e);
        print_end(&s, o->json);
    }
    if (rc == TM_OK && town_log_fault(s.town) != 0)
        rc = err_set(&e, TM_EIO, "lines of the log %s were lost: %s",
                     c->log_path, strerror(town_log_fault(s.town)));
    town_stop(s.town);
    if (s.signals >= 0) {
        loop_unwatch(s.loop, s.signals);
        (void)close(s.signals);
    }
    loop_free(s.loop);
    return rc < 0 ? command_fail(&cmd_town, &e) : EXIT_DONE;
}

static int run(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "list") == 0)
        return cmd_town_list_run(argc - 1, argv + 1);
    struct options o = {0};
    const struct command_option opt[] = {
        {.name = "bind", .value = &o.bind},
        {.name = "port", .value = &o.port},
        {.name = "world", .value = &o.world},
        {.name = "people-seed", .value = &o.seed},
        {.name = "log", .value = &o.log},
        {.name = "calls", .value = &o.calls},
        {.name = "media-ports", .value = &o.media},
        {.name = "tls", .value = &o.tls},
        {.name = "calls-back", .value = &o.back},
        {.name = "calls-back-after", .value = &o.back_after},
        {.name = "any-address", .flag = &o.any_address},
        {.name = "json", .flag = &o.json},
    };
    int words =
        command_options(&cmd_town, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words > 0)
        return command_usage(&cmd_town, "\"%s\" is a word too many", argv[1]);
    struct town_config c;
    town_config_init(&c);
    c.address = o.bind != NULL ? o.bind : c.address;
    c.log_path = o.log;
    c.cert_file = o.tls;
    c.tls = o.tls != NULL;
    c.allow_any_address = o.any_address;
    c.log = (struct tel_log){.fn = tell};
    int code = read_numbers(&o, &c);
    if (code == EXIT_DONE)
        code = read_world(&o, &c);
    return code == EXIT_DONE ? serve(&c, &o) : code;
}

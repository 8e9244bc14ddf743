#include "cmd/server.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "cmd/tenant.h"
#include "tel/quiet.h"

enum {
    SECOND_MS = 1000,
    DELAY_MAX_MS = 60 * 1000,
    CLOCK_LEAD_MAX_S = 2, /* a leap second is no fault */
    IDLE_CHECKS = 3,      /* seconds in a row before "idle" is believed */
    CALLS_MAX = 20000,
    DESCRIPTORS_WANTED = 65536,
    UNREAD_EVERY_S = 60,
};

static int64_t now_us(const struct server *s)
{
    return s->clock.port.now_us(s->clock.port.self);
}

void server_reschedule(struct server *s)
{
    int64_t at = engine_deadline_us(s->engine);
    int64_t delay_ms = DELAY_MAX_MS;
    if (at < INT64_MAX)
        delay_ms = (at - now_us(s) + 999) / 1000;
    if (delay_ms < 0)
        delay_ms = 0;
    if (delay_ms > DELAY_MAX_MS)
        delay_ms = DELAY_MAX_MS;
    loop_timer_set(s->engine_timer, delay_ms);
}

static void on_engine_timer(void *arg)
{
    struct server *s = arg;
    engine_run(s->engine);
    server_reschedule(s);
}

static void on_call(void *arg, const struct carrier_event *ev)
{
    struct server *s = arg;
    engine_on_call(s->engine, ev);
    server_reschedule(s);
}

/* Store thread: something is ready for the loop. A full loop is woken by the
 * timer of each second. */
static void poll_store(void *arg)
{
    struct server *s = arg;
    (void)sqlite_store_poll(s->house.store);
    server_reschedule(s);
}

static void on_store_ready(void *arg)
{
    struct server *s = arg;
    if (loop_post(s->loop, poll_store, s) != TM_OK)
        log_json_text(&s->log, "warn", "loop_full",
                      "the loop is behind; it goes on within a second");
}

static void on_tel_log(void *arg, enum tel_log_level level, const char *text)
{
    const struct server *s = arg;
    static const char *const name[] = {"error", "warn", "info", "info"};
    size_t i = (size_t)level < tm_array_len(name) ? (size_t)level : 2;
    log_json_text(&s->log, name[i], "telephony", "%s", text);
}

static void on_record(void *arg, const struct record *r)
{
    struct server *s = arg;
    log_json_record(&s->log, r);
    server_agents_note(s, r);
}

/* The store's events go to the engine; failures also to the log. */
static void on_durable(void *arg, uint64_t seq)
{
    struct server *s = arg;
    struct store_events to = engine_store_events(s->engine);
    to.durable(to.arg, seq);
}

static void on_leads(void *arg, const struct store_leads *leads)
{
    struct server *s = arg;
    struct store_events to = engine_store_events(s->engine);
    to.leads(to.arg, leads);
}

static void on_called(void *arg, const struct store_called *called)
{
    struct server *s = arg;
    struct store_events to = engine_store_events(s->engine);
    to.called(to.arg, called);
}

static void on_store_failed(void *arg, const struct err *e)
{
    struct server *s = arg;
    if (!s->store_down)
        log_json_text(&s->log, "error", "store_down",
                      "no new calls until the data folder can be written "
                      "again: %s",
                      e->text);
    s->store_down = true;
    struct store_events to = engine_store_events(s->engine);
    to.failed(to.arg, e);
}

static void on_store_recovered(void *arg)
{
    struct server *s = arg;
    log_json_text(&s->log, "info", "store_up",
                  "the data folder can be "
                  "written again");
    s->store_down = false;
    struct store_events to = engine_store_events(s->engine);
    to.recovered(to.arg);
}

void server_drain(struct server *s, const char *why)
{
    if (s->draining)
        return;
    s->draining = true;
    s->drain_until_us = loop_monotonic_us() + s->o.drain_ms * 1000;
    log_json_text(&s->log, "info", "draining",
                  "%s: no new calls, %zu calls go on for at most %" PRId64 " s",
                  why, engine_calls(s->engine), s->o.drain_ms / 1000);
    (void)sd_notify(0, "STOPPING=1");
    engine_drain(s->engine);
}

static void on_signal(void *arg)
{
    struct server *s = arg;
    struct signalfd_siginfo info;
    if (read(s->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (s->draining) /* asked twice: now */
        s->drain_until_us = 0;
    server_drain(s, info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
}

static void check_drain(struct server *s)
{
    if (engine_calls(s->engine) == 0 && engine_pending(s->engine) == 0) {
        loop_stop(s->loop);
        return;
    }
    int64_t now = loop_monotonic_us();
    if (now < s->drain_until_us)
        return;
    /* Time is up: hang up, and give the ends a moment to be written. */
    engine_hang_up_all(s->engine);
    if (now > s->drain_until_us + 5 * CIVIL_SECOND_US)
        loop_stop(s->loop);
}

/* Whether any campaign may call somebody within the time of --until-idle. */
static bool is_idle(const struct server *s)
{
    if (engine_calls(s->engine) > 0 || engine_pending(s->engine) > 0)
        return false;
    int64_t horizon = now_us(s) + s->o.until_idle_ms * 1000;
    for (const struct server_load *l = s->loads; l != NULL; l = l->next) {
        for (size_t i = 0; i < l->campaigns.n; i++) {
            struct campaign_status st;
            int rc = engine_status(s->engine, l->campaigns.campaign[i].id, &st);
            if (rc == TM_OK && st.state == CAMPAIGN_RUNNING &&
                (st.hopper > 0 || st.next_due_us <= horizon))
                return false;
        }
    }
    return true;
}

static void check_idle(struct server *s)
{
    s->idle_seconds = is_idle(s) ? s->idle_seconds + 1 : 0;
    if (s->idle_seconds < IDLE_CHECKS)
        return;
    server_drain(s, "no lead is callable within the time of --until-idle");
}

/* The law goes by the hour: with a clock that is wrong nobody is called. */
static void check_clock(struct server *s)
{
    int64_t lead_us = real_clock_lead_us(&s->clock);
    bool wrong = lead_us > CLOCK_LEAD_MAX_S * CIVIL_SECOND_US;
    if (wrong && !s->clock_wrong)
        log_json_text(&s->log, "error", "clock_back",
                      "the system's clock was set back by %" PRId64
                      " s: no new calls until it has caught up; start the "
                      "server again to go by the new time",
                      lead_us / CIVIL_SECOND_US);
    if (!wrong && s->clock_wrong)
        log_json_text(&s->log, "info", "clock_good",
                      "the system's clock has caught up");
    s->clock_wrong = wrong;
    engine_hold(s->engine, wrong);
}

/* What no stack could read: anybody can send it, so it is told seldom. */
static void check_unread(struct server *s)
{
    uint64_t all = quiet_count();
    int64_t now = loop_monotonic_us();
    if (all == s->unread ||
        (s->unread_told_us != 0 &&
         now - s->unread_told_us < UNREAD_EVERY_S * CIVIL_SECOND_US))
        return;
    log_json_text(&s->log, "info", "telephony",
                  "messages that cannot be read as SIP came in and were "
                  "dropped: %" PRIu64 " since the last such line",
                  all - s->unread);
    s->unread = all;
    s->unread_told_us = now;
}

static void on_second(void *arg)
{
    struct server *s = arg;
    check_clock(s);
    check_unread(s);
    (void)sqlite_store_poll(s->house.store);
    engine_run(s->engine);
    if (s->draining)
        check_drain(s);
    else if (s->o.until_idle_ms > 0)
        check_idle(s);
    (void)sd_notifyf(0, "WATCHDOG=1\nSTATUS=%zu calls up",
                     engine_calls(s->engine));
    loop_timer_set(s->second_timer, SECOND_MS);
    server_reschedule(s);
}

static int open_signals(struct server *s, struct err *e)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    /* Before any thread starts, so that all inherit it. */
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return err_errno(e, "signals");
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->signals < 0 ? err_errno(e, "signals") : TM_OK;
}

/* Each call takes a socket or two; the usual soft limit of 1,024 would end a
 * campaign of 600 lines. The hard limit is the administrator's. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t wanted = DESCRIPTORS_WANTED;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_data(struct server *s, struct err *e)
{
    char path[DATA_DIR_PATH_MAX];
    int rc = command_data_dir(s->o.data, path, sizeof(path), e);
    if (rc == TM_OK)
        rc = house_open(&s->house, path, on_store_ready, s, e);
    if (rc != TM_OK)
        return rc;
    sqlite_store_port(s->house.store, &s->store);
    const struct store_events ev = {.arg = s,
                                    .durable = on_durable,
                                    .leads = on_leads,
                                    .failed = on_store_failed,
                                    .recovered = on_store_recovered,
                                    .called = on_called};
    sqlite_store_listen(s->house.store, &ev);
    rc = house_zones(&s->arena, &s->zones, e);
    if (rc == TM_OK)
        rc = server_start_read(s, e);
    return rc;
}

/* Trunks that name no address or port of ours use the server's. */
static void fill_trunks(struct server *s, struct server_load *l)
{
    for (size_t i = 0; i < l->trunks; i++) {
        struct trunk_config *t = &l->trunk[i];
        if (t->local_address == NULL)
            t->local_address = s->o.address;
        if (t->local_port == 0)
            t->local_port = s->o.sip_port;
        s->trunk[s->trunks++] = arena_strdup(&s->arena, str_of(t->name));
    }
}

static int open_carrier(struct server *s, struct server_load *l, struct err *e)
{
    char recordings[DATA_DIR_PATH_MAX + 16];
    data_dir_path(&s->house.dir, "recordings", recordings, sizeof(recordings));
    fill_trunks(s, l);
    struct carrier_sip_agents agents = {0};
    server_agents_config(s, l, &agents);
    const struct carrier_sip_config c = {
        .trunk = l->trunk,
        .trunks = l->trunks,
        .rtp_min = s->o.media_min,
        .rtp_max = s->o.media_max,
        .calls_max = CALLS_MAX,
        .record_dir = recordings,
        .software = "Telemark/" TELEMARK_VERSION,
        .clock = &s->clock.port,
        .agents = agents,
        .log = {.fn = on_tel_log, .arg = s},
    };
    int rc = carrier_sip_start(&s->sip, s->loop, &c, e);
    if (rc != TM_OK)
        return rc;
    server_agents_opened(s);
    carrier_sip_listen(s->sip, on_call, s);
    s->carrier = carrier_sip_port(s->sip);
    return TM_OK;
}

static void open_engine(struct server *s)
{
    const struct engine_ports ports = {.clock = &s->clock.port,
                                       .store = &s->store,
                                       .carrier = s->carrier,
                                       .watch = on_record,
                                       .watch_arg = s,
                                       .agent = server_watch_changed,
                                       .agent_arg = s,
                                       .tenant = tenant_default(),
                                       .next_attempt = &s->next_attempt};
    s->engine = engine_new(&ports);
    s->engine_timer = loop_timer_new(s->loop, on_engine_timer, s);
    s->second_timer = loop_timer_new(s->loop, on_second, s);
}

/* The order matters: trunks before the engine, the ends of what a former run
 * left open before campaigns count and dial. */
static int take_over(struct server *s, struct err *e)
{
    const unsigned rest =
        CONTROL_CAMPAIGNS | CONTROL_DNC | CONTROL_LEDGERS | CONTROL_AGENTS;
    struct server_load *trunks, *l = NULL;
    int rc = server_load_read(s, CONTROL_TRUNKS | CONTROL_AGENTS, &trunks, e);
    if (rc != TM_OK)
        return rc;
    rc = open_carrier(s, trunks, e);
    server_load_free(trunks);
    if (rc != TM_OK)
        return rc;
    rc = server_archive_rules(s, e);
    if (rc != TM_OK)
        return rc;
    open_engine(s);
    rc = server_start_recover(s, e);
    if (rc == TM_OK)
        rc = server_agents_recover(s, e);
    if (rc == TM_OK)
        rc = server_load_read(s, rest, &l, e);
    if (rc == TM_OK)
        rc = server_load_apply(s, rest, l, e);
    return rc;
}

int server_open(struct server *s, const struct server_options *o, struct err *e)
{
    memset(s, 0, sizeof(*s));
    s->o = *o;
    s->signals = -1;
    (void)pthread_mutex_init(&s->changing, NULL);
    (void)pthread_mutex_init(&s->posting, NULL);
    server_watch_init(s);
    real_clock_init(&s->clock, o->clock_start_us);
    s->log = (struct log_json){.clock = &s->clock.port,
                               .clear_numbers = o->clear_numbers,
                               .quiet = o->quiet};
    arena_init(&s->arena);
    suppression_init(&s->suppression);
    map_init(&s->caller[0]);
    map_init(&s->caller[1]);
    const struct tel_log log = {.fn = on_tel_log, .arg = s};
    raise_descriptors();
    int rc = open_signals(s, e);
    if (rc == TM_OK)
        rc = loop_new(&s->loop, 0, &log, e);
    if (rc == TM_OK)
        rc = open_data(s, e);
    if (rc == TM_OK)
        rc = take_over(s, e);
    if (rc == TM_OK)
        rc = loop_watch(s->loop, s->signals, on_signal, s, e);
    if (rc == TM_OK) {
        server_control_init(s);
        rc = control_server_start(&s->house, &s->clock.port, &s->control,
                                  &s->listener, e);
    }
    if (rc != TM_OK)
        server_close(s);
    return rc;
}

int server_run(struct server *s, struct err *e)
{
    log_json_text(&s->log, "info", "ready",
                  "data folder %s, rules %s, zones %s", s->house.dir.path,
                  rule_book_packs(s->book), s->zones.version);
    (void)sd_notify(0, "READY=1");
    loop_timer_set(s->second_timer, SECOND_MS);
    server_reschedule(s);
    int rc = loop_run(s->loop, e);
    log_json_text(&s->log, "info", "stopped", "%zu calls were up",
                  engine_calls(s->engine));
    return rc;
}

static void close_parts(struct server *s)
{
    if (s->signals >= 0 && s->loop != NULL)
        loop_unwatch(s->loop, s->signals);
    carrier_sip_stop(s->sip);
    if (s->engine_timer != NULL)
        loop_timer_free(s->engine_timer);
    if (s->second_timer != NULL)
        loop_timer_free(s->second_timer);
}

void server_close(struct server *s)
{
    close_parts(s);
    /* A command may wait for a store that cannot write; it shall not keep us
     * from the end. */
    if (s->house.store != NULL)
        sqlite_store_stop(s->house.store);
    control_server_stop(s->listener);
    server_control_fini(s);
    server_watch_fini(s);
    if (s->house.store != NULL)
        house_close(&s->house);
    engine_free(s->engine);
    loop_free(s->loop);
    while (s->loads != NULL) {
        struct server_load *next = s->loads->next;
        server_load_free(s->loads);
        s->loads = next;
    }
    dnc_files_close(s->dnc);
    suppression_fini(&s->suppression);
    map_fini(&s->caller[0]);
    map_fini(&s->caller[1]);
    arena_fini(&s->arena);
    if (s->signals >= 0)
        (void)close(s->signals);
    s->signals = -1;
    (void)pthread_mutex_destroy(&s->changing);
    (void)pthread_mutex_destroy(&s->posting);
}

/*
 * The running server: one data folder, one loop, one engine. cmd_serve.c
 * reads the command line; server_start.c reads the store and closes what a
 * former run left open; server_control.c answers commands that come through
 * the socket; server.c holds the parts together and the loop's timers.
 *
 * Loop thread, unless a function says otherwise.
 */
#ifndef CMD_SERVER_H
#define CMD_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "cmd/control_server.h"
#include "cmd/house.h"
#include "cmd/log_json.h"
#include "cmd/real_clock.h"
#include "engine/engine.h"
#include "store/agent_rows.h"
#include "store/dnc_files.h"
#include "store/pacing_rows.h"
#include "store/startup.h"
#include "tel/carrier_sip.h"
#include "tel/loop.h"
#include "tel/trunk.h"

struct server_options {
    const char *data;    /* --data or NULL */
    const char *rules;   /* folder of packs, or NULL: built in */
    const char *address; /* SIP and RTP, numeric */
    uint16_t sip_port;
    uint16_t media_min, media_max;
    const char *agents; /* where their telephones register; NULL: as SIP, once
                           there is an agent */
    uint16_t agents_port;
    const char *realm;      /* of their passwords */
    int64_t clock_start_us; /* 0: the present */
    int64_t until_idle_ms;  /* 0: serve for ever */
    int64_t drain_ms;       /* how long calls may go on after SIGTERM */
    bool clear_numbers, quiet;
};

enum { SERVER_TRUNKS_MAX = 64 };

struct loop_call;

struct server {
    struct server_options o;
    struct real_clock clock;
    struct log_json log;
    struct house house;
    struct arena arena; /* rules, zones, plans: as long as the server lives */
    const struct rule_book *book;
    struct tz_set zones;
    struct suppression suppression;
    struct dnc_files *dnc;
    const struct caller_facts *facts; /* of the newest load that has some */
    int64_t next_attempt;
    const char *trunk[SERVER_TRUNKS_MAX]; /* names of those in use */
    size_t trunks;
    struct server_load *loads; /* everything that was ever taken over */
    struct loop *loop;
    struct carrier_sip *sip;
    const struct carrier *carrier;
    struct store store;
    struct engine *engine;
    struct loop_timer *engine_timer, *second_timer;
    int signals; /* signalfd */
    struct control_listener *listener;
    struct control_server control;
    struct server_watch *watch; /* agents who are looked at */
    pthread_mutex_t changing;   /* a command's changes are taken over */
    pthread_mutex_t posting;    /* of the next */
    struct loop_call *posted; /* by commands, not yet run (server_control.c) */
    struct map caller[2];     /* calls to us: attempt -> their number; the
                                 newest ones, and those before them */
    size_t callers;           /* in the first */
    bool agents_listen;       /* telephones can register */
    char agents_at[160];      /* where, for people */
    _Atomic bool draining;    /* commands' threads look at it too */
    int64_t drain_until_us;   /* monotonic */
    int idle_seconds;         /* for how long nothing could be called */
    bool store_down;
    bool clock_wrong;       /* the system's clock was set back */
    uint64_t unread;        /* messages that were no SIP, told in the log */
    int64_t unread_told_us; /* monotonic; 0: never */
};

/* Opens everything and starts; *e says what failed and what to do. */
int server_open(struct server *s, const struct server_options *o,
                struct err *e) TM_MUST_CHECK;
/* Runs until it is told to stop, drained or idle. */
int server_run(struct server *s, struct err *e) TM_MUST_CHECK;
void server_close(struct server *s);

/* No new calls; ends when the running ones have ended, or after drain_ms. */
void server_drain(struct server *s, const char *why);

/* What is read from the store at start and again when a command has changed
 * it. Reading and parsing wait for the store, so a running server does them in
 * the command's thread; the loop only takes over what is ready. */
struct server_load {
    struct arena arena; /* of the plans and trunks in it */
    struct startup_campaigns campaigns;
    struct pacing_rows pacing; /* of campaigns told to dial otherwise */
    const struct plan **plan;  /* one a campaign */
    struct dnc_files *dnc;
    const struct caller_facts *facts; /* NULL: not read */
    struct agent_rows agents;
    struct trunk_config trunk[SERVER_TRUNKS_MAX];
    size_t trunks;
    struct server_load *next; /* kept until the server ends */
};

/* server_load.c. what: CONTROL_CAMPAIGNS, _DNC, _LEDGERS, _TRUNKS (at start
 * only: a running carrier keeps its trunks). Any thread. */
int server_load_read(struct server *s, unsigned what, struct server_load **out,
                     struct err *e) TM_MUST_CHECK;
/* Takes it over, and owns it from now on. */
int server_load_apply(struct server *s, unsigned what, struct server_load *l,
                      struct err *e) TM_MUST_CHECK;
void server_load_free(struct server_load *l);

/* server_start.c, before the loop runs. Opt-outs and the last attempt id. */
int server_start_read(struct server *s, struct err *e) TM_MUST_CHECK;
/* Closes attempts of a former run: records, and BYE for answered calls. */
int server_start_recover(struct server *s, struct err *e) TM_MUST_CHECK;

/* server_agents.c. Agents of the store go to the engine and the registrar;
 * who is not there any more is signed out. Errors of one are logged, the
 * others go on. */
void server_agents_take(struct server *s, const struct server_load *l);
/* What telephones may register, for the carrier: filled when --agents says so
 * or there are agents. */
void server_agents_config(struct server *s, const struct server_load *l,
                          struct carrier_sip_agents *out);
/* After carrier_sip_start(): the port that was taken. */
void server_agents_opened(struct server *s);
/* Before the loop runs: who was signed in when a former run was cut off is
 * signed out, and the calls to their telephones end. */
int server_agents_recover(struct server *s, struct err *e) TM_MUST_CHECK;
/* A record that the engine wrote: remembers who called us, for the screens of
 * agents. */
void server_agents_note(struct server *s, const struct record *r);
/* server_agents_look.c. Fills *out; an agent whom the engine does not know is
 * signed out. */
void server_agents_look(struct server *s, struct agent_id a,
                        struct control_agent *out);
/* TM_ENOTFOUND: he has no lead in hand. */
int server_agents_callback(struct server *s, struct agent_id a, int64_t at_us,
                           struct control_callback *out);

/* server_watch.c: who follows an agent. */
void server_watch_init(struct server *s);
void server_watch_fini(struct server *s);
/* engine_ports.agent; arg: the server. */
void server_watch_changed(void *arg, const struct floor_change *c);
/* Something else of the agent with this name has changed. */
void server_watch_look(struct server *s, const char *name);
/* Functions of control_server; any thread. */
int server_watch_open(struct server *s, struct agent_id a,
                      struct control_watch **out, struct err *e) TM_MUST_CHECK;
int server_watch_next(void *self, struct control_watch *w, int wait_ms,
                      struct control_agent *out, unsigned *missed);
void server_watch_close(void *self, struct control_watch *w);

/* server_archive.c: the packs are read into s->book, and their texts kept in
 * the store; the same of plans that were read. A pack that changed without a
 * new version is warned of. */
int server_archive_rules(struct server *s, struct err *e) TM_MUST_CHECK;
int server_archive_plans(struct server *s, const struct server_load *l,
                         struct err *e) TM_MUST_CHECK;

/* server_control.c: fills s->control. */
void server_control_init(struct server *s);
/* When the loop and all commands have ended: frees what the loop never came
 * to. */
void server_control_fini(struct server *s);

/* The engine may have a new deadline: sets its timer. */
void server_reschedule(struct server *s);

#endif

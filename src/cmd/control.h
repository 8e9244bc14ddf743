/*
 * One writer: a command that changes data runs in the process that owns the
 * data folder. Beside a running server it is sent through the Unix socket
 * "control.sock" in the folder and carried out there, else it takes the
 * folder's lock itself. The command's code is the same in both cases: it sees
 * a struct control and never prints by itself.
 *
 * Protocol: JSON lines. Request {"command":"import","argv":[...],"cwd":"/x"}.
 * Replies {"out":TEXT}, {"err":TEXT}, {"progress":[count,done,total]} and at
 * last {"exit":CODE}.
 */
#ifndef CMD_CONTROL_H
#define CMD_CONTROL_H

#include "cmd/command.h"
#include "cmd/house.h"
#include "core/campaign/campaign.h"
#include "core/campaign/disposition.h"
#include "port/clock.h"
#include "tel/trunk.h"

enum control_change {
    CONTROL_CAMPAIGNS = 1, /* a campaign was loaded */
    CONTROL_DNC = 2,       /* a do-not-call list was published */
    CONTROL_TRUNKS = 4,
    CONTROL_LEADS = 8,    /* a list has new leads, or old ones again */
    CONTROL_LEDGERS = 16, /* of the caller or the world */
    CONTROL_PERSONS = 32, /* what is on file about people: leads at hand are
                             fetched anew */
    CONTROL_AGENTS = 64,  /* one was added, changed or removed */
};

enum { CONTROL_LEAD_MAX = 8192, CONTROL_TEXT_MAX = 256 };

/* One of the dispositions of his call's campaign. */
struct control_word {
    char word[AGENT_WORD_MAX];
    enum disposition_do action;
};

/* An agent as the server has him; a copy is whole. */
struct control_agent {
    enum agent_state state, then;    /* then: after his call */
    int64_t since_us, limit_us;      /* limit INT64_MAX: none */
    char reason[AGENT_WORD_MAX];     /* of a pause, or why he is signed out */
    char campaign[CONTROL_TEXT_MAX]; /* name, "" none */
    struct attempt_id attempt;
    bool incoming;       /* the person called us */
    uint64_t caller;     /* his number, 0 withheld */
    uint64_t left_alone; /* this number has asked the seller for it; 0: none */
    char where[CONTROL_TEXT_MAX]; /* his telephone is registered there, or "" */
    struct lead_id lead;          /* in hand; 0 none */
    char lead_json[CONTROL_LEAD_MAX]; /* its numbers and fields, or "" */
    struct control_word word[DISPOSITIONS_MAX]; /* that he may say of it */
    size_t words;
    char note[CONTROL_TEXT_MAX]; /* why nothing ever comes to him, or "" */
    char said[AGENT_WORD_MAX];   /* of the call that goes on; "" nothing yet */
    int64_t said_due_us;         /* ... the person is called back; 0: not */
    char said_local[CONTROL_TEXT_MAX]; /* ... what time it is there then */
};

/* A trunk as the server has it. */
struct control_trunk {
    char state[CONTROL_TEXT_MAX]; /* "up", or why not */
    unsigned calls;               /* now */
    struct trunk_refused refused; /* calls to us, since the server's start */
};

/* The lead in an agent's hand, called back at an instant. */
struct control_callback {
    int64_t at_us;
    char local[CONTROL_TEXT_MAX]; /* "Mon 20:00 in America/New_York", or "" */
    int64_t from_us;              /* a rule forbids it until then; 0: none */
    char from_local[CONTROL_TEXT_MAX];
    char rule[CONTROL_TEXT_MAX]; /* id and citation */
    uint64_t left_alone; /* this number has asked the seller for it; 0: none */
};

struct control_watch;

/* What a running server does for a command; functions wait for the loop. */
struct control_server {
    void *self;
    int (*campaign)(void *self, struct campaign_id id,
                    enum campaign_event_kind kind, struct err *e);
    int (*status)(void *self, struct campaign_id id,
                  struct campaign_status *out, struct err *e);
    /* TM_ENOTFOUND: the server was started without this one. */
    int (*trunk)(void *self, const char *name, struct control_trunk *out,
                 struct err *e);
    int (*changed)(void *self, unsigned changes, struct err *e);
    /* Another way of dialling, as engine_pace(). */
    int (*pace)(void *self, struct campaign_id id,
                const struct campaign_pacing *p, struct err *e);
    /* A request to be left alone that is in the store already. */
    int (*opt_out)(void *self, struct seller_id seller, uint64_t e164,
                   int64_t at_us, struct err *e);
    /* Texts of the order live until it returns. */
    int (*agent_order)(void *self, struct agent_id a,
                       const struct agent_order *o, struct err *e);
    int (*agent_look)(void *self, struct agent_id a, struct control_agent *out,
                      struct err *e);
    /* TM_ENOTFOUND: he has no lead in hand. */
    int (*agent_callback)(void *self, struct agent_id a, int64_t at_us,
                          struct control_callback *out, struct err *e);
    /* His changes, one by one, from now on; the first is how he is now. The
     * caller ends it. TM_EFULL: too many watch already. */
    int (*agent_watch)(void *self, struct agent_id a,
                       struct control_watch **out, struct err *e);
    /* TM_ENOTFOUND: none came in wait_ms. missed: how many were lost before
     * this one, because the watcher was too slow. */
    int (*agent_next)(void *self, struct control_watch *w, int wait_ms,
                      struct control_agent *out, unsigned *missed);
    void (*agent_unwatch)(void *self, struct control_watch *w);
    /* "ADDRESS port N, realm R"; NULL: telephones cannot register. */
    const char *(*agents_at)(void *self);
    const char *rules; /* folder of its packs; NULL: those built in */
};

struct control_io {
    void *self;
    void (*out)(void *self, struct slice text); /* standard output */
    void (*err)(void *self, struct slice text); /* standard error */
    void (*progress)(void *self, const char *what, const char *unit,
                     uint64_t count, uint64_t done, uint64_t total);
    bool (*stopping)(void *self); /* the server goes down; NULL: no server */
    bool (*gone)(void *self);     /* nobody reads any more; NULL: never */
};

struct control {
    const struct command *command;
    struct house *house;
    const struct clock_port *clock;
    const struct control_server *server; /* NULL: no server runs */
    struct control_io io;
    const char *cwd; /* of the user, for relative paths */
};

typedef int(control_fn)(struct control *c, int argc, char **argv);

struct control_command {
    const struct command *command;
    control_fn *fn;
};

/* The commands that may come through the socket (control_table.c). */
extern const struct control_command control_table[];
extern const int control_table_count;

/* Runs a command of the table: forwards it, or opens the folder and runs it
 * here. data is the --data option (NULL: default). Returns the exit code. */
int control_run(const struct command *c, const char *data, int argc,
                char **argv);

/* Formatted output of a command. */
void control_printf(struct control *c, const char *fmt, ...) TM_PRINTF(2, 3);
/* The same on the user's standard error. */
void control_warn(struct control *c, const char *fmt, ...) TM_PRINTF(2, 3);
/* Whether long work shall end early, because the server is going down. */
bool control_stopping(const struct control *c);
/* "telemark NAME: text" on the user's standard error. Returns EXIT_REFUSED. */
int control_fail(struct control *c, const struct err *e);
int control_usage(struct control *c, const char *fmt, ...) TM_PRINTF(2, 3);
/* An absolute path for the user's path. */
int control_path(const struct control *c, const char *path, char *out,
                 size_t cap, struct err *e) TM_MUST_CHECK;
int64_t control_now_us(const struct control *c);

#endif

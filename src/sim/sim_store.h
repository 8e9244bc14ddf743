/*
 * The store of the simulator: everything in memory, durable after a while of
 * virtual time. It keeps the promises of port/store.h as the SQLite store
 * does: requests are served in order, a group at a time; events come from the
 * clock and never from inside a request; what was not durable at a crash is
 * gone. Every record goes through core/journal, so a run has a chain and a
 * head as in real life.
 *
 * Faults for tests: slow, away (writing fails until it is back), a short
 * queue, a crash. Cost: about 2 us a record, 200 bytes a lead or attempt. One
 * thread.
 */
#ifndef SIM_SIM_STORE_H
#define SIM_SIM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/campaign/campaign.h"
#include "core/journal/journal.h"
#include "port/store.h"
#include "sim/sim_clock.h"

enum { SIM_STORE_TIMERS = 1, SIM_STORE_WORDS_MAX = 250 };

/* Told of each record when it is durable, in the journal's order. */
typedef void(sim_store_watch_fn)(void *arg, const struct record *r,
                                 const struct journal_row *row);

/* Leads that are made when they are asked for and forgotten when they are done
 * with; attempts likewise. One campaign alone. */
struct sim_store_endless {
    void (*lead)(void *arg, size_t i, struct lead *out); /* from 0 */
    bool (*is_good)(void *arg, size_t i); /* false: there is none there */
    void *arg;
    uint64_t list; /* leads of the list, dialled in passes; 0: no end */
};

struct sim_store_attempt;
/* Told of each attempt of an endless list, before it is forgotten. */
typedef void(sim_store_ended_fn)(void *arg, const struct sim_store_attempt *a);

struct sim_store_options {
    struct sim_clock *clock;
    const uint8_t *salt;       /* JOURNAL_SALT_SIZE bytes, copied */
    int64_t commit_us;         /* from a request to its commit; > 0 */
    size_t records_max;        /* that may wait; 0: 65,536 */
    sim_store_watch_fn *watch; /* may be NULL */
    void *watch_arg;
    const struct sim_store_endless
        *endless;              /* copied; NULL: leads are put in */
    sim_store_ended_fn *ended; /* may be NULL */
    void *ended_arg;
};

struct sim_store;

struct sim_store *sim_store_new(const struct sim_store_options *o);
void sim_store_free(struct sim_store *s);
void sim_store_port(struct sim_store *s, struct store *out);
void sim_store_listen(struct sim_store *s, const struct store_events *events);

/* Contents, before the run. Everything is copied; ids are ours to choose and
 * a lead's history may hold earlier tries. */
void sim_store_add_lead(struct sim_store *s, const struct lead *l);
struct sim_store_campaign {
    struct tenant_id tenant;
    struct campaign_id id;
    struct seller_id seller;
    enum campaign_state state;
};
void sim_store_add_campaign(struct sim_store *s,
                            const struct sim_store_campaign *c);
/* Leads are handed out in the order in which they were enrolled. */
void sim_store_enroll(struct sim_store *s, struct campaign_id c,
                      struct lead_id l);

/* Another day, another list (sim_store_endless.list). */
void sim_store_new_list(struct sim_store *s);

/* Faults. */
void sim_store_set_commit_us(struct sim_store *s, int64_t us);
void sim_store_set_away(struct sim_store *s, bool away);
/* What was not durable is lost, claims end, no event comes any more. */
void sim_store_crash(struct sim_store *s);

/* What a server reads and writes before it begins (store/startup.h). */
struct sim_store_attempt {
    struct attempt_id id;
    struct tenant_id tenant;
    struct seller_id seller;
    struct campaign_id campaign; /* v 0: a try before the run */
    struct lead_id lead;
    uint64_t e164;
    int64_t recorded_us, placed_us, ringing_us, answered_us, ended_us;
    int64_t ring_ms, talk_ms;
    enum outcome outcome;
    int code;
    bool live, abandoned;
    bool opted_out; /* an opt-out is there */
    bool served;    /* an answer, opt-out, callback or agent is there */
    bool bridged;   /* ... an agent */
    bool callback;
    char *dialog; /* while it is up and answered, else NULL */
    size_t before_lead, before_number; /* chains: index + 1, 0: none */
};
/* An endless list: those that are open, with gaps of id 0. */
size_t sim_store_attempts(const struct sim_store *s);
/* One that is known, or NULL. Lives until the store is used again. */
const struct sim_store_attempt *sim_store_attempt(const struct sim_store *s,
                                                  struct attempt_id a);
const struct sim_store_attempt *sim_store_attempt_at(const struct sim_store *s,
                                                     size_t i);
/* A call to us; kept, also of an endless list. */
struct sim_store_incoming {
    struct attempt_id id;
    struct tenant_id tenant;
    struct seller_id seller;
    struct campaign_id campaign;
    struct lead_id lead; /* v 0: a person without a lead */
    uint64_t e164;       /* 0: withheld */
    int64_t at_us, answered_us, bridged_us, ended_us; /* 0: not */
    int64_t wait_ms;                                  /* for the first agent */
    int64_t talk_ms;
    enum outcome outcome;
    bool opted_out, callback;
    char *dialog; /* while it is up and answered, else NULL */
};
size_t sim_store_incomings(const struct sim_store *s);
/* NULL: it is not durable, or no call to us. */
const struct sim_store_incoming *sim_store_incoming(const struct sim_store *s,
                                                    struct attempt_id a);
/* One without an end, as campaign_close_open() wants it. */
void sim_store_open_incoming(const struct sim_store *s,
                             const struct sim_store_incoming *a,
                             struct campaign_open_attempt *out);
const struct sim_store_incoming *
sim_store_incoming_at(const struct sim_store *s, size_t i);

/* One without an end, as campaign_close_open() wants it. */
void sim_store_open_attempt(const struct sim_store *s,
                            const struct sim_store_attempt *a,
                            struct campaign_open_attempt *out);
bool sim_store_campaign_now(const struct sim_store *s, struct campaign_id c,
                            int64_t now_us, enum campaign_state *state,
                            struct campaign_counters *counters);
int64_t sim_store_last_attempt(const struct sim_store *s);
void sim_store_opt_outs(const struct sim_store *s, struct suppression *out);
/* Writes at once, as nobody waits yet. */
void sim_store_apply(struct sim_store *s, const struct record *r, size_t n);

/* What became of it. An endless list has no members but counts: of leads
 * forgotten, after sim_store_count_all() of all. */
void sim_store_count_all(struct sim_store *s);
uint64_t sim_store_forgotten(const struct sim_store *s, enum lead_state state,
                             size_t word, struct slice *reason);
uint64_t sim_store_made(const struct sim_store *s); /* leads of it so far */
/* How often an endless list's lead was called before its present attempt. */
unsigned sim_store_nth(const struct sim_store *s, struct lead_id l);
struct sim_store_member {
    struct lead_id lead;
    enum lead_state state;
    int64_t due_us;
    struct slice reason; /* word of the last RECORD_LEAD, or "" */
    int verdict;         /* last one that was not an allow; -1: none */
    bool claimed;
};
size_t sim_store_members(const struct sim_store *s, struct campaign_id c);
struct sim_store_member sim_store_member_at(const struct sim_store *s,
                                            struct campaign_id c, size_t i);
/* The lead as a fetch would hand it out now. */
bool sim_store_lead(const struct sim_store *s, struct campaign_id c,
                    struct lead_id id, struct lead *out);

struct sim_store_answer {
    struct attempt_id attempt;
    struct slice question, answer;
    unsigned question_word; /* the same number for the same question */
};
size_t sim_store_answers(const struct sim_store *s);
/* Of a question that was answered twice in a call, both are there. */
struct sim_store_answer sim_store_answer_at(const struct sim_store *s,
                                            size_t i);

struct sim_store_counts {
    uint64_t records[RECORD_COUNT];
    uint64_t opt_outs; /* numbers, those of before the run not counted */
    uint64_t commits;
    uint64_t made;     /* leads of callers who were none */
    uint64_t machines; /* endless list: live calls that an agent took back */
};
const struct sim_store_counts *sim_store_counts(const struct sim_store *s);
const struct journal *sim_store_journal(const struct sim_store *s);

#endif

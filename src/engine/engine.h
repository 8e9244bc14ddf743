/*
 * The engine: feeds events to campaigns and carries out what they decide.
 * It adds no decision of its own. Its one rule is write-ahead: a step's
 * records go to the store first; an action marked after_records waits until
 * the store says they are durable.
 *
 * The loop thread owns it. In the product the loop is tel's; in a simulation
 * it is the runner's virtual clock. Both do the same three things: deliver
 * the carrier's and the store's events, and call engine_run() no later than
 * engine_deadline_us().
 *
 * A call to us belongs to the first campaign, in order of adding, that takes
 * calls to its number. A number that is known but not served now, or while the
 * engine drains, is refused with HANGUP_NORMAL; with HANGUP_BUSY a full
 * campaign's, and who has the last line of a trunk by which agents' telephones
 * are rung. Nothing is written about either. Every other caller is recorded,
 * also who hangs up before the store has found his lead.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "core/campaign/campaign.h"
#include "port/carrier.h"
#include "port/clock.h"
#include "port/store.h"

struct engine;

/* Told of each record as it is handed to the store: logs, live boards, the
 * simulator's checker. Slices live until the call returns. */
typedef void(engine_watch_fn)(void *arg, const struct record *r);

/* Told of each change of an agent, when it has happened: live boards, the
 * simulator's agents. It must not call the engine. */
typedef void(engine_agent_fn)(void *arg, const struct floor_change *c);

struct engine_ports {
    const struct clock_port *clock;
    const struct store *store;
    const struct carrier *carrier;
    engine_watch_fn *watch; /* may be NULL */
    void *watch_arg;
    /* For agents; without them 0 and NULL. */
    struct tenant_id tenant;
    int64_t *next_attempt;  /* the campaigns' own, for legs to agents */
    engine_agent_fn *agent; /* may be NULL */
    void *agent_arg;
};

enum { ENGINE_CAMPAIGNS_MAX = 256 };

struct engine *engine_new(const struct engine_ports *ports);
void engine_free(struct engine *e);

/* Adds a campaign in the state the store knows; env is copied, what it
 * points to is not; env->numbers and env->floor are the engine's own.
 * TM_ELIMIT, or TM_EEXIST when the id is there already. A campaign that is
 * running starts to dial with the next engine_run(). */
int engine_add(struct engine *e, const struct campaign_env *env,
               enum campaign_state state,
               const struct campaign_counters *counters) TM_MUST_CHECK;

/* A new plan for a campaign. TM_ESTATE: it has calls or callers up, actions
 * wait for their records, or an agent looks at a lead of it or wraps up a call;
 * other campaigns do not matter. TM_ENOTFOUND; TM_ELIMIT: too many skills. */
int engine_replace(struct engine *e, const struct campaign_env *env,
                   enum campaign_state state,
                   const struct campaign_counters *counters) TM_MUST_CHECK;

/* kind: CAMPAIGN_EV_START, _PAUSE, _STOP or _REFRESH. TM_ENOTFOUND; TM_ESTATE
 * while the engine drains. */
int engine_command(struct engine *e, struct campaign_id id,
                   enum campaign_event_kind kind) TM_MUST_CHECK;

/* TM_ENOTFOUND. */
int engine_status(const struct engine *e, struct campaign_id id,
                  struct campaign_status *out) TM_MUST_CHECK;

/* The plan a campaign goes by; NULL when there is no such campaign. */
const struct plan *engine_plan(const struct engine *e, struct campaign_id id);

/* New do-not-call lists for every campaign. */
void engine_set_lists(struct engine *e, const struct dnc_lists *lists);
/* Likewise: what is on file about the caller and the world (campaign_env). */
void engine_set_facts(struct engine *e, const struct caller_facts *facts);

/* Agents (core/agent/floor.h). A new one is signed out. Errors of floor_put. */
int engine_agent_put(struct engine *e, const struct agent_setup *a,
                     struct err *err) TM_MUST_CHECK;
/* What an agent or his supervisor asks for. TM_ENOTFOUND: no such agent, or no
 * lead; TM_ESTATE: not in his present state; TM_EINVAL: an unknown word;
 * TM_EUNSUPPORTED: this carrier cannot join calls. The text says what and what
 * to do. Never blocks: a sign-in with a permanent leg is complete when his
 * telephone has answered; when it does not, he is signed out with the reason.
 * A ready agent whom lines count on that ring now pauses or signs out when they
 * have settled: his `then` says so until then.
 */
int engine_agent_order(struct engine *e, struct agent_id a,
                       const struct agent_order *o,
                       struct err *err) TM_MUST_CHECK;
/* The newest batch of records, what was ordered before among them; and whether
 * a batch is durable: until then a crash forgets what it says. */
uint64_t engine_batch(const struct engine *e);
bool engine_is_durable(const struct engine *e, uint64_t batch);
const struct floor *engine_floor(const struct engine *e);
/* The lead of his present call, preview or wrap-up, or NULL. Lives until the
 * engine runs again. */
const struct lead *engine_agent_lead(const struct engine *e, struct agent_id a);
/* Which of its numbers was dialled; 0: none yet. */
uint64_t engine_agent_number(const struct engine *e, struct agent_id a);
/* What is said already of his call, as campaign_agent_said(). */
struct slice engine_agent_said(const struct engine *e, struct agent_id a,
                               int64_t *due_us);
/* Another way of dialling from now on. TM_ENOTFOUND; TM_EINVAL with a text
 * that names the law or number. */
int engine_pace(struct engine *e, struct campaign_id id,
                const struct campaign_pacing *p, struct err *err) TM_MUST_CHECK;
/* The words of each decision of pacing of all campaigns; NULL ends it. */
void engine_set_trace(struct engine *e, campaign_trace_fn *fn, void *arg);

/* The carrier's event handler; arg is the engine. */
void engine_on_call(void *arg, const struct carrier_event *ev);
/* The store's event handlers. */
struct store_events engine_store_events(struct engine *e);

/* Steps every campaign whose deadline has come. */
void engine_run(struct engine *e);
int64_t engine_deadline_us(const struct engine *e);

/* No new calls while hold is true (the clock cannot be trusted). */
void engine_hold(struct engine *e, bool hold);
/* No new calls from now on; calls that are up go on. */
void engine_drain(struct engine *e);
/* Hangs up what is still up (after the drain's time is over): people's calls,
 * then agents' legs. */
void engine_hang_up_all(struct engine *e);
/* Calls to and from people that have not ended; and actions or records
 * that still wait, legs to agents that are coming up or ending. While the
 * engine drains these are all legs and the agents who wrap up: they are signed
 * out when the last person's call is over. 0 and 0 after engine_drain() mean
 * that the engine may be freed. */
size_t engine_calls(const struct engine *e);
size_t engine_pending(const struct engine *e);
/* Legs to agents that were recorded and have not ended. */
size_t engine_legs(const struct engine *e);

#endif

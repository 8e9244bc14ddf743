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

struct engine_ports {
    const struct clock_port *clock;
    const struct store *store;
    const struct carrier *carrier;
    engine_watch_fn *watch; /* may be NULL */
    void *watch_arg;
};

enum { ENGINE_CAMPAIGNS_MAX = 256 };

struct engine *engine_new(const struct engine_ports *ports);
void engine_free(struct engine *e);

/* Adds a campaign in the state the store knows; env is copied, what it
 * points to is not; env->numbers is the engine's own. TM_ELIMIT, or TM_EEXIST
 * when the id is there already. A campaign that is running starts to dial with
 * the next engine_run(). */
int engine_add(struct engine *e, const struct campaign_env *env,
               enum campaign_state state,
               const struct campaign_counters *counters) TM_MUST_CHECK;

/* A new plan for a campaign. TM_ESTATE: it has calls up, or actions wait for
 * their records; other campaigns do not matter. TM_ENOTFOUND. */
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
/* Hangs up what is still up (after the drain's time is over). */
void engine_hang_up_all(struct engine *e);
/* Calls that were placed and have not ended, and actions or records that
 * still wait: 0 and 0 mean that the engine may be freed. */
size_t engine_calls(const struct engine *e);
size_t engine_pending(const struct engine *e);

#endif

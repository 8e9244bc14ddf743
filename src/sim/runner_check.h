/*
 * The independent checkers (check_rules.h, check_agents.h) beside a run: the
 * world they judge by is made from the list, the scenario and the plan, not
 * from what the program read of them. Hand runner_check_journal to the run as
 * its journal watcher and runner_check_call as its watcher of calls, tell
 * runner_check_result what the run counted, call runner_check_finish when it
 * is over, read the findings; those about agents are of kind CHECK_FLOOR.
 *
 * Memory: some 200 bytes a lead. One thread.
 */
#ifndef SIM_RUNNER_CHECK_H
#define SIM_RUNNER_CHECK_H

#include "sim/check_rules.h"
#include "sim/runner.h"

struct runner_check;

/* o's scenario, plan, zones and list must outlive it. */
struct runner_check *runner_check_new(const struct runner_options *o);
/* Watches what the run tells besides its journal: INVITEs, what is said to
 * people who call us, which keys they press, orders of agents. */
void runner_check_watch(struct runner_check *c, struct runner_options *o);
void runner_check_free(struct runner_check *c);
/* A sim_store_watch_fn; arg is the struct runner_check. */
void runner_check_journal(void *arg, const struct record *r,
                          const struct journal_row *row);
/* A sim_carrier_watch_fn, likewise. Without it no INVITE is checked. */
void runner_check_call(void *arg, const struct permit *p,
                       const struct call_spec *s, int64_t now_us);
/* A campaign_trace_fn, likewise: what pacing says it counts. */
void runner_check_trace(void *arg, struct campaign_id campaign, int64_t now_us,
                        const char *text);
/* What the run itself counted, against the records. Before the finish. */
void runner_check_result(struct runner_check *c, const struct runner_result *r);
/* The run is over; returns the checker to be read, which stays ours. */
const struct check_rules *runner_check_finish(struct runner_check *c);
/* Findings as lines, at most max of them. */
void runner_check_tell(const struct runner_check *c, size_t max,
                       struct buf *out);

#endif

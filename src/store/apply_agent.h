/*
 * Applies the records of agents: their states, the calls to their telephones,
 * who was joined with whom and what came of it. In the transaction at hand, as
 * store/apply.h says. TM_ECORRUPT when a record names no agent.
 */
#ifndef STORE_APPLY_AGENT_H
#define STORE_APPLY_AGENT_H

#include "base/err.h"
#include "core/journal/record.h"

struct db;

int apply_agent_state(struct db *db, const struct record *r,
                      struct err *e) TM_MUST_CHECK;
int apply_agent_staff(struct db *db, const struct record *r,
                      struct err *e) TM_MUST_CHECK;
int apply_agent_bridged(struct db *db, const struct record *r,
                        struct err *e) TM_MUST_CHECK;
int apply_agent_disposition(struct db *db, const struct record *r,
                            struct err *e) TM_MUST_CHECK;

#endif

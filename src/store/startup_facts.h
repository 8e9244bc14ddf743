/*
 * What is on file about the caller and the world, for campaigns: numbers that
 * may be shown, licences, exemptions, emergencies, holidays. A server reads it
 * at its start and whenever one of these ledgers changes.
 */
#ifndef STORE_STARTUP_FACTS_H
#define STORE_STARTUP_FACTS_H

#include "base/arena.h"
#include "base/err.h"
#include "core/campaign/caller_facts.h"

struct db;

/* Entries of the tenant that stand. *out and all it points to live in the
 * arena. Wants a connection of the store's (any mode). */
int startup_facts_read(struct db *db, struct arena *a, struct tenant_id t,
                       const struct caller_facts **out,
                       struct err *e) TM_MUST_CHECK;
/* The same as of an instant: entries that we knew and that stood then. */
int startup_facts_at(struct db *db, struct arena *a, struct tenant_id t,
                     int64_t at_us, const struct caller_facts **out,
                     struct err *e) TM_MUST_CHECK;

#endif

/*
 * The agents in the database: adding, changing, removing, reading them, and
 * what a run that was cut off left open of them. A removed agent keeps his row
 * for the records of his calls (16 CFR 310.5(a)(4)); his name may be given
 * again, to another row.
 *
 * All functions want the writing connection (sqlite_store_run). Results live
 * in the given arena.
 */
#ifndef STORE_AGENT_ROWS_H
#define STORE_AGENT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/agent/agent.h"

struct db;

enum {
    AGENT_ROWS_REALM_MAX = 64,
    AGENT_ROWS_HA1_MAX = 65, /* hex of SHA-256, with the 0 */
};

#define AGENT_ROWS_REALM "telemark" /* when none is said */

struct agent_row {
    struct tenant_id tenant;
    struct agent_setup setup; /* id is given by agent_rows_add */
    char realm[AGENT_ROWS_REALM_MAX];
    char ha1_md5[AGENT_ROWS_HA1_MAX]; /* "": he does not register */
    char ha1_sha256[AGENT_ROWS_HA1_MAX];
    bool disabled;
};

struct agent_rows {
    struct agent_row *row; /* by name */
    size_t n;
};

/* Those that were not removed. */
int agent_rows_read(struct db *db, struct arena *a, struct tenant_id t,
                    struct agent_rows *out, struct err *e) TM_MUST_CHECK;
/* By name. TM_ENOTFOUND with those there are. */
int agent_rows_find(struct db *db, struct arena *a, struct tenant_id t,
                    struct slice name, struct agent_row *out,
                    struct err *e) TM_MUST_CHECK;

/* Adds r and fills its id, and e164 when that is 0: an extension of his own.
 * (the next free one). TM_EEXIST: the name is taken, or the telephone is
 * another agent's, a lead's, or of somebody who asked not to be called. */
int agent_rows_add(struct db *db, struct agent_row *r, int64_t now_us,
                   struct err *e) TM_MUST_CHECK;
int agent_rows_disable(struct db *db, struct tenant_id t, struct agent_id id,
                       bool disabled, int64_t now_us,
                       struct err *e) TM_MUST_CHECK;
int agent_rows_remove(struct db *db, struct tenant_id t, struct agent_id id,
                      int64_t now_us, struct err *e) TM_MUST_CHECK;

/* What a run that was cut off left open: agents who were signed in, and calls
 * to their telephones. */
struct agent_rows_open {
    struct agent_id agent;
    struct attempt_id leg; /* 0: an agent who is still signed in */
    struct tenant_id tenant;
    struct slice dialog; /* for carrier->end_stale(); empty: not answered */
};
struct agent_rows_left {
    struct agent_rows_open *open; /* legs before agents, by id */
    size_t n;
    int64_t last_us; /* when that run was last seen: until then they were at
                        work; 0 when n is 0 */
};
int agent_rows_left_open(struct db *db, struct arena *a,
                         struct agent_rows_left *out,
                         struct err *e) TM_MUST_CHECK;

#endif

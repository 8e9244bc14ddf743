/*
 * A scenario: a day of a campaign as text, for `telemark simulate`, tests and
 * measurements. `key = value` (base/kv.h): general keys first, people's keys
 * there or in [people], and last, from a line [campaign] to the end of the
 * file, the campaign as a campaign file would say it; or `campaign = FILE`.
 *
 *     name = day                      # for the report
 *     day = 2026-11-23                # begin = 09:00 UTC, or start = INSTANT
 *     hours = 12
 *     list_size = 100000
 *     consent = 90 %
 *     zones = eastern:47 central:29 mountain:7 pacific:17
 *     p_human = 0.3                   # sim/person_world.def
 *     at = 12:00 p 0.4                # the answer rate moves, each day
 *     rules = law                     # or: allow, the operator's own alone
 *     state_lists = CO FL TX          # whose lists the campaign has
 *     feed = 1                        # somebody looks after emergencies
 *     emergency = US-LA 2026-11-20..2026-11-30 reporting
 *
 *     [campaign]
 *     name = Visit survey
 *     ...
 *
 * Without a campaign the scenario is one of pacing alone: agents, an endless
 * list and the campaign of sim/scenario_plan.h.
 *
 * scenario.def has the other keys with defaults, those of the pacing
 * scenarios included. Of a key given twice the last stands, but every `at`
 * counts. Reading is pure; texts are copied into the arena.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/err.h"
#include "base/str.h"
#include "core/campaign/plan.h"
#include "sim/person_world.h"

enum {
    SCENARIO_AT_MAX = 64,
    SCENARIO_NAME_MAX = 60,
    SCENARIO_STATES_MAX = 24,
    SCENARIO_EMERGENCIES_MAX = 8,
};

/* X(name, word): where a number is, by its area code. */
#define SCENARIO_ZONE_TABLE(X)                                                 \
    X(SCENARIO_EASTERN, "eastern")                                             \
    X(SCENARIO_CENTRAL, "central")                                             \
    X(SCENARIO_MOUNTAIN, "mountain") /* Arizona, too */                        \
    X(SCENARIO_PACIFIC, "pacific")                                             \
    X(SCENARIO_ALASKA, "alaska")                                               \
    X(SCENARIO_HAWAII, "hawaii")                                               \
    X(SCENARIO_SEVERAL, "several") /* more than one zone, or an island's */

enum scenario_zone {
#define X(name, word) name,
    SCENARIO_ZONE_TABLE(X)
#undef X
        SCENARIO_ZONE_COUNT
};

enum scenario_change {
    SCENARIO_ANSWER_RATE, /* value: the new p_human */
    SCENARIO_TALK,        /* value: factor */
    SCENARIO_LOGOUT,
    SCENARIO_LOGIN,
};

/* `at` lines; instants are seconds of the scenario's day, in UTC. */
struct scenario_at {
    enum scenario_change change;
    int32_t at_s;
    double value;
    uint64_t agents;
    double spread_s, notice_s;
    int32_t back_s; /* LOGOUT; -1: never */
};

/* One declared; year 0: no bound. Its list of counties is empty: all. */
struct scenario_emergency {
    struct place_code area;
    struct civil_date from, to;
    bool reporting; /* Louisiana: the commission reports to the operations
                       centre */
};

struct scenario {
    char name[SCENARIO_NAME_MAX];
    struct civil_date day;
    int32_t begin_s; /* second of the day, UTC */
    bool allow_all;  /* rules = allow; also when neither
                        rules nor a campaign is given */
    bool rules_given;
    uint32_t zone[SCENARIO_ZONE_COUNT]; /* weights; all 0: as numbers come */
    struct scenario_at at[SCENARIO_AT_MAX];
    size_t ats;
    char state_list[SCENARIO_STATES_MAX][3]; /* "FL" */
    size_t state_lists;
    struct scenario_emergency emergency[SCENARIO_EMERGENCIES_MAX];
    size_t emergencies;
    struct person_world world;  /* seed 0: drawn from the run's */
    struct slice campaign;      /* text of [campaign], or empty */
    struct slice campaign_file; /* or the path, as it stands */
#define NUMBER(name, value, least, most, text) uint64_t name;
#define REAL(name, value, least, most, text)   double name;
#define SHARE(name, ppm, text)                 uint32_t name;
#define TIMES(name, value, text)               struct distribution name;
#include "sim/scenario.def"
#undef NUMBER
#undef REAL
#undef SHARE
#undef TIMES
};

void scenario_init(struct scenario *s);
/* TM_EINVAL: "FILE:LINE: what, what to do"; *s may be half read then. */
int scenario_load(struct scenario *s, struct arena *a, const char *file,
                  struct slice text, struct err *e) TM_MUST_CHECK;
/* One key, as on a command line. The text of value is copied. */
int scenario_set(struct scenario *s, struct arena *a, struct slice key,
                 struct slice value, struct err *e) TM_MUST_CHECK;
/* What only the whole can tell: shares add up, hours fit the day. */
int scenario_check(const struct scenario *s, struct err *e) TM_MUST_CHECK;

int64_t scenario_start_us(const struct scenario *s);
int64_t scenario_end_us(const struct scenario *s);
const char *scenario_zone_text(enum scenario_zone z);

#endif

/*
 * What one call of telemark simulate asks for, and what its ways of running
 * (without agents, with them, one run told in words) share.
 */
#ifndef CMD_SIMULATE_ASK_H
#define CMD_SIMULATE_ASK_H

#include <stdbool.h>

#include "cmd/progress.h"
#include "cmd/simulate_files.h"
#include "cmd/simulate_world.h"
#include "sim/runner_check.h"

enum { SIMULATE_POLICIES_MAX = 32, SIMULATE_FOUND_LEN = 4096 };

struct simulate_ask {
    struct simulate_world world;
    const char *const
        *policy;          /* as typed; a NULL ends them; none: the plan's */
    uint64_t seed, seeds; /* the first, how many */
    unsigned jobs;
    bool json, check;
    const char *csv, *html; /* files, or NULL */
    struct simulate_files files;
    uint64_t findings; /* of the checker, over all runs */
};

/* What the independent checker found in one run; plain data. */
struct simulate_found {
    uint64_t n;
    char text[SIMULATE_FOUND_LEN];
};

/* Ends the checker of a run, if there is one, and copies what it says. */
void simulate_ask_found(struct runner_check *c, const struct runner_result *r,
                        struct simulate_found *out);
/* On standard error, when there is something; counts it. */
void simulate_ask_tell(struct simulate_ask *a, const struct simulate_found *f,
                       uint64_t seed);

/* The head of a journal as text. */
void simulate_ask_hex(const uint8_t head[JOURNAL_HASH_SIZE],
                      char out[RUNNER_HASH_LEN]);
int64_t simulate_ask_wall_us(void);
/* Of this process and of the workers that have ended. */
int64_t simulate_ask_cpu_us(void);
/* Bars of blocks for people who look at a terminal that shows them. */
bool simulate_ask_utf8(void);
/* To standard output; the exit code, which tells findings too. */
int simulate_ask_print(const struct simulate_ask *a, const struct buf *b);

#endif

/*
 * Many independent runs on all processors: each is done by one of a few
 * worker processes and comes back as one plain struct. Results are told in the
 * order of the runs, whoever was first, so that sums and hashes do not depend
 * on the machine.
 *
 * Cost: a fork a worker, one write and one read a run. Memory: a few results a
 * worker. Call it from the main thread before any other is started.
 *
 * Misuse: what work() changes outside of its result is lost with the worker
 * when there is more than one.
 */
#ifndef CMD_SIMULATE_JOBS_H
#define CMD_SIMULATE_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { SIMULATE_JOBS_MAX = 64 };

/* Does run i and fills the zeroed result; in a worker. */
typedef int(simulate_work_fn)(void *arg, uint64_t i, void *result,
                              struct err *e);
/* Told of each result, in order, in the calling process. */
typedef void(simulate_done_fn)(void *arg, uint64_t i, const void *result);

/* Whether no further run shall begin; those begun are told of. */
typedef bool(simulate_stop_fn)(void *arg);

struct simulate_jobs {
    unsigned workers; /* 1 .. SIMULATE_JOBS_MAX; 1: in this process */
    uint64_t runs;
    size_t result_size;
    simulate_work_fn *work;
    simulate_done_fn *done;
    simulate_stop_fn *stop; /* may be NULL */
    void *arg;
};

/* The first error of a run ends all; also TM_EIO: a worker died, the text says
 * of which run. */
int simulate_jobs_run(const struct simulate_jobs *j,
                      struct err *e) TM_MUST_CHECK;

/* Processors that this process may use, at least 1. */
unsigned simulate_jobs_processors(void);

#endif

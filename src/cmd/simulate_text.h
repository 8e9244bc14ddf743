/*
 * Figures of simulated days, added up over runs, and how they are shown.
 */
#ifndef CMD_SIMULATE_TEXT_H
#define CMD_SIMULATE_TEXT_H

#include "base/str.h"
#include "report/figures.h"
#include "sim/runner.h"

struct simulate_figures {
    const struct scenario *scenario;
    const struct plan *plan;
    uint64_t seed, runs;
    struct runner_result sum; /* counts over all runs; the rest of the last */
    double aband_pct_worst;   /* of a run */
    uint64_t over_limit;      /* runs with more than 3 % abandoned */
    double simulated_h;       /* of dialling, over all runs */
    int64_t took_us, cpu_us;
    const struct figures *report;    /* of one run; NULL: of several, sums */
    bool utf8;                       /* bars of blocks */
    uint8_t head[JOURNAL_HASH_SIZE]; /* over the journals of the runs */
};

void simulate_text_add(struct simulate_figures *f,
                       const struct runner_result *r);
void simulate_text_json(const struct simulate_figures *f, struct buf *b);
void simulate_text_report(const struct simulate_figures *f, struct buf *b);

#endif

/*
 * The report of a simulated day, the same as that of a real one: the figures
 * of report/ fed from the run's journal. One run each.
 */
#ifndef CMD_SIMULATE_REPORT_H
#define CMD_SIMULATE_REPORT_H

#include "report/figures.h"
#include "sim/runner.h"

struct simulate_report;

/* o must stay until the end. */
struct simulate_report *simulate_report_new(const struct runner_options *o);
void simulate_report_free(struct simulate_report *s); /* or NULL */
/* Every durable record, in order. */
void simulate_report_record(struct simulate_report *s, const struct record *r);
/* The figures, which live as long as s. */
const struct figures *simulate_report_end(struct simulate_report *s,
                                          const struct runner_result *r);

#endif

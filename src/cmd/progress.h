/*
 * Progress of long work: on a terminal a bar with rate and time left, else a
 * plain line every ten seconds; nothing at all for work under two seconds.
 * Writes to standard error. One thread.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "importing customers.csv" */
    const char *unit; /* "rows" */
    int64_t start_us, shown_us;
    bool terminal, drawn;
};

void progress_start(struct progress *p, const char *what, const char *unit);
/* total 0: unknown. share of the work done is done_part / total_part, which
 * may be bytes, while count is what the rate is told in. */
void progress_update(struct progress *p, uint64_t count, uint64_t done_part,
                     uint64_t total_part);
void progress_end(struct progress *p); /* clears the bar */

#endif

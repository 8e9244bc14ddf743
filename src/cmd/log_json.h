/*
 * The log of `telemark serve`: one JSON object per line on standard error.
 * Telephone numbers are masked unless the operator asks for them. Any thread.
 *
 *     {"t":"2026-11-23T18:00:01.204Z","event":"ended","attempt":17,...}
 */
#ifndef CMD_LOG_JSON_H
#define CMD_LOG_JSON_H

#include <stdbool.h>

#include "core/journal/record.h"
#include "port/clock.h"

struct log_json {
    const struct clock_port *clock;
    bool clear_numbers; /* --log-numbers: print numbers in clear */
    bool quiet;         /* only warnings and errors */
};

/* level: "info", "warn" or "error"; text: a sentence. */
void log_json_text(const struct log_json *l, const char *level,
                   const char *event, const char *fmt, ...) TM_PRINTF(4, 5);
/* A record, as the engine writes it. */
void log_json_record(const struct log_json *l, const struct record *r);

#endif

/*
 * When a complaint says that the call came. People and offices write local
 * times in many ways; what is read is a span of instants, as wide as the
 * writing is vague (a date alone is a day, an unknown zone is all zones).
 * Pure; any thread.
 *
 * Read are 2026-11-21, 2026/11/21, 11/21/2026 (month first in the US, day
 * first elsewhere; in Canada, where both are in use, only what can be read in
 * one way), 21.11.2026; behind it a time: 17:05, 17:05:09, 5:05 pm, 17h05;
 * and RFC 3339 instants with a zone.
 */
#ifndef CORE_COMPLAINT_COMPLAINT_TIME_H
#define CORE_COMPLAINT_COMPLAINT_TIME_H

#include <stdint.h>

#include "base/str.h"
#include "base/tz.h"

struct complaint_time {
    int64_t at_us, until_us; /* [at, until) */
};

enum complaint_time_fault {
    COMPLAINT_TIME_OK,
    COMPLAINT_TIME_UNREADABLE,
    COMPLAINT_TIME_AMBIGUOUS, /* 03/04/2026 in Canada */
    COMPLAINT_TIME_NO_ZONE,   /* no zone is known to read it in */
};

/* "cannot be read; write it like 2026-11-21 17:05" and so on; constants. */
const char *complaint_time_fault_text(enum complaint_time_fault f);

/* zone[n]: all zones the person may have meant, n > 0 unless the text has a
 * zone of its own. country: of the writer ("US", "CA", ...). */
enum complaint_time_fault complaint_time_parse(struct slice text,
                                               const char *country,
                                               const struct tz *const *zone,
                                               size_t n,
                                               struct complaint_time *out);

#endif

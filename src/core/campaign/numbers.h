/*
 * Telephone numbers in use: which is in a call now, and when each was called
 * last. One table for all campaigns of a node, owned by the engine: two
 * campaigns may have the same person in their lists, and he must not be
 * called by both at once, nor more often than the caps of the law allow
 * because each knows its own calls only. One thread (the loop's).
 *
 * Cost: constant. The last calls lie in a table of fixed size; two numbers
 * may share a place, and then the older one is taken for called later than
 * it was. Who asks must be safe with that: it costs a fetch, never a call.
 */
#ifndef CORE_CAMPAIGN_NUMBERS_H
#define CORE_CAMPAIGN_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"

enum { NUMBERS_RECENT_SIZE = 1 << 14 };

struct numbers {
    struct map in_call; /* number -> how many calls it is in */
    int64_t recent[NUMBERS_RECENT_SIZE];
};

void numbers_init(struct numbers *n);
void numbers_fini(struct numbers *n);
/* A call to the number, or from it, begins at now_us. */
void numbers_begin(struct numbers *n, uint64_t e164, int64_t now_us);
void numbers_end(struct numbers *n, uint64_t e164);
bool numbers_in_call(const struct numbers *n, uint64_t e164);
/* In how many: 2, when he called us while we called him. */
unsigned numbers_calls(const struct numbers *n, uint64_t e164);
/* Whether a call may have begun at us or later. */
bool numbers_called_since(const struct numbers *n, uint64_t e164, int64_t us);

#endif

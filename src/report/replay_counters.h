/*
 * The calls of campaigns in a few bytes each, read once, so that counters can
 * be set back to any instant; for replay.c alone. 40 bytes a call.
 */
#ifndef REPORT_REPLAY_COUNTERS_H
#define REPORT_REPLAY_COUNTERS_H

#include "core/campaign/campaign_counters.h"
#include "port/reader.h"

enum { REPLAY_CAMPAIGNS_MAX = 16 };

struct replay_call {
    int64_t id, placed_us, ended_us;
    bool live, abandoned;
};

struct replay_campaign {
    struct campaign_id id;
    struct replay_call *call;
    size_t n, cap;
};

struct replay_counters {
    struct replay_campaign campaign[REPLAY_CAMPAIGNS_MAX];
    size_t n;
};

/* out->first_call_us is set; the rest is filled in as it stood at the instant,
 * without the attempt that is judged. */
int replay_counters_at(struct replay_counters *c, const struct reader *r,
                       const struct reader_attempt *judged,
                       struct campaign_counters *out,
                       struct err *e) TM_MUST_CHECK;
void replay_counters_fini(struct replay_counters *c);

#endif

/*
 * The watch over our own numbers and campaigns: complaints a thousand calls,
 * in the last 30 days and in the 30 before. Cases that were closed as not ours
 * or as duplicates are left out.
 *
 * Cost: one pass over the complaints and over the calls of each campaign.
 * Lives in the arena. Pure but for the port.
 */
#ifndef REPORT_COMPLAINT_WATCH_H
#define REPORT_COMPLAINT_WATCH_H

#include "report/complaint_case.h"

enum { COMPLAINT_WATCH_DAYS = 30 };

struct complaint_rate {
    uint64_t complaints, calls;
};

struct complaint_watched {
    const char *name; /* of the campaign; "" for a number */
    uint64_t e164;
    struct campaign_id campaign;
    struct complaint_rate now, before; /* last 30 days, the 30 before */
    struct complaint_rate ever;        /* calls: of 60 days only */
    uint64_t violations;
};

struct complaint_watch {
    struct complaint_watched *number, *campaign;
    size_t numbers, campaigns;
    uint64_t others; /* complaints that belong to none of them */
    int64_t now_us;
};

int complaint_watch_read(const struct complaint_case_input *in, struct arena *a,
                         struct complaint_watch *out,
                         struct err *e) TM_MUST_CHECK;
void complaint_watch_text(const struct complaint_watch *w, struct buf *out);
void complaint_watch_json(const struct complaint_watch *w, struct json_out *j);

#endif

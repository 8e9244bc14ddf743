/* A lead as it was known at an instant; for replay.c alone. */
#ifndef REPORT_REPLAY_LEAD_H
#define REPORT_REPLAY_LEAD_H

#include "core/dnc/suppression.h"
#include "port/reader.h"

enum { REPLAY_LATE_MAX = 32 };

/* A withdrawal of an instant that became known only afterwards, as a letter
 * that was entered a week after it came. */
struct replay_late {
    struct seller_id seller;
    int64_t from_us;
};

struct replay_lead {
    const struct reader *reader;
    struct lead_id id;
    struct seller_id seller;
    struct attempt_id attempt; /* the one that is judged: not its history */
    int64_t at_us;
    /* filled in */
    struct lead lead;
    struct suppression *suppression; /* requests that had come in by then */
    int64_t imported_us;
    bool found;
    bool later_dates; /* dates of the relationship after the instant were left
                         out */
    size_t phone;     /* that is read at present */
    struct replay_late late[REPLAY_LATE_MAX];
    size_t lates;
    bool revoked; /* a withdrawal was known by then */
};

/* TM_OK also when there is no such lead any more (found stays false). */
int replay_lead_read(struct replay_lead *o, struct err *e) TM_MUST_CHECK;

#endif

/*
 * Which of our calls a complaint may mean, looked up in the store: first the
 * calls to the complainant's number, without one those of the campaigns that
 * show the number he saw. Also which numbers are ours: caller IDs of the
 * campaigns and those on the ledger.
 *
 * Cost: some rows by index; for a complaint without a number the calls of the
 * campaigns with that caller ID within three days of the time told.
 */
#ifndef REPORT_COMPLAINT_FIND_H
#define REPORT_COMPLAINT_FIND_H

#include "base/arena.h"
#include "core/complaint/complaint_match.h"
#include "port/reader.h"

struct complaint_own {
    uint64_t e164;
    struct campaign_id campaign; /* 0: on the ledger only */
    struct seller_id seller;     /* 0: all */
    enum contact_channel channel;
    char country[3];
    const char *name; /* of the campaign, "" none */
    const char *seller_name;
};

/* Ours, sorted by number; one entry a campaign or ledger row. */
struct complaint_owns {
    struct complaint_own *own;
    size_t n, cap;
};

/* Lives in the arena. A campaign whose plan tells no number is left out,
 * and counted in *unread (may be NULL). */
int complaint_find_owns(const struct reader *r, struct tenant_id t,
                        struct arena *a, struct complaint_owns *out,
                        size_t *unread, struct err *e) TM_MUST_CHECK;
bool complaint_find_is_own(const struct complaint_owns *o, uint64_t e164);
/* The number that a campaign shows; 0 unknown. */
uint64_t complaint_find_shown(const struct complaint_owns *o,
                              struct campaign_id c);

/* Fills *out, best first. */
int complaint_find_calls(const struct reader *r, const struct complaint_owns *o,
                         const struct complaint *c,
                         struct complaint_matches *out,
                         struct err *e) TM_MUST_CHECK;

/* Whom a request in this complaint is told to: the seller of its best call
 * (exact or likely), else the one seller that shows this number, else 0: all.
 * *name lives as long as o, "" for all. */
struct seller_id complaint_find_seller(const struct complaint_owns *o,
                                       const struct complaint *c,
                                       const struct complaint_matches *m,
                                       const char **name);

#endif

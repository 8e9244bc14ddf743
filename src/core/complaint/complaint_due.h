/*
 * Until when a complaint must be answered and the person left alone: the
 * deadlines of the data file that hold for it, and the date a regulator gave.
 *
 * Days are counted from the day after it reached us (UTC); business days are
 * Monday to Friday without the holidays of the country's calendar in the rule
 * packs. A country without a calendar there has weekends only, which makes the
 * date earlier, never later. A deadline lasts through the end of its day.
 *
 * Pure; any thread.
 */
#ifndef CORE_COMPLAINT_COMPLAINT_DUE_H
#define CORE_COMPLAINT_COMPLAINT_DUE_H

#include "core/complaint/penalty.h"
#include "core/rules/rule_book.h"

/* Holidays by country, read from the [calendar PLACE] sections of packs. */
struct complaint_days;

/* TM_EINVAL: "FILE:LINE: ...". Lives in the arena. */
int complaint_due_days(struct arena *a, const struct rule_pack_text *pack,
                       size_t packs, const struct complaint_days **out,
                       struct err *e) TM_MUST_CHECK;
/* d may be NULL: weekends only. */
bool complaint_due_works(const struct complaint_days *d,
                         struct place_code country, struct civil_date day);
/* The n-th business day behind day, n > 0. */
struct civil_date complaint_due_add(const struct complaint_days *d,
                                    struct place_code country,
                                    struct civil_date day, int n);

struct complaint_due {
    const char *id; /* "REGULATOR" for a date that was given */
    enum penalty_duty duty;
    const char *text, *citation, *certainty;
    struct civil_date date; /* the last day */
    int64_t met_us;         /* when it was met; 0: not yet */
};

/* What happened to the case so far. */
struct complaint_progress {
    int64_t opt_out_us;    /* request written; 0: not */
    int64_t kept_us;       /* the person wants no opt-out; 0: not said */
    int64_t answered_us;   /* answered or closed; 0: neither */
    struct civil_date due; /* a later date of the regulator; year 0 none */
};

enum { COMPLAINT_DUES_MAX = 16 };

/* Sorted by date, those that are met behind. Returns how many. */
size_t complaint_due_list(const struct penalty_book *b,
                          const struct complaint_days *d,
                          const struct complaint *c,
                          const struct complaint_progress *p,
                          struct complaint_due out[COMPLAINT_DUES_MAX]);

#endif

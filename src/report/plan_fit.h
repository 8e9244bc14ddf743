/*
 * A model of a campaign's floor, fitted to its history: shares of answers,
 * times, what later tries bring, how many leads the law leaves, each with what
 * it rests on. Too little history: the value is a stated default and marked as
 * assumed. plan_fit_scenario() writes the model as a scenario that the
 * simulator runs; plan_fit_list() tells what the leads that are left hold.
 *
 * Pure; some microseconds. The next step is plan_answer.h.
 */
#ifndef REPORT_PLAN_FIT_H
#define REPORT_PLAN_FIT_H

#include "core/campaign/plan.h"
#include "report/plan_history.h"

/* Fewer than these, and a share or a time is assumed. */
enum {
    PLAN_FIT_DIALS_MIN = 300,
    PLAN_FIT_TIMES_MIN = 30,
    PLAN_FIT_TRIES_MIN = 200, /* second tries */
    PLAN_FIT_LEADS_MIN = 100,
    PLAN_FIT_GAVE_UP_MIN = 30, /* callers, for their patience */
    PLAN_FIT_CALLERS_MIN = 10, /* in less than an hour, for their number */
};

/* A share or a number, with its 95 % interval; assumed: lo = hi = value. */
struct plan_fit_value {
    double value, lo, hi;
    uint64_t n; /* of what it was counted */
    bool assumed;
};

/* A time, as scenarios write it. */
struct plan_fit_times {
    char text[72];
    double mean; /* seconds */
    uint64_t n;
    bool assumed;
};

struct plan_fit {
    struct plan_fit_value human, machine, busy; /* of dialled lines */
    struct plan_fit_value first;   /* a person, of the first tries */
    struct plan_fit_value decay;   /* of that share from try to try */
    struct plan_fit_value dead;    /* no such number, of dialled lines */
    struct plan_fit_value allowed; /* of new leads, by law and opt-outs */
    struct plan_fit_times ring, machine_ring, busy_ring, talk, wrap;
    struct plan_fit_value agents, hours; /* on the floor; of a day */
    /* People who call us, an hour; none when the plan takes no calls. */
    struct plan_fit_value callers;
    struct plan_fit_times patience, caller_talk;
    struct plan_inbound inbound; /* of the plan */
    bool line; /* takes calls, dials nobody (but who was promised a call) */
    unsigned tries; /* of a lead, at most */
    double ring_timeout_s, hold_s, limit_pct, detect_wrong;
    bool detect;
};

void plan_fit_make(const struct plan_history *h, const struct plan *p,
                   struct plan_fit *out);

/* Mean of the longer talks, with people whom we call or who call us. */
double plan_fit_longest_talk(const struct plan_fit *f);

/* The floor of a run. human: the share of answers, one of the fit. */
struct plan_fit_floor {
    unsigned agents, days;
    double hours, human;
};
void plan_fit_scenario(const struct plan_fit *f,
                       const struct plan_fit_floor *floor, struct buf *out);

/* What the leads that are left hold, when they are dialled to their end. */
struct plan_fit_left {
    double leads;    /* that may be dialled */
    double dials;    /* lines */
    double contacts; /* people who answer */
    /* ... and one new lead */
    double lead_dials, lead_contacts;
};
struct plan_fit_left plan_fit_list(const struct plan_fit *f,
                                   const struct plan_history *h, double human);

/* Hours that the campaign dials on that weekday: its own, within [hours] of
 * the plan; 0: it does not. */
double plan_fit_hours(const struct plan_fit *f, const struct plan *p,
                      enum civil_weekday day);
/* The day on which so many hours of dialling have passed, today counted whole.
 * False: it never dials, or not within ten years. */
bool plan_fit_day(const struct plan_fit *f, const struct plan *p,
                  struct civil_date today, double hours,
                  struct civil_date *out);
/* The day before which a lead that nobody answers cannot have had the last of
 * its tries, the first of those that are left being today: the waits of
 * [retry] and the caps of [caps] on a number or a person. False as above. */
bool plan_fit_last_try(const struct plan_fit *f, const struct plan *p,
                       const struct plan_history *h, struct civil_date today,
                       struct civil_date *out);
/* Hours of dialling from today to the last day, both included. */
double plan_fit_hours_until(const struct plan_fit *f, const struct plan *p,
                            struct civil_date today, struct civil_date last);

#endif

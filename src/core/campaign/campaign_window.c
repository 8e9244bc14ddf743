#include "core/campaign/campaign_crew.h"

#include <string.h>

#include "base/real.h"

#define PERIOD_US (30 * CIVIL_DAY_US)

enum { DAY_S = 24 * 3600, WORK_OUT_S = 5 };

/* By the clock of the last callee; that of UTC as long as there was none. */
static int64_t offset_us(const struct campaign *c)
{
    const struct tz *z = c->crew->zone;
    return z == NULL ? 0 : tz_offset_s(z, c->now_us) * CIVIL_SECOND_US;
}

/* Dialling time of a day between two of its seconds, by the plan's hours. */
static int64_t open_us(const struct rule_policy *p, struct civil_date d,
                       int32_t from_s, int32_t to_s)
{
    int64_t sum_s = 0;
    if (p->windows == 0)
        return (to_s - from_s) * CIVIL_SECOND_US;
    for (size_t i = 0; i < p->windows; i++) {
        const struct policy_window *w = &p->window[i];
        int32_t lo = w->open_s > from_s ? w->open_s : from_s;
        int32_t hi = w->close_s < to_s ? w->close_s : to_s;
        if ((w->weekdays >> civil_weekday(d) & 1) != 0 && hi > lo)
            sum_s += hi - lo;
    }
    return sum_s * CIVIL_SECOND_US;
}

static bool by_month(const struct campaign *c)
{
    return strcmp(c->env.plan->country, "CA") == 0;
}

/* The legal window that holds now, local: a calendar month in Canada, else 30
 * x 24 h from the first call on; no longer than the campaign. */
static void bounds(const struct campaign *c, int64_t local_us, int64_t *from_us,
                   int64_t *to_us)
{
    int64_t offset = local_us - c->now_us, first = c->counters.first_call_us;
    struct civil_date d = civil_of_us(local_us).date, ends = c->env.plan->ends;
    if (by_month(c)) {
        d.day = 1;
        *from_us = civil_days(d) * CIVIL_DAY_US;
        *to_us = civil_days(civil_add_months(d, 1)) * CIVIL_DAY_US;
    } else {
        first = first == 0 || first > c->now_us ? c->now_us : first;
        *from_us = c->now_us - (c->now_us - first) % PERIOD_US + offset;
        *to_us = *from_us + PERIOD_US;
    }
    if (ends.year == 0)
        return;
    int64_t last_us = (civil_days(ends) + (int64_t)1) * CIVIL_DAY_US;
    if (last_us < *to_us)
        *to_us = last_us;
}

static int32_t second_of(int64_t us, int64_t day_us)
{
    int64_t s = (us - day_us) / CIVIL_SECOND_US;
    return s < 0 ? 0 : s > DAY_S ? DAY_S : (int32_t)s;
}

static void work_out_hours(struct campaign *c, int64_t local_us, int64_t to_us)
{
    const struct rule_policy *p = &c->env.plan->policy;
    struct crew_hours *h = &c->crew->hours;
    struct civil_date d = civil_of_us(local_us).date;
    int64_t day_us = civil_days(d) * CIVIL_DAY_US;
    *h = (struct crew_hours){.at_us = c->now_us};
    h->day_us = open_us(p, d, 0, DAY_S);
    h->today_us =
        open_us(p, d, second_of(local_us, day_us), second_of(to_us, day_us));
    for (day_us += CIVIL_DAY_US; day_us < to_us; day_us += CIVIL_DAY_US) {
        d = civil_add_days(d, 1);
        h->later_us += open_us(p, d, 0, second_of(to_us, day_us));
    }
}

static void sum_cells(const struct campaign *c, int64_t from_us,
                      struct budget_window *w)
{
    const struct campaign_counters *n = &c->counters;
    for (size_t i = n->cells; i > 0; i--) {
        const struct case_bucket *b = &n->cell[i - 1];
        if (b->start_us < from_us)
            return;
        w->live += b->live;
        w->lost += b->abandoned;
    }
}

/* People that detection takes for machines and hangs up on are lost, and
 * nobody tells how many: the expected share of those it passed, and what
 * chance may add to it (two deviations). */
static void add_wrong(const struct campaign *c, struct budget_window *w)
{
    uint64_t ppm = c->env.plan->detect_wrong_ppm;
    if (!c->env.plan->detect || ppm == 0 || ppm >= 1000000)
        return;
    uint64_t wrong = w->live * ppm / (1000000 - ppm);
    w->live += wrong;
    w->lost += wrong + (uint64_t)(2.0 * real_sqrt((double)wrong));
}

/* A day of the vicidial method begins at the callee's midnight. */
static void roll_day(struct crew *w, int64_t local_us)
{
    int64_t day = local_us / CIVIL_DAY_US;
    if (day != w->day)
        w->day_live = w->day_lost = 0;
    w->day = day;
}

void campaign_window(struct campaign *c, struct policy_view *v)
{
    struct crew *w = c->crew;
    int64_t local_us = c->now_us + offset_us(c), from_us, to_us;
    bounds(c, local_us, &from_us, &to_us);
    if (c->now_us - w->hours.at_us >= WORK_OUT_S * CIVIL_SECOND_US)
        work_out_hours(c, local_us, to_us);
    roll_day(w, local_us);
    struct budget_window *b = &v->now.window;
    *b = (struct budget_window){.live = w->live_up, .lost = w->lost_up};
    sum_cells(c, from_us - (local_us - c->now_us), b);
    add_wrong(c, b);
    b->left_us = w->hours.later_us + w->hours.today_us;
    v->day_live = w->day_live;
    v->day_lost = w->day_lost;
    v->day_left = w->hours.day_us > 0
                      ? (double)w->hours.today_us / (double)w->hours.day_us
                      : 0.0;
}

/* The day ends last where clocks are 12 hours behind UTC. */
int64_t campaign_window_over_us(const struct campaign *c)
{
    struct civil_date ends = c->env.plan->ends;
    if (ends.year == 0)
        return INT64_MAX;
    return (civil_days(ends) + (int64_t)1) * CIVIL_DAY_US + CIVIL_DAY_US / 2;
}

bool campaign_window_over(const struct campaign *c)
{
    return c->now_us >= campaign_window_over_us(c);
}

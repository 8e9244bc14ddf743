#include "core/campaign/campaign_counters.h"

#include <string.h>

#include "base/assert.h"
#include "base/civil.h"

#define PERIOD_US  (30 * CIVIL_DAY_US)
#define QUARTER_US (15 * CIVIL_MINUTE_US)
/* A month begins first at UTC+14, last at UTC-12. */
#define EASTMOST_US (14 * CIVIL_HOUR_US)
#define WESTMOST_US (12 * CIVIL_HOUR_US)

/* In UTC, of the month that holds t, or of the one n months later. */
static int64_t month_start(int64_t t, int n)
{
    struct civil_date d = civil_of_us(t).date;
    d.day = 1;
    return (int64_t)civil_days(civil_add_months(d, n)) * CIVIL_DAY_US;
}

static int64_t floor_to(int64_t t, int64_t step)
{
    int64_t rest = t % step;
    return t - (rest < 0 ? rest + step : rest);
}

static int64_t period_start(int64_t first_us, int64_t t, int64_t period_us)
{
    return first_us == 0 || t < first_us
               ? first_us
               : first_us + (t - first_us) / period_us * period_us;
}

/* The last instant up to t at which some period may begin. */
static int64_t cell_start(const struct campaign_counters *n, int64_t t)
{
    int64_t begun = month_start(t, 0) + WESTMOST_US;
    int64_t begins = month_start(t, 1) - EASTMOST_US;
    int64_t at = t < begun || t >= begins ? floor_to(t, QUARTER_US) : begun;
    int64_t day = period_start(n->first_call_us, t, CIVIL_DAY_US);
    return day <= t && day > at && day != 0 ? day : at;
}

static void forget(struct campaign_counters *n, int64_t now_us)
{
    int64_t since = campaign_counters_since(n->first_call_us, now_us);
    size_t old = 0;
    while (old < n->cells && n->cell[old].start_us < since)
        old++;
    if (old == 0)
        return;
    n->cells -= old;
    memmove(&n->cell[0], &n->cell[old], n->cells * sizeof(n->cell[0]));
}

static struct case_bucket *cell_of(struct campaign_counters *n, int64_t t)
{
    int64_t start = cell_start(n, t);
    size_t at = n->cells;
    if (n->cells == CAMPAIGN_CELLS_MAX)
        forget(n, t);
    for (at = n->cells; at > 0 && n->cell[at - 1].start_us > start;)
        at--;
    if (at > 0 && n->cell[at - 1].start_us == start)
        return &n->cell[at - 1];
    if (n->cells == CAMPAIGN_CELLS_MAX) /* a clock that jumps about */
        return &n->cell[at > 0 ? at - 1 : 0];
    memmove(&n->cell[at + 1], &n->cell[at],
            (n->cells - at) * sizeof(n->cell[0]));
    n->cell[at] = (struct case_bucket){.start_us = start};
    n->cells++;
    return &n->cell[at];
}

void campaign_counters_placed(struct campaign_counters *n, int64_t at_us)
{
    if (n->first_call_us == 0)
        n->first_call_us = at_us;
    n->placed++;
    cell_of(n, at_us)->placed++;
}

void campaign_counters_ended(struct campaign_counters *n, int64_t at_us,
                             bool live, bool abandoned)
{
    if (!live && !abandoned)
        return;
    struct case_bucket *b = cell_of(n, at_us);
    b->answered += live;
    b->live += live;
    b->abandoned += abandoned;
    b->connected += live && !abandoned;
}

static void less(uint64_t *n)
{
    *n -= *n > 0;
}

void campaign_counters_machine(struct campaign_counters *n, int64_t at_us)
{
    struct case_bucket *b = cell_of(n, at_us);
    less(&b->answered);
    less(&b->live);
    less(&b->connected);
}

int64_t campaign_counters_since(int64_t first_call_us, int64_t now_us)
{
    int64_t month = month_start(now_us - WESTMOST_US, 0) - EASTMOST_US;
    int64_t period = period_start(first_call_us, now_us, PERIOD_US);
    return first_call_us != 0 && period < month ? period : month;
}

void campaign_counters_roll(struct campaign_counters *n, int64_t now_us)
{
    int64_t period = period_start(n->first_call_us, now_us, PERIOD_US);
    int64_t month = month_start(now_us, 0);
    forget(n, now_us);
    n->live = n->abandoned = n->placed_month = n->abandoned_month = 0;
    for (size_t i = 0; i < n->cells; i++) {
        const struct case_bucket *b = &n->cell[i];
        bool present = b->start_us >= period;
        bool recent = b->start_us >= month;
        n->live += present ? b->live : 0;
        n->abandoned += present ? b->abandoned : 0;
        n->placed_month += recent ? b->placed : 0;
        n->abandoned_month += recent ? b->abandoned : 0;
    }
    tm_assert(n->cells <= CAMPAIGN_CELLS_MAX);
}

void campaign_counters_copy(struct campaign_counters *to,
                            const struct campaign_counters *from)
{
    to->first_call_us = from->first_call_us;
    to->placed = from->placed;
    to->as_of_us = from->as_of_us;
    to->live = from->live;
    to->abandoned = from->abandoned;
    to->placed_month = from->placed_month;
    to->abandoned_month = from->abandoned_month;
    to->cells = from->cells;
    memcpy(to->cell, from->cell, from->cells * sizeof(to->cell[0]));
}

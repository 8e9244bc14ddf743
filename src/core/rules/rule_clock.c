#include "core/rules/rule_clock.h"

#include <string.h>

#include "core/rules/rule_code.h"

enum {
    LOOK_DAYS = 15,     /* how far ahead windows are looked for */
    CHAIN_MAX = 40,     /* windows that touch each other */
    RUNS_MAX = 64,      /* changes of offset on the way */
    DAY_LAST = 2932896, /* 9999-12-31 */
};

/* The whole earth, for callees we cannot place (UTC-12 to UTC+14). */
#define WEST_US (-12 * CIVIL_HOUR_US)
#define EAST_US (14 * CIVIL_HOUR_US)

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static const struct rule_zone_fix *fix_of(const struct rule_clock *c,
                                          const struct tz *zone)
{
    for (size_t i = 0; i < c->fixes; i++) {
        if (strcmp(c->fix[i].zone, tz_name(zone)) == 0) {
            return &c->fix[i];
        }
    }
    return NULL;
}

static void add_zone(struct rule_clock *c, const struct tz *zone)
{
    if (!zone) {
        c->unknown = true;
        return;
    }
    for (size_t i = 0; i < c->zones; i++) {
        if (c->zone[i].zone == zone) {
            return;
        }
    }
    c->zone[c->zones++] =
        (struct rule_zone){.zone = zone, .fix = fix_of(c, zone)};
}

void rule_clock_init(struct rule_clock *c, const struct case_location *l,
                     int64_t t)
{
    rule_clock_init_fixed(c, l, t, NULL, 0);
}

void rule_clock_init_fixed(struct rule_clock *c, const struct case_location *l,
                           int64_t t, const struct rule_zone_fix *fix,
                           size_t fixes)
{
    tm_assert(l->places <= CASE_PLACES_MAX);
    bool confirmed = false;
    for (size_t i = 0; i < l->places; i++) {
        confirmed |= l->place[i].basis == BASIS_CONFIRMED_ADDRESS;
    }
    c->fix = fix;
    c->fixes = fixes;
    c->zones = 0;
    c->unknown = l->places == 0;
    for (size_t i = 0; i < l->places; i++) {
        if (!confirmed || l->place[i].basis == BASIS_CONFIRMED_ADDRESS) {
            add_zone(c, l->place[i].zone);
        }
    }
    rule_clock_move(c, t);
}

static void zone_move(struct rule_zone *z, int64_t t)
{
    if (z->fix && t >= z->fix->from_us) {
        z->offset_us = z->fix->offset_us;
        z->from_us = z->fix->from_us;
        z->until_us = INT64_MAX;
        return;
    }
    const struct tz_span s = tz_span_at(z->zone, t);
    z->offset_us = (int64_t)s.offset_s * CIVIL_SECOND_US;
    z->from_us = s.from_us;
    z->until_us = s.until_us;
    if (z->fix) {
        z->until_us = least(z->until_us, z->fix->from_us);
    }
    tm_assert(z->until_us > t);
}

void rule_clock_move(struct rule_clock *c, int64_t t)
{
    c->t = t;
    int64_t low = c->unknown ? WEST_US : EAST_US;
    int64_t high = c->unknown ? EAST_US : WEST_US;
    for (size_t i = 0; i < c->zones; i++) {
        zone_move(&c->zone[i], t);
        low = least(low, c->zone[i].offset_us);
        high = most(high, c->zone[i].offset_us);
    }
    c->day_min = (int32_t)floor_div(t + low, CIVIL_DAY_US);
    c->day_max = (int32_t)floor_div(t + high, CIVIL_DAY_US);
    tm_assert(c->day_min <= c->day_max);
}

struct rule_zone rule_clock_zone(const struct tz *zone,
                                 const struct rule_zone_fix *fix, size_t fixes)
{
    const struct rule_clock c = {.fix = fix, .fixes = fixes};
    return (struct rule_zone){.zone = zone, .fix = fix_of(&c, zone)};
}

int32_t rule_clock_day(const struct rule_zone *z, int64_t t)
{
    int64_t offset_us = z->fix && t >= z->fix->from_us
                            ? z->fix->offset_us
                            : tz_offset_s(z->zone, t) * CIVIL_SECOND_US;
    return (int32_t)floor_div(t + offset_us, CIVIL_DAY_US);
}

/* Clocks are never set back by as much. */
#define SET_BACK_MOST_US (2 * CIVIL_DAY_US)

/* Midnight of a day; t is the instant that z was moved to. */
static int64_t day_start(const struct rule_zone *z, int64_t t, int32_t day)
{
    int64_t near = (int64_t)day * CIVIL_DAY_US - z->offset_us;
    if (near > t && near < z->until_us) {
        return near; /* the offset does not change on the way */
    }
    if (z->fix) {
        int64_t at = (int64_t)day * CIVIL_DAY_US - z->fix->offset_us;
        if (at >= z->fix->from_us) {
            return at;
        }
    }
    /* So long after the clock was set that its local time was not there
     * before. */
    if (near < z->until_us && z->from_us < near - SET_BACK_MOST_US) {
        return near;
    }
    struct civil_time midnight = {.date = civil_date_of_days(day)};
    return tz_first_instant(z->zone, midnight);
}

int64_t rule_clock_first(const struct rule_clock *c, int32_t day)
{
    if (day > DAY_LAST) {
        return INT64_MAX;
    }
    int64_t first =
        c->unknown ? (int64_t)day * CIVIL_DAY_US - EAST_US : INT64_MAX;
    for (size_t i = 0; i < c->zones; i++) {
        first = least(first, day_start(&c->zone[i], c->t, day));
    }
    return first;
}

int64_t rule_clock_last(const struct rule_clock *c, int32_t day)
{
    if (day > DAY_LAST) {
        return INT64_MAX;
    }
    int64_t last =
        c->unknown ? (int64_t)day * CIVIL_DAY_US - WEST_US : INT64_MIN;
    for (size_t i = 0; i < c->zones; i++) {
        last = most(last, day_start(&c->zone[i], c->t, day));
    }
    return last;
}

static bool in_calendar(const struct rule_calendar *c, int64_t day)
{
    return c && rule_calendar_has(c, day);
}

static bool is_holiday(const struct rule_hours *h, int64_t day)
{
    if (in_calendar(h->days, day)) {
        return true;
    }
    for (size_t i = 0; h->calendar.v && i < h->holidays; i++) {
        if (h->holiday[i].area.v == h->calendar.v &&
            civil_days(h->holiday[i].date) == day) {
            return true;
        }
    }
    return false;
}

/* The bit of policy_window.weekdays that counts on a day. 1970-01-01 was a
 * Thursday. */
static uint16_t day_bit(const struct rule_hours *h, int64_t day)
{
    if (h->calendar.v && is_holiday(h, day)) {
        return 1U << RULE_HOLIDAY_BIT;
    }
    unsigned weekday = (unsigned)((day % 7 + 7 + CIVIL_THURSDAY) % 7);
    if (h->eves && weekday != CIVIL_SUNDAY && is_holiday(h, day + 1)) {
        return 1U << RULE_EVE_BIT;
    }
    return (uint16_t)(1U << weekday);
}

/* The least local time at or after `local` that is within a window. */
static int64_t next_open(const struct rule_hours *h, int64_t local)
{
    int64_t day = floor_div(local, CIVIL_DAY_US);
    for (int64_t d = day; d < day + LOOK_DAYS; d++) {
        int64_t best = INT64_MAX;
        uint16_t bit = day_bit(h, d);
        for (size_t i = 0; i < h->windows; i++) {
            const struct policy_window *w = &h->window[i];
            int64_t open = d * CIVIL_DAY_US + w->open_s * CIVIL_SECOND_US;
            int64_t close = d * CIVIL_DAY_US + w->close_s * CIVIL_SECOND_US;
            if ((w->weekdays & bit) && local < close) {
                best = least(best, most(open, local));
            }
        }
        if (best != INT64_MAX) {
            return best;
        }
    }
    return INT64_MAX;
}

/* The end of the windows that hold `local` and of those they run into. */
static int64_t next_close(const struct rule_hours *h, int64_t local)
{
    int64_t at = local;
    for (int chain = 0; chain < CHAIN_MAX; chain++) {
        int64_t day = floor_div(at, CIVIL_DAY_US);
        uint16_t bit = day_bit(h, day);
        int64_t end = at;
        for (size_t i = 0; i < h->windows; i++) {
            const struct policy_window *w = &h->window[i];
            int64_t open = day * CIVIL_DAY_US + w->open_s * CIVIL_SECOND_US;
            int64_t close = day * CIVIL_DAY_US + w->close_s * CIVIL_SECOND_US;
            if ((w->weekdays & bit) && open <= at && at < close &&
                close > end) {
                end = close;
            }
        }
        if (end == at) {
            return at;
        }
        at = end;
    }
    return at; /* open for weeks: ask again then */
}

/* First instant at or after z's present one that is open there. */
static int64_t zone_open(struct rule_zone z, const struct rule_hours *h,
                         int64_t t)
{
    for (int run = 0; run < RUNS_MAX; run++) {
        int64_t local = next_open(h, t + z.offset_us);
        if (local != INT64_MAX && local - z.offset_us < z.until_us) {
            return local - z.offset_us;
        }
        if (z.until_us == INT64_MAX ||
            (local == INT64_MAX && z.until_us > t + LOOK_DAYS * CIVIL_DAY_US)) {
            return INT64_MAX;
        }
        t = z.until_us;
        zone_move(&z, t);
    }
    return INT64_MAX;
}

/* First instant after t at which z, open at t, is shut. */
static int64_t zone_close(struct rule_zone z, const struct rule_hours *h,
                          int64_t t)
{
    for (int run = 0; run < RUNS_MAX; run++) {
        int64_t close = next_close(h, t + z.offset_us) - z.offset_us;
        if (close < z.until_us) {
            return close;
        }
        t = z.until_us;
        zone_move(&z, t);
        if (next_open(h, t + z.offset_us) != t + z.offset_us) {
            return t;
        }
    }
    return t;
}

bool rule_clock_open(const struct rule_clock *c, const struct rule_hours *h,
                     int64_t *change_us)
{
    tm_assert(c->zones > 0);
    bool open = true;
    int64_t opens = c->t;
    int64_t closes = INT64_MAX;
    for (size_t i = 0; i < c->zones; i++) {
        int64_t at = zone_open(c->zone[i], h, c->t);
        if (at > c->t) {
            open = false;
            opens = most(opens, at);
        } else if (open) {
            closes = least(closes, zone_close(c->zone[i], h, c->t));
        }
    }
    *change_us = open ? closes : opens;
    tm_assert(*change_us > c->t);
    return open;
}

/*
 * Counters of a campaign against a plain count of the same calls: the 30 x
 * 24 h periods from the first call, and the calendar month as it begins at
 * each quarter of an hour on earth. Also after a restart, when the rows of the
 * store come back in another order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/civil.h"
#include "base/rng.h"
#include "core/campaign/campaign_counters.h"

enum { CALLS = 600, SEEDS = 60 };

#define PERIOD_US  (30 * CIVIL_DAY_US)
#define QUARTER_US (15 * CIVIL_MINUTE_US)

struct call {
    int64_t placed_us, ended_us;
    bool live, abandoned;
};

struct sums {
    uint64_t placed, live, abandoned;
};

static struct call call[CALLS];

/* What was placed, and what ended, from an instant on. */
static struct sums plain(size_t n, int64_t since_us)
{
    struct sums s = {0};
    for (size_t i = 0; i < n; i++) {
        s.placed += call[i].placed_us >= since_us;
        s.live += call[i].live && call[i].ended_us >= since_us;
        s.abandoned += call[i].abandoned && call[i].ended_us >= since_us;
    }
    return s;
}

/* The same as the rules add it up: a cell belongs where its start lies. */
static struct sums by_cells(const struct campaign_counters *c, int64_t since_us)
{
    struct sums s = {0};
    for (size_t i = 0; i < c->cells; i++) {
        assert_true(i == 0 || c->cell[i - 1].start_us < c->cell[i].start_us);
        if (c->cell[i].start_us < since_us)
            continue;
        s.placed += c->cell[i].placed;
        s.live += c->cell[i].live;
        s.abandoned += c->cell[i].abandoned;
    }
    return s;
}

static void expect_same(const struct campaign_counters *c, size_t n,
                        int64_t since_us)
{
    struct sums a = by_cells(c, since_us), b = plain(n, since_us);
    assert_int_equal(a.placed, b.placed);
    assert_int_equal(a.live, b.live);
    assert_int_equal(a.abandoned, b.abandoned);
}

/* Where it is day 1 of the month, at each offset that a clock may have. */
static void expect_periods(const struct campaign_counters *c, size_t n,
                           int64_t now_us)
{
    int64_t first_us = c->first_call_us;
    expect_same(c, n, first_us + (now_us - first_us) / PERIOD_US * PERIOD_US);
    expect_same(c, n,
                first_us + (now_us - first_us) / CIVIL_DAY_US * CIVIL_DAY_US);
    for (int q = -12 * 4; q <= 14 * 4; q++) {
        int64_t offset_us = q * QUARTER_US;
        struct civil_date d = civil_of_us(now_us + offset_us).date;
        d.day = 1;
        expect_same(c, n, (int64_t)civil_days(d) * CIVIL_DAY_US - offset_us);
    }
}

static void read_back(struct campaign_counters *c, size_t n, int64_t now_us,
                      struct rng *r)
{
    size_t order[CALLS];
    *c = (struct campaign_counters){.first_call_us = call[0].placed_us};
    int64_t since_us = campaign_counters_since(c->first_call_us, now_us);
    for (size_t i = 0; i < n; i++) {
        size_t k = (size_t)rng_below(r, i + 1);
        order[i] = order[k];
        order[k] = i;
    }
    for (size_t i = 0; i < n; i++) {
        const struct call *k = &call[order[i]];
        if (k->placed_us >= since_us)
            campaign_counters_placed(c, k->placed_us);
        if (k->ended_us >= since_us)
            campaign_counters_ended(c, k->ended_us, k->live, k->abandoned);
    }
    campaign_counters_roll(c, now_us);
}

static void expect_equal(const struct campaign_counters *a,
                         const struct campaign_counters *b)
{
    assert_int_equal(a->cells, b->cells);
    assert_memory_equal(a->cell, b->cell, a->cells * sizeof(a->cell[0]));
    assert_int_equal(a->live, b->live);
    assert_int_equal(a->abandoned, b->abandoned);
    assert_int_equal(a->placed_month, b->placed_month);
    assert_int_equal(a->abandoned_month, b->abandoned_month);
}

/* Calls stand close together around the turns of months, else far apart. */
static int64_t next_gap(struct rng *r, int64_t t)
{
    int day = civil_of_us(t).date.day;
    uint64_t most = day <= 2 || day >= 28 ? 20 : 600;
    return (int64_t)rng_below(r, most * 60) * CIVIL_SECOND_US + 1;
}

static void run(uint64_t seed)
{
    struct rng r;
    struct campaign_counters c = {0}, again;
    int64_t t;
    rng_init(&r, seed, "campaign counters");
    assert_true(civil_parse_instant(str_of("2026-10-20T00:00Z"), &t));
    t += (int64_t)rng_below(&r, 40 * 86400) * CIVIL_SECOND_US + 7;
    for (size_t n = 0; n < CALLS; n++) {
        struct call *k = &call[n];
        k->placed_us = t;
        k->live = rng_below(&r, 2) == 0;
        k->abandoned = k->live && rng_below(&r, 5) == 0;
        campaign_counters_placed(&c, t);
        t += (int64_t)rng_below(&r, 90) * CIVIL_SECOND_US;
        k->ended_us = t;
        campaign_counters_ended(&c, t, k->live, k->abandoned);
        if (n % 37 == 0 || n + 1 == CALLS) {
            expect_periods(&c, n + 1, t);
            campaign_counters_roll(&c, t);
            read_back(&again, n + 1, t, &r);
            expect_equal(&c, &again);
        }
        t += next_gap(&r, t);
    }
    assert_int_equal(c.placed, CALLS);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        print_message("seed %llu\r", (unsigned long long)seed);
        run(seed);
    }
}

/* A call on each side of a border, a microsecond apart. */
static void test_borders(void **state)
{
    (void)state;
    struct campaign_counters c = {0};
    int64_t first, month;
    assert_true(civil_parse_instant(str_of("2026-11-21T12:07:30Z"), &first));
    assert_true(civil_parse_instant(str_of("2026-12-01T05:00Z"), &month));
    campaign_counters_placed(&c, first);
    campaign_counters_placed(&c, month - 1); /* November in Toronto */
    campaign_counters_placed(&c, month);     /* December */
    campaign_counters_ended(&c, first + PERIOD_US - 1, true, true);
    campaign_counters_ended(&c, first + PERIOD_US, true, true);
    assert_int_equal(by_cells(&c, month).placed, 1);
    assert_int_equal(by_cells(&c, month - 6 * CIVIL_HOUR_US).placed, 2);
    campaign_counters_roll(&c, first + PERIOD_US - 1);
    assert_int_equal(c.live, 2); /* one of them is still to come */
    campaign_counters_roll(&c, first + PERIOD_US);
    assert_int_equal(c.live, 1);
    assert_int_equal(c.abandoned, 1);
    assert_int_equal(c.placed, 3);
    assert_int_equal(c.placed_month, 2);
}

/* A year of calls: what is over is forgotten, and there is always room. */
static void test_bounded(void **state)
{
    (void)state;
    struct campaign_counters c = {0};
    int64_t t;
    size_t most = 0;
    assert_true(civil_parse_instant(str_of("2026-01-05T13:01:02Z"), &t));
    for (int i = 0; i < 365 * 96; i++, t += QUARTER_US) {
        campaign_counters_placed(&c, t);
        most = c.cells > most ? c.cells : most;
        if (i % 96 == 0) /* as a campaign does, once a day */
            campaign_counters_roll(&c, t);
    }
    assert_in_range(most, 100, CAMPAIGN_CELLS_MAX - 1);
    assert_int_equal(c.placed, 365 * 96);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_borders),
        cmocka_unit_test(test_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

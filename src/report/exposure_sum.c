#include "report/exposure_sum.h"

#include <string.h>

#include "base/assert.h"
#include "base/map.h"

enum { SEEN_LOW = 1, SEEN_HIGH = 2 };

/* A call is known by its attempt; a complaint without one stands for itself.
 * Attempts and complaints get different halves of the keys. */
static uint64_t key_of(const struct exposure_finding *f, size_t index)
{
    if (f->attempt.v != 0)
        return (uint64_t)f->attempt.v * 4 + 1;
    return f->complaint != 0 ? (uint64_t)f->complaint * 4 + 2
                             : (uint64_t)index * 4 + 3;
}

static struct civil_date day_of(int64_t us)
{
    return civil_of_us(us).date;
}

static void count(struct exposure_row *r, struct map *seen,
                  const struct exposure_finding *f, size_t index, bool sure)
{
    uint64_t had = 0, key = key_of(f, index);
    (void)map_get(seen, key, &had);
    uint64_t has = had | SEEN_HIGH | (sure ? SEEN_LOW : 0);
    if (has == had)
        return;
    map_set(seen, key, has);
    r->high_n += (had & SEEN_HIGH) == 0;
    r->low_n += sure && (had & SEEN_LOW) == 0;
}

static void add_finding(struct exposure_row *r, struct map *seen,
                        const struct exposure *x, size_t index)
{
    const struct exposure_finding *f = &x->finding[index];
    const struct penalty *p = r->penalty;
    /* The low sum is for what was settled: a case closed as a violation. */
    bool sure = f->sure && f->kind == EXPOSURE_COMPLAINT;
    if (!penalty_fits(p, f->breach, f->place, f->channel, day_of(f->at_us)))
        return;
    if (p->years != 0 &&
        civil_date_cmp(civil_add_months(day_of(f->at_us), (int)p->years * 12),
                       day_of(x->now_us)) < 0) {
        r->late++;
        return;
    }
    if (p->repeat > 1 && f->calls >= 0 && f->calls < (int)p->repeat) {
        r->single++;
        return;
    }
    /* Without a number nobody knows whether there was a second call. */
    if (p->repeat > 1 && f->calls < 0)
        sure = false;
    count(r, seen, f, index, sure);
}

/* Saturating: a file of amounts may be anybody's. */
static int64_t times(int64_t amount, uint64_t n)
{
    if (n != 0 && amount > INT64_MAX / 1000 / (int64_t)n)
        return INT64_MAX / 1000;
    return amount * (int64_t)n;
}

static void price(struct exposure_row *r)
{
    const struct penalty *p = r->penalty;
    if (p->unknown)
        return;
    uint64_t low_n = r->low_n, high_n = r->high_n;
    if (p->per == PENALTY_PER_CASE) {
        low_n = low_n > 0;
        high_n = high_n > 0;
    }
    r->low = times(p->low, low_n);
    r->high = times(p->high, high_n);
}

static void add_total(struct exposure *x, const struct exposure_row *r)
{
    const struct penalty *p = r->penalty;
    size_t i = 0;
    if (p->unknown || p->proposed)
        return;
    while (i < x->totals && strcmp(x->total[i].currency, p->currency) != 0)
        i++;
    if (i == EXPOSURE_TOTALS_MAX)
        return;
    if (i == x->totals) {
        x->totals++;
        x->total[i] = (struct exposure_total){0};
        (void)str_copy(x->total[i].currency, 4, str_of(p->currency));
    }
    x->total[i].low += r->low;
    x->total[i].high += r->high;
}

/* Places for whose findings no section has a known sum. A state's own law is
 * named by the sections that are unknown; its country's sums are known. */
static void find_gaps(const struct penalty_book *b, struct exposure *x)
{
    for (size_t i = 0; i < x->findings; i++) {
        const struct exposure_finding *f = &x->finding[i];
        bool known = false;
        for (size_t k = 0; k < b->penalties && !known; k++)
            known = !b->penalty[k].unknown && !b->penalty[k].proposed &&
                    penalty_fits(&b->penalty[k], f->breach, f->place,
                                 f->channel, day_of(f->at_us));
        size_t g = 0;
        while (!known && g < x->gaps && x->gap[g].place.v != f->place.v)
            g++;
        if (known || g == EXPOSURE_GAPS_MAX)
            continue;
        if (g == x->gaps)
            x->gap[x->gaps++] = (struct exposure_gap){.place = f->place};
        x->gap[g].findings++;
    }
}

void exposure_sum(const struct penalty_book *book, struct arena *a,
                  struct exposure *x)
{
    x->row = arena_array(a, book->penalties + 1, sizeof(*x->row));
    x->rows = x->totals = x->gaps = 0;
    for (size_t i = 0; i < book->penalties; i++) {
        struct exposure_row r = {.penalty = &book->penalty[i]};
        struct map seen;
        map_init(&seen);
        for (size_t k = 0; k < x->findings; k++)
            add_finding(&r, &seen, x, k);
        map_fini(&seen);
        tm_assert(r.low_n <= r.high_n);
        if (r.high_n + r.late + r.single == 0)
            continue;
        price(&r);
        tm_assert(r.low <= r.high);
        add_total(x, &r);
        x->row[x->rows++] = r;
    }
    find_gaps(book, x);
}

#include "report/caller_figures.h"

#include <string.h>

#include "base/arena.h"
#include "base/assert.h"

enum { NUMBER_BITS = 8 };
_Static_assert(CALLER_FIGURES_NUMBERS_MAX < 1 << NUMBER_BITS, "fits in a key");

void caller_figures_init(struct caller_figures *f)
{
    *f = (struct caller_figures){0};
    map_init(&f->talked);
}

void caller_figures_fini(struct caller_figures *f)
{
    map_fini(&f->talked);
    mem_free(f->half);
    *f = (struct caller_figures){0};
}

static struct caller_figures_number *number_of(struct caller_figures *f,
                                               uint64_t e164)
{
    for (size_t i = 0; i < f->numbers; i++)
        if (f->number[i].e164 == e164)
            return &f->number[i];
    if (f->numbers == CALLER_FIGURES_NUMBERS_MAX)
        return NULL;
    f->number[f->numbers].e164 = e164;
    return &f->number[f->numbers++];
}

void caller_figures_plan(struct caller_figures *f,
                         const struct plan_inbound *in)
{
    tm_assert(f->all.callers == 0);
    if (in->numbers == 0)
        return;
    f->target_ms = in->target_ms;
    f->target_pct = in->target_pct;
    f->short_ms = in->short_ms;
    f->shown = true;
    for (size_t i = 0; i < in->numbers; i++)
        (void)number_of(f, in->number[i]);
}

/* --- half hours -----------------------------------------------------------*/

static int64_t half_from(int64_t us)
{
    tm_assert(us >= 0);
    return us - us % CALLER_FIGURES_HALF_US;
}

/* Callers come nearly in order of time: the last one mostly. */
static struct caller_figures_count *half_of(struct caller_figures *f,
                                            int64_t us)
{
    int64_t from_us = half_from(us);
    size_t at = f->halves;
    while (at > 0 && f->half[at - 1].from_us > from_us)
        at--;
    if (at > 0 && f->half[at - 1].from_us == from_us)
        return &f->half[at - 1].n;
    if (f->halves == f->halves_cap) {
        f->halves_cap = f->halves_cap == 0 ? 48 : 2 * f->halves_cap;
        f->half = mem_resize(f->half, f->halves_cap * sizeof(*f->half));
    }
    memmove(&f->half[at + 1], &f->half[at],
            (f->halves - at) * sizeof(*f->half));
    f->half[at] = (struct caller_figures_half){.from_us = from_us};
    f->halves++;
    return &f->half[at].n;
}

static void add_up(struct caller_figures_count *to,
                   const struct caller_figures_count *n)
{
    to->callers += n->callers;
    to->talked += n->talked;
    to->within += n->within;
    to->gave_up += n->gave_up;
    to->turned_away += n->turned_away;
    to->short_gave_up += n->short_gave_up;
    to->callbacks += n->callbacks;
    to->opt_outs += n->opt_outs;
    to->others += n->others;
    to->open += n->open;
    to->known += n->known;
    to->withheld += n->withheld;
    to->wait_ms += n->wait_ms;
    to->lost_ms += n->lost_ms;
    to->talk_ms += n->talk_ms;
    to->talks += n->talks;
    to->wrap_ms += n->wrap_ms;
    if (n->wait_max_ms > to->wait_max_ms)
        to->wait_max_ms = n->wait_max_ms;
    if (n->longest_ms > to->longest_ms)
        to->longest_ms = n->longest_ms;
}

static struct civil_time local(const struct caller_figures *f, int64_t us)
{
    return f->zone != NULL ? tz_local(f->zone, us) : civil_of_us(us);
}

void caller_figures_day(const struct caller_figures *f,
                        struct caller_figures_count day[CALLER_FIGURES_HALVES])
{
    memset(day, 0, CALLER_FIGURES_HALVES * sizeof(*day));
    for (size_t i = 0; i < f->halves; i++) {
        struct civil_time t = local(f, f->half[i].from_us);
        add_up(&day[t.second_of_day / 1800], &f->half[i].n);
    }
}

size_t caller_figures_days(const struct caller_figures *f)
{
    size_t days = 0;
    int32_t last = 0;
    for (size_t i = 0; i < f->halves; i++) {
        int32_t day = civil_days(local(f, f->half[i].from_us).date);
        days += i == 0 || day != last;
        last = day;
    }
    return days;
}

size_t caller_figures_date(const struct caller_figures *f, size_t i,
                           struct civil_date *date,
                           struct caller_figures_count *sum)
{
    tm_assert(i < f->halves);
    *date = local(f, f->half[i].from_us).date;
    *sum = (struct caller_figures_count){0};
    while (i < f->halves &&
           civil_date_cmp(local(f, f->half[i].from_us).date, *date) == 0)
        add_up(sum, &f->half[i++].n);
    return i;
}

/* --- callers --------------------------------------------------------------*/

static void count_talk(struct caller_figures_count *n, int64_t target_ms,
                       const struct reader_caller *c)
{
    n->talked++;
    n->within += c->wait_ms <= target_ms;
    n->wait_ms += c->wait_ms;
    if (c->wait_ms > n->wait_max_ms)
        n->wait_max_ms = c->wait_ms;
    if (c->ended_us < c->bridged_us) /* still, or the clock was set back */
        return;
    n->talks++;
    n->talk_ms += (c->ended_us - c->bridged_us) / 1000;
}

/* From the answer to an agent or the end. */
static int64_t waited_ms(const struct reader_caller *c)
{
    int64_t from = c->answered_us != 0 ? c->answered_us : c->recorded_us;
    int64_t until = c->bridged_us != 0 ? c->bridged_us : c->ended_us;
    return until > from ? (until - from) / 1000 : 0;
}

static void count_left(struct caller_figures_count *n, int64_t short_ms,
                       const struct reader_caller *c)
{
    switch ((int)c->outcome) {
    case OUTCOME_GAVE_UP:
        n->gave_up++;
        n->short_gave_up += waited_ms(c) < short_ms;
        if (c->answered_us != 0)
            n->lost_ms += (c->ended_us - c->answered_us) / 1000;
        return;
    case OUTCOME_TURNED_AWAY: n->turned_away++; return;
    case OUTCOME_CALLBACK: n->callbacks++; return;
    case OUTCOME_OPTED_OUT: n->opt_outs++; return;
    default: n->others++; return;
    }
}

static void count(struct caller_figures_count *n,
                  const struct caller_figures *f, const struct reader_caller *c)
{
    n->callers++;
    n->known += c->lead.v != 0;
    n->withheld += c->e164 == 0;
    if (waited_ms(c) > n->longest_ms)
        n->longest_ms = waited_ms(c);
    if (c->bridged_us != 0)
        count_talk(n, f->target_ms, c);
    else if (c->ended_us == 0)
        n->open++;
    else
        count_left(n, f->short_ms, c);
}

void caller_figures_add(struct caller_figures *f, const struct reader_caller *c)
{
    struct caller_figures_number *number = number_of(f, c->called);
    const struct caller_figures_count *n = &f->all;
    f->shown = true;
    if (f->first_us == 0 || c->recorded_us < f->first_us)
        f->first_us = c->recorded_us;
    if (c->recorded_us > f->last_us)
        f->last_us = c->recorded_us;
    count(&f->all, f, c);
    count(half_of(f, c->recorded_us), f, c);
    if (number != NULL)
        count(&number->n, f, c);
    size_t at = number != NULL ? (size_t)(number - f->number) + 1 : 0;
    if (c->bridged_us != 0 && c->ended_us >= c->bridged_us)
        map_set(&f->talked, (uint64_t)c->id.v,
                (uint64_t)(c->recorded_us / CALLER_FIGURES_HALF_US)
                        << NUMBER_BITS |
                    at);
    tm_assert(n->callers == n->talked + n->gave_up + n->turned_away +
                                n->callbacks + n->opt_outs + n->others +
                                n->open);
}

void caller_figures_wrap(struct caller_figures *f, struct attempt_id a,
                         int64_t us)
{
    uint64_t key;
    if (us <= 0 || !map_get(&f->talked, (uint64_t)a.v, &key))
        return;
    size_t number = key & ((1U << NUMBER_BITS) - 1);
    int64_t half = (int64_t)(key >> NUMBER_BITS);
    f->all.wrap_ms += us / 1000;
    half_of(f, half * CALLER_FIGURES_HALF_US)->wrap_ms += us / 1000;
    if (number > 0)
        f->number[number - 1].n.wrap_ms += us / 1000;
}

uint64_t caller_figures_judged(const struct caller_figures_count *n)
{
    uint64_t not_judged =
        n->open + n->short_gave_up + n->callbacks + n->opt_outs;
    tm_assert(not_judged <= n->callers);
    return n->callers - not_judged;
}

int64_t caller_figures_handle_ms(const struct caller_figures_count *n)
{
    return n->talk_ms + n->wrap_ms;
}

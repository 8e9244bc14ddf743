#include "core/pace/predictive.h"

#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "core/pace/loss.h"

static const int64_t SECOND_US = 1000000;
static const double HOUR_S = 3600.0;

enum {
    RING_BIN_US = 500000,
    RING_BINS = 160,
    TALK_BIN_US = 2000000,
    TALK_BINS = 600,
    WRAP_BIN_US = 1000000,
    WRAP_BINS = 300,
    LEARN_EVERY_US = 2000000,
};

/* What a first hour looks like: careful, so that it begins as progressive. */
static const double RING_SHARE = 0.30, RING_WEIGHT = 20.0;
static const double TALK_MEAN_S = 60.0, WRAP_MEAN_S = 15.0;
static const double BUSY_WEIGHT = 4.0;

static const double PRICE_MIN = 0.002, PRICE_MAX = 0.5;

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

/* --- agents who are busy ---------------------------------------------------*/

static void busy_init(struct predictive_busy *b, int64_t bin_us, unsigned bins,
                      double mean_s, int64_t now_us)
{
    memset(b, 0, sizeof *b);
    lasting_init(&b->lasts, bin_us, bins, BUSY_WEIGHT);
    int64_t all_us = bin_us * bins;
    double means = (double)all_us / (double)SECOND_US / mean_s;
    lasting_expect(&b->lasts, 0, all_us, 1.0 - real_exp(-means));
    b->now_bin = now_us / bin_us;
}

/* What falls out of the ring is older than it. */
static void busy_move(struct predictive_busy *b, int64_t now_us)
{
    int64_t bin = now_us / b->lasts.bin_us;
    unsigned n = b->lasts.bins;
    while (b->now_bin < bin) {
        b->now_bin++;
        double *slot = &b->born[b->now_bin % n];
        b->older += *slot;
        *slot = 0.0;
    }
}

static void busy_begin(struct predictive_busy *b)
{
    b->born[b->now_bin % b->lasts.bins] += 1.0;
}

static void busy_end(struct predictive_busy *b, int64_t now_us, int64_t born_us,
                     enum lasting_end how)
{
    int64_t bin = born_us / b->lasts.bin_us;
    double *in = bin > b->now_bin - b->lasts.bins
                     ? &b->born[bin % b->lasts.bins]
                     : &b->older;
    *in = most(*in - 1.0, 0.0);
    lasting_ended(&b->lasts, now_us - born_us, how);
}

/* How many have been at it for `age` bins. */
static double busy_of_age(const struct predictive_busy *b, unsigned age)
{
    double n = b->born[(b->now_bin - age) % b->lasts.bins];
    return age == b->lasts.bins - 1 ? n + b->older : n;
}

static void busy_learn(struct predictive_busy *b)
{
    double going[LASTING_BINS_MAX];
    for (unsigned age = 0; age < b->lasts.bins; age++)
        going[age] = busy_of_age(b, age);
    lasting_learn(&b->lasts, going);
}

/* --- life ------------------------------------------------------------------*/

void predictive_init(struct predictive *p, const struct predictive_setup *s,
                     int64_t begin_us)
{
    tm_assert(s->limit > 0.0 && s->limit < 1.0 && s->hold_us >= 0);
    memset(p, 0, sizeof *p);
    p->setup = *s;
    p->now_us = begin_us;
    p->now_tick = begin_us / PREDICTIVE_TICK_US;
    p->learnt_us = begin_us - LEARN_EVERY_US;
    p->log_price = real_log(s->limit);
    lasting_init(&p->rings, RING_BIN_US, RING_BINS, RING_WEIGHT);
    lasting_expect(&p->rings, 4 * SECOND_US, 20 * SECOND_US, RING_SHARE);
    busy_init(&p->talk, TALK_BIN_US, TALK_BINS, TALK_MEAN_S, begin_us);
    busy_init(&p->wrap, WRAP_BIN_US, WRAP_BINS, WRAP_MEAN_S, begin_us);
}

/* Expected answers of the lines in the air during one tick. */
static double expected_in_tick(const struct predictive *p)
{
    double sum = 0.0;
    for (unsigned age = 0; age < PREDICTIVE_LINE_TICKS; age++) {
        double n = p->line[(p->now_tick - age) % PREDICTIVE_LINE_TICKS];
        unsigned bin = age / (RING_BIN_US / PREDICTIVE_TICK_US);
        if (n > 0.0 && bin < p->rings.bins)
            sum += n * p->rings.hazard[bin] *
                   ((double)PREDICTIVE_TICK_US / (double)RING_BIN_US);
    }
    return sum;
}

static void fade_levels(struct predictive *p, double expected)
{
    /* Some 150 answers or two minutes; the fast memory some 20. */
    double slow = 1.0 - least(expected / 150.0, 1.0);
    double floor = 1.0 - 0.25 / 120.0;
    slow = slow > floor && p->expected < 150.0 ? 1.0 : least(slow, floor);
    double fast = 1.0 - least(expected / 20.0, 1.0);
    p->seen = p->seen * slow;
    p->expected = p->expected * slow + expected;
    p->seen_fast *= fast;
    p->expected_fast = p->expected_fast * fast + expected;
}

static void move(struct predictive *p, int64_t now_us)
{
    if (now_us <= p->now_us)
        return;
    p->watched_s += (double)(now_us - p->now_us) / (double)SECOND_US;
    p->now_us = now_us;
    busy_move(&p->talk, now_us);
    busy_move(&p->wrap, now_us);
    int64_t tick = now_us / PREDICTIVE_TICK_US;
    /* After a long silence the ring is empty anyway. */
    if (tick - p->now_tick > PREDICTIVE_LINE_TICKS) {
        memset(p->line, 0, sizeof p->line);
        p->lines = 0.0;
        p->now_tick = tick;
    }
    while (p->now_tick < tick) {
        if (p->lines > 0.0)
            fade_levels(p, expected_in_tick(p));
        p->now_tick++;
        double *slot = &p->line[p->now_tick % PREDICTIVE_LINE_TICKS];
        p->lines -= *slot;
        *slot = 0.0;
    }
}

/* --- events ----------------------------------------------------------------*/

void predictive_dialled(struct predictive *p, int64_t now_us)
{
    move(p, now_us);
    p->line[p->now_tick % PREDICTIVE_LINE_TICKS] += 1.0;
    p->lines += 1.0;
}

void predictive_line_ended(struct predictive *p, int64_t now_us,
                           int64_t born_us, enum lasting_end how)
{
    move(p, now_us);
    int64_t tick = born_us / PREDICTIVE_TICK_US;
    double *slot = &p->line[tick % PREDICTIVE_LINE_TICKS];
    if (tick > p->now_tick - PREDICTIVE_LINE_TICKS && *slot >= 1.0) {
        *slot -= 1.0;
        p->lines -= 1.0;
    }
    lasting_ended(&p->rings, now_us - born_us, how);
    if (how == LASTING_GOAL) {
        p->seen += 1.0;
        p->seen_fast += 1.0;
        p->answered += 1.0;
    }
}

void predictive_talk(struct predictive *p, int64_t now_us)
{
    move(p, now_us);
    busy_begin(&p->talk);
}

void predictive_talk_ended(struct predictive *p, int64_t now_us,
                           int64_t born_us, enum lasting_end how)
{
    move(p, now_us);
    busy_end(&p->talk, now_us, born_us, how);
}

void predictive_wrap(struct predictive *p, int64_t now_us)
{
    move(p, now_us);
    busy_begin(&p->wrap);
}

void predictive_wrap_ended(struct predictive *p, int64_t now_us,
                           int64_t born_us, enum lasting_end how)
{
    move(p, now_us);
    busy_end(&p->wrap, now_us, born_us, how);
}

/* Each settled answer moves the price towards the budget. */
void predictive_settled(struct predictive *p, bool lost)
{
    double hourly = most(p->answers_hour, 1.0);
    double step = least(1.0 / (0.75 * p->setup.limit * hourly), 0.1);
    /* The aim above or below the limit is in the price of the moment. */
    p->log_price += step * (p->setup.limit - (lost ? 1.0 : 0.0));
    p->log_price =
        least(most(p->log_price, real_log(PRICE_MIN)), real_log(PRICE_MAX));
}

/* --- learning --------------------------------------------------------------*/

/* P(talk and wrap-up are over within t | talked for so long): by the bins in
 * which the talk may end. */
static double over_within(const struct predictive *p, unsigned age,
                          int64_t t_us)
{
    const struct lasting *talk = &p->talk.lasts;
    double still = talk->still[age];
    if (still < 1e-9)
        return 1.0;
    double sum = 0.0;
    for (unsigned b = age; b < talk->bins; b++) {
        int64_t passed_us = (int64_t)(b - age) * TALK_BIN_US + TALK_BIN_US / 2;
        if (passed_us >= t_us)
            break;
        sum += (talk->goal[b + 1] - talk->goal[b]) *
               lasting_goal_by(&p->wrap.lasts, t_us - passed_us);
    }
    return least(sum / still, 1.0);
}

static void tabulate(struct predictive *p, unsigned k, int64_t t_us)
{
    for (unsigned age = 0; age < p->talk.lasts.bins; age++)
        p->free_after_talk[k][age] = over_within(p, age, t_us);
    for (unsigned age = 0; age < p->wrap.lasts.bins; age++)
        p->free_after_wrap[k][age] = lasting_goal_within(
            &p->wrap.lasts, (int64_t)age * WRAP_BIN_US, t_us);
}

/* Observations fade with 500 answers or a quarter of an hour. */
static void fade(struct predictive *p, double passed_s)
{
    double hourly = most(p->answers_hour, 1.0);
    double memory_s = most(900.0, 500.0 / hourly * HOUR_S);
    double factor = 1.0 - passed_s / memory_s;
    factor = most(factor, 0.5);
    lasting_fade(&p->rings, factor);
    lasting_fade(&p->talk.lasts, factor);
    lasting_fade(&p->wrap.lasts, factor);
}

/* Live answers an hour over the last half hour or so. */
static void learn_rate(struct predictive *p, double passed_s)
{
    double memory_s = least(p->watched_s, 1800.0);
    double weight = memory_s > 0.0 ? least(passed_s / memory_s, 1.0) : 1.0;
    double rate = passed_s > 0.0 ? p->answered / passed_s * HOUR_S : 0.0;
    p->answers_hour += weight * (rate - p->answers_hour);
    p->answered = 0.0;
}

static void learn(struct predictive *p)
{
    double passed_s = (double)(p->now_us - p->learnt_us) / (double)SECOND_US;
    if (p->now_us - p->learnt_us < LEARN_EVERY_US)
        return;
    p->learnt_us = p->now_us;
    learn_rate(p, passed_s);
    fade(p, passed_s);
    double going[LASTING_BINS_MAX] = {0};
    for (unsigned age = 0; age < PREDICTIVE_LINE_TICKS; age++) {
        unsigned bin = age / (RING_BIN_US / PREDICTIVE_TICK_US);
        going[bin < RING_BINS ? bin : RING_BINS - 1] +=
            p->line[(p->now_tick - age) % PREDICTIVE_LINE_TICKS];
    }
    lasting_learn(&p->rings, going);
    busy_learn(&p->talk);
    busy_learn(&p->wrap);
    for (unsigned k = 0; k < PREDICTIVE_HORIZONS; k++) {
        double part = (2.0 * k + 1.0) / (2.0 * PREDICTIVE_HORIZONS);
        p->horizon_us[k] = lasting_quantile_us(&p->rings, part);
        tabulate(p, k, p->horizon_us[k] + p->setup.hold_us);
    }
    tabulate(p, PREDICTIVE_HORIZONS, 2 * SECOND_US + p->setup.hold_us);
}

/* --- forecasts -------------------------------------------------------------*/

/* How much more or less people answer than the tables say. */
static double level(const struct predictive *p, double *variance)
{
    const double prior = 8.0;
    double slow = (p->seen + prior) / (p->expected + prior);
    *variance = slow / (p->expected + prior);
    double gap = p->seen_fast - p->expected_fast * slow;
    double spread = real_sqrt(most(p->expected_fast * slow, 1.0));
    if (gap > 3.0 * spread || gap < -3.5 * spread) {
        slow = (p->seen_fast + 1.0) / (p->expected_fast + 1.0);
        *variance = slow / (p->expected_fast + 1.0);
    }
    return least(most(slow, 0.05), 20.0);
}

/* A jump: the slow memory follows the fast one. */
static void follow_jump(struct predictive *p)
{
    const double prior = 8.0;
    double slow = (p->seen + prior) / (p->expected + prior);
    double gap = p->seen_fast - p->expected_fast * slow;
    double spread = real_sqrt(most(p->expected_fast * slow, 1.0));
    if (gap > 3.0 * spread || gap < -3.5 * spread) {
        p->seen = p->seen_fast;
        p->expected = p->expected_fast;
    }
}

/* Answers of the lines in the air within u. */
static struct loss_count answers_within(const struct predictive *p, int64_t u,
                                        double rho)
{
    struct loss_count c = {0.0, 0.0};
    for (unsigned age = 0; age < PREDICTIVE_LINE_TICKS && p->lines > 0.0;
         age++) {
        double n = p->line[(p->now_tick - age) % PREDICTIVE_LINE_TICKS];
        if (n <= 0.0)
            continue;
        int64_t age_us = (int64_t)age * PREDICTIVE_TICK_US;
        double q = lasting_goal_within(&p->rings, age_us, u) * rho;
        q = least(q, 1.0);
        c.mean += n * q;
        c.variance += n * q * (1.0 - q);
    }
    return c;
}

static void add_freed(const struct predictive_busy *b, const double *chance,
                      struct loss_count *c)
{
    unsigned slot = (unsigned)(b->now_bin % b->lasts.bins);
    for (unsigned age = 0; age < b->lasts.bins; age++) {
        double n = b->born[slot];
        n += age == b->lasts.bins - 1 ? b->older : 0.0;
        slot = slot > 0 ? slot - 1 : b->lasts.bins - 1;
        if (n > 0.0) {
            double q = chance[age];
            c->mean += n * q;
            c->variance += n * q * (1.0 - q);
        }
    }
}

static struct loss_count freed_within(const struct predictive *p, unsigned k)
{
    struct loss_count c = {0.0, 0.0};
    add_freed(&p->talk, p->free_after_talk[k], &c);
    add_freed(&p->wrap, p->free_after_wrap[k], &c);
    return c;
}

/* What one decision looks at, by horizon. */
struct forecast {
    struct loss_count answers[PREDICTIVE_HORIZONS];
    struct loss_cdf freed[PREDICTIVE_HORIZONS];
    double each[PREDICTIVE_HORIZONS]; /* answer chance of a new line */
    double rho_variance;              /* relative */
    long free;
};

static void look_ahead(const struct predictive *p,
                       const struct predictive_now *in, struct forecast *f)
{
    double variance;
    double rho = level(p, &variance);
    f->rho_variance = variance / (rho * rho);
    f->free = (long)in->idle - (long)in->waiting;
    for (unsigned k = 0; k < PREDICTIVE_HORIZONS; k++) {
        int64_t u = p->horizon_us[k];
        f->answers[k] = answers_within(p, u, rho);
        f->each[k] = least(lasting_goal_by(&p->rings, u) * rho, 1.0);
        loss_cdf_init(&f->freed[k], freed_within(p, k));
    }
}

/* L(d): the chance that an answer finds nobody when d lines more ring. */
static double chance_with(const struct forecast *f, unsigned d)
{
    double sum = 0.0;
    for (unsigned k = 0; k < PREDICTIVE_HORIZONS; k++) {
        double q = f->each[k];
        struct loss_count c = f->answers[k];
        c.mean += d * q;
        c.variance += d * q * (1.0 - q);
        c.variance += c.mean * c.mean * f->rho_variance;
        sum += loss_chance(c, f->free, &f->freed[k]);
    }
    return sum / PREDICTIVE_HORIZONS;
}

/* The most lines whose last still costs no more than the price. */
static unsigned most_lines(const struct forecast *f, double price,
                           unsigned high)
{
    unsigned low = 0; /* lines that are surely right */
    /* Mostly few: look there first. */
    for (unsigned d = 1; d < high; d *= 2) {
        if (chance_with(f, d - 1) > price) {
            high = d - 1;
            break;
        }
        low = d;
    }
    while (low < high) {
        unsigned mid = low + (high - low + 1) / 2;
        if (chance_with(f, mid - 1) <= price)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

/* --- the price -------------------------------------------------------------*/

static double price_now(const struct predictive *p,
                        const struct predictive_now *in)
{
    double limit = p->setup.limit;
    double hourly = most(p->answers_hour, 1.0);
    double left_h =
        in->window_end_us > p->now_us
            ? (double)(in->window_end_us - p->now_us) / (HOUR_S * 1e6)
            : 0.0;
    double credit = limit * (double)in->live - (double)in->lost;
    double reserve = 3.0 + 0.8 * real_sqrt(limit * hourly);
    double left = most(hourly * left_h, hourly / 3.0);
    double aim = limit + (credit - reserve) / left;
    aim = least(aim, 1.4 * limit);
    if (left_h < 0.3 && credit < 1.0 + reserve * left_h / 0.3)
        aim = least(aim, 0.02 * limit);
    if (aim <= 0.0)
        return 0.0;
    return real_exp(p->log_price) * aim / limit;
}

/* --- the decision ----------------------------------------------------------*/

/* Lines that rang long enough to be given up. */
static unsigned withdrawable(const struct predictive *p)
{
    double n = 0.0;
    int64_t from = p->setup.withdraw_us / PREDICTIVE_TICK_US + 1;
    for (int64_t age = from; age < PREDICTIVE_LINE_TICKS; age++)
        n += p->line[(p->now_tick - age) % PREDICTIVE_LINE_TICKS];
    return (unsigned)n;
}

/* Takes the oldest lines out of a count, one after the other. */
static unsigned withdraw(const struct predictive *p, const struct forecast *f,
                         double price)
{
    if (p->setup.withdraw_us == 0 || f->free >= 3)
        return 0;
    unsigned may = withdrawable(p);
    if (may == 0)
        return 0;
    double variance;
    double rho = level(p, &variance);
    int64_t u = 2 * SECOND_US;
    struct loss_count c = answers_within(p, u, rho);
    struct loss_cdf freed;
    loss_cdf_init(&freed, freed_within(p, PREDICTIVE_HORIZONS));
    unsigned n = 0;
    int64_t from = p->setup.withdraw_us / PREDICTIVE_TICK_US + 1;
    for (int64_t age = PREDICTIVE_LINE_TICKS - 1; age >= from; age--) {
        double left = p->line[(p->now_tick - age) % PREDICTIVE_LINE_TICKS];
        double q = least(
            lasting_goal_within(&p->rings, age * PREDICTIVE_TICK_US, u) * rho,
            1.0);
        for (; left >= 1.0; left -= 1.0) {
            if (loss_chance(c, f->free + 1, &freed) <= price)
                return n;
            c.mean = most(c.mean - q, 0.0);
            c.variance = most(c.variance - q * (1.0 - q), 0.0);
            n++;
        }
    }
    return n;
}

void predictive_decide(struct predictive *p, const struct predictive_now *in,
                       struct predictive_order *out)
{
    move(p, in->now_us);
    learn(p);
    follow_jump(p);
    *out = (struct predictive_order){0};
    if (in->agents == 0)
        return;
    struct forecast f;
    look_ahead(p, in, &f);
    out->price = price_now(p, in);
    long covered = (long)(p->lines + 0.5) + (long)in->waiting;
    long safe = (long)in->idle - covered;
    unsigned dial = 0;
    if (out->price > 0.0)
        dial = most_lines(&f, out->price, 40 * in->agents + 40);
    if (safe > (long)dial)
        dial = (unsigned)safe;
    out->dial = dial;
    out->chance = dial > 0 ? chance_with(&f, dial - 1) : 0.0;
    if (dial == 0)
        out->withdraw = withdraw(p, &f, most(out->price, PRICE_MIN));
}

#include "core/pace/predictive.h"

#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "core/pace/loss.h"

static const int64_t SECOND_US = 1000000;
static const double HOUR_S = 3600.0;
/* After such a pause the list and the hour are others: what is known of the
 * answers counts little. */
static const int64_t NIGHT_US = INT64_C(3600000000);

enum {
    RING_BIN_US = 500000,
    RING_BINS = 160,
    TALK_BIN_US = 2000000,
    TALK_BINS = 600,
    WRAP_BIN_US = 1000000,
    WRAP_BINS = 300,
    LEARN_EVERY_US = 4000000,
    WITHDRAW_AHEAD_US = 3000000,
    /* The rings of the first lines, to the end. */
    FIRST_RINGS_US = 30000000,
    /* A longer time without a decision is a pause. */
    PAUSE_US = 2000000,
    /* More lines in the air than this for each agent are a mistake. */
    LINES_EACH = 40,
    /* New ones at once: so many, or one for so many agents and lines. Others
     * wait for the next tick, so that what the first of them tell comes in
     * before thousands have been dialled on one guess. */
    LINES_AT_ONCE = 24,
    LINES_AT_ONCE_PART = 50,
};

/* What a first hour looks like: careful, so that it begins as progressive. */
static const double RING_SHARE = 0.30, RING_WEIGHT = 20.0;
static const double TALK_MEAN_S = 60.0, WRAP_MEAN_S = 15.0;
static const double BUSY_WEIGHT = 4.0;
/* Answers whose rings, talks and wrap-ups are remembered. Of rings more: how
 * many are answered is told by the level, when is what stays. Measured. */
static const double RINGS_MEMORY = 4000.0, BUSY_MEMORY = 1500.0;
static const double NIGHT_FADE = 0.3;
/* A line that rang long is rarely answered: giving it up costs one more dial,
 * so it is worth a smaller risk than a new line. Measured (bench_pace). */
static const double WITHDRAW_PART = 0.1, WITHDRAW_PRICE_MIN = 0.0002;
/* Late answers as a share of all: up to the first they change nothing, from
 * the second on they are left out. Measured (no_amd gains, others lose). */
static const double LATE_FEW = 0.4, LATE_MANY = 0.6;

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

/* --- life ------------------------------------------------------------------*/

static void expect_mean(struct lasting *l, int64_t bin_us, unsigned bins,
                        double mean_s)
{
    lasting_init(l, bin_us, bins, BUSY_WEIGHT);
    int64_t all_us = bin_us * bins;
    double means = (double)all_us / (double)SECOND_US / mean_s;
    lasting_expect(l, 0, all_us, 1.0 - real_exp(-means));
}

void predictive_init(struct predictive *p, const struct predictive_setup *s,
                     int64_t begin_us)
{
    tm_assert(s->hold_us >= 0 && s->withdraw_us >= 0);
    memset(p, 0, sizeof *p);
    p->setup = *s;
    p->now_us = p->clock_us = p->decided_us = begin_us;
    p->learnt_us = begin_us - LEARN_EVERY_US;
    answer_level_init(&p->level);
    budget_init(&p->budget, s->limit, s->wrong_share);
    lasting_init(&p->rings, RING_BIN_US, RING_BINS, RING_WEIGHT);
    lasting_expect(&p->rings, 4 * SECOND_US, 20 * SECOND_US, RING_SHARE);
    expect_mean(&p->talk, TALK_BIN_US, TALK_BINS, TALK_MEAN_S);
    expect_mean(&p->wrap, WRAP_BIN_US, WRAP_BINS, WRAP_MEAN_S);
    ages_init(&p->lines, PREDICTIVE_TICK_US, PREDICTIVE_LINE_TICKS, begin_us);
    ages_init(&p->talking, TALK_BIN_US, TALK_BINS, begin_us);
    ages_init(&p->wrapping, WRAP_BIN_US, WRAP_BINS, begin_us);
    predictive_observe(p, begin_us);
}

/* --- time ------------------------------------------------------------------*/

/* Expected answers of the lines in the air during one tick. */
static double expected_in_tick(const struct predictive *p)
{
    enum { TICKS = RING_BIN_US / PREDICTIVE_TICK_US };
    double sum = 0.0;
    const struct ages *a = &p->lines;
    for (unsigned age = ages_next(a, 0); age < RING_BINS * TICKS;
         age = ages_next(a, age + 1))
        sum += ages_of(a, age) * p->rings.hazard[age / TICKS];
    return sum / TICKS;
}

/* Lines that never ended are no longer believed in. */
static uint32_t lines_now(const struct predictive *p)
{
    return p->lines.all - p->lines.older;
}

static void move(struct predictive *p, int64_t clock_us)
{
    int64_t passed_us = clock_us - p->clock_us;
    p->clock_us = clock_us;
    if (passed_us <= 0)
        return;
    p->now_us += passed_us;
    /* Tick by tick while lines ring; a ring is at its end after a round. */
    for (unsigned i = 0; i < PREDICTIVE_LINE_TICKS && lines_now(p) > 0; i++) {
        int64_t next_us = (p->lines.now_bin + 1) * PREDICTIVE_TICK_US;
        if (next_us > p->now_us)
            break;
        answer_level_tick(&p->level, expected_in_tick(p));
        ages_move(&p->lines, next_us);
    }
    ages_move(&p->lines, p->now_us);
    ages_move(&p->talking, p->now_us);
    ages_move(&p->wrapping, p->now_us);
}

/* --- events ----------------------------------------------------------------*/

static int64_t begin(struct predictive *p, struct ages *a, int64_t now_us)
{
    move(p, now_us);
    ages_born(a);
    return p->now_us;
}

/* Whether it was known. */
static bool end(struct predictive *p, struct ages *a, struct lasting *l,
                int64_t mark, enum lasting_end how)
{
    if (!ages_gone(a, mark))
        return false;
    lasting_ended(l, p->now_us - mark, how);
    return true;
}

int64_t predictive_dialled(struct predictive *p, int64_t now_us)
{
    int64_t mark = begin(p, &p->lines, now_us);
    if (p->first_us == 0)
        p->first_us = mark;
    return mark;
}

void predictive_line_ended(struct predictive *p, int64_t now_us, int64_t mark,
                           enum lasting_end how)
{
    move(p, now_us);
    if (end(p, &p->lines, &p->rings, mark, how) && how == LASTING_GOAL) {
        answer_level_answered(&p->level);
        p->answered += 1.0;
        p->answers += 1.0;
    }
}

int64_t predictive_talk(struct predictive *p, int64_t now_us)
{
    return begin(p, &p->talking, now_us);
}

void predictive_talk_ended(struct predictive *p, int64_t now_us, int64_t mark,
                           enum lasting_end how)
{
    move(p, now_us);
    (void)end(p, &p->talking, &p->talk, mark, how);
}

int64_t predictive_wrap(struct predictive *p, int64_t now_us)
{
    return begin(p, &p->wrapping, now_us);
}

void predictive_wrap_ended(struct predictive *p, int64_t now_us, int64_t mark,
                           enum lasting_end how)
{
    move(p, now_us);
    (void)end(p, &p->wrapping, &p->wrap, mark, how);
}

void predictive_settled(struct predictive *p, bool lost)
{
    budget_settled(&p->budget, lost);
}

/* Machines that got through are many where nobody detects them: a price that
 * took them for people would lose more of these than the law allows. */
void predictive_was_machine(struct predictive *p)
{
    struct budget once_more = p->budget;
    budget_settled(&once_more, false);
    p->budget.log_price -= once_more.log_price - p->budget.log_price;
    p->answered -= 1.0;
}

/* --- learning --------------------------------------------------------------*/

/* What is left of a memory of so many answers, or a quarter of an hour. */
static double kept(const struct predictive *p, double answers)
{
    double hourly = most(p->budget.answers_hour, 1.0);
    double memory_s = most(900.0, answers / hourly * HOUR_S);
    return most(1.0 - p->active_s / memory_s, 0.5);
}

static void fade(struct predictive *p)
{
    lasting_fade(&p->rings, kept(p, RINGS_MEMORY));
    lasting_fade(&p->talk, kept(p, BUSY_MEMORY));
    lasting_fade(&p->wrap, kept(p, BUSY_MEMORY));
}

/* Live answers in an hour of dialling, over the last hour or so. */
static void learn_rate(struct predictive *p)
{
    if (p->active_s <= 0.0)
        return;
    p->watched_s += p->active_s;
    double memory_s = least(p->watched_s, HOUR_S);
    double weight = least(p->active_s / memory_s, 1.0);
    double rate = most(p->answered, 0.0) / p->active_s * HOUR_S;
    double old = p->budget.answers_hour;
    budget_rate(&p->budget, old + weight * (rate - old));
    p->answered = least(p->answered, 0.0); /* told late: the next time */
}

/* Shares that end in each of n bins, each times what comes after. Apart from
 * its caller since gcc 12 with -O3 and link-time optimisation made nothing of
 * it there (no warning, no finding of valgrind or the sanitizers); the test
 * sim_determinism compares the compilers. */
static double ends_over(const double *goal, const double *over, unsigned n)
{
    double sum = 0.0;
    for (unsigned i = 0; i < n; i++)
        sum += (goal[i + 1] - goal[i]) * over[i];
    return sum;
}

/* P(talk and wrap-up are over within the time | talked for so long), by the
 * bins in which the talk may end. */
static void tabulate_talk(struct predictive *p, unsigned k, int64_t within_us)
{
    const struct lasting *talk = &p->talk;
    double over[TALK_BINS]; /* wrap-up, when talk ends in the bin so far on */
    unsigned n = 0;
    for (; n < TALK_BINS; n++) {
        int64_t into_us = n * (int64_t)TALK_BIN_US + TALK_BIN_US / 2;
        if (into_us >= within_us)
            break;
        over[n] = lasting_goal_by(&p->wrap, within_us - into_us);
    }
    for (unsigned age = 0; age < TALK_BINS; age++) {
        unsigned last = age + n < TALK_BINS ? n : TALK_BINS - age;
        double sum = ends_over(&talk->goal[age], over, last);
        double still = talk->still[age];
        p->talk_frees[age][k] = still < 1e-9 ? 0.0 : least(sum / still, 1.0);
    }
}

/* How much of the answers come when a line may be given up already, as a
 * weight: machines that nobody tells from people pick up late. */
static double late_answers(const struct predictive *p)
{
    double all = p->rings.goal[p->rings.bins];
    if (p->setup.withdraw_us == 0 || all <= 0.0)
        return 0.0;
    double late = 1.0 - lasting_goal_by(&p->rings, p->setup.withdraw_us) / all;
    return least(most((late - LATE_FEW) / (LATE_MANY - LATE_FEW), 0.0), 1.0);
}

/* The answer of a line of an age within u. Where late answers are many, a line
 * is given up before it brings one too many, so they are no risk of dialling.
 */
static double line_answer(const struct predictive *p, unsigned k,
                          int64_t age_us, double late)
{
    int64_t u = p->ahead_us[k], left_us = p->setup.withdraw_us - age_us;
    double all = lasting_goal_within(&p->rings, age_us, u);
    if (late <= 0.0 || k == PREDICTIVE_HORIZONS || left_us >= u)
        return all;
    double early =
        left_us > 0 ? lasting_goal_within(&p->rings, age_us, left_us) : 0.0;
    return all + late * (early - all);
}

static void tabulate(struct predictive *p, unsigned k)
{
    int64_t u = p->ahead_us[k], within_us = u + p->setup.hold_us;
    double late = late_answers(p);
    p->new_answers[k] = line_answer(p, k, 0, late);
    for (unsigned age = 0; age < PREDICTIVE_LINE_TICKS; age++)
        p->line_answers[age][k] =
            line_answer(p, k, (int64_t)age * PREDICTIVE_TICK_US, late);
    tabulate_talk(p, k, within_us);
    for (unsigned age = 0; age < WRAP_BINS; age++)
        p->wrap_frees[age][k] = lasting_goal_within(
            &p->wrap, (int64_t)age * WRAP_BIN_US, within_us);
}

static void learn_from(struct lasting *l, const struct ages *a)
{
    uint32_t going[LASTING_BINS_MAX] = {0};
    unsigned each = (unsigned)(l->bin_us / a->bin_us);
    for (unsigned age = 0; age < a->bins && age / each < l->bins; age++)
        going[age / each] += ages_of(a, age);
    lasting_learn(l, going);
}

static void learn(struct predictive *p)
{
    learn_rate(p);
    fade(p);
    p->active_s = 0.0;
    learn_from(&p->rings, &p->lines);
    learn_from(&p->talk, &p->talking);
    learn_from(&p->wrap, &p->wrapping);
    for (unsigned k = 0; k < PREDICTIVE_HORIZONS; k++) {
        double part = (2.0 * k + 1.0) / (2.0 * PREDICTIVE_HORIZONS);
        p->ahead_us[k] = lasting_quantile_us(&p->rings, part);
    }
    p->ahead_us[PREDICTIVE_HORIZONS] = WITHDRAW_AHEAD_US;
    for (unsigned k = 0; k < PREDICTIVE_AHEAD; k++)
        tabulate(p, k);
}

/* Whether enough people have answered to know when they do, and the first
 * lines have rung to their end. Until then the silence of lines that are too
 * young to be answered would look like a list of nobodies, and a large floor
 * would drown it in lines. */
static bool is_known(struct predictive *p, unsigned agents)
{
    bool rung_out =
        p->first_us != 0 && p->now_us - p->first_us >= FIRST_RINGS_US;
    if (!p->known && rung_out &&
        p->answers >= least(3.0 + agents / 2.0, 20.0)) {
        p->known = true;
        answer_level_forget(&p->level, false);
    }
    return p->known && rung_out;
}

/* How long lines ring is known from the day before; how many of them are
 * answered is not: that doubt is care enough for the first of them. */
static void wake(struct predictive *p)
{
    lasting_fade(&p->rings, NIGHT_FADE);
    answer_level_forget(&p->level, true);
}

void predictive_observe(struct predictive *p, int64_t now_us)
{
    move(p, now_us);
    int64_t since_us = p->now_us - p->decided_us;
    p->decided_us = p->now_us;
    if (since_us <= PAUSE_US)
        p->active_s += (double)since_us / (double)SECOND_US;
    if (since_us >= NIGHT_US)
        wake(p);
    if (p->now_us - p->learnt_us < LEARN_EVERY_US)
        return;
    p->learnt_us = p->now_us;
    learn(p);
}

/* --- forecasts -------------------------------------------------------------*/

/* What one decision looks at. */
struct forecast {
    struct loss_count answers[PREDICTIVE_AHEAD];
    struct loss_cdf freed[PREDICTIVE_AHEAD];
    double each[PREDICTIVE_HORIZONS]; /* answer chance of a new line */
    double rho;                       /* more or less answers than learnt */
    double rho_variance;              /* relative */
    double called[PREDICTIVE_AHEAD];  /* callers to come, each takes one too */
    long free;
};

static void add(const struct ages *a, const predictive_row *chance, double rho,
                struct loss_count *sum)
{
    for (unsigned age = ages_next(a, 0); age < a->bins;
         age = ages_next(a, age + 1)) {
        uint32_t n = ages_of(a, age);
        for (unsigned k = 0; k < PREDICTIVE_AHEAD; k++) {
            double q = least(chance[age][k] * rho, 1.0);
            sum[k].mean += n * q;
            sum[k].variance += n * q * (1.0 - q);
        }
    }
}

/* Busy agents to come, less those who will not come back. */
static void add_freed(const struct predictive *p, unsigned leaving,
                      struct loss_count *freed)
{
    add(&p->talking, p->talk_frees, 1.0, freed);
    add(&p->wrapping, p->wrap_frees, 1.0, freed);
    double busy = (double)p->talking.all + (double)p->wrapping.all;
    double back = busy > 0.0 ? most(1.0 - leaving / busy, 0.0) : 1.0;
    for (unsigned k = 0; k < PREDICTIVE_AHEAD; k++) {
        freed[k].mean *= back;
        freed[k].variance *= back;
    }
}

static void look_ahead(const struct predictive *p,
                       const struct predictive_now *in, struct forecast *f)
{
    struct loss_count freed[PREDICTIVE_AHEAD] = {{0}};
    struct answer_level_estimate level = answer_level_now(&p->level);
    double rho = least(most(level.ratio, 0.05), 20.0);
    memset(f->answers, 0, sizeof f->answers);
    f->rho = rho;
    f->rho_variance = level.variance;
    f->free = (long)in->idle - (long)in->waiting;
    add(&p->lines, p->line_answers, rho, f->answers);
    add_freed(p, in->leaving, freed);
    for (unsigned k = 0; k < PREDICTIVE_AHEAD; k++) {
        loss_cdf_init(&f->freed[k], freed[k]);
        f->called[k] =
            in->called_per_s * (double)p->ahead_us[k] / (double)SECOND_US;
    }
    for (unsigned k = 0; k < PREDICTIVE_HORIZONS; k++)
        f->each[k] = least(p->new_answers[k] * rho, 1.0);
}

/* Those who call us take agents as those who answer do: a Poisson number of
 * them, which tells nothing of the answers. */
static void add_called(const struct forecast *f, unsigned k,
                       struct loss_count *c)
{
    c->mean += f->called[k];
    c->variance += f->called[k];
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
        add_called(f, k, &c);
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
    for (unsigned d = 1; d <= high; d *= 4) {
        if (chance_with(f, d - 1) > price) {
            high = d - 1;
            break;
        }
        low = d;
    }
    /* Of many, a few more or less matter not: the next tick mends it. */
    while (high - low > low / 16) {
        unsigned mid = low + (high - low + 1) / 2;
        if (chance_with(f, mid - 1) <= price)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

/* --- the decision ----------------------------------------------------------*/

/* Takes the oldest lines out of a count, one after the other. */
static unsigned withdraw(const struct predictive *p, const struct forecast *f,
                         double price)
{
    if (p->setup.withdraw_us == 0 || f->free >= 3)
        return 0;
    const unsigned k = PREDICTIVE_HORIZONS;
    struct loss_count c = f->answers[k];
    add_called(f, k, &c);
    unsigned n = 0;
    /* A line of this tick has surely rung so long. */
    int64_t from = p->setup.withdraw_us / PREDICTIVE_TICK_US + 1;
    for (unsigned age = PREDICTIVE_LINE_TICKS - 2; age >= from; age--) {
        uint32_t left = ages_of(&p->lines, age);
        double q = least(p->line_answers[age][k] * f->rho, 1.0);
        for (; left > 0; left--) {
            /* One answer more than free and freed agents is lost. */
            if (loss_chance(c, f->free + 1, &f->freed[k]) <= price)
                return n;
            c.mean = most(c.mean - q, f->called[k]);
            c.variance = most(c.variance - q * (1.0 - q), f->called[k]);
            n++;
        }
    }
    return n;
}

/* A line for each idle agent abandons nobody: who calls us leaves him to it. */
static unsigned safe_lines(const struct predictive *p,
                           const struct predictive_now *in)
{
    int64_t safe = (int64_t)in->idle - (int64_t)lines_now(p);
    safe -= (int64_t)in->waiting;
    return safe > 0 ? (unsigned)safe : 0;
}

/* As many as the price allows, but a line for each idle agent always. */
static unsigned lines_to_dial(struct predictive *p,
                              const struct predictive_now *in,
                              const struct forecast *f, double price)
{
    if (in->agents == 0)
        return 0;
    uint32_t ringing = lines_now(p);
    uint64_t room = (uint64_t)LINES_EACH * in->agents;
    room -= ringing < room ? ringing : room;
    uint64_t at_once = ((uint64_t)ringing + in->agents) / LINES_AT_ONCE_PART;
    at_once = at_once > LINES_AT_ONCE ? at_once : LINES_AT_ONCE;
    room = room < at_once ? room : at_once;
    unsigned n = 0;
    if (price > 0.0 && is_known(p, in->agents))
        n = most_lines(f, price, (unsigned)room);
    unsigned safe = safe_lines(p, in);
    return safe > n ? safe : n;
}

void predictive_decide(struct predictive *p, const struct predictive_now *in,
                       struct predictive_order *out)
{
    tm_assert(in->called_per_s >= 0.0);
    predictive_observe(p, in->now_us);
    struct forecast f;
    look_ahead(p, in, &f);
    *out = (struct predictive_order){0};
    out->price = budget_price(&p->budget, &in->window);
    out->dial = lines_to_dial(p, in, &f, out->price);
    if (out->dial > 0)
        out->chance = chance_with(&f, out->dial - 1);
    else
        out->withdraw = withdraw(
            p, &f, most(WITHDRAW_PART * out->price, WITHDRAW_PRICE_MIN));
}

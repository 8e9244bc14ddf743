#include "core/pace/budget.h"

#include "base/assert.h"
#include "base/real.h"

/* Beyond the highest price large floors lose more people and talk no more. */
static const double PRICE_MIN = 0.002, PRICE_MAX = 0.5;
static const double STEP_MAX = 0.1;
static const double HOUR_US = 3600e6;
/* The end of a window, in hours, in which nothing is risked on credit. */
static const double LAST_HOURS = 0.3;
/* Time and answers in which the reserve is filled again. */
static const double PAY_BACK_HOURS = 2.0, PAY_BACK_ANSWERS = 200.0;
/* Answers an hour for one call more in reserve. */
static const double RESERVE_FROM = 100.0;
/* Calls, and a part of the budget so far, that may be owed. */
static const double DEBT_CALLS = 4.0, DEBT_PART = 0.25;
/* Calls that must be left to lose in the last hour for one more risk. */
static const double SPARE = 1.2;

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

/* What the price can still steer. */
static double steered(const struct budget *b)
{
    return most(b->limit - b->wrong_share, 0.1 * b->limit);
}

void budget_init(struct budget *b, double limit, double wrong_share)
{
    tm_assert(limit > 0.0 && limit < 1.0 && wrong_share >= 0.0);
    *b = (struct budget){.limit = limit, .wrong_share = wrong_share};
    b->aim = steered(b);
    b->log_price = real_log(b->aim);
}

void budget_rate(struct budget *b, double answers_hour)
{
    tm_assert(answers_hour >= 0.0);
    b->answers_hour = answers_hour;
}

double budget_price(struct budget *b, const struct budget_window *w)
{
    double limit = steered(b);
    double hourly = most(b->answers_hour, 1.0);
    double left_h = w->left_us > 0 ? (double)w->left_us / HOUR_US : 0.0;
    double credit = b->limit * (double)w->live - (double)w->lost;
    /* What an hour may lose by bad luck. Of a few answers an hour less is kept
     * back, as it would be a large part of their budget; measured. */
    double reserve = least(3.0, 1.5 + hourly / RESERVE_FROM) +
                     0.8 * real_sqrt(limit * hourly);
    /* Near the end a loss is dear, but not for the whole rest at once. */
    double left = most(hourly * left_h, hourly / 3.0);
    /* What is owed is made good soon: a list may run out before the window. */
    if (credit < reserve)
        left = least(left, most(PAY_BACK_HOURS * hourly, PAY_BACK_ANSWERS));
    double aim = limit + (credit - reserve) / left;
    aim = least(aim, 1.4 * limit);
    if (left_h < LAST_HOURS && credit < 1.0 + reserve * left_h / LAST_HOURS)
        aim = least(aim, 0.02 * limit);
    if (left_h < 1.0 && credit < SPARE)
        aim = 0.0;
    /* Deep in debt nothing is risked, however long the window still is: the
     * list may run out, and then what there was is the window. */
    if (credit < -(DEBT_CALLS + DEBT_PART * limit * (double)w->live))
        aim = 0.0;
    b->aim = most(aim, 0.0);
    if (aim <= 0.0)
        return 0.0;
    double price = real_exp(b->log_price) * aim / limit;
    tm_assert(price > 0.0 && price < 1.0);
    return price;
}

void budget_settled(struct budget *b, bool lost)
{
    double hourly = most(b->answers_hour, 1.0);
    double step = least(1.0 / (0.75 * steered(b) * hourly), STEP_MAX);
    double log_price = b->log_price + step * (b->aim - (lost ? 1.0 : 0.0));
    b->log_price =
        least(most(log_price, real_log(PRICE_MIN)), real_log(PRICE_MAX));
}

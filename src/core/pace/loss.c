#include "core/pace/loss.h"

#include "base/assert.h"
#include "base/real.h"

static const double NORMAL_FROM = 30.0;

/* Probabilities of 0, 1, ... by Katz's recursion
 * p(n+1) / p(n) = (a + b n) / (n + 1); returns how many matter. */
static int katz(struct loss_count c, double p[LOSS_COUNTS])
{
    /* Nearly sure ones: p(0) must stay a number that can be written. */
    double least = 0.02 * c.mean;
    double b = 1.0 - c.mean / (c.variance > least ? c.variance : least);
    b = b < 0.95 ? b : 0.95;
    double a = c.mean * (1.0 - b);
    double none;
    if (b > 1e-6 || b < -1e-6)
        none = a / b * real_log(1.0 - b);
    else
        none = -c.mean;
    tm_assert(none > -700.0);
    p[0] = real_exp(none);
    double sum = p[0];
    int n = 1;
    for (; n < LOSS_COUNTS; n++) {
        double up = a + b * (n - 1);
        p[n] = up > 0.0 ? p[n - 1] * (up / n) : 0.0;
        sum += p[n];
        if ((double)n > c.mean && p[n] < 1e-9)
            break;
    }
    n = n < LOSS_COUNTS ? n + 1 : LOSS_COUNTS;
    /* A binomial whose number of trials is no integer does not add up. */
    double scale = sum > 0.0 ? 1.0 / sum : 0.0;
    for (int i = 0; i < n; i++)
        p[i] *= scale;
    return n;
}

void loss_cdf_init(struct loss_cdf *c, struct loss_count of)
{
    tm_assert(of.mean >= 0.0 && of.variance >= 0.0);
    c->of = of;
    c->counts = 0;
    if (of.mean > NORMAL_FROM || of.mean < 1e-9)
        return;
    c->counts = katz(of, c->cdf);
    for (int n = 1; n < c->counts; n++)
        c->cdf[n] += c->cdf[n - 1];
}

/* Both as one normal number, with the correction for whole numbers. */
static double by_normal(struct loss_count answers, long free,
                        const struct loss_cdf *freed)
{
    double mean = answers.mean - freed->of.mean;
    double variance = answers.variance + freed->of.variance;
    if (variance < 1e-9)
        return mean >= (double)free ? 1.0 : 0.0;
    double z = ((double)free - 0.5 - mean) / real_sqrt(variance);
    return 1.0 - real_normal_cdf(z);
}

/* The chance of at most n, which would not be enough. */
static double cdf_at(const struct loss_cdf *c, long n)
{
    return n < c->counts ? c->cdf[n] : 1.0;
}

double loss_chance(struct loss_count answers, long free,
                   const struct loss_cdf *freed)
{
    tm_assert(answers.mean >= 0.0 && answers.variance >= 0.0);
    if (answers.mean > NORMAL_FROM || freed->of.mean > NORMAL_FROM)
        return by_normal(answers, free, freed);
    if (answers.mean < 1e-9)
        return free <= 0 ? cdf_at(freed, -free) : 0.0;
    double p[LOSS_COUNTS];
    int counts = katz(answers, p);
    double chance = 0.0;
    for (long n = free > 0 ? free : 0; n < counts; n++)
        chance += p[n] * cdf_at(freed, n - free);
    return chance < 1.0 ? chance : 1.0;
}

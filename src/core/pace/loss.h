/*
 * The chance that more people answer than agents can take, from mean and
 * variance of both. Counts are taken for binomial, Poisson or negative
 * binomial by their variance (the Katz family), beyond some thirty for normal.
 * About a microsecond; pure.
 * Reference: Katz 1965; Johnson, Kemp and Kotz, Univariate Discrete
 * Distributions, section 2.3.2.
 */
#ifndef CORE_PACE_LOSS_H
#define CORE_PACE_LOSS_H

enum { LOSS_COUNTS = 160 };

/* Mean and variance of a count. */
struct loss_count {
    double mean, variance;
};

/* Cumulative distribution of a count, for many questions with one other. */
struct loss_cdf {
    struct loss_count of;
    int counts; /* from here on the cdf is 1 */
    double cdf[LOSS_COUNTS];
};
void loss_cdf_init(struct loss_cdf *c, struct loss_count of);

/* P(answers >= free + freed); free may be negative. */
double loss_chance(struct loss_count answers, long free,
                   const struct loss_cdf *freed);

#endif

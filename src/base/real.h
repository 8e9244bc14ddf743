/*
 * Logarithm, exponential and square root that give the same bits on every
 * compiler and machine: only + - * / on IEEE doubles and integer work, no
 * libm, whose last bits differ. For decisions and simulations, which must be
 * repeatable. Some tens of nanoseconds each; pure, any thread.
 */
#ifndef BASE_REAL_H
#define BASE_REAL_H

/* Natural logarithm (0 < x < 1e300), e to the x (|x| <= 700) and square root
 * (x >= 0), to about 1e-15. */
double real_log(double x);
double real_exp(double x);
double real_sqrt(double x);
/* Share of the standard normal distribution below x, to about 1e-7
 * (Abramowitz and Stegun 26.2.17). */
double real_normal_cdf(double x);

#endif

/*
 * Distributions of the scenario files: "const m", "exp m",
 * "lognormal mean cv lo hi", "gamma mean cv lo hi", "uniform lo hi",
 * "tri lo mode hi". Values beyond lo..hi become lo or hi. Draws use only
 * + - * / on IEEE doubles and integer work, no libm: the same stream gives
 * the same value on every compiler and machine. A distribution is a plain
 * value; drawing costs 20 to 150 ns.
 *
 * Misuse: lo and hi clip, so the mean of a clipped distribution is not the
 * mean that was asked for.
 */
#ifndef SIM_DISTRIBUTION_H
#define SIM_DISTRIBUTION_H

#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"

enum distribution_kind {
    DISTRIBUTION_CONST,
    DISTRIBUTION_EXP,
    DISTRIBUTION_LOGNORMAL,
    DISTRIBUTION_GAMMA,
    DISTRIBUTION_UNIFORM,
    DISTRIBUTION_TRI,
};

struct distribution {
    enum distribution_kind kind;
    double mean; /* const, exp, lognormal, gamma; mode of tri */
    double cv;   /* lognormal, gamma */
    double lo, hi;
    double p, q; /* derived: mu, sigma; shape, scale; split of tri */
};

/* Reads the text form. TM_EINVAL with a text that names the fault. */
int distribution_parse(struct slice text, struct distribution *out,
                       struct err *e) TM_MUST_CHECK;
/* As distribution_parse for a literal of the program: asserts. */
struct distribution distribution_of(const char *text);
/* One value, never negative. */
double distribution_draw(const struct distribution *d, struct rng *r);
/* Seconds drawn, as whole milliseconds. */
int64_t distribution_draw_ms(const struct distribution *d, struct rng *r);

/* Standard normal value. */
double distribution_normal(struct rng *r);

#endif

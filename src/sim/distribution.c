#include "sim/distribution.h"

#include <string.h>

#include "base/real.h"

enum { DISTRIBUTION_NUMBERS_MAX = 4 };

/* Marsaglia's polar method; the second value is dropped so that a draw has
 * no state but the stream. */
double distribution_normal(struct rng *r)
{
    for (;;) {
        double u = 2.0 * rng_unit(r) - 1.0, v = 2.0 * rng_unit(r) - 1.0;
        double s = u * u + v * v;
        if (s < 1.0 && s > 1e-300)
            return u * real_sqrt(-2.0 * real_log(s) / s);
    }
}

static double positive_unit(struct rng *r)
{
    return 1.0 - rng_unit(r); /* (0, 1] */
}

/* Marsaglia and Tsang 2000, for shape >= 1; below 1 by the power of a
 * uniform value that lifts the shape by one. */
static double gamma_draw(double shape, struct rng *r)
{
    double lift = 1.0;
    if (shape < 1.0) {
        double t = real_log(positive_unit(r)) / shape;
        lift = t < -700.0 ? 0.0 : real_exp(t);
        shape += 1.0;
    }
    double d = shape - 1.0 / 3.0, c = 1.0 / real_sqrt(9.0 * d);
    for (;;) {
        double x = distribution_normal(r), v = 1.0 + c * x;
        if (v <= 0.0)
            continue;
        v = v * v * v;
        double u = positive_unit(r);
        if (real_log(u) < 0.5 * x * x + d - d * v + d * real_log(v))
            return lift * d * v;
    }
}

static double tri_draw(const struct distribution *d, double u)
{
    double span = d->hi - d->lo;
    if (u < d->p)
        return d->lo + real_sqrt(u * span * (d->mean - d->lo));
    return d->hi - real_sqrt((1.0 - u) * span * (d->hi - d->mean));
}

static double clip(const struct distribution *d, double x)
{
    return x < d->lo ? d->lo : x > d->hi ? d->hi : x;
}

double distribution_draw(const struct distribution *d, struct rng *r)
{
    switch (d->kind) {
    case DISTRIBUTION_CONST: return d->mean;
    case DISTRIBUTION_EXP: return -d->mean * real_log(positive_unit(r));
    case DISTRIBUTION_LOGNORMAL:
        return clip(d, real_exp(d->p + d->q * distribution_normal(r)));
    case DISTRIBUTION_GAMMA: return clip(d, gamma_draw(d->p, r) * d->q);
    case DISTRIBUTION_UNIFORM: return d->lo + rng_unit(r) * (d->hi - d->lo);
    case DISTRIBUTION_TRI: return tri_draw(d, rng_unit(r));
    }
    tm_unreachable("kind of distribution");
}

int64_t distribution_draw_ms(const struct distribution *d, struct rng *r)
{
    double s = distribution_draw(d, r);
    tm_assert(s >= 0.0 && s < 1e12);
    return (int64_t)(s * 1000.0 + 0.5);
}

/* X(kind, word, numbers, form) */
#define DISTRIBUTION_FORMS(X)                                                  \
    X(DISTRIBUTION_CONST, "const", 1, "const M")                               \
    X(DISTRIBUTION_EXP, "exp", 1, "exp MEAN")                                  \
    X(DISTRIBUTION_LOGNORMAL, "lognormal", 4, "lognormal MEAN CV LO HI")       \
    X(DISTRIBUTION_GAMMA, "gamma", 4, "gamma MEAN CV LO HI")                   \
    X(DISTRIBUTION_UNIFORM, "uniform", 2, "uniform LO HI")                     \
    X(DISTRIBUTION_TRI, "tri", 3, "tri LO MODE HI")

static const struct {
    const char *word;
    int numbers;
    const char *form;
} FORMS[] = {
#define X(kind, word, numbers, form) [kind] = {word, numbers, form},
    DISTRIBUTION_FORMS(X)
#undef X
};

static struct slice next_word(struct slice *rest)
{
    *rest = str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    struct slice word = str_range(rest->p, n);
    *rest = str_range(rest->p + n, rest->n - n);
    return word;
}

static void place_numbers(struct distribution *d, const double v[])
{
    switch (d->kind) {
    case DISTRIBUTION_CONST:
    case DISTRIBUTION_EXP: d->mean = v[0]; break;
    case DISTRIBUTION_LOGNORMAL:
    case DISTRIBUTION_GAMMA:
        d->mean = v[0];
        d->cv = v[1];
        d->lo = v[2];
        d->hi = v[3];
        break;
    case DISTRIBUTION_UNIFORM:
        d->lo = v[0];
        d->hi = v[1];
        break;
    case DISTRIBUTION_TRI:
        d->lo = v[0];
        d->mean = v[1];
        d->hi = v[2];
        break;
    }
}

/* Checks the numbers against each other and derives p and q. */
static bool settle(struct distribution *d)
{
    bool shaped =
        d->kind == DISTRIBUTION_LOGNORMAL || d->kind == DISTRIBUTION_GAMMA;
    if (d->lo > d->hi)
        return false;
    if (shaped && (d->mean < 1e-6 || d->cv < 1e-3 || d->cv > 20.0))
        return false;
    if (d->kind == DISTRIBUTION_LOGNORMAL) {
        double variance = real_log(1.0 + d->cv * d->cv);
        d->q = real_sqrt(variance);
        d->p = real_log(d->mean) - 0.5 * variance;
    } else if (d->kind == DISTRIBUTION_GAMMA) {
        d->p = 1.0 / (d->cv * d->cv);
        d->q = d->mean / d->p;
    } else if (d->kind == DISTRIBUTION_TRI) {
        if (d->mean < d->lo || d->mean > d->hi)
            return false;
        d->p = d->hi > d->lo ? (d->mean - d->lo) / (d->hi - d->lo) : 1.0;
    }
    return true;
}

int distribution_parse(struct slice text, struct distribution *out,
                       struct err *e)
{
    struct slice rest = text, word = next_word(&rest);
    size_t kind = 0;
    while (kind < tm_array_len(FORMS) && !str_eq(word, FORMS[kind].word))
        kind++;
    if (kind == tm_array_len(FORMS))
        return err_set(e, TM_EINVAL,
                       "\"%.*s\" is no distribution; say const, exp, "
                       "lognormal, gamma, uniform or tri",
                       (int)(word.n > 60 ? 60 : word.n), word.p);
    struct distribution d = {.kind = (enum distribution_kind)kind};
    double v[DISTRIBUTION_NUMBERS_MAX] = {0};
    bool good = true;
    for (int i = 0; i < FORMS[kind].numbers && good; i++)
        good =
            str_double(next_word(&rest), &v[i]) && v[i] >= 0.0 && v[i] <= 1e9;
    place_numbers(&d, v);
    if (!good || str_trim(rest).n != 0 || !settle(&d))
        return err_set(e, TM_EINVAL,
                       "not a distribution of the form \"%s\" with numbers "
                       "from 0 to 1e9 in that order",
                       FORMS[kind].form);
    *out = d;
    return TM_OK;
}

struct distribution distribution_of(const char *text)
{
    struct distribution d = {.kind = DISTRIBUTION_CONST};
    int rc = distribution_parse(str_of(text), &d, NULL);
    tm_assert(rc == TM_OK);
    return d;
}

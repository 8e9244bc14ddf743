#include "base/real.h"

#include <stdint.h>
#include <string.h>

#include "base/assert.h"

static const double LN2_HI = 0x1.62e42fee00000p-1; /* 20 low bits are zero */
static const double LN2_LO = 0x1.a39ef35793c76p-33;

double real_log(double x)
{
    tm_assert(x > 0.0 && x < 1e300);
    int exponent = 0;
    if (x < 0x1p-1000) { /* a subnormal has no leading bit to read */
        x *= 0x1p200;
        exponent = -200;
    }
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    exponent += (int)(bits >> 52) - 1023;
    bits = (bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent++;
    }
    /* log m = 2 atanh((m - 1) / (m + 1)), |argument| < 0.172 */
    static const double inverse[] = {
        1.0,        1.0 / 3.0,  1.0 / 5.0,  1.0 / 7.0,  1.0 / 9.0,
        1.0 / 11.0, 1.0 / 13.0, 1.0 / 15.0, 1.0 / 17.0, 1.0 / 19.0,
    };
    double s = (m - 1.0) / (m + 1.0), s2 = s * s, sum = 0.0;
    for (int i = 9; i >= 0; i--)
        sum = sum * s2 + inverse[i];
    double e = exponent;
    return e * LN2_HI + (2.0 * s * sum + e * LN2_LO);
}

double real_exp(double x)
{
    tm_assert(x >= -700.0 && x <= 700.0);
    int k = (int)(x * 1.4426950408889634 + (x < 0.0 ? -0.5 : 0.5));
    double r = (x - k * LN2_HI) - k * LN2_LO; /* |r| < 0.35 */
    /* 1 / k!, by Horner: no division in the way. */
    static const double inverse[] = {
        1.0,
        1.0,
        1.0 / 2.0,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5040.0,
        1.0 / 40320.0,
        1.0 / 362880.0,
        1.0 / 3628800.0,
        1.0 / 39916800.0,
        1.0 / 479001600.0,
        1.0 / 6227020800.0,
    };
    double sum = 0.0;
    for (int i = 13; i >= 0; i--)
        sum = sum * r + inverse[i];
    uint64_t bits = (uint64_t)(1023 + k) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

double real_sqrt(double x)
{
    tm_assert(x >= 0.0);
    if (!(x > 0.0))
        return 0.0;
    double y = real_exp(0.5 * real_log(x));
    return 0.5 * (y + x / y); /* one step of Newton mends the last bits */
}

double real_normal_cdf(double x)
{
    double z = x < 0.0 ? -x : x;
    if (z > 12.0)
        return x < 0.0 ? 0.0 : 1.0;
    double t = 1.0 / (1.0 + 0.2316419 * z);
    double poly =
        t * (0.319381530 +
             t * (-0.356563782 +
                  t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    double tail = 0.3989422804014327 * real_exp(-0.5 * z * z) * poly;
    return x < 0.0 ? tail : 1.0 - tail;
}

#include "core/number/number_digits.h"

#include "base/assert.h"

struct number_digits number_digits_after(struct number_digits s, size_t count)
{
    struct number_digits out;

    tm_assert(count <= s.n);
    out.n = (uint8_t)(s.n - count);
    for (size_t i = 0; i < out.n; i++)
        out.d[i] = s.d[count + i];
    return out;
}

struct number_digits number_digits_join(struct number_digits a,
                                        struct number_digits b)
{
    tm_assert(a.n + b.n <= NUMBER_DIGITS_CAP);
    for (size_t i = 0; i < b.n; i++)
        a.d[a.n++] = b.d[i];
    return a;
}

struct number_digits number_digits_of(uint64_t value)
{
    enum { PART = 100000000, PART_DIGITS = 8 }; /* 32 bits divide quickly */
    struct number_digits out = {0};
    uint8_t reverse[20]; /* 2^64 - 1 has twenty digits */

    for (; value >= PART; value /= PART) {
        uint32_t part = (uint32_t)(value % PART);
        for (int i = 0; i < PART_DIGITS; i++, part /= 10)
            reverse[out.n++] = (uint8_t)(part % 10);
    }
    for (uint32_t part = (uint32_t)value; part > 0; part /= 10)
        reverse[out.n++] = (uint8_t)(part % 10);
    for (size_t i = 0; i < out.n; i++)
        out.d[i] = reverse[out.n - 1 - i];
    return out;
}

uint64_t number_digits_value(struct number_digits s)
{
    uint64_t value = 0;

    tm_assert(s.n <= 19);
    for (size_t i = 0; i < s.n; i++)
        value = value * 10 + s.d[i];
    return value;
}

#include "cmd/simulate_mean.h"

#include "base/assert.h"
#include "base/real.h"

/* 97.5 % of Student's t with 1 .. 30 degrees of freedom. */
static const double student[] = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
};

/* Beyond the table by the expansion about the normal (A&S 26.7.5). */
static double student_of(uint64_t freedom)
{
    const double z = 1.959964;
    if (freedom <= tm_array_len(student))
        return student[freedom - 1];
    return z + (z * z * z + z) / (4.0 * (double)freedom);
}

void simulate_mean_add(struct simulate_mean *m, double x)
{
    double from = x - m->mean;
    m->n++;
    m->mean += from / (double)m->n;
    m->squares += from * (x - m->mean);
}

double simulate_mean_half_width(const struct simulate_mean *m)
{
    if (m->n < 2)
        return 0;
    double n = (double)m->n;
    return student_of(m->n - 1) * real_sqrt(m->squares / (n - 1.0) / n);
}

#include "core/pace/lasting.h"

#include <string.h>

#include "base/assert.h"
#include "base/real.h"

void lasting_init(struct lasting *l, int64_t bin_us, unsigned bins,
                  double weight)
{
    tm_assert(bin_us > 0 && bins > 0 && bins <= LASTING_BINS_MAX);
    tm_assert(weight > 0.0); /* else an empty bin would divide by 0 */
    memset(l, 0, sizeof *l);
    l->bin_us = bin_us;
    l->bins = bins;
    l->prior_weight = weight;
}

static unsigned bin_of(const struct lasting *l, int64_t age_us)
{
    int64_t bin = age_us < 0 ? 0 : age_us / l->bin_us;
    return bin < l->bins ? (unsigned)bin : l->bins - 1;
}

void lasting_expect(struct lasting *l, int64_t from_us, int64_t to_us,
                    double share)
{
    tm_assert(from_us < to_us && share > 0.0 && share < 1.0);
    unsigned from = bin_of(l, from_us), to = bin_of(l, to_us);
    unsigned n = to > from ? to - from : 1;
    double each = 1.0 - real_exp(real_log(1.0 - share) / n);
    for (unsigned b = 0; b < l->bins; b++)
        l->prior[b] = b >= from && b < from + n ? each : 0.0;
    lasting_learn(l, NULL);
}

void lasting_ended(struct lasting *l, int64_t age_us, enum lasting_end how)
{
    tm_assert((unsigned)how < LASTING_ENDS);
    l->seen[how][bin_of(l, age_us)] += 1.0;
}

void lasting_fade(struct lasting *l, double factor)
{
    tm_assert(factor > 0.0 && factor <= 1.0);
    for (unsigned how = 0; how < LASTING_ENDS; how++)
        for (unsigned b = 0; b < l->bins; b++)
            l->seen[how][b] *= factor;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* Thin bins lean on the prior's shape at the level that was seen. */
static void level_tables(struct lasting *l, const double *risk, double level)
{
    double still = 1.0, goal = 0.0, k = l->prior_weight;
    for (unsigned b = 0; b < l->bins; b++) {
        double part = 1.0 / (risk[b] + k);
        double h =
            (l->seen[LASTING_GOAL][b] + k * least(l->prior[b] * level, 1.0)) *
            part;
        double o = l->seen[LASTING_OTHER][b] * part;
        l->goal[b] = goal;
        l->still[b] = still;
        l->hazard[b] = least(h, 1.0);
        goal += still * l->hazard[b];
        still *= 1.0 - least(h + o, 1.0);
    }
    l->goal[l->bins] = goal;
    l->still[l->bins] = still;
}

void lasting_learn(struct lasting *l, const uint32_t *going)
{
    double risk[LASTING_BINS_MAX];
    double at_risk = 0.0, goals = 0.0, expected = 0.0;
    for (unsigned b = l->bins; b-- > 0;) {
        double left = l->seen[LASTING_BROKEN_OFF][b];
        left += going != NULL ? going[b] : 0.0;
        /* Those that left within the bin were at risk for half of it. */
        risk[b] = at_risk + l->seen[LASTING_GOAL][b] +
                  l->seen[LASTING_OTHER][b] + 0.5 * left;
        at_risk += l->seen[LASTING_GOAL][b] + l->seen[LASTING_OTHER][b] + left;
        goals += l->seen[LASTING_GOAL][b];
        expected += risk[b] * l->prior[b];
    }
    double level = (goals + l->prior_weight) / (expected + l->prior_weight);
    level_tables(l, risk, level);
}

static double at(const struct lasting *l, const double *table, int64_t age_us)
{
    if (age_us <= 0)
        return table[0];
    int64_t bin = age_us / l->bin_us;
    if (bin >= l->bins)
        return table[l->bins];
    double part = (double)(age_us - bin * l->bin_us) / (double)l->bin_us;
    return table[bin] + part * (table[bin + 1] - table[bin]);
}

double lasting_goal_by(const struct lasting *l, int64_t age_us)
{
    return at(l, l->goal, age_us);
}

double lasting_still_at(const struct lasting *l, int64_t age_us)
{
    return at(l, l->still, age_us);
}

double lasting_goal_within(const struct lasting *l, int64_t age_us,
                           int64_t more_us)
{
    double still = at(l, l->still, age_us);
    if (still < 1e-9)
        return 0.0;
    double p =
        (at(l, l->goal, age_us + more_us) - at(l, l->goal, age_us)) / still;
    return p < 0.0 ? 0.0 : p > 1.0 ? 1.0 : p;
}

int64_t lasting_quantile_us(const struct lasting *l, double part)
{
    double want = part * l->goal[l->bins];
    unsigned b = 0;
    while (b + 1 < l->bins && l->goal[b + 1] < want)
        b++;
    double step = l->goal[b + 1] - l->goal[b];
    double into = step > 0.0 ? (want - l->goal[b]) / step : 0.0;
    return (int64_t)(((double)b + into) * (double)l->bin_us);
}

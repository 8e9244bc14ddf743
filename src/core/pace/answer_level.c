#include "core/pace/answer_level.h"

#include <string.h>

#include "base/assert.h"
#include "base/real.h"

enum { LONGEST = ANSWER_LEVEL_MEMORIES - 1 };

/* Answers that each memory has, and those that it believes the level to be 1
 * for. Measured (bench pacing: clumps, switch, redial gain, others keep). */
static const double MEMORY[ANSWER_LEVEL_MEMORIES] = {5.0, 15.0, 50.0, 250.0};
static const double WEIGHT[ANSWER_LEVEL_MEMORIES] = {6.0, 6.0, 8.0, 8.0};
/* In the morning it may be three times what it was the evening before. */
static const double DOUBTED_WEIGHT = 1.0, DOUBTED_ANSWERS = 100.0;
/* Answers that the beliefs in the memories are made of. */
static const double BELIEF = 1000.0;
/* No memory is given up for lost: after a jump it must come to the fore. */
static const double SCORE_MIN = -6.0;
/* Fewer answers expected of a tick tell nothing. */
static const double NOTHING = 1e-9;

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

static double weight_of(const struct answer_level *l, unsigned m)
{
    return l->doubted ? DOUBTED_WEIGHT : WEIGHT[m];
}

/* What of a memory of n answers is left after so many more. */
static double kept(double expected, double n)
{
    return 1.0 - least(expected / n, 1.0);
}

void answer_level_init(struct answer_level *l)
{
    memset(l, 0, sizeof *l);
}

void answer_level_forget(struct answer_level *l, bool doubted)
{
    for (unsigned m = 0; m < ANSWER_LEVEL_MEMORIES; m++)
        l->memory[m].seen = l->memory[m].expected = 0.0;
    l->doubted = l->doubted || doubted;
}

void answer_level_answered(struct answer_level *l)
{
    l->answered += 1.0;
}

/* Logarithm of the chance of n answers where the level is gamma with a and b:
 * negative binomial, without what is the same for all. */
static double foretold(double a, double b, double expected, double n)
{
    double log_all = real_log(b + expected);
    double sum = a * (real_log(b) - log_all);
    for (double i = 0.0; i < n; i += 1.0)
        sum += real_log(a + i) - log_all;
    return sum;
}

/* On a large floor a tick has many answers: they and those expected of it come
 * in together, or silence would be seen where there is none. */
void answer_level_tick(struct answer_level *l, double expected)
{
    tm_assert(expected >= 0.0);
    double best = 0.0;
    for (unsigned m = 0; m < ANSWER_LEVEL_MEMORIES; m++) {
        struct answer_memory *y = &l->memory[m];
        double weight = weight_of(l, m), keep = kept(expected, MEMORY[m]);
        if (expected > NOTHING)
            y->score = y->score * kept(expected, BELIEF) +
                       foretold(y->seen + weight, y->expected + weight,
                                expected, l->answered);
        best = m == 0 ? y->score : most(best, y->score);
        y->seen = y->seen * keep + l->answered;
        y->expected = y->expected * keep + expected;
    }
    for (unsigned m = 0; m < ANSWER_LEVEL_MEMORIES; m++)
        l->memory[m].score = most(l->memory[m].score - best, SCORE_MIN);
    if (l->memory[LONGEST].expected >= DOUBTED_ANSWERS)
        l->doubted = false;
    l->answered = 0.0;
}

struct answer_level_estimate answer_level_now(const struct answer_level *l)
{
    double all = 0.0, mean = 0.0, square = 0.0;
    for (unsigned m = 0; m < ANSWER_LEVEL_MEMORIES; m++) {
        const struct answer_memory *y = &l->memory[m];
        double a = y->seen + weight_of(l, m);
        double ratio = a / (y->expected + weight_of(l, m));
        double belief = real_exp(y->score);
        all += belief;
        mean += belief * ratio;
        square += belief * ratio * ratio * (1.0 + 1.0 / a);
    }
    mean /= all;
    square /= all;
    return (struct answer_level_estimate){mean, square / (mean * mean) - 1.0};
}

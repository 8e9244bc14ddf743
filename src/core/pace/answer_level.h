/*
 * How many more or fewer people answer now than was learnt: the ratio of
 * answers to those expected of the lines in the air, and how sure it is.
 *
 * Four memories, of some 5, 15, 50 and 250 answers, say what the next quarter
 * of a second will bring; each is believed as far as it has said so well of
 * late. So a list that stays the same is known as exactly as 250 answers
 * allow, and one in runs of good and bad leads, or one that jumps, is followed
 * within seconds, without a setting.
 *
 * Use: answer_level_answered() for each answer, answer_level_tick() with what
 * was expected of the time since the last one, answer_level_now() for each
 * decision. Half a microsecond each; pure.
 *
 * Misuse: the answers of a tick and what was expected of it go in together.
 *
 * Reference: counts of answers with a gamma level that fades, Smith and Miller
 * 1986; beliefs that fade, Raftery, Karny and Ettler 2010.
 */
#ifndef CORE_PACE_ANSWER_LEVEL_H
#define CORE_PACE_ANSWER_LEVEL_H

#include <stdbool.h>

enum { ANSWER_LEVEL_MEMORIES = 4 };

struct answer_level {
    struct answer_memory {
        double seen, expected;
        double score; /* logarithm of how well it foretold, to the best's */
    } memory[ANSWER_LEVEL_MEMORIES];
    double answered; /* since the last tick */
    bool doubted;    /* after a night: hardly believed to be what was learnt */
};

struct answer_level_estimate {
    double ratio;    /* of answers to those expected */
    double variance; /* of it, as a part of its square */
};

void answer_level_init(struct answer_level *l);
/* Nothing is known any more; doubted: nor that it is near to 1. */
void answer_level_forget(struct answer_level *l, bool doubted);
void answer_level_answered(struct answer_level *l);
/* expected: answers of the time that passed, >= 0. */
void answer_level_tick(struct answer_level *l, double expected);
struct answer_level_estimate answer_level_now(const struct answer_level *l);

#endif

/*
 * Predictive pacing: how many lines to dial now, and which to withdraw, so
 * that agents talk as much as the law's budget of abandoned calls allows.
 *
 * Learns from events how long lines ring until a person answers, how long
 * agents talk and wrap up; predicts the answers and the agents to come over
 * three horizons; dials as long as the chance that the next answer finds
 * nobody is below a price; and steers the price by the budget of the legal
 * window: so many per million of the live answers so far, less those that
 * were lost (16 CFR 310.4(b)(4)(i), 47 CFR 64.1200(a)(7)).
 *
 * It never dials less than one line for each idle agent that has none, which
 * cannot abandon anybody, and none while no agent is signed in. Where people
 * call us too and take the same agents, those to come (a Poisson number) stand
 * beside the answers, and a line for an idle agent must keep within the limit
 * by itself: a lone agent whom somebody calls each minute calls nobody. What it
 * does not know it takes for what a first hour looks like.
 *
 * Use: tell every event when it happens, ask predictive_decide() each quarter
 * of a second. Some microseconds a decision, whatever the number of agents;
 * no memory is taken (the struct itself has some 150 kB). Plain data, one
 * thread.
 *
 * Time is the caller's clock; when that jumps back, the time in here stands
 * for a moment and goes on from where it was. Therefore each beginning gives
 * a mark, the instant as counted in here, which its end brings back; an end
 * without a beginning changes no count. Pauses without decisions (nights) do
 * not count as evidence.
 *
 * Misuse: an answer counts from the end of the greeting; a line that was
 * withdrawn or cut off is LASTING_BROKEN_OFF and not LASTING_OTHER.
 *
 * campaign_pace.c feeds it (core/campaign).
 */
#ifndef CORE_PACE_PREDICTIVE_H
#define CORE_PACE_PREDICTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/pace/ages.h"
#include "core/pace/answer_level.h"
#include "core/pace/budget.h"
#include "core/pace/lasting.h"

enum {
    PREDICTIVE_TICK_US = 250000,
    PREDICTIVE_LINE_TICKS = 512,
    PREDICTIVE_HORIZONS = 3,
    /* The horizons for dialling, and the one for withdrawing. */
    PREDICTIVE_AHEAD = PREDICTIVE_HORIZONS + 1,
};

struct predictive_setup {
    double limit;        /* of live answers that may be lost, e.g. 0.03 */
    double wrong_share;  /* of people that detection takes for machines */
    int64_t hold_us;     /* lawful wait for an agent, 2 s */
    int64_t withdraw_us; /* a line may be given up from here on (15 s);
                            0: never */
};

/* The chance of what is so old, in bins, for each look ahead. */
typedef double predictive_row[PREDICTIVE_AHEAD];

struct predictive {
    struct predictive_setup setup;
    int64_t now_us;   /* as counted in here */
    int64_t clock_us; /* the caller's clock at that instant */
    int64_t decided_us, learnt_us;
    double active_s; /* time with decisions since the last learning */
    double watched_s, answered;
    double answers;   /* in all */
    int64_t first_us; /* of the first line; 0: none yet */
    bool known;       /* enough of them to go by */
    struct lasting rings, talk, wrap;
    struct ages lines, talking, wrapping;
    struct answer_level level;
    struct budget budget;
    /* Tables of the last learning, and the horizons they are for. */
    int64_t ahead_us[PREDICTIVE_AHEAD];
    predictive_row new_answers;
    predictive_row line_answers[PREDICTIVE_LINE_TICKS];
    predictive_row talk_frees[LASTING_BINS_MAX];
    predictive_row wrap_frees[LASTING_BINS_MAX];
};

/* begin_us: of the first decision. */
void predictive_init(struct predictive *p, const struct predictive_setup *s,
                     int64_t begin_us);

/* Beginnings return the mark for their end. */
int64_t predictive_dialled(struct predictive *p, int64_t now_us);
void predictive_line_ended(struct predictive *p, int64_t now_us, int64_t mark,
                           enum lasting_end how);
int64_t predictive_talk(struct predictive *p, int64_t now_us);
void predictive_talk_ended(struct predictive *p, int64_t now_us, int64_t mark,
                           enum lasting_end how);
int64_t predictive_wrap(struct predictive *p, int64_t now_us);
void predictive_wrap_ended(struct predictive *p, int64_t now_us, int64_t mark,
                           enum lasting_end how);
/* A live answer found an agent in time, or did not. */
void predictive_settled(struct predictive *p, bool lost);
/* One that found an agent was a machine, as he says: it counts no more. */
void predictive_was_machine(struct predictive *p);

struct predictive_now {
    int64_t now_us;
    unsigned idle;    /* agents that take a call at once */
    unsigned waiting; /* people who answered and wait for one */
    unsigned agents;  /* signed in */
    unsigned leaving; /* busy ones who are known not to come back */
    struct budget_window window;
    double called_per_s; /* people who call us, and take agents that count;
                            but not who has a line of his own: lines up to
                            `idle` less `waiting` are safe from them */
};

struct predictive_order {
    unsigned dial;
    unsigned withdraw; /* so many of the oldest lines that rang long enough */
    double price;      /* for the trace */
    double chance;     /* that the last of them finds nobody */
};

/* Lets time pass and learns; predictive_decide() does so by itself. */
void predictive_observe(struct predictive *p, int64_t now_us);
void predictive_decide(struct predictive *p, const struct predictive_now *in,
                       struct predictive_order *out);

#endif

/*
 * The price of a risk: how likely an abandoned call may be for one more line
 * to be worth it, steered so that the budget of the legal window is used up
 * and not passed: so many of the live answers so far, less those that were
 * lost (16 CFR 310.4(b)(4)(i); 47 CFR 64.1200(a)(7)). The budget is a stock:
 * what a quiet hour saves, a later one may spend.
 *
 * Use: budget_settled() for each live answer, budget_rate() now and then,
 * budget_price() for each decision. Nanoseconds; pure.
 *
 * Misuse: people that detection took for machines and hung up on are lost too:
 * they belong into `lost` of the window and, as an expected share, into
 * `wrong_share`, but not into budget_settled(), as no price prevents them.
 */
#ifndef CORE_PACE_BUDGET_H
#define CORE_PACE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
    double limit;        /* share of live answers that may be lost */
    double wrong_share;  /* of them lost by wrong verdicts, expected */
    double log_price;    /* before the aim of the moment */
    double aim;          /* share to be lost from here on */
    double answers_hour; /* live answers in an hour of dialling */
};

/* The legal window so far, and the dialling time that is left of it. */
struct budget_window {
    uint64_t live, lost;
    int64_t left_us;
};

void budget_init(struct budget *b, double limit, double wrong_share);
void budget_rate(struct budget *b, double answers_hour);
/* Sets the aim from the window; the price, 0 when nothing may be risked. */
double budget_price(struct budget *b, const struct budget_window *w);
/* A live answer found an agent in time, or did not. */
void budget_settled(struct budget *b, bool lost);

#endif

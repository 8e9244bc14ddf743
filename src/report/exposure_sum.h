/*
 * From findings to sums: which regimes each finding falls under and what that
 * makes. One call counts once for a regime, however many findings name it; a
 * claim that needs several calls to a number counts high when we do not know
 * of a second one, and a claim that is too late does not count. Pure.
 */
#ifndef REPORT_EXPOSURE_SUM_H
#define REPORT_EXPOSURE_SUM_H

#include "report/exposure.h"

/* Fills rows, totals and gaps of x from its findings; memory of the arena. */
void exposure_sum(const struct penalty_book *book, struct arena *a,
                  struct exposure *x);

#endif

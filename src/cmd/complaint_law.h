/*
 * What cases and estimates are judged with: amounts, deadlines, holidays.
 * From the built-in rules/penalties and packs, or from a file (--penalties).
 */
#ifndef CMD_COMPLAINT_LAW_H
#define CMD_COMPLAINT_LAW_H

#include "core/complaint/complaint_due.h"

/* Both live in the arena. file NULL: built in. Errors name file and line. */
int complaint_law(struct arena *a, const char *file,
                  const struct penalty_book **book,
                  const struct complaint_days **days,
                  struct err *e) TM_MUST_CHECK;

#endif

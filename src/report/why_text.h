/* The answer to why, for people. */
#ifndef REPORT_WHY_TEXT_H
#define REPORT_WHY_TEXT_H

#include "report/why.h"

/* Every rule of every verdict with all, else those that decided. */
void why_text(const struct why *w, struct arena *a, const struct tz_set *zones,
              bool all, struct buf *out);

#endif

/* What a case file expects of its verdict ("expected" of compliance facts,
 * section 10), compared with the verdict. */
#ifndef REPORT_DECIDE_EXPECT_H
#define REPORT_DECIDE_EXPECT_H

#include "core/rules/verdict.h"

/* Appends a line for each difference; returns their number, -1 when the line
 * expects nothing. */
int decide_expect_check(struct slice line, const struct verdict *v,
                        struct buf *out);

#endif

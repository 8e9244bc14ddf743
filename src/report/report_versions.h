/*
 * The versions that calls were decided by, for people: one line for each set
 * of rule packs, zones and plan, which then has each list and each word of
 * recording that any of its calls had, once. The report for programs has
 * every combination.
 */
#ifndef REPORT_REPORT_VERSIONS_H
#define REPORT_REPORT_VERSIONS_H

#include "report/figures.h"

/* "rules=...; zones=...; lists=A, B; recorded=yes, no\n" for each set. */
void report_versions(const struct figures *f, struct buf *out);

#endif
